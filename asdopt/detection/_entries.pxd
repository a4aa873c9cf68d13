cimport cython
from asdopt._vector cimport Ints, reserve_ints

# Entries of a pattern are counted by int32.
cdef enum:
    MAX_ENTRIES = 2147483647


@cython.final
cdef class Entries:
    # The size is that of the rows; that of the columns is brought up to it where it is read.
    cdef Ints rows
    cdef Ints cols

    cdef int refuse(self) except -1
    cdef arrays(self)

    cdef inline int reserve(self, Py_ssize_t more) except -1 nogil:
        """Make room for more entries."""
        if self.rows.size + more > self.rows.capacity:
            if self.rows.size + more > MAX_ENTRIES:
                with gil:
                    self.refuse()
            self.cols.size = self.rows.size
            reserve_ints(&self.rows, more)
            reserve_ints(&self.cols, more)
        return 0

    cdef inline void add(self, int row, int col) noexcept nogil:
        """Append an entry for which there is room."""
        cdef Py_ssize_t k = self.rows.size
        self.rows.data[k] = row
        self.cols.data[k] = col
        self.rows.size = k + 1
