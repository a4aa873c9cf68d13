"""Compression of a matrix that is already known; the products AD would give.

Enters: a coloring and a matrix. Leaves: the sums of its columns or rows of each color.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from asdopt._errors import InputError, PatternError
from asdopt._pattern import SparsityPattern
from asdopt.coloring import Coloring

__all__ = ["compress"]


def _seed(colors: npt.NDArray[np.int32], num_colors: int, dtype: Any) -> Any:
    members = np.flatnonzero(colors)
    ones = np.ones(members.size, dtype=dtype)
    return sparse.csr_array((ones, (members, colors[members] - 1)), (colors.size, num_colors))


def _check_inside(matrix: Any, pattern: SparsityPattern) -> None:
    if sparse.issparse(matrix):
        stored: Any = matrix.tocoo()  # type: ignore[attr-defined]  # the stubs' base class lacks it
        kept = stored.data != 0
        found = SparsityPattern(stored.row[kept], stored.col[kept], pattern.shape)
    else:
        found = SparsityPattern.from_dense(matrix)
    outside = found - pattern
    if outside.nnz:
        raise PatternError(
            f"A matrix was to be compressed that is nonzero at ({outside.rows[0]}, "
            f"{outside.cols[0]}), which {pattern.summary} does not have ({outside.nnz} such "
            "entries in all): sums would hold it without a way to tell it apart. Color the "
            "pattern of the matrix."
        )


def compress(coloring: Coloring, matrix: Any) -> Any:
    """Sum the columns or rows of each color.

    Parameters
    ----------
    coloring : Coloring
        Coloring of the matrix' pattern.
    matrix : array_like or scipy.sparse matrix, shape (m, n)
        Matrix whose nonzeros are entries of the pattern.

    Returns
    -------
    ndarray or (ndarray, ndarray)
        `A @ S` of shape (m, num_colors) for columns and symmetric matrices, `S @ A` of shape
        (num_colors, n) for rows; the pair (rows, columns) of both when bidirectional.

    Raises
    ------
    InputError
        The matrix has another shape than the pattern.
    PatternError
        The matrix has a nonzero outside of the pattern, which would spoil the sums.

    Examples
    --------
    >>> from asdopt._pattern import SparsityPattern
    >>> from asdopt.coloring import color
    >>> A = np.array([[1, 0, 2], [0, 3, 4], [5, 0, 0]])
    >>> compress(color(SparsityPattern.from_dense(A)), A).tolist()
    [[1, 2], [3, 4], [5, 0]]
    """
    A: Any = matrix if sparse.issparse(matrix) else np.asarray(matrix)
    if A.shape != coloring.pattern.shape:
        raise InputError(
            f"A matrix of shape {A.shape} was to be compressed with a coloring of a pattern of "
            f"shape {coloring.pattern.shape}: the shapes must be equal."
        )
    _check_inside(A, coloring.pattern)
    dtype = np.int64 if A.dtype == bool else A.dtype
    by_columns: Any = None
    by_rows: Any = None
    if coloring.column_colors is not None:
        by_columns = A @ _seed(coloring.column_colors, coloring.num_column_colors, dtype)
    if coloring.row_colors is not None:
        by_rows = (A.T @ _seed(coloring.row_colors, coloring.num_row_colors, dtype)).T
    products = tuple(
        product if isinstance(product, np.ndarray) else product.toarray()
        for product in (by_rows, by_columns)
        if product is not None
    )
    return products if len(products) == 2 else products[0]
