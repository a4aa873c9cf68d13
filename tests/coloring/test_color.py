"""color(): arguments, results, and validity of what it returns on random patterns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from asdopt._errors import InputError, PatternError
from asdopt._pattern import SparsityPattern
from asdopt.coloring import color, color_hessian
from asdopt.testing import check_coloring

ORDERS = ["natural", "largest_first"]
booleans = hnp.arrays(
    dtype=bool, shape=hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=9)
)
squares = st.integers(0, 10).flatmap(lambda n: hnp.arrays(dtype=bool, shape=(n, n)))


@given(booleans, st.sampled_from(["column", "row"]), st.sampled_from(ORDERS))
def test_one_sided_colorings_are_valid(dense, partition, order):
    pattern = SparsityPattern.from_dense(dense)
    coloring = color(pattern, partition, order=order)
    check_coloring(pattern, coloring)
    assert coloring.colors.size == dense.shape[1 if partition == "column" else 0]
    assert coloring.num_colors >= dense.sum(axis=1 if partition == "column" else 0).max(initial=0)


@given(squares, st.sampled_from(ORDERS))
def test_star_colorings_are_valid_and_no_worse_than_the_number_of_columns(dense, order):
    pattern = SparsityPattern.from_dense(dense | dense.T)
    coloring = color(pattern, "symmetric", order=order)
    check_coloring(pattern, coloring)
    assert coloring.num_colors <= dense.shape[0]


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
    for n in (30, 60):
        dense = rng.random((n, n)) < 0.08
        dense[rng.integers(n, size=2)] = True
        pattern = SparsityPattern.from_dense(dense)
        symmetric = SparsityPattern.from_dense(dense | dense.T)
        results = []
        for limit in (0, 10**9):
            monkeypatch.setattr(_graph, "_HUB_DEGREE", limit)
            results.append(
                [
                    color(p, partition, order=order).colors.tolist()
                    for order in ORDERS
                    for p, partition in (
                        (pattern, "column"),
                        (pattern, "row"),
                        (symmetric, "symmetric"),
                    )
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


def test_hessian_coloring_takes_the_cheapest():
    i, j = np.indices((10, 10))
    line = abs(i - j) <= 1
    nine_point = SparsityPattern.from_dense(np.kron(line, line))
    assert color(nine_point, "symmetric").num_colors > 9
    coloring = color_hessian(nine_point.lower())
    assert coloring.num_colors == 9
    assert coloring.partition == "symmetric"
    check_coloring(nine_point, coloring)


def test_colors_are_read_only_and_from_1():
    coloring = color(SparsityPattern([0, 0], [0, 1], (1, 2)))
    assert coloring.colors.tolist() == [1, 2]
    assert coloring.colors.dtype == np.int32
    with pytest.raises(ValueError, match="read-only"):
        coloring.colors[0] = 2


def test_wrong_requests_are_refused():
    pattern = SparsityPattern([0], [0], (2, 3))
    with pytest.raises(InputError, match="partition='columns'"):
        color(pattern, "columns")
    with pytest.raises(InputError, match="order='fastest'"):
        color(pattern, order="fastest")
    with pytest.raises(PatternError, match=r"square pattern, this one has shape \(2, 3\)"):
        color(pattern, "symmetric")
    with pytest.raises(PatternError, match=r"\(0, 2\) is an entry and \(2, 0\) is not"):
        color(SparsityPattern([0, 1], [2, 0], (3, 3)), "symmetric")


def test_repr_says_what_is_saved():
    pattern = SparsityPattern.from_dense(abs(np.subtract.outer(range(50), range(50))) <= 1)
    assert repr(color(pattern)) == (
        "Coloring of 50 columns: 3 colors (distance-2, natural)\n"
        "3 products A @ v instead of 50 for 148 nonzeros"
    )
