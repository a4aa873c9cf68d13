"""Iterations that start at their solution, switches at a threshold, bisections written out.

What the code does at just these points says nothing of its derivatives; expected ones are worked
out by hand.
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt.backends import _narrow


def cube(x: Any) -> Any:
    """Root of ``y**3 + y = x[0]``, squared, by Newton's method from 0."""
    y = 0.0
    r = y**3 + y - x[0]
    while abs(r) > 1e-12:
        y = y - r / (3 * y * y + 1)
        r = y**3 + y - x[0]
    return y**2 * x[1] + x[1] ** 2 + x[0]


def cube_by_steps(x: Any) -> Any:
    """The same; at 0 it takes one step, which is right to first order only."""
    y = 0.0
    for _ in range(30):
        step = (y**3 + y - x[0]) / (3 * y * y + 1)
        y -= step
        if abs(step) < 1e-12:
            break
    return y**2 * x[1] + x[1] ** 2 + x[0] + y


def kepler(x: Any) -> Any:
    """Cosine of the eccentric anomaly, from a circle: the anomaly moves by e sin(M)."""
    mean, e = x[0], x[1]
    angle = mean
    while abs(angle - e * math.sin(angle) - mean) > 1e-12:
        angle -= (angle - e * math.sin(angle) - mean) / (1 - e * math.cos(angle))
    return math.cos(angle)


SIN, COS = math.sin(1.0), math.cos(1.0)
SOLVED: dict[str, tuple[Callable[[Any], Any], list[float], list[float], list[list[float]]]] = {
    "no step": (cube, [0.0, 1.0], [1.0, 2.0], [[2.0, 0.0], [0.0, 2.0]]),
    "one step": (cube_by_steps, [0.0, 1.0], [2.0, 2.0], [[2.0, 0.0], [0.0, 2.0]]),
    "kepler": (
        kepler,
        [1.0, 0.0],
        [-SIN, -(SIN**2)],
        # E = M + e sin M + e**2 sin M cos M + ...
        [[-COS, -2 * SIN * COS], [-2 * SIN * COS, SIN**2 * -COS - 2 * SIN**2 * COS]],
    ),
}


@pytest.mark.parametrize("name", SOLVED)
def test_an_iteration_that_starts_at_its_solution_has_its_derivatives(name: str) -> None:
    fun, x, gradient, hessian = SOLVED[name]
    problem = asdopt.Problem(fun, x0=x)
    np.testing.assert_allclose(problem.gradient(x), gradient, atol=1e-9)
    lower = np.tril(np.array(hessian))
    np.testing.assert_allclose(problem.hessian(x).toarray(), lower, atol=1e-7)
    np.testing.assert_allclose(asdopt.hessian(fun, x).toarray(), hessian, atol=1e-7)
    np.testing.assert_allclose(asdopt.jacobian(fun, x).toarray()[0], gradient, atol=1e-9)
    dense = asdopt.hessian_sparsity(fun, x).to_dense()
    assert dense[np.abs(hessian) > 1e-12].all()
    assert asdopt.prepare_hessian(fun, x, backend="tape")(x).toarray() == pytest.approx(
        np.array(hessian), abs=1e-7
    )


def test_other_points_and_pickles_have_theirs() -> None:
    problem = asdopt.Problem(cube, lambda x: cube(x) + x[0], cl=0, cu=1, x0=[0.0, 1.0])
    for _ in range(2):
        for at in ([2.0, 1.0], [0.0, 1.0], [0.0, 3.0]):
            y = [1.0, 0.0][at[0] == 0.0]
            dy = 1 / (3 * y**2 + 1)
            expected = [2 * y * dy * at[1] + 1, y**2 + 2 * at[1]]
            np.testing.assert_allclose(problem.gradient(at), expected, atol=1e-9)
            np.testing.assert_allclose(
                problem.jacobian(at).toarray()[0] - expected, [1, 0], atol=1e-9
            )
            assert problem.objective(at) == pytest.approx(cube(at))
        problem = pickle.loads(pickle.dumps(problem))  # its functions are not, its traces are


def test_parameters_and_black_boxes_go_along() -> None:
    root = asdopt.external(lambda t: t**2, jac=lambda t: [[2 * t]], hess=lambda t, w: [[2 * w[0]]])

    def fun(x: Any, p: Any) -> Any:
        y = p[0] - 1.0
        while abs(root(y) + 3 * y - x[0]) > 1e-12:
            y -= (root(y) + 3 * y - x[0]) / (2 * y + 3)
        return y * p[1] * x[0]

    problem = asdopt.Problem(fun, x0=[0.0], parameters=[1.0, 2.0])
    np.testing.assert_allclose(problem.hessian([0.0]).toarray(), [[4.0 / 3]], atol=1e-8)
    problem.parameters = [1.0, 3.0]
    np.testing.assert_allclose(problem.hessian([0.0]).toarray(), [[2.0]], atol=1e-8)


