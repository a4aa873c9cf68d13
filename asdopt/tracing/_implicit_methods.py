"""Methods that Python calls implicitly, found and hooked; the forms that call them, by name.

Enters: a value and the name of a special method. Leaves: the method, hooked, where it is the
user's. Next: ``_implicit_operators.py``, ``_implicit_places.py``, ``_implicit_loops.py``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._callee import HOOK
from asdopt.tracing._convert import CONSTANTS
from asdopt.tracing._hook import find_attribute, is_template, is_user_function
from asdopt.tracing._rewrite import PREFIX
from asdopt.tracing._standins_arrays import traced_constants
from asdopt.tracing._tracer import TracedBool, TracedFloat, Tracer

__all__ = ["PLAIN", "form", "fresh", "special"]

# Types without methods of the user's.
PLAIN = frozenset(
    {float, int, bool, str, list, tuple, dict, set, frozenset, type(None), range, slice, complex}
    | {np.ndarray, np.float64, np.int64, np.bool_, Tracer, TracedBool, TracedFloat, TracedArrayBase}
    | {zip, enumerate, map, filter, reversed, type(_ for _ in ()), bytes, ModuleType, FunctionType}
)


def special(value: Any, name: str) -> Callable[..., Any] | None:
    """Find a method that Python calls implicitly, hooked; None where it is not the user's."""
    kind = type(value)
    if kind in PLAIN:
        return None
    found = find_attribute(kind, name)
    if is_user_function(found) or is_template(found):
        return HOOK[found]  # type: ignore[no-any-return]
    return None


def _count(value: Any) -> int:
    return sys.getrefcount(value)


def _references_of_a_call() -> int:
    """How many references to a local variable its way through two calls makes, which then last."""
    value: list[Any] = []
    return _count(value) - 1


# From Python 3.14 on what is called borrows them.
_OF_A_CALL = _references_of_a_call()


def fresh(value: Any, holders: int = 1) -> Any:
    """Make a traced array of constants of an array of floats that nobody else knows.

    ``holders``: references to the array that the caller itself has.
    """
    if type(value) is not np.ndarray or sys.getrefcount(value) > holders + _OF_A_CALL:
        return value
    base = value.base
    # What NumPy reshaped after making it is a view of memory that only the view knows.
    if base is None or (type(base) is np.ndarray and base.base is None and _only(base)):
        return traced_constants(value)
    return value


def _only(base: Any) -> bool:
    # The view, and the variable of the one who asks.
    return sys.getrefcount(base) <= 2 + _OF_A_CALL


def form(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register what stands for a form of the syntax in a hooked function."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        CONSTANTS[PREFIX + name] = function
        return function

    return register
