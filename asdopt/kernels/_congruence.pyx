# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Second derivatives with respect to affine maps of nearly the same variables: L' D M.

Enters: maps of instances, as rows of a dense matrix. Leaves: a product by blocks that adds the
matrix of each instance's derivative d[k] to the places of a Hessian. Next: ``_machine.pyx``.

Expanded over the pairs of variables these take 12 bytes and a nanosecond for each pair of each
instance; as a product 8 bytes for each variable and a twentieth of the time.

References
----------
Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008.
"""

import numpy as np

from asdopt.kernels._plan import aligned

from asdopt.kernels._plan cimport product
from asdopt.kernels._spread cimport Maps, find
from libc.math cimport fabs


# Larger ones times a coefficient may leave the range of numbers.
cdef double LARGE = 1e100


cdef class Panels:
    """Rows of maps as a dense matrix, in panels of eight columns.

    Parameters
    ----------
    maps : Maps
    slots : ndarray of int32, shape (rows,)
    cols : ndarray of int32
        Sorted variables, among which are those of all rows.
    """

    def __init__(self, Maps maps, const int[::1] slots, const int[::1] cols):
        cdef Py_ssize_t i, k, at, width = cols.shape[0], panels = (width + 7) // 8
        cdef Py_ssize_t rows = slots.shape[0]
        values = aligned((panels, rows, 8), np.float64)
        cdef double[:, :, ::1] v = values
        self.cols = np.full(8 * panels, -1, dtype=np.int32)
        self.cols[:width] = cols
        for i in range(rows):
            for k in range(maps.width(slots[i])):
                at = place_of(cols, maps.col(slots[i], k), k)
                v[at // 8, i, at % 8] += maps.coef(slots[i], k)
        self.keep = values
        self.dense.rows = rows
        self.dense.panels = panels
        self.dense.values = &v[0, 0, 0]


cdef inline Py_ssize_t place_of(const int[::1] cols, int col, Py_ssize_t guess) noexcept nogil:
    """Where a variable stands among sorted ones; of a full row at the guess, from either end."""
    cdef Py_ssize_t low = 0, high = cols.shape[0], middle
    if guess < high and cols[guess] == col:
        return guess
    if guess < high and cols[high - 1 - guess] == col:
        return high - 1 - guess
    while low < high:
        middle = (low + high) // 2
        if cols[middle] < col:
            low = middle + 1
        else:
            high = middle
    return low


cdef class Congruence:
    """Adds ``left' diag(d) right`` to places of a result, d read from the local values.

    Parameters
    ----------
    left, right : Panels
        One and the same for a derivative twice with respect to one slot: the lower triangle. Of
        two different ones an entry stands for both of its orders in the quadratic form, so that
        one that falls on the diagonal counts twice.
    locals_ : ndarray of int32, shape (rows,)
        Where d stands.
    indptr, cols
        Pattern of the lower triangle, row-major.
    """

    def __init__(self, Panels left, Panels right, locals_, const Py_ssize_t[::1] indptr,
                 const int[::1] cols):
        cdef Py_ssize_t p, q, i, j, at = 0, panels = left.dense.panels
        cdef Py_ssize_t last = right.dense.panels
        cdef int x, y, place
        cdef bint square = left is right, run
        self.left = left
        self.right = right
        self.locals_ = locals_
        self.d = np.empty(len(locals_))
        size = 64 * (panels * (panels + 1) // 2 if square else panels * last)
        cdef int[::1] places = np.full(size, -1, dtype=np.int32)
        cdef unsigned char[::1] is_run = np.zeros(size // 8, dtype=np.uint8)
        for p in range(panels):
            for q in range(p + 1 if square else last):
                for i in range(8):
                    x = left.cols[8 * p + i]
                    run = True
                    for j in range(8):
                        y = right.cols[8 * q + j]
                        place = -1
                        if x >= 0 and y >= 0 and not (square and y > x):
                            place = find(&indptr[0], &cols[0], max(x, y), min(x, y))
                            if place >= 0 and x == y and not square:
                                place = -2 - place
                        places[at + j] = place
                        run = run and place >= 0 and place == places[at] + j
                    is_run[at // 8] = run
                    at += 8
        self.places = places
        self.is_run = is_run
        self.blocks.left = &left.dense
        self.blocks.right = &right.dense
        self.blocks.locals_ = &self.locals_[0]
        self.blocks.places = &self.places[0]
        self.blocks.is_run = &self.is_run[0]
        self.blocks.d = &self.d[0]

    def add_to(self, const double[::1] local, double[::1] out):
        """Add what instances give whose derivatives stand among the local values."""
        with nogil:
            add_blocks(&self.blocks, &local[0], &out[0])


cdef void add_blocks(const Blocks *blocks, const double *local, double *out) noexcept nogil:
    cdef Py_ssize_t k, rows = blocks.left.rows
    cdef double d
    cdef bint any_large = False
    for k in range(rows):
        d = local[blocks.locals_[k]]
        if not fabs(d) < LARGE:
            any_large = True
            d = 0.0
        blocks.d[k] = d
    product()(blocks.left, blocks.right, blocks.d, blocks.places, blocks.is_run, out)
    if not any_large:
        return
    # Only to where the instance has variables: infinity times a zero of the dense rows is NaN.
    for k in range(rows):
        d = local[blocks.locals_[k]]
        if not fabs(d) < LARGE:
            add_row(blocks, k, d, out)


cdef void add_row(const Blocks *blocks, Py_ssize_t row, double d, double *out) noexcept nogil:
    """Add what one instance gives, where its coefficients are not 0."""
    cdef Py_ssize_t p, q, i, j, at = 0, rows = blocks.left.rows
    cdef bint square = blocks.left == blocks.right
    cdef const double *a
    cdef const double *b
    cdef int place
    for p in range(blocks.left.panels):
        a = blocks.left.values + 8 * (p * rows + row)
        for q in range(p + 1 if square else blocks.right.panels):
            b = blocks.right.values + 8 * (q * rows + row)
            for i in range(8):
                for j in range(8):
                    place = blocks.places[at]
                    at += 1
                    if a[i] == 0.0 or b[j] == 0.0 or place == -1:
                        continue
                    if place < 0:
                        out[-2 - place] += 2.0 * (a[i] * b[j]) * d
                    else:
                        out[place] += a[i] * b[j] * d
