"""Formulas of the distributions of ``scipy.stats`` in their standard form.

Enters: a standardized value z (or a count k) and the shape parameters, traced or not. Leaves: the
logarithm of the density or probability. Next: ``_cumulatives.py`` for what lies below and above,
``_distributions.py``, which adds location, scale and the methods' names.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

__all__ = [
    "ALIASES",
    "LOG_DENSITY",
    "LOG_MASS",
    "RANGE",
    "SHAPES",
    "log1p_ratio",
    "log_normal_between",
    "logarithm",
    "outside",
    "positive",
]


def outside(condition: Any, value: Any) -> Any:
    return np.where(condition, value, -np.inf)


def logarithm(z: Any) -> Any:
    """Logarithm where there is one."""
    return np.log(positive(z))


def positive(z: Any) -> Any:
    """Value where it is positive, else 1: for branches that are not taken."""
    return np.where(z > 0.0, z, 1.0)


def log_power(exponent: Any, z: Any) -> Any:
    """Logarithm of ``z**exponent`` with its limit at 0, where densities end."""
    if not hasattr(z, "tape") and np.all(np.greater(z, 0.0)):
        return exponent * np.log(z)
    ended = np.where(np.greater(exponent, 0.0), -np.inf, np.inf)
    limit = np.where(np.equal(exponent, 0.0), 0.0, ended)
    return np.where(np.greater(z, 0.0), exponent * logarithm(z), limit)


def _one_and_power(c: Any, z: Any) -> Any:
    """Logarithm of ``1 + z**c``."""
    return np.where(np.greater(z, 0.0), np.logaddexp(0.0, c * logarithm(z)), 0.0)


def _above(z: Any) -> Any:
    return np.where(z > 0.0, z, 0.0)


def _inside(t: Any) -> Any:
    return np.where(t > -1.0, t, 0.0)


# Of log1p(t) / t, whose quotient loses the digits of its derivatives near 0.
_RATIO = np.array([(-1.0) ** k / (k + 1.0) for k in range(20)])


def log1p_ratio(t: Any) -> Any:
    """``log1p(t) / t`` with its derivatives at 0."""
    is_small = np.abs(t) < 0.1
    near = np.where(is_small, t, 0.0)
    series: Any = 0.0
    for coefficient in _RATIO[::-1]:
        series = series * near + coefficient
    far = np.where(is_small, 1.0, t)
    return np.where(is_small, series, np.log1p(far) / far)


def _extreme(z: Any, c: Any) -> Any:
    t = np.negative(c) * z
    power = -z * log1p_ratio(_inside(t))
    found = outside(t > -1.0, power - np.exp(power) - np.log1p(_inside(t)))
    return np.where(np.equal(t, -1.0) & np.equal(c, 1.0), 0.0, found)  # where it ends at 1


def _log_ratio(t: Any) -> Any:
    """Logarithm of ``(1 - exp(-t)) / t``."""
    return np.log(-np.expm1(-t)) - np.log(t)


def log_normal_between(a: Any, b: Any) -> Any:
    """Logarithm of the probability that a normal variable lies between a and b."""
    flip = np.greater(a, 0.0)
    low, high = np.where(flip, np.negative(b), a), np.where(flip, np.negative(a), b)
    in_tail = np.less_equal(high, 0.0)
    # Ends at infinity take no part, and have no derivatives.
    starts, ends = np.isfinite(low), np.isfinite(high)
    low, high = np.where(starts, low, -1.0), np.where(ends, high, 1.0)
    tail, start = np.where(in_tail, high, -1.0), np.where(in_tail, low, -2.0)
    share = np.where(starts, np.exp(sp.log_ndtr(start) - sp.log_ndtr(tail)), 0.0)
    below, above = np.where(starts, sp.ndtr(low), 0.0), np.where(ends, sp.ndtr(-high), 0.0)
    return np.where(in_tail, sp.log_ndtr(tail) + np.log1p(-share), np.log1p(-below - above))


def _is_share(p: Any) -> Any:
    return np.greater_equal(p, 0.0) & np.less_equal(p, 1.0)


# Logarithms of standard densities, of z and the shape parameters.
LOG_DENSITY: dict[str, Callable[..., Any]] = {
    "norm": lambda z: -0.5 * z * z - 0.5 * math.log(2.0 * math.pi),
    "expon": lambda z: outside(z >= 0.0, -z),
    "uniform": lambda z: outside((z >= 0.0) & (z <= 1.0), 0.0 * z),
    "logistic": lambda z: -z - 2.0 * np.logaddexp(0.0, -z),
    "cauchy": lambda z: -math.log(math.pi) - np.log1p(z * z),
    "laplace": lambda z: -np.abs(z) - math.log(2.0),
    "gumbel_r": lambda z: -z - np.exp(-z),
    "gumbel_l": lambda z: z - np.exp(z),
    "rayleigh": lambda z: outside(z >= 0.0, log_power(1.0, z) - 0.5 * z * z),
    "halfnorm": lambda z: outside(z >= 0.0, 0.5 * math.log(2.0 / math.pi) - 0.5 * z * z),
    "lognorm": lambda z, s: outside(
        z > 0.0,
        -0.5 * np.square(logarithm(z) / s)
        - np.log(s)
        - logarithm(z)
        - 0.5 * math.log(2.0 * math.pi),
    ),
    "gamma": lambda z, a: outside(z >= 0.0, log_power(a - 1.0, z) - z - sp.gammaln(a)),
    "chi2": lambda z, df: outside(
        z >= 0.0,
        log_power(0.5 * df - 1.0, z) - 0.5 * z - sp.gammaln(0.5 * df) - 0.5 * df * math.log(2.0),
    ),
    "beta": lambda z, a, b: outside(
        (z >= 0.0) & (z <= 1.0),
        log_power(a - 1.0, z) + log_power(b - 1.0, 1.0 - z) - sp.betaln(a, b),
    ),
    "t": lambda z, df: (
        sp.gammaln(0.5 * (df + 1.0))
        - sp.gammaln(0.5 * df)
        - 0.5 * np.log(df * math.pi)
        - 0.5 * (df + 1.0) * np.log1p(z * z / df)
    ),
    "weibull_min": lambda z, c: outside(
        z >= 0.0, np.log(c) + log_power(c - 1.0, z) - np.power(np.where(z > 0.0, z, 0.0), c)
    ),
    "pareto": lambda z, b: outside(z >= 1.0, np.log(b) - (b + 1.0) * logarithm(z)),
    "invgamma": lambda z, a: outside(
        z > 0.0, -(a + 1.0) * logarithm(z) - 1.0 / positive(z) - sp.gammaln(a)
    ),
    "invgauss": lambda z, mu: outside(
        z > 0.0,
        -0.5 * math.log(2.0 * math.pi)
        - 1.5 * logarithm(z)
        - 0.5 * np.square((z - mu) / mu) / positive(z),
    ),
    "invweibull": lambda z, c: outside(
        z > 0.0, np.log(c) - (c + 1.0) * logarithm(z) - np.exp(-c * logarithm(z))
    ),
    "weibull_max": lambda z, c: outside(
        z <= 0.0, np.log(c) + log_power(c - 1.0, -z) - np.power(np.where(z < 0.0, -z, 0.0), c)
    ),
    "exponweib": lambda z, a, c: outside(
        z >= 0.0,
        np.log(a)
        + np.log(c)
        + (a - 1.0) * np.where(z > 0.0, _log_ratio(np.power(positive(z), c)), 0.0)
        + log_power(np.multiply(a, c) - 1.0, z)
        - np.where(z > 0.0, np.power(positive(z), c), 0.0),
    ),
    "genextreme": _extreme,
    "genpareto": lambda z, c: outside(
        (z >= 0.0) & (c * z > -1.0),
        -np.log1p(_inside(c * z)) - z * log1p_ratio(_inside(c * z)),
    ),
    "lomax": lambda z, c: outside(z >= 0.0, np.log(c) - (c + 1.0) * np.log1p(_above(z))),
    "burr": lambda z, c, d: outside(
        z >= 0.0,
        np.log(c)
        + np.log(d)
        + log_power(np.multiply(c, d) - 1.0, z)
        - (d + 1.0) * _one_and_power(c, z),
    ),
    "burr12": lambda z, c, d: outside(
        z >= 0.0,
        np.log(c) + np.log(d) + log_power(c - 1.0, z) - (d + 1.0) * _one_and_power(c, z),
    ),
    "fisk": lambda z, c: outside(
        z >= 0.0, np.log(c) + log_power(c - 1.0, z) - 2.0 * _one_and_power(c, z)
    ),
    "betaprime": lambda z, a, b: outside(
        z > 0.0, (a - 1.0) * logarithm(z) - (a + b) * np.log1p(_above(z)) - sp.betaln(a, b)
    ),
    "f": lambda z, dfn, dfd: outside(
        z >= 0.0,
        0.5 * dfd * np.log(dfd)
        + 0.5 * dfn * np.log(dfn)
        + log_power(0.5 * dfn - 1.0, z)
        - 0.5 * np.add(dfn, dfd) * np.log(dfd + dfn * _above(z))
        - sp.betaln(0.5 * dfn, 0.5 * dfd),
    ),
    "chi": lambda z, df: outside(
        z >= 0.0,
        (1.0 - 0.5 * df) * math.log(2.0)
        - sp.gammaln(0.5 * df)
        + log_power(df - 1.0, z)
        - 0.5 * z * z,
    ),
    "nakagami": lambda z, nu: outside(
        z >= 0.0,
        math.log(2.0)
        + nu * np.log(nu)
        - sp.gammaln(nu)
        + log_power(2.0 * nu - 1.0, z)
        - nu * z * z,
    ),
    "maxwell": lambda z: outside(
        z >= 0.0, 0.5 * math.log(2.0 / math.pi) + log_power(2.0, z) - 0.5 * z * z
    ),
    "rice": lambda z, b: outside(
        z >= 0.0, log_power(1.0, z) - 0.5 * np.square(z - b) + np.log(sp.i0e(b * z))
    ),
    "foldnorm": lambda z, c: outside(
        z >= 0.0,
        np.logaddexp(-0.5 * np.square(z - c), -0.5 * np.square(z + c))
        - 0.5 * math.log(2.0 * math.pi),
    ),
    "halfcauchy": lambda z: outside(z >= 0.0, math.log(2.0 / math.pi) - np.log1p(z * z)),
    "halflogistic": lambda z: outside(
        z >= 0.0, math.log(2.0) - z - 2.0 * np.log1p(np.exp(-_above(z)))
    ),
    "hypsecant": lambda z: math.log(2.0 / math.pi) - np.logaddexp(z, -z),
    "moyal": lambda z: -0.5 * (z + np.exp(-z)) - 0.5 * math.log(2.0 * math.pi),
    "levy": lambda z: outside(
        z > 0.0,
        -0.5 * math.log(2.0 * math.pi) - 1.5 * logarithm(z) - 0.5 / positive(z),
    ),
    "arcsine": lambda z: outside(
        (z >= 0.0) & (z <= 1.0),
        -math.log(math.pi) + log_power(-0.5, z) + log_power(-0.5, 1.0 - z),
    ),
    "powerlaw": lambda z, a: outside(
        (z >= 0.0) & (z <= 1.0) & ((z > 0.0) | np.greater_equal(a, 1.0)),
        np.log(a) + log_power(a - 1.0, z),
    ),
    "triang": lambda z, c: outside(
        (z >= 0.0) & (z <= 1.0),
        math.log(2.0)
        + np.where(
            (z < c) | np.equal(c, 1.0),
            log_power(1.0, z) - np.log(np.where(np.greater(c, 0.0), c, 1.0)),
            log_power(1.0, 1.0 - z) - np.log(np.where(np.less(c, 1.0), np.subtract(1.0, c), 1.0)),
        ),
    ),
    "loguniform": lambda z, a, b: outside(
        (z >= a) & (z <= b), -logarithm(z) - np.log(np.log(np.divide(b, a)))
    ),
    "truncexpon": lambda z, b: outside(
        (z >= 0.0) & (z <= b), -z - np.log(-np.expm1(np.negative(b)))
    ),
    "truncnorm": lambda z, a, b: outside(
        (z >= a) & (z <= b), LOG_DENSITY["norm"](z) - log_normal_between(a, b)
    ),
    "skewnorm": lambda z, a: LOG_DENSITY["norm"](z) + math.log(2.0) + sp.log_ndtr(a * z),
    "exponnorm": lambda z, K: (
        -np.log(K) + 0.5 / np.square(K) - z / K + sp.log_ndtr(z - np.divide(1.0, K))
    ),
    "gennorm": lambda z, beta: (
        np.log(0.5 * beta) - sp.gammaln(np.divide(1.0, beta)) - np.power(np.abs(z), beta)
    ),
    "johnsonsu": lambda z, a, b: (
        np.log(b)
        - 0.5 * np.log1p(z * z)
        - 0.5 * np.square(a + b * np.arcsinh(z))
        - 0.5 * math.log(2.0 * math.pi)
    ),
    "genlogistic": lambda z, c: np.log(c) - z - (c + 1.0) * np.logaddexp(0.0, -z),
    "loggamma": lambda z, c: c * z - np.exp(z) - sp.gammaln(c),
    "gompertz": lambda z, c: outside(z >= 0.0, np.log(c) + z - c * np.expm1(z)),
    "vonmises": lambda z, kappa: kappa * (np.cos(z) - 1.0) - np.log(2.0 * math.pi * sp.i0e(kappa)),
}


# Logarithms of probabilities of counts.
LOG_MASS: dict[str, Callable[..., Any]] = {
    "poisson": lambda k, mu: sp.xlogy(k, mu) - sp.gammaln(k + 1.0) - mu,
    "binom": lambda k, n, p: (
        sp.gammaln(np.add(n, 1.0))
        - sp.gammaln(np.add(k, 1.0))
        - sp.gammaln(np.subtract(n, k) + 1.0)
        + sp.xlogy(k, p)
        + sp.xlog1py(np.subtract(n, k), np.negative(p))
    ),
    "bernoulli": lambda k, p: sp.xlogy(k, p) + sp.xlog1py(np.subtract(1.0, k), np.negative(p)),
    "geom": lambda k, p: np.log(p) + sp.xlog1py(np.subtract(k, 1.0), np.negative(p)),
    "nbinom": lambda k, n, p: (
        sp.gammaln(np.add(n, k))
        - sp.gammaln(np.add(k, 1.0))
        - sp.gammaln(n)
        + np.multiply(n, np.log(p))
        + sp.xlog1py(k, np.negative(p))
    ),
    "betabinom": lambda k, n, a, b: (
        -np.log(np.add(n, 1.0))
        - sp.betaln(np.subtract(n, k) + 1.0, np.add(k, 1.0))
        + sp.betaln(np.add(k, a), np.subtract(n, k) + b)
        - sp.betaln(a, b)
    ),
    "logser": lambda k, p: k * np.log(p) - np.log(k) - np.log(-np.log1p(np.negative(p))),
    "planck": lambda k, lambda_: np.log(-np.expm1(np.negative(lambda_))) - k * lambda_,
    "dlaplace": lambda k, a: np.log(np.tanh(0.5 * a)) - a * np.abs(k),
}
# Least and largest count, of the shapes.
RANGE: dict[str, Callable[..., Any]] = {
    "poisson": lambda mu: (0, np.inf),
    "binom": lambda n, p: (0, n),
    "bernoulli": lambda p: (0, 1),
    "geom": lambda p: (1, np.inf),
    "nbinom": lambda n, p: (0, np.inf),
    "betabinom": lambda n, a, b: (0, n),
    "logser": lambda p: (1, np.inf),
    "planck": lambda lambda_: (0, np.inf),
    "dlaplace": lambda a: (-np.inf, np.inf),
}

# Where shapes mean a distribution, if not where all of them are positive.
SHAPES: dict[str, Callable[..., Any]] = {
    "genextreme": np.isfinite,
    "genpareto": np.isfinite,
    "skewnorm": np.isfinite,
    "truncnorm": np.less,
    "johnsonsu": lambda a, b: np.greater(b, 0.0),
    "foldnorm": lambda c: np.greater_equal(c, 0.0),
    "rice": lambda b: np.greater_equal(b, 0.0),
    "vonmises": lambda kappa: np.greater_equal(kappa, 0.0),
    "triang": lambda c: np.greater_equal(c, 0.0) & np.less_equal(c, 1.0),
    "loguniform": lambda a, b: np.greater(a, 0.0) & np.less(a, b),
    "poisson": lambda mu: np.greater_equal(mu, 0.0),
    "binom": lambda n, p: np.equal(np.floor(n), n) & _is_share(p),
    "bernoulli": _is_share,
    "geom": lambda p: np.greater(p, 0.0) & np.less_equal(p, 1.0),
    "nbinom": lambda n, p: np.greater(n, 0.0) & np.greater(p, 0.0) & np.less_equal(p, 1.0),
    "betabinom": lambda n, a, b: np.equal(np.floor(n), n) & np.greater(a, 0.0) & np.greater(b, 0.0),
    "logser": lambda p: np.greater(p, 0.0) & np.less(p, 1.0),
}
# Other names.
ALIASES = {"erlang": "gamma", "reciprocal": "loguniform"}
for _table in (LOG_DENSITY, SHAPES):
    _table |= {alias: _table[name] for alias, name in ALIASES.items() if name in _table}
