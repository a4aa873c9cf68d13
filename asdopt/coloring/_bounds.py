"""Lower bounds: how many products any coloring needs, with the reason in words.

Enters: a pattern and a kind of coloring. Leaves: a number and what proves it. A greedy coloring
that meets the bound is optimal, without any search.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from asdopt._pattern import SparsityPattern
from asdopt.coloring._graph import AdjacencyGraph
from asdopt.coloring._orders import vertex_order

__all__ = ["lower_bound"]

# Largest number of pairs of entries that the search for a clique looks at.
_MOST_PAIRS = 5_000_000


def _clique_beyond_row(pattern: SparsityPattern, row: int) -> int:
    """Size of a set of columns that pairwise share a row: those of one row, greedily enlarged."""
    start, stop = int(pattern.indptr[row]), int(pattern.indptr[row + 1])
    members = pattern.cols[start:stop]
    row_counts = pattern.row_counts
    matrix = pattern.to_scipy(np.ones(pattern.nnz))
    touched = sparse.csr_array(matrix[:, members])
    if float(np.diff(touched.indptr) @ row_counts) > _MOST_PAIRS:
        return int(members.size)
    shared = sparse.csr_array(matrix.T @ touched)
    reaches_all = np.diff(shared.indptr) == members.size
    reaches_all[members] = False
    clique: list[int] = []
    columns = matrix.tocsc()
    for candidate in np.flatnonzero(reaches_all)[:200].tolist():
        others = columns[:, clique] if clique else None
        if others is None or (columns[:, [candidate]].T @ others).nnz == len(clique):
            clique.append(candidate)
    return int(members.size) + len(clique)


def _columns(pattern: SparsityPattern, line: str) -> tuple[int, str]:
    counts = pattern.row_counts
    if counts.size == 0 or not counts.any():
        return 0, "there are no nonzeros"
    fullest = int(counts.argmax())
    size = int(counts[fullest])
    clique = _clique_beyond_row(pattern, fullest)
    if clique > size:
        other = "column" if line == "row" else "row"
        return clique, f"{clique} {other}s pairwise share a {line}"
    return size, f"{line} {fullest} has {size} nonzeros"


def _least_products(
    size: npt.NDArray[np.int64], entries: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Smallest c with size * c - c * (c - 1) / 2 >= entries."""
    twice = 2 * size + 1
    root = np.sqrt(np.maximum(twice * twice - 8 * entries, 0).astype(float))
    least = np.maximum(((twice - root) / 2).astype(np.int64) - 1, 0)
    for _ in range(3):  # the square root may be off by one
        least = least + (size * least - least * (least - 1) // 2 < entries)
    return np.asarray(least)


def _too_few(products: int) -> str:
    if products == 0:
        return "and without a product there are no numbers"
    count = "1 product gives" if products == 1 else f"{products} products give"
    return f"and {count} fewer numbers"


def _symmetric(pattern: SparsityPattern) -> tuple[int, str]:
    """Count: c products with a symmetric k x k matrix are at most k c - c (c - 1) / 2 numbers.

    This holds for every principal submatrix; those left while vertices of least degree are taken
    away one by one are tried.
    """
    n = pattern.shape[0]
    if pattern.nnz == 0:
        return 0, "there are no nonzeros"
    order = vertex_order(AdjacencyGraph.of_symmetric(pattern), "smallest_last")
    rank = np.empty(n, dtype=np.int64)
    rank[order] = np.arange(n)
    keep = pattern.rows >= pattern.cols
    last = np.maximum(rank[pattern.rows[keep]], rank[pattern.cols[keep]])
    entries = np.cumsum(np.bincount(last, minlength=n))
    least = _least_products(np.arange(1, n + 1), entries)
    # Of equal bounds the largest submatrix tells most.
    best = n - 1 - int(least[::-1].argmax())
    size, count, bound = best + 1, int(entries[best]), int(least[best])
    where = "the matrix has" if size == n else f"a principal submatrix of {size} columns has"
    return bound, f"{where} {count} unknowns, {_too_few(bound - 1)}"


def _bidirectional(pattern: SparsityPattern) -> tuple[int, str]:
    """Count: a product of rows has n numbers, a product of columns m."""
    longest = max(pattern.shape)
    if pattern.nnz == 0:
        return 0, "there are no nonzeros"
    bound = -(-pattern.nnz // longest)
    return bound, f"there are {pattern.nnz} unknowns, {_too_few(bound - 1)}"


def lower_bound(pattern: SparsityPattern, partition: str) -> tuple[int, str]:
    """Return a number of products that no coloring can undercut, and why."""
    if partition == "column":
        return _columns(pattern, "row")
    if partition == "row":
        return _columns(pattern.T, "column")
    if partition == "symmetric":
        return _symmetric(pattern)
    return _bidirectional(pattern)
