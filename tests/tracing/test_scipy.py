"""SciPy inside of functions: what is known agrees with SciPy, everything else is refused."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.fft
import scipy.integrate
import scipy.interpolate
import scipy.linalg as la
import scipy.ndimage
import scipy.optimize
import scipy.signal as sg
import scipy.sparse as sp
import scipy.sparse.linalg as sla
import scipy.spatial.distance as sd
import scipy.stats as st
from scipy import special

import asdopt
from asdopt import Constraint, Problem

X = np.array([0.71, -1.31, 2.13, 0.43, -0.61, 1.97])
BAND = np.array([[0, 1, 1, 1, 1, 1.0], [4.0] * 6, [1, 1, 1, 1, 1, 0.0]])
K = np.diag([4.0] * 6) + np.diag([1.0] * 5, 1) + np.diag([1.0] * 5, -1)
T = np.arange(-5.0, 6.0)
PLACES = np.array([0.0, 1.0, 2.5, 3.0, 4.0, 5.5])
Y = np.cos(T)
CUBIC = scipy.interpolate.CubicSpline(T, Y)
COLUMNS = scipy.interpolate.CubicSpline(T, np.c_[Y, Y**2])
PCHIP = scipy.interpolate.PchipInterpolator(T, Y)
BSPLINE = scipy.interpolate.make_interp_spline(T, Y)
FITTED = scipy.interpolate.UnivariateSpline(T, Y, s=0)
LINE = scipy.interpolate.interp1d(T, Y)
LINE3 = scipy.interpolate.interp1d(T, Y, kind="cubic", fill_value="extrapolate")
SURFACE = scipy.interpolate.RectBivariateSpline(T, T, np.outer(Y, Y))
GRID = scipy.interpolate.RegularGridInterpolator((T, T), np.outer(Y, T))
LU = sla.splu(sp.csc_matrix(K))
INCIDENCE = sp.csr_matrix(
    np.array(
        [[1, -1, 0, 0], [0, 1, -1, 0], [0, 0, 1, -1], [1, 0, 0, -1], [1, 0, -1, 0], [1, 0, 0, 0]]
    )
)
FACTORS, TRIANGLE = la.lu_factor(K), la.cho_factor(K)


def two(x: Any) -> Any:
    return x.reshape(2, 3)


def square(x: Any) -> Any:
    return x[:4].reshape(2, 2) + 3.0 * np.eye(2)


def definite(x: Any) -> Any:
    return square(x) @ square(x).T


def unit(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def tridiagonal(x: Any) -> Any:
    return np.vstack([np.r_[0.0, x[1:] * 0.1], 4.0 + x, np.r_[x[:-1] * 0.2, 0.0]])


def assembled(x: Any) -> Any:
    """Stiffness matrix of a chain whose elements depend on what they connect."""
    elements = np.c_[np.arange(5), np.arange(1, 6)]
    stiffness = 1 + x[elements].mean(axis=1) ** 2
    rows, cols = np.repeat(elements, 2, axis=1).ravel(), np.tile(elements, 2).ravel()
    entries = (stiffness[:, None] * np.array([1, -1, -1, 1.0])).ravel()
    return sp.coo_matrix((entries, (rows, cols)), shape=(6, 6)).tocsr()


KNOWN: dict[str, Callable[[Any], list[Any]]] = {
    "solve": lambda x: [
        la.solve(K, x),
        la.solve(square(x), x[4:]),
        la.solve(square(x), x[4:], assume_a="sym", lower=True),
        la.solve(square(x), x[4:], transposed=True),
    ],
    "inv": lambda x: [la.inv(square(x)), la.det(square(x)), la.pinv(two(x))],
    "norm": lambda x: [la.norm(x), la.norm(two(x)), la.norm(x, 1)],
    "cholesky": lambda x: [
        la.cholesky(definite(x)),
        la.cholesky(definite(x), lower=True),
        la.cho_solve(la.cho_factor(definite(x)), x[4:]),
        la.cho_solve(la.cho_factor(K, lower=True), x),
        la.cho_solve(TRIANGLE, x),
    ],
    "lu_solve": lambda x: [la.lu_solve(FACTORS, x), la.lu_solve(la.lu_factor(K), x)],
    "solve_triangular": lambda x: [
        la.solve_triangular(np.tri(6), x, lower=True),
        la.solve_triangular(square(x), x[4:]),
        la.solve_triangular(square(x), x[4:], trans=1, lower=True),
        la.solve_triangular(square(x), x[4:], unit_diagonal=True),
    ],
    "solve_banded": lambda x: [
        la.solve_banded((1, 1), BAND, x),
        la.solve_banded((1, 1), tridiagonal(x), np.ones(6)),
        la.solveh_banded(BAND[1:], x, lower=True),
    ],
    "expm": lambda x: [la.expm(0.5 * square(x)), la.expm(np.array([[0, x[0]], [-x[0], 0]]))],
    "special matrices": lambda x: [
        la.block_diag(two(x), x[0]),
        la.toeplitz(x[:3]),
        la.toeplitz(x[:3], x[3:]),
        la.circulant(x[:3]),
        la.hankel(x[:3], x[2:]),
        la.hankel(x[:3]),
        la.circulant(two(x)),
    ],
    "eigenvalues": lambda x: [
        la.eigvalsh(square(x)),
        la.eigvalsh(square(x), b=np.array([[2.0, 0.5], [0.5, 1.0]])),
        la.svdvals(two(x)),
    ],
    "qr": lambda x: [la.qr(two(x).T, mode="economic")[1], la.qr(two(x).T, mode="r")[0]],
    "lstsq": lambda x: [la.lstsq(np.vander(np.arange(6.0), 3), x)[0]],
    "convolve": lambda x: [
        sg.convolve(x, [1.0, 2.0, 3.0]),
        sg.convolve(x, [1.0, 2.0, 1.0], mode="same"),
        sg.convolve(x, [1.0, 2.0], "valid"),
        sg.fftconvolve(x, [1.0, 2.0]),
        sg.correlate(x, [1.0, 2.0, 3.0]),
        sg.correlate(x, x, mode="same"),
        sg.convolve(two(x), two(x)),
    ],
    "convolve2d": lambda x: [
        sg.convolve2d(two(x), np.ones((2, 2))),
        sg.convolve2d(two(x), np.arange(9.0).reshape(3, 3), mode="same", boundary="symm"),
        sg.convolve2d(two(x), np.ones((3, 3)), mode="same", boundary="wrap"),
        sg.correlate2d(two(x), np.arange(4.0).reshape(2, 2), "valid"),
    ],
    "lfilter": lambda x: [
        sg.lfilter([1, 0.5], [1, -0.3, 0.2], x),
        sg.lfilter([0.2], [1, -0.8], two(x)),
        sg.detrend(x),
    ],
    "dct": lambda x: [
        scipy.fft.dct(x),
        scipy.fft.idct(x, norm="ortho"),
        scipy.fft.dst(two(x), type=1, axis=0),
        scipy.fft.dct(x, n=4),
        scipy.fft.fftshift(x),
        scipy.fft.ifftshift(two(x), axes=1),
    ],
    "distances": lambda x: [
        sd.cdist(x.reshape(3, 2), [[0.0, 0.0], [1.0, 1.5]]),
        sd.squareform(sd.pdist(x.reshape(3, 2)) ** 2),
        sd.euclidean(x[:3], x[3:]),
        sd.cdist(x.reshape(3, 2), np.ones((1, 2)), "sqeuclidean"),
    ],
    "curves": lambda x: [
        *(curve(x) for curve in (CUBIC, PCHIP, BSPLINE, FITTED, LINE, LINE3)),
        CUBIC(x[0]),
        CUBIC(two(x), 1),
        CUBIC.derivative()(x),
        COLUMNS(x),
        CUBIC.integrate(x[0], x[1]),
        scipy.interpolate.CubicSpline(np.arange(4.0), [0.0, 1.0, 3.0, 2.0])(x),
    ],
    "surfaces": lambda x: [
        SURFACE.ev(x[:3], x[3:]),
        SURFACE(x[0], x[1], grid=False),
        SURFACE(x[0], x[1])[0, 0],
        GRID(x.reshape(3, 2)),
        GRID((x[0], x[1])),
    ],
    "normal": lambda x: [
        st.norm.logpdf(x),
        st.norm.pdf(x, 1, 2),
        st.norm.cdf(x, loc=x[0], scale=2),
        st.norm.sf(x),
        st.norm.logcdf(x),
        st.norm.ppf(unit(x)),
        st.norm(1, 2).pdf(x),
        st.norm.logpdf([1.0, 2.0], loc=x[0], scale=np.exp(x[1])),
        st.multivariate_normal([0.0, 0.0], [[2.0, 0.5], [0.5, 1.0]]).logpdf(x[:2]),
        st.multivariate_normal.logpdf(two(x), np.zeros(3), np.eye(3)),
    ],
    "distributions": lambda x: [
        st.expon.pdf(np.abs(x)),
        st.gamma.logpdf(np.abs(x), 2.0, scale=1.5),
        st.gamma.cdf(np.abs(x), a=2),
        st.lognorm.pdf(np.abs(x), s=0.5),
        st.beta.logpdf(unit(x), 2, 3),
        st.chi2.logpdf(np.abs(x), 3),
        st.weibull_min.cdf(np.abs(x), 1.5),
        st.t.logpdf(x, 4),
        st.t.cdf(x, 3),
        st.cauchy.logpdf(x),
        st.logistic.cdf(x),
        st.laplace.cdf(x),
        st.uniform.cdf(x, -1, 3),
        st.poisson.logpmf([0, 2, 3], np.exp(x[:3])),
        st.binom.logpmf(2, 5, unit(x)),
    ],
    "options of decompositions": lambda x: [
        la.eigvalsh(np.outer(x, x) + K, subset_by_index=[1, 2]),
        la.eigh(np.outer(x, x) + K, eigvals_only=True, lower=False),
        la.svd(two(x), compute_uv=False),
        np.linalg.svd(two(x), compute_uv=False),
        la.pinv(two(x), rtol=1e-9),
        la.lstsq(np.diag([1.0, 1, 1, 1, 1, 1e-3]), x, cond=0.1)[0],
        np.linalg.lstsq(np.diag([1.0, 1, 1, 1, 1, 1e-3]), x, rcond=0.1)[0],
        scipy.fft.dct(x, norm="ortho", orthogonalize=False),
    ],
    "parameters of distributions by name": lambda x: [
        st.beta.logpdf(unit(x), b=2.5, a=1.5),
        st.binom.logpmf(2, p=unit(x), n=5),
        st.gamma(2.0, scale=1.5).pdf(x + 3),
        st.norm(loc=x[0], scale=np.exp(x[1])).logpdf([0.1, 0.2]),
        st.multivariate_normal(mean=x[:2]).logpdf([0.1, 0.2]),
    ],
    "filters of images": lambda x: [
        scipy.ndimage.gaussian_filter(two(x), 0.5) ** 2,
        scipy.ndimage.convolve(two(x), np.eye(3), mode="constant", cval=2.0),
        scipy.ndimage.sobel(input=two(x), axis=1),
        scipy.ndimage.map_coordinates(two(x), [[0.5, 0.2], [1.5, 0.1]], order=1),
        sg.savgol_filter(x, 5, 2),
        sg.sosfilt(sg.butter(2, 0.3, output="sos"), x),
    ],
    "tails of distributions": lambda x: [
        st.rayleigh.logsf(x + 12),
        st.weibull_min.logsf(x + 9, 1.7),
        st.gumbel_l.logsf(x + 2),
        st.gumbel_r.logcdf(x - 6),
        st.gamma.logsf(x + 60, 2.3),
        st.lognorm.logsf(np.exp(x + 4), 0.7),
        st.expon.logsf(x),
        st.t.logsf(x + 40, 4.0),
        st.cauchy.logsf(x + 1e6) * 1e3,
    ],
    "counts outside of the range": lambda x: [
        st.geom.pmf([0, 1, 2], unit(x[0])),
        st.bernoulli.pmf([-1, 0, 1, 2], unit(x[1])),
        st.poisson.pmf([1, 1.5], np.exp(x[2])),
        special.comb(5.5, [3, 12]) * x[3],
        special.comb(5.5, 8 + x[4]),
    ],
    "sparse solvers": lambda x: [
        sla.spsolve(sp.csc_matrix(K), x),
        sla.splu(sp.csc_matrix(K)).solve(x),
        LU.solve(x),
    ],
    "sparse products": lambda x: [
        sp.hstack([sp.eye(6), sp.eye(6)]) @ np.r_[x, x],
        sp.kron(sp.eye(2), np.ones((3, 3))) @ x,
    ],
    "sparse matrices of traced entries": lambda x: [
        assembled(x) @ x - np.ones(6),
        (assembled(x) + sp.eye(6)) @ x,
        (assembled(x) - 2 * sp.csr_matrix(K)) @ x,
        x @ assembled(x),
        assembled(x).T.dot(np.arange(12.0).reshape(6, 2)),
        assembled(x).toarray(),
        assembled(x).sum(axis=0),
        sla.spsolve(assembled(x) + sp.eye(6), np.ones(6)),
        sp.csr_array((x, [0, 1, 2, 0, 1, 2], [0, 2, 4, 6])) @ x[:3],
        sp.csc_matrix((x**2, [0, 1, 2, 0, 1, 2], [0, 2, 4, 6])) * [1.0, 2.0, 3.0],
    ],
    "products of sparse matrices": lambda x: [
        (INCIDENCE.T @ sp.diags(x) @ INCIDENCE).toarray(),
        sla.spsolve(INCIDENCE.T @ sp.diags(x) @ INCIDENCE + sp.eye(4), np.ones(4)),
        (INCIDENCE.T * sp.diags(x) * INCIDENCE) @ np.arange(4.0),
        (sp.diags(x) @ assembled(x)) @ x,
        assembled(x).multiply(sp.csr_matrix(K)).toarray(),
        abs((sp.diags(x) @ ((1 + 2j) * np.arange(6.0) ** 2)).sum()),
    ],
    "parts and joins of sparse matrices": lambda x: [
        assembled(x).tocsr()[1:, 1:].toarray(),
        assembled(x).tocsr()[[0, 2]][:, np.arange(6) > 2].toarray(),
        assembled(x).tocsr()[np.ix_([0, 1], [1, 0])].sum(),
        assembled(x).tocsr()[0, 1] * assembled(x).tocsr()[0, 5] + assembled(x).tocsr()[2, 2],
        sp.vstack([sp.diags(x), INCIDENCE.T]) @ x,
        sp.bmat([[sp.diags(x), np.ones((6, 1))], [np.ones((1, 6)), None]]) @ np.arange(7.0),
        sp.block_diag([sp.diags(x), x[:2].reshape(1, 2)]).sum(axis=0),
        sp.kron(sp.eye(2), sp.diags(x)) @ np.arange(12.0),
    ],
    "traced diagonals": lambda x: [
        sp.diags(x) @ np.arange(6.0),
        sp.diags(x) * x,
        sp.diags([x[:5], x, x[1:]], [-1, 0, 1]) @ x,
        sp.diags([x[0], 2.0, x[1]], [-1, 0, 1], shape=(6, 6)) @ x,
        sp.diags_array(x[:5], offsets=1) @ x,
        (sp.csr_matrix(K) - sp.diags(x)) @ x,
        sp.diags(x).multiply(np.arange(6.0)).toarray(),
        (-sp.diags(x) / 2).diagonal(),
    ],
    "interpolants through traced values": lambda x: [
        scipy.interpolate.CubicSpline(range(6), x)(1.3),
        scipy.interpolate.CubicSpline(range(6), x**2, bc_type="natural")(np.array([0.2, 4.4]), 1),
        scipy.interpolate.CubicSpline(range(6), x).derivative()(x[0]),
        scipy.interpolate.CubicSpline(range(6), x).integrate(0.0, 2.5),
        scipy.interpolate.CubicSpline(range(6), np.stack([x, x**2], axis=1))(1.3),
        scipy.interpolate.BSpline(np.arange(10.0), x, 3)([3.5, 5.0]),
        scipy.interpolate.make_interp_spline(range(6), x, k=2)(x[1]),
        scipy.interpolate.interp1d(range(6), x, kind="quadratic")(1.3),
        scipy.interpolate.lagrange([0, 1, 3], x[:3])(x[4]),
        scipy.interpolate.KroghInterpolator([0, 1, 3], x[:3])(2.0),
        scipy.interpolate.BarycentricInterpolator([0, 1, 3], [1.0, 2.0, 0.5])(x),
    ],
    "distances of two points": lambda x: [
        sd.cosine(x[:3], x[3:]),
        sd.correlation(x[:3], x[3:]),
        sd.minkowski(x[:3], x[3:], 3),
        sd.mahalanobis(x[:3], x[3:], K[:3, :3]),
        sd.canberra(x[:3], x[3:]),
        sd.braycurtis(x[:3], x[3:]),
        sd.seuclidean(x[:3], x[3:], [1.0, 2.0, 3.0]),
        sd.jensenshannon(unit(x[:3]), unit(x[3:]), base=2.0),
        sd.chebyshev([1.0, 2.0], x[:2]),
    ],
    "distances of many points by several metrics": lambda x: [
        sd.cdist(two(x), [[1.0, 2.0, 3.0]], "cosine"),
        sd.pdist(two(x), "canberra"),
        sd.pdist(x.reshape(3, 2), "minkowski", p=3),
        sd.cdist(two(x), two(x) + 1.0, "seuclidean", V=[1.0, 2.0, 3.0]),
    ],
    "polynomials of scipy.special": lambda x: [
        special.legendre(3)(x),
        special.chebyt(4)(x) * special.hermite(2)(x[0]),
        special.legendre(3).deriv()(x),
    ],
    "monotone cubics through traced values": lambda x: [
        (p := scipy.interpolate.PchipInterpolator(PLACES, x))([0.3, 1.2, 4.5, 6.5]),
        p([0.7, 3.1], 1),
        p.integrate(0, 4),
        p.derivative()(1.2),
        p(x[0]),
        scipy.interpolate.pchip_interpolate(PLACES, np.sort(x), [0.5, 2.2]),
        scipy.interpolate.PchipInterpolator([0.0, 1.0], x[:2])(0.3),
    ],
    "Akima's cubics through traced values": lambda x: [
        scipy.interpolate.Akima1DInterpolator(PLACES, x)([0.3, 1.2, 4.5]),
        scipy.interpolate.Akima1DInterpolator(PLACES, np.append(x[:3], [1, 1, 1]))([1.2, 4.5]),
        scipy.interpolate.Akima1DInterpolator(PLACES, x, method="makima", extrapolate=True)(
            [0.3, 6.5]
        ),
    ],
    "cubics with traced slopes": lambda x: scipy.interpolate.CubicHermiteSpline(
        PLACES, x, x[::-1] ** 2
    )([0.3, 1.2, 4.5]),
    "integrals of samples": lambda x: [
        scipy.integrate.trapezoid(x, dx=0.1),
        scipy.integrate.simpson(x, dx=0.1),
        scipy.integrate.cumulative_trapezoid(x, dx=0.1, initial=0),
    ],
    "constants": lambda x: [la.sqrtm(np.eye(2) * 4.0) @ x[:2], la.expm(np.zeros((2, 2))) @ x[:2]],
}


# SciPy 1.18 advises against lagrange, which must be followed as long as it is there.
@pytest.mark.filterwarnings("ignore:.lagrange. is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", KNOWN)
def test_known_functions_agree_with_scipy(name: str) -> None:
    """Values, Jacobian, Hessian and patterns, at the point of the trace and at another."""
    problem = Problem(None, Constraint(KNOWN[name], -np.inf, np.inf), x0=X)
    for point in (X, X + 0.05 * np.cos(np.arange(6.0))):
        report = problem.check_derivatives(point)
        assert report, report


REFUSED: dict[str, Callable[[Any], Any]] = {
    "left vectors": lambda x: la.eig(square(x), left=True)[0],
    "elsewhere than in its data": lambda x: scipy.ndimage.convolve(np.eye(3), x[:4].reshape(2, 2)),
    "with 2500 traced values": lambda x: scipy.ndimage.laplace(np.full((50, 50), x[0])),
    "CubicSpline was called with traced places": lambda x: scipy.interpolate.CubicSpline(
        np.cumsum(x), np.arange(6.0)
    )(1.5),
    "and the option 'periodic'": lambda x: scipy.interpolate.CubicSpline(
        np.arange(6.0), x, bc_type="periodic"
    )(1.5),
    "unexpected keyword argument 'subset_by_value'": lambda x: la.eigvalsh(
        square(x) + square(x).T, subset_by_value=[0.0, 1.0]
    ),
    "unexpected keyword argument 'w'": lambda x: sd.cdist(x[:2, None], x[2:, None], w=[2.0]),
    "the metric 'jaccard'": lambda x: sd.cdist(x[:2, None], x[2:, None], "jaccard"),
    "with the cutoff 0.9": lambda x: np.linalg.pinv(square(x), rcond=0.9),
    "with a traced count": lambda x: st.poisson.pmf(x, 2.0),
    "all vectors of the longer side": lambda x: la.svd(x[None])[2],
    "complex eigenvalues": lambda x: la.eig(square(x) - square(x).T)[1],
    "of two traced matrices": lambda x: la.eigh(definite(x), definite(x) + 1.0)[1],
    "PchipInterpolator was called with traced places": lambda x: (
        scipy.interpolate.PchipInterpolator(np.cumsum(x**2), np.arange(6.0))(1.5)
    ),
    "skewnorm": lambda x: st.skewnorm.cdf(x, 2.0),
    "shapiro": lambda x: st.shapiro(x)[0],
    "median_filter": lambda x: scipy.ndimage.median_filter(x, 3),
    "dual_annealing": lambda x: (
        scipy.optimize.dual_annealing(lambda z: (z[0] - x[0]) ** 2, [(0, 1)], maxiter=1).x
    ),
    "lsqr": lambda x: sla.lsqr(K, x)[0],
    "scipy.sparse.tril": lambda x: sp.tril(sp.diags(x)) @ x,
    "a change of entries": lambda x: assembled(x).tocsr().__setitem__((0, 0), x[0]),
    "a row or column of a sparse array": lambda x: sp.diags_array(x)[0].toarray(),
    "complex128": lambda x: sp.diags(x) + 1j * sp.eye(6),
    "'max' of a sparse": lambda x: sp.diags(x).max(),
    "would round it": lambda x: sp.lil_matrix((2, 2), dtype=int).__setitem__((0, 0), x[0]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_functions_are_refused_by_name(name: str) -> None:
    """With the user's file and line, whatever SciPy itself would say."""
    with pytest.raises(
        (asdopt.UnsupportedOperationError, asdopt.TracingError), match=rf"test_scipy.py:\d+.*{name}"
    ):
        asdopt.jacobian(REFUSED[name], X)


