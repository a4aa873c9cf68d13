"""Eigenvalues and singular values of matrices beyond those whose rotations are written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg as sl
from whole_functions import check_function

import asdopt
from asdopt.tracing._large_spectra import EigenValues

N = 28
BASE = np.random.default_rng(0).normal(size=(N, N)) / 5.0
X = np.array([0.21, 0.33, 0.52])


def symmetric(x: Any) -> Any:
    diagonal = np.diag(np.sin(np.arange(N) * x[0]))
    return BASE + BASE.T + diagonal + x[1] * np.outer(BASE[0], BASE[0]) + x[2] ** 2 * BASE @ BASE.T


CASES: dict[str, Callable[[Any], Any]] = {
    "ends": lambda x: np.linalg.eigvalsh(symmetric(x))[[0, -1]],
    "all": lambda x: np.sum(np.log(np.linalg.eigvalsh(symmetric(x) @ symmetric(x) + np.eye(N)))),
    "generalized": lambda x: sl.eigh(symmetric(x), np.eye(N) * (1 + x[0]), eigvals_only=True)[0],
    "singular": lambda x: np.linalg.svd(symmetric(x)[:, :26] * x[0], compute_uv=False)[:3],
    "norms": lambda x: [np.linalg.norm(symmetric(x), 2), np.linalg.norm(symmetric(x), "nuc")],
    "vectors": lambda x: np.linalg.eigh(symmetric(x))[1][:, -1] ** 2 @ np.arange(N),
    "others that coincide": lambda x: np.linalg.eigvalsh(
        np.diag(np.r_[1 + x[0], np.zeros(N - 1)]) + x[1] * np.outer(BASE[0], BASE[0])
    )[-1],
}


@pytest.mark.parametrize("name", CASES)
def test_spectra_of_larger_matrices(name: str) -> None:
    check_function(CASES[name], X, rtol=1e-9, step=1e-4)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_derivatives_by_all_entries(size: int) -> None:
    """Against central differences, and the operator of second derivatives as a matrix."""
    rng = np.random.default_rng(size)
    box = EigenValues("eigenvalues", size)
    x, weights, h = rng.normal(size=box.num_inputs), rng.normal(size=size), 1e-5
    units = h * np.eye(box.num_inputs)
    slopes = [(box.values(x + e) - box.values(x - e)) / (2 * h) for e in units]
    np.testing.assert_allclose(box.jacobian(x), np.transpose(slopes), atol=1e-8)
    bends = [weights @ (box.jacobian(x + e) - box.jacobian(x - e)) / (2 * h) for e in units]
    curvature = box.hessian(x, weights)
    np.testing.assert_allclose(curvature.tocsr().toarray(), bends, atol=1e-7)
    np.testing.assert_allclose(curvature @ x, np.transpose(bends) @ x, atol=1e-6)


def test_values_that_coincide_are_an_error() -> None:
    """A sum over both is smooth, but which function of them is taken is not known here."""
    problem = asdopt.Problem(
        lambda x: np.sum(np.linalg.eigvalsh(x[0] * np.eye(N)) ** 2) + x[1] ** 2, x0=[1.0, 1.0]
    )
    np.testing.assert_allclose(problem.objective([1.0, 1.0]), N + 1)
    with pytest.raises(asdopt.EvaluationError, match="coincide"):
        problem.hessian([1.0, 1.0], [])


def test_the_largest_are_refused() -> None:
    with pytest.raises(asdopt.UnsupportedOperationError, match="up to 300 rows"):
        asdopt.Problem(lambda x: np.linalg.eigvalsh(np.outer(x, x))[0], x0=np.ones(301))
