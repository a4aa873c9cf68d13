"""Products taken one at a time give what all of them together give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from asdopt._errors import ColoringError, InputError
from asdopt._pattern import SparsityPattern
from asdopt.coloring import color
from asdopt.decompression import Collector, decompress_color

squares = st.integers(0, 9).flatmap(lambda n: hnp.arrays(dtype=bool, shape=(n, n)))
partitions = st.sampled_from(["column", "row", "symmetric", "bidirectional"])


def products_one_by_one(coloring, A):
    return [A @ v for v in coloring.column_seed.T] + [w @ A for w in coloring.row_seed]


def matrix_of(pattern, partition):
    if partition == "symmetric":
        pattern = pattern.symmetrized()
    i, j = pattern.rows.astype(float), pattern.cols.astype(float)
    return pattern, pattern.to_dense(1.0 + np.minimum(i, j) + 100.0 * np.maximum(i, j))


@given(squares, partitions, st.sampled_from(["direct", "substitution"]), st.randoms())
def test_products_in_any_order(dense, partition, decompression, random):
    pattern, A = matrix_of(SparsityPattern.from_dense(dense), partition)
    coloring = color(pattern, partition, decompression, postprocess=True)
    triangles = ("F", "L", "U") if partition == "symmetric" else ("F",)
    for triangle in triangles:
        collector = Collector(coloring, triangle=triangle)
        numbered = list(enumerate(products_one_by_one(coloring, A)))
        random.shuffle(numbered)
        for number, product in numbered:
            collector.collect(number, product)
        chosen = {"F": pattern, "L": pattern.lower(), "U": pattern.lower().T}[triangle]
        expected = A[chosen.rows, chosen.cols]
        np.testing.assert_array_equal(collector.values(), expected)
        out = np.empty(chosen.nnz)
        assert collector.values(out=out) is out
        np.testing.assert_array_equal(out, expected)


@given(squares, partitions)
def test_each_entry_is_written_by_exactly_one_product(dense, partition):
    pattern, A = matrix_of(SparsityPattern.from_dense(dense), partition)
    coloring = color(pattern, partition)
    triangles = ("F", "L", "U") if partition == "symmetric" else ("F",)
    for triangle in triangles:
        chosen = {"F": pattern, "L": pattern.lower(), "U": pattern.lower().T}[triangle]
        total = np.zeros(chosen.nnz)
        written = np.zeros(chosen.nnz)
        for number, product in enumerate(products_one_by_one(coloring, A)):
            values = np.full(chosen.nnz, np.nan)
            assert decompress_color(coloring, number, product, values, triangle) is values
            written += ~np.isnan(values)
            total += np.nan_to_num(values)
        np.testing.assert_array_equal(written, 1.0)
        np.testing.assert_array_equal(total, A[chosen.rows, chosen.cols])


def test_values_of_other_types():
    pattern = SparsityPattern([0, 1], [0, 1], (2, 2))
    collector = Collector(color(pattern), dtype=np.complex64)
    collector.collect(0, np.array([1j, 2.0]))
    assert collector.values().dtype == np.complex64
    assert collector.values().tolist() == [1j, 2.0]


def test_misuse_is_refused():
    pattern = SparsityPattern([0, 0], [0, 1], (1, 2))
    coloring = color(pattern)
    collector = Collector(coloring)
    with pytest.raises(InputError, match="product 0 and 1 more of 2 have not been collected"):
        collector.values()
    with pytest.raises(InputError, match="Product 2 was given to a coloring with 2 colors"):
        collector.collect(2, [1.0])
    with pytest.raises(InputError, match=r"has shape \(2,\); this coloring needs \(1,\)"):
        collector.collect(0, [1.0, 2.0])
    with pytest.raises(InputError, match=r"out has shape \(3,\), but 2 values"):
        decompress_color(coloring, 0, [1.0], np.empty(3))
    with pytest.raises(InputError, match="only symmetric matrices"):
        Collector(coloring, triangle="L")
    square = SparsityPattern([0], [0], (1, 1))
    with pytest.raises(ColoringError, match="Use a Collector"):
        decompress_color(color(square, "symmetric", "substitution"), 0, [1.0], np.empty(1))
