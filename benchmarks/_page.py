"""The page of the documentation: goals, where others win, all tables, how to measure again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks._accuracy import accuracy_table
from benchmarks._bars import bars_table, check
from benchmarks._results import Results, ratio, seconds
from benchmarks._solves import solves_table
from benchmarks._tables import Table, duration, label, markdown, tables
from benchmarks._workload import EVALUATIONS

_WRITTEN = Path(__file__).with_name("notes.md")
_HAND = ("c_hand", "numpy_hand")

_HEAD = """\
# Benchmarks

Written by `python -m benchmarks page`, measured on {date}.

{machine}

{versions}

Each system runs in a process of its own, all on one processor and one at a time; in each of
{rounds} rounds every system does the same phase once, one after another. Times are medians over
the rounds, ratios (in brackets, over the better of our two forms) medians of the ratios within
rounds; a ratio above 1 is a slower peer. Before anything is timed, each system's Jacobian and
Hessian are compared with ours entry by entry, to {tolerance:g} of the largest entry of the row; one
that differs is shown with the difference instead of times.

"""

_HOW = """\
## Measure again

```
pip install -e ".[bench]"
python -m benchmarks list                      # cases, sizes, systems and whether they are here
python -m benchmarks run                       # everything; an hour
python -m benchmarks solve                     # the power flow by Ipopt, to 9,241 buses; minutes
python -m benchmarks run acopf:118_ieee --peer casadi --peer pyoptinterface
python -m benchmarks accuracy                  # sampled entries against 60 digits
python -m benchmarks bars                      # the goals
python -m benchmarks plot && python -m benchmarks page
```

Systems that are not installed are left out and say so. The hand-written C and the stand-in for
libipopt, which keeps PyOptInterface's callbacks, are compiled on the spot with the C compiler of
the machine; without one they are left out. A workload is a file in `benchmarks/cases`, a system a
file in `benchmarks/peers`.

"""

_PHASES = """\
## What the phases are

| phase | meaning |
|---|---|
| trace | plain function to tape; for others: to expression graph, model |
| detect | plain function to pattern (of J, of H where there are no constraints), with trace |
| color | pattern to colors: columns of J, star coloring of H |
| prepare | plain function to the first J and H in hand, everything included |
| first prepare | the same as the first thing a fresh process does |
| f, gradient, c, J, H | one evaluation at a new point; H of 0.7 f + multipliers · c |
| round | all of them at one new point, as one iteration of a solver asks |

Ours and NumPy's calls are Python calls, what they cost included; PyOptInterface's and the
hand-written C's are called from a C loop; CasADi's through its buffers, the cheapest way it has.
"""


def write_page(results: Results, out: Path) -> None:
    """Write the page."""
    data = results.data
    facts = ", ".join(
        f"{key.replace('_', ' ')} {value}" for key, value in data["machine"].items() if value
    )
    head = _HEAD.format(
        date=data["date"],
        machine=f"Machine: {facts}.",
        versions="Versions: " + ", ".join(f"{k} {v}" for k, v in data["versions"].items()) + ".",
        rounds=data["settings"].get("rounds", 0),
        tolerance=1e-9,
    )
    parts = [head]
    if out.with_suffix(".svg").exists():
        parts.append(f"![times against size]({out.with_suffix('.svg').name})\n\n")
    parts += ["## Goals\n\n", _body(bars_table(check(results))), "\n"]
    parts += ["## Where a peer is faster\n\n", _losses(results), "\n"]
    if _WRITTEN.exists():
        parts += [_WRITTEN.read_text(), "\n"]
    parts += [_HOW, _PHASES, "\n## All times\n\n"]
    parts += [markdown(table) + "\n" for table in tables(results)]
    parts += list(_rest(results))
    out.write_text("".join(parts).rstrip() + "\n")


def _body(table: Table) -> str:
    return markdown(table).split("\n", 2)[2]


def _losses(results: Results) -> str:
    """Every prepared evaluation and preparation in which another system beats our better form."""
    rows = []
    for case in results.cases:
        entries = {k: e for k, e in case["participants"].items() if e["status"] == "ok"}
        for phase in ("detect", "color", "prepare", *EVALUATIONS):
            times = {k: s for k, e in entries.items() if (s := seconds(e, phase)) is not None}
            ours = {k: s for k, s in times.items() if k.startswith("asdopt")}
            peers = {k: s for k, s in times.items() if k not in ours and k not in _HAND}
            if not ours or not peers:
                continue
            best, peer = min(ours, key=lambda k: ours[k]), min(peers, key=lambda k: peers[k])
            value = ratio(entries[best], entries[peer], phase)
            if value is not None and value > 1.1:
                rows.append(
                    [
                        f"{case['case']} {case['size']}: {phase}",
                        duration(ours[best]),
                        f"{label(peer)} {duration(peers[peer])}",
                        f"{value:.2g}",
                    ]
                )
    if not rows:
        return "Nowhere in these results, hand-written code aside.\n"
    header = ["what", "ours", "fastest peer", "ours over theirs"]
    return _body(("", header, rows)) + "\nHand-written code is left out here.\n"


def _rest(results: Results) -> Iterator[str]:
    """Solves, memory, imports, accuracy."""
    yield markdown(("Memory of the first preparation, MB", *_facts(results, "megabytes"))) + "\n"
    if results.data.get("solves"):
        yield markdown(solves_table(results)) + "\n"
    if results.data.get("imports"):
        rows = [
            [module, duration(sorted(times)[len(times) // 2])]
            for module, times in results.data["imports"].items()
            if times
        ]
        yield markdown(("Imports, beyond numpy and scipy.sparse", ["module", "time"], rows)) + "\n"
    if results.data.get("accuracy"):
        yield markdown(accuracy_table(results.data["accuracy"])) + "\n"


def _facts(results: Results, fact: str) -> tuple[list[str], list[list[str]]]:
    names = list(dict.fromkeys(name for case in results.cases for name in case["participants"]))
    rows = []
    for case in results.cases:
        found = [case["participants"].get(name, {}).get("facts", {}).get(fact) for name in names]
        cells = ["–" if value is None else f"{value:.0f}" for value in found]
        rows.append([f"{case['case']} {case['size']}", *cells])
    return ["", *(label(name) for name in names)], rows
