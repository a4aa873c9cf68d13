"""Decompression gives back the matrix whose compression entered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from asdopt._errors import InputError, PatternError
from asdopt._pattern import SparsityPattern
from asdopt.coloring import color, color_hessian
from asdopt.decompression import compress, decompress, decompress_values, direct_indices

booleans = hnp.arrays(
    dtype=bool, shape=hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=9)
)
squares = st.integers(0, 10).flatmap(lambda n: hnp.arrays(dtype=bool, shape=(n, n)))


def numbered(pattern):
    """Matrix of the pattern with distinct values; symmetric where the pattern is."""
    i, j = pattern.rows.astype(np.int64), pattern.cols.astype(np.int64)
    if pattern.is_symmetric:
        i, j = np.maximum(i, j), np.minimum(i, j)
    return pattern.to_dense(1.0 + j + 100.0 * i)


@given(booleans, st.sampled_from(["column", "row"]))
def test_one_sided_round_trip(dense, partition):
    pattern = SparsityPattern.from_dense(dense)
    A = numbered(pattern)
    coloring = color(pattern, partition)
    B = compress(coloring, A)
    before = B.copy()
    for _ in range(2):
        np.testing.assert_array_equal(decompress(coloring, B).toarray(), A)
    np.testing.assert_array_equal(B, before)
    np.testing.assert_array_equal(compress(coloring, sparse.csc_array(A)), B)
    seed = coloring.seed
    np.testing.assert_array_equal(A @ seed if partition == "column" else seed @ A, B)


@given(squares, st.sampled_from([color_hessian, lambda p: color(p, "symmetric")]))
def test_symmetric_round_trip_in_every_triangle(dense, color_it):
    pattern = SparsityPattern.from_dense(dense | dense.T)
    A = numbered(pattern)
    coloring = color_it(pattern)
    B = compress(coloring, A)
    for triangle, expected in (("F", A), ("L", np.tril(A)), ("U", np.triu(A))):
        result = decompress(coloring, B, triangle=triangle)
        np.testing.assert_array_equal(result.toarray(), expected)
        again = decompress(coloring, 2 * B, out=result, triangle=triangle)
        assert again is result
        np.testing.assert_array_equal(result.toarray(), 2 * expected)


@given(squares)
def test_indices_gather_each_entry_from_the_products(dense):
    full = SparsityPattern.from_dense(dense | dense.T)
    coloring = color(full, "symmetric")
    A = numbered(full)
    products = (A @ coloring.seed).T
    for pattern in (full, full.lower(), full.lower().T):
        position, product = direct_indices(pattern, coloring)
        assert position.dtype == product.dtype == np.int32
        np.testing.assert_array_equal(products[product, position], A[pattern.rows, pattern.cols])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128, np.int64])
@pytest.mark.parametrize("partition", ["column", "row", "symmetric"])
def test_the_type_of_values_is_kept(dtype, partition):
    A = np.array([[1, 2, 0], [2, 0, 3], [0, 3, 4]], dtype=dtype)
    coloring = color(SparsityPattern.from_dense(A), partition)
    B = compress(coloring, A)
    assert B.dtype == dtype
    result = decompress(coloring, B)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result.toarray(), A)


def test_values_into_a_given_array():
    pattern = SparsityPattern([0, 0, 1], [0, 1, 1], (2, 2))
    coloring = color(pattern)
    B = compress(coloring, pattern.to_dense([1.0, 2.0, 3.0]))
    out = np.empty(3)
    assert decompress_values(coloring, B, out=out) is out
    assert out.tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(InputError, match=r"out has shape \(2,\), but 3 values"):
        decompress_values(coloring, B, out=np.empty(2))


def test_all_zero_matrices_have_products_of_zeros():
    pattern = SparsityPattern([], [], (10, 10))
    coloring = color(pattern)
    assert decompress(coloring, compress(coloring, np.zeros((10, 10)))).nnz == 0


def test_wrong_arguments_are_refused():
    pattern = SparsityPattern([0, 1], [0, 1], (2, 3))
    columns = color(pattern)
    with pytest.raises(InputError, match=r"shape \(3, 2\) was to be compressed"):
        compress(columns, np.zeros((3, 2)))
    with pytest.raises(InputError, match=r"needs shape \(2, 1\)"):
        decompress(columns, np.zeros((1, 2)))
    with pytest.raises(InputError, match=r"needs shape \(1, 3\)"):
        decompress(color(pattern, "row"), np.zeros((2, 3)))
    with pytest.raises(InputError, match="only symmetric matrices"):
        decompress(columns, np.zeros((2, 1)), triangle="L")
    with pytest.raises(InputError, match="triangle='X'"):
        decompress(columns, np.zeros((2, 1)), triangle="X")
    with pytest.raises(PatternError, match="color the pattern whose entries are wanted"):
        direct_indices(SparsityPattern([0], [0], (2, 3)), columns)
    with pytest.raises(InputError, match="structure is not that of"):
        decompress(columns, np.zeros((2, 1)), out=sparse.csr_array((2, 3)))
