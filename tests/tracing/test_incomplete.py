"""Incomplete gamma and beta functions by all of their arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.special as sp
import scipy.stats as st
from whole_functions import check_function

import asdopt
from asdopt.tracing._incomplete import FUNCTIONS

X = np.array([0.31, 0.43, 0.62, 0.24])
FUNCTIONS_OF_X: dict[str, Callable[[Any], Any]] = {
    "gamma": lambda x: [*sp.gammainc(1 + x[0], [0.3, 1.0, 4.0]), sp.gammaincc(x[1], 2 * x[2])],
    "beta": lambda x: [sp.betainc(1 + x[0], x[1], x[2]), sp.betaincc(x[0], 1.0, x[2])],
    "inverses": lambda x: [
        *(sp.gammaincinv(1 + x[0], x[1]), sp.gammainccinv(x[0], 0.3)),
        *(sp.betaincinv(x[0], x[1], x[2]), sp.betainccinv(x[0], 2.0, x[2])),
    ],
    "t": lambda x: [sp.stdtr(2 + x[0], x[1]), sp.stdtr(2 + x[0], -0.4), sp.stdtrit(3 + x[0], 0.9)],
    "distributions": lambda x: [
        *(st.gamma.logsf(9.0, 1 + x[0], scale=x[1]), st.chi2.sf(3.0, 2 + x[0])),
        *(st.beta.cdf(x[2], 1 + x[0], 1 + x[1]), st.f.cdf(1.2, 2 + x[0], 3 + x[1])),
        *(st.beta.ppf(x[2], 1 + x[0], 1 + x[1]), st.t.ppf(0.9, 3 + x[0])),
    ],
    "box cox": lambda x: [
        *(sp.boxcox(1.3, x[0]), sp.boxcox1p(x[1], x[2] - 0.62)),
        *(sp.inv_boxcox(x[0], x[1]), sp.inv_boxcox1p(0.2, x[3] - 0.24)),
    ],
}


@pytest.mark.parametrize("name", FUNCTIONS_OF_X)
def test_parameters_may_be_traced(name: str) -> None:
    check_function(FUNCTIONS_OF_X[name], X, rtol=1e-10, step=2e-4)


def by_mpmath(fun: Callable[..., Any], at: tuple[float, ...], orders: tuple[int, ...]) -> float:
    step = mpmath.mpf(10) ** -12
    return float(mpmath.diff(fun, tuple(map(mpmath.mpf, at)), orders, h=step))


@pytest.mark.parametrize("a", [0.02, 1.0, 7.5, 400.0])
@pytest.mark.parametrize("ratio", [1e-5, 0.6, 1.02, 4.0])
def test_gamma_is_exact_in_both_tails(a: float, ratio: float) -> None:
    """Relative to the smaller side, as the logarithm of a probability needs it."""
    x = a * ratio + 1e-3
    below = x <= a + 1.0
    limits = (0, x) if below else (x, mpmath.inf)
    with mpmath.workdps(40):
        want = [
            by_mpmath(lambda s: mpmath.gammainc(s, *limits, regularized=True), (a,), (order,))
            for order in (1, 2)
        ]
    first, second = FUNCTIONS["gammainc" if below else "gammaincc"][1](np.array([a]), np.array([x]))
    np.testing.assert_allclose([first[0][0], second[0, 0][0]], want, rtol=1e-8)


@pytest.mark.parametrize("shapes", [(0.05, 3.0), (0.7, 0.7), (40.0, 3.0), (3.0, 300.0)])
@pytest.mark.parametrize("x", [1e-5, 0.4, 0.95])
def test_beta_is_exact_in_both_tails(shapes: tuple[float, float], x: float) -> None:
    below = x <= (shapes[0] + 1.0) / (sum(shapes) + 2.0)
    limits = (0, x) if below else (x, 1)

    def side(a: Any, b: Any) -> Any:
        if not below:  # mirrored: mpmath's difference of two ends loses the tail
            return mpmath.betainc(b, a, 0, 1 - mpmath.mpf(x), regularized=True)
        return mpmath.betainc(a, b, *limits, regularized=True)

    with mpmath.workdps(40):
        orders = [(1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]
        want = [by_mpmath(side, shapes, order) for order in orders]
    arguments = [np.array([value]) for value in (*shapes, x)]
    first, second = FUNCTIONS["betainc" if below else "betaincc"][1](*arguments)
    found = [first[0], first[1], second[0, 0], second[0, 1], second[1, 1]]
    np.testing.assert_allclose(np.ravel(found), want, rtol=1e-8, atol=1e-300)


def test_a_parameter_out_of_range_is_an_error() -> None:
    problem = asdopt.Problem(lambda x: sp.gammainc(x[0], 2.0), x0=[1.0])
    with pytest.raises(asdopt.EvaluationError):
        problem.gradient([-1.0])
