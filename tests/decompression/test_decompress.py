"""Decompression gives back the matrix whose compression entered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from asdopt._errors import ColoringError, InputError, PatternError
from asdopt._pattern import SparsityPattern
from asdopt.coloring import ORDERS, color, color_hessian, color_jacobian
from asdopt.decompression import (
    Collector,
    compress,
    decompress,
    decompress_color,
    decompress_values,
    direct_indices,
    error_growth,
)
from asdopt.testing import check_coloring

booleans = hnp.arrays(
    dtype=bool, shape=hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=9)
)
squares = st.integers(0, 10).flatmap(lambda n: hnp.arrays(dtype=bool, shape=(n, n)))

ALGORITHMS = [
    ("column", "direct"),
    ("row", "direct"),
    ("symmetric", "direct"),
    ("symmetric", "substitution"),
    ("bidirectional", "direct"),
    ("bidirectional", "substitution"),
]


def families():
    """Square patterns of every kind that has given trouble somewhere."""
    rng = np.random.default_rng(11)
    i, j = np.indices((12, 12))
    arrow = (i == 0) | (j == 0) | (i == j)
    empty_lines = rng.random((12, 12)) < 0.3
    empty_lines[[2, 5]] = empty_lines[:, [0, 11]] = False
    dense_lines = i == j
    dense_lines = dense_lines | (i == 4) | (j == 4) | (i == 7) | (j == 9)
    return {
        "random": rng.random((12, 12)) < 0.25,
        "banded": abs(i - j) <= 2,
        "cyclic": (i - j) % 12 <= 1,
        "arrowhead": arrow,
        "arrowhead, backwards": arrow[::-1, ::-1],
        "anti-diagonal": i + j == 11,
        "diagonal": i == j,
        "empty lines": empty_lines,
        "dense lines": dense_lines,
        "dense": i >= 0,
        "blocks": i // 3 == j // 3,
        "zero": i < 0,
        "0 x 0": np.zeros((0, 0), dtype=bool),
        "1 x 1": np.ones((1, 1), dtype=bool),
        "1 x 1, zero": np.zeros((1, 1), dtype=bool),
    }


FAMILIES = families()
# the same, cut to shapes that are not square
RECTANGLES = {
    f"{name}, {m} rows": A[:m] for name, A in FAMILIES.items() for m in (1, 7) if len(A) > m
}


def numbered(pattern, symmetric):
    """Integers, different from entry to entry, in the pattern; exact under subtraction."""
    i, j = pattern.rows.astype(np.int64), pattern.cols.astype(np.int64)
    if symmetric:
        i, j = np.maximum(i, j), np.minimum(i, j)
    return pattern.to_dense(1.0 + j + 100.0 * i)


def as_tuple(products):
    return products if isinstance(products, tuple) else (products,)


def check_round_trip(coloring):
    A = numbered(coloring.pattern, coloring.symmetric)
    B = compress(coloring, A)
    before = [part.copy() for part in as_tuple(B)]
    for _ in range(2):
        np.testing.assert_array_equal(decompress(coloring, B).toarray(), A)
    for part, copy in zip(as_tuple(B), before, strict=True):
        np.testing.assert_array_equal(part, copy)
    if coloring.symmetric:
        for triangle, expected in (("L", np.tril(A)), ("U", np.triu(A)), ("F", A)):
            result = decompress(coloring, B, triangle=triangle)
            np.testing.assert_array_equal(result.toarray(), expected)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("partition", "decompression"), ALGORITHMS)
def test_every_algorithm_and_order_on_every_family(partition, decompression, order):
    cases = list(FAMILIES.values())
    if partition != "symmetric":
        cases += RECTANGLES.values()
        cases += [A.T for A in RECTANGLES.values()]
    for dense in cases:
        pattern = SparsityPattern.from_dense(dense | dense.T if partition == "symmetric" else dense)
        for postprocess in (False, True):
            check_round_trip(color(pattern, partition, decompression, order, postprocess))


@given(booleans, st.sampled_from([("column", "direct"), ("row", "direct"), *ALGORITHMS[4:]]))
def test_random_patterns(dense, algorithm):
    check_round_trip(color(SparsityPattern.from_dense(dense), *algorithm, postprocess=True))


@given(squares, st.sampled_from(["direct", "substitution"]), st.booleans())
def test_random_symmetric_patterns(dense, decompression, postprocess):
    pattern = SparsityPattern.from_dense(dense | dense.T)
    check_round_trip(color(pattern, "symmetric", decompression, postprocess=postprocess))
    check_round_trip(color_hessian(pattern, decompression))


@given(booleans, st.sampled_from(["direct", "substitution"]))
def test_random_patterns_colored_from_any_side(dense, decompression):
    pattern = SparsityPattern.from_dense(dense)
    check_round_trip(color_jacobian(pattern, decompression, bidirectional=True))


@st.composite
def structured(draw):
    """Banded, arrowhead, anti-diagonal, empty and full lines, of any size, united and permuted."""
    m, n = draw(st.integers(0, 9)), draw(st.integers(0, 9))
    i, j = np.indices((m, n))
    kinds = {
        "banded": lambda k: abs(i - j) <= k,
        "arrowhead": lambda k: (i == k) | (j == k) | (i == j),
        "anti-diagonal": lambda k: i + j == n - 1 + k,
        "full row": lambda k: i == k,
        "full column": lambda k: j == k,
        "blocks": lambda k: i // (k + 1) == j // (k + 1),
    }
    dense = np.zeros((m, n), dtype=bool)
    for kind in draw(st.lists(st.sampled_from(sorted(kinds)), max_size=3)):
        dense |= kinds[kind](draw(st.integers(0, 3)))
    if draw(st.booleans()):
        dense[i % 4 == draw(st.integers(0, 3))] = False
    if draw(st.booleans()):
        rng = np.random.default_rng(draw(st.integers(0, 99)))
        dense = dense[rng.permutation(m)][:, rng.permutation(n)]
    return dense


@given(structured(), st.sampled_from(ALGORITHMS), st.sampled_from(ORDERS), st.booleans())
def test_structured_patterns(dense, algorithm, order, postprocess):
    if algorithm[0] == "symmetric":
        size = max(dense.shape)
        square = np.zeros((size, size), dtype=bool)
        square[: dense.shape[0], : dense.shape[1]] = dense
        dense = square | square.T
    pattern = SparsityPattern.from_dense(dense)
    coloring = color(pattern, *algorithm, order, postprocess)
    check_coloring(pattern, coloring)
    check_round_trip(coloring)


@pytest.mark.parametrize("size", [(100, 200), (200, 100)])
@pytest.mark.parametrize("density", [0.01, 0.02, 0.05])
def test_larger_random_patterns(size, density):
    rng = np.random.default_rng(int(1000 * density))
    pattern = SparsityPattern.from_dense(rng.random(size) < density)
    symmetric = SparsityPattern.from_dense(pattern.to_dense() @ pattern.to_dense().T)
    for partition, decompression in ALGORITHMS:
        chosen = symmetric if partition == "symmetric" else pattern
        check_round_trip(color(chosen, partition, decompression))


@pytest.mark.parametrize(("partition", "decompression"), ALGORITHMS)
def test_seeds_and_sparse_matrices_give_the_same_products(partition, decompression):
    pattern = SparsityPattern.from_dense(FAMILIES["banded"])
    coloring = color(pattern, partition, decompression)
    A = numbered(pattern, coloring.symmetric)
    products = compress(coloring, A)
    for matrix in (sparse.csc_array(A), sparse.csr_matrix(A)):
        again = compress(coloring, matrix)
        pairs = (
            zip(again, products, strict=True)
            if isinstance(products, tuple)
            else [(again, products)]
        )
        for one, other in pairs:
            np.testing.assert_array_equal(one, other)
    by_seed = coloring.row_seed @ A, A @ coloring.column_seed
    if partition == "bidirectional":
        for one, other in zip(products, by_seed, strict=True):
            np.testing.assert_array_equal(one, other)
    else:
        np.testing.assert_array_equal(products, by_seed[0 if partition == "row" else 1])
        np.testing.assert_array_equal(
            products, coloring.seed @ A if partition == "row" else A @ coloring.seed
        )


@given(squares)
def test_indices_gather_each_entry_from_the_products(dense):
    full = SparsityPattern.from_dense(dense | dense.T)
    A = numbered(full, symmetric=True)
    for coloring in (color(full, "symmetric"), color_hessian(full)):
        products = (A @ coloring.seed).T
        for pattern in (full, full.lower(), full.lower().T):
            position, product = direct_indices(pattern, coloring)
            assert position.dtype == product.dtype == np.int32
            expected = A[pattern.rows, pattern.cols]
            np.testing.assert_array_equal(products[product, position], expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128, np.int64])
@pytest.mark.parametrize(("partition", "decompression"), ALGORITHMS)
def test_the_type_of_values_is_kept(dtype, partition, decompression):
    A = np.array([[1, 2, 0, 0], [2, 0, 3, 0], [0, 3, 4, 5], [0, 0, 5, 0]], dtype=dtype)
    coloring = color(SparsityPattern.from_dense(A), partition, decompression)
    result = decompress(coloring, compress(coloring, A))
    assert result.dtype == dtype
    np.testing.assert_array_equal(result.toarray(), A)


def test_boolean_and_short_integer_products_are_counted_not_wrapped():
    pattern = SparsityPattern.from_dense(np.ones((1, 300)))
    coloring = color(SparsityPattern.from_dense(np.eye(300, dtype=bool)))
    assert compress(coloring, np.eye(300, dtype=bool)).dtype == np.int64
    rows = color(pattern, "row")
    assert decompress(rows, np.ones((1, 300), dtype=np.int8)).dtype == np.int8
    path = SparsityPattern.from_dense(abs(np.subtract.outer(range(4), range(4))) == 1)
    by_subtraction = color(path, "symmetric", "substitution")
    products = compress(by_subtraction, path.to_dense(np.ones(path.nnz, dtype=np.int8)))
    np.testing.assert_array_equal(
        decompress(by_subtraction, products).toarray(), path.to_dense().astype(int)
    )


@pytest.mark.parametrize(("partition", "decompression"), ALGORITHMS)
def test_products_in_either_memory_order(partition, decompression):
    pattern = SparsityPattern.from_dense(FAMILIES["banded"])
    coloring = color(pattern, partition, decompression)
    A = numbered(pattern, coloring.symmetric)
    B = compress(coloring, A)
    for layout in (np.ascontiguousarray, np.asfortranarray, lambda b: np.repeat(b, 2, 0)[::2]):
        given_ = tuple(map(layout, B)) if isinstance(B, tuple) else layout(B)
        np.testing.assert_array_equal(decompress(coloring, given_).toarray(), A)


def test_values_and_matrices_are_filled_in_place():
    pattern = SparsityPattern.from_dense(FAMILIES["banded"])
    A = numbered(pattern, symmetric=True)
    for decompression in ("direct", "substitution"):
        coloring = color(pattern, "symmetric", decompression)
        B = compress(coloring, A)
        out = np.empty(pattern.nnz)
        assert decompress_values(coloring, B, out=out) is out
        np.testing.assert_array_equal(pattern.to_dense(out), A)
        matrix = decompress(coloring, B, triangle="L")
        assert decompress(coloring, 2 * B, out=matrix, triangle="L") is matrix
        np.testing.assert_array_equal(matrix.toarray(), 2 * np.tril(A))


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
    with pytest.raises(InputError, match=r"out has shape \(3,\), but 2 values"):
        decompress_values(columns, np.zeros((2, 1)), out=np.empty(3))
    with pytest.raises(InputError, match="must be a csr_array with the structure of"):
        decompress(columns, np.zeros((2, 1)), out=sparse.csr_array((2, 3)))
    with pytest.raises(InputError, match=r"pair \(products of rows, products of columns\)"):
        decompress(color(pattern, "bidirectional"), np.zeros((2, 1)))


def test_indices_are_refused_where_one_gather_is_not_enough():
    pattern = SparsityPattern([0, 1], [0, 1], (2, 2))
    with pytest.raises(PatternError, match="color the pattern whose entries are wanted"):
        direct_indices(SparsityPattern([0], [0], (2, 2)), color(pattern))
    with pytest.raises(PatternError, match="color the pattern whose entries are wanted"):
        direct_indices(SparsityPattern([0], [0], (2, 2)), color(pattern, "symmetric"))
    for args in (("bidirectional", "direct"), ("symmetric", "substitution")):
        with pytest.raises(ColoringError, match="Use decompress_values"):
            direct_indices(pattern, color(pattern, *args))


class TestErrorGrowth:
    def test_direct_decompression_adds_nothing(self):
        pattern = SparsityPattern.from_dense(FAMILIES["banded"])
        for partition in ("column", "row", "symmetric", "bidirectional"):
            np.testing.assert_array_equal(error_growth(color(pattern, partition)), 1.0)
        lower = error_growth(color(pattern, "symmetric"), triangle="L")
        assert lower.size == pattern.lower().nnz

    def test_it_is_the_largest_error_possible(self):
        rng = np.random.default_rng(2)
        pattern = SparsityPattern.from_dense(FAMILIES["banded"])
        coloring = color(pattern, "symmetric", "substitution")
        shape = (pattern.shape[0], coloring.num_colors)
        # the recovered values depend linearly on the products: sum the sizes of all influences
        influence = np.zeros(pattern.nnz)
        for at in np.ndindex(shape):
            unit = np.zeros(shape)
            unit[at] = 1.0
            influence += abs(decompress_values(coloring, unit))
        np.testing.assert_array_equal(error_growth(coloring), influence)
        errors = rng.choice([-1.0, 1.0], size=shape)
        assert (abs(decompress_values(coloring, errors)) <= influence).all()

    def test_triangles_of_what_is_not_symmetric_are_refused(self):
        coloring = color(SparsityPattern([0], [0], (2, 2)), "bidirectional", "substitution")
        with pytest.raises(InputError, match="only symmetric matrices"):
            error_growth(coloring, triangle="L")


def test_values_are_never_rounded_into_an_array() -> None:
    coloring = color(SparsityPattern.from_dense(np.eye(3)))
    products = np.full((3, 1), 1.5)
    integers = np.zeros(3, dtype=np.int64)
    with pytest.raises(InputError, match="float64 were to be written to an array of dtype int64"):
        decompress_values(coloring, products, out=integers)
    with pytest.raises(InputError, match="int64"):
        decompress(coloring, products, out=sparse.csr_array(np.eye(3, dtype=np.int64)))
    with pytest.raises(InputError, match="int64"):
        decompress_color(coloring, 0, products[:, 0], integers)
    with pytest.raises(InputError, match="int64"):
        Collector(coloring, dtype=np.int64).collect(0, products[:, 0])
    with pytest.raises(InputError, match="complex128"):
        Collector(coloring).collect(0, 1j * products[:, 0])
    with pytest.raises(InputError, match=r"shape \(2,\), but 3 values"):
        decompress_values(coloring, products, out=[0.0, 0.0])  # type: ignore[arg-type]


@pytest.mark.parametrize("convert", [np.asarray, sparse.csr_array, sparse.coo_matrix])
def test_matrices_with_entries_outside_of_the_pattern_are_not_compressed(convert) -> None:
    coloring = color(SparsityPattern.from_dense(np.eye(3)))
    with pytest.raises(PatternError, match=r"nonzero at \(0, 2\)"):
        compress(coloring, convert([[1.0, 0, 5], [0, 1, 0], [0, 0, 1]]))
