"""Numbers of traced values, and solvers of SciPy where nothing traced takes part."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.integrate

from asdopt.tracing._callee import HOOK
from asdopt.tracing._lift import constants_only
from asdopt.tracing._nodes import need_values
from asdopt.tracing._standins_arrays import lifted

__all__ = ["DependsError", "fixed", "number", "plain_first"]


def number(value: Any) -> Any:
    """Value at the point of a traced number or array; others stay."""
    if not hasattr(value, "tape"):
        return value
    ids = np.asarray(value.ids if hasattr(value, "ids") else value.id)
    need_values(value.tape, ids, "a solver or an integral")
    return value.tape.values(ids)[()]


class DependsError(Exception):
    """What is tried with numbers alone depends on a traced value."""


def fixed(value: Any) -> Any:
    """Give the numbers of a value, of lists, tuples and dicts too; raise if it depends on more."""
    found = constants_only(value)
    if found is None and value is not None:
        raise DependsError
    return found


def plain_first(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let SciPy's own function of the same name do it where nothing traced takes part."""
    name = function.__name__
    first = next(iter(inspect.signature(function).parameters))

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            rest, options = fixed((args[1:], {k: v for k, v in kwargs.items() if k != first}))
            fun = _tried(args[0] if args else kwargs[first])
            options = {k: _tried(v) for k, v in options.items()}
            return getattr(scipy.integrate, name)(fun, *map(_tried, rest), **options)
        except DependsError:
            return function(*args, **kwargs)

    return call


def _tried(value: Any) -> Any:
    """Let a function of the user's give numbers or raise, also in a list; others stay."""
    if isinstance(value, list):
        return [_tried(v) for v in value]
    if not callable(value) or isinstance(value, type):
        return value

    @functools.wraps(value)  # with what events say of themselves in attributes
    def plain(*args: Any, **kwargs: Any) -> Any:
        return fixed(lifted(HOOK[value](*args, **kwargs)))

    return plain
