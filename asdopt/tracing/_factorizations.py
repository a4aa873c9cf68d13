"""Factorizations of traced matrices, written out in traced operations: LU, Cholesky, QR.

Zeros of constants are used: nothing is pushed for them. Next: ``_solving.py``.

References
----------
Golub and Van Loan, "Matrix Computations", sections 3.4, 4.2 and 5.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import wrap
from asdopt.tracing._lift import lift
from asdopt.tracing._nodes import (
    Ids,
    constant_mask,
    constants,
    decide,
    need_values,
)
from asdopt.tracing._registry import implements
from asdopt.tracing._stacks import each_matrix, map_matrices, square
from asdopt.tracing._tape import Tape

__all__ = ["lu", "nonzero", "reflect"]

_PIVOT_LOSS = 10.0


def nonzero(tape: Tape, ids: Ids) -> npt.NDArray[np.bool_]:
    """Tell which entries are not zeros of constants."""
    return np.asarray(~constant_mask(tape, ids) | (tape.values(ids) != 0.0))


def lu(tape: Tape, ids: Ids, what: str) -> tuple[TracedArray, npt.NDArray[np.intp], float]:
    """LU factors of a matrix, its rows permuted.

    Pivots are the largest entries at the point; a guard holds while no other becomes ten times
    larger, so that the factors stay accurate and small changes do not cost a new trace.

    Returns
    -------
    factors : TracedArray
        Both triangles; the unit diagonal of L is left out.
    order : ndarray of int
        Rows of the matrix in the order of the factors.
    sign : float
        Sign of the permutation.
    """
    need_values(tape, ids, what)
    a = TracedArray(tape, ids.copy())
    n, sign = len(a), 1.0
    order = np.arange(n)
    for k in range(n):
        column = np.abs(tape.values(a.ids[k:, k]))
        p = k + int(np.argmax(column))
        if not column.max() > 0.0:
            raise np.linalg.LinAlgError("Singular matrix")
        if p != k:
            a.ids[[k, p]], order[[k, p]], sign = a.ids[[p, k]], order[[p, k]], -sign
        below = k + 1 + np.flatnonzero(nonzero(tape, a.ids[k + 1 :, k]))
        if not below.size:
            continue
        decide(tape, (np.abs(a[below, k]) <= _PIVOT_LOSS * np.abs(a[k, k])).ids, what)
        a[below, k] = a[below, k] / a[k, k]
        right = k + 1 + np.flatnonzero(nonzero(tape, a.ids[k, k + 1 :]))
        if right.size:
            block = np.ix_(below, right)
            a[block] -= a[below, k][:, None] * a[k, right]
    return a, order, sign


@implements(np.linalg.cholesky)
def _cholesky(tape: Tape, a: Any, /, *, upper: bool = False) -> Any:
    ids = square(tape, a, "np.linalg.cholesky")
    ids = ids.mT if upper else ids
    result = lift(tape, each_matrix(tape, lambda m: _cholesky_one(tape, m), ids))
    return wrap(tape, result.ids.mT if upper else result.ids)


def _cholesky_one(tape: Tape, ids: Ids) -> Ids:
    a, n = TracedArray(tape, ids), len(ids)
    low = TracedArray(tape, np.broadcast_to(constants(tape, 0.0), ids.shape).copy())
    for k in range(n):
        done = low[k:, :k] @ low[k, :k] if k else 0.0
        column = a[k:, k] - done
        if tape.primal and not tape.values(column.ids[0]) > 0.0:
            raise np.linalg.LinAlgError("Matrix is not positive definite")
        low[k, k] = np.sqrt(column[0])
        if k + 1 < n:
            low[k + 1 :, k] = column[1:] / low[k, k]
    return low.ids


def reflect(tape: Tape, ids: Ids) -> tuple[TracedArray, list[tuple[int, Any, Any]]]:
    """Upper triangle by Householder reflections, with LAPACK's signs.

    Returns the triangle (with zeros below) and the reflections ``(row, vector, factor)``, each
    ``x -> x - vector (vector @ x) / factor`` on the rows from ``row``.
    """
    r = TracedArray(tape, ids.copy())
    m, n = ids.shape
    steps: list[tuple[int, Any, Any]] = []
    for k in range(min(m, n)):
        if k + 1 >= m or not nonzero(tape, r.ids[k + 1 :, k]).any():
            continue
        x = r[k:, k]
        length = np.copysign(np.sqrt(x @ x), x[0])
        vector = x.copy()
        vector[0] = x[0] + length
        factor = length * vector[0]
        r[k, k] = -length
        r[k + 1 :, k] = 0.0
        if k + 1 < n:
            r[k:, k + 1 :] -= vector[:, None] * ((vector @ r[k:, k + 1 :]) / factor)
        steps.append((k, vector, factor))
    return r, steps


def orthogonal(tape: Tape, steps: list[tuple[int, Any, Any]], rows: int, columns: int) -> Any:
    """First columns of the product of reflections."""
    q = lift(tape, np.eye(rows, columns))
    for k, vector, factor in reversed(steps):
        q[k:] -= vector[:, None] * ((vector @ q[k:]) / factor)
    return q


@implements(np.linalg.qr)
def _qr(tape: Tape, a: Any, mode: Any = "reduced") -> Any:
    if mode not in {"reduced", "complete", "r"}:
        raise ValueError(f"Unrecognized mode '{mode}'")
    ids = lift(tape, a).ids
    m, n = ids.shape[-2:]
    short = m if mode == "complete" else min(m, n)
    r = wrap(tape, map_matrices(lambda x: reflect(tape, x)[0].ids[:short], ids))
    if mode == "r":
        return r
    q = wrap(tape, map_matrices(lambda x: orthogonal(tape, reflect(tape, x)[1], m, short).ids, ids))
    return np.linalg._linalg.QRResult(q, r)
