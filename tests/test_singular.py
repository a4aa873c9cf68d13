"""Where a derivative is infinite or NaN but does not reach a result, results are finite.

Each function is evaluated where plain mathematics gives finite derivatives, by kernels and by
sweeps (behind a long chain), and compared with values worked out by hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt


def chain(x: Any) -> Any:
    """An operation too long for a kernel: 1 at any x."""
    s = x[1]
    for _ in range(450):
        s = s + 0.01 * math.sin(s) * x[1]
    return s - s + 1.0


def guard(x: Any) -> Any:
    if math.sqrt(x[0]) >= 0:
        return x[0] ** 2 * x[1] + x[1] ** 2
    return x[0]


def comparison(x: Any) -> Any:
    return np.where(np.sqrt(x[0]) >= 0, x[0] ** 2 * x[1] + x[1] ** 2, x[0])


def selected(x: Any) -> Any:
    return np.where(x[0] > 0, np.sqrt(x[0]), x[0] ** 2 * x[1] + x[1] ** 2)


def maximum(x: Any) -> Any:
    return np.maximum(np.sqrt(x[0]) - 5.0, x[0] ** 2 * x[1] + x[1] ** 2)


def logarithm(x: Any) -> Any:
    return np.where(x[0] <= 0, x[0] ** 2 * x[1] + x[1] ** 2, np.log(x[0]) / x[0])


def two_sided(x: Any) -> Any:
    inner = np.where(x[0] == 0, 1.0, x[0])
    return np.where(x[0] == 0, x[0] ** 2 * x[1] + x[1] ** 2, np.sin(inner) / inner)


def rounded(x: Any) -> Any:
    return np.floor(np.sqrt(x[0])) + x[0] ** 2 * x[1] + x[1] ** 2


FUNCTIONS = [guard, comparison, selected, maximum, logarithm, two_sided, rounded]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("long", [False, True], ids=["kernels", "sweeps"])
@pytest.mark.parametrize("fun", FUNCTIONS)
def test_what_is_not_used_does_not_count(fun: Callable[..., Any], long: bool) -> None:
    """All are ``x0**2 * x1 + x1**2`` at x0 = 0."""
    y, w = 0.7, np.array([2.0, 3.0, -1.0])

    def rows(x: Any) -> Any:
        value = fun(x) * chain(x) if long else fun(x)
        return [value, x[0] * value, x[0] + 2.0 * x[1]]

    problem = asdopt.Problem(
        lambda x: rows(x)[0], asdopt.Constraint(rows, -np.inf, np.inf), x0=[0.0, y]
    )
    x = np.array([0.0, y])
    assert problem.objective(x) == pytest.approx(y * y)
    assert problem.constraints(x) == pytest.approx([y * y, 0.0, 2.0 * y])
    assert problem.gradient(x) == pytest.approx([0.0, 2.0 * y], abs=1e-12)
    jac = [[0.0, 2.0 * y], [y * y, 0.0], [1.0, 2.0]]
    np.testing.assert_allclose(problem.jacobian(x).toarray(), jac, atol=1e-12)
    # The sum has (obj_factor + w0) times the Hessian of the first row, and w1 times x0's.
    total = 1.5 + w[0]
    hess = [[2.0 * y * total, 0.0], [2.0 * y * w[1], 2.0 * total]]
    np.testing.assert_allclose(problem.hessian(x, w, 1.5).toarray(), hess, atol=1e-12)


@pytest.mark.parametrize("long", [False, True], ids=["kernels", "sweeps"])
def test_a_slope_of_zero_beside_a_selection_has_its_curvature(long: bool) -> None:
    """At 0 the slope of hypot(x, 2) is 0, its curvature 1/2; where() elsewhere changes nothing."""

    def fun(x: Any) -> Any:
        unit = chain(x) if long else 1.0
        curved = np.hypot(x[0] * unit, 2.0) + x[0] ** 4.0 + (x[0] * unit) ** 2
        return curved + np.where(x[1] > 0, x[1], 0.0) * unit

    problem = asdopt.Problem(fun, x0=[0.0, 1.0])
    expected = [[2.5, 0.0], [0.0, 0.0]]
    np.testing.assert_allclose(problem.hessian([0.0, 1.0]).toarray(), expected, atol=1e-12)


def test_a_failed_evaluation_leaves_no_values_behind() -> None:
    """After an external function has raised at one point, another point is evaluated anew."""

    def limited(v: Any) -> Any:
        if v[0] < 0.0:
            raise ValueError("negative")
        return np.array([v[0] ** 2])

    outside = asdopt.external(
        limited, jac=lambda v: np.array([[2.0 * v[0]]]), hess=lambda v, w: np.array([[2.0 * w[0]]])
    )

    def fun(x: Any) -> Any:
        return outside(np.sin(x[:1] * x[1:]))[0] + x[1]

    fresh, problem = (asdopt.Problem(fun, x0=[1.0, 2.0]) for _ in range(2))
    x, bad = np.array([1.0, 2.0]), np.array([2.0, 2.0])
    problem.gradient(x)
    with pytest.raises(ValueError, match="negative"):
        problem.gradient(bad)
    expected = fresh.hessian(x).toarray()
    np.testing.assert_array_equal(problem.hessian(x).toarray(), expected)
