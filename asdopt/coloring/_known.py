"""Colorings that the user brings along: checked, then used like any other.

Enters: a pattern and colors. Leaves: a `Coloring`, or a ColoringError that names an entry which
these colors do not recover.
"""

from __future__ import annotations

from typing import get_args

import numpy as np
import numpy.typing as npt

from asdopt._errors import ColoringError, InputError
from asdopt._pattern import SparsityPattern
from asdopt.coloring._coloring import Coloring, Decompression, Partition
from asdopt.coloring._reading import direct_reading, substitution
from asdopt.coloring._symmetric import check_choice, check_is_pattern, symmetric_pattern

__all__ = ["known_coloring"]

IntArray = npt.NDArray[np.int32]


def _checked(name: str, colors: npt.ArrayLike | None, size: int) -> IntArray:
    if colors is None:
        raise InputError(f"{name} are needed for this partition: one color for each, from 1.")
    array = np.asarray(colors)
    if array.size == 0:
        array = array.astype(np.int32)
    if array.dtype.kind not in "iu" or array.shape != (size,):
        raise ColoringError(
            f"{name} must be {size} integers, one for each; got an array of shape {array.shape} "
            f"and dtype {array.dtype}."
        )
    if array.size and not 0 <= int(array.min()) <= int(array.max()) <= size:
        raise ColoringError(
            f"{name} must lie in 1 ... {size}, or be 0 for the neutral color; found "
            f"{int(array.min())} ... {int(array.max())}."
        )
    return array.astype(np.int32)


def _first_failure(coloring: Coloring) -> str | None:
    """Describe the first entry that cannot be recovered, or return None."""
    groups = coloring.reading_groups
    if coloring.decompression == "direct":
        failed = direct_reading(groups) < 0
    else:
        failed = substitution(groups)[1] == 0
    if not failed.any():
        return None
    pattern = coloring.pattern.lower() if coloring.symmetric else coloring.pattern
    unknown = int(failed.argmax())
    reasons = []
    for group in (int(groups.first[unknown]), int(groups.second[unknown])):
        if group < 0:
            continue
        inside = (groups.first == group) | (groups.second == group)
        inside[unknown] = False
        other = int(inside.argmax())
        product, at = int(groups.product[group]), int(groups.position[group])
        is_column = product < coloring.num_column_colors
        kind, line = ("column", "row") if is_column else ("row", "column")
        number = product + 1 - (0 if is_column else coloring.num_column_colors)
        reasons.append(
            f"{kind} color {number} sums it in {line} {at} with "
            f"({pattern.rows[other]}, {pattern.cols[other]})"
        )
    reason = " and ".join(reasons) or "its row and column have the neutral color 0"
    return f"Entry ({pattern.rows[unknown]}, {pattern.cols[unknown]}) cannot be recovered: {reason}"


def known_coloring(
    pattern: SparsityPattern,
    colors: npt.ArrayLike | None = None,
    partition: Partition = "column",
    decompression: Decompression = "direct",
    *,
    row_colors: npt.ArrayLike | None = None,
    column_colors: npt.ArrayLike | None = None,
) -> Coloring:
    """Check a coloring that is already known, and wrap it.

    Parameters
    ----------
    pattern : SparsityPattern
        Pattern of the matrix; for symmetric partitions both triangles or one of them.
    colors : array_like of int
        Color of each column (partitions "column" and "symmetric") or row ("row"), from 1; 0 is
        the neutral color.
    partition : {"column", "row", "symmetric", "bidirectional"}, default "column"
        What carries colors.
    decompression : {"direct", "substitution"}, default "direct"
        How entries are to be recovered.
    row_colors, column_colors : array_like of int
        The colors of a bidirectional partition.

    Returns
    -------
    Coloring
        The coloring, proven valid for the pattern.

    Raises
    ------
    ColoringError
        An entry cannot be recovered with these colors, or there are too many or too few of them.

    Examples
    --------
    >>> pattern = SparsityPattern.from_dense([[1, 0, 0], [0, 2, 0], [0, 3, 4]])
    >>> known_coloring(pattern, [1, 2, 1]).num_colors
    2
    """
    check_choice("partition", partition, get_args(Partition))
    check_choice("decompression", decompression, get_args(Decompression))
    check_is_pattern("known_coloring", pattern)
    m, n = pattern.shape
    rows: IntArray | None = None
    columns: IntArray | None = None
    if partition == "bidirectional":
        rows = _checked("row_colors", row_colors, m)
        columns = _checked("column_colors", column_colors, n)
    elif partition == "row":
        rows = _checked("colors of rows", colors if row_colors is None else row_colors, m)
    else:
        columns = _checked(
            "colors of columns", colors if column_colors is None else column_colors, n
        )
    if partition == "symmetric":
        pattern = symmetric_pattern(pattern)
    coloring = Coloring(pattern, partition, decompression, "known", "given", rows, columns)
    failure = _first_failure(coloring)
    if failure is not None:
        raise ColoringError(
            f"The coloring given does not allow {decompression} decompression of "
            f"{pattern.summary}. {failure}. Products would return sums in place of entries; give "
            "these columns or rows different colors, or let color() find a coloring."
        )
    return coloring
