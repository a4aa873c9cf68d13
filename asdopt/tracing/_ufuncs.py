"""``__array_ufunc__`` of traced values: every way to call a ufunc of NumPy or SciPy.

Enters: a ufunc, one of its methods and operands of which one at least is traced. Leaves: traced
arrays or scalars. The ufuncs that are one node come from the operator table; the others are
written in terms of those in ``_composites.py``. Next: ``_reductions.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from asdopt._errors import TracingError, UnsupportedOperationError
from asdopt._ops import CODE
from asdopt.tracing import _tracer
from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import TracedArrayBase, wrap
from asdopt.tracing._codes import node_of_ufunc
from asdopt.tracing._lift import constants_only, lift, living, test
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import Ids, apply, broadcast, constant_values, decide, select
from asdopt.tracing._tape import Tape

__all__ = ["call", "dispatch", "left_behind", "store"]


# What NumPy's ufuncs do on two truth values, where it is not what they do on 0 and 1.
_ON_TRUTH = {
    np.add: "logical_or",
    np.maximum: "logical_or",
    np.fmax: "logical_or",
    np.multiply: "logical_and",
    np.minimum: "logical_and",
    np.fmin: "logical_and",
    np.bitwise_or: "logical_or",
    np.bitwise_and: "logical_and",
    np.bitwise_xor: "logical_xor",
}
_NOT_ON_TRUTH = {
    np.subtract: "use ^ or np.logical_xor",
    np.negative: "use ~ or np.logical_not",
    np.positive: "use .astype(float)",
}
_BITWISE = frozenset({np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert})

Composite = Callable[..., Any]
COMPOSITES: dict[np.ufunc, Composite] = {}


def composite(*ufuncs: np.ufunc) -> Callable[[Composite], Composite]:
    """Register a function ``(tape, *operands) -> result`` as the meaning of ufuncs."""

    def register(function: Composite) -> Composite:
        for ufunc in ufuncs:
            COMPOSITES[ufunc] = function
        return function

    return register


def call(tape: Tape, ufunc: np.ufunc, operands: Sequence[Any]) -> Any:
    """Apply a ufunc elementwise, with broadcasting and without keyword arguments."""
    if ufunc in (np.equal, np.not_equal) and any(map(left_behind, operands)):
        return np.full(np.broadcast_shapes(*map(np.shape, operands)), ufunc is np.not_equal)[()]
    tape = living(tape, operands)
    if tape.is_number():
        return ufunc(*constants_only(tuple(operands)))
    arrays = [lift(tape, operand) for operand in operands]
    if all(a.is_bool for a in arrays):
        result = _call_on_truth(tape, ufunc, arrays)
        if result is not None:
            return result
    elif ufunc in _BITWISE:
        whole = _whole_numbers(tape, operands, arrays)
        if whole is not None:
            return ufunc(*whole)
        raise refuse(
            tape,
            TracingError,
            f"np.{ufunc.__name__} was applied to traced numbers; it is defined for truth values "
            "and integers only: compare first, as in (a > 0) & (b > 0)",
        )
    node = node_of_ufunc(ufunc)
    if node is not None:
        if len(arrays) != node.arity:
            raise TypeError(
                f"{ufunc.__name__}() takes {node.arity} positional arguments but "
                f"{len(arrays)} were given"
            )
        return wrap(tape, apply(tape, node.code, *[a.ids for a in arrays]), node.is_bool)
    function = COMPOSITES.get(ufunc) or _composites.special(ufunc)
    if function is None:
        values = [constant_values(tape, a.ids) for a in arrays]
        if any(v is None for v in values):
            raise unknown(tape, ufunc)
        made = lift(tape, ufunc(*values))
        return wrap(tape, made.ids, made.is_bool)
    return function(tape, *operands)


def _whole_numbers(tape: Tape, operands: Sequence[Any], arrays: list[Any]) -> list[Any] | None:
    """Truth values beside integers as NumPy combines them bit by bit; None: there are others."""
    from asdopt.tracing._followed import is_followed

    found: list[Any] = []
    for operand, array in zip(operands, arrays, strict=True):
        if array.is_bool:
            found.append(decide(tape, array.ids, "a truth value beside an integer") != 0.0)
        elif not hasattr(operand, "tape") and np.asarray(operand).dtype.kind in "iu":
            found.append(operand)
        elif is_followed() and np.equal(values := tape.values(array.ids), np.rint(values)).all():
            # Counted truth values, which a trace keeps as numbers.
            found.append(decide(tape, array.ids, "an operation on bits").astype(int))
        else:
            return None
    return found


def _call_on_truth(tape: Tape, ufunc: np.ufunc, arrays: list[TracedArray]) -> Any:
    if ufunc in _ON_TRUTH:
        ids = apply(tape, CODE[_ON_TRUTH[ufunc]], *[a.ids for a in arrays])
        return wrap(tape, ids, True)
    if ufunc is np.invert:
        return wrap(tape, apply(tape, CODE["logical_not"], arrays[0].ids), True)
    if ufunc in {np.absolute, np.conjugate}:
        return wrap(tape, arrays[0].ids.copy(), True)
    if ufunc in _NOT_ON_TRUTH:
        raise TypeError(
            f"np.{ufunc.__name__} of truth values is not defined in NumPy: {_NOT_ON_TRUTH[ufunc]}"
        )
    return None


def unknown(tape: Tape, ufunc: np.ufunc) -> UnsupportedOperationError:
    """Refuse a ufunc that has no rule."""
    return refuse(
        tape,
        UnsupportedOperationError,
        f"the ufunc {ufunc.__name__!r} was applied to a traced value, and asdopt knows no "
        "derivative of it (it is not in NumPy's or SciPy's table of differentiable functions, or "
        "was made by np.frompyfunc, np.vectorize or numba): write it with the functions of numpy, "
        "or give its derivatives with asdopt.external",
    )


def dispatch(
    tape: Tape, ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Answer NumPy's ``__array_ufunc__`` for all methods of a ufunc."""
    if any(is_foreign(operand) for operand in inputs):
        return NotImplemented
    for operand in inputs:
        if isinstance(operand, np.ndarray) and type(operand) is not np.ndarray:
            from asdopt.tracing import _matrices, _own_arrays

            if isinstance(operand, np.matrix) and method == "__call__":
                return _matrices.of_ufunc(tape, ufunc, inputs, kwargs)
            if isinstance(operand, np.matrix) or _own_arrays.keeps_class(operand):
                return _matrices.on_objects(getattr(ufunc, method), inputs, kwargs)
    if any(
        isinstance(operand, complex) or getattr(getattr(operand, "dtype", None), "kind", "") == "c"
        for operand in inputs
    ):
        from asdopt.tracing import _complex_ufuncs

        return _complex_ufuncs.ufunc(tape, ufunc, method, inputs, kwargs)
    tape = living(tape, (*inputs, *kwargs.get("out", ())))
    if tape.is_number() and not any(isinstance(a, TracedArrayBase) for a in kwargs.get("out", ())):
        return getattr(ufunc, method)(*constants_only(inputs), **kwargs)
    out = kwargs.pop("out", ())
    is_test = "dtype" in kwargs and not any(loop.endswith("->d") for loop in ufunc.types)
    check_types(tape, f"np.{ufunc.__name__}", kwargs, is_test=is_test)
    if ufunc.signature is not None:
        # Generalized ufuncs work on whole vectors and matrices.
        if method != "__call__" or ufunc not in COMPOSITES:
            raise unknown(tape, ufunc)
        return deliver(tape, _generalized(tape, ufunc, inputs, kwargs), out)
    if method == "__call__":
        where = kwargs.pop("where", True)
        _no_more(ufunc, kwargs)
        if where is not True:
            return _masked_call(tape, ufunc, inputs, where, out)
        return deliver(tape, call(tape, ufunc, inputs), out)
    if method == "reduce":
        array, *rest = inputs
        kwargs.setdefault("axis", rest[0] if rest else 0)
        return deliver(tape, _reductions.reduce(tape, ufunc, array, **kwargs), out)
    if method == "accumulate":
        array, *rest = inputs
        kwargs.setdefault("axis", rest[0] if rest else 0)
        return deliver(tape, _reductions.accumulate(tape, ufunc, array, **kwargs), out)
    if method == "outer":
        a, b = (lift(tape, operand) for operand in inputs)
        a = wrap(tape, a.ids.reshape(a.shape + (1,) * b.ndim), a.is_bool)
        return deliver(tape, call(tape, ufunc, (a, b)), out)
    if method == "reduceat":
        return deliver(tape, _reductions.reduceat(tape, ufunc, *inputs, **kwargs), out)
    if method == "at":
        return _reductions.at(tape, ufunc, *inputs)
    raise unknown(tape, ufunc)


