"""Branches that flip during a solve by Ipopt, warm starts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from known_problems import assert_hs071, branching_problem, hs071

import asdopt
from asdopt import Constraint, InputError, Problem, Status

pytest.importorskip("cyipopt")


# Branches
def test_branch_flip_during_the_solve_restarts_with_the_union(library: str) -> None:
    problem = branching_problem()
    before = problem.jacobian_pattern.nnz
    solution = problem.solve(options={"library": library})
    assert solution.success
    assert problem.jacobian_pattern.nnz > before
    # The same model without the branch, from the far side.
    plain = Problem(
        lambda x: (x[0] - 3) ** 2 + x[1] ** 2 + x[2] ** 2,
        Constraint(lambda x: x[1] * x[0] + x[2], 4.0, 4.0, name="row"),
        x0=[2.0, 0.5, 1.0],
    ).solve()
    np.testing.assert_allclose(solution.x, plain.x, atol=1e-6)
    np.testing.assert_allclose(solution.multipliers["row"], plain.multipliers["row"], atol=1e-6)
    iterations = [entry["iteration"] for entry in solution.history]
    assert iterations == list(range(len(iterations)))
    assert solution.nit == iterations[-1]


def test_limits_count_over_restarts() -> None:
    solution = branching_problem().solve(options={"max_iter": 4})
    assert solution.status is Status.ITERATION_LIMIT
    assert solution.nit == 4


def test_branch_at_another_start_needs_no_restart() -> None:
    problem = branching_problem()
    solution = problem.solve(x0=[2.0, 0.5, 1.0])
    assert solution.success


def test_many_branches_settle() -> None:
    def smooth_hinge(v: Any) -> Any:
        return v**2 if v > 0 else 0.1 * v**2

    rng = np.random.default_rng(0)
    weights = rng.normal(size=(6, 6))

    def objective(x: Any) -> Any:
        return sum(
            smooth_hinge(sum(w * v for w, v in zip(row, x, strict=True)) - 1) for row in weights
        )

    solution = Problem(objective, x0=np.zeros(6), bounds=[(-2, 2)] * 6).solve()
    assert solution.success
    assert solution.optimality < 1e-5


def test_too_many_restarts_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asdopt.adapters._ipopt_session.MAX_RESTARTS", 0)
    with pytest.raises(asdopt.StructureChangedError, match="not smooth enough"):
        branching_problem().solve()


def test_an_error_of_the_functions_at_a_new_branch_is_raised(library: str) -> None:
    def objective(x: Any) -> Any:
        if x[0] > 1:
            raise RuntimeError("no model beyond 1")
        return (x[0] - 3) ** 2

    with pytest.raises(RuntimeError, match="no model beyond 1"):
        Problem(objective, x0=[0.0]).solve(options={"library": library})


# Warm starts
def test_warm_start_takes_fewer_iterations() -> None:
    problem = hs071()
    cold = problem.solve()
    warm = problem.solve(warm_start=cold)
    assert_hs071(warm)
    assert warm.nit < cold.nit / 2


def test_warm_start_goes_on_after_a_limit() -> None:
    problem = hs071()
    first = problem.solve(options={"max_iter": 4})
    second = problem.solve(warm_start=first)
    assert_hs071(second)
    assert second.nit < 8


def test_warm_start_of_another_problem_is_refused() -> None:
    other = Problem(lambda x: x.sum(), Constraint(lambda x: x[0], 0, 1, name="other"), x0=[0.0] * 4)
    with pytest.raises(InputError, match=r"warm_start has multipliers of .*other"):
        hs071().solve(warm_start=other.solve(options={"max_iter": 1}))
