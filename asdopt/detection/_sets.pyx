# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Patterns by index sets: the inputs a node depends on, for the few nodes that need to know.

Only wanted nodes (outputs, operands of nonlinear operations) and nodes that serve several of
them own a set. Every other node lies in the cone of one owner and is visited once, from there.
Set ids below ``num_inputs`` are the singletons; equal sets have equal ids.
"""

import numpy as np

from asdopt._errors import PatternError

from libc.stdint cimport uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy

from asdopt.detection._classes cimport ACTIVE, DX, DXX, DXY, DY, DYY, LIVE, TERMS

# Owner marks of nodes that are no owners (yet).
cdef enum:
    UNSEEN = -1
    SHARED = -2

# The arena takes at most 512 MB.
cdef Py_ssize_t MAX_ITEMS = 1 << 27
# Entries of a pattern are counted by int32.
cdef Py_ssize_t MAX_ENTRIES = 2147483647


cdef inline uint64_t mix(uint64_t x) noexcept nogil:
    """Scramble the bits of a number (splitmix64)."""
    x += <uint64_t> 0x9E3779B97F4A7C15
    x = (x ^ (x >> 30)) * <uint64_t> 0xBF58476D1CE4E5B9
    x = (x ^ (x >> 27)) * <uint64_t> 0x94D049BB133111EB
    return x ^ (x >> 31)


cdef class IntVector:
    """Growing array of int32."""

    cdef int *data
    cdef Py_ssize_t size, capacity

    def __dealloc__(self):
        free(self.data)

    cdef inline int reserve(self, Py_ssize_t more) except -1 nogil:
        if self.size + more > self.capacity:
            self.grow(more)
        return 0

    cdef int grow(self, Py_ssize_t more) except -1 nogil:
        cdef Py_ssize_t cap = max(2 * self.capacity, self.size + more)
        cdef void *p = realloc(self.data, cap * sizeof(int))
        if p == NULL:
            with gil:
                raise MemoryError()
        self.data = <int *> p
        self.capacity = cap
        return 0

    cdef array(self):
        out = np.empty(self.size, dtype=np.int32)
        if self.size:
            out[:] = <int[:self.size]> self.data
        return out


cdef inline void visit(int child, int own, int[::1] owner) noexcept nogil:
    if owner[child] == UNSEEN:
        owner[child] = own
    elif owner[child] != own:
        owner[child] = SHARED


cdef class IndexSets:
    """Sets of input indices in one arena: set s is items[start[s - n]:start[s - n + 1]]."""

    cdef const unsigned char[::1] c
    cdef const int[::1] a
    cdef const int[::1] b
    cdef const int[::1] pool_ids
    cdef const double[::1] pool_weights
    cdef int n
    cdef IntVector items
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

    def __init__(self, const unsigned char[::1] c, const int[::1] a, const int[::1] b,
                 const int[::1] pool_ids, const double[::1] pool_weights, int num_inputs,
                 Py_ssize_t limit):
        self.c = c
        self.a = a
        self.b = b
        self.pool_ids = pool_ids
        self.pool_weights = pool_weights
        self.n = num_inputs
        self.items = IntVector()
        self.limit = limit
        self.set_of = np.arange(c.shape[0], dtype=np.int32)
        self.mark = np.full(num_inputs, -1, dtype=np.int32)

    cdef inline bint within_limit(self) noexcept nogil:
        return self.work <= self.limit and self.items.size <= MAX_ITEMS

    cdef inline Py_ssize_t length(self, int s) noexcept nogil:
        return 1 if s < self.n else self.start[s - self.n + 1] - self.start[s - self.n]

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

    cdef inline void meet(self, int child, int own, Py_ssize_t *top, int *found) noexcept nogil:
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
                self.meet(self.a[i], own, &top, &found)
            if bits & DY:
                self.meet(self.b[i], own, &top, &found)
            if bits & TERMS:
                for k in range(self.a[i], self.a[i] + self.b[i]):
                    if self.pool_weights[k] != 0.0:
                        self.meet(self.pool_ids[k], own, &top, &found)
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
        self.items.reserve(min(total, <Py_ssize_t> self.n))
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

    cdef inline const int *begin(self, const int *s) noexcept nogil:
        """First item of a set; a singleton is its own id."""
        return s if s[0] < self.n else self.items.data + self.start[s[0] - self.n]


def jacobian(const unsigned char[::1] c, const int[::1] a, const int[::1] b,
             const int[::1] pool_ids, const double[::1] pool_weights, int num_inputs,
             const int[::1] outputs, Py_ssize_t limit):
    """Entries (output, input), rows in order, or None beyond the limit of work."""
    cdef IndexSets sets = IndexSets(c, a, b, pool_ids, pool_weights, num_inputs, limit)
    cdef unsigned char[::1] wanted = np.zeros(c.shape[0], dtype=np.uint8)
    cdef int r, s
    cdef Py_ssize_t nnz = 0, at = 0, j
    for r in range(<int> outputs.shape[0]):
        wanted[outputs[r]] = 1
    if not sets.build(wanted):
        return None
    for r in range(<int> outputs.shape[0]):
        if c[outputs[r]] & ACTIVE:
            nnz += sets.length(sets.set_of[outputs[r]])
    rows = np.empty(nnz, dtype=np.int32)
    cols = np.empty(nnz, dtype=np.int32)
    cdef int[::1] out_rows = rows
    cdef int[::1] out_cols = cols
    with nogil:
        for r in range(<int> outputs.shape[0]):
            if c[outputs[r]] & ACTIVE:
                s = sets.set_of[outputs[r]]
                memcpy(&out_cols[at], sets.begin(&s), sets.length(s) * sizeof(int))
                for j in range(at, at + sets.length(s)):
                    out_rows[j] = r
                at += sets.length(s)
    return rows, cols


cdef class SetPairs:
    """Unordered pairs of set ids; those that cost something are kept apart."""

    cdef IndexSets sets
    cdef unsigned char[::1] squared
    cdef uint64_t[::1] table
    cdef IntVector first
    cdef IntVector second

    def __init__(self, IndexSets sets, Py_ssize_t capacity):
        cdef Py_ssize_t size = 4
        while size < 2 * capacity:
            size *= 2
        self.sets = sets
        self.squared = np.zeros(sets.n + sets.count, dtype=np.uint8)
        self.table = np.full(size, ~<uint64_t> 0, dtype=np.uint64)
        self.first = IntVector()
        self.second = IntVector()

    cdef int square(self, int s) except -1 nogil:
        """Add the pair of a set with itself."""
        if not self.squared[s]:
            self.squared[s] = 1
            self.append(s, s)
        return 0

    cdef int cross(self, int s, int t) except -1 nogil:
        """Add a pair of two sets; a repeated pair of small ones is cheaper than its search."""
        cdef uint64_t key = <uint64_t> min(s, t) << 32 | <uint64_t> max(s, t)
        cdef Py_ssize_t mask = self.table.shape[0] - 1, at = <Py_ssize_t> (mix(key) >> 8) & mask
        if s == t:
            return self.square(s)
        if self.sets.length(s) * self.sets.length(t) > 4:
            while self.table[at] != ~<uint64_t> 0:
                if self.table[at] == key:
                    return 0
                at = (at + 1) & mask
            self.table[at] = key
        return self.append(s, t)

    cdef int append(self, int s, int t) except -1 nogil:
        self.first.reserve(1)
        self.second.reserve(1)
        self.first.data[self.first.size] = s
        self.second.data[self.second.size] = t
        self.first.size += 1
        self.second.size += 1
        return 0


def hessian(const unsigned char[::1] c, const int[::1] a, const int[::1] b,
            const int[::1] pool_ids, const double[::1] pool_weights, int num_inputs,
            Py_ssize_t limit):
    """Entries of the upper triangle, rows in order, or None beyond the limit of work."""
    cdef IndexSets sets = IndexSets(c, a, b, pool_ids, pool_weights, num_inputs, limit)
    cdef unsigned char[::1] wanted = np.zeros(c.shape[0], dtype=np.uint8)
    cdef Py_ssize_t i, crossings = 0
    cdef unsigned char bits
    cdef SetPairs pairs
    with nogil:
        for i in range(c.shape[0]):
            bits = c[i]
            if bits & LIVE and bits & (DXX | DXY | DYY):
                crossings += bits & DXY != 0
                if bits & (DXX | DXY):
                    wanted[a[i]] = 1
                if bits & (DYY | DXY):
                    wanted[b[i]] = 1
    if not sets.build(wanted):
        return None
    pairs = SetPairs(sets, crossings)
    with nogil:
        for i in range(c.shape[0]):
            bits = c[i]
            if bits & LIVE:
                if bits & DXX:
                    pairs.square(sets.set_of[a[i]])
                if bits & DXY:
                    pairs.cross(sets.set_of[a[i]], sets.set_of[b[i]])
                if bits & DYY:
                    pairs.square(sets.set_of[b[i]])
    return assemble(sets, pairs)


cdef assemble(IndexSets sets, SetPairs pairs):
    """Unite, for each row, the partners of all sets that hold it."""
    cdef int n = sets.n, s, t
    cdef Py_ssize_t p, j, k, row, lists
    cdef Py_ssize_t work = sets.work, num_pairs = pairs.first.size
    cdef Py_ssize_t[::1] ptr = np.zeros(n + 2, dtype=np.intp)
    cdef int[::1] partner
    cdef const int *item
    cdef IntVector rows = IntVector()
    cdef IntVector cols = IntVector()
    for p in range(num_pairs):
        s = pairs.first.data[p]
        t = pairs.second.data[p]
        work += sets.length(s) * sets.length(t)
        if sets.length(s) * sets.length(t) // 2 > MAX_ENTRIES:
            raise PatternError(
                f"The sparsity pattern of a Hessian was asked for, and one operation couples "
                f"{sets.length(s):,} variables with {sets.length(t):,}: its lower triangle has "
                f"more than {MAX_ENTRIES:,} entries, the most a pattern holds. Give the inner "
                "sum a variable and an equality constraint of its own, or solve without second "
                "derivatives: Ipopt with options={'hessian_approximation': 'limited-memory'}."
            )
    if work > sets.limit:
        return None
    # Lists of partner sets by row: counted, then filled.
    with nogil:
        for p in range(num_pairs):
            s = pairs.first.data[p]
            t = pairs.second.data[p]
            item = sets.begin(&s)
            for j in range(sets.length(s)):
                ptr[item[j] + 2] += 1
            if s != t:
                item = sets.begin(&t)
                for j in range(sets.length(t)):
                    ptr[item[j] + 2] += 1
        for row in range(n + 1):
            ptr[row + 1] += ptr[row]
    lists = ptr[n + 1]
    partner = np.empty(lists, dtype=np.int32)
    with nogil:
        for p in range(num_pairs):
            s = pairs.first.data[p]
            t = pairs.second.data[p]
            item = sets.begin(&s)
            for j in range(sets.length(s)):
                partner[ptr[item[j] + 1]] = t
                ptr[item[j] + 1] += 1
            if s != t:
                item = sets.begin(&t)
                for j in range(sets.length(t)):
                    partner[ptr[item[j] + 1]] = s
                    ptr[item[j] + 1] += 1
        for row in range(n):
            sets.mark[row] = -1
        for row in range(n):
            for k in range(ptr[row], ptr[row + 1]):
                s = partner[k]
                item = sets.begin(&s)
                cols.reserve(sets.length(s))
                rows.reserve(sets.length(s))
                for j in range(sets.length(s)):
                    if item[j] >= row and sets.mark[item[j]] != row:
                        sets.mark[item[j]] = <int> row
                        cols.data[cols.size] = item[j]
                        rows.data[cols.size] = <int> row
                        cols.size += 1
                rows.size = cols.size
    return rows.array(), cols.array()
