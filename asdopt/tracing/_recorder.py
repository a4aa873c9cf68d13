"""Record user functions on one tape.

Enters: plain Python functions and a point (or a size). Leaves: a :class:`Trace`. Several
functions (objective, constraints) share one tape, so that what they share is known to be shared.
Next: ``_trace.py`` for the result, ``_tracer.pyx`` and ``_array.py`` for the values traced.
"""

from __future__ import annotations

import dataclasses
import gc
from collections import deque
from collections.abc import Callable, Iterator, Mapping, ValuesView
from contextlib import contextmanager, suppress
from itertools import accumulate
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import AsdoptError, InputError, LeftBehindError, TracingError
from asdopt.tracing._array import TracedArray, lift
from asdopt.tracing._attempts import run_hooked
from asdopt.tracing._compact import compact_trace
from asdopt.tracing._complex import TracedComplex, is_complex
from asdopt.tracing._left_behind import depends_on_stale
from asdopt.tracing._location import Location, shown_name, user_location
from asdopt.tracing._remembered import may_be_remembered
from asdopt.tracing._structure import Structure
from asdopt.tracing._tape import LEFT_BEHIND, Tape
from asdopt.tracing._trace import Trace
from asdopt.tracing._tracer import tracer
from asdopt.tracing._zeros import settle_zeros

__all__ = ["Recorder", "function_name", "result_parts", "short_repr", "trace"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]
_COMPLEX = {complex, np.complex128, TracedComplex}


