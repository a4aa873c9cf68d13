"""Stiff initial value problems inside of functions, against exact solutions and other methods."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.integrate as sg
import scipy.linalg as sl

import asdopt
from asdopt import Constraint, Problem

X = np.array([0.7, 0.4, 0.9])
EXACT: dict[str, Any] = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-13}


def nonlinear(x: Any, **options: Any) -> Any:
    def slopes(t: float, y: Any) -> Any:
        return [
            -20 * x[0] * (y[0] - np.cos(t * x[2])) + x[1] * y[1] ** 2,
            -x[1] * y[1] + y[0] * np.sin(y[1]) - t * x[2],
        ]

    return sg.solve_ivp(slopes, (0.0, 1.5), [1.0, x[2]], t_eval=[0.3, 0.3001, 1.5], **options).y


def over(x: Any, times: Any, **options: Any) -> Any:
    """Solve over an interval whose ends are variables, from a start that is one."""

    def slopes(t: float, y: Any) -> Any:
        return [-3 * x[0] * (y[0] - np.cos(t * x[2])), y[0] * x[1] - y[1]]

    return sg.solve_ivp(slopes, (times[0], times[-1]), [1.0, x[2]], t_eval=times, **options).y


def matrix(x: Any, fast: float) -> Any:
    return np.array([[-fast * x[0], x[1]], [x[2], -x[0]]])


def linear(x: Any, fast: float) -> Any:
    return sl.expm(0.5 * matrix(x, fast)) @ np.array([1.0, x[1]])


def decays(x: Any) -> Any:
    made = sg.solve_ivp(
        *(lambda t, y: -x[0] * y * np.array([1.0, 50.0]), (0, 1), [1.0, x[1]]),
        method="Radau",
        dense_output=True,
    )
    return [made.sol(0.2)[0], *made.sol([0.1, x[2] / 9])[1], made.y[0, -1], made.t[-1]]


CASES: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "nonlinear": (lambda x: nonlinear(x, method="BDF"), lambda x: nonlinear(x, **EXACT)),
    "moving ends": (
        lambda x: over(x, np.array([x[1], x[1] + 0.2, 2 * x[2]]), method="LSODA"),
        lambda x: over(x, np.array([x[1], x[1] + 0.2, 2 * x[2]]), **EXACT),
    ),
    "backwards": (
        lambda x: over(x, np.array([1.0, 0.7, x[1], x[1] / 2]), method="Radau"),
        lambda x: over(x, np.array([1.0, 0.7, x[1], x[1] / 2]), **EXACT),
    ),
    "own steps": (
        lambda x: sg.solve_ivp(
            lambda t, y: matrix(x, 1e3) @ y, (0, 0.5), [1.0, x[1]], method="BDF"
        ).y[:, -1],
        lambda x: linear(x, 1e3),
    ),
    "odeint": (
        lambda x: sg.odeint(lambda y, t: matrix(x, 5e4) @ y, [1.0, x[1]], [0, 0.5])[-1],
        lambda x: linear(x, 5e4),
    ),
    "between": (
        decays,
        lambda x: [
            np.exp(-0.2 * x[0]),
            *(x[1] * np.exp(-5 * x[0]), x[1] * np.exp(-50 / 9 * x[0] * x[2])),
            *(np.exp(-x[0]), 1.0),
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_stiff_problems(name: str) -> None:
    fun, exact = CASES[name]
    problem, want = (
        Problem(lambda x: 0.0, Constraint(f, -1e300, 1e300), x0=X) for f in (fun, exact)
    )
    for x in (X, 1.07 * X):
        rows = want.constraints(x)
        weights = np.cos(1.0 + np.arange(rows.size))
        np.testing.assert_allclose(problem.constraints(x), rows, atol=1e-8)
        expected = want.jacobian(x).toarray()
        np.testing.assert_allclose(problem.jacobian(x).toarray(), expected, rtol=1e-8, atol=1e-8)
        expected = want.hessian(x, weights, obj_factor=0.0).toarray()
        found = problem.hessian(x, weights, obj_factor=0.0).toarray()
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def reactor(x: Any) -> Any:
    """Robertson's reaction, whose rates differ by nine orders."""

    def slopes(t: float, y: Any) -> Any:
        one, two, three = 0.04 * x[0] * y[0], 3e7 * y[1] ** 2, 1e4 * y[1] * y[2]
        return [-one + three, one - three - two, two]

    found = sg.solve_ivp(slopes, (0, 40), [1.0, 0.0, 0.0], method="LSODA", rtol=1e-6, atol=1e-9)
    return found.y[:, -1]


def test_a_fit_through_a_stiff_reaction() -> None:
    want = reactor([1.2])[0]
    problem = Problem(lambda x: (reactor(x)[0] - want) ** 2, x0=[1.0])
    np.testing.assert_allclose(problem.solve().x, 1.2, rtol=1e-2)
    again = pickle.loads(pickle.dumps(copy.copy(problem)))
    np.testing.assert_allclose(again.gradient([1.1]), problem.gradient([1.1]))


def test_a_solution_that_ends_early_is_refused() -> None:
    def fun(x: Any) -> Any:
        return sg.solve_ivp(lambda t, y: x[0] * y**2, (0, 3), [1.0], method="BDF").y[0, -1]

    with pytest.raises(asdopt.TracingError, match=r"test_flows\.py.*ends before the last time"):
        Problem(fun, x0=[1.0])
    problem = Problem(fun, x0=[0.2])
    np.testing.assert_allclose(problem.objective([0.3]), 10.0, rtol=1e-7)
    with pytest.raises(asdopt.AsdoptError, match="ends before the last time"):
        problem.gradient([1.0])
