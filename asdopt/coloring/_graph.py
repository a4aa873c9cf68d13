"""Graphs of a pattern, as the integer arrays that the compiled coloring loops walk.

Bipartite graph: columns on one side, rows on the other, an edge for every entry. Adjacency graph
of a symmetric pattern: a vertex for every column, an edge for every entry below the diagonal.
For bidirectional coloring the adjacency graph of `[0 A'; A 0]` is used: columns are the vertices
0 ... n - 1, rows the vertices n ... n + m - 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from asdopt._pattern import SparsityPattern

__all__ = ["AdjacencyGraph", "BipartiteSide", "hub_numbers"]

IntArray = npt.NDArray[np.int32]

# A vertex with more neighbors than this, and than 1/256 of the largest degree, gets a set of
# colors: below, scanning is faster; the second bound keeps the sets within a multiple of nnz.
_HUB_DEGREE = 256


def hub_numbers(degrees: npt.NDArray[np.integer]) -> tuple[IntArray, int]:
    """Give the vertices of large degree numbers from 0, all others -1; return also the count."""
    largest = int(degrees.max()) if degrees.size else 0
    number = np.full(degrees.size, -1, dtype=np.int32)
    hubs = np.flatnonzero(degrees > max(_HUB_DEGREE, largest // 256))
    number[hubs] = np.arange(hubs.size, dtype=np.int32)
    return number, int(hubs.size)


def _pointers_after(indptr: IntArray, keep: npt.NDArray[np.bool_]) -> IntArray:
    """Return row pointers once only some entries are kept."""
    kept_before = np.concatenate([[0], np.cumsum(keep)])
    return kept_before[indptr].astype(np.int32)


@dataclass(frozen=True)
class BipartiteSide:
    """One side of the bipartite graph: the vertices to be colored, with their rows and back.

    Vertex j touches `rows[indptr[j]:indptr[j + 1]]`; row i touches the vertices
    `cols[row_indptr[i]:row_indptr[i + 1]]`.
    """

    indptr: IntArray
    rows: IntArray
    row_indptr: IntArray
    cols: IntArray

    @classmethod
    def of_columns(cls, pattern: SparsityPattern) -> BipartiteSide:
        """Side of the columns; for the rows, give the transposed pattern."""
        return cls(*pattern.column_structure, pattern.indptr, pattern.cols)

    def without_hubs(self) -> BipartiteSide:
        """Return the graph without the rows of large degree."""
        hub_of_row, num_hubs = hub_numbers(np.diff(self.row_indptr))
        if num_hubs == 0:
            return self
        kept_rows = hub_of_row[self.rows] < 0
        kept_cols = np.repeat(hub_of_row < 0, np.diff(self.row_indptr))
        return BipartiteSide(
            _pointers_after(self.indptr, kept_rows),
            self.rows[kept_rows],
            _pointers_after(self.row_indptr, kept_cols),
            self.cols[kept_cols],
        )

    @property
    def size(self) -> int:
        """Number of vertices to be colored."""
        return self.indptr.size - 1


@dataclass(frozen=True)
class AdjacencyGraph:
    """Undirected graph: vertex v has `neighbors[indptr[v]:indptr[v + 1]]` over `edges[...]`."""

    indptr: IntArray
    neighbors: IntArray
    edges: IntArray

    @classmethod
    def of_symmetric(cls, pattern: SparsityPattern) -> AdjacencyGraph:
        """Graph of a symmetric pattern; the diagonal leaves no trace."""
        keep = pattern.rows != pattern.cols
        if not keep.all():
            pattern = SparsityPattern._from_sorted(
                pattern.rows[keep], pattern.cols[keep], pattern.shape
            )
        below = pattern.rows > pattern.cols
        edges = np.empty(pattern.nnz, dtype=np.int32)
        edges[below] = np.arange(pattern.nnz // 2, dtype=np.int32)
        edges[~below] = edges[pattern.column_major[~below]]
        return cls(pattern.indptr, pattern.cols, edges)

    @classmethod
    def of_bipartite(cls, pattern: SparsityPattern) -> AdjacencyGraph:
        """Graph of `[0 A'; A 0]`: columns first, then rows; an edge for every entry of A."""
        n = pattern.shape[1]
        indptr, rows = pattern.column_structure
        return cls(
            np.concatenate([indptr, np.int32(pattern.nnz) + pattern.indptr[1:]]),
            np.concatenate([rows + np.int32(n), pattern.cols]),
            np.concatenate([pattern.column_major, np.arange(pattern.nnz, dtype=np.int32)]),
        )

    @property
    def size(self) -> int:
        """Number of vertices."""
        return self.indptr.size - 1

    @property
    def num_edges(self) -> int:
        """Number of edges."""
        return self.edges.size // 2

    @property
    def degrees(self) -> IntArray:
        """Number of neighbors of each vertex."""
        return np.diff(self.indptr)
