"""A picture of the results: time of an evaluation against size, a panel a workload."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks._results import Results, seconds
from benchmarks._tables import label

# One color and marker a system everywhere; the hand-written ones in gray.
_STYLES = {
    "asdopt_loop": ("#c0392b", "o", "-"),
    "asdopt_vectorized": ("#c0392b", "s", "--"),
    "c_hand": ("#555555", "^", "-"),
    "numpy_hand": ("#999999", "v", "-"),
    "pyoptinterface_llvm": ("#2471a3", "D", "-"),
    "casadi_sx_loop": ("#1e8449", "o", "-"),
    "casadi_sx_vectors": ("#1e8449", "s", "--"),
    "casadi_mx": ("#82c99d", "P", "-"),
    "jax_asdex": ("#b7950b", "X", "-"),
    "pyomo_nl": ("#7d3c98", "*", "-"),
}


def draw(results: Results, out: Path) -> None:
    """Write the picture; its suffix decides the format."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "asdopt"  # the same picture from the same results
    mpl.rcParams["svg.fonttype"] = "none"
    from matplotlib import pyplot as plt

    counts = Counter(case["case"] for case in results.cases)
    # A case of one size has no line; its times are in the tables.
    names = [name for name, count in counts.items() if count > 1] or list(counts)
    if not names:
        raise SystemExit("the results hold no case")
    panels = [(name, phase) for name in names for phase in _phases(results, name)]
    columns = 3
    rows = -(-len(panels) // columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(4.4 * columns, 3.3 * rows), squeeze=False, layout="constrained"
    )
    shown: dict[str, Any] = {}
    for axes, (name, phase) in zip(grid.flat, panels, strict=False):
        _panel(axes, results, name, phase, shown)
    for axes in list(grid.flat)[len(panels) :]:
        axes.axis("off")
    ordered = [name for name in _STYLES if name in shown]
    figure.legend(
        [shown[name] for name in ordered],
        [label(name) for name in ordered],
        loc="outside lower center",
        ncols=5,
        frameon=False,
    )
    metadata = {"Date": None} if out.suffix == ".svg" else {}
    figure.savefig(out, metadata=metadata)
    plt.close(figure)


def _phases(results: Results, name: str) -> list[str]:
    found = [case for case in results.cases if case["case"] == name]
    have = {phase for case in found for phase in case["phases"]}
    return ["prepare", *(phase for phase in ("J", "H") if phase in have)]


def _panel(axes: Any, results: Results, name: str, phase: str, shown: dict[str, Any]) -> None:
    cases = sorted(
        (case for case in results.cases if case["case"] == name), key=lambda c: c["variables"]
    )
    for system, (color, marker, line) in _STYLES.items():
        points = [
            (case["variables"], value)
            for case in cases
            if (entry := case["participants"].get(system)) and entry["status"] == "ok"
            if (value := seconds(entry, phase)) is not None
        ]
        if not points:
            continue
        (shown[system],) = axes.plot(
            *zip(*points, strict=True), color=color, marker=marker, linestyle=line, markersize=4
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_formatter("")
    what = "preparation" if phase == "prepare" else phase
    axes.set_title(f"{cases[0]['title'].split(',')[0]}: {what}", fontsize=9)
    axes.set_xlabel("variables", fontsize=8)
    axes.set_ylabel("seconds", fontsize=8)
    axes.tick_params(labelsize=7)
    axes.grid(alpha=0.3)
