"""Elementwise functions outside of the operator table, recorded with derivatives of their own.

Enters: vectorized value, first and second derivatives, and operands. Leaves: one external call
on the tape for the whole array. Used by ``_special_table.py`` for functions of SciPy and by
``asdopt.extend`` for those of users.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from asdopt._ops import CODE
from asdopt.tracing._array_base import wrap
from asdopt.tracing._lift import lift
from asdopt.tracing._tape import Tape

__all__ = ["Derivative", "record"]

FloatArray = npt.NDArray[np.float64]
Derivative = Callable[..., Any] | None


def _pairs(arity: int) -> list[tuple[int, int]]:
    """Pairs of operands of the second derivatives, of two: xx, xy, yy."""
    return list(combinations_with_replacement(range(arity), 2))


def record(
    tape: Tape,
    operands: Sequence[Any],
    value: Callable[..., Any],
    first: tuple[Derivative, ...],
    second: tuple[Derivative, ...],
) -> Any:
    """Record an elementwise function of its operands, with broadcasting.

    Parameters
    ----------
    tape : Tape
    operands : sequence
        Numbers, arrays, traced values.
    value : callable
        Vectorized function of flat float arrays of one length.
    first, second : tuple of callable or None
        Partial derivatives, one per operand, and those of pairs, ``(xx,)``, ``(xx, xy, yy)`` or
        ``(xx, xy, xz, yy, yz, zz)``; None where one vanishes identically.

    Returns
    -------
    traced array or scalar
    """
    arrays = np.broadcast_arrays(*(lift(tape, x).ids for x in operands))
    ids = np.stack([a.reshape(-1) for a in arrays], axis=1)
    if not ids.size:
        return wrap(tape, arrays[0].copy())
    box = _Elementwise(value, first, second, ids.shape[0])
    inputs = ids.reshape(-1)
    out = tape.external(box, inputs, box.values(tape.values(inputs)), *box.terms(tape, ids))
    return wrap(tape, out.reshape(arrays[0].shape))


class _Elementwise:
    """One recorded call: inputs interleaved, x0 y0 x1 y1 ..., one result for each."""

    def __init__(
        self,
        value: Callable[..., Any],
        first: tuple[Derivative, ...],
        second: tuple[Derivative, ...],
        count: int,
    ) -> None:
        self.value = value
        self.first = first
        self.second = second
        self.count = count
        self.depends = [k for k, d in enumerate(first) if d is not None]
        self.row_lengths = np.full(count, len(self.depends), dtype=np.int32)

    def terms(
        self, tape: Tape, ids: npt.NDArray[np.int32]
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int32]]:
        """Slices and nodes of the terms: operands, then surrogates of the second derivatives."""
        columns = [ids[:, k] for k in self.depends]
        multiply = CODE["multiply"]
        for (i, j), derivative in zip(_pairs(len(self.first)), self.second, strict=True):
            if derivative is not None:
                columns.append(tape.block(multiply, ids[:, i], ids[:, j]))
        width = len(columns)
        indptr = np.arange(0, width * self.count + 1, width) if width else [0] * (self.count + 1)
        flat = np.stack(columns, axis=1).reshape(-1) if columns else np.empty(0, dtype=np.int32)
        return np.asarray(indptr, dtype=np.intp), flat

    def _apply(self, function: Callable[..., Any], x: FloatArray) -> FloatArray:
        operands = x.reshape(self.count, len(self.first)).T
        found = np.asarray(function(*operands), dtype=np.float64)
        return np.broadcast_to(found, (self.count,)).copy()

    def values(self, x: FloatArray) -> FloatArray:
        """Results, shape (count,)."""
        return self._apply(self.value, x)

    def jacobian_values(self, x: FloatArray) -> FloatArray:
        """Values of the partials that do not vanish identically, row-major."""
        parts = [self._apply(d, x) for d in self.first if d is not None]
        return np.stack(parts, axis=1).reshape(-1) if parts else np.empty(0)

    def hessian(self, x: FloatArray, weights: FloatArray) -> sparse.csr_array:
        """Hessian of the weighted sum, block diagonal and sparse."""
        arity = len(self.first)
        base = np.arange(self.count) * arity
        rows, cols, values = [], [], []
        for (i, j), derivative in zip(_pairs(arity), self.second, strict=True):
            if derivative is None:
                continue
            part = weights * self._apply(derivative, x)
            for r, c in {(i, j), (j, i)}:
                rows.append(base + r)
                cols.append(base + c)
                values.append(part)
        size = arity * self.count
        if not rows:
            return sparse.csr_array((size, size))
        places = (np.concatenate(rows), np.concatenate(cols))
        return sparse.csr_array((np.concatenate(values), places), shape=(size, size))
