"""What is 0 at every x has no derivative, even below a square root."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cdist

import asdopt

POINTS = np.array([[0.1, 1.3, 0.2], [0.7, -0.4, 1.1], [2.0, 0.3, -0.5]])
ROOTS: dict[str, Callable[[Any], Any]] = {
    "distances": lambda x: cdist(POINTS / np.exp(x[0]), POINTS / np.exp(x[0])).sum(),
    "matern": lambda x: (np.exp(-cdist(POINTS / x, POINTS / x)) * x[1]).sum(),
    "loops": lambda x: sum(np.sqrt(sum(((p - q) / x[0]) ** 2)) for p in POINTS for q in POINTS),
    "zeros among others": lambda x: (np.sqrt(np.array([0.0, 2.0]) * x[0]) ** 3).sum(),
    "masked": lambda x: (np.where(x > 9.0, x, 0.0) * x[0] * 0.0 + x * x[1]).sum() ** 1.5,
    "opposite": lambda x: (x[0] * x[1] + -(x[1] * x[0])) ** 1.5 + x[2],
}


@pytest.mark.parametrize("name", ROOTS)
def test_roots_of_what_is_always_zero(name: str) -> None:
    """Their derivatives are those of a constant."""
    function, x, h = ROOTS[name], np.array([0.7, 0.9, 1.2]), 1e-5
    problem = asdopt.Problem(function, x0=x)
    steps = np.eye(3) * h
    slopes = [(function(x + s) - function(x - s)) / (2 * h) for s in steps]
    np.testing.assert_allclose(problem.gradient(x), slopes, rtol=1e-7, atol=1e-9)
    curves = [(problem.gradient(x + s) - problem.gradient(x - s)) / (2 * h) for s in steps]
    found = problem.hessian(x).toarray()
    np.testing.assert_allclose(found, np.tril(curves), rtol=1e-6, atol=1e-7)


def test_zero_over_a_value_is_none_where_the_value_is_zero() -> None:
    """There the program runs again and fails as it does on plain numbers."""
    problem = asdopt.Problem(lambda x: (0.0 / float(x[0])) ** 0.5 + x[0], x0=[2.0])
    assert problem.gradient([3.0]) == [1.0]
    with pytest.raises(ZeroDivisionError):
        problem.objective([0.0])


def test_roots_of_what_is_zero_here_only_are_refused() -> None:
    """The derivative of sqrt((x - y)**2) does not exist where both are equal."""
    problem = asdopt.Problem(lambda x: ((x[0] - x[1]) ** 2) ** 0.5, x0=[1.0, 1.0])
    with pytest.raises(asdopt.EvaluationError, match="derivative of sqrt"):
        problem.gradient([1.0, 1.0])
