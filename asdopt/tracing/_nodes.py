"""Operations on arrays of node ids: what every function of traced arrays is made of.

Enters: a tape and int32 arrays of node ids of any shape. Leaves: new arrays of ids. Nothing here
knows of :class:`~asdopt.tracing._array.TracedArray`. Next: ``_ufuncs.py``, ``_reductions.py``,
``_linear.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from asdopt._errors import TracingError
from asdopt._ops import CODE, CONSTANT
from asdopt.tracing._location import refuse
from asdopt.tracing._tape import Tape

# Operators whose values are 0 or 1.
TRUTH_OPERATORS = (
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "equal",
    "not_equal",
    "logical_not",
    "logical_and",
    "logical_or",
    "logical_xor",
    "isnan",
    "isfinite",
    "isinf",
    "signbit",
)

__all__ = [
    "TRUTH_OPERATORS",
    "Ids",
    "apply",
    "broadcast",
    "constant_mask",
    "constant_values",
    "constants",
    "decide",
    "grouped",
    "need_values",
    "rows",
    "select",
    "totals",
    "tree",
    "truth",
    "weighted",
]

Ids = npt.NDArray[np.int32]
Values = npt.NDArray[np.float64]

_MASK = CODE["mask"]
_NOT = CODE["logical_not"]
_ADD = CODE["add"]
_NOT_EQUAL = CODE["not_equal"]
_TRUTH_CODES = [CODE[name] for name in TRUTH_OPERATORS]


def constants(tape: Tape, values: npt.ArrayLike) -> Ids:
    """Ids of an array of constants."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0:
        return np.array(tape.push_constant(float(array)), dtype=np.int32)
    return tape.constants(array)


def broadcast(*arrays: Any) -> tuple[Any, ...]:
    """Give arrays of ids one shape, by NumPy's rules and with its message."""
    shape = arrays[0].shape
    if all(a.shape == shape for a in arrays):
        return arrays
    try:
        shape = np.broadcast_shapes(*[a.shape for a in arrays])
    except ValueError:
        shapes = " ".join(str(a.shape) for a in arrays)
        raise ValueError(f"operands could not be broadcast together with shapes {shapes}") from None
    return tuple(a if a.shape == shape else np.broadcast_to(a, shape) for a in arrays)


def apply(tape: Tape, code: int, a: Ids, b: Ids | None = None) -> Ids:
    """Apply an operator to each entry, broadcasting two operands."""
    if b is None:
        return tape.block(code, a)
    if a.shape != b.shape:
        a, b = broadcast(a, b)
    return tape.block(code, a, b)


def constant_mask(tape: Tape, ids: Ids) -> npt.NDArray[np.bool_]:
    """Tell which nodes are constants of the trace."""
    return np.asarray(tape.codes(ids) == CONSTANT)


def constant_values(tape: Tape, ids: Ids) -> Values | None:
    """Values of an array all of whose nodes are constants, None for any other."""
    return tape.values(ids) if bool(constant_mask(tape, ids).all()) else None


def freeze(ids: Ids) -> None:
    """Refuse what would be stored into an array, by its owner too."""
    part: Any = ids
    while isinstance(part, np.ndarray):
        part.flags.writeable = False
        part = part.base


def need_values(tape: Tape, ids: Ids, what: str) -> None:
    """Refuse what depends on values that the trace does not have.

    Raises
    ------
    TracingError
        If the trace has no primal values and a node is not a constant.
    """
    if not tape.primal and not bool(constant_mask(tape, ids).all()):
        raise refuse(
            tape,
            TracingError,
            f"{what} needs the values of traced numbers to decide what it returns, and the trace "
            "has none: a guess would drop the other outcomes; give x0 (a point) instead of a "
            "size, or use np.where, np.maximum, np.minimum, which keep all of them",
        )


def decide(tape: Tape, ids: Ids, what: str) -> Values:
    """Values at the point of nodes that decide a branch, each under a guard.

    Parameters
    ----------
    tape : Tape
        The tape.
    ids : ndarray of int32
        Nodes with few values: comparisons, integers.
    what : str
        The function that branches on them, for the refusal.
    """
    need_values(tape, ids, what)
    return tape.hold(ids)


def truth(tape: Tape, ids: Ids) -> Ids:
    """Truth values of numbers: nonzero, NaN included. Comparisons are truth values already."""
    if np.isin(tape.codes(ids), _TRUTH_CODES).all():
        return ids
    return tape.block(_NOT_EQUAL, *broadcast(ids, constants(tape, 0.0)))


