"""SciPy's ``minimize`` with exact sparse derivatives: changing one import is enough.

Enters: the arguments of ``scipy.optimize.minimize``. Leaves: a :class:`Solution`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from asdopt._errors import EvaluationError, InputError
from asdopt._keyword_hints import MINIMIZE, as_options
from asdopt._keywords import explained
from asdopt._problem import Problem
from asdopt._registry import SOLVERS
from asdopt.tracing._recorder import function_name, short_repr
from asdopt.tracing._signatures import takes

if TYPE_CHECKING:
    from asdopt._solution import Solution

__all__ = ["minimize"]

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@explained(MINIMIZE, "minimize(fun, x0, constraints=...), as SciPy's", as_options)
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
        A solver of asdopt (``"ipopt"``, ``"trust-constr"``, ``"slsqp"``, ``"uno"``, in any case);
        any other method of SciPy asks for the same local optimum and gets Ipopt.
    jac, hess, hessp : optional
        Not needed: derivatives are exact and come from ``fun``. ``jac=True`` (``fun`` returns
        value and gradient) is understood.
    bounds, constraints : optional
        As in SciPy.
    tol : float, optional
        Tolerance of the solver.
    callback : callable, optional
        ``callback(xk)``, ``callback(xk, state)`` or ``callback(intermediate_result=...)``;
        StopIteration or a true result stops.
    options : mapping, optional
        ``maxiter``, ``disp`` and ``gtol`` of SciPy, and the solver's own. What tunes the algorithm
        of another method (``maxfev``, ``xatol``, ...) is left out.

    Returns
    -------
    Solution
        With the gradient of the objective at x as ``jac``, as in SciPy.

    Examples
    --------
    >>> from asdopt import minimize
    >>> found = minimize(lambda x: (x[0] - 1) ** 2 + (x[1] - 2.5) ** 2, [2.0, 0.0])
    >>> found.x.round(6)
    array([1. , 2.5])
    """
    arguments = args if isinstance(args, tuple) else (args,)
    _check_arguments(fun, arguments)

    def objective(x: Any) -> Any:
        value = fun(x, *arguments)
        if jac is not True:
            return value
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise InputError(
                f"jac=True says that {function_name(fun)} returns (value, gradient), and it "
                f"returned {short_repr(value)}: leave jac out, derivatives come from the function"
            )
        return value[0]

    plain = fun if not arguments and jac is not True else objective
    forms = constraints if not isinstance(constraints, (list, tuple)) or constraints else None
    problem = Problem(plain, forms, x0=x0, bounds=bounds)
    solver = "ipopt" if method is None else str(method).lower()
    is_other = method is None or solver in _OTHER_METHODS
    if is_other:
        solver = "ipopt"
    elif solver not in SOLVERS:
        raise InputError(
            f"method {method!r} is not known; known are those of scipy.optimize.minimize and "
            f"{', '.join(sorted(SOLVERS))}: leave it out for Ipopt"
        )
    # What is no callback and no mapping is told by solve.
    given: Any = options
    if given is None or isinstance(given, Mapping):
        given = _options(solver, is_other, tol, given or {})
    found = problem.solve(
        solver,
        callback=_as_callback(callback) if callable(callback) else callback,
        options=given,
    )
    with suppress(EvaluationError):  # where the solve ended there
        found["jac"] = problem.gradient(found.x)
    return found


def _check_arguments(fun: Any, arguments: tuple[Any, ...]) -> None:
    """Refuse a function that does not take x and ``args``, before it is called with them."""
    if not callable(fun) or takes(fun, 1 + len(arguments)):
        return
    count = len(arguments)
    given = f"x and {count} value{'s' * (count > 1)} of args" if arguments else "x alone"
    raise InputError(
        f"{function_name(fun)} cannot be called with {given}; minimize calls it as fun(x, *args): "
        "give args=(...) with one value for each further argument, and leave it out if there is "
        "none"
    )


# SciPy's methods that ask for the same optimum by other means.
_OTHER_METHODS = frozenset(
    {"nelder-mead", "powell", "cg", "bfgs", "newton-cg", "l-bfgs-b", "tnc", "cobyla", "cobyqa"}
    | {"dogleg", "trust-ncg", "trust-exact", "trust-krylov"}
)

# What tunes the algorithms of SciPy's methods, and means nothing to the solver that is used.
# fmt: off
_TUNING = frozenset((
    "accuracy", "adaptive", "bounds", "c1", "c2", "catol", "direc", "eps", "esch", "eta",
    "f_target", "fatol", "finite_diff_rel_step", "ftol", "hess_inv0", "inexact",
    "initial_simplex", "initial_trust_radius", "iprint", "maxCGit", "max_trust_radius", "maxcor",
    "maxfev", "maxfun", "maxls", "mesg_num", "minfev", "norm", "offset", "rescale", "return_all",
    "rhobeg", "scale", "stepmx", "workers", "xatol", "xrtol", "xtol",
))
# fmt: on


def _options(
    solver: str, is_other: bool, tol: float | None, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Options of the solver that is used from those of SciPy's method."""
    own = dict(options)
    for name in _TUNING if is_other else ("finite_diff_rel_step", "workers"):
        own.pop(name, None)
    if solver == "ipopt":
        if is_other and "gtol" in own:
            own["tol"] = own.pop("gtol")
        if "maxiter" in own:
            own["max_iter"] = own.pop("maxiter")
        if "disp" in own:
            own["print_level"] = 5 if own.pop("disp") else 0
        if tol is not None:
            own["tol"] = tol
    elif solver == "uno":
        if "maxiter" in own:
            own["max_iterations"] = own.pop("maxiter")
        if "disp" in own:
            own["logger"] = "INFO" if own.pop("disp") else "SILENT"
        if tol is not None:
            own["primal_tolerance"] = own["dual_tolerance"] = tol
    elif tol is not None:
        for name in ("ftol",) if solver == "slsqp" else ("gtol", "xtol"):
            own.setdefault(name, tol)
    return own


def _as_callback(callback: Callable[..., Any]) -> Callable[[dict[str, Any]], bool]:
    from scipy.optimize import OptimizeResult

    by_name, takes_state = False, False
    try:
        parameters = inspect.signature(callback).parameters.values()
    except (TypeError, ValueError):
        pass
    else:
        by_name = [p.name for p in parameters] == ["intermediate_result"]
        needed = [p for p in parameters if p.kind in _POSITIONAL and p.default is p.empty]
        takes_state = len(needed) > 1

    def each(info: dict[str, Any]) -> bool:
        x = info.get("x")
        point = None if x is None else np.asarray(x)
        state = OptimizeResult()
        state.update(x=point, fun=info.get("objective"), nit=info.get("iteration"))
        try:
            if by_name:
                return bool(callback(intermediate_result=state))
            return bool(callback(point, state) if takes_state else callback(point))
        except StopIteration:
            return True

    return each
