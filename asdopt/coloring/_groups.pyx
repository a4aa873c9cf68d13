# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Groups of entries that share a row and a color, and the order in which they give up values."""


def number_groups(
    const int[::1] indptr,
    const int[::1] cols,
    const int[::1] colors,
    int[::1] stamp,
    int[::1] number,
    int[::1] group,
    int[::1] size,
    int[::1] row,
    int[::1] color,
):
    """Number the groups (row i, color c) row by row; return how many there are.

    Fills `group` (one per entry, -1 where the column has the neutral color 0), and per group its
    `size`, `row` and `color`. Scratch: `stamp` (filled with -1) and `number`, one per color + 1.
    """
    cdef Py_ssize_t i, k
    cdef int c
    cdef int count = 0
    with nogil:
        for i in range(indptr.shape[0] - 1):
            for k in range(indptr[i], indptr[i + 1]):
                c = colors[cols[k]]
                if c == 0:
                    group[k] = -1
                    continue
                if stamp[c] != i:
                    stamp[c] = <int> i
                    number[c] = count
                    size[count] = 0
                    row[count] = <int> i
                    color[count] = c
                    count += 1
                group[k] = number[c]
                size[number[c]] += 1
    return count


def peel(
    const int[::1] first,
    const int[::1] second,
    int[::1] unknowns,
    int[::1] combined,
    int[::1] queue,
    int[::1] solved,
    int[::1] step_unknown,
    int[::1] step_group,
    int[::1] step_other,
):
    """Order the unknowns so that each is the last one left in some group; return how many are.

    Unknown u stands in the groups `first[u]` and `second[u]` (-1 for none). Scratch: `unknowns`
    (number left) and `combined` (their exclusive or), zeros, and `queue`, one entry per group;
    `solved`, zeros, one per unknown. Step t reads unknown `step_unknown[t]` from `step_group[t]`
    and takes it off `step_other[t]` (or -1). Groups come off first in, first out, which keeps the
    chains of subtractions short.
    """
    cdef Py_ssize_t head = 0
    cdef Py_ssize_t tail = 0
    cdef Py_ssize_t g
    cdef int u, group, other
    cdef int count = 0
    with nogil:
        for u in range(first.shape[0]):
            if first[u] >= 0:
                unknowns[first[u]] += 1
                combined[first[u]] ^= u
            if second[u] >= 0:
                unknowns[second[u]] += 1
                combined[second[u]] ^= u
        for g in range(unknowns.shape[0]):
            if unknowns[g] == 1:
                queue[tail] = <int> g
                tail += 1
        while head < tail:
            group = queue[head]
            head += 1
            if unknowns[group] != 1:
                continue
            u = combined[group]
            other = second[u] if first[u] == group else first[u]
            solved[u] = 1
            step_unknown[count] = u
            step_group[count] = group
            step_other[count] = other
            count += 1
            unknowns[group] = 0
            if other >= 0:
                combined[other] ^= u
                unknowns[other] -= 1
                if unknowns[other] == 1:
                    queue[tail] = other
                    tail += 1
    return count
