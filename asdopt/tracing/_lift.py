"""From any value of user code to an array of node ids.

Enters: numbers, traced scalars, traced and plain arrays, nested lists of these. Leaves: a
:class:`~asdopt.tracing._array.TracedArray` on the tape, constants appended where needed.
Next: ``_array.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from asdopt._errors import TracingError
from asdopt.tracing import _array_base, _tracer
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._left_behind import adopted
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import constant_values, constants, decide, truth
from asdopt.tracing._scalar_refusals import other_trace
from asdopt.tracing._tape import Tape
from asdopt.tracing._tracer import TracedBool, Tracer

if TYPE_CHECKING:
    from asdopt.tracing._array import TracedArray

__all__ = ["concrete", "lift", "living", "mask", "test"]

_TRACED = (Tracer, TracedArrayBase)


def _array(tape: Tape, ids: npt.NDArray[np.int32], is_bool: bool) -> TracedArray:
    return cast("TracedArray", _array_base.array(tape, ids, is_bool))


def lift(tape: Tape, value: Any) -> TracedArray:
    """Make a traced array of a value: numbers, traced values, arrays, nested sequences.

    A traced array is returned as it is, so that writing into the result writes into it.

    Parameters
    ----------
    tape : Tape
        The tape of the trace.
    value : object
        What NumPy would accept as a real array, with traced values anywhere in it.

    Raises
    ------
    TypeError
        If NumPy could not make a real array of it.
    TracingError
        If a traced value in it belongs to another trace, or a number is complex.
    """
    if isinstance(value, TracedArrayBase):
        if value.tape is not tape:
            if value.tape.closed:
                if tape.workspaces is not None:
                    again: TracedArray | None = tape.workspaces.again(tape, value)
                    if again is not None:
                        return again
                return _array(tape, adopted(tape, value.tape, value.ids), value.is_bool)
            raise other_trace(tape)
        return cast("TracedArray", value)
    if isinstance(value, np.ndarray):
        return _lift_ndarray(tape, value)
    if isinstance(value, (list, tuple)):
        return _lift_sequence(tape, value)
    node = _tracer.node_of(tape, value)
    if node >= 0:
        is_bool = isinstance(value, (TracedBool, bool, np.bool_))
        return _array(tape, np.array(node, dtype=np.int32), is_bool)
    if value is None or isinstance(value, (str, bytes, dict, set, frozenset)):
        raise TypeError(f"a number or an array was expected, got {type(value).__name__}")
    if hasattr(value, "toarray") and hasattr(value, "tocsr"):
        raise refuse(
            tape,
            TracingError,
            f"a sparse matrix of shape {value.shape} was combined elementwise with traced values; "
            "only products A @ x and x @ A are known: use A.toarray(), or the data array of A",
        )
    array = np.asarray(value)
    if array.ndim == 0 and array.dtype == object and not isinstance(array.item(), _TRACED):
        raise TypeError(f"a number or an array was expected, got {type(value).__name__}")
    return _lift_ndarray(tape, array)


def living(tape: Tape, values: Any) -> Tape:
    """Find the tape that still runs among those of some values, for one that has ended."""
    if not tape.closed:
        return tape
    for value in values:
        found = tape
        if isinstance(value, _TRACED):
            found = value.tape
        elif isinstance(value, (list, tuple)):
            found = living(tape, value)
        if not found.closed:
            return found
    return tape


def constants_only(value: Any) -> Any:
    """Plain numbers for traced constants, in nested lists, tuples and dicts.

    Parameters
    ----------
    value : object
        Arguments of a function that has no rule for traced values.

    Returns
    -------
    object
        None if a traced value in it is no constant.
    """
    if isinstance(value, TracedArrayBase):
        values = constant_values(value.tape, value.ids)
        if values is None:
            return None
        values = values != 0.0 if value.is_bool else values
        # A copy: what is written into it would be lost.
        values.flags.writeable = False
        return values
    if isinstance(value, Tracer):
        values = constant_values(value.tape, np.array(value.id, dtype=np.int32))
        kind = np.bool_ if isinstance(value, TracedBool) else np.float64
        return None if values is None else kind(values)
    if type(value) in (list, tuple):
        parts = [part if part is None else constants_only(part) for part in value]
        if any(p is None and part is not None for p, part in zip(parts, value, strict=True)):
            return None
        return type(value)(parts)
    if type(value) is dict:
        found = constants_only(list(value.values()))
        return None if found is None else dict(zip(value, found, strict=True))
    return value


def _lift_ndarray(tape: Tape, array: npt.NDArray[Any]) -> TracedArray:
    if isinstance(array, np.ma.MaskedArray):
        raise refuse(
            tape,
            TracingError,
            "a masked array was combined with traced values; its mask would be ignored: use "
            "np.where with array.data and array.mask",
        )
    if tape.workspaces is not None:
        found: TracedArray | None = tape.workspaces.shadow(tape, array)
        if found is not None:
            return found
    kind = array.dtype.kind
    if kind in "fiub":
        return _array(tape, constants(tape, array), kind == "b")
    if kind == "O":
        items = np.asarray(array).ravel().tolist()  # of a matrix too
        # Arrays of no dimensions among the objects are the number in them.
        items = [v.item() if hasattr(v, "ndim") and v.ndim == 0 else v for v in items]
        ids = _array_base.node_ids(tape, items)
        if ids is not None:
            is_bool = bool(items) and all(
                isinstance(v, (TracedBool, bool, np.bool_)) for v in items
            )
            return _array(tape, ids.reshape(array.shape), is_bool)
        if array.ndim == 0:
            return lift(tape, array.item())
    if kind == "c":
        raise refuse(
            tape,
            TracingError,
            f"a complex array of shape {array.shape} was combined with traced values; traced "
            "values are real: write real and imaginary parts as two arrays",
        )
    raise TypeError(f"an array of numbers was expected, got one of dtype {array.dtype}")


def _lift_sequence(tape: Tape, values: list[Any] | tuple[Any, ...]) -> TracedArray:
    ids = _array_base.node_ids(tape, values)
    if ids is not None:
        is_bool = bool(values) and all(isinstance(v, (TracedBool, bool, np.bool_)) for v in values)
        return _array(tape, ids, is_bool)
    parts = [lift(tape, v) for v in values]
    shapes = {part.shape for part in parts}
    if len(shapes) > 1:
        raise ValueError(
            "setting an array element with a sequence. The requested array has an inhomogeneous "
            f"shape: parts of shapes {sorted(shapes)}"
        )
    stacked = np.array([part.ids for part in parts], dtype=np.int32)
    return _array(tape, stacked, all(part.is_bool for part in parts))


def test(tape: Tape, value: Any) -> Any:
    """Read a condition: plain truth values, or ids of traced ones."""
    # By type: to isinstance traced values are what they stand for.
    if type(value) in {bool, np.bool_} or (
        type(value) is np.ndarray and value.dtype.kind in "biuf"
    ):
        return np.asarray(value) != 0
    source = lift(tape, value)
    return source.ids if source.is_bool else truth(tape, source.ids)


def concrete(tape: Tape, key: Any) -> Any:
    """Make an index concrete: traced truth values in it are decided at the point, guarded."""
    if isinstance(key, tuple):
        return tuple(concrete(tape, part) for part in key)
    if isinstance(key, TracedBool):
        return bool(key)
    if isinstance(key, TracedArrayBase):
        if key.is_bool:
            # Its own tape: of an array and its index one may be of an earlier trace.
            return decide(key.tape, key.ids, "an index by a condition on traced values") != 0.0
        raise _refused_index(tape)
    if isinstance(key, Tracer):
        raise _refused_index(tape)
    if isinstance(key, list) and any(isinstance(part, (Tracer, TracedArrayBase)) for part in key):
        return concrete(tape, lift(tape, key))
    if isinstance(key, np.ndarray) and key.dtype == object and key.size:
        return concrete(tape, lift(tape, key))
    return key


def mask(tape: Tape, condition: Any) -> Any:
    """Make a condition concrete: true where it holds, or is a number other than zero."""
    found = test(tape, condition)
    if found.dtype == bool:
        return found
    return decide(tape, found, "a choice by a condition on traced values") != 0.0


def _refused_index(tape: Tape) -> TracingError:
    return refuse(
        tape,
        TracingError,
        "a traced number was used as an index, and an index must be an integer: use int(x) "
        "(exact where x is a whole number, guarded), or np.interp to read a table between its "
        "entries",
    )
