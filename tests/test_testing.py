"""The checkers accept what is right and name the entry that is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from asdopt._errors import ColoringError, PatternError
from asdopt._pattern import SparsityPattern
from asdopt.coloring import Coloring
from asdopt.testing import check_coloring, check_pattern


def colored(pattern, partition, decompression="direct", rows=None, columns=None):
    """A coloring as claimed by somebody, right or wrong."""
    sides = [None if c is None else np.array(c, dtype=np.int32) for c in (rows, columns)]
    return Coloring(pattern, partition, decompression, "claimed", "claimed", *sides)


def pattern_of(text):
    return SparsityPattern.from_dense([[int(digit) for digit in row] for row in text.split(";")])


def test_patterns_may_be_larger_but_not_smaller():
    pattern = SparsityPattern([0, 1], [0, 1], (2, 2))
    check_pattern(pattern, [[1.0, 0.0], [0.0, 0.0]])
    with pytest.raises(PatternError, match=r"lacks \(1, 0\), where the matrix is 7.0: a pattern"):
        check_pattern(pattern, [[0.0, 0.0], [7.0, 0.0]])
    with pytest.raises(PatternError, match=r"lacks \(0, 1\), where the matrix is nan \(2 such"):
        check_pattern(pattern, [[0.0, np.nan], [7.0, 0.0]])
    with pytest.raises(PatternError, match="shapes must be equal"):
        check_pattern(pattern, [[1.0]])


@pytest.mark.parametrize("colors", [[1, 2, 3], [1, 2, 1], [1, 1, 2]])
def test_orthogonal_columns_are_accepted(colors):
    # SparseMatrixColorings.jl, tests of its checkers
    pattern = pattern_of("100;020;034")
    check_coloring(pattern, colored(pattern, "column", columns=colors))


def test_columns_that_collide_are_named():
    pattern = pattern_of("100;020;034")
    with pytest.raises(
        ColoringError,
        match=r"Entry \(2, 1\) cannot be recovered by direct decompression: "
        r"column color 2 sums it in row 2 with \(2, 2\)",
    ):
        check_coloring(pattern, colored(pattern, "column", columns=[1, 2, 2]))


FIGURE_6_1 = pattern_of(
    "1100001000;1110100000;0111010000;0011000001;0100110100;"
    "0010110010;1000001100;0000101110;0000010111;0001000011"
)


def test_star_colorings_of_the_books():
    # Gebremedhin, Manne, Pothen (2005), figure 4.1; figure 6.1 in Gebremedhin et al. (2007)
    figure_4_1 = pattern_of("110000;111011;011100;001101;010010;010101")
    check_coloring(figure_4_1, colored(figure_4_1, "symmetric", columns=[1, 2, 1, 3, 1, 1]))
    with pytest.raises(ColoringError, match="cannot be recovered"):
        check_coloring(figure_4_1, colored(figure_4_1, "symmetric", columns=[1, 3, 1, 3, 1, 1]))
    check_coloring(
        FIGURE_6_1, colored(FIGURE_6_1, "symmetric", columns=[1, 2, 1, 3, 1, 4, 3, 5, 1, 2])
    )
    for wrong in (
        [1, 2, 1, 3, 1, 4, 3, 4, 1, 2],
        [1, 2, 1, 3, 1, 4, 2, 5, 1, 2],
        [1, 2, 1, 4, 1, 4, 3, 5, 1, 2],
    ):
        with pytest.raises(ColoringError, match="cannot be recovered by direct"):
            check_coloring(FIGURE_6_1, colored(FIGURE_6_1, "symmetric", columns=wrong))


@pytest.mark.parametrize("last", [1, 3])
def test_acyclic_colorings_of_the_books(last):
    colors = [1, 2, 1, 2, 1, 3, 2, 3, 2, last]
    check_coloring(FIGURE_6_1, colored(FIGURE_6_1, "symmetric", "substitution", columns=colors))
    with pytest.raises(ColoringError, match="by direct decompression"):
        check_coloring(FIGURE_6_1, colored(FIGURE_6_1, "symmetric", columns=colors))


def test_substitutable_colorings():
    # SparseMatrixColorings.jl, tests of its checkers
    for text, colors in (
        ("11111;11000;10100;10010;10001", [1, 2, 2, 2, 2]),
        ("11000;11100;01110;00111;00011", [1, 2, 3, 1, 2]),
        ("01111;10111;11011;11101;11110", [1, 2, 3, 4, 0]),
    ):
        pattern = pattern_of(text)
        check_coloring(pattern, colored(pattern, "symmetric", "substitution", columns=colors))
        with pytest.raises(ColoringError, match="by substitution decompression"):
            check_coloring(pattern, colored(pattern, "symmetric", "substitution", columns=[1] * 5))


def test_biorthogonal_colorings():
    # SparseMatrixColorings.jl, tests of its checkers
    pattern = pattern_of("11111;10001;10001;11111")
    check_coloring(
        pattern, colored(pattern, "bidirectional", rows=[1, 2, 2, 3], columns=[1, 2, 2, 2, 3])
    )
    with pytest.raises(ColoringError, match=r"row color 1 .* and column color 1|column color 1"):
        check_coloring(
            pattern, colored(pattern, "bidirectional", rows=[1, 1, 1, 2], columns=[1, 1, 1, 1, 2])
        )
    with pytest.raises(ColoringError, match=r"Entry \(0, 1\)"):
        check_coloring(
            pattern, colored(pattern, "bidirectional", rows=[0, 2, 2, 3], columns=[1, 2, 2, 2, 3])
        )


def test_neutral_colors_recover_nothing():
    pattern = SparsityPattern([0], [0], (1, 1))
    with pytest.raises(ColoringError, match="its row and column have the neutral color 0"):
        check_coloring(pattern, colored(pattern, "column", columns=[0]))
    with pytest.raises(ColoringError, match="shapes must be equal"):
        check_coloring(SparsityPattern([], [], (2, 2)), colored(pattern, "column", columns=[1]))
