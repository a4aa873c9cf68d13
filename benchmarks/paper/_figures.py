"""Figures 2, 3, 4 and 5: patterns in the colors of their columns, and speed-ups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asdopt
from asdopt.coloring import Coloring, color
from benchmarks.cases.brusselator import loop
from benchmarks.paper._convolution import convolution

# Series of the plots of speed-ups: key, label, color, marker.
_SERIES = (
    ("kernels", "prepared, kernels", "#1f4e79", "o"),
    ("colored", "prepared, colored products", "#2e86c1", "s"),
    ("colored_jax", "prepared, colored products of JAX", "#d68910", "^"),
    ("once", "one-off, from vectorized code", "#c0392b", "o"),
    ("once_loop", "one-off, from a Python loop", "#e59866", "s"),
    ("once_colored", "one-off, colored products", "#8e44ad", "D"),
)


def pyplot() -> Any:
    """Matplotlib without a screen, with the same file for the same figure."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "asdopt"
    from matplotlib import pyplot as plt

    return plt


def brusselator_coloring(n: int) -> Coloring:
    """Columns of the Brusselator's Jacobian."""
    return color(asdopt.jacobian_sparsity(loop(n).constraints, 2 * n * n), "column")


def convolution_coloring(num_images: int, num_outputs: int) -> Coloring:
    """Columns of a convolutional layer's Jacobian."""
    return color(asdopt.jacobian_sparsity(*convolution(num_images, num_outputs)), "column")


def draw_patterns(folder: Path) -> None:
    """Write the pictures of patterns."""
    _spies(
        folder / "paper_brusselator.png",
        [(f"Brusselator, N = {n}", brusselator_coloring(n)) for n in (6, 12, 24)],
        [1.0, 1.0, 1.0],
    )
    panels = [
        ("1 image, 1 kernel", convolution_coloring(1, 1)),
        ("2 images, 1 kernel", convolution_coloring(2, 1)),
        ("2 images, 2 kernels", convolution_coloring(2, 2)),
    ]
    _spies(folder / "paper_convolution.png", panels, None)


def _spies(out: Path, panels: list[tuple[str, Coloring]], widths: list[float] | None) -> None:
    plt = pyplot()
    if widths is None:
        figure, grid = plt.subplots(
            len(panels),
            1,
            figsize=(9.0, 6.6),
            height_ratios=[c.pattern.shape[0] / c.pattern.shape[1] for _, c in panels],
            layout="constrained",
        )
    else:
        figure, grid = plt.subplots(
            1, len(panels), figsize=(13.0, 4.9), width_ratios=widths, layout="constrained"
        )
    for ax, (title, coloring) in zip(grid, panels, strict=True):
        coloring.spy(ax)
        ax.set_title(title)
    figure.savefig(out, dpi=150)
    plt.close(figure)


def draw_speed_ups(results: dict[str, Any], out: Path) -> None:
    """Figure 3 for both kinds of matrices: speed-up over dense products of our own sweeps."""
    plt = pyplot()
    figure, grid = plt.subplots(1, 2, figsize=(11.0, 4.6), layout="constrained", sharey=True)
    titles = {"jacobian": "Jacobian, Brusselator", "hessian": "Hessian, AC optimal power flow"}
    for ax, (what, title) in zip(grid, titles.items(), strict=True):
        rows = sorted(results[what].values(), key=lambda row: row["size"])
        for key, label, shade, marker in _SERIES:
            # Products of JAX are compared with dense products of JAX.
            over = "over_jax" if key == "colored_jax" else "over_own"
            points = [(row["size"], row[over][key]) for row in rows if key in row[over]]
            if points:
                ax.plot(*zip(*points, strict=True), color=shade, marker=marker, label=label)
        ax.axhline(1.0, color="#888888", linewidth=1.0, linestyle="--")
        ax.set(xscale="log", yscale="log", title=title, xlabel="variables")
        ax.grid(alpha=0.3)
    grid[0].set_ylabel("times faster than prepared dense products")
    grid[0].legend(frameon=False, fontsize=8)
    figure.savefig(out, metadata={"Date": None})
    plt.close(figure)
