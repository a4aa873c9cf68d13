"""Coloring a pattern: graph, order, greedy colors.

Enters: a `SparsityPattern`. Leaves: a `Coloring`. Decompression is next.
"""

from __future__ import annotations

from typing import get_args

from asdopt._errors import ColoringError, InputError, PatternError
from asdopt._pattern import SparsityPattern
from asdopt.coloring._coloring import Coloring, Decompression, Partition
from asdopt.coloring._graph import AdjacencyGraph, BipartiteSide
from asdopt.coloring._greedy import distance2_coloring, star_coloring
from asdopt.coloring._orders import vertex_order

__all__ = ["color", "color_hessian", "symmetric_pattern"]


def symmetric_pattern(pattern: SparsityPattern) -> SparsityPattern:
    """Return both triangles of a symmetric pattern given in full or as one triangle.

    Raises
    ------
    PatternError
        The pattern is not square, or holds entries in both triangles that do not mirror each
        other.
    """
    if pattern.shape[0] != pattern.shape[1]:
        raise PatternError(
            f"A symmetric coloring needs a square pattern, this one has shape {pattern.shape}; "
            'for a Jacobian ask for partition="column", "row" or "bidirectional".'
        )
    below, above = pattern.rows > pattern.cols, pattern.rows < pattern.cols
    if not (below.any() and above.any()):
        return pattern.symmetrized()
    if pattern.is_symmetric:
        return pattern
    lonely = pattern - pattern.T
    i, j = int(lonely.rows[0]), int(lonely.cols[0])
    raise PatternError(
        f"A symmetric coloring was asked for, but ({i}, {j}) is an entry and ({j}, {i}) is not. "
        "Give a symmetric pattern or one triangle of it; pattern.symmetrized() adds what is "
        "missing."
    )


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InputError(
            f"{name}={value!r} was asked for; possible are {', '.join(map(repr, choices))}."
        )


def color(
    pattern: SparsityPattern,
    partition: Partition = "column",
    decompression: Decompression = "direct",
    order: str = "natural",
) -> Coloring:
    """Color a pattern so that one product per color recovers the matrix.

    Parameters
    ----------
    pattern : SparsityPattern
        Pattern of the matrix. For symmetric partitions both triangles or one of them.
    partition : {"column", "row", "symmetric"}, default "column"
        Color columns (products `A @ v`), rows (products `w @ A`), or the columns of a symmetric
        matrix of which every entry may be read in either triangle.
    decompression : {"direct"}, default "direct"
        Each entry is read from one product.
    order : {"natural", "largest_first"}, default "natural"
        Order in which the greedy algorithm visits the vertices.

    Returns
    -------
    Coloring
        Colors from 1, groups, seed matrices; deterministic.

    Raises
    ------
    PatternError
        A symmetric coloring of a pattern that is not symmetric.

    Examples
    --------
    >>> pattern = SparsityPattern.from_dense([[1, 0, 2], [0, 3, 4], [5, 0, 0]])
    >>> color(pattern)
    Coloring of 3 columns: 2 colors (distance-2, natural)
    2 products A @ v instead of 3 for 5 nonzeros
    """
    _check_choice("partition", partition, get_args(Partition))
    _check_choice("decompression", decompression, get_args(Decompression))
    if partition == "bidirectional" or decompression == "substitution":
        raise ColoringError(f"A {partition} coloring for {decompression} decompression is missing.")
    if partition == "symmetric":
        pattern = symmetric_pattern(pattern)
        graph = AdjacencyGraph.of_symmetric(pattern)
        colors = star_coloring(graph, vertex_order(graph, order))
        return Coloring(pattern, partition, decompression, "star", order, None, colors)
    side = BipartiteSide.of_columns(pattern if partition == "column" else pattern.T)
    colors = distance2_coloring(side, vertex_order(side, order))
    row_colors, column_colors = (None, colors) if partition == "column" else (colors, None)
    return Coloring(
        pattern, partition, decompression, "distance-2", order, row_colors, column_colors
    )


def color_hessian(pattern: SparsityPattern) -> Coloring:
    """Color a symmetric pattern with the fewest products among several direct colorings.

    Star colorings read an entry in either triangle; plain columns read it in its own column, and
    need fewer colors on some patterns: a nine-point stencil takes 9 columns, but more star colors.

    Parameters
    ----------
    pattern : SparsityPattern
        Symmetric pattern, both triangles or one of them.

    Returns
    -------
    Coloring
        Of partition "symmetric".
    """
    pattern = symmetric_pattern(pattern)
    side = BipartiteSide.of_columns(pattern)
    candidates = []
    for order in ("natural", "largest_first"):
        columns = distance2_coloring(side, vertex_order(side, order))
        candidates.append(
            Coloring(pattern, "symmetric", "direct", "distance-2", order, None, columns)
        )
        candidates.append(color(pattern, "symmetric", order=order))
    return min(candidates, key=lambda coloring: coloring.num_colors)
