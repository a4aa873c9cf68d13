"""Functions of SciPy without a rule of their own, followed through their Python code.

Much of SciPy is Python that calls NumPy and functions for which there are rules. Where a function,
method or class has no rule, a copy of it runs whose calls are hooked, as the user's functions do:
what it does with traced values is recorded, and its branches are guards. Where it reaches compiled
code without a rule, the whole call is refused, by the name and the line that the user knows.

Enters: a function, class or bound method of SciPy. Leaves: what to call instead of it. The result
is compared with SciPy's own at the point of the trace, so that no value of another comes in.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

import numpy as np

from asdopt._errors import AsdoptError, UnsupportedOperationError
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._callee import Session, current, holds_traced
from asdopt.tracing._location import place_here, refuse, spoken
from asdopt.tracing._tracer import Tracer

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CALLS", "follow", "is_followed", "was_made_here"]

# How the refusal of compiled code begins.
CALLS = "it calls "

# Packages whose Python computes with NumPy alone. Not those that iterate to a tolerance
# (scipy.optimize, scipy.integrate, scipy.sparse.linalg), whose last step is no function of x.
_PACKAGES = (
    *("scipy._lib.", "scipy._external.", "scipy.linalg.", "scipy.ndimage.", "scipy.signal."),
    *("scipy.spatial.", "scipy.special.", "scipy.stats."),
    # Of NumPy what its functions are made of.
    *("numpy._core.", "numpy.lib.", "numpy.linalg.", "numpy.polynomial."),
)


def follow(session: Session, value: Any, what: str) -> Callable[..., Any] | None:
    """Make what runs instead of a function, class or bound method; None: it is not followed.

    Parameters
    ----------
    session : Session
        The trace.
    value : callable
    what : str
        Its public name, for refusals.
    """
    if not _may_follow(value):
        return None

    def call(*args: Any, **kwargs: Any) -> Any:
        hooked = _hooked(session, value)
        if session.state.get("followed"):
            return hooked(*args, **kwargs)
        with _entered(session, value, what, args, kwargs):
            found = hooked(*args, **kwargs)
        _compare(session, value, what, args, kwargs, found)
        return found

    return call


def is_followed(session: Session | None = None) -> bool:
    """Tell whether code of SciPy is being followed: then plain arguments are no reason to leave."""
    session = current() if session is None else session
    return session is not None and bool(session.state.get("followed"))


def was_made_here(session: Session, value: Any) -> bool:
    """Tell whether a followed constructor of this trace made an object: it may hold traced ones.

    Or an object in a list, tuple or dict.
    """
    made = session.state.get("made")
    if not made:
        return False
    if type(value) in (list, tuple):
        return any(was_made_here(session, part) for part in value)
    if type(value) is dict:
        return any(was_made_here(session, part) for part in value.values())
    return id(value) in made


def _may_follow(value: Any) -> bool:
    if isinstance(value, type):
        if not _is_ours(value.__module__):
            return False
        new = inspect.getattr_static(value, "__new__")
        parts = (getattr(new, "__func__", new), inspect.getattr_static(value, "__init__"))
        # Others are made by compiled code; named tuples hold whatever they are given.
        return issubclass(value, tuple) or any(map(_may_follow, parts))
    function = value.__func__ if type(value) is MethodType else value
    if type(function) is not FunctionType:
        function = inspect.getattr_static(type(value), "__call__", None)
    if type(function) is not FunctionType:
        return False
    if type(value) is MethodType and _is_ours(type(value.__self__).__module__):
        return True  # it may be made of text, in a namespace of its own
    return _is_ours(function.__globals__.get("__name__"))


def _hooked(session: Session, value: Any) -> Callable[..., Any]:
    if isinstance(value, type):
        return _constructor(session, value)
    if type(value) is FunctionType:
        return _copy(session, value)
    if type(value) is MethodType:
        return MethodType(_copy(session, value.__func__), value.__self__)
    return MethodType(_copy(session, inspect.getattr_static(type(value), "__call__")), value)


def _is_ours(module: Any) -> bool:
    return f"{module}.".startswith(_PACKAGES)


def _copy(session: Session, function: Any) -> Callable[..., Any]:
    """Make a function of SciPy whose calls are hooked, one for each trace."""
    from asdopt.tracing._hook import hooked_copy

    copies = session.state.setdefault("copies", {})
    found = copies.get(id(function))
    if found is None:
        found = copies[id(function)] = function, hooked_copy(session, function)
    return found[1]  # type: ignore[no-any-return]


def _constructor(session: Session, cls: type) -> Callable[..., Any]:
    """Make what ``type.__call__`` does, with hooked ``__new__`` and ``__init__``."""
    made_here = session.state.setdefault("made", {})

    def construct(*args: Any, **kwargs: Any) -> Any:
        new = inspect.getattr_static(cls, "__new__")
        new = new.__func__ if isinstance(new, staticmethod) else new
        if _may_follow(new):
            made = _copy(session, new)(cls, *args, **kwargs)
        elif new is object.__new__:
            made = object.__new__(cls)
        else:
            return cls(*args, **kwargs)  # named tuples and the like
        made_here[id(made)] = made
        init = inspect.getattr_static(type(made), "__init__")
        if isinstance(made, cls) and _may_follow(init):
            _copy(session, init)(made, *args, **kwargs)
        return made

    return construct


@contextmanager
def _entered(
    session: Session, value: Any, what: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Iterator[None]:
    place = place_here() + ": "
    session.state["followed"] = what
    try:
        yield
    except AsdoptError as error:
        if session.tape.refusal is error and str(error).startswith(place):
            session.tape.refusal = None
            raise _refused(session, what, _reason(str(error).removeprefix(place))) from None
        raise
    except Exception as error:
        if _fails_on_numbers(session, value, args, kwargs, type(error)):
            raise
        reason = f"its Python code cannot work with them ({type(error).__name__}: {spoken(error)})"
        raise _refused(session, what, reason) from error
    finally:
        session.state["followed"] = ""


def _reason(text: str) -> str:
    """Take what an inner refusal says without its remedy, which is that of the whole call."""
    for remedy in ("; write ", ": write ", ": use ", "; a function that needs true "):
        text = text.partition(remedy)[0]
    return text if text.startswith(CALLS) else f"in its Python code {text}"


def _refused(session: Session, what: str, reason: str) -> UnsupportedOperationError:
    return refuse(
        session.tape,
        UnsupportedOperationError,
        f"{what} was called with traced values, and asdopt has no rule for it: {reason}; write "
        "what it computes with functions of numpy, or wrap the computation with asdopt.external",
    )


class _NoNumbersError(Exception):
    """There is no plain number for a value."""


def _numbers(session: Session, value: Any) -> Any:
    """Plain numbers at the point of the trace, for traced values at any depth."""
    if isinstance(value, TracedArrayBase):
        values = value.tape.values(value.ids)
        return (values != 0.0) if value.is_bool else values
    if isinstance(value, Tracer):
        return value.value
    if type(value) in (list, tuple):
        return type(value)(_numbers(session, part) for part in value)
    if isinstance(value, tuple):
        return tuple(_numbers(session, part) for part in value)
    if type(value) is np.ndarray and value.dtype == object:
        parts = [_numbers(session, part) for part in value.ravel().tolist()]
        return np.array(parts).reshape(value.shape)
    if was_made_here(session, value) or callable(value) or holds_traced(value):
        raise _NoNumbersError
    return value


def _on_numbers(session: Session, value: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call SciPy itself at the point of the trace."""
    if not session.tape.primal or was_made_here(session, getattr(value, "__self__", None)):
        raise _NoNumbersError
    plain = _numbers(session, args)
    named = dict(zip(kwargs, _numbers(session, list(kwargs.values())), strict=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return value(*plain, **named)


def _fails_on_numbers(
    session: Session,
    value: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    error: type[BaseException],
) -> bool:
    try:
        _on_numbers(session, value, args, kwargs)
    except _NoNumbersError:
        return error is ValueError
    except Exception as again:
        return type(again) is error
    return False


def _compare(
    session: Session,
    value: Any,
    what: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    found: Any,
) -> None:
    """Refuse a result whose numbers are not SciPy's."""
    if isinstance(value, type):
        return
    try:
        own = _on_numbers(session, value, args, kwargs)
        pairs = list(_pairs(session, found, own))
    except (_NoNumbersError, AsdoptError):
        return
    for a, b in pairs:
        if np.shape(a) != np.shape(b) or not np.allclose(a, b, 1e-8, 1e-12, equal_nan=True):
            raise _refused(
                session, what, f"its Python code, followed, gave {a!r} where SciPy gives {b!r}"
            )


def _pairs(session: Session, found: Any, own: Any) -> Iterator[tuple[Any, Any]]:
    """Numbers of two results beside one another."""
    if isinstance(own, tuple) and isinstance(found, tuple) and len(own) == len(found):
        for one, other in zip(found, own, strict=True):
            yield from _pairs(session, one, other)
    elif (
        isinstance(own, (float, int, np.number, np.ndarray))
        and np.asarray(own).dtype.kind in "fiub"
    ):
        yield np.asarray(_numbers(session, found), dtype=float), np.asarray(own, dtype=float)
