"""Functions that remember the last point, or all of them, are traced as if they did not."""

from __future__ import annotations

import math
import pickle
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt

SAME: dict[str, Callable[[Any, Any], Any]] = {
    "array_equal": lambda old, x: np.array_equal(old, x),
    "allclose": lambda old, x: np.allclose(old, x),
    "all of ==": lambda old, x: (old == x).all(),
    "any of !=": lambda old, x: not np.any(old != x),
    "norm": lambda old, x: np.linalg.norm(x - old) < 1e-12,
    "largest distance": lambda old, x: not np.max(np.abs(x - old)) > 0,
    "sum of squares": lambda old, x: ((x - old) ** 2).sum() <= 1e-20,
    "tuples": lambda old, x: tuple(old) == tuple(x),
    "lists": lambda old, x: old.tolist() == x.tolist(),
    "loop": lambda old, x: all(a == b for a, b in zip(x, old, strict=True)),
    "loop of isclose": lambda old, x: all(math.isclose(a, b) for a, b in zip(x, old, strict=True)),
    "count": lambda old, x: np.isclose(old, x).sum() == len(x),
    "count of nonzeros": lambda old, x: np.count_nonzero(x - old) == 0,
}


class LastPoint:
    """A simulation that is run anew for another x only."""

    def __init__(self, same: Callable[[Any, Any], Any]) -> None:
        self.same = same
        self.x: Any = None

    def simulate(self, x: Any) -> Any:
        if self.x is None or not self.same(self.x, x):
            self.x = np.array(x)
            self.result = np.exp(0.3 * x).sum() * x[0]
        return self.result

    def square(self, x: Any) -> Any:
        return self.simulate(x) ** 2


class Table:
    """A simulation that is run once for each rounded x."""

    def __init__(self) -> None:
        self.results: dict[Any, Any] = {}

    def simulate(self, x: Any) -> Any:
        key = tuple(round(float(v), 10) for v in x)
        if key not in self.results:
            self.results[key] = np.exp(0.3 * x).sum() * x[0]
        return self.results[key]

    def square(self, x: Any) -> Any:
        return self.simulate(x) ** 2


def check(model: Any, x0: Any) -> None:
    """Derivatives do not depend on what was run before, nor plain runs on what was traced."""

    def value(x: Any) -> Any:
        return np.exp(0.3 * x).sum() * x[0]

    def gradient(x: Any) -> Any:
        return 0.3 * np.exp(0.3 * x) * x[0] + np.exp(0.3 * x).sum() * np.eye(3)[0]

    model.simulate(x0)
    square = asdopt.Constraint(model.square, 0.0, 9.0)
    problem = asdopt.Problem(model.simulate, square, x0=x0)
    for x in (x0, x0 + 0.1, x0 - 0.2):
        assert float(model.simulate(x)) == pytest.approx(value(x), rel=1e-12)
        np.testing.assert_allclose(problem.gradient(x), gradient(x), rtol=1e-12)
        row = problem.jacobian(x).toarray()[0]
        np.testing.assert_allclose(row, 2 * value(x) * gradient(x), rtol=1e-12, atol=1e-14)
        again = asdopt.jacobian(lambda x: [model.simulate(x)], x).toarray()[0]
        np.testing.assert_allclose(again, gradient(x), rtol=1e-12)


@pytest.mark.parametrize("x0", [np.array([0.5, 1.2, -0.3]), np.zeros(3)])
@pytest.mark.parametrize("name", SAME)
def test_the_last_point(name: str, x0: Any) -> None:
    """However x is compared with it, and whatever ran before."""
    check(LastPoint(SAME[name]), x0)


@pytest.mark.parametrize("x0", [np.array([0.5, 1.2, -0.3]), np.zeros(3)])
def test_a_table_of_points(x0: Any) -> None:
    """With rounded values as keys."""
    check(Table(), x0)


def test_a_value_that_is_meant_is_kept() -> None:
    """A branch for one value of x is no memory."""
    problem = asdopt.Problem(
        lambda x: x[1] if x[0] == 0.0 else x[1] * np.sin(x[0]) / x[0], x0=[0.0, 2.0]
    )
    assert problem.objective([0.0, 3.0]) == 3.0
    assert problem.gradient([0.0, 2.0]).tolist() == [0.0, 1.0]
    assert problem.objective([1.0, 3.0]) == pytest.approx(3.0 * math.sin(1.0))
    rounded = asdopt.Problem(lambda x: {0.5: x[1], 0.6: x[1] ** 2}[round(x[0], 1)], x0=[0.52, 2.0])
    assert rounded.objective([0.52, 3.0]) == 3.0
    assert rounded.objective([0.58, 3.0]) == 9.0


class Observed:
    """A function that notes what it computed, for the user to look at."""

    def __init__(self) -> None:
        self.best, self.best_x = np.inf, None
        self.history = np.empty(0)
        self.points = np.empty((0, 3))
        self.mean, self.count, self.total = 0.0, 0, {"sum": 0.0}
        self.matrix: Any = None

    def __call__(self, x: Any) -> Any:
        if self.matrix is None:
            self.matrix = 2.0 * np.eye(3)
        value = (self.matrix @ np.exp(0.3 * x)).sum() * x[0]
        if value < self.best:
            self.best, self.best_x = value, x.copy()
        self.history = np.append(self.history, value)
        self.points = np.vstack([self.points, x])
        self.count += 1
        self.mean += (value - self.mean) / self.count
        self.total["sum"] = self.total["sum"] + value
        return value


