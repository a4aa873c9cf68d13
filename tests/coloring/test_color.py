"""color() and its relatives: arguments, results, validity of what they return."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from asdopt._errors import ColoringError, InputError, PatternError
from asdopt._pattern import SparsityPattern
from asdopt.coloring import (
    ORDERS,
    color,
    color_hessian,
    color_jacobian,
    color_optimal,
    known_coloring,
)
from asdopt.coloring._graph import AdjacencyGraph, BipartiteSide
from asdopt.coloring._greedy import acyclic_coloring, distance2_coloring, star_coloring
from asdopt.testing import check_coloring

booleans = hnp.arrays(
    dtype=bool, shape=hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=9)
)
squares = st.integers(0, 10).flatmap(lambda n: hnp.arrays(dtype=bool, shape=(n, n)))
orders = st.sampled_from(ORDERS)
decompressions = st.sampled_from(["direct", "substitution"])


@given(booleans, st.sampled_from(["column", "row"]), orders, st.booleans())
def test_one_sided_colorings_are_valid(dense, partition, order, postprocess):
    pattern = SparsityPattern.from_dense(dense)
    coloring = color(pattern, partition, order=order, postprocess=postprocess)
    check_coloring(pattern, coloring)
    assert coloring.colors.size == dense.shape[1 if partition == "column" else 0]
    assert coloring.lower_bound <= coloring.num_colors


@given(squares, decompressions, orders, st.booleans())
def test_symmetric_colorings_are_valid(dense, decompression, order, postprocess):
    pattern = SparsityPattern.from_dense(dense | dense.T)
    coloring = color(pattern, "symmetric", decompression, order, postprocess)
    check_coloring(pattern, coloring)
    assert coloring.lower_bound <= coloring.num_colors <= dense.shape[0]


@given(booleans, decompressions, orders, st.booleans())
def test_bidirectional_colorings_are_valid(dense, decompression, order, postprocess):
    pattern = SparsityPattern.from_dense(dense)
    coloring = color(pattern, "bidirectional", decompression, order, postprocess)
    check_coloring(pattern, coloring)
    assert coloring.lower_bound <= coloring.num_colors


@given(booleans, decompressions)
def test_the_neutral_color_never_adds_products(dense, decompression):
    pattern = SparsityPattern.from_dense(dense)
    with_all = color(pattern, "bidirectional", decompression)
    without_unused = color(pattern, "bidirectional", decompression, postprocess=True)
    assert without_unused.num_colors <= with_all.num_colors


def test_a_full_diagonal_leaves_no_neutral_color():
    rng = np.random.default_rng(3)
    dense = (rng.random((20, 20)) < 0.1) | np.eye(20, dtype=bool)
    pattern = SparsityPattern.from_dense(dense | dense.T)
    for decompression in ("direct", "substitution"):
        plain = color(pattern, "symmetric", decompression)
        processed = color(pattern, "symmetric", decompression, postprocess=True)
        np.testing.assert_array_equal(processed.colors, plain.colors)


@given(squares)
def test_both_triangles_or_one_of_them_give_one_coloring(dense):
    full = SparsityPattern.from_dense(dense | dense.T)
    expected = color(full, "symmetric")
    for triangle in (full.lower(), full.lower().T):
        coloring = color(triangle, "symmetric")
        assert coloring.pattern == full
        np.testing.assert_array_equal(coloring.colors, expected.colors)


def test_large_degrees_use_other_loops_with_the_same_result(monkeypatch):
    from asdopt.coloring import _graph

    rng = np.random.default_rng(5)
    for n in (30, 60, 90):
        dense = rng.random((n, n)) < 0.08
        dense[rng.integers(n, size=2)] = True
        side = BipartiteSide.of_columns(SparsityPattern.from_dense(dense))
        graphs = [
            AdjacencyGraph.of_symmetric(SparsityPattern.from_dense(dense | dense.T)),
            AdjacencyGraph.of_bipartite(SparsityPattern.from_dense(dense)),
        ]
        results = []
        for limit in (0, 10**9):
            monkeypatch.setattr(_graph, "_HUB_DEGREE", limit)
            order = np.random.default_rng(n).permutation(2 * n).astype(np.int32)
            results.append(
                [distance2_coloring(side, order[order < n]).tolist()]
                + [
                    greedy(graph, order[order < graph.size]).tolist()
                    for greedy in (star_coloring, acyclic_coloring)
                    for graph in graphs
                ]
            )
        assert results[0] == results[1]


@pytest.mark.parametrize("partition", ["column", "row", "symmetric"])
def test_empty_and_single_patterns(partition):
    empty = color(SparsityPattern([], [], (0, 0)), partition)
    assert empty.num_colors == 0
    assert empty.groups == ()
    assert empty.compress(np.zeros((0, 0))).size == 0
    one = color(SparsityPattern([0], [0], (1, 1)), partition)
    assert one.colors.tolist() == [1]
    assert one.decompress([[3.0]]).toarray().tolist() == [[3.0]]


def test_the_best_of_several_orders_is_kept():
    pattern = SparsityPattern.from_dense([[0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 0, 0]])
    coloring = color(pattern, order=["natural", "largest_first"])
    assert (coloring.num_colors, coloring.order) == (2, "largest_first")
    assert color(pattern, order=["natural", "natural"]).num_colors == 3


def test_any_permutation_can_be_the_order():
    pattern = SparsityPattern.from_dense(np.ones((1, 3)))
    assert color(pattern, order=[2, 0, 1]).colors.tolist() == [2, 3, 1]
    with pytest.raises(InputError, match=r"visits 2 of 3 vertices; it never visits 1"):
        color(pattern, order=[2, 0, 0])
    with pytest.raises(InputError, match=r"permutation of 0 \.\.\. 2"):
        color(pattern, order=[0, 1])


def test_random_orders_follow_the_seed():
    rng = np.random.default_rng(0)
    pattern = SparsityPattern.from_dense(rng.random((30, 30)) < 0.2)
    first, again, other = (color(pattern, order="random", seed=seed).colors for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    named = color(pattern, order="random(2)")
    np.testing.assert_array_equal(named.colors, other)
    several = [f"random({seed})" for seed in range(8)]
    counts = [color(pattern, order=order).num_colors for order in several]
    assert color(pattern, order=several).num_colors == min(counts) < max(counts)
    with pytest.raises(InputError, match=r"order='random\(-1\)'"):
        color(pattern, order="random(-1)")


def test_hessian_coloring_takes_the_cheapest():
    i, j = np.indices((10, 10))
    line = abs(i - j) <= 1
    nine_point = SparsityPattern.from_dense(np.kron(line, line))
    assert color(nine_point, "symmetric").num_colors > 9
    coloring = color_hessian(nine_point.lower())
    assert coloring.num_colors == 9
    assert coloring.partition == "symmetric"
    check_coloring(nine_point, coloring)
    less = color_hessian(nine_point, "substitution")
    assert less.num_colors < 9
    assert less.algorithm == "acyclic"
    check_coloring(nine_point, less)
    ring = SparsityPattern([0, 1, 0, 1], [0, 0, 1, 1], (2, 2))
    assert color_hessian(ring, "substitution").decompression == "direct"


@given(squares, decompressions)
def test_hessian_colorings_are_valid(dense, decompression):
    pattern = SparsityPattern.from_dense(dense | dense.T)
    check_coloring(pattern, color_hessian(pattern, decompression, postprocess=True))


@given(booleans, decompressions, st.sampled_from([0.5, 1.0, 3.0]))
def test_jacobian_colorings_are_valid_and_the_cheapest(dense, decompression, row_cost):
    pattern = SparsityPattern.from_dense(dense)
    coloring = color_jacobian(pattern, decompression, row_cost=row_cost, bidirectional=True)
    check_coloring(pattern, coloring)
    price = coloring.num_column_colors + row_cost * coloring.num_row_colors
    assert price <= color(pattern, "column").num_colors
    assert price <= row_cost * color(pattern, "row").num_colors


def test_dense_rows_and_columns_are_set_apart():
    dense = abs(np.subtract.outer(np.arange(60), np.arange(60))) <= 1
    dense[[3, 40]] = True
    dense[:, [7, 50, 51]] = True
    pattern = SparsityPattern.from_dense(dense)
    assert color_jacobian(pattern).num_colors == 60
    coloring = color_jacobian(pattern, bidirectional=True)
    check_coloring(pattern, coloring)
    assert coloring.num_colors <= 9
    assert "apart" in coloring.algorithm


def test_rows_and_columns_that_are_cheap_are_preferred():
    wide = SparsityPattern.from_dense(np.ones((2, 9)))
    assert color_jacobian(wide).partition == "row"
    assert color_jacobian(wide, row_cost=10.0).partition == "column"
    assert color_jacobian(wide.T).partition == "column"
    assert color_jacobian(wide.T, column_cost=10.0).partition == "row"
    # equal prices: columns, also where the rows were tried first
    fork = SparsityPattern.from_dense([[1, 1, 1], [1, 0, 0], [1, 0, 0]])
    assert color_jacobian(fork).partition == "column"
    ring = SparsityPattern.from_dense([[1, 1, 1, 0], [0, 1, 0, 1], [1, 0, 0, 1]])
    assert color_jacobian(ring).partition == "column"


def test_colors_are_read_only_and_from_1():
    coloring = color(SparsityPattern([0, 0], [0, 1], (1, 2)))
    assert coloring.colors.tolist() == [1, 2]
    assert coloring.colors.dtype == np.int32
    with pytest.raises(ValueError, match="read-only"):
        coloring.colors[0] = 2


def test_bidirectional_colorings_have_two_sides():
    dense = np.eye(5, dtype=bool)
    dense[0] = dense[:, 0] = True
    coloring = color_jacobian(SparsityPattern.from_dense(dense), bidirectional=True)
    assert (coloring.num_row_colors, coloring.num_column_colors) == (1, 2)
    assert [group.tolist() for group in coloring.row_groups] == [[0]]
    assert np.sort(np.concatenate(coloring.column_groups)).tolist() == [0, 1, 2, 3, 4]
    assert coloring.row_seed.shape == (1, 5)
    assert coloring.column_seed.shape == (5, 2)
    for name in ("colors", "groups", "seed"):
        with pytest.raises(ColoringError, match=f"row_{name} and column_{name}"):
            getattr(coloring, name)


def test_one_sided_colorings_have_an_empty_other_side():
    coloring = color(SparsityPattern([0], [0], (2, 3)))
    assert coloring.row_groups == ()
    assert coloring.row_seed.shape == (0, 2)
    assert color(SparsityPattern([0], [0], (2, 3)), "row").column_seed.shape == (3, 0)


def test_wrong_requests_are_refused():
    pattern = SparsityPattern([0], [0], (2, 3))
    with pytest.raises(InputError, match="partition='columns'"):
        color(pattern, "columns")
    with pytest.raises(InputError, match="decompression='fast'"):
        color(pattern, decompression="fast")
    with pytest.raises(InputError, match="order='fastest'"):
        color(pattern, order="fastest")
    with pytest.raises(InputError, match="needs a SparsityPattern, got csr_array"):
        color(sparse.csr_array((2, 2)))
    with pytest.raises(PatternError, match=r"square pattern, this one has shape \(2, 3\)"):
        color(pattern, "symmetric")
    with pytest.raises(PatternError, match=r"\(0, 2\) is an entry and \(2, 0\) is not"):
        color(SparsityPattern([0, 1], [2, 0], (3, 3)), "symmetric")


def test_colorings_can_be_pickled():
    coloring = color(SparsityPattern([0, 0], [0, 1], (1, 2)), "bidirectional")
    again = pickle.loads(pickle.dumps(coloring))
    assert again.pattern == coloring.pattern
    np.testing.assert_array_equal(again.column_colors, coloring.column_colors)


@pytest.mark.parametrize(
    ("partition", "decompression", "lines"),
    [
        (
            "column",
            "direct",
            "Coloring of 50 columns: 3 colors (distance-2, natural)\n"
            "3 products A @ v instead of 50 for 148 nonzeros; "
            "none can take fewer: row 1 has 3 nonzeros",
        ),
        (
            "row",
            "direct",
            "Coloring of 50 rows: 3 colors (distance-2, natural)\n"
            "3 products w @ A instead of 50 for 148 nonzeros; "
            "none can take fewer: column 1 has 3 nonzeros",
        ),
        (
            "symmetric",
            "substitution",
            "Coloring of 50 columns of a symmetric pattern: 2 colors (acyclic, natural)\n"
            "2 products A @ v instead of 50 for 148 nonzeros, some entries by subtraction; "
            "none can take fewer: the matrix has 99 unknowns, and 1 product gives fewer numbers",
        ),
        (
            "bidirectional",
            "direct",
            "Coloring of 50 rows and 50 columns: 4 colors (star, natural)\n"
            "4 products (3 w @ A, 1 A @ v) instead of 50 for 148 nonzeros; "
            "at least 3 are needed: there are 148 unknowns, and 2 products give fewer numbers",
        ),
    ],
)
def test_repr_says_what_is_saved(partition, decompression, lines):
    pattern = SparsityPattern.from_dense(abs(np.subtract.outer(range(50), range(50))) <= 1)
    assert repr(color(pattern, partition, decompression)) == lines


@pytest.mark.parametrize("partition", ["column", "row", "symmetric", "bidirectional"])
@pytest.mark.parametrize("decompression", ["direct", "substitution"])
def test_spy_draws_entries_in_the_color_they_are_read_from(partition, decompression):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    pattern = SparsityPattern.from_dense(abs(np.subtract.outer(range(9), range(9))) <= 1)
    coloring = color(pattern, partition, decompression, postprocess=True)
    ax = coloring.spy()
    (image,) = ax.images
    drawn = np.asarray(image.get_array().filled(-1))
    np.testing.assert_array_equal(drawn >= 0, pattern.to_dense())
    products = drawn[pattern.rows, pattern.cols]
    assert np.unique(products).size == coloring.num_colors
    if partition == "column":
        np.testing.assert_array_equal(products + 1, coloring.colors[pattern.cols])
    if partition == "symmetric":
        np.testing.assert_array_equal(drawn, drawn.T)
    assert coloring.spy(ax) is ax
    plt.close(ax.figure)


@pytest.mark.parametrize("partition", ["column", "row", "symmetric", "bidirectional"])
def test_hubs_take_no_quadratic_time(partition):
    n = 100_000  # all pairs of entries of the full row would be 1e10
    line = np.arange(n)
    pattern = SparsityPattern(np.r_[line, 0 * line, line], np.r_[line, line, 0 * line], (n, n))
    count = {"column": n, "row": n, "symmetric": 2, "bidirectional": 3}[partition]
    if partition == "bidirectional":
        coloring = color_jacobian(pattern, bidirectional=True)
    else:
        coloring = color(pattern, partition)
    assert coloring.num_colors == count
    assert color(pattern, "symmetric", "substitution").num_colors == 2


def hubs(n, num_hubs, seed=0):
    """Diagonal, a few full rows and columns without an entry in common, one entry more a row."""
    rng = np.random.default_rng(seed)
    line = np.arange(n)
    spokes = np.arange(num_hubs, n)
    rows = [line, *(spokes for _ in range(num_hubs)), line]
    cols = [line, *(0 * spokes + hub for hub in range(num_hubs)), rng.integers(num_hubs, n, n)]
    return SparsityPattern(np.concatenate(rows), np.concatenate(cols), (n, n)).symmetrized()


@pytest.mark.parametrize("order", ORDERS)
def test_acyclic_colorings_of_several_hubs_take_no_quadratic_time(order):
    n = 30_000  # colors are as many in most orders: trying them one by one took minutes
    coloring = color(hubs(n, 3), "symmetric", "substitution", order)
    assert 4 <= coloring.num_colors <= n


def test_hubs_told_apart_save_almost_all_colors():
    pattern = hubs(2_000, 3)
    assert color(pattern, "symmetric").num_colors == 1_998
    direct, substitution = (color_hessian(pattern, kind) for kind in ("direct", "substitution"))
    assert substitution.num_colors <= direct.num_colors <= 16
    assert direct.algorithm == "star, hubs told apart"
    check_coloring(pattern, direct)
    check_coloring(pattern, substitution)


@given(st.integers(0, 1000), st.integers(2, 4), decompressions, st.booleans())
def test_hessian_colorings_of_several_hubs_are_valid(seed, num_hubs, decompression, postprocess):
    pattern = hubs(16, num_hubs, seed)
    coloring = color_hessian(pattern, decompression, "natural", postprocess)
    check_coloring(pattern, coloring)


def test_orders_that_get_worse_than_the_best_are_given_up():
    # two hubs without an entry in common take as many acyclic colors as there are columns in most
    # orders, and quadratic time to find that out
    n = 50_000
    line = np.arange(2, n)
    zero = 0 * line
    pattern = SparsityPattern(
        np.r_[np.arange(n), line, line], np.r_[np.arange(n), zero, zero + 1], (n, n)
    )
    for decompression in ("direct", "substitution"):
        assert color_hessian(pattern, decompression).num_colors == 3
    pattern = SparsityPattern(pattern.rows % 300, pattern.cols % 300, (300, 300)).symmetrized()
    for partition in ("column", "symmetric", "bidirectional"):
        for decompression in ("direct", "substitution"):
            counts = [
                color(pattern, partition, decompression, order).num_colors for order in ORDERS
            ]
            best = color(pattern, partition, decompression, ORDERS)
            check_coloring(pattern, best)
            assert best.num_colors == min(counts)


def test_what_is_no_pattern_is_refused_by_name() -> None:
    for make in (color, color_hessian, color_jacobian, color_optimal, known_coloring):
        with pytest.raises(InputError, match="needs a SparsityPattern, got ndarray"):
            make(np.eye(3))


def test_numbers_that_make_no_sense_are_refused() -> None:
    pattern = SparsityPattern.from_dense(np.eye(3))
    with pytest.raises(InputError, match="seed=-1"):
        color(pattern, order="random", seed=-1)
    for costs in ({"column_cost": np.nan}, {"row_cost": -1.0}):
        with pytest.raises(InputError, match="prices of products"):
            color_jacobian(pattern, **costs)
