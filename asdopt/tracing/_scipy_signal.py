"""Functions of ``scipy.signal`` on traced arrays: convolutions, filters, frequency responses.

Enters and leaves: as in ``_scipy_arrays.py``. Linear maps of the data alone stand in
``_scipy_linear.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt.tracing._scipy_arrays import entries, means, refused
from asdopt.tracing._scipy_transforms import linear_along

__all__: list[str] = []


def _fit(mode: str, full: Any, shape: tuple[int, ...], other: tuple[int, ...]) -> Any:
    """Part of a full convolution that ``mode`` names."""
    if mode == "full":
        return full
    if mode == "same":
        wanted, start = shape, [(n - 1) // 2 for n in other]
    else:
        swapped = any(m < n for m, n in zip(shape, other, strict=True))
        large, small = (other, shape) if swapped else (shape, other)
        wanted = tuple(m - n + 1 for m, n in zip(large, small, strict=True))
        start = [n - 1 for n in small]
    return full[tuple(slice(s, s + n) for s, n in zip(start, wanted, strict=True))]


@means("scipy.signal", "convolve", "fftconvolve", "oaconvolve")
def _convolve(
    in1: Any, in2: Any, mode: str = "full", method: str = "auto", axes: Any = None
) -> Any:
    in2 = entries(in2)
    a, b = np.shape(in1), np.shape(in2)
    if axes is not None and len(np.atleast_1d(axes)) != len(a):
        raise refused("scipy.signal.fftconvolve was called with some axes only; known are all")
    if len(a) == 1:
        return _fit(mode, np.convolve(in1, in2), a, b)
    full = np.zeros_like(in1, shape=tuple(m + n - 1 for m, n in zip(a, b, strict=True)))
    for place in np.ndindex(b):
        pads = [(p, n - 1 - p) for p, n in zip(place, b, strict=True)]
        full = full + in2[place] * np.pad(in1, pads)
    return _fit(mode, full, a, b)


@means("scipy.signal")
def _convolve2d(
    in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: float = 0
) -> Any:
    # Nothing beyond the border takes part in what is valid.
    if mode == "valid" or (boundary == "fill" and fillvalue == 0):
        return _convolve(in1, in2, mode)
    (h, w), b = np.shape(in1), np.shape(in2)
    border = [(n - 1, n - 1) for n in b]
    if boundary == "fill":
        wide = np.pad(in1, border, constant_values=fillvalue)
    else:
        wide = np.pad(in1, border, mode="wrap" if boundary == "wrap" else "symmetric")
    full = _convolve(wide, in2, "valid")
    return _fit(mode, full, (h, w), b)


@means("scipy.signal")
def _correlate(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    return _convolve(in1, np.flip(in2), mode)


@means("scipy.signal")
def _correlate2d(
    in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: float = 0
) -> Any:
    if mode != "same":
        return _convolve2d(in1, np.flip(in2), mode, boundary, fillvalue)
    # For even sizes the middle of SciPy's correlation is one further than that of a convolution.
    full = _convolve2d(in1, np.flip(in2), "full", boundary, fillvalue)
    (h, w), (m, n) = np.shape(in1), np.shape(in2)
    return full[m // 2 : m // 2 + h, n // 2 : n // 2 + w]


@means("scipy.signal")
def _lfilter(b: Any, a: Any, x: Any, axis: int = -1, zi: Any = None) -> Any:
    order = max(len(b), len(a))
    moved = np.moveaxis(x, axis, 0)
    state = [0.0] * (order - 1) if zi is None else list(np.moveaxis(zi, axis, 0))
    results = []
    for value in moved:
        y = (b[0] * value + (state[0] if state else 0.0)) / a[0]
        results.append(y)
        for k in range(order - 1):
            after = state[k + 1] if k + 1 < len(state) else 0.0
            taps = (b[k + 1] * value if k + 1 < len(b) else 0.0) - (
                a[k + 1] * y if k + 1 < len(a) else 0.0
            )
            state[k] = after + taps
    filtered = np.moveaxis(np.stack(results), 0, axis)
    return filtered if zi is None else (filtered, np.moveaxis(np.stack(state), 0, axis))


@means("scipy.signal")
def _detrend(data: Any, axis: int = -1, type: str = "linear", *args: Any, **kwargs: Any) -> Any:  # noqa: A002  # SciPy's name
    import scipy.signal

    detrend: Any = scipy.signal.detrend
    return linear_along(lambda v: detrend(v, 0, type, *args, **kwargs), data, axis)


@means("scipy.signal")
def _medfilt(volume: Any, kernel_size: Any = None) -> Any:
    volume = entries(volume)
    sizes = np.broadcast_to(3 if kernel_size is None else kernel_size, (np.ndim(volume),))
    if not np.all(sizes % 2):
        raise ValueError("Each element of kernel_size should be odd.")
    padded = np.pad(volume, [(k // 2, k // 2) for k in sizes])
    windows: Any = np.lib.stride_tricks.sliding_window_view(padded, tuple(sizes))
    return np.sort(windows.reshape(*volume.shape, -1))[..., np.prod(sizes) // 2]


@means("scipy.signal")
def _freqz(
    b: Any,
    a: Any = 1,
    worN: Any = 512,
    whole: bool = False,
    plot: Any = None,
    fs: float = 2.0 * np.pi,
    include_nyquist: bool = False,
) -> Any:
    import scipy.signal

    b, a = entries(b), np.atleast_1d(entries(a))
    if np.ndim(b) > 1 or np.ndim(a) > 1 or plot is not None:
        raise refused(
            "scipy.signal.freqz was called with several filters or a plot, and traced values; "
            "known is one filter: call it for each"
        )
    freqz: Any = scipy.signal.freqz
    w = freqz(1.0, 1.0, worN, whole, None, fs, include_nyquist)[0]
    back = np.exp(-2j * np.pi / fs * w)
    # Highest power of the delay first, as np.polyval has it.
    return w, np.polyval(np.atleast_1d(b)[::-1], back) / np.polyval(a[::-1], back)
