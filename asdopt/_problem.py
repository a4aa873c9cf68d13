"""The problem layer: objective, constraints and bounds with exact sparse derivatives.

Enters: plain Python functions. Leaves: callbacks with structure arrays, and solutions. Next:
``_evaluator.py`` for how the values come about, ``adapters/`` for the solvers.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from asdopt._constraints import Constraint, as_constraints, row_bounds, row_names, variable_bounds
from asdopt._diagnose import nonfinite_derivative, nonfinite_value
from asdopt._errors import EvaluationError, InputError, StructureChangedError
from asdopt._evaluator import Evaluator
from asdopt._explain import Explanation, explain_first, explain_second
from asdopt._pattern import SparsityPattern
from asdopt._registry import find_solver
from asdopt._solution import Solution
from asdopt.tracing._recorder import Recorder, function_name
from asdopt.tracing._structure import Structure
from asdopt.tracing._trace import Trace

__all__ = ["Problem", "SolveRequest"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]


@dataclass(frozen=True)
class SolveRequest:
    """What a user asked of :meth:`Problem.solve`, handed to a solver adapter.

    Parameters
    ----------
    x0 : ndarray of float64, shape (n,)
    warm_start : Solution or None
        Start from its point and multipliers.
    callback : callable or None
        ``callback(info)`` after each iteration, info a dict; a true result stops.
    time_limit : float or None
        Seconds.
    options : Mapping
        The solver's own options.
    """

    x0: FloatArray
    warm_start: Solution | None = None
    callback: Callable[[dict[str, Any]], Any] | None = None
    time_limit: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


class Problem:
    """Minimize ``objective(x)`` subject to ``lb <= constraints(x) <= ub`` and bounds on x.

    Parameters
    ----------
    objective : callable or None
        Plain Python function of x that returns a number; None for a feasibility problem.
    constraints : optional
        A function (with ``cl, cu``), :class:`Constraint`, SciPy's ``NonlinearConstraint``,
        ``LinearConstraint`` or dict, or a list of these.
    x0 : array_like of float64, or dict, named tuple, dataclass of these
        Starting point, of any shape and nesting; the functions receive the same structure.
    bounds : optional
        SciPy's ``Bounds`` or a sequence of ``(lo, hi)`` pairs; for a structured x0 a mapping from
        its keys to a pair ``(lo, hi)`` of numbers or arrays.
    parameters : array_like, or dict, named tuple, dataclass of these, optional
        Data that may change between solves without a new trace. When given, the functions are
        called as ``fun(x, parameters)``.
    cl, cu : array_like, optional
        Bounds of a bare constraint function.
    names : sequence of str, optional
        Names of the variables, shape (n,), for messages.

    Raises
    ------
    TracingError, UnsupportedOperationError
        A function cannot be followed; the message names its file and line.
    EvaluationError
        A function is not finite at x0.
    InputError
        Wrong shapes or bounds.

    Notes
    -----
    The functions run on traced values here, once for each branch outcome met, and not at every
    evaluation.

    Examples
    --------
    >>> import asdopt
    >>> problem = asdopt.Problem(lambda x: (x[0] - 1) ** 2 + x[1] ** 2, x0=[0.0, 1.0])
    >>> problem.gradient([0.0, 1.0])
    array([-2.,  2.])
    """

    def __init__(
        self,
        objective: Callable[..., Any] | None,
        constraints: Any = None,
        *,
        x0: Any,
        bounds: Any = None,
        parameters: Any = None,
        cl: npt.ArrayLike | None = None,
        cu: npt.ArrayLike | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        if objective is not None and not callable(objective):
            raise InputError(
                f"objective must be a function of x, got {type(objective).__name__}: pass the "
                "function itself, not its value"
            )
        self._objective = objective
        self._constraints = as_constraints(constraints, cl, cu)
        self.structure = Structure.of(x0, "x0")
        self.x0 = self.structure.flatten(x0, "x0")
        self.n = self.x0.size
        self.names = _variable_names(names, self.structure)
        _check_start(self.x0, self.names)
        self.lb, self.ub = variable_bounds(bounds, self.structure)
        self._parameter_structure = (
            None if parameters is None else Structure.of(parameters, "parameters")
        )
        self._parameters = self._flat_parameters(parameters)
        self._sizes: list[int] | None = None
        self._evaluator = Evaluator(self._record, self.x0, self._parameters)
        sizes = self._sizes or []
        self._rows = row_names(self._constraints, sizes)
        sides = [row_bounds(c, k) for c, k in zip(self._constraints, sizes, strict=True)]
        self.cl = np.concatenate([side[0] for side in sides]) if sides else np.empty(0)
        self.cu = np.concatenate([side[1] for side in sides]) if sides else np.empty(0)
        self.m = self.cl.size
        self._check_values(self.x0, self._evaluator.outputs(self.x0))

    # Tracing

    def _record(self, x: FloatArray, note_lines: bool = False) -> Trace:
        recorder = Recorder(
            self.n,
            np.concatenate([x, self._parameters]),
            num_parameters=self._parameters.size,
            note_lines=note_lines,
        )
        try:
            parts = [self._record_objective(recorder)]
            sizes = []
            for constraint in self._constraints:
                ids, _ = recorder.call(constraint.fun, *self._arguments(recorder))
                parts.append(ids)
                sizes.append(ids.size)
            if self._sizes is None:
                self._sizes = sizes
            elif sizes != self._sizes:
                self._report_sizes(sizes)
            return recorder.finish(np.concatenate(parts))
        finally:
            recorder.tape.close()

    def _arguments(self, recorder: Recorder) -> tuple[Any, ...]:
        # Fresh for each function: one that changes its argument must not change the others'.
        x = recorder.argument(self.structure)
        if self._parameter_structure is None:
            return (x,)
        return x, recorder.argument(self._parameter_structure, self.n)

    def _flat_parameters(self, parameters: Any) -> FloatArray:
        if self._parameter_structure is None:
            if parameters is not None:
                raise InputError(
                    "parameters were given to a problem made without any: the functions take x "
                    "only; give parameters= when the Problem is made"
                )
            return np.empty(0)
        return self._parameter_structure.flatten(parameters, "parameters")

    @property
    def parameters(self) -> Any:
        """Current parameters, in the user's structure; assign to change them."""
        if self._parameter_structure is None:
            return None
        return self._parameter_structure.unflatten(self._parameters)

    @parameters.setter
    def parameters(self, value: Any) -> None:
        self._parameters = self._flat_parameters(value)
        self._evaluator.set_parameters(self._parameters)

    def _record_objective(self, recorder: Recorder) -> IntArray:
        if self._objective is None:
            return np.array([recorder.tape.push_constant(0.0)], dtype=np.int32)
        ids, shape = recorder.call(self._objective, *self._arguments(recorder))
        if ids.size != 1:
            found = f"an array of shape {shape}" if ids.size else "nothing (None)"
            raise InputError(
                f"objective {function_name(self._objective)} returned {found}; one number is "
                "needed to minimize: return a scalar, such as np.sum(...) of it"
            )
        return ids

    def _report_sizes(self, sizes: list[int]) -> None:
        for constraint, old, new in zip(self._constraints, self._sizes or [], sizes, strict=True):
            if old != new:
                raise StructureChangedError(
                    f"constraint {constraint.name!r}, {function_name(constraint.fun)}, returned "
                    f"{old} values at x0 and {new} at another point; the rows of a problem are "
                    "fixed: return the same number of values in every branch"
                )

    # Values and derivatives

    def objective(self, x: Any) -> float:
        """Value of the objective at x, shape (n,) or the shape of x0."""
        return float(self._outputs(x)[0])

    def constraints(self, x: Any) -> FloatArray:
        """Values of all constraints at x, shape (m,)."""
        return self._outputs(x)[1:]

    def gradient(self, x: Any) -> FloatArray:
        """Gradient of the objective at x, dense, shape (n,)."""
        point = self._point(x)
        return self._check_derivatives(point, self._evaluator.gradient(point), "gradient")

    def jacobian(self, x: Any) -> csr_array:
        """Jacobian of the constraints at x, sparse, shape (m, n)."""
        values = self.jacobian_values(x)
        return self._evaluator.jacobian_pattern.to_scipy(values)

    def hessian(
        self, x: Any, multipliers: npt.ArrayLike | None = None, obj_factor: float = 1.0
    ) -> csr_array:
        """Lower triangle of the Hessian of ``obj_factor * f + multipliers @ c`` at x.

        Parameters
        ----------
        x : array_like of float64
        multipliers : array_like of float64, shape (m,), optional
            Default: zeros.
        obj_factor : float

        Returns
        -------
        csr_array, shape (n, n), row >= col
        """
        values = self.hessian_values(x, multipliers, obj_factor)
        return self._evaluator.hessian_pattern.to_scipy(values)

    def jacobian_structure(self) -> tuple[IntArray, IntArray]:
        """Structure arrays ``rows, cols`` of the Jacobian, row-major."""
        pattern = self._evaluator.jacobian_pattern
        return pattern.rows, pattern.cols

    def hessian_structure(self) -> tuple[IntArray, IntArray]:
        """Structure arrays ``rows, cols`` of the Hessian's lower triangle, row-major."""
        pattern = self._evaluator.hessian_pattern
        return pattern.rows, pattern.cols

    def jacobian_values(self, x: Any, out: FloatArray | None = None) -> FloatArray:
        """Values of the Jacobian at x, aligned with :meth:`jacobian_structure`.

        Parameters
        ----------
        x : array_like of float64
        out : ndarray of float64, shape (nnz,), optional
            Written to and returned.
        """
        point = self._point(x)
        values = self._evaluator.jacobian_values(point, out)
        return self._check_derivatives(point, values, "jacobian")

    def hessian_values(
        self,
        x: Any,
        multipliers: npt.ArrayLike | None = None,
        obj_factor: float = 1.0,
        out: FloatArray | None = None,
    ) -> FloatArray:
        """Values of the Hessian at x, aligned with :meth:`hessian_structure`.

        Parameters are those of :meth:`hessian`, and ``out`` as in :meth:`jacobian_values`.
        """
        point = self._point(x)
        values = self._evaluator.hessian_values(point, self._weights(multipliers, obj_factor), out)
        return self._check_derivatives(point, values, "hessian")

    @property
    def jacobian_pattern(self) -> SparsityPattern:
        """Pattern of the Jacobian, union of all branches met."""
        return self._evaluator.jacobian_pattern

    @property
    def hessian_pattern(self) -> SparsityPattern:
        """Pattern of the Hessian's lower triangle, union of all branches met."""
        return self._evaluator.hessian_pattern

    @property
    def evaluator(self) -> Evaluator:
        """The prepared evaluator: unchecked values for solver adapters."""
        return self._evaluator

    @property
    def row_names(self) -> list[str]:
        """Name of each constraint row: ``name[i]``, or ``name`` of a constraint of one row."""
        return self._rows

    def split(self, rows: FloatArray) -> dict[str, FloatArray]:
        """Cut an array with one entry per constraint row into one array per constraint name."""
        ends = np.cumsum(self._sizes or [])
        parts = np.split(rows, ends[:-1]) if len(ends) else []
        return {str(c.name): part for c, part in zip(self._constraints, parts, strict=True)}

    # Solving

    def solve(
        self,
        solver: str = "ipopt",
        x0: Any = None,
        warm_start: Solution | None = None,
        parameters: Any = None,
        callback: Callable[[dict[str, Any]], Any] | None = None,
        time_limit: float | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Solution:
        """Solve the problem.

        Parameters
        ----------
        solver : {"ipopt", "trust-constr"}
        x0 : array_like, optional
            Another starting point.
        warm_start : Solution, optional
            Start from its point and multipliers.
        parameters : optional
            Other parameter values, kept for later calls; no new trace is made.
        callback : callable, optional
            ``callback(info)`` after each iteration with a dict of ``iteration, objective, x`` and
            more; a true result stops the solve.
        time_limit : float, optional
            Wall time in seconds.
        options : mapping, optional
            The solver's own options, such as ``{"tol": 1e-10}``.

        Returns
        -------
        Solution

        Raises
        ------
        MissingDependencyError
            The solver is not installed; the message says which line to run.
        """
        adapter = find_solver(solver)
        if parameters is not None:
            self.parameters = parameters
        start = self.x0 if x0 is None else self._point(x0)
        if x0 is None and warm_start is not None:
            start = self._point(warm_start.x)
        request = SolveRequest(start, warm_start, callback, time_limit, dict(options or {}))
        solution: Solution = adapter(self, request)
        return solution

    def __repr__(self) -> str:
        jac, hess = self.jacobian_pattern, self.hessian_pattern
        return (
            f"Problem({self.n} variables, {self.m} constraints, Jacobian {jac.nnz} nonzeros, "
            f"Hessian {hess.nnz} in the lower triangle)"
        )

    # Explanations

    def explain(self, row: int | str, variable: int | str) -> Explanation:
        """Say through which of the user's lines a variable reaches a constraint row.

        Parameters
        ----------
        row : int or str
            Number or name of the row (``row_names``); ``"objective"`` for the objective.
        variable : int or str
            Number or name of the variable (``names``).

        Returns
        -------
        Explanation
            False where the entry of the Jacobian is structurally zero.

        Notes
        -----
        Traces the functions once more at the last point, noting lines.
        """
        output = 0 if row == "objective" else 1 + _number(row, self._rows, "constraint row")
        column = _number(variable, self.names, "variable")
        title = f"{self._labels()[output]} depends on {self.names[column]}"
        trace = self._record(self._evaluator.point, note_lines=True)
        return explain_first(trace, title, output, column)

    def explain_hessian(self, first: int | str, second: int | str) -> Explanation:
        """Say in which of the user's lines two variables meet nonlinearly.

        Parameters
        ----------
        first, second : int or str
            Numbers or names of variables.

        Returns
        -------
        Explanation
            False where the entry of the Hessian is structurally zero.
        """
        i = _number(first, self.names, "variable")
        j = _number(second, self.names, "variable")
        title = f"{self.names[i]} and {self.names[j]} meet"
        trace = self._record(self._evaluator.point, note_lines=True)
        return explain_second(trace, title, self._labels(), i, j)

    def _labels(self) -> list[str]:
        return ["the objective", *(f"constraint {name}" for name in self._rows)]

    # Checks

    def _point(self, x: Any) -> FloatArray:
        if isinstance(x, np.ndarray) and x.shape == (self.n,):
            return np.ascontiguousarray(x, dtype=np.float64)
        if not self.structure.is_leaf and np.shape(x) == (self.n,):
            return np.array(x, dtype=np.float64)
        return self.structure.flatten(x, "x")

    def _weights(self, multipliers: npt.ArrayLike | None, obj_factor: float) -> FloatArray:
        weights = np.zeros(1 + self.m)
        weights[0] = obj_factor
        if multipliers is not None:
            given = np.asarray(multipliers, dtype=np.float64)
            if given.shape != (self.m,):
                raise InputError(
                    f"multipliers has shape {given.shape}, the problem has {self.m} constraint "
                    f"rows: give an array of shape ({self.m},)"
                )
            weights[1:] = given
        return weights

    def _outputs(self, x: Any) -> FloatArray:
        point = self._point(x)
        return self._check_values(point, self._evaluator.outputs(point))

    def _check_values(self, x: FloatArray, outputs: FloatArray) -> FloatArray:
        if not np.isfinite(outputs).all():
            raise EvaluationError(self.why_not_finite(x))
        return outputs

    def _check_derivatives(self, x: FloatArray, values: FloatArray, what: str) -> FloatArray:
        if not np.isfinite(values).all():
            raise EvaluationError(f"{what} at the given x: {self.why_not_finite(x)}")
        return values

    def why_not_finite(self, x: FloatArray) -> str:
        """Say which operation at which line of the user makes a value or derivative not finite.

        Parameters
        ----------
        x : ndarray of float64, shape (n,)

        Returns
        -------
        str
            Empty where everything is finite.
        """
        if not np.isfinite(x).all():
            i = int(np.flatnonzero(~np.isfinite(x))[0])
            return f"variable {self.names[i]} is {x[i]:g}: give a finite point"
        trace = self._record(x, note_lines=True)
        labels = self._labels()
        if not self._rows:
            labels += [f"constraint row {i}" for i in range(len(trace.outputs) - 1)]
        advice = "; start from another x0, or add bounds that keep x away from there"
        values = trace.val[trace.outputs]
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            return nonfinite_value(trace, labels, int(bad[0])) + advice
        for output in range(len(trace.outputs)):
            sentence = nonfinite_derivative(trace, labels, output)
            if ":" in sentence:
                return sentence + advice
        return ""


def _check_start(x0: FloatArray, names: Sequence[str]) -> None:
    bad = np.flatnonzero(~np.isfinite(x0))
    if bad.size:
        i = int(bad[0])
        raise EvaluationError(
            f"x0 is {x0[i]:g} for variable {names[i]}; the functions are traced there: give a "
            "finite starting point"
        )


def _number(key: int | str, names: Sequence[str], what: str) -> int:
    if isinstance(key, str):
        if key not in names:
            close = difflib.get_close_matches(key, names, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise InputError(f"there is no {what} named {key!r}{hint}")
        return list(names).index(key)
    if not -len(names) <= key < len(names):
        raise InputError(f"{what} {key} was asked for, there are {len(names)}")
    return int(key) % len(names)


def _variable_names(names: Sequence[str] | None, structure: Structure) -> list[str]:
    if names is None:
        return list(structure.names("x"))
    found = [str(name) for name in names]
    if len(found) != structure.size:
        raise InputError(
            f"names has {len(found)} entries, there are {structure.size} variables: give one each"
        )
    return found
