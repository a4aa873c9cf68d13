"""SLSQP: the same optima and multipliers as trust-constr, and honest ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from known_problems import hs071, ranges

from asdopt import Constraint, InputError, Problem, Solution, Status
from asdopt._solve_request import SolveRequest
from asdopt.adapters import scipy_slsqp


def solve(problem: Problem, x0: Any = None, **request: Any) -> Solution:
    start = problem.x0 if x0 is None else np.array(x0, dtype=float)
    return scipy_slsqp.solve(problem, SolveRequest(start, **request))


def fixed() -> Problem:
    return Problem(
        lambda x: (x[0] - 1) ** 2 + (x[1] - 2) ** 2,
        Constraint(lambda x: x[0] + x[1], 3.5, 3.5, name="sum"),
        x0=[0.0, 0.0],
        bounds=[(1, 1), (None, None)],
    )


@pytest.mark.parametrize("make", [hs071, ranges, fixed])
def test_optimum_and_multipliers_are_those_of_trust_constr(make: Any) -> None:
    problem = make()
    mine, other = solve(problem), problem.solve("trust-constr")
    assert mine.status is Status.OPTIMAL
    assert mine.solver == "slsqp"
    assert mine.nit == len(mine.history)
    np.testing.assert_allclose(mine.x, other.x, atol=1e-5)
    for name, values in mine.multipliers.items():
        np.testing.assert_allclose(values, other.multipliers[name], atol=1e-4)
    for side in (0, 1):
        np.testing.assert_allclose(
            mine.bound_multipliers[side], other.bound_multipliers[side], atol=1e-4
        )


def test_ends() -> None:
    problem = hs071()
    assert solve(problem, options={"maxiter": 2}).status is Status.ITERATION_LIMIT
    assert solve(problem, time_limit=1e-9).status is Status.TIME_LIMIT
    assert solve(problem, callback=lambda info: True).status is Status.STOPPED
    assert solve(Problem(lambda x: -(x[0] ** 3), x0=[1.0])).status is Status.UNBOUNDED
    assert solve(Problem(lambda x: 1.0, x0=[])).status is Status.OPTIMAL
    impossible = Problem(
        lambda x: x[0], Constraint(lambda x: x[0] ** 2 + x[1] ** 2, ub=-1.0), x0=[1.0, 1.0]
    )
    assert solve(impossible).status is Status.INFEASIBLE


def test_values_that_are_not_finite_name_the_place() -> None:
    problem = Problem(lambda x: np.log(x[0]), x0=[1.0])
    assert "log(-0.5)" in solve(problem, x0=[-0.5]).message
    assert solve(problem).status is Status.EVALUATION_ERROR
    kink = solve(Problem(lambda x: np.sqrt(x[0] ** 2), x0=[1.0]))
    assert kink.status is Status.EVALUATION_ERROR
    assert "sqrt(0)" in kink.message
    assert solve(Problem(lambda x: x[0] - np.log(x[0]), x0=[3.0])).x == pytest.approx([1.0])


def test_unknown_options_get_a_suggestion() -> None:
    with pytest.raises(InputError, match="'maxiter'"):
        solve(hs071(), options={"maxitr": 3})


def test_what_the_callback_raises_is_raised() -> None:
    def callback(info: dict[str, Any]) -> None:
        raise ValueError("from the callback")

    with pytest.raises(ValueError, match="from the callback"):
        solve(hs071(), callback=callback)
