"""Colors brought along are checked like colors computed here."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from asdopt._errors import ColoringError, InputError
from asdopt._pattern import SparsityPattern
from asdopt.coloring import Coloring, known_coloring
from asdopt.testing import check_coloring


def pattern_of(text):
    return SparsityPattern.from_dense([[int(digit) for digit in row] for row in text.split(";")])


def test_colors_given_are_used():
    pattern = pattern_of("100;020;034")
    for colors in ([1, 2, 3], [1, 2, 1], [1, 1, 2]):
        coloring = known_coloring(pattern, colors)
        assert coloring.colors.tolist() == colors
        A = pattern.to_dense([1.0, 2.0, 3.0, 4.0])
        np.testing.assert_array_equal(coloring.decompress(coloring.compress(A)).toarray(), A)
    assert known_coloring(pattern.T, [1, 2, 1], "row").num_row_colors == 2


def test_colors_that_do_not_recover_an_entry_are_refused():
    pattern = pattern_of("100;020;034")
    with pytest.raises(
        ColoringError,
        match=r"Entry \(2, 1\) cannot be recovered: column color 2 sums it in row 2 with \(2, 2\)",
    ):
        known_coloring(pattern, [1, 2, 2])
    with pytest.raises(ColoringError, match="row color 1 sums it in column 1 with"):
        known_coloring(pattern, [1, 1, 1], "row")
    with pytest.raises(ColoringError, match="neutral color 0"):
        known_coloring(pattern, [1, 2, 0])


def test_both_kinds_of_colors():
    # SparseMatrixColorings.jl, tests of its checkers
    pattern = pattern_of("11111;10001;10001;11111")
    columns = [1, 2, 2, 2, 3]
    coloring = known_coloring(
        pattern, partition="bidirectional", row_colors=[1, 2, 2, 3], column_colors=columns
    )
    assert coloring.num_colors == 6
    with pytest.raises(ColoringError, match=r"column color 1 .* and row color 1"):
        known_coloring(
            pattern,
            partition="bidirectional",
            row_colors=[1, 1, 1, 2],
            column_colors=[1, 1, 1, 1, 2],
        )
    with pytest.raises(ColoringError, match=r"Entry \(0, 1\)"):
        known_coloring(
            pattern, partition="bidirectional", row_colors=[0, 2, 2, 3], column_colors=columns
        )


def test_substitution_recovers_more():
    tridiagonal = pattern_of("11000;11100;01110;00111;00011")
    acyclic = [1, 2, 1, 2, 1]
    assert known_coloring(tridiagonal, acyclic, "symmetric", "substitution").num_colors == 2
    with pytest.raises(ColoringError, match="does not allow direct decompression"):
        known_coloring(tridiagonal, acyclic, "symmetric")
    with pytest.raises(ColoringError, match="does not allow substitution decompression"):
        known_coloring(tridiagonal, [1] * 5, "symmetric", "substitution")


@pytest.mark.parametrize(
    ("colors", "error", "words"),
    [
        ([1, 2], ColoringError, r"must be 3 integers"),
        ([1.0, 2.0, 3.0], ColoringError, "dtype float64"),
        ([1, 2, 4], ColoringError, r"must lie in 1 \.\.\. 3"),
        ([1, 2, -1], ColoringError, r"found -1 \.\.\. 2"),
        (None, InputError, "are needed"),
    ],
)
def test_malformed_colors_are_refused(colors, error, words):
    with pytest.raises(error, match=words):
        known_coloring(SparsityPattern([0], [0], (3, 3)), colors)


def test_nothing_needs_no_colors():
    assert known_coloring(SparsityPattern([], [], (0, 0)), []).num_colors == 0
    assert known_coloring(SparsityPattern([], [], (4, 4)), [0] * 4).num_colors == 0


@st.composite
def claims(draw):
    partition = draw(st.sampled_from(["column", "row", "symmetric", "bidirectional"]))
    m, n = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    if partition == "symmetric":
        m = n
    dense = draw(hnp.arrays(dtype=bool, shape=(m, n)))
    if partition == "symmetric":
        dense = dense | dense.T
    limit = draw(st.integers(1, 4))
    rows = draw(hnp.arrays(np.int32, m, elements=st.integers(0, min(limit, m))))
    columns = draw(hnp.arrays(np.int32, n, elements=st.integers(0, min(limit, n))))
    return (
        SparsityPattern.from_dense(dense),
        partition,
        draw(st.sampled_from(["direct", "substitution"])),
        rows if partition in {"row", "bidirectional"} else None,
        columns if partition != "row" else None,
    )


@given(claims())
def test_the_fast_check_agrees_with_the_slow_checker(claim):
    pattern, partition, decompression, rows, columns = claim
    coloring = Coloring(pattern, partition, decompression, "claimed", "claimed", rows, columns)
    try:
        check_coloring(pattern, coloring)
        valid = True
    except ColoringError:
        valid = False
    try:
        known_coloring(
            pattern,
            partition=partition,
            decompression=decompression,
            row_colors=rows,
            column_colors=columns,
        )
        accepted = True
    except ColoringError:
        accepted = False
    assert accepted == valid
