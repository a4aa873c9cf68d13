"""Decisions inside kernels fall as in plain Python, at ties too: nothing there rounds otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt

RNG = np.random.default_rng(7)
NUMBERS = [*np.round(RNG.uniform(0.1, 3.0, size=20), 2).tolist(), *RNG.normal(size=20).tolist()]

# Functions of (x, y) that decide something by an expression that is exactly 0 where x is y.
TIES: list[Callable[[Any], Any]] = [
    lambda x: np.where(x[0] * x[0] - x[1] * x[1] >= 0, 1.0, 0.0) * x[0],
    lambda x: np.where(x[0] * x[0] >= x[1] * x[1], x[0], x[1] ** 2),
    lambda x: np.where(x[0] * 3.7 - 3.7 * x[1], x[1] ** 2, x[0]),
    lambda x: np.floor(1.0 + x[0] * x[0] - x[1] * x[1]) * x[0],
    lambda x: np.sign(x[0] * 0.3 + x[1] * -0.3) * x[1] + x[0],
    lambda x: (x[0] * x[0] + 2.5 - x[1] * x[1]) // 2.5 * x[0],
    lambda x: np.where(x[0] / x[1] >= 1, x[0] * x[1], 0.5),
]


@pytest.mark.parametrize("fun", TIES)
def test_ties_fall_as_in_plain_python(fun: Callable[[Any], Any]) -> None:
    problem = asdopt.Problem(None, asdopt.Constraint(fun, -np.inf, np.inf), x0=[2.0, 1.0])
    assert problem.evaluator.trace.guard_nodes.size == 0
    for number in NUMBERS:
        x = np.array([number, number])
        assert problem.constraints(x)[0] == pytest.approx(fun(x), rel=1e-14)


def test_a_root_of_a_difference_that_vanishes_is_no_nan() -> None:
    problem = asdopt.Problem(lambda x: np.sqrt(x[0] * x[0] - x[1] * x[1]), x0=[2.0, 1.0])
    assert [problem.objective([v, v]) for v in NUMBERS] == [0.0] * len(NUMBERS)


def test_a_number_divided_by_itself_is_one() -> None:
    for number in range(1, 200):
        problem = asdopt.Problem(
            lambda x, k=number: np.where(x[0] / k >= 1, 2.0, 1.0) * np.floor(x[0] / k), x0=[1.0]
        )
        assert problem.objective([float(number)]) == 2.0


def test_wide_affine_maps_whose_coefficients_leave_the_range_of_numbers() -> None:
    """They cannot be multiplied out, and are left to the sweeps without a warning."""
    x = RNG.normal(size=9)
    for fun in (
        lambda x: np.tanh((1e-210 * (1e210 * x)).sum()),
        lambda x: np.tanh((x * 1e150 * 1e100).sum() * 1e-250) + np.tanh((x * 2.0).sum()),
    ):
        problem = asdopt.Problem(fun, x0=x)
        assert problem.objective(x) == pytest.approx(fun(x), rel=1e-12)
        slope = (1.0 - np.tanh(x.sum()) ** 2) + (fun(0 * x + 1e-3) > 0.02) * 2.0 * (
            1.0 - np.tanh(2.0 * x.sum()) ** 2
        )
        np.testing.assert_allclose(problem.gradient(x), np.full(9, slope), rtol=1e-11)


D = RNG.normal(size=12)


def subtracted(x: Any) -> Any:
    total = 0.3 - x[0] * D[0]
    for d, v in zip(D[1:], x[1:], strict=False):
        total = d * v - total / 1.1
    return total


# Affine expressions of all variables, in orders of operations of their own.
MEANS: list[Callable[[Any], Any]] = [
    lambda x: sum(d * v for d, v in zip(D, x, strict=False)) / 3.0,
    lambda x: -(sum(x[1:]) + (0.1 * x[0] - (x[1] * 0.7 + (x[2] - -x[0])))),
    subtracted,
    lambda x: (D[: len(x)] * x).cumsum()[-1] * 0.7 - 0.1 * (x[0] + x[2]) / 0.3,
]


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("n", [3, 5, 8, 12])
def test_equal_sums_of_many_variables_are_equal(mean: Callable[[Any], Any], n: int) -> None:
    """Of equal operands ``max`` takes half of each, whatever the sums that were added to them."""

    def deviation(x: Any) -> Any:
        return max(x - mean(x))

    problem = asdopt.Problem(
        deviation,
        asdopt.Constraint(lambda x: np.maximum(x - mean(x), x[::-1] - mean(x)), -np.inf, np.inf),
        x0=D[:n],
    )
    slope = np.array([mean(row) - mean(np.zeros(n)) for row in np.eye(n)])
    for _ in range(40):
        x = RNG.normal(size=n)
        largest = np.sort(RNG.choice(n, 2, replace=False))
        x[largest] = x.max() + 0.1
        x[: n // 2] = x[: n - n // 2 - 1 : -1]
        assert problem.objective(x) == deviation(x)
        best, shares = x[0], np.eye(n)[0]
        for v, unit in zip(x[1:], np.eye(n)[1:], strict=True):
            share = 0.5 * (np.sign(v - best) + 1.0)
            best, shares = max(best, v), (1.0 - share) * shares + share * unit
        np.testing.assert_allclose(problem.gradient(x), shares - slope, atol=1e-13)
        share = 0.5 * (np.sign(x - x[::-1])[:, None] + 1.0)
        chosen = share * np.eye(n) + (1.0 - share) * np.eye(n)[::-1]
        np.testing.assert_allclose(problem.jacobian(x).toarray(), chosen - slope, atol=1e-13)


def test_a_dense_quadratic_form_needs_no_sweeps() -> None:
    """Of the pairs of variables of its rows few have a second derivative in each term."""
    n = 500
    matrix = RNG.normal(size=(n, n))
    problem = asdopt.Problem(lambda x: 0.5 * (x @ matrix @ x) + np.sum(np.exp(x)), x0=np.zeros(n))
    assert sum(problem.evaluator._branch.engine.num_instances) >= n
    assert problem.evaluator._branch.engine._rest is None
    x = RNG.normal(size=n)
    exact = np.tril(0.5 * (matrix + matrix.T) + np.diag(np.exp(x)))
    np.testing.assert_allclose(problem.hessian(x).toarray(), exact, rtol=1e-12, atol=1e-12)
    slope = 0.5 * (matrix + matrix.T) @ x + np.exp(x)
    np.testing.assert_allclose(problem.gradient(x), slope, rtol=1e-10)


def test_a_kink_of_a_map_that_cannot_be_multiplied_out() -> None:
    """It has no second derivatives to count, and its first ones have no finite coefficients."""
    x = np.abs(RNG.normal(size=9))
    rows = asdopt.Constraint(
        lambda x: [np.maximum((x * 1e150 * 1e100).sum() * 1e-250 * k, 0.1) for k in range(70)],
        0.0,
        1e9,
    )
    problem = asdopt.Problem(lambda x: sum(x[:-1] * x[1:]), rows, x0=x)
    found = problem.jacobian(x).toarray()
    np.testing.assert_allclose(found, np.outer(np.arange(70.0), np.ones(9)), rtol=1e-9)
