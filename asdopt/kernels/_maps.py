"""Affine maps that instances read as one variable, and what their derivatives spread to.

With z = L x + b the Jacobian of g(z) is g'(z) L and its Hessian L' g''(z) L: a kernel computes g'
and g'' as local values, and a sparse matrix that is known when the problem is prepared spreads
them over the entries of the columns of L. Nothing is expanded inside the kernels.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from asdopt.kernels._machine import Sparse
from asdopt.kernels._terms import flatten
from asdopt.tracing._trace import Trace

__all__ = ["AffineMaps", "Spread"]

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]
Find = Callable[[IntArray, IntArray], IntArray]


class AffineMaps:
    """Affine expressions of the inputs, by rows.

    Parameters
    ----------
    trace : Trace
    nodes : ndarray of int32
        Sorted ids of the expressions' nodes.
    """

    def __init__(self, trace: Trace, nodes: IntArray) -> None:
        self.nodes = nodes
        self.base, (self._indptr, self._cols, self._coefs), _, _ = flatten(trace, nodes, 1 << 62)

    def __len__(self) -> int:
        return len(self.nodes)

    def sizes(self, maps: IntArray) -> npt.NDArray[np.intp]:
        """Return the number of variables of some maps."""
        return np.diff(self._indptr)[maps]

    def sparse(self) -> Sparse | None:
        """Return the matrix L."""
        if not len(self):
            return None
        rows = np.arange(len(self), dtype=np.int32)
        return Sparse(rows, self._indptr, self._cols, self._coefs)

    def expand(
        self, maps: IntArray, owners: npt.NDArray[np.intp]
    ) -> tuple[npt.NDArray[np.intp], IntArray, FloatArray]:
        """Variables and coefficients of maps, each with its owner's number."""
        start, size = self._indptr[maps], self.sizes(maps)
        first = np.cumsum(size) - size
        inner = np.arange(size.sum()) + np.repeat(start - first, size)
        return np.repeat(owners, size), self._cols[inner], self._coefs[inner]


class Spread:
    """Collects ``(place, local value, coefficient)`` of one kind of result.

    Parameters
    ----------
    maps : AffineMaps
    first_map : int
        Place of the first map among the variables that instances read.
    find : callable
        ``find(rows, cols)`` returns places, -1 where there is none.
    """

    def __init__(self, maps: AffineMaps, first_map: int, find: Find) -> None:
        self._maps = maps
        self._first_map = first_map
        self._find = find
        self._parts: list[tuple[IntArray, npt.NDArray[np.intp], FloatArray]] = []
        self.num_local = 0

    def _local(self, count: int) -> npt.NDArray[np.intp]:
        start = self.num_local
        self.num_local += count
        return np.arange(start, start + count)

    def _put(
        self,
        rows: IntArray,
        cols: IntArray,
        local: npt.NDArray[np.intp],
        coefs: FloatArray,
    ) -> None:
        places = self._find(rows, cols)
        there = places >= 0
        self._parts.append((places[there], local[there], coefs[there]))

    def first(self, rows: IntArray, slots: IntArray) -> IntArray:
        """Spread derivatives of rows with respect to maps; return the places of local values."""
        local = self._local(len(slots))
        owners, cols, coefs = self._maps.expand(slots - self._first_map, np.arange(len(slots)))
        self._put(rows[owners], cols, local[owners], coefs)
        return local.astype(np.int32)

    def second(self, slots: IntArray, others: IntArray, is_map: tuple[bool, bool]) -> IntArray:
        """Spread second derivatives with respect to two slots, at least one of them a map.

        The pair stands for both of its orders in the quadratic form, so an entry that falls on
        the diagonal counts twice.
        """
        owners, rows, cols, coefs = self._pairs(slots, others, is_map)
        coefs[rows == cols] *= 2.0
        return self._put_lower(len(slots), owners, rows, cols, coefs)

    def square(self, slots: IntArray) -> IntArray:
        """Spread second derivatives with respect to one map."""
        owners, rows, cols, coefs = self._pairs(slots, slots, (True, True))
        keep = rows >= cols
        return self._put_lower(len(slots), owners[keep], rows[keep], cols[keep], coefs[keep])

    def _put_lower(
        self,
        count: int,
        owners: npt.NDArray[np.intp],
        rows: IntArray,
        cols: IntArray,
        coefs: FloatArray,
    ) -> IntArray:
        local = self._local(count)
        self._put(np.maximum(rows, cols), np.minimum(rows, cols), local[owners], coefs)
        return local.astype(np.int32)

    def _pairs(
        self, slots: IntArray, others: IntArray, is_map: tuple[bool, bool]
    ) -> tuple[npt.NDArray[np.intp], IntArray, IntArray, FloatArray]:
        """All pairs of a variable of the first and one of the second side of an instance."""
        owners = np.arange(len(slots))
        (owners_a, rows, coefs), (owners_b, cols, coefs_b) = (
            self._maps.expand(side - self._first_map, owners)
            if mapped
            else (owners, side, np.ones(len(side)))
            for side, mapped in zip((slots, others), is_map, strict=True)
        )
        size_b = np.bincount(owners_b, minlength=len(slots))
        first_b = np.cumsum(size_b) - size_b
        repeat = size_b[owners_a]
        start = np.cumsum(repeat) - repeat
        inner = np.arange(repeat.sum()) + np.repeat(first_b[owners_a] - start, repeat)
        values = np.repeat(coefs, repeat) * coefs_b[inner]
        return np.repeat(owners_a, repeat), np.repeat(rows, repeat), cols[inner], values

    def places(self) -> IntArray:
        """Return the places that something is added to."""
        return np.concatenate([np.empty(0, dtype=np.int32), *(part[0] for part in self._parts)])

    def sparse(self) -> Sparse | None:
        """Return the matrix from local values to places."""
        if not self._parts:
            return None
        places, local, coefs = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        order = np.argsort(places, kind="stable")
        places = places[order]
        begins = np.flatnonzero(np.diff(places, prepend=-1))
        return Sparse(
            places[begins].astype(np.int32),
            np.append(begins, len(places)),
            local[order].astype(np.int32),
            coefs[order],
        )
