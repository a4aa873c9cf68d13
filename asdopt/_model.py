"""The user's functions brought together, and recorded on one tape.

Enters: objective, constraints, the structure of x and of the parameters. Leaves: a trace at any
point, with the objective as output 0 and the constraint rows after it. Next: ``_problem.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._constraints import Constraint, row_names
from asdopt._diagnose import nonfinite_derivative, nonfinite_value
from asdopt._errors import (
    AsdoptError,
    EvaluationError,
    InputError,
    LeftBehindError,
    StructureChangedError,
    TracingError,
    UnsupportedOperationError,
)
from asdopt._parcel import not_pickled, opened, parcel
from asdopt._returned import check_returned
from asdopt.backends._narrow import settled
from asdopt.tracing._callee import current
from asdopt.tracing._location import refuse
from asdopt.tracing._recorder import Recorder, function_name, result_parts
from asdopt.tracing._signatures import check_signature
from asdopt.tracing._structure import Structure
from asdopt.tracing._trace import Trace

__all__ = ["Model"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]


class Model:
    """Plain Python functions of one structured argument (and parameters).

    Parameters
    ----------
    objective : callable or None
    constraints : list of Constraint
    x0 : array_like or structure of arrays
    parameters : array_like, structure of arrays, or None
    names : sequence of str, optional
        Names of the variables.

    Attributes
    ----------
    structure : Structure
        Structure of x.
    sizes : list of int or None
        Number of rows of each constraint; None before the first trace.
    parameters : ndarray of float64
        Flat current values, empty without parameters.
    """

    def __init__(
        self,
        objective: Callable[..., Any] | None,
        constraints: list[Constraint],
        x0: Any,
        parameters: Any,
        names: Sequence[str] | None,
    ) -> None:
        if objective is not None and not callable(objective):
            raise InputError(
                f"objective must be a function of x, got {type(objective).__name__}: pass the "
                "function itself, not its value"
            )
        self.objective = objective
        self.constraints = constraints
        if x0 is None:
            raise InputError(
                "x0 is None; the functions are traced at a starting point, which also says how "
                "many variables there are: give an array, or a structure of arrays"
            )
        self.structure = Structure.of(x0, "x0")
        self.x0 = self.structure.flatten(x0, "x0")
        self.sizes: list[int] | None = None
        self._given_names = [] if names is None else _variable_names(names, self.x0.size)
        self.parameter_structure = (
            None if parameters is None else Structure.of(parameters, "parameters")
        )
        self.parameters = self.flat_parameters(parameters)
        self.check_start(self.x0)
        if objective is not None:
            check_signature(objective, "objective", self._structures)
        for constraint in constraints:
            check_signature(constraint.fun, f"constraint {constraint.name!r}", self._structures)

    def check_start(self, x0: FloatArray) -> None:
        """Refuse a starting point that is not finite.

        Raises
        ------
        EvaluationError
        """
        bad = np.flatnonzero(~np.isfinite(x0))
        if bad.size:
            i = int(bad[0])
            raise EvaluationError(
                f"x0 is {x0[i]:g} for variable {self.names[i]}; the functions are evaluated "
                "there: give a finite starting point"
            )

    # Names are made when asked for: a million of them cost more than the trace.

    @cached_property
    def names(self) -> list[str]:
        """Name of each variable."""
        return self._given_names or list(self.structure.names("x"))

    @cached_property
    def row_names(self) -> list[str]:
        """Name of each constraint row."""
        return row_names(self.constraints, self.sizes or [])

    def label(self, output: int) -> str:
        """Name of an output in messages."""
        if output == 0:
            return "the objective"
        names = self.row_names
        return f"constraint {names[output - 1]}" if names else f"constraint row {output - 1}"

    def flat_parameters(self, parameters: Any) -> FloatArray:
        """Flatten parameters of the structure given at the start."""
        if self.parameter_structure is None:
            if parameters is not None:
                raise InputError(
                    "parameters were given to a problem made without any: the functions take x "
                    "only; give parameters= when the Problem is made"
                )
            return np.empty(0)
        return self.parameter_structure.flatten(parameters, "parameters")

    def record(self, x: FloatArray, note_lines: bool = False, lenient: bool = False) -> Trace:
        """Trace all functions at a point.

        Parameters
        ----------
        x : ndarray of float64, shape (n,)
        note_lines : bool
            Note the user's line of each node.
        lenient : bool
            Go on with NaN and infinity where Python raises ValueError or ZeroDivisionError.

        Returns
        -------
        Trace
        """
        outer = current()
        try:
            trace = self._recorded_as_they_run(x, note_lines, lenient)
        except LeftBehindError as error:
            if outer is None:
                raise
            raise refuse(
                outer.tape,
                TracingError,
                "a problem was made inside of a function that is traced, and its functions read "
                "traced values, with which its solution would move: find it by "
                "scipy.optimize.minimize or root, whose results have derivatives, or make its "
                "unknowns variables and its optimality conditions constraints",
            ) from error
        if note_lines:
            return trace
        return settled(trace, x, self.parameters, self._recorded_as_they_run)

    def _recorded_as_they_run(
        self,
        x: FloatArray,
        note_lines: bool = False,
        lenient: bool = False,
        most_nodes: int | None = None,
    ) -> Trace:
        recorder = Recorder(
            self.x0.size,
            np.concatenate([x, self.parameters]),
            num_parameters=self.parameters.size,
            note_lines=note_lines,
            lenient=lenient,
            most_nodes=most_nodes,
        )
        try:
            parts = [self._record_objective(recorder, x)]
            sizes = []
            for constraint in self.constraints:
                ids = self._record_constraint(recorder, constraint, x)
                parts.append(ids)
                sizes.append(ids.size)
            if self.sizes is None:
                self.sizes = sizes
            elif sizes != self.sizes:
                self._report_sizes(sizes)
            return recorder.finish(np.concatenate(parts))
        finally:
            recorder.tape.close()

    @property
    def _structures(self) -> tuple[Structure, ...]:
        """Structures of the arguments of the functions."""
        parameters = self.parameter_structure
        return (self.structure,) if parameters is None else (self.structure, parameters)

    def _record_objective(self, recorder: Recorder, x: FloatArray) -> IntArray:
        if self.objective is None:
            return np.array([recorder.tape.push_constant(0.0)], dtype=np.int32)
        what = f"objective {function_name(self.objective)}"
        with _noted(what, x, self.structure):
            result = recorder.results(self.objective, *self._structures)
            check_returned(result, what, objective=True)
            ids, shape = recorder.flatten(result, self.objective)
        if ids.size != 1:
            found = f"an array of shape {shape}" if ids.size else "no number"
            raise InputError(
                f"{what} returned {found}; one number is needed to minimize: return a scalar, such "
                "as np.sum(...) of it"
            )
        return ids

    def _record_constraint(
        self, recorder: Recorder, constraint: Constraint, x: FloatArray
    ) -> IntArray:
        what = f"constraint {constraint.name!r}, {function_name(constraint.fun)},"
        with _noted(what, x, self.structure):
            result = recorder.results(constraint.fun, *self._structures)
            if constraint.is_bounded or not (constraint.is_given or result is None):
                check_returned(result, what, objective=False)
            return recorder.flatten(result, constraint.fun)[0]

    def _report_sizes(self, sizes: list[int]) -> None:
        for constraint, old, new in zip(self.constraints, self.sizes or [], sizes, strict=True):
            if old != new:
                raise StructureChangedError(
                    f"constraint {constraint.name!r}, {function_name(constraint.fun)}, returned "
                    f"{old} values at x0 and {new} at another point; the rows of a problem are "
                    "fixed: return the same number of values in every branch"
                )

    @property
    def has_functions(self) -> bool:
        """Whether the functions are here: those that cannot be pickled were left behind."""
        return not_pickled not in (self.objective, *(c.fun for c in self.constraints))

    def plain_outputs(self, x: FloatArray) -> FloatArray:
        """Objective and constraints by the user's functions, called with plain floats."""
        objective = (lambda *_: 0.0) if self.objective is None else self.objective
        parts = [_flat(objective(*self._plain_arguments(x)))]
        parts += [_flat(c.fun(*self._plain_arguments(x))) for c in self.constraints]
        return np.concatenate(parts)

    def _plain_arguments(self, x: FloatArray) -> tuple[Any, ...]:
        point = self.structure.unflatten(x)
        if self.parameter_structure is None:
            return (point,)
        return point, self.parameter_structure.unflatten(self.parameters)

    def __copy__(self) -> Model:
        made = object.__new__(Model)
        made.__dict__.update(self.__dict__)
        made.parameters = self.parameters.copy()
        return made

    def __getstate__(self) -> dict[str, Any]:
        # Lambdas and local functions cannot be pickled, and those of a notebook cannot be found by
        # another process; the traces that go along need neither. So functions go in a parcel.
        state = {k: v for k, v in self.__dict__.items() if not k.endswith("structure")}
        return state | {
            "objective": None if self.objective is None else not_pickled,
            "constraints": [replace(c, fun=not_pickled) for c in self.constraints],
            "_functions": parcel((self.objective, self.constraints)),
            "_rebuilt": (self.structure.unflatten(self.x0), self._plain_parameters()),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        x0, parameters = state.pop("_rebuilt")
        functions = state.pop("_functions")
        self.__dict__.update(state)
        self.objective, self.constraints = opened(functions) or (self.objective, self.constraints)
        self.structure = Structure.of(x0, "x0")
        self.parameter_structure = (
            None if parameters is None else Structure.of(parameters, "parameters")
        )

    def _plain_parameters(self) -> Any:
        structure = self.parameter_structure
        return None if structure is None else structure.unflatten(self.parameters)

    def why_not_finite(self, x: FloatArray) -> str:
        """Say which operation at which of the user's lines makes a value or derivative not finite.

        Returns
        -------
        str
            Empty where everything is finite.
        """
        bad = np.flatnonzero(~np.isfinite(x))
        if bad.size:
            return f"variable {self.names[bad[0]]} is {x[bad[0]]:g}: give a finite point"
        bad = np.flatnonzero(~np.isfinite(self.parameters))
        if bad.size and self.parameter_structure is not None:
            name = list(self.parameter_structure.names("parameters"))[bad[0]]
            return f"{name} is {self.parameters[bad[0]]:g}: give finite parameters"
        try:
            trace = self.record(x, note_lines=True)
        except AsdoptError:
            raise
        except (ArithmeticError, ValueError) as error:
            # Python raises where a trace made elsewhere has a NaN; going on says of what.
            try:
                trace = self.record(x, note_lines=True, lenient=True)
            except (ArithmeticError, ValueError):
                raise error from None
        sentence = nonfinite_value(trace, self.label) or nonfinite_derivative(trace, self.label)
        if not sentence:
            return ""
        return f"{sentence}; start from another x0, or add bounds that keep x away from there"


def _variable_names(names: Any, size: int) -> list[str]:
    """Names of the variables as text, one for each.

    Raises
    ------
    InputError
    """
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise InputError(
            f"names is {names!r} of type {type(names).__name__}: give a sequence of {size} names, "
            "one for each variable"
        )
    found = [str(name) for name in names]
    if len(found) != size:
        raise InputError(
            f"names has {len(found)} entries, there are {size} variables: give one each"
        )
    if len(set(found)) < size:
        twice = next(name for name in found if found.count(name) > 1)
        raise InputError(
            f"names has {twice!r} more than once, so that it would not tell which variable is "
            "meant: give each variable a name of its own"
        )
    return found


@contextmanager
def _noted(what: str, x: FloatArray, structure: Structure) -> Iterator[None]:
    """Note at an exception of a user's function which one it was, and where it was called."""
    try:
        yield
    except InputError:
        raise  # names the function by itself
    except (TracingError, UnsupportedOperationError) as error:
        error.args = (f"{error} (in {what.rstrip(',')})",)
        raise
    except Exception as error:
        point = np.array2string(x, threshold=8, edgeitems=3)
        # An index that fails is told by the shape, a key by those that there are.
        form = f"shape {structure.shape}"
        if structure.shape is None:
            form = f"flat; its keys are {', '.join(map(repr, structure.keys))}"
        error.add_note(f"asdopt: raised by {what.rstrip(',')}, where x ({form}) is {point}")
        raise


def _flat(result: Any) -> FloatArray:
    """Flatten what a function returned, as the recorder flattens traced results."""
    parts = list(result) if isinstance(result, Iterator) else result_parts(result)
    if parts is None:
        try:
            return np.asarray(result, dtype=np.float64).reshape(-1)
        except (TypeError, ValueError):
            parts = list(result)
    return np.concatenate([np.empty(0), *map(_flat, parts)])
