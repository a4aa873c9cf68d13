"""Stand-ins of functions that make arrays: what they make may later hold traced values.

Enters: a user's call of ``np.zeros``, ``np.array``, ``D.copy()`` and the like. Leaves: a traced
array of constants where NumPy makes a new array of float64, so that ``out[i] = x[0]`` can be
recorded; integers and truth values stay ndarrays, they serve as indices and masks. Arrays that
NumPy does not make anew are returned as they are.
"""

from __future__ import annotations

import collections.abc
import copy
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from asdopt._errors import AsdoptError
from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import TracedArrayBase, array
from asdopt.tracing._callee import (
    current,
    holds_scalars,
    holds_traced,
    know,
    running_tape,
    stand_in,
)
from asdopt.tracing._complex import TracedComplex, has_complex, make, parts, tape_among
from asdopt.tracing._lift import lift
from asdopt.tracing._nodes import constants
from asdopt.tracing._own_arrays import from_protocol, makes_array
from asdopt.tracing._registry import FUNCTIONS
from asdopt.tracing._standins import stands_for
from asdopt.tracing._tracer import Tracer

__all__ = ["lifted", "traced_constants"]

_FLOAT = np.dtype(np.float64)
_OBJECT = np.dtype(object)
_COMPLEX = np.dtype(np.complex128)


def traced_constants(value: Any) -> Any:
    """Make a traced array of constants of a new array of float64; others stay."""
    if type(value) is np.ndarray and value.dtype == _FLOAT:
        tape = running_tape()
        return array(tape, constants(tape, value), False)
    if type(value) is np.ndarray and value.dtype == _COMPLEX:
        session = current()
        if session is not None and session.level:
            # What is complex was refused once: complex traced values may go into it.
            return make(session.tape, value.real, value.imag)
    return _records.records(value) if isinstance(value, np.ndarray) else value


def lifted(value: Any) -> Any:
    """Make a traced array of what NumPy would make an object array of."""
    if type(value) in (list, tuple):
        if has_complex(value):
            return _lifted_complex(value)
        if holds_scalars(value):
            return lift(running_tape(), value)
    elif type(value) is np.ndarray:
        if value.dtype == _OBJECT and holds_traced(value):
            return lift(running_tape(), value)
    elif makes_array(type(value)):
        return from_protocol(value)
    return value


def _lifted_complex(value: Any) -> Any:
    """Make a complex traced array of nested lists of numbers; those of arrays stay."""
    tape, pending = tape_among(value), list(value)
    while pending:
        part = pending.pop()
        if type(part) in (list, tuple):
            pending += part
        elif np.ndim(part):
            return value
    return value if tape is None else make(tape, *parts(tape, value))


def _creating(function: Callable[..., Any]) -> None:
    """Know a function whose result is always new and does not depend on traced values."""

    def create(*args: Any, **kwargs: Any) -> Any:
        return traced_constants(function(*args, **kwargs))

    know(function, create)


for _function in (
    np.zeros,
    np.ones,
    np.eye,
    np.identity,
    np.tri,
    np.ndarray,
    np.recarray,
    np.frombuffer,
):
    _creating(_function)


@stands_for(np.empty)
def _empty(*args: Any, **kwargs: Any) -> Any:
    # Its values are whatever stands in memory; zeros are as good and the same each time.
    made = np.empty(*args, **kwargs)
    if made.dtype == _FLOAT:
        made[...] = 0.0
    return traced_constants(made)


@stands_for(np.full)
def _full(shape: Any, fill_value: Any, dtype: Any = None, **kwargs: Any) -> Any:
    if type(fill_value) is TracedComplex:
        return np.broadcast_to(fill_value, shape).copy()
    if not holds_traced(fill_value):
        return traced_constants(np.full(shape, fill_value, dtype, **kwargs))
    if dtype is not None and np.dtype(dtype) != _FLOAT:
        return np.full(shape, fill_value, dtype, **kwargs)
    tape = running_tape()
    ids = np.empty(shape, dtype=np.int32)
    ids[...] = lift(tape, fill_value).ids
    return array(tape, ids, False)


