"""Decompression of huge matrices: one product at a time, none of them kept.

Enters: products, in any order. Leaves: values. Memory is bounded by the number of nonzeros instead
of the number of colors times the length of a product.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import ColoringError, InputError
from asdopt.coloring import Coloring
from asdopt.decompression._entries import Triangle, triangle_pattern, unknown_of_entry
from asdopt.decompression._substitution import substitute_values
from asdopt.decompression._written import as_output, write

__all__ = ["Collector", "decompress_color"]


_Plan = tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]


def _sorted_by_product(
    position: npt.NDArray[np.int32], product: npt.NDArray[np.int32], num_products: int
) -> _Plan:
    """Return readings sorted by product, where each product begins, and their positions."""
    readings = np.argsort(product, kind="stable")
    ends = np.cumsum(np.bincount(product, minlength=num_products))
    return readings, np.concatenate([[0], ends]), position[readings]


def _by_product(coloring: Coloring) -> _Plan:
    """Plan of the readings of all unknowns (direct) or groups (substitution)."""
    key = "by product"
    if key not in coloring.plans:
        if coloring.decompression == "direct":
            position, product = coloring.direct_reading
        else:
            position, product = coloring.substitution.position, coloring.substitution.product
        coloring.plans[key] = _sorted_by_product(position, product, coloring.num_colors)
    plan: _Plan = coloring.plans[key]
    return plan


def _entries_by_product(coloring: Coloring, triangle: Triangle) -> _Plan:
    """Plan of the readings of the entries of a direct coloring."""
    unknown = unknown_of_entry(coloring, triangle)
    if unknown is None:
        return _by_product(coloring)
    key = ("by product", triangle)
    if key not in coloring.plans:
        position, product = coloring.direct_reading
        coloring.plans[key] = _sorted_by_product(
            position[unknown], product[unknown], coloring.num_colors
        )
    plan: _Plan = coloring.plans[key]
    return plan


def _checked(coloring: Coloring, number: int, product: npt.ArrayLike) -> npt.NDArray[Any]:
    if not 0 <= number < coloring.num_colors:
        raise InputError(
            f"Product {number} was given to a coloring with {coloring.num_colors} colors: products "
            "are numbered from 0, those of columns before those of rows."
        )
    m, n = coloring.pattern.shape
    length = m if number < coloring.num_column_colors else n
    vector = np.asarray(product)
    if vector.shape != (length,):
        raise InputError(
            f"Product {number} has shape {vector.shape}; this coloring needs ({length},)."
        )
    return vector


class Collector:
    """Takes the products of a coloring one by one and then gives the values of the matrix.

    Parameters
    ----------
    coloring : Coloring
        Coloring of any kind.
    triangle : {"F", "L", "U"}, default "F"
        All entries, or those of one triangle of a symmetric matrix.
    dtype : dtype, default float64
        Type of the values.

    Examples
    --------
    >>> from asdopt._pattern import SparsityPattern
    >>> from asdopt.coloring import color
    >>> A = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 4.0]])
    >>> collector = Collector(color(SparsityPattern.from_dense(A)))
    >>> for number, column in enumerate(collector.coloring.column_seed.T):
    ...     collector.collect(number, A @ column)
    >>> collector.values().tolist()
    [1.0, 2.0, 3.0, 4.0]
    """

    def __init__(
        self, coloring: Coloring, triangle: Triangle = "F", dtype: npt.DTypeLike = np.float64
    ) -> None:
        triangle_pattern(coloring, triangle)  # refuses triangles of what is not symmetric
        self.coloring = coloring
        self.triangle: Triangle = triangle
        self._read = np.zeros(_by_product(coloring)[0].size, dtype=dtype)
        self._missing = set(range(coloring.num_colors))

    def collect(self, number: int, product: npt.ArrayLike) -> None:
        """Take product `number` (from 0: color - 1, columns before rows)."""
        vector = _checked(self.coloring, number, product)
        readings, starts, positions = _by_product(self.coloring)
        start, stop = starts[number], starts[number + 1]
        write(self._read, readings[start:stop], vector[positions[start:stop]])
        self._missing.discard(number)

    def values(self, out: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
        """Return the values of the (triangle's) entries, row-major, once all products are there."""
        if self._missing:
            raise InputError(
                f"Values were asked for, but product {min(self._missing)} and "
                f"{len(self._missing) - 1} more of {self.coloring.num_colors} have not been "
                "collected: all of them are needed."
            )
        read = self._read
        if self.coloring.decompression == "substitution":
            read = substitute_values(self.coloring.substitution, read.copy())
        unknown = unknown_of_entry(self.coloring, self.triangle)
        values = read.copy() if unknown is None else read[unknown]
        if out is None:
            return values
        write(as_output(out, values.size), ..., values)
        return out


def decompress_color(
    coloring: Coloring,
    number: int,
    product: npt.ArrayLike,
    out: npt.NDArray[Any],
    triangle: Triangle = "F",
) -> npt.NDArray[Any]:
    """Write the entries that are read from one product, and leave the others alone.

    Parameters
    ----------
    coloring : Coloring
        Coloring for direct decompression.
    number : int
        Number of the product from 0: color - 1, columns before rows.
    product : array_like, shape (m,) or (n,)
        The product.
    out : ndarray, shape (nnz,)
        Values of the (triangle's) entries, row-major.
    triangle : {"F", "L", "U"}, default "F"
        All entries, or those of one triangle of a symmetric matrix.

    Returns
    -------
    ndarray
        `out`.

    Raises
    ------
    ColoringError
        The coloring needs substitution, so that one product does not determine its entries.
    """
    if coloring.decompression != "direct":
        raise ColoringError(
            "The entries of one product were asked for, but this coloring recovers some by "
            "subtracting entries of other products. Use a Collector, or a direct coloring."
        )
    vector = _checked(coloring, number, product)
    nnz = triangle_pattern(coloring, triangle).nnz
    as_output(out, nnz)
    entries, starts, positions = _entries_by_product(coloring, triangle)
    start, stop = starts[number], starts[number + 1]
    write(out, entries[start:stop], vector[positions[start:stop]])
    return out
