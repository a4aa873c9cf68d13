"""Transforms of ``scipy.fft`` on traced arrays: those of ``numpy.fft``, and linear maps."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from asdopt.tracing._scipy_arrays import means

__all__ = ["linear_along"]

_package = "scipy.fft"


def linear_along(function: Callable[[Any], Any], x: Any, axis: int) -> Any:
    """Apply a linear map of columns along an axis, by its matrix."""
    moved = np.moveaxis(x, axis, 0)
    matrix = np.asarray(function(np.eye(len(moved))))
    flat = moved.reshape(len(moved), math.prod(moved.shape[1:]))
    return np.moveaxis((matrix @ flat).reshape(len(matrix), *moved.shape[1:]), 0, axis)


def _along(name: str) -> Callable[..., Any]:
    def transform(
        x: Any,
        type: int = 2,  # noqa: A002  # SciPy's name
        n: int | None = None,
        axis: int = -1,
        norm: Any = None,
        overwrite_x: bool = False,
        workers: Any = None,
        orthogonalize: Any = None,
    ) -> Any:
        import scipy.fft

        function = partial(getattr(scipy.fft, name), orthogonalize=orthogonalize)
        return linear_along(lambda v: function(v, type, n, 0, norm), x, axis)

    return transform


def _axes(x: Any, s: Any, axes: Any) -> tuple[int, ...]:
    if axes is None:
        return tuple(range(-(np.ndim(x) if s is None else len(s)), 0))
    return (axes,) if isinstance(axes, int) else tuple(axes)


def _along_all(name: str) -> Callable[..., Any]:
    def transform(
        x: Any,
        type: int = 2,  # noqa: A002  # SciPy's name
        s: Any = None,
        axes: Any = None,
        norm: Any = None,
        overwrite_x: bool = False,
        workers: Any = None,
        orthogonalize: Any = None,
    ) -> Any:
        one = _along(name.removesuffix("n"))
        chosen = _axes(x, s, axes)
        sizes = [None] * len(chosen) if s is None else list(np.atleast_1d(s))
        for axis, n in zip(chosen, sizes, strict=True):
            x = one(x, type, n, axis, norm, orthogonalize=orthogonalize)
        return x

    return transform


for _name in ("dct", "idct", "dst", "idst"):
    means(_package, _name)(_along(_name))
    means(_package, _name + "n")(_along_all(_name + "n"))


def _of_numpy(name: str) -> Callable[..., Any]:
    numpy: Any = getattr(np.fft, name)
    if name[-1] not in "2n":

        def one(
            x: Any,
            n: Any = None,
            axis: int = -1,
            norm: Any = None,
            overwrite_x: bool = False,
            workers: Any = None,
            *,
            plan: Any = None,
        ) -> Any:
            return numpy(x, n, axis, norm)

        return one

    def several(
        x: Any,
        s: Any = None,
        axes: Any = (-2, -1) if name[-1] == "2" else None,
        norm: Any = None,
        overwrite_x: bool = False,
        workers: Any = None,
        *,
        plan: Any = None,
    ) -> Any:
        return numpy(x, s, _axes(x, s, axes), norm)

    return several


for _name in (
    *("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"),
    *("fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn"),
):
    means(_package, _name)(_of_numpy(_name))


@means(_package)
def _fftshift(x: Any, axes: Any = None) -> Any:
    return np.fft.fftshift(x, axes)


@means(_package)
def _ifftshift(x: Any, axes: Any = None) -> Any:
    return np.fft.ifftshift(x, axes)