def _like(function: Callable[..., Any], value: float | None) -> None:
    def create(a: Any, *args: Any, **kwargs: Any) -> Any:
        if type(a) in (list, tuple) and holds_traced(a):
            a = lift(running_tape(), a)
        made = function(a, *args, **kwargs)
        if type(made) is np.ndarray and made.dtype == _FLOAT and value is not None:
            made[...] = value
        return traced_constants(made)

    know(function, create)


_like(np.zeros_like, 0.0)
_like(np.empty_like, 0.0)
_like(np.ones_like, 1.0)
_like(np.full_like, None)


@stands_for(np.arange)
def _arange(*args: Any, **kwargs: Any) -> Any:
    if not any(map(holds_traced, args)):
        return traced_constants(np.arange(*args, **kwargs))
    start, stop, step = (0.0, args[0], 1.0) if len(args) == 1 else (*args, 1.0)[:3]
    # The number of entries is a decision: the trace holds while it stays.
    count = max(math.ceil((stop - start) / step), 0)
    return start + step * np.arange(count)


def _has_traced_items(value: Any) -> Any:
    """Return the value, as a list where it is another sequence or an iterator's content."""
    if makes_array(type(value)):
        return from_protocol(value)
    if type(value) in (list, tuple) or isinstance(value, (str, bytes, range)):
        return value
    return list(value) if isinstance(value, collections.abc.Sequence) else value


@stands_for(np.array)
def _array(
    object: Any,  # noqa: A002  # as in NumPy
    dtype: Any = None,
    *,
    copy: Any = True,
    order: Any = "K",
    subok: bool = False,
    ndmin: int = 0,
    like: Any = None,
    **kwargs: Any,
) -> Any:
    value = _has_traced_items(object)
    if type(value) is TracedComplex or (has_complex(value) and tape_among(value) is not None):
        tape = running_tape()
        made: Any = make(tape, *parts(tape, value)).copy()
        made = made if dtype is None else made.astype(dtype)
        return made.reshape((1,) * (ndmin - made.ndim) + made.shape) if ndmin > made.ndim else made
    if not holds_traced(value) or (dtype is not None and np.dtype(dtype) == _OBJECT):
        plain = np.array(object, dtype, copy=copy, order=order, subok=subok, ndmin=ndmin, **kwargs)
        return plain if plain is object else traced_constants(plain)
    fields = _records.holding(dtype)
    if fields is not None:
        return np.array(object, fields, copy=copy, order=order, subok=subok, ndmin=ndmin)
    tape = running_tape()
    source = lift(tape, value)
    made = source if dtype is None else source.astype(dtype, copy=False)
    if type(made) is TracedComplex:
        return made
    if isinstance(made, Tracer):
        made = lift(tape, made)
    if not isinstance(made, TracedArrayBase):
        return np.array(made, copy=None, order=order, ndmin=ndmin)
    ids = np.array(made.ids, copy=copy if made is object else None, order=order, ndmin=ndmin)
    if made is object and ids is made.ids:
        return made
    return array(tape, ids, made.is_bool)


