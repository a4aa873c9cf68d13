"""Structured arrays that may hold traced values: their fields of float64 become fields of objects.

Enters: what a hooked function of level 1 makes with a dtype of several fields. Leaves: an array of
the same fields, so that ``s["position"] = x[:3]`` stores traced values and every view of a field or
record is NumPy's own.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt.tracing._array_base import array
from asdopt.tracing._callee import current
from asdopt.tracing._conversions import to_objects
from asdopt.tracing._nodes import constants

__all__ = ["holding", "records"]

_FLOAT = np.dtype(np.float64)


def holding(dtype: Any) -> Any:
    """Make a dtype whose fields can hold traced values of one of several fields, None of others."""
    session = current()
    if dtype is None or session is None or not session.level:
        return None
    kind = np.dtype(dtype)
    return _holding(kind) if kind.names else None


def _holding(kind: np.dtype[Any]) -> np.dtype[Any]:
    if kind.subdtype is not None:
        base, shape = kind.subdtype
        return np.dtype((_holding(base), shape))
    if kind.names is None or kind.fields is None:
        return np.dtype(object) if kind == _FLOAT else kind
    return np.dtype([(name, _holding(kind.fields[name][0])) for name in kind.names])


def records(made: Any) -> Any:
    """Make an array that can hold traced values of a new structured one; others stay."""
    kind = holding(getattr(made, "dtype", None))
    if kind is None:
        return made
    out = np.empty(made.shape, kind).view(type(made))
    _fill(out, made)
    return out


def _fill(target: Any, source: Any) -> None:
    session = current()
    for name in source.dtype.names:
        part = source[name]
        if part.dtype.names:
            _fill(target[name], part)
        elif part.dtype == _FLOAT and session is not None:
            target[name] = to_objects(array(session.tape, constants(session.tape, part)))
        else:
            target[name] = part
