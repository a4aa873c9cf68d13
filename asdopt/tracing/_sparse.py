"""Sparse matrices whose entries are traced: assembled stiffness matrices, diagonals.

Enters: what a function gives to ``scipy.sparse.coo_matrix``, ``csr_array``, ``diags`` and the
like, its entries traced. Leaves: :class:`TracedSparse`, whose products with vectors are sums over
the entries of a row. Entries at the same place are added, as SciPy adds them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array_base import array, wrap
from asdopt.tracing._complex import make
from asdopt.tracing._lift import lift
from asdopt.tracing._linear import check_sparse, is_sparse
from asdopt.tracing._location import refuse
from asdopt.tracing._matrices import as_matrix
from asdopt.tracing._nodes import Ids, constants, grouped
from asdopt.tracing._tape import Tape

__all__ = ["TracedSparse", "diagonals", "from_arguments"]

IntArray = npt.NDArray[np.intp]


class TracedSparse:
    """A sparse matrix as triplets: ``A[rows[k], cols[k]] += data[k]``.

    ``is_matrix``: whether ``*`` is the matrix product, as for SciPy's sparse matrices.
    """

    __array_priority__ = 20.0
    __array_ufunc__ = None
    ndim = 2
    dtype = np.dtype(np.float64)

    def __init__(
        self,
        tape: Tape,
        entries: Ids,
        rows: Any,
        cols: Any,
        shape: tuple[int, int],
        is_matrix: bool,
    ) -> None:
        self.tape = tape
        self.ids = entries
        self._rows: IntArray = np.asarray(rows, dtype=np.intp)
        self._cols: IntArray = np.asarray(cols, dtype=np.intp)
        self.shape = shape
        self.is_matrix = is_matrix

    @classmethod
    def of_numbers(cls, tape: Tape, matrix: Any) -> TracedSparse:
        """Make one of a sparse matrix of numbers."""
        check_sparse(tape, matrix)
        triplets = matrix.tocoo()
        entries = constants(tape, triplets.data.astype(float))
        is_matrix = type(matrix).__name__.endswith("matrix")
        rows, cols = triplets.coords
        return cls(tape, entries, rows, cols, matrix.shape, is_matrix)

    def _with(self, entries: Any) -> TracedSparse:
        ids = lift(self.tape, entries).ids
        return TracedSparse(self.tape, ids, self._rows, self._cols, self.shape, self.is_matrix)

    @property
    def data(self) -> Any:
        """Entries."""
        return array(self.tape, self.ids)

    @property
    def coords(self) -> tuple[IntArray, IntArray]:
        """Rows and columns of the entries."""
        return self._rows, self._cols

    @property
    def nnz(self) -> int:
        """Number of entries."""
        return len(self.ids)

    def tocsr(self, *args: Any, **kwargs: Any) -> TracedSparse:
        """Return the matrix: it has one format."""
        return self

    tocsc = tocoo = tobsr = tolil = todok = asformat = copy = tocsr

    def transpose(self, axes: Any = None, copy: bool = False) -> TracedSparse:
        """Transpose."""
        shape = (self.shape[1], self.shape[0])
        return TracedSparse(self.tape, self.ids, self._cols, self._rows, shape, self.is_matrix)

    T = property(transpose)

    def toarray(self, *args: Any, **kwargs: Any) -> Any:
        """Dense traced array."""
        m, n = self.shape
        indptr, order = grouped(self._rows * n + self._cols, m * n)
        whole = constants(self.tape, np.zeros(m * n)).copy()
        filled = np.flatnonzero(np.diff(indptr))
        starts = np.append(indptr[filled], indptr[-1])
        whole[filled] = self.tape.sums(starts, self.ids[order])
        return array(self.tape, whole.reshape(m, n))

    def _dense(self, made: Any) -> Any:
        """Give what is dense the class that SciPy gives it: ``np.matrix`` for its matrices."""
        return as_matrix(lift(self.tape, made)) if self.is_matrix and np.ndim(made) == 2 else made

    def todense(self, *args: Any, **kwargs: Any) -> Any:
        """Dense matrix, or array for SciPy's sparse arrays."""
        return self._dense(self.toarray())

    def diagonal(self, k: int = 0) -> Any:
        """Entries of a diagonal."""
        return np.diagonal(self.toarray(), k)

    def trace(self, offset: int = 0) -> Any:
        """Sum of a diagonal."""
        return self.diagonal(offset).sum()

    def getrow(self, i: int) -> TracedSparse:
        """Matrix of one row."""
        return _sparse_forms.line(self, i, 0)

    def getcol(self, j: int) -> TracedSparse:
        """Matrix of one column."""
        return _sparse_forms.line(self, j, 1)

    def mean(self, axis: Any = None) -> Any:
        """Mean of all entries, zeros too, or over one axis."""
        count = math.prod(self.shape) if axis is None else self.shape[0 if axis in (0, -2) else 1]
        return self.sum(axis) / count

    def power(self, n: Any) -> TracedSparse:
        """Powers of the entries."""
        if np.ndim(n) or not n > 0:
            raise self._refused(f"the entries to the power {n}")
        whole = _sparse_forms.merged(self)
        return whole._with(whole.data**n)

    def sum(self, axis: Any = None) -> Any:
        """Sum of all entries, or over one axis."""
        if axis is None:
            return self.data.sum()
        over = 0 if axis in (0, -2) else 1
        ones = np.ones(self.shape[over])
        found = self @ ones if over else ones @ self
        return self._dense(np.expand_dims(found, over)) if self.is_matrix else found

    def _times(self, other: Any) -> Any:
        if is_sparse(other) or isinstance(other, TracedSparse):
            return _sparse_forms.product(self.tape, self, other)
        if isinstance(other, np.matrix):
            return self._dense(self._times(np.asarray(other)))
        if np.iscomplexobj(other):
            return make(self.tape, self._times(np.real(other)), self._times(np.imag(other)))
        is_of_numbers = type(other) is np.ndarray and other.dtype != object
        x = other if is_of_numbers else lift(self.tape, other)
        if x.ndim not in (1, 2) or x.shape[0] != self.shape[1]:
            raise ValueError(f"dimension mismatch: {self.shape} @ {x.shape}")
        if x.ndim == 2:
            return np.stack([self._times(x[:, j]) for j in range(x.shape[1])], axis=1)
        indptr, order = grouped(self._rows, self.shape[0])
        if type(x) is np.ndarray:
            weights = x[self._cols][order].astype(float)
            return wrap(self.tape, self.tape.sums(indptr, self.ids[order], weights))
        products = lift(self.tape, self.data * x[self._cols])
        return wrap(self.tape, self.tape.sums(indptr, products.ids[order]))

    __matmul__ = dot = _times

    def __rmatmul__(self, other: Any) -> Any:
        if is_sparse(other):
            return _sparse_forms.product(self.tape, other, self)
        if isinstance(other, np.matrix):
            return self._dense(self.__rmatmul__(np.asarray(other)))
        return np.transpose(self.transpose()._times(np.transpose(other)))

    def __mul__(self, other: Any) -> Any:
        if np.ndim(other) == 0:
            return self._with(self.data * other)
        if self.is_matrix:
            return self._times(other)
        return self.multiply(other)

    def __rmul__(self, other: Any) -> Any:
        if np.ndim(other) and self.is_matrix:
            return self.__rmatmul__(other)
        return self * other

    def multiply(self, other: Any) -> TracedSparse:
        """Elementwise product with a sparse matrix of numbers, or an array that broadcasts."""
        if isinstance(other, TracedSparse):
            return self.multiply(other.toarray())
        if is_sparse(other):
            check_sparse(self.tape, other)
            factors = other.tocsr()[self._rows, self._cols]
            dense = factors.toarray() if is_sparse(factors) else factors
            return self._with(self.data * np.ravel(dense))
        dense = np.broadcast_to(other, self.shape)
        return self._with(self.data * dense[self._rows, self._cols])

    def __truediv__(self, other: Any) -> Any:
        if np.ndim(other):
            return self._dense(self.toarray() / other)
        return self._with(self.data / other)

    def __pow__(self, n: Any) -> TracedSparse:
        if not self.is_matrix:
            return self.power(n)
        if not isinstance(n, int) or n < 1:
            raise self._refused(f"a matrix to the power {n}")
        result: Any = self
        for _ in range(n - 1):
            result = result @ self
        return result  # type: ignore[no-any-return]

    def __abs__(self) -> TracedSparse:
        whole = _sparse_forms.merged(self)
        return whole._with(np.abs(whole.data))

    def __neg__(self) -> TracedSparse:
        return self._with(-self.data)

    def __add__(self, other: Any) -> Any:
        if is_sparse(other):
            other = self.of_numbers(self.tape, other)
        if isinstance(other, TracedSparse):
            entries, rows, cols = other.ids, *other.coords
        else:
            return self._dense(self.toarray() + other)
        if other.shape != self.shape:
            raise ValueError(f"inconsistent shapes {self.shape} and {other.shape}")
        return TracedSparse(
            self.tape,
            np.concatenate([self.ids, entries]),
            np.concatenate([self._rows, rows]),
            np.concatenate([self._cols, cols]),
            self.shape,
            self.is_matrix,
        )

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        # Says "no array" to scipy.sparse, so that it asks the reflected method.
        holder = np.empty((), dtype=object)
        holder[()] = self
        return holder

    def __repr__(self) -> str:
        return f"<sparse traced matrix of shape {self.shape} with {self.nnz} entries>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise self._refused(f"the attribute {name!r}")

    def __getitem__(self, key: Any) -> Any:
        return _sparse_forms.part(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        raise self._refused("a change of entries")

    def _refused(self, what: str) -> UnsupportedOperationError:
        return refuse(
            self.tape,
            UnsupportedOperationError,
            f"{what} of a sparse matrix with traced entries was asked for; known are products, "
            "sums, transposes, indices, multiply by numbers and toarray(): use A.toarray(), or "
            "work on the entries before the matrix is made",
        )


def from_arguments(tape: Tape, kind: type, args: tuple[Any, ...], kwargs: Any) -> TracedSparse:
    """Make what a class of ``scipy.sparse`` would make of traced entries."""
    name = kind.__name__
    first, shape = args[0], kwargs.get("shape", args[1] if len(args) > 1 else None)
    is_matrix = name.endswith("matrix")
    if isinstance(first, TracedSparse):
        return first
    if isinstance(first, tuple) and len(first) == 2 and isinstance(first[1], (tuple, list)):
        entries, (rows, cols) = first
    elif isinstance(first, tuple) and len(first) == 3 and name[:3] in {"csr", "csc"}:
        entries, inner, indptr = first
        outer = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
        rows, cols = (outer, inner) if name[:3] == "csr" else (inner, outer)
        if shape is None:
            sizes = (len(indptr) - 1, int(np.max(inner, initial=-1)) + 1)
            shape = sizes if name[:3] == "csr" else sizes[::-1]
    elif not isinstance(first, tuple) and (dense := lift(tape, first)).ndim == 2:
        shape = dense.shape
        rows, cols = (places.ravel() for places in np.indices(shape))
        entries = dense.ravel()
    else:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"scipy.sparse.{name} was called with traced values in a form that is not known; "
            "known are (data, (rows, cols)), csr's and csc's (data, indices, indptr), and a dense "
            "matrix",
        )
    rows, cols = np.asarray(rows), np.asarray(cols)
    if shape is None:
        shape = (int(rows.max(initial=-1)) + 1, int(cols.max(initial=-1)) + 1)
    ids = lift(tape, entries).ids.ravel()
    return TracedSparse(tape, ids, rows, cols, (int(shape[0]), int(shape[1])), is_matrix)


