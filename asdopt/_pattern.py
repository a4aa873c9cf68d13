"""Sparsity patterns: which entries of a matrix may be nonzero.

Enters: row and column indices from detection, from a solver or from the user. Leaves: one
immutable value, sorted row-major without duplicates, that coloring and decompression work on.
Patterns are conservative: they may hold too many entries, never too few. Pictures of a pattern
are drawn in `asdopt._picture`; colors are given to it in `asdopt.coloring`.
"""

from __future__ import annotations

import operator
import os
from functools import cached_property
from typing import Any, Union, cast

import numpy as np
import numpy.typing as npt
from scipy import sparse

from asdopt import _picture
from asdopt._errors import InputError, PatternError
from asdopt._transpose import row_pointers, transpose

__all__ = ["SparsityPattern"]

IntArray = npt.NDArray[np.int32]
_PathLike = Union[str, "os.PathLike[str]"]


def _as_shape(shape: tuple[int, int]) -> tuple[int, int]:
    try:
        m, n = shape
        size = (operator.index(m), operator.index(n))
    except (TypeError, ValueError):
        raise InputError(
            f"A pattern needs a shape of two integers (rows, columns), got {shape!r}."
        ) from None
    if min(size) < 0 or max(size) > np.iinfo(np.int32).max:
        raise InputError(
            f"A pattern of shape {size} was asked for: both sizes must lie in 0 ... 2**31 - 1."
        )
    return size


def _as_indices(name: str, indices: npt.ArrayLike, size: int) -> npt.NDArray[Any]:
    array = np.asarray(indices)
    if array.size == 0:
        array = array.astype(np.int32)
    if array.dtype.kind not in "iu":
        raise PatternError(
            f"The {name} of a pattern must be integers, got dtype {array.dtype}; "
            "for a boolean matrix use SparsityPattern.from_dense."
        )
    if array.ndim != 1:
        raise PatternError(
            f"The {name} of a pattern must be a one-dimensional array, got shape {array.shape}."
        )
    lowest, highest = (int(array.min()), int(array.max())) if array.size else (0, -1)
    if lowest < 0 or highest >= size:
        bad = lowest if lowest < 0 else highest
        raise PatternError(
            f"Index {bad} stands among the {name} of a pattern, which must lie in "
            f"0 ... {size - 1}: indices count from 0 and none may be negative."
        )
    return array


