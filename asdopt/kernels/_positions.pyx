# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Where values go: positions in structure arrays, and how a row of a block is scattered."""

import numpy as np

cdef extern from "kernels/_modes.h":
    enum:
        STORE
        ADD_TO
        _STORE_RUN "STORE_RUN"
        ADD_RUN
        ADD_TO_ONE
        ADD_SOME
        READ
        READ_RUN
        READ_ONE

STORE_RUN = _STORE_RUN


def find_positions(const Py_ssize_t[::1] indptr, const int[::1] cols,
                   const int[::1] rows, const int[::1] columns):
    """Positions of entries (rows[k], columns[k]) in a row-major pattern, -1 where there is none."""
    cdef Py_ssize_t k, low, high, middle
    cdef int column
    out = np.empty(rows.shape[0], dtype=np.int32)
    cdef int[::1] found = out
    with nogil:
        for k in range(rows.shape[0]):
            low = indptr[rows[k]]
            high = indptr[rows[k] + 1]
            column = columns[k]
            while low < high:
                middle = (low + high) // 2
                if cols[middle] < column:
                    low = middle + 1
                else:
                    high = middle
            if low < indptr[rows[k] + 1] and cols[low] == column:
                found[k] = <int> low
            else:
                found[k] = -1
    return out


def count_places(const int[::1] places, int[::1] counts):
    """Count how many values each place receives."""
    cdef Py_ssize_t k
    for k in range(places.shape[0]):
        if places[k] >= 0:
            counts[places[k]] += 1


def scatter_modes(const int[:, :, ::1] index, Py_ssize_t row, Py_ssize_t num_instances,
                  const int[::1] counts, unsigned char[:, ::1] modes,
                  unsigned char[::1] stored):
    """Choose how each block scatters a row of positions; mark the places it stores to."""
    cdef Py_ssize_t at, i, count, width = index.shape[2]
    cdef int p, first
    cdef bint missing, shared, run, one
    for at in range(index.shape[0]):
        count = min(width, num_instances - at * width)
        first = index[at, row, 0]
        missing = shared = False
        run = one = True
        for i in range(count):
            p = index[at, row, i]
            if p < 0:
                missing = True
                break
            shared = shared or counts[p] > 1
            run = run and p == first + i
            one = one and p == first
        if missing:
            modes[at, row] = ADD_SOME
        elif not shared:
            modes[at, row] = _STORE_RUN if run else STORE
        else:
            modes[at, row] = ADD_TO_ONE if one else ADD_RUN if run else ADD_TO
        if not (missing or shared):
            for i in range(count):
                stored[index[at, row, i]] = 1


def gather_modes(const int[:, :, ::1] index, Py_ssize_t row, Py_ssize_t num_instances,
                 unsigned char[:, ::1] modes):
    """Choose how each block gathers a row."""
    cdef Py_ssize_t at, i, width = index.shape[2]
    cdef bint run, one
    for at in range(index.shape[0]):
        run = (at + 1) * width <= num_instances
        one = True
        for i in range(1, width):
            if not (run or one):
                break
            run = run and index[at, row, i] == index[at, row, 0] + i
            one = one and index[at, row, i] == index[at, row, 0]
        modes[at, row] = READ_RUN if run else READ_ONE if one else READ
