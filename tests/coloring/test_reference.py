"""Published colorings and numbers of colors, each with its public source."""

from __future__ import annotations

import numpy as np
import pytest

from asdopt._pattern import SparsityPattern
from asdopt.coloring import color
from asdopt.testing import check_coloring


def pattern_of(text: str) -> SparsityPattern:
    return SparsityPattern.from_dense([[int(digit) for digit in row] for row in text.split(";")])


def banded(n: int, half_width: int) -> SparsityPattern:
    i, j = np.indices((n, n))
    return SparsityPattern.from_dense(abs(i - j) <= half_width)


def grid(n: int) -> SparsityPattern:
    """Five-point stencil on an n x n grid."""
    line = banded(n, 1).to_dense()
    eye = np.eye(n, dtype=bool)
    return SparsityPattern.from_dense(np.kron(line, eye) | np.kron(eye, line))


def arrowhead(n: int) -> SparsityPattern:
    dense = np.eye(n, dtype=bool)
    dense[0] = dense[:, 0] = True
    return SparsityPattern.from_dense(dense)


SMALL_COLUMNS = pattern_of("102;034;500")
SMALL_ROWS = pattern_of("103;020;450")
FOUR_BY_SIX = pattern_of("001101;100010;010010;011000")
# Gebremedhin, Manne, Pothen (2005), What Color Is Your Jacobian?, SIAM Review 47(4): figures.
FIGURE_3_1 = pattern_of("10000111;01001011;00101101;00011110")
FIGURE_4_1 = pattern_of("110000;111011;011100;001101;010010;010101")
FIGURE_6_1 = pattern_of(
    "1100001000;1110100000;0111010000;0011000001;0100110100;"
    "0010110010;1000001100;0000101110;0000010111;0001000011"
)
# SparseMatrixColorings.jl (Dalle, Montoison), test suite: where largest first beats natural.
ORDER_COLUMNS = pattern_of("0011;0101;0011;1100")
ORDER_ROWS = pattern_of("1000;0010;0111;1001")
ORDER_STAR = pattern_of("01011;11010;00101;11010;10100")

# pattern, partition, decompression, (natural, largest first)
COUNTS = {
    "small columns": (SMALL_COLUMNS, "column", "direct", (2, None)),
    "small rows": (SMALL_ROWS, "row", "direct", (2, None)),
    "4x6 columns": (FOUR_BY_SIX, "column", "direct", (3, None)),
    "4x6 rows": (FOUR_BY_SIX, "row", "direct", (3, 2)),
    "figure 3.1 columns": (FIGURE_3_1, "column", "direct", (5, 4)),
    "figure 3.1 rows": (FIGURE_3_1, "row", "direct", (4, 4)),
    "figure 4.1 star": (FIGURE_4_1, "symmetric", "direct", (3, 4)),
    "figure 4.1 columns": (FIGURE_4_1, "column", "direct", (5, None)),
    "figure 6.1 star": (FIGURE_6_1, "symmetric", "direct", (5, 4)),
    "figure 6.1 columns": (FIGURE_6_1, "column", "direct", (6, 5)),
    "order, columns": (ORDER_COLUMNS, "column", "direct", (3, 2)),
    "order, rows": (ORDER_ROWS, "row", "direct", (3, 2)),
    "order, star": (ORDER_STAR, "symmetric", "direct", (4, 3)),
    "grid columns": (grid(10), "column", "direct", (7, 7)),
    "grid star": (grid(10), "symmetric", "direct", (5, 5)),
    "arrowhead columns": (arrowhead(10), "column", "direct", (10, 10)),
    "arrowhead star": (arrowhead(10), "symmetric", "direct", (2, 2)),
}


@pytest.mark.parametrize("name", COUNTS)
def test_number_of_colors(name):
    pattern, partition, decompression, counts = COUNTS[name]
    for order, count in zip(("natural", "largest_first"), counts, strict=True):
        coloring = color(pattern, partition, decompression, order=order)
        check_coloring(pattern, coloring)
        if count is not None:
            assert coloring.num_colors == count, order


@pytest.mark.parametrize(
    ("pattern", "partition", "colors"),
    [
        # SparseMatrixColorings.jl: test suite and docstrings
        (SMALL_COLUMNS, "column", [1, 1, 2]),
        (SMALL_ROWS, "row", [1, 1, 2]),
        (FOUR_BY_SIX, "column", [1, 1, 2, 1, 2, 3]),
        (FIGURE_4_1, "symmetric", [1, 2, 1, 3, 1, 1]),
        (FIGURE_6_1, "symmetric", [1, 2, 1, 3, 1, 4, 3, 5, 1, 2]),
    ],
)
def test_natural_order_gives_the_published_colors(pattern, partition, colors):
    assert color(pattern, partition).colors.tolist() == colors


@pytest.mark.parametrize(
    ("rows", "partition", "compressed"),
    [
        ([[1, 0, 2], [0, 3, 4], [5, 0, 0]], "column", [[1, 2], [3, 4], [5, 0]]),
        ([[1, 0, 3], [0, 2, 0], [4, 5, 0]], "row", [[1, 2, 3], [4, 5, 0]]),
        (
            [[0, 0, 4, 6, 0, 9], [1, 0, 0, 0, 7, 0], [0, 2, 0, 0, 8, 0], [0, 3, 5, 0, 0, 0]],
            "column",
            [[6, 4, 9], [1, 7, 0], [2, 8, 0], [3, 5, 0]],
        ),
    ],
)
def test_compressed_matrices_are_the_published_ones(rows, partition, compressed):
    # SparseMatrixColorings.jl: test suite and docstrings
    matrix = np.array(rows)
    coloring = color(SparsityPattern.from_dense(matrix), partition)
    np.testing.assert_array_equal(coloring.compress(matrix), compressed)
    np.testing.assert_array_equal(coloring.decompress(np.array(compressed)).toarray(), matrix)


def test_groups_of_the_published_example():
    groups = color(FOUR_BY_SIX).groups
    assert [(group + 1).tolist() for group in groups] == [[1, 2, 4], [3, 5], [6]]


@pytest.mark.parametrize("half_width", [5, 10])
@pytest.mark.parametrize("factor", [5, 10, 20])
def test_banded_matrices_take_2h_plus_1_star_colors(half_width, factor):
    # Coleman, More (1984); Gebremedhin et al. (2005), theorem on banded matrices
    pattern = banded(factor * half_width, half_width)
    assert color(pattern, "symmetric").num_colors == 2 * half_width + 1
    assert color(pattern, "column").num_colors == 2 * half_width + 1
