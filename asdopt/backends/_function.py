"""The user's function as a function of one flat vector.

Enters: a plain Python function, an example of its argument, constants, a buffer to write into.
Leaves: values at flat points, a trace, and a call with any kind of leaves (arrays, tracers,
symbols of another AD system). Next: ``_interface.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import AsdoptError, EvaluationError, InputError
from asdopt.backends._narrow import settled
from asdopt.tracing._array import lift
from asdopt.tracing._recorder import Recorder, function_name
from asdopt.tracing._signatures import takes
from asdopt.tracing._structure import Structure
from asdopt.tracing._trace import Trace

__all__ = ["FlatFunction", "check_scalar", "wrong_result"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]


class FlatFunction:
    """A function of a flat vector made from ``fun(x, *args)``.

    Parameters
    ----------
    fun : callable
        The user's function.
    x : array_like of float64, or dict, named tuple, dataclass, list of these
        Example of the argument to differentiate by; gives shape and nesting.
    args : tuple
        Constants: the other positional arguments.
    argnum : int
        Position of x among the positional arguments.
    inplace : array_like, int or tuple of int, optional
        For ``fun(out, x, *args)``, which writes its results: what it finds in ``out`` (an array,
        copied before each call), or the shape of ``out`` (an int or a tuple; it finds zeros).

    Attributes
    ----------
    structure : Structure
        Structure of x.
    num_outputs : int
        Number of results; -1 before the first evaluation.
    """

    def __init__(
        self,
        fun: Callable[..., Any],
        x: Any,
        args: Any = (),
        argnum: int = 0,
        inplace: Any = None,
    ) -> None:
        if not callable(fun):
            raise InputError(
                f"a function of x is needed, got {type(fun).__name__}: pass the function itself, "
                "not its value"
            )
        self.fun = fun
        self.structure = x if isinstance(x, Structure) else Structure.of(x, "x")
        self.args = args if isinstance(args, tuple) else (args,)
        if argnum not in range(len(self.args) + 1):
            raise InputError(
                f"argnum={argnum!r} with {len(self.args)} constants in args: x can stand at the "
                f"positions 0 ... {len(self.args)}"
            )
        self.argnum = int(argnum)
        self.buffer = None if inplace is None else _buffer(inplace)
        self._check_call()
        self.num_outputs = -1

    def _check_call(self) -> None:
        """Refuse a function that does not take the arguments it will be called with."""
        count = 1 + len(self.args) + (self.buffer is not None)
        if not takes(self.fun, count):
            form = "x, *args" if self.args else "x"
            form = form if self.buffer is None else f"out, {form}"
            raise InputError(
                f"{self.name} cannot be called with {count} argument{'s' * (count > 1)}; it is "
                f"called as fun({form}): give args=(...) with one value for each further argument, "
                "or fix them with functools.partial"
            )

    @property
    def num_inputs(self) -> int:
        """Number of independent variables."""
        return self.structure.size

    @property
    def name(self) -> str:
        """Name of the user's function, with its place."""
        return function_name(self.fun)

    @property
    def short_name(self) -> str:
        """Name of the user's function alone."""
        name = getattr(self.fun, "__name__", None)
        return str(name() if callable(name) else name or type(self.fun).__name__)

    def arguments(self, x: Any) -> tuple[Any, ...]:
        """Positional arguments with x in its place."""
        return (*self.args[: self.argnum], x, *self.args[self.argnum :])

    def flatten(self, x: Any) -> FloatArray:
        """Flat vector of a point given in the structure of x, or flat already."""
        return self.structure.flatten(x, "x", may_be_flat=True)

    def values(self, x: FloatArray) -> FloatArray:
        """Results at a flat point by the user's function itself, flattened, shape (m,)."""
        return self.evaluate(x, np.float64)

    def evaluate(self, x: npt.NDArray[Any], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Results of ``dtype`` at a flat point of that dtype; a fresh array at each call."""
        # Copies go in and copies come out: the function may change its argument, return it, or
        # return the same array each time.
        point = self.structure.rebuild(_leaf_of(x))
        flat = _flat(self.call(point, lambda buffer: buffer.astype(dtype)), dtype, self.name)
        self.check_size(flat.size)
        return flat

    def call(self, point: Any, make_buffer: Callable[[FloatArray], Any]) -> Any:
        """Call the user's function at a point of any kind of leaves; return its results."""
        if self.buffer is None:
            return self.checked(self.fun(*self.arguments(point)))
        out = make_buffer(self.buffer)
        return self._written(out, self.fun(out, *self.arguments(point)))

    def checked(self, result: Any) -> Any:
        """Refuse None: a Jacobian without rows would hide a missing return."""
        if result is None:
            raise InputError(
                f"{self.name} returned nothing (None), and there is nothing to differentiate: add "
                "the missing return, return [] for no results, or give inplace= where it writes "
                "them into its first argument"
            )
        return result

    @contextmanager
    def noted(self, system: str, module: str) -> Iterator[None]:
        """Note at an exception that the function was called with values of another AD system."""
        try:
            yield
        except AsdoptError:
            raise
        except Exception as error:
            error.add_note(
                f"asdopt: {self.name} was called with traced values of {system}, for which "
                f"functions are written with {module}; without backend= plain Python is traced"
            )
            raise

    def _written(self, out: Any, returned: Any) -> Any:
        if returned is not None and returned is not out:
            raise InputError(
                f"{self.name} was given an array to write its results into (inplace=), but "
                f"returned {type(returned).__name__}: it is not clear which of the two counts; "
                "return nothing, or leave inplace away"
            )
        return out

    def check_size(self, size: int) -> None:
        """Check that the number of results is what it was before."""
        if self.num_outputs < 0:
            self.num_outputs = size
        if size != self.num_outputs:
            raise EvaluationError(
                f"{self.name} returned {size} values, {self.num_outputs} before: the rows of a "
                "Jacobian are fixed; return the same number of values at every point"
            )

    def record(
        self, x: FloatArray | None, *, with_objective: bool = False, note_lines: bool = False
    ) -> Trace:
        """Trace the function at a point, or globally (None).

        Parameters
        ----------
        x : ndarray of float64, shape (n,), or None
        with_objective : bool
            Put the constant 0 as output 0 before the results.
        note_lines : bool
            Note the user's line of each node.
        """
        trace = self._recorded_as_it_runs(x, with_objective, note_lines)
        if x is None or note_lines:
            return trace

        def record(
            x: FloatArray, *, note_lines: bool = False, most_nodes: int | None = None
        ) -> Trace:
            return self._recorded_as_it_runs(x, with_objective, note_lines, most_nodes)

        return settled(trace, x, np.empty(0), record)

    def _recorded_as_it_runs(
        self,
        x: FloatArray | None,
        with_objective: bool,
        note_lines: bool,
        most_nodes: int | None = None,
    ) -> Trace:
        recorder, ids = self.recorded(x, note_lines=note_lines, most_nodes=most_nodes)
        if with_objective:
            zero = np.array([recorder.tape.push_constant(0.0)], dtype=np.int32)
            ids = np.concatenate([zero, ids])
        return recorder.finish(ids)

    def recorded(
        self,
        x: FloatArray | None,
        *,
        note_lines: bool = False,
        most_nodes: int | None = None,
    ) -> tuple[Recorder, IntArray]:
        """Run the function on a fresh tape; return it, still open, and the nodes of the results."""
        recorder = Recorder(self.num_inputs, x, note_lines=note_lines, most_nodes=most_nodes)
        tape = recorder.tape
        try:
            out: Any = None

            def traced() -> tuple[Any, ...]:
                nonlocal out
                arguments = self.arguments(recorder.argument(self.structure))
                if self.buffer is None:
                    return arguments
                out = lift(tape, self.buffer)
                return (out, *arguments)

            def plain(values: FloatArray) -> tuple[Any, ...]:
                arguments = self.arguments(self.structure.unflatten(values))
                return arguments if self.buffer is None else (self.buffer.copy(), *arguments)

            result = recorder.run(self.fun, traced, plain)
            result = self.checked(result) if self.buffer is None else self._written(out, result)
            ids, _ = recorder.flatten(result, self.fun)
            self.check_size(ids.size)
        except BaseException:
            tape.close()
            raise
        return recorder, ids


def check_scalar(function: FlatFunction, num_outputs: int) -> None:
    """Refuse a Hessian of several results."""
    if num_outputs != 1:
        raise InputError(
            f"the Hessian of {function.name} was asked for, which returned {num_outputs} "
            "values; a Hessian belongs to one number: return a scalar"
        )


def _buffer(inplace: Any) -> FloatArray:
    if isinstance(inplace, (int, np.integer)) and not isinstance(inplace, bool):
        inplace = (int(inplace),)
    try:
        if isinstance(inplace, tuple) and all(isinstance(k, (int, np.integer)) for k in inplace):
            return np.zeros(inplace)
        found = np.asarray(inplace)
        if found.dtype.kind == "c":
            raise TypeError("complex numbers")
        return np.array(found, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"inplace={inplace!r} was given ({error}); the shape of the array that the function "
            "writes to is needed, or an array of real numbers that it finds there"
        ) from error


def _leaf_of(x: npt.NDArray[Any]) -> Callable[[int, int, tuple[int, ...]], Any]:
    def leaf(start: int, stop: int, shape: tuple[int, ...]) -> Any:
        return x[start].item() if shape == () else x[start:stop].reshape(shape).copy()

    return leaf


def _flat(result: Any, dtype: npt.DTypeLike, name: str) -> npt.NDArray[Any]:
    """Flatten what a function returned, as the recorder flattens traced results."""
    try:
        array = np.asarray(result)
        if array.dtype != object:
            if array.dtype.kind not in ("fiubc" if np.dtype(dtype).kind == "c" else "fiub"):
                raise TypeError(f"dtype {array.dtype}")
            return np.array(array, dtype=dtype).reshape(-1)
    except ValueError:
        pass  # entries of different shapes: one after the other
    except TypeError as error:
        raise wrong_result(result, name) from error
    if isinstance(result, (list, tuple)) or (isinstance(result, np.ndarray) and result.ndim):
        parts = [_flat(part, dtype, name) for part in result]
        return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)
    raise wrong_result(result, name)


def wrong_result(result: Any, name: str) -> InputError:
    """Error for a result that is no real number or array."""
    kind = getattr(result, "dtype", type(result).__name__)
    return InputError(
        f"{name} returned {kind}; a real number, an array, or a list or tuple of these is needed "
        "to differentiate: return the values themselves"
    )
