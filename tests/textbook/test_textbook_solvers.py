"""Textbook problems through the other solvers, and through ``minimize`` in place of SciPy's."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.optimize
from scipy.optimize import Bounds, LinearConstraint, NonlinearConstraint

import asdopt

sys.path.insert(0, str(Path(__file__).parent))
from catalog import PROBLEMS

INF = np.inf
# Problems of each kind: free, bounded, linear and nonlinear constraints, equations, structures.
SUBSET = """HS1 HS5 HS6 HS7 HS12 HS14 HS21 HS22 HS28 HS35 HS37 HS42 HS43 HS48 HS52 HS53 HS60 HS65
    HS71 HS76 HS78 HS86 HS100 HS113""".split()
SUBSET += ["MGH5", "MGH15", "BT11", "CB2", "three-bar truss", "cantilever beam"]


@pytest.mark.parametrize("solver", ["trust-constr", "slsqp"])
@pytest.mark.parametrize("name", SUBSET)
def test_other_solvers_find_the_published_optimum(name: str, solver: str) -> None:
    entry = PROBLEMS[name]
    solution = entry.make().solve(solver)
    assert solution.success, solution
    optima = (entry.optimum, *entry.also)
    assert any(abs(solution.fun - f) <= 1e-5 * max(abs(f), 1e-2) for f in optima), solution
    assert max(solution.violations.values(), default=0.0) <= 1e-6


def rosenbrock(x: Any) -> Any:
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def scaled(x: Any, a: float, b: float) -> Any:
    return a * (x[0] - 1) ** 2 + b * (x[1] - 2.5) ** 2


def with_gradient(x: Any) -> Any:
    return np.sum((x - 3) ** 4 + x**2), 4 * (x - 3) ** 3 + 2 * x


# The examples of SciPy's documentation, and forms that its users write.
SCIPY_CALLS: dict[str, tuple[Any, dict[str, Any]]] = {
    "tutorial": (scipy.optimize.rosen, {"x0": [1.3, 0.7, 0.8, 1.9, 1.2], "method": "BFGS"}),
    "arguments": (scaled, {"x0": [2, 0], "args": (3.0, 0.5)}),
    "one argument": (lambda x, k: k * (x[0] - 2) ** 2, {"x0": [0.0], "args": 4.0}),
    "gradient given": (with_gradient, {"x0": np.zeros(3), "jac": True}),
    "derivatives given": (
        scipy.optimize.rosen,
        {
            "x0": [1.3, 0.7],
            "jac": scipy.optimize.rosen_der,
            "hess": scipy.optimize.rosen_hess,
            "method": "Newton-CG",
        },
    ),
    "quadratic": (
        lambda x: (x[0] - 1) ** 2 + (x[1] - 2.5) ** 2,
        {
            "x0": (2, 0),
            "method": "SLSQP",
            "bounds": ((0, None), (0, None)),
            "constraints": (
                {"type": "ineq", "fun": lambda x: x[0] - 2 * x[1] + 2},
                {"type": "ineq", "fun": lambda x: -x[0] - 2 * x[1] + 6},
                {"type": "ineq", "fun": lambda x: -x[0] + 2 * x[1] + 2},
            ),
        },
    ),
    "trust-constr": (
        rosenbrock,
        {
            "x0": [0.5, 0],
            "method": "trust-constr",
            "bounds": Bounds([0, -0.5], [1.0, 2.0]),
            "constraints": [
                LinearConstraint([[1, 2], [2, 1]], [-INF, 1], [1, 1]),
                NonlinearConstraint(
                    lambda x: [x[0] ** 2 + x[1], x[0] ** 2 - x[1]], -INF, 1, jac="2-point"
                ),
            ],
        },
    ),
    "constraint with arguments": (
        lambda x: x @ x,
        {
            "x0": np.ones(3),
            "constraints": {
                "type": "eq",
                "fun": lambda x, total: np.sum(x) - total,
                "args": (6,),
                "jac": lambda x, total: np.ones(3),
            },
        },
    ),
    "tolerance": (rosenbrock, {"x0": [-1.2, 1], "tol": 1e-9, "options": {"disp": False}}),
    "iterations": (rosenbrock, {"x0": [-1.2, 1], "options": {"maxiter": 500}}),
    "tuned for another method": (
        rosenbrock,
        {
            "x0": [-1.2, 1],
            "method": "L-BFGS-B",
            "options": {"maxcor": 20, "maxfun": 5000, "ftol": 1e-14, "gtol": 1e-9, "eps": 1e-7},
        },
    ),
    "tuned trust-constr": (
        rosenbrock,
        {
            "x0": [-1.2, 1],
            "method": "trust-constr",
            "jac": "3-point",
            "hess": scipy.optimize.BFGS(),
            "options": {"finite_diff_rel_step": 1e-6, "gtol": 1e-9, "verbose": 0},
        },
    ),
    "without derivatives": (
        lambda x: np.cosh(x[0] - 1) + abs(x[1]) ** 2,
        {"x0": [3.0, 2.0], "method": "Nelder-Mead"},
    ),
    "bounds that hold": (
        lambda x: (x[0] - 4) ** 2 + x[1] ** 2,
        {"x0": [0.0, 1.0], "bounds": [(0, 2), (0.5, 3)], "method": "L-BFGS-B"},
    ),
}


@pytest.mark.parametrize("name", SCIPY_CALLS)
def test_minimize_takes_scipys_arguments_and_finds_its_optimum(name: str) -> None:
    fun, kwargs = SCIPY_CALLS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = scipy.optimize.minimize(fun, **kwargs)
    mine = asdopt.minimize(fun, **kwargs)
    assert mine.success
    assert mine.fun == pytest.approx(theirs.fun, rel=1e-5, abs=1e-6)
    assert mine.fun <= theirs.fun + 1e-6
    np.testing.assert_allclose(mine.x, theirs.x, atol=2e-3)
