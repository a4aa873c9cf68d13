"""Affine maps that instances read as one variable, and what their derivatives spread to.

With z = L x + b the Jacobian of g(z) is g'(z) L and its Hessian L' g''(z) L: a kernel computes g'
and g'' as local values, and a sparse matrix that is known when the problem is prepared spreads
them over the entries of the columns of L. Nothing is expanded inside the kernels. The values z come
from the operations on the tape: where z decides something, ties fall as in plain Python.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from asdopt._pattern import SparsityPattern
from asdopt.kernels._affine import AffineTape
from asdopt.kernels._job import Sparse, Weighted
from asdopt.kernels._order import in_front
from asdopt.kernels._positions import find_entries, find_positions
from asdopt.kernels._spread import Maps, by_local, by_place, expand_first, expand_second
from asdopt.kernels._terms import flatten
from asdopt.tracing._live import live_nodes
from asdopt.tracing._trace import Trace

__all__ = ["NOT_WHOLE", "AffineMaps", "Lookup", "Spread"]

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]

# Variables of a map that cannot be spread over its variables.
NOT_WHOLE: Final = 1 << 40
# Entries of a run that are worth more than an index for each of them.
_LONG_RUN: Final = 4


class AffineMaps:
    """Affine expressions of the inputs, by rows.

    Parameters
    ----------
    trace : Trace
    nodes : ndarray of int32
        Sorted ids of the expressions' nodes.
    room : ndarray of float64
        Two numbers for each node of the trace, to work in.
    """

    def __init__(self, trace: Trace, nodes: IntArray, room: FloatArray) -> None:
        self.nodes = nodes
        self._trace = trace
        self._first_map = trace.num_inputs + trace.num_parameters
        _, linear, terms, _ = flatten(trace, nodes, 1 << 62, room)
        self._indptr, self._cols, self._coefs = linear
        # Coefficients out of the range of numbers are not multiplied out: terms are left over.
        self._is_whole = np.diff(terms[0]) > 0

    def __len__(self) -> int:
        return len(self.nodes)

    def widths(self, nodes: IntArray) -> FloatArray:
        """Return how many variables each node has that a kernel reads.

        ``NOT_WHOLE`` for maps that have no coefficients that can be multiplied out.
        """
        places = np.searchsorted(self.nodes, nodes)
        places[places == len(self)] = 0
        sizes = np.where(self._is_whole, NOT_WHOLE, np.diff(self._indptr))
        return np.where(self.nodes[places] == nodes, sizes[places], 1.0)

    def numbered(self, nodes: IntArray) -> IntArray:
        """Return where nodes that kernels read stand: inputs, parameters, maps."""
        is_map = nodes >= self._first_map
        if not is_map.any():
            return nodes
        numbers = self._first_map + np.searchsorted(self.nodes, nodes).astype(np.int32)
        return np.where(is_map, numbers, nodes)

    def tape(self, is_first: npt.NDArray[np.bool_]) -> AffineTape | None:
        """Return the operations that give the maps' values.

        Parameters
        ----------
        is_first : ndarray of bool
            Maps that the objective reads: what they need stands in front.
        """
        trace = self._trace
        if not len(self):
            return None
        no_guards = np.empty(0, dtype=np.int32)
        number, arrays = live_nodes(
            trace.op,
            trace.a,
            trace.b,
            trace.val,
            trace.pool_ids,
            trace.pool_weights,
            self.nodes,
            no_guards,
            self._first_map,
        )
        ends = number[self.nodes]
        needed = live_nodes(*arrays, ends[is_first], no_guards, self._first_map)[0] >= 0
        number, arrays = in_front(arrays, needed)
        return AffineTape(*arrays, number[ends], self._first_map, int(np.count_nonzero(needed)))

    def rows(self) -> Maps:
        """Return the matrix L for the passes that expand, maps numbered after the leaves."""
        return Maps(self._indptr, self._cols, self._coefs, self._first_map)


class Lookup:
    """Positions of entries in a pattern, -1 where there is none.

    Parameters
    ----------
    pattern : SparsityPattern
    """

    def __init__(self, pattern: SparsityPattern) -> None:
        counts = np.bincount(pattern.rows, minlength=pattern.shape[0])
        self.indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
        self.cols = pattern.cols

    def __call__(self, rows: IntArray, cols: IntArray) -> IntArray:
        """Return the positions of entries."""
        rows = np.ascontiguousarray(rows, dtype=np.int32)
        cols = np.ascontiguousarray(cols, dtype=np.int32)
        return find_positions(self.indptr, self.cols, rows, cols)

    def entries(
        self,
        rows: IntArray,
        cols: IntArray,
        keys: list[tuple[int, int]],
        *,
        shift: int = 0,
        lower: bool = False,
    ) -> IntArray:
        """Return the positions of entries of all instances, as :func:`find_entries` does."""
        return find_entries(self.indptr, self.cols, rows, cols, keys, shift, lower)


class Spread:
    """Collects ``(place, local value, coefficient)`` of one kind of result.

    Parameters
    ----------
    maps : Maps
    lookup : Lookup or None
        Where the result has its entries; None for a gradient, which is dense.
    size : int
        Number of places.
    """

    def __init__(self, maps: Maps, lookup: Lookup | None, size: int) -> None:
        self._maps = maps
        self._dense = lookup is None
        self._indptr = np.zeros(1, dtype=np.intp) if lookup is None else lookup.indptr
        self._cols = np.empty(0, dtype=np.int32) if lookup is None else lookup.cols
        self._size = size
        self._parts: list[tuple[IntArray, IntArray, FloatArray]] = []
        self.num_local = 0

    def room(self, count: int) -> IntArray:
        """Make room for local values; return their places."""
        start = self.num_local
        self.num_local += count
        return np.arange(start, start + count, dtype=np.int32)

    def first(self, rows: IntArray, slots: IntArray) -> IntArray:
        """Spread derivatives of rows with respect to maps; return the places of local values."""
        local = self.room(len(slots))
        rows, slots = np.ascontiguousarray(rows), np.ascontiguousarray(slots)
        start = int(local[0])
        self._parts.append(
            expand_first(self._maps, rows, slots, start, self._indptr, self._cols, self._dense)
        )
        return local

    def second(self, slots: IntArray, others: IntArray | None, local: IntArray) -> None:
        """Spread second derivatives with respect to two slots, or twice to one (None)."""
        slots = np.ascontiguousarray(slots)
        square = others is None
        others = slots if others is None else np.ascontiguousarray(others)
        self._parts.append(
            expand_second(self._maps, slots, others, square, local, self._indptr, self._cols)
        )

    def places(self) -> IntArray:
        """Return the places that something is added to."""
        return np.concatenate([np.empty(0, dtype=np.int32), *(part[0] for part in self._parts)])

    def matrix(self) -> Sparse | Weighted | None:
        """Return the matrix from local values to places, by places or by local values.

        By local values, where each has runs of consecutive places, as the rows of dense matrices
        have: no index is read for each entry.
        """
        if not self._parts:
            return None
        places, local, coefs = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        if not len(places):
            return None
        rows, indptr, num_runs = by_local(places, local)
        if _LONG_RUN * num_runs > len(places):
            return Sparse(*by_place(places, local, coefs, self._size))
        return Weighted(rows, indptr, places, coefs)
