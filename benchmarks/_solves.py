"""From data to solution: whole solves by Ipopt, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks._process import GoneError, Process
from benchmarks._registry import cases, participants
from benchmarks._results import Results
from benchmarks._tables import Table, duration, label

# What a note of a result may say in place of figures.
_NONE = "–"


def run_solves(
    name: str,
    size: str,
    wanted: Sequence[str],
    limit: float,
    processor: int,
    tell: Callable[[str], None],
) -> list[dict[str, Any]]:
    """Solve one workload at one size by every system asked for.

    Parameters
    ----------
    wanted : sequence of str
        Beginnings of systems' names.
    limit : float
        Seconds a solve may take.

    Returns
    -------
    list of dict
        For the JSON file.
    """
    case = cases()[name]
    workload = case.make(size)
    rows = []
    for system in participants().values():
        if system.form not in workload.forms or not system.name.startswith(tuple(wanted)):
            continue
        reason = system.missing()
        if size in case.too_large.get(system.name, ()):
            reason = "takes minutes at this size"
        tell(f"{system.name}: solves")
        solve: dict[str, float] | None = {}
        if not reason:
            try:
                with TemporaryDirectory() as folder:
                    log = Path(folder) / "log.txt"
                    process = Process(system.name, name, size, limit, processor, log)
                    try:
                        solve = process.ask("solve")["solve"]
                    finally:
                        process.close()
            except GoneError as error:
                reason = str(error)
        if solve is None:
            continue  # it solves nothing
        rows.append(
            {
                "case": name,
                "size": size,
                "variables": workload.n,
                "constraints": workload.num_rows,
                "system": system.name,
                "published": case.published(size) if case.published else None,
                "note": reason,
                **solve,
            }
        )
    return rows


def put_solves(results: Results, rows: list[dict[str, Any]]) -> None:
    """Add solves, in the place of earlier ones of the same."""
    new = {_key(row) for row in rows}
    kept = [row for row in results.data.get("solves", []) if _key(row) not in new]
    results.data["solves"] = [*kept, *rows]


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["case"], row["size"], row["system"]


def solves_table(results: Results) -> Table:
    """Size, time, iterations and objective of each solve."""
    header = ["case", "variables", "system", "all", "of it before Ipopt", "iterations", "objective"]
    return (
        "From data to solution, Ipopt",
        [*header, "published"],
        [_row(row) for row in _all(results)],
    )


def _all(results: Results) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = results.data.get("solves", [])
    return found


def _row(row: dict[str, Any]) -> list[str]:
    published = row["published"]
    start = [f"{row['case']} {row['size']}", f"{row['variables']:,}", label(row["system"])]
    if "seconds" not in row:
        return [*start, row["note"], "", "", "", ""]
    objective = f"{row['objective']:.6g}" + ("" if row["success"] else ", not optimal")
    return [
        *start,
        duration(row["seconds"]),
        duration(row["prepare_seconds"]),
        f"{row['iterations']:.0f}" if "iterations" in row else _NONE,
        objective,
        _NONE if published is None else f"{published:.5g}",
    ]
