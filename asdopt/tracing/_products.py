"""Products of arrays as NumPy has them: matmul, dot, inner, outer, tensordot, kron, cross.

Enters: traced arrays and constants, dense or sparse. Leaves: traced arrays, by the contractions of
``_linear.py``. Next: ``_einsum.py``.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from asdopt.tracing._array_base import mirror, wrap
from asdopt.tracing._lift import lift
from asdopt.tracing._linear import (
    as_constant,
    contract,
    is_sparse,
    matrix_times,
    refuse_mismatch,
    sparse_times,
    times_sparse,
)
from asdopt.tracing._nodes import Ids, weighted
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import call, check_types, composite, deliver

__all__ = ["matmul", "vecdot"]


@composite(np.matmul)
def matmul(tape: Tape, a: Any, b: Any) -> Any:
    """Compute ``a @ b`` by NumPy's rules: vectors, matrices, stacks of these, sparse matrices."""
    if is_sparse(a):
        return sparse_times(tape, a, b)
    if is_sparse(b):
        return times_sparse(tape, a, b)
    left, right = as_constant(a), as_constant(b)
    x: Any = left if left is not None else lift(tape, a).ids
    y: Any = right if right is not None else lift(tape, b).ids
    if x.ndim == 0 or y.ndim == 0:
        raise ValueError(
            "matmul: Input operand does not have enough dimensions (a scalar was given): use * "
            "for products with scalars"
        )
    first, second = x.ndim == 1, y.ndim == 1
    if first and second and x.shape == y.shape:
        return wrap(tape, _inner_product(tape, x, y))
    x = x[None, :] if first else x
    y = y[:, None] if second else y
    if x.shape[-1] != y.shape[-2]:
        refuse_mismatch(np.shape(a), np.shape(b))
    if x.ndim > 2 or y.ndim > 2:
        stack = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
        shape = (*stack, x.shape[-2], y.shape[-1])
        whole = (*shape, x.shape[-1])
        left_factor = np.broadcast_to(x[..., :, None, :], whole)
        right_factor = np.broadcast_to(y.mT[..., None, :, :], whole)
        if left is not None:
            ids = weighted(tape, right_factor, left_factor)
        elif right is not None:
            ids = weighted(tape, left_factor, right_factor)
        else:
            ids = contract(tape, left_factor, right_factor)
    else:
        ids = _matmul_2d(tape, x, y)
    if first:
        ids = ids[..., 0, :]
    if second:
        ids = ids[..., 0]
    return wrap(tape, ids)


def _inner_product(tape: Tape, x: Any, y: Any) -> Any:
    """Inner product of two vectors of one length."""
    if x.dtype == np.float64:
        return tape.sums([0, len(y)], y, x)[0]
    if y.dtype == np.float64:
        return tape.sums([0, len(x)], x, y)[0]
    return contract(tape, x, y)


def _matmul_2d(tape: Tape, x: Any, y: Any) -> Ids:
    # Ids are int32, constants float64.
    if x.dtype == np.float64:
        return matrix_times(tape, x, y)
    if y.dtype == np.float64:
        return matrix_times(tape, y.T, x.T).T
    shape = (x.shape[0], y.shape[1], x.shape[1])
    a = np.broadcast_to(x[:, None, :], shape)
    return contract(tape, a, np.broadcast_to(y.T[None, :, :], shape))


@implements(np.linalg.matmul)
def _linalg_matmul(tape: Tape, x1: Any, x2: Any, /) -> Any:
    return matmul(tape, x1, x2)


@implements(np.dot)
def _dot(tape: Tape, a: Any, b: Any, out: Any = None) -> Any:
    if is_sparse(a) or is_sparse(b):
        return matmul(tape, a, b)
    x, y = np.ndim(a), np.ndim(b)
    if x == 0 or y == 0:
        return deliver(tape, call(tape, np.multiply, (a, b)), out)
    if x <= 2 and y <= 2:
        return deliver(tape, matmul(tape, a, b), out)
    if y == 1:
        return deliver(tape, matmul(tape, a, b), out)
    return deliver(tape, _tensordot(tape, a, b, ((x - 1,), (y - 2,))), out)


@implements(np.vdot)
def _vdot(tape: Tape, a: Any, b: Any, /) -> Any:
    return matmul(tape, np.ravel(a), np.ravel(b))


@implements(np.inner)
def _inner(tape: Tape, a: Any, b: Any, /) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return call(tape, np.multiply, (a, b))
    return _tensordot(tape, a, b, ((-1,), (-1,)))[()]


@implements(np.outer)
def _outer(tape: Tape, a: Any, b: Any, out: Any = None) -> Any:
    x, y = lift(tape, a).ids.ravel(), lift(tape, b).ids.ravel()
    return deliver(tape, call(tape, np.multiply, (wrap(tape, x[:, None]), wrap(tape, y))), out)


@implements(np.linalg.outer)
def _linalg_outer(tape: Tape, x1: Any, x2: Any, /) -> Any:
    return _outer(tape, x1, x2)


