"""Products of arrays: matmul, dot, inner, outer, tensordot, with dense and sparse constants.

A product with a constant matrix is one weighted sum for each result; a product of two traced
arrays is a block of multiplications and one sum for each result, where constant entries become
weights. Zeros of constants push nothing. Next: ``_einsum.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from asdopt._errors import UnsupportedOperationError
from asdopt._ops import CODE
from asdopt.tracing._array_base import TracedArrayBase, mirror, wrap
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import Ids, constant_mask, weighted
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import call, check_types, composite, deliver

__all__ = [
    "check_sparse",
    "contract",
    "is_sparse",
    "matmul",
    "matrix_times",
    "sparse_times",
    "times_sparse",
]

_MULTIPLY = CODE["multiply"]
Matrix = npt.NDArray[np.float64]


def is_sparse(value: Any) -> bool:
    """Whether a value is a sparse matrix or array of SciPy, without importing SciPy."""
    return type(value).__module__.startswith("scipy.sparse") and hasattr(value, "tocsr")


def is_sparse_matrix(value: Any) -> bool:
    """Whether a value is one of SciPy's sparse matrices, for which ``*`` is the matrix product."""
    return is_sparse(value) and any(kind.__name__ == "spmatrix" for kind in type(value).__mro__)


def contract(tape: Tape, a: Ids, b: Ids) -> Ids:
    """Inner products along the last axis of two arrays of ids of equal shape."""
    fixed_a, fixed_b = constant_mask(tape, a), constant_mask(tape, b)
    if not fixed_a.any() and not fixed_b.any():
        ids, weights = tape.block(_MULTIPLY, a, b), None
    else:
        # A constant factor is the weight of the other one.
        weights = np.where(fixed_a, tape.values(a), np.where(fixed_b, tape.values(b), 1.0))
        ids = np.where(fixed_a, b, a)
        both = ~fixed_a & ~fixed_b
        ids[both] = tape.block(_MULTIPLY, a[both], b[both])
    length = a.shape[-1]
    shape = a.shape[:-1]
    indptr = np.arange(math.prod(shape) + 1, dtype=np.intp) * length
    flat = None if weights is None else weights.ravel()
    return tape.sums(indptr, ids.ravel(), flat).reshape(shape)


def matrix_times(tape: Tape, matrix: Any, x: Ids) -> Ids:
    """Compute ``matrix @ x`` for a constant matrix, dense or sparse, and ids of (n,) or (n, k)."""
    if is_sparse(matrix):
        csr = matrix.tocsr()
        if not csr.has_canonical_format:
            csr = csr.copy()  # tocsr may have returned the user's own
            csr.sum_duplicates()
        indptr, columns, weights = csr.indptr, csr.indices, csr.data
        height = csr.shape[0]
    else:
        height = matrix.shape[0]
        row, columns = np.nonzero(matrix)
        weights = matrix[row, columns]
        indptr = np.searchsorted(row, np.arange(height + 1))
    indptr = np.asarray(indptr, dtype=np.intp)
    if x.ndim == 1:
        return tape.sums(indptr, x[columns], weights)
    width = x.shape[1]
    starts = (np.arange(width, dtype=np.intp)[:, None] * len(columns) + indptr[:-1]).ravel()
    all_ptr = np.append(starts, width * len(columns))
    ids = tape.sums(all_ptr, x.T[:, columns].ravel(), np.tile(weights, width))
    return ids.reshape(width, height).T


def check_sparse(tape: Tape, matrix: Any) -> None:
    """Refuse what is no real sparse matrix of two dimensions."""
    if matrix.ndim != 2 or matrix.dtype.kind not in "fiub":
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"a product of a traced array with a sparse {matrix.ndim}-d array of type "
            f"{matrix.dtype} was asked for; known are real matrices of two dimensions",
        )


def sparse_times(tape: Tape, matrix: Any, x: Any) -> Any:
    """Compute ``A @ x`` for a sparse matrix ``A`` of SciPy."""
    if matrix.dtype.kind == "c":
        return _by_parts(tape, matrix, lambda part: sparse_times(tape, part, x))
    check_sparse(tape, matrix)
    ids = lift(tape, x).ids
    if ids.ndim not in (1, 2) or ids.shape[0] != matrix.shape[1]:
        _mismatch(matrix.shape, ids.shape)
    return wrap(tape, matrix_times(tape, matrix, ids))


def times_sparse(tape: Tape, x: Any, matrix: Any) -> Any:
    """Compute ``x @ A`` for a sparse matrix ``A`` of SciPy."""
    if matrix.dtype.kind == "c":
        return _by_parts(tape, matrix, lambda part: times_sparse(tape, x, part))
    check_sparse(tape, matrix)
    ids = lift(tape, x).ids
    if ids.ndim not in (1, 2) or ids.shape[-1] != matrix.shape[0]:
        _mismatch(ids.shape, matrix.shape)
    return wrap(tape, matrix_times(tape, matrix.T, ids.T).T)


def _by_parts(tape: Tape, matrix: Any, product: Callable[[Any], Any]) -> Any:
    from asdopt.tracing._complex import make  # written in terms of this module

    return make(tape, product(matrix.real), product(matrix.imag))


def _mismatch(a: tuple[int, ...], b: tuple[int, ...]) -> NoReturn:
    raise ValueError(
        f"matmul: dimension mismatch of operands with shapes {a} and {b}: the last axis of the "
        "first must be as long as the second-last (or only) axis of the second"
    )


def _constant(value: Any) -> Matrix | None:
    """Operand as a plain matrix of numbers if it holds nothing traced."""
    plain = isinstance(value, np.ndarray) and not isinstance(
        value, (TracedArrayBase, np.ma.MaskedArray)
    )
    return np.asarray(value, dtype=np.float64) if plain and value.dtype.kind in "fiub" else None


@composite(np.matmul)
def matmul(tape: Tape, a: Any, b: Any) -> Any:
    """Compute ``a @ b`` by NumPy's rules: vectors, matrices, stacks of these, sparse matrices."""
    if is_sparse(a):
        return sparse_times(tape, a, b)
    if is_sparse(b):
        return times_sparse(tape, a, b)
    left, right = _constant(a), _constant(b)
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
        _mismatch(np.shape(a), np.shape(b))
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
    left, right = _constant(a), _constant(b)
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
        _mismatch(np.shape(a), np.shape(b))
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
    if _constant(a) is not None and _constant(b) is not None:
        return a @ b
    return matmul(tape, a, b)
