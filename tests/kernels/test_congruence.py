"""Second derivatives by maps of nearly the same variables: dense products L' D M."""

from __future__ import annotations

import numpy as np
import pytest

import asdopt
from asdopt.kernels import _plan


@pytest.fixture(params=["v4", "v3", "v2", "plain"])
def build(request):
    default = _plan.build()
    if _plan.use_build(request.param) != request.param:
        _plan.use_build(default)
        pytest.skip(f"the CPU does not run the build {request.param}")
    yield request.param
    _plan.use_build(default)


def engine_of(problem):
    engine = problem.evaluator._branch.engine
    assert engine._rest is None, "the terms were left to sweeps"
    return engine


def logistic(a, y):
    """Loss, and its Hessian as NumPy computes it."""

    def loss(x):
        return np.sum(np.log1p(np.exp(-y * (a @ x))))

    def hessian(x):
        p = 1.0 / (1.0 + np.exp(y * (a @ x)))
        return a.T @ ((p * (1.0 - p))[:, None] * a)

    return loss, hessian


@pytest.mark.parametrize(("rows", "cols"), [(8, 6), (255, 9), (256, 16), (700, 23), (40, 41)])
def test_dense_rows(build, rows, cols):
    rng = np.random.default_rng(rows)
    a, y = rng.normal(size=(rows, cols)), rng.choice([-1.0, 1.0], rows)
    loss, hessian = logistic(a, y)
    x = rng.normal(size=cols) / 4
    problem = asdopt.Problem(loss, x0=x)
    engine_of(problem)
    found = problem.hessian(x, obj_factor=0.7).toarray()
    assert np.allclose(found, 0.7 * np.tril(hessian(x)), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("density", [0.9, 0.5, 0.2])
def test_rows_with_zeros(density):
    rng = np.random.default_rng(7)
    a = rng.normal(size=(300, 40)) * (rng.uniform(size=(300, 40)) < density)
    loss, hessian = logistic(a, np.ones(300))
    x = rng.normal(size=40) / 4
    problem = asdopt.Problem(loss, x0=x)
    engine_of(problem)
    assert np.allclose(problem.hessian(x).toarray(), np.tril(hessian(x)), rtol=1e-11, atol=1e-13)


def test_several_sets_of_variables():
    """Blocks of rows that read variables of their own, in any order, and single rows beside."""
    rng = np.random.default_rng(8)
    a = np.zeros((330, 60))
    for k in range(3):
        members = rng.permutation(60)[:20]
        a[np.ix_(np.arange(k, 300, 3), members)] = rng.normal(size=(100, 20))
    for row in a[300:]:
        row[rng.permutation(60)[:7]] = rng.normal(size=7)
    loss, hessian = logistic(a, np.ones(330))
    x = rng.normal(size=60) / 4
    problem = asdopt.Problem(loss, x0=x)
    engine_of(problem)
    assert np.allclose(problem.hessian(x).toarray(), np.tril(hessian(x)), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("first", [0, 5, 12])
def test_products_of_two_maps(first):
    """Of variables that are the same, partly the same, or others."""
    rng = np.random.default_rng(9)
    n = 24
    a, b = np.zeros((2, 90, n))
    a[:, :12], b[:, first : first + 12] = rng.normal(size=(2, 90, 12))

    def loss(x):
        return np.sum(np.sin(a @ x) * np.cos(b @ x))

    x = rng.normal(size=n) / 4
    problem = asdopt.Problem(loss, x0=x)
    engine_of(problem)
    u, v = a @ x, b @ x
    full = -a.T @ ((np.sin(u) * np.cos(v))[:, None] * a)
    full -= b.T @ ((np.sin(u) * np.cos(v))[:, None] * b)
    mixed = -a.T @ ((np.cos(u) * np.sin(v))[:, None] * b)
    full += mixed + mixed.T
    assert np.allclose(problem.hessian(x).toarray(), np.tril(full), rtol=1e-11, atol=1e-13)


def test_a_variable_that_all_rows_share():
    rng = np.random.default_rng(10)
    a = np.zeros((64, 13))
    a[:, :12] = rng.normal(size=(64, 12))

    def loss(x):
        return np.sum(np.exp(x[12]) * np.sin(a @ x))

    x = rng.normal(size=13) / 4
    problem = asdopt.Problem(loss, x0=x)
    engine_of(problem)
    z, e = a @ x, np.exp(x[12])
    full = -e * a.T @ (np.sin(z)[:, None] * a)
    full[12, :] = full[:, 12] = e * (np.cos(z) @ a)
    full[12, 12] = e * np.sin(z).sum()
    assert np.allclose(problem.hessian(x).toarray(), np.tril(full), rtol=1e-11, atol=1e-13)


def test_infinite_curvature_stays_with_the_variables_of_its_row():
    """Of a row's zero coefficients infinity makes nothing, as if they were not there."""
    rng = np.random.default_rng(11)
    a = rng.normal(size=(80, 20))
    a[0, 6:] = 0.0
    a[1, :14] = 0.0

    def loss(x):
        return np.sum(np.abs(a @ x) ** 1.5)

    x = rng.normal(size=20)
    problem = asdopt.Problem(loss, x0=x)
    engine = engine_of(problem)
    x[:6] = 0.0
    values = engine.hessian_values(x, np.ones(1))
    rows, cols = problem.hessian_structure()
    hit = (rows < 6) & (cols < 6)
    assert hit.sum() == 21
    assert not np.isfinite(values[hit]).any()
    z = (a @ x)[1:]
    rest = a[1:].T @ ((0.75 / np.sqrt(np.abs(z)))[:, None] * a[1:])
    assert np.allclose(values[~hit], rest[rows, cols][~hit], rtol=1e-11)


def test_multipliers_of_many_rows():
    rng = np.random.default_rng(12)
    a = rng.normal(size=(120, 30))
    x, multipliers = rng.normal(size=30), rng.normal(size=120)
    problem = asdopt.Problem(
        lambda x: np.sum(x), asdopt.Constraint(lambda x: (a @ x) ** 2, -1.0, 1.0), x0=np.ones(30)
    )
    engine_of(problem)
    found = problem.hessian(x, multipliers).toarray()
    assert np.allclose(found, np.tril(2 * a.T @ (multipliers[:, None] * a)), rtol=1e-11, atol=1e-12)


def test_large_dense_problems_have_kernels():
    """More pairs than could be spread one by one."""
    rng = np.random.default_rng(13)
    a, b = rng.normal(size=(2500, 100)), rng.normal(size=2500)
    loss, hessian = logistic(a, np.sign(b))
    x = rng.normal(size=100) / 50
    problem = asdopt.Problem(loss, x0=x)
    engine_of(problem)
    assert np.allclose(problem.hessian(x).toarray(), np.tril(hessian(x)), rtol=1e-10, atol=1e-12)
