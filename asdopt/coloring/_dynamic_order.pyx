# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Orders by degrees that change as vertices are ordered; buckets of equal degree."""


def dynamic_order(
    const int[::1] indptr,
    const int[::1] middles,
    const int[::1] middle_indptr,
    const int[::1] ends,
    bint distance2,
    bint increasing,
    bint largest,
    int[::1] degree,
    int[::1] head,
    int[::1] following,
    int[::1] previous,
    int[::1] seen,
    int[::1] order,
):
    """Fill `order` with one vertex of extreme degree after the other.

    Neighbors of v are `middles[indptr[v]:indptr[v + 1]]`, or with `distance2` the vertices
    `ends[middle_indptr[w]:middle_indptr[w + 1]]` of these w. Each time the vertex of largest (or
    smallest) `degree` is taken, the degrees of its neighbors not yet ordered go up or down by one.
    `head` has one entry more than the largest degree ever reached; `following`, `previous` and
    `seen` (filled with -1) have one per vertex. Of vertices with equal degree the one changed last
    is taken, at the start the one of lowest number.
    """
    cdef Py_ssize_t t, k, p, first, last
    cdef int v, w, x, d
    cdef int n = <int> degree.shape[0]
    cdef int current = 0
    cdef int ordered = -2
    with nogil:
        for d in range(head.shape[0]):
            head[d] = -1
        for v in range(n - 1, -1, -1):
            d = degree[v]
            following[v] = head[d]
            previous[v] = -1
            if head[d] >= 0:
                previous[head[d]] = v
            head[d] = v
        current = <int> head.shape[0] - 1 if largest else 0
        for t in range(n):
            if largest:
                while head[current] < 0:
                    current -= 1
            else:
                while head[current] < 0:
                    current += 1
            v = head[current]
            head[current] = following[v]
            if following[v] >= 0:
                previous[following[v]] = -1
            previous[v] = ordered
            order[t] = v
            seen[v] = v
            for k in range(indptr[v], indptr[v + 1]):
                w = middles[k]
                first = middle_indptr[w] if distance2 else k
                last = middle_indptr[w + 1] if distance2 else k + 1
                for p in range(first, last):
                    x = ends[p] if distance2 else w
                    if previous[x] == ordered or seen[x] == v:
                        continue
                    seen[x] = v
                    d = degree[x]
                    if previous[x] >= 0:
                        following[previous[x]] = following[x]
                    else:
                        head[d] = following[x]
                    if following[x] >= 0:
                        previous[following[x]] = previous[x]
                    d = d + 1 if increasing else d - 1
                    degree[x] = d
                    following[x] = head[d]
                    previous[x] = -1
                    if head[d] >= 0:
                        previous[head[d]] = x
                    head[d] = x
                    if largest and d > current or not largest and d < current:
                        current = d
