"""Uno: sequential quadratic programming and interior points, from one library.

Enters: a problem and a request. Leaves: a solution. A failed evaluation shortens the step; where
a branch of the functions flips and the structure grows, the solve starts again from there.

References
----------
Vanaret, Leyffer: Implementing a unified solver for nonlinearly constrained optimization. Math.
Program. Comput. (2026), doi:10.1007/s12532-026-00309-4.
"""

from __future__ import annotations

import numbers
import sys
import weakref
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import AsdoptError, InputError, MissingDependencyError
from asdopt._problem import Problem
from asdopt._solution import Solution, Status
from asdopt._solve_request import SolveRequest
from asdopt.adapters._callbacks import MAX_RESTARTS, Callbacks, RefusedError, too_many_restarts
from asdopt.adapters._output import is_replaced
from asdopt.adapters._result import (
    check_time_limit,
    flat_multipliers,
    make_solution,
)
from asdopt.adapters._verdict import reconsider, settle

try:
    import unopy
except ImportError as error:
    raise MissingDependencyError(
        'the solver Uno is not installed: pip install "asdopt[uno]"'
    ) from error

__all__ = ["solve"]

FloatArray = npt.NDArray[np.float64]
PRESETS = ("filtersqp", "funnelsqp", "filterslp", "ipopt")
# Uno reads numbers of this size as no bound.
INFINITY = 1e30
_SYNONYMS = {
    "max_iter": "max_iterations",
    "maxiter": "max_iterations",
    "print_level": "logger (SILENT, WARNING, INFO, DEBUG)",
    "tol": "primal_tolerance and dual_tolerance",
}
_UNO = unopy.OptimizationStatus
_POINT = unopy.SolutionStatus
_STOPS = {
    _UNO.ITERATION_LIMIT: (Status.ITERATION_LIMIT, "the iteration limit was reached"),
    _UNO.TIME_LIMIT: (Status.TIME_LIMIT, "the time limit was reached"),
    _UNO.EVALUATION_ERROR: (Status.EVALUATION_ERROR, "an evaluation failed"),
    _UNO.ALGORITHMIC_ERROR: (Status.FAILED, "the algorithm failed"),
    _UNO.USER_TERMINATION: (Status.STOPPED, "stopped in a callback"),
    _UNO.USER_INTERRUPTION: (Status.STOPPED, "interrupted"),
}
_POINTS = {
    _POINT.FEASIBLE_KKT_POINT: (Status.OPTIMAL, "a feasible point of first order was found"),
    _POINT.FEASIBLE_FJ_POINT: (
        Status.ACCEPTABLE,
        "a feasible point was found where the gradients of the active constraints are dependent",
    ),
    _POINT.INFEASIBLE_STATIONARY_POINT: (
        Status.INFEASIBLE,
        "converged to a point where the violation cannot be reduced nearby",
    ),
    _POINT.FEASIBLE_SMALL_STEP: (
        Status.SMALL_STEP,
        "the steps became too small, at a feasible point",
    ),
    _POINT.INFEASIBLE_SMALL_STEP: (
        Status.SMALL_STEP,
        "the steps became too small, at an infeasible point",
    ),
    _POINT.UNBOUNDED_OBJECTIVE: (Status.UNBOUNDED, "the objective is unbounded below"),
    _POINT.DIVERGING_ITERATE: (Status.UNBOUNDED, "the iterates diverge"),
}


def solve(problem: Problem, request: SolveRequest) -> Solution:
    """Solve a problem with Uno.

    Parameters
    ----------
    problem : Problem
    request : SolveRequest
        Its options are Uno's, by name, and ``preset``: ``"filtersqp"`` (default), ``"funnelsqp"``,
        ``"filterslp"`` or ``"ipopt"``, an interior-point method, for thousands of variables.

    Returns
    -------
    Solution

    Raises
    ------
    InputError
        An option is not known, or has another type.
    Exception
        What the functions of the problem raised.
    """
    start = perf_counter()
    check_time_limit(request.time_limit)
    run = _Run(problem, request, start)
    settled = settle(problem, request.x0, "uno", start)
    if settled is not None:
        return settled
    return reconsider(problem, run.solve())


