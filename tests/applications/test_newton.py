"""Newton's method finds roots to rounding, and says what stands in the way where it does not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from asdopt._errors import InputError
from asdopt.applications import find_root


def bratu(u, strength):
    """Discretized -u'' = strength exp(u), u = 0 at both ends."""
    h = 1.0 / (len(u) + 1)
    padded = np.concatenate([[0.0], u, [0.0]])
    second = (padded[:-2] - 2.0 * padded[1:-1] + padded[2:]) / h**2
    return second + strength * np.exp(u)


def test_a_boundary_value_problem_converges_quadratically():
    root = find_root(bratu, np.zeros(500), parameters=2.0, tol=1e-7)
    assert root.success
    assert root.nit <= 6
    assert root.jac.nnz == 3 * 500 - 2
    # closed form: u = -2 log(cosh((x - 1/2) t / 2) / cosh(t / 4)), t = sqrt(4) cosh(t / 4)
    t = optimize.brentq(lambda t: t - 2.0 * np.cosh(t / 4.0), 0.0, 4.0)
    x = np.linspace(0.0, 1.0, 502)[1:-1]
    exact = -2.0 * np.log(np.cosh((x - 0.5) * t / 2.0) / np.cosh(t / 4.0))
    np.testing.assert_allclose(root.x, exact, atol=2e-6)


def test_the_line_search_reaches_roots_that_full_steps_miss():
    # full Newton steps of arctan diverge beyond 1.39
    root = find_root(lambda x: [np.arctan(x[0])], [10.0])
    assert root.success
    assert abs(root.x[0]) < 1e-10
    # the full step leads out of the domain of the logarithm
    root = find_root(lambda x: [np.log(x[0])], [20.0])
    assert root.success
    assert root.x[0] == pytest.approx(1.0)


def test_the_root_is_that_of_an_independent_solver():
    def fun(x):
        return [x[0] + 0.5 * (x[0] - x[1]) ** 3 - 1.0, 0.5 * (x[1] - x[0]) ** 3 + x[1]]

    ours, theirs = find_root(fun, [0.0, 0.0]), optimize.root(fun, [0.0, 0.0], method="hybr")
    np.testing.assert_allclose(ours.x, theirs.x, atol=1e-8)
    np.testing.assert_allclose(ours.fun, 0.0, atol=1e-10)


def test_structured_unknowns_come_back_in_their_structure():
    root = find_root(
        lambda x, p: [x["a"][0] * x["b"] - p, x["a"][0] - 2.0, x["a"][1] + x["b"]],
        {"a": np.ones(2), "b": 1.0},
        parameters=6.0,
    )
    assert root.x["b"] == pytest.approx(3.0)
    np.testing.assert_allclose(root.x["a"], [2.0, -3.0])


def test_failures_say_what_stands_in_the_way():
    no_root = find_root(lambda x: [x[0] ** 2 + 1.0], [1.0])
    assert not no_root.success
    assert "singular" in no_root.message or "No step" in no_root.message
    dependent = find_root(lambda x: [x[0] + x[1] - 1.0, 2.0 * x[0] + 2.0 * x[1]], [0.0, 0.0])
    assert not dependent.success
    assert "Jacobian is singular at step 0" in dependent.message
    unused = find_root(lambda x: [x[0] - 1.0, x[0] ** 2], [0.5, 0.0])
    assert "unknown x[1] is in no equation" in unused.message
    flat = find_root(lambda x: [x[0] - 1.0, 0.0 * x[1] + 3.0], [0.0, 0.0])
    assert "equation fun[1] depends on no unknown" in flat.message
    slow = find_root(lambda x: [x[0] ** 9], [1.0], max_iterations=3)
    assert "No root after 3 steps" in slow.message
    with pytest.raises(InputError, match="1 equations in 2 unknowns"):
        find_root(lambda x: [x[0] + x[1]], [0.0, 0.0])


def test_nothing_to_solve_and_a_start_at_the_root():
    assert find_root(lambda x: [], np.empty(0)).success
    at_root = find_root(lambda x: [x[0] - 1.0], [1.0])
    assert at_root.success
    assert at_root.nit == 0
    assert at_root.jac.toarray().tolist() == [[1.0]]


def test_units_of_equations_and_unknowns_do_not_matter():
    root = find_root(lambda x: [1e-9 * (x[0] - 1), 1e9 * (x[1] - 2e-9)], [3.0, 5.0], tol=1e-9)
    assert root.success
    np.testing.assert_allclose(root.x, [1.0, 2e-9], rtol=1e-12)


@pytest.mark.parametrize("options", [{"tol": -1.0}, {"tol": np.nan}, {"max_iterations": -1}])
def test_limits_that_would_never_be_met_are_refused(options):
    with pytest.raises(InputError, match="neither can be negative"):
        find_root(lambda x: x**2 - 2, [1.0], **options)
