# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Row pointers, and structure arrays of a transposed pattern, by counting."""


def row_pointers(const int[::1] rows, int[::1] indptr):
    """Fill `indptr` (zeros on entry, one per row and one more) with where each row begins."""
    cdef Py_ssize_t i, k
    with nogil:
        for k in range(rows.shape[0]):
            indptr[rows[k] + 1] += 1
        for i in range(1, indptr.shape[0]):
            indptr[i] += indptr[i - 1]


def transpose(
    const int[::1] indptr,
    const int[::1] cols,
    int[::1] t_indptr,
    int[::1] t_rows,
    int[::1] position,
):
    """Fill the column pointers, the rows of each column, and their positions row by row.

    `t_indptr` has one entry per column and one more, zeros on entry.
    """
    cdef Py_ssize_t i, k
    cdef int j, at, count
    cdef int total = 0
    with nogil:
        for k in range(cols.shape[0]):
            t_indptr[cols[k]] += 1
        for k in range(t_indptr.shape[0]):
            count = t_indptr[k]
            t_indptr[k] = total
            total += count
        for i in range(indptr.shape[0] - 1):
            for k in range(indptr[i], indptr[i + 1]):
                j = cols[k]
                at = t_indptr[j]
                t_indptr[j] = at + 1
                t_rows[at] = <int> i
                position[at] = <int> k
        # each pointer has moved to the next one's place: move them back
        for k in range(t_indptr.shape[0] - 1, 0, -1):
            t_indptr[k] = t_indptr[k - 1]
        if t_indptr.shape[0]:
            t_indptr[0] = 0
