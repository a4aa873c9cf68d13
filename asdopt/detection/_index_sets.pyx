# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Index sets: the inputs a node depends on, for the few nodes that need to know.

Only wanted nodes (outputs, operands of nonlinear operations) and nodes that serve several of
them own a set. Every other node lies in the cone of one owner and is visited once, from there.
Set ids below ``num_inputs`` are the singletons; equal sets have equal ids. Next: ``_sets.pyx``
makes patterns of them.
"""

import numpy as np

cimport cython
from asdopt._vector cimport mix, reserve_ints
from libc.stdint cimport uint64_t
from libc.stdlib cimport free

from asdopt.detection._classes cimport ACTIVE, DX, DY, TERMS

# Owner marks of nodes that are no owners (yet).
cdef enum:
    UNSEEN = -1
    SHARED = -2


cdef inline void visit(int child, int own, int[::1] owner) noexcept nogil:
    if owner[child] == UNSEEN:
        owner[child] = own
    elif owner[child] != own:
        owner[child] = SHARED


cdef inline void meet(IndexSets self, int child, int own, Py_ssize_t *top,
                      int *found) noexcept nogil:
    """Note the set of a child of the cone, or put the child on the stack."""
    cdef int s
    if child < self.n or self.owner[child] == child:
        s = self.set_of[child]
        if self.seen[s] != own:
            self.seen[s] = own
            self.front[found[0]] = s
            found[0] += 1
    elif self.owner[child] >= 0:
        self.owner[child] = UNSEEN
        self.stack[top[0]] = child
        top[0] += 1


@cython.final
cdef class IndexSets:
    """Sets of input indices in one arena: set s is items[start[s - n]:start[s - n + 1]]."""

    def __init__(self, const unsigned char[::1] c, const int[::1] a, const int[::1] b,
                 const int[::1] pool_ids, const double[::1] pool_weights, int num_inputs,
                 Py_ssize_t limit):
        self.c = c
        self.a = a
        self.b = b
        self.pool_ids = pool_ids
        self.pool_weights = pool_weights
        self.n = num_inputs
        self.limit = limit
        self.set_of = np.arange(c.shape[0], dtype=np.int32)
        self.mark = np.full(num_inputs, -1, dtype=np.int32)

    def __dealloc__(self):
        free(self.items.data)

    cdef int find_owners(self, unsigned char[::1] wanted) except -1 nogil:
        """Give each node below a wanted one its owner; return the number of owners."""
        cdef int i, own, owners = 0
        cdef unsigned char bits
        cdef Py_ssize_t k
        for i in range(<int> self.c.shape[0] - 1, self.n - 1, -1):
            bits = self.c[i]
            if not bits & ACTIVE or (self.owner[i] == UNSEEN and not wanted[i]):
                self.owner[i] = UNSEEN
                continue
            self.consumed[i] = self.owner[i] != UNSEEN
            if wanted[i] or self.owner[i] == SHARED:
                self.owner[i] = i
                owners += 1
            own = self.owner[i]
            if bits & DX:
                visit(self.a[i], own, self.owner)
            if bits & DY:
                visit(self.b[i], own, self.owner)
            if bits & TERMS:
                for k in range(self.a[i], self.a[i] + self.b[i]):
                    if self.pool_weights[k] != 0.0:
                        visit(self.pool_ids[k], own, self.owner)
        return owners

    cdef bint build(self, unsigned char[::1] wanted) except -1:
        """Build the sets of the wanted nodes; False if that exceeds the limit."""
        cdef Py_ssize_t nodes = self.c.shape[0]
        cdef int i, owners
        cdef Py_ssize_t size = 4
        self.owner = np.full(nodes, UNSEEN, dtype=np.int32)
        self.consumed = np.zeros(nodes, dtype=np.uint8)
        with nogil:
            owners = self.find_owners(wanted)
        while size < 2 * owners:
            size *= 2
        self.start = np.zeros(owners + 1, dtype=np.intp)
        self.hashes = np.zeros(owners, dtype=np.uint64)
        self.table = np.full(size, -1, dtype=np.int32)
        self.front = np.empty(self.n + owners, dtype=np.int32)
        self.seen = np.full(self.n + owners, -1, dtype=np.int32)
        self.stack = np.empty(nodes + 1, dtype=np.int32)
        with nogil:
            for i in range(self.n, <int> nodes):
                if self.owner[i] == i:
                    self.set_of[i] = self.unite(i, self.walk(i))
                    if not self.within_limit():
                        return False
        return True

    cdef int walk(self, int own) noexcept nogil:
        """Collect the distinct sets at the border of an owner's cone."""
        cdef Py_ssize_t k, top = 1
        cdef int i, found = 0
        cdef unsigned char bits
        self.stack[0] = own
        while top:
            top -= 1
            i = self.stack[top]
            bits = self.c[i]
            if bits & DX:
                meet(self, self.a[i], own, &top, &found)
            if bits & DY:
                meet(self, self.b[i], own, &top, &found)
            if bits & TERMS:
                for k in range(self.a[i], self.a[i] + self.b[i]):
                    if self.pool_weights[k] != 0.0:
                        meet(self, self.pool_ids[k], own, &top, &found)
        return found

    cdef int unite(self, int own, int found) except -1 nogil:
        """Return the id of the union of the sets in front, an old one where possible."""
        cdef int k, s, e, largest = self.front[0]
        cdef Py_ssize_t j, size, total = 0, begin = self.items.size
        cdef uint64_t hash = 0
        cdef int *out
        if found == 1:
            return self.front[0]
        for k in range(found):
            s = self.front[k]
            total += self.length(s)
            if self.length(s) > self.length(largest):
                largest = s
        self.work += total
        if not self.within_limit():
            return largest
        reserve_ints(&self.items, min(total, <Py_ssize_t> self.n))
        out = self.items.data + begin
        for k in range(found):
            s = self.front[k]
            if s < self.n:
                if self.mark[s] != own:
                    self.mark[s] = own
                    out[0] = s
                    out += 1
                continue
            for j in range(self.start[s - self.n], self.start[s - self.n + 1]):
                e = self.items.data[j]
                if self.mark[e] != own:
                    self.mark[e] = own
                    out[0] = e
                    out += 1
        size = out - (self.items.data + begin)
        if size == self.length(largest):
            return largest
        if self.consumed[own]:
            for j in range(begin, begin + size):
                hash += mix(self.items.data[j])
            return self.intern(own, hash, size)
        return self.keep(size)

    cdef int keep(self, Py_ssize_t size) noexcept nogil:
        """Make the items just written a set of their own."""
        self.items.size += size
        self.count += 1
        self.start[self.count] = self.items.size
        return self.n + self.count - 1

    cdef int intern(self, int own, uint64_t hash, Py_ssize_t size) noexcept nogil:
        """Return the equal set if there is one, else make a new one."""
        cdef Py_ssize_t mask = self.table.shape[0] - 1, at = <Py_ssize_t> (hash >> 8) & mask
        cdef int s
        while self.table[at] >= 0:
            s = self.table[at]
            if self.hashes[s - self.n] == hash and self.length(s) == size and self.covers(own, s):
                return s
            at = (at + 1) & mask
        self.table[at] = self.keep(size)
        self.hashes[self.count - 1] = hash
        return self.table[at]

    cdef bint covers(self, int own, int s) noexcept nogil:
        """Whether every item of a set was marked for this owner."""
        cdef Py_ssize_t j
        for j in range(self.start[s - self.n], self.start[s - self.n + 1]):
            if self.mark[self.items.data[j]] != own:
                return False
        return True
