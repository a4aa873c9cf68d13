"""Pictures of a sparsity pattern: braille for terminals, SVG for notebooks, matplotlib.

Enters: structure arrays and a shape. Leaves: text or axes. Large patterns are drawn on a coarser
raster, where a dot says "at least one entry here"; nothing is ever drawn where there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import MissingDependencyError

if TYPE_CHECKING:
    from asdopt._pattern import SparsityPattern

__all__ = ["braille", "percent_zero", "raster", "spy", "spy_numbered", "svg"]

# Bit of each dot of a braille character, as (row, column) within its 4 x 2 raster.
_DOT_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])


def percent_zero(pattern: SparsityPattern) -> str:
    """Share of entries that are zero in percent, never rounded up to 100 for a nonzero pattern."""
    m, n = pattern.shape
    if not (m and n and pattern.nnz):
        return "100"
    zeros = 100.0 * (1.0 - pattern.density)
    for digits in (1, 2, 3, 4, 5, 6):
        text = f"{zeros:.{digits}f}"
        if not text.startswith("100"):
            return text.rstrip("0").rstrip(".")
    return "> 99.9999"


def raster(
    rows: npt.NDArray[Any],
    cols: npt.NDArray[Any],
    shape: tuple[int, int],
    max_height: int,
    max_width: int,
) -> npt.NDArray[np.bool_]:
    """Boolean image of the pattern, at most `max_height` x `max_width`, keeping proportions."""
    m, n = shape
    scale = max(m / max_height, n / max_width, 1.0)
    height = min(max_height, max(1, int(np.ceil(m / scale))))
    width = min(max_width, max(1, int(np.ceil(n / scale))))
    image = np.zeros((height, width), dtype=bool)
    if rows.size:
        y = np.minimum((rows / scale).astype(np.intp), height - 1)
        x = np.minimum((cols / scale).astype(np.intp), width - 1)
        image[y, x] = True
    return image


def braille(
    rows: npt.NDArray[Any],
    cols: npt.NDArray[Any],
    shape: tuple[int, int],
    max_lines: int = 16,
    max_chars: int = 40,
) -> str:
    """Draw the pattern in braille characters, 4 x 2 dots each; empty text for an empty matrix."""
    if not (shape[0] and shape[1]):
        return ""
    image = raster(rows, cols, shape, 4 * max_lines, 2 * max_chars)
    height, width = image.shape
    padded = np.zeros((-(-height // 4) * 4, -(-width // 2) * 2), dtype=bool)
    padded[:height, :width] = image
    cells = padded.reshape(padded.shape[0] // 4, 4, padded.shape[1] // 2, 2)
    codes = np.einsum("yixj,ij->yx", cells, _DOT_BITS)
    return "\n".join("".join(chr(0x2800 + int(code)) for code in line) for line in codes)


def svg(
    rows: npt.NDArray[Any], cols: npt.NDArray[Any], shape: tuple[int, int], max_pixels: int = 160
) -> str:
    """Draw the pattern as an inline SVG image of at most `max_pixels` squares a side."""
    if not (shape[0] and shape[1]):
        return ""
    image = raster(rows, cols, shape, max_pixels, max_pixels)
    height, width = image.shape
    zoom = max(1, 320 // max(height, width))
    path = "".join(f"M{x} {y}h1v1h-1z" for y, x in zip(*np.nonzero(image), strict=True))
    return (
        f'<svg width="{width * zoom}" height="{height * zoom}" viewBox="0 0 {width} {height}" '
        'style="border:1px solid #888;background:#fff" shape-rendering="crispEdges">'
        f'<path d="{path}" fill="#1f4e79"/></svg>'
    )


def _axes(ax: Any) -> Any:
    """Return the axes given, or those of a new figure."""
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot as plt
    except ImportError:
        raise MissingDependencyError(
            'spy() draws with matplotlib, which is not installed: pip install "asdopt[plot]". '
            "print() draws a pattern in the terminal without it."
        ) from None
    return plt.subplots(layout="constrained")[1]


def _label(pattern: SparsityPattern) -> str:
    return f"{pattern.nnz:,} nonzeros, {percent_zero(pattern)} % zeros"


def spy(pattern: SparsityPattern, ax: Any = None, **options: Any) -> Any:
    """Draw the pattern with matplotlib; see `SparsityPattern.spy`."""
    ax = _axes(ax)
    m, n = pattern.shape
    if "markersize" not in options and "precision" not in options:
        options["markersize"] = float(np.clip(300.0 / max(m, n, 1), 0.5, 8.0))
    ax.spy(pattern.to_scipy(np.ones(pattern.nnz)), **options)
    ax.set_xlabel(_label(pattern))
    return ax


def spy_numbered(
    pattern: SparsityPattern, numbers: npt.NDArray[Any], count: int, ax: Any = None
) -> Any:
    """Draw each entry as a square in the color of its number, from 0 to count - 1."""
    ax = _axes(ax)
    m, n = pattern.shape
    scale = max(m / 250, n / 250, 1.0)  # more squares than pixels would hide thin lines
    height, width = (max(1, int(np.ceil(size / scale))) for size in (m, n))
    image = np.full((height, width), np.nan)
    y = np.minimum((pattern.rows / scale).astype(np.intp), height - 1)
    x = np.minimum((pattern.cols / scale).astype(np.intp), width - 1)
    image[y, x] = numbers
    # tab20 holds ten strong colors with a pale twin each; beyond twenty hues are spread evenly
    colormap = "tab10" if count <= 10 else "tab20" if count <= 20 else "gist_ncar"
    top = {"tab10": 10, "tab20": 20}.get(colormap, max(count, 1))
    ax.imshow(
        image,
        cmap=colormap,
        vmin=-0.5,
        vmax=top - 0.5,
        interpolation="nearest",
        extent=(-0.5, max(n, 1) - 0.5, max(m, 1) - 0.5, -0.5),
        aspect="equal",
    )
    ax.xaxis.tick_top()
    ax.set_xlabel(_label(pattern))
    return ax
