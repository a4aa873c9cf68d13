"""Second derivatives that are constants times multipliers: summed up when a problem is made."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import sparse

import asdopt

RANDOM = np.random.default_rng(20)


def programs(problem):
    """Number of templates of which second derivatives are computed at each evaluation."""
    return problem.evaluator._branch.engine._machine.num_hessian_programs


def check(problem, x, expected, multipliers=None, factor=0.3):
    found = problem.hessian(x, multipliers, factor).toarray()
    assert np.allclose(found, np.tril(expected), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("density", [1.0, 0.3, 0.05])
def test_least_squares(density):
    a = RANDOM.normal(size=(200, 40)) * (RANDOM.uniform(size=(200, 40)) < density)
    b = RANDOM.normal(size=200)
    problem = asdopt.Problem(lambda x: np.sum((a @ x - b) ** 2), x0=np.ones(40))
    assert programs(problem) == 0
    for factor in (1.0, 0.0, -2.5):
        check(problem, RANDOM.normal(size=40), 2 * factor * a.T @ a, factor=factor)


def test_quadratic_programs_as_arrays_and_as_loops():
    q = RANDOM.normal(size=(12, 12))
    c = RANDOM.normal(size=12)

    def loops(x):
        total = 0.0
        for i in range(12):
            total += c[i] * x[i]
            for j in range(12):
                total += 0.5 * q[i, j] * x[i] * x[j]
        return total

    for objective in (lambda x: 0.5 * x @ (q @ x) + c @ x, loops):
        problem = asdopt.Problem(objective, x0=np.ones(12))
        assert programs(problem) == 0
        check(problem, RANDOM.normal(size=12), 0.15 * (q + q.T))


def test_norms_in_constraints_and_penalties():
    a, b = RANDOM.normal(size=(2, 60, 40))

    def objective(x):
        return np.sum(np.exp(x)) + 3.0 * np.sum(x**2)

    def constraints(x):
        return [np.sum((a @ x) ** 2), (b @ x) @ (b @ x) - x[0], x @ x]

    x, multipliers = RANDOM.normal(size=40), RANDOM.normal(size=3)
    problem = asdopt.Problem(objective, asdopt.Constraint(constraints, -1.0, 1.0), x0=np.ones(40))
    assert programs(problem) == 1
    first, second, third = multipliers
    expected = 0.3 * np.diag(np.exp(x) + 6.0) + 2 * third * np.eye(40)
    expected += 2 * first * a.T @ a + 2 * second * b.T @ b
    check(problem, x, expected, multipliers)


def test_sparse_quadratic_constraints():
    forms = [sparse.random(300, 300, density=0.01, random_state=k) for k in range(3)]

    def constraints(x):
        return [x @ (q @ x) for q in forms]

    x, multipliers = RANDOM.normal(size=300), RANDOM.normal(size=3)
    problem = asdopt.Problem(
        lambda x: np.sum(x), asdopt.Constraint(constraints, -1.0, 1.0), x0=np.ones(300)
    )
    assert programs(problem) == 0
    total = sum(w * (q + q.T) for w, q in zip(multipliers, forms, strict=True))
    check(problem, x, total.toarray(), multipliers)


def test_constants_beside_what_varies():
    """Of one template some second derivatives are constant."""

    def objective(x):
        return np.sum(x[:50] ** 2 * 0.5 + x[:50] * x[50:] + np.cos(x[50:]))

    x = RANDOM.normal(size=100)
    problem = asdopt.Problem(objective, x0=np.ones(100))
    expected = np.diag(np.append(np.ones(50), -np.cos(x[50:]))) + np.eye(100, k=-50)
    check(problem, x, 0.3 * expected)


def test_parameters_are_no_constants():
    problem = asdopt.Problem(
        lambda x, p: np.sum(p * x**2), x0=np.ones(30), parameters=np.arange(30.0)
    )
    x = RANDOM.normal(size=30)
    check(problem, x, 0.6 * np.diag(np.arange(30.0)))
    problem.parameters = np.full(30, 2.0)
    check(problem, x, 1.2 * np.eye(30))


def test_few_rows_with_multipliers_of_their_own_stay_in_programs():
    problem = asdopt.Problem(
        lambda x: np.sum(x),
        asdopt.Constraint(lambda x: x[:40] ** 2 + x[40:] ** 2, -1.0, 1.0),
        x0=np.ones(80),
    )
    assert programs(problem) == 1
    multipliers = RANDOM.normal(size=40)
    check(problem, np.ones(80), 2 * np.diag(np.tile(multipliers, 2)), multipliers)


def test_results_that_are_no_numbers_are_told():
    a = RANDOM.normal(size=(50, 10))
    problem = asdopt.Problem(
        lambda x: np.sum((a @ x) ** 2),
        asdopt.Constraint(lambda x: np.sum((a @ x) ** 2), -1.0, 1.0),
        x0=np.ones(10),
    )
    for multipliers, factor in (([0.0], 1e308), ([1e308], 0.0), ([math.inf], 1.0)):
        with pytest.raises(asdopt.EvaluationError):
            problem.hessian(np.ones(10), np.array(multipliers), factor)
    check(problem, np.ones(10), np.zeros((10, 10)), [0.0], 0.0)


def test_an_infinite_factor_leaves_zeros_of_others_alone():
    """Places between those that the objective has stay what they are."""

    def objective(x):
        return np.sum(x[::2] ** 2)

    def constraints(x):
        return np.sum(x**2)

    problem = asdopt.Problem(objective, asdopt.Constraint(constraints, -1.0, 1.0), x0=np.ones(40))
    engine = problem.evaluator._branch.engine
    values = engine.hessian_values(np.ones(40), np.array([math.inf, 1.0]))
    assert np.isinf(values[::2]).all()
    assert (values[1::2] == 2.0).all()


def test_constant_hessians_do_not_look_at_x():
    a = RANDOM.normal(size=(50, 10))
    problem = asdopt.Problem(lambda x: np.sum((a @ x) ** 2), x0=np.ones(10))
    x = RANDOM.normal(size=10)
    gradient = 2 * a.T @ (a @ x)
    for _ in range(2):
        check(problem, x, 0.6 * a.T @ a)
        assert np.allclose(problem.gradient(x), gradient, rtol=1e-12)
        assert np.isclose(problem.objective(x), np.sum((a @ x) ** 2))
        check(problem, -x, 0.6 * a.T @ a)
