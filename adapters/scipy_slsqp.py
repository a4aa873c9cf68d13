"""SciPy's ``SLSQP`` with exact first derivatives, for small dense problems.

Enters: a problem and a request. Leaves: a solution, with multipliers from the gradient of the
Lagrangian at the point found, since not every SciPy gives them.

References
----------
Kraft: A software package for sequential quadratic programming. DFVLR-FB 88-28 (1988).
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, minimize

from asdopt._problem import Problem
from asdopt._solution import Solution, Status
from asdopt._solve_request import SolveRequest
from asdopt.adapters._result import check_names, check_time_limit
from asdopt.adapters._scipy_run import DIVERGED, SciPyRun
from asdopt.adapters._verdict import constant_rows, reconsider, settle

__all__ = ["solve"]

FloatArray = npt.NDArray[np.float64]
_OPTIONS = ("disp", "eps", "ftol", "iprint", "maxiter")
_SYNONYMS = {
    "gtol": "'ftol'",
    "max_iter": "'maxiter'",
    "print_level": "'iprint' (0 to 2)",
    "time_limit": "the argument time_limit of solve",
    "tol": "'ftol'",
    "verbose": "'iprint' (0 to 2)",
    "xtol": "'ftol'",
}
# A bound this near is taken to hold with equality.
ACTIVE = 1e-6
# Optimality relative to the steepest slope at the start that makes an optimum of a short step.
SHARP = 1e-7
# The same for an acceptable point.
BLURRED = 1e-5
# Iterations without a move after which SLSQP, which may go on for ever there, is stopped.
STALLED = 5


def solve(problem: Problem, request: SolveRequest) -> Solution:
    """Solve a problem with SciPy's SLSQP.

    Parameters
    ----------
    problem : Problem
    request : SolveRequest
        Its options are SciPy's, by name; ``ftol`` is 1e-12 unless given.

    Returns
    -------
    Solution

    Raises
    ------
    InputError
        An option is not known.

    Notes
    -----
    SLSQP keeps a dense matrix of n by n and solves dense least-squares problems: from a few
    hundred variables on another solver is faster.
    """
    start = perf_counter()
    check_time_limit(request.time_limit)
    check_names(request.options, _OPTIONS, _SYNONYMS, "SLSQP")
    settled = settle(problem, request.x0, "slsqp", start)
    if settled is not None:
        return settled
    return reconsider(problem, _Run(problem, request, start).solve())


class _StoppedError(Exception):
    """Leads out of SciPy, whose older versions know no way to stop SLSQP."""


class _Run(SciPyRun):
    """One solve: callbacks, and the reading of their traces."""

    solver = "slsqp"

    def __init__(self, problem: Problem, request: SolveRequest, start: float) -> None:
        super().__init__(problem, request, start)
        self.still = 0
        equal = problem.cl == problem.cu
        # Rows that are constants, and met, would only make the Jacobian singular.
        varies = ~constant_rows(problem)
        self.equal = np.flatnonzero(equal & varies)
        self.above = np.flatnonzero(~equal & np.isfinite(problem.cl) & varies)
        self.below = np.flatnonzero(~equal & np.isfinite(problem.cu) & varies)

    def solve(self) -> Solution:
        """Call SciPy and make the solution."""
        options = {"ftol": 1e-12, "maxiter": 1000, **self.request.options}
        self.steepest = float(np.abs(self.gradient(self.point)).max(initial=1.0))
        self.objective_at(self.point)
        if self._met_nonfinite():
            return self.solution(self.point, *self._blame("not finite at the start"))
        try:
            with np.errstate(all="ignore"):
                result = minimize(  # type: ignore[call-overload]  # the stubs want 1-d shapes
                    self.objective_at,
                    self.point,
                    method="SLSQP",
                    jac=self.gradient,
                    bounds=Bounds(self.problem.lb, self.problem.ub),
                    constraints=self._constraints(),
                    callback=self.callback,
                    options=options,
                )
        except _StoppedError:
            if self.stop is not None:
                return self.solution(self.point, self.stop, "stopped in a callback")
            return self._judged(self.point, Status.SMALL_STEP, "the iterates no longer move")
        x = np.clip(result.x, self.problem.lb, self.problem.ub)
        return self._judged(x if np.isfinite(x).all() else self.point, *self._explain(result))

    def _judged(self, x: FloatArray, status: Status, message: str) -> Solution:
        """Solution whose status agrees with the gradient of the Lagrangian and the violations."""
        solution = self.solution(x, status, message)
        status, message = solution["status"], solution["message"]
        feasible = max(solution["violations"].values(), default=0) <= ACTIVE
        error = solution["optimality"] / self.steepest
        if status is Status.OPTIMAL and not error <= 1e-3:
            message += f"; the optimality is {solution['optimality']:.1e}, so x is no optimum"
            status = Status.SMALL_STEP
            if self.bad_x is not None:
                status, message = self._blame(message)
        elif status is Status.INFEASIBLE and feasible:
            message += "; x meets the constraints, so that their scaling is to blame"
            status = Status.SMALL_STEP
        elif status is Status.SMALL_STEP:
            # The line search cannot improve on an optimum that is sharp to rounding.
            if not feasible:
                status = Status.INFEASIBLE
            elif error <= SHARP:
                status = Status.OPTIMAL
            elif error <= BLURRED:
                status = Status.ACCEPTABLE
            if status.success:
                message += (
                    "; x meets the constraints and the gradient of the Lagrangian is "
                    f"{solution['optimality']:.1e} there, so that it is an optimum"
                )
        solution.update(status=status, success=status.success, message=message)
        return solution

    def _constraints(self) -> list[dict[str, Any]]:
        """Equations, and one-sided inequalities ``>= 0`` of the ranges' finite sides."""
        cl, cu = self.problem.cl, self.problem.cu
        parts = [
            ("eq", self.equal, 1.0, cl),
            ("ineq", self.above, 1.0, cl),
            ("ineq", self.below, -1.0, cu),
        ]
        return [
            {
                "type": kind,
                "fun": lambda x, i=rows, s=sign, b=bound: s * (self.constraints_at(x) - b)[i],
                "jac": lambda x, i=rows, s=sign: s * self.jacobian(x)[i],
            }
            for kind, rows, sign, bound in parts
            if rows.size
        ]

    def gradient(self, x: FloatArray) -> FloatArray:
        """Gradient of the objective, shape (n,)."""
        return np.array(self.evaluate(self.problem.evaluator.gradient, x))  # SLSQP keeps it

    def jacobian(self, x: FloatArray) -> FloatArray:
        """Dense Jacobian of the constraints, shape (m, n)."""
        evaluator = self.problem.evaluator
        values = self.evaluate(evaluator.jacobian_values, x)
        dense: FloatArray = evaluator.jacobian_pattern.to_dense(values)
        return dense

    def callback(self, x: FloatArray) -> None:
        """Note the iteration, pass it on, and stop where asked to."""
        problem = self.problem
        outputs = np.array(problem.evaluator.outputs(np.ascontiguousarray(x)))
        if np.isfinite(x).all():
            near = np.abs(x - self.point) <= 1e-15 * np.maximum(1.0, np.abs(x))
            self.still = self.still + 1 if near.all() else 0
            self.point = np.array(x)
        rows = np.maximum(problem.cl - outputs[1:], outputs[1:] - problem.cu)
        info = {
            "iteration": len(self.history) + 1,
            "objective": float(outputs[0]),
            "inf_pr": float(rows.max(initial=0.0)),
        }
        self.note(info, x)
        if self.stop is not None or self.still >= STALLED:
            raise _StoppedError

    def solution(self, x: FloatArray, status: Status, message: str) -> Solution:
        """Solution at a point, with the multipliers that belong to it."""
        return self.finish(x, status, message, *self._multipliers(x))

    def _met_nonfinite(self) -> bool:
        return self.bad_x is not None

    def _blame(self, message: str) -> tuple[Status, str]:
        """Say where a value that is not finite came from."""
        return Status.EVALUATION_ERROR, f"{message}; {self.why_not_finite()}"

    def _explain(self, result: Any) -> tuple[Status, str]:
        """Status and message of SciPy's result."""
        message = str(result.message)
        code = int(result.status)
        if np.abs(result.x).max(initial=0.0) > DIVERGED:
            return Status.UNBOUNDED, f"{message}; the iterates diverge"
        if code not in (0, 2, 4, 9) and self._met_nonfinite():
            return self._blame(message)
        if code == 2:
            message += (
                f": {self.equal.size} of them, {self.point.size} variables; remove redundant ones"
            )
        statuses = {
            0: Status.OPTIMAL,
            2: Status.INVALID,
            4: Status.INFEASIBLE,
            5: Status.FAILED,
            8: Status.SMALL_STEP,
            9: Status.ITERATION_LIMIT,
        }
        return statuses.get(code, Status.FAILED), message

    def _multipliers(self, x: FloatArray) -> tuple[FloatArray, tuple[FloatArray, FloatArray]]:
        """Least-squares multipliers of the active rows; bounds take what is left, by its sign."""
        problem, evaluator = self.problem, self.problem.evaluator
        constraints = np.array(evaluator.outputs(x))[1:]
        gradient = np.array(evaluator.gradient(x))
        jacobian = evaluator.jacobian_pattern.to_dense(evaluator.jacobian_values(x))
        nothing = np.zeros(problem.n)
        multipliers = np.zeros(problem.m)
        if not (np.isfinite(jacobian).all() and np.isfinite(gradient).all()):
            return multipliers, (nothing, nothing)
        low, high = x - problem.lb <= ACTIVE, problem.ub - x <= ACTIVE
        scale = ACTIVE * np.maximum(1.0, np.abs(constraints))
        active = (constraints - problem.cl <= scale) | (problem.cu - constraints <= scale)
        used = jacobian[np.ix_(active, ~(low | high))]
        if used.size:
            target = -gradient[~(low | high)]
            multipliers[active] = np.linalg.lstsq(used.T, target, rcond=None)[0]
        left = gradient + jacobian.T @ multipliers
        at_low = np.where(low, left, 0.0).clip(min=0.0)
        at_high = np.where(high, -left, 0.0).clip(min=0.0)
        return multipliers, (at_low, at_high)
