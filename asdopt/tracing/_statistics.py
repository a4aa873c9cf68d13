"""Sums, products, extrema, moments: functions that reduce axes.

A sum is one n-ary node for each result, so that linear structure survives; a mean is a sum with
weights. Next: ``_order.py`` for what depends on the order of the values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array import TracedArray
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import constant_values, rows, select, totals, truth
from asdopt.tracing._reductions import accumulate, reduce
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape
from asdopt.tracing._tracer import wrap
from asdopt.tracing._ufuncs import call, check_types, deliver

__all__ = ["keeps", "mean", "variance"]


def keeps(keepdims: Any) -> bool:
    """Read NumPy's ``keepdims``, which may be "not given"."""
    return False if keepdims is np._NoValue else bool(keepdims)


def _condition(where: Any) -> Any:
    return True if where is np._NoValue else where


def _reducer(ufunc: np.ufunc, *functions: Any) -> None:
    """Register ``np.sum`` and its like: (a, axis, dtype, out, keepdims, initial, where)."""

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
        check_types(tape, f"np.{functions[0].__name__}", {"dtype": dtype})
        result = reduce(tape, ufunc, a, axis, keeps(keepdims), initial, _condition(where))
        return deliver(tape, result, out)

    implements(*functions)(handler)


def _chooser(ufunc: np.ufunc, *functions: Any) -> None:
    """Register ``np.max`` and its like: (a, axis, out, keepdims, initial, where)."""

    def handler(
        tape: Tape,
        a: Any,
        axis: Any = None,
        out: Any = None,
        keepdims: Any = False,
        initial: Any = np._NoValue,
        where: Any = True,
    ) -> Any:
        result = reduce(tape, ufunc, a, axis, keeps(keepdims), initial, _condition(where))
        return deliver(tape, result, out)

    implements(*functions)(handler)


def _quantifier(ufunc: np.ufunc, function: Any) -> None:
    def handler(
        tape: Tape,
        a: Any,
        axis: Any = None,
        out: Any = None,
        keepdims: Any = False,
        *,
        where: Any = True,
    ) -> Any:
        result = reduce(tape, ufunc, a, axis, keeps(keepdims), None, _condition(where))
        return deliver(tape, result, out)

    implements(function)(handler)


_reducer(np.add, np.sum)
_reducer(np.multiply, np.prod)
_chooser(np.maximum, np.max, np.amax)
_chooser(np.minimum, np.min, np.amin)
_quantifier(np.logical_and, np.all)
_quantifier(np.logical_or, np.any)


