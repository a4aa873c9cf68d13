"""Functions and methods of C that compare, copy or test objects, for functions of level 1.

Enters: ``copy.copy(o)``, ``heapq.heappush(heap, o)``, ``objects.index(o)`` in a user's function.
Leaves: the same with ``__copy__``, ``__lt__``, ``__eq__``, ``__bool__`` of user classes hooked.
"""

from __future__ import annotations

import builtins
import copy
import heapq
import itertools
from collections.abc import Callable, Iterable
from typing import Any

from asdopt.tracing._callee import HOOK, Session, know, stand_in
from asdopt.tracing._hook import METHODS
from asdopt.tracing._implicit_loops import iterate, search
from asdopt.tracing._implicit_methods import special
from asdopt.tracing._implicit_operators import COMPARE, truth

__all__: list[str] = []

_function: Any


def _selecting(function: Callable[..., Any]) -> None:
    known = stand_in(function) or function

    def select(chosen: Any, values: Iterable[Any], /) -> Any:
        if chosen is not None and chosen is not bool:
            return known(chosen, iterate(values))
        return function(truth, iterate(values))

    know(function, select, implicit=True)


for _function in (builtins.filter, itertools.filterfalse, itertools.takewhile, itertools.dropwhile):
    _selecting(_function)


def _duplicating(function: Callable[..., Any], name: str, *more: Any) -> None:
    known = stand_in(function) or function

    def duplicate(value: Any, *args: Any, **kwargs: Any) -> Any:
        method = special(value, name)
        return known(value, *args, **kwargs) if method is None else method(value, *(args or more))

    know(function, duplicate, implicit=True)


_duplicating(copy.copy, "__copy__")
_duplicating(copy.deepcopy, "__deepcopy__", {})


# ------------------------------------------------------------------------------- lists of objects
def _list_method(session: Session, method: Any) -> Any:
    owner = method.__self__
    if session.level == 0 or method.__name__ not in ("index", "count", "remove"):
        return _known_list_method(session, method)

    def index(value: Any, start: int = 0, stop: int = len(owner), /) -> int:
        for k in range(*slice(start, stop).indices(len(owner))):
            if search(owner[k], value):
                return k
        raise ValueError(f"{value!r} is not in list")

    def count(value: Any, /) -> int:
        return sum(search(entry, value) for entry in owner)

    def remove(value: Any, /) -> None:
        del owner[index(value)]

    hooked = {"index": index, "count": count, "remove": remove}[method.__name__]
    # Values without methods of the user's go the short way.
    return lambda value, *args: (
        hooked(value, *args) if _compares([value, *owner]) else method(value, *args)
    )


def _compares(values: list[Any]) -> bool:
    return any(special(value, "__eq__") for value in values)


_known_list_method = METHODS[list]
METHODS[list] = _list_method


# ----------------------------------------------------------------------------------------- heaps
def _less(a: Any, b: Any) -> bool:
    return bool(truth(COMPARE["lt"](a, b)))


def _up(heap: list[Any], k: int) -> None:
    while k and _less(heap[k], heap[(k - 1) // 2]):
        heap[k], heap[(k - 1) // 2] = heap[(k - 1) // 2], heap[k]
        k = (k - 1) // 2


def _down(heap: list[Any], k: int) -> None:
    # As CPython does it: down to a leaf along the smaller children, then up again.
    start = k
    while (child := 2 * k + 1) < len(heap):
        if child + 1 < len(heap) and not _less(heap[child], heap[child + 1]):
            child += 1
        heap[k], heap[child] = heap[child], heap[k]
        k = child
    while k > start and _less(heap[k], heap[parent := (k - 1) // 2]):
        heap[k], heap[parent] = heap[parent], heap[k]
        k = parent


def _heap_push(heap: list[Any], item: Any, /) -> None:
    heap.append(item)
    _up(heap, len(heap) - 1)


def _heap_pop(heap: list[Any], /) -> Any:
    last = heap.pop()
    return _heap_replace(heap, last) if heap else last


def _heap_replace(heap: list[Any], item: Any, /) -> Any:
    first, heap[0] = heap[0], item
    _down(heap, 0)
    return first


def _heap_push_pop(heap: list[Any], item: Any, /) -> Any:
    return _heap_replace(heap, item) if heap and _less(heap[0], item) else item


def _heapify(heap: list[Any], /) -> None:
    for k in reversed(range(len(heap) // 2)):
        _down(heap, k)


def _heap_function(function: Callable[..., Any], helper: Callable[..., Any]) -> None:
    known = stand_in(function) or function

    def call(heap: list[Any], /, *item: Any) -> Any:
        # Numbers and tuples of them are left to C.
        is_users = any(special(v, "__lt__") for v in (*item, *heap[:1]))
        return helper(heap, *item) if is_users else known(heap, *item)

    know(function, call, implicit=True)


for _function, _helper in (
    (heapq.heappush, _heap_push),
    (heapq.heappop, _heap_pop),
    (heapq.heapreplace, _heap_replace),
    (heapq.heappushpop, _heap_push_pop),
    (heapq.heapify, _heapify),
):
    _heap_function(_function, _helper)


def _smallest(n: int, iterable: Iterable[Any], key: Any = None) -> list[Any]:
    found: list[Any] = HOOK[sorted](iterable, key=key)[: max(n, 0)]
    return found


def _largest(n: int, iterable: Iterable[Any], key: Any = None) -> list[Any]:
    found: list[Any] = HOOK[sorted](iterable, key=key, reverse=True)[: max(n, 0)]
    return found


know(heapq.nsmallest, _smallest, implicit=True)
know(heapq.nlargest, _largest, implicit=True)
