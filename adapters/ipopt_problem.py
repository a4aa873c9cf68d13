"""Ipopt: a problem as a ready ``cyipopt.Problem``, and ``solve`` upon it.

Enters: a problem and a request. Leaves: a solution. The callbacks are in ``_ipopt_callbacks.py``,
restarts after a branch flipped in ``_ipopt_session.py``.

References
----------
Wächter, Biegler: On the implementation of an interior-point filter line-search algorithm for
large-scale nonlinear programming. Math. Program. 106 (2006), doi:10.1007/s10107-004-0559-y.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import AsdoptError, EvaluationError, InputError, MissingDependencyError
from asdopt._ops import FIRST_CODE
from asdopt._problem import Problem
from asdopt._solution import Solution, Status
from asdopt._solve_request import SolveRequest
from asdopt.adapters._given import check_problem
from asdopt.adapters._ipopt_c import IpoptBinding, IpoptLibrary
from asdopt.adapters._ipopt_library import find_library
from asdopt.adapters._ipopt_session import RestartingProblem, warm_start_options
from asdopt.adapters._ipopt_status import read_code
from asdopt.adapters._result import (
    check_time_limit,
    flat_multipliers,
    make_solution,
)
from asdopt.adapters._verdict import reconsider, settle

__all__ = ["as_cyipopt", "solve"]

FloatArray = npt.NDArray[np.float64]
# Ipopt itself speaks of divergence from 1e20 on, but with a nonlinear objective fails before.
DIVERGED = 1e12
# Gradient of the Lagrangian, relative to the objective, that no optimum has.
ROUGH = 1e-4


def as_cyipopt(
    problem: Problem, callback: Callable[[dict[str, Any]], Any] | None = None
) -> RestartingProblem:
    """Make a ``cyipopt.Problem`` with exact sparse derivatives, ready to solve.

    Parameters
    ----------
    problem : Problem
    callback : callable, optional
        ``callback(info)`` after each iteration, info a dict; a true result stops.

    Returns
    -------
    cyipopt.Problem
        A subclass, used the same way: ``add_option(name, value)``, which also takes values of a
        kindred type, and ``x, info = solve(x0)``.

    Raises
    ------
    MissingDependencyError
        cyipopt is not installed.
    InputError
        The problem has no variables, or is none.

    Notes
    -----
    What a callback raises is raised by ``solve``. A value that is not finite makes Ipopt shorten
    its step. When a branch of the functions flips and the structure grows, ``solve`` restarts
    from the current iterate by itself.

    Examples
    --------
    >>> import asdopt
    >>> from asdopt.adapters.ipopt_problem import as_cyipopt
    >>> problem = asdopt.Problem(lambda x: (x[0] - 3.0) ** 2 + x[1] ** 2, x0=[0.0, 1.0])
    >>> nlp = as_cyipopt(problem)
    >>> nlp.add_option("print_level", 0)
    >>> x, info = nlp.solve(problem.x0)  # doctest: +SKIP
    """
    check_problem(problem, "as_cyipopt")
    if callback is not None and not callable(callback):
        raise InputError(
            f"as_cyipopt was given callback={callback!r}; a function callback(info) is needed, "
            "which is called after each iteration"
        )
    if problem.n == 0:
        raise InputError(
            "the problem has no variables, and cyipopt takes at least one: there is nothing to "
            "solve; problem.solve() answers whether the constraints hold"
        )
    cyipopt = import_cyipopt()
    found: RestartingProblem = _cyipopt_class()(problem, cyipopt.CyIpoptEvaluationError, callback)
    return found


def import_cyipopt() -> Any:
    """Import cyipopt, or say how to install it."""
    try:
        import cyipopt
    except ImportError as error:
        has_wheel = sys.version_info < (3, 14)
        how = (
            'pip install "asdopt[ipopt]" installs it with Ipopt inside'
            if has_wheel
            else (
                "there is no wheel of it for this version of Python; with 3.11 to 3.13 pip install "
                '"asdopt[ipopt]" installs it'
            )
        )
        raise MissingDependencyError(
            f"a cyipopt.Problem was asked for, and cyipopt cannot be imported ({error}): {how}. "
            "problem.solve() needs no cyipopt where casadi is installed, whose wheel brings Ipopt"
        ) from error
    return cyipopt


@functools.cache
def _cyipopt_class() -> type[RestartingProblem]:
    cyipopt = import_cyipopt()
    version = ".".join(map(str, cyipopt.IPOPT_VERSION))

    class CyipoptProblem(RestartingProblem, cyipopt.Problem):  # type: ignore[misc,name-defined]
        """A ``cyipopt.Problem`` of an :class:`asdopt.Problem`."""

        library = f"Ipopt {version} of cyipopt"

    return CyipoptProblem


@functools.cache
def _c_class(library: IpoptLibrary, origin: str) -> type[RestartingProblem]:
    version = ".".join(map(str, library.version))
    loaded = library

    class CInterfaceProblem(RestartingProblem, IpoptBinding):
        """An Ipopt problem of an :class:`asdopt.Problem`, in a library loaded at run time."""

        library = f"Ipopt {version} of {origin}"
        binding = loaded

    return CInterfaceProblem


def _open(problem: Problem, request: SolveRequest, choice: str | None) -> RestartingProblem:
    """Open the best Ipopt there is: a library by its C interface, else cyipopt itself."""
    found = find_library(choice)
    if found is None:
        return as_cyipopt(problem, request.callback)
    return _c_class(*found)(problem, EvaluationError, request.callback)


@functools.cache
def _any_problem() -> Problem:
    return Problem(None, x0=[0.0])


def solve(problem: Problem, request: SolveRequest) -> Solution:
    """Solve a problem with Ipopt.

    Parameters
    ----------
    problem : Problem
    request : SolveRequest
        Its options are Ipopt's, by name; ``print_level`` is 0 unless given. One more,
        ``library``, chooses the Ipopt: ``"casadi"``, ``"cyipopt"``, ``"system"`` or a path; the
        default is the first of these that is installed.

    Returns
    -------
    Solution
        Its fields besides the usual: ``library``, the Ipopt that was used.

    Raises
    ------
    MissingDependencyError
        Ipopt is not installed.
    InputError
        An option is not known or has a wrong value.
    """
    start = perf_counter()
    check_time_limit(request.time_limit)
    evaluator = problem.evaluator
    spent = evaluator.trace_seconds + evaluator.prepare_seconds
    # The starting point may take other branches than the one where the problem was made.
    evaluator.outputs(request.x0)
    evaluator.prepare()
    options = dict(request.options)
    # Ipopt refuses options itself, and takes no problem without variables.
    nlp = _open(problem if problem.n else _any_problem(), request, options.pop("library", None))
    for name, value in options.items():
        nlp.add_option(name, value)
    settled = settle(problem, request.x0, "ipopt", start)
    if settled is not None:
        return settled
    multipliers = _apply_request(nlp, problem, request)
    steepest = float(np.abs(evaluator.gradient(request.x0)).max(initial=1.0))
    x, info = nlp.solve(request.x0, *multipliers)
    callbacks = nlp.callbacks
    spent_within = evaluator.trace_seconds + evaluator.prepare_seconds - spent
    status, message = _explain(problem, nlp, int(info["status"]), x)
    solution = make_solution(
        problem,
        x=x,
        multipliers=info["mult_g"],
        bound_multipliers=(info["mult_x_L"], info["mult_x_U"]),
        status=status,
        message=message,
        nit=callbacks.num_iterations,
        history=callbacks.history,
        timings={
            "solve": perf_counter() - start - spent_within,
            "evaluation": callbacks.evaluation_seconds,
        },
        solver="ipopt",
        library=nlp.library,
    )
    tolerance = max(ROUGH, 100 * float(request.options.get("tol", 0.0)))
    return reconsider(problem, _distrust(solution, steepest, tolerance))


def _distrust(solution: Solution, steepest: float, tolerance: float) -> Solution:
    """Take back a success whose gradient of the Lagrangian is far from zero.

    Ipopt accepts, without a look at the objective, any feasible point of a problem with as many
    equations as variables (before 3.14.12 or so), and scales its error by the multipliers, which
    grow without bound where equations are redundant. It also divides an objective that is steep
    at the start by up to 1e8, so that a slope which matters elsewhere looks like none.
    """
    if not solution["success"]:
        return solution
    if not solution["optimality"] > 0.01 * steepest:
        size = max(1.0, abs(solution["fun"]))
        if solution["status"] is Status.OPTIMAL and solution["optimality"] > tolerance * size:
            message = (
                f"{solution['message']}, in its scaling; without that the gradient of the "
                f"Lagrangian is {solution['optimality']:.1e}. The slope at the start, "
                f"{steepest:.1e}, makes Ipopt divide the objective: start nearer, or set "
                'options={"nlp_scaling_method": "none"}'
            )
            solution.update(status=Status.ACCEPTABLE, message=message)
        return solution
    message = (
        f"{solution['message']}; but the gradient of the Lagrangian there is "
        f"{solution['optimality']:.1e}, so that x is no local optimum: look for redundant or "
        "constant constraints, and for functions with jumps or kinks"
    )
    solution.update(status=Status.FAILED, success=False, message=message)
    return solution


def _apply_request(
    nlp: RestartingProblem, problem: Problem, request: SolveRequest
) -> tuple[FloatArray, ...]:
    """Set what follows from the request, the user's options first; return the multipliers."""
    nlp.offer_option("print_level", 0)
    nlp.offer_option("sb", "yes")
    if request.time_limit is not None:
        nlp.add_option("max_wall_time", request.time_limit)
    if _is_linear(problem):
        for what in ("grad_f", "jac_c", "jac_d", "hessian"):
            nlp.offer_option(f"{what}_constant", "yes")
    warm = request.warm_start
    if warm is None:
        return ()
    lagrange = flat_multipliers(problem, warm)
    bounds = warm.get("bound_multipliers")
    if lagrange is None or bounds is None or np.size(bounds[0]) != problem.n:
        return ()
    history = warm.get("history") or [{}]
    for name, value in warm_start_options(max(history[-1].get("mu", 0.0), 1e-6)).items():
        nlp.offer_option(name, value)
    return (lagrange, *(np.asarray(part, dtype=np.float64) for part in bounds))


