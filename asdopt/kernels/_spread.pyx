# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Expand derivatives with respect to affine maps over the maps' variables.

Each pass makes triplets (place, local value, coefficient): the place of the result receives the
coefficient times the local value.
"""

import numpy as np


cdef inline int find(const Py_ssize_t[::1] indptr, const int[::1] cols, int row,
                     int col) noexcept nogil:
    """Position of an entry in a row-major pattern, -1 where there is none."""
    cdef Py_ssize_t low = indptr[row], high = indptr[row + 1], middle, end = indptr[row + 1]
    while low < high:
        middle = (low + high) // 2
        if cols[middle] < col:
            low = middle + 1
        else:
            high = middle
    return <int> low if low < end and cols[low] == col else -1


cdef class Maps:
    """Rows of the matrix of the maps; a plain variable is a row with one entry 1."""

    cdef const Py_ssize_t[::1] indptr
    cdef const int[::1] cols
    cdef const double[::1] coefs
    cdef int first_map

    def __init__(self, indptr, cols, coefs, first_map):
        self.indptr = indptr
        self.cols = cols
        self.coefs = coefs
        self.first_map = first_map

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
                    place = find(indptr, cols, rows[i], place)
                if place >= 0:
                    p[at] = place
                    q[at] = first_local + <int> i
                    v[at] = maps.coef(slots[i], k)
                    at += 1
    return places[:at], locals_[:at], values[:at]


def expand_second(Maps maps, const int[::1] slots, const int[::1] others, bint square,
                  int first_local, const Py_ssize_t[::1] indptr, const int[::1] cols):
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
                    place = find(indptr, cols, max(x, y), min(x, y))
                    if place < 0:
                        continue
                    c = maps.coef(slots[i], j) * maps.coef(others[i], k)
                    p[at] = place
                    q[at] = first_local + <int> i
                    v[at] = 2.0 * c if x == y and not square else c
                    at += 1
    return places[:at], locals_[:at], values[:at]


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
