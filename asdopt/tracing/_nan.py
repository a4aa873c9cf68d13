"""NumPy's functions that leave NaNs out: ``nansum`` and its like.

Where they only need a neutral element in place of a NaN they keep both outcomes; where the number
of entries matters for the result they decide at the point, under guards.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt._ops import CODE
from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import wrap
from asdopt.tracing._lift import lift
from asdopt.tracing._moments import variance
from asdopt.tracing._nodes import Ids, apply, constants, decide, rows, select
from asdopt.tracing._reductions import accumulate, reduce
from asdopt.tracing._registry import implements
from asdopt.tracing._statistics import chooser, condition, keeps
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import call, check_types, deliver

__all__: list[str] = []


def _is_number(tape: Tape, source: TracedArray) -> TracedArray:
    nans = apply(tape, CODE["isnan"], source.ids)
    return TracedArray(tape, apply(tape, CODE["logical_not"], nans), True)


def _filled(tape: Tape, a: Any, value: float) -> TracedArray:
    source = lift(tape, a)
    ids = select(tape, _is_number(tape, source).ids, source.ids, constants(tape, value))
    return TracedArray(tape, ids)


def _summing(ufunc: np.ufunc, neutral: float, function: Any) -> None:
    def handler(
        tape: Tape,
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        keepdims: Any = False,
        initial: Any = np._NoValue,
        where: Any = True,
    ) -> Any:
        check_types(tape, f"np.{function.__name__}", {"dtype": dtype})
        filled = _filled(tape, a, neutral)
        result = reduce(tape, ufunc, filled, axis, keeps(keepdims), initial, condition(where))
        return deliver(tape, result, out)

    implements(function)(handler)


_summing(np.add, 0.0, np.nansum)
_summing(np.multiply, 1.0, np.nanprod)


# fmax and fmin take the operand that is a number.
chooser(np.fmax, np.nanmax)
chooser(np.fmin, np.nanmin)


def _running(ufunc: np.ufunc, neutral: float, function: Any) -> None:
    def handler(tape: Tape, a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        check_types(tape, f"np.{function.__name__}", {"dtype": dtype})
        filled = _filled(tape, a, neutral)
        if axis is None:
            filled, axis = TracedArray(tape, filled.ids.ravel()), 0
        return deliver(tape, accumulate(tape, ufunc, filled, axis), out)

    implements(function)(handler)


_running(np.add, 0.0, np.nancumsum)
_running(np.multiply, 1.0, np.nancumprod)


@implements(np.nanmean)
def _nanmean(
    tape: Tape,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    *,
    where: Any = True,
) -> Any:
    check_types(tape, "np.nanmean", {"dtype": dtype})
    numbers = _numbers_where(tape, a, where)
    total = reduce(tape, np.add, _filled(tape, a, 0.0), axis, keeps(keepdims), None, numbers)
    count = reduce(tape, np.add, TracedArray(tape, numbers.ids), axis, keeps(keepdims))
    return deliver(tape, call(tape, np.divide, (total, count)), out)


def _numbers_where(tape: Tape, a: Any, where: Any) -> TracedArray:
    numbers = _is_number(tape, lift(tape, a))
    if where is True or where is np._NoValue:
        return numbers
    return lift(tape, call(tape, np.logical_and, (numbers, where)))


@implements(np.nanvar)
def _nanvar(
    tape: Tape,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    **kwargs: Any,
) -> Any:
    numbers = _numbers_where(tape, a, where)
    filled = _filled(tape, a, 0.0)
    return variance(tape, filled, axis, dtype, out, ddof, keepdims, where=numbers, **kwargs)


@implements(np.nanstd)
def _nanstd(
    tape: Tape, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, *args: Any, **kw: Any
) -> Any:
    spread = _nanvar(tape, a, axis, dtype, None, *args, **kw)
    return deliver(tape, call(tape, np.sqrt, (spread,)), out)


def _row_by_row(function: Any, plain: Any) -> None:
    """Register a function of the numbers of each row; which they are is decided at the point."""

    def handler(
        tape: Tape,
        a: Any,
        *args: Any,
        axis: Any = None,
        out: Any = None,
        overwrite_input: bool = False,
        keepdims: Any = False,
        **kwargs: Any,
    ) -> Any:
        source = lift(tape, a)
        flat, shape, kept = rows(source.ids, axis)
        which = _is_number(tape, TracedArray(tape, flat))
        numbers = decide(tape, which.ids, f"np.{function.__name__}")
        parts: list[Ids] = []
        for ids, chosen in zip(flat, numbers != 0.0, strict=True):
            part = ids[chosen] if chosen.any() else ids[:1]
            parts.append(lift(tape, plain(TracedArray(tape, part), *args, **kwargs)).ids)
        result = np.array(parts, dtype=np.int32)
        result = np.moveaxis(result, 0, -1)
        final = result.shape[:-1] + (kept if keeps(keepdims) else shape)
        return deliver(tape, wrap(tape, result.reshape(final)), out)

    implements(function)(handler)


_row_by_row(np.nanmedian, np.median)
_row_by_row(np.nanquantile, np.quantile)
_row_by_row(np.nanpercentile, np.percentile)


def _positioning(function: Any, plain: Any, worst: float) -> None:
    def handler(
        tape: Tape, a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False
    ) -> Any:
        source = lift(tape, a)
        numbers = decide(tape, _is_number(tape, source).ids, f"np.{function.__name__}") != 0.0
        if not np.all(np.any(numbers, axis=axis)):
            raise ValueError("All-NaN slice encountered")
        ids = np.where(numbers, source.ids, constants(tape, worst))
        return plain(TracedArray(tape, ids), axis=axis, out=out, keepdims=keeps(keepdims))

    implements(function)(handler)


_positioning(np.nanargmax, np.argmax, -np.inf)
_positioning(np.nanargmin, np.argmin, np.inf)
