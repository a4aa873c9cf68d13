"""Attributes and subscripts in hooked functions of level 1: read, stored to, deleted.

Enters: an object, and the name or the key. Leaves: what stands there, with properties,
descriptors and methods of the user's classes hooked (``__getattr__``, ``__getitem__``).
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import TracedArrayBase, wrap
from asdopt.tracing._callee import HOOK, current, holds_traced, running_tape, workspaces
from asdopt.tracing._convert import CONSTANTS
from asdopt.tracing._hook import find_attribute, is_user_function, of_pandas
from asdopt.tracing._implicit_keys import find, keyed, put
from asdopt.tracing._implicit_methods import PLAIN, form, fresh, special
from asdopt.tracing._lift import concrete, constants_only
from asdopt.tracing._matrices import inverse, is_traced_matrix
from asdopt.tracing._memory_shadow import read_entry, write_entry
from asdopt.tracing._rewrite import PREFIX
from asdopt.tracing._standins_arrays import lifted
from asdopt.tracing._standins_types import attribute, class_of, sample
from asdopt.tracing._tracer import TracedBool, TracedFloat, Tracer
from asdopt.tracing._workspace_reads import is_flat, seen
from asdopt.tracing._workspaces import writable

__all__ = ["get_attribute", "get_item", "set_attribute", "set_item"]


# -------------------------------------------------------------------------------- attributes
@form("getattr")
def get_attribute(value: Any, name: str) -> Any:
    """``value.name``."""
    kind = type(value)
    if kind in PLAIN or isinstance(value, type):
        return getattr(value, name)
    plain = sample(value)
    if plain is not None:
        return attribute(value, plain, name)
    if name == "I" and is_traced_matrix(value):
        return inverse(value)
    if kind is super:
        return _get_from_super(value, name)
    access, missing = special(value, "__getattribute__"), special(value, "__getattr__")
    try:
        if access is not None:
            return access(value, name)
        return _get(value, kind, name, missing is not None)
    except AttributeError:
        if missing is None:
            raise
        return missing(value, name)


def _get(value: Any, kind: type, name: str, exact: bool) -> Any:
    found = find_attribute(kind, name)
    if type(found) is property and is_user_function(found.fget):
        return HOOK[found.fget](value)
    if type(found) is functools.cached_property and is_user_function(found.func):
        return _get_cached(value, name, found)
    getter = special(found, "__get__")
    if getter is not None and (_is_data(found) or name not in getattr(value, "__dict__", ())):
        return getter(found, value, kind)
    return object.__getattribute__(value, name) if exact else getattr(value, name)


def _is_data(descriptor: Any) -> bool:
    kind = type(descriptor)
    return hasattr(kind, "__set__") or hasattr(kind, "__delete__")


def _get_cached(value: Any, name: str, descriptor: functools.cached_property[Any]) -> Any:
    """Get a cached property, stored where Python stores it until the trace ends."""
    space = getattr(value, "__dict__", None)
    if space is None:
        return getattr(value, name)  # Python's error
    if name not in space:
        space[name] = made = HOOK[descriptor.func](value)
        session = current()
        if session is not None:
            session.state.setdefault("undo", []).append(lambda: _forget(space, name, made))
    return space[name]


def _forget(space: dict[str, Any], name: str, made: Any) -> None:
    """Let the next trace find nothing of what was computed of traced values."""
    if space.get(name) is made:
        del space[name]


def _get_from_super(value: Any, name: str) -> Any:
    owner, start = value.__self__, value.__thisclass__
    mro = (value.__self_class__ or type(owner)).__mro__
    for base in mro[mro.index(start) + 1 :]:
        if name in base.__dict__:
            found = base.__dict__[name]
            if type(found) is property and is_user_function(found.fget):
                return HOOK[found.fget](owner)
            break
    return getattr(value, name)


@form("setattr")
def set_attribute(new: Any, value: Any, name: str) -> None:
    """``value.name = new``."""
    kind = type(value)
    if kind not in PLAIN and not isinstance(value, type):
        method = special(value, "__setattr__")
        if method is not None:
            method(value, name, new)
            return
        found = find_attribute(kind, name)
        if type(found) is property and is_user_function(found.fset):
            HOOK[found.fset](value, new)
            return
        setter = special(found, "__set__")
        if setter is not None:
            setter(found, value, new)
            return
    if kind is np.ndarray and name in _CONTENT:
        target = _target_array(value, new)
        if target is not None:
            setattr(target, name, seen(new))
            return
    setattr(value, name, new)


# Attributes of arrays that are stored to as their entries are.
_CONTENT = frozenset({"flat", "real"})


# -------------------------------------------------------------------------------- subscripts
@form("getitem")
def get_item(value: Any, key: Any) -> Any:
    """``value[key]``."""
    kind = type(value)
    if kind is TracedArray:
        return _get_again(value, key) if value.tape.closed else value[key]
    if kind is np.ndarray:
        return fresh(value[_concrete(key)]) if workspaces() is None else _get_seen(value, key)
    method = special(value, "__getitem__")
    if method is not None:
        return method(value, key)
    if isinstance(value, dict):
        if not find(value, key) and kind is not dict:
            missing = special(value, "__missing__")
            if missing is not None:
                return missing(value, key)
            if isinstance(value, defaultdict) and value.default_factory is not None:
                made = value[put(value, key)] = HOOK[value.default_factory]()
                return made
        return value[keyed(key)]
    if isinstance(value, Tracer):
        return _scalar_item(value, key)
    if is_flat(value):
        return seen(value)[key]
    if kind in _MAKERS:
        return lifted(fresh(value[seen(key)]))
    return value[key] if kind in PLAIN or workspaces() is None else seen(value)[key]


# np.r_[0, x], np.mgrid[0:1:5j]: their subscript makes an array.
_MAKERS = frozenset({type(np.r_), type(np.c_), type(np.mgrid), type(np.ogrid)})


def _get_again(value: TracedArray, key: Any) -> Any:
    """``value[key]`` of an array that an earlier trace left."""
    spaces = workspaces()
    return value[key] if spaces is None else spaces.given(seen(value)[key])


def _get_seen(value: npt.NDArray[Any], key: Any) -> Any:
    """``value[key]`` of an array that may be a workspace: views of one stay arrays."""
    if type(key) is int:
        entry = read_entry(running_tape(), value, key)
        if entry is not None:
            return entry
    traced = seen(value)
    if traced is value:
        return fresh(value[_concrete(seen(key))])
    return workspaces().given(traced[seen(key)])


def _scalar_item(value: Tracer, key: Any) -> Any:
    """``x[()]``, ``x[...]`` and ``x[None]`` of a traced scalar, as NumPy's have it."""
    if class_of(value) is float:
        return value[key]  # type: ignore[index]  # Python says what it says of a float
    ids = np.array(value.id, dtype=np.int32)[concrete(value.tape, key)]
    return wrap(value.tape, ids, isinstance(value, TracedBool))


