"""Functions of ``scipy.special`` that SciPy itself evaluates, with their derivatives.

The operator table holds what the kernels compute in C. The functions here are evaluated by SciPy,
a whole array in one call; a row gives first and second derivative with respect to the last
argument, the others must be constants. Next: ``_special_rows.py`` finds a row by its ufunc.

References
----------
Olver et al., "NIST Digital Library of Mathematical Functions".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import scipy.special as sp

__all__ = ["RESULTS", "ROWS", "Row"]

# (value, first, second) as functions of (*parameters, x).
Row = tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]

_ROOT_PI = np.sqrt(np.pi)
_ROOT_2PI = np.sqrt(2.0 * np.pi)


def _series(x: Any, coefficients: Any) -> Any:
    return np.polynomial.polynomial.polyval(x, coefficients)


def _near(x: Any, close: Any, inside: Any, outside: Callable[[Any], Any]) -> Any:
    """``inside`` where close to a removable singularity, elsewhere the formula."""
    return np.where(close, inside, outside(np.where(close, np.nan, x)))


# ---------------------------------------------------------------------------- Bessel functions
def _cylinder(value: Callable[..., Any], derivative: Callable[..., Any], order: float) -> Row:
    return (
        value,
        lambda x: derivative(order, x, 1),
        lambda x: derivative(order, x, 2),
    )


def _of_order(value: Callable[..., Any], derivative: Callable[..., Any]) -> Row:
    return value, lambda v, x: derivative(v, x, 1), lambda v, x: derivative(v, x, 2)


def _ive_1(v: Any, x: Any) -> Any:
    return 0.5 * (sp.ive(v - 1, x) + sp.ive(v + 1, x)) - np.sign(x) * sp.ive(v, x)


def _ive_2(v: Any, x: Any) -> Any:
    curved = 0.25 * (sp.ive(v - 2, x) + 2.0 * sp.ive(v, x) + sp.ive(v + 2, x))
    slope = 0.5 * (sp.ive(v - 1, x) + sp.ive(v + 1, x))
    return curved - 2.0 * np.sign(x) * slope + sp.ive(v, x)


def _kve_1(v: Any, x: Any) -> Any:
    return sp.kve(v, x) - 0.5 * (sp.kve(v - 1, x) + sp.kve(v + 1, x))


def _kve_2(v: Any, x: Any) -> Any:
    curved = 0.25 * (sp.kve(v - 2, x) + 2.0 * sp.kve(v, x) + sp.kve(v + 2, x))
    return curved - (sp.kve(v - 1, x) + sp.kve(v + 1, x)) + sp.kve(v, x)


def _scaled(value: Callable[..., Any], one: Any, two: Any, order: float) -> Row:
    return value, lambda x: one(order, x), lambda x: two(order, x)


def _struve(function: Callable[..., Any]) -> Row:
    def first(v: Any, x: Any) -> Any:
        return function(v - 1, x) - v / x * function(v, x)

    def second(v: Any, x: Any) -> Any:
        return first(v - 1, x) - v / x * first(v, x) + v / x**2 * function(v, x)

    return function, first, second


# --------------------------------------------------------------------------- error functions
def _inverse(value: Callable[..., Any], slope: Callable[..., Any], bend: Callable[..., Any]) -> Row:
    """Differentiate an inverse: ``slope(y)`` is y', and y'' is ``bend(y) * y'**2``."""
    return (
        value,
        lambda x: slope(value(x)),
        lambda x: bend(value(x)) * slope(value(x)) ** 2,
    )


def _erfcx_1(x: Any) -> Any:
    return 2.0 * x * sp.erfcx(x) - 2.0 / _ROOT_PI


def _dawsn_1(x: Any) -> Any:
    return 1.0 - 2.0 * x * sp.dawsn(x)


def _ndtri_exp_1(x: Any) -> Any:
    return _ROOT_2PI * np.exp(x + 0.5 * sp.ndtri_exp(x) ** 2)


# --------------------------------------------------------------- exponential and dilogarithm
def _expn(n: Any, x: Any) -> Any:
    """Exponential integral of order n, also of order -1 and -2."""
    minus_one = np.exp(-x) * (1.0 / x + 1.0 / x**2)
    minus_two = np.exp(-x) * (1.0 / x + 2.0 / x**2 + 2.0 / x**3)
    return np.where(n < 0, np.where(n == -1, minus_one, minus_two), sp.expn(np.maximum(n, 0), x))


_K = np.arange(25.0)
_EXPREL_1 = (_K + 1.0) / sp.factorial(_K + 2.0)
_EXPREL_2 = (_K + 1.0) * (_K + 2.0) / sp.factorial(_K + 3.0)


def _log1p_ratio(order: int, x: Any) -> Any:
    """log(1 + x) / x, which is 1 at 0, and its derivatives."""
    close = np.abs(x) < 0.03
    inside = _series(x, np.polynomial.polynomial.polyder(_LOG1P_RATIO, order))

    def outside(x: Any) -> Any:
        value = np.log1p(x) / x
        if order == 0:
            return value
        slope = (1.0 / (1.0 + x) - value) / x
        return slope if order == 1 else -(1.0 / (1.0 + x) ** 2 + 2.0 * slope) / x

    return _near(x, close, inside, outside)


_LOG1P_RATIO = [(-1.0) ** k / (k + 1.0) for k in range(14)]


def _exprel_1(x: Any) -> Any:
    close = np.abs(x) < 1.0
    return _near(x, close, _series(x, _EXPREL_1), lambda x: (np.exp(x) - sp.exprel(x)) / x)


def _exprel_2(x: Any) -> Any:
    close = np.abs(x) < 1.0
    return _near(x, close, _series(x, _EXPREL_2), lambda x: (np.exp(x) - 2.0 * _exprel_1(x)) / x)


_SPENCE_1 = -((-1.0) ** _K) / (_K + 1.0)
_SPENCE_2 = ((-1.0) ** _K) * (_K + 1.0) / (_K + 2.0)


def _spence_1(x: Any) -> Any:
    close = np.abs(x - 1.0) < 0.2
    return _near(x, close, _series(x - 1.0, _SPENCE_1), lambda x: np.log(x) / (1.0 - x))


def _spence_2(x: Any) -> Any:
    close = np.abs(x - 1.0) < 0.2
    return _near(
        x,
        close,
        _series(x - 1.0, _SPENCE_2),
        lambda x: 1.0 / (x * (1.0 - x)) + np.log(x) / (1.0 - x) ** 2,
    )


# --------------------------------------------------------------------------- elliptic integrals
_BINOMIAL = (sp.binom(2.0 * _K, _K) / 4.0**_K) ** 2
_ELLIPK = 0.5 * np.pi * _BINOMIAL
_ELLIPE = 0.5 * np.pi * _BINOMIAL / (1.0 - 2.0 * _K)


def _derived(coefficients: Any, times: int) -> Any:
    return np.polynomial.polynomial.polyder(coefficients, times)


def _ellipk_1(m: Any) -> Any:
    close = np.abs(m) < 0.1
    return _near(
        m,
        close,
        _series(m, _derived(_ELLIPK, 1)),
        lambda m: (sp.ellipe(m) - (1.0 - m) * sp.ellipk(m)) / (2.0 * m * (1.0 - m)),
    )


def _ellipk_2(m: Any) -> Any:
    def formula(m: Any) -> Any:
        top = (sp.ellipe(m) - sp.ellipk(m)) / (2.0 * m) + sp.ellipk(m) - (1.0 - m) * _ellipk_1(m)
        return (top - _ellipk_1(m) * (2.0 - 4.0 * m)) / (2.0 * m * (1.0 - m))

    return _near(m, np.abs(m) < 0.1, _series(m, _derived(_ELLIPK, 2)), formula)


def _ellipe_1(m: Any) -> Any:
    close = np.abs(m) < 0.1
    return _near(
        m,
        close,
        _series(m, _derived(_ELLIPE, 1)),
        lambda m: (sp.ellipe(m) - sp.ellipk(m)) / (2.0 * m),
    )


def _ellipe_2(m: Any) -> Any:
    return _near(
        m,
        np.abs(m) < 0.1,
        _series(m, _derived(_ELLIPE, 2)),
        lambda m: (_ellipe_1(m) - _ellipk_1(m)) / (2.0 * m) - _ellipe_1(m) / m,
    )


# ------------------------------------------------------------- distributions and their inverses
def _gamma_density(a: Any, x: Any) -> Any:
    return np.exp(sp.xlogy(a - 1.0, x) - x - sp.gammaln(a))


def _gamma_bend(a: Any, x: Any) -> Any:
    return (a - 1.0) / x - 1.0


def _beta_density(a: Any, b: Any, x: Any) -> Any:
    return np.exp(sp.xlogy(a - 1.0, x) + sp.xlog1py(b - 1.0, -x) - sp.betaln(a, b))


def _beta_bend(a: Any, b: Any, x: Any) -> Any:
    return (a - 1.0) / x - (b - 1.0) / (1.0 - x)


def _student_density(df: Any, t: Any) -> Any:
    scale = sp.gammaln(0.5 * (df + 1.0)) - sp.gammaln(0.5 * df) - 0.5 * np.log(df * np.pi)
    return np.exp(scale - 0.5 * (df + 1.0) * np.log1p(t * t / df))


def _student_bend(df: Any, t: Any) -> Any:
    return -(df + 1.0) * t / (df + t * t)


def _cumulative(
    value: Callable[..., Any],
    density: Callable[..., Any],
    bend: Callable[..., Any],
    sign: float = 1.0,
) -> Row:
    """Differentiate an integral of a density p, where ``bend`` is p'/p."""
    return (
        value,
        lambda *a: sign * density(*a),
        lambda *a: sign * density(*a) * bend(*a),
    )


