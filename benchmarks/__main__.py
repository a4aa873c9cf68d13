"""The command: ``python -m benchmarks run`` and ``solve``, then ``table``, ``page`` and others."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from time import perf_counter

import typer
from rich.console import Console

from benchmarks._imports import time_imports
from benchmarks._registry import cases, participants, select
from benchmarks._results import Results
from benchmarks._run import Settings, run_case
from benchmarks._solves import put_solves, run_solves, solves_table
from benchmarks._tables import show, tables

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)
_RESULTS = Path("benchmarks/results.json")
_FILE = typer.Argument(_RESULTS, help="Results, as JSON.")
_WORDS = typer.Argument(None, help="Cases, like acopf or acopf:118_ieee; default all.")
_JSON = typer.Option(_RESULTS, "--json", help="Where the results go.")
_PICTURE = typer.Option(Path("docs/benchmarks.svg"), "--out", help="Picture.")
_PAGE = typer.Option(Path("docs/benchmarks.md"), "--out", help="Page.")
_PEER = typer.Option([], "--peer", help="Systems beside ours, by the beginning of their names.")


@app.command("list")
def list_all() -> None:
    """List the cases with their sizes, and the systems."""
    console = Console()
    for case in cases().values():
        console.print(f"[b]{case.name}[/b]  {case.title}: {' '.join(case.sizes)}")
    for name, participant in participants().items():
        console.print(f"[b]{name}[/b]  {participant.missing() or 'ready'}")


@app.command()
def run(
    words: list[str] = _WORDS,
    peer: list[str] = _PEER,
    json: Path = _JSON,
    append: bool = typer.Option(False, help="Keep what the file holds of other cases."),
    quick: bool = typer.Option(False, help="Small sizes only."),
    rounds: int = typer.Option(7, min=1, help="Rounds, all systems in turn in each."),
    batch_ms: float = typer.Option(20.0, help="Milliseconds of calls in one figure."),
    limit: float = typer.Option(120.0, help="Seconds after which a system is left out."),
    cold: int = typer.Option(3, min=0, help="Fresh processes for first preparations."),
    imports: bool = typer.Option(True, help="Time the imports too."),
    processor: int = typer.Option(-1, help="Processor to run on; default the last."),
) -> None:
    """Measure; everything else reads the file this writes."""
    console = Console()
    chosen = processor if processor >= 0 else (os.cpu_count() or 1) - 1
    settings = Settings(rounds, batch_ms * 1e-3, limit, chosen, cold)
    results = Results.read(json) if append and json.exists() else Results.new(asdict(settings))
    if imports:
        results.data["imports"] = time_imports(min(rounds, 5))
        results.write(json)
    for name, size in select(words, quick):
        start = perf_counter()
        with console.status(f"{name} {size}") as status:

            def tell(text: str, head: str = f"{name} {size}") -> None:
                status.update(f"{head}: {text}")

            results.put(run_case(name, size, peer, settings, tell))
        results.write(json)
        console.print(f"{name} {size}: {perf_counter() - start:.0f} s")
    show(tables(results))


@app.command()
def solve(
    words: list[str] = _WORDS,
    peer: list[str] = _PEER,
    json: Path = _JSON,
    limit: float = typer.Option(1800.0, help="Seconds after which a solve is given up."),
    processor: int = typer.Option(-1, help="Processor to run on; default the last."),
) -> None:
    """Solve from data to solution, where a case has a problem to solve; add to the results."""
    console = Console()
    chosen = processor if processor >= 0 else (os.cpu_count() or 1) - 1
    results = Results.read(json) if json.exists() else Results.new({})
    for name, size in select(words, quick=False):
        if not cases()[name].has_solve:
            continue
        with console.status(f"{name} {size}") as status:

            def tell(text: str, head: str = f"{name} {size}") -> None:
                status.update(f"{head}: {text}")

            put_solves(results, run_solves(name, size, ["asdopt_loop", *peer], limit, chosen, tell))
        results.write(json)
    show([solves_table(results)])


@app.command()
def table(file: Path = _FILE) -> None:
    """Show the tables."""
    show(tables(Results.read(file)))


@app.command()
def plot(file: Path = _FILE, out: Path = _PICTURE) -> None:
    """Draw the times of the systems against size."""
    from benchmarks._plot import draw

    draw(Results.read(file), out)


@app.command()
def bars(file: Path = _FILE) -> None:
    """Compare with the goals; exit code 1 when one is missed."""
    from benchmarks._bars import bars_table, check

    found = check(Results.read(file))
    show([bars_table(found)])
    raise typer.Exit(any(bar.holds is False for bar in found))


@app.command()
def page(file: Path = _FILE, out: Path = _PAGE) -> None:
    """Write the page of the documentation."""
    from benchmarks._page import write_page

    write_page(Results.read(file), out)


@app.command()
def accuracy(words: list[str] = _WORDS, json: Path = _JSON) -> None:
    """Compare sampled entries with 60-digit arithmetic, at small sizes; add to the results."""
    from benchmarks._accuracy import accuracy_table, check_accuracy

    results = Results.read(json) if json.exists() else Results.new({})
    found = results.data.setdefault("accuracy", {})
    for name, size in select(words, quick=True):
        found[f"{name} {size}"] = check_accuracy(name, size)
        results.write(json)
    show([accuracy_table(found)])


if __name__ == "__main__":
    app()
