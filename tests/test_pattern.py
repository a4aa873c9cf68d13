"""SparsityPattern: an immutable set of positions, checked, sorted, convertible, drawable."""

from __future__ import annotations

import pickle
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from asdopt._errors import InputError, MissingDependencyError, PatternError
from asdopt._pattern import SparsityPattern

booleans = hnp.arrays(
    dtype=bool, shape=hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=8)
)


@st.composite
def two_of_one_shape(draw):
    first = draw(booleans)
    second = draw(hnp.arrays(dtype=bool, shape=first.shape))
    return first, second


# ------------------------------------------------------------------ building


def test_positions_are_sorted_row_major_without_duplicates():
    pattern = SparsityPattern([2, 0, 2, 0], [1, 3, 1, 0], (3, 4))
    assert pattern.rows.tolist() == [0, 0, 2]
    assert pattern.cols.tolist() == [0, 3, 1]
    assert pattern.nnz == 3
    assert pattern.shape == (3, 4)
    assert pattern.density == 3 / 12
    assert pattern.indptr.tolist() == [0, 2, 2, 3]


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int32, np.int64, np.uint64])
def test_every_integer_type_gives_int32(dtype):
    pattern = SparsityPattern(np.array([1, 0], dtype), np.array([0, 1], dtype), (2, 2))
    assert pattern.rows.dtype == pattern.cols.dtype == np.int32


def test_the_arrays_given_are_copied_and_the_ones_returned_are_read_only():
    rows = np.array([0, 1], dtype=np.int32)
    pattern = SparsityPattern(rows, [0, 1], (2, 2))
    rows[0] = 1
    assert pattern.rows.tolist() == [0, 1]
    for array in (pattern.rows, pattern.cols, pattern.indptr, pattern.column_major):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(AttributeError, match="immutable"):
        pattern.shape = (3, 3)


@pytest.mark.parametrize(
    ("rows", "cols", "shape", "error", "words"),
    [
        ([0, 3], [0, 0], (3, 3), PatternError, "Index 3 stands among the rows"),
        ([0, 0], [0, -1], (3, 3), PatternError, "Index -1 stands among the cols"),
        ([0], [0], (0, 0), PatternError, "Index 0 stands among the rows"),
        ([0, 1], [0], (3, 3), PatternError, "2 rows and 1 cols"),
        ([0.0], [0.0], (3, 3), PatternError, "integers, got dtype float64"),
        ([True], [True], (3, 3), PatternError, "from_dense"),
        ([[0]], [[0]], (3, 3), PatternError, "one-dimensional"),
        ([0], [0], (3,), InputError, "two integers"),
        ([0], [0], (3.5, 2), InputError, "two integers"),
        ([], [], (-1, 2), InputError, "must lie in"),
    ],
)
def test_wrong_input_is_refused_with_the_value_found(rows, cols, shape, error, words):
    with pytest.raises(error, match=words):
        SparsityPattern(rows, cols, shape)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (2, 2)])
def test_empty_patterns_work(shape):
    pattern = SparsityPattern([], [], shape)
    assert pattern.nnz == 0
    assert pattern.density == 0.0
    assert pattern.T.shape == shape[::-1]
    assert pattern.to_dense().shape == shape
    assert pattern.to_scipy().shape == shape
    assert "0 nonzeros, 100 % zeros" in repr(pattern)
    assert pattern | pattern == pattern


# ------------------------------------------------------------------ conversions


@given(booleans)
def test_dense_and_scipy_round_trips(dense):
    pattern = SparsityPattern.from_dense(dense)
    np.testing.assert_array_equal(pattern.to_dense(), dense)
    assert SparsityPattern.from_scipy(sparse.csc_array(dense)) == pattern
    assert SparsityPattern.from_scipy(pattern.to_scipy()) == pattern
    np.testing.assert_array_equal(pattern.T.to_dense(), dense.T)
    np.testing.assert_array_equal(pattern.row_counts, dense.sum(axis=1))
    np.testing.assert_array_equal(pattern.column_counts, dense.sum(axis=0))
    np.testing.assert_array_equal(pattern.lower().to_dense(), np.tril(dense))
    order = pattern.column_major
    assert SparsityPattern(pattern.rows[order], pattern.cols[order], pattern.shape) == pattern
    assert pickle.loads(pickle.dumps(pattern)) == pattern


def test_values_are_placed_row_by_row():
    pattern = SparsityPattern([0, 0, 1], [0, 2, 1], (2, 3))
    expected = [[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]]
    np.testing.assert_array_equal(pattern.to_scipy([1.0, 2.0, 3.0]).toarray(), expected)
    np.testing.assert_array_equal(pattern.to_dense([1.0, 2.0, 3.0]), expected)
    with pytest.raises(InputError, match=r"3 entries, but values of shape \(2,\)"):
        pattern.to_scipy([1.0, 2.0])
    with pytest.raises(InputError, match=r"3 entries, but values of shape \(2,\)"):
        pattern.to_dense([1.0, 2.0])


def test_changing_the_scipy_matrix_leaves_the_pattern_alone():
    pattern = SparsityPattern([0, 1], [1, 0], (2, 2))
    matrix = pattern.to_scipy(np.array([1.0, 2.0]))
    matrix.indices[:] = 0
    matrix.indptr[:] = 0
    assert pattern.cols.tolist() == [1, 0]
    assert pattern.indptr.tolist() == [0, 1, 2]


