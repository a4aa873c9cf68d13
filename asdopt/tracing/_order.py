"""Functions that depend on the order of the values: sorting, positions, quantiles.

The order is the one at the point; every comparison it rests on is guarded, so that the trace
holds exactly as long as the order does. Without primal values they are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import UnsupportedOperationError
from asdopt._ops import CODE
from asdopt.tracing._array_base import wrap
from asdopt.tracing._lift import concrete, lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import (
    Ids,
    apply,
    constant_values,
    decide,
    need_values,
    rows,
    totals,
    truth,
)
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import deliver

__all__ = ["order_of", "position", "searchsorted"]

_LESS = CODE["less"]
_LESS_EQUAL = CODE["less_equal"]


def order_of(tape: Tape, ids: Ids, what: str) -> npt.NDArray[np.intp]:
    """Order of the last axis at the point, ascending and stable, under guards.

    Of equal entries the first comes first, whatever order another trace had: positions, and the
    derivatives of sorted values, depend on the point alone.
    """
    if ids.shape[-1] < 2:
        return np.zeros(ids.shape, dtype=np.intp)
    need_values(tape, ids, what)
    order = np.argsort(tape.values(ids), axis=-1, kind="stable")
    ranked = np.take_along_axis(ids, order, axis=-1)
    low, high = ranked[..., :-1], ranked[..., 1:]
    falls = order[..., :-1] > order[..., 1:]
    decide(tape, apply(tape, _LESS, low[falls], high[falls]), what)
    decide(tape, apply(tape, _LESS_EQUAL, low[~falls], high[~falls]), what)
    return order


@implements(np.sort)
def _sort(
    tape: Tape, a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Any:
    source = lift(tape, a)
    ids = source.ids.ravel() if axis is None else np.moveaxis(source.ids, axis, -1)
    ranks = order_of(tape, ids, "np.sort")
    result = np.take_along_axis(ids, ranks, axis=-1)
    return wrap(tape, result if axis is None else np.moveaxis(result, -1, axis), source.is_bool)


@implements(np.partition)
def _partition(tape: Tape, a: Any, kth: Any, axis: Any = -1, *args: Any, **kwargs: Any) -> Any:
    # A sorted array is partitioned at every position.
    return _sort(tape, a, axis)


@implements(np.argsort)
def _argsort(
    tape: Tape, a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Any:
    source = lift(tape, a)
    ids = source.ids.ravel() if axis is None else np.moveaxis(source.ids, axis, -1)
    ranks = order_of(tape, ids, "np.argsort")
    return ranks if axis is None else np.moveaxis(ranks, -1, axis)


@implements(np.lexsort)
def _lexsort(tape: Tape, keys: Any, axis: int = -1) -> Any:
    order: Any = None
    # The last key goes first: stable sorts from the first key on.
    for key in keys:
        moved = np.moveaxis(lift(tape, key).ids, axis, -1)
        known = np.arange(moved.shape[-1]) if order is None else order
        known = np.broadcast_to(known, moved.shape)
        ranked = np.take_along_axis(moved, known, axis=-1)
        place = order_of(tape, ranked, "np.lexsort")
        order = np.take_along_axis(known, place, axis=-1)
    return np.moveaxis(order, -1, axis)


@implements(np.argpartition)
def _argpartition(tape: Tape, a: Any, kth: Any, axis: Any = -1, *args: Any, **kwargs: Any) -> Any:
    return _argsort(tape, a, axis)


def position(tape: Tape, ids: Ids, what: str, *, largest: bool) -> npt.NDArray[np.intp]:
    """Position of the first extreme entry of each row at the point, under guards."""
    if ids.shape[1] == 0:
        raise ValueError(f"attempt to get {what.removeprefix('np.')} of an empty sequence")
    need_values(tape, ids, what)
    values = tape.values(ids)
    where = np.argmax(values, axis=1) if largest else np.argmin(values, axis=1)
    best = np.broadcast_to(np.take_along_axis(ids, where[:, None], axis=1), ids.shape)
    column = np.arange(ids.shape[1])[None, :]
    before, after = column < where[:, None], column > where[:, None]
    # The first of equal entries is taken, so that earlier ones must be strictly worse.
    for chosen, code in ((before, _LESS), (after, _LESS_EQUAL)):
        a, b = ids[chosen], best[chosen]
        decide(tape, apply(tape, code, a, b) if largest else apply(tape, code, b, a), what)
    return np.asarray(where)


def _positioner(function: Any, *, largest: bool) -> None:
    name = f"np.{function.__name__}"

    def handler(
        tape: Tape, a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False
    ) -> Any:
        flat, shape, kept = rows(lift(tape, a).ids, axis)
        where = position(tape, flat, name, largest=largest)
        keep = keepdims is not np._NoValue and keepdims
        result = where.reshape(kept if keep else shape)
        if out is not None:
            out[...] = result
            return out
        return result[()]

    implements(function)(handler)


_positioner(np.argmax, largest=True)
_positioner(np.argmin, largest=False)


@implements(np.nonzero)
def _nonzero(tape: Tape, a: Any) -> Any:
    source = lift(tape, a)
    ids = source.ids if source.is_bool else truth(tape, source.ids)
    if not ids.ndim:
        raise ValueError(
            "Calling nonzero on 0d arrays is not allowed. Use np.atleast_1d(scalar).nonzero()"
        )
    return np.nonzero(np.atleast_1d(decide(tape, ids, "np.nonzero")))


@implements(np.flatnonzero)
def _flatnonzero(tape: Tape, a: Any) -> Any:
    return _nonzero(tape, np.ravel(a))[0]


@implements(np.argwhere)
def _argwhere(tape: Tape, a: Any) -> Any:
    return np.transpose(_nonzero(tape, np.atleast_1d(a)))


@implements(np.searchsorted)
def searchsorted(tape: Tape, a: Any, v: Any, side: Any = "left", sorter: Any = None) -> Any:
    table, wanted = lift(tape, a), lift(tape, v)
    entries = table.ids if sorter is None else table.ids[np.asarray(concrete(tape, sorter))]
    need_values(tape, np.concatenate([entries, wanted.ids.ravel()]), "np.searchsorted")
    index = np.searchsorted(tape.values(entries), tape.values(wanted.ids), side=side)
    where, flat = np.ravel(index), wanted.ids.ravel()
    # left: a[i-1] < v <= a[i]; right: a[i-1] <= v < a[i].
    low, high = (_LESS, _LESS_EQUAL) if side == "left" else (_LESS_EQUAL, _LESS)
    inner = where > 0
    decide(tape, apply(tape, low, entries[where[inner] - 1], flat[inner]), "np.searchsorted")
    inner = where < len(entries)
    decide(tape, apply(tape, high, flat[inner], entries[where[inner]]), "np.searchsorted")
    return index


@implements(np.digitize)
def _digitize(tape: Tape, x: Any, bins: Any, right: bool = False) -> Any:
    edges = lift(tape, bins)
    values = constant_values(tape, edges.ids)
    if values is not None and len(values) > 1 and values[0] > values[-1]:
        side = "right" if right else "left"
        backwards = searchsorted(tape, edges[::-1], x, side)
        return len(values) - backwards
    return searchsorted(tape, edges, x, "left" if right else "right")


@implements(np.median)
def _median(
    tape: Tape,
    a: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    keepdims: Any = False,
) -> Any:
    flat, shape, kept = rows(lift(tape, a).ids, axis)
    length = flat.shape[1]
    ranked = np.take_along_axis(flat, order_of(tape, flat, "np.median"), axis=1)
    middle = ranked[:, (length - 1) // 2 : length // 2 + 1]
    result = totals(tape, middle, 1.0 / middle.shape[1])
    return deliver(tape, wrap(tape, result.reshape(kept if keepdims else shape)), out)


@implements(np.quantile)
def _quantile(
    tape: Tape,
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
) -> Any:
    shares = constant_values(tape, lift(tape, q).ids)
    known = method in _METHODS or method in _SHIFTS
    if shares is None or not known or weights is not None:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"np.quantile was called with traced values and method={method!r}; known are "
            f"{', '.join((*_METHODS, *_SHIFTS))} with constant q and no weights",
        )
    if np.any((shares < 0.0) | (shares > 1.0)):
        raise ValueError("Quantiles must be in the range [0, 1]")
    flat, shape, kept = rows(lift(tape, a).ids, axis)
    last = flat.shape[1] - 1
    ranked = np.take_along_axis(flat, order_of(tape, flat, "np.quantile"), axis=1)
    results = []
    for share in shares.ravel():
        place = share * last
        if method in _SHIFTS:
            alpha, beta = _SHIFTS[method]
            place = (last + 1) * share + alpha + share * (1.0 - alpha - beta) - 1.0
            place = min(max(place, 0.0), float(last))
        low = int(np.floor(place))
        weight = _METHODS.get(method, _METHODS["linear"])(place, low)
        pair = ranked[:, [low, min(low + 1, last)]]
        results.append(
            totals(tape, pair, [1.0 - weight, weight]).reshape(kept if keepdims else shape)
        )
    ids = np.array(results, dtype=np.int32).reshape(shares.shape + results[0].shape)
    return deliver(tape, wrap(tape, ids), out)


_METHODS: dict[str, Callable[[float, int], float]] = {
    "linear": lambda place, low: place - low,
    "lower": lambda place, low: 0.0,
    "higher": lambda place, low: float(place > low),
    "nearest": lambda place, low: float(np.rint(place) > low),
    "midpoint": lambda place, low: 0.5 * (place > low),
}


# Where the other continuous methods put the ranks between 0 and 1 (Hyndman and Fan, 1996).
_SHIFTS: dict[str, tuple[float, float]] = {
    "interpolated_inverted_cdf": (0.0, 1.0),
    "hazen": (0.5, 0.5),
    "weibull": (0.0, 0.0),
    "median_unbiased": (1.0 / 3.0, 1.0 / 3.0),
    "normal_unbiased": (3.0 / 8.0, 3.0 / 8.0),
}


@implements(np.percentile)
def _percentile(tape: Tape, a: Any, q: Any, *args: Any, **kwargs: Any) -> Any:
    return _quantile(tape, a, np.true_divide(q, 100.0), *args, **kwargs)


@implements(np.unique)
def _unique(
    tape: Tape,
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: Any = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,  # noqa: A002  # NumPy's name
) -> Any:
    source = lift(tape, ar)
    if axis is not None and source.ndim != 1:
        raise refuse(
            tape,
            UnsupportedOperationError,
            "np.unique of a traced array was called with axis=; known are the distinct values of "
            "all entries",
        )
    ids = source.ids.ravel()
    ranks = order_of(tape, ids, "np.unique")
    ranked = ids[ranks]
    # Which neighbors are equal decides how many values there are.
    decide(tape, apply(tape, CODE["equal"], ranked[:-1], ranked[1:]), "np.unique")
    unique: Any = np.unique
    found = unique(tape.values(source.ids), True, return_inverse, return_counts)
    distinct = wrap(tape, ids[found[1]], source.is_bool)
    rest = found[1:] if return_index else found[2:]
    return (distinct, *rest) if rest else distinct
