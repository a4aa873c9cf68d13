"""Images of numbers read at traced places: ``scipy.ndimage.map_coordinates`` and its kin.

Enters: an image, and coordinates one of which is traced. Leaves: the spline through the image at
these, recorded elementwise with its derivatives, which SciPy does not give; they are zero where
the place is beyond an end that SciPy extends by a constant.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.ndimage
from scipy.interpolate import BSpline

from asdopt.tracing._callee import running_tape
from asdopt.tracing._elementwise import record
from asdopt.tracing._lift import constants_only
from asdopt.tracing._scipy_arrays import entries, refused

__all__ = ["READERS"]

FloatArray = npt.NDArray[np.float64]
_MODES = ("constant", "nearest", "mirror", "reflect")
# Rows by which SciPy extends an image before it filters it, where its ends go on.
_PADDING = 12


class _Samples:
    """Spline through an image, or a derivative of it, at places given axis by axis."""

    def __init__(
        self, image: FloatArray, order: int, mode: str, cval: float, prefilter: bool
    ) -> None:
        self.shape, self.order, self.mode, self.cval = image.shape, order, mode, cval
        self.padding = 0
        if order > 1 and prefilter:
            if mode == "nearest":
                self.padding = _PADDING
                image = np.pad(image, _PADDING, mode="edge")
            ends = "reflect" if mode == "reflect" else mode if mode == "nearest" else "mirror"
            filtered: Any = scipy.ndimage.spline_filter
            image = filtered(image, order, output=np.float64, mode=ends)
        self.table = image

    def derivative(self, *orders: int) -> _Derivative:
        """Give a function of the places."""
        return _Derivative(self, orders)

    def at(self, orders: tuple[int, ...], places: tuple[FloatArray, ...]) -> FloatArray:
        """Evaluate a derivative, of an order by each axis."""
        total: Any = 0.0
        axes, inside = [], np.ones(places[0].shape, dtype=bool)
        for place, size, length, order in zip(
            places, self.shape, self.table.shape, orders, strict=True
        ):
            found, within = self._axis(place, size, length, order)
            axes.append(found)
            inside &= within
        for parts in product(*axes):
            weight: Any = 1.0
            for _, factor in parts:
                weight = weight * factor
            total = total + weight * self.table[tuple(index for index, _ in parts)]
        return np.where(inside, total, 0.0 if any(orders) else self.cval)

    def _axis(
        self, place: FloatArray, size: int, length: int, order: int
    ) -> tuple[list[tuple[Any, Any]], Any]:
        """Find indices of the neighbors with their weights, and which places are inside."""
        last = size - 1.0
        inside = np.ones(place.shape, dtype=bool)
        turn: Any = 1.0
        if self.mode == "constant":
            inside = (place >= 0.0) & (place <= last)
            place = np.where(inside, place, 0.0)
        elif self.mode == "nearest":
            place = place + self.padding  # SciPy goes on through the rows that it added
            turn = ((place >= 0.0) & (place <= length - 1.0)) * 1.0
            place = np.clip(place, 0.0, length - 1.0)
        else:
            shift = 0.5 if self.mode == "reflect" else 0.0
            period = 2.0 * (last + 2.0 * shift)
            place = np.mod(place + shift, period) if period else np.zeros_like(place) + shift
            back = place > 0.5 * period
            place = np.where(back, period - place, place) - shift
            turn = np.where(back, -1.0, 1.0) if period else 0.0
        n = self.order
        start = np.floor(place + (0.5 if n % 2 == 0 else 0.0)).astype(int) - n // 2
        basis = BSpline.basis_element(np.arange(n + 2) - (n + 1) / 2.0, extrapolate=False)
        found = []
        for k in range(n + 1):
            index = start + k
            weight = np.nan_to_num(_values(basis, n, place - index, order)) * turn**order
            found.append((self._mirrored(index, length), weight))
        return found, inside

    def _mirrored(self, index: Any, length: int) -> Any:
        if length == 1:
            return np.zeros_like(index)
        if self.mode == "reflect":
            index = np.mod(index, 2 * length)
            return np.where(index >= length, 2 * length - 1 - index, index)
        index = np.mod(index, 2 * (length - 1))
        return np.where(index >= length, 2 * (length - 1) - index, index)


def _values(basis: Any, degree: int, t: FloatArray, order: int) -> Any:
    if degree == 0:
        return ((t >= -0.5) & (t < 0.5)) * float(order == 0)
    return basis(t, nu=order) if order <= degree else np.zeros_like(t)


class _Derivative:
    """A derivative of the samples as a function of the places."""

    def __init__(self, samples: _Samples, orders: tuple[int, ...]) -> None:
        self._samples, self._orders = samples, orders

    def __call__(self, *places: FloatArray) -> FloatArray:
        return self._samples.at(self._orders, places)


def _unit(axes: int, *places: int) -> tuple[int, ...]:
    found = [0] * axes
    for place in places:
        found[place] += 1
    return tuple(found)


def _read(
    name: str, image: Any, places: Any, order: int, mode: str, cval: float, prefilter: bool
) -> Any:
    """Record the samples at places, one array for each axis."""
    plain = constants_only(image)
    if plain is None or mode not in _MODES or order not in range(6):
        raise refused(
            f"scipy.ndimage.{name} was called with traced places; known are images of numbers, "
            f"orders 0 to 5 and the modes {', '.join(_MODES)}"
        )
    plain = np.asarray(plain, dtype=np.float64)
    samples = _Samples(plain, order, mode, float(cval), prefilter)
    axes = plain.ndim
    parts = [places[k] for k in range(axes)]
    pairs = combinations_with_replacement(range(axes), 2)
    return record(
        running_tape(),
        parts,
        samples.derivative(*_unit(axes)),
        tuple(samples.derivative(*_unit(axes, k)) for k in range(axes)),
        tuple(samples.derivative(*_unit(axes, *pair)) for pair in pairs),
    )


def _map_coordinates(
    input: Any,  # noqa: A002  # SciPy's name
    coordinates: Any,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: float = 0.0,
    prefilter: bool = True,
) -> Any:
    return _read("map_coordinates", input, entries(coordinates), order, mode, cval, prefilter)


def _grid(shape: Any) -> Any:
    return np.indices(shape, dtype=float)


def _shift(
    input: Any,  # noqa: A002  # SciPy's name
    shift: Any,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: float = 0.0,
    prefilter: bool = True,
) -> Any:
    grid = _grid(np.shape(input))
    steps = entries(shift) * np.ones(len(grid))
    places = [axis - step for axis, step in zip(grid, steps, strict=True)]
    return _read("shift", input, places, order, mode, cval, prefilter)


def _affine_transform(
    input: Any,  # noqa: A002  # SciPy's name
    matrix: Any,
    offset: Any = 0.0,
    output_shape: Any = None,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: float = 0.0,
    prefilter: bool = True,
) -> Any:
    grid = _grid(np.shape(input) if output_shape is None else output_shape)
    axes = np.ndim(input)
    matrix = entries(matrix)
    if np.ndim(matrix) == 2 and np.shape(matrix)[1] == axes + 1:
        matrix, offset = matrix[:axes, :axes], matrix[:axes, axes]
    offset = entries(offset) * np.ones(axes)
    if np.ndim(matrix) == 1:
        places = [m * axis + o for m, axis, o in zip(matrix, grid, offset, strict=True)]
    else:
        turned = np.tensordot(matrix, grid, axes=1)
        places = [turned[k] + offset[k] for k in range(axes)]
    return _read("affine_transform", input, places, order, mode, cval, prefilter)


def _rotate(
    input: Any,  # noqa: A002  # SciPy's name
    angle: Any,
    axes: Any = (1, 0),
    reshape: bool = True,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: float = 0.0,
    prefilter: bool = True,
) -> Any:
    if np.ndim(input) != 2 or sorted(a % 2 for a in axes) != [0, 1]:
        raise refused(
            f"scipy.ndimage.rotate of {np.ndim(input)} dimensions was called with a traced angle; "
            "known are images of two: rotate plane by plane"
        )
    turn = np.radians(angle)
    matrix = np.stack([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    shape = np.array(np.shape(input))
    wide = shape
    if reshape:
        rows, columns = shape
        corners = matrix @ np.array([[0.0, 0.0, rows, rows], [0.0, columns, 0.0, columns]])
        wide = np.array([int(size) for size in np.ptp(corners, axis=1) + 0.5])
    offset = 0.5 * (shape - 1.0) - matrix @ (0.5 * (wide - 1.0))
    return _affine_transform(input, matrix, offset, tuple(wide), None, order, mode, cval, prefilter)


READERS: dict[str, Callable[..., Any]] = {
    "map_coordinates": _map_coordinates,
    "shift": _shift,
    "affine_transform": _affine_transform,
    "rotate": _rotate,
}
