"""What traced arrays turn into: other types, plain arrays, flat iterators."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import TracingError, UnsupportedOperationError
from asdopt.tracing import _tracer, _ufuncs
from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import mirror, wrap
from asdopt.tracing._lift import concrete, lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import constant_values, decide, truth
from asdopt.tracing._tracer import Tracer

__all__ = ["FlatIterator", "astype", "to_ndarray", "to_objects"]

_FLOAT = np.dtype(np.float64)
_BOOL = np.dtype(np.bool_)


def astype(array: TracedArray, dtype: np.dtype[Any], copy: bool) -> Any:
    """Change the type of a traced array, refusing what would lose the dependence."""
    tape = array.tape
    if tape.is_number():
        return np.array(np.asarray(array), dtype=dtype)
    if dtype == array.dtype:
        return array.copy() if copy else array
    if dtype == _FLOAT:
        return mirror(tape, array.ids.copy())
    if dtype == _BOOL:
        return mirror(tape, truth(tape, array.ids), True)
    if dtype.kind == "O":
        return to_objects(array)
    if dtype == np.complex128:
        from asdopt.tracing._complex import make

        return make(tape, wrap(tape, array.ids.copy()), None, array.shape)
    if dtype.kind in "iu":
        if array.is_bool:
            # 0 and 1 of a mask are used in arithmetic; they stay traced.
            return mirror(tape, array.ids.copy())
        whole = _ufuncs.call(tape, np.trunc, (array,))
        return decide(tape, lift(tape, whole).ids, f"astype({dtype})").astype(dtype)
    raise refuse(
        tape,
        UnsupportedOperationError,
        f"a traced array was asked to become {dtype}; traced values are real numbers of double "
        "precision and the conversion would be lost: leave it out while differentiating",
    )


def to_objects(array: TracedArray) -> npt.NDArray[Any]:
    """Object array of traced scalars."""
    out = np.empty(array.shape, dtype=object)
    out.ravel()[:] = _tracer.tracers(array.tape, array.ids.ravel(), array.is_bool)
    return out


def to_ndarray(array: TracedArray, dtype: Any) -> npt.NDArray[Any]:
    """Give library code an ndarray: constants as numbers, anything else as traced scalars."""
    tape = array.tape
    wanted = None if dtype is None else np.dtype(dtype)
    if wanted is not None and wanted.kind == "O":
        return to_objects(array)
    if array.is_bool and (wanted is None or wanted == _BOOL):
        # Truth values carry no derivative: under guards nothing is lost.
        if tape.primal or constant_values(tape, array.ids) is not None:
            return np.asarray(decide(tape, array.ids, "np.asarray") != 0.0)
        return to_objects(array)
    values = constant_values(tape, array.ids)
    if values is not None:
        out = values.astype(wanted or array.dtype)
        out.flags.writeable = False
        return out
    if wanted is None:
        return to_objects(array)
    raise refuse(
        tape,
        TracingError,
        f"a traced array of shape {array.shape} was asked to become a plain array of {wanted}, "
        "which would lose its dependence on the variables; a function that needs true numbers "
        "was called with it, or it was stored into an array that was made outside of the "
        "function: use the functions of numpy, make arrays inside of the function (np.zeros, "
        "np.array), or put what cannot be followed into asdopt.external(...)",
    )


class FlatIterator:
    """What ``x.flat`` gives: iteration, reading and writing by flat index."""

    def __init__(self, base: TracedArray) -> None:
        self.base = base
        self._next = 0

    def __len__(self) -> int:
        return self.base.size

    def __iter__(self) -> FlatIterator:
        return FlatIterator(self.base)

    def __next__(self) -> Tracer:
        if self._next >= self.base.size:
            raise StopIteration
        self._next += 1
        return self[self._next - 1]  # type: ignore[no-any-return]

    def __getitem__(self, key: Any) -> Any:
        base = self.base
        return wrap(base.tape, base.ids.flat[concrete(base.tape, key)], base.is_bool)

    def __setitem__(self, key: Any, value: Any) -> None:
        base = self.base
        source = lift(base.tape, value)
        ids = source.ids
        if base.is_bool and not source.is_bool:
            ids = truth(base.tape, ids)
        base.ids.flat[concrete(base.tape, key)] = ids
