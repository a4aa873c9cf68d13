"""Distributions and statistics of SciPy and of the standard library at traced values."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.signal as sg
import scipy.stats as st

import asdopt
from asdopt import Constraint, Problem
from asdopt.tracing._cumulatives import CUMULATIVE, MASS_BELOW, QUANTILE, QUANTILE_FROM_ABOVE
from asdopt.tracing._densities import LOG_DENSITY, LOG_MASS

# Shapes of each; what lies below depends on those that stand here as integers as constants only.
SHAPES: dict[str, list[tuple[float, ...]]] = {
    **{name: [()] for name in LOG_DENSITY if not getattr(st, name).shapes},
    "beta": [(2, 3)],
    "betaprime": [(2, 3)],
    "burr": [(2.0, 1.3)],
    "burr12": [(2.0, 1.3)],
    "chi": [(3,)],
    "chi2": [(3,)],
    "erlang": [(3,)],
    "exponnorm": [(1.3,)],
    "exponweib": [(1.3, 1.6)],
    "f": [(3, 5)],
    "fisk": [(2.5,)],
    "foldnorm": [(0.8,)],
    "gamma": [(2,)],
    "genextreme": [(0.2,), (-0.3,), (1e-9,)],
    "genlogistic": [(1.4,)],
    "gennorm": [(1.6,)],
    "genpareto": [(0.2,), (-0.1,), (1e-9,)],
    "gompertz": [(0.7,)],
    "invgamma": [(2,)],
    "invgauss": [(0.9,)],
    "invweibull": [(2.2,)],
    "johnsonsu": [(0.4, 1.4)],
    "loggamma": [(1.4,)],
    "lognorm": [(0.7,)],
    "loguniform": [(0.2, 3.0)],
    "lomax": [(2.1,)],
    "nakagami": [(2,)],
    "pareto": [(2.1,)],
    "powerlaw": [(1.6,)],
    "reciprocal": [(0.2, 3.0)],
    "rice": [(0.8,)],
    "skewnorm": [(1.5,)],
    "t": [(4,)],
    "triang": [(0.4,)],
    "truncexpon": [(2.5,)],
    "truncnorm": [(-0.5, 2.0), (1.5, 4.0), (-4.0, -0.2)],
    "vonmises": [(1.7,)],
    "weibull_max": [(1.7,)],
    "weibull_min": [(1.7,)],
}
COUNTED: dict[str, tuple[float, ...]] = {
    "bernoulli": (0.3,),
    "betabinom": (6, 1.3, 2.2),
    "binom": (6, 0.3),
    "dlaplace": (0.8,),
    "geom": (0.3,),
    "logser": (0.6,),
    "nbinom": (3, 0.4),
    "planck": (0.7,),
    "poisson": (2.3,),
}
WITH_SHAPES = [(name, shapes) for name, each in SHAPES.items() for shapes in each]


def agrees(function: Callable[[Any], Any], x: Any) -> None:
    report = Problem(None, Constraint(function, -np.inf, np.inf), x0=x).check_derivatives(x)
    assert report, report


def test_all_are_checked() -> None:
    assert set(SHAPES) == set(LOG_DENSITY)
    assert set(COUNTED) == set(LOG_MASS)


# Of SciPy, far out and for shapes that it takes to be whole.
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("name", "shapes"), WITH_SHAPES, ids=[f"{n}{s}" for n, s in WITH_SHAPES])
def test_densities(name: str, shapes: tuple[float, ...]) -> None:
    """By points, location, scale and shapes; what lies below and above, and quantiles."""
    one = getattr(st, name)
    traced = [v for v in shapes if isinstance(v, float)]

    def given(x: Any) -> Any:
        rest = iter(x[4:])
        return [next(rest) if isinstance(v, float) else v for v in shapes]

    def function(x: Any) -> Any:
        z, place = x[:2], {"loc": x[2], "scale": x[3]}
        results = [one.logpdf(z, *x[4:], **place), one.pdf(z, *given(x), **place)]
        if name in CUMULATIVE:
            methods = (one.cdf, one.sf, one.logcdf, one.logsf)
            results += [method(z, *given(x), **place) for method in methods]
        shares = 0.2 + 0.3 * place["scale"]
        if name in QUANTILE:
            results.append(one.ppf(shares, *given(x), **place))
        if name in QUANTILE_FROM_ABOVE:
            results.append(one.isf(shares, *given(x), **place))
        return results

    x = np.array([*(one.ppf([0.2, 0.6], *shapes) * 1.3 + 0.4), 0.4, 1.3, *shapes])
    if len(traced) == len(shapes):
        agrees(function, x)
    else:  # shapes whose derivatives are known of the density only
        agrees(lambda x: one.logpdf(x[:2], *x[4:], loc=x[2], scale=x[3]), x)
        agrees(lambda y: function(np.concatenate([y, shapes]))[1:], x[:4])
    outside = one.logpdf([-30, 30], *shapes)
    found = asdopt.value_and_jacobian(lambda s: np.exp(one.logpdf([-30, 30], *shapes, s)), [0.0])
    np.testing.assert_allclose(found[0], np.exp(outside), atol=1e-300)


@pytest.mark.parametrize("name", COUNTED)
def test_probabilities_of_counts(name: str) -> None:
    one, shapes = getattr(st, name), COUNTED[name]
    counts = [-1, 0, 1, 2, 3.5, 6, 7]

    def function(x: Any) -> Any:
        rest = iter(x)
        given = [next(rest) if isinstance(v, float) else v for v in shapes]
        results = [one.pmf(counts, *given)]
        if name in MASS_BELOW:
            results += [one.cdf(counts, *given), one.sf(counts, *given)]
            results.append(one.logcdf([1, 2, 3.5], *given))
        return results

    agrees(function, np.array([v for v in shapes if isinstance(v, float)]))


def test_shapes_without_meaning_have_no_value() -> None:
    """NaN, as SciPy says, which a solver is told of with the line."""
    for call in (
        lambda x: st.gamma.logpdf([1.0, 2.0], x[0]),
        lambda x: st.poisson.logpmf([1, 2], x[0]),
        lambda x: st.truncnorm.logpdf(0.5, x[0], -2.0),
    ):
        assert np.isnan(call(np.array([-1.0]))).all()
        with pytest.raises(asdopt.EvaluationError, match=r"test_distributions.py:\d+"):
            Problem(None, Constraint(call, -np.inf, np.inf), x0=np.array([-1.0])).constraints(
                np.array([-1.0])
            )


def test_derivatives_by_a_shape_where_the_formula_changes() -> None:
    """At c = 0 the generalized Pareto and extreme value densities are those of others."""
    z = 0.7
    with mpmath.workdps(40):
        pareto = [mpmath.diff(lambda c: -(1 + 1 / c) * mpmath.log1p(c * z), 1e-25, n) for n in (0,)]
    for c in (0.0, 1e-12, 0.0999999, 0.1000001, -0.0999999, -0.1000001):
        problem = Problem(lambda x: st.genpareto.logpdf(z, x[0]), x0=np.array([c]))
        with mpmath.workdps(60):

            def exact(c: Any) -> Any:
                ratio = mpmath.log1p(c * z) / c if abs(c) > 1e-30 else z - c * z * z / 2
                return -mpmath.log1p(c * z) - ratio

            at = mpmath.mpf(c) if c else mpmath.mpf("1e-25")
            first, second = (float(mpmath.diff(exact, at, n, h=mpmath.mpf("1e-9"))) for n in (1, 2))
        np.testing.assert_allclose(problem.gradient([c]), [first], rtol=1e-12)
        np.testing.assert_allclose(problem.hessian([c], []).toarray(), [[second]], rtol=1e-10)
    np.testing.assert_allclose(st.genpareto.logpdf(z, 0.0), float(pareto[0]), rtol=1e-12)


@pytest.mark.parametrize(("low", "high"), [(0.0, np.inf), (-np.inf, 2.5), (-np.inf, -0.1)])
def test_normal_variables_cut_at_one_side(low: float, high: float) -> None:
    """Standardized, an end at infinity is an infinite traced value."""

    def function(x: Any) -> Any:
        a, b = (low - x[0]) / x[1], (high - x[0]) / x[1]
        points = [-0.3, -1.2] if high < 0.0 else [0.3, 1.2]
        return [
            st.truncnorm.logpdf(points, a, b, loc=x[0], scale=x[1]),
            st.truncnorm.cdf(points, a, b, loc=x[0], scale=x[1]),
        ]

    agrees(function, np.array([0.5, 0.8]))


N = statistics.NormalDist(0.5, 2.0)
D = np.array([0.4, 1.7, 2.3, 0.2, 1.1, 0.7])
SAMPLES: dict[str, Callable[[Any], Any]] = {
    "means": lambda x: [st.gmean(x), st.hmean(x, weights=D), st.trim_mean(x, 0.2), st.tmean(x)],
    "moments": lambda x: [
        st.skew(x),
        st.skew(x, bias=False),
        st.kurtosis(x),
        st.kurtosis(x, 0, False, False),
        st.moment(x, 3),
        st.moment(x, [1, 2]),
    ],
    "along axes": lambda x: [
        st.skew(x.reshape(2, 3), axis=1),
        st.gmean(x.reshape(2, 3), axis=None),
        st.sem(x.reshape(2, 3), 1, keepdims=True),
        st.zscore(x.reshape(2, 3), axis=1, ddof=1),
        st.entropy(x.reshape(2, 3), axis=1),
    ],
    "spread": lambda x: [
        st.sem(x),
        st.gstd(x),
        st.variation(x),
        st.iqr(x),
        st.iqr(x, rng=(10, 80)),
    ],
    "entropy": lambda x: [st.entropy(x), st.entropy(x, D, base=2), st.entropy(D, x)],
    "two samples": lambda x: [
        *st.pearsonr(x, D),
        *st.linregress(D, x)[:2],
        st.linregress(x, D).stderr,
        st.linregress(x, D).pvalue,
    ],
    "power transformations": lambda x: [st.boxcox(x, 0.3), st.yeojohnson(x - 1.0, x[0])],
    "several counts": lambda x: [
        st.multinomial.logpmf([3, 4, 2], 9, x[:3] / x[:3].sum()),
        st.multinomial(9, x[:3] / x[:3].sum()).pmf([3, 4, 2]),
    ],
    "several shares": lambda x: [
        st.dirichlet.logpdf([0.2, 0.3, 0.5], x[:3]),
        st.dirichlet.pdf([0.2, 0.3], x[:3]),
        st.dirichlet(D[:3]).logpdf(x[:3] / x[:3].sum()),
    ],
    "normal of the standard library": lambda x: [
        statistics.NormalDist(x[0], x[1]).pdf(x[2]),
        N.cdf(x[0]),
        N.inv_cdf(x[3]),
        (2 * N + statistics.NormalDist(sigma=x[1]) - x[0]).stdev,
        statistics.NormalDist(x[0]).quantiles(4),
    ],
    "median filter": lambda x: [sg.medfilt(x), sg.medfilt(x.reshape(2, 3), (1, 3))],
    "frequency response": lambda x: [
        np.abs(sg.freqz(x, worN=5)[1]),
        sg.freqz(x[:2], [1.0, x[2], 0.2], worN=[0.3, 1.0], fs=8)[1].imag,
    ],
}


@pytest.mark.parametrize("name", SAMPLES)
def test_statistics_of_samples(name: str) -> None:
    for x in (np.array([0.71, 0.31, 2.13, 0.43, 0.61, 1.97]), D + 0.05 * np.sin(np.arange(6.0))):
        agrees(SAMPLES[name], x)


def test_options_without_a_rule_are_refused() -> None:
    for name, call in (
        ("traced count", lambda x: st.multinomial.logpmf(x, 9, [0.2, 0.8])),
        ("give lmbda", lambda x: st.boxcox(x)[0]),
        ("traced parameter", lambda x: st.zipf.pmf(2, 2.0 + x[0])),
    ):
        with pytest.raises(asdopt.UnsupportedOperationError, match=rf"test_distributions.*{name}"):
            asdopt.jacobian(call, np.array([0.4, 0.6]))