def test_explicit_zeros_of_a_scipy_matrix_are_entries():
    matrix = sparse.coo_array(([0.0, 1.0, 2.0], ([0, 1, 1], [0, 1, 1])), shape=(2, 2))
    assert SparsityPattern.from_scipy(matrix).to_dense().tolist() == [[True, False], [False, True]]


def test_nan_is_a_nonzero():
    assert SparsityPattern.from_dense([[np.nan, 0.0]]).nnz == 1


def test_wrong_matrices_are_refused():
    with pytest.raises(InputError, match="two-dimensional"):
        SparsityPattern.from_dense(np.ones(3))
    with pytest.raises(InputError, match="from_dense"):
        SparsityPattern.from_scipy(np.ones((2, 2)))


def test_save_and_load(tmp_path):
    pattern = SparsityPattern([0, 2], [1, 0], (3, 2))
    pattern.save(tmp_path / "pattern.npz")
    assert SparsityPattern.load(tmp_path / "pattern.npz") == pattern
    np.savez(tmp_path / "other.npz", rows=[0])
    with pytest.raises(InputError, match="holds no cols, shape"):
        SparsityPattern.load(tmp_path / "other.npz")


# ------------------------------------------------------------------ sets


@given(two_of_one_shape())
def test_set_operations_are_those_of_the_boolean_matrices(pair):
    a, b = pair
    p, q = SparsityPattern.from_dense(a), SparsityPattern.from_dense(b)
    np.testing.assert_array_equal((p | q).to_dense(), a | b)
    np.testing.assert_array_equal((p & q).to_dense(), a & b)
    np.testing.assert_array_equal((p - q).to_dense(), a & ~b)
    assert (p <= q) == bool((a <= b).all())
    assert (p >= q) == bool((a >= b).all())
    assert (p == q) == np.array_equal(a, b)
    assert p & q <= p <= p | q
    if p == q:
        assert hash(p) == hash(q)
    assert all(((i, j) in p) == a[i, j] for i, j in np.ndindex(a.shape))


def test_membership_outside_the_shape_is_false_and_of_no_position_an_error():
    pattern = SparsityPattern([0], [1], (2, 2))
    assert (0, 1) in pattern
    assert (np.int64(0), np.int32(1)) in pattern
    assert (0, 2) not in pattern
    assert (-2, 1) not in pattern
    with pytest.raises(InputError, match="position"):
        pattern.__contains__(3)
    with pytest.raises(InputError, match="position"):
        pattern.__contains__((0.5, 1))


def test_patterns_of_different_shapes_differ_and_do_not_mix():
    p, q = SparsityPattern([0], [0], (1, 2)), SparsityPattern([0], [0], (2, 1))
    assert p != q
    assert p != "pattern"
    for operation in (p.__or__, p.__and__, p.__sub__, p.__le__):
        with pytest.raises(PatternError, match=r"\(1, 2\) and \(2, 1\)"):
            operation(q)
    with pytest.raises(TypeError):
        p | 3


def test_a_lower_triangle_is_completed_to_the_symmetric_pattern():
    full = SparsityPattern.from_dense([[1, 1, 0], [1, 0, 1], [0, 1, 1]])
    assert full.is_symmetric
    assert not full.lower().is_symmetric
    assert full.lower().symmetrized() == full
    assert not SparsityPattern([0], [1], (2, 3)).is_symmetric
    with pytest.raises(PatternError, match="square"):
        SparsityPattern([0], [1], (2, 3)).symmetrized()


# ------------------------------------------------------------------ looks


def test_repr_is_a_summary_and_a_picture():
    pattern = SparsityPattern.from_dense(np.eye(4, dtype=bool))
    assert repr(pattern) == "SparsityPattern 4×4, 4 nonzeros, 75 % zeros\n⠑⢄"
    assert "1 nonzero," in repr(SparsityPattern([0], [0], (1, 1)))


def test_nearly_empty_is_never_rounded_to_empty():
    pattern = SparsityPattern([0], [0], (300, 300))
    assert "99.999 % zeros" in pattern.summary
    assert "> 99.9999 % zeros" in SparsityPattern([0], [0], (10**5, 10**5)).summary


@pytest.mark.parametrize("shape", [(5000, 5000), (1, 5000), (5000, 1), (3, 100_000)])
def test_pictures_of_large_patterns_stay_small_and_show_the_corners(shape):
    m, n = shape
    pattern = SparsityPattern([0, m - 1], [0, n - 1], shape)
    _, *picture = repr(pattern).splitlines()
    assert len(picture) <= 16
    assert all(len(line) <= 40 for line in picture)
    assert picture[0][0] != "⠀"
    assert picture[-1][-1] != "⠀"


def test_html_holds_summary_and_drawing():
    html = SparsityPattern([0, 1], [1, 0], (2, 2))._repr_html_()
    assert "2 nonzeros" in html
    assert html.count("M") == 2
    assert "svg" not in SparsityPattern([], [], (0, 2))._repr_html_()


def test_spy_draws_every_entry_where_it_stands():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    pattern = SparsityPattern([0, 2], [1, 0], (3, 2))
    ax = pattern.spy()
    (dots,) = ax.lines
    assert sorted(zip(*dots.get_data(), strict=True)) == [(0, 2), (1, 0)]
    assert pattern.spy(ax, markersize=3) is ax
    plt.close(ax.figure)


def test_spy_without_matplotlib_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "asdopt\[plot\]"'):
        SparsityPattern([0], [0], (1, 1)).spy()
