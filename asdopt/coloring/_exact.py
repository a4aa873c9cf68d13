"""Fewest colors by exhaustive search, for small patterns.

Enters: a pattern and a limit of steps. Leaves: a coloring, with the proof that none has fewer
colors where the search ended within the limit.

Every part of a recoverable matrix is recoverable, so the search colors one vertex after the other
and turns back as soon as the entries between colored vertices cannot be recovered any more. A
vertex may take a color in use, the next new one, or the neutral color; numbers of products are
tried upwards from the lower bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import numpy as np

from asdopt._pattern import SparsityPattern
from asdopt.coloring._bounds import lower_bound
from asdopt.coloring._color import color, color_hessian, color_jacobian
from asdopt.coloring._coloring import Coloring, Decompression, Partition
from asdopt.coloring._orders import ORDERS
from asdopt.coloring._symmetric import check_choice, symmetric_pattern

__all__ = ["color_optimal"]

# Rows and columns up to which a search is begun: it would not end beyond, and recurses as deep.
_MOST_LINES = 600


class _StepsUsedUp(Exception):  # noqa: N818  # a signal within this file, not an error
    """The search has taken as many steps as it was allowed."""


class _Search:
    """State of the search: which vertices may be colored, and with how many colors a side."""

    def __init__(
        self, pattern: SparsityPattern, partition: Partition, direct: bool, max_steps: int
    ) -> None:
        m, n = pattern.shape
        self.symmetric = partition == "symmetric"
        # vertices: columns 0 ... n - 1, rows n ... n + m - 1 (the columns again when symmetric)
        self.num_columns = n
        self.num_vertices = n if self.symmetric else n + m
        self.direct = direct
        self.steps_left = max_steps
        self.colorable = {
            "column": range(n),
            "row": range(n, n + m),
            "symmetric": range(n),
            "bidirectional": range(n + m),
        }[partition]
        shift = 0 if self.symmetric else n
        keep = (
            pattern.rows >= pattern.cols if self.symmetric else np.ones(pattern.nnz, dtype=np.bool_)
        )
        self.unknowns = [
            (int(i) + shift, int(j))
            for i, j in zip(pattern.rows[keep], pattern.cols[keep], strict=True)
        ]
        self.colors = [0] * self.num_vertices
        self.unknowns_at: list[list[tuple[int, int]]] = [[] for _ in range(self.num_vertices)]
        self.order = self._order()
        rank = {vertex: place for place, vertex in enumerate(self.order)}
        # the unknowns between the first t + 1 vertices in order; one-sided: also all others' ends
        for row, column in self.unknowns:
            place = max(rank.get(row, -1), rank.get(column, -1))
            self.unknowns_at[place].append((row, column))

    def _order(self) -> list[int]:
        """Order vertices so that each has many neighbors, at distance 1 or 2, before it."""
        near: list[set[int]] = [set() for _ in range(self.num_vertices)]
        for row, column in self.unknowns:
            near[row].add(column)
            near[column].add(row)
        reach = [set().union(near[v], *(near[w] for w in near[v])) - {v} for v in self.colorable]
        neighbors = dict(zip(self.colorable, reach, strict=True))
        order: list[int] = []
        chosen: set[int] = set()
        while len(order) < len(neighbors):
            best = max(
                neighbors.keys() - chosen,
                key=lambda v: (len(neighbors[v] & chosen), len(neighbors[v]), -v),
            )
            order.append(best)
            chosen.add(best)
        return order

    def _recoverable(self, unknowns: list[tuple[int, int]]) -> bool:
        """Whether these unknowns can be recovered with the colors given so far."""
        colors = self.colors
        groups: dict[tuple[int, int], set[tuple[int, int]]] = {}
        for unknown in unknowns:
            row, column = unknown
            if colors[column]:
                groups.setdefault((row, colors[column]), set()).add(unknown)
            if colors[row] and row != column:
                groups.setdefault((column, colors[row]), set()).add(unknown)
        left = set(unknowns)
        while left:
            found = {u for members in groups.values() if len(members) == 1 for u in members}
            if not found:
                return False
            left -= found
            if self.direct:
                return not left
            for members in groups.values():
                members.difference_update(found)
        return True

    def _extend(self, place: int, known: list[tuple[int, int]], used: tuple[int, int]) -> bool:
        if place == len(self.order):
            return True
        vertex = self.order[place]
        side = int(vertex >= self.num_columns)
        unknowns = known + self.unknowns_at[place]
        spare = sum(used) < self.most
        for candidate in [*range(1, used[side] + 1 + spare), 0]:
            self.steps_left -= 1
            if self.steps_left < 0:
                raise _StepsUsedUp
            self.colors[vertex] = candidate
            if self._recoverable(unknowns):
                new = max(used[side], candidate)
                now = (used[0], new) if side else (new, used[1])
                if self._extend(place + 1, unknowns, now):
                    return True
        self.colors[vertex] = 0
        return False

    def run(self, most: int) -> bool:
        """Whether at most this many colors recover the matrix; `colors` then holds them."""
        self.most = most
        self.colors = [0] * self.num_vertices
        return self._extend(0, [], (0, 0))


def _greedy_colorings(
    pattern: SparsityPattern, partition: Partition, decompression: Decompression
) -> Iterator[Coloring]:
    yield color(pattern, partition, decompression, ORDERS, postprocess=True)
    if partition == "symmetric":
        yield color_hessian(pattern, decompression, ORDERS, postprocess=True)
    if partition == "bidirectional":
        best = color_jacobian(pattern, decompression, ORDERS, bidirectional=True)
        m, n = pattern.shape
        rows, columns = best.row_colors, best.column_colors
        yield Coloring(
            pattern,
            partition,
            best.decompression,
            best.algorithm,
            best.order,
            np.zeros(m, dtype=np.int32) if rows is None else rows.copy(),
            np.zeros(n, dtype=np.int32) if columns is None else columns.copy(),
        )


def color_optimal(
    pattern: SparsityPattern,
    partition: Partition = "column",
    decompression: Decompression = "direct",
    max_steps: int = 100_000,
) -> Coloring:
    """Color a pattern with as few colors as possible.

    All orders are tried first; if none meets the lower bound, the colorings of fewer colors are
    searched exhaustively, the neutral color included. The search takes exponential time in the
    worst case and is meant for patterns of a few dozen rows and columns; with more than 600 it is
    not begun.

    Parameters
    ----------
    pattern, partition, decompression
        As for `color`.
    max_steps : int, default 100000
        Number of colors the search may try, some ten microseconds each, before it gives up.

    Returns
    -------
    Coloring
        The best coloring found; `is_optimal` tells whether it is proven to be the best.

    Examples
    --------
    >>> ring = SparsityPattern([0, 0, 1, 1, 2, 2], [0, 1, 1, 2, 2, 0], (3, 3))
    >>> color_optimal(ring, "bidirectional").num_colors
    3
    """
    check_choice("partition", partition, get_args(Partition))
    check_choice("decompression", decompression, get_args(Decompression))
    if partition == "symmetric":
        pattern = symmetric_pattern(pattern)
    best = min(
        _greedy_colorings(pattern, partition, decompression), key=lambda each: each.num_colors
    )
    if best.is_optimal or sum(pattern.shape) > _MOST_LINES:
        return best
    algorithm, order = best.algorithm, best.order
    rows, columns = best.row_colors, best.column_colors
    search = _Search(pattern, partition, decompression == "direct", max_steps)
    proven = True
    try:
        for count in range(lower_bound(pattern, partition)[0], best.num_colors):
            if search.run(count):
                algorithm, order = "exact", "exhaustive search"
                found = np.array(search.colors, dtype=np.int32)
                columns = None if columns is None else found[: pattern.shape[1]]
                rows = None if rows is None else found[pattern.shape[1] :]
                break
    except _StepsUsedUp:
        proven = False
    how = decompression if algorithm == "exact" else best.decompression
    return Coloring(pattern, partition, how, algorithm, order, rows, columns, proven)
