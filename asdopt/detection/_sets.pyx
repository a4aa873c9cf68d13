# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Patterns by index sets: the sets of the outputs, and of pairs of operands that meet.

The cost grows with the pattern, not with the number of inputs. Before: ``_index_sets.pyx``.
"""

import numpy as np

from asdopt._errors import PatternError

from asdopt._vector cimport Ints, mix, push_int
from libc.stdint cimport uint64_t
from libc.stdlib cimport free
from libc.string cimport memcpy

from asdopt.detection._classes cimport ACTIVE, DXX, DXY, DYY, LIVE
from asdopt.detection._entries cimport MAX_ENTRIES, Entries
from asdopt.detection._index_sets cimport IndexSets


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
    cdef Ints first
    cdef Ints second

    def __init__(self, IndexSets sets, Py_ssize_t capacity):
        cdef Py_ssize_t size = 4
        while size < 2 * capacity:
            size *= 2
        self.sets = sets
        self.squared = np.zeros(sets.n + sets.count, dtype=np.uint8)
        self.table = np.full(size, ~<uint64_t> 0, dtype=np.uint64)

    def __dealloc__(self):
        free(self.first.data)
        free(self.second.data)

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
        push_int(&self.first, s)
        return push_int(&self.second, t)


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
    cdef Entries entries
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
    entries = Entries()
    with nogil:
        for row in range(n):
            for k in range(ptr[row], ptr[row + 1]):
                s = partner[k]
                item = sets.begin(&s)
                entries.reserve(sets.length(s))
                for j in range(sets.length(s)):
                    if item[j] >= row and sets.mark[item[j]] != row:
                        sets.mark[item[j]] = <int> row
                        entries.add(<int> row, item[j])
    return entries.arrays()
