"""SciPy's ``minimize`` with exact sparse derivatives: changing one import is enough.

Enters: the arguments of ``scipy.optimize.minimize``. Leaves: a :class:`Solution`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from asdopt._problem import Problem
from asdopt._registry import SOLVERS

if TYPE_CHECKING:
    from asdopt._solution import Solution

__all__ = ["minimize"]


def minimize(
    fun: Callable[..., Any],
    x0: Any,
    args: Any = (),
    method: str | None = None,
    jac: Any = None,
    hess: Any = None,
    hessp: Any = None,
    bounds: Any = None,
    constraints: Any = (),
    tol: float | None = None,
    callback: Callable[..., Any] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Solution:
    """Minimize a function, with the signature of ``scipy.optimize.minimize``.

    Parameters
    ----------
    fun : callable
        Objective ``fun(x, *args)``.
    x0 : array_like of float64
        Starting point.
    args : tuple, optional
        Further arguments of the objective.
    method : str, optional
        A solver of asdopt (``"ipopt"``, ``"trust-constr"``, ``"slsqp"``, in any case); any other
        method of SciPy asks for the same local optimum and gets Ipopt.
    jac, hess, hessp : optional
        Not needed: derivatives are exact and come from ``fun``. ``jac=True`` (``fun`` returns
        value and gradient) is understood.
    bounds, constraints : optional
        As in SciPy.
    tol : float, optional
        Tolerance of the solver.
    callback : callable, optional
        ``callback(xk)`` or ``callback(intermediate_result=...)``; StopIteration or a true result
        stops.
    options : mapping, optional
        ``maxiter`` and ``disp`` of SciPy, and the solver's own.

    Returns
    -------
    Solution

    Examples
    --------
    >>> from asdopt import minimize
    >>> found = minimize(lambda x: (x[0] - 1) ** 2 + (x[1] - 2.5) ** 2, [2.0, 0.0])
    >>> found.x.round(6)
    array([1. , 2.5])
    """
    arguments = args if isinstance(args, tuple) else (args,)

    def objective(x: Any) -> Any:
        value = fun(x, *arguments)
        return value[0] if jac is True else value

    plain = fun if not arguments and jac is not True else objective
    forms = constraints if not isinstance(constraints, (list, tuple)) or constraints else None
    problem = Problem(plain, forms, x0=x0, bounds=bounds)
    solver = str(method).lower()
    if solver not in SOLVERS:
        solver = "ipopt"
    return problem.solve(
        solver,
        callback=None if callback is None else _as_callback(callback),
        options=_options(solver, tol, options or {}),
    )


def _options(solver: str, tol: float | None, options: Mapping[str, Any]) -> dict[str, Any]:
    own = dict(options)
    if solver == "ipopt":
        if "maxiter" in own:
            own["max_iter"] = own.pop("maxiter")
        if "disp" in own:
            own["print_level"] = 5 if own.pop("disp") else 0
        if tol is not None:
            own["tol"] = tol
    elif tol is not None:
        for name in ("ftol",) if solver == "slsqp" else ("gtol", "xtol"):
            own.setdefault(name, tol)
    return own


def _as_callback(callback: Callable[..., Any]) -> Callable[[dict[str, Any]], bool]:
    try:
        by_name = set(inspect.signature(callback).parameters) == {"intermediate_result"}
    except (TypeError, ValueError):
        by_name = False

    def each(info: dict[str, Any]) -> bool:
        x = info.get("x")
        point = None if x is None else np.asarray(x)
        try:
            if by_name:
                from scipy.optimize import OptimizeResult

                result = OptimizeResult()
                result.update(x=point, fun=info.get("objective"))
                return bool(callback(intermediate_result=result))
            return bool(callback(point))
        except StopIteration:
            return True

    return each