class Recorder:
    """A tape being written.

    Parameters
    ----------
    size : int
        Number of independent variables.
    values : ndarray of float64, shape (size + num_parameters,), optional
        Primal values. Without them the trace is global: a branch on a traced value raises.
    num_parameters : int
        Number of parameters, leaves without derivatives that follow the variables.
    note_lines : bool
        Note the user's line of every node (several times slower).
    lenient : bool
        Go on with NaN and infinity where math and Python's floats raise an error.
    most_nodes : int, optional
        How many operations the trace may have; with more it raises a MemoryError.
    """

    def __init__(
        self,
        size: int,
        values: npt.NDArray[np.float64] | None = None,
        *,
        num_parameters: int = 0,
        note_lines: bool = False,
        lenient: bool = False,
        most_nodes: int | None = None,
    ) -> None:
        primal = values is not None
        self.tape = Tape(size, values, primal=primal, num_parameters=num_parameters)
        if note_lines:
            self.tape.locate = user_location
            self.tape.note_lines()
        self.tape.lenient = lenient
        if most_nodes is not None:
            self.tape.most = most_nodes
        self._note_lines = note_lines
        self.values = values

    def argument(self, structure: Structure, start: int = 0) -> Any:
        """Make a fresh traced argument of a structure from the leaves at ``start``."""
        tape = self.tape

        def leaf(first: int, stop: int, shape: tuple[int, ...]) -> Any:
            if shape == ():
                return tracer(tape, first)
            return TracedArray(tape, np.arange(first, stop, dtype=np.int32).reshape(shape))

        return structure.rebuild(leaf, start)

    def call(
        self, fun: Callable[..., Any], *structures: Structure
    ) -> tuple[IntArray, tuple[int, ...]]:
        """Call a user's function and flatten what it returns.

        Parameters
        ----------
        fun : callable
        structures : Structure
            Structures of its arguments, whose leaves follow one another on the tape: x, then
            the parameters.

        Returns
        -------
        ids : ndarray of int32, shape (num_outputs,)
            Nodes of the results in C order.
        shape : tuple of int
            Shape of the result; ``(0,)`` for None, ``(k,)`` for nested sequences.
        """
        return self.flatten(self.results(fun, *structures), fun)

    def results(self, fun: Callable[..., Any], *structures: Structure) -> Any:
        """Call a user's function as :meth:`call` does and return what it returned."""
        starts = list(accumulate((part.size for part in structures), initial=0))

        def traced() -> tuple[Any, ...]:
            return tuple(map(self.argument, structures, starts))

        def plain(values: FloatArray) -> tuple[Any, ...]:
            parts = zip(structures, starts, strict=False)
            return tuple(part.unflatten(values[k : k + part.size]) for part, k in parts)

        return self.run(fun, traced, plain)

    def run(
        self,
        fun: Callable[..., Any],
        traced: Callable[[], tuple[Any, ...]],
        plain: Callable[[FloatArray], tuple[Any, ...]],
    ) -> Any:
        """Call a user's function and return what it returned, as :func:`run_hooked` does.

        Where that may be what the function remembers of an earlier run at the same point, it is
        run at another one, and called again.

        Parameters
        ----------
        fun : callable
        traced : callable
            Makes traced arguments, fresh ones for each call.
        plain : callable
            Makes the same arguments of plain numbers, the flat array it is given.
        """
        values = self.values

        def numbers() -> tuple[Any, ...] | None:
            return None if values is None else plain(values)

        tape = self.tape
        mark = tape.mark()

        def again() -> Any:
            tape.forget(mark)
            return run_hooked(fun, tape, traced, numbers)

        with _paused_garbage_collector():
            try:
                result = run_hooked(fun, tape, traced, numbers)
                if values is None or not self._may_be_old(result, fun, mark):
                    return result
            except LeftBehindError:
                if values is None:
                    raise
            tape.rest()
            with suppress(Exception), np.errstate(all="ignore"):
                fun(*plain(np.where(values == 0.0, 1e-3, 1.001 * values)))
            tape.wake()
            result = again()
            if not tape.has_keys or not may_be_remembered(tape, mark):
                return result
            # A table of results, with rounded values as keys, remembers all points: nothing in it
            # counts, if the same values come out without it.
            tape.estranged = True
            try:
                computed = again()
                if self._agree(result, computed, fun):
                    return computed
            except Exception:  # what follows decides
                pass
            finally:
                tape.estranged = False
            return again()

    def _may_be_old(self, result: Any, fun: Callable[..., Any], mark: int) -> bool:
        return may_be_remembered(self.tape, mark) or self._is_stale(result, fun)

    def _is_stale(self, result: Any, fun: Callable[..., Any]) -> bool:
        """Tell whether a result depends on what an earlier trace left behind."""
        tape = self.tape
        return tape.num_stale > 0 and depends_on_stale(tape, self._flatten(result, fun)[0])

    def _agree(self, first: Any, second: Any, fun: Callable[..., Any]) -> bool:
        a, b = (self.tape.values(self._flatten(result, fun)[0]) for result in (first, second))
        return a.shape == b.shape and np.allclose(a, b, rtol=1e-9, atol=1e-12)

    def flatten(self, result: Any, fun: Callable[..., Any]) -> tuple[IntArray, tuple[int, ...]]:
        """Nodes of what a function returned in C order, and its shape, as :meth:`call` does."""
        start, start_pool = len(self.tape), self.tape.pool_length
        ids, shape = self._placed(result, fun)
        if self.tape.workspaces is not None:
            self.tape.workspaces.verify(self.tape, start, start_pool)
        if self.tape.num_stale > 0 and depends_on_stale(self.tape, ids):
            raise LeftBehindError(f"{function_name(fun)}: {LEFT_BEHIND}")
        return ids, shape

    def _placed(self, result: Any, fun: Callable[..., Any]) -> tuple[IntArray, tuple[int, ...]]:
        code = getattr(fun, "__code__", None)
        if not self._note_lines or code is None:
            return self._flatten(result, fun)
        # Constants of the result belong to the function, which is no longer running.
        place = Location(code.co_filename, code.co_firstlineno, code.co_name)
        self.tape.locate = lambda: place
        try:
            return self._flatten(result, fun)
        finally:
            self.tape.locate = user_location

    def _flatten(self, result: Any, fun: Callable[..., Any]) -> tuple[IntArray, tuple[int, ...]]:
        if is_complex(result):
            raise TracingError(
                f"{function_name(fun)} returned complex values; objectives and constraints are "
                "real: return real and imaginary part, np.concatenate([z.real, z.imag])"
            )
        if hasattr(result, "tocsr"):
            raise InputError(
                f"{function_name(fun)} returned a sparse matrix of shape {result.shape}; the rows "
                "of a problem are the entries of arrays: return A.toarray(), or the entries that "
                "matter"
            )
        parts = result_parts(result)
        if isinstance(result, (list, tuple)) and not _COMPLEX.isdisjoint(map(type, result)):
            parts = list(result)  # so that the complex one is refused by the function's name
        if parts is None:
            try:
                lifted = lift(self.tape, result)
            except AsdoptError:
                raise
            except (TypeError, ValueError) as error:
                if not isinstance(result, (list, tuple)):
                    raise InputError(
                        f"{function_name(fun)} returned {type(result).__name__} "
                        f"({short_repr(result)}); a number, an array, or a list, tuple or dict of "
                        "these is needed to differentiate: return the values themselves"
                    ) from error
                # Entries of different shapes: flattened one after the other.
                parts = list(result)
            else:
                return lifted.ids.reshape(-1).astype(np.int32), lifted.shape
        found = [self._flatten(part, fun)[0] for part in parts]
        ids = np.concatenate(found) if found else np.empty(0, dtype=np.int32)
        return ids, ids.shape

    def drop(self) -> None:
        """End the trace, of which nobody reads anything."""
        self.tape.close()
        self.tape.done()

    def finish(self, outputs: IntArray) -> Trace:
        """Close the tape and return its live part as a trace with these outputs."""
        settle_zeros(self.tape)
        self.tape.close()
        lines = self.tape.lines if self._note_lines else None
        return compact_trace(self.tape, outputs, lines)


