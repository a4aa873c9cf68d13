# cython: language_level=3, boundscheck=False, wraparound=False
"""Entries (row, col) of a pattern while it is found, in any order."""

from asdopt._errors import PatternError

cimport cython
from asdopt._vector cimport ints
from libc.stdlib cimport free


@cython.final
cdef class Entries:
    """Growing list of (row, col)."""

    def __dealloc__(self):
        free(self.rows.data)
        free(self.cols.data)

    cdef int refuse(self) except -1:
        raise PatternError(
            f"A sparsity pattern was asked for that has more than {MAX_ENTRIES:,} entries, the "
            "most it can hold: it is too dense to be of use; use products with vectors instead."
        )

    cdef arrays(self):
        self.cols.size = self.rows.size
        return ints(&self.rows), ints(&self.cols)
