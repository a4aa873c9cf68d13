"""Eigenvectors and singular vectors of matrices, by perturbation of what LAPACK gives.

With ``A(t) = A + t a + s b`` and, in the basis of eigenvectors, ``a_kj = v_k . a v_j``, the vector
of a simple eigenvalue ``w_i`` of a symmetric matrix has, with ``g_k = 1 / (w_i - w_k)``, the
derivatives ::

    D v_i[a]    = sum_k  v_k a_ki g_k
    D v_i[a, b] = sum_k  v_k (sum_j (a_kj b_ji + b_kj a_ji) g_j - (a_ii b_ki + b_ii a_ki) g_k) g_k
                  - v_i sum_j a_ij b_ij g_j^2

where k and j run over the others. Singular vectors are those of the symmetric matrix
``[[0, A], [A.T, 0]]``. For matrices that are not symmetric, rows of the inverse of V take the
place of ``v_k .``, and the vectors are scaled to length 1 afterwards.

References
----------
Kato, "Perturbation Theory for Linear Operators", chapter II.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt.tracing._boxes import Box

__all__ = ["Determinant", "EigenSystem", "EigenVectors", "SingularVectors"]

FloatArray = npt.NDArray[np.float64]
# Relative distance of eigenvalues below which rounding decides the vectors.
_APART = 1e-13


def _inverse_gaps(values: Any, chosen: Any) -> Any:
    """``g[k, i] = 1 / (w_i - w_k)`` for chosen i, 0 for k = i; NaN where they coincide."""
    gaps = values[None, chosen] - values[:, None]
    own = np.arange(len(values))[:, None] == np.asarray(chosen)[None, :]
    close = np.abs(gaps) <= _APART * np.max(np.abs(values), initial=0.0)
    with np.errstate(divide="ignore"):
        return np.where(own, 0.0, np.where(close, np.nan, 1.0 / np.where(own, 1.0, gaps)))


class _Symmetric:
    """Derivatives of chosen eigenvectors of a symmetric matrix by directions of it.

    ``moves[p, k, j]`` is direction p in the basis of all vectors.
    """

    def __init__(
        self, values: FloatArray, vectors: FloatArray, chosen: Any, moves: FloatArray
    ) -> None:
        self.vectors = vectors
        self.chosen = chosen
        self.gaps = _inverse_gaps(values, chosen)
        self.moves = moves
        self.columns = moves[:, :, chosen]

    def first(self) -> FloatArray:
        """``D v_i`` by each direction, shape (directions, size, chosen)."""
        free = np.einsum("rk,pki->pri", self.vectors, self.columns * self.gaps)
        return np.asarray(free, dtype=np.float64)

    def second(self, weights: FloatArray) -> FloatArray:
        """Second derivatives of ``sum(weights * v_i)`` by all pairs of directions."""
        along = self.vectors.T @ weights
        own = along[self.chosen, np.arange(len(self.chosen))]
        count = len(self.moves)
        paired = np.einsum("pkj,ki->pji", self.moves, along * self.gaps) * self.gaps
        # What is i itself among the j has no gap of its own, and k = i none in the sum.
        diagonal = self.columns[:, self.chosen, np.arange(len(self.chosen))]
        paired -= along * self.gaps**2 * diagonal[:, None, :]
        half = paired.reshape(count, -1) @ self.columns.reshape(count, -1).T
        lengths = (self.columns * (own * self.gaps**2)).reshape(count, -1)
        total = half + half.T - lengths @ self.columns.reshape(count, -1).T
        return np.asarray(total, dtype=np.float64)


class EigenVectors(Box):
    """Eigenvectors of a symmetric matrix, from the entries of its lower triangle.

    ``solve(matrix)`` gives values and vectors.
    """

    hint = "eigenvalues that coincide have no derivatives of their vectors"

    def __init__(self, name: str, solve: Callable[[Any], Any], size: int) -> None:
        self.name = name
        self._solve = solve
        self.size = size
        self.num_results = size * size
        self.num_inputs = size * (size + 1) // 2

    def _matrix(self, x: FloatArray) -> FloatArray:
        lower = np.zeros((self.size, self.size))
        lower[np.tril_indices(self.size)] = x
        return lower + np.tril(lower, -1).T

    def values(self, x: FloatArray) -> FloatArray:
        """Vectors as columns, flat."""
        return np.asarray(self._solve(self._matrix(x))[1], dtype=np.float64).reshape(-1)

    def _system(self, x: FloatArray) -> _Symmetric:
        values, vectors = self._solve(self._matrix(x))
        rows, cols = np.tril_indices(self.size)
        moves = vectors[rows][:, :, None] * vectors[cols][:, None, :]
        moves = moves + moves.transpose(0, 2, 1)
        moves[rows == cols] *= 0.5
        return _Symmetric(values, vectors, np.arange(self.size), moves)

    def jacobian(self, x: FloatArray) -> FloatArray:
        """By the entries of the lower triangle."""
        return self._system(x).first().reshape(self.num_inputs, -1).T

    def hessian(self, x: FloatArray, weights: FloatArray) -> FloatArray:
        """Of the weighted sum of the vectors' entries."""
        return self._system(x).second(weights.reshape(self.size, self.size))


