"""A cache of a user's cached function that lives as long as one trace.

The user's own cache would keep traced values beyond their trace; no cache at all would make
recursions that live by it exponential.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asdopt.tracing._tracer import Tracer

__all__ = ["Memo"]


class Memo:
    """Calls a function once for each different list of arguments, as ``functools.lru_cache`` does.

    Traced values are told apart by their nodes.

    Parameters
    ----------
    function : callable
    size : int or None
        Number of results that are kept, those used last; None for all.
    """

    def __init__(self, function: Callable[..., Any], size: int | None) -> None:
        self.__wrapped__ = function
        self._size = size
        self.clear()

    def clear(self) -> None:
        """Forget all results."""
        self._results: dict[Any, Any] = {}
        self._hits = self._misses = 0

    def info(self) -> tuple[int, int, int | None, int]:
        """Hits, misses, size, and number of results kept."""
        return self._hits, self._misses, self._size, len(self._results)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        key = tuple(map(_key, args))
        if kwargs:
            key = (key, tuple((name, _key(value)) for name, value in kwargs.items()))
        results = self._results
        if key in results:
            self._hits += 1
            results[key] = result = results.pop(key)  # the one used last
            return result
        self._misses += 1
        result = self.__wrapped__(*args, **kwargs)
        if self._size != 0:
            if self._size is not None and key not in results and len(results) >= self._size:
                del results[next(iter(results))]
            results[key] = result
        return result


class _Node:
    """A node of the tape as a key."""

    __slots__ = ("id",)

    def __init__(self, id: int) -> None:  # noqa: A002  # as the tracer calls it
        self.id = id

    def __hash__(self) -> int:
        return hash(self.id)

    def __eq__(self, other: object) -> bool:
        return type(other) is _Node and other.id == self.id


def _key(value: Any) -> Any:
    if isinstance(value, Tracer):
        return _Node(value.id)
    if type(value) is tuple:
        return tuple(map(_key, value))
    # 1 and 1.0 are one key, as in functools.
    return value
