"""Builtins that call methods of their arguments, for functions of level 1.

Enters: ``len(o)``, ``sum(objects)``, ``sorted(objects)``, ``operator.add(a, b)`` in a user's
function. Leaves: the same with the methods of the user's classes hooked.
"""

from __future__ import annotations

import builtins
import functools
import itertools
import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._callee import HOOK, Elementary, Session, holds_traced, know, stand_in
from asdopt.tracing._hook import HANDLERS, METHODS
from asdopt.tracing._implicit_loops import contains, iterate, shown
from asdopt.tracing._implicit_methods import fresh, special
from asdopt.tracing._implicit_operators import BINARY, COMPARE, INPLACE, UNARY, truth
from asdopt.tracing._implicit_places import get_attribute, get_item, set_attribute
from asdopt.tracing._nodes import decide
from asdopt.tracing._standins_arrays import Dispatched
from asdopt.tracing._standins_types import attribute, sample
from asdopt.tracing._tracer import TracedBool
from asdopt.tracing._workspace_reads import seen
from asdopt.tracing._workspaces import writable

__all__: list[str] = []

_function: Any


def _implicit(*functions: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(replacement: Callable[..., Any]) -> Callable[..., Any]:
        for function in functions:
            know(function, replacement, implicit=True)
        return replacement

    return register


# ------------------------------------------------------- builtins that call one special method
def _calling(function: Callable[..., Any], name: str, then: Callable[..., Any] | None) -> None:
    known = stand_in(function) or function

    @_implicit(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        method = special(args[0], name) if args else None
        if method is None:
            return known(*args, **kwargs)
        result = method(*args, **kwargs)
        return result if then is None else then(result)

    _ = call


_calling(builtins.len, "__len__", lambda n: len(range(n)))
_calling(builtins.abs, "__abs__", None)
_calling(builtins.round, "__round__", None)
_calling(builtins.float, "__float__", None)
_calling(builtins.int, "__int__", None)
_calling(builtins.next, "__next__", None)
_calling(builtins.reversed, "__reversed__", iter)
_calling(builtins.divmod, "__divmod__", None)
_calling(math.floor, "__floor__", None)
_calling(math.ceil, "__ceil__", None)
_calling(math.trunc, "__trunc__", None)


@_implicit(builtins.next)
def _next(iterator: Any, /, *default: Any) -> Any:
    method = special(iterator, "__next__")
    if method is None:
        return next(iterator, *default)
    try:
        return method(iterator)
    except StopIteration:
        if not default:
            raise
        return default[0]


@_implicit(builtins.iter)
def _iter(value: Any, /, *sentinel: Any) -> Any:
    if sentinel:
        return iter(HOOK[value], *sentinel)
    return iter(iterate(value))


@_implicit(builtins.bool)
def _bool(*args: Any) -> bool:
    return bool(*map(truth, args))


@_implicit(builtins.getattr)
def _getattr(value: Any, name: str, /, *default: Any) -> Any:
    plain = sample(value)
    try:
        if plain is not None:
            return attribute(value, plain, name)
        return get_attribute(value, name)
    except AttributeError:
        if not default:
            raise
        return default[0]


@_implicit(builtins.hasattr)
def _hasattr(value: Any, name: str, /) -> bool:
    plain = sample(value)
    if plain is not None:
        return hasattr(plain, name)
    try:
        get_attribute(value, name)
    except AttributeError:
        return False
    return True


@_implicit(builtins.setattr)
def _setattr(value: Any, name: str, new: Any, /) -> None:
    set_attribute(new, value, name)


@_implicit(builtins.str)
def _str(*args: Any, **kwargs: Any) -> str:
    return str(*map(shown, args), **kwargs)


@_implicit(builtins.repr)
def _repr(value: Any, /) -> str:
    return repr(shown(value))


@_implicit(builtins.format)
def _format(value: Any, spec: str = "", /) -> str:
    return format(shown(value), spec)


@_implicit(builtins.print)
def _print(*values: Any, **kwargs: Any) -> None:
    print(*map(shown, values), **kwargs)  # noqa: T201  # the user prints


@_implicit(builtins.pow)
def _pow(base: Any, exp: Any, mod: Any = None) -> Any:
    return BINARY["pow"](base, exp) if mod is None else pow(base, exp, mod)


# --------------------------------------------------------------------- builtins that iterate
def _iterating(function: Callable[..., Any], first: int = 0) -> None:
    """Register a function that iterates over its positional arguments from ``first`` on."""
    known = stand_in(function) or function

    @_implicit(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return known(*args[:first], *map(iterate, args[first:]), **kwargs)

    _ = call


for _function in (
    *(builtins.list, builtins.tuple, builtins.set, builtins.frozenset, builtins.zip),
    *(builtins.enumerate, itertools.chain, itertools.cycle, itertools.product, itertools.pairwise),
    *(itertools.zip_longest, itertools.combinations, itertools.islice, itertools.groupby),
):
    _iterating(_function)
for _function in (
    *(builtins.map, builtins.filter, itertools.starmap, itertools.takewhile),
    *(itertools.dropwhile, itertools.filterfalse),
):
    _iterating(_function, 1)


@_implicit(builtins.any)
def _any(iterable: Iterable[Any], /) -> bool:
    return any(truth(v) for v in iterate(iterable))


@_implicit(builtins.all)
def _all(iterable: Iterable[Any], /) -> bool:
    return all(truth(v) for v in iterate(iterable))


_sum = stand_in(builtins.sum)


@_implicit(builtins.sum)
def _sum_objects(iterable: Iterable[Any], /, start: Any = 0) -> Any:
    values = list(iterate(iterable))
    if values and all(type(v) is TracedBool for v in values):
        # A count that may be used as an index: each decision is guarded.
        return sum(map(bool, values), start)
    if any(special(v, name) for v in [*values, start] for name in ("__add__", "__radd__")):
        return functools.reduce(BINARY["add"], values, start)
    return fresh(_sum(values, start))


def _ordering(function: Callable[..., Any]) -> None:
    """Register a function that compares objects by ``<``."""
    known = stand_in(function)
    compare = COMPARE["gt"] if function is builtins.max else COMPARE["lt"]

    def order(a: Any, b: Any) -> int:
        if function is builtins.max:
            return 1 if truth(compare(a, b)) else 0
        return -1 if truth(compare(a, b)) else 0

    @_implicit(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if len(args) == 1:
            args = (list(iterate(args[0])),)
        values = args[0] if len(args) == 1 else args
        key = kwargs.get("key")
        chosen = HOOK[key] if key is not None else None
        # The order of objects of the user's classes is what their hooked methods say.
        if any(special(v, n) for v in values for n in ("__lt__", "__gt__")) or chosen is not None:
            wrapper = functools.cmp_to_key(order)
            kwargs["key"] = (lambda v: wrapper(chosen(v))) if chosen is not None else wrapper
            return function(*args, **kwargs)
        return known(*args, **kwargs)

    _ = call


for _function in (builtins.sorted, builtins.max, builtins.min):
    _ordering(_function)


# --------------------------------------------------------------------------- module operator
def _absolute(value: Any) -> Any:
    return HOOK[abs](value)


for _name, _helper in BINARY.items():
    for _spelling in (_name, f"{_name}_", f"__{_name}__"):
        if hasattr(operator, _spelling):
            know(getattr(operator, _spelling), _helper, implicit=True)
for _name, _helper in INPLACE.items():
    know(getattr(operator, f"i{_name}"), _helper, implicit=True)
for _name, _helper in (COMPARE | UNARY).items():
    know(getattr(operator, _name), _helper, implicit=True)
know(operator.getitem, get_item, implicit=True)
know(operator.abs, _absolute, implicit=True)
know(operator.contains, lambda container, value: contains(value, container), implicit=True)
know(operator.truth, lambda value: bool(truth(value)), implicit=True)
know(operator.not_, lambda value: not truth(value), implicit=True)


def _item_getter(session: Session, callee: Any) -> Any:
    if not session.level:
        return callee
    _, keys = callee.__reduce__()
    if len(keys) == 1:
        return lambda value: get_item(value, keys[0])
    return lambda value: tuple(get_item(value, key) for key in keys)


def _attribute_getter(session: Session, callee: Any) -> Any:
    if not session.level:
        return callee
    _, names = callee.__reduce__()

    def get(value: Any, name: str) -> Any:
        return functools.reduce(get_attribute, name.split("."), value)

    if len(names) == 1:
        return lambda value: get(value, names[0])
    return lambda value: tuple(get(value, name) for name in names)


HANDLERS[operator.itemgetter] = _item_getter
HANDLERS[operator.attrgetter] = _attribute_getter


# ------------------------------------------------------------ new arrays of plain computations
def _freshly(function: Any) -> None:
    known = stand_in(function) or function

    @_implicit(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        result = known(*args, **kwargs)
        if type(result) in (list, tuple):
            return type(result)([fresh(part, 2) for part in result])
        return fresh(result)

    _ = call


for _module in (np, np.linalg, np.fft):
    for _function in vars(_module).values():
        if isinstance(stand_in(_function), (Elementary, Dispatched)) or (
            isinstance(_function, np.ufunc)
        ):
            _freshly(_function)


# Counts: at this level they are whole numbers, guarded, which may serve as indices.
def _counting(function: Callable[..., Any]) -> None:
    known = stand_in(function)

    @_implicit(function)
    def count(values: Any, *args: Any, **kwargs: Any) -> Any:
        return known(decided(values), *args, **kwargs)

    _ = count


def decided(values: Any) -> Any:
    """Truth values as they are at the point, each guarded."""
    if isinstance(values, TracedArrayBase) and values.is_bool:
        return decide(values.tape, values.ids, "a count of conditions") != 0.0
    return values


for _function in (np.sum, np.count_nonzero):
    _counting(_function)


# Methods of arrays that write what they are given.
_STORING = frozenset({"fill", "put", "itemset"})


def _traced_array_method(session: Session, method: Any) -> Any:
    owner = method.__self__
    if session.level and owner.tape.closed and method.__name__ in _STORING:
        return functools.partial(_store_again, session, method)
    if session.level and owner.is_bool:
        if method.__name__ == "sum":
            return decided(owner).sum
        if method.__name__ == "astype":
            return functools.partial(_astype, owner)
    return method


def _store_again(session: Session, method: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a method that writes into an array which an earlier trace left."""
    owner = method.__self__
    traced = writable(session.tape, owner) if holds_traced([*args, *kwargs.values()]) else None
    return getattr(seen(owner) if traced is None else traced, method.__name__)(*args, **kwargs)


def _astype(conditions: Any, dtype: Any, *args: Any, **kwargs: Any) -> Any:
    """Convert truth values; as whole numbers they may serve as indices and are decided."""
    if np.dtype(dtype).kind in "iu":
        conditions = decided(conditions)
    return conditions.astype(dtype, *args, **kwargs)


METHODS[TracedArray] = _traced_array_method

_array_method = METHODS[np.ndarray]


def _fresh_array_method(session: Session, method: Any) -> Any:
    known = _array_method(session, method)
    if not session.level:
        return known
    owner, name = method.__self__, method.__name__

    def call(*args: Any, **kwargs: Any) -> Any:
        traced = seen(owner)
        if traced is owner and name in _STORING and holds_traced([*args, *kwargs.values()]):
            traced = writable(session.tape, owner)
        if traced is None or traced is owner:
            return fresh(known(*args, **kwargs))
        result = getattr(traced, name)(*map(seen, args), **{k: seen(kwargs[k]) for k in kwargs})
        return session.tape.workspaces.given(result)

    return call


METHODS[np.ndarray] = _fresh_array_method
