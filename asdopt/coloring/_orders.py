"""Orders in which a greedy coloring visits the vertices.

Enters: a graph. Leaves: a permutation of its vertices. The order decides how many colors a greedy
coloring takes; none is best for all patterns.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt.coloring._distance2 import distance2_degrees
from asdopt.coloring._graph import AdjacencyGraph, BipartiteSide

__all__ = ["ORDERS", "vertex_degrees", "vertex_order"]

IntArray = npt.NDArray[np.int32]
Graph = AdjacencyGraph | BipartiteSide

ORDERS = ("natural", "largest_first")


def vertex_degrees(graph: Graph) -> IntArray:
    """Degrees that orders go by: number of neighbors, or of vertices at distance 2 (bipartite)."""
    if isinstance(graph, AdjacencyGraph):
        return graph.degrees
    degrees = np.zeros(graph.size, dtype=np.int32)
    seen = np.full(graph.size, -1, dtype=np.int32)
    distance2_degrees(graph.indptr, graph.rows, graph.row_indptr, graph.cols, seen, degrees)
    return degrees


def vertex_order(graph: Graph, order: str) -> IntArray:
    """Return the vertices in the order of the given name."""
    if order == "natural":
        return np.arange(graph.size, dtype=np.int32)
    if order == "largest_first":
        return np.argsort(-vertex_degrees(graph), kind="stable").astype(np.int32)
    raise InputError(f"order={order!r} was asked for; known orders are {', '.join(ORDERS)}.")