def _quantile(
    value: Callable[..., Any],
    density: Callable[..., Any],
    bend: Callable[..., Any],
    sign: float = 1.0,
) -> Row:
    """Differentiate the inverse of such an integral."""

    def first(*a: Any) -> Any:
        return sign / density(*a[:-1], value(*a))

    def second(*a: Any) -> Any:
        x = value(*a)
        return -bend(*a[:-1], x) / density(*a[:-1], x) ** 2

    return value, first, second


# -------------------------------------------------------- hypergeometric functions, polynomials
def _hyp2f1_1(a: Any, b: Any, c: Any, x: Any) -> Any:
    return a * b / c * sp.hyp2f1(a + 1, b + 1, c + 1, x)


def _jacobi_1(n: Any, a: Any, b: Any, x: Any) -> Any:
    slope = 0.5 * (n + a + b + 1) * sp.eval_jacobi(np.maximum(n - 1, 0), a + 1, b + 1, x)
    return np.where(n >= 1, slope, 0.0)


def _jacobi_2(n: Any, a: Any, b: Any, x: Any) -> Any:
    return (
        0.5
        * (n + a + b + 1)
        * np.where(n >= 1, _jacobi_1(np.maximum(n - 1, 0), a + 1, b + 1, x), 0.0)
    )


