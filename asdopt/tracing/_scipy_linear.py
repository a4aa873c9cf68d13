"""Filters and resampling of SciPy on traced data: linear maps, found by applying them.

Enters: the arguments of a function of ``scipy.ndimage`` or ``scipy.signal`` that is linear, or
affine, in its data. Leaves: what it returns. Its matrix consists of what SciPy makes of the unit
arrays.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt.tracing._image_samples import READERS
from asdopt.tracing._lift import constants_only
from asdopt.tracing._scipy_arrays import FUNCTIONS, refused

__all__: list[str] = []

_MOST = 2048
_DATA = {
    "scipy.ndimage": dict.fromkeys(
        (
            "affine_transform",
            "convolve",
            "convolve1d",
            "correlate",
            "correlate1d",
            "gaussian_filter",
            "gaussian_filter1d",
            "gaussian_laplace",
            "laplace",
            "map_coordinates",
            "prewitt",
            "rotate",
            "shift",
            "sobel",
            "spline_filter",
            "uniform_filter",
            "uniform_filter1d",
            "zoom",
        ),
        "input",
    ),
    "scipy.signal": dict.fromkeys(
        (
            "decimate",
            "filtfilt",
            "hilbert",
            "hilbert2",
            "resample",
            "resample_poly",
            "savgol_filter",
            "sosfilt",
            "sosfiltfilt",
            "upfirdn",
        ),
        "x",
    ),
}


def _linear(package: str, name: str, data: str) -> Callable[..., Any]:
    def function(*args: Any, **kwargs: Any) -> Any:
        original = getattr(importlib.import_module(package), name)
        bound = inspect.signature(original).bind(*args, **kwargs)
        x = bound.arguments[data]
        rest = {key: value for key, value in bound.arguments.items() if key != data}
        fixed = constants_only(list(rest.values()))
        is_place = fixed is None and package == "scipy.ndimage" and name in READERS
        if is_place and rest.get("output") is None:
            return READERS[name](*args, **kwargs)
        if fixed is None or any(rest.get(key) is not None for key in ("output", "zi", "t")):
            raise refused(
                f"{package}.{name} was called with traced values elsewhere than in its data, or "
                "with a state or array to write into; known is traced data alone"
            )
        if not np.size(x) or np.size(x) > _MOST:
            raise refused(
                f"{package}.{name} was called with {np.size(x)} traced values; up to {_MOST} it "
                "is written out as a matrix: write it with slices, np.roll or a sparse matrix"
            )
        for key, value in zip(rest, fixed, strict=True):
            bound.arguments[key] = value

        def apply(values: Any) -> Any:
            bound.arguments[data] = values.reshape(np.shape(x))
            found = np.asarray(original(*bound.args, **bound.kwargs))
            return found if found.dtype.kind == "c" else found.astype(np.float64, copy=False)

        start = apply(np.zeros(np.size(x)))
        matrix = np.stack([(apply(unit) - start).ravel() for unit in np.eye(np.size(x))], axis=1)
        image = np.matmul(matrix, np.ravel(x)).reshape(start.shape)
        return image + start if start.any() else image

    return function


for _package, _names in _DATA.items():
    for _name, _argument in _names.items():
        FUNCTIONS.setdefault(_package, {})[_name] = _linear(_package, _name, _argument)