class SparsityPattern:
    """The set of positions (i, j) where a matrix may be nonzero.

    Parameters
    ----------
    rows, cols : array_like of int, shape (k,)
        Positions, in any order, duplicates allowed. Entry t is (rows[t], cols[t]), from 0.
    shape : (int, int)
        Number of rows and columns of the matrix.

    Attributes
    ----------
    rows, cols : ndarray of int32, shape (nnz,)
        Structure arrays: positions sorted row by row, without duplicates, read-only.
    shape : (int, int)
        Number of rows and columns.

    Raises
    ------
    PatternError
        An index lies outside the shape, or the two arrays differ in length.

    Examples
    --------
    >>> pattern = SparsityPattern([1, 0, 0], [1, 2, 0], (2, 3))
    >>> pattern.nnz, pattern.rows.tolist(), pattern.cols.tolist()
    (3, [0, 0, 1], [0, 2, 1])
    >>> (0, 2) in pattern, (1, 2) in pattern
    (True, False)
    """

    __slots__ = ("__dict__", "_cols", "_rows", "_shape")

    _rows: IntArray
    _cols: IntArray
    _shape: tuple[int, int]

    def __init__(self, rows: npt.ArrayLike, cols: npt.ArrayLike, shape: tuple[int, int]) -> None:
        m, n = _as_shape(shape)
        row_array = _as_indices("rows", rows, m)
        col_array = _as_indices("cols", cols, n)
        if row_array.size != col_array.size:
            raise PatternError(
                f"A pattern was given {row_array.size} rows and {col_array.size} cols: entry t is "
                "(rows[t], cols[t]), so both arrays must have the same length."
            )
        key = row_array.astype(np.int64) * n + col_array
        if key.size > 1 and not bool((key[1:] > key[:-1]).all()):
            key.sort()
            key = key[np.concatenate([[True], key[1:] != key[:-1]])]
            row_array, col_array = np.divmod(key, n)
        self._set(row_array, col_array, (m, n))

    def _set(self, rows: npt.NDArray[Any], cols: npt.NDArray[Any], shape: tuple[int, int]) -> None:
        object.__setattr__(self, "_rows", np.array(rows, dtype=np.int32))
        object.__setattr__(self, "_cols", np.array(cols, dtype=np.int32))
        object.__setattr__(self, "_shape", shape)
        self._rows.setflags(write=False)
        self._cols.setflags(write=False)

    @classmethod
    def _from_sorted(
        cls, rows: npt.NDArray[Any], cols: npt.NDArray[Any], shape: tuple[int, int]
    ) -> SparsityPattern:
        """Build without checks from positions known to be sorted, distinct and in range."""
        pattern = cls.__new__(cls)
        pattern._set(rows, cols, shape)
        return pattern

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(
            f"{name} of a SparsityPattern cannot be set: patterns are immutable; build a new one."
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return (SparsityPattern, (self._rows, self._cols, self._shape))

    # ---------------------------------------------------------------- building and converting

    @classmethod
    def from_dense(cls, matrix: npt.ArrayLike) -> SparsityPattern:
        """Pattern of the nonzero (or True, or NaN) entries of a two-dimensional array."""
        array = np.asarray(matrix)
        if array.ndim != 2:
            raise InputError(
                f"A pattern is made from a two-dimensional array, got shape {array.shape}."
            )
        rows, cols = np.nonzero(array)
        m, n = array.shape
        return cls._from_sorted(rows, cols, (m, n))

    @classmethod
    def from_scipy(cls, matrix: Any) -> SparsityPattern:
        """Pattern of the *stored* entries of a scipy.sparse matrix or array, explicit zeros too."""
        if not sparse.issparse(matrix):
            raise InputError(
                f"A scipy.sparse matrix was expected, got {type(matrix).__name__}; "
                "for NumPy arrays use SparsityPattern.from_dense."
            )
        coo: Any = matrix.tocoo()  # type: ignore[attr-defined]  # the stubs' base class lacks it
        return cls(coo.row, coo.col, coo.shape)

    def to_scipy(self, values: npt.ArrayLike | None = None) -> sparse.csr_array:
        """Return a csr_array with this structure, of `values` (row-major) or of True."""
        data = np.ones(self.nnz, dtype=bool) if values is None else np.asarray(values)
        if data.shape != (self.nnz,):
            raise InputError(
                f"This pattern has {self.nnz} entries, but values of shape {data.shape} were given."
            )
        matrix = sparse.csr_array((data, self._cols.copy(), self.indptr.copy()), shape=self._shape)
        matrix.has_canonical_format = True
        return matrix

    def to_dense(self, values: npt.ArrayLike | None = None) -> npt.NDArray[Any]:
        """Return a dense array of bool, or with `values` (row-major) in place."""
        data = np.ones(self.nnz, dtype=bool) if values is None else np.asarray(values)
        if data.shape != (self.nnz,):
            raise InputError(
                f"This pattern has {self.nnz} entries, but values of shape {data.shape} were given."
            )
        dense = np.zeros(self._shape, dtype=data.dtype)
        dense[self._rows, self._cols] = data
        return dense

    def save(self, path: _PathLike) -> None:
        """Write the structure arrays and the shape to a NumPy `.npz` file."""
        np.savez_compressed(path, rows=self._rows, cols=self._cols, shape=self._shape)

    @classmethod
    def load(cls, path: _PathLike) -> SparsityPattern:
        """Read a pattern written by `save`."""
        with np.load(path) as data:
            missing = {"rows", "cols", "shape"} - set(data.files)
            if missing:
                raise InputError(
                    f"{os.fspath(path)!r} was to be read as a pattern, but holds no "
                    f"{', '.join(sorted(missing))}; write the file with SparsityPattern.save."
                )
            return cls(data["rows"], data["cols"], tuple(data["shape"].tolist()))

    # ---------------------------------------------------------------- what it is

    @property
    def rows(self) -> IntArray:
        """Row of each entry, row-major, read-only."""
        return self._rows

    @property
    def cols(self) -> IntArray:
        """Column of each entry, row-major, read-only."""
        return self._cols

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and columns."""
        return self._shape

    @property
    def nnz(self) -> int:
        """Number of entries."""
        return int(self._rows.size)

    @property
    def density(self) -> float:
        """Share of the matrix that may be nonzero; 0 for an empty matrix."""
        m, n = self._shape
        return self.nnz / (m * n) if m and n else 0.0

    @cached_property
    def indptr(self) -> IntArray:
        """Row pointers: the entries of row i are `indptr[i] ... indptr[i + 1] - 1`."""
        indptr = np.zeros(self._shape[0] + 1, dtype=np.int32)
        row_pointers(self._rows, indptr)
        indptr.setflags(write=False)
        return indptr

    @property
    def row_counts(self) -> npt.NDArray[np.intp]:
        """Number of entries in each row."""
        return np.bincount(self._rows, minlength=self._shape[0])

    @property
    def column_counts(self) -> npt.NDArray[np.intp]:
        """Number of entries in each column."""
        return np.bincount(self._cols, minlength=self._shape[1])

    @cached_property
    def _by_columns(self) -> tuple[IntArray, IntArray, IntArray]:
        indptr = np.zeros(self._shape[1] + 1, dtype=np.int32)
        rows, position = np.empty((2, self.nnz), dtype=np.int32)
        transpose(self.indptr, self._cols, indptr, rows, position)
        for array in (indptr, rows, position):
            array.setflags(write=False)
        return indptr, rows, position

    @property
    def column_structure(self) -> tuple[IntArray, IntArray]:
        """Column pointers and rows: column j has the rows `rows[indptr[j]:indptr[j + 1]]`."""
        return self._by_columns[:2]

    @property
    def column_major(self) -> IntArray:
        """Positions of the entries sorted column by column (a permutation of 0 ... nnz - 1)."""
        return self._by_columns[2]

    @cached_property
    def T(self) -> SparsityPattern:
        """The transposed pattern."""
        indptr, rows, _ = self._by_columns
        m, n = self._shape
        columns = np.repeat(np.arange(n, dtype=np.int32), np.diff(indptr))
        return SparsityPattern._from_sorted(columns, rows, (n, m))

    @property
    def is_symmetric(self) -> bool:
        """Whether (j, i) is an entry for every entry (i, j)."""
        return self._shape[0] == self._shape[1] and self == self.T

    def lower(self) -> SparsityPattern:
        """Return the lower triangle: the entries with row >= col."""
        keep = self._rows >= self._cols
        return SparsityPattern._from_sorted(self._rows[keep], self._cols[keep], self._shape)

    def symmetrized(self) -> SparsityPattern:
        """Return the union with the transpose; turns a lower triangle into the full pattern."""
        if self._shape[0] != self._shape[1]:
            raise PatternError(
                f"Only square patterns can be made symmetric; this one has shape {self._shape}."
            )
        return self | self.T

    # ---------------------------------------------------------------- as a set of positions

    @cached_property
    def _keys(self) -> npt.NDArray[np.int64]:
        return self._rows.astype(np.int64) * self._shape[1] + self._cols

    def _from_keys(self, keys: npt.NDArray[np.int64]) -> SparsityPattern:
        rows, cols = np.divmod(keys, max(self._shape[1], 1))
        return SparsityPattern._from_sorted(rows, cols, self._shape)

    def _check_same_shape(self, other: SparsityPattern, what: str) -> None:
        if self._shape != other._shape:
            raise PatternError(
                f"Patterns of shape {self._shape} and {other._shape} cannot be {what}: "
                "the shapes must be equal."
            )

    def __or__(self, other: SparsityPattern) -> SparsityPattern:
        """Union: positions in either pattern."""
        if not isinstance(other, SparsityPattern):
            return NotImplemented
        self._check_same_shape(other, "united")
        keys = np.concatenate([self._keys, other._keys])
        keys.sort(kind="stable")  # merges the two sorted halves in linear time
        if keys.size:
            keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])]
        return self._from_keys(keys)

    def __and__(self, other: SparsityPattern) -> SparsityPattern:
        """Intersection: positions in both patterns."""
        if not isinstance(other, SparsityPattern):
            return NotImplemented
        self._check_same_shape(other, "intersected")
        return self._from_keys(np.intersect1d(self._keys, other._keys, assume_unique=True))

    def __sub__(self, other: SparsityPattern) -> SparsityPattern:
        """Difference: positions in this pattern and not in the other."""
        if not isinstance(other, SparsityPattern):
            return NotImplemented
        self._check_same_shape(other, "subtracted")
        return self._from_keys(np.setdiff1d(self._keys, other._keys, assume_unique=True))

    def __le__(self, other: SparsityPattern) -> bool:
        """Containment: every position of this pattern is in the other."""
        if not isinstance(other, SparsityPattern):
            return NotImplemented
        self._check_same_shape(other, "compared")
        return bool(np.isin(self._keys, other._keys, assume_unique=True).all())

    def __ge__(self, other: SparsityPattern) -> bool:
        """Containment: every position of the other pattern is in this one."""
        if not isinstance(other, SparsityPattern):
            return NotImplemented
        return other <= self

    def __contains__(self, position: object) -> bool:
        try:
            row, col = cast("tuple[Any, Any]", position)
            i, j = operator.index(row), operator.index(col)
        except (TypeError, ValueError):
            raise InputError(
                f"`in` asks a pattern for a position (i, j) of two integers, got {position!r}."
            ) from None
        m, n = self._shape
        if not (0 <= i < m and 0 <= j < n):
            return False
        start, stop = int(self.indptr[i]), int(self.indptr[i + 1])
        at = start + int(np.searchsorted(self._cols[start:stop], j))
        return at < stop and int(self._cols[at]) == j

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SparsityPattern):
            return NotImplemented
        return (
            self._shape == other._shape
            and np.array_equal(self._rows, other._rows)
            and np.array_equal(self._cols, other._cols)
        )

    def __hash__(self) -> int:
        return hash((self._shape, self._rows.tobytes(), self._cols.tobytes()))

    # ---------------------------------------------------------------- how it looks

    @property
    def summary(self) -> str:
        """One line: shape, number of entries, share of zeros."""
        m, n = self._shape
        entries = "1 nonzero" if self.nnz == 1 else f"{self.nnz:,} nonzeros"
        return f"SparsityPattern {m:,}×{n:,}, {entries}, {_picture.percent_zero(self)} % zeros"

    def __repr__(self) -> str:
        picture = _picture.braille(self._rows, self._cols, self._shape)
        return f"{self.summary}\n{picture}" if picture else self.summary

    def _repr_html_(self) -> str:
        svg = _picture.svg(self._rows, self._cols, self._shape)
        return f"<div>{self.summary}<br>{svg}</div>"

    def spy(self, ax: Any = None, **options: Any) -> Any:
        """Draw the pattern with matplotlib and return the axes.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.
        **options
            Handed on to `matplotlib.axes.Axes.spy`.

        Raises
        ------
        MissingDependencyError
            matplotlib is not installed.
        """
        return _picture.spy(self, ax, **options)
