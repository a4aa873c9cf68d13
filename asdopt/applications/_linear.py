"""Sparse LU decompositions of SciPy, with what the applications ask of them.

Enters: sparse matrices. Leaves: decompositions, and what their pivots tell: a determinant, whether
a symmetric matrix is positive definite, how many negative eigenvalues it has.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array
from scipy.sparse.linalg import splu

__all__ = ["decompose", "pivots", "symmetric_decomposition"]


def decompose(matrix: Any) -> Any | None:
    """Return the sparse LU decomposition of a square matrix; None if it is singular to rounding."""
    matrix = csc_array(matrix)
    n = matrix.shape[0]
    if n == 0:
        return _Nothing()
    scale = np.asarray(abs(matrix).max(axis=1).todense()).ravel()
    if not np.isfinite(scale).all() or not scale.all():
        return None
    try:
        lu = splu(matrix)
    except RuntimeError:  # SuperLU: "Factor is exactly singular"
        return None
    # Singular to rounding: a vector that the matrix takes to almost nothing.
    probe = np.sin(np.arange(1.0, n + 1))
    with np.errstate(all="ignore"):
        solved = lu.solve(probe)
        size = float(np.abs(solved).max())
        smallest = float(np.abs(probe).max()) / size if size else np.inf
    return lu if smallest > 1e-15 * float(scale.max()) else None


class _Nothing:
    """Decomposition of a matrix without rows."""

    def solve(self, rhs: npt.NDArray[np.float64], trans: str = "N") -> npt.NDArray[np.float64]:
        return np.array(rhs, dtype=np.float64)


def symmetric_decomposition(matrix: Any) -> Any | None:
    """Return an LU decomposition with pivots on the diagonal only; None if there is none."""
    try:
        lu = splu(
            csc_array(matrix),
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )
    except RuntimeError:
        return None
    return lu if np.array_equal(lu.perm_r, lu.perm_c) else None


def pivots(lu: Any) -> npt.NDArray[np.float64]:
    """Return the pivots of a symmetric decomposition: their signs are those of the eigenvalues."""
    return np.asarray(lu.U.diagonal())