def _generalized(
    tape: Tape, ufunc: np.ufunc, inputs: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Call a ufunc of whole vectors or matrices; ``axes=`` says where these are."""
    axes = kwargs.pop("axes", None)
    if axes is None:
        return COMPOSITES[ufunc](tape, *inputs, **kwargs)
    places = [tuple(np.atleast_1d(place).tolist()) for place in axes]
    move: Any = np.moveaxis
    moved = [
        move(lift(tape, a), place, range(-len(place), 0))
        for a, place in zip(inputs, places, strict=False)
    ]
    result = COMPOSITES[ufunc](tape, *moved, **kwargs)
    last = places[len(inputs)] if len(places) > len(inputs) else ()
    return np.moveaxis(result, range(-len(last), 0), last) if last else result


def is_foreign(operand: Any) -> bool:
    """Whether an operand's own ``__array_ufunc__`` should answer (pandas, xarray, dask...)."""
    kind = type(operand)
    if issubclass(kind, (TracedArrayBase, _tracer.Tracer, np.ndarray, np.generic)):
        return False
    return getattr(kind, "__array_ufunc__", None) is not None


def left_behind(value: Any) -> bool:
    """Whether a value is of an earlier trace: in a cache of the user, which is out of date."""
    return isinstance(value, (TracedArrayBase, _tracer.Tracer)) and value.tape.is_past()


def check_types(tape: Tape, what: str, kwargs: dict[str, Any], *, is_test: bool = False) -> None:
    """Take the keyword arguments about types away, refusing any but double precision.

    ``is_test`` tells that the results are truth values.
    """
    for name in ("casting", "order", "subok", "signature"):
        kwargs.pop(name, None)
    dtype = kwargs.pop("dtype", None)
    known = (np.dtype(bool) if is_test else np.dtype(float), object)
    if dtype is not None and np.dtype(dtype) not in known:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"{what} of a traced value was asked for with dtype {np.dtype(dtype)}; traced values "
            "are real numbers of double precision: leave dtype out",
        )


