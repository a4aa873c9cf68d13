"""Calls that are not written as calls: operators, subscripts, attributes, loops, ``with``.

Enters: the operands of such a form in a hooked function of level 1. Leaves: what the form gives,
with the methods of the user's classes (``__add__``, ``__getitem__``, properties) hooked. Objects
of other classes take Python's own way. New arrays of floats become traced arrays of constants,
so that traced values can be stored into them. Next: ``_implicit_calls.py`` for builtins.
"""

from __future__ import annotations

import functools
import operator
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType, TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt.tracing._callee import HOOK, current
from asdopt.tracing._complex import is_pair
from asdopt.tracing._complex_ufuncs import complex_operation
from asdopt.tracing._convert import CONSTANTS
from asdopt.tracing._formatting import Shown, percent
from asdopt.tracing._hook import find_attribute, is_template, is_user_function
from asdopt.tracing._lift import concrete
from asdopt.tracing._rewrite import PREFIX
from asdopt.tracing._standins_arrays import lifted, traced_constants
from asdopt.tracing._standins_types import attribute, class_of, sample
from asdopt.tracing._tracer import TracedArrayBase, TracedBool, TracedFloat, Tracer, wrap

__all__ = ["BINARY", "COMPARE", "INPLACE", "UNARY", "fresh", "get_attribute", "iterate", "special"]

# Types without methods of the user's.
_PLAIN = frozenset(
    {float, int, bool, str, list, tuple, dict, set, frozenset, type(None), range, slice, complex}
    | {np.ndarray, np.float64, np.int64, np.bool_, Tracer, TracedBool, TracedFloat, TracedArrayBase}
    | {zip, enumerate, map, filter, reversed, type(_ for _ in ()), bytes, ModuleType, FunctionType}
)


def special(value: Any, name: str) -> Callable[..., Any] | None:
    """Find a method that Python calls implicitly, hooked; None where it is not the user's."""
    kind = type(value)
    if kind in _PLAIN:
        return None
    found = find_attribute(kind, name)
    if is_user_function(found) or is_template(found):
        return HOOK[found]  # type: ignore[no-any-return]
    return None


def fresh(value: Any, holders: int = 1) -> Any:
    """Make a traced array of constants of an array of floats that nobody else knows.

    ``holders``: references to the array that the caller itself has.
    """
    if type(value) is not np.ndarray or sys.getrefcount(value) > holders + 2:
        return value
    base = value.base
    # What NumPy reshaped after making it is a view of memory that only the view knows.
    if base is None or (type(base) is np.ndarray and base.base is None and _only(base)):
        return traced_constants(value)
    return value


def _only(base: Any) -> bool:
    return sys.getrefcount(base) <= 4


def for_pandas(a: Any, b: Any) -> tuple[Any, Any]:
    """Make an object array of the traced one of two operands where the other is of pandas.

    Its operators would ask a traced array to become an array of floats; object arrays hold traced
    values, and pandas computes with them.
    """
    if type(a) in _PLAIN and type(b) in _PLAIN:
        return a, b
    if hasattr(type(a), "__pandas_priority__"):
        return a, _objects(b, np.shape(a))
    if hasattr(type(b), "__pandas_priority__"):
        return _objects(a, np.shape(b)), b
    return a, b


def _objects(value: Any, shape: tuple[int, ...]) -> Any:
    if isinstance(value, TracedArrayBase):
        return np.asarray(value, dtype=object)
    if isinstance(value, Tracer):
        filled = np.empty(shape, dtype=object)
        filled.fill(value)
        return filled
    return value


