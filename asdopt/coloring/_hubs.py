"""Symmetric patterns with a few full rows: hubs that are told apart by their colors.

Greedy colorings may give hubs without an entry in common one color, and are then left with a color
of its own for each vertex that lies between two of them: as many colors as columns. With edges
added between all hubs these take different colors, and few are needed. A star or acyclic coloring
of the graph with more edges is one of the graph itself.
"""

from __future__ import annotations

import numpy as np

from asdopt._pattern import SparsityPattern
from asdopt.coloring._graph import AdjacencyGraph

__all__ = ["graph_with_joined_hubs"]


def graph_with_joined_hubs(pattern: SparsityPattern, num_colors: int) -> AdjacencyGraph | None:
    """Return the adjacency graph in which the k fullest vertices are neighbors of each other.

    k colors tell the hubs apart and about as many as the fullest other vertex has neighbors are
    needed beside them: k makes the sum of the two small. None where that cannot save any of
    `num_colors` colors.
    """
    counts = pattern.row_counts
    by_fullness = np.argsort(-counts, kind="stable")
    estimate = np.append(counts[by_fullness], 0) + np.arange(counts.size + 1)
    num_hubs = int(estimate.argmin())
    if not 2 <= num_hubs < num_colors - 1:
        return None
    hubs = by_fullness[:num_hubs]
    clique = SparsityPattern(np.repeat(hubs, num_hubs), np.tile(hubs, num_hubs), pattern.shape)
    return AdjacencyGraph.of_symmetric(pattern | clique)
