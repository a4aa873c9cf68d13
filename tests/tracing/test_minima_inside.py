"""Minima found inside of functions by scipy.optimize, against formulas for them."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.optimize as so

import asdopt

X = [2.0, 1.5]
TIMES = np.linspace(0.0, 1.0, 7)


def bowl(t: Any, a: Any) -> Any:
    """Least at log(a)."""
    return math.exp(t) - a * t


def valley(t: Any, a: Any, b: Any) -> Any:
    """Least at (log(a), b log(a)), where it is a - a log(a)."""
    return np.exp(t[0]) - a * t[0] + 0.5 * (t[1] - b * t[0]) ** 2


def first(x: Any) -> Any:
    return np.log(x[0])


def both(x: Any) -> Any:
    """Minimizer and minimum of the valley in one number."""
    t = np.log(x[0])
    return t * (x[1] * t) ** 2 + (x[0] - x[0] * t) ** 2


def of_valley(result: Any) -> Any:
    return result.x[0] * result.x[1] ** 2 + result.fun**2


def valley_and_slope(t: Any, a: Any, b: Any) -> Any:
    r = t[1] - b * t[0]
    return valley(t, a, b), np.array([np.exp(t[0]) - a - b * r, r])


def scalar(result: Any, factor: Any) -> Any:
    return result.x * factor + result["fun"]


def cost(result: Any) -> Any:
    return result.cost * result.fun[0]


def decay(found: Any, _: Any) -> Any:
    return found[0] ** 2 * found[1]


def fitted_line(x: Any) -> Any:
    """Slope of the line through x[0] t + sin(x[1] t) by the formula."""
    y = x[0] * TIMES + np.sin(x[1] * TIMES)
    t = TIMES - TIMES.mean()
    return (t @ y) / (t @ t)


START = [0.0, 0.0]
CASES: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    **{
        method: (
            lambda x, m=method: of_valley(so.minimize(valley, START, args=tuple(x), method=m)),
            both,
        )
        for method in ("BFGS", "CG", "L-BFGS-B", "Nelder-Mead", "Powell", "SLSQP", "TNC")
    },
    "jac=True": (
        lambda x: of_valley(so.minimize(valley_and_slope, START, args=tuple(x), jac=True)),
        both,
    ),
    "trust-exact": (
        lambda x: of_valley(
            so.minimize(
                valley,
                START,
                args=(x[0], x[1]),
                method="trust-exact",
                jac=lambda t, a, b: valley_and_slope(t, a, b)[1],
                hess=lambda t, a, b: np.array([[np.exp(t[0]) + b * b, -b], [-b, 1.0]]),
            )
        ),
        both,
    ),
    "bounds that hold nothing": (
        lambda x: of_valley(
            so.minimize(valley, x * 0.1, args=tuple(x), bounds=[(-5, 5), (None, None)])
        ),
        both,
    ),
    "minimize_scalar": (
        lambda x: scalar(so.minimize_scalar(lambda t: bowl(t, x[0])), x[1]),
        lambda x: np.log(x[0]) * x[1] + x[0] - x[0] * np.log(x[0]),
    ),
    "minimize_scalar bounded": (
        lambda x: so.minimize_scalar(bowl, args=(x[0],), bounds=(-1, x[1] * 3), method="bounded").x,
        first,
    ),
    "brent": (lambda x: so.brent(bowl, args=(x[0],)), first),
    "golden": (lambda x: so.golden(lambda t: bowl(t, x[0]), brack=(-1, 2)), first),
    "fminbound": (lambda x: so.fminbound(bowl, -2, 4, args=(x[0],)), first),
    "fmin": (lambda x: so.fmin(lambda t: bowl(t[0], x[0]), 0.5, disp=False)[0], first),
    "fmin_bfgs": (lambda x: so.fmin_bfgs(valley, START, args=tuple(x), disp=0)[0], first),
    "fmin_cg": (lambda x: so.fmin_cg(valley, START, args=tuple(x), disp=0)[0], first),
    "fmin_powell": (lambda x: so.fmin_powell(valley, START, args=tuple(x), disp=0)[0], first),
    "fmin_l_bfgs_b": (
        lambda x: so.fmin_l_bfgs_b(valley, START, args=tuple(x), approx_grad=True)[1],
        lambda x: x[0] - x[0] * np.log(x[0]),
    ),
    "least_squares": (
        lambda x: so.least_squares(lambda t: [t[0] ** 2 - x[0], t[0] ** 2 - x[1]], [1.0]).x[0],
        lambda x: np.sqrt((x[0] + x[1]) / 2),
    ),
    "cost": (
        lambda x: cost(
            so.least_squares(lambda t, a, b: [t[0] - a, t[0] - b], [1.0], args=(x[0], x[1]))
        ),
        lambda x: (x[0] - x[1]) ** 2 / 4 * (x[1] - x[0]) / 2,
    ),
    **{
        loss: (
            lambda x, loss=loss: so.least_squares(
                lambda t: np.array([t[0] ** 3 - x[0], t[0] ** 3 - x[1]]),
                [1.0],
                loss=loss,
                f_scale=1.2,
            ).x[0],
            lambda x: np.cbrt((x[0] + x[1]) / 2),
        )
        for loss in ("soft_l1", "huber", "cauchy", "arctan")
    },
    "leastsq": (
        lambda x: so.leastsq(lambda t: [t[0] ** 2 - x[0], t[0] ** 2 - x[1]], 1.0)[0][0],
        lambda x: np.sqrt((x[0] + x[1]) / 2),
    ),
    "curve_fit": (
        lambda x: decay(
            *so.curve_fit(
                lambda t, a, b: a * np.exp(-b * t), TIMES, x[0] * np.exp(-x[1] * TIMES), p0=[1, 1]
            )
        ),
        lambda x: x[0] ** 2 * x[1],
    ),
    "curve_fit of a line": (
        lambda x: so.curve_fit(
            lambda t, a, b: a * t + b, TIMES, x[0] * TIMES + np.sin(x[1] * TIMES), sigma=[0.5] * 7
        )[0][0],
        fitted_line,
    ),
    "curve_fit with bounds": (
        lambda x: so.curve_fit(lambda t, a: a**3 * t, TIMES, x[0] * TIMES, bounds=(0, [np.inf]))[0][
            0
        ],
        lambda x: np.cbrt(x[0]),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_minima_have_the_derivatives_of_their_formula(name: str) -> None:
    fun, formula = CASES[name]
    prepared = asdopt.prepare_hessian(fun, X)
    exact = asdopt.prepare_hessian(formula, X)
    for x in (X, [2.3, 1.4]):
        value, gradient, hessian = prepared.value_gradient_and_hessian(x)
        expected, slope, curvature = exact.value_gradient_and_hessian(x)
        assert value == pytest.approx(expected, rel=1e-7)
        np.testing.assert_allclose(gradient, slope, rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(hessian.toarray(), curvature.toarray(), rtol=1e-5, atol=1e-6)


def test_a_bilevel_problem_is_solved() -> None:
    """A leader's price, to which a follower answers with the quantity that it likes best."""

    def profit(x: Any) -> Any:
        answer = so.minimize_scalar(lambda q: x[0] * q + 0.5 * q**2 - 4.0 * q)
        return -(x[0] - 1.0) * answer.x

    problem = asdopt.Problem(profit, x0=[3.0], bounds=[(0, 4)])
    solution = problem.solve("slsqp")
    np.testing.assert_allclose(solution.x, [2.5], atol=1e-6)
    assert pickle.loads(pickle.dumps(problem)).gradient([2.0]) == pytest.approx([-1.0])


