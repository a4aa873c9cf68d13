"""Coloring a pattern: graph, order, greedy colors, neutral color.

Enters: a `SparsityPattern`. Leaves: a `Coloring`. Decompression is next.
"""

from __future__ import annotations

from typing import get_args

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt._pattern import SparsityPattern
from asdopt.coloring._coloring import Coloring, Decompression, Partition
from asdopt.coloring._graph import AdjacencyGraph, BipartiteSide
from asdopt.coloring._greedy import acyclic_coloring, distance2_coloring, star_coloring
from asdopt.coloring._hubs import graph_with_joined_hubs
from asdopt.coloring._orders import Order, order_list, vertex_order
from asdopt.coloring._postprocess import keep_used, used_products
from asdopt.coloring._reading import reading_groups
from asdopt.coloring._split import split_colorings
from asdopt.coloring._symmetric import check_choice, check_is_pattern, symmetric_pattern

__all__ = ["color", "color_hessian", "color_jacobian"]

IntArray = npt.NDArray[np.int32]


def _consecutive(colors: IntArray) -> IntArray:
    """Renumber colors from 1 without gaps, keeping their order."""
    return (np.unique(colors, return_inverse=True)[1] + 1).astype(np.int32)


def _colors(
    pattern: SparsityPattern,
    graph: BipartiteSide | AdjacencyGraph,
    partition: Partition,
    decompression: Decompression,
    visit: IntArray,
    limit: int,
) -> tuple[IntArray | None, IntArray | None] | None:
    """Color greedily; return the colors of rows and of columns, None if more than `limit`."""
    if isinstance(graph, BipartiteSide):
        colors = distance2_coloring(graph, visit, limit)
    else:
        greedy = star_coloring if decompression == "direct" else acyclic_coloring
        colors = greedy(graph, visit, limit)
    if int(colors.max(initial=0)) > limit:
        return None
    if partition in {"column", "row"}:
        return (None, colors) if partition == "column" else (colors, None)
    if partition == "symmetric":
        return None, colors
    n = pattern.shape[1]
    return _consecutive(colors[n:]), _consecutive(colors[:n])


def _without_unused(
    pattern: SparsityPattern, partition: Partition, rows: IntArray | None, columns: IntArray | None
) -> tuple[IntArray | None, IntArray | None]:
    """Give the neutral color to all that no entry needs to be read from."""
    groups = reading_groups(pattern, rows, columns, partition == "symmetric")
    num_columns = 0 if columns is None else int(columns.max(initial=0))
    num_rows = 0 if rows is None else int(rows.max(initial=0))
    used = used_products(groups, num_columns + num_rows)
    if columns is not None:
        columns = keep_used(columns, used[:num_columns], pattern.column_counts)
    if rows is not None:
        rows = keep_used(rows, used[num_columns:], pattern.row_counts)
    return rows, columns


def color(
    pattern: SparsityPattern,
    partition: Partition = "column",
    decompression: Decompression = "direct",
    order: Order = "natural",
    postprocess: bool = False,
    seed: int = 0,
) -> Coloring:
    """Color a pattern so that one product per color recovers the matrix.

    Parameters
    ----------
    pattern : SparsityPattern
        Pattern of the matrix. For symmetric partitions both triangles or one of them.
    partition : {"column", "row", "symmetric", "bidirectional"}, default "column"
        Color columns (products `A @ v`), rows (products `w @ A`), the columns of a symmetric
        matrix of which every entry may be read in either triangle, or columns and rows.
    decompression : {"direct", "substitution"}, default "direct"
        Whether each entry must be read from one product, or may need entries found before to be
        subtracted: fewer colors, some growth of errors. Column and row colorings need no
        subtraction and are direct in either case.
    order : str, list of str, or array_like of int, default "natural"
        Order in which the greedy algorithm visits the vertices: "natural", "random" or
        "random(seed)", "largest_first", "smallest_last", "incidence_degree",
        "dynamic_largest_first"; a list of these, of which the one with the fewest colors is
        kept; or a permutation (bidirectional: of the n columns and m rows, numbered after them).
    postprocess : bool, default False
        Give the neutral color 0 to what no entry needs to be read from. Saves products where the
        diagonal has zeros, and for bidirectional colorings almost always.
    seed : int, default 0
        Seed of an order called "random" without one.

    Returns
    -------
    Coloring
        Colors from 1, groups, seed matrices. The same input gives the same colors.

    Raises
    ------
    PatternError
        A symmetric coloring of a pattern that is not symmetric.

    Notes
    -----
    Columns or rows: partial distance-2 coloring. Symmetric: star (direct) or acyclic coloring.
    Bidirectional: the same of the symmetric matrix `[0 A'; A 0]`. All run in time proportional
    to the number of entries times their number in a row, hubs with many more excepted.

    Examples
    --------
    >>> pattern = SparsityPattern.from_dense([[1, 0, 2], [0, 3, 4], [5, 0, 0]])
    >>> color(pattern)
    Coloring of 3 columns: 2 colors (distance-2, natural)
    2 products A @ v instead of 3 for 5 nonzeros; none can take fewer: row 0 has 2 nonzeros
    """
    check_choice("partition", partition, get_args(Partition))
    check_choice("decompression", decompression, get_args(Decompression))
    check_is_pattern("color", pattern)
    if seed < 0:
        raise InputError(f"seed={seed} was given; the seed of a random order is 0, 1, 2, ...")
    if partition == "symmetric":
        pattern = symmetric_pattern(pattern)
    return _best(pattern, partition, decompression, order, postprocess, seed)


