cimport cython
from asdopt._vector cimport Ints
from libc.stdint cimport uint64_t

# The arena takes at most 512 MB.
cdef enum:
    MAX_ITEMS = 1 << 27


@cython.final
cdef class IndexSets:
    cdef const unsigned char[::1] c
    cdef const int[::1] a
    cdef const int[::1] b
    cdef const int[::1] pool_ids
    cdef const double[::1] pool_weights
    cdef int n
    cdef Ints items
    cdef Py_ssize_t[::1] start
    cdef int count
    # Owner of each node, later the set id of each owner.
    cdef int[::1] owner
    cdef int[::1] set_of
    # Work space of the walks.
    cdef int[::1] stack
    cdef int[::1] front
    cdef int[::1] seen
    cdef int[::1] mark
    cdef unsigned char[::1] consumed
    # Hash table of the sets.
    cdef int[::1] table
    cdef uint64_t[::1] hashes
    # Steps done and allowed.
    cdef Py_ssize_t work, limit

    cdef int find_owners(self, unsigned char[::1] wanted) except -1 nogil
    cdef bint build(self, unsigned char[::1] wanted) except -1
    cdef int walk(self, int own) noexcept nogil
    cdef int unite(self, int own, int found) except -1 nogil
    cdef int keep(self, Py_ssize_t size) noexcept nogil
    cdef int intern(self, int own, uint64_t hash, Py_ssize_t size) noexcept nogil
    cdef bint covers(self, int own, int s) noexcept nogil

    cdef inline bint within_limit(self) noexcept nogil:
        return self.work <= self.limit and self.items.size <= MAX_ITEMS

    cdef inline Py_ssize_t length(self, int s) noexcept nogil:
        return 1 if s < self.n else self.start[s - self.n + 1] - self.start[s - self.n]

    cdef inline const int *begin(self, const int *s) noexcept nogil:
        """First item of a set; a singleton is its own id."""
        return s if s[0] < self.n else self.items.data + self.start[s[0] - self.n]
