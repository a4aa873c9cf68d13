"""Sparse LU decompositions of SciPy, with what the applications ask of them.

Enters: sparse matrices. Leaves: decompositions, and what their pivots tell: a determinant, whether
a symmetric matrix is positive definite, how many negative eigenvalues it has.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, diags_array
from scipy.sparse.linalg import splu

from asdopt._errors import InputError

__all__ = ["columns_of", "decompose", "pivots", "symmetric_decomposition"]


def columns_of(value: npt.ArrayLike, size: int, name: str, of_what: str) -> npt.NDArray[np.float64]:
    """Read the right-hand side of a solve: one vector of a given size, or several as columns.

    Raises
    ------
    InputError
        It has another size.
    """
    array = np.asarray(value, dtype=np.float64)
    if array.ndim not in {1, 2} or array.shape[0] != size:
        raise InputError(
            f"{name} has shape {array.shape}, but there are {size} {of_what}: give an array of "
            f"shape ({size},) or ({size}, r)."
        )
    return array


def decompose(matrix: Any) -> Any | None:
    """Return the sparse LU decomposition of a square matrix; None if it is singular to rounding.

    Rows and columns are scaled to the same size first: units in which equations and unknowns are
    measured make no matrix singular.
    """
    matrix = csc_array(matrix)
    n = matrix.shape[0]
    if n == 0:
        return _Nothing()
    rows = _largest(matrix, axis=1)
    if not (np.isfinite(rows).all() and rows.all()):
        return None
    rows = 1.0 / rows
    columns = _largest(diags_array(rows) @ matrix, axis=0)
    if not columns.all():
        return None
    columns = 1.0 / columns
    try:
        lu: Any = splu(csc_array(diags_array(rows) @ matrix @ diags_array(columns)))
    except RuntimeError:  # SuperLU: "Factor is exactly singular"
        return None
    # Singular to rounding: a vector that the matrix takes to almost nothing. The first solve turns
    # the probe towards it, however small its part of that is; the second one measures.
    with np.errstate(all="ignore"):
        probe = lu.solve(np.sin(np.arange(1.0, n + 1)))
        size = float(np.abs(probe).max())
        grown = lu.solve(probe / size, "T")
    if not float(np.abs(grown).max()) < 1e15:
        return None
    return _Scaled(lu, rows, columns)


def _largest(matrix: Any, axis: int) -> npt.NDArray[np.float64]:
    return np.asarray(abs(matrix).max(axis=axis).todense()).ravel()


class _Scaled:
    """Decomposition of ``diag(rows) @ A @ diag(columns)``, which solves for A."""

    def __init__(
        self, lu: Any, rows: npt.NDArray[np.float64], columns: npt.NDArray[np.float64]
    ) -> None:
        self._lu = lu
        self._scales = {"N": (rows, columns), "T": (columns, rows)}

    def solve(
        self, rhs: npt.NDArray[np.float64], trans: Literal["N", "T"] = "N"
    ) -> npt.NDArray[np.float64]:
        before, after = self._scales[trans]
        # the scales belong to the first dimension of a vector or a matrix
        solved = self._lu.solve((rhs.T * before).T, trans=trans)
        return np.asarray((solved.T * after).T)


class _Nothing:
    """Decomposition of a matrix without rows."""

    def solve(self, rhs: npt.NDArray[np.float64], trans: str = "N") -> npt.NDArray[np.float64]:
        return np.array(rhs, dtype=np.float64)


def symmetric_decomposition(matrix: Any) -> Any | None:
    """Return an LU decomposition with pivots on the diagonal only; None if there is none.

    Minimum degree orders, but takes quadratic time for full rows: these are put last.
    """
    matrix = csc_array(matrix)
    n = matrix.shape[0]
    counts = np.diff(matrix.indptr)
    full = counts > 10 * np.sqrt(n) + 10
    if not full.any():
        return _on_the_diagonal(matrix, "MMD_AT_PLUS_A")
    sparse = np.flatnonzero(~full)
    # any values will do for an order: these have a decomposition whatever the matrix is
    rest = abs(matrix[sparse][:, sparse])
    rest.data[:] = 1.0
    lu = _on_the_diagonal(csc_array(rest + diags_array(counts[sparse] + 1.0)), "MMD_AT_PLUS_A")
    inner = np.arange(sparse.size) if lu is None else np.argsort(lu.perm_c)
    order = np.concatenate([sparse[inner], np.flatnonzero(full)])
    lu = _on_the_diagonal(csc_array(matrix[order][:, order]), "NATURAL")
    return None if lu is None else _Ordered(lu, order)


def _on_the_diagonal(
    matrix: csc_array, ordering: Literal["MMD_AT_PLUS_A", "NATURAL"]
) -> Any | None:
    try:
        lu = splu(
            matrix,
            permc_spec=ordering,
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )
    except RuntimeError:
        return None
    return lu if np.array_equal(lu.perm_r, lu.perm_c) else None


class _Ordered:
    """Decomposition of a matrix whose rows and columns were put into an order."""

    def __init__(self, lu: Any, order: npt.NDArray[np.intp]) -> None:
        self.U = lu.U
        self._lu = lu
        self._order = order

    def solve(self, rhs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        solved = np.empty_like(rhs)
        solved[self._order] = self._lu.solve(rhs[self._order])
        return solved


def pivots(lu: Any) -> npt.NDArray[np.float64]:
    """Return the pivots of a symmetric decomposition: their signs are those of the eigenvalues."""
    return np.asarray(lu.U.diagonal())
