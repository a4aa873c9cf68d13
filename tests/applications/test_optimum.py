"""Derivatives of solutions are those of problems solved anew; where there are none it is said."""

from __future__ import annotations

import numpy as np
import pytest

import asdopt
from asdopt import Constraint, Problem
from asdopt._errors import InputError
from asdopt.applications import optimum_sensitivity

TIGHT = {"tol": 1e-11, "print_level": 0}


def solve(problem, parameters=None):
    solution = problem.solve(parameters=parameters, options=TIGHT)
    assert solution.success
    rows = list(solution.multipliers.values())
    return solution, np.concatenate(rows) if rows else np.empty(0)


def check_against_new_solves(problem, p, step=1e-4, atol=2e-6):
    p = np.asarray(p, dtype=float)
    solution, _ = solve(problem, p)
    sensitivity = optimum_sensitivity(problem, solution)
    dx, dmultipliers = sensitivity.jacobian()
    for k, e in enumerate(np.eye(p.size)):
        above, below = (solve(problem, p + sign * step * e) for sign in (1.0, -1.0))
        moved = (above[0].x - below[0].x) / (2.0 * step)
        pulled = (above[1] - below[1]) / (2.0 * step)
        np.testing.assert_allclose(dx[:, k], moved, atol=atol)
        np.testing.assert_allclose(dmultipliers[:, k], pulled, atol=atol * 10)
    rng = np.random.default_rng(0)
    w, v = rng.normal(size=dx.shape[0]), rng.normal(size=dmultipliers.shape[0])
    np.testing.assert_allclose(sensitivity.adjoint(w, v), w @ dx + v @ dmultipliers, atol=1e-9)
    np.testing.assert_allclose(sensitivity.adjoint(w), w @ dx, atol=1e-9)
    return sensitivity


def portfolio(n):
    rng = np.random.default_rng(3)
    gain = rng.normal(0.1, 0.1, n)
    factors = rng.normal(size=(n, 2))
    own = rng.uniform(0.5, 1.5, n)

    def risk(x, p):
        return 0.5 * np.sum(own * x**2) + 0.5 * np.sum((factors.T @ x) ** 2) - p[0] * (gain @ x)

    return Problem(
        risk,
        Constraint(lambda x, p: np.sum(x) - p[1], 0.0, 0.0, name="budget"),
        x0=np.full(n, 1.0 / n),
        bounds=[(0.0, 0.3)] * n,
        parameters=[1.0, 1.0],
    )


def test_a_portfolio_with_weights_at_either_bound():
    problem = portfolio(12)
    sensitivity = check_against_new_solves(problem, [3.0, 1.0])
    assert 0 < sensitivity.free.sum() < 12
    dx, _ = sensitivity.jacobian()
    np.testing.assert_allclose(dx.sum(axis=0), [0.0, 1.0], atol=1e-9)
    assert (dx[~sensitivity.free] == 0.0).all()


def test_inequalities_ranges_and_nonlinear_constraints():
    problem = Problem(
        lambda x, p: (x[0] - p[0]) ** 2 + (x[1] - 2.0) ** 2 + x[2] ** 2 + x[0] * x[2],
        [
            Constraint(lambda x, p: x[0] ** 2 + x[1] ** 2, -np.inf, 1.0, name="disc"),
            Constraint(
                lambda x, p: [x[2] * p[1], x[0] - x[2]], [0.1, -5.0], [4.0, 5.0], name="two"
            ),
        ],
        x0=[0.1, 0.2, 0.5],
        parameters=[2.0, 1.0],
    )
    sensitivity = check_against_new_solves(problem, [2.0, 1.5])
    assert sensitivity.active.tolist() == [True, True, False]