class _Run:
    """One solve with its restarts."""

    def __init__(self, problem: Problem, request: SolveRequest, start: float) -> None:
        self.problem = problem
        self.request = request
        self.start = start
        self.callbacks = Callbacks(problem, RefusedError, request.callback)
        self.timed_out = False
        self.iterations = 0  # of the runs before a restart
        self.steps = 0  # since the last one
        self.solver = _make_solver(request.options)
        self.solver.set_termination_callback(_weak_callback(self))
        evaluator = problem.evaluator
        self._spent = evaluator.trace_seconds + evaluator.prepare_seconds

    def solve(self) -> Solution:
        """Solve, again with more structure where it grew, and make the solution."""
        callbacks = self.callbacks
        point = np.clip(self.request.x0, self.problem.lb, self.problem.ub)
        multipliers = None
        if self.request.warm_start is not None:
            multipliers = flat_multipliers(self.problem, self.request.warm_start)
        for _ in range(MAX_RESTARTS):
            result = self.solver.optimize(self._model(point, multipliers))
            if callbacks.error is not None:
                raise callbacks.error
            if callbacks.grown_at is None:
                return self._solution(result)
            self.iterations += int(result.number_iterations)
            point, multipliers = callbacks.grown_at, None
            callbacks.restart()
            self.steps = 0
        raise too_many_restarts("Uno")

    def _model(self, point: FloatArray, multipliers: FloatArray | None) -> Any:
        problem, callbacks = self.problem, self.callbacks
        jacobian, hessian = callbacks.structure
        low, high = _finite(problem.lb, problem.ub)
        model = unopy.Model(
            unopy.PROBLEM_NONLINEAR, problem.n, low, high, unopy.ZERO_BASED_INDEXING
        )
        model.set_lagrangian_sign_convention(unopy.MULTIPLIER_POSITIVE)
        model.set_objective(
            unopy.MINIMIZE,
            lambda x: callbacks.objective(np.array(x)),
            lambda x, out: _fill(out, callbacks.gradient(np.array(x))),
        )
        if problem.m:
            low, high = _finite(problem.cl, problem.cu)
            model.set_constraints(
                problem.m,
                lambda x, out: _fill(out, callbacks.constraints(np.array(x))),
                low,
                high,
                jacobian.nnz,
                jacobian.rows.tolist(),
                jacobian.cols.tolist(),
                lambda x, out: _fill(out, callbacks.jacobian(np.array(x))),
            )
        model.set_lagrangian_hessian(
            hessian.nnz,
            unopy.LOWER_TRIANGLE,
            hessian.rows.tolist(),
            hessian.cols.tolist(),
            lambda x, factor, weights, out: _fill(
                out, callbacks.hessian(np.array(x), np.array(weights), factor)
            ),
        )
        model.set_initial_primal_iterate(point.tolist())
        if multipliers is not None and problem.m:
            model.set_initial_dual_iterate(multipliers.tolist())
        return model

    def _iteration(
        self,
        x: FloatArray,
        low: FloatArray,
        high: FloatArray,
        multipliers: FloatArray,
        objective_multiplier: float,
        infeasibility: float,
        stationarity: float,
        complementarity: float,
    ) -> bool:
        """Note an iteration, pass it on, and tell whether to stop."""
        problem, limit = self.problem, self.request.time_limit
        x = np.array(x[: problem.n])  # slacks may follow
        info = {
            "iteration": self.steps,
            "objective": float(problem.evaluator.outputs(x)[0]),
            "inf_pr": infeasibility,
            "inf_du": stationarity,
            "complementarity": complementarity,
        }
        self.steps += 1
        self.timed_out = limit is not None and perf_counter() - self.start > limit

        def iterate() -> dict[str, Any]:
            return {
                "x": problem.structure.unflatten(x.copy()),
                "multipliers": problem.split(np.array(multipliers[: problem.m])),
                "bound_multipliers": (-np.array(low[: problem.n]), np.array(high[: problem.n])),
            }

        return not self.callbacks.note(info, iterate) or self.timed_out

    def _solution(self, result: Any) -> Solution:
        problem, callbacks = self.problem, self.callbacks
        status, message = self._explain(result)
        low = np.maximum(-np.array(result.lower_bound_dual_solution), 0.0)
        high = np.maximum(np.array(result.upper_bound_dual_solution), 0.0)
        spent = problem.evaluator.trace_seconds + problem.evaluator.prepare_seconds - self._spent
        return make_solution(
            problem,
            x=np.clip(np.array(result.primal_solution), problem.lb, problem.ub),
            multipliers=np.array(result.constraint_dual_solution),
            bound_multipliers=(low, high),
            status=status,
            message=message,
            nit=self.iterations + int(result.number_iterations),
            history=callbacks.history,
            timings={
                "solve": perf_counter() - self.start - spent,
                "evaluation": callbacks.evaluation_seconds,
            },
            solver="uno",
        )

    def _explain(self, result: Any) -> tuple[Status, str]:
        if self.timed_out:
            return _STOPS[_UNO.TIME_LIMIT]
        known = _STOPS.get(result.optimization_status)
        status, message = known or _POINTS.get(
            result.solution_status, (Status.FAILED, "no optimum was found")
        )
        bad = self.callbacks.bad_x
        failed = status in (Status.FAILED, Status.SMALL_STEP) and self.callbacks.bad_since_iterate
        if bad is not None and (failed or status is Status.EVALUATION_ERROR):
            try:
                why = self.problem.why_not_finite(bad)
            except AsdoptError as error:
                why = str(error)
            return Status.EVALUATION_ERROR, f"{message}; {why or 'a value was not finite'}"
        return status, message


