# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Greedy star coloring of an adjacency graph."""

from asdopt.coloring._color_set cimport ColorSet, add, first_free, free_sets, new_sets
from asdopt.coloring._neighbor_table cimport (
    Neighbor, NeighborTable, free_tables, neighbor_of, new_tables, put
)


cdef inline int note(
    int spoke,
    int hub,
    const int[::1] indptr,
    int[::1] hubs,
    int[::1] num_hubs_of,
    const int[::1] hub_number,
    ColorSet *around_hubs,
    const int[::1] colors,
) except -1 nogil:
    """Note the hub of a star at one of its spokes."""
    hubs[indptr[spoke] + num_hubs_of[spoke]] = hub
    num_hubs_of[spoke] += 1
    if hub_number[spoke] >= 0:
        add(&around_hubs[hub_number[spoke]], colors[hub])
    return 0


def color_star(
    const int[::1] indptr,
    const int[::1] neighbors,
    const int[::1] edges,
    const int[::1] order,
    int limit,
    const int[::1] hub_number,
    Py_ssize_t num_hubs,
    int[::1] colors,
    int[::1] star,
    int[::1] hub,
    int[::1] hubs,
    int[::1] num_hubs_of,
    int[::1] forbidden,
    int[::1] first_stamp,
    int[::1] first_position,
    int[::1] treated,
    int[::1] chosen,
):
    """Fill `colors` (zeros on entry) in the given order; return the number of colors.

    Past `limit` colors the rest is left without.

    Vertex v has the neighbors `neighbors[indptr[v]:indptr[v + 1]]` over the undirected edges
    `edges[...]` at the same positions. Vertices with many neighbors carry a number in
    `hub_number` (else -1), a set of the colors around them and a table color -> edge.
    `star` (one entry per edge) and `hub` (one per star, -1 while a star has a single edge) are the
    two-colored stars; `hubs[indptr[w]:][:num_hubs_of[w]]` lists the hubs of which w is a spoke,
    whose colors vertices with many neighbors also keep as a set.
    Scratch arrays of n + 2 entries filled with -1: forbidden, first_stamp, first_position,
    treated; of 2 * num_hubs + 1 entries: chosen.
    """
    cdef Py_ssize_t t, k, p, i
    cdef int v, w, x, q, s, color, found, num_chosen
    cdef int num_colors = 0
    cdef int num_stars = 0
    cdef ColorSet *sets = new_sets(2 * num_hubs)
    cdef const Neighbor *near
    cdef ColorSet *around_hubs = sets + num_hubs
    cdef NeighborTable *tables = NULL
    try:
        tables = new_tables(num_hubs)
        with nogil:
            for t in range(order.shape[0]):
                v = order[t]
                num_chosen = 0
                # forbid the colors that would leave a two-colored path on four vertices
                for k in range(indptr[v], indptr[v + 1]):
                    w = neighbors[k]
                    color = colors[w]
                    if color == 0:
                        continue
                    forbidden[color] = v
                    if first_stamp[color] != v:
                        first_stamp[color] = v
                        first_position[color] = <int> k
                        if hub_number[w] >= 0:
                            chosen[num_chosen] = <int> num_hubs + hub_number[w]
                            num_chosen += 1
                            continue
                        for p in range(indptr[w], indptr[w] + num_hubs_of[w]):
                            forbidden[colors[hubs[p]]] = v
                        continue
                    # v has two neighbors of this color: forbid all colors around both
                    q = neighbors[first_position[color]]
                    x = w
                    for i in range(2):
                        if i == 1:
                            x = q
                            if treated[q] == v:
                                break
                            treated[q] = v
                        if hub_number[x] >= 0:
                            chosen[num_chosen] = hub_number[x]
                            num_chosen += 1
                        else:
                            for p in range(indptr[x], indptr[x + 1]):
                                forbidden[colors[neighbors[p]]] = v
                color = first_free(sets, &chosen[0], num_chosen, &forbidden[0], v, 1)
                colors[v] = color
                if color > num_colors:
                    num_colors = color
                    if color > limit:
                        break
                # put the edges to colored neighbors into stars
                for k in range(indptr[v], indptr[v + 1]):
                    w = neighbors[k]
                    if colors[w] == 0:
                        continue
                    found = -1  # an edge from w to another vertex x of v's color
                    x = -1
                    if hub_number[w] >= 0:
                        near = neighbor_of(&tables[hub_number[w]], color)
                        if near != NULL:
                            found = near.edge
                            x = near.vertex
                    else:
                        for p in range(indptr[w], indptr[w + 1]):
                            x = neighbors[p]
                            if x != v and colors[x] == color:
                                found = edges[p]
                                break
                    if found >= 0:
                        s = star[found]
                        if hub[s] < 0:
                            hub[s] = w
                            note(x, w, indptr, hubs, num_hubs_of, hub_number, around_hubs, colors)
                        star[edges[k]] = s
                        note(v, w, indptr, hubs, num_hubs_of, hub_number, around_hubs, colors)
                    elif first_position[colors[w]] != k:
                        p = first_position[colors[w]]
                        q = neighbors[p]
                        s = star[edges[p]]
                        if hub[s] < 0:
                            hub[s] = v
                            note(q, v, indptr, hubs, num_hubs_of, hub_number, around_hubs, colors)
                        star[edges[k]] = s
                        note(w, v, indptr, hubs, num_hubs_of, hub_number, around_hubs, colors)
                    else:
                        hub[num_stars] = -1
                        star[edges[k]] = num_stars
                        num_stars += 1
                if num_hubs:
                    # the table of v itself, and v's color in the tables of its neighbors
                    for k in range(indptr[v], indptr[v + 1]):
                        w = neighbors[k]
                        if colors[w] == 0:
                            continue
                        if hub_number[v] >= 0:
                            add(&sets[hub_number[v]], colors[w])
                            put(&tables[hub_number[v]], colors[w], w, edges[k])
                        if hub_number[w] >= 0:
                            add(&sets[hub_number[w]], color)
                            put(&tables[hub_number[w]], color, v, edges[k])
    finally:
        free_sets(sets, 2 * num_hubs)
        free_tables(tables, num_hubs)
    return num_colors
