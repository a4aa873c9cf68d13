"""Linear systems, Riccati equations, iterative solvers and scattered data of SciPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.interpolate as si
import scipy.linalg as sl
import scipy.signal as sg
import scipy.sparse as sp
import scipy.sparse.linalg as ssl
import scipy.stats as st
from whole_functions import check_function

import asdopt

X = np.array([0.5, 0.3, 0.8])
TIMES = np.linspace(0.0, 3.0, 5)
FREQUENCIES = np.array([0.1, 1.0, 10.0])
PLACES = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
LAPLACE = sp.csr_matrix(np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 2.0]]))


def transfer(x: Any) -> Any:
    return [x[0]], [1.0, x[1], x[2]]


def states(x: Any) -> Any:
    a = np.array([[0.0, 1.0], [-x[0], -x[1]]])
    return a, np.array([[0.0], [x[2]]]), np.array([[1.0, x[1]]]), np.array([[0.2]])


def joined(*parts: Any) -> Any:
    return np.concatenate([np.ravel(part) for part in parts])


SYSTEMS = {
    "step": lambda x: sg.step(transfer(x), T=TIMES)[1],
    "impulse": lambda x: sg.impulse(states(x), T=TIMES)[1],
    "lsim": lambda x: joined(*sg.lsim(states(x), np.sin(TIMES), TIMES + 1.0, X0=[1.0, x[0]])[1:]),
    "lsim of steps": lambda x: sg.lsim(states(x), x[0] * TIMES, TIMES, interp=False)[1],
    "parts of one length": lambda x: joined(
        sg.step((x[:2], joined(1.0, x[2])), T=TIMES)[1],
        *sg.bode(([1.0, x[0]], [x[1], 2.0]), FREQUENCIES)[1:],
        *sg.cont2discrete((x[:1, None], x[1:2, None], x[2:, None], x[:1, None]), 0.1),
    ),
    "lsim at rest": lambda x: sg.lsim(states(x), 0, TIMES, X0=[1.0, x[0]])[1],
    "lsim without input": lambda x: sg.lsim(states(x), None, TIMES, X0=[1.0, 0.0])[1],
    "freqs": lambda x: np.abs(sg.freqs(*transfer(x), FREQUENCIES)[1]),
    "freqresp": lambda x: sg.freqresp(transfer(x), FREQUENCIES)[1].imag,
    "bode": lambda x: joined(*sg.bode(transfer(x), FREQUENCIES)[1:]),
    "tf2ss": lambda x: joined(*sg.tf2ss([x[0], x[1], 2.0], [x[2], 1.0, x[0]])),
    "zoh": lambda x: joined(*sg.cont2discrete(states(x), 0.1)[:4]),
    "tustin": lambda x: joined(*sg.cont2discrete(states(x), 0.1, "bilinear")[:4]),
    "backward": lambda x: joined(*sg.cont2discrete(states(x), 0.1, method="backward_diff")[:4]),
    "continuous Riccati": lambda x: sl.solve_continuous_are(
        states(x)[0], states(x)[1], np.diag([1.0, x[2]]), [[x[1]]]
    ),
    "discrete Riccati": lambda x: sl.solve_discrete_are(
        np.array([[1.0, 0.1], [0.0, x[0]]]), [[0.0], [x[2]]], np.diag([1.0, x[2]]), [[x[1]]]
    ),
}
OTHERS = {
    "cg": lambda x: ssl.cg(LAPLACE, x, rtol=1e-14)[0],
    "gmres": lambda x: ssl.gmres(sp.diags(x + 2.0) + LAPLACE, np.ones(3), rtol=1e-14)[0],
    "minres of dense": lambda x: ssl.bicgstab(np.diag(x + 2.0) + 0.1, x, rtol=1e-14)[0],
    "triangular": lambda x: ssl.spsolve_triangular(sp.csr_matrix(np.tril(LAPLACE.toarray())), x),
    "norm": lambda x: [ssl.norm(sp.diags(x)), ssl.norm(sp.diags(x) + LAPLACE, 1)],
    "expm_multiply": lambda x: ssl.expm_multiply(LAPLACE * 0.1, x),
    "griddata": lambda x: si.griddata(PLACES, x**2, np.array([[0.2, 0.3], [0.1, 0.7]])),
    "griddata outside": lambda x: si.griddata(PLACES, x, [[2.0, 2.0], [0.1, 0.1]], fill_value=7.0),
    "LinearND": lambda x: si.LinearNDInterpolator(PLACES, x)(0.2, 0.3),
    "spline": lambda x: si.UnivariateSpline(np.arange(6.0), joined(x, x**2), s=0)([2.3, 4.5]),
    "spline slope": lambda x: si.InterpolatedUnivariateSpline(
        np.arange(6.0), joined(x, x**2), k=4
    ).derivative()(2.3),
    "spline integral": lambda x: si.InterpolatedUnivariateSpline(
        np.arange(6.0), joined(x, x**2)
    ).integral(0.5, 4.0),
    "spline at a variable": lambda x: si.InterpolatedUnivariateSpline(
        np.arange(6.0), joined(x, x**2)
    )(x[0] * 5.0),
    "rankdata": lambda x: (
        st.rankdata(joined(x, x[:1])) * joined(x, x[:1]) + st.rankdata(joined(x, x[:1]), "max")
    ),
    "moments": lambda x: [
        *(st.norm(x[0], x[1]).mean(), st.gamma(x[0], scale=x[1]).var(), st.expon(scale=x[2]).std()),
        *(st.beta(x[0] + 1.0, x[1] + 1.0).mean(), st.poisson(x[0]).var()),
        st.lognorm(x[1], scale=x[0]).mean(),
    ],
    "polydiv": lambda x: joined(*np.polydiv([x[0], x[1], x[2], 1.0], [1.0, x[0]])),
    "polydiv by a longer one": lambda x: joined(*np.polydiv(x[:2], x)),
    "sets": lambda x: joined(
        np.union1d(x[:2], x[1:]), np.setdiff1d(x, [7.0, 0.35]), np.intersect1d(x, x[:2])
    ),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_linear_systems(name: str) -> None:
    check_function(SYSTEMS[name], X, rtol=1e-9)


@pytest.mark.parametrize("name", OTHERS)
def test_functions_of_scipy(name: str) -> None:
    check_function(OTHERS[name], X, rtol=1e-9, step=2e-4)


@pytest.mark.parametrize(
    "fun",
    [
        lambda x: ssl.expm_multiply(LAPLACE, x, 0.0, 1.0, 3),
        lambda x: ssl.cg(ssl.LinearOperator((3, 3), matvec=lambda v: 2.0 * v), x)[0],
        lambda x: si.griddata(PLACES, x, [[0.1, 0.1]], method="cubic"),
        lambda x: si.UnivariateSpline(np.arange(6.0), joined(x, x))(2.3),
    ],
)
def test_what_is_not_known_is_refused(fun: Callable[..., Any]) -> None:
    with pytest.raises(asdopt.UnsupportedOperationError, match=r"test_scipy_systems\.py"):
        asdopt.jacobian(fun, X)


def test_iterations_that_are_cut_short_are_not_taken_for_the_solution() -> None:
    matrix = np.diag([1.0, 10.0, 100.0]) + 0.1

    def fun(x: Any, **options: Any) -> Any:
        return ssl.cg(matrix, x, rtol=1e-12, **options)[0]

    check_function(lambda x: fun(x, maxiter=50), X, rtol=1e-9)
    with pytest.raises(asdopt.UnsupportedOperationError, match="maxiter=2"):
        asdopt.jacobian(lambda x: fun(x, maxiter=2), X)
    with pytest.raises(asdopt.UnsupportedOperationError, match="callback"):
        asdopt.jacobian(lambda x: fun(x, callback=print), X)