def check_first(tape: Tape, what: str, results: list[Any]) -> None:
    """Refuse results that NumPy makes of the kind of the first one, which rounds the others."""

    def kind(value: Any) -> str:
        if hasattr(value, "tape"):
            return "b" if lift(tape, value).is_bool else "f"
        return np.asarray(value).dtype.kind

    if kind(results[0]) in "biu" and any(kind(value) in "fO" for value in results):
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"the function of {what} returned {results[0]!r} first, and NumPy makes all results of "
            "that kind, which rounds the others: return floats",
        )


def _no_more(ufunc: np.ufunc, kwargs: dict[str, Any]) -> None:
    if kwargs:
        raise TypeError(f"{ufunc.__name__}() got unexpected keyword arguments {sorted(kwargs)}")


def deliver(tape: Tape, result: Any, out: Any) -> Any:
    """Hand a result out, through ``out=`` if given (a traced array or a tuple of these)."""
    if out is None:
        return result
    targets = out if isinstance(out, tuple) else (out,)
    if all(target is None for target in targets):
        return result
    if len(targets) == 1 and not isinstance(result, tuple):
        return store(lift(tape, result), targets[0])
    return tuple(
        r if target is None else store(lift(tape, r), target)
        for r, target in zip(result, targets, strict=True)
    )


