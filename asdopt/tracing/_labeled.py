"""Series and frames of pandas that hold traced values.

pandas would keep a traced array as its memory, and then ask it to become an array of floats in
arithmetic; object arrays of traced scalars go through it.
"""

from __future__ import annotations

from collections.abc import Callable
from types import BuiltinFunctionType
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._callee import HOOK, current, holds_traced
from asdopt.tracing._hook import is_user_function
from asdopt.tracing._location import refuse

__all__ = ["constructor", "method", "refuse_dropped", "store"]


def constructor(cls: Callable[..., Any]) -> Callable[..., Any]:
    """Make what constructs a class of pandas, with traced arrays given as object arrays."""

    def construct(*args: Any, **kwargs: Any) -> Any:
        if _is_float(kwargs.get("dtype")) and holds_traced((*args, *kwargs.values())):
            del kwargs["dtype"]  # what traced values are
        return cls(*map(_objects, args), **{name: _objects(v) for name, v in kwargs.items()})

    return construct


def _is_float(dtype: Any) -> bool:
    return dtype is not None and dtype in (float, np.float64, "float", "float64")


def _objects(value: Any) -> Any:
    if isinstance(value, TracedArrayBase):
        return np.asarray(value, dtype=object)
    if type(value) is dict:
        return {name: _objects(part) for name, part in value.items()}
    if type(value) in (list, tuple) and any(isinstance(v, TracedArrayBase) for v in value):
        return type(value)([_objects(part) for part in value])
    return value


def method(bound: Callable[..., Any]) -> Callable[..., Any]:
    """Make what a method of pandas does with traced arrays and the user's functions."""

    def call(*args: Any, **kwargs: Any) -> Any:
        refuse_dropped(owner, name, kwargs)
        if name in ("astype", "to_numpy") and holds_traced(owner.to_numpy()):
            # Traced values are floats already.
            args = tuple(object if _is_float(a) else a for a in args)
            kwargs = {k: object if k == "dtype" and _is_float(v) else v for k, v in kwargs.items()}
        return bound(*map(_given, args), **{k: _given(v) for k, v in kwargs.items()})

    owner: Any = bound.__self__  # type: ignore[attr-defined]
    name = bound.__name__
    return call


def refuse_dropped(owner: Any, name: str, options: dict[str, Any]) -> None:
    """Refuse what asks for the columns of numbers: traced ones are objects and would be left out.

    Raises
    ------
    UnsupportedOperationError
    """
    if not (options.get("numeric_only") or name in {"describe", "select_dtypes"}):
        return
    whole = getattr(owner, "obj", owner)
    session = current()
    if session is None or getattr(whole, "ndim", 0) != 2 or not holds_traced(whole.to_numpy()):
        return
    asked = "numeric_only=True" if options.get("numeric_only") else f"{name}()"
    raise refuse(
        session.tape,
        UnsupportedOperationError,
        f"{asked} of a frame with traced values was asked for; pandas would leave their columns "
        "out, which hold objects: name the columns, frame[['a', 'b']], and leave it out",
    )


def _given(value: Any) -> Any:
    if is_user_function(value) or type(value) is BuiltinFunctionType:
        return HOOK[value]
    return _objects(value)


def store(new: Any, owner: Any, key: Any) -> None:
    """``owner[key] = new`` of a frame, a series, or their ``loc``, ``iloc``, ``at``, ``iat``.

    What held floats holds objects from then on, so that it can keep traced values; a frame or
    series of the user is given its own values back when the trace ends.
    """
    if not holds_traced((new,)):
        owner[key] = new
        return
    whole = getattr(owner, "obj", owner)
    own = whole.copy(deep=False)
    session = current()
    if session is not None:
        session.state.setdefault("undo", []).append(lambda: _exchange(whole, own))
    if whole.ndim == 1:
        _exchange(whole, whole.astype(object))
    elif owner is not whole:
        floats = [name for name, kind in whole.dtypes.items() if kind.kind == "f"]
        _exchange(whole, whole.astype(dict.fromkeys(floats, object)))
    owner[key] = _objects(new)


def _exchange(whole: Any, other: Any) -> None:
    """Let a frame or series have the values of another one, as its own methods do in place."""
    whole._update_inplace(other)


from asdopt.tracing import _labeled_windows  # noqa: E402, F401
