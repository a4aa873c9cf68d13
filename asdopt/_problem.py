"""The problem layer: objective, constraints and bounds with exact sparse derivatives.

Enters: plain Python functions. Leaves: callbacks with structure arrays, and solutions. Next:
``_evaluator.py`` for how the values come about, ``adapters/`` for the solvers.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from asdopt._arguments import is_output, is_plain
from asdopt._bounds import variable_bounds
from asdopt._constraints import as_constraints, require_bounds, row_bounds
from asdopt._current import check_current
from asdopt._errors import EvaluationError, InputError
from asdopt._evaluator import Evaluator
from asdopt._finite import all_finite
from asdopt._inspection import Inspection
from asdopt._keyword_hints import PROBLEM, SOLVE, as_options
from asdopt._keywords import explained
from asdopt._limits import Limits
from asdopt._model import Model
from asdopt._pattern import SparsityPattern
from asdopt._registry import find_solver
from asdopt._solve_request import SolveRequest, check_request
from asdopt.tracing._structure import Structure, real_number, real_numbers
from asdopt.tracing._trace import Trace

if TYPE_CHECKING:
    from asdopt._solution import Solution

__all__ = ["Problem"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]
_MOST_THREADS = 256


class Problem(Limits, Inspection):
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
        SciPy's ``Bounds(lb, ub)`` or a sequence of ``(lo, hi)`` pairs, one for each variable, as in
        ``scipy.optimize.minimize``; two arrays for two variables, which could mean lower and upper
        bounds as well, are refused; for a structured x0 a mapping from
        its keys to a tuple ``(lo, hi)`` of numbers or arrays that broadcast to the key's shape.
    parameters : array_like, or dict, named tuple, dataclass of these, optional
        Data that may change between solves without a new trace. When given, the functions are
        called as ``fun(x, parameters)``.
    cl, cu : array_like, optional
        Bounds of a bare constraint function.
    names : sequence of str, optional
        Names of the variables, shape (n,), for messages.
    threads : int
        Threads that share each evaluation where it is large enough; results are the same to the
        last bit for any number. More than one gains where processors are idle meanwhile.

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

    # Whether second derivatives may be asked for.
    _with_hessian = True

    @explained(PROBLEM, "Problem(objective, constraints, x0=...), all else by name")
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
        threads: int = 1,
    ) -> None:
        self._threads = _thread_count(threads)
        forms = as_constraints(constraints, cl, cu)
        self._model = model = Model(objective, forms, x0, parameters, names)
        self.n = model.x0.size
        self.x0 = model.x0
        self.lb, self.ub = variable_bounds(bounds, model.structure)
        self._evaluator = self._prepared_evaluator(())
        sizes = model.sizes or []
        sides = [row_bounds(c, k) for c, k in zip(forms, sizes, strict=True)]
        self.m = sum(sizes)
        self.cl = np.concatenate([np.empty(0), *(low for low, _ in sides)])
        self.cu = np.concatenate([np.empty(0), *(high for _, high in sides)])
        if not all_finite(self._evaluator.outputs(self.x0)):
            raise EvaluationError(self.why_not_finite(self.x0) + self._where_outside())

    # Values and derivatives

    def objective(self, x: Any) -> float:
        """Value of the objective at x, shape (n,) or the shape of x0."""
        point = x if is_plain(x, self.n) else self._point(x)
        value = self._evaluator.objective(point)
        if not isfinite(value):
            raise EvaluationError(self.why_not_finite(point))
        return value

    def constraints(self, x: Any) -> FloatArray:
        """Values of all constraints at x, shape (m,)."""
        point = x if is_plain(x, self.n) else self._point(x)
        return self._check_values(point, self._evaluator.outputs(point)[1:])

    def gradient(self, x: Any) -> FloatArray:
        """Gradient of the objective at x, dense, shape (n,)."""
        point = self._point(x)
        values, is_finite = self._evaluator.checked_gradient(point)
        if not is_finite:
            self._refuse_derivatives(point, "gradient")
        return values

    def jacobian(self, x: Any) -> csr_array:
        """Jacobian of the constraints at x, sparse, shape (m, n)."""
        with self._evaluator.lock:
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
        with self._evaluator.lock:
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
        point = x if is_plain(x, self.n) else self._point(x)
        if not is_output(out):
            _refuse_output(out)
        values, is_finite = self._evaluator.checked_jacobian(point, out)
        if not is_finite:
            self._refuse_derivatives(point, "jacobian")
        return values

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
        point = x if is_plain(x, self.n) else self._point(x)
        given = multipliers if is_plain(multipliers, self.m) else self._multipliers(multipliers)
        if type(obj_factor) is not float:
            obj_factor = real_number(obj_factor, "obj_factor")
        if not is_output(out):
            _refuse_output(out)
        values, is_finite = self._evaluator.checked_hessian(point, obj_factor, given, out)
        if not is_finite:
            self._check_weights(obj_factor, given)
            self._refuse_derivatives(point, "hessian")
        return values

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
    def structure(self) -> Structure:
        """Structure of x."""
        return self._model.structure

    @property
    def names(self) -> list[str]:
        """Name of each variable, shape (n,)."""
        return self._model.names

    @property
    def row_names(self) -> list[str]:
        """Name of each constraint row: ``name[i]``, or ``name`` of a constraint of one row."""
        return self._model.row_names

    @property
    def parameters(self) -> Any:
        """Current parameters, in the user's structure; assign to change them."""
        structure = self._model.parameter_structure
        return None if structure is None else structure.unflatten(self._model.parameters)

    @parameters.setter
    def parameters(self, value: Any) -> None:
        self._model.parameters = self._model.flat_parameters(value)
        self._evaluator.set_parameters(self._model.parameters)

    def split(self, rows: FloatArray) -> dict[str, FloatArray]:
        """Cut an array with one entry per constraint row into one array per constraint name."""
        ends = np.cumsum(self._model.sizes or [])
        parts = np.split(rows, ends[:-1]) if len(ends) else []
        return {str(c.name): part for c, part in zip(self._model.constraints, parts, strict=True)}

    # Solving

    def require_bounds(self) -> None:
        """Refuse constraints without bounds, which may be evaluated, but constrain nothing.

        Raises
        ------
        InputError
        """
        require_bounds(self._model.constraints, self._model.sizes or [], self.cl, self.cu)

    @explained(SOLVE, 'problem.solve("ipopt", options={...}), all else by name', as_options)
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
        solver : {"ipopt", "trust-constr", "slsqp", "uno"}
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
        self.check_limits()
        check_request(warm_start, callback, options)
        self.require_bounds()
        if parameters is not None:
            self.parameters = parameters
        start = self.x0 if x0 is None else self._point(x0, "x0")
        if x0 is None and warm_start is not None:
            start = self._point(warm_start["x"], "x of warm_start")
        self._model.check_start(start)
        check_current(self._model, self._evaluator, start)
        request = SolveRequest(start, warm_start, callback, time_limit, dict(options or {}))
        solution: Solution = adapter(self, request)
        return solution

    # Pickling: the traces go along, the functions where they can be pickled

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_evaluator": self._evaluator.traces()}

    def __copy__(self) -> Problem:
        # Shares the functions, lambdas included; all that can change is its own.
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made._model = copy.copy(self._model)
        for name in ("x0", "lb", "ub", "cl", "cu"):
            setattr(made, name, getattr(self, name))  # copies
        made._evaluator = made._prepared_evaluator(self._evaluator.traces())
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> Problem:
        return copy.copy(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        traces = state.pop("_evaluator")
        self.__dict__.update(state)
        self._evaluator = self._prepared_evaluator(traces)

    def _prepared_evaluator(self, traces: Sequence[Trace]) -> Evaluator:
        model = self._model
        return Evaluator(
            model.record, self.x0, model.parameters, traces, self._threads, self._with_hessian
        )

    def __repr__(self) -> str:
        return (
            f"Problem({self.n} variables, {self.m} constraints, Jacobian "
            f"{self.jacobian_pattern.nnz:,} nonzeros, Hessian {self._evaluator.hessian_size})"
        )

    # Checks

    def _point(self, x: Any, what: str = "x") -> FloatArray:
        if is_plain(x, self.n):
            return x
        return self._model.structure.flatten(x, what, may_be_flat=True)

    def _multipliers(self, multipliers: npt.ArrayLike | None) -> FloatArray:
        if multipliers is None:
            return np.zeros(self.m)
        given = np.array(real_numbers(multipliers, "multipliers"))
        if given.shape != (self.m,):
            raise InputError(
                f"multipliers has shape {given.shape}, the problem has {self.m} constraint "
                f"rows: give an array of shape ({self.m},)"
            )
        return given

    def _check_weights(self, obj_factor: float, multipliers: FloatArray) -> None:
        """Say which weight of the Lagrangian is not finite, if one is."""
        names = ["obj_factor", *(f"the multiplier of {name}" for name in self.row_names)]
        for name, weight in zip(names, [obj_factor, *multipliers.tolist()], strict=True):
            if not isfinite(weight):
                raise EvaluationError(
                    f"hessian: {name} is {weight:g}, so that the Hessian is not finite: give a "
                    "finite number"
                )

    def _where_outside(self) -> str:
        """Say of x0 that it is outside of its bounds, where that is so."""
        outside = np.flatnonzero((self.x0 < self.lb) | (self.x0 > self.ub))
        if not outside.size:
            return ""
        i = int(outside[0])
        return (
            f". x0 is outside of its bounds: {self.names[i]} is {self.x0[i]:g}, its bounds are "
            f"{self.lb[i]:g} and {self.ub[i]:g}"
        )

    def _check_values(self, x: FloatArray, values: FloatArray) -> FloatArray:
        if not all_finite(values):
            raise EvaluationError(self.why_not_finite(x))
        return values

    def _refuse_derivatives(self, x: FloatArray, what: str) -> NoReturn:
        why = self.why_not_finite(x) or "a sum of its terms is beyond the range of float64"
        raise EvaluationError(f"{what} at the given x: {why}")


def _refuse_output(out: Any) -> NoReturn:
    """Refuse what values cannot be written to in place; its size is checked with the branch."""
    of_type = f" of {out.dtype}" if isinstance(out, np.ndarray) else ""
    raise InputError(
        f"out is of type {type(out).__name__}{of_type}; values are "
        "written into it, and it must be a contiguous, writeable array of float64 with one entry "
        "for each nonzero: make it with np.empty(nnz), or leave it out"
    )


def _thread_count(threads: object) -> int:
    if isinstance(threads, (int, np.integer)) and 1 <= threads <= _MOST_THREADS:
        return int(threads)
    raise InputError(
        f"threads is {threads!r}: the number of threads that share an evaluation is an integer "
        f"from 1 to {_MOST_THREADS}"
    )
