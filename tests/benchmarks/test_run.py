"""The benchmarks run: every workload's hand-written derivatives agree with ours, figures come."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("typer")
ROOT = Path(__file__).parents[2]


def _run(path: Path, *words: str) -> dict[str, dict[str, Any]]:
    command = [sys.executable, "-m", "benchmarks", "run", *words, "--json", str(path)]
    options = ["--rounds", "1", "--cold", "0", "--batch-ms", "0.1", "--no-imports"]
    found = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    cases = json.loads(path.read_text())["cases"]
    return {case["case"]: case["participants"] for case in cases}


@pytest.mark.slow
def test_hand_written_derivatives_agree_with_ours(tmp_path: Path) -> None:
    words = ["acopf:3_lmbd", "brusselator:4", "minimal_surface:5", "rosenbrock:9", "sine_graph:50"]
    found = _run(tmp_path / "results.json", *words, "--peer", "numpy", "--peer", "c_hand")
    assert len(found) == len(words)
    for entries in found.values():
        for name, entry in entries.items():
            assert entry["status"] in {"ok", "skipped"}, (name, entry["note"])


def test_figures_and_their_readers(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    entries = _run(path, "rosenbrock:9", "--peer", "numpy")["rosenbrock"]
    assert set(entries) == {"asdopt_loop", "asdopt_vectorized", "numpy_hand"}
    for entry in entries.values():
        assert {"prepare", "f", "gradient", "H", "round"} <= set(entry["rounds"])
    for words in (["table"], ["page", "--out", str(tmp_path / "page.md")]):
        command = [sys.executable, "-m", "benchmarks", words[0], str(path), *words[1:]]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert "rosenbrock 100000: H" in (tmp_path / "page.md").read_text()


def test_solves_to_the_published_objective(tmp_path: Path) -> None:
    """One command; the page has the table."""
    pytest.importorskip("cyipopt")
    path = tmp_path / "results.json"
    command = [sys.executable, "-m", "benchmarks", "solve", "acopf:14_ieee", "--json", str(path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (row,) = json.loads(path.read_text())["solves"]
    assert row["success"]
    assert row["iterations"] > 0
    assert row["objective"] == pytest.approx(row["published"], rel=1e-4)
    command = [sys.executable, "-m", "benchmarks", "page", str(path), "--out"]
    subprocess.run([*command, str(tmp_path / "page.md")], cwd=ROOT, check=True, capture_output=True)
    assert "| acopf 14_ieee | 118 | asdopt loop |" in (tmp_path / "page.md").read_text()
