"""Sparse matrices whose entries are traced: assembled stiffness matrices, diagonals.

Enters: triplets (``_sparse_creation.py``). Leaves: :class:`TracedSparse`, whose products with
vectors are sums over the entries of a row. Entries at the same place are added, as SciPy adds them.
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
from asdopt.tracing._linear import check_sparse, is_sparse, is_sparse_matrix
from asdopt.tracing._location import refuse
from asdopt.tracing._matrices import as_matrix
from asdopt.tracing._nodes import Ids, constants, grouped
from asdopt.tracing._tape import Tape

__all__ = ["TracedSparse"]

IntArray = npt.NDArray[np.intp]


class TracedSparse:
    """A sparse matrix as triplets: ``A[rows[k], cols[k]] += data[k]``.

    ``is_matrix``: whether ``*`` is the matrix product, as for SciPy's sparse matrices.
    ``form``: SciPy's format, ``"csr"``; None where that is not followed. ``ordered``: whether the
    entries stand as SciPy has them; they are put so when they are asked for. ``known``: whether
    they can be: in which order SciPy leaves the entries of a product, and which zeros it keeps, is
    not followed.
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
        form: str | None = None,
        ordered: bool = False,
        known: bool = True,
    ) -> None:
        self.tape = tape
        self.ids = entries
        self._rows: IntArray = np.asarray(rows, dtype=np.intp)
        self._cols: IntArray = np.asarray(cols, dtype=np.intp)
        self.shape = shape
        self.is_matrix = is_matrix
        self.form = form
        self._ordered = ordered or form == "coo"
        self._known = known and form is not None

    @classmethod
    def of_numbers(cls, tape: Tape, matrix: Any) -> TracedSparse:
        """Make one of a sparse matrix of numbers."""
        check_sparse(tape, matrix)
        triplets = matrix.tocoo()
        entries = constants(tape, triplets.data.astype(float))
        is_matrix = type(matrix).__name__.endswith("matrix")
        rows, cols = triplets.coords
        # These give their triplets in the order of their entries.
        known = matrix.format in {"csr", "csc", "coo"}
        kind = is_matrix, matrix.format, known, known
        return cls(tape, entries, rows, cols, matrix.shape, *kind)

    def _with(self, entries: Any) -> TracedSparse:
        ids = lift(self.tape, entries).ids
        kind = self.is_matrix, self.form, self._ordered, self._known
        return TracedSparse(self.tape, ids, self._rows, self._cols, self.shape, *kind)

    @property
    def triplets(self) -> tuple[Ids, IntArray, IntArray]:
        """Entries with their rows and columns, in any order, places maybe more than once."""
        return self.ids, self._rows, self._cols

    @property
    def format(self) -> str:
        """SciPy's name of the format."""
        if self.form is None:
            raise self.refused("the format")
        return self.form

    @property
    def data(self) -> Any:
        """Entries as SciPy stores them."""
        self._settle("data")
        return array(self.tape, self.ids)

    @property
    def coords(self) -> tuple[IntArray, IntArray]:
        """Rows and columns of the entries as SciPy stores them."""
        self._settle("coords")
        return self._rows, self._cols

    @property
    def nnz(self) -> int:
        """Number of entries that SciPy stores."""
        self._settle("nnz")
        return len(self.ids)

    def _settle(self, what: str) -> None:
        """Put the entries in SciPy's order, those of one place added."""
        if not self._known:
            raise self.refused(
                f"the attribute {what!r}, which depends on how SciPy computes a matrix from others "
                "and on which entries are 0,"
            )
        if self._ordered:
            return
        if self.form not in {"csr", "csc"}:
            raise self.refused(f"the attribute {what!r}, which tocsr() has,")
        self.ids, self._rows, self._cols = self._merged(self.form == "csr")
        self._ordered = True

    def _merged(self, by_row: bool) -> tuple[Ids, IntArray, IntArray]:
        """Entries with their rows and columns, sorted by them, those of one place added."""
        outer, inner = (self._rows, self._cols) if by_row else (self._cols, self._rows)
        width = max(self.shape[by_row], 1)
        places, inverse = np.unique(outer * width + inner, return_inverse=True)
        groups, order = grouped(inverse, len(places))
        ids = self.ids[order]
        if len(places) < len(order):
            ids = self.tape.sums(groups, ids)
        outer, inner = np.divmod(places, width)
        return (ids, outer, inner) if by_row else (ids, inner, outer)

    def of_kind(self, form: str | None, is_matrix: bool) -> TracedSparse:
        """Return the matrix in a format, as SciPy's sparse matrix or array."""
        by_lines = {"csr", "csc"}
        if not self._known:
            ids, rows, cols = self.ids.copy(), self._rows, self._cols
            return TracedSparse(
                self.tape, ids, rows, cols, self.shape, is_matrix, form, known=False
            )
        if form == "coo" and self.form not in {"coo", *by_lines}:
            return self.of_kind("csr", is_matrix).of_kind(form, is_matrix)
        if form == "coo" and self.form != "coo":
            self._settle("data")
        ids, rows, cols = self.ids.copy(), self._rows, self._cols
        ordered = self._ordered and form in by_lines and self.form in by_lines
        if ordered and form != self.form:
            order = np.argsort(rows if form == "csr" else cols, kind="stable")
            ids, rows, cols = ids[order], rows[order], cols[order]
        return TracedSparse(self.tape, ids, rows, cols, self.shape, is_matrix, form, ordered)

    def asformat(self, format: Any, copy: bool = False) -> TracedSparse:  # noqa: A002  # SciPy's
        """Return the matrix in a format."""
        return self if format in {None, self.form} else self.of_kind(format, self.is_matrix)

    def copy(self) -> TracedSparse:
        """Copy."""
        return self._with(array(self.tape, self.ids.copy()))

    def transpose(self, axes: Any = None, copy: bool = False) -> TracedSparse:
        """Transpose."""
        shape = (self.shape[1], self.shape[0])
        form = {"csr": "csc", "csc": "csr"}.get(self.form or "", self.form)
        kind = self.is_matrix, form, self._ordered, self._known
        return TracedSparse(self.tape, self.ids, self._cols, self._rows, shape, *kind)

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
            raise self.refused(f"the entries to the power {n}")
        return self._of_each(lambda entries: entries**n)

    def _of_each(self, function: Callable[[Any], Any]) -> TracedSparse:
        """Apply a function that keeps zeros to the entries, each place once."""
        ids, rows, cols = self._merged(self.form != "csc")
        is_given = self.form in {"csr", "csc"} and self._ordered and self._known
        if is_given and not (np.array_equal(rows, self._rows) and np.array_equal(cols, self._cols)):
            raise self.refused(
                "a function of the entries, repeated or not sorted, which SciPy puts in order in "
                "the arrays that they were given in,"
            )
        ids = lift(self.tape, function(array(self.tape, ids))).ids
        kind = self.is_matrix, self.form, False, False
        return TracedSparse(self.tape, ids, rows, cols, self.shape, *kind)

    def sum(self, axis: Any = None) -> Any:
        """Sum of all entries, or over one axis."""
        if axis is None:
            return array(self.tape, self.ids).sum()
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
        products = lift(self.tape, array(self.tape, self.ids) * x[self._cols])
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
            return self._with(array(self.tape, self.ids) * other)
        if self.is_matrix:
            return self._times(other)
        return self.multiply(other)

    def __rmul__(self, other: Any) -> Any:
        if is_sparse(other) and not is_sparse_matrix(other):
            return self.of_numbers(self.tape, other).multiply(self)
        if is_sparse(other):
            return self.__rmatmul__(other)
        if np.ndim(other) and self.is_matrix:
            return self.__rmatmul__(other)
        return self * other

    def multiply(self, other: Any) -> TracedSparse:
        """Elementwise product with a sparse matrix of numbers, or an array that broadcasts."""
        if isinstance(other, TracedSparse):
            return self.multiply(other.toarray())
        if is_sparse(other) and other.shape == self.shape:
            check_sparse(self.tape, other)
            factors = other.tocsr()[self._rows, self._cols]
            dense = np.ravel(factors.toarray() if is_sparse(factors) else factors)
        elif is_sparse(other):
            return self.multiply(other.toarray())
        else:
            dense = np.broadcast_to(other, self.shape)[self._rows, self._cols]
        ids = lift(self.tape, array(self.tape, self.ids) * dense).ids
        return TracedSparse(self.tape, ids, self._rows, self._cols, self.shape, self.is_matrix)

    def __truediv__(self, other: Any) -> Any:
        if is_sparse(other) or isinstance(other, TracedSparse):
            raise self.refused("a quotient by another")
        if np.ndim(other) == 0:
            return self._with(array(self.tape, self.ids) / other)
        return self.multiply(1.0 / other)

    def _changed(self, found: TracedSparse) -> TracedSparse:
        """Change in place to entries at the same places, for all who have the matrix."""
        self.ids = found.ids
        return self

    def __imul__(self, other: Any) -> Any:
        return self * other if np.ndim(other) else self._changed(self * other)

    def __itruediv__(self, other: Any) -> Any:
        return self / other if np.ndim(other) else self._changed(self / other)

    def __rtruediv__(self, other: Any) -> Any:
        raise self.refused("a quotient by it")

    def __pow__(self, n: Any) -> TracedSparse:
        if not self.is_matrix:
            return self.power(n)
        if not isinstance(n, int) or n < 1:
            raise self.refused(f"a matrix to the power {n}")
        result: Any = self
        for _ in range(n - 1):
            result = result @ self
        return result  # type: ignore[no-any-return]

    def __abs__(self) -> TracedSparse:
        return self._of_each(np.abs)

    def __neg__(self) -> TracedSparse:
        return self._with(-array(self.tape, self.ids))

    def __add__(self, other: Any) -> Any:
        if is_sparse(other):
            other = self.of_numbers(self.tape, other)
        if not isinstance(other, TracedSparse):
            return self._dense(self.toarray() + other)
        # SciPy's dia leaves it to the other one.
        first = other if self.form == "dia" and other.form != "dia" else self
        return self._plus(other, first.is_matrix)

    def _plus(self, other: TracedSparse, is_matrix: bool) -> TracedSparse:
        entries, rows, cols = other.triplets
        if other.shape != self.shape:
            raise ValueError(f"inconsistent shapes {self.shape} and {other.shape}")
        return TracedSparse(
            self.tape,
            np.concatenate([self.ids, entries]),
            np.concatenate([self._rows, rows]),
            np.concatenate([self._cols, cols]),
            self.shape,
            is_matrix,
        )

    def __radd__(self, other: Any) -> Any:
        return self.of_numbers(self.tape, other) + self if is_sparse(other) else self + other

    def __sub__(self, other: Any) -> Any:
        if is_sparse(other):
            other = self.of_numbers(self.tape, other)
        return (
            self._plus(-other, self.is_matrix)
            if isinstance(other, TracedSparse)
            else self + (-other)
        )

    def __rsub__(self, other: Any) -> Any:
        if is_sparse(other):
            return self.of_numbers(self.tape, other) - self
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
        raise self.refused(f"the attribute {name!r}")

    def __getitem__(self, key: Any) -> Any:
        return _sparse_forms.part(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        raise self.refused("a change of entries")

    def _compared(self, other: Any) -> Any:
        raise self.refused("a comparison")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _compared
    __hash__ = object.__hash__

    def refused(self, what: str) -> UnsupportedOperationError:
        """Refuse something that was asked of the matrix."""
        return refuse(
            self.tape,
            UnsupportedOperationError,
            f"{what} of a sparse matrix with traced entries was asked for; known are products, "
            "sums, transposes, indices, multiply by numbers and toarray(): use A.toarray(), or "
            "work on the entries before the matrix is made",
        )


def _conversion(form: str) -> Any:
    def convert(self: TracedSparse, copy: bool = False) -> TracedSparse:
        return self.asformat(form)

    return convert


for _form in ("coo", "csr", "csc", "bsr", "dia", "lil", "dok"):
    setattr(TracedSparse, f"to{_form}", _conversion(_form))

# It needs the class above.
from asdopt.tracing import _sparse_forms  # noqa: E402
