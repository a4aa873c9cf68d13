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
    """Calls a function once for each different list of arguments.

    Traced values are told apart by their nodes.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.__wrapped__ = function
        self._results: dict[Any, Any] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        key = tuple(map(_key, args))
        if kwargs:
            key = (key, tuple((name, _key(value)) for name, value in kwargs.items()))
        try:
            return self._results[key]
        except KeyError:
            pass
        result = self._results[key] = self.__wrapped__(*args, **kwargs)
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
