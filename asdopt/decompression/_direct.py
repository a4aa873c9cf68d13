"""Direct decompression: each entry stands alone somewhere in the products.

Enters: a coloring. Leaves: integer arrays with which one gather recovers all values.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asdopt._errors import ColoringError, PatternError
from asdopt._pattern import SparsityPattern
from asdopt.coloring import Coloring
from asdopt.decompression._entries import Triangle, triangle_pattern, unknown_of_entry

__all__ = ["direct_indices"]

IntArray = npt.NDArray[np.int32]


def direct_indices(pattern: SparsityPattern, coloring: Coloring) -> tuple[IntArray, IntArray]:
    """Say where each entry of a pattern stands in the products.

    With `products` of shape (num_colors, length), one product per row, the values of the pattern
    in row-major order are `products[product, position]`; with the products as columns, as
    `compress` returns them for columns, they are `B[position, product]`.

    Parameters
    ----------
    pattern : SparsityPattern
        The pattern that was colored; for symmetric colorings also its lower or upper triangle.
    coloring : Coloring
        Coloring for direct decompression by columns, by rows, or symmetric.

    Returns
    -------
    position, product : ndarray of int32, shape (pattern.nnz,)
        Index along the product, and number of the product from 0 (color - 1).

    Raises
    ------
    ColoringError
        The coloring needs substitution, or has products of both kinds.
    PatternError
        The pattern is not the one that was colored.
    """
    if coloring.decompression != "direct" or coloring.partition == "bidirectional":
        raise ColoringError(
            "direct_indices() was asked for the entries of a coloring with partition "
            f"{coloring.partition!r} and {coloring.decompression} decompression: one gather from "
            "one array recovers only direct colorings of columns, rows or symmetric patterns. "
            "Use decompress_values()."
        )
    position, product = coloring.direct_reading
    triangles: tuple[Triangle, ...] = ("L", "F", "U") if coloring.symmetric else ("F",)
    for triangle in triangles:
        if pattern == triangle_pattern(coloring, triangle):
            unknown = unknown_of_entry(coloring, triangle)
            if unknown is None:
                return position, product
            return position[unknown], product[unknown]
    raise PatternError(
        f"direct_indices() was given {pattern.summary}, but the coloring belongs to "
        f"{coloring.pattern.summary}: color the pattern whose entries are wanted."
    )
