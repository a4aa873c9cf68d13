# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Greedy partial distance-2 coloring and distance-2 degrees of one side of a bipartite graph."""

from asdopt.coloring._color_set cimport (
    ColorSet, Word, add, first_free, free_sets, lowest_bit, new_sets
)


def color_distance2(
    const int[::1] indptr,
    const int[::1] rows,
    const int[::1] row_indptr,
    const int[::1] cols,
    const int[::1] order,
    bint ascending,
    int limit,
    const int[::1] hub_of_row,
    Py_ssize_t num_hubs,
    unsigned long long[::1] first_colors,
    int[::1] colors,
    int[::1] forbidden,
    int[::1] chosen,
):
    """Fill `colors` (zeros on entry) in the given order; return the number of colors.

    Past `limit` colors the rest is left without.

    Column j has the rows `rows[indptr[j]:indptr[j + 1]]`, row i the columns
    `cols[row_indptr[i]:row_indptr[i + 1]]`. Rows with many columns carry a number in `hub_of_row`
    (else -1) and a set of the colors they have seen. `first_colors` (zeros on entry) notes in one
    bit each which of the colors 1 to 64 a row has seen: as long as these suffice, a column is
    colored without a look at its neighbors. `forbidden` and `chosen` are scratch arrays
    of length n + 2 and num_hubs + 1, `forbidden` filled with -1. `ascending` says that the order is
    the natural one, in which columns to the right have no color yet.
    """
    cdef Py_ssize_t t, k, p
    cdef int v, w, color, num_chosen
    cdef int num_colors = 0
    cdef Word seen
    cdef const int *stamps = &forbidden[0]
    cdef ColorSet *sets = new_sets(num_hubs)
    try:
        with nogil:
            for t in range(order.shape[0]):
                v = order[t]
                seen = 0
                for k in range(indptr[v], indptr[v + 1]):
                    seen |= first_colors[rows[k]]
                num_chosen = 0
                if ~seen:
                    color = lowest_bit(~seen) + 1
                else:
                    for k in range(indptr[v], indptr[v + 1]):
                        w = rows[k]
                        if hub_of_row[w] >= 0:
                            chosen[num_chosen] = hub_of_row[w]
                            num_chosen += 1
                            continue
                        for p in range(row_indptr[w], row_indptr[w + 1]):
                            if ascending and cols[p] >= v:
                                break
                            forbidden[colors[cols[p]]] = v
                    color = first_free(sets, &chosen[0], num_chosen, stamps, v, 1)
                colors[v] = color
                if color > num_colors:
                    num_colors = color
                    if color > limit:
                        break
                if color <= 64:
                    for k in range(indptr[v], indptr[v + 1]):
                        first_colors[rows[k]] |= (<Word> 1) << (color - 1)
                if num_hubs:
                    for k in range(indptr[v], indptr[v + 1]):
                        if hub_of_row[rows[k]] >= 0:
                            add(&sets[hub_of_row[rows[k]]], color)
    finally:
        free_sets(sets, num_hubs)
    return num_colors


def distance2_degrees(
    const int[::1] indptr,
    const int[::1] rows,
    const int[::1] row_indptr,
    const int[::1] cols,
    const int[::1] hub_of_row,
    int[::1] seen,
    int[::1] degrees,
):
    """Fill `degrees` with the number of other columns that share a row with each column.

    Columns of a row with a number in `hub_of_row` (else -1) are counted without looking at them,
    so that those that share another row too count twice. `seen` is a scratch array of one entry
    per column, filled with -1.
    """
    cdef Py_ssize_t v, k, p
    cdef int w, x, degree
    with nogil:
        for v in range(degrees.shape[0]):
            degree = 0
            seen[v] = <int> v
            for k in range(indptr[v], indptr[v + 1]):
                w = rows[k]
                if hub_of_row[w] >= 0:
                    degree += row_indptr[w + 1] - row_indptr[w] - 1
                    continue
                for p in range(row_indptr[w], row_indptr[w + 1]):
                    x = cols[p]
                    if seen[x] != v:
                        seen[x] = <int> v
                        degree += 1
            degrees[v] = degree
