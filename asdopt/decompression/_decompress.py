"""From compressed products back to the matrix.

Enters: a coloring and the products of its colors. Leaves: values aligned with the structure
arrays of the pattern, or a csr_array.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from asdopt._errors import InputError
from asdopt._pattern import SparsityPattern
from asdopt.coloring import Coloring
from asdopt.decompression._direct import direct_indices

__all__ = ["decompress", "decompress_values", "triangle_pattern"]

Triangle = Literal["F", "L", "U"]


def triangle_pattern(coloring: Coloring, triangle: Triangle) -> SparsityPattern:
    """Return the entries that a decompression gives: all, or one triangle of a symmetric matrix."""
    if triangle not in {"F", "L", "U"}:
        raise InputError(
            f"triangle={triangle!r} was asked for; possible are 'F' (full), 'L' (lower) and "
            "'U' (upper)."
        )
    if triangle == "F":
        return coloring.pattern
    if not coloring.symmetric:
        raise InputError(
            f"triangle={triangle!r} was asked for of a coloring with partition "
            f"{coloring.partition!r}: only symmetric matrices are given by one triangle. Leave "
            "triangle='F'."
        )
    lower = coloring.pattern.lower()
    return lower if triangle == "L" else lower.T


def _check_products(coloring: Coloring, compressed: Any) -> npt.NDArray[Any]:
    """Return the products of a one-sided coloring as columns."""
    products = np.asarray(compressed)
    m, n = coloring.pattern.shape
    if coloring.partition == "row":
        expected = (coloring.num_colors, n)
    else:
        expected = (m, coloring.num_colors)
    if products.shape != expected:
        raise InputError(
            f"Products of shape {products.shape} were to be decompressed; this coloring of "
            f"partition {coloring.partition!r} needs shape {expected}."
        )
    return products.T if coloring.partition == "row" else products


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
    compressed : ndarray
        Products as `compress` returns them.
    out : ndarray, shape (nnz,), optional
        Array to fill and return.
    triangle : {"F", "L", "U"}, default "F"
        All entries, or those of one triangle of a symmetric matrix.

    Returns
    -------
    ndarray, shape (nnz,)
        Values aligned with the (triangle's) structure arrays, row-major.
    """
    pattern = triangle_pattern(coloring, triangle)
    B = _check_products(coloring, compressed)
    position, product = direct_indices(pattern, coloring)
    if out is None:
        return np.asarray(B[position, product])
    if out.shape != (pattern.nnz,):
        raise InputError(
            f"out has shape {out.shape}, but {pattern.nnz} values are to be written into it."
        )
    out[...] = B[position, product]
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
    compressed : ndarray
        Products as `compress` returns them.
    out : csr_array, optional
        Matrix of the wanted structure (from an earlier call) whose values are overwritten.
    triangle : {"F", "L", "U"}, default "F"
        The whole matrix, or one triangle of a symmetric one.

    Returns
    -------
    csr_array
        The matrix, with the structure of the pattern (explicit zeros are kept).

    Examples
    --------
    >>> from asdopt._pattern import SparsityPattern
    >>> from asdopt.coloring import color
    >>> A = np.array([[1, 0, 2], [0, 3, 4], [5, 0, 0]])
    >>> coloring = color(SparsityPattern.from_dense(A))
    >>> decompress(coloring, np.array([[1, 2], [3, 4], [5, 0]])).toarray().tolist()
    [[1, 0, 2], [0, 3, 4], [5, 0, 0]]
    """
    if out is None:
        pattern = triangle_pattern(coloring, triangle)
        return pattern.to_scipy(decompress_values(coloring, compressed, triangle=triangle))
    pattern = triangle_pattern(coloring, triangle)
    same = (
        out.shape == pattern.shape
        and np.array_equal(out.indptr, pattern.indptr)
        and np.array_equal(out.indices, pattern.cols)
    )
    if not same:
        raise InputError(
            f"out is a matrix of shape {out.shape} with {out.nnz} stored entries, whose structure "
            f"is not that of {pattern.summary}; use a matrix returned by decompress()."
        )
    decompress_values(coloring, compressed, out=out.data, triangle=triangle)
    return out
