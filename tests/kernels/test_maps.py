"""Affine maps kept as maps: L' D L without expanding anything."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import asdopt


@pytest.mark.parametrize("seed", range(4))
def test_logistic_regression(seed):
    rng = np.random.default_rng(seed)
    a = sparse.random(60, 25, density=0.35, random_state=seed, format="csr")
    y = rng.choice([-1.0, 1.0], 60)

    def loss(x):
        return np.sum(np.log1p(np.exp(-y * (a @ x)))) + 0.5 * np.sum(x**2)

    x = rng.normal(size=25)
    problem = asdopt.Problem(loss, x0=x)
    assert problem.evaluator._branch.engine._rest is None
    z = y * (a @ x)
    p = 1.0 / (1.0 + np.exp(z))
    assert np.isclose(problem.objective(x), loss(x), rtol=1e-14)
    assert np.allclose(problem.gradient(x), a.T @ (-y * p) + x, rtol=1e-12)
    full = (a.T @ sparse.diags(p * (1 - p)) @ a).toarray() + np.eye(25)
    assert np.allclose(problem.hessian(x).toarray(), np.tril(full), rtol=1e-12, atol=1e-14)


def test_products_of_maps_with_variables_and_with_maps():
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=(2, 8, 8))

    def objective(x):
        return x @ (a @ x) + np.sum((a @ x) * (b @ x)) + np.sum((b @ x) ** 2)

    def constraints(x):
        return (a @ x) * x

    x = rng.normal(size=8)
    problem = asdopt.Problem(objective, asdopt.Constraint(constraints, -np.inf, np.inf), x0=x)
    quadratic = a + a.T + a.T @ b + b.T @ a + 2 * b.T @ b
    multipliers = rng.normal(size=8)
    rows = np.diag(multipliers) @ a
    expected = quadratic + rows + rows.T
    found = problem.hessian(x, multipliers).toarray()
    assert np.allclose(found, np.tril(expected), rtol=1e-12, atol=1e-12)
    jacobian = np.diag(x) @ a + np.diag(a @ x)
    assert np.allclose(problem.jacobian(x).toarray(), jacobian, rtol=1e-12, atol=1e-13)
    assert np.allclose(problem.gradient(x), quadratic @ x, rtol=1e-12)
