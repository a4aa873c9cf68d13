"""trust-constr: the same optima and multipliers as Ipopt, and its habits corrected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from known_problems import hs071, ranges
from scipy.optimize import rosen

from asdopt import Constraint, InputError, Problem, Status

INF = float("inf")


def unconstrained() -> Problem:
    return Problem(
        lambda x: ((x[1:] - 0.5 * x[:-1] ** 2) ** 2).sum() + (x[0] - 1) ** 2, x0=[0.7] * 5
    )


def fixed() -> Problem:
    return Problem(
        lambda x: (x[0] - 1) ** 2 + (x[1] - 2) ** 2 + x[0] * x[2],
        Constraint(lambda x: x[0] + x[1] * x[2], 3.5, 3.5, name="sum"),
        x0=[0.0, 0.0, 1.0],
        bounds=[(1, 1), (None, None), (0.5, 2)],
    )


def linear_program() -> Problem:
    return Problem(
        lambda x: -x[0] - 2 * x[1],
        Constraint(lambda x: x[0] + x[1], ub=4.0, name="sum"),
        x0=[0.0, 0.0],
        bounds=[(0, 3), (0, 3)],
    )


def one_variable() -> Problem:
    return Problem(lambda x: (x[0] - 3) ** 2, Constraint(lambda x: x[0] ** 2, ub=4.0), x0=[1.0])


@pytest.mark.parametrize(
    "make", [hs071, unconstrained, ranges, fixed, linear_program, one_variable]
)
def test_both_solvers_give_the_same_optimum_and_multipliers(make: Callable[[], Problem]) -> None:
    pytest.importorskip("cyipopt")
    problem = make()
    mine = problem.solve("trust-constr")
    other = problem.solve("ipopt", options={"tol": 1e-10})
    assert mine.status is Status.OPTIMAL
    np.testing.assert_allclose(mine.x, other.x, atol=2e-6)
    assert mine.fun == pytest.approx(other.fun, abs=1e-5)
    assert mine.multipliers.keys() == other.multipliers.keys()
    for name, values in mine.multipliers.items():
        np.testing.assert_allclose(values, other.multipliers[name], atol=1e-5)
    for side in (0, 1):
        np.testing.assert_allclose(
            mine.bound_multipliers[side], other.bound_multipliers[side], atol=1e-5
        )


def test_solution_is_filled_like_ipopts() -> None:
    solution = hs071().solve("trust-constr")
    assert solution.solver == "trust-constr"
    assert set(solution.timings) == {"trace", "prepare", "solve", "evaluation"}
    assert solution.nit == solution.history[-1]["iteration"]
    assert solution.optimality < 1e-6
    assert set(solution.constraints) == {"product", "norm"}


def test_bounds_are_reached_and_not_kept_off_by_the_barrier() -> None:
    # Left to itself, trust-constr stops at 0.999001 and calls that an optimum.
    problem = Problem(lambda x: (x[0] - 3) ** 2, x0=[0.0], bounds=[(0, 1)])
    assert problem.solve("trust-constr").x == pytest.approx([1.0], abs=1e-6)


def test_scipys_own_functions_can_be_the_objective() -> None:
    solution = Problem(rosen, x0=np.full(4, 1.3)).solve("trust-constr")
    np.testing.assert_allclose(solution.x, np.ones(4), atol=1e-6)


def test_a_point_without_freedom_is_evaluated() -> None:
    assert Problem(lambda x: 1.0, x0=[]).solve("trust-constr").status is Status.OPTIMAL
    both = Problem(lambda x: x[0] * x[1], x0=[0.0, 0.0], bounds=[(1, 1), (2, 2)])
    solution = both.solve("trust-constr")
    assert solution.success
    assert solution.fun == 2.0
    assert solution.optimality == 0.0


def test_limits_and_stops() -> None:
    problem = unconstrained()
    assert problem.solve("trust-constr", options={"maxiter": 2}).status is Status.ITERATION_LIMIT
    assert problem.solve("trust-constr", time_limit=1e-9).status is Status.TIME_LIMIT
    seen: list[dict[str, Any]] = []

    def callback(info: dict[str, Any]) -> bool:
        seen.append(info)
        return len(seen) == 3

    solution = problem.solve("trust-constr", callback=callback)
    assert solution.status is Status.STOPPED
    assert problem.objective(seen[-1]["x"]) == pytest.approx(seen[-1]["objective"])


@pytest.mark.parametrize("error", [KeyError, ValueError, np.linalg.LinAlgError])
def test_what_the_callback_raises_is_raised(error: type[Exception]) -> None:
    def callback(info: dict[str, Any]) -> None:
        raise error("from the callback")

    with pytest.raises(error, match="from the callback"):
        unconstrained().solve("trust-constr", callback=callback)


def test_infeasible_is_no_success() -> None:
    problem = Problem(
        lambda x: x[0], Constraint(lambda x: x[0] ** 2 + x[1] ** 2, ub=-1.0), x0=[1.0, 1.0]
    )
    solution = problem.solve("trust-constr", options={"maxiter": 200})
    assert not solution.success
    assert solution.violations


def test_unbounded() -> None:
    solution = Problem(lambda x: -(x[0] ** 3), x0=[1.0]).solve("trust-constr")
    assert solution.status is Status.UNBOUNDED


def test_more_equations_than_variables() -> None:
    problem = Problem(
        lambda x: x[0], Constraint(lambda x: [x[0], 2 * x[0]], [3, 6], [3, 6]), x0=[0.0]
    )
    solution = problem.solve("trust-constr")
    assert solution.status is Status.INVALID
    assert "2 equality constraints and 1 free variables" in solution.message


def test_steps_out_of_the_domain_are_refused() -> None:
    problem = Problem(lambda x: x[0] - np.log(x[0]), x0=[3.0])
    assert problem.solve("trust-constr").x == pytest.approx([1.0], abs=1e-6)
    constrained = Problem(
        lambda x: x[0] + x[1], Constraint(lambda x: np.log(x[0]) + np.log(x[1]), 0.0), x0=[3.0, 3.0]
    )
    np.testing.assert_allclose(constrained.solve("trust-constr").x, [1.0, 1.0], atol=1e-5)


def test_values_that_are_not_finite_name_the_place() -> None:
    problem = Problem(lambda x: np.log(x[0]), x0=[1.0])
    at_start = problem.solve("trust-constr", x0=[-0.5])
    assert at_start.status is Status.EVALUATION_ERROR
    assert "log(-0.5)" in at_start.message
    at_edge = problem.solve("trust-constr")
    assert at_edge.status is Status.EVALUATION_ERROR
    derivative = Problem(lambda x: np.sqrt(x[0] ** 2), x0=[1.0]).solve("trust-constr")
    assert derivative.status is Status.EVALUATION_ERROR
    assert "sqrt(0)" in derivative.message


def test_branch_flips_are_followed() -> None:
    def branching(x: Any) -> Any:
        if x[0] > 1:
            return x[1] * x[0] + x[2]
        return x[2] + 0 * x[0]

    problem = Problem(
        lambda x: (x[0] - 3) ** 2 + x[1] ** 2 + x[2] ** 2,
        Constraint(branching, 4.0, 4.0, name="row"),
        x0=[0.0, 0.5, 1.0],
    )
    solution = problem.solve("trust-constr")
    assert solution.success
    assert solution.fun == pytest.approx(1.431501, abs=1e-5)


@pytest.mark.parametrize(
    ("given", "hint"), [({"maxitr": 3}, "'maxiter'"), ({"tol": 1e-8}, "'gtol'"), ({"q": 1}, "xtol")]
)
def test_unknown_options_get_a_suggestion(given: dict[str, Any], hint: str) -> None:
    with pytest.raises(InputError, match=hint):
        unconstrained().solve("trust-constr", options=given)
