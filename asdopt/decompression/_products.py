"""Products as one vector, and where a position in a product stands in it.

Enters: what `compress` or AD returned. Leaves: a flat view (a copy for both kinds of products) and
index arrays into it, kept with the coloring.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt.coloring import Coloring

__all__ = ["flat_index", "flat_products"]

IntArray = npt.NDArray[np.int32]


def _checked(what: str, products: Any, expected: tuple[int, int]) -> npt.NDArray[Any]:
    array = np.asarray(products)
    if array.shape != expected:
        raise InputError(
            f"{what} of shape {array.shape} were to be decompressed; this coloring needs shape "
            f"{expected}."
        )
    return array


def flat_products(coloring: Coloring, compressed: Any) -> tuple[npt.NDArray[Any], str]:
    """Return the products as one vector, and in which order: "C", "F", or "both" kinds."""
    m, n = coloring.pattern.shape
    row_shape, column_shape = (coloring.num_row_colors, n), (m, coloring.num_column_colors)
    if coloring.partition == "bidirectional":
        if not (isinstance(compressed, tuple | list) and len(compressed) == 2):
            raise InputError(
                "A bidirectional coloring is decompressed from the pair (products of rows, "
                f"products of columns), got {type(compressed).__name__}."
            )
        by_rows = _checked("Products of rows", compressed[0], row_shape)
        by_columns = _checked("Products of columns", compressed[1], column_shape)
        return np.concatenate([by_columns.ravel(), by_rows.ravel()]), "both"
    expected = row_shape if coloring.partition == "row" else column_shape
    products = _checked("Products", compressed, expected)
    if products.flags.f_contiguous and not products.flags.c_contiguous:
        return products.T.reshape(-1), "F"
    return products.reshape(-1), "C"


def flat_index(
    coloring: Coloring, order: str, position: IntArray, product: IntArray
) -> npt.NDArray[np.intp]:
    """Return the indices of positions in products within the vector of `flat_products`."""
    m, n = coloring.pattern.shape
    columns = coloring.num_column_colors
    at, number = position.astype(np.intp), product.astype(np.intp)
    if order == "both":
        return np.where(
            number < columns, at * columns + number, m * columns + (number - columns) * n + at
        )
    if coloring.partition == "row":
        return number * n + at if order == "C" else at * coloring.num_row_colors + number
    return at * columns + number if order == "C" else number * m + at
