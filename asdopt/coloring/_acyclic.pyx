# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Greedy acyclic coloring of an adjacency graph."""

from asdopt.coloring._color_set cimport first_free
from asdopt.coloring._hub_pairs cimport HubPairs, forbid, free_pairs, new_pairs, pair_number
from asdopt.coloring._neighbor_table cimport (
    Neighbor, NeighborTable, free_tables, neighbor_of, new_tables, put
)

# Pairs of hubs of one color around a vertex that are looked up; with more all colors are tried.
cdef enum:
    MOST_PAIRS = 64


cdef inline int find(int[::1] parent, int e) noexcept nogil:
    """Return the representative of the two-colored tree of edge e, halving the path to it."""
    while parent[e] != e:
        parent[e] = parent[parent[e]]
        e = parent[e]
    return e


cdef inline bint joined(
    const int *hubs,
    int num_hubs_here,
    int vertex,
    int color,
    const int[::1] colors,
    const int[::1] hub_number,
    const NeighborTable *tables,
    int[::1] parent,
    int[::1] visitor,
    int[::1] entrance,
    HubPairs *pairs,
    bint noting,
) except -1 nogil:
    """Whether a tree of this color joins two of the hubs, which have one color where it does."""
    cdef const Neighbor *near
    cdef int i, w, tree
    for i in range(num_hubs_here):
        w = hubs[i]
        near = neighbor_of(&tables[hub_number[w]], color)
        if near == NULL:
            continue
        tree = find(parent, near.edge)
        if visitor[tree] != vertex:
            visitor[tree] = vertex
            entrance[tree] = w
        elif entrance[tree] != w:
            if noting and colors[w] == colors[entrance[tree]]:
                forbid(
                    pairs, pair_number(pairs, hub_number[w], hub_number[entrance[tree]]), color
                )
            return True
    return False


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
    int[::1] repeated,
    int[::1] hubs_here,
):
    """Fill `colors` (zeros on entry) in the given order; return the number of colors.

    Past `limit` colors the rest is left without.

    Vertex v has the neighbors `neighbors[indptr[v]:indptr[v + 1]]` over the undirected edges
    `edges[...]` at the same positions. Vertices with many neighbors carry a number in
    `hub_number` (else -1) and a table color -> edge. `parent` and `size` hold the two-colored
    trees as disjoint sets of edges; `visitor` (filled with -1) and `entrance` note through which
    neighbor the current vertex first saw a tree. Scratch arrays of n + 2 entries filled with -1:
    forbidden, first_stamp, first_edge, repeated; of num_hubs + 1 entries: hubs_here.

    A tree has two colors, so a vertex can reach it through two neighbors only if these have the
    same color: neighbors with a color of their own need no look at their trees.
    """
    cdef Py_ssize_t t, k, p
    cdef int v, w, x, c, e, tree, color, i, j, num_here, num_pairs
    cdef int num_colors = 0
    cdef const Neighbor *near
    cdef NeighborTable *tables = NULL
    cdef HubPairs pairs
    cdef int chosen[MOST_PAIRS]
    new_pairs(&pairs, num_hubs, edges.shape[0])
    try:
        tables = new_tables(num_hubs)
        with nogil:
            for t in range(order.shape[0]):
                v = order[t]
                for k in range(indptr[v], indptr[v + 1]):
                    c = colors[neighbors[k]]
                    forbidden[c] = v
                    if first_stamp[c] != v:
                        first_stamp[c] = v
                        first_edge[c] = edges[k]
                    else:
                        repeated[c] = v
                repeated[0] = -1
                # forbid the colors of trees that v would reach through two neighbors
                num_here = 0
                if num_hubs:
                    for k in range(indptr[v], indptr[v + 1]):
                        w = neighbors[k]
                        if hub_number[w] >= 0 and repeated[colors[w]] == v:
                            hubs_here[num_here] = w
                            num_here += 1
                for k in range(indptr[v], indptr[v + 1]):
                    w = neighbors[k]
                    if hub_number[w] >= 0 or repeated[colors[w]] != v:
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
                            continue
                        for i in range(num_here):
                            if colors[hubs_here[i]] != colors[w]:
                                continue
                            near = neighbor_of(&tables[hub_number[hubs_here[i]]], c)
                            if near != NULL and find(parent, near.edge) == tree:
                                forbidden[c] = v
                                break
                num_pairs = 0
                for i in range(num_here):
                    for j in range(i):
                        if num_pairs < 0 or colors[hubs_here[i]] != colors[hubs_here[j]]:
                            continue
                        e = -1
                        if num_pairs < MOST_PAIRS:
                            e = pair_number(
                                &pairs, hub_number[hubs_here[i]], hub_number[hubs_here[j]]
                            )
                        if e < 0:
                            num_pairs = -1
                            break
                        chosen[num_pairs] = e
                        num_pairs += 1
                    if num_pairs < 0:
                        break
                color = 1
                while True:
                    color = first_free(
                        pairs.sets, chosen, max(num_pairs, 0), &forbidden[0], v, color
                    )
                    if num_here < 2 or not joined(
                        &hubs_here[0], num_here, v, color, colors, hub_number, tables, parent,
                        visitor, entrance, &pairs, num_pairs >= 0
                    ):
                        break
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
                    if first_edge[c] != e:
                        unite(parent, size, e, first_edge[c])
                # join the trees that continue behind the neighbors with v's own color
                for k in range(indptr[v], indptr[v + 1]):
                    w = neighbors[k]
                    if colors[w] == 0:
                        continue
                    if hub_number[w] >= 0:
                        near = neighbor_of(&tables[hub_number[w]], color)
                        if near != NULL:
                            unite(parent, size, edges[k], near.edge)
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
        free_pairs(&pairs)
        free_tables(tables, num_hubs)
    return num_colors
