"""Functions, methods and classes of SciPy without a rule, followed through their Python code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg as sl
import scipy.ndimage as sn
import scipy.signal as sg
import scipy.stats as st
from whole_functions import check_function

import asdopt

X = np.array([0.23, 0.31, 0.57, 0.14])
DATA = np.array([0.11, 0.47, 0.29, 0.74])
TIMES = np.linspace(0.0, 3.0, 5)


class Peak(st.rv_continuous):
    """A distribution as users write them."""

    def _pdf(self, x: Any, a: Any) -> Any:
        return a * np.exp(-a * x)


def filter_of(x: Any) -> Any:
    return sg.TransferFunction([1.0 + x[0]], [1.0, 1.0 + x[1], 2.0])


def states_of(x: Any) -> Any:
    a = np.array([[0.0, 1.0], [-x[0], -x[1]]])
    return a, np.array([[0.0], [1.0]]), np.eye(2), np.zeros((2, 1))


STATISTICS: dict[str, Callable[[Any], Any]] = {
    "tests": lambda x: [
        st.ttest_1samp(x, 0.1).statistic,
        st.ttest_ind(x, DATA, equal_var=False).pvalue,
        st.f_oneway(x[:2], x[2:], DATA).statistic,
        st.chisquare(x, np.full(4, x.mean())).statistic,
        st.jarque_bera(x).statistic,
        st.bartlett(x, DATA).pvalue,
    ],
    "ranks": lambda x: st.kendalltau(x, DATA).statistic * x[0],
    "order": lambda x: [
        st.wasserstein_distance(x, DATA),
        st.tmean(x, (0.2, 0.4)),
        st.iqr(x, rng=(10, 60)),
        st.rankdata(x, "dense") @ x,
    ],
    "circular": lambda x: [st.circmean(x), st.circstd(x), st.median_abs_deviation(x)],
    "bins": lambda x: [
        st.binned_statistic(DATA, x, "mean", bins=2).statistic @ [1, 2],
        st.binned_statistic(DATA, x, "sum", bins=[0, 0.3, 0.8]).statistic @ [1, 2],
    ],
    "fits": lambda x: [*st.norm.fit(x), *st.expon.fit(x), st.norm.nnlf((x[0], x[1]), DATA)],
    "own distribution": lambda x: [
        Peak(a=0.0, name="peak").pdf(0.5, 1.0 + x[0]),
        Peak(a=0.0, name="peak").cdf(0.5, 1.0 + x[1]),
    ],
    "distributions without a rule": lambda x: [
        st.bradford.logpdf(x[0], 1.0 + x[1]),
        st.johnsonsb.cdf(0.2, x[0], 1.0 + x[2]),
        st.crystalball.pdf(x[0], 1.0 + x[1], 3.0 + x[2]),
        st.multivariate_t.logpdf(x[:2], [0.0, x[2]], [[1.0, 0.1], [0.1, 2.0 + x[3]]], df=5),
        st.multivariate_t(loc=[x[0], 0.0], shape=[[1.0, 0.1], [0.1, 2.0]], df=4).logpdf(
            [0.1, x[1]]
        ),
        st.wishart.logpdf(np.array([[1.0 + x[0], 0.1], [0.1, 2.0]]), 3, np.eye(2)),
    ],
    "moments": lambda x: [
        st.norm(x[0], 1.0 + x[1]).expect(lambda u: u**3, lb=-np.inf),
        st.gamma.entropy(1.0 + x[0]),
        st.gamma.stats(1.0 + x[0], moments="mvs")[2],
        *st.norm(x[0], 1.0 + x[1]).interval(0.9),
        st.dirichlet.entropy(1.0 + x),
    ],
    "kernel densities": lambda x: [
        *st.gaussian_kde(DATA).logpdf(x),
        *st.gaussian_kde(x)(DATA),
        st.gaussian_kde(np.vstack([x, DATA]), weights=[1, 2, 3, 4]).pdf(x[:2])[0],
        st.gaussian_kde(DATA, bw_method=0.4).integrate_box_1d(0.0, x[0]),
    ],
}
SIGNALS: dict[str, Callable[[Any], Any]] = {
    "spectra": lambda x: [
        *sg.welch(np.tile(x, 8), nperseg=8)[1],
        *sg.periodogram(np.tile(x, 4) * np.arange(16))[1],
        np.sum(np.abs(sg.stft(np.tile(x, 8), nperseg=8)[2])),
    ],
    "systems": lambda x: [
        *sg.step(filter_of(x), T=TIMES)[1],
        *sg.impulse(filter_of(x).to_ss(), T=TIMES)[1],
        *sg.dlsim(sg.dlti([x[0]], [1.0, x[1]], dt=0.1), np.ones(4))[1].ravel(),
        *sg.bode(filter_of(x), [0.1, 1.0])[1],
        *sg.step(([1.0], [1.0, 1.0 + x[0], 2.0]))[1][-3:],
        *sg.cont2discrete(states_of(x), 0.1, method="foh")[0].ravel(),
    ],
    "waves": lambda x: [*sg.sawtooth(x), *sg.gausspulse(x, fc=1), *sg.windows.kaiser(4, 1 + x[0])],
    "images": lambda x: [
        sn.variance(x),
        *sn.sum_labels(x, [0, 1, 1, 2], [1, 2]),
        *sn.center_of_mass(x.reshape(2, 2)),
    ],
    "matrices": lambda x: [
        *sl.polar(np.array([[x[0], 1.0, x[1]], [x[2], x[3], 2.0]]))[0].ravel(),
        *sl.pinvh(np.array([[2.0 + x[0], x[1]], [x[1], 0.01]]), rtol=0.1).ravel(),
    ],
}


NUMPY: dict[str, Callable[[Any], Any]] = {
    "histogram": lambda x: [
        *np.histogram(x, bins=3)[1],
        *np.histogram(x, bins=3, weights=x**2)[0],
        *np.histogram(x, bins=3, density=True)[0],
        *np.histogram_bin_edges(x, 4),
    ],
    "pad": lambda x: [
        *np.pad(x, 2, mode="mean"),
        *np.pad(x, 2, mode="linear_ramp"),
        *np.pad(x, 2, mode="reflect", reflect_type="odd"),
    ],
    "quantile": lambda x: [
        *(np.quantile(x, 0.3, method=m) for m in ("hazen", "weibull", "median_unbiased")),
        *(np.quantile(x, 0.3, method=m) for m in ("normal_unbiased", "interpolated_inverted_cdf")),
        np.quantile(x, 0.4, weights=[1.0, 2.0, 3.0, 4.0], method="inverted_cdf"),
    ],
    "sets": lambda x: [
        *np.setxor1d(x, [5.0]),
        *np.unique_values(x),
        np.linalg.matrix_rank(np.outer(x, x)) * x,
    ],
    "frexp": lambda x: [*np.frexp(4 * x)[0], np.frexp(4 * x)[1] @ x, np.frexp(x[0])[0]],
    "polynomials": lambda x: [
        np.max(np.abs(np.polynomial.Polynomial([-1.0, x[0], x[1], 1 + x[2]]).roots())),
        np.polynomial.Polynomial.fit([0.0, 1, 2, 3], x, 2)(1.2),
        *np.polynomial.polynomial.polyfit([0.0, 1, 2, 3], x, 1),
    ],
}


@pytest.mark.parametrize("name", NUMPY)
def test_functions_of_numpy_are_followed(name: str) -> None:
    check_function(NUMPY[name], X, rtol=1e-9, step=2e-4)


@pytest.mark.parametrize("name", STATISTICS)
def test_statistics_are_followed(name: str) -> None:
    check_function(STATISTICS[name], X, rtol=1e-9, step=2e-4)


@pytest.mark.parametrize("name", SIGNALS)
def test_signals_are_followed(name: str) -> None:
    check_function(SIGNALS[name], X, rtol=1e-9, step=2e-4)


def test_an_object_that_holds_traced_values_is_known_as_one() -> None:
    """Its methods have no traced argument, and depend on the variables."""

    def fun(x: Any) -> Any:
        density = st.gaussian_kde(x)
        return [density.factor * x[0], density(0.3)[0], density.integrate_box_1d(0.0, 0.4)]

    check_function(fun, X, rtol=1e-9)


def test_branches_of_the_followed_code_are_guards() -> None:
    def fun(x: Any) -> Any:
        return st.tmean(x, (0.2, 0.6))

    problem = asdopt.Problem(fun, x0=X)
    np.testing.assert_allclose(problem.gradient(X), [1 / 3, 1 / 3, 1 / 3, 0.0])
    np.testing.assert_allclose(problem.gradient(X + [0, 0, 0, 0.1]), [0.25] * 4)


def test_errors_of_scipy_stay_errors() -> None:
    """What fails on plain numbers fails as it does there, and may be caught."""

    def fun(x: Any) -> Any:
        try:
            return st.tmean(x, (5.0, 6.0))
        except ValueError:
            return x[0] ** 2

    np.testing.assert_allclose(asdopt.Problem(fun, x0=X).gradient(X), [2 * X[0], 0, 0, 0])
    with pytest.raises(ValueError, match="No array values within given limits"):
        asdopt.Problem(lambda x: st.tmean(x, (5.0, 6.0)), x0=X)


@pytest.mark.parametrize(
    ("fun", "words"),
    [
        (lambda x: sg.find_peaks(x)[0].sum(), r"scipy.signal.find_peaks .*: it calls .*, compiled"),
        (
            lambda x: sl.schur(x.reshape(2, 2))[0].sum(),
            r"scipy.linalg.schur .*: in its Python code",
        ),
        (lambda x: st.bootstrap((x,), np.mean).confidence_interval.low, r"scipy.stats.bootstrap"),
    ],
)
def test_compiled_code_is_refused_by_what_the_user_called(
    fun: Callable[[Any], Any], words: str
) -> None:
    with pytest.raises(asdopt.AsdoptError, match=rf"test_followed\.py:\d+.*{words}") as refusal:
        asdopt.Problem(fun, x0=X)
    assert str(refusal.value).count("asdopt.external") == 1


def test_a_class_of_compiled_code_is_refused() -> None:
    from scipy.spatial import ConvexHull

    with pytest.raises(asdopt.UnsupportedOperationError, match=r"scipy\.spatial\.ConvexHull"):
        asdopt.Problem(lambda x: ConvexHull(x.reshape(2, 2)).volume, x0=X)
