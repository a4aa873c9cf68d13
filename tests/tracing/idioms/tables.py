"""Tables, splines, distributions and special functions of SciPy."""

import math

import numpy as np


def use_newton_scipy(x):
    from scipy.optimize import newton

    return newton(lambda t: t**3 - abs(x[0]), 1.0)


def use_interp1d_within(x):
    from scipy.interpolate import interp1d

    return interp1d([0, 1, 2, 3], [0, 1, 4, 9], fill_value="extrapolate")(x[0])


def use_cubicspline(x):
    from scipy.interpolate import CubicSpline

    return CubicSpline([-3, 0, 1, 2, 3], [0, 1, 4, 9, 3])(x[0])


def use_norm_pdf(x):
    from scipy.stats import norm

    return norm.pdf(x[0]) + norm.cdf(x[1]) + norm.logpdf(x[2])


def use_special(x):
    from scipy import special

    return [
        special.erf(x[0]),
        special.expit(x[1]),
        special.logsumexp(x),
        special.gammaln(abs(x[0]) + 1),
        special.xlogy(abs(x[0]), abs(x[1])),
    ]


def use_interp1d(x):
    from scipy.interpolate import interp1d

    return [
        interp1d([-3, 0, 1, 2, 3], [0, 1, 4, 9, 1], fill_value="extrapolate")(x[0]),
        interp1d([-3, 0, 1, 2, 3], [0, 1, 4, 9, 1], kind="cubic", fill_value="extrapolate")(x[1]),
        interp1d([-3, 0, 1, 2, 3], [0, 1, 4, 9, 1], bounds_error=False, fill_value=(2.0, 3.0))(
            x
        ).sum(),
    ]


def use_cubic(x):
    from scipy.interpolate import (
        CubicSpline,
        PchipInterpolator,
        Akima1DInterpolator,
        UnivariateSpline,
        InterpolatedUnivariateSpline,
        make_interp_spline,
        splrep,
        splev,
    )

    t, y = ([-3.0, 0, 1, 2, 3], [0.0, 1, 4, 9, 3])
    c = CubicSpline(t, y)
    return [
        c(x[0]),
        c(x[0], 1),
        c.derivative()(x[1]),
        *PchipInterpolator(t, y)(x),
        Akima1DInterpolator(t, y)(x[2]),
        InterpolatedUnivariateSpline(t, y)(x[0]),
        make_interp_spline(t, y)(x[1]),
        splev(x[2], splrep(t, y)),
        UnivariateSpline(t, y, s=0.1)(x[3]),
        c.antiderivative()(x[0]),
        c(2.0) * x[0],
    ]


def use_norm(x):
    from scipy.stats import norm
    from scipy import stats

    return [
        norm.pdf(x[0]),
        norm.cdf(x[1]),
        norm.logpdf(x[2]),
        norm.sf(x[0]),
        norm.cdf(x[0], loc=x[1], scale=2.0),
        stats.norm(1.0, 2.0).cdf(x[0]),
        norm.logcdf(x[1]),
        *norm.cdf(x),
        norm.ppf(0.3) * x[0],
        norm(loc=0.5).pdf(x[1]),
    ]


def use_rgi(x):
    from scipy.interpolate import RegularGridInterpolator

    r = RegularGridInterpolator(
        ([-4.0, 0, 1, 4], [-4.0, 1, 4.5]),
        np.arange(12.0).reshape(4, 3) ** 2,
        bounds_error=False,
        fill_value=None,
    )
    return [r([x[0], x[1]])[0], *r((x[2], x[3])).ravel(), *r(x.reshape(2, 2))]


def use_blackscholes(x):
    from scipy.stats import norm

    S, K, T, s = (abs(x[0]) + 1, 1.5, 0.5, abs(x[1]) + 0.1)
    d1 = (math.log(S / K) + 0.5 * s * s * T) / (s * math.sqrt(T))
    d2 = d1 - s * math.sqrt(T)
    return S * norm.cdf(d1) - K * norm.cdf(d2)


def use_hasattr_f(x):
    return [
        x[0] * hasattr(float(x[0]), n)
        for n in (
            "hex",
            "as_integer_ratio",
            "is_integer",
            "real",
            "imag",
            "conjugate",
            "item",
            "tolist",
            "dtype",
            "shape",
            "foo",
            "__float__",
            "__int__",
            "__array__",
            "__len__",
            "__iter__",
            "__index__",
            "__getitem__",
            "fromhex",
            "__trunc__",
            "__round__",
            "__hash__",
            "__format__",
        )
    ]
