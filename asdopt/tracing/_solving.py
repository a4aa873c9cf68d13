"""Determinants, inverses, linear systems and least squares of traced matrices.

Up to three rows the formulas of Cramer's rule are used: polynomials in the entries, without
pivots and guards. Above that LU factors, or QR for least squares.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import wrap
from asdopt.tracing._boxes import record
from asdopt.tracing._factorizations import lu, orthogonal, reflect
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import Ids, constant_values, constants, decide
from asdopt.tracing._norms import norm
from asdopt.tracing._products import matmul
from asdopt.tracing._registry import implements
from asdopt.tracing._spectral import Determinant
from asdopt.tracing._stacks import each_matrix, map_matrices, square
from asdopt.tracing._tape import Tape

__all__: list[str] = []

_SMALL = 3
_RANK_LOSS = 1e-10


@implements(np.linalg.det)
def _det(tape: Tape, a: Any) -> Any:
    ids = square(tape, a, "np.linalg.det")
    if ids.shape[-1] <= _SMALL and ids.ndim > 2:
        return wrap(tape, _stack_of_small_dets(tape, ids))
    return each_matrix(tape, lambda m: _det_one(tape, TracedArray(tape, m)), ids)


def _det_one(tape: Tape, a: TracedArray) -> Ids:
    if len(a) <= _SMALL:
        return lift(tape, _small_det(a)).ids
    if tape.primal and _is_singular(tape.values(a.ids)):
        return record(tape, Determinant(len(a)), a.ids).reshape(())
    factors, _, sign = lu(tape, a.ids, "np.linalg.det")
    return lift(tape, sign * np.prod(np.diagonal(factors))).ids


def _is_singular(values: Any) -> bool:
    """Whether elimination would divide by what is left of rounding."""
    spread = np.linalg.svdvals(values)
    return bool(spread[-1] <= _RANK_LOSS * spread[0])


def _stack_of_small_dets(tape: Tape, ids: Ids) -> Ids:
    det = lift(tape, _small_det(TracedArray(tape, ids))).ids
    return np.broadcast_to(det, ids.shape[:-2])


def _small_det(a: Any) -> Any:
    """Compute the determinant of each matrix of a stack, up to three rows."""
    n = a.shape[-1]
    if n == 0:
        return 1.0
    if n == 1:
        return a[..., 0, 0]
    if n == 2:
        return a[..., 0, 0] * a[..., 1, 1] - a[..., 0, 1] * a[..., 1, 0]
    return sum(a[..., 0, k] * _cofactor(a, 0, k) for k in range(3))


def _cofactor(a: Any, i: int, j: int) -> Any:
    """Signed minor of 1 by 1, 2 by 2 or 3 by 3 matrices."""
    n = a.shape[-1]
    if n == 1:
        return np.ones(a.shape[:-2])
    if n == 2:
        return (-1.0) ** (i + j) * a[..., 1 - i, 1 - j]
    # Cyclic indices carry the sign.
    i1, i2, j1, j2 = (i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3
    return a[..., i1, j1] * a[..., i2, j2] - a[..., i1, j2] * a[..., i2, j1]


@implements(np.linalg.slogdet)
def _slogdet(tape: Tape, a: Any) -> Any:
    ids = square(tape, a, "np.linalg.slogdet")

    def parts(m: Ids) -> Ids:
        matrix = TracedArray(tape, m)
        if len(m) <= _SMALL:
            det = wrap(tape, _det_one(tape, matrix))
            pair = [np.sign(det), np.log(np.abs(det))]
        else:
            factors, _, sign = lu(tape, m, "np.linalg.slogdet")
            pivots = np.diagonal(factors)
            pair = [sign * np.prod(np.sign(pivots)), np.sum(np.log(np.abs(pivots)))]
        return lift(tape, pair).ids

    both = map_matrices(parts, ids)
    return np.linalg._linalg.SlogdetResult(wrap(tape, both[..., 0]), wrap(tape, both[..., 1]))


@implements(np.linalg.inv)
def _inv(tape: Tape, a: Any) -> Any:
    ids = square(tape, a, "np.linalg.inv")
    return wrap(tape, _solve_stack(tape, ids, _identity(tape, ids.shape[-1])))


def _identity(tape: Tape, n: int) -> Ids:
    return constants(tape, np.eye(n))


def _solve_stack(tape: Tape, matrix: Ids, right: Ids) -> Ids:
    """Solutions of a stack of systems with several right-hand sides each."""
    n = matrix.shape[-1]
    fixed = constant_values(tape, matrix)
    if fixed is not None:
        return lift(tape, matmul(tape, np.linalg.inv(fixed), wrap(tape, right))).ids
    if 0 < n <= _SMALL:
        a = TracedArray(tape, matrix)
        parts = [[lift(tape, _cofactor(a, i, j)).ids for i in range(n)] for j in range(n)]
        adjugate = np.moveaxis(np.array(parts, dtype=np.int32), (0, 1), (-2, -1))
        product = matmul(tape, wrap(tape, adjugate), wrap(tape, right))
        det = lift(tape, _small_det(a)).ids[..., None, None]
        return lift(tape, product / wrap(tape, det)).ids
    return map_matrices(lambda m, r: _solve_one(tape, m, r), matrix, right)


def _solve_one(tape: Tape, matrix: Ids, right: Ids) -> Ids:
    """Solution of one system with several right-hand sides, by its factors."""
    b, n = TracedArray(tape, right), len(matrix)
    factors, order, _ = lu(tape, matrix, "np.linalg.solve")
    x = TracedArray(tape, b.ids[order])
    for k in range(1, n):
        x[k] = x[k] - factors[k, :k] @ x[:k]
    return _back_substitute(tape, factors, x)


def _back_substitute(tape: Tape, upper: Any, right: Any) -> Ids:
    x = TracedArray(tape, right.ids.copy())
    n = len(x)
    for k in range(n - 1, -1, -1):
        rest = x[k] - upper[k, k + 1 : n] @ x[k + 1 :] if k + 1 < n else x[k]
        x[k] = rest / upper[k, k]
    return x.ids


@implements(np.linalg.solve)
def _solve(tape: Tape, a: Any, b: Any) -> Any:
    matrix, right = square(tape, a, "np.linalg.solve"), lift(tape, b).ids
    vector = right.ndim == 1
    right = right[:, None] if vector else right
    if right.shape[-2] != matrix.shape[-1]:
        raise ValueError(
            f"solve: a matrix of shape {np.shape(a)} and a right-hand side of shape {np.shape(b)} "
            "do not fit"
        )
    ids = _solve_stack(tape, matrix, right)
    return wrap(tape, ids[..., 0] if vector else ids)


@implements(np.linalg.matrix_power)
def _matrix_power(tape: Tape, a: Any, n: Any) -> Any:
    square(tape, a, "np.linalg.matrix_power")
    if not isinstance(n, (int, np.integer)):
        raise TypeError("exponent must be an integer")
    base: Any = lift(tape, a)
    if n < 0:
        base, n = np.linalg.inv(base), -n
    result: Any = None
    while n:
        if n & 1:
            result = base if result is None else result @ base
        n >>= 1
        base = base @ base if n else base
    if result is None:
        eye = np.broadcast_to(_identity(tape, base.shape[-1]), base.shape)
        return wrap(tape, eye.copy())
    return result.copy()


@implements(np.linalg.tensorsolve)
def _tensorsolve(tape: Tape, a: Any, b: Any, axes: Any = None) -> Any:
    matrix: Any = lift(tape, a)
    right: Any = lift(tape, b)
    if axes is not None:
        rest = [k for k in range(matrix.ndim) if k not in axes]
        matrix = matrix.transpose(rest + list(axes))
    shape = matrix.shape[right.ndim :]
    flat = matrix.reshape(right.size, -1)
    return np.linalg.solve(flat, right.ravel()).reshape(shape)


@implements(np.linalg.tensorinv)
def _tensorinv(tape: Tape, a: Any, ind: int = 2) -> Any:
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    source: Any = lift(tape, a)
    flat = source.reshape(int(np.prod(source.shape[:ind])), -1)
    return np.linalg.inv(flat).reshape(source.shape[ind:] + source.shape[:ind])


def _pseudo_inverse(tape: Tape, ids: Ids, what: str, cutoff: float | None = None) -> Ids:
    """Pseudo-inverse of a matrix of full rank: R^-1 Q' of its QR factors.

    Singular values below ``cutoff`` times the largest would count as zero; a guard holds that
    there are none.
    """
    fixed = constant_values(tape, ids)
    if fixed is not None:
        return constants(tape, np.linalg.pinv(fixed, 1e-15 if cutoff is None else cutoff))
    m, n = ids.shape
    if m < n:
        return _pseudo_inverse(tape, ids.T, what, cutoff).T
    if cutoff is not None:
        traced: Any = np.linalg.svdvals(TracedArray(tape, ids))
        if not decide(tape, lift(tape, traced[-1] > cutoff * traced[0]).ids, what):
            raise refuse(
                tape,
                UnsupportedOperationError,
                f"{what} of a traced matrix of shape {ids.shape} was asked for with the cutoff "
                f"{cutoff:g}, below which singular values lie at the point; the rank is then not "
                "full: give a smaller cutoff, or add a regularization",
            )
    if tape.primal:
        spread = np.linalg.svd(tape.values(ids), compute_uv=False)
        if spread.size and not spread[-1] > max(m, n) * np.finfo(float).eps * spread[0]:
            raise refuse(
                tape,
                UnsupportedOperationError,
                f"{what} of a traced matrix of shape {ids.shape} was asked for whose rank at the "
                "point is not full; there it jumps and has no derivative: add a regularization",
            )
    r, steps = reflect(tape, ids)
    q = orthogonal(tape, steps, m, n)
    return _back_substitute(tape, r[:n], TracedArray(tape, np.ascontiguousarray(q.ids.T)))


@implements(np.linalg.pinv)
def _pinv(
    tape: Tape, a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None
) -> Any:
    ids = lift(tape, a).ids
    cutoff = rtol if rcond is None else rcond
    return each_matrix(tape, lambda m: _pseudo_inverse(tape, m, "np.linalg.pinv", cutoff), ids)


@implements(np.linalg.lstsq)
def _lstsq(tape: Tape, a: Any, b: Any, rcond: Any = None) -> Any:
    matrix, right = lift(tape, a), lift(tape, b)
    m, n = matrix.shape
    fixed = constant_values(tape, matrix.ids)
    if fixed is None:
        cutoff = None if rcond == -1 else rcond
        x = wrap(tape, _pseudo_inverse(tape, matrix.ids, "np.linalg.lstsq", cutoff)) @ right
        rank = min(m, n)
        spread: Any = np.linalg.svdvals(matrix)
    else:
        linear, _, found, spread = np.linalg.lstsq(fixed, np.eye(m), rcond=rcond)
        rank = int(found)
        x = matmul(tape, linear, right)
    if rank == n and m > n:
        gap = right - matrix @ x
        rest = np.atleast_1d(lift(tape, np.sum(gap * gap, axis=0)))
    else:
        rest = np.zeros(0)
    return x, rest, rank, spread


@implements(np.linalg.cond)
def _cond(tape: Tape, x: Any, p: Any = None) -> Any:
    if p in {None, 2, -2}:
        spread = np.linalg.svdvals(x)
        high, low = spread[..., 0], spread[..., -1]
        return low / high if p == -2 else high / low
    matrix: Any = lift(tape, x)
    inverse = np.linalg.inv(matrix)
    kind: Callable[[Any], Any] = lambda y: norm(tape, y, p, (-2, -1))  # noqa: E731
    return kind(matrix) * kind(inverse)
