"""The goals, and whether results meet them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks._results import Results, ratio, seconds
from benchmarks._tables import Table, duration, label

_LARGE = ("1354_pegase", "2869_pegase", "3375wp_k", "9241_pegase")
_SYSTEMS = ("pyoptinterface", "casadi", "jax")


@dataclass(frozen=True)
class Bar:
    """One goal: what, at most how much, what was found; ``holds`` is None where not measured."""

    what: str
    goal: str
    found: str = "not measured"
    holds: bool | None = None


def check(results: Results) -> list[Bar]:
    """All goals, in the order of the page."""
    return list(_bars(results))


def _bars(results: Results) -> Iterator[Bar]:
    for size in _LARGE:
        for phase in "JH":
            case = results.case("acopf", size)
            yield _against(case, f"acopf {size}: {phase}", phase, ("pyoptinterface",), 1 / 2.5)
            yield _against(case, f"acopf {size}: {phase}", phase, ("c_hand",), 1.15)
    for phase in "JH":
        case = results.case("acopf", "118_ieee")
        yield _against(case, f"acopf 118_ieee: {phase}", phase, ("pyoptinterface",), 2 / 3)
        case = results.case("acopf", "3_lmbd")
        yield _within(case, f"acopf 3_lmbd: {phase}", phase, "loop", 2e-6)
    for size, limit in (("9241_pegase", 0.6), ("3_lmbd", 8e-3)):
        case = results.case("acopf", size)
        yield _within(case, f"acopf {size}: first prepare, loop", "first_prepare", "loop", limit)
    case = results.case("brusselator", "192")
    for form, limit in (("loop", 0.3), ("vectorized", 0.08)):
        yield _within(case, f"brusselator 192: pattern, {form}", "detect", form, limit)
    for size in ("96", "192"):
        case = results.case("brusselator", size)
        peers = (*_SYSTEMS, "numpy_hand")
        yield _against(case, f"brusselator {size}: J", "J", peers, 1.0)
    for name, size in (
        ("rosenbrock", "100000"),
        ("minimal_surface", "200"),
        ("sine_graph", "100000"),
    ):
        case = results.case(name, size)
        for phase, text in (("first_prepare", "unprepared H"), ("prepare", "again"), ("H", "H")):
            yield _against(case, f"{name} {size}: {text}", phase, _SYSTEMS, 0.5)
    # Ten times as many samples take CasADi more than 20 s to prepare.
    for name, size in (("integration", "200"), ("network", "49"), ("logistic", "1000")):
        case = results.case(name, size)
        for phase in "JH":
            yield _against(case, f"{name} {size}: {phase}", phase, ("casadi_sx",), 1.0)
    yield _memory(results)
    yield _imports(results)
    yield _accuracy(results)


def _against(
    case: dict[str, Any] | None, what: str, phase: str, peers: tuple[str, ...], limit: float
) -> Bar:
    """Ours over the fastest of the peers with these beginnings; ours is the better form."""
    entries = (case or {}).get("participants", {})
    good = {name: entry for name, entry in entries.items() if entry["status"] == "ok"}
    ours = _fastest(good, phase, ("asdopt",))
    peer = _fastest(good, phase, peers)
    goal = f"≤ {limit:.3g} × {' or '.join(label(p) for p in peers)}"
    value = ratio(good.get(ours), good.get(peer), phase)
    if value is None:
        return Bar(what, goal)
    times = [duration(seconds(good[name], phase) or 0.0) for name in (ours, peer)]
    text = f"{value:.2f} × {label(peer)} ({times[0]} to {times[1]})"
    return Bar(what, goal, text, value <= limit)


def _fastest(entries: dict[str, Any], phase: str, beginnings: tuple[str, ...]) -> str:
    times = {
        name: found
        for name, entry in entries.items()
        if name.startswith(beginnings) and (found := seconds(entry, phase)) is not None
    }
    return min(times, key=lambda name: times[name], default="")


def _within(case: dict[str, Any] | None, what: str, phase: str, form: str, limit: float) -> Bar:
    found = seconds((case or {}).get("participants", {}).get(f"asdopt_{form}"), phase)
    goal = f"≤ {duration(limit)}"
    return Bar(what, goal) if found is None else Bar(what, goal, duration(found), found <= limit)


def _memory(results: Results) -> Bar:
    entries = (results.case("acopf", "9241_pegase") or {}).get("participants", {})
    megabytes = entries.get("asdopt_loop", {}).get("facts", {}).get("megabytes_over_interpreter")
    bar = Bar("acopf 9241_pegase: memory over the interpreter", "≤ 300 MB")
    if not megabytes:
        return bar
    return Bar(bar.what, bar.goal, f"{megabytes:.0f} MB", megabytes <= 300)


def _imports(results: Results) -> Bar:
    times = results.data.get("imports", {}).get("asdopt")
    bar = Bar("import asdopt beyond numpy and scipy.sparse", "≤ 250 ms")
    if not times:
        return bar
    return Bar(bar.what, bar.goal, duration(median(times)), median(times) <= 0.25)


def _accuracy(results: Results) -> Bar:
    errors = [e for found in results.data.get("accuracy", {}).values() for e in found.values()]
    bar = Bar("largest error of a sampled entry over its row's largest", "≤ 1e-12")
    if not errors:
        return bar
    return Bar(bar.what, bar.goal, f"{max(errors):.1e}", max(errors) <= 1e-12)


def bars_table(bars: list[Bar]) -> Table:
    """The goals as a table."""
    answers = {True: "yes", False: "no", None: "–"}
    rows = [[bar.what, bar.goal, bar.found, answers[bar.holds]] for bar in bars]
    return "Goals", ["what", "goal", "found", "met"], rows
