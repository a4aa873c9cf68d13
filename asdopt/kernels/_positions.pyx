# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Where values go: positions in structure arrays, and how a row of a block is scattered."""

import numpy as np

cimport numpy as cnp
from libc.stdint cimport uint16_t
from libc.string cimport memcmp, memcpy

cnp.import_array()

cdef extern from "kernels/_modes.h":
    enum:
        STORE
        ADD_TO
        STORE_RUN
        ADD_RUN
        ADD_TO_ONE
        ADD_SOME
        READ
        READ_RUN
        READ_ONE
        ROWS
        ROWS_APART
        ONE_ORDER
        TWO_ORDERS
        OWN_ORDERS

cdef inline int position(const Py_ssize_t[::1] indptr, const int[::1] cols, int row,
                         int column) noexcept nogil:
    cdef Py_ssize_t low = indptr[row], high = indptr[row + 1], end = high, middle
    while low < high:
        middle = (low + high) // 2
        if cols[middle] < column:
            low = middle + 1
        else:
            high = middle
    return <int> low if low < end and cols[low] == column else -1


def find_positions(const Py_ssize_t[::1] indptr, const int[::1] cols,
                   const int[::1] rows, const int[::1] columns):
    """Positions of entries (rows[k], columns[k]) in a row-major pattern, -1 where there is none."""
    cdef Py_ssize_t k
    out = np.empty(rows.shape[0], dtype=np.int32)
    cdef int[::1] found = out
    with nogil:
        for k in range(rows.shape[0]):
            found[k] = position(indptr, cols, rows[k], columns[k])
    return out


def find_entries(const Py_ssize_t[::1] indptr, const int[::1] cols, const int[:, ::1] rows,
                 const int[:, ::1] columns, list keys, int shift, bint lower):
    """Positions of entries of all instances, shape (keys, instances); -1 where there is none.

    Parameters
    ----------
    rows, columns : ndarray of int32, shape (any, instances)
    keys : list of (int, int)
        Which row of ``rows`` and which of ``columns`` make an entry.
    shift : int
        Subtracted from rows.
    lower : bool
        The larger number is the row.
    """
    cdef Py_ssize_t k, count = rows.shape[1]
    cdef Py_ssize_t e
    cdef int i, j, a, b
    out = np.empty((len(keys), count), dtype=np.int32)
    cdef int[:, ::1] found = out
    for e in range(found.shape[0]):
        a, b = keys[e]
        with nogil:
            for k in range(count):
                i = rows[a, k] - shift
                j = columns[b, k]
                if lower and i < j:
                    i, j = j, i
                found[e, k] = position(indptr, cols, i, j)
    return out


def count_places(const int[:, ::1] places, int[::1] counts):
    """Count how many values each place receives."""
    cdef Py_ssize_t e, k
    for e in range(places.shape[0]):
        for k in range(places.shape[1]):
            if places[e, k] >= 0:
                counts[places[e, k]] += 1


def fill_blocks(list sources, Py_ssize_t count, cnp.ndarray out):
    """Arrange rows of all instances as (block, row, width); the last instance fills the rest."""
    cdef Py_ssize_t row, at, k, num_blocks = out.shape[0], num_rows = out.shape[1]
    cdef Py_ssize_t width = out.shape[2], size = out.itemsize, here
    cdef char *target
    cdef const char *source
    cdef cnp.ndarray each
    for row in range(num_rows):
        each = np.ascontiguousarray(sources[row], dtype=out.dtype)
        if each.shape[0] != count:
            raise ValueError(f"{each.shape[0]} entries of {count} instances")
        source = <const char *> cnp.PyArray_DATA(each)
        for at in range(num_blocks):
            here = min(width, count - at * width)
            target = <char *> cnp.PyArray_DATA(out) + (at * num_rows + row) * width * size
            memcpy(target, source + at * width * size, here * size)
            for k in range(here, width):
                memcpy(target + k * size, source + (count - 1) * size, size)


def shared_count(const int[::1] rows, const Py_ssize_t[::1] indptr, Py_ssize_t most,
                 unsigned char[::1] claimed):
    """Number of constants that each of some rows has, 0 where it is not one number up to ``most``.

    Also 0 where a row occurs twice or is claimed already; else the rows are claimed.
    """
    cdef Py_ssize_t k, j, count = indptr[rows[0] + 1] - indptr[rows[0]]
    if not 0 < count <= most:
        return 0
    for k in range(rows.shape[0]):
        if indptr[rows[k] + 1] - indptr[rows[k]] != count or claimed[rows[k]]:
            for j in range(k):
                claimed[rows[j]] = 0
            return 0
        claimed[rows[k]] = 1
    return count


def choose_modes(const int[:, :, ::1] index, const unsigned char[::1] kinds,
                 Py_ssize_t num_instances, const int[::1] counts, unsigned char[:, ::1] modes,
                 unsigned char[::1] stored):
    """Choose how each block gathers or scatters each row; mark the places that are stored to.

    ``kinds`` says of each row whether it is gathered (0), scattered (1), consecutive (2), or left
    to others (3).
    """
    cdef Py_ssize_t row, at
    for row in range(index.shape[1]):
        if kinds[row] == 0:
            gather_modes(index, row, num_instances, modes)
        elif kinds[row] == 1:
            scatter_modes(index, row, num_instances, counts, modes, stored)
        elif kinds[row] == 2:
            for at in range(index.shape[0]):
                modes[at, row] = STORE_RUN


