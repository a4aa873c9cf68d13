"""The sparse tests of regularity agree with dense linear algebra."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.linalg import null_space
from scipy.sparse import csr_array

from asdopt._errors import InputError
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


@given(systems())
def test_regular_systems_have_a_decomposition_and_others_none(system):
    from asdopt.applications._linear import decompose

    H, A = system
    m, n = A.shape
    K = np.block([[H, A.T], [A, np.zeros((m, m))]]) if m else H
    singular = np.linalg.matrix_rank(K) < n + m
    assert (decompose(csr_array(K)) is None) == singular