def _form(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        CONSTANTS[PREFIX + name] = function
        return function

    return register


# --------------------------------------------------------------------------------- operators
def _binary(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    left_name, right_name = f"__{name}__", f"__r{name}__"

    def operate(a: Any, b: Any) -> Any:
        left, right = special(a, left_name), special(b, right_name)
        if left is None and right is None:
            if is_pair(a, b):
                return complex_operation(name, a, b)
            if name == "mod" and type(a) is str:
                return percent(a, b)
            return fresh(function(*for_pandas(a, b)))
        kind_a, kind_b = type(a), type(b)
        result: Any = NotImplemented
        first = right is not None and kind_a is not kind_b and issubclass(kind_b, kind_a)
        if first and find_attribute(kind_a, right_name) is not find_attribute(kind_b, right_name):
            result = right(b, a)  # type: ignore[misc]
        if result is NotImplemented:
            plain = left or getattr(kind_a, left_name, None)
            result = NotImplemented if plain is None else plain(a, b)
        if result is NotImplemented and kind_a is not kind_b:
            plain = right or getattr(kind_b, right_name, None)
            result = NotImplemented if plain is None else plain(b, a)
        # Python says what it says when nobody knows the operation.
        return function(a, b) if result is NotImplemented else result

    return operate


def _inplace(function: Callable[..., Any], name: str, binary: Callable[..., Any]) -> Any:
    inplace_name = f"__i{name}__"

    def operate(a: Any, b: Any) -> Any:
        if isinstance(a, Tracer) and is_pair(a, b):
            return complex_operation(name, a, b)
        method = special(a, inplace_name)
        if method is not None:
            result = method(a, b)
            if result is not NotImplemented:
                return result
        elif type(a) in _PLAIN and special(b, f"__r{name}__") is None:
            if name == "mod" and type(a) is str:
                return percent(a, b)
            return function(a, b)
        elif hasattr(type(a), inplace_name):
            return function(a, b)
        return binary(a, b)

    return operate


def _unary(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    def operate(a: Any) -> Any:
        method = special(a, name)
        return fresh(function(a)) if method is None else method(a)

    return operate


_REFLECTED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "eq", "ne": "ne"}


def _compare(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    left_name, right_name = f"__{name}__", f"__{_REFLECTED[name]}__"

    def operate(a: Any, b: Any) -> Any:
        left, right = _comparing(a, left_name), _comparing(b, right_name)
        if left is None and right is None:
            return function(*for_pandas(a, b))
        kind_a, kind_b = type(a), type(b)
        result: Any = NotImplemented
        first = right is not None and kind_a is not kind_b and issubclass(kind_b, kind_a)
        if first:
            result = right(b, a)  # type: ignore[misc]
        if result is NotImplemented:
            plain = left or getattr(kind_a, left_name)
            result = plain(a, b)
        if result is NotImplemented and not first:
            plain = right or getattr(kind_b, right_name)
            result = plain(b, a)
        return function(a, b) if result is NotImplemented else result

    return operate


def _comparing(value: Any, name: str) -> Callable[..., Any] | None:
    method = special(value, name)
    if method is None and name == "__ne__":
        equal = special(value, "__eq__")
        if equal is not None and find_attribute(type(value), "__ne__") is object.__ne__:

            def unequal(a: Any, b: Any) -> Any:
                result = equal(a, b)
                return result if result is NotImplemented else not result

            return unequal
    return method


_OPERATORS = {
    "Add": "add",
    "Sub": "sub",
    "Mult": "mul",
    "MatMult": "matmul",
    "Div": "truediv",
    "FloorDiv": "floordiv",
    "Mod": "mod",
    "Pow": "pow",
    "LShift": "lshift",
    "RShift": "rshift",
    "BitAnd": "and",
    "BitOr": "or",
    "BitXor": "xor",
}
_COMPARISONS = {"Lt": "lt", "LtE": "le", "Gt": "gt", "GtE": "ge", "Eq": "eq", "NotEq": "ne"}

BINARY: dict[str, Callable[..., Any]] = {}
INPLACE: dict[str, Callable[..., Any]] = {}
COMPARE: dict[str, Callable[..., Any]] = {}
UNARY: dict[str, Callable[..., Any]] = {}
for _node, _name in _OPERATORS.items():
    _plain = getattr(operator, f"__{_name}__")
    BINARY[_name] = _form(f"binary {_node}")(_binary(_plain, _name))
    _plain = getattr(operator, f"__i{_name}__")
    INPLACE[_name] = _form(f"inplace {_node}")(_inplace(_plain, _name, BINARY[_name]))
for _node, _name in _COMPARISONS.items():
    COMPARE[_name] = _form(f"compare {_node}")(_compare(getattr(operator, _name), _name))
for _node, _name in {"USub": "neg", "UAdd": "pos", "Invert": "invert"}.items():
    UNARY[_name] = _form(f"unary {_node}")(_unary(getattr(operator, _name), f"__{_name}__"))


@_form("compare In")
def contains(value: Any, container: Any) -> bool:
    """``value in container``."""
    method = special(container, "__contains__")
    if method is not None:
        return bool(truth(method(container, value)))
    if special(container, "__iter__") is not None:
        return any(v is value or truth(COMPARE["eq"](v, value)) for v in iterate(container))
    return operator.contains(container, value)


@_form("compare NotIn")
def _not_in(value: Any, container: Any) -> bool:
    return not contains(value, container)


@_form("truth")
def truth(value: Any) -> Any:
    """Find what a test decides on."""
    for name in ("__bool__", "__len__"):
        method = special(value, name)
        if method is not None:
            return bool(method(value))
        if find_attribute(type(value), name) is not None:
            break
    return value


class _Held:
    """A value that ``and`` or ``or`` may choose, with its truth by the user's method."""

    __slots__ = ("_is_true", "value")

    def __init__(self, value: Any, is_true: bool) -> None:
        self.value = value
        self._is_true = is_true

    def __bool__(self) -> bool:
        return self._is_true


@_form("held")
def _held(value: Any) -> Any:
    known = value if type(value) in _PLAIN else truth(value)
    return value if known is value else _Held(value, known)


@_form("chosen")
def _chosen(value: Any) -> Any:
    return value.value if type(value) is _Held else value


# -------------------------------------------------------------------------------- attributes
@_form("getattr")
def get_attribute(value: Any, name: str) -> Any:
    """``value.name``."""
    kind = type(value)
    if kind in _PLAIN or isinstance(value, type):
        return getattr(value, name)
    plain = sample(value)
    if plain is not None:
        return attribute(value, plain, name)
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
    """Get a cached property, kept for this trace only."""
    if name in getattr(value, "__dict__", ()):
        return value.__dict__[name]
    session = current()
    known: dict[Any, Any] = {} if session is None else session.state.setdefault("cached", {})
    if (id(value), name) not in known:
        known[id(value), name] = (HOOK[descriptor.func](value), value)
    return known[id(value), name][0]


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


@_form("setattr")
def set_attribute(new: Any, value: Any, name: str) -> None:
    """``value.name = new``."""
    kind = type(value)
    if kind not in _PLAIN and not isinstance(value, type):
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
    setattr(value, name, new)


# -------------------------------------------------------------------------------- subscripts
@_form("getitem")
def get_item(value: Any, key: Any) -> Any:
    """``value[key]``."""
    method = special(value, "__getitem__")
    if method is not None:
        return method(value, key)
    if isinstance(value, dict) and type(value) is not dict and key not in value:
        missing = special(value, "__missing__")
        if missing is not None:
            return missing(value, key)
        if isinstance(value, defaultdict) and value.default_factory is not None:
            made = value[key] = HOOK[value.default_factory]()
            return made
    if isinstance(value, Tracer):
        return _scalar_item(value, key)
    if type(value) is np.ndarray:
        return fresh(value[_concrete(key)])
    return lifted(fresh(value[key])) if type(value) in _MAKERS else value[key]


# np.r_[0, x], np.mgrid[0:1:5j]: their subscript makes an array.
_MAKERS = frozenset({type(np.r_), type(np.c_), type(np.mgrid), type(np.ogrid)})


def _scalar_item(value: Tracer, key: Any) -> Any:
    """``x[()]``, ``x[...]`` and ``x[None]`` of a traced scalar, as NumPy's have it."""
    if class_of(value) is float:
        return value[key]  # type: ignore[index]  # Python says what it says of a float
    ids = np.array(value.id, dtype=np.int32)[key]
    return wrap(value.tape, ids, isinstance(value, TracedBool))


def _concrete(key: Any) -> Any:
    """Index of a plain array: conditions on traced values in it are decided, guarded."""
    for part in key if type(key) is tuple else (key,):
        if isinstance(part, (Tracer, TracedArrayBase)):
            return concrete(part.tape, key)
    return key


@_form("setitem")
def set_item(new: Any, value: Any, key: Any) -> None:
    """``value[key] = new``."""
    method = special(value, "__setitem__")
    if method is not None:
        method(value, key, new)
    elif type(value) is np.ndarray:
        value[_concrete(key)] = _stored(new, value)
    else:
        value[key] = new


def _stored(new: Any, target: npt.NDArray[Any]) -> Any:
    """Find what an array of integers or truth values keeps of traced values, guarded."""
    if isinstance(new, TracedArrayBase) and target.dtype.kind in "iub":
        array: Any = new
        made = array.astype(target.dtype)
        return made if type(made) is np.ndarray else np.asarray(made)
    return new


CONSTANTS[PREFIX + "slice"] = slice


@_form("place item")
def _place_item(value: Any, key: Any) -> Callable[..., None]:
    """``value[key] op= new``: the old value is read before the new one is computed."""
    old = get_item(value, key)

    def store(name: str, new: Any) -> None:
        set_item(CONSTANTS[PREFIX + name](old, new), value, key)

    return store


@_form("place attribute")
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
        del value[key]


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


@_form("target attribute")
def _target_attribute(value: Any, name: str) -> _Target:
    return _Target(value, name, set_attribute, _delete_attribute)


@_form("target item")
def _target_item(value: Any, key: Any) -> _Target:
    return _Target(value, key, set_item, _delete_item)


# ------------------------------------------------------------------------------ loops and with
@_form("iterate")
def iterate(value: Any) -> Any:
    """Find what a loop runs over."""
    if type(value) in _PLAIN:
        return value
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


@_form("with")
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


@_form("format")
def shown(value: Any) -> Any:
    """Find what an f-string or print shows."""
    if any(special(value, name) for name in ("__format__", "__str__", "__repr__")):
        return Shown(value, special)
    return value


from asdopt.tracing import _implicit_calls  # noqa: E402, F401  # enters the builtins
