"""Arrays of the user's own classes: subclasses of ndarray, and objects with ``__array__``.

Enters: what a user's function gives to NumPy. Leaves: the traced array that an object's
``__array__`` gives; or, for subclasses, whose results NumPy makes objects of the same class,
object arrays of traced scalars in place of traced arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt.tracing._array import TracedArray
from asdopt.tracing._callee import HOOK
from asdopt.tracing._conversions import to_objects
from asdopt.tracing._hook import is_user_function
from asdopt.tracing._nodes import freeze
from asdopt.tracing._tracer import TracedBool, TracedFloat, Tracer

__all__ = ["from_protocol", "keeps_class", "makes_array", "viewed"]


_ORDINARY = frozenset(
    {float, int, bool, str, type(None), tuple, list, np.ndarray, np.float64, np.int64}
    | {TracedArray, Tracer, TracedFloat, TracedBool}
)


def makes_array(kind: type) -> bool:
    """Whether objects of a class of the user are asked for their array by NumPy."""
    if kind in _ORDINARY:
        return False
    method = getattr(kind, "__array__", None)
    return method is not None and is_user_function(method) and not hasattr(kind, "__array_ufunc__")


def from_protocol(value: Any) -> Any:
    """Array that an object of the user's class gives."""
    return HOOK[value.__array__]()


def keeps_class(value: Any) -> bool:
    """Whether results of operations with an array are of its own class."""
    kind = type(value)
    return issubclass(kind, np.ndarray) and not kind.__module__.startswith("numpy")


def viewed(array: Any, kind: type) -> Any:
    """``array.view(kind)`` for a subclass of ndarray.

    What is stored in one of them would not reach the other one: neither takes more.
    """
    made: Any = to_objects(array).view(kind)
    made.flags.writeable = False
    freeze(array.ids)
    return made
