"""Tables of the results, for the terminal and as Markdown."""

from __future__ import annotations

from typing import Any

from benchmarks._results import Results, ratio, seconds
from benchmarks._workload import EVALUATIONS, PREPARATIONS

Table = tuple[str, list[str], list[list[str]]]


def tables(results: Results) -> list[Table]:
    """Title, header and rows of each case: times of ours, and of the others with ratios."""
    return [_table(case) for case in results.cases]


def _table(case: dict[str, Any]) -> Table:
    entries = case["participants"]
    ours = [e for name, e in entries.items() if name.startswith("asdopt") and e["status"] == "ok"]
    phases = [
        phase
        for phase in (*PREPARATIONS, "first_prepare", *EVALUATIONS)
        if any(phase in entry["rounds"] for entry in entries.values())
    ]
    header = ["", *(phase.replace("_", " ") for phase in phases)]
    rows = []
    for name, entry in entries.items():
        if entry["status"] != "ok":
            rows.append([label(name), entry["note"], *[""] * (len(phases) - 1)])
            continue
        cells = []
        for phase in phases:
            best = min(ours, key=lambda e: seconds(e, phase) or float("inf"), default=None)
            cells.append(_cell(entry, best, phase, name.startswith("asdopt")))
        rows.append([label(name), *cells])
    title = f"{case['title']}, {case['size']}: {case['variables']} variables"
    if case["constraints"]:
        title += f", {case['constraints']} constraints"
    return title, header, rows


def _cell(entry: dict[str, Any], best: dict[str, Any] | None, phase: str, is_ours: bool) -> str:
    value = seconds(entry, phase)
    if value is None:
        return "–"
    factor = None if is_ours else ratio(entry, best, phase)
    return duration(value) + ("" if factor is None else f" ({factor:.2g}×)")


def label(name: str) -> str:
    """A system's name as it is shown."""
    return name.replace("_", " ")


def duration(value: float) -> str:
    """Seconds with a unit, three figures."""
    units = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))
    unit, scale = next((pair for pair in units if value >= pair[1]), units[-1])
    return f"{value / scale:.3g} {unit}"


def markdown(table: Table) -> str:
    """One table as Markdown."""
    title, header, rows = table
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return f"### {title}\n\n" + "\n".join(lines) + "\n"


def show(found: list[Table]) -> None:
    """Print tables to the terminal."""
    from rich.console import Console
    from rich.table import Table as RichTable

    console = Console()
    for title, header, rows in found:
        shown = RichTable(title=title, title_justify="left")
        for k, name in enumerate(header):
            shown.add_column(name, justify="right" if k else "left")
        for row in rows:
            shown.add_row(*row)
        console.print(shown)