def test_a_refusal_that_the_function_catches_is_raised() -> None:
    """The fallback would be another function than the one without trace."""

    def fun(x: Any) -> Any:
        try:
            return la.schur(square(x))[0].ravel()
        except (TypeError, ValueError, NotImplementedError):
            return x

    with pytest.raises(asdopt.UnsupportedOperationError, match="schur"):
        asdopt.jacobian(fun, X)


def test_large_sparse_systems_are_refused() -> None:
    """Their inverse is dense."""
    eye = sp.csc_matrix(sp.eye(4000))
    with pytest.raises(asdopt.UnsupportedOperationError, match="as constraints"):
        asdopt.jacobian(lambda x: sla.spsolve(eye, x), np.zeros(4000))


def test_matrices_of_stacks_are_what_this_scipy_makes_of_them() -> None:
    """Versions differ: raveled, or a matrix for each row."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for fun in (lambda x: la.toeplitz(two(x)), lambda x: la.hankel(two(x), two(x))):
            wanted = fun(X)
            traced = asdopt.Problem(lambda x: 0.0, Constraint(fun, -9.0, 9.0), x0=X)
            assert np.array_equal(traced.constraints(X), np.ravel(wanted))


def test_numbers_of_trials_are_truncated() -> None:
    """As SciPy does, and says."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for fun in (special.bdtr, special.bdtrc):
            problem = asdopt.Problem(lambda x, fun=fun: fun(x[0], x[1], x[2]), x0=[1.7, 3.3, 0.4])
            assert problem.objective([1.7, 3.3, 0.4]) == pytest.approx(fun(1, 3, 0.4), rel=1e-12)
