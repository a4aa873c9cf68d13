"""Lower bounds hold, and searches end with the fewest colors."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from asdopt._errors import ColoringError
from asdopt._pattern import SparsityPattern
from asdopt.coloring import Coloring, color, color_optimal
from asdopt.testing import check_coloring

small = hnp.arrays(
    dtype=bool, shape=hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=3)
)
small_squares = st.integers(1, 4).flatmap(lambda n: hnp.arrays(dtype=bool, shape=(n, n)))


def fewest_by_brute_force(pattern, partition, decompression):
    """Try all colorings whatever, with the slow checker."""
    m, n = pattern.shape
    num_rows = m if partition in {"row", "bidirectional"} else 0
    num_columns = n if partition != "row" else 0
    best = num_rows + num_columns
    for colors in itertools.product(range(max(m, n) + 1), repeat=num_rows + num_columns):
        rows, columns = (
            np.array(c, dtype=np.int32) for c in (colors[:num_rows], colors[num_rows:])
        )
        count = rows.max(initial=0) + columns.max(initial=0)
        if count >= best:
            continue
        coloring = Coloring(
            pattern,
            partition,
            decompression,
            "tried",
            "tried",
            rows if partition in {"row", "bidirectional"} else None,
            columns if partition != "row" else None,
        )
        try:
            check_coloring(pattern, coloring)
        except ColoringError:
            continue
        best = count
    return best


@settings(max_examples=25)
@given(small, st.sampled_from(["column", "row"]), st.sampled_from(["direct", "substitution"]))
def test_one_sided_searches_find_the_fewest(dense, partition, decompression):
    pattern = SparsityPattern.from_dense(dense)
    found = color_optimal(pattern, partition, decompression)
    assert found.is_optimal
    assert found.num_colors == fewest_by_brute_force(pattern, partition, "direct")


@settings(max_examples=25)
@given(small_squares, st.sampled_from(["direct", "substitution"]))
def test_symmetric_searches_find_the_fewest(dense, decompression):
    pattern = SparsityPattern.from_dense(dense | dense.T)
    found = color_optimal(pattern, "symmetric", decompression)
    check_coloring(pattern, found)
    assert found.is_optimal
    assert found.num_colors == fewest_by_brute_force(pattern, "symmetric", decompression)


@settings(max_examples=10, deadline=None)
@given(
    hnp.arrays(dtype=bool, shape=st.sampled_from([(2, 2), (2, 3), (3, 2)])),
    st.sampled_from(["direct", "substitution"]),
)
def test_bidirectional_searches_find_the_fewest(dense, decompression):
    pattern = SparsityPattern.from_dense(dense)
    found = color_optimal(pattern, "bidirectional", decompression)
    check_coloring(pattern, found)
    assert found.is_optimal
    assert found.num_colors == fewest_by_brute_force(pattern, "bidirectional", decompression)


def test_a_clique_beyond_one_row_raises_the_bound():
    # three columns that pairwise share a row, two entries a row: a triangle
    triangle = SparsityPattern.from_dense([[1, 1, 0], [0, 1, 1], [1, 0, 1]])
    coloring = color(triangle)
    assert coloring.lower_bound == coloring.num_colors == 3
    assert "3 columns pairwise share a row" in repr(coloring)
    assert "3 rows pairwise share a column" in repr(color(triangle, "row"))


def test_the_bound_of_a_dense_block_in_a_sparse_symmetric_matrix_is_its_size():
    dense = np.eye(40, dtype=bool)
    dense[10:16, 10:16] = True
    pattern = SparsityPattern.from_dense(dense)
    coloring = color(pattern, "symmetric")
    assert coloring.lower_bound == coloring.num_colors == 6
    assert coloring.is_optimal


@pytest.mark.parametrize("partition", ["column", "row", "symmetric", "bidirectional"])
def test_bounds_of_nothing(partition):
    for size in (0, 3):
        coloring = color(SparsityPattern([], [], (size, size)), partition, postprocess=True)
        assert coloring.lower_bound == 0
        assert "there are no nonzeros" in repr(coloring)


def test_searches_improve_on_greedy_colorings():
    # a crown: greedy in this order takes one color for each pair
    n = 5
    dense = np.zeros((n * n, 2 * n), dtype=bool)
    for row, (i, j) in enumerate((i, j) for i in range(n) for j in range(n) if i != j):
        dense[row, [2 * i, 2 * j + 1]] = True
    pattern = SparsityPattern.from_dense(dense)
    assert color(pattern).num_colors == n
    assert color_optimal(pattern).num_colors == 2


def test_a_search_that_ends_early_claims_nothing():
    rng = np.random.default_rng(0)
    pattern = SparsityPattern.from_dense(rng.random((25, 25)) < 0.25)
    coloring = color_optimal(pattern, max_steps=5)
    check_coloring(pattern, coloring)
    assert not coloring.is_optimal
    assert "at least" in repr(coloring)


def test_a_search_that_ended_says_so():
    # SparseMatrixColorings.jl (Dalle, Montoison): an acyclic coloring of [0 A'; A 0]
    pattern = SparsityPattern.from_dense([[0, 1, 1], [1, 0, 1], [1, 1, 0]])
    coloring = color_optimal(pattern, "bidirectional")
    check_coloring(pattern, coloring)
    assert coloring.is_optimal
    assert coloring.lower_bound == coloring.num_colors
    assert "none can take fewer" in repr(coloring)
