"""Dictionaries and sets whose keys are traced: results that are kept by the point they belong to.

Enters: what a hooked function of level 1 looks up in a dictionary or set, or puts into it, with
a key such as ``tuple(x)`` or ``x.tobytes()``. Leaves: what it finds. A key of traced values is the
values themselves, whatever numbers they are: what was kept for it in this trace is found, and what
was kept for numbers is not, so that the function computes it anew. So a dictionary is a memory of
results, and what is not one is refused: each key that was not found must have been put in when
the function ends, and the function gives on numbers what it gave (``verify_keys``). When the trace
ends, all such keys are taken out again.
"""

from __future__ import annotations

import builtins
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from asdopt._errors import TracingError
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._callee import Session, current, know
from asdopt.tracing._hook import METHODS
from asdopt.tracing._implicit_methods import special
from asdopt.tracing._location import place_here
from asdopt.tracing._point_name import TracedBytes
from asdopt.tracing._tape import Tape
from asdopt.tracing._tracer import Tracer, is_key

__all__ = ["find", "keyed", "put", "verify_keys"]


class _TracedKey(tuple[Any, ...]):
    """A tuple of traced values that is equal to those of the same nodes, and to no numbers."""

    __slots__ = ()

    def __hash__(self) -> int:
        return hash(tuple(_parts(self)))

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and tuple(_parts(self)) == tuple(_parts(other))

    def __ne__(self, other: object) -> bool:
        return not self == other


class _SingleKey(_TracedKey):
    """A key that is one traced value, or the bytes of an array."""

    __slots__ = ()


def _parts(key: Any) -> Iterator[Any]:
    for part in key:
        if isinstance(part, Tracer) and not is_key(part):
            yield (part.tape, part.id)
        elif isinstance(part, TracedArrayBase):
            yield (part.tape, part.ids.shape, *part.ids.ravel().tolist())
        elif isinstance(part, TracedBytes):
            yield from _parts((part.array,))
        elif isinstance(part, (tuple, frozenset)):
            yield (type(part), *_parts(part))
        else:
            yield part


def _is_traced(key: Any) -> bool:
    kind = type(key)
    if kind is tuple:
        return any(map(_is_traced, key))
    return kind is TracedBytes or (isinstance(key, Tracer) and not is_key(key))


def keyed(key: Any) -> Any:
    """Make of a key of traced values one that can be hashed; others stay."""
    if type(key) is tuple:
        return _TracedKey(key) if _is_traced(key) else key
    return _SingleKey((key,)) if _is_traced(key) else key


# ------------------------------------------------------------------ looking up, putting, deleting
def find(container: Any, key: Any) -> bool:
    """Tell whether a key is in a dictionary or set; what is not there must be put there."""
    made = keyed(key)
    if not isinstance(made, _TracedKey):
        return key in container
    state = _noted()
    found = made in container
    if not found:
        state["missed"][id(container), made] = container, place_here()
    return found


def put(container: Any, key: Any) -> Any:
    """Make the key under which something is put into a dictionary or set until the trace ends."""
    made = keyed(key)
    if isinstance(made, _TracedKey):
        state = _noted()
        state["missed"].pop((id(container), made), None)
        take = container.discard if isinstance(container, set) else _taking(container)
        state.setdefault("undo", []).append(lambda: take(made))
    return made


def _taking(container: Any) -> Callable[[Any], Any]:
    # Of a user's subclass too, whose own methods may do more.
    pop: Callable[..., Any] = (OrderedDict if isinstance(container, OrderedDict) else dict).pop
    return lambda key: pop(container, key, None)


def _noted() -> dict[str, Any]:
    """State of the trace, which knows now that keys are traced, and where the first one was."""
    session = current()
    if session is None:
        raise RuntimeError("no function is traced")
    state: dict[str, Any] = session.state
    if "keys" not in state:
        state["keys"], state["missed"] = place_here(), {}
    return state


# ------------------------------------------------------------------------------- methods of C
def _finding(method: Any) -> Callable[..., Any]:
    """``get``, ``pop``, ``setdefault``, ``__getitem__`` of a dictionary."""
    owner = method.__self__

    def call(key: Any, /, *rest: Any) -> Any:
        if method.__name__ == "setdefault":
            find(owner, key)
            return method(put(owner, key), *rest)
        find(owner, key)
        return method(keyed(key), *rest)

    return call


def _putting(method: Any) -> Callable[..., Any]:
    owner = method.__self__
    return lambda key, *rest: method(put(owner, key), *rest)


_FINDING = frozenset({"get", "pop", "setdefault", "__getitem__", "remove", "discard"})
_PUTTING = frozenset({"add", "__setitem__"})


def _method(session: Session, method: Any) -> Any:
    if not session.level:
        return method
    if method.__name__ in _FINDING:
        return _finding(method)
    if method.__name__ in _PUTTING:
        return _putting(method)
    if method.__name__ == "__contains__":
        return lambda key: find(method.__self__, key)
    return method


for _kind in (dict, set, OrderedDict, defaultdict, Counter):
    METHODS.setdefault(_kind, _method)


def _hash(value: Any, /) -> Any:
    method = special(value, "__hash__")
    if method is not None:
        return method(value)
    return keyed(value) if _is_traced(value) else hash(value)


know(builtins.hash, _hash, implicit=True)


# ---------------------------------------------------------------------------------- at the end
def verify_keys(session: Session, result: Any, numbers: Callable[[], Any]) -> None:
    """Refuse a function whose dictionaries with traced keys were no memory of results.

    Parameters
    ----------
    session : Session
        Of the function that has ended.
    result : object
        What it gave.
    numbers : callable
        Runs it on plain numbers; gives None where there are none.

    Raises
    ------
    TracingError
        A key was looked up and nothing put there, or the function gives something else.
    """
    if "keys" not in session.state:
        return
    tape = session.tape
    tape.rest()
    try:
        plain = numbers()
    finally:
        tape.wake()
    missed = [place for _, place in session.state["missed"].values()]
    if missed or not (plain is None or _same(tape, result, plain)):
        place = missed[0] if missed else session.state["keys"]
        raise TracingError(
            f"{place}: traced values were used as a key of a dict or an element of a set that does "
            "not just remember results by their point; what it holds at other points is not "
            "known: use an index or a rounded value (int(v), round(v, 2)) as the key"
        )


def _same(tape: Tape, traced: Any, plain: Any) -> bool:
    """Whether what a function gave is what it gives on numbers, but for rounding."""
    if isinstance(traced, Tracer):
        traced = tape.values(np.array([traced.id]))[0]
    elif isinstance(traced, TracedArrayBase):
        traced = tape.values(traced.ids)
    elif isinstance(traced, (list, tuple)) and isinstance(plain, (list, tuple, np.ndarray)):
        pairs = zip(traced, plain, strict=False)
        return len(traced) == len(plain) and all(_same(tape, a, b) for a, b in pairs)
    elif isinstance(traced, dict) and isinstance(plain, dict):
        return list(traced) == list(plain) and all(_same(tape, traced[k], plain[k]) for k in traced)
    try:
        return bool(np.allclose(traced, plain, rtol=1e-6, atol=1e-9, equal_nan=True))
    except (TypeError, ValueError):
        return True  # what it is, is looked at elsewhere
