"""Values and derivatives of SciPy's interpolants, as functions that models are pickled with.

Enters: an interpolant, what was asked of it, a point. Leaves: what SciPy evaluates there, for the
external calls that ``_scipy_objects.py`` records.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = [
    "at_end",
    "by_derivative",
    "column",
    "fitted",
    "interpolated",
    "one_by_one",
    "piecewise",
    "surface_value",
]


def piecewise(owner: Any, nu: int, extrapolate: Any, t: Any, order: int) -> Any:
    """Value or derivative of a piecewise polynomial."""
    return owner(t, nu + order, extrapolate)


def by_derivative(owner: Any, t: Any, order: int) -> Any:
    """Value or derivative of a polynomial that has a method for the latter."""
    return owner.derivative(t, order) if order else owner(t)


def fitted(owner: Any, nu: int, ext: Any, t: Any, order: int) -> Any:
    """Value or derivative of a spline of FITPACK."""
    knots, _, degree = owner._eval_args
    if nu > degree:
        return owner(t, nu, ext)  # which says that it is too much
    if nu + order > degree:
        return np.zeros(np.shape(t))
    found = owner(t, nu + order, ext)
    if order and nu == 0 and (owner.ext if ext is None else ext) in {3, "const"}:
        # Outside it stays what it is at the end.
        found = np.where((t >= knots[degree]) & (t <= knots[-degree - 1]), found, 0.0)
    return found


def interpolated(owner: Any, t: Any, order: int) -> Any:
    """Value or derivative of an ``interp1d``."""
    found = np.asarray(owner(t), dtype=np.float64)
    if order == 0:
        return found
    inside = (t >= owner.x[0]) & (t <= owner.x[-1])
    spline = getattr(owner, "_spline", None)
    if spline is not None:
        slope = spline(t, nu=order).reshape(np.shape(t))
    elif owner._kind == "linear" and order == 1:
        table = np.diff(owner.y) / np.diff(owner.x)
        slope = table[np.searchsorted(owner.x[1:-1], t, side="left")]
    else:
        slope = np.zeros(np.shape(t))
    extends = isinstance(owner.fill_value, str)
    return slope if extends else np.where(inside, slope, 0.0)


def column(value: Callable[[Any, int], Any], place: tuple[Any, ...], order: int, t: Any) -> Any:
    """One of several values that a curve has at each point; a slice is where the points are."""
    return value(t, order)[place]


def surface_value(
    owner: Any, given: tuple[int, int], orders: tuple[int, int], s: Any, t: Any
) -> Any:
    """Value or derivative of a spline of two variables, whose derivatives ``given`` is asked."""
    if orders == (0, 0):
        return owner.ev(s, t, *given)
    (tx, ty, coefficients), (kx, ky) = owner.tck, owner.degrees
    table = np.reshape(coefficients, (len(tx) - kx - 1, len(ty) - ky - 1))
    left = _basis(tx, kx, s, given[0], orders[0])
    return np.einsum("ki,ij,kj->k", left, table, _basis(ty, ky, t, given[1], orders[1]))


def _basis(knots: Any, degree: int, t: Any, given: int, order: int) -> Any:
    """Values of all basis functions, which stay what they are beyond the ends."""
    from scipy.interpolate import BSpline

    inside = np.clip(t, knots[degree], knots[-degree - 1])
    if given + order > degree:
        return np.zeros((len(t), len(knots) - degree - 1))
    basis = BSpline(knots, np.eye(len(knots) - degree - 1), degree)
    return basis(inside, given + order) * (np.equal(inside, t) | (order == 0))[:, None]


def one_by_one(value: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """Integrals between limits, of which SciPy takes one pair at a time."""
    return np.vectorize(value, otypes=[float])(a, b)


def at_end(integrand: Callable[[Any, int], Any], end: int, order: int, a: Any, b: Any) -> Any:
    """Integrand at one of the limits, with the sign that the limit has."""
    return integrand(b, order) if end else -integrand(a, order)
