"""Derivatives that are asked for inside of a function that is being traced.

Enters: a function and a point, which may both read traced values. Leaves: values and sparse
derivatives as traced values, so that what is made of them (the information of an experiment, an
optimality condition, a sensitivity) has derivatives in turn. The function is recorded apart from
the rest of the tape, and differentiated on the tape (``_tape_derivatives.py``). Next:
``_functions.py``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from asdopt._errors import InputError, LeftBehindError, TracingError
from asdopt._inside import run_elsewhere
from asdopt._tape_derivatives import Differentiation, node_of
from asdopt.tracing._array_base import wrap
from asdopt.tracing._callee import HOOK, Session, current, holds_traced
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import constant_values, need_values
from asdopt.tracing._recorder import Recorder, result_parts
from asdopt.tracing._remembered import may_be_remembered
from asdopt.tracing._slices import Leaves, part_of
from asdopt.tracing._tape import Tape
from asdopt.tracing._trace import Trace

__all__ = ["NestedFunction", "nested_at", "works_inside"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]
Function = TypeVar("Function", bound=Callable[..., Any])


def works_inside(take: Callable[[NestedFunction], Any]) -> Callable[[Function], Function]:
    """Decorate what differentiates ``fun`` at ``x``; ``take`` gives its result inside of a trace.

    That is where the point is traced, and where ``fun`` reads traced values by itself.
    """

    def decorate(function: Function) -> Function:
        name = f"asdopt.{function.__name__}"

        @functools.wraps(function)
        def call(fun: Callable[..., Any], x: Any, out: Any = None, **options: Any) -> Any:
            session = current()
            if session is None:
                return function(fun, x, out, **options)
            if not holds_traced((x,)):
                refusal = session.tape.refusal
                try:
                    return function(fun, x, out, **options)
                except LeftBehindError:
                    session.tape.refusal = refusal
            return take(NestedFunction(session, name, fun, x, out=out, **options))

        return cast("Function", call)

    return decorate


def nested_at(x: Any, name: str, fun: Callable[..., Any], **options: Any) -> NestedFunction | None:
    """Make a function one of the trace that runs, None where x holds no traced value."""
    session = current()
    if session is None or not holds_traced((x,)):
        return None
    return NestedFunction(session, f"asdopt.{name}", fun, x, **options)


class NestedFunction:
    """A function inside of a trace, recorded as one of its own.

    Parameters
    ----------
    session : Session
        The trace that runs.
    name : str
        What was called, for messages.
    fun : callable
    x : array_like
        Numbers or traced values.
    args, argnum
        As those of :func:`asdopt.jacobian`.

    Attributes
    ----------
    values : ndarray of int32, shape (m,)
        Nodes of the results.
    """

    def __init__(
        self,
        session: Session,
        name: str,
        fun: Callable[..., Any],
        x: Any,
        *,
        args: Any = (),
        argnum: int = 0,
        **options: Any,
    ) -> None:
        tape = self.tape = session.tape
        self._name = name
        if options.get("out", 0) is None:
            del options["out"]
        if options:
            raise refuse(
                tape,
                TracingError,
                f"{name} was called inside of a traced function with {next(iter(options))}=; the "
                "derivatives are then part of the trace itself: give args= and argnum= alone",
            )
        args = args if isinstance(args, tuple) else (args,)
        point = lift(tape, x)
        need_values(tape, point.ids, name)
        self._inputs = np.asarray(point.ids, dtype=np.int32).reshape(-1)
        self.size = self._inputs.size

        def call(argument: Any) -> Any:
            return HOOK[fun](*args[:argnum], argument, *args[argnum:])

        def results(ids: Any) -> IntArray:
            return self._flat(call(wrap(tape, ids)))

        at = np.asarray(tape.values(self._inputs))

        def inside(values: FloatArray) -> tuple[Trace, IntArray]:
            calls = len(tape.externals)
            leaves = Leaves(tape, values)
            try:
                return part_of(leaves, results(leaves.ids.reshape(np.shape(point.ids))))
            finally:
                del tape.externals[calls:]

        # Once for the values and the guards of the branch that is taken, once to know what of it
        # is the argument: the function may read the same traced values by itself.
        begin = tape.mark()
        self.values = results(point.ids)
        mark, careful = tape.mark(), tape.careful
        self._trace, read = inside(at)
        refusal = tape.refusal  # which the function may have caught
        if tape.mark() > begin:
            # Where it keeps what it computed last, and asks whether the point is the same one, it
            # must have seen another one: before it is recorded, and before it is used again.
            here = at.reshape(np.shape(point.ids))
            if may_be_remembered(tape, begin, True):
                run_elsewhere(call, here, 1.001)
                self._trace, read = inside(at)
            run_elsewhere(call, here, 0.999)
        tape.forget(mark)
        tape.refusal = refusal
        tape.careful = careful
        self._inputs = np.concatenate([self._inputs, read]).astype(np.int32)

    def value(self) -> Any:
        """Results as a traced array."""
        return wrap(self.tape, self.values)

    def jacobian(self) -> Any:
        """Sparse Jacobian; of numbers alone where all entries are constant."""
        return self._matrix(self._trace, (len(self.values), self.size))

    def gradient(self) -> Any:
        """Gradient of a function with one result, as a traced array."""
        self._check_scalar()
        return wrap(self.tape, self._dense(self.tape, self._inputs))

    def hessian(self) -> Any:
        """Sparse Hessian of a function with one result, both triangles."""
        self._check_scalar()
        trace = self._trace
        recorder = Recorder(trace.num_inputs, trace.val[: trace.num_inputs].copy())
        inputs = np.arange(trace.num_inputs, dtype=np.int32)
        slopes = recorder.finish(self._dense(recorder.tape, inputs))
        return self._matrix(slopes, (self.size, self.size))

    def _flat(self, result: Any) -> IntArray:
        parts = result_parts(result)
        if parts is not None:
            return np.concatenate([np.empty(0, np.int32), *map(self._flat, parts)])
        return np.asarray(lift(self.tape, result).ids, dtype=np.int32).reshape(-1)

    def _check_scalar(self) -> None:
        if len(self.values) != 1:
            raise InputError(
                f"{self._name} was called with a function that returned {len(self.values)} "
                "values; one is needed for second derivatives: return a scalar"
            )

    def _dense(self, tape: Tape, inputs: IntArray) -> IntArray:
        """Write the gradient of the only result; its nodes."""
        _, cols, terms = Differentiation(tape, self._trace, inputs, self.size, self._name).entries
        ids = np.full(self.size, tape.push_constant(0.0), dtype=np.int32)
        for j, term in zip(cols, terms, strict=True):
            ids[j] = node_of(tape, term)
        return ids

    def _matrix(self, trace: Trace, shape: tuple[int, int]) -> Any:
        tape = self.tape
        found = Differentiation(tape, trace, self._inputs, self.size, self._name)
        rows, cols, terms = found.entries
        ids = np.array([node_of(tape, term) for term in terms], dtype=np.int32)
        numbers = constant_values(tape, ids)
        if numbers is not None:
            return csr_array((numbers, (rows, cols)), shape=shape)
        return HOOK[csr_array]((wrap(tape, ids), (rows, cols)), shape=shape)
