"""Stand-ins: what hooked functions call instead of functions that need plain numbers.

Enters: the arguments a user's call has. Leaves: the same result on plain values, a traced one
where a traced value is among them. This module holds the builtins; the others are imported
below, each enters its functions into the table of the hook.
"""

from __future__ import annotations

import builtins
import functools
import itertools
import operator
import sys
from collections.abc import Callable, Iterable
from types import CodeType
from typing import Any

import numpy as np

from asdopt._errors import TracingError
from asdopt._ops import CODE
from asdopt.tracing._array_base import TracedArrayBase, node_ids
from asdopt.tracing._callee import HOOK, current, know
from asdopt.tracing._convert import CONSTANTS, compile_hooked, is_hooked
from asdopt.tracing._location import refuse
from asdopt.tracing._namespace import Namespace, evaluate
from asdopt.tracing._rewrite import PREFIX
from asdopt.tracing._tape import Tape
from asdopt.tracing._tracer import TracedBool, Tracer, as_float, tracer

__all__ = ["exchanging", "is_traced", "scalar_tape", "stands_for", "total"]

_MAXIMUM, _MINIMUM = CODE["maximum"], CODE["minimum"]
_NUMBERS = frozenset({float, int, np.float64})


def stands_for(*functions: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a stand-in for functions."""

    def register(stand_in: Callable[..., Any]) -> Callable[..., Any]:
        for function in functions:
            know(function, stand_in)
        return stand_in

    return register


def is_traced(value: Any) -> bool:
    """Tell whether a value is a traced scalar or array."""
    return isinstance(value, (Tracer, TracedArrayBase))


def scalar_tape(values: Iterable[Any]) -> Tape | None:
    """Tape of plain and traced real scalars; None where none is traced, or other values are."""
    tape = None
    for value in values:
        if isinstance(value, Tracer) and not isinstance(value, TracedBool):
            tape = value.tape
        elif type(value) not in _NUMBERS:
            return None
    return tape


def total(tape: Tape, values: list[Any]) -> Tracer:
    """Sum of real scalars as one node."""
    ids: Any = node_ids(tape, values)
    node = int(tape.sums([0, len(values)], ids)[0])
    python = all(v.__class__ is float or type(v) is int for v in values)
    made: Tracer = tracer(tape, node)
    return as_float(made) if python else made


@stands_for(builtins.float)
def _float(*args: Any) -> Any:
    if len(args) == 1:
        value: Any = args[0]
        if isinstance(value, Tracer):
            return as_float(value)
        if isinstance(value, TracedArrayBase):
            # Says what NumPy says where there is more than one entry.
            array: Any = value
            return as_float(array.item()) if len(array.ids.ravel()) == 1 else float(array)
        if type(value) is str and "<" in value:
            session = current()
            if session is not None:
                raise refuse(
                    session.tape,
                    TracingError,
                    f"float({value!r}) was asked for, which may be the text of a traced value; "
                    "the number read from it would not depend on the variables: use the value "
                    "itself",
                )
    return float(*args)


@stands_for(np.float64)
def _float64(*args: Any) -> Any:
    if len(args) == 1:
        value = args[0]
        if isinstance(value, Tracer):
            return tracer(value.tape, value.id)
        if isinstance(value, TracedArrayBase):
            array: Any = value
            return array.astype(np.float64)
        if type(value) in (list, tuple):
            return HOOK[np.array](value, dtype=np.float64)
    return np.float64(*args)


@stands_for(builtins.sum)
def _sum(iterable: Iterable[Any], /, start: Any = 0) -> Any:
    values = list(iterable)
    if any(isinstance(v, (Tracer, TracedArrayBase)) for v in values):
        terms = values if type(start) is int and start == 0 else [start, *values]
        tape = _sum_tape(terms)
        if tape is not None:
            return total(tape, terms)
    return sum(values, start)


def _sum_tape(terms: list[Any]) -> Tape | None:
    """Tape of a sum of scalars; truth values are counted, as Python counts them from 0."""
    tape = None
    for value in terms:
        if isinstance(value, Tracer):
            tape = value.tape
        elif type(value) not in _NUMBERS and type(value) is not bool:
            return None
    return tape


def _extreme(name: str, code: int) -> Callable[..., Any]:
    original = getattr(builtins, name)

    def extreme(*args: Any, **kwargs: Any) -> Any:
        if kwargs.get("key") is not None:
            kwargs["key"] = HOOK[kwargs["key"]]
            return original(*args, **kwargs)
        values = list(args[0]) if len(args) == 1 else args
        tape = scalar_tape(values)
        if tape is None:
            return original(values, **kwargs) if len(args) == 1 else original(*args, **kwargs)
        ids: Any = node_ids(tape, list(values))
        node = int(ids[0])
        for other in ids[1:]:
            node = tape.push(code, node, int(other))
        python = all(v.__class__ is float or type(v) is int for v in values)
        session = current()
        if session is not None and node not in ids:
            session.state.setdefault("extremes", set()).add(node)
        made = tracer(tape, node)
        return as_float(made) if python else made

    return extreme


know(builtins.max, _extreme("max", _MAXIMUM))
know(builtins.min, _extreme("min", _MINIMUM))


@stands_for(builtins.eval)
def _eval(source: Any, globals: Any = None, locals: Any = None, /) -> Any:  # noqa: A002  # Python's name
    return _evaluate(eval, "eval", source, globals, locals)


@stands_for(builtins.exec)
def _exec(source: Any, globals: Any = None, locals: Any = None, /, **kwargs: Any) -> Any:  # noqa: A002  # Python's name
    globals = kwargs.pop("globals", globals)  # noqa: A001  # Python's name
    locals = kwargs.pop("locals", locals)  # noqa: A001  # Python's name
    return _evaluate(functools.partial(exec, **kwargs), "exec", source, globals, locals)


def _evaluate(run: Callable[..., Any], mode: str, source: Any, names: Any, local: Any) -> Any:
    """Run text in the frame of the user's function, its calls hooked."""
    frame = sys._getframe(2)
    if names is None:
        names = frame.f_globals
        local = frame.f_locals if local is None else local
    if isinstance(names, Namespace):
        names = names.real
    session = current()
    if isinstance(source, (str, bytes)):
        source = compile_hooked(source, mode, 0 if session is None else session.level)
    local = names if local is None else local
    if isinstance(source, CodeType) and session is not None and not is_hooked(source):
        return evaluate(session, run, source, names, local)
    return run(source, names, local)


def _is(a: Any, b: Any) -> bool:
    if not isinstance(a, Tracer) and not isinstance(b, Tracer):
        return a is b
    if isinstance(b, TracedBool):
        a, b = b, a
    if isinstance(a, TracedBool) and type(b) in (bool, np.bool_):
        # A comparison of Python floats is True or False themselves, one of NumPy's is np.True_
        # or np.False_.
        return _standins_types.class_of(a) is type(b) and bool(a) is bool(b)
    if a is not b and isinstance(a, Tracer) and isinstance(b, Tracer):
        session = current()
        known = () if session is None else session.state.get("extremes", ())
        if a.id in known or b.id in known:
            raise refuse(
                a.tape,
                TracingError,
                "the result of max() or min() was compared by `is` with another traced value; "
                "it is a value of its own here, not one of the arguments: use ==, or the "
                "position of the largest, max(range(len(v)), key=v.__getitem__)",
            )
    return a is b


CONSTANTS[PREFIX + "Is"] = _is
CONSTANTS[PREFIX + "IsNot"] = lambda a, b: not _is(a, b)


# Callers of a function that is given to them: argument -> place, keyword.
_CALLERS: dict[Any, tuple[int, str | None]] = {
    builtins.map: (0, None),
    builtins.filter: (0, None),
    builtins.sorted: (99, "key"),
    functools.reduce: (0, None),
    functools.cmp_to_key: (0, "mycmp"),
    itertools.accumulate: (1, "func"),
    itertools.starmap: (0, None),
    itertools.takewhile: (0, None),
    itertools.dropwhile: (0, None),
    itertools.filterfalse: (0, None),
    itertools.groupby: (1, "key"),
    np.apply_along_axis: (0, "func1d"),
    np.apply_over_axes: (0, "func"),
    np.fromfunction: (0, "function"),
    np.vectorize: (0, "pyfunc"),
}


def exchanging(function: Callable[..., Any], place: int, name: str | None) -> Callable[..., Any]:
    """Make a stand-in that gives a caller the hooked function."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if len(args) > place:
            args = (*args[:place], HOOK[args[place]], *args[place + 1 :])
        elif name in kwargs:
            kwargs[name] = HOOK[kwargs[name]]
        return function(*args, **kwargs)

    return call


@stands_for(operator.call)
def _call(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    return HOOK[function](*args, **kwargs)


for _function, (_place, _name) in _CALLERS.items():
    know(_function, exchanging(_function, _place, _name))

# Known to need nothing: found at once.
for _plain in (
    *(builtins.len, builtins.range, builtins.abs, builtins.print, builtins.super),
    *(builtins.int, builtins.bool, builtins.str, builtins.list, builtins.tuple, builtins.dict),
    *(builtins.set, builtins.enumerate, builtins.zip, builtins.round, builtins.repr),
    *(builtins.pow, builtins.divmod, builtins.any, builtins.all, builtins.reversed),
    *(builtins.iter, builtins.next, builtins.slice, builtins.id, builtins.callable),
):
    know(_plain, None)

# At the end: they use what stands above.
from asdopt.tracing import (  # noqa: E402, F401
    _nditer,
    _standins_arrays,
    _standins_complex,
    _standins_elements,
    _standins_errstate,
    _standins_math,
    _standins_objects,
    _standins_types,
)
