"""Linear maps: products of traced arrays with constant matrices, dense and sparse.

A product with a constant matrix is one weighted sum for each result; a product of two traced
arrays is a block of multiplications and one sum for each result, where constant entries become
weights. Zeros of constants push nothing. Next: ``_products.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from asdopt._errors import UnsupportedOperationError
from asdopt._ops import CODE
from asdopt.tracing._array_base import TracedArrayBase, wrap
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import Ids, constant_mask
from asdopt.tracing._tape import Tape

__all__ = [
    "as_constant",
    "check_sparse",
    "contract",
    "is_sparse",
    "is_sparse_matrix",
    "matrix_times",
    "refuse_mismatch",
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
        refuse_mismatch(matrix.shape, ids.shape)
    return wrap(tape, matrix_times(tape, matrix, ids))


def times_sparse(tape: Tape, x: Any, matrix: Any) -> Any:
    """Compute ``x @ A`` for a sparse matrix ``A`` of SciPy."""
    if matrix.dtype.kind == "c":
        return _by_parts(tape, matrix, lambda part: times_sparse(tape, x, part))
    check_sparse(tape, matrix)
    ids = lift(tape, x).ids
    if ids.ndim not in (1, 2) or ids.shape[-1] != matrix.shape[0]:
        refuse_mismatch(ids.shape, matrix.shape)
    return wrap(tape, matrix_times(tape, matrix.T, ids.T).T)


def _by_parts(tape: Tape, matrix: Any, product: Callable[[Any], Any]) -> Any:
    from asdopt.tracing._complex import make  # written in terms of this module

    return make(tape, product(matrix.real), product(matrix.imag))


def refuse_mismatch(a: tuple[int, ...], b: tuple[int, ...]) -> NoReturn:
    """Raise what NumPy raises for a product of arrays whose shapes do not fit."""
    raise ValueError(
        f"matmul: dimension mismatch of operands with shapes {a} and {b}: the last axis of the "
        "first must be as long as the second-last (or only) axis of the second"
    )


def as_constant(value: Any) -> Matrix | None:
    """Operand as a plain matrix of numbers if it holds nothing traced."""
    plain = isinstance(value, np.ndarray) and not isinstance(
        value, (TracedArrayBase, np.ma.MaskedArray)
    )
    return np.asarray(value, dtype=np.float64) if plain and value.dtype.kind in "fiub" else None