cdef void scatter_modes(const int[:, :, ::1] index, Py_ssize_t row, Py_ssize_t num_instances,
                        const int[::1] counts, unsigned char[:, ::1] modes,
                        unsigned char[::1] stored) noexcept:
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
            modes[at, row] = STORE_RUN if run else STORE
        else:
            modes[at, row] = ADD_TO_ONE if one else ADD_RUN if run else ADD_TO
        if not (missing or shared):
            for i in range(count):
                stored[index[at, row, i]] = 1


cdef void gather_modes(const int[:, :, ::1] index, Py_ssize_t row, Py_ssize_t num_instances,
                       unsigned char[:, ::1] modes) noexcept:
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


def find_whole_rows(list places, const int[::1] counts):
    """Instances of which some entries are consecutive, and places of no other value.

    Parameters
    ----------
    places : list of ndarray of int32, shape (instances,)
        Positions of each entry; 32 entries at most.

    Returns
    -------
    first : ndarray of int32, shape (instances,)
        Least position.
    order : ndarray of uint8, shape (instances, entries)
        Which entry comes at each position.
    whole : ndarray of uint8, shape (instances,)
        Whether the entries are consecutive.
    number : int
        Number of these instances.
    """
    cdef Py_ssize_t size = len(places), i, k
    cdef const int[:, ::1] at = np.array(places, dtype=np.int32)
    cdef int least, place
    cdef Py_ssize_t number = 0, num_instances = at.shape[1]
    cdef unsigned long long seen
    first_array = np.empty(num_instances, dtype=np.int32)
    order_array = np.empty((num_instances, size), dtype=np.uint8)
    whole_array = np.zeros(num_instances, dtype=np.uint8)
    cdef int[::1] first = first_array
    cdef unsigned char[:, ::1] order = order_array
    cdef unsigned char[::1] whole = whole_array
    with nogil:
        for i in range(num_instances):
            least = at[0, i]
            for k in range(1, size):
                least = min(least, at[k, i])
            first[i] = least
            seen = 0
            for k in range(size):
                place = at[k, i]
                order[i, k] = <unsigned char> k
                if least < 0 or place - least >= size or counts[place] != 1:
                    break
                seen |= 1ULL << (place - least)
            if seen == (1ULL << size) - 1:
                for k in range(size):
                    order[i, at[k, i] - least] = <unsigned char> k
                whole[i] = 1
                number += 1
    return first_array, order_array, whole_array, number


def row_modes(const int[:, :, ::1] index, Py_ssize_t row, Py_ssize_t num_instances,
              Py_ssize_t size, const unsigned char[::1] whole, unsigned char[:, ::1] modes,
              unsigned char[::1] stored):
    """Choose how each block stores rows of ``size`` entries; mark the places it stores to."""
    cdef Py_ssize_t at, i, k, count, width = index.shape[2]
    cdef bint apart
    for at in range(index.shape[0]):
        count = min(width, num_instances - at * width)
        apart = False
        for i in range(count):
            apart = apart or not whole[at * width + i]
        modes[at, row] = ROWS_APART if apart else ROWS
        if not apart:
            for i in range(count):
                for k in range(size):
                    stored[index[at, row, i] + k] = 1


def order_modes(int[:, :, ::1] index, Py_ssize_t row, Py_ssize_t num_instances,
                const unsigned char[:, ::1] order, unsigned char[:, ::1] modes):
    """Write down in which order the values of a block are stored, as ``_machine.h`` reads it."""
    cdef Py_ssize_t at, i, k, count, width = index.shape[2], size = order.shape[1]
    cdef const unsigned char *first
    cdef const unsigned char *other
    cdef const unsigned char *own
    cdef uint16_t *to
    for at in range(index.shape[0]):
        count = min(width, num_instances - at * width)
        to = <uint16_t *> &index[at, row, 0]
        first = other = &order[at * width, 0]
        modes[at, row] = ONE_ORDER
        for i in range(1, count):
            own = &order[at * width + i, 0]
            if memcmp(own, first, size) == 0 or other != first and memcmp(own, other, size) == 0:
                continue
            if other != first:
                modes[at, row] = OWN_ORDERS
                break
            modes[at, row] = TWO_ORDERS
            other = own
        if modes[at, row] == OWN_ORDERS:
            for i in range(count):
                for k in range(size):
                    to[i * size + k] = <uint16_t> (order[at * width + i, k] * width + i)
            continue
        for k in range(size):
            to[k] = first[k]
            to[size + k] = other[k]
        to += 2 * size
        for i in range(width // 4):
            to[i] = 0
        for i in range(count):
            if memcmp(&order[at * width + i, 0], first, size):
                to[i // 4] |= 1 << i % 4
