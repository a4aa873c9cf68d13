"""Norms of traced vectors and matrices.

Next: ``_factorizations.py``, ``_eigenvalues.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt.tracing._array_base import wrap
from asdopt.tracing._eigenvalues import singular_values
from asdopt.tracing._lift import lift
from asdopt.tracing._nodes import rows
from asdopt.tracing._reductions import reduce
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import call

__all__ = ["norm"]


@implements(np.linalg.norm)
def norm(tape: Tape, x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:  # noqa: A002  # NumPy's name
    """Norm of a vector or matrix, or of each along given axes."""
    source = lift(tape, x)
    if axis is None:
        frobenius = ord in {"f", "fro"} and source.ndim == 2
        if ord is None or frobenius or (ord == 2 and source.ndim == 1):
            return _euclidean(tape, source, None, keepdims)
        axes: tuple[int, ...] = tuple(range(source.ndim))
    else:
        axes = np.lib.array_utils.normalize_axis_tuple(axis, source.ndim)
    if len(axes) == 1:
        return _vector_norm(tape, source, ord, axes, keepdims)
    if len(axes) == 2:
        return _matrix_norm(tape, source, ord, axes, keepdims)
    raise ValueError("Improper number of dimensions to norm.")


def _euclidean(tape: Tape, x: Any, axes: Any, keepdims: bool) -> Any:
    squares = call(tape, np.square, (x,))
    return call(tape, np.sqrt, (reduce(tape, np.add, squares, axes, keepdims),))


def _vector_norm(tape: Tape, x: Any, ord: Any, axes: Any, keepdims: bool) -> Any:  # noqa: A002  # NumPy's name
    if ord is None or ord == 2:
        return _euclidean(tape, x, axes, keepdims)
    size = call(tape, np.absolute, (x,))
    if ord == np.inf:
        return reduce(tape, np.maximum, size, axes, keepdims)
    if ord == -np.inf:
        return reduce(tape, np.minimum, size, axes, keepdims)
    if ord == 0:
        nonzero = lift(tape, call(tape, np.not_equal, (x, 0.0)))
        return reduce(tape, np.add, wrap(tape, nonzero.ids), axes, keepdims)
    if ord == 1:
        return reduce(tape, np.add, size, axes, keepdims)
    if isinstance(ord, str):
        raise ValueError(f"Invalid norm order '{ord}' for vectors")
    total = reduce(tape, np.add, call(tape, np.power, (size, float(ord))), axes, keepdims)
    return call(tape, np.power, (total, 1.0 / ord))


def _matrix_norm(tape: Tape, x: Any, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Any:  # noqa: A002  # NumPy's name
    row, column = axes
    if row == column:
        raise ValueError("Duplicate axes given.")
    if ord is None or ord in {"f", "fro"}:
        return _euclidean(tape, x, axes, keepdims)
    if ord in {1, -1, np.inf, -np.inf}:
        inner, outer = (row, column) if abs(ord) == 1 else (column, row)
        sums = reduce(tape, np.add, call(tape, np.absolute, (x,)), inner, True)
        best = reduce(tape, np.maximum if ord > 0 else np.minimum, sums, outer, True)
        return best if keepdims else np.squeeze(best, axis=axes)[()]
    if ord in {2, -2, "nuc"}:
        moved = np.moveaxis(x.ids, axes, (-2, -1))
        values = singular_values(tape, moved)
        ufunc = np.add if ord == "nuc" else np.maximum if ord == 2 else np.minimum
        result = lift(tape, reduce(tape, ufunc, values, -1, False))
        return wrap(tape, result.ids.reshape(rows(x.ids, axes)[2]) if keepdims else result.ids)
    raise ValueError("Invalid norm order for matrices.")


@implements(np.linalg.vector_norm)
def _array_vector_norm(
    tape: Tape,
    x: Any,
    /,
    *,
    axis: Any = None,
    keepdims: bool = False,
    ord: Any = 2,  # noqa: A002  # NumPy's name
) -> Any:
    source = lift(tape, x)
    flat, shape, kept = rows(source.ids, axis)
    result = lift(tape, _vector_norm(tape, wrap(tape, flat), ord, (1,), False))
    return wrap(tape, result.ids.reshape(kept if keepdims else shape))


@implements(np.linalg.matrix_norm)
def _array_matrix_norm(tape: Tape, x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:  # noqa: A002  # NumPy's name
    return norm(tape, x, ord, (-2, -1), keepdims)
