"""Eigenvectors, singular vectors, eigenvalues of any matrix, determinants of any rank."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg as la

import asdopt
from asdopt import Constraint, Problem

X = np.array([0.7, -0.3, 1.1, 0.4, 0.9, -0.5])
POINTS = (X, np.array([0.2, 0.5, -0.4, 0.3, 0.2, 0.8]))
PENCIL = np.diag([1.0, 2.0, 3.0]) + 0.2


def symmetric(x: Any) -> Any:
    return np.array([[2 + x[0], x[1], x[2]], [x[1], 3 + x[3], x[4]], [x[2], x[4], 5 + x[5]]])


def square(x: Any) -> Any:
    return np.array([[2 + x[0], x[1], 0.3], [x[3], -3 + x[2], x[4]], [0.1, x[5], 6.0]])


def turning(x: Any) -> Any:
    """A matrix with a pair of complex eigenvalues."""
    return np.array([[x[0], -2 - x[1], 0], [1 + x[2], x[3], x[4]], [0.3, 0.2, x[5] - 2]])


def tall(x: Any) -> Any:
    return np.vstack([x.reshape(2, 3), x[:3] ** 2, [1, 2, 3], [0, 1, 0]])


def fixed(v: Any) -> Any:
    """Vectors with signs of their own: SciPy's default driver changes them at random."""
    return v * np.sign(v[0])


def nearest_rotation(x: Any) -> Any:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1.5, 0], [0.2, 0.3, 2]])
    moved = points + 0.3 * np.outer(np.arange(4.0), x[:3]) + x[3]
    u, _, vt = np.linalg.svd((points - points.mean(0)).T @ (moved - moved.mean(0)))
    return vt.T @ u.T


KNOWN: dict[str, Callable[[Any], Any]] = {
    "eigh": lambda x: np.linalg.eigh(symmetric(x)),
    "eigh of a triangle": lambda x: np.linalg.eigh(square(x), UPLO="U").eigenvectors,
    "eigh of a stack": lambda x: np.linalg.eigh(
        np.stack([symmetric(x), symmetric(x) + np.diag(x[:3])])
    )[1],
    "eigh of SciPy": lambda x: fixed(la.eigh(symmetric(x))[1]),
    "eigh of a subset": lambda x: fixed(la.eigh(symmetric(x), subset_by_index=[1, 2])[1]),
    "eigh of a pencil": lambda x: [*la.eigh(symmetric(x), PENCIL)],
    "svd of a square matrix": lambda x: [*np.linalg.svd(square(x))],
    "svd with one vector more": lambda x: [
        *np.linalg.svd(x.reshape(2, 3)),
        *np.linalg.svd(x.reshape(3, 2)),
    ],
    "thin svd": lambda x: [*np.linalg.svd(tall(x), full_matrices=False)],
    "svd of SciPy": lambda x: [*la.svd(square(x), lapack_driver="gesvd")],
    "nearest rotation": nearest_rotation,
    "eig": lambda x: [np.real(part) for part in np.linalg.eig(square(x))],
    "eig of a symmetric matrix": lambda x: [np.real(part) for part in np.linalg.eig(symmetric(x))],
    "eig of SciPy": lambda x: [la.eig(square(x))[0].real, la.eig(square(x))[1]],
    "complex eigenvalues": lambda x: [
        np.linalg.eigvals(turning(x)).real,
        np.abs(la.eigvals(turning(x))),
        np.max(np.linalg.eigvals(turning(x)).real),
    ],
    "eigenvalues that become complex": lambda x: np.abs(np.linalg.eigvals(x[:4].reshape(2, 2))),
    "roots": lambda x: [np.roots(x).real, np.roots([0, 1, x[0] - 9, x[1], 0]).real],
    "inverses of structure": lambda x: [
        la.inv(symmetric(x), assume_a="pos"),
        la.inv(square(x), assume_a="sym", lower=True),
        la.inv(square(x), assume_a="upper triangular"),
        la.inv(square(x), assume_a="diagonal"),
    ],
}


@pytest.mark.parametrize("name", KNOWN)
def test_agree_with_numpy_and_scipy(name: str) -> None:
    """Values with LAPACK's signs, Jacobian, Hessian and patterns, at the point and at another."""
    problem = Problem(None, Constraint(KNOWN[name], -np.inf, np.inf), x0=X)
    for point in POINTS:
        report = problem.check_derivatives(point)
        assert report, report


def again(vectors: Any, values: Any, rows: Any) -> Any:
    return (vectors * values) @ rows


def of_eigh(x: Any) -> Any:
    w, v = np.linalg.eigh(symmetric(x))
    return again(v, w**2, v.T)


