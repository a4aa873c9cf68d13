"""Functions that join or pair several arrays, and those that write into one.

NumPy itself is applied to the ids; constants among the arguments become nodes first.
Next: ``_statistics.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import mirror, wrap
from asdopt.tracing._lift import concrete, lift, test
from asdopt.tracing._lift import mask as decided
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import select
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import call, check_types, deliver, store
from asdopt.tracing._workspaces import writable

__all__: list[str] = []


def _joins(function: Callable[..., Any]) -> None:
    """Register a function of a sequence of arrays."""

    def handler(tape: Tape, arrays: Sequence[Any], *args: Any, **kwargs: Any) -> Any:
        out = kwargs.pop("out", None)
        check_types(tape, f"np.{function.__name__}", kwargs)
        sources = [lift(tape, a) for a in arrays]
        is_bool = bool(sources) and all(s.is_bool for s in sources)
        ids = function([s.ids for s in sources], *args, **kwargs)
        return deliver(tape, wrap(tape, ids, is_bool), out)

    implements(function)(handler)


for _function in (
    np.column_stack,
    np.concatenate,
    np.dstack,
    np.hstack,
    np.stack,
    np.vstack,
):
    _joins(_function)


@implements(np.block)
def _block(tape: Tape, arrays: Any) -> Any:
    kinds: list[bool] = []

    def ids_of(part: Any) -> Any:
        if isinstance(part, list):
            return [ids_of(p) for p in part]
        source = lift(tape, part)
        kinds.append(source.is_bool)
        return source.ids

    nested = ids_of(arrays)
    return wrap(tape, np.block(nested), all(kinds))


@implements(np.append)
def _append(tape: Tape, arr: Any, values: Any, axis: Any = None) -> Any:
    a, b = lift(tape, arr), lift(tape, values)
    return wrap(tape, np.append(a.ids, b.ids, axis), a.is_bool and b.is_bool)


@implements(np.insert)
def _insert(tape: Tape, arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    a, b = lift(tape, arr), lift(tape, values)
    kind = "b" if a.is_bool else "f" if hasattr(arr, "tape") else np.asarray(arr).dtype.kind
    if kind in "biu" and not b.is_bool:
        raise refuse(
            tape,
            UnsupportedOperationError,
            "np.insert was called with traced values and an array of integers or truth values, "
            "which NumPy would round them to: give an array of floats",
        )
    ids = np.insert(a.ids, concrete(tape, obj), b.ids, axis)
    return wrap(tape, ids, a.is_bool)


@implements(np.broadcast_arrays)
def _broadcast_arrays(tape: Tape, *args: Any, subok: bool = False) -> Any:
    sources = [lift(tape, a) for a in args]
    parts = np.broadcast_arrays(*[s.ids for s in sources])
    return tuple(wrap(tape, p, s.is_bool) for p, s in zip(parts, sources, strict=True))


@implements(np.meshgrid)
def _meshgrid(tape: Tape, *xi: Any, **kwargs: Any) -> Any:
    sources = [lift(tape, x) for x in xi]
    parts = np.meshgrid(*[s.ids for s in sources], **kwargs)
    return tuple(wrap(tape, p, s.is_bool) for p, s in zip(parts, sources, strict=True))


@implements(np.pad)
def _pad(tape: Tape, array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    source = lift(tape, array)
    if mode == "constant":
        fill = lift(tape, kwargs.pop("constant_values", 0.0))
        ids = np.pad(source.ids, pad_width, constant_values=fill.ids.tolist(), **kwargs)
        return wrap(tape, ids, source.is_bool)
    if mode in {"edge", "reflect", "symmetric", "wrap"} and kwargs.get("reflect_type") != "odd":
        return wrap(tape, np.pad(source.ids, pad_width, mode=mode, **kwargs), source.is_bool)
    raise refuse(
        tape,
        UnsupportedOperationError,
        f"np.pad with mode {mode!r} was called with traced values; known are constant, edge, "
        "reflect (even), symmetric and wrap: build the border with np.concatenate",
    )


@implements(np.where)
def _where(tape: Tape, condition: Any, x: Any = np._NoValue, y: Any = np._NoValue) -> Any:
    if x is np._NoValue and y is np._NoValue:
        return np.nonzero(condition)
    if x is np._NoValue or y is np._NoValue:
        raise ValueError("either both or neither of x and y should be given")
    a, b = lift(tape, x), lift(tape, y)
    ids = select(tape, test(tape, condition), a.ids, b.ids)
    return mirror(tape, ids, a.is_bool and b.is_bool)


@implements(np.select)
def _select(tape: Tape, condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if not len(condlist):
        raise ValueError("select with an empty condition list is not possible")
    result = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        result = _where(tape, condition, choice, result)
    return result


@implements(np.choose)
def _choose(tape: Tape, a: Any, choices: Any, out: Any = None, mode: Any = "raise") -> Any:
    sources = [lift(tape, c) for c in choices]
    index = concrete(tape, a)
    if isinstance(index, np.ndarray) and index.dtype == bool:
        index = index.astype(np.intp)
    ids = np.choose(index, [s.ids for s in sources], mode=mode)
    return deliver(tape, wrap(tape, ids, all(s.is_bool for s in sources)), out)


@implements(np.copyto)
def _copyto(tape: Tape, dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    source = lift(tape, src)
    workspace = writable(tape, dst)
    dst = dst if workspace is None else workspace
    if where is True or not isinstance(dst, TracedArray):
        store(source, dst)
        return
    store(lift(tape, _where(tape, where, source, dst)), dst)


@implements(np.putmask)
def _putmask(tape: Tape, a: Any, mask: Any, values: Any) -> None:
    source = lift(tape, values)
    target = _writable(tape, a, "np.putmask")
    repeated = np.resize(source.ids, target.shape)
    store(lift(tape, _where(tape, mask, wrap(tape, repeated, source.is_bool), target)), target)


@implements(np.place)
def _place(tape: Tape, arr: Any, mask: Any, vals: Any) -> None:
    target = _writable(tape, arr, "np.place")
    np.place(target.ids, decided(tape, mask), lift(tape, vals).ids)


@implements(np.put)
def _put(tape: Tape, a: Any, ind: Any, v: Any, mode: Any = "raise") -> None:
    target = _writable(tape, a, "np.put")
    np.put(target.ids, concrete(tape, ind), lift(tape, v).ids, mode=mode)


@implements(np.put_along_axis)
def _put_along_axis(tape: Tape, arr: Any, indices: Any, values: Any, axis: Any) -> None:
    target = _writable(tape, arr, "np.put_along_axis")
    np.put_along_axis(target.ids, concrete(tape, indices), lift(tape, values).ids, axis)


@implements(np.fill_diagonal)
def _fill_diagonal(tape: Tape, a: Any, val: Any, wrap: bool = False) -> None:
    target = _writable(tape, a, "np.fill_diagonal")
    np.fill_diagonal(target.ids, lift(tape, val).ids, wrap)


def _writable(tape: Tape, target: Any, name: str) -> TracedArray:
    workspace: TracedArray | None = writable(tape, target)
    if workspace is not None:
        return workspace
    if isinstance(target, TracedArray):
        return target
    raise refuse(
        tape,
        UnsupportedOperationError,
        f"{name} was called to write traced values into a plain array of shape "
        f"{np.shape(target)}, which cannot hold them: make the array inside the traced function "
        "(np.zeros, np.zeros_like)",
    )


@implements(np.linspace)
def _linspace(
    tape: Tape,
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    **kwargs: Any,
) -> Any:
    check_types(tape, "np.linspace", {"dtype": dtype})
    num = int(num)
    intervals = num - 1 if endpoint else num
    a, b = np.broadcast_arrays(lift(tape, start).ids, lift(tape, stop).ids)
    share = np.arange(num) / max(intervals, 1)
    ids = np.stack([np.broadcast_to(a, (num, *a.shape)), np.broadcast_to(b, (num, *b.shape))], -1)
    share = share.reshape((num,) + (1,) * a.ndim)
    weights = np.stack(np.broadcast_arrays(1.0 - share, share), -1)
    indptr = np.arange(num * a.size + 1) * 2
    full = np.broadcast_to(weights, ids.shape)
    points = tape.sums(indptr, ids.ravel(), full.ravel()).reshape(ids.shape[:-1])
    result = wrap(tape, np.moveaxis(points, 0, axis))
    if retstep:
        width = call(tape, np.subtract, (stop, start))
        step = call(tape, np.divide, (width, intervals)) if intervals else np.nan
        return result, step
    return result


@implements(np.logspace)
def _logspace(
    tape: Tape,
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    check_types(tape, "np.logspace", {"dtype": dtype})
    exponents = _linspace(tape, start, stop, num, endpoint, axis=axis)
    return call(tape, np.power, (base, exponents))


@implements(np.geomspace)
def _geomspace(
    tape: Tape,
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    check_types(tape, "np.geomspace", {"dtype": dtype})
    ratio = call(tape, np.log, (call(tape, np.divide, (stop, start)),))
    powers = call(tape, np.exp, (_linspace(tape, 0.0, ratio, num, endpoint, axis=0),))
    result = lift(tape, call(tape, np.multiply, (start, powers)))
    return wrap(tape, np.moveaxis(result.ids, 0, axis))
