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
from asdopt._ops import CODE
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._callee import Session, current, know
from asdopt.tracing._hook import METHODS
from asdopt.tracing._implicit_methods import special
from asdopt.tracing._location import place_here, refuse
from asdopt.tracing._point_name import TracedBytes
from asdopt.tracing._tape import Tape
from asdopt.tracing._tracer import Tracer, is_key

__all__ = ["find", "keyed", "put", "verify_keys"]


class _TracedKey(tuple[Any, ...]):
    """A tuple of traced values that is the key of the same nodes, whatever their numbers are."""

    __slots__ = ()

    def __hash__(self) -> int:
        return hash(tuple(_parts(self)))

    def __eq__(self, other: object) -> bool:
        # Dictionaries ask only where the hash is the same; others compare the values.
        is_same = type(other) is type(self) and tuple(_parts(self)) == tuple(_parts(other))
        return is_same or super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other


class _SingleKey:
    """A key that is one traced value, or the bytes of an array.

    It is no number: what runs over such keys and computes with them is refused.
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("a key that is a traced value was taken for a sequence")

    def __hash__(self) -> int:
        return hash(tuple(_parts((self.value,))))

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return bool(self.value == other)
        pair = (self.value,), (other.value,)
        return tuple(_parts(pair[0])) == tuple(_parts(pair[1])) or pair[0] == pair[1]


_KEYS = (_TracedKey, _SingleKey)


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
    return _SingleKey(key) if _is_traced(key) else key


# ------------------------------------------------------------------ looking up, putting, deleting
def find(container: Any, key: Any) -> bool:
    """Tell whether a key is in a dictionary or set; what is not there must be put there."""
    made = keyed(key)
    if not isinstance(made, _KEYS):
        return key in container
    state = _noted()
    found = made in container
    if not found:
        state["missed"][id(container), made] = container, place_here()
    return found


def put(container: Any, key: Any) -> Any:
    """Make the key under which something is put into a dictionary or set until the trace ends."""
    made = keyed(key)
    if isinstance(made, _KEYS):
        state = _noted()
        if made not in container:
            _keep_apart(state, container, made)
        state["missed"].pop((id(container), made), None)
        take = container.discard if isinstance(container, set) else _taking(container)
        state.setdefault("undo", []).append(lambda: take(made))
    return made


# Each pair of keys is a guard.
_MOST_KEYS = 500


def _keep_apart(state: dict[str, Any], container: Any, key: Any) -> None:
    """Guard that a new key has other values than those that were put there before.

    Where they have the same ones Python would find what was kept for the other key, and what does
    more than remember (counts, sets of different values) gives something else. Keys that have the
    same values at the point of the trace are told apart by ``verify_keys``.
    """
    ids, form = _nodes(key)
    tape: Tape = state["tape"]
    if not tape.primal:
        return
    _, others = state["held"].setdefault((id(container), form), (container, []))
    if len(others) == _MOST_KEYS:
        raise refuse(
            tape,
            TracingError,
            f"more than {_MOST_KEYS} keys of traced values were put into one dict or set; each "
            "two of them must be compared at each new point, since they may become the same: use "
            "functools.lru_cache for a cache of results, or an index as the key",
        )
    if others:
        table = np.array(others, dtype=np.int32)
        apart = np.abs(tape.values(table) - tape.values(ids))
        apart[np.isnan(apart)] = -1.0
        places = np.argmax(apart, axis=1)
        rows = np.flatnonzero(apart[np.arange(len(table)), places] > 0.0)
        pairs = table[rows, places[rows]], ids[places[rows]]
        tape.hold(tape.block(CODE["not_equal"], *pairs))
    others.append(ids)


def _nodes(key: Any) -> tuple[Any, tuple[Any, ...]]:
    """Nodes of the traced values of a key, and the rest of it."""
    ids: list[int] = []
    form: list[Any] = []

    def walk(part: Any) -> None:
        if isinstance(part, Tracer) and not is_key(part):
            ids.append(part.id)
            form.append(Tracer)
        elif isinstance(part, TracedBytes):
            ids.extend(part.array.ids.ravel().tolist())
            form.extend((TracedBytes, part.array.ids.size))
        elif isinstance(part, tuple):
            form.extend((tuple, len(part)))
            for each in part:
                walk(each)
        else:
            form.append(part)

    walk(key.value if type(key) is _SingleKey else key)
    return np.array(ids, dtype=np.int32), tuple(form)


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
        state["keys"], state["missed"], state["held"] = place_here(), {}, {}
        state["tape"] = session.tape
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
    elif isinstance(traced, (list, tuple)):
        if not isinstance(plain, (list, tuple)) and (
            type(plain) is not np.ndarray or not plain.ndim
        ):
            return False
        pairs = zip(traced, plain, strict=False)
        return len(traced) == len(plain) and all(_same(tape, a, b) for a, b in pairs)
    elif isinstance(traced, dict) and isinstance(plain, dict):
        return list(traced) == list(plain) and all(_same(tape, traced[k], plain[k]) for k in traced)
    try:
        return bool(np.allclose(traced, plain, rtol=1e-6, atol=1e-9, equal_nan=True))
    except (TypeError, ValueError):
        return True  # what it is, is looked at elsewhere