def trace(
    fun: Callable[..., Any],
    structure: Structure,
    values: npt.NDArray[np.float64] | None = None,
    *,
    note_lines: bool = False,
) -> tuple[Trace, tuple[int, ...]]:
    """Trace one function of one argument.

    Parameters
    ----------
    fun : callable
        Plain Python function of one argument.
    structure : Structure
        Structure of the argument.
    values : ndarray of float64, shape (structure.size,), optional
        Point; without it the trace is global.

    Returns
    -------
    trace : Trace
    shape : tuple of int
        Shape of the function's result.

    Raises
    ------
    TracingError
        The function did something that cannot be followed.
    UnsupportedOperationError
        It called an operation without a rule.
    """
    recorder = Recorder(structure.size, values, note_lines=note_lines)
    try:
        outputs, out_shape = recorder.call(fun, structure)
        return recorder.finish(outputs), out_shape
    finally:
        recorder.tape.close()


def result_parts(result: Any) -> list[Any] | None:
    """Parts of what a function returned, None where it is no container but a value or a list."""
    if result is None:
        return []
    if isinstance(result, Mapping):
        return list(result.values())
    if isinstance(result, (ValuesView, deque)):
        return list(result)
    if isinstance(result, SimpleNamespace):
        return list(vars(result).values())
    if dataclasses.is_dataclass(result) and not isinstance(result, type):
        return [getattr(result, field.name) for field in dataclasses.fields(result)]
    return None


def function_name(fun: Callable[..., Any]) -> str:
    """Name of a user's function with the place of its definition."""
    name = getattr(fun, "__qualname__", None) or repr(fun)
    code = getattr(fun, "__code__", None)
    if code is None:
        return f"{name}()"
    return f"{name}() ({shown_name(code.co_filename)}:{code.co_firstlineno})"


def short_repr(value: Any) -> str:
    """Text of a value for a message, cut at 60 letters."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


@contextmanager
def _paused_garbage_collector() -> Iterator[None]:
    # A trace makes millions of small objects and no cycles: collecting doubles its time.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
