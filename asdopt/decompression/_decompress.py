"""From compressed products back to the matrix.

Enters: a coloring and the products of its colors. Leaves: values aligned with the structure
arrays of the pattern, or a csr_array.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from asdopt._errors import InputError
from asdopt.coloring import Coloring
from asdopt.decompression._entries import Triangle, triangle_pattern, unknown_of_entry
from asdopt.decompression._products import flat_index, flat_products
from asdopt.decompression._substitution import substitute_values
from asdopt.decompression._written import as_output, write

__all__ = ["decompress", "decompress_values"]


def _direct_values(
    coloring: Coloring, flat: npt.NDArray[Any], order: str, triangle: Triangle
) -> npt.NDArray[Any]:
    key = ("direct", order, triangle)
    if key not in coloring.plans:
        index = flat_index(coloring, order, *coloring.direct_reading)
        unknown = unknown_of_entry(coloring, triangle)
        coloring.plans[key] = index if unknown is None else index[unknown]
    values: npt.NDArray[Any] = flat.take(coloring.plans[key])
    return values


def _substituted_values(
    coloring: Coloring, flat: npt.NDArray[Any], order: str, triangle: Triangle
) -> npt.NDArray[Any]:
    key = ("substitution", order)
    plan = coloring.substitution
    if key not in coloring.plans:
        coloring.plans[key] = flat_index(coloring, order, plan.position, plan.product)
    values = substitute_values(plan, flat.take(coloring.plans[key]))
    unknown = unknown_of_entry(coloring, triangle)
    return values if unknown is None else values[unknown]


def decompress_values(
    coloring: Coloring,
    compressed: Any,
    out: npt.NDArray[Any] | None = None,
    triangle: Triangle = "F",
) -> npt.NDArray[Any]:
    """Recover the values of a matrix from its compressed products.

    Parameters
    ----------
    coloring : Coloring
        Coloring of the matrix' pattern.
    compressed : ndarray or (ndarray, ndarray)
        Products as `compress` returns them.
    out : ndarray, shape (nnz,), optional
        Array to fill and return.
    triangle : {"F", "L", "U"}, default "F"
        All entries, or those of one triangle of a symmetric matrix.

    Returns
    -------
    ndarray, shape (nnz,)
        Values aligned with the (triangle's) structure arrays, row-major, of the products' dtype
        (substitution: float, complex or int64).

    Raises
    ------
    InputError
        Products or `out` have another shape than the coloring needs.
    """
    pattern = triangle_pattern(coloring, triangle)
    if out is not None:
        as_output(out, pattern.nnz)
    flat, order = flat_products(coloring, compressed)
    recover = _direct_values if coloring.decompression == "direct" else _substituted_values
    values = recover(coloring, flat, order, triangle)
    if out is None:
        return values
    write(out, ..., values)
    return out


def decompress(
    coloring: Coloring,
    compressed: Any,
    out: sparse.csr_array | None = None,
    triangle: Triangle = "F",
) -> sparse.csr_array:
    """Recover a matrix from its compressed products.

    Parameters
    ----------
    coloring : Coloring
        Coloring of the matrix' pattern.
    compressed : ndarray or (ndarray, ndarray)
        Products as `compress` returns them.
    out : csr_array, optional
        Matrix of the wanted structure (from an earlier call) whose values are overwritten.
    triangle : {"F", "L", "U"}, default "F"
        The whole matrix, or one triangle of a symmetric one.

    Returns
    -------
    csr_array
        The matrix, with the structure of the pattern (explicit zeros are kept).

    Raises
    ------
    InputError
        Products have another shape than the coloring needs, or `out` another structure.

    Examples
    --------
    >>> from asdopt._pattern import SparsityPattern
    >>> from asdopt.coloring import color
    >>> A = np.array([[1, 0, 2], [0, 3, 4], [5, 0, 0]])
    >>> coloring = color(SparsityPattern.from_dense(A))
    >>> decompress(coloring, np.array([[1, 2], [3, 4], [5, 0]])).toarray().tolist()
    [[1, 0, 2], [0, 3, 4], [5, 0, 0]]
    """
    pattern = triangle_pattern(coloring, triangle)
    if out is None:
        return pattern.to_scipy(decompress_values(coloring, compressed, triangle=triangle))
    same = (
        getattr(out, "format", None) == "csr"
        and out.shape == pattern.shape
        and np.array_equal(out.indptr, pattern.indptr)
        and np.array_equal(out.indices, pattern.cols)
    )
    if not same:
        raise InputError(
            f"out must be a csr_array with the structure of {pattern.summary}, as returned by "
            f"decompress(); got {type(out).__name__} of shape {out.shape} with {out.nnz} stored "
            "entries."
        )
    decompress_values(coloring, compressed, out=out.data, triangle=triangle)
    return out
