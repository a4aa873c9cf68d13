"""Rows of the Jacobian that are stored at once."""

from __future__ import annotations

import numpy as np
import pytest

import asdopt
from asdopt.kernels import _plan
from asdopt.kernels._programs import Result
from asdopt.kernels._whole_rows import Orders, find_rows


@pytest.fixture(params=["v4", "v3", "v2", "plain"])
def build(request):
    default = _plan.build()
    if _plan.use_build(request.param) != request.param:
        _plan.use_build(default)
        pytest.skip(f"the CPU does not run the build {request.param}")
    yield request.param
    _plan.use_build(default)


def check_jacobian(fun, x):
    """Compare with the complex step along random lines, also where constants are kept."""
    problem = asdopt.Problem(None, asdopt.Constraint(fun, -np.inf, np.inf), x0=x)
    out = np.full(problem.jacobian_pattern.nnz, np.nan)
    random = np.random.default_rng(0)
    for k in range(3):
        point, direction = x + 0.1 * k, random.normal(size=len(x))
        exact = np.imag(fun(point + 1e-30j * direction)) / 1e-30
        found = problem.jacobian(point) @ direction
        assert np.allclose(found, exact, rtol=1e-12, atol=1e-13 * np.abs(exact).max())
        kept = problem.evaluator.jacobian_values(point, out, keep=True)
        assert np.array_equal(kept, problem.jacobian_values(point))
    return problem.evaluator._branch.engine


def stored_rows(monkeypatch):
    """Record the rows that programs store whole."""
    import asdopt.kernels._packing as packing

    found = []

    def find(*arguments):
        rows = find_rows(*arguments)
        found.extend(rows)
        return rows

    monkeypatch.setattr(packing, "find_rows", find)
    return found


@pytest.mark.parametrize("size", [2, 3, 4, 5, 6, 7, 8, 9, 20])
@pytest.mark.parametrize("count", [3, 64, 150])
@pytest.mark.parametrize("kinds", [1, 2, 40])
def test_rows_in_any_order_of_their_variables(build, monkeypatch, size, count, kinds):
    found = stored_rows(monkeypatch)
    rng = np.random.default_rng(size)
    orders = np.array([rng.permutation(size) for _ in range(kinds)])
    # All kinds of blocks: one order, two of them, more.
    columns = [size * k + orders[rng.integers(kinds) if k > 10 else 0] for k in range(count)]

    def fun(x):
        rows = []
        for own in columns:
            total = 1.0 + x[own[0]]
            for weight, j in enumerate(own[:-1]):
                total = total * (x[j] + 0.1 * weight)
            rows.append(total - 3.0 * x[own[-1]])
        return np.array(rows)

    x = rng.uniform(0.9, 1.1, size * count)
    engine = check_jacobian(fun, x)
    assert engine.num_instances == [count] or count == 3
    if count > 3:
        assert [len(row.results) for row in found] == [size]
        assert found[0].whole.all()


def test_rows_that_lie_apart_are_stored_by_entry(build, monkeypatch):
    found = stored_rows(monkeypatch)
    count = 200

    def fun(x):
        rows = [x[3 * k] * x[3 * k + 1] * x[3 * k + 2] for k in range(count)]
        rows[70] = x[7] * x[11] * x[12] + 2.0 * x[10]  # a constant between the others
        return np.array(rows)

    check_jacobian(fun, np.linspace(0.5, 1.5, 3 * count))
    assert any(row.is_apart for row in found)


def test_rows_with_gaps_and_in_another_order_than_their_instances(build):
    order = np.random.default_rng(1).permutation(300)

    def fun(x):
        rows = []
        for k in order:
            a, b, c = x[k], x[k + 1], x[k + 2]
            rows.append(np.sin(a - b) * c if k % 3 else np.exp(a) * b)
            if k % 7 == 0:
                rows.append(2.0 * a + c)
        return np.array(rows)

    check_jacobian(fun, np.linspace(-1.0, 1.0, 302))


def test_rows_that_are_mostly_constant(build):
    def fun(x):
        a, b, c, d, e = (x[k : k + 196] for k in range(5))
        return c**2 * d + a - 4.0 * b + 7.0 * e

    check_jacobian(fun, np.linspace(0.5, 1.5, 200))


def test_a_row_that_is_not_finite_is_told(build):
    def fun(x):
        return np.array([np.sqrt(x[2 * k]) * x[2 * k + 1] for k in range(100)])

    problem = asdopt.Problem(None, asdopt.Constraint(fun, -np.inf, np.inf), x0=np.ones(200))
    x = np.ones(200)
    x[142] = 0.0
    with pytest.raises(asdopt.EvaluationError, match="sqrt"):
        problem.jacobian_values(x)
    x[142] = 1.0
    assert np.isfinite(problem.jacobian_values(x)).all()


def test_orders_and_places_of_rows():
    results = [Result(0, k, row=0) for k in range(3)]
    positions = {0: [4, 20, 31], 1: [5, 22, 30], 2: [6, 21, 32]}
    arrays = {key: np.array(value, dtype=np.int32) for key, value in positions.items()}
    counts = np.ones(40, dtype=np.int32)
    orders = Orders()
    (row,) = find_rows(results, arrays, counts, orders)
    assert row.results == results
    assert row.first.tolist() == [4, 20, 30]
    assert orders.arrays[row.order].tolist() == [[0, 1, 2], [0, 2, 1], [1, 0, 2]]
    assert row.whole.tolist() == [1, 1, 1]
    assert not row.is_apart
    # The same order is kept once.
    shifted = {key: value + 3 for key, value in arrays.items()}
    assert find_rows(results, shifted, counts, orders)[0].order == row.order
    assert len(orders.arrays) == 1


@pytest.mark.parametrize(
    ("positions", "count"),
    [([[4], [6]], 1), ([[4], [5]], 2), ([[4], [-1]], 1), ([[4], [4]], 1)],
    ids=["gap", "shared", "missing", "twice"],
)
def test_entries_that_are_no_whole_row(positions, count):
    results = [Result(0, k, row=0) for k in range(2)]
    arrays = {k: np.array(value, dtype=np.int32) for k, value in enumerate(positions)}
    counts = np.full(40, count, dtype=np.int32)
    assert find_rows(results, arrays, counts, Orders()) == []


def test_long_rows_are_stored_by_entry():
    for size, number in ((32, 1), (33, 0)):
        results = [Result(0, k, row=0) for k in range(size)]
        arrays = {k: np.array([k], dtype=np.int32) for k in range(size)}
        found = find_rows(results, arrays, np.ones(40, dtype=np.int32), Orders())
        assert len(found) == number
