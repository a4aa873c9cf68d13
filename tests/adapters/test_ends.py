"""How a solve ends, by each solver: the right status, and a sentence that helps."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from asdopt import Constraint, EvaluationError, InputError, Problem, Solution, Status

INF = float("inf")
SOLVERS = ["ipopt", "trust-constr", "slsqp"]


@pytest.fixture(params=SOLVERS, name="solver")
def solver_fixture(request: pytest.FixtureRequest) -> str:
    if request.param == "ipopt":
        pytest.importorskip("cyipopt")
    return str(request.param)


# No feasible point


def test_a_constant_row_outside_of_its_bounds_is_named(solver: str) -> None:
    problem = Problem(
        lambda x: x[0] ** 2,
        Constraint(lambda x: [x[0], 5.0], [0, 1], [1, 3], name="limits"),
        x0=[0.5],
    )
    solution = problem.solve(solver)
    assert solution.status is Status.INFEASIBLE
    assert "'limits[1]' is 5 whatever x is, outside of its bounds [1, 3]" in solution.message
    assert solution.violations == {"limits": 2.0}


def test_a_parameter_as_a_row_is_judged_by_its_present_value(solver: str) -> None:
    problem = Problem(
        lambda x, p: (x[0] - p[0]) ** 2,
        Constraint(lambda x, p: [p[0], x[0]], 0, 2, name="c"),
        x0=[0.5],
        parameters=[3.0],
    )
    assert problem.solve(solver).status is Status.INFEASIBLE
    solution = problem.solve(solver, parameters=[1.5])
    assert solution.success
    assert solution.x == pytest.approx([1.5], abs=1e-6)


def test_rows_that_only_seem_constant_are_not_taken_for_it(solver: str) -> None:
    # The derivative of floor is zero everywhere, the row is none the less no constant.
    problem = Problem(
        lambda x: (x[0] - 3.5) ** 2, Constraint(lambda x: np.floor(x[0]), 3, 3), x0=[0.5]
    )
    solution = problem.solve(solver)
    assert "whatever x is" not in solution.message


@pytest.mark.parametrize("rows", [[1.0], [1.0, 2.0]])
def test_constant_rows_that_are_met_do_no_harm(rows: list[float], solver: str) -> None:
    problem = Problem(
        lambda x: (x[0] - 3) ** 2 + x[1] ** 2,
        [
            Constraint(lambda x: rows, rows, rows, name="constant"),
            Constraint(lambda x: x[0] + x[1], 2.0, 2.0, name="sum"),
        ],
        x0=[0.5, 0.5],
    )
    solution = problem.solve(solver)
    # Ipopt 3.14.11 counts constant rows as equations, and says that there are too many.
    if solution.status is Status.INVALID:
        assert solver == "ipopt"
        return
    assert solution.success, solution
    np.testing.assert_allclose(solution.x, [2.5, -0.5], atol=1e-6)
    assert solution.multipliers["sum"] == pytest.approx([1.0], abs=1e-5)
    assert solution.multipliers["constant"].shape == (len(rows),)


@pytest.mark.parametrize("value", [1.0, 1.5])
def test_nothing_but_a_constant_row(value: float, solver: str) -> None:
    problem = Problem(lambda x: (x[0] - 3) ** 2, Constraint(lambda x: value, 1, 1), x0=[0.5])
    solution = problem.solve(solver)
    assert solution.status is (Status.OPTIMAL if value == 1.0 else Status.INFEASIBLE)
    if solution.success:
        assert solution.x == pytest.approx([3.0], abs=1e-6)


# SLSQP sees it by itself or diverges, as rounding has it.
@pytest.mark.parametrize(
    ("solver", "end"),
    [("ipopt", "no iterate met"), ("slsqp", "no iterate met|constraints incompatible")],
)
def test_diverging_without_a_feasible_point_is_infeasible(solver: str, end: str) -> None:
    problem = Problem(
        lambda x: x[0],
        Constraint(lambda x: [x[0] + x[1], x[0] + x[1]], [1, -INF], [INF, 0]),
        x0=[0.0, 0.0],
    )
    solution = problem.solve(solver)
    assert solution.status is Status.INFEASIBLE
    assert re.search(end, solution.message)


def test_equation_outside_of_the_bounds(solver: str) -> None:
    problem = Problem(
        lambda x: x[0], Constraint(lambda x: x[0], 5, 5, name="c"), x0=[0.0], bounds=[(0, 1)]
    )
    solution = problem.solve(solver)
    assert solution.status is Status.INFEASIBLE
    assert solution.violations


def test_more_equations_than_variables(solver: str) -> None:
    problem = Problem(
        lambda x: x[0] ** 2, Constraint(lambda x: [x[0] - 1, 2 * x[0] - 3], 0, 0), x0=[3.0]
    )
    solution = problem.solve(solver)
    assert solution.status is Status.INVALID
    assert "redundant" in solution.message


# No lower bound


@pytest.mark.parametrize(
    "objective",
    [lambda x: x[0], lambda x: -np.exp(x[0]), lambda x: -(x[0] ** 4) + x[0]],
    ids=["linear", "exponential", "quartic"],
)
def test_objectives_without_a_lower_bound(objective: Callable[[Any], Any], solver: str) -> None:
    solution = Problem(objective, x0=[0.5]).solve(solver)
    assert solution.status is Status.UNBOUNDED
    assert not solution.success


# Kinks and scales


def test_a_solver_at_a_kink_says_so(solver: str) -> None:
    solution = Problem(lambda x: abs(x[0] - 1) + max(x[1], -x[1]), x0=[0.3, 0.7]).solve(solver)
    assert not solution.success
    assert "absolute, maximum" in solution.message
    assert "-t <= u <= t" in solution.message


def test_the_reformulation_it_names_works(solver: str) -> None:
    problem = Problem(
        lambda v: v[2] + v[3],
        Constraint(lambda v: [v[2] - v[0] + 1, v[2] + v[0] - 1, v[3] - v[1], v[3] + v[1]], 0),
        x0=[0.3, 0.7, 1.0, 1.0],
    )
    solution = problem.solve(solver)
    assert solution.success
    np.testing.assert_allclose(solution.x, [1, 0, 0, 0], atol=1e-5)


def test_feasible_points_are_not_called_infeasible() -> None:
    # SLSQP finds its linearized constraints incompatible for their sizes alone.
    problem = Problem(
        lambda x: 1e12 * (x[0] - 3) ** 2, Constraint(lambda x: 1e10 * x[0], ub=2e10), x0=[0.0]
    )
    solution = problem.solve("slsqp")
    assert solution.success or "scaling" in solution.message
    assert solution.status is not Status.INFEASIBLE


def test_slsqp_ends_where_it_no_longer_moves() -> None:
    # Hock, Schittkowski, no. 7: left to itself, SLSQP stays at the optimum to its last iteration.
    problem = Problem(
        lambda x: np.log(1 + x[0] ** 2) - x[1],
        Constraint(lambda x: (1 + x[0] ** 2) ** 2 + x[1] ** 2, 4, 4),
        x0=[2.0, 2.0],
    )
    solution = problem.solve("slsqp")
    assert solution.status is Status.OPTIMAL
    assert solution.nit < 50
    assert solution.fun == pytest.approx(-(3**0.5), rel=1e-12)


# What is asked wrongly


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"options": ["tol"]}, InputError, "a mapping"),
        ({"options": {"maxitr": 3}}, InputError, "did you mean"),
        ({"time_limit": "10"}, InputError, "'10'"),
        ({"time_limit": -1}, InputError, "positive"),
        ({"warm_start": [1.0]}, InputError, "without a point x"),
        ({"x0": [1.0, 2.0]}, InputError, "shape"),
        ({"x0": [float("nan")]}, EvaluationError, "x0 is nan for variable"),
        ({"x0": [INF]}, EvaluationError, "x0 is inf for variable"),
    ],
)
def test_wrong_requests_are_refused(
    asked: dict[str, Any], error: type[Exception], words: str, solver: str
) -> None:
    problem = Problem(lambda x: (x[0] - 3) ** 4, x0=[0.0])
    with pytest.raises(error, match=words):
        problem.solve(solver, **asked)


def test_a_solver_that_is_not_known() -> None:
    with pytest.raises(InputError, match="'ipop' is not known, did you mean 'ipopt'"):
        Problem(lambda x: x[0] ** 2, x0=[1.0]).solve("ipop")


# Again and again


def rosenbrock(x: Any, p: Any) -> Any:
    return p["steep"] * (x[1] - x[0] ** 2) ** 2 + (p["top"] - x[0]) ** 2


def disk(x: Any, p: Any) -> Any:
    return x[0] ** 2 + x[1] ** 2 - p["radius"] ** 2


def test_solves_do_not_depend_on_those_before(solver: str) -> None:
    def fresh() -> Problem:
        return Problem(
            rosenbrock,
            Constraint(disk, ub=0.0),
            x0=[0.2, 0.1],
            parameters={"steep": 10.0, "top": 1.0, "radius": 1.0},
        )

    def same(a: Solution, b: Solution) -> None:
        assert a.status is b.status
        np.testing.assert_array_equal(a.x, b.x)
        assert a.nit == b.nit

    problem = fresh()
    first = problem.solve(solver)
    same(problem.solve(solver), first)
    other = {"steep": 5.0, "top": 0.0, "radius": 2.0}
    np.testing.assert_allclose(problem.solve(solver, parameters=other).x, [0, 0], atol=1e-4)
    problem.solve(solver, x0=[-0.9, 0.0], parameters={**other, "steep": 0.0})
    problem.parameters = {"steep": 10.0, "top": 1.0, "radius": 1.0}
    same(problem.solve(solver), first)
    copy = pickle.loads(pickle.dumps(problem))
    same(copy.solve(solver), first)
    warm = problem.solve(solver, warm_start=first)
    assert warm.success
    np.testing.assert_allclose(warm.x, first.x, atol=1e-5)
    kept = pickle.loads(pickle.dumps(first))
    assert kept.status is Status.OPTIMAL
    assert str(kept) == str(first)


def test_whole_numbers_and_truth_values_as_x0(solver: str) -> None:
    for x0 in (np.array([1, 2]), np.array([True, False]), [0, 1], range(2)):
        solution = Problem(lambda x: (x[0] - 2.5) ** 2 + x[1] ** 2, x0=x0).solve(solver)
        np.testing.assert_allclose(solution.x, [2.5, 0.0], atol=1e-6)


@pytest.mark.parametrize("big", [1e20, 1e30, 1e300])
def test_big_numbers_as_bounds_are_no_bounds(big: float, solver: str) -> None:
    problem = Problem(
        lambda x: (x[0] - 3) ** 2 + x[1] ** 2,
        Constraint(lambda x: x[0] + x[1], -big, big),
        x0=[0.0, 1.0],
        bounds=[(-big, big), (0, big)],
    )
    solution = problem.solve(solver)
    assert solution.status is Status.OPTIMAL
    np.testing.assert_allclose(solution.x, [3, 0], atol=1e-4)


def test_a_start_outside_of_the_bounds(solver: str) -> None:
    problem = Problem(
        lambda x: (x[0] - 3) ** 2 + x[1] ** 2, x0=[-5.0, 9.0], bounds=[(0, 2), (-1, 1)]
    )
    solution = problem.solve(solver)
    assert solution.status is Status.OPTIMAL
    np.testing.assert_allclose(solution.x, [2, 0], atol=1e-6)


@pytest.mark.parametrize("constraint", [lambda x: [], lambda x: (), lambda x: np.zeros((0, 3))])
def test_constraints_without_rows(constraint: Callable[[Any], Any], solver: str) -> None:
    solution = Problem(lambda x: x[0] ** 2, Constraint(constraint, 0, 0), x0=[3.0]).solve(solver)
    assert solution.status is Status.OPTIMAL
    assert solution.x == pytest.approx([0.0], abs=1e-6)


def test_neither_objective_nor_constraints(solver: str) -> None:
    solution = Problem(None, x0=[2.0, 3.0]).solve(solver)
    assert solution.status is Status.OPTIMAL
    np.testing.assert_allclose(solution.x, [2.0, 3.0])


# Exceptions of the user's functions


def test_an_exception_says_which_function_and_where(solver: str) -> None:
    """At the start and at a later point; the exception stays what it is."""

    def reach(x: Any) -> Any:
        if x[0] > 2:
            raise RuntimeError("left the table")
        return x[0]

    with pytest.raises(RuntimeError, match="left the table") as raised:
        Problem(None, Constraint(reach, 0, 1), x0=[4.0])
    assert "constraint 'reach'" in raised.value.__notes__[0]
    assert "[4.]" in raised.value.__notes__[0]
    problem = Problem(lambda x: (x[0] - 5) ** 2, Constraint(reach, 0, 9), x0=[1.0])
    with pytest.raises(RuntimeError, match="left the table") as raised:
        problem.solve(solver)
    assert "test_ends.py" in raised.value.__notes__[0]


def test_a_callback_that_is_no_function_is_told_before_the_work(solver: str) -> None:
    problem = Problem(lambda x: x[0] ** 2, x0=[1.0])
    with pytest.raises(InputError, match="callback is 5"):
        problem.solve(solver, callback=5)
    with pytest.raises(InputError, match=r"x0 has shape \(3,\)"):
        problem.solve(solver, x0=[1.0, 2.0, 3.0])


@pytest.mark.parametrize("x0", [[1.0, 2.0], []])
def test_options_are_checked_where_nothing_is_free(solver: str, x0: Any) -> None:
    """A problem that needs no solver is no reason to take a misspelled option."""
    problem = Problem(lambda x: np.sum(x**2), x0=x0, bounds=[(v, v) for v in x0])
    assert problem.solve(solver).success
    with pytest.raises(InputError, match="option 'tolerence' is not known"):
        problem.solve(solver, options={"tolerence": 1e-6})
