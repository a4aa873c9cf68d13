"""Local optima from many starts: a nonconvex problem may have several.

Enters: a problem. Leaves: its different solutions, the best first.

References
----------
Rinnooy Kan, Timmer: Stochastic global optimization methods, part I: clustering methods. Math.
Program. 39 (1987), doi:10.1007/BF02592070.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import EvaluationError, InputError
from asdopt._problem import Problem

if TYPE_CHECKING:
    from asdopt._solution import Solution

__all__ = ["local_optima"]

FloatArray = npt.NDArray[np.float64]


def local_optima(
    problem: Problem,
    starts: int | npt.ArrayLike = 20,
    *,
    spread: float = 1.0,
    seed: int = 0,
    tolerance: float = 1e-4,
    solver: str = "ipopt",
    options: Mapping[str, Any] | None = None,
) -> list[Solution]:
    """Solve a problem from several starting points and list the optima that differ.

    Parameters
    ----------
    problem : Problem
        Traced once; every start uses the same derivatives.
    starts : int or array_like of float64, shape (k, n)
        Number of starts, the problem's x0 first and random points after it, or the points.
    spread : float
        Random points are uniform between the bounds of a variable; where one is missing it is
        ``x0 -+ spread * max(1, abs(x0))``.
    seed : int
        Of the random points.
    tolerance : float
        Solutions closer than this in every variable, relative to ``max(1, abs(x))``, are one.
    solver, options
        As in :meth:`asdopt.Problem.solve`.

    Returns
    -------
    list of Solution
        By objective, the best first, each with ``hits``, the number of starts that led to it.
        Empty where no start led to a solution.

    Notes
    -----
    The best one found need not be the global optimum. A start where the functions are not finite
    counts as one that led nowhere.

    Examples
    --------
    >>> import asdopt
    >>> from asdopt.applications import local_optima
    >>> problem = asdopt.Problem(
    ...     lambda x: (x[0] ** 2 - 1) ** 2 + 0.1 * x[0], x0=[1.0], bounds=[(-2, 2)]
    ... )
    >>> [round(float(found.x[0]), 2) for found in local_optima(problem, 5)]
    [-1.01, 0.99]
    """
    found: list[Solution] = []
    points: list[FloatArray] = []
    for start in _points(problem, starts, spread, seed):
        try:
            solution = problem.solve(solver, x0=start, options=options)
        except EvaluationError:
            continue
        if not solution.success:
            continue
        x = problem.structure.flatten(solution.x, "x")
        for known, point in zip(found, points, strict=True):
            if np.all(np.abs(x - point) <= tolerance * np.maximum(1.0, np.abs(x))):
                known["hits"] += 1
                break
        else:
            solution["hits"] = 1
            found.append(solution)
            points.append(x)
    return sorted(found, key=lambda solution: float(solution.fun))


def _points(
    problem: Problem, starts: int | npt.ArrayLike, spread: float, seed: int
) -> Iterator[FloatArray]:
    if not isinstance(starts, (int, np.integer)):
        given = np.array(starts, dtype=np.float64)
        if given.ndim != 2 or given.shape[1] != problem.n:
            raise InputError(
                f"starts has shape {given.shape}; give a number of starts, or one point of "
                f"{problem.n} variables in each row"
            )
        yield from given
        return
    if starts < 1 or not spread > 0:
        raise InputError(
            f"starts is {starts} and spread is {spread}: at least one start and a positive spread "
            "are needed"
        )
    yield problem.x0
    rng = np.random.default_rng(seed)
    around = spread * np.maximum(1.0, np.abs(problem.x0))
    lo = np.where(np.isfinite(problem.lb), problem.lb, np.minimum(problem.x0 - around, problem.ub))
    hi = np.where(np.isfinite(problem.ub), problem.ub, np.maximum(problem.x0 + around, problem.lb))
    for _ in range(int(starts) - 1):
        yield lo + (hi - lo) * rng.random(problem.n)
