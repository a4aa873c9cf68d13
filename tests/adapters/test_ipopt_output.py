"""Ipopt's output follows Python's: notebooks, redirection, tests."""

from __future__ import annotations

import contextlib
import gc
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from known_problems import branching_problem, hs071

from asdopt import Problem
from asdopt.adapters.ipopt_problem import as_cyipopt

pytest.importorskip("cyipopt")


def captured(problem: Problem, **options: object) -> str:
    """What a solve prints with sys.stdout replaced."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        problem.solve(options=options)
    return out.getvalue()


def test_output_goes_where_python_prints(library: str) -> None:
    """All of it, once, and line by line as the iterations come."""
    out, seen = io.StringIO(), []
    with contextlib.redirect_stdout(out):
        solution = hs071().solve(
            options={"print_level": 5, "library": library},
            callback=lambda info: seen.append(len(out.getvalue())),
        )
    text = out.getvalue()
    assert text.count("This is Ipopt version") == text.count("EXIT: Optimal Solution Found") == 1
    rows = re.findall(r"^ +(\d+) +-?\d\.\d{7}e", text, flags=re.MULTILINE)
    assert [int(row) for row in rows] == list(range(solution.nit + 1))
    assert len(set(seen)) == len(seen)


def test_the_level_is_the_users() -> None:
    """None by default, and little at 3."""
    assert captured(hs071()) == ""
    few = captured(hs071(), print_level=3)
    assert "EXIT" in few
    assert "inf_pr" not in few


def test_output_of_restarts_is_whole() -> None:
    text = captured(branching_problem(), print_level=5)
    assert text.count("This is Ipopt version") >= 2
    assert text.count("EXIT") == text.count("This is Ipopt version")


def test_cyipopt_prints_by_default_and_again() -> None:
    """Each solve of one object, and each in its own place."""
    nlp = as_cyipopt(hs071())
    for _ in range(2):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            nlp.solve([1.0, 5.0, 5.0, 1.0])
        assert out.getvalue().count("EXIT") == 1
    nlp.add_option("print_level", 0)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        nlp.solve([1.0, 5.0, 5.0, 1.0])
    assert out.getvalue() == ""


def test_a_file_of_the_user_stays_the_users(tmp_path: Path) -> None:
    """It is not taken for what is to be printed."""
    path = tmp_path / "ipopt.txt"
    captured(hs071(), output_file=str(path), file_print_level=5)
    assert "EXIT" in path.read_text()


def test_what_a_stream_raises_is_raised() -> None:
    """As for a callback of the user."""

    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError("no room")

    with contextlib.redirect_stdout(Broken()), pytest.raises(OSError, match="no room"):
        hs071().solve(options={"print_level": 5})


def test_no_file_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    captured(hs071(), print_level=5)
    gc.collect()
    assert not list(tmp_path.iterdir())


def test_it_solves_without_a_place_for_files_and_without_stdout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The C library prints then, as before."""

    def refuse(**_: object) -> None:
        raise OSError("read-only")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    assert captured(hs071(), print_level=5) == ""
    monkeypatch.setattr(sys, "stdout", None)
    assert hs071().solve(options={"print_level": 1}).success


def test_a_script_prints_in_order() -> None:
    """Into a pipe too, where Python collects what it prints."""
    code = """
import asdopt
problem = asdopt.Problem(lambda x: x[0] ** 2, x0=[1.0])
print("before")
problem.solve(options={"print_level": 5})
print("after")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    places = [done.stdout.index(word) for word in ("before", "This is Ipopt", "EXIT", "after")]
    assert places == sorted(places)