def test_structured_variables_and_parameters():
    problem = Problem(
        lambda x, p: np.sum((x["a"] - p["target"]) ** 2) + p["weight"] * x["b"] ** 2,
        Constraint(lambda x, p: np.sum(x["a"]) + x["b"], 1.0, 1.0),
        x0={"a": np.zeros(2), "b": 0.0},
        parameters={"target": np.array([1.0, 2.0]), "weight": 2.0},
    )
    solution, multipliers = solve(problem)
    dx, dmultipliers = optimum_sensitivity(problem, solution).jacobian()
    # closed form: a = t - lambda / 2, b = -lambda / (2 w), lambda = (sum(t) - 1) / (1 + 1 / (2 w))
    t, w = np.array([1.0, 2.0]), 2.0
    spread = 1.0 + 1.0 / (2.0 * w)
    assert multipliers == pytest.approx([2.0 / spread])
    by_t, by_w = 1.0 / spread, (t.sum() - 1.0) / spread**2 / (2.0 * w**2)
    np.testing.assert_allclose(dmultipliers, [[by_t, by_t, by_w]], atol=1e-8)
    np.testing.assert_allclose(dx[:2, :2], np.eye(2) - by_t / 2.0, atol=1e-8)
    np.testing.assert_allclose(dx[:2, 2], -by_w / 2.0, atol=1e-8)
    np.testing.assert_allclose(dx[2, :2], -by_t / (2.0 * w), atol=1e-8)


def test_a_linear_program_moves_with_its_vertex():
    problem = Problem(
        lambda x, p: -x[0] - 2.0 * x[1],
        Constraint(lambda x, p: [x[0] + p[0] * x[1], x[0] - x[1]], -np.inf, [1.0, 1.0]),
        x0=[0.0, 0.0],
        bounds=[(0.0, 10.0), (0.0, 0.75)],
        parameters=[0.8],
    )
    sensitivity = check_against_new_solves(problem, [0.8])
    np.testing.assert_allclose(sensitivity.jacobian()[0], [[-0.75], [0.0]], atol=1e-9)


def test_a_large_chain_stays_sparse():
    n = 3_000
    problem = Problem(
        lambda x, p: np.sum((x[1:] - x[:-1]) ** 2) + np.sum(p[0] * np.cos(x)),
        Constraint(lambda x, p: [x[0] - p[1], x[-1] + 1.0], 0.0, 0.0),
        x0=np.linspace(1.0, -1.0, n),
        parameters=[1e-7, 1.0],
    )
    solution, _ = solve(problem)
    sensitivity = optimum_sensitivity(problem, solution)
    dx, _ = sensitivity.forward([0.0, 1.0])
    np.testing.assert_allclose(dx, np.linspace(1.0, 0.0, n), atol=0.2)
    assert sensitivity.adjoint(np.eye(n)[0]) == pytest.approx([0.0, 1.0])


def degenerate(objective, constraints, x0, **options):
    problem = Problem(objective, constraints, x0=x0, parameters=[1.0], **options)
    solution = problem.solve(options=TIGHT)
    return problem, solution


def test_dependent_constraints_are_refused_by_name():
    problem, solution = degenerate(
        lambda x, p: x[0] ** 2 + x[1] ** 2 + x[2] ** 2,
        [
            Constraint(lambda x, p: x[0] + x[1] - p[0], 0.0, 0.0, name="first"),
            Constraint(lambda x, p: x[2] - 1.0, 0.0, 0.0, name="third"),
            Constraint(lambda x, p: 2.0 * x[0] + 2.0 * x[1] - 2.0, -np.inf, 0.0, name="second"),
        ],
        [0.3, 0.0, 0.0],
    )
    # the multiplier of the redundant row is arbitrary: one that makes it strictly active
    solution.multipliers = {
        "first": np.array([-3.0]),
        "third": np.array([-2.0]),
        "second": np.array([1.0]),
    }
    with pytest.raises(InputError, match=r"Linear independence fails.* among first, second. The"):
        optimum_sensitivity(problem, solution)


