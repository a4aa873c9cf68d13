"""Bidirectional colorings that set a few dense lines apart.

Enters: a pattern. Leaves: colorings in which some rows R are recovered by products `w @ A`, and
the entries of all other rows by products `A @ v`; and the same with the roles exchanged.

Rows of R need colors that tell them apart in each column, columns need colors that tell them apart
in each row outside R: two one-sided colorings of two parts of the pattern. With the k fullest rows
in R, at most k row colors are needed and at least as many column colors as the fullest remaining
row has entries; k is chosen to make the sum of the two small. An arrowhead takes 3 products, and
greedy star colorings of `[0 A'; A 0]` in most orders as many as A has rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from asdopt._pattern import SparsityPattern
from asdopt.coloring._coloring import Coloring
from asdopt.coloring._graph import BipartiteSide
from asdopt.coloring._greedy import distance2_coloring
from asdopt.coloring._orders import Order, order_list, vertex_order

__all__ = ["split_colorings"]

IntArray = npt.NDArray[np.int32]


def _dense_rows(
    pattern: SparsityPattern, column_cost: float, row_cost: float
) -> npt.NDArray[np.bool_]:
    """Mark the k fullest rows, with k so that an estimate of the price is smallest."""
    counts = pattern.row_counts
    by_fullness = np.argsort(-counts, kind="stable")
    remaining = np.concatenate([counts[by_fullness], [0]])
    price = remaining * column_cost + np.arange(counts.size + 1) * row_cost
    dense = np.zeros(counts.size, dtype=bool)
    dense[by_fullness[: int(price.argmin())]] = True
    return dense


def _colors_of(pattern: SparsityPattern, order: str) -> IntArray:
    """Color the columns of a part of the pattern; columns without entries get the color 0."""
    side = BipartiteSide.of_columns(pattern)
    colors = distance2_coloring(side, vertex_order(side, order))
    colors[pattern.column_counts == 0] = 0
    return (np.unique(np.append(colors, 0), return_inverse=True)[1][:-1]).astype(np.int32)


def _part(pattern: SparsityPattern, keep: npt.NDArray[np.bool_]) -> SparsityPattern:
    return SparsityPattern._from_sorted(pattern.rows[keep], pattern.cols[keep], pattern.shape)


def split_colorings(
    pattern: SparsityPattern, order: Order, column_cost: float, row_cost: float
) -> Iterator[Coloring]:
    """Give a coloring with the dense rows set apart, and one with the dense columns."""
    for name, one in order_list(order):
        if not isinstance(one, str):
            continue  # a permutation of all columns and rows orders neither side alone
        dense = _dense_rows(pattern, column_cost, row_cost)[pattern.rows]
        yield Coloring(
            pattern,
            "bidirectional",
            "direct",
            "dense rows apart",
            name,
            _colors_of(_part(pattern, dense).T, one),
            _colors_of(_part(pattern, ~dense), one),
        )
        dense = _dense_rows(pattern.T, row_cost, column_cost)[pattern.cols]
        yield Coloring(
            pattern,
            "bidirectional",
            "direct",
            "dense columns apart",
            name,
            _colors_of(_part(pattern, ~dense).T, one),
            _colors_of(_part(pattern, dense), one),
        )
