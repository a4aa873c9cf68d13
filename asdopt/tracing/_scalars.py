"""What traced scalars hand over to the array layer.

Enters: an attribute name or a protocol call of a :class:`~asdopt.tracing._tracer.Tracer`.
Leaves: what ``numpy.float64`` has under that name, or the traced result. Ufuncs of one node on
scalars do not come here: ``_tracer.pyx`` serves them itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from asdopt._errors import TracingError
from asdopt.tracing import _array, _array_base, _functions, _tracer, _ufuncs
from asdopt.tracing._array_base import wrap
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import constant_values
from asdopt.tracing._tracer import Tracer

__all__ = ["attribute", "function", "ufunc"]

_NUMPY_SCALAR = frozenset(n for n in dir(np.float64) if not n.startswith("__"))
# Loops of NumPy over object arrays call these as methods of the elements: x.sin(), x.hypot(y).
_UFUNC_METHODS = {
    name: getattr(np, name)
    for name in [
        "arccos",
        "arccosh",
        "arcsin",
        "arcsinh",
        "arctan",
        "arctan2",
        "arctanh",
        "cbrt",
        "ceil",
        "copysign",
        "cos",
        "cosh",
        "deg2rad",
        "degrees",
        "exp",
        "exp2",
        "expm1",
        "fabs",
        "floor",
        "fmod",
        "hypot",
        "log",
        "log10",
        "log1p",
        "log2",
        "logaddexp",
        "logaddexp2",
        "logical_not",
        "modf",
        "rad2deg",
        "radians",
        "rint",
        "sign",
        "signbit",
        "sin",
        "sinh",
        "sqrt",
        "square",
        "tan",
        "tanh",
        "trunc",
        "isnan",
        "isinf",
        "isfinite",
        "reciprocal",
        "heaviside",
    ]
}


def attribute(tracer: Tracer, name: str) -> Any:
    """Attribute of a traced scalar, as ``numpy.float64`` has it."""
    ufunc = _UFUNC_METHODS.get(name)
    if ufunc is not None:
        return _method(ufunc, tracer)
    if name == "is_integer":
        return lambda: tracer == np.floor(tracer)
    if name == "fromhex":
        return np.float64.fromhex
    if name in ("hex", "as_integer_ratio"):
        return partial(_of_float, tracer, name)
    if name in _NUMPY_SCALAR:
        array = _array_base.array(
            tracer.tape,
            np.array(tracer.id, dtype=np.int32),
            isinstance(tracer, _tracer.TracedBool),
        )
        value = getattr(array, name)
        if isinstance(value, _array.TracedArray) and value.ndim == 0:
            return wrap(value.tape, value.ids, value.is_bool)
        return value
    raise AttributeError(f"'numpy.float64' object has no attribute {name!r}")


def _of_float(tracer: Tracer, name: str) -> Any:
    # Looking for the method is no reason to refuse.
    if constant_values(tracer.tape, np.array(tracer.id, dtype=np.int32)) is not None:
        return getattr(float(tracer), name)()
    raise refuse(
        tracer.tape,
        TracingError,
        f"the method {name}() of a traced number was called; it needs the digits, which change "
        "with the variables: use the number itself",
    )


def _method(ufunc: np.ufunc, tracer: Tracer) -> Callable[..., Any]:
    def method(*others: Any) -> Any:
        return _ufuncs.call(tracer.tape, ufunc, (tracer, *others))

    return method


def ufunc(
    tracer: Tracer, ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Answer ``__array_ufunc__`` of a traced scalar."""
    return _ufuncs.dispatch(tracer.tape, ufunc, method, inputs, kwargs)


def function(
    tracer: Tracer,
    func: Callable[..., Any],
    types: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Answer ``__array_function__`` of a traced scalar."""
    return _functions.dispatch(tracer.tape, func, types, args, kwargs)
