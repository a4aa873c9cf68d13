"""Colored differentiation of a tape: seeds by color, products by sweeps, values by decompression.

Enters: a pattern, its coloring and the sweeps of a tape. Leaves: nonzero values aligned with the
pattern. Memory stays bounded: the colors run in groups of as many lanes as a sweep has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from asdopt._pattern import SparsityPattern
from asdopt.backends._sweeps import NUM_LANES, Sweeps
from asdopt.coloring import color_hessian, color_jacobian
from asdopt.decompression import direct_indices

__all__ = ["ColoredHessian", "ColoredJacobian"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Group:
    """One sweep: the seeded vertices with their lanes, and the entries it decompresses."""

    vertices: npt.NDArray[np.intp]
    lanes: npt.NDArray[np.intp]
    positions: npt.NDArray[np.intp]
    product_rows: npt.NDArray[np.intp]
    product_lanes: npt.NDArray[np.intp]


def _groups(
    colors: npt.NDArray[np.int32],
    product_rows: npt.NDArray[np.int32],
    product_colors: npt.NDArray[np.int32],
    num_colors: int,
) -> list[_Group]:
    """Split colors 0 .. num_colors - 1 (-1 is neutral) into groups of one sweep each."""
    vertex_order = np.argsort(colors, kind="stable")
    vertex_ends = np.searchsorted(colors[vertex_order], np.arange(num_colors + 1))
    entry_order = np.argsort(product_colors, kind="stable")
    entry_ends = np.searchsorted(product_colors[entry_order], np.arange(num_colors + 1))
    found = []
    for start in range(0, num_colors, NUM_LANES):
        stop = min(start + NUM_LANES, num_colors)
        vertices = vertex_order[vertex_ends[start] : vertex_ends[stop]]
        positions = entry_order[entry_ends[start] : entry_ends[stop]]
        found.append(
            _Group(
                vertices=vertices,
                lanes=(colors[vertices] - start).astype(np.intp),
                positions=positions,
                product_rows=product_rows[positions].astype(np.intp),
                product_lanes=(product_colors[positions] - start).astype(np.intp),
            )
        )
    return found


class ColoredJacobian:
    """Values of a Jacobian block by colored forward or reverse sweeps.

    Parameters
    ----------
    sweeps : Sweeps
    pattern : SparsityPattern
        Pattern of the rows ``first_output``, ... of the tape's outputs.
    first_output, num_outputs : int
        The block begins at this output; the tape has ``num_outputs`` in all.
    """

    def __init__(
        self, sweeps: Sweeps, pattern: SparsityPattern, first_output: int, num_outputs: int
    ) -> None:
        self.pattern = pattern
        self._sweeps = sweeps
        self._num_outputs = num_outputs
        self.coloring = color_jacobian(pattern)
        self.by_rows = self.coloring.partition == "row"
        rows, cols = direct_indices(pattern, self.coloring)
        # Rows of the block are seeded or read as outputs of the tape.
        seeded, read = (first_output, 0) if self.by_rows else (0, first_output)
        groups = _groups(self.coloring.colors - 1, rows + read, cols, self.coloring.num_colors)
        self._groups = [replace(group, vertices=group.vertices + seeded) for group in groups]

    def values(self, out: FloatArray) -> FloatArray:
        """Fill ``out`` (nnz,) at the point where ``Sweeps.first`` was run."""
        if self.by_rows and len(self._groups) == 1 and self.coloring.num_colors == 1:
            # One product needs one lane: plain reverse mode.
            weights = np.zeros(self._num_outputs)
            weights[self._groups[0].vertices] = 1.0
            out[self._groups[0].positions] = self._sweeps.gradient(weights)[
                self._groups[0].product_rows
            ]
            return out
        entries = self._sweeps.jacobian_rows if self.by_rows else self._sweeps.jacobian_columns
        for group in self._groups:
            entries(group, out)
        return out


class ColoredHessian:
    """Values of the lower triangle of a Hessian by colored forward-over-reverse sweeps.

    Parameters
    ----------
    sweeps : Sweeps
    pattern : SparsityPattern
        Lower triangle of the Hessian's pattern.
    """

    def __init__(self, sweeps: Sweeps, pattern: SparsityPattern) -> None:
        self.pattern = pattern
        self._sweeps = sweeps
        self.coloring = color_hessian(pattern)
        rows, cols = direct_indices(pattern, self.coloring)
        self._groups = _groups(self.coloring.colors - 1, rows, cols, self.coloring.num_colors)

    def values(self, out: FloatArray) -> FloatArray:
        """Fill ``out`` (nnz,) for the weights last given to ``Sweeps.gradient``."""
        for group in self._groups:
            self._sweeps.hessian_columns(group, out)
        return out