def _best(
    pattern: SparsityPattern,
    partition: Partition,
    decompression: Decompression,
    order: Order,
    postprocess: bool,
    seed: int = 0,
    best: Coloring | None = None,
    joined_hubs: AdjacencyGraph | None = None,
) -> Coloring:
    """Return the coloring with the fewest colors among several orders, and the best so far.

    Orders that turn out worse are given up on the way, where the neutral color cannot change that.
    """
    graph: BipartiteSide | AdjacencyGraph
    algorithm = "star" if decompression == "direct" else "acyclic"
    if joined_hubs is not None:
        graph = joined_hubs
        algorithm += ", hubs told apart"
    elif partition in {"column", "row"}:
        graph = BipartiteSide.of_columns(pattern if partition == "column" else pattern.T)
        algorithm, decompression = "distance-2", "direct"
    elif partition == "symmetric":
        graph = AdjacencyGraph.of_symmetric(pattern)
    else:
        graph = AdjacencyGraph.of_bipartite(pattern)
    for name, one in order_list(order):
        limit = graph.size if best is None or postprocess else best.num_colors - 1
        visit = vertex_order(graph, one, seed)
        colors = _colors(pattern, graph, partition, decompression, visit, limit)
        if colors is None:
            continue
        rows, columns = colors
        if postprocess:
            rows, columns = _without_unused(pattern, partition, rows, columns)
        found = Coloring(pattern, partition, decompression, algorithm, name, rows, columns)
        if best is None or found.num_colors < best.num_colors:
            best = found
    if best is None:
        raise InputError("order names no order to color in; name at least one.")
    return best


def color_hessian(
    pattern: SparsityPattern,
    decompression: Decompression = "direct",
    order: Order = ("smallest_last", "natural", "largest_first"),
    postprocess: bool = False,
) -> Coloring:
    """Color a symmetric pattern with the fewest products among several colorings.

    Star colorings read an entry in either triangle; plain columns read it in its own column, and
    need fewer colors on some patterns: a nine-point stencil takes 9 columns, but up to 13 star
    colors. With substitution allowed, acyclic colorings compete too. A few full rows and columns
    are given colors of their own, where greedy colorings would need one for each column.

    Parameters
    ----------
    pattern : SparsityPattern
        Symmetric pattern, both triangles or one of them.
    decompression : {"direct", "substitution"}, default "direct"
        Whether subtraction is allowed; direct colorings are preferred where it saves nothing.
    order : str, list of str, or array_like of int
        Orders to try, as for `color`.
    postprocess : bool, default False
        Use the neutral color, as for `color`.

    Returns
    -------
    Coloring
        Of partition "symmetric"; `algorithm` says which coloring won.
    """
    check_choice("decompression", decompression, get_args(Decompression))
    check_is_pattern("color_hessian", pattern)
    columns = color(symmetric_pattern(pattern), "column", "direct", order, postprocess)
    best = Coloring(
        columns.pattern,
        "symmetric",
        "direct",
        columns.algorithm,
        columns.order,
        None,
        columns.column_colors,
    )
    pattern = columns.pattern
    kinds: tuple[Decompression, ...] = ("direct", "substitution")
    kinds = kinds if decompression == "substitution" else kinds[:1]
    for kind in kinds:
        best = _best(pattern, "symmetric", kind, order, postprocess, best=best)
    joined = graph_with_joined_hubs(pattern, best.num_colors)
    if joined is not None:
        for kind in kinds:
            best = _best(pattern, "symmetric", kind, "largest_first", postprocess, 0, best, joined)
    return best


def color_jacobian(
    pattern: SparsityPattern,
    decompression: Decompression = "direct",
    order: Order = "natural",
    *,
    column_cost: float = 1.0,
    row_cost: float = 1.0,
    bidirectional: bool = False,
) -> Coloring:
    """Color columns, rows, or both, whichever makes the cheapest set of products.

    Parameters
    ----------
    pattern : SparsityPattern
        Pattern of the Jacobian.
    decompression, order
        As for `color`.
    column_cost, row_cost : float, default 1.0
        Price of one product `A @ v` (a jvp) and of one product `w @ A` (a vjp).
    bidirectional : bool, default False
        Whether products of both kinds may be mixed. Besides the star (or acyclic) coloring of
        `color`, colorings are tried that set a few dense rows or columns apart, which is what
        most matrices with dense lines need.

    Returns
    -------
    Coloring
        The cheapest; columns before rows before both where prices are equal.
    """
    check_is_pattern("color_jacobian", pattern)
    if not (0.0 <= column_cost < np.inf and 0.0 <= row_cost < np.inf):
        raise InputError(
            f"color_jacobian() was given column_cost={column_cost!r} and row_cost={row_cost!r}: "
            "prices of products are finite and not negative."
        )

    def price(coloring: Coloring) -> float:
        return coloring.num_column_colors * column_cost + coloring.num_row_colors * row_cost

    # the fullest row bounds the colors of columns from below, and the other way round: the side
    # that may become cheaper goes first, and the other one only where it can be cheaper still
    least_columns = int(pattern.row_counts.max(initial=0)) * column_cost
    least_rows = int(pattern.column_counts.max(initial=0)) * row_cost
    if least_columns <= least_rows:
        best = color(pattern, "column", decompression, order)
        if least_rows < price(best):
            best = min(best, color(pattern, "row", decompression, order), key=price)
    else:
        best = color(pattern, "row", decompression, order)
        if least_columns <= price(best):
            best = min(color(pattern, "column", decompression, order), best, key=price)
    if bidirectional:
        both = color(pattern, "bidirectional", decompression, order, postprocess=True)
        best = min(best, both, key=price)
        for split in split_colorings(pattern, order, column_cost, row_cost):
            best = min(best, split, key=price)
    return best
