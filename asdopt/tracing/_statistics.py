"""Sums, products, extrema, running results: functions that reduce axes.

A sum is one n-ary node for each result, so that linear structure survives. Next: ``_moments.py``,
and ``_order.py`` for what depends on the order of the values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt.tracing._array_base import wrap
from asdopt.tracing._lift import lift
from asdopt.tracing._nodes import truth
from asdopt.tracing._reductions import accumulate, reduce
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import call, check_types, deliver

__all__ = ["chooser", "condition", "keeps"]


def keeps(keepdims: Any) -> bool:
    """Read NumPy's ``keepdims``, which may be "not given"."""
    return False if keepdims is np._NoValue else bool(keepdims)


def condition(where: Any) -> Any:
    """Read NumPy's ``where``, which may be "not given"."""
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
        result = reduce(tape, ufunc, a, axis, keeps(keepdims), initial, condition(where))
        return deliver(tape, result, out)

    implements(*functions)(handler)


def chooser(ufunc: np.ufunc, *functions: Any) -> None:
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
        result = reduce(tape, ufunc, a, axis, keeps(keepdims), initial, condition(where))
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
        result = reduce(tape, ufunc, a, axis, keeps(keepdims), None, condition(where))
        return deliver(tape, result, out)

    implements(function)(handler)


_reducer(np.add, np.sum)
_reducer(np.multiply, np.prod)
chooser(np.maximum, np.max, np.amax)
chooser(np.minimum, np.min, np.amin)
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
