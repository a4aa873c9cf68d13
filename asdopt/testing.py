"""Checkers: slow, obvious, and with a message that names the entry that fails.

They apply the definition and share no code with what they check, so that tests, and users in
doubt, have a second opinion.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from asdopt._errors import ColoringError, PatternError
from asdopt._pattern import SparsityPattern
from asdopt.coloring import Coloring

__all__ = ["check_coloring", "check_pattern"]


def check_pattern(pattern: SparsityPattern, dense_values: npt.ArrayLike) -> None:
    """Check that a pattern holds every nonzero of a dense matrix.

    Parameters
    ----------
    pattern : SparsityPattern
        The pattern; it may hold more than the nonzeros, never less.
    dense_values : array_like, shape (m, n)
        Values of the matrix at some point. NaN counts as nonzero.

    Raises
    ------
    PatternError
        The shapes differ, or an entry outside the pattern is nonzero.

    Examples
    --------
    >>> check_pattern(SparsityPattern([0], [1], (1, 2)), [[0.0, 3.0]])
    """
    values = np.asarray(dense_values)
    if values.shape != pattern.shape:
        raise PatternError(
            f"A pattern of shape {pattern.shape} was checked against values of shape "
            f"{values.shape}: the shapes must be equal."
        )
    missing = [(i, j) for i, j in np.argwhere(values).tolist() if (i, j) not in pattern]
    if missing:
        i, j = missing[0]
        more = f" ({len(missing)} such entries in all)" if len(missing) > 1 else ""
        raise PatternError(
            f"The pattern lacks ({i}, {j}), where the matrix is {values[i, j]}{more}: a pattern "
            "may be too large but never too small, else decompression returns wrong values."
        )


def check_coloring(pattern: SparsityPattern, coloring: Coloring) -> None:
    """Check that every entry of a pattern can be recovered from one product per color.

    Direct: each entry (in a symmetric matrix: it or its mirror image) is alone, among the entries
    of its row and color, or of its column and color. Substitution: the same, where entries
    already recovered no longer count.

    Parameters
    ----------
    pattern : SparsityPattern
        Pattern of the matrix; for symmetric colorings one triangle is enough.
    coloring : Coloring
        The coloring to check.

    Raises
    ------
    ColoringError
        An entry cannot be recovered; the message says which one and what it collides with.
    """
    if coloring.pattern.shape != pattern.shape:
        raise ColoringError(
            f"A coloring of a pattern of shape {coloring.pattern.shape} was checked against a "
            f"pattern of shape {pattern.shape}: the shapes must be equal."
        )
    symmetric = coloring.partition == "symmetric"
    entries = set(zip(pattern.rows.tolist(), pattern.cols.tolist(), strict=True))
    if symmetric:
        entries |= {(j, i) for i, j in entries}
    # every number of every product is the sum of the unknowns that stand in it
    sums: defaultdict[tuple[str, int, int], set[tuple[int, int]]] = defaultdict(set)
    for i, j in entries:
        unknown = (max(i, j), min(i, j)) if symmetric else (i, j)
        if coloring.column_colors is not None and coloring.column_colors[j] > 0:
            sums["column", int(coloring.column_colors[j]), i].add(unknown)
        if coloring.row_colors is not None and coloring.row_colors[i] > 0:
            sums["row", int(coloring.row_colors[i]), j].add(unknown)
    unknowns = {(max(i, j), min(i, j)) for i, j in entries} if symmetric else entries
    known: set[tuple[int, int]] = set()
    while True:
        found = {u for members in sums.values() if len(members - known) == 1 for u in members}
        if found <= known:
            break
        known |= found
        if coloring.decompression == "direct":
            break
    if known == unknowns:
        return
    i, j = min(unknowns - known)
    places = []
    for (kind, c, at), members in sorted(sums.items()):
        others = sorted(members - {(i, j)})
        if (i, j) in members and others:
            line = "row" if kind == "column" else "column"
            places.append(f"{kind} color {c} sums it in {line} {at} with {others[0]}")
    reason = " and ".join(places) or "its row and column have the neutral color 0"
    raise ColoringError(
        f"Entry ({i}, {j}) cannot be recovered by {coloring.decompression} decompression: {reason}."
    )
