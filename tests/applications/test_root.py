"""Derivatives of roots are those of closed forms and of roots found anew."""

from __future__ import annotations

import numpy as np
import pytest

from asdopt._errors import InputError
from asdopt.applications import find_root, root_sensitivity


def network(x, p):
    """A chain of nonlinear conductors, its ends at the potentials p[0] and p[1]."""
    both = np.concatenate([[p[0]], x, [p[1]]])
    current = np.sinh(both[1:] - both[:-1]) * p[2]
    return current[1:] - current[:-1] - p[3] * x**3


def solved(p, n=40):
    root = find_root(network, np.linspace(p[0], p[1], n + 2)[1:-1], parameters=p, tol=1e-12)
    assert root.success
    return root.x


P = np.array([1.0, -0.5, 2.0, 0.1])


def test_the_derivative_is_that_of_roots_found_anew():
    x = solved(P)
    sensitivity = root_sensitivity(network, x, P)
    h = 1e-5
    columns = [(solved(P + h * e) - solved(P - h * e)) / (2.0 * h) for e in np.eye(4)]
    np.testing.assert_allclose(sensitivity.jacobian(), np.transpose(columns), atol=1e-8)


def test_both_directions_give_one_derivative():
    sensitivity = root_sensitivity(network, solved(P), P)
    jacobian = sensitivity.jacobian()
    rng = np.random.default_rng(0)
    dp, w = rng.normal(size=4), rng.normal(size=40)
    np.testing.assert_allclose(sensitivity.forward(dp), jacobian @ dp, atol=1e-13)
    np.testing.assert_allclose(sensitivity.adjoint(w), w @ jacobian, atol=1e-13)
    several = rng.normal(size=(40, 3))
    np.testing.assert_allclose(sensitivity.adjoint(several), jacobian.T @ several, atol=1e-13)


def test_closed_form():
    p = {"a": 3.0, "b": np.array([2.0])}
    x = np.sqrt([3.0 / 2.0])
    by_a, by_b = root_sensitivity(lambda x, p: p["b"] * x**2 - p["a"], x, p).jacobian()[0]
    assert by_a == pytest.approx(0.5 / x[0] / 2.0)
    assert by_b == pytest.approx(-x[0] / 4.0)


def test_what_is_no_root_or_no_isolated_one_is_refused():
    with pytest.raises(InputError, match=r"no root: equation 1 has the value 0.5"):
        root_sensitivity(lambda x, p: [x[0] - p, x[1] - 0.5], [1.0, 1.0], 1.0)
    with pytest.raises(InputError, match="singular dF/dx"):
        root_sensitivity(lambda x, p: [(x[0] - p) ** 2], [1.0], 1.0)
    with pytest.raises(InputError, match="1 equations in 2 unknowns"):
        root_sensitivity(lambda x, p: [x[0] - p], [1.0, 0.0], 1.0)
    sensitivity = root_sensitivity(lambda x, p: [x[0] - p], [1.0], 1.0)
    with pytest.raises(InputError, match=r"direction has shape \(2,\), but there are 1 parameters"):
        sensitivity.forward([1.0, 2.0])
