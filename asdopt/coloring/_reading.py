"""Where each entry of the matrix can be read from the compressed products.

Enters: a pattern and colors. Leaves: for every entry a position in a product (direct), or an
order of readings and subtractions (substitution); or the entry that cannot be read, which makes
this also the fast check of a coloring.

The columns of color c contribute to row i of their product the sum of the entries (i, j) with
color(j) = c: the *group* (i, c). An entry is read directly from a group of size one. Row colors
make groups (j, c) in the same way, and in a symmetric matrix the entries (i, j) and (j, i) are
one unknown in two groups. Every unknown thus stands in at most two groups, which become the
vertices of a forest (an entry is an edge) exactly when substitution succeeds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from asdopt._pattern import SparsityPattern
from asdopt.coloring._groups import number_groups, peel

__all__ = [
    "Groups",
    "Substitution",
    "direct_reading",
    "reading_groups",
    "substitution",
    "unknown_numbers",
]

IntArray = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Groups:
    """The groups in which the unknowns stand.

    Unknown u is an entry of the pattern (of its lower triangle when symmetric), row-major. It
    stands in the groups `first[u]` and `second[u]`, -1 for none. Group g is read at `position[g]`
    of product `product[g]` and sums `size[g]` unknowns; products of columns are numbered first,
    those of rows after them.
    """

    first: IntArray
    second: IntArray
    size: IntArray
    position: IntArray
    product: IntArray


@dataclass(frozen=True)
class Substitution:
    """An order of readings: step t reads a group and takes the value off another one.

    With `left[g]` set to the product at group g, step t is `value = left[step_group[t]]` for the
    unknown `step_unknown[t]`, followed by `left[step_other[t]] -= value` where that is not -1.
    """

    position: IntArray
    product: IntArray
    step_unknown: IntArray
    step_group: IntArray
    step_other: IntArray


def _one_side(
    pattern: SparsityPattern, colors: IntArray, offset: int
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    num_colors = int(colors.max(initial=0))
    group = np.empty(pattern.nnz, dtype=np.int32)
    size, row, color = (np.empty(pattern.nnz, dtype=np.int32) for _ in range(3))
    stamp = np.full(num_colors + 1, -1, dtype=np.int32)
    number = np.empty(num_colors + 1, dtype=np.int32)
    count = number_groups(
        pattern.indptr, pattern.cols, colors, stamp, number, group, size, row, color
    )
    return group, size[:count], row[:count], color[:count] + np.int32(offset - 1)


def reading_groups(
    pattern: SparsityPattern,
    row_colors: IntArray | None,
    column_colors: IntArray | None,
    symmetric: bool,
) -> Groups:
    """Find the groups of a coloring of the columns, the rows, or both; or of a symmetric one."""
    none = np.full(pattern.nnz, -1, dtype=np.int32)
    empty = np.empty(0, dtype=np.int32)
    first, size, position, product = none, empty, empty, empty
    offset = 0
    if column_colors is not None:
        first, size, position, product = _one_side(pattern, column_colors, 0)
        offset = int(column_colors.max(initial=0))
    if symmetric:
        keep = pattern.rows >= pattern.cols
        second = np.where(pattern.rows != pattern.cols, first[pattern.column_major], -1)
        return Groups(first[keep], second[keep].astype(np.int32), size, position, product)
    if row_colors is None:
        return Groups(first, none, size, position, product)
    of_transposed, more, at, by = _one_side(pattern.T, row_colors, offset)
    second = np.empty(pattern.nnz, dtype=np.int32)
    second[pattern.column_major] = np.where(
        of_transposed >= 0, of_transposed + np.int32(size.size), -1
    )
    return Groups(
        first,
        second,
        np.concatenate([size, more]),
        np.concatenate([position, at]),
        np.concatenate([product, by]),
    )


def unknown_numbers(pattern: SparsityPattern) -> IntArray:
    """For each entry of a symmetric pattern its number in the lower triangle, row-major."""
    below = pattern.rows >= pattern.cols
    number = np.cumsum(below, dtype=np.int32) - np.int32(1)
    return np.where(below, number, number[pattern.column_major]).astype(np.int32)


def direct_reading(groups: Groups) -> IntArray:
    """For each unknown a group that holds nothing else, or -1 where there is none."""
    alone = np.concatenate([groups.size == 1, [False]])  # so that alone[-1] is False
    chosen = np.where(alone[groups.second], groups.second, -1)
    return np.where(alone[groups.first], groups.first, chosen).astype(np.int32)


def substitution(groups: Groups) -> tuple[Substitution, IntArray]:
    """Order the unknowns for substitution; return also 1 for each unknown solved, else 0."""
    num_unknowns, num_groups = groups.first.size, groups.size.size
    solved = np.zeros(num_unknowns, dtype=np.int32)
    steps = [np.empty(num_unknowns, dtype=np.int32) for _ in range(3)]
    left, combined = (np.zeros(num_groups, dtype=np.int32) for _ in range(2))
    queue = np.empty(num_groups, dtype=np.int32)
    count = peel(groups.first, groups.second, left, combined, queue, solved, *steps)
    unknown, group, other = (step[:count] for step in steps)
    return Substitution(groups.position, groups.product, unknown, group, other), solved
