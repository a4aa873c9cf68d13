"""Ends of domains: entire functions at the poles of others, floating-point errors asked for."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special

import asdopt


@pytest.mark.parametrize("x", [0.0, -1.0, -2.0, -5.0, -1.0 + 1e-9, -2.5, 0.3, 0.5, 0.50001, 7.2])
def test_the_reciprocal_gamma_function_is_entire(x: float) -> None:
    """Zero at the poles of gamma, with derivatives that are not."""
    problem = asdopt.Problem(lambda v: scipy.special.rgamma(v[0]), x0=[0.7])
    with mpmath.workdps(40):
        exact = [float(mpmath.diff(mpmath.rgamma, mpmath.mpf(x), n)) for n in (0, 1, 2)]
    found = [problem.objective([x]), problem.gradient([x])[0], problem.hessian([x], [])[0, 0]]
    np.testing.assert_allclose(found, exact, rtol=1e-12, atol=1e-14)


def inside(x: Any) -> Any:
    with np.errstate(divide="raise", invalid="raise"):
        try:
            return np.where(x > 0.0, np.log(x), 0.0).sum()
        except FloatingPointError:
            return (x**2).sum()


def outside(x: Any) -> Any:
    try:
        with np.errstate(all="raise"):
            r = 1.0 / x
    except FloatingPointError:
        r = 5.0 * x
    return np.where(x == 0.0, 0.0, r).sum()


@pytest.mark.parametrize(("fun", "bad"), [(inside, [-2.0, 3.0]), (outside, [0.0, 3.0])])
def test_errors_that_numpy_is_asked_for_are_not_passed_over(fun: Any, bad: list[float]) -> None:
    """A handler's values would be others: refused there, also where a good point was traced."""
    good = np.array([2.0, 3.0])
    problem = asdopt.Problem(fun, x0=good)
    assert problem.objective(good) == pytest.approx(fun(good), rel=1e-14)
    assert np.isfinite(fun(np.array(bad)))
    with pytest.raises(asdopt.TracingError, match=r"test_edges.py:\d+.*FloatingPointError"):
        problem.objective(bad)
    with pytest.raises(asdopt.TracingError, match=r"test_edges.py:\d+.*FloatingPointError"):
        asdopt.Problem(fun, x0=bad)


def test_states_without_errors_stay_what_they_are() -> None:
    def fun(x: Any) -> Any:
        with np.errstate(divide="ignore", invalid="warn"):
            return np.where(x > 0.0, np.log(np.abs(x)), 0.0).sum()

    problem = asdopt.Problem(fun, x0=[2.0, 3.0])
    assert problem.objective([0.0, 3.0]) == pytest.approx(np.log(3.0))


def quotient(x: float) -> float:
    try:
        return 1.0 / x
    except ZeroDivisionError:
        return 7.0 * x + 3.0


def rest(x: float) -> float:
    try:
        return x - 2.0 // x
    except ZeroDivisionError:
        return 7.0 * x + 3.0


def power(x: float) -> float:
    try:
        return x**700.0
    except OverflowError:
        return 7.0 * x + 3.0


def exponential(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return 7.0 * x + 3.0


@pytest.mark.parametrize("fun", [quotient, rest, power, exponential])
@pytest.mark.parametrize("x", [0.5, 0.0, 1000.0])
def test_errors_of_floats_are_branches_from_where_there_was_none(fun: Any, x: float) -> None:
    """What is caught at one point may not have been raised where the function was traced."""
    problem = asdopt.Problem(lambda v: fun(v.tolist()[0]), x0=[0.75])
    assert problem.objective([x]) == pytest.approx(fun(x), rel=1e-13)
    if fun(x) == 7.0 * x + 3.0:
        assert problem.gradient([x]).tolist() == [7.0]