def _converting(function: Callable[..., Any], order: str | None) -> None:
    """Know a function that makes an array only where it is not one already."""

    def convert(a: Any, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
        if type(a) is np.ndarray and a.dtype != _OBJECT:
            made = function(a, dtype, *args, **kwargs)
            shared = made is a or np.may_share_memory(made, a)
            return made if shared else traced_constants(made)
        kwargs.pop("like", None)
        kwargs.pop("device", None)
        wanted = order or kwargs.pop("order", None) or (args[0] if args else None)
        copied = kwargs.pop("copy", None)
        return _array(a, dtype, copy=copied, order=wanted or "K", **kwargs)

    know(function, convert)


_converting(np.asarray, None)
_converting(np.asanyarray, None)
_converting(np.ascontiguousarray, "C")
_converting(np.asfortranarray, "F")
_converting(np.asarray_chkfinite, None)


@stands_for(np.lib.stride_tricks.as_strided)
def _as_strided(x: Any, shape: Any = None, strides: Any = None, *args: Any, **kwargs: Any) -> Any:
    view = np.lib.stride_tricks.as_strided
    if not isinstance(x, TracedArrayBase):
        return view(x, shape, strides, *args, **kwargs)
    traced: Any = x
    if strides is not None:
        # The user's steps are those of numbers, ids have half their size.
        strides = [s // traced.itemsize * traced.ids.itemsize for s in strides]
    return array(traced.tape, view(traced.ids, shape, strides, *args, **kwargs), traced.is_bool)


@stands_for(np.require)
def _require(a: Any, dtype: Any = None, requirements: Any = None, **kwargs: Any) -> Any:
    if not holds_traced(a):
        return np.require(a, dtype, requirements, **kwargs)
    wanted = {str(r).upper()[:1] for r in requirements or ()}
    return _array(
        a, dtype, copy=None, order="F" if "F" in wanted else "C" if "C" in wanted else "K"
    )


@stands_for(np.fromiter)
def _fromiter(iter: Iterable[Any], dtype: Any, count: int = -1, **kwargs: Any) -> Any:  # noqa: A002  # NumPy's name
    values = list(iter)
    if not holds_traced(values):
        return traced_constants(np.fromiter(values, dtype, count, **kwargs))
    return _array(values if count < 0 else values[:count], dtype)


def _copying(function: Callable[..., Any]) -> None:
    def duplicate(value: Any, *args: Any, **kwargs: Any) -> Any:
        made = function(value, *args, **kwargs)
        return traced_constants(made) if isinstance(value, np.ndarray) else made

    know(function, duplicate)


_copying(copy.copy)
_copying(copy.deepcopy)


_PLAIN = frozenset({int, float, bool, str, type(None)})


class Dispatched:
    """Stand-in of a NumPy function: lists and object arrays of traced scalars become arrays."""

    def __init__(self, function: Callable[..., Any], new: bool) -> None:
        self.function = function
        self.new = new
        self.is_of_linalg = getattr(function, "__module__", "") == "numpy.linalg"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if args and type(args[0]) is TracedArray and self._is_direct(args, kwargs):
            # What NumPy's dispatch comes to, at a third of its cost.
            tape = args[0].tape
            handler, before = FUNCTIONS.get(self.function), tape.refusal
            if handler is not None:
                try:
                    return handler(tape, *args, **kwargs)
                except AsdoptError:
                    tape.refusal = before
        if (self.is_of_linalg or type(self.function) is np.ufunc) and any(
            map(_matrices.is_traced_matrix, args)
        ):
            known = _matrices.of_linalg if self.is_of_linalg else _matrices.of_ufunc
            return known(running_tape(), self.function, args, kwargs)
        args = tuple([lifted(a) for a in args])
        if kwargs:
            kwargs = {name: lifted(value) for name, value in kwargs.items()}
        result = self.function(*args, **kwargs)
        return traced_constants(result) if self.new else result

    @staticmethod
    def _is_direct(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        """Whether nothing but the first argument can be an array."""
        for k in range(1, len(args)):
            if type(args[k]) not in _PLAIN:
                return False
        return not kwargs or all(type(value) in _PLAIN for value in kwargs.values())

    def __getattr__(self, name: str) -> Any:
        return getattr(self.function, name)


# New arrays of constants when nothing in their arguments is traced.
_NEW = {np.linspace, np.logspace, np.geomspace, np.copy, np.diag, np.vander, np.fromstring}
_DISPATCHER = type(np.linspace)
for _module in (np, np.linalg, np.fft):
    for _function in vars(_module).values():
        if type(_function) is _DISPATCHER and stand_in(_function) is None:
            know(_function, Dispatched(_function, _function in _NEW))

# It needs what is above.
from asdopt.tracing import _matrices, _records  # noqa: E402