def _is_linear(problem: Problem) -> bool:
    """Whether all functions are affine on their only branch, so that derivatives are constant."""
    trace = problem.evaluator.trace
    nonlinear = bool((trace.op >= FIRST_CODE).any())
    return not nonlinear and len(trace.guard_nodes) == 0 and problem.evaluator.num_branches == 1


def _explain(
    problem: Problem, nlp: RestartingProblem, code: int, x: FloatArray
) -> tuple[Status, str]:
    """Status and message; a failure at values that are not finite says where they came from."""
    status, message = read_code(code)
    callbacks = nlp.callbacks
    if status is Status.FAILED and np.abs(x).max() > DIVERGED:
        size = np.abs(x).max()
        message += f"; the iterates had grown to {size:.0e}, so that the objective seems unbounded"
        return Status.UNBOUNDED, message
    failed = status in (Status.FAILED, Status.SMALL_STEP) and callbacks.bad_since_iterate
    if status is not Status.EVALUATION_ERROR and not failed:
        return status, message
    if callbacks.bad_x is None:
        return status, message
    try:
        why = problem.why_not_finite(callbacks.bad_x)
    except AsdoptError as error:
        why = str(error)
    place = f"after iteration {callbacks.num_iterations}"
    if not callbacks.history:
        place = "at the starting point"
    why = why or "a value or derivative was not finite"
    return Status.EVALUATION_ERROR, f"{message}; {place}: {why}"
