"""Finite differences of black boxes, colored: one pair of calls for each color.

Enters: a function of a flat array, a point, a pattern. Leaves: values of the pattern.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from asdopt._pattern import SparsityPattern
from asdopt.coloring import color

__all__ = ["difference_hessian", "difference_jacobian"]

FloatArray = npt.NDArray[np.float64]


def difference_jacobian(
    fun: Callable[[FloatArray], FloatArray], x: FloatArray, pattern: SparsityPattern
) -> FloatArray:
    """Jacobian values by colored central differences, extrapolated once (Richardson).

    Parameters
    ----------
    fun : callable
        Function of an array of shape (n,) that returns an array of shape (m,).
    x : ndarray of float64, shape (n,)
    pattern : SparsityPattern, shape (m, n)

    Returns
    -------
    ndarray of float64, shape (nnz,)
        Aligned with the pattern; error about ``eps**(4/5)`` relative for smooth functions.
    """
    values = np.zeros(pattern.nnz)
    coloring = color(pattern, partition="column")
    # Fourth order: truncation h**4 balances rounding eps/h at eps**(1/5).
    step = np.finfo(np.float64).eps ** 0.2 * np.maximum(1.0, np.abs(x))
    step = (x + step) - x
    entry_colors = coloring.colors[pattern.cols]
    for c in range(1, coloring.num_colors + 1):
        h = np.where(coloring.colors == c, step, 0.0)
        near = np.asarray(fun(x + 0.5 * h)) - np.asarray(fun(x - 0.5 * h))
        far = np.asarray(fun(x + h)) - np.asarray(fun(x - h))
        mine = entry_colors == c
        rows, width = pattern.rows[mine], step[pattern.cols[mine]]
        values[mine] = (8.0 * near[rows] - far[rows]) / (6.0 * width)
    return values


def difference_hessian(fun: Callable[[FloatArray], float], x: FloatArray) -> FloatArray:
    """Hessian of a scalar function by second central differences, error about ``eps**(1/2)``.

    Returns
    -------
    ndarray of float64, shape (n, n), symmetric
    """
    n = x.size
    step = np.finfo(np.float64).eps ** 0.25 * np.maximum(1.0, np.abs(x))
    moves = np.diag((x + step) - x)
    width = np.diag(moves)
    hessian = np.empty((n, n))
    middle = fun(x)
    for i in range(n):
        plus, minus = fun(x + moves[i]), fun(x - moves[i])
        hessian[i, i] = (plus - 2.0 * middle + minus) / width[i] ** 2
        for j in range(i):
            corners = (
                fun(x + moves[i] + moves[j])
                - fun(x + moves[i] - moves[j])
                - fun(x - moves[i] + moves[j])
                + fun(x - moves[i] - moves[j])
            )
            hessian[i, j] = hessian[j, i] = corners / (4.0 * width[i] * width[j])
    return hessian
