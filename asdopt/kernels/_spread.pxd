"""Rows of affine maps, and positions in a pattern; see ``_spread.pyx``."""


cdef inline int find(const Py_ssize_t *indptr, const int *cols, int row,
                     int col) noexcept nogil:
    """Position of an entry in a row-major pattern, -1 where there is none."""
    cdef Py_ssize_t low = indptr[row], high = indptr[row + 1], middle, end = indptr[row + 1]
    # In a dense or banded row it has its distance from the last one.
    if low < high:
        middle = high - 1 - (cols[high - 1] - col)
        if low <= middle < high and cols[middle] == col:
            return <int> middle
    while low < high:
        middle = (low + high) // 2
        if cols[middle] < col:
            low = middle + 1
        else:
            high = middle
    return <int> low if low < end and cols[low] == col else -1


cdef class Maps:
    # Pointers: indices of memoryviews are checked in the functions of a declaration file.
    cdef const Py_ssize_t *indptr
    cdef const int *cols
    cdef const double *coefs
    cdef int first_map
    cdef tuple keep

    cdef inline Py_ssize_t width(self, int slot) noexcept nogil:
        if slot < self.first_map:
            return 1
        return self.indptr[slot - self.first_map + 1] - self.indptr[slot - self.first_map]

    cdef inline int col(self, int slot, Py_ssize_t k) noexcept nogil:
        return slot if slot < self.first_map else (
            self.cols[self.indptr[slot - self.first_map] + k])

    cdef inline double coef(self, int slot, Py_ssize_t k) noexcept nogil:
        return 1.0 if slot < self.first_map else (
            self.coefs[self.indptr[slot - self.first_map] + k])
