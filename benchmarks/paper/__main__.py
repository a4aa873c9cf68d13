"""The command: ``python -m benchmarks.paper all``, or its parts.

Every part adds what it measured to one JSON file; ``page`` writes docs/paper.md from it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from benchmarks._results import Results

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)
_RESULTS = Path("benchmarks/paper/results.json")
_DOCS = Path("docs")
_SIZES = ("6", "12", "24", "48", "96", "192")
_CASES = ("3_lmbd", "60_c", "240_pserc", "1951_rte", "2746wp_k", "3375wp_k")
_WORDS = typer.Argument(None, help="Sizes or cases; default those of the paper.")
_SECONDS = typer.Option(10.0, help="Seconds for each row, all calls in turn.")
_JSON = typer.Option(_RESULTS, "--json", help="Where the results are kept.")
_FOLDER = typer.Option(_DOCS, "--out", help="Folder of the page and its pictures.")


@app.command()
def detection(words: list[str] = _WORDS, seconds: float = _SECONDS, json: Path = _JSON) -> None:
    """Table 3: sparsity of the Brusselator's Jacobian, and its colors."""
    from benchmarks.paper._brusselator import detection as row

    _measure("detection", lambda word: row(int(word), seconds), words or _SIZES, json)


@app.command()
def jacobian(words: list[str] = _WORDS, seconds: float = _SECONDS, json: Path = _JSON) -> None:
    """Figure 3 and table 6: its Jacobian, dense and sparse."""
    from benchmarks.paper._brusselator import jacobians

    _measure("jacobian", lambda word: jacobians(int(word), seconds), words or _SIZES, json)


@app.command()
def hessian(words: list[str] = _WORDS, seconds: float = _SECONDS, json: Path = _JSON) -> None:
    """Tables 4, 5, 7, 8: Hessians of Lagrangians of AC optimal power flow."""
    from benchmarks.paper._pglib import hessians

    _measure("hessian", lambda word: hessians(word, seconds), words or _CASES, json)


@app.command()
def figures(out: Path = _FOLDER, json: Path = _JSON) -> None:
    """Figures 2, 3, 4, 5."""
    from benchmarks.paper._figures import draw_patterns, draw_speed_ups

    draw_patterns(out)
    if json.exists():
        draw_speed_ups(Results.read(json).data, out / "paper_speed_ups.svg")


@app.command()
def page(out: Path = _FOLDER, json: Path = _JSON) -> None:
    """Write the page with all tables."""
    from benchmarks.paper._page import write_page

    write_page(Results.read(json).data, out / "paper.md")


@app.command("all")
def run_all(seconds: float = _SECONDS, json: Path = _JSON, out: Path = _FOLDER) -> None:
    """Measure everything, draw it, and write the page."""
    detection([], seconds, json)
    jacobian([], seconds, json)
    hessian([], seconds, json)
    figures(out, json)
    page(out, json)


def _measure(
    part: str, row: Callable[[str], dict[str, Any]], words: list[str] | tuple[str, ...], json: Path
) -> None:
    if hasattr(os, "sched_setaffinity"):
        # One processor: JAX and BLAS would else use all, which the paper's systems do not.
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    console = Console()
    for word in words:
        with console.status(f"{part} {word}"):
            found = row(word)
        # Read again: another part may have been measured meanwhile.
        results = Results.read(json) if json.exists() else Results.new({})
        results.data.setdefault(part, {})[word] = found
        results.write(json)
        console.print(f"{part} {word}", found["seconds"])


if __name__ == "__main__":
    app()
