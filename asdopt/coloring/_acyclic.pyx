# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Greedy acyclic coloring of an adjacency graph."""

from asdopt.coloring._neighbor_table cimport Neighbor, NeighborTable, free_tables, new_tables, put


cdef inline int find(int[::1] parent, int e) noexcept nogil:
    """Return the representative of the two-colored tree of edge e, halving the path to it."""
    while parent[e] != e:
        parent[e] = parent[parent[e]]
        e = parent[e]
    return e


cdef inline void unite(int[::1] parent, int[::1] size, int e, int f) noexcept nogil:
    """Merge the trees of two edges, the smaller one into the larger one."""
    e = find(parent, e)
    f = find(parent, f)
    if e == f:
        return
    if size[e] < size[f]:
        e, f = f, e
    parent[f] = e
    size[e] += size[f]


def color_acyclic(
    const int[::1] indptr,
    const int[::1] neighbors,
    const int[::1] edges,
    const int[::1] order,
    int limit,
    const int[::1] hub_number,
    Py_ssize_t num_hubs,
    int[::1] colors,
    int[::1] parent,
    int[::1] size,
    int[::1] visitor,
    int[::1] entrance,
    int[::1] forbidden,
    int[::1] first_stamp,
    int[::1] first_edge,
):
    """Fill `colors` (zeros on entry) in the given order; return the number of colors.

    Past `limit` colors the rest is left without.

    Vertex v has the neighbors `neighbors[indptr[v]:indptr[v + 1]]` over the undirected edges
    `edges[...]` at the same positions. Vertices with many neighbors carry a number in
    `hub_number` (else -1) and a table color -> edge. `parent` and `size` hold the two-colored
    trees as disjoint sets of edges; `visitor` (filled with -1) and `entrance` note through which
    neighbor the current vertex first saw a tree. Scratch arrays of n + 2 entries filled with -1:
    forbidden, first_stamp, first_edge.
    """
    cdef Py_ssize_t t, k, p
    cdef int v, w, x, c, e, tree, color
    cdef int num_colors = 0
    cdef Neighbor near
    cdef NeighborTable *tables = NULL
    try:
        tables = new_tables(num_hubs)
        with nogil:
            for t in range(order.shape[0]):
                v = order[t]
                for k in range(indptr[v], indptr[v + 1]):
                    forbidden[colors[neighbors[k]]] = v
                # forbid the colors of trees that v would reach through two neighbors
                for k in range(indptr[v], indptr[v + 1]):
                    w = neighbors[k]
                    if colors[w] == 0:
                        continue
                    if hub_number[w] >= 0:
                        for c in range(1, tables[hub_number[w]].capacity):
                            near = tables[hub_number[w]].of_color[c]
                            if near.edge == 0 or forbidden[c] == v:
                                continue
                            tree = find(parent, near.edge - 1)
                            if visitor[tree] != v:
                                visitor[tree] = v
                                entrance[tree] = w
                            elif entrance[tree] != w:
                                forbidden[c] = v
                        continue
                    for p in range(indptr[w], indptr[w + 1]):
                        c = colors[neighbors[p]]
                        if c == 0 or forbidden[c] == v:
                            continue
                        tree = find(parent, edges[p])
                        if visitor[tree] != v:
                            visitor[tree] = v
                            entrance[tree] = w
                        elif entrance[tree] != w:
                            forbidden[c] = v
                color = 1
                while forbidden[color] == v:
                    color += 1
                colors[v] = color
                if color > num_colors:
                    num_colors = color
                    if color > limit:
                        break
                # a tree of its own for each new edge, one for those to neighbors of one color
                for k in range(indptr[v], indptr[v + 1]):
                    w = neighbors[k]
                    c = colors[w]
                    if c == 0:
                        continue
                    e = edges[k]
                    parent[e] = e
                    size[e] = 1
                    if first_stamp[c] != v:
                        first_stamp[c] = v
                        first_edge[c] = e
                    else:
                        unite(parent, size, e, first_edge[c])
                # join the trees that continue behind the neighbors with v's own color
                for k in range(indptr[v], indptr[v + 1]):
                    w = neighbors[k]
                    if colors[w] == 0:
                        continue
                    if hub_number[w] >= 0:
                        if color < tables[hub_number[w]].capacity:
                            e = tables[hub_number[w]].of_color[color].edge - 1
                            if e >= 0:
                                unite(parent, size, edges[k], e)
                        continue
                    for p in range(indptr[w], indptr[w + 1]):
                        x = neighbors[p]
                        if x != v and colors[x] == color:
                            unite(parent, size, edges[k], edges[p])
                            break
                if num_hubs:
                    for k in range(indptr[v], indptr[v + 1]):
                        w = neighbors[k]
                        if colors[w] == 0:
                            continue
                        if hub_number[v] >= 0:
                            put(&tables[hub_number[v]], colors[w], w, edges[k])
                        if hub_number[w] >= 0:
                            put(&tables[hub_number[w]], color, v, edges[k])
    finally:
        free_tables(tables, num_hubs)
    return num_colors
