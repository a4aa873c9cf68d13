"""Applications of first derivatives need no second ones, which may be too many."""

from __future__ import annotations

import numpy as np

from asdopt.applications import find_root, fisher_information, ode_jacobian, root_sensitivity

N = 70_000  # the Hessian of a square of a sum would have 2.4 thousand million entries


def equations(x, p=1.0):
    return np.append(x[1:] - p, np.sum(x) ** 2 - (p * N) ** 2)


def test_roots_of_coupled_equations() -> None:
    found = find_root(equations, np.full(N, 1.01))
    assert found.success
    assert np.allclose(found.x, 1.0)
    moved = root_sensitivity(equations, found.x, 1.0).forward([1.0])
    assert np.allclose(moved, 1.0)


def test_right_sides_and_models_of_data() -> None:
    jac = ode_jacobian(lambda t, y: np.append(np.zeros(N - 1), np.sum(y) ** 2), np.ones(N))
    found = jac(0.0, np.ones(N))
    assert found.nnz == N
    assert found.data[0] == 2.0 * N
    information = fisher_information(lambda x: [np.sum(x[:300]) ** 2], np.ones(300), 2.0)
    assert np.allclose(information.toarray(), (2.0 * 300 / 2.0) ** 2)
