"""Interpolants of SciPy through traced values at constant places.

Enters: the places, and the values or coefficients, traced. Leaves: :class:`TracedInterpolant`.
Such an interpolant is linear in its values, or in its values and slopes, so it is a sum of SciPy's
own interpolants of unit values, each times a traced value.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.interpolate as si

from asdopt.tracing._callee import HOOK
from asdopt.tracing._hermite import akima_slopes, pchip_slopes
from asdopt.tracing._lift import constants_only
from asdopt.tracing._scipy_arrays import refused

__all__ = ["CONSTRUCTORS"]


_TRACED_PLACES = (
    "scipy.interpolate.{} was called with traced places; known are traced values at constant "
    "places: use np.interp"
)


class TracedInterpolant:
    """An interpolant with traced values: ``weights(x) @ values``.

    ``units`` is the interpolant of unit values, whose result has them along its last axis.
    """

    def __init__(self, units: Any, values: Any) -> None:
        self._units = units
        self._values = values

    def __call__(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        return np.tensordot(HOOK[self._units](x, *args, **kwargs), self._values, 1)

    def derivative(self, nu: int = 1) -> TracedInterpolant:
        """Interpolant of the derivative."""
        return TracedInterpolant(self._units.derivative(nu), self._values)

    def antiderivative(self, nu: int = 1) -> TracedInterpolant:
        """Interpolant of the integral."""
        return TracedInterpolant(self._units.antiderivative(nu), self._values)

    def integrate(self, a: Any, b: Any, extrapolate: Any = None) -> Any:
        """Integral from a to b."""
        return np.tensordot(HOOK[self._units.integrate](a, b, extrapolate), self._values, 1)


def _through(
    name: str, make: Callable[[Any, Any], Any], places: Any, values: Any
) -> TracedInterpolant:
    places = constants_only(places)
    if places is None:
        raise refused(_TRACED_PLACES.format(name))
    return TracedInterpolant(make(places, np.eye(len(values))), values)


def _option(name: str, given: Any, known: tuple[Any, ...]) -> None:
    if not any(given is k or given == k for k in known):
        raise refused(
            f"scipy.interpolate.{name} was called with traced values and the option {given!r}; "
            f"known are {known}: give one of these"
        )


def _cubic(
    x: Any, y: Any, axis: int = 0, bc_type: Any = "not-a-knot", extrapolate: Any = None
) -> TracedInterpolant:
    _option("CubicSpline", axis, (0,))
    _option("CubicSpline", bc_type, ("not-a-knot", "natural", "clamped"))
    return _through("CubicSpline", lambda p, e: si.CubicSpline(p, e, 0, bc_type, extrapolate), x, y)


def _hermite(
    x: Any, y: Any, dydx: Any, axis: int = 0, extrapolate: Any = None, name: str = ""
) -> TracedInterpolant:
    name = name or "CubicHermiteSpline"
    _option(name, axis, (0,))
    n = len(y)

    def make(places: Any, units: Any) -> Any:
        nothing = np.zeros((n, n))
        values, slopes = np.hstack([units, nothing]), np.hstack([nothing, units])
        return si.CubicHermiteSpline(places, values, slopes, 0, extrapolate)

    made = _through(name, make, x, y)
    made._values = np.concatenate([y, dydx])
    return made


def _places(name: str, x: Any, y: Any) -> Any:
    places = constants_only(x)
    if places is None:
        raise refused(_TRACED_PLACES.format(name))
    _option(name, np.ndim(y), (1,))
    return np.asarray(places, dtype=np.float64)


def _pchip(x: Any, y: Any, axis: int = 0, extrapolate: Any = None) -> TracedInterpolant:
    name = "PchipInterpolator"
    slopes = pchip_slopes(_places(name, x, y), y)
    return _hermite(x, y, slopes, axis, extrapolate, name)


def _akima(
    x: Any, y: Any, axis: int = 0, *, method: str = "akima", extrapolate: Any = None
) -> TracedInterpolant:
    name = "Akima1DInterpolator"
    _option(name, method, ("akima", "makima"))
    slopes = akima_slopes(_places(name, x, y), y, method == "makima")
    return _hermite(x, y, slopes, axis, bool(extrapolate), name)


def _bspline(t: Any, c: Any, k: int, extrapolate: Any = True, axis: int = 0) -> TracedInterpolant:
    _option("BSpline", axis, (0,))
    return _through("BSpline", lambda p, e: si.BSpline(p, e, k, extrapolate), t, c)


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
    _option("interp1d", None if is_nan else fill_value, (None, "extrapolate", 0.0))
    _option("interp1d", np.ndim(y), (1,))

    def make(places: Any, units: Any) -> Any:
        return si.interp1d(places, units, kind, 0, copy, bounds_error, fill_value, assume_sorted)

    return _through("interp1d", make, x, y)


def _make_interp_spline(
    x: Any,
    y: Any,
    k: int = 3,
    t: Any = None,
    bc_type: Any = None,
    axis: int = 0,
    check_finite: bool = True,
) -> TracedInterpolant:
    _option("make_interp_spline", axis, (0,))
    _option("make_interp_spline", t, (None,))
    _option("make_interp_spline", bc_type, (None, "not-a-knot", "natural", "clamped"))
    return _through(
        "make_interp_spline", lambda p, e: si.make_interp_spline(p, e, k, None, bc_type), x, y
    )


def _lagrange(x: Any, w: Any) -> Any:
    units = _through("lagrange", lambda p, e: [si.lagrange(p, unit) for unit in e], x, w)._units
    coefficients = [np.pad(u.coeffs, (len(units) - len(u.coeffs), 0)) for u in units]
    return np.poly1d(np.transpose(coefficients) @ w)


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
    "BarycentricInterpolator": lambda xi, yi: _through(
        "BarycentricInterpolator", si.BarycentricInterpolator, xi, yi
    ),
    "KroghInterpolator": lambda xi, yi: _through("KroghInterpolator", si.KroghInterpolator, xi, yi),
}
