"""Interpolants of SciPy through traced values at constant places.

Enters: the places, and the values or coefficients, traced. Leaves: a ``TracedInterpolant``, by the
name of SciPy's class or function. Next: ``_hermite.py`` for slopes, ``_grid_interpolants.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.interpolate as si

from asdopt.tracing._callee import HOOK
from asdopt.tracing._grid_interpolants import interpn, interpolated_surface, interpolated_table
from asdopt.tracing._hermite import akima_slopes, pchip_slopes
from asdopt.tracing._lift import constants_only
from asdopt.tracing._scipy_arrays import refused
from asdopt.tracing._traced_interpolant import (
    TRACED_PLACES,
    TracedInterpolant,
    check_option,
    through,
)

__all__ = ["CONSTRUCTORS"]


def _cubic(
    x: Any, y: Any, axis: int = 0, bc_type: Any = "not-a-knot", extrapolate: Any = None
) -> TracedInterpolant:
    check_option("CubicSpline", axis, (0,))
    check_option("CubicSpline", bc_type, ("not-a-knot", "natural", "clamped"))
    return through("CubicSpline", lambda p, e: si.CubicSpline(p, e, 0, bc_type, extrapolate), x, y)


def _hermite(
    x: Any, y: Any, dydx: Any, axis: int = 0, extrapolate: Any = None, name: str = ""
) -> TracedInterpolant:
    name = name or "CubicHermiteSpline"
    check_option(name, axis, (0,))
    n = len(y)

    def make(places: Any, units: Any) -> Any:
        nothing = np.zeros((n, n))
        values, slopes = np.hstack([units, nothing]), np.hstack([nothing, units])
        return si.CubicHermiteSpline(places, values, slopes, 0, extrapolate)

    made = through(name, make, x, y)
    made._values = np.concatenate([y, dydx])
    return made


def _places(name: str, x: Any, y: Any) -> Any:
    places = constants_only(x)
    if places is None:
        raise refused(TRACED_PLACES.format(name))
    check_option(name, np.ndim(y), (1,))
    return np.asarray(places, dtype=np.float64)


def _pchip(x: Any, y: Any, axis: int = 0, extrapolate: Any = None) -> TracedInterpolant:
    name = "PchipInterpolator"
    slopes = pchip_slopes(_places(name, x, y), y)
    return _hermite(x, y, slopes, axis, extrapolate, name)


def _akima(
    x: Any, y: Any, axis: int = 0, *, method: str = "akima", extrapolate: Any = None
) -> TracedInterpolant:
    name = "Akima1DInterpolator"
    check_option(name, method, ("akima", "makima"))
    slopes = akima_slopes(_places(name, x, y), y, method == "makima")
    return _hermite(x, y, slopes, axis, extrapolate or False, name)


def _bspline(t: Any, c: Any, k: int, extrapolate: Any = True, axis: int = 0) -> TracedInterpolant:
    check_option("BSpline", axis, (0,))
    return through("BSpline", lambda p, e: si.BSpline(p, e, k, extrapolate), t, c)


def _interp1d(
    x: Any,
    y: Any,
    kind: Any = "linear",
    axis: int = -1,
    copy: bool = True,
    bounds_error: Any = None,
    fill_value: Any = np.nan,
    assume_sorted: bool = False,
) -> TracedInterpolant:
    is_nan = isinstance(fill_value, float) and math.isnan(fill_value)
    check_option("interp1d", None if is_nan else fill_value, (None, "extrapolate", 0.0))
    check_option("interp1d", np.ndim(y), (1,))

    def make(places: Any, units: Any) -> Any:
        return si.interp1d(places, units, kind, 0, copy, bounds_error, fill_value, assume_sorted)

    return through("interp1d", make, x, y)


def _make_interp_spline(
    x: Any,
    y: Any,
    k: int = 3,
    t: Any = None,
    bc_type: Any = None,
    axis: int = 0,
    check_finite: bool = True,
) -> TracedInterpolant:
    check_option("make_interp_spline", axis, (0,))
    check_option("make_interp_spline", t, (None,))
    check_option("make_interp_spline", bc_type, (None, "not-a-knot", "natural", "clamped"))
    return through(
        "make_interp_spline", lambda p, e: si.make_interp_spline(p, e, k, None, bc_type), x, y
    )


def _lagrange(x: Any, w: Any) -> Any:
    units = through("lagrange", lambda p, e: [si.lagrange(p, unit) for unit in e], x, w)._units
    coefficients = [np.pad(u.coeffs, (len(units) - len(u.coeffs), 0)) for u in units]
    return np.poly1d(np.transpose(coefficients) @ w)


class _Units:
    """Splines of FITPACK through unit values, which take one column of values each."""

    def __init__(self, splines: list[Any]) -> None:
        self._splines = splines

    def __call__(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        return np.stack([HOOK[s](x, *args, **kwargs) for s in self._splines], axis=-1)

    def integral(self, a: Any, b: Any) -> Any:
        return np.stack([HOOK[s.integral](a, b) for s in self._splines], axis=-1)

    def derivative(self, n: int = 1) -> _Units:
        return _Units([s.derivative(n) for s in self._splines])

    def antiderivative(self, n: int = 1) -> _Units:
        return _Units([s.antiderivative(n) for s in self._splines])


def _interpolating(
    x: Any,
    y: Any,
    w: Any = None,
    bbox: Any = (None, None),
    k: int = 3,
    ext: Any = 0,
    check_finite: bool = False,
) -> TracedInterpolant:
    def make(places: Any, units: Any) -> Any:
        spline: Any = si.InterpolatedUnivariateSpline
        return _Units([spline(places, unit, bbox=list(bbox), k=k, ext=ext) for unit in units])

    check_option("InterpolatedUnivariateSpline", w, (None,))
    return through("InterpolatedUnivariateSpline", make, x, y)


def _univariate(
    x: Any,
    y: Any,
    w: Any = None,
    bbox: Any = (None, None),
    k: int = 3,
    s: Any = None,
    ext: Any = 0,
    check_finite: bool = False,
) -> TracedInterpolant:
    check_option("UnivariateSpline", s, (0, 0.0))
    return _interpolating(x, y, w, bbox, k, ext)


def _scattered(
    points: Any, values: Any, fill_value: Any = np.nan, rescale: bool = False
) -> TracedInterpolant:
    if not (isinstance(fill_value, float) and math.isnan(fill_value)):
        check_option("LinearNDInterpolator", fill_value, (np.nan,))

    def make(places: Any, units: Any) -> Any:
        return si.LinearNDInterpolator(places, units, rescale=rescale)

    return through("LinearNDInterpolator", make, points, values)


def _griddata(
    points: Any,
    values: Any,
    xi: Any,
    method: str = "linear",
    fill_value: Any = np.nan,
    rescale: bool = False,
) -> Any:
    check_option("griddata", method, ("linear", "nearest"))
    places, wanted = constants_only(points), constants_only(xi)
    if places is None or wanted is None:
        raise refused(TRACED_PLACES.format("griddata"))
    griddata: Any = si.griddata
    units = griddata(places, np.eye(len(values)), wanted, method, np.nan, rescale)
    outside = np.isnan(units).any(axis=-1)
    found = np.tensordot(np.where(outside[..., None], 0.0, units), values, 1)
    return np.where(outside, fill_value, found)


def _radial(y: Any, d: Any, **options: Any) -> TracedInterpolant:
    return through("RBFInterpolator", lambda p, e: si.RBFInterpolator(p, e, **options), y, d)


# Classes and functions of scipy.interpolate.
CONSTRUCTORS: dict[str, Callable[..., Any]] = {
    "Akima1DInterpolator": _akima,
    "CubicHermiteSpline": _hermite,
    "CubicSpline": _cubic,
    "PchipInterpolator": _pchip,
    "pchip_interpolate": lambda xi, yi, x, der=0: _pchip(xi, yi)(x, der),
    "BSpline": _bspline,
    "interp1d": _interp1d,
    "make_interp_spline": _make_interp_spline,
    "lagrange": _lagrange,
    "RegularGridInterpolator": interpolated_table,
    "interpn": interpn,
    "RectBivariateSpline": interpolated_surface,
    "RBFInterpolator": _radial,
    "InterpolatedUnivariateSpline": _interpolating,
    "UnivariateSpline": _univariate,
    "LinearNDInterpolator": _scattered,
    "griddata": _griddata,
    "BarycentricInterpolator": lambda xi, yi: through(
        "BarycentricInterpolator", si.BarycentricInterpolator, xi, yi
    ),
    "KroghInterpolator": lambda xi, yi: through("KroghInterpolator", si.KroghInterpolator, xi, yi),
}
