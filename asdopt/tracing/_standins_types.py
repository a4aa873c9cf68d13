"""Stand-ins for questions what a value is: ``hasattr``, ``getattr``, ``isinstance``.

Users branch on them (a number or a sequence? can it be called?), so a traced value answers as the
plain one would in its place, also for what a traced value has or lacks for reasons of its own.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._callee import know
from asdopt.tracing._complex import TracedComplex
from asdopt.tracing._isinstance import install_samples, is_instance
from asdopt.tracing._location import refuse
from asdopt.tracing._sparse import TracedSparse
from asdopt.tracing._standins import stands_for
from asdopt.tracing._tracer import TracedBool, TracedFloat, Tracer

__all__ = ["attribute", "class_of", "sample"]

_FLOAT64, _BOOL = np.float64(1.5), np.True_


def _bool_sample(value: Any) -> Any:
    return True if value.plain else _BOOL


def _array_sample(value: Any) -> Any:
    # Strides of 0: no memory of that size.
    return np.broadcast_to(np.bool_(False) if value.is_bool else np.float64(0.0), value.shape)


def _complex_sample(value: Any) -> Any:
    return np.broadcast_to(np.complex128(0.0), value.shape) if value.shape else np.complex128(1.0)


def _sparse_sample(value: Any) -> Any:
    kind = "matrix" if value.is_matrix else "array"
    return getattr(scipy.sparse, f"{value.form or 'csr'}_{kind}")(value.shape)


_SCALARS: dict[type, Callable[[Any], Any]] = {
    Tracer: lambda value: _FLOAT64,
    TracedFloat: lambda value: 1.5,
    TracedBool: _bool_sample,
    TracedComplex: _complex_sample,
}
# These answer for their attributes themselves.
_MATRICES: dict[type, Callable[[Any], Any]] = {
    TracedSparse: _sparse_sample,
}
install_samples(_SCALARS | _MATRICES)
know(builtins.isinstance, is_instance)


def sample(value: Any) -> Any:
    """Return a plain value of the kind that a traced value stands for; None for a plain value."""
    make = _SCALARS.get(type(value))
    if make is not None:
        return make(value)
    return _array_sample(value) if isinstance(value, TracedArrayBase) else None


def class_of(value: Any) -> Any:
    """Class that a value shows to user code."""
    plain = sample(value)
    return value.__class__ if plain is None else type(plain)


def attribute(value: Any, plain: Any, name: str) -> Any:
    """Return an attribute of a traced value, as the plain one that it stands for has it."""
    if name == "__class__":
        return type(plain)
    if not hasattr(plain, name):
        return getattr(plain, name)  # raises, in the words of the plain value
    try:
        return getattr(value, name)
    except AttributeError as error:
        message = (
            f"the attribute {name!r} of a traced {type(plain).__name__} was asked for, which plain "
            "ones have and traced ones do not: their memory holds no numbers; use NumPy's functions"
        )
        raise refuse(value.tape, UnsupportedOperationError, message) from error


@stands_for(builtins.type)
def _type(*args: Any, **kwargs: Any) -> Any:
    found = type(*args, **kwargs)
    if len(args) == 1 and (found in _SCALARS or issubclass(found, TracedArrayBase)):
        return type(sample(args[0]))
    return found


@stands_for(builtins.hasattr)
def _hasattr(value: Any, name: str, /) -> bool:
    plain = sample(value)
    return hasattr(value if plain is None else plain, name)


@stands_for(builtins.getattr)
def _getattr(value: Any, name: str, /, *default: Any) -> Any:
    plain = sample(value)
    if plain is None:
        return getattr(value, name, *default)
    try:
        return attribute(value, plain, name)
    except AttributeError:
        if not default:
            raise
        return default[0]
