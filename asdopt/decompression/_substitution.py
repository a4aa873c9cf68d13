"""Decompression by substitution, and what it does to errors.

Enters: sums read from the products, and the order in which they are resolved. Leaves: values, or
for each the number of sums that entered it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt.coloring import Coloring
from asdopt.coloring._reading import Substitution
from asdopt.decompression._entries import Triangle, triangle_pattern, unknown_of_entry
from asdopt.decompression._substitute import count_summands, substitute

__all__ = ["error_growth", "substitute_values"]

_NATIVE = {np.dtype(t) for t in (np.float32, np.float64, np.complex64, np.complex128, np.longlong)}


def substitute_values(plan: Substitution, sums: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Resolve the sums of all groups, one value after the other; `sums` is used up."""
    if sums.dtype not in _NATIVE:
        sums = sums.astype(np.longlong if sums.dtype.kind in "iub" else np.float64)
    values = np.zeros(plan.step_unknown.size, dtype=sums.dtype)
    substitute(plan.step_unknown, plan.step_group, plan.step_other, sums, values)
    return values


def error_growth(coloring: Coloring, triangle: Triangle = "F") -> npt.NDArray[np.float64]:
    """Count for each entry the numbers from the products that it is computed from.

    If every number of the products carries an error of at most e, the value of an entry carries
    at most `growth * e` (rounding of the subtractions adds as many units in the last place of the
    largest number involved). Direct decompression has growth 1 everywhere.

    Parameters
    ----------
    coloring : Coloring
        Any coloring.
    triangle : {"F", "L", "U"}, default "F"
        All entries, or those of one triangle of a symmetric matrix.

    Returns
    -------
    ndarray of float64, shape (nnz,)
        Growth, aligned with the (triangle's) structure arrays.

    Examples
    --------
    >>> from asdopt._pattern import SparsityPattern
    >>> from asdopt.coloring import color
    >>> path = SparsityPattern.from_dense([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]])
    >>> error_growth(color(path, "symmetric", "substitution"), triangle="L").tolist()
    [1.0, 2.0, 1.0]
    """
    if coloring.decompression == "direct":
        return np.ones(triangle_pattern(coloring, triangle).nnz)
    triangle_pattern(coloring, triangle)  # refuses triangles of what is not symmetric
    plan = coloring.substitution
    counts = np.ones(plan.step_unknown.size)
    ones = np.ones(plan.position.size)
    count_summands(plan.step_unknown, plan.step_group, plan.step_other, ones, counts)
    unknown = unknown_of_entry(coloring, triangle)
    return counts if unknown is None else counts[unknown]