def _weak_callback(run: _Run) -> Callable[..., bool]:
    """Let a solver call a run that owns it: the garbage collector sees no cycle through Uno."""
    found = weakref.ref(run)

    def stops(*state: Any) -> bool:
        run = found()
        return run is None or run._iteration(*state)

    return stops


def _make_solver(options: Mapping[str, Any]) -> Any:
    """Make a solver with a preset and options, quiet unless asked otherwise."""
    given = dict(options)
    preset = given.pop("preset", "filtersqp")
    if preset not in PRESETS:
        raise InputError(f"preset is {preset!r}; Uno has {', '.join(map(repr, PRESETS))}")
    solver = unopy.UnoSolver()
    solver.set_preset(preset)
    if is_replaced():
        solver.set_logger_stream(sys.stdout)
    for name, value in {"logger": "SILENT", **given}.items():
        _set_option(solver, str(name), value)
    return solver


def _set_option(solver: Any, name: str, value: Any) -> None:
    """Set an option in the type that Uno wants of it."""
    forms: list[Any] = [value]
    if isinstance(value, bool | np.bool_):
        forms = [bool(value), "yes" if value else "no"]
    elif isinstance(value, numbers.Real):
        number = float(value)
        forms = [int(number), number] if number.is_integer() else [number]
    for form in forms:
        try:
            solver.set_option(name, form)
        except TypeError:  # of another type
            continue
        except KeyError:
            hint = f": there it is {_SYNONYMS[name]}" if name in _SYNONYMS else ""
            raise InputError(f"option {name!r} is not known to Uno{hint}") from None
        return
    raise InputError(f"option {name!r} of Uno does not take {value!r}: it is of another type")


def _finite(low: FloatArray, high: FloatArray) -> tuple[list[float], list[float]]:
    return np.clip(low, -INFINITY, INFINITY).tolist(), np.clip(high, -INFINITY, INFINITY).tolist()


def _fill(out: FloatArray, values: FloatArray) -> None:
    out[:] = values
