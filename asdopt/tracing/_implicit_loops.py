"""Loops, ``in``, ``with`` and f-strings in hooked functions of level 1.

Enters: what is run over, searched, entered or shown. Leaves: the same with the methods of the
user's classes hooked (``__iter__``, ``__next__``, ``__contains__``, ``__enter__``, ``__str__``).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

import numpy as np

from asdopt.tracing._array import TracedArray
from asdopt.tracing._callee import workspaces
from asdopt.tracing._formatting import Shown
from asdopt.tracing._hook import find_attribute
from asdopt.tracing._implicit_keys import find
from asdopt.tracing._implicit_methods import PLAIN, form, special
from asdopt.tracing._implicit_operators import COMPARE, truth
from asdopt.tracing._workspace_reads import is_flat, seen

__all__ = ["contains", "iterate", "manager", "search", "shown"]


@form("iterate")
def iterate(value: Any) -> Any:
    """Find what a loop runs over."""
    if type(value) is np.ndarray and value.dtype.kind == "f" and value.ndim:
        return _entries(value)
    if type(value) is TracedArray and value.tape.closed:
        return seen(value)
    if type(value) in PLAIN:
        return value
    if is_flat(value):
        return _entries(value)
    method = special(value, "__iter__")
    if method is not None:
        made = method(value)
        following = special(made, "__next__")
        return made if following is None else _following(made, following)
    if find_attribute(type(value), "__iter__") is None:
        item = special(value, "__getitem__")
        if item is not None:
            return _items(value, item)
    following = special(value, "__next__")
    return value if following is None else _following(value, following)


def _entries(array: Any) -> Iterator[Any]:
    """Run over an array as NumPy does, which sees what the loop stores into it."""
    for k in range(len(array)):
        traced = seen(array)
        if traced is array or getattr(array, "ndim", 1) > 1:
            yield array[k]
        else:
            yield traced[k]


@form("opened")
def opened(value: Any, depth: int) -> Iterator[Any]:
    """Find what a loop runs over whose items are taken apart: ``for a, (b, c) in values``."""
    for item in iterate(value):
        yield _taken_apart(item, depth)


def _taken_apart(item: Any, depth: int) -> Any:
    if workspaces() is None:
        return item
    if isinstance(item, (np.ndarray, TracedArray)):
        return list(iterate(item))
    if depth > 1 and type(item) in (list, tuple):
        return [_taken_apart(part, depth - 1) for part in item]
    return item


form("seen")(seen)


def _following(iterator: Any, following: Callable[..., Any]) -> Iterator[Any]:
    while True:
        try:
            value = following(iterator)
        except StopIteration:
            return
        yield value


def _items(value: Any, item: Callable[..., Any]) -> Iterator[Any]:
    k = 0
    while True:
        try:
            found = item(value, k)
        except IndexError:
            return
        yield found
        k += 1


@form("with")
def manager(value: Any) -> Any:
    """Find what ``with`` enters."""
    enter, leave = special(value, "__enter__"), special(value, "__exit__")
    if enter is None and leave is None:
        return value
    return _Manager(value, enter, leave)


class _Manager:
    """A user's context manager with hooked methods."""

    def __init__(self, value: Any, enter: Any, leave: Any) -> None:
        self._value = value
        self._enter = enter or type(value).__enter__
        self._leave = leave or type(value).__exit__

    def __enter__(self) -> Any:
        return self._enter(self._value)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> Any:
        return self._leave(self._value, kind, error, traceback)


@form("format")
def shown(value: Any) -> Any:
    """Find what an f-string or print shows."""
    if any(special(value, name) for name in ("__format__", "__str__", "__repr__")):
        return Shown(value, special)
    return seen(value)


@form("compare In")
def contains(value: Any, container: Any) -> bool:
    """``value in container``."""
    method = special(container, "__contains__")
    if method is not None:
        return bool(truth(method(container, value)))
    if special(container, "__iter__") is not None or (
        type(container) in (list, tuple) and any(special(v, "__eq__") for v in (value, *container))
    ):
        return any(search(v, value) for v in iterate(container))
    if isinstance(container, (dict, set, frozenset)):
        return find(container, value)
    return operator.contains(seen(container), seen(value))


def search(found: Any, value: Any) -> bool:
    """Tell whether an entry is the value that is searched for."""
    return found is value or bool(truth(COMPARE["eq"](found, value)))


@form("compare NotIn")
def _not_in(value: Any, container: Any) -> bool:
    return not contains(value, container)
