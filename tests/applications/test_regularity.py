"""The sparse tests of regularity agree with dense linear algebra."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.linalg import null_space
from scipy.sparse import csr_array

from asdopt._errors import InputError
from asdopt.applications._linear import decompose, pivots, symmetric_decomposition
from asdopt.applications._regularity import check_independent, check_second_order

small = st.integers(-2, 2)


@st.composite
def systems(draw):
    n = draw(st.integers(1, 5))
    m = draw(st.integers(0, n))
    H = np.array(draw(st.lists(small, min_size=n * n, max_size=n * n)), float).reshape(n, n)
    A = np.array(draw(st.lists(small, min_size=m * n, max_size=m * n)), float).reshape(m, n)
    return H + H.T, A


def refused(check, *arguments):
    try:
        check(*arguments)
    except InputError:
        return True
    return False


@given(systems())
def test_independence_is_that_of_the_dense_rank(system):
    _, A = system
    m = len(A)
    names = SimpleNamespace(row_names=[f"row {i}" for i in range(m)])
    dependent = m > 0 and np.linalg.matrix_rank(A) < m
    assert refused(check_independent, names, csr_array(A), np.ones(m, dtype=bool)) == dependent


@given(systems())
def test_curvature_is_that_of_the_dense_reduced_hessian(system):
    H, A = system
    m, n = A.shape
    assume(m == 0 or np.linalg.matrix_rank(A) == m)
    Z = null_space(A) if m else np.eye(n)
    lowest = np.linalg.eigvalsh(Z.T @ H @ Z).min() if Z.size else 1.0
    if abs(lowest) < 1e-9:
        return  # zero curvature is left to the decomposition of the KKT matrix
    assert refused(check_second_order, csr_array(H), csr_array(A)) == (lowest < 0)


# A probe that is nearly orthogonal to what the matrix takes to nothing.
@example((np.array([[2.0, 3.0], [3.0, 4.0]]), np.array([[2.0, 2.0]])))
@given(systems())
def test_regular_systems_have_a_decomposition_and_others_none(system):
    H, A = system
    m, n = A.shape
    K = np.block([[H, A.T], [A, np.zeros((m, m))]]) if m else H
    singular = np.linalg.matrix_rank(K) < n + m
    assert (decompose(csr_array(K)) is None) == singular


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_full_rows_change_neither_solutions_nor_signs(seed):
    rng = np.random.default_rng(seed)
    n = 150
    matrix = np.diag(rng.uniform(1.0, 2.0, n) * rng.choice([-1.0, 1.0], n))
    for i in rng.integers(0, n, 100):
        j = rng.integers(0, n)
        matrix[i, j] = matrix[j, i] = matrix[i, j] + rng.normal() * 0.1
    full = rng.integers(0, n)
    matrix[full] += 0.05
    matrix[:, full] += 0.05
    lu = symmetric_decomposition(csr_array(matrix))
    assert lu is not None
    rhs = rng.normal(size=n)
    np.testing.assert_allclose(matrix @ lu.solve(rhs), rhs, atol=1e-8)
    eigenvalues = np.linalg.eigvalsh(matrix)
    assert (pivots(lu) > 0).sum() == (eigenvalues > 0).sum()


def test_full_rows_take_no_quadratic_time():
    n = 100_000
    line = np.arange(n)
    rows, cols = np.r_[line, line, 0 * line], np.r_[line, 0 * line, line]
    values = np.r_[np.full(n, 2.0), np.full(2 * n, 1.0 / n)]
    lu = symmetric_decomposition(csr_array((values, (rows, cols)), (n, n)))
    assert lu is not None
    assert (pivots(lu) > 0).all()
