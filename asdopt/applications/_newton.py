"""Newton's method for systems of equations with a sparse Jacobian.

Enters: a plain function and a starting point. Leaves: a root, or the reason why there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import OptimizeResult

from asdopt._constraints import Constraint
from asdopt._errors import EvaluationError, InputError
from asdopt._problem import Problem
from asdopt.applications._equations import Equations
from asdopt.applications._linear import decompose

__all__ = ["find_root"]

FloatArray = npt.NDArray[np.float64]

# Share of the decrease that the linear model promises which a step must bring (Armijo).
_ENOUGH = 1e-4
_SHORTEST = 2.0**-40


def find_root(
    fun: Callable[..., Any],
    x0: Any,
    *,
    parameters: Any = None,
    tol: float = 1e-10,
    max_iterations: int = 100,
) -> OptimizeResult:
    """Solve ``fun(x) = 0`` by Newton's method with the exact sparse Jacobian.

    Parameters
    ----------
    fun : callable
        Plain Python function with as many results as x has entries; ``fun(x, parameters)``
        when parameters are given.
    x0 : array_like of float64, or dict, named tuple, dataclass of these
        Starting point.
    parameters : optional
        Data handed on to ``fun``.
    tol : float, default 1e-10
        Largest absolute value of ``fun`` at a root.
    max_iterations : int, default 100
        Newton steps.

    Returns
    -------
    OptimizeResult
        ``x`` in the structure of x0, ``fun`` and ``jac`` (csr_array) there, ``success``,
        ``message``, ``nit`` (steps), ``nfev`` and ``njev``. A failure is not raised: ``message``
        says what stood in the way.

    Raises
    ------
    InputError
        There are not as many equations as unknowns.

    Notes
    -----
    Each step costs one Jacobian and one sparse LU decomposition. The step is halved until the sum
    of squares of ``fun`` falls by a fraction of what the linear model promises; points where
    ``fun`` is not finite count as no decrease.

    Examples
    --------
    >>> import asdopt
    >>> root = asdopt.applications.find_root(lambda x: [x[0] ** 2 - 2, x[0] * x[1] - 1], [1.0, 1.0])
    >>> bool(root.success), root.x.round(6).tolist()
    (True, [1.414214, 0.707107])
    """
    if not tol >= 0.0 or max_iterations < 0:
        raise InputError(
            f"find_root() was given tol={tol!r} and max_iterations={max_iterations!r}: neither "
            "can be negative or NaN."
        )
    problem = Equations(
        None, Constraint(fun, -np.inf, np.inf, name="fun"), x0=x0, parameters=parameters
    )
    if problem.m != problem.n:
        raise InputError(
            f"find_root() was asked for a root of {problem.m} equations in {problem.n} unknowns: "
            "Newton's method needs as many of the one as of the other. For least squares use "
            "scipy.optimize.least_squares with jac=."
        )
    x = problem.x0.copy()
    value = problem.constraints(x)
    nit, nfev, njev, message = 0, 1, 0, ""
    jacobian = problem.jacobian(x)
    while not (success := bool(np.abs(value).max(initial=0.0) <= tol)):
        if nit == max_iterations:
            message = (
                f"No root after {max_iterations} steps, |fun| is still "
                f"{np.abs(value).max():.3g}: raise max_iterations, or start elsewhere."
            )
            break
        jacobian = problem.jacobian(x)
        njev += 1
        lu = decompose(jacobian)
        if lu is None:
            message = (
                f"The Jacobian is singular at step {nit}, where |fun| is "
                f"{np.abs(value).max():.3g}: {_why_singular(problem, jacobian)}start elsewhere, or "
                "check the equations for dependent ones."
            )
            break
        step = lu.solve(-value)
        length, merit = 1.0, _square(value)
        while length >= _SHORTEST:
            trial = x + length * step
            nfev += 1
            trial_value = _value(problem, trial)
            if _square(trial_value) <= (1.0 - 2.0 * _ENOUGH * length) * merit:
                break
            length /= 2.0
        else:
            message = (
                f"No step along the Newton direction lessens |fun|, which is "
                f"{np.abs(value).max():.3g} after {nit} steps: x is near a local minimum of |fun| "
                "that is no root, or the limit of rounding is reached; start elsewhere, or raise "
                "tol."
            )
            break
        x, value = trial, trial_value
        nit += 1
    if success:
        message = f"A root was found in {nit} steps."
        jacobian = problem.jacobian(x)
    found: dict[str, Any] = {
        "x": problem.structure.unflatten(x),
        "fun": value,
        "jac": jacobian,
        "success": success,
        "message": message,
        "nit": nit,
        "nfev": nfev,
        "njev": njev + success,
    }
    return OptimizeResult(**found)


def _value(problem: Problem, x: FloatArray) -> FloatArray:
    """Values at x, infinite where the function is not finite."""
    try:
        with np.errstate(all="ignore"):
            return problem.constraints(x)
    except EvaluationError:
        return np.full(problem.m, np.inf)


def _square(value: FloatArray) -> float:
    with np.errstate(over="ignore"):  # infinite is no decrease
        return float(value @ value)


def _why_singular(problem: Problem, jacobian: Any) -> str:
    magnitude = abs(jacobian)
    for axis, what, names in ((1, "equation", problem.row_names), (0, "unknown", problem.names)):
        empty = np.flatnonzero(np.asarray(magnitude.sum(axis=axis)).ravel() == 0)
        if empty.size:
            name = names[int(empty[0])]
            other = "no unknown" if axis == 1 else "no equation"
            verb = "depends on" if axis == 1 else "is in"
            return f"{what} {name} {verb} {other} there; "
    return ""