def _concrete(key: Any) -> Any:
    """Index of a plain array: conditions on traced values in it are decided, guarded."""
    for part in key if type(key) is tuple else (key,):
        if isinstance(part, (Tracer, TracedArrayBase)):
            return concrete(part.tape, key)
    return key


@form("setitem")
def set_item(new: Any, value: Any, key: Any) -> None:
    """``value[key] = new``."""
    method = special(value, "__setitem__")
    if method is not None:
        method(value, key, new)
    elif type(value) is np.ndarray:
        _set_in_array(new, value, key)
    elif type(value) is TracedArray and value.tape.closed:
        target = _target_array(value, new)
        (value if target is None else target)[key] = seen(new)
    elif is_flat(value):
        target = _target_array(value.base, new)
        (value if target is None else target.flat)[key] = seen(new)
    elif isinstance(value, dict):
        value[put(value, key)] = new
    elif of_pandas(type(value)):
        from asdopt.tracing import _labeled

        _labeled.store(new, value, key)
    else:
        value[key] = new


def _set_in_array(new: Any, value: npt.NDArray[Any], key: Any) -> None:
    if (
        type(key) is int
        and type(new) in _SCALARS
        and workspaces() is not None
        and write_entry(running_tape(), value, key, new)
    ):
        return
    target = _target_array(value, new)
    if target is not None:
        target[seen(key)] = seen(new)
    elif workspaces() is None:
        value[_concrete(key)] = _stored(new, value)
    else:
        value[_concrete(seen(key))] = _stored(seen(new), value)


_SCALARS = frozenset({Tracer, TracedFloat})


def _target_array(value: Any, new: Any) -> Any:
    """Traced array that takes what is stored into a plain one, None where that takes it."""
    if value.dtype.kind not in "fc":
        return None
    traced = seen(value)
    if traced is not value:
        return traced
    new = seen(new)
    session = current()
    if session is None or not holds_traced(new):
        return None
    if type(value) is np.ndarray and constants_only(new) is not None:
        return None  # constants are numbers for a plain array
    return writable(session.tape, value)


def _stored(new: Any, target: npt.NDArray[Any]) -> Any:
    """Find what an array of integers or truth values keeps of traced values, guarded."""
    if isinstance(new, TracedArrayBase) and target.dtype.kind in "iub":
        array: Any = new
        made = array.astype(target.dtype)
        return made if type(made) is np.ndarray else np.asarray(made)
    return new


CONSTANTS[PREFIX + "slice"] = slice


@form("place item")
def _place_item(value: Any, key: Any) -> Callable[..., None]:
    """``value[key] op= new``: the old value is read before the new one is computed."""
    old = get_item(value, key)

    def store(name: str, new: Any) -> None:
        set_item(CONSTANTS[PREFIX + name](old, new), value, key)

    return store


@form("place attribute")
def _place_attribute(value: Any, name: str) -> Callable[..., None]:
    old = get_attribute(value, name)

    def store(form: str, new: Any) -> None:
        set_attribute(CONSTANTS[PREFIX + form](old, new), value, name)

    return store


def _delete_attribute(value: Any, name: str) -> None:
    method = special(value, "__delattr__")
    found = find_attribute(type(value), name)
    if method is not None:
        method(value, name)
    elif type(found) is property and is_user_function(found.fdel):
        HOOK[found.fdel](value)
    elif (deleter := special(found, "__delete__")) is not None:
        deleter(found, value)
    else:
        delattr(value, name)


def _delete_item(value: Any, key: Any) -> None:
    method = special(value, "__delitem__")
    if method is not None:
        method(value, key)
    else:
        del value[keyed(key) if isinstance(value, dict) else key]


class _Target:
    """A place that is stored to among others, or deleted: ``o.a, o[k] = u, v``, ``del o[k]``."""

    __slots__ = ("_delete", "_owner", "_place", "_set")

    def __init__(self, owner: Any, place: Any, set_: Any, delete: Any) -> None:
        self._owner, self._place = owner, place
        self._set, self._delete = set_, delete

    def _store(self, new: Any) -> None:
        self._set(new, self._owner, self._place)

    def _remove(self) -> None:
        self._delete(self._owner, self._place)

    value = property(None, _store, _remove)


@form("target attribute")
def _target_attribute(value: Any, name: str) -> _Target:
    return _Target(value, name, set_attribute, _delete_attribute)


@form("target item")
def _target_item(value: Any, key: Any) -> _Target:
    return _Target(value, key, set_item, _delete_item)
