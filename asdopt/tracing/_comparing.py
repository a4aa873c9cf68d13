"""Clipping, rounding, and comparisons of whole arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import wrap
from asdopt.tracing._lift import lift
from asdopt.tracing._nodes import select
from asdopt.tracing._reductions import reduce
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import call, deliver

__all__: list[str] = []


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


def _fix(tape: Tape, x: Any, out: Any = None) -> Any:
    return deliver(tape, call(tape, np.trunc, (x,)), out)


if hasattr(np, "fix"):  # NumPy 2.5 announces its removal
    implements(np.fix)(_fix)


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
