"""What lies below and above a value of the distributions of ``scipy.stats``, and quantiles.

Enters: a standardized value z (or a count k) and the shape parameters, traced or not. Leaves: the
probability, or its logarithm. Next: ``_distributions.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from asdopt.tracing._densities import ALIASES, log1p_ratio, log_normal_between, logarithm, positive

__all__ = [
    "CUMULATIVE",
    "LOG_CUMULATIVE",
    "LOG_SURVIVAL",
    "MASS_ABOVE",
    "MASS_BELOW",
    "QUANTILE",
    "QUANTILE_FROM_ABOVE",
    "SURVIVAL",
]


def _right(z: Any, value: Callable[[Any], Any]) -> Any:
    return np.where(z > 0.0, value(np.where(z > 0.0, z, 1.0)), 0.0)


def _left(z: Any, value: Callable[[Any], Any]) -> Any:
    return np.where(z > 0.0, value(positive(z)), 1.0)


def _above(z: Any) -> Any:
    return np.maximum(z, 0.0)


def _between(z: Any, value: Callable[[Any], Any], low: Any = 0.0, high: Any = 1.0) -> Any:
    inside = (z > low) & (z < high)
    middle = np.where(inside, z, 0.5 * np.add(low, high))
    return np.where(inside, value(middle), np.where(z > low, 1.0, 0.0))


def _log_generalized(z: Any, c: Any) -> Any:
    """``-log1p(c z) / c`` inside of its domain."""
    return -z * log1p_ratio(np.where(c * z > -1.0, c * z, 0.0))


def _triangle(z: Any, c: Any) -> Any:
    low, high = np.where(np.greater(c, 0.0), c, 1.0), np.where(np.less(c, 1.0), c, 0.0)
    return np.where(z < c, z * z / low, 1.0 - np.square(1.0 - z) / (1.0 - high))


def _share_of_normal(begun: Any, open_: Any, low: Any, high: Any, a: Any, b: Any) -> Any:
    """Share that low to high has in a to b; 0 where it has not begun, 1 where it is not open."""
    inside = begun & open_
    low, high = np.where(inside, low, a), np.where(inside, high, b)
    share = np.exp(log_normal_between(low, high) - log_normal_between(a, b))
    return np.where(inside, share, np.where(begun, 1.0, 0.0))


def _inverse_gauss(z: Any, mu: Any) -> Any:
    root = 1.0 / np.sqrt(z)
    return sp.ndtr(root * (z / mu - 1.0)) + np.exp(
        np.divide(2.0, mu) + sp.log_ndtr(-root * (z / mu + 1.0))
    )


def _modified(z: Any, K: Any) -> Any:
    rate = np.divide(1.0, K)
    return sp.ndtr(z) - np.exp(rate * (0.5 * rate - z) + sp.log_ndtr(z - rate))


def _student(q: Any, df: Any) -> Any:
    # SciPy's stdtrit is infinite with the wrong sign at 0.
    return np.where(q == 0.0, -np.inf, sp.stdtrit(df, np.where(q == 0.0, 0.5, q)))


CUMULATIVE: dict[str, Callable[..., Any]] = {
    "norm": sp.ndtr,
    "expon": lambda z: _right(z, lambda z: -np.expm1(-z)),
    "uniform": lambda z: np.clip(z, 0.0, 1.0),
    "logistic": sp.expit,
    "cauchy": lambda z: 0.5 + np.arctan(z) / math.pi,
    "laplace": lambda z: np.where(
        z > 0.0, 1.0 - 0.5 * np.exp(-np.abs(z)), 0.5 * np.exp(-np.abs(z))
    ),
    "gumbel_r": lambda z: np.exp(-np.exp(-z)),
    "gumbel_l": lambda z: -np.expm1(-np.exp(z)),
    "rayleigh": lambda z: _right(z, lambda z: -np.expm1(-0.5 * z * z)),
    "lognorm": lambda z, s: _right(z, lambda z: sp.ndtr(np.log(z) / s)),
    "gamma": lambda z, a: _right(z, lambda z: sp.gammainc(a, z)),
    "chi2": lambda z, df: _right(z, lambda z: sp.gammainc(0.5 * df, 0.5 * z)),
    "beta": lambda z, a, b: sp.betainc(a, b, np.clip(z, 0.0, 1.0)),
    "t": lambda z, df: sp.stdtr(df, z),
    "weibull_min": lambda z, c: _right(z, lambda z: -np.expm1(-np.power(z, c))),
    "weibull_max": lambda z, c: _left(-z, lambda z: np.exp(-np.power(z, c))),
    "exponweib": lambda z, a, c: _right(z, lambda z: np.power(-np.expm1(-np.power(z, c)), a)),
    "invweibull": lambda z, c: _right(z, lambda z: np.exp(-np.power(z, np.negative(c)))),
    "invgamma": lambda z, a: _right(z, lambda z: sp.gammaincc(a, 1.0 / z)),
    "invgauss": lambda z, mu: _right(z, lambda z: _inverse_gauss(z, mu)),
    "genextreme": lambda z, c: np.where(
        c * z < 1.0,
        np.exp(-np.exp(_log_generalized(z, np.negative(c)))),
        np.where(np.greater(c, 0.0), 1.0, 0.0),
    ),
    "genpareto": lambda z, c: 1.0 - SURVIVAL["genpareto"](z, c),
    "lomax": lambda z, c: _right(z, lambda z: -np.expm1(-c * np.log1p(z))),
    "pareto": lambda z, b: _right(z - 1.0, lambda y: -np.expm1(-b * np.log1p(y))),
    "burr": lambda z, c, d: _right(z, lambda z: np.exp(-d * np.logaddexp(0.0, -c * np.log(z)))),
    "burr12": lambda z, c, d: _right(z, lambda z: -np.expm1(-d * np.logaddexp(0.0, c * np.log(z)))),
    "fisk": lambda z, c: _right(z, lambda z: sp.expit(c * np.log(z))),
    "betaprime": lambda z, a, b: _right(z, lambda z: sp.betainc(a, b, z / (1.0 + z))),
    "f": lambda z, dfn, dfd: _right(z, lambda z: sp.fdtr(dfn, dfd, z)),
    "chi": lambda z, df: _right(z, lambda z: sp.gammainc(0.5 * df, 0.5 * z * z)),
    "nakagami": lambda z, nu: _right(z, lambda z: sp.gammainc(nu, nu * z * z)),
    "maxwell": lambda z: _right(z, lambda z: sp.gammainc(1.5, 0.5 * z * z)),
    "halfnorm": lambda z: _right(z, lambda z: sp.erf(z / math.sqrt(2.0))),
    "halfcauchy": lambda z: _right(z, lambda z: 2.0 / math.pi * np.arctan(z)),
    "halflogistic": lambda z: _right(z, lambda z: np.tanh(0.5 * z)),
    "hypsecant": lambda z: 2.0 / math.pi * np.arctan(np.exp(z)),
    "levy": lambda z: _right(z, lambda z: sp.erfc(np.sqrt(0.5 / z))),
    "arcsine": lambda z: _between(z, lambda z: 2.0 / math.pi * np.arcsin(np.sqrt(z))),
    "powerlaw": lambda z, a: _between(z, lambda z: np.power(z, a)),
    "triang": lambda z, c: _between(z, lambda z: _triangle(z, c)),
    "loguniform": lambda z, a, b: _between(
        z, lambda z: np.log(np.divide(z, a)) / np.log(np.divide(b, a)), a, b
    ),
    "truncexpon": lambda z, b: _between(
        z, lambda z: np.expm1(-z) / np.expm1(np.negative(b)), 0.0, b
    ),
    "truncnorm": lambda z, a, b: _share_of_normal(z > a, z < b, a, z, a, b),
    "exponnorm": _modified,
    "johnsonsu": lambda z, a, b: sp.ndtr(a + b * np.arcsinh(z)),
    "genlogistic": lambda z, c: np.exp(-c * np.logaddexp(0.0, -z)),
    "gompertz": lambda z, c: _right(z, lambda z: -np.expm1(-c * np.expm1(z))),
}
# What is above, not 1 minus what is below, which loses the digits of a tail.
SURVIVAL: dict[str, Callable[..., Any]] = {
    "norm": lambda z: sp.ndtr(-z),
    "expon": lambda z: np.exp(-_above(z)),
    "logistic": lambda z: sp.expit(-z),
    "cauchy": lambda z: np.arctan2(1.0, z) / math.pi,
    "laplace": lambda z: CUMULATIVE["laplace"](-z),
    "gumbel_r": lambda z: -np.expm1(-np.exp(-z)),
    "gumbel_l": lambda z: np.exp(-np.exp(z)),
    "rayleigh": lambda z: np.exp(-0.5 * np.square(_above(z))),
    "lognorm": lambda z, s: np.where(z > 0.0, sp.ndtr(-logarithm(z) / s), 1.0),
    "gamma": lambda z, a: np.where(z > 0.0, sp.gammaincc(a, np.where(z > 0.0, z, 1.0)), 1.0),
    "chi2": lambda z, df: np.where(
        z > 0.0, sp.gammaincc(0.5 * df, 0.5 * np.where(z > 0.0, z, 1.0)), 1.0
    ),
    "beta": lambda z, a, b: sp.betaincc(a, b, np.clip(z, 0.0, 1.0)),
    "t": lambda z, df: sp.stdtr(df, -z),
    "exponweib": lambda z, a, c: _left(
        z, lambda z: -np.expm1(a * np.log1p(-np.exp(-np.power(z, c))))
    ),
    "weibull_min": lambda z, c: np.where(
        z > 0.0, np.exp(-np.power(np.where(z > 0.0, z, 1.0), c)), 1.0
    ),
    "invgamma": lambda z, a: _left(z, lambda z: sp.gammainc(a, 1.0 / z)),
    "genpareto": lambda z, c: _left(
        z, lambda z: np.where(c * z > -1.0, np.exp(_log_generalized(z, c)), 0.0)
    ),
    "lomax": lambda z, c: _left(z, lambda z: np.exp(-c * np.log1p(z))),
    "pareto": lambda z, b: _left(z - 1.0, lambda y: np.exp(-b * np.log1p(y))),
    "burr12": lambda z, c, d: _left(z, lambda z: np.exp(-d * np.logaddexp(0.0, c * np.log(z)))),
    "fisk": lambda z, c: _left(z, lambda z: sp.expit(-c * np.log(z))),
    "f": lambda z, dfn, dfd: _left(z, lambda z: sp.fdtrc(dfn, dfd, z)),
    "chi": lambda z, df: _left(z, lambda z: sp.gammaincc(0.5 * df, 0.5 * z * z)),
    "nakagami": lambda z, nu: _left(z, lambda z: sp.gammaincc(nu, nu * z * z)),
    "maxwell": lambda z: _left(z, lambda z: sp.gammaincc(1.5, 0.5 * z * z)),
    "halfnorm": lambda z: _left(z, lambda z: sp.erfc(z / math.sqrt(2.0))),
    "halfcauchy": lambda z: _left(z, lambda z: 2.0 / math.pi * np.arctan2(1.0, z)),
    "levy": lambda z: _left(z, lambda z: sp.erf(np.sqrt(0.5 / z))),
    "hypsecant": lambda z: 2.0 / math.pi * np.arctan(np.exp(-z)),
    "johnsonsu": lambda z, a, b: sp.ndtr(-a - b * np.arcsinh(z)),
    "truncnorm": lambda z, a, b: _share_of_normal(z < b, z > a, z, b, a, b),
    "gompertz": lambda z, c: _left(z, lambda z: np.exp(-c * np.expm1(z))),
}
LOG_CUMULATIVE: dict[str, Callable[..., Any]] = {
    "norm": sp.log_ndtr,
    "logistic": sp.log_expit,
    "gumbel_r": lambda z: -np.exp(-z),
}
LOG_SURVIVAL: dict[str, Callable[..., Any]] = {
    "norm": lambda z: sp.log_ndtr(-z),
    "expon": lambda z: -_above(z),
    "logistic": lambda z: sp.log_expit(-z),
    "gumbel_l": lambda z: -np.exp(z),
    "rayleigh": lambda z: -0.5 * np.square(_above(z)),
    "weibull_min": lambda z, c: np.where(z > 0.0, -np.power(np.where(z > 0.0, z, 1.0), c), 0.0),
}
QUANTILE: dict[str, Callable[..., Any]] = {
    "norm": sp.ndtri,
    "expon": lambda q: -np.log1p(-q),
    "uniform": lambda q: 1.0 * q,
    "logistic": sp.logit,
    "gamma": lambda q, a: sp.gammaincinv(a, q),
    "beta": lambda q, a, b: sp.betaincinv(a, b, q),
    "t": _student,
    "chi2": lambda q, df: 2.0 * sp.gammaincinv(0.5 * df, q),
    "lognorm": lambda q, s: np.exp(s * sp.ndtri(q)),
    "halfnorm": lambda q: sp.ndtri(0.5 * (1.0 + q)),
    "cauchy": lambda q: np.where(
        q <= 0.5, -1.0 / np.tan(math.pi * q), 1.0 / np.tan(math.pi * (1.0 - q))
    ),
    "laplace": lambda q: np.where(
        q > 0.5,
        -np.log(np.where(q > 0.5, 2.0 * (1.0 - q), 1.0)),
        np.log(np.where(q > 0.5, 1.0, 2.0 * q)),
    ),
    "gumbel_r": lambda q: -np.log(-np.log(q)),
    "gumbel_l": lambda q: np.log(-np.log1p(-q)),
    "rayleigh": lambda q: np.sqrt(-2.0 * np.log1p(-q)),
    "weibull_min": lambda q, c: np.power(-np.log1p(-q), np.divide(1.0, c)),
    "pareto": lambda q, b: np.exp(-np.log1p(-q) / b),
    "lomax": lambda q, c: np.expm1(-np.log1p(-q) / c),
    "fisk": lambda q, c: np.exp(sp.logit(q) / c),
    "genpareto": lambda q, c: -np.log1p(-q) * sp.exprel(-c * np.log1p(-q)),
    "genextreme": lambda q, c: -np.log(-np.log(q)) * sp.exprel(c * np.log(-np.log(q))),
    "johnsonsu": lambda q, a, b: np.sinh((sp.ndtri(q) - a) / b),
    "halfcauchy": lambda q: np.where(
        q < 0.5, np.tan(0.5 * math.pi * q), 1.0 / np.tan(0.5 * math.pi * (1.0 - q))
    ),
    "halflogistic": lambda q: 2.0 * np.arctanh(q),
    "burr": lambda q, c, d: np.power(np.power(q, np.divide(-1.0, d)) - 1.0, np.divide(-1.0, c)),
    "burr12": lambda q, c, d: np.power(np.expm1(-np.log1p(-q) / d), np.divide(1.0, c)),
    "invweibull": lambda q, c: np.exp(-np.log(-np.log(q)) / c),
    "weibull_max": lambda q, c: -np.power(-np.log(q), np.divide(1.0, c)),
    "exponweib": lambda q, a, c: np.power(
        -np.log1p(-np.power(q, np.divide(1.0, a))), np.divide(1.0, c)
    ),
    "levy": lambda q: 0.5 / np.square(sp.erfcinv(q)),
    "maxwell": lambda q: np.sqrt(2.0 * sp.gammaincinv(1.5, q)),
    "chi": lambda q, df: np.sqrt(2.0 * sp.gammaincinv(0.5 * df, q)),
    "nakagami": lambda q, nu: np.sqrt(sp.gammaincinv(nu, q) / nu),
    "invgamma": lambda q, a: 1.0 / sp.gammainccinv(a, q),
    "arcsine": lambda q: np.square(np.sin(0.5 * math.pi * q)),
    "powerlaw": lambda q, a: np.power(q, np.divide(1.0, a)),
    "gompertz": lambda q, c: np.log1p(-np.log1p(-q) / c),
    "truncexpon": lambda q, b: -np.log1p(q * np.expm1(np.negative(b))),
    "loguniform": lambda q, a, b: a * np.exp(q * np.log(np.divide(b, a))),
    "genlogistic": lambda q, c: -np.log(np.power(q, np.divide(-1.0, c)) - 1.0),
}
# Quantiles of what is above.
QUANTILE_FROM_ABOVE: dict[str, Callable[..., Any]] = {
    "norm": lambda q: -sp.ndtri(q),
    "expon": lambda q: -np.log(q),
    "uniform": lambda q: 1.0 - q,
    "logistic": lambda q: -sp.logit(q),
    "gamma": lambda q, a: sp.gammainccinv(a, q),
    "chi2": lambda q, df: 2.0 * sp.gammainccinv(0.5 * df, q),
    "beta": lambda q, a, b: sp.betainccinv(a, b, q),
    "t": lambda q, df: -_student(q, df),
    "lognorm": lambda q, s: np.exp(-s * sp.ndtri(q)),
    "weibull_min": lambda q, c: np.power(-np.log(q), np.divide(1.0, c)),
    "pareto": lambda q, b: np.exp(-np.log(q) / b),
}
# Of counts, whole numbers within their range.
MASS_BELOW: dict[str, Callable[..., Any]] = {
    "poisson": sp.pdtr,
    "binom": sp.bdtr,
    "bernoulli": lambda k, p: sp.bdtr(k, 1, p),
    "geom": lambda k, p: -np.expm1(k * np.log1p(np.negative(p))),
    "nbinom": lambda k, n, p: sp.betainc(n, np.add(k, 1.0), p),
    "planck": lambda k, lambda_: -np.expm1(-np.multiply(lambda_, np.add(k, 1.0))),
}
MASS_ABOVE: dict[str, Callable[..., Any]] = {
    "poisson": sp.pdtrc,
    "binom": sp.bdtrc,
    "bernoulli": lambda k, p: sp.bdtrc(k, 1, p),
    "geom": lambda k, p: np.exp(k * np.log1p(np.negative(p))),
    "nbinom": lambda k, n, p: sp.betaincc(n, np.add(k, 1.0), p),
    "planck": lambda k, lambda_: np.exp(-np.multiply(lambda_, np.add(k, 1.0))),
}
for _table in (CUMULATIVE, SURVIVAL, QUANTILE, QUANTILE_FROM_ABOVE):
    _table |= {alias: _table[name] for alias, name in ALIASES.items() if name in _table}