def test_minima_of_constants_are_scipys_own() -> None:
    found: list[Any] = []

    def fun(x: Any) -> Any:
        found.append(so.minimize(lambda t: (t[0] - 1.0) ** 2, [0.0]))
        fit, spread = so.curve_fit(lambda t, a: a * t, TIMES, 2 * TIMES + 0.1 * TIMES**2)
        return x[0] * found[-1].x[0] * fit[0] + spread[0, 0] * x[1]

    fit, spread = so.curve_fit(lambda t, a: a * t, TIMES, 2 * TIMES + 0.1 * TIMES**2)
    jacobian = asdopt.jacobian(fun, X).toarray()
    assert type(found[0].hess_inv) is np.ndarray
    np.testing.assert_allclose(jacobian, [[found[0].x[0] * fit[0], spread[0, 0]]])


REFUSED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "an active bound": (
        lambda x: so.minimize(valley, START, args=tuple(x), bounds=[(0, 0.3), (0, 9)]).x[0],
        "active bound",
    ),
    "a bounded scalar": (
        lambda x: so.minimize_scalar(bowl, args=(x[0],), bounds=(1, 2), method="bounded").x,
        "active bound",
    ),
    "a flat minimum": (
        lambda x: so.minimize(lambda t: (t[0] - x[0]) ** 4 + 1.0, START[:1]).x[0],
        "flat place",
    ),
    "constraints": (
        lambda x: so.minimize(
            valley, START, args=tuple(x), constraints={"type": "eq", "fun": lambda t: t[0] - 1.0}
        ).x[0],
        "conditions of optimality",
    ),
    "a global search": (
        lambda x: so.differential_evolution(valley, [(-1, 1)] * 2, args=tuple(x)).x[0],
        "searched anew",
    ),
    "a covariance": (
        lambda x: so.curve_fit(lambda t, a: a * t, TIMES, x[0] * TIMES)[1][0, 0],
        "covariances",
    ),
    "an approximation": (
        lambda x: so.minimize(valley, START, args=tuple(x)).hess_inv[0, 0],
        "approximations",
    ),
    "two values": (lambda x: so.minimize(lambda t: t * x, START).x[0], "one number|scalar"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_derivatives_is_refused(name: str) -> None:
    fun, words = REFUSED[name]
    with pytest.raises((TypeError, NotImplementedError, ValueError), match=words):
        asdopt.jacobian(fun, X)


def test_a_bound_that_becomes_active_elsewhere_is_told() -> None:
    problem = asdopt.Problem(
        lambda x: so.minimize_scalar(bowl, args=(x[0],), bounds=(0, 1), method="bounded").x, x0=[2]
    )
    assert problem.gradient([2.5]) == pytest.approx([0.4])
    with pytest.raises(asdopt.AsdoptError, match=r"minimize_scalar.*active bound"):
        problem.gradient([5.0])


BOUNDED: dict[str, Callable[[Any], Any]] = {
    "pairs": lambda x: so.minimize(lambda y: (y[0] - x[0]) ** 2, [0.5], bounds=[(None, 1)]).x[0],
    "Bounds": lambda x: so.minimize(lambda y: (y[0] - x[0]) ** 2, [0.5], bounds=so.Bounds(0, 1)).x[
        0
    ],
    "scalar": lambda x: (
        so.minimize_scalar(lambda y: (y - x[0]) ** 2, bounds=(0, 1), method="bounded").x
    ),
    "fminbound": lambda x: so.fminbound(lambda y: (y - x[0]) ** 2, 0, 1),
    "l_bfgs_b": lambda x: so.fmin_l_bfgs_b(
        lambda y: (y[0] - x[0]) ** 2, [0.5], approx_grad=True, bounds=[(None, 1)]
    )[0][0],
    "least_squares": lambda x: so.least_squares(lambda y: y - x[0], [0.5], bounds=(0, 1)).x[0],
    "curve_fit": lambda x: so.curve_fit(
        lambda t, a: a * t, np.array([1.0, 2.0]), np.array([1.0, 2.0]) * x[0], bounds=(0, 1)
    )[0][0],
}


@pytest.mark.parametrize("name", BOUNDED)
@pytest.mark.parametrize("beyond", [1.01, 1.0001])
def test_no_minimum_is_taken_from_just_beyond_a_bound(name: str, beyond: float) -> None:
    problem = asdopt.Problem(BOUNDED[name], x0=[0.7])
    assert problem.objective([0.7]) == pytest.approx(0.7)
    assert problem.gradient([0.7])[0] == pytest.approx(1.0)
    with pytest.raises(asdopt.AsdoptError, match="active bound"):
        problem.objective([beyond])
    with pytest.raises(asdopt.TracingError, match="active bound"):
        asdopt.Problem(BOUNDED[name], x0=[beyond])