def store(result: Any, target: Any) -> Any:
    """Write a result into an existing array and return that array."""
    tape = result.tape
    if isinstance(target, np.ndarray) and target.dtype == object:
        target[...] = np.asarray(result, dtype=object)
        return target
    workspace = writable(tape, target)
    if workspace is not None:
        store(result, workspace)
        return target
    if not isinstance(target, TracedArray):
        shape = getattr(target, "shape", ())
        raise refuse(
            tape,
            TracingError,
            f"a traced result was to be written (out=, or an in-place operator) into a plain "
            f"array of shape {shape} and type {getattr(target, 'dtype', type(target))}, which "
            "cannot hold it: make the array inside the traced function (np.zeros, np.zeros_like, "
            "np.empty), or use the result itself",
        )
    source = lift(target.tape, result)  # one of them may be of an earlier trace
    ids = source.ids
    if ids.shape != target.shape and np.broadcast_shapes(ids.shape, target.shape) != target.shape:
        raise ValueError(
            f"non-broadcastable output operand with shape {target.shape} doesn't match the "
            f"broadcast shape {np.broadcast_shapes(ids.shape, target.shape)}"
        )
    if target.is_bool and not source.is_bool:
        raise TypeError(
            "a result of numbers was to be written into an array of truth values, which NumPy "
            "does not allow: use .astype(float) on the array of truth values first"
        )
    target.ids[...] = ids
    return target


def _masked_call(tape: Tape, ufunc: np.ufunc, inputs: tuple[Any, ...], where: Any, out: Any) -> Any:
    """``where=``: entries outside of the mask keep what ``out`` held; no node is pushed there."""
    target = out[0] if isinstance(out, tuple) and out else out or None
    if target is None:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"np.{ufunc.__name__}(..., where=...) was called without out=; NumPy leaves the other "
            "entries uninitialized, so the result would be arbitrary: give out=np.zeros_like(x)",
        )
    arrays = [lift(tape, operand) for operand in inputs]
    mask = test(tape, where)
    workspace = writable(tape, target)
    if workspace is not None:
        _masked_call(tape, ufunc, inputs, where, (workspace,))
        return target
    if not isinstance(target, TracedArray):
        return store(lift(tape, arrays[0]), target)
    condition, *ids = broadcast(mask, *[a.ids for a in arrays], target.ids)
    old = ids.pop()
    fixed = condition if mask.dtype == bool else constant_values(tape, condition)
    if fixed is not None:
        chosen = fixed != 0
        parts = [wrap(tape, i[chosen], a.is_bool) for i, a in zip(ids, arrays, strict=True)]
        result = lift(tape, call(tape, ufunc, parts))
        new = old.copy()
        new[chosen] = result.ids
        return store(wrap(tape, new, result.is_bool), target)
    parts = [wrap(tape, i, a.is_bool) for i, a in zip(ids, arrays, strict=True)]
    result = lift(tape, call(tape, ufunc, parts))
    return store(wrap(tape, select(tape, condition, result.ids, old), result.is_bool), target)


def numbers(tape: Tape, operand: Any) -> Ids:
    """Ids of an operand, for functions that make no difference between numbers and truth."""
    return lift(tape, operand).ids


# At the end: these modules register with the tables above.
from asdopt.tracing import _composites, _reductions  # noqa: E402
from asdopt.tracing._workspaces import writable  # noqa: E402
