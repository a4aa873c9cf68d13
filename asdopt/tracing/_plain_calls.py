"""Numbers of traced values, and solvers of SciPy where nothing traced takes part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt.tracing._lift import constants_only
from asdopt.tracing._nodes import need_values
from asdopt.tracing._standins_arrays import lifted

__all__ = ["DependsError", "fixed", "number", "without_trace"]


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


def without_trace(
    name: str, fun: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Call a function of ``scipy.integrate`` where nothing traced takes part, else give None."""
    import scipy.integrate

    given = constants_only((args, kwargs))
    if given is None:
        return None

    def plain(*values: Any) -> Any:
        return fixed(lifted(fun(*values)))

    try:
        return getattr(scipy.integrate, name)(plain, *given[0], **given[1])
    except DependsError:
        return None