class SingularVectors(Box):
    """Left and right singular vectors of a matrix, from its entries: U, then V transposed.

    ``solve(matrix, full)`` gives U, the values and V transposed. With ``full`` also the one vector
    that completes the longer side.
    """

    hint = "singular values that coincide or vanish have no derivatives of their vectors"

    def __init__(
        self, name: str, solve: Callable[[Any, bool], Any], shape: tuple[int, int], full: bool
    ) -> None:
        self.name = name
        self._solve = solve
        self.shape = shape
        self.full = full and shape[0] != shape[1]
        self.rank = min(shape)
        # Vectors on the left and on the right.
        self.counts = [n if self.full else self.rank for n in shape]
        self.num_inputs = shape[0] * shape[1]
        self.num_results = self.counts[0] * shape[0] + self.counts[1] * shape[1]

    def values(self, x: FloatArray) -> FloatArray:
        """Both, flat."""
        left, _, right = self._solve(x.reshape(self.shape), self.full)
        return np.concatenate([left.reshape(-1), right.reshape(-1)])

    def _system(self, x: FloatArray) -> _Symmetric:
        (m, n), r = self.shape, self.rank
        matrix = x.reshape(self.shape)
        left, values, right = (part.copy() for part in self._solve(matrix, True))
        # Signs may depend on whether all vectors are asked for.
        given = self._solve(matrix, self.full)
        left[:, : given[0].shape[1]], right[: len(given[2])] = given[0], given[2]
        root = np.sqrt(0.5)
        top = np.hstack([root * left[:, :r], root * left[:, :r], left[:, r:], np.zeros((m, n - r))])
        low = np.hstack(
            [root * right[:r].T, -root * right[:r].T, np.zeros((n, m - r)), right[r:].T]
        )
        all_values = np.concatenate([values, -values, np.zeros(m + n - 2 * r)])
        moves = top[:, None, :, None] * low[None, :, None, :]
        moves = moves.reshape(m * n, m + n, m + n)
        moves = moves + moves.transpose(0, 2, 1)
        chosen = [*range(r), 2 * r] if self.full else range(r)
        return _Symmetric(all_values, np.vstack([top, low]), np.array(chosen, dtype=int), moves)

    def _scale(self) -> FloatArray:
        return np.array([np.sqrt(2.0)] * self.rank + [1.0] * self.full)

    def jacobian(self, x: FloatArray) -> FloatArray:
        """By the entries of the matrix."""
        m = self.shape[0]
        both = self._system(x).first() * self._scale()
        left, right = both[:, :m, : self.counts[0]], both[:, m:, : self.counts[1]]
        flat = [part.reshape(self.num_inputs, -1) for part in (left, right.transpose(0, 2, 1))]
        return np.concatenate(flat, axis=1).T

    def hessian(self, x: FloatArray, weights: FloatArray) -> FloatArray:
        """Of the weighted sum of the vectors' entries."""
        (m, n), (p, q) = self.shape, self.counts
        both = np.zeros((m + n, max(p, q)))
        both[:m, :p] = weights[: m * p].reshape(m, p)
        both[m:, :q] = weights[m * p :].reshape(q, n).T
        return self._system(x).second(both * self._scale())