def _wright_omega_1(x: Any) -> Any:
    w = sp.wrightomega(x)
    return w / (1.0 + w)


ROWS: dict[str, Row] = {
    "j0": _cylinder(sp.j0, sp.jvp, 0),
    "j1": _cylinder(sp.j1, sp.jvp, 1),
    "y0": _cylinder(sp.y0, sp.yvp, 0),
    "y1": _cylinder(sp.y1, sp.yvp, 1),
    "i0": _cylinder(sp.i0, sp.ivp, 0),
    "i1": _cylinder(sp.i1, sp.ivp, 1),
    "k0": _cylinder(sp.k0, sp.kvp, 0),
    "k1": _cylinder(sp.k1, sp.kvp, 1),
    "i0e": _scaled(sp.i0e, _ive_1, _ive_2, 0),
    "i1e": _scaled(sp.i1e, _ive_1, _ive_2, 1),
    "k0e": _scaled(sp.k0e, _kve_1, _kve_2, 0),
    "k1e": _scaled(sp.k1e, _kve_1, _kve_2, 1),
    "jv": _of_order(sp.jv, sp.jvp),
    "jn": _of_order(sp.jv, sp.jvp),
    "jve": _of_order(sp.jve, sp.jvp),
    "yv": _of_order(sp.yv, sp.yvp),
    "yn": _of_order(sp.yn, sp.yvp),
    "yve": _of_order(sp.yve, sp.yvp),
    "iv": _of_order(sp.iv, sp.ivp),
    "kv": _of_order(sp.kv, sp.kvp),
    "kn": _of_order(sp.kn, sp.kvp),
    "ive": (sp.ive, _ive_1, _ive_2),
    "kve": (sp.kve, _kve_1, _kve_2),
    "struve": _struve(sp.struve),
    "ber": (sp.ber, sp.berp, lambda x: -sp.bei(x) - sp.berp(x) / x),
    "bei": (sp.bei, sp.beip, lambda x: sp.ber(x) - sp.beip(x) / x),
    "ker": (sp.ker, sp.kerp, lambda x: -sp.kei(x) - sp.kerp(x) / x),
    "kei": (sp.kei, sp.keip, lambda x: sp.ker(x) - sp.keip(x) / x),
    "erfcx": (sp.erfcx, _erfcx_1, lambda x: 2.0 * sp.erfcx(x) + 2.0 * x * _erfcx_1(x)),
    "erfi": (
        sp.erfi,
        lambda x: 2.0 / _ROOT_PI * np.exp(x * x),
        lambda x: 4.0 * x / _ROOT_PI * np.exp(x * x),
    ),
    "erfinv": _inverse(sp.erfinv, lambda y: 0.5 * _ROOT_PI * np.exp(y * y), lambda y: 2.0 * y),
    "erfcinv": _inverse(sp.erfcinv, lambda y: -0.5 * _ROOT_PI * np.exp(y * y), lambda y: 2.0 * y),
    "ndtri": _inverse(sp.ndtri, lambda y: _ROOT_2PI * np.exp(0.5 * y * y), lambda y: y),
    "ndtri_exp": (
        sp.ndtri_exp,
        _ndtri_exp_1,
        lambda x: _ndtri_exp_1(x) + sp.ndtri_exp(x) * _ndtri_exp_1(x) ** 2,
    ),
    "dawsn": (sp.dawsn, _dawsn_1, lambda x: -2.0 * sp.dawsn(x) - 2.0 * x * _dawsn_1(x)),
    "exp1": (sp.exp1, lambda x: -np.exp(-x) / x, lambda x: np.exp(-x) * (1.0 / x + 1.0 / x**2)),
    "expi": (sp.expi, lambda x: np.exp(x) / x, lambda x: np.exp(x) * (1.0 / x - 1.0 / x**2)),
    "expn": (sp.expn, lambda n, x: -_expn(n - 1, x), lambda n, x: _expn(n - 2, x)),
    "log1p_ratio": tuple(partial(_log1p_ratio, order) for order in range(3)),  # type: ignore[dict-item]
    "exprel": (sp.exprel, _exprel_1, _exprel_2),
    "spence": (sp.spence, _spence_1, _spence_2),
    "ellipk": (sp.ellipk, _ellipk_1, _ellipk_2),
    "ellipkm1": (
        sp.ellipkm1,
        lambda p: -_ellipk_1(1.0 - p),
        lambda p: _ellipk_2(1.0 - p),
    ),
    "ellipe": (sp.ellipe, _ellipe_1, _ellipe_2),
    "gammainc": _cumulative(sp.gammainc, _gamma_density, _gamma_bend),
    "gammaincc": _cumulative(sp.gammaincc, _gamma_density, _gamma_bend, -1.0),
    "gammaincinv": _quantile(sp.gammaincinv, _gamma_density, _gamma_bend),
    "gammainccinv": _quantile(sp.gammainccinv, _gamma_density, _gamma_bend, -1.0),
    "betainc": _cumulative(sp.betainc, _beta_density, _beta_bend),
    "betaincc": _cumulative(sp.betaincc, _beta_density, _beta_bend, -1.0),
    "betaincinv": _quantile(sp.betaincinv, _beta_density, _beta_bend),
    "betainccinv": _quantile(sp.betainccinv, _beta_density, _beta_bend, -1.0),
    "stdtr": _cumulative(sp.stdtr, _student_density, _student_bend),
    "stdtrit": _quantile(sp.stdtrit, _student_density, _student_bend),
    "hyp0f1": (
        sp.hyp0f1,
        lambda v, x: sp.hyp0f1(v + 1, x) / v,
        lambda v, x: sp.hyp0f1(v + 2, x) / (v * (v + 1)),
    ),
    "hyp1f1": (
        sp.hyp1f1,
        lambda a, b, x: a / b * sp.hyp1f1(a + 1, b + 1, x),
        lambda a, b, x: a * (a + 1) / (b * (b + 1)) * sp.hyp1f1(a + 2, b + 2, x),
    ),
    "hyp2f1": (
        sp.hyp2f1,
        _hyp2f1_1,
        lambda a, b, c, x: a * b / c * _hyp2f1_1(a + 1, b + 1, c + 1, x),
    ),
    "hyperu": (
        sp.hyperu,
        lambda a, b, x: -a * sp.hyperu(a + 1, b + 1, x),
        lambda a, b, x: a * (a + 1) * sp.hyperu(a + 2, b + 2, x),
    ),
    "eval_jacobi": (sp.eval_jacobi, _jacobi_1, _jacobi_2),
    "wrightomega": (
        sp.wrightomega,
        _wright_omega_1,
        lambda x: _wright_omega_1(x) / (1.0 + sp.wrightomega(x)) ** 2,
    ),
}


