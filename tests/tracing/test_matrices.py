"""Matrices of the class ``np.matrix``, for which ``*`` is the product."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from whole_functions import check_function

import asdopt

X = np.array([3.0, 1.0, 2.0, 5.0])
with warnings.catch_warnings():
    warnings.simplefilter("ignore", PendingDeprecationWarning)
    COLUMN = np.matrix([[1.0], [2.0]])
    SQUARE = np.matrix([[1.0, 2.0], [0.5, 3.0]])
# NumPy advises against the class, which is up to the user's code.
pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")


def of(x: Any) -> Any:
    return np.matrix([[x[0], x[1]], [x[2], x[3]]])


def filled(x: Any) -> Any:
    m = np.matrix(np.zeros((2, 2)))
    m[0, :] = x[:2]
    m[1, 1] = x[3]
    return m * m * COLUMN


def parts(x: Any) -> Any:
    m = of(x)
    return [
        m[0, 1] * m[1, 0],
        np.asarray(m[0] * m[:, 1]),
        m[0].A1,
        m.A,
        m.sum(),
        np.asarray(m.sum(axis=0) * m),
        np.asarray(np.multiply(m, m.T)),
        (COLUMN.T * m * COLUMN).item(),
    ]


def solved(x: Any) -> Any:
    m = of(x)
    return [
        np.asarray(np.linalg.inv(m) * COLUMN),
        np.asarray(np.linalg.solve(m, COLUMN) * COLUMN.T),
        np.asarray(m.I * SQUARE),
        np.asarray(m**-1 * SQUARE),
        np.asarray(m**2),
        np.linalg.det(m) * np.trace(m),
    ]


def kalman(x: Any) -> Any:
    transition, seen = np.matrix("1 0.1; 0 1"), np.matrix("1 0")
    noise, covariance = np.matrix(np.diag(x[:2])), np.matrix(np.eye(2))
    for _ in range(3):
        covariance = transition * covariance * transition.T + noise
        gain = covariance * seen.T * np.linalg.inv(seen * covariance * seen.T + x[2])
        covariance = (np.eye(2) - gain * seen) * covariance
    return covariance


MIXED = [
    lambda x: x.reshape(2, 2) * SQUARE,
    lambda x: SQUARE * x.reshape(2, 2),
    lambda x: (SQUARE + x.reshape(2, 2)) * COLUMN,
    lambda x: (x.reshape(2, 2) - SQUARE) * SQUARE,
    lambda x: (x[0] * SQUARE) * SQUARE,
    lambda x: (SQUARE / x[0]) * COLUMN,
    lambda x: np.exp(SQUARE / x[0]) * COLUMN,
    lambda x: np.dot(SQUARE, x.reshape(2, 2)) * COLUMN,
    lambda x: np.matrix(x) * np.matrix(x).T,
    lambda x: np.asmatrix(x.reshape(2, 2)) * COLUMN,
    lambda x: x.reshape(2, 2) @ SQUARE * COLUMN,
    lambda x: np.bmat([[of(x), COLUMN]]) * np.matrix([[1.0], [2.0], [3.0]]),
]


@pytest.mark.parametrize("fun", [filled, parts, solved, kalman, *MIXED])
def test_matrices_stay_matrices(fun: Callable[..., Any]) -> None:
    check_function(fun, X, rtol=1e-11)


def test_arrays_stay_arrays_where_matrices_are_added_in_place() -> None:
    def fun(x: Any) -> Any:
        total = np.zeros((2, 2))
        total += SQUARE
        total += of(x)
        return total * total

    check_function(fun, X)


def written_through_the_matrix(x: Any) -> Any:
    base = np.zeros((2, 2))
    m = np.asmatrix(base)
    m[0, 0] = x[0]
    return base[0, 0]


def written_to_the_array(x: Any) -> Any:
    base = np.zeros((2, 2))
    m = np.asmatrix(base)
    base[0, 0] = x[0]
    return m[0, 0]


@pytest.mark.parametrize("fun", [written_through_the_matrix, written_to_the_array])
def test_writing_to_a_matrix_that_is_an_array_too_is_refused(fun: Callable[..., Any]) -> None:
    """It would not reach the other one, as it does in NumPy."""
    with pytest.raises(asdopt.AsdoptError, match=r"test_matrices\.py"):
        asdopt.jacobian(fun, X)


NUMBERS = sp.csr_matrix(np.array([[1.0, 2.0], [0.5, 3.0]]))


def sparse(x: Any) -> Any:
    return sp.diags(x[:2]) * x[2] + NUMBERS


def entered(x: Any) -> Any:
    made = sp.lil_matrix((2, 2))
    made[0, 0], made[1, 0], made[1, 1] = x[0], x[1], 1.0
    return made.todense() * made.sum(axis=1)


OF_SPARSE = [
    lambda x: sparse(x).todense() * COLUMN,
    lambda x: sparse(x).todense() * sparse(x).todense(),
    lambda x: sparse(x).sum(axis=1) * x.reshape(1, 4),
    lambda x: sparse(x).sum(axis=0) * SQUARE,
    lambda x: sparse(x).mean(axis=0) * COLUMN,
    lambda x: (sparse(x) + np.outer(x[:2], x[:2])) * COLUMN,
    lambda x: (x.reshape(2, 2) - sparse(x)) * COLUMN,
    lambda x: (NUMBERS + x.reshape(2, 2)) * COLUMN,
    lambda x: sparse(x) / (x.reshape(2, 2) + 1.0) * COLUMN,
    lambda x: sparse(x)[[0, 1], [1, 0]] * COLUMN,
    lambda x: sparse(x) * COLUMN * x.reshape(1, 4),
    lambda x: NUMBERS * sparse(x).todense() * COLUMN,
    lambda x: sparse(x).todense() * NUMBERS * COLUMN,
    lambda x: COLUMN.T * sparse(x) * SQUARE,
    lambda x: NUMBERS @ of(x) * COLUMN,
    lambda x: NUMBERS.todense() * x.reshape(2, 2),
    lambda x: sparse(x) ** 2 * COLUMN,
    lambda x: abs(sparse(x)).power(2).toarray() * np.ones((2, 2)),
    lambda x: sp.csr_array(NUMBERS) * x[0] ** 2 * np.ones((2, 2)) @ np.ones(2),
    lambda x: (sp.csr_array(NUMBERS) * x[0] + sp.diags_array(x[:2])).todense() * x.reshape(2, 2),
    lambda x: [x[0] * NUMBERS.trace() + sparse(x).trace(), sparse(x).getrow(1).toarray()],
    lambda x: np.linalg.solve(sparse(x).todense(), x[:2]),
    lambda x: sp.csr_array(NUMBERS) @ of(x) * x[:2],
    entered,
]


@pytest.mark.parametrize("fun", OF_SPARSE)
def test_what_sparse_matrices_give_is_a_matrix_where_scipy_gives_one(
    fun: Callable[..., Any],
) -> None:
    check_function(fun, X, rtol=1e-11)
