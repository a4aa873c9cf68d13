"""One solve by a method of SciPy: what its callbacks read and note.

Enters: a problem and a request. Leaves: values for SciPy, the history, the reason to stop, the
solution. ``scipy_minimize.py`` and ``scipy_slsqp.py`` add what their methods ask for.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import AsdoptError
from asdopt._problem import Problem
from asdopt._solution import Solution, Status
from asdopt._solve_request import SolveRequest
from asdopt.adapters._result import make_solution

__all__ = ["DIVERGED", "SciPyRun"]

FloatArray = npt.NDArray[np.float64]
# Iterates beyond have no business there.
DIVERGED = 1e15
# An objective that SciPy refuses. NaN would not do: every comparison with it is false.
REFUSED = 1e100


class SciPyRun:
    """One solve: evaluations, history and end.

    Parameters
    ----------
    problem : Problem
    request : SolveRequest
    start : float
        Time of ``perf_counter`` at the call of the solver.

    Attributes
    ----------
    point : ndarray of float64, shape (n,)
        The last iterate.
    bad_x : ndarray or None
        A point at which a value was not finite.
    stop : Status or None
        Why the solve is to end.
    """

    solver: str

    def __init__(self, problem: Problem, request: SolveRequest, start: float) -> None:
        self.problem = problem
        self.request = request
        self.start = start
        self.history: list[dict[str, Any]] = []
        self.bad_x: FloatArray | None = None
        self.stop: Status | None = None
        self.evaluation_seconds = 0.0
        evaluator = problem.evaluator
        self._spent = evaluator.trace_seconds + evaluator.prepare_seconds
        self.point: FloatArray = np.clip(request.x0, problem.lb, problem.ub)
        self._last_constraints = np.array(evaluator.outputs(self.point))[1:]

    def evaluate(self, compute: Any, point: FloatArray) -> FloatArray:
        """Call a function of the evaluator, and note where it is not finite."""
        start = perf_counter()
        values: FloatArray = compute(np.ascontiguousarray(point))
        if not np.isfinite(values).all() and np.isfinite(point).all():
            self.bad_x = np.array(point)
        self.evaluation_seconds += perf_counter() - start
        return values

    def objective_at(self, point: FloatArray) -> float:
        """Objective; a huge one where a function is not finite, so that the step is refused."""
        outputs = self.evaluate(self.problem.evaluator.outputs, point)
        return float(outputs[0]) if np.isfinite(outputs).all() else REFUSED

    def constraints_at(self, point: FloatArray) -> FloatArray:
        """Constraints, shape (m,); finite ones at a point that the objective refuses."""
        values = np.array(self.evaluate(self.problem.evaluator.outputs, point)[1:])
        if np.isfinite(values).all():
            self._last_constraints = values
            return values
        return np.where(np.isfinite(values), values, self._last_constraints)

    def note(self, info: dict[str, Any], x: FloatArray) -> None:
        """Add an iteration to the history, pass it on, and look at the clock."""
        self.history.append(info)
        asked = self.request.callback
        if asked is not None and asked(info | {"x": self.problem.structure.unflatten(x.copy())}):
            self.stop = Status.STOPPED
        limit = self.request.time_limit
        if limit is not None and perf_counter() - self.start > limit:
            self.stop = Status.TIME_LIMIT

    def why_not_finite(self) -> str:
        """Say where a value that is not finite came from."""
        try:
            why = self.problem.why_not_finite(self.point if self.bad_x is None else self.bad_x)
        except AsdoptError as error:
            why = str(error)
        return why or "a value was not finite"

    def finish(
        self,
        x: FloatArray,
        status: Status,
        message: str,
        multipliers: FloatArray,
        bound_multipliers: tuple[FloatArray, FloatArray],
    ) -> Solution:
        """Make the solution at a point."""
        evaluator = self.problem.evaluator
        spent = evaluator.trace_seconds + evaluator.prepare_seconds - self._spent
        return make_solution(
            self.problem,
            x=x,
            multipliers=multipliers,
            bound_multipliers=bound_multipliers,
            status=status,
            message=message,
            nit=self.history[-1]["iteration"] if self.history else 0,
            history=self.history,
            timings={
                "solve": perf_counter() - self.start - spent,
                "evaluation": self.evaluation_seconds,
            },
            solver=self.solver,
        )