def _part(function: Callable[..., Any], k: int) -> Callable[..., Any]:
    return lambda x: function(x)[k]


# Ufuncs with several results: a row for each.
RESULTS: dict[str, tuple[Row, ...]] = {
    "airy": (
        (_part(sp.airy, 0), _part(sp.airy, 1), lambda x: x * sp.airy(x)[0]),
        (
            _part(sp.airy, 1),
            lambda x: x * sp.airy(x)[0],
            lambda x: sp.airy(x)[0] + x * sp.airy(x)[1],
        ),
        (_part(sp.airy, 2), _part(sp.airy, 3), lambda x: x * sp.airy(x)[2]),
        (
            _part(sp.airy, 3),
            lambda x: x * sp.airy(x)[2],
            lambda x: sp.airy(x)[2] + x * sp.airy(x)[3],
        ),
    ),
    "sici": (
        (_part(sp.sici, 0), lambda x: np.sinc(x / np.pi), lambda x: -sp.spherical_jn(1, x)),
        (
            _part(sp.sici, 1),
            lambda x: np.cos(x) / x,
            lambda x: -np.sin(x) / x - np.cos(x) / x**2,
        ),
    ),
    "shichi": (
        (_part(sp.shichi, 0), lambda x: sp.spherical_in(0, x), lambda x: sp.spherical_in(1, x)),
        (
            _part(sp.shichi, 1),
            lambda x: np.cosh(x) / x,
            lambda x: np.sinh(x) / x - np.cosh(x) / x**2,
        ),
    ),
    "fresnel": (
        (
            _part(sp.fresnel, 0),
            lambda x: np.sin(0.5 * np.pi * x * x),
            lambda x: np.pi * x * np.cos(0.5 * np.pi * x * x),
        ),
        (
            _part(sp.fresnel, 1),
            lambda x: np.cos(0.5 * np.pi * x * x),
            lambda x: -np.pi * x * np.sin(0.5 * np.pi * x * x),
        ),
    ),
}
