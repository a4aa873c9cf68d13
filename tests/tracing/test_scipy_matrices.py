"""Factors, functions and equations of matrices of scipy.linalg; transforms of scipy.fft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.fft as sf
import scipy.linalg as sl
from whole_functions import check_function

import asdopt

X = np.array([0.7, 1.3, 0.4])
A = np.array([[4.0, 1, 0.5], [0.2, 3, 0.1], [0.3, 0.7, 5.0]])
S = A @ A.T
B = np.array([1.0, 2, 3])


def matrix(x: Any) -> Any:
    return A + np.outer(x, [0.1, 0.2, 0.3]) * x[0]


def definite(x: Any) -> Any:
    return S + np.diag(x)


def turn(angle: Any) -> Any:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def solved(x: Any) -> Any:
    factors = sl.lu_factor(matrix(x)[[2, 0, 1]])
    return [sl.lu_solve(factors, b, trans) for b in (x, A, np.c_[x, x**2]) for trans in (0, 1)]


KNOWN: dict[str, Callable[[Any], Any]] = {
    "lu_solve": solved,
    "lu_solve of constants": lambda x: sl.lu_solve(sl.lu_factor(A[::-1]), np.c_[x, x**2], 1),
    "lu": lambda x: [
        *sl.lu(matrix(x)[[1, 2, 0]]),
        *sl.lu(matrix(x)[::-1], permute_l=True),
        *sl.lu(matrix(x)[::-1], p_indices=True)[1:],
    ],
    "sqrtm": lambda x: [sl.sqrtm(matrix(x) @ A), sl.sqrtm(np.diag(x)), sl.sqrtm(definite(x))],
    "sqrtm of equal eigenvalues": lambda x: sl.sqrtm(np.eye(3) + 1e-3 * np.outer(x - X, x)),
    "logm": lambda x: [sl.logm(definite(x)), sl.logm(turn(x[0])), sl.logm(np.diag(0.01 * x + 1))],
    "powers": lambda x: [
        sl.fractional_matrix_power(definite(x), -1.5),
        sl.fractional_matrix_power(definite(x), 2),
        sl.fractional_matrix_power(definite(x), x[2]),
        sl.fractional_matrix_power(A, x[1]),
    ],
    "waves": lambda x: [f(0.1 * matrix(x)) for f in (sl.cosm, sl.sinm, sl.tanm)],
    "hyperbolic": lambda x: [f(0.1 * matrix(x)) for f in (sl.coshm, sl.sinhm, sl.tanhm)],
    "expm_frechet": lambda x: [
        *sl.expm_frechet(0.1 * matrix(x), A),
        sl.expm_frechet(0.1 * A, matrix(x), compute_expm=False),
    ],
    "polar": lambda x: [*sl.polar(matrix(x)), *sl.polar(matrix(x), side="left")],
    "orthogonal_procrustes": lambda x: [*sl.orthogonal_procrustes(matrix(x)[:, :2], S[:, :2])],
    "pinvh": lambda x: sl.pinvh(definite(x)),
    "equations": lambda x: [
        sl.solve_sylvester(matrix(x), S[:2, :2], np.outer(x, x)[:, :2]),
        sl.solve_sylvester(A, S, np.outer(x, x)),
        sl.solve_continuous_lyapunov(matrix(x), S),
        sl.solve_discrete_lyapunov(0.1 * matrix(x), S),
    ],
    "tridiagonal": lambda x: [
        sl.eigvalsh_tridiagonal(4 * x, x[:2]),
        sl.eigh_tridiagonal(4 * x, B[:2], eigvals_only=True),
    ],
    "structured": lambda x: [
        sl.matmul_toeplitz(x, x),
        sl.matmul_toeplitz((x, B), np.c_[x, x]),
        sl.solve_toeplitz((np.array([5, 1, 2.0]) + x, np.array([5.0, 2, 1])), x),
        sl.solve_circulant(np.array([5, 1, 2.0]), x),
        sl.companion([1.0, x[0], x[1]]),
        sl.leslie(x, x[:2]),
        sl.fiedler(x),
        sl.khatri_rao(matrix(x), S),
    ],
    "fft": lambda x: [
        sf.ifft(sf.fft(x, 5) * np.array([1, 2, 3j, 4, 5])).real,
        abs(sf.rfft(x, axis=0, norm="ortho")),
        sf.irfft(2.0 * sf.rfft(x), 3),
        sf.hfft(x),
        sf.ihfft(x).imag,
    ],
    "fft of several axes": lambda x: [
        sf.fft2(matrix(x), axes=0, s=(4,)).imag,
        abs(sf.fftn(matrix(x), s=(4, 2), norm="ortho")),
        abs(sf.rfftn(matrix(x), axes=(1, 0))),
        sf.irfft2(sf.rfft2(matrix(x)), s=(3, 3)),
        sf.irfft2(matrix(x)),
    ],
    "cosine transforms": lambda x: [
        sf.dctn(matrix(x), s=(4, 2), axes=(0, 1), norm="ortho", type=3),
        sf.idctn(matrix(x), axes=1, workers=1),
        sf.dstn(matrix(x), type=1, axes=[0], overwrite_x=True),
        sf.idstn(matrix(x)),
        sf.dct(matrix(x), n=2, axis=0, orthogonalize=True),
    ],
}


@pytest.mark.parametrize("name", KNOWN)
def test_functions_agree_with_scipy(name: str) -> None:
    check_function(KNOWN[name], X, rtol=1e-10)


def test_pivots_follow_the_largest_entries() -> None:
    """Factors are SciPy's at every point, not those with the rows of the first."""

    def factors(x: Any) -> Any:
        return np.ravel(sl.lu_factor(np.array([[x[0], 1.0], [1.0, 2.0]]))[0])

    problem = asdopt.Problem(lambda x: 0.0, asdopt.Constraint(factors, -9, 9), x0=[0.8])
    for x in ([0.8], [1.2], [0.3]):
        np.testing.assert_allclose(problem.constraints(x), factors(np.array(x)))


@pytest.mark.parametrize(
    "fun",
    [
        lambda x: sl.sqrtm(-np.diag(x)).real,
        lambda x: sl.sqrtm(np.diag([1.0, 0.0, 1.0]) * x),
        lambda x: sl.polar(np.outer(x, x))[0],
    ],
)
def test_matrices_without_a_result_are_refused(fun: Callable[[Any], Any]) -> None:
    with pytest.raises(asdopt.AsdoptError, match=r"does not converge|[Ss]ingular"):
        asdopt.jacobian(fun, X)


REFUSED: dict[str, Callable[[Any], Any]] = {
    "one square matrix": lambda x: sl.lu(matrix(x)[:2])[1],
    "a part of the spectrum": lambda x: sl.eigh_tridiagonal(x, x[:2])[1],
    "solve_continuous_are": lambda x: sl.solve_continuous_are(matrix(x), A, S, S, e=S),
}


@pytest.mark.parametrize("words", REFUSED)
def test_other_forms_are_refused(words: str) -> None:
    with pytest.raises(asdopt.UnsupportedOperationError, match=words):
        asdopt.jacobian(REFUSED[words], X)
