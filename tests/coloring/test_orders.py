"""Each order meets its definition, checked with a slow count of neighbors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from asdopt._pattern import SparsityPattern
from asdopt.coloring import ORDERS
from asdopt.coloring._graph import AdjacencyGraph, BipartiteSide
from asdopt.coloring._orders import vertex_degrees, vertex_order

squares = st.integers(0, 9).flatmap(lambda n: hnp.arrays(dtype=bool, shape=(n, n)))
rectangles = hnp.arrays(
    dtype=bool, shape=hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=8)
)


def graph_and_neighbors(dense, bipartite):
    if bipartite:
        graph = BipartiteSide.of_columns(SparsityPattern.from_dense(dense))
        adjacent = (dense.astype(int).T @ dense.astype(int)) > 0
    else:
        adjacent = dense | dense.T
        graph = AdjacencyGraph.of_symmetric(SparsityPattern.from_dense(adjacent))
    adjacent &= ~np.eye(len(adjacent), dtype=bool)
    return graph, adjacent


@st.composite
def graphs(draw):
    if draw(st.booleans()):
        return graph_and_neighbors(draw(rectangles), bipartite=True)
    return graph_and_neighbors(draw(squares), bipartite=False)


@given(graphs(), st.sampled_from(ORDERS))
def test_every_order_is_a_permutation(case, order):
    graph, _ = case
    visit = vertex_order(graph, order)
    assert visit.dtype == np.int32
    np.testing.assert_array_equal(np.sort(visit), np.arange(graph.size))


@given(graphs())
def test_degrees_count_neighbors(case):
    graph, adjacent = case
    np.testing.assert_array_equal(vertex_degrees(graph), adjacent.sum(axis=1))


@given(graphs())
def test_largest_first_is_a_stable_sort_by_degree(case):
    graph, adjacent = case
    degrees = adjacent.sum(axis=1)
    expected = sorted(range(graph.size), key=lambda v: -degrees[v])
    assert vertex_order(graph, "largest_first").tolist() == expected


@given(graphs())
def test_smallest_last_takes_the_fewest_neighbors_left_from_the_end(case):
    graph, adjacent = case
    left = set(range(graph.size))
    for v in vertex_order(graph, "smallest_last")[::-1].tolist():
        counts = {w: adjacent[w, list(left)].sum() for w in left}
        assert counts[v] == min(counts.values())
        left.remove(v)


@given(graphs())
def test_incidence_degree_takes_the_most_neighbors_ordered(case):
    graph, adjacent = case
    ordered: list[int] = []
    for v in vertex_order(graph, "incidence_degree").tolist():
        rest = [w for w in range(graph.size) if w not in ordered]
        counts = {w: adjacent[w, ordered].sum() for w in rest}
        assert counts[v] == max(counts.values())
        ordered.append(v)


@given(graphs())
def test_dynamic_largest_first_takes_the_most_neighbors_left(case):
    graph, adjacent = case
    left = set(range(graph.size))
    for v in vertex_order(graph, "dynamic_largest_first").tolist():
        counts = {w: adjacent[w, list(left)].sum() for w in left}
        assert counts[v] == max(counts.values())
        left.remove(v)


@pytest.mark.parametrize("order", ORDERS)
def test_full_rows_are_no_reason_to_look_at_all_pairs(order):
    n = 20_000  # all pairs would be 4e8
    line = np.arange(n)
    rows, cols = np.concatenate([line, 0 * line]), np.concatenate([line, line])
    side = BipartiteSide.of_columns(SparsityPattern(rows, cols, (n, n)))
    assert np.unique(vertex_order(side, order)).size == n
