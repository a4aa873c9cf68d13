"""What can be said of a solve from outside: before it, and after it broke down.

Enters: a problem, and the solution of an adapter. Leaves: constraint rows that no x can meet, and
the likely reason of a failure in its message.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
import numpy.typing as npt

from asdopt._ops import CODE
from asdopt._problem import Problem
from asdopt._solution import Solution, Status
from asdopt.adapters._result import make_solution, solution_without_freedom

__all__ = ["constant_rows", "reconsider", "settle"]

FloatArray = npt.NDArray[np.float64]
# A violation up to here counts as none where the question is whether constraints were met at all.
MET = 1e-6
# Times its first size that an objective falls only where nothing bounds it.
FALLEN = 1e12
KINKS = (
    "absolute",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "sign",
    "copysign",
    "floor",
    "ceil",
    "trunc",
    "rint",
    "remainder",
    "fmod",
    "floor_divide",
    "heaviside",
)


def reconsider(problem: Problem, solution: Solution) -> Solution:
    """Say why a solve broke down, as far as that can be seen from outside, in place.

    Iterates diverge where nothing bounds the objective, and where no point is feasible; a line
    search may break down before a solver calls it that. At a kink no direction leads down.

    Parameters
    ----------
    problem : Problem
    solution : Solution
        The last word of an adapter.

    Returns
    -------
    Solution
        The same.
    """
    history = solution["history"]
    if not history:
        return solution
    violation = max(solution["violations"].values(), default=0.0)
    nearest = min(float(entry.get("inf_pr", 0.0)) for entry in history)
    size = max(1.0, abs(float(history[0]["objective"])))
    ends = (Status.FAILED, Status.SMALL_STEP, Status.EVALUATION_ERROR)
    status, message = solution["status"], solution["message"]
    if status is Status.UNBOUNDED and min(nearest, violation) > MET:
        status = Status.INFEASIBLE
        message += f"; no iterate met the constraints, the nearest missed them by {nearest:.1e}"
    elif status in ends and solution["fun"] < -FALLEN * size and not violation > MET:
        status = Status.UNBOUNDED
        message += f"; the objective had fallen to {solution['fun']:.1e}, it seems unbounded"
    elif status in ends[:2] and _kinks(problem):
        message += (
            f"; the functions are not smooth ({_kinks(problem)}), and the solver may be at a kink: "
            "write abs(u) as t with -t <= u <= t, max(u, v) as t with t >= u and t >= v"
        )
    solution.update(status=status, success=status.success, message=message)
    return solution


def _kinks(problem: Problem) -> str:
    """Operators in use that have kinks or jumps, and branches."""
    used = set(np.unique(problem.evaluator.trace.op).tolist())
    found = [name for name in KINKS if CODE[name] in used]
    branches = len(problem.evaluator.trace.guard_nodes) or problem.evaluator.num_branches > 1
    return ", ".join(found + ["branches"] if branches else found)


def constant_rows(problem: Problem) -> npt.NDArray[np.bool_]:
    """Tell which constraint rows are numbers or parameters, whatever x is, shape (m,)."""
    trace = problem.evaluator.trace
    if len(trace.guard_nodes) or problem.evaluator.num_branches > 1:
        return np.zeros(problem.m, dtype=bool)
    return np.isin(trace.op[trace.outputs[1:]], (CODE["constant"], CODE["parameter"]))


def settle(problem: Problem, x: FloatArray, solver: str, start: float) -> Solution | None:
    """Solution of a problem that needs no solver: nothing is free, or a constant row is not met.

    Parameters
    ----------
    problem : Problem
    x : ndarray of float64, shape (n,)
        Where the functions are evaluated.
    solver : str
        Name of the solver that was asked.
    start : float
        Time of ``perf_counter`` at its call.

    Returns
    -------
    Solution or None
    """
    if not (problem.lb < problem.ub).any():
        return solution_without_freedom(problem, solver, start)
    constant = constant_rows(problem)
    if not constant.any():
        return None
    values = np.array(problem.evaluator.outputs(x))[1:]
    slack = 1e-8 * np.maximum(1.0, np.abs(values))
    bad = constant & ((values < problem.cl - slack) | (values > problem.cu + slack))
    if not bad.any():
        return None
    i = int(np.flatnonzero(bad)[0])
    return make_solution(
        problem,
        x=np.clip(x, problem.lb, problem.ub),
        multipliers=np.zeros(problem.m),
        bound_multipliers=(np.zeros(problem.n), np.zeros(problem.n)),
        status=Status.INFEASIBLE,
        message=f"constraint {problem.row_names[i]!r} is {values[i]:g} whatever x is, outside of "
        f"its bounds [{problem.cl[i]:g}, {problem.cu[i]:g}]: correct these or its function",
        nit=0,
        history=[],
        timings={"solve": perf_counter() - start, "evaluation": 0.0},
        solver=solver,
    )