def test_inequalities_without_multiplier_are_refused():
    problem, solution = degenerate(
        lambda x, p: (x[0] - p[0]) ** 2 + x[1] ** 2,
        Constraint(lambda x, p: x[0], -np.inf, 1.0, name="limit"),
        [0.0, 0.5],
    )
    with pytest.raises(InputError, match="Strict complementarity fails: constraint limit"):
        optimum_sensitivity(problem, solution, tol=1e-3)
    problem, solution = degenerate(
        lambda x, p: (x[0] - p[0]) ** 2, None, [0.0], bounds=[(-1.0, 1.0)]
    )
    with pytest.raises(InputError, match=r"Strict complementarity fails: the bound of x\[0\]"):
        optimum_sensitivity(problem, solution, tol=1e-3)


@pytest.mark.parametrize(
    "objective",
    [
        lambda x, p: p[0] * (x[0] - x[1]) ** 2,  # flat in one direction
        lambda x, p: p[0] * (x[0] ** 2 - x[1] ** 2),  # a saddle
    ],
)
def test_points_that_are_no_strict_minimum_are_refused(objective):
    problem, solution = degenerate(objective, None, [0.0, 0.0])
    with pytest.raises(InputError, match="second-order condition"):
        optimum_sensitivity(problem, solution)


def test_curvature_counts_along_the_constraints_only():
    # the objective alone is a saddle; on the line x1 = p it is convex
    problem = Problem(
        lambda x, p: x[0] ** 2 - x[1] ** 2 + x[0] * x[1],
        Constraint(lambda x, p: x[1] - p[0], 0.0, 0.0),
        x0=[1.0, 1.0],
        parameters=[1.0],
    )
    solution, _ = solve(problem)
    dx, _ = optimum_sensitivity(problem, solution).jacobian()
    np.testing.assert_allclose(dx[:, 0], [-0.5, 1.0], atol=1e-8)
    # and the other way round
    problem = Problem(
        lambda x, p: x[0] ** 2 - x[1] ** 2,
        Constraint(lambda x, p: x[0] - p[0], 0.0, 0.0),
        x0=[1.0, 0.0],
        parameters=[1.0],
    )
    solution = problem.solve(options=TIGHT)
    solution.x = np.array([1.0, 0.0])
    solution.multipliers = {"constraint": np.array([-2.0])}
    solution.status = asdopt.Status.OPTIMAL
    solution.success = True
    solution.bound_multipliers = (np.zeros(2), np.zeros(2))
    with pytest.raises(InputError, match="second-order condition fails"):
        optimum_sensitivity(problem, solution)


def test_what_is_no_solution_is_refused():
    problem = portfolio(4)
    solution, _ = solve(problem)
    problem.parameters = [3.0, 1.0]
    with pytest.raises(InputError, match="no solution for the parameters"):
        optimum_sensitivity(problem, solution)
    problem.parameters = [1.0, 1.0]
    sensitivity = optimum_sensitivity(problem, solution)
    with pytest.raises(InputError, match=r"direction has shape \(3,\), but there are 2 parameters"):
        sensitivity.forward(np.ones(3))
    plain = Problem(lambda x: x[0] ** 2, x0=[1.0])
    with pytest.raises(InputError, match="the problem has none"):
        optimum_sensitivity(plain, plain.solve(options=TIGHT))
    infeasible = Problem(
        lambda x, p: x[0] ** 2,
        Constraint(lambda x, p: x[0] ** 2 + p[0], 0.0, 0.0),
        x0=[1.0],
        parameters=[1.0],
    )
    with pytest.raises(InputError, match="only an optimum has derivatives"):
        optimum_sensitivity(infeasible, infeasible.solve(options=TIGHT))


def test_units_of_the_variables_do_not_matter():
    """A curvature of 1e-8 beside one of 1e8 is a strict minimum all the same."""
    problem = Problem(
        lambda x, p: 0.5 * (1e4 * x[0] - p[0]) ** 2 + 0.5 * (1e-4 * x[1] - p[1]) ** 2,
        x0=[1e-4, 1e4],
        parameters=[1.0, 1.0],
    )
    solution = problem.solve(options=TIGHT)
    dx, _ = optimum_sensitivity(problem, solution).jacobian()
    np.testing.assert_allclose(dx, np.diag([1e-4, 1e4]), rtol=1e-10)
