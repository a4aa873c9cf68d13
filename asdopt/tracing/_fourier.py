"""``numpy.fft``: shifts, and the transforms of real data that give real data.

The others give complex numbers, which traced values are not; they are refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import wrap
from asdopt.tracing._lift import lift
from asdopt.tracing._linear import matrix_times
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import deliver

__all__: list[str] = []

_function: Any
for _function in (np.fft.fftshift, np.fft.ifftshift):

    def _shift(tape: Tape, x: Any, axes: Any = None, _function: Any = _function) -> Any:
        source = lift(tape, x)
        return wrap(tape, _function(source.ids, axes), source.is_bool)

    implements(_function)(_shift)


for _function in (np.fft.irfft, np.fft.hfft):

    def _transform(
        tape: Tape,
        a: Any,
        n: Any = None,
        axis: int = -1,
        norm: Any = None,
        out: Any = None,
        _function: Any = _function,
    ) -> Any:
        # Linear: the transform of each unit vector is a column of its matrix.
        moved = np.moveaxis(lift(tape, a).ids, axis, 0)
        matrix = _function(np.eye(len(moved)), n, axis=0, norm=norm)
        flat = matrix_times(tape, matrix, moved.reshape(len(moved), -1))
        ids = flat.reshape(flat.shape[0], *moved.shape[1:])
        return deliver(tape, TracedArray(tape, np.moveaxis(ids, 0, axis)), out)

    implements(_function)(_transform)


for _function, _last in ((np.fft.irfftn, None), (np.fft.irfft2, (-2, -1))):

    def _transform_all(
        tape: Tape,
        a: Any,
        s: Any = None,
        axes: Any = _last,
        norm: Any = None,
        out: Any = None,
        _function: Any = _function,
    ) -> Any:
        source = lift(tape, a)
        count = source.ndim if s is None else len(s)
        axes = tuple(range(-count, 0)) if axes is None else axes
        axes = np.lib.array_utils.normalize_axis_tuple(axes, source.ndim)
        basis = np.eye(source.size).reshape(source.size, *source.shape)
        images = _function(basis, s, axes=tuple(k + 1 for k in axes), norm=norm)
        matrix = images.reshape(source.size, -1).T
        ids = matrix_times(tape, matrix, source.ids.ravel()).reshape(images.shape[1:])
        return deliver(tape, TracedArray(tape, ids), out)

    implements(_function)(_transform_all)
