"""Differences, interpolation, convolution, polynomials: functions of numerical calculus."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import UnsupportedOperationError
from asdopt._ops import CODE
from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import wrap
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import apply, constant_values, decide, grouped, weighted
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import call, check_first

__all__: list[str] = []


@implements(np.diff)
def _diff(
    tape: Tape,
    a: Any,
    n: int = 1,
    axis: int = -1,
    prepend: Any = np._NoValue,
    append: Any = np._NoValue,
) -> Any:
    source = lift(tape, a)
    if n == 0:
        return source
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    if source.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    parts = [source]
    for value, first in ((prepend, True), (append, False)):
        if value is not np._NoValue:
            edge = lift(tape, value)
            if edge.ndim == 0:
                shape = [1 if k == axis % source.ndim else m for k, m in enumerate(source.shape)]
                edge = lift(tape, wrap(tape, np.broadcast_to(edge.ids, shape), edge.is_bool))
            parts.insert(0 if first else len(parts), edge)
    result = lift(tape, np.concatenate(parts, axis=axis)) if len(parts) > 1 else source
    for _ in range(n):
        ids = np.moveaxis(result.ids, axis, -1)
        # NumPy: of truth values, whether neighbors differ.
        code = CODE["not_equal" if source.is_bool else "subtract"]
        ids = apply(tape, code, ids[..., 1:], ids[..., :-1])
        result = lift(tape, wrap(tape, np.moveaxis(ids, -1, axis), source.is_bool))
    return result


@implements(np.ediff1d)
def _ediff1d(tape: Tape, ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    steps = np.diff(np.ravel(lift(tape, ary)))
    parts = [steps]
    if to_begin is not None:
        parts.insert(0, np.ravel(lift(tape, to_begin)))
    if to_end is not None:
        parts.append(np.ravel(lift(tape, to_end)))
    return np.concatenate(parts) if len(parts) > 1 else steps


@implements(np.trapezoid)
def _trapezoid(tape: Tape, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    values = lift(tape, y)
    moved = wrap(tape, np.moveaxis(values.ids, axis, -1))
    middle = call(tape, np.add, (moved[..., 1:], moved[..., :-1]))
    if x is None:
        width = dx
    else:
        points = lift(tape, x)
        width = (
            np.diff(points)
            if points.ndim == 1
            else np.moveaxis(np.diff(points, axis=axis), axis, -1)
        )
    area = call(tape, np.multiply, (call(tape, np.multiply, (0.5, width)), middle))
    return np.sum(area, axis=-1)


@implements(np.sinc)
def _sinc(tape: Tape, x: Any) -> Any:
    return wrap(tape, apply(tape, CODE["sinc"], lift(tape, x).ids))


@implements(np.convolve)
def _convolve(tape: Tape, a: Any, v: Any, mode: str = "full") -> Any:
    x, y = np.atleast_1d(lift(tape, a)), np.atleast_1d(lift(tape, v))
    if x.size == 0 or y.size == 0:
        raise ValueError("a cannot be empty" if x.size == 0 else "v cannot be empty")
    if len(y) > len(x):
        x, y = y, x
    return _slide(tape, x, y, mode)


@implements(np.correlate)
def _correlate(tape: Tape, a: Any, v: Any, mode: str = "valid") -> Any:
    x, y = np.atleast_1d(lift(tape, a)), np.atleast_1d(lift(tape, v))
    if len(y) > len(x):
        return (
            _slide(tape, y[::-1], x, mode)
            if mode == "full"
            else _slide(tape, y, x[::-1], mode)[::-1]
        )
    return _slide(tape, x, y[::-1], mode)


def _slide(tape: Tape, x: Any, y: Any, mode: str) -> Any:
    """Convolution of ``x`` with the shorter ``y``."""
    from asdopt.tracing._linear import contract

    n, m = len(x), len(y)
    if mode not in {"full", "same", "valid"}:
        raise ValueError("mode must be one of 'valid', 'same', or 'full'")
    start, stop = {
        "full": (0, n + m - 1),
        "same": ((m - 1) // 2, (m - 1) // 2 + n),
        "valid": (m - 1, n),
    }[mode]
    zero = np.array([tape.push_constant(0.0)], dtype=np.int32)
    padded = np.concatenate([np.repeat(zero, m - 1), x.ids, np.repeat(zero, m - 1)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, m)[start:stop]
    kernel = np.broadcast_to(y.ids[::-1], windows.shape)
    return wrap(tape, contract(tape, windows, kernel))


@implements(np.gradient)
def _gradient(tape: Tape, f: Any, *varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    source = lift(tape, f)
    axes = (
        tuple(range(source.ndim))
        if axis is None
        else np.lib.array_utils.normalize_axis_tuple(axis, source.ndim)
    )
    if len(varargs) not in (0, 1, len(axes)):
        raise TypeError("invalid number of arguments")
    spacings: Any = (
        (1.0,) * len(axes) if not varargs else varargs * len(axes) if len(varargs) == 1 else varargs
    )
    results = []
    for k, spacing in zip(axes, spacings, strict=True):
        values = constant_values(tape, lift(tape, spacing).ids)
        if values is None:
            raise refuse(
                tape,
                UnsupportedOperationError,
                "np.gradient was called with traced coordinates; known are constant ones: write "
                "the difference quotients with np.diff",
            )
        n = source.shape[k]
        step: Any = values if values.ndim else float(values)
        moved = np.moveaxis(source.ids, k, -1)
        columns, weights = _stencil(n, step, edge_order)
        ids = weighted(tape, moved[..., columns], np.broadcast_to(weights, (*moved.shape, 3)))
        results.append(wrap(tape, np.moveaxis(ids, -1, k)))
    return results[0] if len(axes) == 1 else tuple(results)


def _stencil(n: int, step: Any, edge_order: int) -> tuple[Any, Any]:
    """Columns and weights of np.gradient, which is linear: three neighbors for each entry.

    NumPy says them itself: among three neighbors those of one color, the column modulo three,
    are told apart.
    """
    colors = np.arange(n)[:, None] % 3 == np.arange(3)
    slopes: Any = np.gradient
    compressed = slopes(colors.astype(float), step, axis=0, edge_order=edge_order)
    first = np.clip(np.arange(n) - 1, 0, max(n - 3, 0))[:, None]
    columns = first + (np.arange(3) - first) % 3
    return np.minimum(columns, n - 1), np.where(columns < n, compressed, 0.0)


_FEW_KNOTS = 32


@implements(np.interp)
def _interp(
    tape: Tape, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """Piecewise linear interpolation.

    With few constant knots, all different, it is a sum of ramps, ``slope * (clip(x, low, high) -
    low)``, which holds at every x; else the interval is found at the point, under guards. Either
    way the derivative at a knot is the mean of those on both sides, at both ends the one inside.
    """
    points, knots, values = lift(tape, x), lift(tape, xp), lift(tape, fp)
    if knots.ndim != 1 or knots.shape != values.shape:
        raise ValueError("fp and xp are not of the same length.")
    if len(knots) == 0:
        raise ValueError("array of sample points is empty")
    fixed = constant_values(tape, knots.ids)
    if period is not None:
        if fixed is None or hasattr(period, "tape"):
            raise refuse(
                tape,
                UnsupportedOperationError,
                "np.interp was called with a period and traced sample points, or a traced "
                "period; known are constant ones",
            )
        period = abs(period)
        order = np.argsort(fixed % period)
        fixed, f = (fixed % period)[order], values.ids[order]
        fixed = np.r_[fixed[-1] - period, fixed, fixed[0] + period]
        knots, values = lift(tape, fixed), TracedArray(tape, np.r_[f[-1:], f, f[:1]])
        points = lift(tape, call(tape, np.remainder, (points, period)))
        left = right = None
    widths = np.diff([] if fixed is None else fixed)
    if (widths < 0.0).any():
        raise refuse(
            tape,
            UnsupportedOperationError,
            "np.interp was called with sample points that do not increase; NumPy's results are "
            "then without meaning: sort the points, and the values with them",
        )
    # A ramp cannot jump, as between points that are equal.
    if fixed is not None and len(fixed) <= _FEW_KNOTS and widths.all():
        result = _ramps(tape, points, fixed, values)
    else:
        result = _interval(tape, points, knots, values)
    if left is not None:
        result = np.where(points < knots[0], left, result)
    if right is not None:
        result = np.where(points > knots[-1], right, result)
    return result


def _ramps(tape: Tape, x: Any, knots: Any, values: Any) -> Any:
    x = wrap(tape, x.ids)
    result: Any = values[0] + np.zeros_like(x)
    for k in range(len(knots) - 1):
        low, high = float(knots[k]), float(knots[k + 1])
        slope = (values[k + 1] - values[k]) / (high - low)
        # The ends are decided upon: behind them the table is constant.
        ramp = np.where(x < low, low, x) if k == 0 else np.maximum(x, low)
        is_last = k == len(knots) - 2
        ramp = np.where(x > high, high, ramp) if is_last else np.minimum(ramp, high)
        result = result + slope * (ramp - low)
    return result


def _interval(tape: Tape, points: Any, knots: Any, values: Any) -> Any:
    last = len(knots) - 1
    index = np.asarray(np.searchsorted(knots, points, side="right"))
    # Which points are knots, with an interval to the left that has a width.
    near = np.clip(index - 1, 0, last)
    known = (points == knots[near]) & (knots[np.maximum(near - 1, 0)] < knots[near])
    is_knot = decide(tape, lift(tape, known).ids, "np.interp") != 0.0
    # The last interval has both of its ends.
    index = np.where(is_knot & (near == last), last, index)
    low = np.clip(index - 1, 0, max(last - 1, 0))
    x0, f0 = wrap(tape, knots.ids[low]), wrap(tape, values.ids[low])
    slope = _slope(tape, knots, values, low)
    if (between := is_knot & (near < last)).any():
        both = 0.5 * (slope + _slope(tape, knots, values, np.maximum(low - 1, 0)))
        slope = wrap(tape, np.where(between, lift(tape, both).ids, lift(tape, slope).ids))
    line = f0 + slope * (wrap(tape, points.ids) - x0)
    outside = np.where(index > last, values.ids[last], values.ids[0]).astype(np.int32)
    inside = (index > 0) & (index <= last)
    return wrap(tape, np.where(inside, lift(tape, line).ids, outside).astype(np.int32))


def _slope(tape: Tape, knots: Any, values: Any, low: npt.NDArray[np.intp]) -> Any:
    """Slope of the table right of some knots."""
    high = np.minimum(low + 1, len(knots) - 1)
    rise = wrap(tape, values.ids[high]) - wrap(tape, values.ids[low])
    return rise / (wrap(tape, knots.ids[high]) - wrap(tape, knots.ids[low]))


@implements(np.apply_along_axis)
def _apply_along_axis(
    tape: Tape, func1d: Any, axis: Any, arr: Any, *args: Any, **kwargs: Any
) -> Any:
    source = lift(tape, arr)
    moved = np.moveaxis(source.ids, axis, -1)
    outer = moved.shape[:-1]
    results = [
        func1d(wrap(tape, moved[index], source.is_bool), *args, **kwargs)
        for index in np.ndindex(outer)
    ]
    if not results:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    check_first(tape, "np.apply_along_axis", results)
    parts = [lift(tape, result) for result in results]
    inner = parts[0].ids.shape
    ids = np.array([part.ids for part in parts], dtype=np.int32).reshape(outer + inner)
    place = axis % source.ndim
    for k in range(len(inner)):
        ids = np.moveaxis(ids, len(outer) + k, place + k)
    return wrap(tape, ids, all(part.is_bool for part in parts))


@implements(np.apply_over_axes)
def _apply_over_axes(tape: Tape, func: Any, a: Any, axes: Any) -> Any:
    result = lift(tape, a)
    for each in np.atleast_1d(axes):
        axis = int(each) % result.ndim
        reduced = lift(tape, func(result, axis))
        if reduced.ndim < result.ndim:
            reduced = lift(tape, np.expand_dims(reduced, axis))
        result = reduced
    return result


@implements(np.bincount)
def _bincount(tape: Tape, x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    if hasattr(x, "tape") or weights is None:
        raise refuse(
            tape,
            UnsupportedOperationError,
            "np.bincount was called with traced bins; known are constant bins with traced weights",
        )
    bins = np.asarray(x)
    shares = lift(tape, weights).ids
    if bins.min(initial=0) < 0:
        raise ValueError("'list' argument must have no negative elements")
    if bins.shape != shares.shape:
        raise ValueError("The weights and list don't have the same length.")
    length = max(int(bins.max(initial=-1)) + 1, minlength)
    indptr, order = grouped(bins, length)
    return wrap(tape, tape.sums(indptr, shares[order]))


@implements(np.angle)
def _angle(tape: Tape, z: Any, deg: bool = False) -> Any:
    negative = call(tape, np.less, (z, 0.0))
    result = call(tape, np.multiply, (np.pi, wrap(tape, lift(tape, negative).ids)))
    return call(tape, np.degrees, (result,)) if deg else result


@implements(np.vander)
def _vander(tape: Tape, x: Any, N: Any = None, increasing: bool = False) -> Any:
    source = lift(tape, x)
    count = len(source) if N is None else N
    powers = np.arange(count, dtype=float)
    if not increasing:
        powers = powers[::-1]
    return call(tape, np.power, (wrap(tape, source.ids[:, None]), powers))


@implements(np.unwrap)
def _unwrap(
    tape: Tape, p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * np.pi
) -> Any:
    source = lift(tape, p)
    steps = np.diff(source, axis=axis)
    if discont is None:
        discont = period / 2
    half = period / 2
    wrapped = np.mod(steps + half, period) - half
    wrapped = np.where((wrapped == -half) & (steps > 0), half, wrapped)
    correction = np.where(np.abs(steps) < discont, 0.0, wrapped - steps)
    first = np.take(source, [0], axis=axis)
    rest = np.delete(source, 0, axis=axis) + np.cumsum(correction, axis=axis)
    return np.concatenate([first, rest], axis=axis)


@implements(np.i0)
def _i0(tape: Tape, x: Any) -> Any:
    import scipy.special

    return call(tape, scipy.special.i0, (x,))