@implements(np.tensordot, np.linalg.tensordot)
def _tensordot(tape: Tape, a: Any, b: Any, axes: Any = 2) -> Any:
    left, right = as_constant(a), as_constant(b)
    x: Any = left if left is not None else lift(tape, a).ids
    y: Any = right if right is not None else lift(tape, b).ids
    if np.ndim(axes) == 0:
        over_x, over_y = list(range(x.ndim - axes, x.ndim)), list(range(axes))
    else:
        over_x, over_y = [list(np.atleast_1d(part)) for part in axes]
    over_x, over_y = [k % x.ndim for k in over_x], [k % y.ndim for k in over_y]
    if [x.shape[k] for k in over_x] != [y.shape[k] for k in over_y]:
        raise ValueError("shape-mismatch for sum")
    free_x = [k for k in range(x.ndim) if k not in over_x]
    free_y = [k for k in range(y.ndim) if k not in over_y]
    shape = [x.shape[k] for k in free_x] + [y.shape[k] for k in free_y]
    length = math.prod(x.shape[k] for k in over_x)
    p = x.transpose(free_x + over_x).reshape(math.prod(shape[: len(free_x)]), length)
    q = y.transpose(over_y + free_y).reshape(length, math.prod(shape[len(free_x) :]))
    return mirror(tape, _matmul_2d(tape, p, q).reshape(shape))


@implements(np.kron)
def _kron(tape: Tape, a: Any, b: Any) -> Any:
    x, y = lift(tape, a).ids, lift(tape, b).ids
    dims = max(x.ndim, y.ndim)
    x = x.reshape((1,) * (dims - x.ndim) + x.shape)
    y = y.reshape((1,) * (dims - y.ndim) + y.shape)
    shape = tuple(m * n for m, n in zip(x.shape, y.shape, strict=True))
    wide = x.reshape([n for m in x.shape for n in (m, 1)])
    tall = y.reshape([n for m in y.shape for n in (1, m)])
    product = lift(tape, call(tape, np.multiply, (wrap(tape, wide), wrap(tape, tall))))
    return wrap(tape, product.ids.reshape(shape))


@implements(np.trace)
def _trace(
    tape: Tape,
    a: Any,
    offset: int = 0,
    axis1: int = 0,
    axis2: int = 1,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    check_types(tape, "np.trace", {"dtype": dtype})
    diagonal = np.diagonal(lift(tape, a), offset, axis1, axis2)
    return deliver(tape, np.sum(diagonal, axis=-1), out)


@implements(np.linalg.trace)
def _linalg_trace(tape: Tape, x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    return _trace(tape, x, offset, -2, -1, dtype)


@implements(np.cross)
def _cross(
    tape: Tape,
    a: Any,
    b: Any,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> Any:
    if axis is not None:
        axisa = axisb = axisc = axis
    x = np.moveaxis(lift(tape, a).ids, axisa, -1)
    y = np.moveaxis(lift(tape, b).ids, axisb, -1)
    if x.shape[-1] != 3 or y.shape[-1] != 3:
        raise ValueError(
            "incompatible dimensions for cross product: both arrays must have vectors of three "
            f"components, got {x.shape[-1]} and {y.shape[-1]}"
        )
    p = [wrap(tape, x[..., k]) for k in range(3)]
    q = [wrap(tape, y[..., k]) for k in range(3)]
    parts = [p[i] * q[j] - p[j] * q[i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return np.stack(parts, axis=axisc)


@implements(np.linalg.cross)
def _linalg_cross(tape: Tape, x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    return _cross(tape, x1, x2, axis=axis)


@implements(np.linalg.vecdot)
def _linalg_vecdot(tape: Tape, x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    return vecdot(tape, x1, x2, axis)


@composite(np.matvec)
def _matvec(tape: Tape, a: Any, b: Any) -> Any:
    vectors = lift(tape, b).ids
    product = lift(tape, matmul(tape, a, wrap(tape, vectors[..., None])))
    return wrap(tape, product.ids[..., 0])


@composite(np.vecmat)
def _vecmat(tape: Tape, a: Any, b: Any) -> Any:
    vectors = lift(tape, a).ids
    product = lift(tape, matmul(tape, wrap(tape, vectors[..., None, :]), b))
    return wrap(tape, product.ids[..., 0, :])


@composite(np.vecdot)
def vecdot(tape: Tape, a: Any, b: Any, axis: int = -1) -> Any:
    """Inner products of vectors along one axis, broadcasting over the others."""
    x = np.moveaxis(lift(tape, a).ids, axis, -1)
    y = np.moveaxis(lift(tape, b).ids, axis, -1)
    if x.shape[-1] != y.shape[-1]:
        refuse_mismatch(np.shape(a), np.shape(b))
    p, q = np.broadcast_arrays(x, y)
    return wrap(tape, contract(tape, p, q))


@implements(np.linalg.multi_dot)
def _multi_dot(tape: Tape, arrays: Any, *, out: Any = None) -> Any:
    # The cheapest grouping is that of NumPy; shapes decide it.
    parts = list(arrays)
    if len(parts) < 2:
        raise ValueError("Expecting at least two arrays.")
    while len(parts) > 1:
        costs = [
            np.shape(p)[0] * np.size(q) if np.ndim(p) > 1 else np.size(q)
            for p, q in pairwise(parts)
        ]
        k = int(np.argmin(costs))
        parts[k : k + 2] = [_product(tape, parts[k], parts[k + 1])]
    return deliver(tape, parts[0], out)


def _product(tape: Tape, a: Any, b: Any) -> Any:
    if as_constant(a) is not None and as_constant(b) is not None:
        return a @ b
    return matmul(tape, a, b)
