"""Orders in which a greedy coloring visits the vertices.

Enters: a graph. Leaves: a permutation of its vertices. The order decides how many colors a greedy
coloring takes; none is best for all patterns.

The degree of a vertex is its number of neighbors; on one side of a bipartite graph the number of
vertices with which it shares a row. The dynamic orders count only some of the neighbors:

- smallest last: fill the order from its end, each time with the vertex that has the fewest
  neighbors among those not yet ordered;
- incidence degree: fill it from its start with the vertex that has the most neighbors already
  ordered. On chordal graphs this is a perfect elimination order, reversed (Tarjan, Yannakakis
  1984), with which greedy acyclic colorings are optimal;
- dynamic largest first: fill it from its start with the vertex that has the most neighbors not yet
  ordered.

Rows with more than a few hundred entries are left out of the dynamic counts, and their overlaps
are counted twice in the static ones, since looking at all their pairs would take quadratic time.

References
----------
A. H. Gebremedhin, D. Nguyen, M. M. A. Patwary, A. Pothen (2013). ColPack: Software for graph
coloring and related problems in scientific computing. ACM Transactions on Mathematical Software
40(1), section 5.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt.coloring._distance2 import distance2_degrees
from asdopt.coloring._dynamic_order import dynamic_order
from asdopt.coloring._graph import AdjacencyGraph, BipartiteSide, hub_numbers

__all__ = ["ORDERS", "Order", "order_list", "vertex_degrees", "vertex_order"]

IntArray = npt.NDArray[np.int32]
Graph = AdjacencyGraph | BipartiteSide
Order = str | Sequence[str] | npt.ArrayLike

ORDERS = (
    "natural",
    "random",
    "largest_first",
    "smallest_last",
    "incidence_degree",
    "dynamic_largest_first",
)
# random(3): the random order of seed 3, so that a list of orders can hold several
_NUMBERED_RANDOM = re.compile(r"random\((\d+)\)")
# name -> (degrees go up, the largest is taken, the order is filled from its end)
_DYNAMIC = {
    "smallest_last": (False, False, True),
    "incidence_degree": (True, True, False),
    "dynamic_largest_first": (False, True, False),
}


def order_list(order: Order) -> list[tuple[str, Any]]:
    """Return the orders to try, each with the name it has in the result."""
    if isinstance(order, str):
        return [(order, order)]
    if isinstance(order, Sequence) and order and all(isinstance(name, str) for name in order):
        return [(str(name), name) for name in order]
    return [("given order", order)]


def _distance2_degrees(side: BipartiteSide, hub_of_row: IntArray) -> IntArray:
    degrees = np.zeros(side.size, dtype=np.int32)
    seen = np.full(side.size, -1, dtype=np.int32)
    distance2_degrees(side.indptr, side.rows, side.row_indptr, side.cols, hub_of_row, seen, degrees)
    return degrees


def vertex_degrees(graph: Graph) -> IntArray:
    """Degrees that orders go by: number of neighbors, or of vertices at distance 2 (bipartite)."""
    if isinstance(graph, AdjacencyGraph):
        return graph.degrees
    return _distance2_degrees(graph, hub_numbers(np.diff(graph.row_indptr))[0])


def _dynamic(graph: Graph, name: str) -> IntArray:
    increasing, largest, from_end = _DYNAMIC[name]
    size = graph.size
    if isinstance(graph, AdjacencyGraph):
        empty = np.empty(0, dtype=np.int32)
        arrays = (graph.indptr, graph.neighbors, empty, empty)
        degrees = graph.degrees
    else:
        side = graph.without_hubs()
        arrays = (side.indptr, side.rows, side.row_indptr, side.cols)
        degrees = _distance2_degrees(side, np.full(side.row_indptr.size - 1, -1, dtype=np.int32))
    top = int(degrees.max(initial=0))
    if increasing:
        degrees = np.zeros(size, dtype=np.int32)
    head = np.empty(top + 1, dtype=np.int32)
    following, previous, seen, order = (np.full(size, -1, dtype=np.int32) for _ in range(4))
    distance2 = isinstance(graph, BipartiteSide)
    dynamic_order(
        *arrays, distance2, increasing, largest, degrees, head, following, previous, seen, order
    )
    return np.ascontiguousarray(order[::-1]) if from_end else order


def _explicit(graph: Graph, order: npt.ArrayLike) -> IntArray:
    given = np.asarray(order)
    n = graph.size
    if given.dtype.kind not in "iu" or given.shape != (n,):
        raise InputError(
            f"order must be a name, a list of names, or a permutation of 0 ... {n - 1}; got an "
            f"array of shape {given.shape} and dtype {given.dtype}."
        )
    if not np.array_equal(np.sort(given), np.arange(n)):
        missing = np.setdiff1d(np.arange(n), given)
        raise InputError(
            f"The order given visits {given.size - missing.size} of {n} vertices; it never visits "
            f"{missing[0]}. It must be a permutation of 0 ... {n - 1}."
        )
    return given.astype(np.int32)


def vertex_order(graph: Graph, order: str | npt.ArrayLike, seed: int = 0) -> IntArray:
    """Return the vertices in the order of a name, or in the order given.

    Parameters
    ----------
    graph : AdjacencyGraph or BipartiteSide
        The graph whose vertices are colored.
    order : str or array_like of int
        A name of `ORDERS`, "random(seed)", or a permutation of the vertices.
    seed : int
        Seed of the random order; the same seed gives the same order.
    """
    if not isinstance(order, str):
        return _explicit(graph, order)
    if order == "natural":
        return np.arange(graph.size, dtype=np.int32)
    if numbered := _NUMBERED_RANDOM.fullmatch(order):
        order, seed = "random", int(numbered[1])
    if order == "random":
        return np.random.default_rng(seed).permutation(graph.size).astype(np.int32)
    if order == "largest_first":
        return np.argsort(-vertex_degrees(graph), kind="stable").astype(np.int32)
    if order in _DYNAMIC:
        return _dynamic(graph, order)
    raise InputError(f"order={order!r} was asked for; known orders are {', '.join(ORDERS)}.")
