# cython: language_level=3
"""Tables color -> one neighbor of that color, for vertices with very many neighbors.

All edges from a vertex to its neighbors of one color lie in the same two-colored star or tree, so
one of them speaks for all, and a hub need not be scanned for each of its neighbors. The tables are
hashed: a hub may see a few colors out of very many.
"""

from libc.stdlib cimport calloc, free


cdef struct Neighbor:
    int color      # 0 where the place is free
    int vertex
    int edge


cdef struct NeighborTable:
    Neighbor *places
    int capacity   # a power of two, or 0
    int count


cdef inline Neighbor *place_of(const NeighborTable *self, int color) noexcept nogil:
    """Return the place of a color, or the free place where it would stand."""
    cdef int mask = self.capacity - 1
    cdef int at = <int> (<unsigned int> color * 2654435769U >> 7) & mask
    while self.places[at].color != color and self.places[at].color != 0:
        at = (at + 1) & mask
    return &self.places[at]


cdef inline const Neighbor *neighbor_of(const NeighborTable *self, int color) noexcept nogil:
    """Return the neighbor noted for a color, or NULL."""
    cdef Neighbor *place
    if self.capacity == 0:
        return NULL
    place = place_of(self, color)
    return place if place.color == color else NULL


cdef inline int double_size(NeighborTable *self) except -1 nogil:
    cdef Neighbor *old = self.places
    cdef int i, old_capacity = self.capacity
    cdef int capacity = 16 if old_capacity == 0 else 2 * old_capacity
    cdef Neighbor *places = <Neighbor *> calloc(capacity, sizeof(Neighbor))
    if places == NULL:
        with gil:
            raise MemoryError
    self.places = places
    self.capacity = capacity
    for i in range(old_capacity):
        if old[i].color != 0:
            place_of(self, old[i].color)[0] = old[i]
    free(old)
    return 0


cdef inline int put(NeighborTable *self, int color, int vertex, int edge) except -1 nogil:
    """Note a neighbor of the given color, unless one is noted already."""
    cdef Neighbor *place
    if 2 * self.count >= self.capacity:
        double_size(self)
    place = place_of(self, color)
    if place.color == 0:
        place.color = color
        place.vertex = vertex
        place.edge = edge
        self.count += 1
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
            free(tables[i].places)
        free(tables)
