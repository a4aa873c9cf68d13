# cython: language_level=3
"""Tables color -> one neighbor of that color, for vertices with very many neighbors.

All edges from a vertex to its neighbors of one color lie in the same two-colored star or tree, so
one of them speaks for all, and a hub need not be scanned for each of its neighbors.
"""

from libc.stdlib cimport calloc, free, realloc


cdef struct Neighbor:
    int vertex
    int edge       # 1 + number of the edge, 0 where there is none


cdef struct NeighborTable:
    Neighbor *of_color
    int capacity


cdef inline int put(NeighborTable *self, int color, int vertex, int edge) except -1 nogil:
    """Note a neighbor of the given color, unless one is noted already."""
    cdef int capacity, i
    cdef Neighbor *of_color
    if color >= self.capacity:
        capacity = color + 8 + (color >> 1)
        of_color = <Neighbor *> realloc(self.of_color, capacity * sizeof(Neighbor))
        if of_color == NULL:
            with gil:
                raise MemoryError
        for i in range(self.capacity, capacity):
            of_color[i].edge = 0
        self.of_color = of_color
        self.capacity = capacity
    if self.of_color[color].edge == 0:
        self.of_color[color].vertex = vertex
        self.of_color[color].edge = edge + 1
    return 0


cdef inline NeighborTable *new_tables(Py_ssize_t count) except NULL:
    cdef NeighborTable *tables = <NeighborTable *> calloc(count + 1, sizeof(NeighborTable))
    if tables == NULL:
        raise MemoryError
    return tables


cdef inline void free_tables(NeighborTable *tables, Py_ssize_t count) noexcept nogil:
    cdef Py_ssize_t i
    if tables != NULL:
        for i in range(count):
            free(tables[i].of_color)
        free(tables)