def diagonals(is_matrix: bool) -> Callable[..., TracedSparse]:
    """Make the stand-in of ``scipy.sparse.diags`` or ``diags_array``."""

    def diags(
        diagonals: Any,
        offsets: Any = 0,
        shape: Any = None,
        format: Any = None,  # noqa: A002  # SciPy's name
        dtype: Any = None,
    ) -> TracedSparse:
        places = np.atleast_1d(offsets).tolist()
        lines = [diagonals] if np.ndim(offsets) == 0 and np.ndim(diagonals) == 1 else diagonals
        tape = next(line.tape for line in (diagonals, *lines) if hasattr(line, "tape"))
        parts = [np.atleast_1d(lift(tape, line).ids) for line in lines]
        if shape is None:
            n = max(len(p) + abs(k) for p, k in zip(parts, places, strict=True))
            shape = (n, n)
        rows, cols, entries = [], [], []
        for ids, k in zip(parts, places, strict=True):
            length = min(shape[0] + min(k, 0), shape[1] - max(k, 0))
            if len(ids) not in (1, length):
                raise ValueError(
                    f"Diagonal length (index {k}: {len(ids)} at offset {k}) does not agree with "
                    f"array size ({shape[0]}, {shape[1]})."
                )
            entries.append(np.broadcast_to(ids, (length,)))
            rows.append(np.arange(length) - min(k, 0))
            cols.append(np.arange(length) + max(k, 0))
        return TracedSparse(
            tape,
            np.concatenate(entries),
            np.concatenate(rows),
            np.concatenate(cols),
            tuple(shape),
            is_matrix,
        )

    return diags


# It needs the class above.
from asdopt.tracing import _sparse_forms  # noqa: E402
