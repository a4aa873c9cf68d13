"""Matrices of the class ``np.matrix``, for which ``*`` is the product: object arrays of scalars.

Enters: arguments of NumPy's functions of which one is an ``np.matrix``, and traced arrays that
become one. Leaves: an ``np.matrix`` of traced scalars, whose operators, indices and methods are
NumPy's own, or what ``np.linalg`` computes, as a matrix where NumPy gives one. Traced arrays that
meet a matrix become object arrays, so that the result is a matrix as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt.tracing import _conversions
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._callee import holds_traced, running_tape
from asdopt.tracing._lift import lift
from asdopt.tracing._standins import stands_for
from asdopt.tracing._tape import Tape
from asdopt.tracing._tracer import Tracer

__all__ = [
    "as_matrix",
    "has_matrix",
    "inverse",
    "is_traced_matrix",
    "of_linalg",
    "of_ufunc",
    "on_objects",
    "power",
]


def has_matrix(values: Any) -> bool:
    """Whether one of some arguments, or of a list among them, is an ``np.matrix``."""
    return any(
        isinstance(v, np.matrix) or (type(v) in (list, tuple) and has_matrix(v)) for v in values
    )


def is_traced_matrix(value: Any) -> bool:
    """Whether a value is a matrix that may hold traced scalars."""
    return isinstance(value, np.matrix) and value.dtype == object


def _objects(value: Any) -> Any:
    if isinstance(value, TracedArrayBase):
        array: Any = value
        return _conversions.to_objects(array)
    if isinstance(value, Tracer):
        holder: npt.NDArray[Any] = np.empty((), dtype=object)
        holder[()] = value
        return holder
    if type(value) in (list, tuple):
        return type(value)(map(_objects, value))
    return value


def as_matrix(array: Any) -> Any:
    """Make an ``np.matrix`` of a traced array of two dimensions."""
    return _conversions.to_objects(array).view(np.matrix)


def on_objects(function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    """Call a function of NumPy with object arrays in place of traced ones."""
    return function(*map(_objects, args), **{k: _objects(v) for k, v in kwargs.items()})


def of_ufunc(tape: Tape, ufunc: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    """Call a ufunc with arrays in place of matrices, and give a matrix."""
    result = ufunc(*(_stripped(tape, a) for a in args), **kwargs)
    if "out" in kwargs:
        return result
    if isinstance(result, TracedArrayBase) and result.ids.ndim == 1:
        # Of a product with a vector: a matrix has two axes.
        result = result.reshape(1, -1)  # type: ignore[attr-defined]  # its subclass has it
    return _wrapped(result)


# Functions whose result is a matrix where the second argument is one, not the first.
_OF_SECOND = frozenset({np.linalg.solve, np.linalg.lstsq, np.linalg.tensorsolve})


def of_linalg(tape: Tape, function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    """Call a function of ``np.linalg`` with arrays in place of matrices, and give matrices."""
    result = function(*(_stripped(tape, a) for a in args), **kwargs)
    deciding = args[1:2] if function in _OF_SECOND else args[:1]
    return _wrapped(result) if has_matrix(deciding) else result


def _stripped(tape: Tape, value: Any) -> Any:
    if isinstance(value, np.matrix):
        return lift(tape, np.asarray(value))
    if type(value) in (list, tuple):
        return type(value)(_stripped(tape, part) for part in value)
    return value


def _wrapped(result: Any) -> Any:
    if isinstance(result, TracedArrayBase) and result.ids.ndim == 2:
        return as_matrix(result)
    if isinstance(result, tuple):
        parts = map(_wrapped, result)
        return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)
    return result


def inverse(matrix: Any) -> Any:
    """``matrix.I``."""
    function = np.linalg.inv if matrix.shape[0] == matrix.shape[1] else np.linalg.pinv
    return of_linalg(running_tape(), function, (matrix,), {})


def power(matrix: Any, exponent: Any) -> Any:
    """``matrix ** exponent``."""
    return of_linalg(running_tape(), np.linalg.matrix_power, (matrix, exponent), {})


@stands_for(np.matrix)
def _matrix(data: Any, dtype: Any = None, copy: bool = True) -> Any:
    if copy and type(data) in (list, tuple) and holds_traced(data):
        data = lift(running_tape(), data)
    if copy and isinstance(data, TracedArrayBase):
        data = _objects(data)
    return np.matrix(data, dtype, copy)