class EigenSystem(Box):
    """Eigenvalues, real parts before imaginary parts, and real vectors, if wanted, of any matrix.

    ``solve(matrix)`` gives values and vectors.
    """

    hint = "eigenvalues that coincide have no derivatives"

    def __init__(
        self, name: str, solve: Callable[[Any], Any], size: int, with_vectors: bool
    ) -> None:
        self.name = name
        self._solve = solve
        self.size = size
        self.with_vectors = with_vectors
        self.num_inputs = size * size
        self.num_results = 2 * size + with_vectors * size * size

    def values(self, x: FloatArray) -> FloatArray:
        """Values and vectors, flat."""
        values, vectors = self._solve(x.reshape(self.size, self.size))
        parts = [np.real(values), np.imag(values)]
        if self.with_vectors:
            parts.append(np.real(vectors).reshape(-1))
        return np.concatenate(parts)

    def _system(self, x: FloatArray) -> tuple[Any, Any, Any]:
        values, vectors = self._solve(x.reshape(self.size, self.size))
        if not np.any(np.imag(values)):  # NumPy 2.5 gives complex arrays of real numbers
            values, vectors = np.real(values), np.real(vectors)
        try:
            rows = np.linalg.inv(vectors)
        except np.linalg.LinAlgError:  # two vectors are one
            rows = np.full(vectors.shape, np.nan)
        moves = rows.T[:, None, :, None] * vectors[None, :, None, :]
        n = self.size
        return vectors, moves.reshape(n * n, n, n), _inverse_gaps(values, np.arange(n))

    def jacobian(self, x: FloatArray) -> FloatArray:
        """By the entries of the matrix."""
        vectors, moves, gaps = self._system(x)
        values = np.einsum("pii->pi", moves)
        # A value that coincides with another has no derivative either.
        values = values + 0.0 * gaps.sum(axis=0)
        parts = [values.real, values.imag]
        if self.with_vectors:
            free = np.einsum("rk,pki->pri", vectors, moves * gaps)
            first = free - vectors * np.einsum("ri,pri->pi", vectors, free)[:, None, :]
            parts.append(np.real(first).reshape(len(moves), -1))
        return np.concatenate(parts, axis=1).T

    def hessian(self, x: FloatArray, weights: FloatArray) -> FloatArray:
        """Of the weighted sum of values and vectors."""
        vectors, moves, gaps = self._system(x)
        n, count = self.size, len(moves)
        # Re(z) and Im(z) with weights c and d are the real part of (c - i d) z.
        on_values = weights[:n] - 1j * weights[n : 2 * n]
        turned = moves.transpose(0, 2, 1).reshape(count, -1)
        half = (moves * gaps.T * on_values[:, None]).reshape(count, -1) @ turned.T
        total = np.real(half + half.T)
        if self.with_vectors:
            total = total + self._of_vectors(vectors, moves, gaps, weights[2 * n :].reshape(n, n))
        return np.asarray(total, dtype=np.float64)

    def _of_vectors(self, vectors: Any, moves: Any, gaps: Any, weights: Any) -> Any:
        """Of vectors scaled to length 1; free ones keep their component along v_i."""
        count = len(moves)
        along = np.einsum("ri,ri->i", vectors, weights)
        free = np.einsum("rk,pki->pri", vectors, moves * gaps)
        inner = vectors.T @ (weights - vectors * along)
        paired = np.einsum("pkj,ki->pji", moves, inner * gaps) * gaps
        diagonal = np.einsum("pii->pi", moves)
        paired = paired - inner * gaps**2 * diagonal[:, None, :]
        half = paired.reshape(count, -1) @ moves.reshape(count, -1).T
        by_weight = np.einsum("ri,pri->pi", weights, free)
        by_vector = np.einsum("ri,pri->pi", vectors, free)
        cross = by_weight @ by_vector.T
        flat = free.reshape(count, -1)
        lengths = (free * along).reshape(count, -1) @ flat.T
        return half + half.T - cross - cross.T - lengths + 3.0 * (by_vector * along) @ by_vector.T


class Determinant(Box):
    """Determinant of a matrix of any rank, from its entries.

    With ``A = U S V.T`` the derivatives are minors of S, products of all singular values but one
    or two, which need no division.
    """

    name = "np.linalg.det"

    def __init__(self, size: int) -> None:
        self.size = size
        self.num_inputs = size * size
        self.num_results = 1

    def values(self, x: FloatArray) -> FloatArray:
        """Value, shape (1,)."""
        return np.atleast_1d(np.linalg.det(x.reshape(self.size, self.size)))

    def _moves(self, x: FloatArray) -> tuple[Any, Any]:
        """Directions between singular vectors, with the sign in the left ones; the values."""
        left, values, right = np.linalg.svd(x.reshape(self.size, self.size))
        # One value takes the sign, so that the determinant is the product of all of them.
        sign = np.round(np.linalg.det(left) * np.linalg.det(right))
        left[:, 0], values[0] = left[:, 0] * sign, values[0] * sign
        n = self.size
        moves = left[:, None, :, None] * right.T[None, :, None, :]
        return moves.reshape(n * n, n, n), values

    def jacobian(self, x: FloatArray) -> FloatArray:
        """Cofactors."""
        moves, values = self._moves(x)
        rest = [np.prod(np.delete(values, i)) for i in range(self.size)]
        return np.asarray(np.einsum("pii,i->p", moves, np.array(rest))[None, :])

    def hessian(self, x: FloatArray, weights: FloatArray) -> FloatArray:
        """Second minors."""
        moves, values = self._moves(x)
        n = self.size
        rest = np.zeros((n, n))
        for i in range(n):
            for k in range(i):
                rest[i, k] = rest[k, i] = np.prod(np.delete(values, [i, k]))
        diagonal = np.einsum("pii->pi", moves)
        straight = diagonal @ rest @ diagonal.T
        crossed = (moves * rest).reshape(n * n, -1) @ moves.transpose(0, 2, 1).reshape(n * n, -1).T
        return np.asarray(weights[0] * (straight - crossed), dtype=np.float64)
