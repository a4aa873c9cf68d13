# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Expand derivatives with respect to affine maps over the maps' variables.

Each pass makes triplets (place, local value, coefficient): the place of the result receives the
coefficient times the local value.
"""

import numpy as np

from asdopt._vector cimport (
    Doubles, Ints, doubles, ints, mix, push_double, push_int,
)
from libc.stdint cimport uint64_t
from libc.stdlib cimport free, qsort


cdef class Maps:
    """Rows of the matrix of the maps; a plain variable is a row with one entry 1."""

    def __init__(self, const Py_ssize_t[::1] indptr, const int[::1] cols,
                 const double[::1] coefs, first_map):
        self.keep = indptr, cols, coefs
        self.indptr = &indptr[0]
        self.cols = &cols[0]
        self.coefs = &coefs[0]
        self.first_map = first_map

    def widths(self, const int[::1] slots):
        """Numbers of variables."""
        cdef Py_ssize_t i
        out = np.empty(slots.shape[0], dtype=np.intp)
        cdef Py_ssize_t[::1] found = out
        for i in range(slots.shape[0]):
            found[i] = self.width(slots[i])
        return out

    def union(self, const int[::1] slots, num_inputs):
        """Sorted variables of some slots."""
        cdef Py_ssize_t i, k, at = 0, total = 0
        cdef int[::1] every
        for i in range(slots.shape[0]):
            total += self.width(slots[i])
        if 8 * total < num_inputs:
            every = np.empty(total, dtype=np.int32)
            for i in range(slots.shape[0]):
                for k in range(self.width(slots[i])):
                    every[at] = self.col(slots[i], k)
                    at += 1
            return np.unique(every)
        out = np.zeros(num_inputs, dtype=bool)
        cdef unsigned char[::1] seen = out.view(np.uint8)
        for i in range(slots.shape[0]):
            for k in range(self.width(slots[i])):
                seen[self.col(slots[i], k)] = 1
        return np.flatnonzero(out).astype(np.int32)

    def hashes(self, const int[::1] slots):
        """A number for each set of variables; two sets may have one."""
        cdef Py_ssize_t i, k
        cdef uint64_t h
        out = np.empty(slots.shape[0], dtype=np.uint64)
        cdef uint64_t[::1] found = out
        for i in range(slots.shape[0]):
            h = self.width(slots[i])
            for k in range(self.width(slots[i])):
                h += mix(self.col(slots[i], k) + <uint64_t> 1)
            found[i] = h
        return out


def expand_first(Maps maps, const int[::1] rows, const int[::1] slots, int first_local,
                 const Py_ssize_t[::1] indptr, const int[::1] cols, bint dense):
    """Triplets of derivatives of rows with respect to maps.

    With ``dense`` the place of a derivative is its column, whatever the row.
    """
    cdef Py_ssize_t i, k, at = 0, total = 0
    cdef int place
    for i in range(slots.shape[0]):
        total += maps.width(slots[i])
    places, locals_, values = (
        np.empty(total, dtype=np.int32), np.empty(total, dtype=np.int32), np.empty(total))
    cdef int[::1] p = places, q = locals_
    cdef double[::1] v = values
    with nogil:
        for i in range(slots.shape[0]):
            for k in range(maps.width(slots[i])):
                place = maps.col(slots[i], k)
                if not dense:
                    place = find(&indptr[0], &cols[0], rows[i], place)
                if place >= 0:
                    p[at] = place
                    q[at] = first_local + <int> i
                    v[at] = maps.coef(slots[i], k)
                    at += 1
    return places[:at], locals_[:at], values[:at]


def expand_second(Maps maps, const int[::1] slots, const int[::1] others, bint square,
                  const int[::1] local, const Py_ssize_t[::1] indptr, const int[::1] cols):
    """Triplets of second derivatives with respect to two slots; the lower triangle.

    A pair of different slots stands for both of its orders in the quadratic form, so an entry
    that falls on the diagonal counts twice. With ``square`` both slots are one.
    """
    cdef Py_ssize_t i, j, k, at = 0, total = 0
    cdef int place, x, y
    cdef double c
    for i in range(slots.shape[0]):
        total += maps.width(slots[i]) * maps.width(others[i])
    places, locals_, values = (
        np.empty(total, dtype=np.int32), np.empty(total, dtype=np.int32), np.empty(total))
    cdef int[::1] p = places, q = locals_
    cdef double[::1] v = values
    with nogil:
        for i in range(slots.shape[0]):
            for j in range(maps.width(slots[i])):
                x = maps.col(slots[i], j)
                for k in range(maps.width(others[i])):
                    y = maps.col(others[i], k)
                    if square and y > x:
                        continue
                    place = find(&indptr[0], &cols[0], max(x, y), min(x, y))
                    if place < 0:
                        continue
                    c = maps.coef(slots[i], j) * maps.coef(others[i], k)
                    p[at] = place
                    q[at] = local[i]
                    v[at] = 2.0 * c if x == y and not square else c
                    at += 1
    return places[:at], locals_[:at], values[:at]


cdef int ascending(const void *a, const void *b) noexcept nogil:
    cdef int x = (<const int *> a)[0], y = (<const int *> b)[0]
    return (x > y) - (x < y)


def sum_second(Maps maps, const int[::1] rows, const int[::1] slots, const int[::1] others,
               const double[::1] values, const Py_ssize_t[::1] indptr, const int[::1] cols,
               Py_ssize_t size):
    """Sums of constant second derivatives by output, as :func:`expand_second` expands them.

    Parameters
    ----------
    rows : ndarray of int32
        Output of each derivative, sorted.
    slots, others : ndarray of int32
        Second slot -1 for one that is differentiated with respect to twice.
    values : ndarray of float64
    indptr, cols
        Pattern of the result.
    size : int
        Number of its places.

    Returns
    -------
    rows, indptr, places, values : ndarray
        Distinct outputs, and the sorted places and values of each.
    """
    cdef Py_ssize_t i = 0, j, k, e, begin, count = rows.shape[0]
    cdef int row, x, y, place, other
    cdef double c
    cdef bint square
    cdef double[::1] total = np.zeros(size)
    cdef int[::1] seen = np.full(size, -1, dtype=np.int32)
    cdef Ints found_rows, places, ends
    cdef Doubles found
    found_rows.data = places.data = ends.data = NULL
    found_rows.size = places.size = ends.size = 0
    found_rows.capacity = places.capacity = ends.capacity = 0
    found.data = NULL
    found.size = found.capacity = 0
    try:
        with nogil:
            while i < count:
                row = rows[i]
                begin = places.size
                while i < count and rows[i] == row:
                    square = others[i] < 0
                    other = slots[i] if square else others[i]
                    for j in range(maps.width(slots[i])):
                        x = maps.col(slots[i], j)
                        c = values[i] * maps.coef(slots[i], j)
                        for k in range(maps.width(other)):
                            y = maps.col(other, k)
                            if square and y > x:
                                continue
                            place = find(&indptr[0], &cols[0], max(x, y), min(x, y))
                            if place < 0:
                                continue
                            if seen[place] != row:
                                seen[place] = row
                                push_int(&places, place)
                            if x == y and not square:
                                total[place] += 2.0 * c * maps.coef(other, k)
                            else:
                                total[place] += c * maps.coef(other, k)
                    i += 1
                if 16 * (places.size - begin) < size:
                    qsort(places.data + begin, places.size - begin, sizeof(int), ascending)
                else:
                    places.size = begin
                    for place in range(<int> size):
                        if seen[place] == row:
                            push_int(&places, place)
                for e in range(begin, places.size):
                    push_double(&found, total[places.data[e]])
                    total[places.data[e]] = 0.0
                if places.size == begin:
                    continue
                push_int(&found_rows, row)
                push_int(&ends, <int> places.size)
        starts = np.concatenate([[0], ints(&ends)]).astype(np.intp)
        return ints(&found_rows), starts, ints(&places), doubles(&found)
    finally:
        free(found_rows.data)
        free(places.data)
        free(ends.data)
        free(found.data)


def by_local(const int[::1] places, const int[::1] locals_):
    """Group triplets that are sorted by local value: ``(distinct locals, indptr, runs)``.

    ``runs`` is the number of runs of consecutive places of one local value.
    """
    cdef Py_ssize_t k, runs = 0, count = 0
    cdef bint is_new
    rows = np.empty(len(places), dtype=np.int32)
    indptr = np.empty(len(places) + 1, dtype=np.intp)
    cdef int[::1] r = rows
    cdef Py_ssize_t[::1] p = indptr
    with nogil:
        for k in range(places.shape[0]):
            is_new = k == 0 or locals_[k] != locals_[k - 1]
            runs += is_new or places[k] != places[k - 1] + 1
            if is_new:
                r[count] = locals_[k]
                p[count] = k
                count += 1
        p[count] = places.shape[0]
    return rows[:count].copy(), indptr[:count + 1].copy(), runs


def by_place(const int[::1] places, const int[::1] locals_, const double[::1] values,
             Py_ssize_t size):
    """Sort triplets by place, stably: ``(distinct places, indptr, locals, values)``."""
    cdef Py_ssize_t k, r
    start_array = np.zeros(size + 1, dtype=np.intp)
    cdef Py_ssize_t[::1] start = start_array
    out_locals, out_values = np.empty(len(places), dtype=np.int32), np.empty(len(places))
    cdef int[::1] q = out_locals
    cdef double[::1] v = out_values
    with nogil:
        for k in range(places.shape[0]):
            start[places[k] + 1] += 1
        for r in range(size):
            start[r + 1] += start[r]
        for k in range(places.shape[0]):
            r = places[k]
            q[start[r]] = locals_[k]
            v[start[r]] = values[k]
            start[r] += 1
    # Each start has moved to its end.
    ends = start_array[:size]
    begins = np.concatenate([[0], ends[:size - 1]]) if size else ends
    distinct = np.flatnonzero(ends > begins)
    indptr = np.append(begins[distinct], len(places)).astype(np.intp)
    return distinct.astype(np.int32), indptr, out_locals, out_values
