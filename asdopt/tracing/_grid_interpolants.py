"""Tables and surfaces: interpolants of SciPy on regular grids, through traced values.

Enters: the axes of the grid, and the values, traced. Leaves: what answers at plain and at traced
points.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.interpolate as si

from asdopt.tracing._callee import HOOK
from asdopt.tracing._lift import constants_only
from asdopt.tracing._scipy_arrays import refused
from asdopt.tracing._scipy_objects import filled_beyond, grid_points, regular_grid
from asdopt.tracing._traced_interpolant import TRACED_PLACES, check_option

__all__ = ["interpn", "interpolated_surface", "interpolated_table"]


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
            check_option("RegularGridInterpolator", self.fill_value, (None, 0.0))
        units = si.RegularGridInterpolator(self.grid, table, method, self.bounds_error, fill)
        return units(places) @ np.reshape(self.values, size)


def interpolated_table(
    points: Any,
    values: Any,
    method: str = "linear",
    bounds_error: bool = True,
    fill_value: Any = np.nan,
) -> Any:
    """Stand in for ``RegularGridInterpolator``."""
    return TracedTable(points, values, method, bounds_error, fill_value)


def interpn(
    points: Any,
    values: Any,
    xi: Any,
    method: str = "linear",
    bounds_error: bool = True,
    fill_value: Any = np.nan,
) -> Any:
    """Stand in for ``interpn``."""
    table = interpolated_table(points, values, method, bounds_error, fill_value)
    if method == "splinef2d":
        places = grid_points(table, xi)
        return filled_beyond(
            table, places, interpolated_surface(points[0], points[1], values).ev(*places)
        )
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


def interpolated_surface(
    x: Any, y: Any, z: Any, bbox: Any = None, kx: int = 3, ky: int = 3, s: float = 0.0
) -> TracedSurface:
    """Stand in for ``RectBivariateSpline``."""
    name = "RectBivariateSpline"
    check_option(name, s, (0.0,))
    check_option(name, bbox, (None, [None] * 4))
    places = [constants_only(p) for p in (x, y)]
    if any(p is None for p in places):
        raise refused(TRACED_PLACES.format(name))
    return TracedSurface([np.asarray(p, dtype=np.float64) for p in places], z, (kx, ky))