def bisection(x: Any) -> Any:
    low, high = 0.0, 5.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        if middle**3 + middle - x[0] > 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2 * x[1]


def rotation(w: Any) -> Any:
    angle = np.linalg.norm(w)
    if angle < 1e-12:
        return 1.0
    return (np.sin(angle) * w / angle)[0] + np.cos(angle)


@pytest.mark.parametrize(("fun", "x"), [(bisection, [3.0, 1.0]), (rotation, [0.0, 0.0])])
def test_results_by_decisions_alone_are_refused(fun: Callable[[Any], Any], x: list[float]) -> None:
    line = fun.__code__.co_firstlineno
    for make in (asdopt.jacobian, asdopt.hessian, asdopt.jacobian_sparsity):
        with pytest.raises(
            asdopt.TracingError, match=r"test_narrow\.py:\d+.*nearly a tie"
        ) as found:
            make(fun, x)
        assert line < int(str(found.value).split(":")[1].split(",")[0]) < line + 10
    with pytest.raises(asdopt.TracingError, match="by decisions"):
        asdopt.Problem(fun, x0=x)


def mean_difference(x: Any) -> Any:
    """Logarithmic mean: its limit is right to first order, and the documented side at a tie."""
    a, b = x
    return (a - b) / math.log(a / b) if abs(a - b) > 1e-8 else 0.5 * (a + b)


def corner(x: Any) -> Any:
    return sum(t if t > 0 else -2 * t for t in x)


def jump(x: Any) -> Any:
    return x[0] ** 2 + (5.0 if x[1] > 1e-9 else 0.0)


def out_of_domain(x: Any) -> Any:
    return math.sqrt(x[0] - 1.0) if x[0] > 1.0 + 1e-9 else x[0]


@pytest.mark.parametrize(
    ("fun", "x", "gradient"),
    [
        (mean_difference, [2.0, 2.0], [0.5, 0.5]),
        (corner, [1e-8, -1e-8], [1.0, -2.0]),
        (corner, [0.0, 0.0], [-2.0, -2.0]),
        (jump, [1.0, 0.0], [2.0, 0.0]),
        (out_of_domain, [1.0], [1.0]),
    ],
)
def test_switches_have_the_derivative_of_the_side_they_take(
    fun: Callable[[Any], Any], x: list[float], gradient: list[float]
) -> None:
    np.testing.assert_allclose(asdopt.Problem(fun, x0=x).gradient(x), gradient)
    np.testing.assert_allclose(asdopt.jacobian(fun, x).toarray()[0], gradient)


@pytest.mark.parametrize("x", [1.0, 1.3])
def test_an_iteration_of_a_function_that_oscillates_is_taken_as_it_is(x: float) -> None:
    """Differences say nothing of it, and its derivatives are right."""

    def root(x: Any) -> Any:
        """Root of ``y**3 + y = sin(3e4 x[0])``."""
        y, right = 0.0, math.sin(3e4 * x[0])
        while abs(y**3 + y - right) > 1e-12:
            y -= (y**3 + y - right) / (3 * y * y + 1)
        return y

    y = root([x])
    expected = 3e4 * math.cos(3e4 * x) / (3 * y * y + 1)
    assert asdopt.Problem(root, x0=[x]).gradient([x])[0] == pytest.approx(expected, rel=1e-9)


def test_decisions_that_are_not_close_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(_narrow, "Sweeps", never)
    assert asdopt.Problem(corner, x0=[1.0, -2.0]).gradient([1.0, -2.0]).tolist() == [1.0, -2.0]


@pytest.mark.parametrize("error", [RuntimeError, AssertionError, OSError, SystemExit])
def test_what_is_raised_nearby_is_not_raised(error: type[BaseException]) -> None:
    """Nobody asked for the function there."""

    def fun(x: Any) -> Any:
        if x[0] > 1.0:
            raise error("not here")
        return x[0] ** 2

    x = np.array([1.0 - 1e-9])
    np.testing.assert_allclose(asdopt.Problem(fun, x0=x).gradient(x), [2.0], rtol=1e-8)


@pytest.mark.parametrize(("here", "calls"), [(1.0, 3), (0.0, 5)])
def test_a_function_is_called_no_more_often_than_said(here: float, calls: int) -> None:
    called: list[Any] = []

    def fun(x: Any) -> Any:
        called.append(1)
        return x[0] if abs(x[0] - 1.0) > 1e-7 else 1.0 + here * (x[0] - 1.0)

    x = np.array([1.0 + 1e-9])
    assert asdopt.Problem(fun, x0=x).gradient(x) == 1.0
    assert len(called) == calls
