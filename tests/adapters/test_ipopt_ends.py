"""How solves by Ipopt end: limits, callbacks, infeasible, unbounded, values not finite."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from known_problems import hs071, rosenbrock

from asdopt import Constraint, InputError, Problem, Status

pytest.importorskip("cyipopt")


# Ways to end
def test_infeasible(library: str) -> None:
    problem = Problem(
        lambda x: x[0],
        Constraint(lambda x: x[0] ** 2 + x[1] ** 2, ub=-1.0, name="c"),
        x0=[1.0, 1.0],
    )
    solution = problem.solve(options={"library": library})
    assert solution.status is Status.INFEASIBLE
    assert not solution.success
    assert solution.violations["c"] == pytest.approx(1.0)


@pytest.mark.parametrize("power", [1, 3])
def test_unbounded(power: int) -> None:
    solution = Problem(lambda x: -(x[0] ** power), x0=[1.0]).solve()
    assert solution.status is Status.UNBOUNDED


def test_iteration_limit() -> None:
    solution = rosenbrock().solve(options={"max_iter": 3})
    assert solution.status is Status.ITERATION_LIMIT
    assert solution.nit == 3
    assert len(solution.history) == 4


def test_time_limit() -> None:
    assert rosenbrock().solve(time_limit=1e-9).status is Status.TIME_LIMIT
    with pytest.raises(InputError, match="time_limit is 0"):
        rosenbrock().solve(time_limit=0)


def test_callback_sees_each_iterate_and_stops(library: str) -> None:
    problem, seen = rosenbrock(), []

    def callback(info: dict[str, Any]) -> bool:
        seen.append((info["iteration"], problem.objective(info["x"]) - info["objective"]))
        return bool(info["iteration"] >= 2)

    solution = problem.solve(callback=callback, options={"library": library})
    assert solution.status is Status.STOPPED
    assert [iteration for iteration, _ in seen] == [0, 1, 2]
    np.testing.assert_allclose([gap for _, gap in seen], 0.0, atol=1e-12)


def test_callback_sees_multipliers() -> None:
    seen: list[dict[str, Any]] = []
    solution = hs071().solve(callback=seen.append)
    for name, values in solution.multipliers.items():
        np.testing.assert_allclose(seen[-1]["multipliers"][name], values, atol=1e-6)
    np.testing.assert_allclose(seen[-1]["bound_multipliers"][0], solution.bound_multipliers[0])


@pytest.mark.parametrize("error", [KeyError, StopIteration, KeyboardInterrupt, ValueError])
def test_what_the_callback_raises_is_raised(error: type[BaseException], library: str) -> None:
    def callback(info: dict[str, Any]) -> None:
        raise error("from the callback")

    options = {"library": library}
    if error is StopIteration:
        assert rosenbrock().solve(callback=callback, options=options).status is Status.STOPPED
        return
    with pytest.raises(error, match="from the callback"):
        rosenbrock().solve(callback=callback, options=options)


def test_too_many_equations() -> None:
    problem = Problem(
        lambda x: x[0], Constraint(lambda x: [x[0], 2 * x[0]], [3, 6], [3, 6]), x0=[0.0]
    )
    solution = problem.solve()
    assert solution.status is Status.INVALID
    assert "more equality constraints than free variables" in solution.message


def test_a_success_that_is_no_optimum_is_not_called_one(library: str) -> None:
    # The constant row makes the problem look square; Ipopt 3.14.11 then ignores the objective.
    constant = Problem(
        lambda x: (x[0] - 3) ** 2, Constraint(lambda x: [x[0], 1.0], [0, 1], [1, 1]), x0=[0.0]
    )
    # Twice the same equation, nonlinear: the multipliers grow to 1e17 and hide the error.
    twice = Problem(
        lambda x: (x[0] - 3) ** 2 + x[1] ** 2,
        Constraint(lambda x: [1.0, 2.0] * np.array(x[0] ** 2 + x[1] ** 2), [1, 2], [1, 2]),
        x0=[0.5, 0.5],
    )
    for problem in (constant, twice):
        solution = problem.solve(options={"library": library})
        if solution.success:
            assert solution.fun == pytest.approx(4.0, abs=1e-4)
        else:
            assert "gradient of the Lagrangian" in solution.message


# Values that are not finite
def test_ipopt_steps_back_from_the_edge_of_a_domain(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = Problem(lambda x: x[0] - np.log(x[0]) + x[1] ** 2, x0=[3.0, 2.0])
    evaluator, tried = problem.evaluator, []

    def objective(x: Any, original: Any = evaluator.objective) -> float:
        tried.append(float(x[0]))
        return float(original(x))

    monkeypatch.setattr(evaluator, "objective", objective)
    solution = problem.solve(options={"library": library})
    assert min(tried) < 0  # Newton's step from 3 leads to -3
    assert solution.x[0] == pytest.approx(1.0, abs=1e-5)


def test_start_that_is_not_finite_names_the_place() -> None:
    problem = Problem(lambda x: np.log(x[0]), x0=[1.0], bounds=[(-1, 2)])
    solution = problem.solve(x0=[-0.5])
    assert solution.status is Status.EVALUATION_ERROR
    assert "at the starting point" in solution.message
    assert "log(-0.5)" in solution.message
    assert "test_ipopt_ends.py" in solution.message


def test_derivative_that_is_not_finite_names_the_place(library: str) -> None:
    # |x| by way of a root: the value at 0 is fine, the derivative is not.
    problem = Problem(lambda x: np.sqrt(x[0] ** 2) + x[1] ** 2, x0=[1.0, 0.0])
    solution = problem.solve(x0=[0.0, 0.0], options={"library": library})
    assert solution.status is Status.EVALUATION_ERROR
    assert "sqrt(0)" in solution.message