def _runner(ufunc: np.ufunc, *functions: Any) -> None:
    """Register ``np.cumsum`` and its like."""

    def handler(tape: Tape, a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        source = lift(tape, a)
        if axis is None:
            source, axis = lift(tape, source.ravel()), 0
        check_types(tape, f"np.{functions[0].__name__}", {"dtype": dtype})
        return deliver(tape, accumulate(tape, ufunc, _as_numbers(tape, source), axis), out)

    implements(*functions)(handler)


def _as_numbers(tape: Tape, array: Any) -> Any:
    return wrap(tape, array.ids, False)


_runner(np.add, np.cumsum)
_runner(np.multiply, np.cumprod)


def _running(ufunc: np.ufunc, function: Any) -> None:
    """Register the array API's ``cumulative_sum`` and ``cumulative_prod``."""

    def handler(
        tape: Tape,
        x: Any,
        /,
        *,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        include_initial: bool = False,
    ) -> Any:
        source = lift(tape, x)
        if axis is None:
            if source.ndim > 1:
                raise ValueError(
                    "For arrays which have more than one dimension ``axis`` argument is required."
                )
            source, axis = lift(tape, np.atleast_1d(source)), 0
        check_types(tape, f"np.{function.__name__}", {"dtype": dtype})
        ids = source.ids
        if include_initial:
            start = lift(tape, 0.0 if ufunc is np.add else 1.0).ids
            edge = [1 if k == axis % ids.ndim else n for k, n in enumerate(ids.shape)]
            ids = np.concatenate([np.broadcast_to(start, edge), ids], axis=axis)
        return deliver(tape, accumulate(tape, ufunc, wrap(tape, ids), axis), out)

    implements(function)(handler)


_running(np.add, np.cumulative_sum)
_running(np.multiply, np.cumulative_prod)


def mean(
    tape: Tape,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    *,
    where: Any = True,
) -> Any:
    """``np.mean``: a sum with weights 1/n."""
    check_types(tape, "np.mean", {"dtype": dtype})
    source, condition = lift(tape, a), _condition(where)
    if condition is not True:
        total = reduce(tape, np.add, source, axis, keeps(keepdims), None, condition)
        count = _count(tape, source, axis, keepdims, condition)
        return deliver(tape, call(tape, np.divide, (total, count)), out)
    flat, shape, kept = rows(source.ids, axis)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.float64(1.0) / flat.shape[1]
    if flat.shape[1] == 0:
        return deliver(
            tape,
            wrap(tape, lift(tape, np.full(kept if keeps(keepdims) else shape, np.nan)).ids),
            out,
        )
    result = totals(tape, flat, weight)
    return deliver(tape, wrap(tape, result.reshape(kept if keeps(keepdims) else shape)), out)


implements(np.mean)(mean)


def _count(tape: Tape, source: Any, axis: Any, keepdims: Any, where: Any) -> Any:
    """Count the entries that take part; a plain array for a constant mask."""
    mask = lift(tape, where)
    fixed = constant_values(tape, mask.ids)
    if fixed is not None:
        full = np.broadcast_to(fixed != 0.0, source.shape)
        return np.sum(full, axis=axis, keepdims=keeps(keepdims), dtype=float)
    full = wrap(tape, np.broadcast_to(truth(tape, mask.ids), source.shape))
    return reduce(tape, np.add, full, axis, keeps(keepdims))


def variance(
    tape: Tape,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = np._NoValue,
    correction: Any = np._NoValue,
) -> Any:
    """``np.var``: the sum of squared deviations with weights 1/(n - ddof)."""
    check_types(tape, "np.var", {"dtype": dtype})
    if correction is not np._NoValue:
        ddof = correction
    source, condition = lift(tape, a), _condition(where)
    middle = mean
    if middle is np._NoValue:
        middle = np.mean(source, axis=axis, keepdims=True, where=condition)
    deviation = call(tape, np.subtract, (wrap(tape, source.ids), middle))
    squares = lift(tape, call(tape, np.square, (deviation,)))
    if condition is not True:
        total = reduce(tape, np.add, squares, axis, keeps(keepdims), None, condition)
        count = _count(tape, source, axis, keepdims, condition)
        return deliver(tape, call(tape, np.divide, (total, count - ddof)), out)
    flat, shape, kept = rows(squares.ids, axis)
    freedom = np.float64(max(flat.shape[1] - ddof, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        result = totals(tape, flat, 1.0 / freedom)
    return deliver(tape, wrap(tape, result.reshape(kept if keeps(keepdims) else shape)), out)


implements(np.var)(variance)


@implements(np.std)
def _std(
    tape: Tape,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    *args: Any,
    **kwargs: Any,
) -> Any:
    result = variance(tape, a, axis, dtype, None, *args, **kwargs)
    return deliver(tape, call(tape, np.sqrt, (result,)), out)


@implements(np.ptp)
def _ptp(tape: Tape, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    high = reduce(tape, np.maximum, a, axis, keeps(keepdims))
    low = reduce(tape, np.minimum, a, axis, keeps(keepdims))
    return deliver(tape, call(tape, np.subtract, (high, low)), out)


@implements(np.count_nonzero)
def _count_nonzero(tape: Tape, a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    source = lift(tape, a)
    nonzero = wrap(tape, truth(tape, source.ids))
    return reduce(tape, np.add, nonzero, axis, keepdims)


@implements(np.average)
def _average(
    tape: Tape,
    a: Any,
    axis: Any = None,
    weights: Any = None,
    returned: bool = False,
    *,
    keepdims: Any = False,
) -> Any:
    source = lift(tape, a)
    if weights is None:
        result = mean(tape, source, axis, keepdims=keepdims)
        count = source.size / max(np.size(lift(tape, result).ids), 1)
        return (result, np.full(np.shape(result), count)[()]) if returned else result
    factors = lift(tape, weights)
    if factors.shape != source.shape:
        if axis is None:
            raise TypeError("Axis must be specified when shapes of a and weights differ.")
        axes = np.lib.array_utils.normalize_axis_tuple(axis, source.ndim)
        if factors.shape != tuple(source.shape[k] for k in axes):
            raise ValueError(
                "Shape of weights must be consistent with shape of a along specified axis."
            )
        ids = factors.ids.transpose(np.argsort(axes))
        ids = ids.reshape([n if k in axes else 1 for k, n in enumerate(source.shape)])
        factors = lift(tape, wrap(tape, np.broadcast_to(ids, source.shape)))
    total = reduce(tape, np.add, factors, axis, keeps(keepdims))
    values = constant_values(tape, factors.ids)
    flat, shape, kept = rows(source.ids, axis)
    shape = kept if keeps(keepdims) else shape
    if values is not None:
        weighted = rows(values, axis)[0]  # type: ignore[arg-type]
        scale = weighted.sum(axis=1, keepdims=True)
        if np.any(scale == 0.0):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        result = wrap(tape, totals(tape, flat, weighted / scale).reshape(shape))
    else:
        product = call(tape, np.multiply, (source, factors))
        summed = reduce(tape, np.add, product, axis, keeps(keepdims))
        result = call(tape, np.divide, (summed, total))
    return (result, np.broadcast_to(total, np.shape(result))) if returned else result


@implements(np.clip)
def _clip(
    tape: Tape,
    a: Any,
    a_min: Any = None,
    a_max: Any = None,
    out: Any = None,
    *,
    min: Any = np._NoValue,  # noqa: A002  # NumPy's name
    max: Any = np._NoValue,  # noqa: A002  # NumPy's name
    **kwargs: Any,
) -> Any:
    low = a_min if min is np._NoValue else min
    high = a_max if max is np._NoValue else max
    result = a
    if low is not None and low is not np._NoValue:
        result = call(tape, np.maximum, (result, low))
    if high is not None and high is not np._NoValue:
        result = call(tape, np.minimum, (result, high))
    if result is a:
        source = lift(tape, a)
        result = wrap(tape, source.ids.copy(), source.is_bool)
    return deliver(tape, result, out)


@implements(np.round, np.around)
def _round(tape: Tape, a: Any, decimals: int = 0, out: Any = None) -> Any:
    if decimals == 0:
        return deliver(tape, call(tape, np.rint, (a,)), out)
    # As NumPy does it: by 10**|decimals|, which is exact, times or over.
    scale = 10.0 ** abs(decimals)
    up, down = (np.multiply, np.divide) if decimals > 0 else (np.divide, np.multiply)
    scaled = call(tape, np.rint, (call(tape, up, (a, scale)),))
    return deliver(tape, call(tape, down, (scaled, scale)), out)


@implements(np.fix)
def _fix(tape: Tape, x: Any, out: Any = None) -> Any:
    return deliver(tape, call(tape, np.trunc, (x,)), out)


@implements(np.nan_to_num)
def _nan_to_num(
    tape: Tape,
    x: Any,
    copy: bool = True,
    nan: Any = 0.0,
    posinf: Any = None,
    neginf: Any = None,
) -> Any:
    source = lift(tape, x)
    limits = np.finfo(float)
    result = source.ids
    for ufunc_value, replacement in (
        (call(tape, np.isnan, (source,)), nan),
        (call(tape, np.equal, (source, np.inf)), limits.max if posinf is None else posinf),
        (call(tape, np.equal, (source, -np.inf)), limits.min if neginf is None else neginf),
    ):
        result = select(tape, lift(tape, ufunc_value).ids, lift(tape, replacement).ids, result)
    if not copy:
        source.ids[...] = result
        return source
    return wrap(tape, result)


@implements(np.isclose)
def _isclose(
    tape: Tape, a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False
) -> Any:
    gap = call(tape, np.absolute, (call(tape, np.subtract, (a, b)),))
    room = call(
        tape, np.add, (atol, call(tape, np.multiply, (rtol, call(tape, np.absolute, (b,)))))
    )
    near = call(tape, np.less_equal, (gap, room))
    near = call(tape, np.logical_and, (near, call(tape, np.isfinite, (b,))))
    result = call(tape, np.logical_or, (near, call(tape, np.equal, (a, b))))
    if equal_nan:
        both = call(tape, np.logical_and, (call(tape, np.isnan, (a,)), call(tape, np.isnan, (b,))))
        result = call(tape, np.logical_or, (result, both))
    return result


@implements(np.allclose)
def _allclose(tape: Tape, a: Any, b: Any, *args: Any, **kwargs: Any) -> Any:
    return reduce(tape, np.logical_and, _isclose(tape, a, b, *args, **kwargs), None)


@implements(np.array_equal)
def _array_equal(tape: Tape, a1: Any, a2: Any, equal_nan: bool = False) -> Any:
    a, b = lift(tape, a1), lift(tape, a2)
    if a.shape != b.shape:
        return False
    return _array_equiv(tape, a, b)


@implements(np.array_equiv)
def _array_equiv(tape: Tape, a1: Any, a2: Any) -> Any:
    a, b = lift(tape, a1), lift(tape, a2)
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        return False
    return reduce(tape, np.logical_and, call(tape, np.equal, (a, b)), None)


@implements(np.isposinf)
def _isposinf(tape: Tape, x: Any, out: Any = None) -> Any:
    return deliver(tape, call(tape, np.equal, (x, np.inf)), out)


@implements(np.isneginf)
def _isneginf(tape: Tape, x: Any, out: Any = None) -> Any:
    return deliver(tape, call(tape, np.equal, (x, -np.inf)), out)


@implements(np.cov)
def _cov(
    tape: Tape,
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    if fweights is not None or aweights is not None:
        raise refuse(
            tape,
            UnsupportedOperationError,
            "np.cov was called with traced values and weights; known is the unweighted one: "
            "use np.average for the means and a product for the moments",
        )
    data = _variables(tape, m, rowvar)
    if y is not None:
        data = lift(tape, np.concatenate([data, _variables(tape, y, rowvar)]))
    if ddof is None:
        ddof = 0 if bias else 1
    centered = data - np.mean(data, axis=1, keepdims=True)
    return np.squeeze((centered @ centered.T) / (data.shape[1] - ddof))


def _variables(tape: Tape, m: Any, rowvar: bool) -> TracedArray:
    source = lift(tape, m)
    ids = np.atleast_2d(source.ids)
    return TracedArray(tape, ids if rowvar or source.ndim < 2 else ids.T)


@implements(np.corrcoef)
def _corrcoef(tape: Tape, x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    moments = lift(tape, _cov(tape, x, y, rowvar))
    if moments.ndim == 0:
        return call(tape, np.divide, (moments, moments))
    deviation = np.sqrt(np.diagonal(moments))
    return moments / deviation[:, None] / deviation[None, :]


@implements(np.isin)
def _isin(
    tape: Tape,
    element: Any,
    test_elements: Any,
    assume_unique: bool = False,
    invert: bool = False,
    **kwargs: Any,
) -> Any:
    values, wanted = lift(tape, element), np.ravel(lift(tape, test_elements))
    same = call(tape, np.equal, (TracedArray(tape, values.ids[..., None]), wanted))
    found = reduce(tape, np.logical_or, same, -1)
    return call(tape, np.logical_not, (found,)) if invert else found
