"""Functions that move entries about: NumPy itself, applied to the ids.

Nothing here pushes an operation. Where NumPy would fill in zeros, a constant node takes their
place. Next: ``_joining.py`` for functions of several arrays and those that write.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array_base import TracedArrayBase, mirror, wrap
from asdopt.tracing._lift import concrete, lift, mask
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import Ids
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape
from asdopt.tracing._tracer import TracedBool, TracedFloat
from asdopt.tracing._ufuncs import deliver

__all__ = ["filled"]


def _moves(function: Callable[..., Any]) -> None:
    """Register a function of one array that only moves entries: one array or several leave."""

    def handler(tape: Tape, array: Any, *args: Any, **kwargs: Any) -> Any:
        source = lift(tape, array)
        result = function(source.ids, *args, **kwargs)
        if isinstance(result, (list, tuple)):
            return type(result)(wrap(tape, ids, source.is_bool) for ids in result)
        # Of a scalar NumPy calls the method, which returns a scalar.
        make = mirror if isinstance(array, TracedArrayBase) else wrap
        return make(tape, result, source.is_bool)

    implements(function)(handler)


_function: Any
for _function in (
    np.array_split,
    np.broadcast_to,
    np.delete,
    np.diagonal,
    np.dsplit,
    np.expand_dims,
    np.flip,
    np.fliplr,
    np.flipud,
    np.hsplit,
    np.lib.stride_tricks.sliding_window_view,
    np.linalg.diagonal,
    np.linalg.matrix_transpose,
    np.matrix_transpose,
    np.moveaxis,
    np.ravel,
    np.repeat,
    np.reshape,
    np.rollaxis,
    np.rot90,
    np.split,
    np.squeeze,
    np.swapaxes,
    np.tile,
    np.transpose,
    np.unstack,
    np.vsplit,
):
    _moves(_function)


@implements(np.roll)
def _roll(tape: Tape, a: Any, shift: Any, axis: Any = None) -> Any:
    source = lift(tape, a)
    ids = source.ids
    if type(shift) is int and type(axis) is int and -ids.ndim <= axis < ids.ndim and ids.size:
        # NumPy's own takes longer than the operations around it: stencils roll much.
        cut = -shift % ids.shape[axis]
        before = (slice(None),) * (axis % ids.ndim)
        parts = ids[(*before, slice(cut, None))], ids[(*before, slice(cut))]
        return wrap(tape, np.concatenate(parts, axis), source.is_bool)
    return wrap(tape, np.roll(ids, shift, axis), source.is_bool)


def filled(tape: Tape, function: Callable[..., Any], ids: Ids, *args: Any, **kwargs: Any) -> Ids:
    """Apply a function that puts zeros between entries; a constant node stands for them."""
    # Ids are moved up by one, so that 0 can only be what the function filled in.
    result = function(ids + np.int32(1), *args, **kwargs) - np.int32(1)
    empty = result < 0
    if empty.any():
        result[empty] = tape.push_constant(0.0)
    return np.asarray(result, dtype=np.int32)


def _fills(function: Callable[..., Any]) -> None:
    def handler(tape: Tape, array: Any, *args: Any, **kwargs: Any) -> Any:
        source = lift(tape, array)
        return wrap(tape, filled(tape, function, source.ids, *args, **kwargs), source.is_bool)

    implements(function)(handler)


for _function in (np.diagflat, np.resize, np.tril, np.triu):
    _fills(_function)


@implements(np.diag)
def _diag(tape: Tape, v: Any, k: int = 0) -> Any:
    source = lift(tape, v)
    if source.ndim == 1:
        return wrap(tape, filled(tape, np.diag, source.ids, k), source.is_bool)
    return wrap(tape, np.diag(source.ids, k), source.is_bool)


def _at_least(function: Callable[..., Any]) -> None:
    def handler(tape: Tape, *arrays: Any) -> Any:
        sources = [lift(tape, a) for a in arrays]
        results = tuple(wrap(tape, function(s.ids), s.is_bool) for s in sources)
        return results[0] if len(results) == 1 else results

    implements(function)(handler)


for _function in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    _at_least(_function)


@implements(np.take)
def _take(
    tape: Tape, a: Any, indices: Any, axis: Any = None, out: Any = None, mode: Any = "raise"
) -> Any:
    source = lift(tape, a)
    ids = np.take(source.ids, concrete(tape, indices), axis=axis, mode=mode)
    return deliver(tape, wrap(tape, ids, source.is_bool), out)


@implements(np.take_along_axis)
def _take_along_axis(tape: Tape, arr: Any, indices: Any, axis: Any = -1) -> Any:
    source = lift(tape, arr)
    ids = np.take_along_axis(source.ids, concrete(tape, indices), axis=axis)
    return wrap(tape, ids, source.is_bool)


@implements(np.compress)
def _compress(tape: Tape, condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    source = lift(tape, a)
    chosen = mask(tape, condition)
    ids = np.compress(chosen, source.ids, axis=axis)
    return deliver(tape, wrap(tape, ids, source.is_bool), out)


@implements(np.extract)
def _extract(tape: Tape, condition: Any, arr: Any) -> Any:
    source = lift(tape, arr)
    return wrap(tape, np.extract(mask(tape, condition), source.ids), source.is_bool)


@implements(np.copy)
def _copy(tape: Tape, a: Any, order: Any = "K", **kwargs: Any) -> Any:
    source = lift(tape, a)
    return mirror(tape, source.ids.copy(order), source.is_bool)


def _creates(function: Callable[..., Any]) -> None:
    """Register a function that makes arrays, for its argument ``like=``."""

    def handler(tape: Tape, *args: Any, **kwargs: Any) -> Any:
        made = function(*args, **kwargs)
        return lift(tape, made) if made.dtype in (np.dtype(float), np.dtype(bool)) else made

    implements(function)(handler)


for _function in (
    np.arange,
    np.array,
    np.asanyarray,
    np.asarray,
    np.ascontiguousarray,
    np.asfortranarray,
    np.empty,
    np.eye,
    np.full,
    np.identity,
    np.ones,
    np.tri,
    np.zeros,
):
    _creates(_function)


@implements(np.astype)
def _astype(tape: Tape, x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    return lift(tape, x).astype(dtype, copy=copy)


@implements(np.ndim)
def _ndim(tape: Tape, a: Any) -> int:
    return lift(tape, a).ndim


@implements(np.shape)
def _shape(tape: Tape, a: Any) -> tuple[int, ...]:
    return lift(tape, a).shape


@implements(np.size)
def _size(tape: Tape, a: Any, axis: Any = None) -> int:
    return np.size(lift(tape, a).ids, axis)


@implements(np.zeros_like, np.empty_like)
def _zeros_like(tape: Tape, a: Any, *args: Any, **kwargs: Any) -> Any:
    return _full_like(tape, a, 0.0, *args, **kwargs)


@implements(np.ones_like)
def _ones_like(tape: Tape, a: Any, *args: Any, **kwargs: Any) -> Any:
    return _full_like(tape, a, 1.0, *args, **kwargs)


@implements(np.full_like)
def _full_like(
    tape: Tape,
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: Any = "K",
    subok: Any = True,
    shape: Any = None,
    **kwargs: Any,
) -> Any:
    source = lift(tape, a)
    if dtype is not None and np.dtype(dtype) not in (np.dtype(float), np.dtype(bool)):
        # Indices and the like: nothing traced goes into them.
        return np.full(source.shape if shape is None else shape, fill_value, dtype=dtype)
    is_bool = source.is_bool if dtype is None else np.dtype(dtype) == np.dtype(bool)
    ids = np.empty_like(source.ids, order=order, shape=shape)
    ids[...] = lift(tape, fill_value).ids
    return mirror(tape, ids, is_bool)


@implements(np.trim_zeros)
def _trim_zeros(tape: Tape, filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    source = lift(tape, filt)
    nonzero = concrete(tape, source != 0.0)
    kept = np.argwhere(nonzero)
    axes = range(source.ndim) if axis is None else np.atleast_1d(axis) % source.ndim
    window = [slice(None)] * source.ndim
    for k in axes:
        low, high = (kept[:, k].min(), kept[:, k].max() + 1) if len(kept) else (0, 0)
        window[k] = slice(
            low if "f" in trim.lower() else None, high if "b" in trim.lower() else None
        )
    return wrap(tape, source.ids[tuple(window)], source.is_bool)


@implements(np.real, np.real_if_close)
def _real(tape: Tape, val: Any, tol: Any = 100) -> Any:
    return lift(tape, val).real


@implements(np.imag)
def _imag(tape: Tape, val: Any) -> Any:
    return lift(tape, val).imag[()]


@implements(np.iscomplexobj)
def _iscomplexobj(tape: Tape, x: Any) -> bool:
    return False


@implements(np.isrealobj)
def _isrealobj(tape: Tape, x: Any) -> bool:
    return True


@implements(np.iscomplex)
def _iscomplex(tape: Tape, x: Any) -> Any:
    return np.zeros(lift(tape, x).shape, dtype=bool)[()]


@implements(np.isreal)
def _isreal(tape: Tape, x: Any) -> Any:
    return np.ones(lift(tape, x).shape, dtype=bool)[()]


def _of_types(function: Callable[..., Any]) -> None:
    """Register a function that asks for types or memory only: empty arrays answer as well."""

    def stand_in(value: Any) -> Any:
        if isinstance(value, TracedFloat):
            return 1.5  # a Python number has no type of its own there
        if isinstance(value, TracedBool) and value.plain:
            return True
        return np.empty(0, dtype=value.dtype) if hasattr(value, "tape") else value

    def handler(tape: Tape, *args: Any, **kwargs: Any) -> Any:
        return function(*[stand_in(a) for a in args], **kwargs)

    implements(function)(handler)


for _function in (np.can_cast, np.common_type, np.result_type):
    _of_types(_function)


@implements(np.min_scalar_type)
def _min_scalar_type(tape: Tape, a: Any) -> Any:
    if np.ndim(a) == 0:
        message = (
            f"numpy.min_scalar_type was asked for the smallest type of the traced number {a!r}, "
            "which the value at the next point would change: use the type of an array, `x.dtype`"
        )
        raise refuse(tape, UnsupportedOperationError, message)
    return a.dtype


@implements(np.may_share_memory, np.shares_memory)
def _share_memory(tape: Tape, a: Any, b: Any, max_work: Any = None) -> bool:
    return np.shares_memory(getattr(a, "ids", a), getattr(b, "ids", b), max_work=max_work)


def _indices(function: Callable[..., Any]) -> None:
    def handler(tape: Tape, arr: Any, *args: Any, **kwargs: Any) -> Any:
        return function(lift(tape, arr).ids, *args, **kwargs)

    implements(function)(handler)


for _function in (np.diag_indices_from, np.tril_indices_from, np.triu_indices_from):
    _indices(_function)


@implements(np.array_repr, np.array_str, np.array2string)
def _text(tape: Tape, a: Any, *args: Any, **kwargs: Any) -> str:
    return repr(a)


@implements(np.ix_)
def _ix(tape: Tape, *args: Any) -> Any:
    return np.ix_(*[concrete(tape, a) for a in args])
