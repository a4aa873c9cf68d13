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

__all__ = ["called", "method", "regular_grid"]


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

        def piecewise(x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
            return _curve(lambda t, k: owner(t, nu + k, extrapolate), x)

        return piecewise
    if name in _FITTED:
        return lambda x, nu=0, ext=None: _curve(partial(_fitted, owner, nu, ext), x)
    if name in {"BarycentricInterpolator", "KroghInterpolator"}:
        return lambda x: _curve(lambda t, k: owner.derivative(t, k) if k else owner(t), x)
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
    if name == "RegularGridInterpolator":
        return lambda xi, method=None, *, nu=None: regular_grid(owner, xi, method)
    return None


def _fitted(owner: Any, nu: int, ext: Any, t: Any, k: int) -> Any:
    """Value or derivative of a spline of FITPACK, as a function of the point."""
    if nu > owner._data[5]:
        return owner(t, nu, ext)  # which says that it is too much
    if nu + k > owner._data[5]:
        return np.zeros(np.shape(t))
    found = owner(t, nu + k, ext)
    if k and nu == 0 and (owner.ext if ext is None else ext) in {3, "const"}:
        # Outside it stays what it is at the end.
        found = np.where((t >= owner._data[3]) & (t <= owner._data[4]), found, 0.0)
    return found


def _curve(value: Callable[[Any, int], Any], x: Any) -> Any:
    """Record ``value(x, 0)``, whose derivatives are ``value(x, 1)`` and ``value(x, 2)``."""
    tape = running_tape()
    trailing = np.shape(value(np.zeros(0), 0))[1:]

    def part(place: tuple[int, ...]) -> Any:
        def at(order: int) -> Callable[[Any], Any]:
            return lambda t: value(t, order)[(slice(None), *place)]

        return record(tape, (x,), at(0), (at(1),), (at(2),))

    parts = [part(place) for place in np.ndindex(trailing)]
    if not trailing:
        return parts[0]
    return np.stack(parts, axis=-1).reshape(np.shape(x) + trailing)


def _interp1d(owner: Any, x: Any) -> Any:
    spline = getattr(owner, "_spline", None)
    if np.ndim(owner.y) != 1:
        raise refused(
            "scipy.interpolate.interp1d of several columns was called with traced values; known "
            "is one column of values: make one interpolant for each, or use CubicSpline"
        )

    def value(t: Any, order: int) -> Any:
        found = np.asarray(owner(t), dtype=np.float64)
        if order == 0:
            return found
        inside = (t >= owner.x[0]) & (t <= owner.x[-1])
        if spline is not None:
            slope = spline(t, nu=order).reshape(np.shape(t))
        elif owner._kind == "linear" and order == 1:
            table = np.diff(owner.y) / np.diff(owner.x)
            place = np.searchsorted(owner.x[1:-1], t, side="left")
            slope = table[place]
        else:
            slope = np.zeros(np.shape(t))
        extends = isinstance(owner.fill_value, str)
        return slope if extends else np.where(inside, slope, 0.0)

    return _curve(value, x)


def _surface(owner: Any, x: Any, y: Any, dx: int, dy: int) -> Any:
    from scipy.interpolate import BSpline

    (tx, ty, coefficients), (kx, ky) = owner.tck, owner.degrees
    table = np.reshape(coefficients, (len(tx) - kx - 1, len(ty) - ky - 1))

    def along(knots: Any, degree: int, t: Any, given: int, order: int) -> Any:
        """Values of all basis functions, which stay what they are beyond the ends."""
        inside = np.clip(t, knots[degree], knots[-degree - 1])
        if given + order > degree:
            return np.zeros((len(t), len(knots) - degree - 1))
        basis = BSpline(knots, np.eye(len(knots) - degree - 1), degree)
        return basis(inside, given + order) * (np.equal(inside, t) | (order == 0))[:, None]

    def at(i: int, j: int) -> Callable[[Any, Any], Any]:
        if i == j == 0:
            return lambda s, t: owner.ev(s, t, dx, dy)
        return lambda s, t: np.einsum(
            "ki,ij,kj->k", along(tx, kx, s, dx, i), table, along(ty, ky, t, dy, j)
        )

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
    if isinstance(xi, tuple):
        xi = np.stack(np.broadcast_arrays(*xi), axis=-1)
    points = [np.moveaxis(xi, -1, 0)[k] for k in range(len(owner.grid))]
    result: Any = 0.0
    places, shares = [], []
    for point, axis in zip(points, owner.grid, strict=True):
        k = np.clip(np.searchsorted(axis, point, side="right") - 1, 0, len(axis) - 2)
        places.append(k)
        shares.append((point - axis[k]) / (axis[k + 1] - axis[k]))
        if owner.bounds_error and not np.all((point >= axis[0]) & (point <= axis[-1])):
            raise ValueError("One of the requested xi is out of bounds")
    for corner in np.ndindex((2,) * len(points)):
        weight: Any = 1.0
        for bit, share in zip(corner, shares, strict=True):
            weight = weight * (share if bit else 1.0 - share)
        index = tuple(k + bit for k, bit in zip(places, corner, strict=True))
        result = result + weight * owner.values[index]
    if owner.fill_value is not None:
        for point, axis in zip(points, owner.grid, strict=True):
            inside = (point >= axis[0]) & (point <= axis[-1])
            result = np.where(inside, result, owner.fill_value)
    # One point is an array of one value, as SciPy has it.
    return np.reshape(result, (1,)) if np.ndim(result) == 0 else result


def _integral(value: Any, integrand: Callable[[Any, int], Any], a: Any, b: Any) -> Any:
    """Record an integral by its limits."""
    return record(
        running_tape(),
        (a, b),
        np.vectorize(lambda s, t: float(value(s, t)), otypes=[float]),
        (lambda s, t: -integrand(s, 0), lambda s, t: integrand(t, 0)),
        (lambda s, t: -integrand(s, 1), None, lambda s, t: integrand(t, 1)),
    )


def method(owner: Any, name: str) -> Callable[..., Any] | None:
    """Find what a method of an object of SciPy means on traced arguments."""
    kind = type(owner).__name__
    if kind in _SURFACES and name == "ev":
        return lambda xi, yi, dx=0, dy=0: _surface(owner, xi, yi, dx, dy)
    if kind in _FITTED and name == "integral":
        return lambda a, b: _integral(owner.integral, lambda t, k: owner(t, k, ext=1), a, b)
    if name == "integrate" and kind in _PIECEWISE and np.ndim(owner.c) == 1 + (kind != "BSpline"):

        def integrate(a: Any, b: Any, extrapolate: Any = None) -> Any:
            return _integral(
                lambda s, t: owner.integrate(s, t, extrapolate),
                lambda t, k: owner(t, k, extrapolate),
                a,
                b,
            )

        return integrate
    if name == "integrate" and kind in _PIECEWISE:
        whole = called(owner.antiderivative())
        assert whole is not None  # noqa: S101  # an antiderivative is of the same kind
        return lambda a, b, extrapolate=None: whole(b) - whole(a)
    if kind == "Rotation":
        from asdopt.tracing._rotations import rotation_method

        return rotation_method(owner, name)  # type: ignore[no-any-return]
    if kind == "SuperLU" and name == "solve":
        size = owner.shape[0]
        return lambda b, trans="N": inverse_of_solver(lambda e: owner.solve(e, trans), size) @ b
    return distribution_method(owner, name)
