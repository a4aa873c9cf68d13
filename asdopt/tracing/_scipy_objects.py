"""Objects of SciPy that are called with traced values: interpolants and distributions.

An interpolant of constant data is recorded whole, with the derivatives that SciPy evaluates. A
distribution is written out by its density (``_distributions.py``). Found by :func:`called` and
:func:`method`, which ``_standins_scipy.py`` asks.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from asdopt.tracing._callee import running_tape
from asdopt.tracing._distributions import Frozen, distribution_method
from asdopt.tracing._elementwise import record
from asdopt.tracing._scipy_arrays import inverse_of_solver, refused
from asdopt.tracing._spline_values import (
    at_end,
    by_derivative,
    column,
    fitted,
    interpolated,
    one_by_one,
    piecewise,
    surface_value,
)

__all__ = ["called", "filled_beyond", "grid_points", "method", "regular_grid"]


# -------------------------------------------------------------------------------- interpolants
_PIECEWISE = frozenset(
    {"PPoly", "BPoly", "CubicSpline", "PchipInterpolator", "Akima1DInterpolator"}
    | {"CubicHermiteSpline", "BSpline"}
)
_FITTED = frozenset({"UnivariateSpline", "InterpolatedUnivariateSpline", "LSQUnivariateSpline"})
_SURFACES = frozenset(
    {"BivariateSpline", "RectBivariateSpline", "SmoothBivariateSpline", "LSQBivariateSpline"}
)


def called(owner: Any) -> Callable[..., Any] | None:
    """Find what calling an object of SciPy with traced values means."""
    name = type(owner).__name__
    if name in _PIECEWISE:

        def curve(x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
            return _curve(partial(piecewise, owner, nu, extrapolate), x, owner.axis)

        return curve
    if name in _FITTED:
        return lambda x, nu=0, ext=None: _curve(partial(fitted, owner, nu, ext), x)
    if name in {"BarycentricInterpolator", "KroghInterpolator"}:
        return lambda x: _curve(partial(by_derivative, owner), x, owner._y_axis)
    if name == "orthopoly1d":
        return owner._eval_func or (lambda x: np.polyval(owner.coeffs, x))
    if name == "interp1d":
        return lambda x: _interp1d(owner, x)
    if name in _SURFACES:

        def surface(x: Any, y: Any, dx: int = 0, dy: int = 0, grid: bool = True) -> Any:
            if grid:
                if any(np.ndim(v) and np.any(np.diff(v) < 0.0) for v in (x, y)):
                    raise ValueError("x and y must be strictly increasing when `grid` is True")
                x, y = np.atleast_1d(x)[:, None], np.atleast_1d(y)[None, :]
            return _surface(owner, x, y, dx, dy)

        return surface
    if name.endswith("_gen") and hasattr(owner, "pdf") | hasattr(owner, "pmf"):
        return lambda *args, **kwargs: Frozen(owner, args, kwargs)
    if name == "gaussian_kde":
        return partial(_kernel_density, owner, False)
    if name == "RegularGridInterpolator":
        return lambda xi, method=None, *, nu=None: regular_grid(owner, xi, method)
    return None


def _curve(value: Callable[[Any, int], Any], x: Any, axis: int = 0) -> Any:
    """Record ``value(x, 0)``, whose derivatives are ``value(x, 1)`` and ``value(x, 2)``.

    The axes of x take the place of ``axis`` in the result, as SciPy has it.
    """
    tape = running_tape()
    sizes = np.shape(value(np.zeros(0), 0))
    others = sizes[:axis] + sizes[axis + 1 :]

    def part(place: tuple[int, ...]) -> Any:
        own = (*place[:axis], slice(None), *place[axis:])
        found, slope, curvature = (partial(column, value, own, order) for order in range(3))
        return record(tape, (x,), found, (slope,), (curvature,))

    parts = [part(place) for place in np.ndindex(others)]
    if not others:
        return parts[0]
    found = np.stack(parts, axis=-1).reshape(np.shape(x) + others)
    return np.moveaxis(found, range(np.ndim(x)), range(axis, axis + np.ndim(x)))


def _interp1d(owner: Any, x: Any) -> Any:
    if np.ndim(owner.y) != 1:
        raise refused(
            "scipy.interpolate.interp1d of several columns was called with traced values; known "
            "is one column of values: make one interpolant for each, or use CubicSpline"
        )

    return _curve(partial(interpolated, owner), x)


def _surface(owner: Any, x: Any, y: Any, dx: int, dy: int) -> Any:
    def at(i: int, j: int) -> Callable[[Any, Any], Any]:
        return partial(surface_value, owner, (dx, dy), (i, j))

    return record(
        running_tape(),
        (x, y),
        at(0, 0),
        (at(1, 0), at(0, 1)),
        (at(2, 0), at(1, 1), at(0, 2)),
    )


def regular_grid(owner: Any, xi: Any, method: Any) -> Any:
    """Interpolate linearly in a table on a grid."""
    method = owner.method if method is None else method
    if method != "linear" or np.ndim(owner.values) != len(owner.grid):
        raise refused(
            "scipy.interpolate.RegularGridInterpolator was called with traced values and "
            f"method={method!r}; known is 'linear' with one value for each point: use "
            "RectBivariateSpline for a smooth table of two variables"
        )
    points = grid_points(owner, xi)
    result: Any = 0.0
    places, shares = [], []
    for point, axis in zip(points, owner.grid, strict=True):
        if len(axis) == 1:
            low = high = np.zeros(np.shape(point), dtype=int)
            share: Any = 0.0
        else:
            low = np.clip(np.searchsorted(axis, point, side="right") - 1, 0, len(axis) - 2)
            high = low + 1
            share = (point - axis[low]) / (axis[high] - axis[low])
        places.append((low, high))
        shares.append((1.0 - share, share))
    for corner in np.ndindex((2,) * len(points)):
        weight: Any = 1.0
        for bit, both in zip(corner, shares, strict=True):
            weight = weight * both[bit]
        index = tuple(ends[bit] for ends, bit in zip(places, corner, strict=True))
        result = result + weight * owner.values[index]
    return filled_beyond(owner, points, result)


def grid_points(owner: Any, xi: Any) -> list[Any]:
    """Coordinates of points in a table, one array for each axis; all within it if they must be."""
    if isinstance(xi, tuple):
        xi = np.stack(np.broadcast_arrays(*xi), axis=-1)
    # Numbers in a row are points one after the other, even of one.
    xi = np.reshape(xi, (-1, len(owner.grid))) if np.ndim(xi) == 1 else xi
    if np.shape(xi)[-1] != len(owner.grid):
        raise ValueError(
            f"The requested sample points xi have dimension {np.shape(xi)[-1]} but this table has "
            f"dimension {len(owner.grid)}"
        )
    points = [np.moveaxis(xi, -1, 0)[k] for k in range(len(owner.grid))]
    for point, axis in zip(points, owner.grid, strict=True):
        if owner.bounds_error and not np.all((point >= axis[0]) & (point <= axis[-1])):
            raise ValueError("One of the requested xi is out of bounds")
    return points


def filled_beyond(owner: Any, points: list[Any], result: Any) -> Any:
    """Values at points, those beyond the ends of a table replaced by its ``fill_value``."""
    if owner.fill_value is not None:
        for point, axis in zip(points, owner.grid, strict=True):
            inside = (point >= axis[0]) & (point <= axis[-1])
            result = np.where(inside, result, owner.fill_value)
    return result


def _integral(value: Any, integrand: Callable[[Any, int], Any], a: Any, b: Any) -> Any:
    """Record an integral by its limits."""

    def at(end: int, order: int) -> Callable[[Any, Any], Any]:
        return partial(at_end, integrand, end, order)

    return record(
        running_tape(),
        (a, b),
        partial(one_by_one, value),
        (at(0, 0), at(1, 0)),
        (at(0, 1), None, at(1, 1)),
    )


def _kernel_density(owner: Any, log: bool, points: Any) -> Any:
    """Weighted mean of normal densities around the data, whose Cholesky factor is given."""
    points = np.atleast_2d(points)
    if np.shape(points)[0] != owner.d and np.shape(points) == (1, owner.d):
        points = np.reshape(points, (owner.d, 1))
    if np.shape(points)[0] != owner.d:
        raise ValueError(
            f"points have dimension {np.shape(points)[0]}, dataset has dimension {owner.d}"
        )
    gaps = points[:, :, None] - owner.dataset[:, None, :]
    white = np.linalg.solve(owner.cho_cov, np.reshape(gaps, (owner.d, -1)))
    square = np.reshape(np.sum(white * white, axis=0), np.shape(gaps)[1:])
    scale = np.sum(np.log(np.diagonal(owner.cho_cov))) + 0.5 * owner.d * np.log(2.0 * np.pi)
    logarithms = np.log(owner.weights) - 0.5 * square
    if log:
        return np.logaddexp.reduce(logarithms, axis=1) - scale
    return np.sum(np.exp(logarithms), axis=1) * np.exp(-scale)


def method(owner: Any, name: str) -> Callable[..., Any] | None:
    """Find what a method of an object of SciPy means on traced arguments."""
    kind = type(owner).__name__
    if kind in _SURFACES and name == "ev":
        return lambda xi, yi, dx=0, dy=0: _surface(owner, xi, yi, dx, dy)
    if kind in _FITTED and name == "integral":
        return lambda a, b: _integral(owner.integral, partial(fitted, owner, 0, 1), a, b)
    if name == "integrate" and kind in _PIECEWISE and np.ndim(owner.c) == 1 + (kind != "BSpline"):

        def integrate(a: Any, b: Any, extrapolate: Any = None) -> Any:
            return _integral(
                partial(owner.integrate, extrapolate=extrapolate),
                partial(piecewise, owner, 0, extrapolate),
                a,
                b,
            )

        return integrate
    if name == "integrate" and kind in _PIECEWISE:
        whole = called(owner.antiderivative())
        assert whole is not None  # noqa: S101  # an antiderivative is of the same kind
        return lambda a, b, extrapolate=None: whole(b) - whole(a)
    if kind == "gaussian_kde" and name in {"evaluate", "pdf", "logpdf"}:
        return partial(_kernel_density, owner, name == "logpdf")
    if kind == "Rotation":
        from asdopt.tracing._rotations import rotation_method

        return rotation_method(owner, name)  # type: ignore[no-any-return]
    if kind == "SuperLU" and name == "solve":
        size = owner.shape[0]
        return lambda b, trans="N": inverse_of_solver(lambda e: owner.solve(e, trans), size) @ b
    return distribution_method(owner, name)