def select(tape: Tape, condition: Any, a: Ids, b: Ids) -> Ids:
    """Where ``condition`` holds ``a``, elsewhere ``b``; no node where the condition is constant.

    The condition is an array of truth values or of ids of traced ones.
    """
    condition, a, b = broadcast(condition, a, b)
    if condition.dtype == bool:
        return np.where(condition, a, b)
    fixed = constant_mask(tape, condition)
    if bool(fixed.all()):
        return np.where(tape.values(condition) != 0.0, a, b)
    if bool(fixed.any()):
        out = np.where(tape.values(condition) != 0.0, a, b)
        free = ~fixed
        out[free] = _select(tape, condition[free], a[free], b[free])
        return out
    return _select(tape, condition, a, b)


def _select(tape: Tape, condition: Ids, a: Ids, b: Ids) -> Ids:
    if _all_zero(tape, b):
        return tape.block(_MASK, condition, a)
    rejected = tape.block(_MASK, tape.block(_NOT, condition), b)
    if _all_zero(tape, a):
        return rejected
    return tape.block(_ADD, tape.block(_MASK, condition, a), rejected)


def _all_zero(tape: Tape, ids: Ids) -> bool:
    values = constant_values(tape, ids)
    return values is not None and not values.any()


def rows(ids: Ids, axis: Any) -> tuple[Ids, tuple[int, ...], tuple[int, ...]]:
    """Bring the axes to reduce to the end: a 2-d array, one row per result.

    Returns
    -------
    ids : ndarray of int32, shape (results, entries of each)
        The entries.
    shape, kept : tuple of int
        Shape of the result without and with the reduced axes (``keepdims``).
    """
    if axis is None:
        axes = tuple(range(ids.ndim))
    else:
        axes = np.lib.array_utils.normalize_axis_tuple(axis, ids.ndim, "axis")
    others = tuple(k for k in range(ids.ndim) if k not in axes)
    shape = tuple(ids.shape[k] for k in others)
    kept = tuple(1 if k in axes else n for k, n in enumerate(ids.shape))
    length = math.prod(ids.shape[k] for k in axes)
    flat = ids.transpose(others + axes).reshape(math.prod(shape), length)
    return flat, shape, kept


def totals(tape: Tape, ids: Ids, weights: npt.ArrayLike | None = None) -> Ids:
    """Sum along the last axis, weighted: one n-ary node for each result."""
    shape, length = ids.shape[:-1], ids.shape[-1]
    indptr = np.arange(math.prod(shape) + 1, dtype=np.intp) * length
    if weights is not None:
        weights = np.broadcast_to(np.asarray(weights, dtype=np.float64), ids.shape).ravel()
    return tape.sums(indptr, np.ascontiguousarray(ids).ravel(), weights).reshape(shape)


def grouped(places: npt.NDArray[Any], size: int) -> tuple[npt.NDArray[np.intp], Any]:
    """Group entries by their places 0, ..., size - 1, in linear time.

    Returns
    -------
    indptr : ndarray of int, shape (size + 1,)
    order : ndarray of int
        Entries of place k are ``order[indptr[k]:indptr[k + 1]]``, in their order.
    """
    count = len(places)
    table = csr_array(
        (np.ones(count, dtype=np.int8), (places, np.arange(count))), shape=(size, max(count, 1))
    )
    return table.indptr.astype(np.intp), table.indices


def weighted(tape: Tape, ids: Ids, weights: Values) -> Ids:
    """Sum along the last axis with weights of the same shape, zeros left out."""
    shape = ids.shape[:-1]
    kept = weights != 0.0
    if bool(kept.all()):
        return totals(tape, ids, weights)
    indptr = np.zeros(math.prod(shape) + 1, dtype=np.intp)
    np.cumsum(np.count_nonzero(kept, axis=-1).ravel(), out=indptr[1:])
    return tape.sums(indptr, ids[kept], weights[kept]).reshape(shape)


def tree(tape: Tape, code: int, ids: Ids) -> Ids:
    """Reduce the last axis of an array, at least one long, with an associative operator.

    Pairs are combined level by level, so that the depth is the logarithm of the length.
    """
    while (length := ids.shape[-1]) > 1:
        half = length // 2
        pairs = tape.block(code, ids[..., : 2 * half : 2], ids[..., 1 : 2 * half : 2])
        ids = np.concatenate([pairs, ids[..., 2 * half :]], axis=-1)
    return ids[..., 0]
