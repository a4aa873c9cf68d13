"""Means, variances and covariances of traced arrays: sums with weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import wrap
from asdopt.tracing._lift import lift
from asdopt.tracing._nodes import constant_values, constants, rows, totals, truth
from asdopt.tracing._reductions import reduce
from asdopt.tracing._registry import implements
from asdopt.tracing._statistics import condition, keeps
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import call, check_types, deliver

__all__ = ["mean", "variance"]


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
    source, mask = lift(tape, a), condition(where)
    if mask is not True:
        total = reduce(tape, np.add, source, axis, keeps(keepdims), None, mask)
        count = _count(tape, source, axis, keepdims, mask)
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
        if ddof != 0:
            raise ValueError("ddof and correction can't be provided simultaneously.")
        ddof = correction
    source, mask = lift(tape, a), condition(where)
    middle = mean
    if middle is np._NoValue:
        middle = np.mean(source, axis=axis, keepdims=True, where=mask)
    deviation = call(tape, np.subtract, (wrap(tape, source.ids), middle))
    squares = lift(tape, call(tape, np.square, (deviation,)))
    if mask is not True:
        total = reduce(tape, np.add, squares, axis, keeps(keepdims), None, mask)
        count = _count(tape, source, axis, keepdims, mask)
        freedom = np.maximum(count - ddof, 0)
        return deliver(tape, call(tape, np.divide, (total, freedom)), out)
    flat, shape, kept = rows(squares.ids, axis)
    freedom = np.float64(max(flat.shape[1] - ddof, 0))
    if flat.shape[1]:
        with np.errstate(divide="ignore", invalid="ignore"):
            result = totals(tape, flat, 1.0 / freedom)
    else:
        result = constants(tape, np.full(flat.shape[0], np.nan))
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
        weighted = rows(values, axis)[0]  # type: ignore[arg-type]  # takes values as well as nodes
        scale = weighted.sum(axis=1, keepdims=True)
        if np.any(scale == 0.0):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        result = wrap(tape, totals(tape, flat, weighted / scale).reshape(shape))
    else:
        product = call(tape, np.multiply, (source, factors))
        summed = reduce(tape, np.add, product, axis, keeps(keepdims))
        result = call(tape, np.divide, (summed, total))
    return (result, np.broadcast_to(total, np.shape(result))) if returned else result


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
    check_types(tape, "np.cov", {"dtype": dtype})
    data = _variables(tape, m, rowvar)
    if y is not None:
        data = lift(tape, np.concatenate([data, _variables(tape, y, rowvar)]))
    if ddof is None:
        ddof = 0 if bias else 1
    weights = _product(fweights, aweights)
    if weights is None:
        centered = data - np.mean(data, axis=1, keepdims=True)
        return np.squeeze((centered @ centered.T) / (data.shape[1] - ddof))
    total = np.sum(weights)
    centered = data - (data @ weights)[:, None] / total
    freedom = total
    if ddof:
        given = 1.0 if aweights is None else np.sum(weights * np.asarray(aweights)) / total
        freedom = total - ddof * given
    return np.squeeze((centered * weights) @ centered.T / freedom)


def _product(fweights: Any, aweights: Any) -> Any:
    """Weights of the observations, None where all are one."""
    if fweights is None or aweights is None:
        given = aweights if fweights is None else fweights
        return None if given is None else np.multiply(given, 1.0)
    return np.multiply(fweights, aweights)


def _variables(tape: Tape, m: Any, rowvar: bool) -> TracedArray:
    source = lift(tape, m)
    if source.ndim > 2:
        raise ValueError("m has more than 2 dimensions")
    ids = np.atleast_2d(source.ids)
    return TracedArray(tape, ids if rowvar or source.ndim < 2 else ids.T)


@implements(np.corrcoef)
def _corrcoef(tape: Tape, x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    moments = lift(tape, _cov(tape, x, y, rowvar, dtype=dtype))
    if moments.ndim == 0:
        return call(tape, np.divide, (moments, moments))
    deviation = np.sqrt(np.diagonal(moments))
    return moments / deviation[:, None] / deviation[None, :]
