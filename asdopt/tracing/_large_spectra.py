"""Eigenvalues of symmetric matrices of any size, recorded whole.

Rotations written out one by one (``_eigenvalues.py``) need a number of operations that grows with
the cube of the size; here the derivatives of LAPACK's values follow from its vectors::

    D w_i[a]    = v_i . a v_i
    D w_i[a, b] = 2 sum_k (v_i . a v_k) (v_k . b v_i) / (w_i - w_k)

Second derivatives of a weighted sum are products with matrices, never a matrix by all entries.

References
----------
Kato, "Perturbation Theory for Linear Operators", chapter II.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from asdopt.tracing._boxes import Box

__all__ = ["EigenValues"]

FloatArray = npt.NDArray[np.float64]
# Relative distance of eigenvalues below which rounding decides their difference.
_APART = 1e-13


class EigenValues(Box):
    """Ascending eigenvalues of a symmetric matrix, from the entries of its lower triangle."""

    hint = "eigenvalues that coincide have no second derivatives"

    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self.size = size
        self.num_results = size
        self.num_inputs = size * (size + 1) // 2

    def _matrix(self, x: FloatArray) -> FloatArray:
        lower = np.zeros((self.size, self.size))
        lower[np.tril_indices(self.size)] = x
        return lower + np.tril(lower, -1).T

    def values(self, x: FloatArray) -> FloatArray:
        """Eigenvalues, ascending."""
        return np.asarray(np.linalg.eigvalsh(self._matrix(x)), dtype=np.float64)

    def jacobian(self, x: FloatArray) -> FloatArray:
        """By the entries of the lower triangle, which stand for two but on the diagonal."""
        _, vectors = np.linalg.eigh(self._matrix(x))
        rows, cols = np.tril_indices(self.size)
        twice = np.where(rows == cols, 1.0, 2.0)
        return np.asarray((vectors[rows] * vectors[cols] * twice[:, None]).T)

    def hessian(self, x: FloatArray, weights: FloatArray) -> Any:
        """Of the weighted sum: an operator, see :class:`_Curvature`."""
        values, vectors = np.linalg.eigh(self._matrix(x))
        return _Curvature(values, vectors, weights)


class _Curvature:
    """Second derivatives of ``weights @ w``: what products with directions need.

    Of values that coincide those are known that nothing depends on, whose weights are zero; the
    others are NaN.
    """

    def __init__(self, values: FloatArray, vectors: FloatArray, weights: FloatArray) -> None:
        self.vectors = vectors
        gaps = values[:, None] - values[None, :]
        size = np.max(np.abs(values), initial=0.0)
        close = np.abs(gaps) <= _APART * size
        np.fill_diagonal(close, val=False)
        rises = weights[:, None] - weights[None, :]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.where(gaps == 0.0, 0.0, rises / np.where(gaps == 0.0, 1.0, gaps))
        used = (weights[:, None] != 0.0) | (weights[None, :] != 0.0)
        self.data = np.where(close & used, np.nan, np.where(close, 0.0, ratios))

    def __matmul__(self, directions: FloatArray) -> FloatArray:
        """Products with directions, which are columns or one vector."""
        n = len(self.vectors)
        rows, cols = np.tril_indices(n)
        flat = directions.reshape(len(rows), -1)
        moves = np.zeros((flat.shape[1], n, n))
        # The derivative by an entry off the diagonal is that by both that it stands for.
        moves[:, rows, cols] = flat.T
        moves[:, cols, rows] = flat.T
        turned = self.vectors.T @ moves @ self.vectors * self.data
        found = self.vectors @ turned @ self.vectors.T
        twice = np.where(rows == cols, 1.0, 2.0)
        return np.asarray((found[:, rows, cols] * twice).T.reshape(directions.shape))

    def tocsr(self) -> sparse.csr_array:
        """All second derivatives as a matrix."""
        return sparse.csr_array(self @ np.eye(len(self.vectors) * (len(self.vectors) + 1) // 2))
