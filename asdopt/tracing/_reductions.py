"""Reductions of traced arrays: sums as n-ary nodes, everything else as trees and chains.

Enters: a ufunc and an array. Leaves: what ``ufunc.reduce``, ``accumulate``, ``reduceat`` and
``at`` leave, recorded. Next: ``_statistics.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import wrap
from asdopt.tracing._codes import node_of_ufunc
from asdopt.tracing._lift import concrete, lift, test
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import (
    Ids,
    apply,
    constant_values,
    constants,
    grouped,
    rows,
    select,
    totals,
    tree,
    truth,
)
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import call, unknown
from asdopt.tracing._workspaces import writable

__all__ = ["accumulate", "at", "reduce", "reduceat"]

_LOGICAL: frozenset[Any] = frozenset({np.logical_and, np.logical_or, np.logical_xor})
_ON_TRUTH: dict[Any, Any] = {
    np.maximum: np.logical_or,
    np.fmax: np.logical_or,
    np.minimum: np.logical_and,
    np.fmin: np.logical_and,
    np.bitwise_or: np.logical_or,
    np.bitwise_and: np.logical_and,
    np.bitwise_xor: np.logical_xor,
}
# (a op b) op c = a op (b op c), so that pairs may be combined in any grouping.
_ASSOCIATIVE: frozenset[Any] = _LOGICAL | {
    np.multiply,
    np.maximum,
    np.minimum,
    np.fmax,
    np.fmin,
    np.logaddexp,
    np.logaddexp2,
    np.hypot,
}
_IDENTITY: dict[Any, float] = {
    np.add: 0.0,
    np.multiply: 1.0,
    np.logical_and: 1.0,
    np.logical_or: 0.0,
    np.logical_xor: 0.0,
    np.logaddexp: -np.inf,
    np.logaddexp2: -np.inf,
    np.hypot: 0.0,
}


def _prepare(tape: Tape, ufunc: np.ufunc, array: Any) -> tuple[np.ufunc, TracedArray, bool]:
    """Bring truth values and numbers to what the ufunc reduces; tell the type of the result."""
    source = lift(tape, array)
    if source.is_bool:
        ufunc = _ON_TRUTH.get(ufunc, ufunc)
    is_bool = ufunc in _LOGICAL
    if is_bool and not source.is_bool:
        source = lift(tape, wrap(tape, truth(tape, source.ids), True))
    return ufunc, source, is_bool


def reduce(
    tape: Tape,
    ufunc: np.ufunc,
    array: Any,
    axis: Any = 0,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """``ufunc.reduce``: combine the entries along axes.

    A sum is one n-ary node for each result; an associative operator is applied as a balanced
    tree; any other from left to right.
    """
    if initial is np._NoValue:
        initial = None
    ufunc, source, is_bool = _prepare(tape, ufunc, array)
    ids = source.ids
    several = ids.ndim if axis is None else len(axis) if isinstance(axis, tuple) else 1
    if several > 1 and ufunc not in _ASSOCIATIVE and ufunc is not np.add:
        raise ValueError(
            f"reduction operation '{ufunc.__name__}' is not reorderable, so at most one axis may "
            "be specified"
        )
    weights = None
    if where is not True:
        mask = test(tape, where)
        shape = np.broadcast_shapes(mask.shape, ids.shape)
        ids = np.broadcast_to(ids, shape)
        fixed = mask if mask.dtype == bool else constant_values(tape, mask)
        if ufunc is np.add and fixed is not None:
            weights = rows(np.broadcast_to(fixed != 0.0, shape), axis)[0]
        else:
            neutral = _IDENTITY.get(ufunc, initial)
            if neutral is None:
                raise ValueError(
                    f"reduction operation '{ufunc.__name__}' does not have an identity, so to use "
                    "a where mask one has to specify 'initial'"
                )
            if ufunc not in _IDENTITY and ufunc not in _ASSOCIATIVE:
                return _reduce_some(tape, ufunc, ids, mask, initial, axis, keepdims)
            ids = select(tape, mask, ids, lift(tape, neutral).ids)
    flat, shape, kept = rows(ids, axis)
    if initial is not None:
        first = np.broadcast_to(lift(tape, initial).ids, (flat.shape[0], 1))
        flat = np.concatenate([first, flat], axis=1)
        if weights is not None:
            weights = np.concatenate([np.ones((flat.shape[0], 1)), weights], axis=1)
    result = _reduce_rows(tape, ufunc, flat, weights)
    return wrap(tape, result.reshape(kept if keepdims else shape), is_bool)


def _reduce_some(
    tape: Tape, ufunc: np.ufunc, ids: Ids, mask: Any, initial: Any, axis: Any, keepdims: bool
) -> Any:
    """Combine from left to right the entries that a mask keeps; there is no neutral entry."""
    flat, shape, kept = rows(ids, axis)
    keep = rows(np.broadcast_to(mask, ids.shape), axis)[0]
    result = wrap(tape, np.broadcast_to(lift(tape, initial).ids, flat.shape[:1]).copy())
    for k in range(flat.shape[1]):
        chosen = keep[:, k] if keep.dtype == bool else wrap(tape, keep[:, k], True)
        result = np.where(chosen, call(tape, ufunc, (result, wrap(tape, flat[:, k]))), result)
    return wrap(tape, lift(tape, result).ids.reshape(kept if keepdims else shape))


def _reduce_rows(tape: Tape, ufunc: np.ufunc, ids: Ids, weights: Any) -> Ids:
    length = ids.shape[1]
    if ufunc is np.add:
        return totals(tape, ids, weights)
    if length == 0:
        if ufunc not in _IDENTITY:
            raise ValueError(
                f"zero-size array to reduction operation {ufunc.__name__} which has no identity"
            )
        return np.broadcast_to(constants(tape, _IDENTITY[ufunc]), ids.shape[:1]).copy()
    if ufunc is np.subtract:
        return totals(tape, ids, np.r_[1.0, -np.ones(length - 1)])
    node = node_of_ufunc(ufunc)
    if node is None or node.arity != 2:
        raise unknown(tape, ufunc)
    if ufunc in _ASSOCIATIVE:
        return tree(tape, node.code, ids)
    result = ids[:, 0]
    for k in range(1, length):
        result = apply(tape, node.code, result, ids[:, k])
    return result


def accumulate(tape: Tape, ufunc: np.ufunc, array: Any, axis: Any = 0) -> Any:
    """``ufunc.accumulate``: running results along one axis, each from the one before."""
    ufunc, source, is_bool = _prepare(tape, ufunc, array)
    node = node_of_ufunc(ufunc)
    if node is None or node.arity != 2:
        raise unknown(tape, ufunc)
    moved = np.moveaxis(source.ids, axis, -1)
    flat = moved.reshape(int(np.prod(moved.shape[:-1])), moved.shape[-1])
    result = tape.accumulate(node.code, flat).reshape(moved.shape)
    return wrap(tape, np.moveaxis(result, -1, axis), is_bool)


def reduceat(tape: Tape, ufunc: np.ufunc, array: Any, indices: Any, axis: int = 0) -> Any:
    """``ufunc.reduceat``: reduce the slices between given indices."""
    ufunc, source, is_bool = _prepare(tape, ufunc, array)
    ids = np.moveaxis(source.ids, axis, 0)
    starts = np.asarray(concrete(tape, indices), dtype=np.intp)
    outside = (starts < 0) | (starts >= len(ids))
    if outside.any():
        raise IndexError(f"index {starts[outside][0]} out-of-bounds in {ufunc.__name__}.reduceat")
    # A start behind the next one stands for its entry alone.
    lengths = np.maximum(np.append(starts[1:], len(ids)) - starts, 1)
    result = np.empty((starts.size, *ids.shape[1:]), dtype=np.int32)
    for length in np.unique(lengths):
        chosen = lengths == length
        segments = ids[starts[chosen][:, None] + np.arange(length)]
        flat = np.moveaxis(segments, 1, -1)
        reduced = _reduce_rows(tape, ufunc, flat.reshape(-1, length), None)
        result[chosen] = reduced.reshape(flat.shape[:-1])
    return wrap(tape, np.moveaxis(result, 0, axis), is_bool)


def at(tape: Tape, ufunc: np.ufunc, array: Any, indices: Any, values: Any = None) -> None:
    """``ufunc.at``: in-place operation where an index may occur several times."""
    workspace = writable(tape, array)
    array = array if workspace is None else workspace
    if not isinstance(array, TracedArray):
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"np.{ufunc.__name__}.at was called with traced values on a plain array, which cannot "
            "hold them: make the array inside the traced function (np.zeros, np.zeros_like)",
        )
    positions = np.arange(array.size).reshape(array.shape)[concrete(tape, indices)]
    flat = np.asarray(positions).ravel()
    given = None if values is None else lift(tape, values)
    sources = None
    if given is not None:
        sources = np.broadcast_to(given.ids, np.shape(positions)).ravel()
    store = array.ids.ravel()  # a copy where the array is not contiguous; written back below
    if ufunc is np.add and sources is not None and not array.is_bool:
        _add_at(tape, store, flat, sources)
    else:
        # The k-th occurrence of every index in round k: each round has distinct indices.
        order = np.argsort(flat, kind="stable")
        ranked = flat[order]
        first = np.r_[True, ranked[1:] != ranked[:-1]] if ranked.size else np.zeros(0, bool)
        starts = np.flatnonzero(first)
        rank = np.arange(ranked.size) - np.repeat(starts, np.diff(np.r_[starts, ranked.size]))
        for k in range(int(rank.max()) + 1 if rank.size else 0):
            where = order[rank == k]
            operands = [wrap(tape, store[flat[where]], array.is_bool)]
            if given is not None and sources is not None:
                operands.append(wrap(tape, sources[where], given.is_bool))
            new = lift(tape, call(tape, ufunc, tuple(operands)))
            # An array of truth values makes such of what is written into it.
            keeps = new.is_bool or not array.is_bool
            store[flat[where]] = new.ids if keeps else truth(tape, new.ids)
    array.ids[...] = store.reshape(array.shape)


def _add_at(tape: Tape, store: Ids, positions: Any, sources: Ids) -> None:
    """Add all that goes to an entry in one n-ary sum."""
    indptr, order = grouped(positions, store.size)
    touched = np.flatnonzero(np.diff(indptr))
    counts = np.diff(indptr)[touched] + 1
    starts = np.append(0, np.cumsum(counts))
    ids = np.empty(starts[-1], dtype=np.int32)
    old = np.zeros(ids.size, dtype=bool)
    old[starts[:-1]] = True
    ids[old], ids[~old] = store[touched], sources[order]
    store[touched] = tape.sums(starts, ids)
