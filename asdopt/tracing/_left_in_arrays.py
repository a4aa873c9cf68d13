"""What traces left in arrays of the user's that were made outside of their functions.

Enters: when a trace ends, an array, and which of its numbers depended on the variables. Leaves: for
later traces, whether a function can reach such an array, and which entries still are what was left.
A result that depends on these is refused (``_left_behind.pyx``): it would miss derivatives.
"""

from __future__ import annotations

import gc
import sys
import weakref
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from asdopt.tracing._location import is_user_file

__all__ = ["forget_left", "is_any_left", "left_in", "note_left", "owner_of", "reaches_left"]

# An object graph that is larger is taken to reach one.
_MOST_OBJECTS = 200_000


class _Left(NamedTuple):
    owner: weakref.ref[Any]
    numbers: npt.NDArray[np.float64]
    depended: npt.NDArray[np.bool_]


_left: dict[int, _Left] = {}


def owner_of(array: Any) -> Any:
    """Find the array whose memory an array is a view of."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def note_left(
    owner: npt.NDArray[Any], numbers: npt.NDArray[np.float64], depended: npt.NDArray[np.bool_]
) -> None:
    """Note the numbers that a trace leaves in memory, and which of them depended on variables."""
    key = id(owner)
    if depended.any():
        _left[key] = _Left(weakref.ref(owner, lambda _: forget_left(key)), numbers, depended)
    else:
        forget_left(key)


def forget_left(key: int) -> None:
    """Forget an array by its identity."""
    _left.pop(key, None)


def is_any_left() -> bool:
    """Tell whether any such array lives."""
    return bool(_left)


def left_in(owner: Any) -> _Left | None:
    """Find what is known of an array, None where no trace left anything in it."""
    found = _left.get(id(owner))
    return found if found is not None and found.owner() is owner else None


def reaches_left(fun: Any) -> bool:
    """Tell whether a user's function may read such an array.

    Looked at are what its code names in globals, its closure, its object, and what these hold.
    """
    if not _left:
        return False
    pending: list[Any] = [fun]
    met = {id(fun)}
    while pending:
        for part in _parts(pending.pop()):
            if isinstance(part, np.ndarray):
                if left_in(owner_of(part)) is not None:
                    return True
                if part.dtype != object:
                    continue
            elif type(part) in _LEAVES or isinstance(part, (CodeType, _BUILTIN)):
                continue
            if id(part) not in met:
                met.add(id(part))
                pending.append(part)
        if len(met) > _MOST_OBJECTS:
            return True
    return False


_LEAVES = frozenset({float, int, bool, str, bytes, complex, type(None), np.float64, range})
_BUILTIN = type(len)


def _parts(value: Any) -> list[Any]:
    """Find what code can reach from a value."""
    kind = type(value)
    if kind is FunctionType:
        if not is_user_file(value.__code__.co_filename):
            wrapped = value.__dict__.get("__wrapped__")
            return [*(value.__closure__ or ()), *([] if wrapped is None else [wrapped])]
        space = value.__globals__
        named = [space[name] for name in _names(value.__code__) if name in space]
        more = [value.__defaults__, value.__kwdefaults__, value.__dict__]
        return [*named, *(value.__closure__ or ()), *more]
    if kind is MethodType:
        return [value.__self__, value.__func__]
    if kind is CellType:
        return gc.get_referents(value)
    if kind is ModuleType:
        file = getattr(value, "__file__", None)
        return list(vars(value).values()) if file is not None and is_user_file(file) else []
    if isinstance(value, type):
        return [part for base in value.__mro__ for part in _of_class(base)]
    if isinstance(value, np.ndarray):
        return value.ravel().tolist()
    return gc.get_referents(value)


def _names(code: CodeType) -> set[str]:
    """Names that code may look up in its globals, functions in it included."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _names(constant)
    return found


def _of_class(kind: type) -> list[Any]:
    """Find what stands in a class of the user, nothing of others."""
    module = sys.modules.get(kind.__module__)
    file = getattr(module, "__file__", None)
    if file is None and kind.__module__ != "__main__":
        return []
    return [] if file is not None and not is_user_file(file) else list(vars(kind).values())