def test_notes_of_earlier_traces_are_numbers_in_later_ones() -> None:
    """Nothing that is returned depends on them."""
    observed = Observed()
    for x0 in (np.array([0.5, 1.2, -0.3]), np.zeros(3), np.array([-0.5, 0.2, 0.1])):
        problem = asdopt.Problem(observed, x0=x0)
        for x in (x0, x0 + 0.1):
            weights = np.exp(0.3 * x)
            slopes = 0.6 * weights * x[0] + 2.0 * weights.sum() * np.eye(3)[0]
            assert problem.objective(x) == pytest.approx(2.0 * weights.sum() * x[0], abs=1e-15)
            np.testing.assert_allclose(problem.gradient(x), slopes, rtol=1e-12)
    assert float(observed(np.ones(3))) == pytest.approx(6.0 * math.exp(0.3))
    assert float(observed.history[-1]) == float(observed(np.ones(3)))


def test_results_that_depend_on_an_earlier_trace_are_refused() -> None:
    """They would have lost derivatives."""
    kept: list[Any] = []

    def function(x: Any) -> Any:
        if not kept:
            kept.append(np.sin(x))
        return (kept[0] * x).sum()

    asdopt.Problem(function, x0=np.ones(3))
    with pytest.raises(asdopt.TracingError, match="left behind"):
        asdopt.Problem(function, x0=np.ones(3))


def test_decisions_made_of_each_other_are_looked_at_once() -> None:
    """Paths through them are many."""

    def function(x: Any) -> Any:
        holds = np.logical_and(x[0] > 0.0, x[1] > 0.0)
        for _ in range(60):
            holds = np.logical_and(holds, np.logical_or(holds, holds))
        return x[0] * x[1] if holds else x[0]

    assert asdopt.Problem(function, x0=[1.0, 2.0]).objective([3.0, 2.0]) == 6.0


def test_what_a_later_trace_makes_of_an_earlier_one_is_refused_too() -> None:
    """It is a constant of that trace, but would have had derivatives in the first."""
    kept: list[Any] = []

    def first(x: Any) -> Any:
        kept.append(3.0 * x)
        return x[1]

    def second(x: Any) -> Any:
        kept.append(np.sin(np.zeros(2) + kept[-1]))
        return x[1]

    for function in (first, second):
        asdopt.Problem(function, x0=np.ones(2))
    with pytest.raises(asdopt.TracingError, match="left behind"):
        asdopt.Problem(lambda x: (kept[-1] * x)[1], x0=np.ones(2))


def test_what_is_left_behind_is_shown_and_pickled_as_numbers() -> None:
    """After the trace, in plain code."""
    observed = Observed()
    asdopt.Problem(observed, x0=np.array([0.5, 1.2, -0.3]))
    best = float(observed.best)
    assert f"{observed.best:.4f}" == f"{best:.4f}"
    assert str(observed.best) == str(best)
    assert str(observed.best_x) == "[ 0.5  1.2 -0.3]"
    assert repr(observed.best_x) == "array([ 0.5,  1.2, -0.3])"
    again = pickle.loads(pickle.dumps(observed))
    assert type(again.best) is np.float64
    assert type(again.best_x) is np.ndarray
    assert (again.best, again.best_x.tolist()) == (best, [0.5, 1.2, -0.3])
    problem = pickle.loads(pickle.dumps(asdopt.Problem(observed, x0=np.zeros(3))))
    np.testing.assert_allclose(problem.gradient(np.zeros(3)), [6.0, 0.0, 0.0])


class WarmStarted:
    """An inner equation, z**3 + z = x[0], solved from its last solution."""

    def __init__(self) -> None:
        self.z: Any = 1.0

    def __call__(self, x: Any) -> Any:
        z = self.z
        for _ in range(50):
            step = (z**3 + z - x[0]) / (3.0 * z**2 + 1.0)
            z = z - step
            if abs(step) < 1e-12:
                break
        self.z = z
        return z * x[1]


def test_an_inner_iteration_may_start_where_the_last_one_ended() -> None:
    """The start is a number for the next trace."""
    warm = WarmStarted()
    for x in ([0.5, 1.5], [1.2, 0.3], [0.5, 1.5]):
        problem = asdopt.Problem(warm, x0=x)
        z = float(np.roots([1.0, 0.0, 1.0, -x[0]])[-1].real)
        first = 1.0 / (3.0 * z**2 + 1.0)
        assert problem.objective(x) == pytest.approx(z * x[1])
        np.testing.assert_allclose(problem.gradient(x), [first * x[1], z], rtol=1e-9)
        second = -6.0 * z * first**3 * x[1]
        np.testing.assert_allclose(
            problem.hessian(x).toarray(), [[second, 0], [first, 0]], rtol=1e-6
        )
        assert float(warm(np.array(x))) == pytest.approx(z * x[1])


def test_numbers_left_behind_make_numbers() -> None:
    """In plain code, whatever is computed of them."""
    observed = Observed()
    asdopt.Problem(observed, x0=np.array([0.5, 1.2, -0.3]))
    x = observed.best_x
    for made in (x + 1.0, np.exp(x), np.vstack([x, x]), x[:2] @ np.eye(2), np.add(x, 1.0)):
        assert type(made) is np.ndarray
    assert type(np.linalg.norm(x)) is np.float64
    assert np.add(x, 1.0, out=np.zeros(3)).tolist() == [1.5, 2.2, 0.7]
    assert sorted(x) == [-0.3, 0.5, 1.2]
    assert {x[0]: 1.0}[0.5] == 1.0
    assert float(statistics.mean(x)) == pytest.approx(1.4 / 3)
    assert float(type(x[0])(2.5) + 1.0) == 3.5
    assert (x == [0.5, 1.2, -0.3]).all()
