"""Jacobians for implicit integrators: exact, sparse, and as good as SciPy's differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from asdopt._errors import InputError
from asdopt.applications import ode_jacobian


def brusselator(t, y, n):
    """Two substances that diffuse and react on a periodic n x n grid; a source after t = 1.1."""
    u, v = y.reshape(2, n, n)
    alpha = 0.02 * (n - 1) ** 2

    def laplacian(w):
        return sum(np.roll(w, s, axis) for s in (1, -1) for axis in (0, 1)) - 4.0 * w

    source = np.zeros((n, n))
    if t >= 1.1:
        source[: n // 3, : n // 3] = 5.0
    du = 1.0 + u**2 * v - 4.4 * u + alpha * laplacian(u) + source
    dv = 3.4 * u - u**2 * v + alpha * laplacian(v)
    return np.concatenate([du.ravel(), dv.ravel()])


def start(n):
    x = np.arange(n) / n
    u = 22.0 * np.outer(np.ones(n), (x * (1.0 - x)) ** 1.5)
    v = 27.0 * np.outer((x * (1.0 - x)) ** 1.5, np.ones(n))
    return np.concatenate([u.ravel(), v.ravel()])


def test_the_jacobian_is_exact():
    n = 5
    y = start(n) + 0.3
    jac = ode_jacobian(brusselator, y, args=(n,))
    assert jac.pattern.nnz == 2 * n * n * 6
    step = 1e-7
    differences = [
        (brusselator(0.0, y + step * e, n) - brusselator(0.0, y - step * e, n)) / (2.0 * step)
        for e in np.eye(y.size)
    ]
    np.testing.assert_allclose(jac(0.0, y).toarray(), np.transpose(differences), atol=1e-5)


@pytest.mark.parametrize("method", ["BDF", "Radau"])
def test_a_stiff_equation_is_solved_with_fewer_calls_than_with_differences(method):
    n = 8
    y0, span = start(n), (0.0, 2.0)
    jac = ode_jacobian(brusselator, y0, args=(n,))
    calls = []

    def counted(t, y):
        calls.append(t)
        return brusselator(t, y, n)

    options = {"method": method, "rtol": 1e-6, "atol": 1e-8}
    exact = solve_ivp(counted, span, y0, jac=jac, **options)
    with_exact = len(calls)
    pattern = jac.pattern.to_scipy(np.ones(jac.pattern.nnz))
    differences = solve_ivp(counted, span, y0, jac_sparsity=pattern, **options)
    assert exact.success
    np.testing.assert_allclose(exact.y[:, -1], differences.y[:, -1], rtol=1e-4, atol=1e-5)
    assert exact.t.size <= 1.2 * differences.t.size
    assert with_exact < len(calls) - with_exact
    assert jac.num_calls == exact.njev


def test_time_enters_the_jacobian():
    jac = ode_jacobian(lambda t, y: [t * y[0] ** 2, y[0] * y[1]], [1.0, 2.0])
    np.testing.assert_array_equal(jac(3.0, [2.0, 5.0]).toarray(), [[12.0, 0.0], [5.0, 2.0]])
    np.testing.assert_array_equal(jac(0.0, [2.0, 5.0]).toarray(), [[0.0, 0.0], [5.0, 2.0]])


def test_branches_on_time_are_followed():
    jac = ode_jacobian(lambda t, y: [y[0] ** 2 if t < 1.0 else y[1], y[1]], [1.0, 2.0])
    np.testing.assert_array_equal(jac(0.0, [3.0, 5.0]).toarray(), [[6.0, 0.0], [0.0, 1.0]])
    np.testing.assert_array_equal(jac(2.0, [3.0, 5.0]).toarray(), [[0.0, 1.0], [0.0, 1.0]])
    assert jac.pattern.nnz == 3


def test_wrong_functions_and_states_are_refused():
    with pytest.raises(InputError, match="returns 1 values for a state of 2"):
        ode_jacobian(lambda t, y: [y[0] + y[1]], [1.0, 2.0])
    with pytest.raises(InputError, match=r"y0 of shape \(2, 2\)"):
        ode_jacobian(lambda t, y: y, np.ones((2, 2)))


def test_arguments_that_solve_ivp_would_not_take_are_refused():
    with pytest.raises(InputError, match=r"a single one is \(value,\)"):
        ode_jacobian(lambda t, y, k: -k * y, [1.0], args=3.0)
    with pytest.raises(InputError, match="dtype complex128"):
        ode_jacobian(lambda t, y: y, [1j])
