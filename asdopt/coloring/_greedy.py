"""First-fit greedy colorings: each vertex in turn gets the smallest color not forbidden.

Enters: a graph of `asdopt.coloring._graph` and an order of its vertices. Leaves: colors from 1.
What is forbidden makes the algorithm: a color of a vertex at distance 2 (columns or rows), one
that would leave a two-colored path on four vertices (star), or a two-colored cycle (acyclic).
A coloring that takes more colors than a limit is given up: the vertices left have the color 0.
The loops stand in `_distance2.pyx`, `_star.pyx` and `_acyclic.pyx`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asdopt.coloring._acyclic import color_acyclic
from asdopt.coloring._distance2 import color_distance2
from asdopt.coloring._graph import AdjacencyGraph, BipartiteSide, hub_numbers
from asdopt.coloring._star import color_star

__all__ = ["acyclic_coloring", "distance2_coloring", "star_coloring"]

IntArray = npt.NDArray[np.int32]

_NO_LIMIT = int(np.iinfo(np.int32).max)


def _scratch(size: int) -> IntArray:
    return np.full(size + 2, -1, dtype=np.int32)


def distance2_coloring(side: BipartiteSide, order: IntArray, limit: int = _NO_LIMIT) -> IntArray:
    """Color one side so that no two vertices of one color share a row.

    Equivalently, columns of one color are structurally orthogonal. Cost: the sum over the rows of
    the squared number of their vertices, less for rows with many.

    References
    ----------
    A. H. Gebremedhin, F. Manne, A. Pothen (2005). What Color Is Your Jacobian? Graph Coloring for
    Computing Derivatives. SIAM Review 47(4), Algorithm 3.2 (GREEDYPARTIALD2COLORING).
    """
    colors = np.zeros(side.size, dtype=np.int32)
    hub_of_row, num_hubs = hub_numbers(np.diff(side.row_indptr))
    color_distance2(
        side.indptr,
        side.rows,
        side.row_indptr,
        side.cols,
        order,
        bool((order[1:] > order[:-1]).all()),
        limit,
        hub_of_row,
        num_hubs,
        np.zeros(side.row_indptr.size, dtype=np.uint64),
        colors,
        _scratch(side.size),
        np.empty(num_hubs + 1, dtype=np.int32),
    )
    return colors


def star_coloring(graph: AdjacencyGraph, order: IntArray, limit: int = _NO_LIMIT) -> IntArray:
    """Color so that neighbors differ and every path on four vertices has three colors.

    Then the vertices of any two colors form disjoint stars, and an entry (i, j) can be read from
    the product of the color of the star's hub, in the row of its spoke.

    References
    ----------
    A. H. Gebremedhin, A. Tarafdar, F. Manne, A. Pothen (2007). New Acyclic and Star Coloring
    Algorithms with Application to Computing Hessians. SIAM Journal on Scientific Computing
    29(3), Algorithm 4.1.
    """
    size = graph.size
    colors = np.zeros(size, dtype=np.int32)
    hub_number, num_hubs = hub_numbers(graph.degrees)
    color_star(
        graph.indptr,
        graph.neighbors,
        graph.edges,
        order,
        limit,
        hub_number,
        num_hubs,
        colors,
        np.empty(graph.num_edges, dtype=np.int32),
        np.empty(graph.num_edges, dtype=np.int32),
        np.empty(graph.edges.size, dtype=np.int32),
        np.zeros(size, dtype=np.int32),
        _scratch(size),
        _scratch(size),
        _scratch(size),
        _scratch(size),
        np.empty(2 * num_hubs + 1, dtype=np.int32),
    )
    return colors


def acyclic_coloring(graph: AdjacencyGraph, order: IntArray, limit: int = _NO_LIMIT) -> IntArray:
    """Color so that neighbors differ and every cycle has at least three colors.

    Then the vertices of any two colors form disjoint trees, whose entries follow one from the
    other by subtraction, from the leaves inwards.

    References
    ----------
    A. H. Gebremedhin, A. Tarafdar, F. Manne, A. Pothen (2007). New Acyclic and Star Coloring
    Algorithms with Application to Computing Hessians. SIAM Journal on Scientific Computing
    29(3), Algorithm 3.1.
    """
    size, num_edges = graph.size, graph.num_edges
    colors = np.zeros(size, dtype=np.int32)
    hub_number, num_hubs = hub_numbers(graph.degrees)
    color_acyclic(
        graph.indptr,
        graph.neighbors,
        graph.edges,
        order,
        limit,
        hub_number,
        num_hubs,
        colors,
        np.empty(num_edges, dtype=np.int32),
        np.empty(num_edges, dtype=np.int32),
        np.full(num_edges, -1, dtype=np.int32),
        np.empty(num_edges, dtype=np.int32),
        _scratch(size),
        _scratch(size),
        _scratch(size),
        _scratch(size),
        np.empty(num_hubs + 1, dtype=np.int32),
    )
    return colors
