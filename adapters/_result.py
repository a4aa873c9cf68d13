"""A solver's result as a :class:`asdopt.Solution`, the same for every adapter."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt._problem import Problem
from asdopt._solution import Solution, Status

__all__ = [
    "check_names",
    "check_time_limit",
    "flat_multipliers",
    "lagrangian_gradient",
    "make_solution",
    "solution_without_freedom",
    "violations",
]

FloatArray = npt.NDArray[np.float64]


def make_solution(
    problem: Problem,
    *,
    x: FloatArray,
    multipliers: FloatArray,
    bound_multipliers: tuple[FloatArray, FloatArray],
    status: Status,
    message: str,
    nit: int,
    history: list[dict[str, Any]],
    timings: dict[str, float],
    solver: str,
    **more: Any,
) -> Solution:
    """Evaluate the functions at x and put everything into a solution.

    Parameters
    ----------
    problem : Problem
    x : ndarray of float64, shape (n,)
    multipliers : ndarray of float64, shape (m,)
        Of ``f + multipliers @ c``.
    bound_multipliers : tuple of ndarray of float64, shape (n,)
        Lower and upper, nonnegative.
    status, message, nit, history, timings, solver
        As in :class:`asdopt.Solution`; trace and prepare times are added.
    **more
        Further fields.

    Returns
    -------
    Solution
    """
    evaluator = problem.evaluator
    outputs = evaluator.outputs(np.ascontiguousarray(x))
    constraints = np.array(outputs[1:])
    optimality = lagrangian_gradient(problem, x, multipliers, bound_multipliers)
    return Solution(  # type: ignore[call-arg]  # the stubs know no fields
        x=problem.structure.unflatten(x),
        fun=float(outputs[0]),
        success=status.success,
        status=status,
        message=message,
        multipliers=problem.split(multipliers),
        bound_multipliers=bound_multipliers,
        constraints=problem.split(constraints),
        violations=violations(problem, x, constraints),
        violated=[] if status.success else problem.violated(x),
        optimality=optimality,
        nit=nit,
        history=history,
        timings={
            "trace": evaluator.trace_seconds,
            "prepare": evaluator.prepare_seconds,
            **timings,
        },
        solver=solver,
        **more,
    )


def solution_without_freedom(problem: Problem, solver: str, start: float) -> Solution:
    """Solution of a problem that has no variables, or none that its bounds leave free.

    Parameters
    ----------
    problem : Problem
    solver : str
        Name of the solver that was asked.
    start : float
        Time of ``perf_counter`` at its call.

    Returns
    -------
    Solution
        Feasible or not, by a tolerance of 1e-8.
    """
    x = problem.lb.copy()
    evaluator = problem.evaluator
    constraints = evaluator.outputs(x)[1:]
    worst = max(violations(problem, x, constraints).values(), default=0.0)
    gradient = np.array(evaluator.gradient(x))
    return make_solution(
        problem,
        x=x,
        multipliers=np.zeros(problem.m),
        bound_multipliers=(np.maximum(gradient, 0.0), np.maximum(-gradient, 0.0)),
        status=Status.OPTIMAL if worst <= 1e-8 else Status.INFEASIBLE,
        message="there are no free variables; the functions were evaluated",
        nit=0,
        history=[],
        timings={"solve": perf_counter() - start, "evaluation": 0.0},
        solver=solver,
    )


def check_names(
    options: Mapping[str, Any], known: Sequence[str], synonyms: Mapping[str, str], solver: str
) -> None:
    """Refuse options that a solver does not know, with the nearest names.

    Parameters
    ----------
    options : Mapping
    known : sequence of str
    synonyms : Mapping
        Words of other solvers, and what they are called here.
    solver : str

    Raises
    ------
    InputError
    """
    for name in options:
        if name in known:
            continue
        near = difflib.get_close_matches(str(name), known, n=2)
        if name in synonyms:
            hint = f"there it is {synonyms[name]}"
        elif near:
            hint = f"did you mean {' or '.join(map(repr, near))}?"
        else:
            hint = f"known are {', '.join(known)}"
        raise InputError(f"option {name!r} is not known to {solver}: {hint}")


def check_time_limit(time_limit: float | None) -> None:
    """Refuse a time limit that is not positive.

    Raises
    ------
    InputError
    """
    try:
        good = time_limit is None or bool(time_limit > 0)
    except TypeError:
        good = False
    if not good:
        raise InputError(
            f"time_limit is {time_limit!r}; it is the wall time of the solve in seconds: give a "
            "positive number, or None for no limit"
        )


def lagrangian_gradient(
    problem: Problem,
    x: FloatArray,
    multipliers: FloatArray,
    bound_multipliers: tuple[FloatArray, FloatArray],
) -> float:
    """Largest entry of the gradient of the Lagrangian, unscaled; NaN where it is not defined.

    Variables with equal bounds are left out: their bounds carry any gradient.

    Parameters
    ----------
    problem : Problem
    x : ndarray of float64, shape (n,)
    multipliers : ndarray of float64, shape (m,)
    bound_multipliers : tuple of ndarray of float64, shape (n,)

    Returns
    -------
    float
    """
    evaluator = problem.evaluator
    gradient = np.array(evaluator.gradient(x))
    values = evaluator.jacobian_values(x)
    jacobian = evaluator.jacobian_pattern.to_scipy(values)
    lower, upper = bound_multipliers
    with np.errstate(all="ignore"):
        gradient += jacobian.T @ multipliers - lower + upper
    free = problem.lb < problem.ub
    return float(np.abs(gradient[free]).max(initial=0.0))


def violations(problem: Problem, x: FloatArray, constraints: FloatArray) -> dict[str, float]:
    """Largest violation by constraint name, and of the bounds; those above 0 (or NaN) only.

    Parameters
    ----------
    problem : Problem
    x : ndarray of float64, shape (n,)
    constraints : ndarray of float64, shape (m,)

    Returns
    -------
    dict of str to float
    """
    rows = np.maximum(problem.cl - constraints, constraints - problem.cu)
    found = {name: part.max(initial=0.0) for name, part in problem.split(rows).items()}
    found["bounds"] = np.maximum(problem.lb - x, x - problem.ub).max(initial=0.0)
    return {name: float(worst) for name, worst in found.items() if not worst <= 0.0}


def flat_multipliers(problem: Problem, solution: Solution) -> FloatArray | None:
    """Multipliers of a solution in the order of the rows; None where it has none.

    Raises
    ------
    InputError
        They belong to another problem.
    """
    given = solution.get("multipliers")
    if given is None:
        return None
    wanted = {name: part.size for name, part in problem.split(np.empty(problem.m)).items()}
    found = {str(name): np.size(part) for name, part in given.items()}
    if found != wanted:
        raise InputError(
            f"warm_start has multipliers of {found or 'no constraints'} (rows by name), the "
            f"problem has {wanted or 'no constraints'}: give a solution of a problem with the same "
            "constraints, or start from its point alone with x0=warm_start.x"
        )
    parts = [np.asarray(given[name], dtype=np.float64).reshape(-1) for name in wanted]
    return np.concatenate(parts) if parts else np.empty(0)