def of_svd(x: Any) -> Any:
    u, s, vt = np.linalg.svd(tall(x), full_matrices=False)
    return again(u, s**3, vt)


def of_eig(x: Any) -> Any:
    w, v = np.linalg.eig(square(x))
    return again(v, w**2, np.linalg.inv(v))


EQUAL: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "eigh": (of_eigh, lambda x: symmetric(x) @ symmetric(x)),
    "svd": (of_svd, lambda x: tall(x) @ tall(x).T @ tall(x)),
    "eig": (of_eig, lambda x: square(x) @ square(x)),
    "lengths of eigenvectors": (
        lambda x: np.sum(np.linalg.eig(square(x))[1] ** 2, axis=0),
        lambda x: 1.0 + 0.0 * x[:3],
    ),
    "eigvals": (
        lambda x: np.prod(np.linalg.eigvals(turning(x))).real,
        lambda x: np.linalg.det(turning(x)),
    ),
}


@pytest.mark.parametrize("name", EQUAL)
def test_derivatives_are_exact(name: str) -> None:
    """First and second ones are those of a polynomial that the factors give again."""
    factored, direct = (Problem(None, Constraint(f, -np.inf, np.inf), x0=X) for f in EQUAL[name])
    for x in POINTS:
        weights = np.cos(np.arange(float(factored.m)))
        np.testing.assert_allclose(
            factored.jacobian(x).toarray(), direct.jacobian(x).toarray(), rtol=1e-12, atol=1e-12
        )
        np.testing.assert_allclose(
            factored.hessian(x, weights, 0.0).toarray(),
            direct.hessian(x, weights, 0.0).toarray(),
            rtol=1e-11,
            atol=1e-11,
        )


@pytest.mark.parametrize("rank", [5, 4, 3, 2])
def test_determinants_of_any_rank(rank: int) -> None:
    """Cofactors and second minors need no inverse."""
    rng = np.random.default_rng(rank)
    a = rng.normal(size=(5, rank)) @ rng.normal(size=(rank, 5))
    moves = [np.outer(np.arange(5.0), np.eye(5)[0]), np.diag([0, 1.0, 0, 0, 0]), np.eye(5)[::-1]]

    def fun(x: Any) -> Any:
        return np.linalg.det(a + sum(m * v for m, v in zip(moves, x, strict=True)))

    problem = Problem(fun, x0=np.zeros(3))
    for x in (np.zeros(3), np.array([0.2, 0.3, 0.1])):
        report = problem.check_derivatives(x)
        assert report, report
    # A polynomial: interpolated exactly.
    unit = np.eye(3)
    for i in range(3):
        along = np.polynomial.Polynomial.fit(
            t := np.linspace(-1, 1, 6), [fun(v * unit[i]) for v in t], 5, [-1, 1]
        )
        gradient, hessian = problem.gradient(np.zeros(3)), problem.hessian(np.zeros(3), [])
        np.testing.assert_allclose(gradient[i], along.deriv()(0.0), atol=1e-10)
        np.testing.assert_allclose(hessian.toarray()[i, i], along.deriv(2)(0.0), atol=1e-9)


@pytest.mark.parametrize(
    ("fun", "message"),
    [
        (lambda x: np.linalg.eigh(symmetric(x) * 0.0 + np.diag(x[:3]))[1].sum(), "np.linalg.eigh"),
        (lambda x: np.linalg.svd(x[:4].reshape(2, 2))[0].sum(), "np.linalg.svd"),
        (lambda x: np.linalg.eig([[x[0], x[2] + 1], [0, x[1]]])[0].sum(), "np.linalg.eig"),
    ],
)
def test_coinciding_values_are_told(fun: Callable[[Any], Any], message: str) -> None:
    """Where the vectors have no derivatives, with the line and the reason."""
    x = np.array([1.0, 1.0, 1.0, 1.0, 0.0, 0.0])
    problem = Problem(fun, x0=X)
    assert np.isfinite(problem.objective(x))
    with pytest.raises(asdopt.EvaluationError, match=rf"{message}.*test_spectral.py.*coincide"):
        problem.gradient(x)


def test_problems_with_vectors_can_be_pickled_and_solved() -> None:
    def fun(x: Any) -> Any:
        return np.linalg.eigh(symmetric(x))[1][0, 1] ** 2 + x @ x - x[1]

    problem = Problem(fun, x0=X)
    found = problem.solve()
    assert found.success
    again = pickle.loads(pickle.dumps(problem))
    np.testing.assert_array_equal(again.gradient(X), problem.gradient(X))
