"""Interpolants of SciPy through traced values at constant places.

Enters: the places, and the values or coefficients, traced. Leaves: :class:`TracedInterpolant`.
Such an interpolant is linear in its values, or in its values and slopes, so it is a sum of SciPy's
own interpolants of unit values, each times a traced value. Tables and surfaces may be asked at
traced points.
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
from asdopt.tracing._scipy_objects import filled_beyond, grid_points, regular_grid

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

    def derivative(self, *args: Any) -> Any:
        """Interpolant of the derivative; of a polynomial the derivative at a point."""
        found = HOOK[self._units.derivative](*args)
        if callable(found):
            return TracedInterpolant(found, self._values)
        return np.tensordot(found, self._values, 1)

    def antiderivative(self, nu: int = 1) -> TracedInterpolant:
        """Interpolant of the integral."""
        return TracedInterpolant(self._units.antiderivative(nu), self._values)

    def integral(self, a: Any, b: Any) -> Any:
        """Integral from a to b, as splines of FITPACK name it."""
        return np.tensordot(HOOK[self._units.integral](a, b), self._values, 1)

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
    return _hermite(x, y, slopes, axis, extrapolate or False, name)


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


class TracedTable:
    """A table on a regular grid with traced values."""

    def __init__(
        self, grid: Any, values: Any, method: str, bounds_error: bool, fill_value: Any
    ) -> None:
        self.grid = tuple(np.asarray(constants_only(axis), dtype=np.float64) for axis in grid)
        falls = tuple(k for k, axis in enumerate(self.grid) if axis[0] > axis[-1])
        self.grid = tuple(np.sort(axis) for axis in self.grid)
        self.values = np.flip(values, falls) if falls else values
        self.method, self.bounds_error, self.fill_value = method, bounds_error, fill_value

    def __call__(self, xi: Any, method: Any = None, *, nu: Any = None) -> Any:
        method = self.method if method is None else method
        if method in {"cubic", "quintic", "slinear"} and nu is None:
            return self._smooth(xi, method)
        return regular_grid(self, xi, method)

    def _smooth(self, xi: Any, method: Any) -> Any:
        shape = tuple(map(len, self.grid))
        places = constants_only(xi)
        if places is None or np.shape(self.values) != shape:
            raise refused(
                f"scipy.interpolate.RegularGridInterpolator with method={method!r} was called with "
                "traced values and with traced places or several values for each point; known are "
                "constant places and one value, or method='linear'"
            )
        size = math.prod(shape)
        table = np.eye(size).reshape(*shape, size)
        # Beyond the ends it must be SciPy's own error, or the same for all units.
        fill = 0.0 if self.fill_value == 0.0 or self.bounds_error else None
        if fill is None and self.fill_value is not None:
            _option("RegularGridInterpolator", self.fill_value, (None, 0.0))
        units = si.RegularGridInterpolator(self.grid, table, method, self.bounds_error, fill)
        return units(places) @ np.reshape(self.values, size)


def _table(
    points: Any,
    values: Any,
    method: str = "linear",
    bounds_error: bool = True,
    fill_value: Any = np.nan,
) -> Any:
    return TracedTable(points, values, method, bounds_error, fill_value)


def _interpn(
    points: Any,
    values: Any,
    xi: Any,
    method: str = "linear",
    bounds_error: bool = True,
    fill_value: Any = np.nan,
) -> Any:
    table = _table(points, values, method, bounds_error, fill_value)
    if method == "splinef2d":
        places = grid_points(table, xi)
        return filled_beyond(table, places, _surface(points[0], points[1], values).ev(*places))
    return table(xi)


class TracedSurface:
    """A spline of two variables through traced values: ``basis(x) @ values @ basis(y).T``."""

    def __init__(self, places: list[Any], z: Any, degrees: tuple[Any, Any]) -> None:
        self._bases = [
            [si.InterpolatedUnivariateSpline(p, unit, k=k, ext=3) for unit in np.eye(len(p))]
            for p, k in zip(places, degrees, strict=True)
        ]
        self._ends = [(p[0], p[-1]) for p in places]
        self._values = z

    def _basis(self, axis: int, t: Any, order: int) -> Any:
        low, high = self._ends[axis]

        def at(unit: Any) -> Any:
            found = HOOK[unit](t, order)
            if order:  # beyond the ends, as at the end: values do so by themselves
                found = np.where(t < low, unit(low, order), found)
                found = np.where(t > high, unit(high, order), found)
            return found

        return np.stack([at(unit) for unit in self._bases[axis]], axis=-1)

    def __call__(self, x: Any, y: Any, dx: int = 0, dy: int = 0, grid: bool = True) -> Any:
        if not grid:
            return self.ev(x, y, dx, dy)
        along_x = self._basis(0, np.atleast_1d(x), dx)
        return along_x @ self._values @ self._basis(1, np.atleast_1d(y), dy).T

    def ev(self, xi: Any, yi: Any, dx: int = 0, dy: int = 0) -> Any:
        """Evaluate at points, one by one."""
        left = self._basis(0, np.asarray(xi) if constants_only(xi) is not None else xi, dx)
        right = self._basis(1, np.asarray(yi) if constants_only(yi) is not None else yi, dy)
        return ((left @ self._values) * right).sum(axis=-1)


def _surface(
    x: Any, y: Any, z: Any, bbox: Any = None, kx: int = 3, ky: int = 3, s: float = 0.0
) -> TracedSurface:
    name = "RectBivariateSpline"
    _option(name, s, (0.0,))
    _option(name, bbox, (None, [None] * 4))
    places = [constants_only(p) for p in (x, y)]
    if any(p is None for p in places):
        raise refused(_TRACED_PLACES.format(name))
    return TracedSurface([np.asarray(p, dtype=np.float64) for p in places], z, (kx, ky))


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

    _option("InterpolatedUnivariateSpline", w, (None,))
    return _through("InterpolatedUnivariateSpline", make, x, y)


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
    _option("UnivariateSpline", s, (0, 0.0))
    return _interpolating(x, y, w, bbox, k, ext)


def _scattered(
    points: Any, values: Any, fill_value: Any = np.nan, rescale: bool = False
) -> TracedInterpolant:
    if not (isinstance(fill_value, float) and math.isnan(fill_value)):
        _option("LinearNDInterpolator", fill_value, (np.nan,))

    def make(places: Any, units: Any) -> Any:
        return si.LinearNDInterpolator(places, units, rescale=rescale)

    return _through("LinearNDInterpolator", make, points, values)


def _griddata(
    points: Any,
    values: Any,
    xi: Any,
    method: str = "linear",
    fill_value: Any = np.nan,
    rescale: bool = False,
) -> Any:
    _option("griddata", method, ("linear", "nearest"))
    places, wanted = constants_only(points), constants_only(xi)
    if places is None or wanted is None:
        raise refused(_TRACED_PLACES.format("griddata"))
    griddata: Any = si.griddata
    units = griddata(places, np.eye(len(values)), wanted, method, np.nan, rescale)
    outside = np.isnan(units).any(axis=-1)
    found = np.tensordot(np.where(outside[..., None], 0.0, units), values, 1)
    return np.where(outside, fill_value, found)


def _radial(y: Any, d: Any, **options: Any) -> TracedInterpolant:
    return _through("RBFInterpolator", lambda p, e: si.RBFInterpolator(p, e, **options), y, d)


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
    "RegularGridInterpolator": _table,
    "interpn": _interpn,
    "RectBivariateSpline": _surface,
    "RBFInterpolator": _radial,
    "InterpolatedUnivariateSpline": _interpolating,
    "UnivariateSpline": _univariate,
    "LinearNDInterpolator": _scattered,
    "griddata": _griddata,
    "BarycentricInterpolator": lambda xi, yi: _through(
        "BarycentricInterpolator", si.BarycentricInterpolator, xi, yi
    ),
    "KroghInterpolator": lambda xi, yi: _through("KroghInterpolator", si.KroghInterpolator, xi, yi),
}
