# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Group the terms of all rows into instances, by the variables they read and what they share.

An element is one (row, term, coefficient). Elements that read the same variables become one
instance when they stand in one row or share a nonlinear subexpression; an element whose variables
are among those of another one in its row joins that one. Before: ``_variable_sets.pyx``.
"""

import numpy as np

cimport cython

from asdopt.kernels._cones cimport Cones
from asdopt.kernels._variable_sets cimport VariableSets
from libc.stdint cimport uint64_t

# Terms larger than this are left to the sweeps.
MAX_OPERATIONS = 400
MAX_VARIABLES = 32

cdef:
    # Rows of more terms are long.
    Py_ssize_t SHORT_ROW = 16
    # So many elements of a row with the same variables become one without sharing anything.
    Py_ssize_t FEW = 6


@cython.final
cdef class Grouping(VariableSets):
    """The pass: hosts, buckets of equal sets, components."""

    cdef int[::1] element_set, parent

    def __init__(self, trace, const Py_ssize_t[::1] indptr, const int[::1] nodes, whole,
                 Py_ssize_t max_steps, room, int max_operations=MAX_OPERATIONS,
                 int max_vars=MAX_VARIABLES):
        of_nodes = room[trace.num_nodes:].view(np.int32)[:trace.num_nodes]
        self.find(trace, indptr, nodes, whole, max_steps, of_nodes, max_operations, max_vars)
        self.element_set = np.empty(self.num_elements, dtype=np.int32)
        self.parent = np.arange(self.num_elements, dtype=np.int32)
        of_nodes[:] = -1
        self.find_hosts(of_nodes)
        self.unite_buckets(max_vars, room)
        self.unite_rows(8)

    cdef int find_hosts(self, int[::1] latest) except -1:
        """Give each element the set of the nearest larger element of its row that contains it.

        In long rows a larger element takes one other at most, so that they come in few kinds. Of
        each node -1 is given.
        """
        cdef Py_ssize_t r, e, first, last, step, k, j
        cdef int s, h, v
        cdef bint is_long
        cdef unsigned char[::1] taken = np.zeros(self.num_elements, dtype=np.uint8)
        cdef int[::1] host = np.full(self.num_elements, -1, dtype=np.int32)
        for e in range(self.num_elements):
            self.element_set[e] = self.set_of[self.term[e]]
        with nogil:
            for r in range(self.num_rows):
                first = self.indptr[r]
                last = self.indptr[r + 1]
                if last - first < 2:
                    continue
                is_long = last - first > SHORT_ROW
                for k in range(2):
                    for j in range(last - first):
                        e = first + j if k == 0 else last - 1 - j
                        s = self.set_of[self.term[e]]
                        if s < 0:
                            continue
                        for step in range(self.set_start[s], self.set_start[s] + self.set_size[s]):
                            v = self.entries.data[step]
                            h = latest[v]
                            if h >= first and h < last and self.set_of[self.term[h]] >= 0:
                                h = self.set_of[self.term[h]]
                                if host[e] < 0 and self.set_size[h] > self.set_size[s] and not (
                                        is_long and taken[latest[v]]) and self.contains(h, s):
                                    host[e] = latest[v]
                                    taken[latest[v]] = 1
                                if self.set_size[h] > self.set_size[s]:
                                    continue
                            latest[v] = <int> e
                    # The second direction must not see the first one's elements as later ones.
                    for e in range(first, last):
                        s = self.set_of[self.term[e]]
                        if s >= 0:
                            for step in range(self.set_start[s],
                                              self.set_start[s] + self.set_size[s]):
                                latest[self.entries.data[step]] = -1
                for e in range(first, last):
                    h = <int> e
                    while host[h] >= 0:
                        h = host[h]
                    self.element_set[e] = self.set_of[self.term[h]]
        return 0

    cdef int root(self, int e) noexcept nogil:
        while self.parent[e] != e:
            self.parent[e] = self.parent[self.parent[e]]
            e = self.parent[e]
        return e

    cdef bint unite(self, int x, int y) noexcept nogil:
        x = self.root(x)
        y = self.root(y)
        if x == y:
            return False
        # The earliest element leads, so that instances come in the order of their first rows.
        if x < y:
            self.parent[y] = x
        else:
            self.parent[x] = y
        return True

    cdef int unite_buckets(self, int max_vars, room) except -1:
        """Unite elements with equal sets that stand in one row or share an operation."""
        cdef Py_ssize_t e, s, k, j, run, first, last, total, most, size, place, parts
        cdef int t, x
        cdef uint64_t h
        cdef Cones c = self.cones
        cdef Py_ssize_t[::1] start = np.zeros(self.num_sets + 2, dtype=np.intp)
        cdef int[::1] order = np.empty(self.num_elements, dtype=np.int32)
        for e in range(self.num_elements):
            if self.element_set[e] >= 0:
                start[self.element_set[e] + 2] += 1
        for s in range(self.num_sets):
            start[s + 2] += start[s + 1]
        for e in range(self.num_elements):
            s = self.element_set[e]
            if s >= 0:
                order[start[s + 1]] = <int> e
                start[s + 1] += 1
        most = 0
        for s in range(self.num_sets):
            total = 0
            for k in range(start[s], start[s + 1]):
                total += self.operations[self.term[order[k]]]
            if start[s + 1] - start[s] > 1:
                most = max(most, total)
        size = 64
        while size < 2 * most:
            size *= 2
        cdef int[::1] owner = np.empty(size, dtype=np.int32)
        cdef int[::1] bucket = np.full(size, -1, dtype=np.int32)
        cdef uint64_t[::1] keys = np.empty(size, dtype=np.uint64)
        cdef int[::1] seen = np.full(self.num_terms, -1, dtype=np.int32)
        cdef int[::1] seen_at = np.empty(self.num_terms, dtype=np.int32)
        cdef bint hashed = False
        c.hashes = room[:c.op.shape[0]].view(np.uint64)
        with nogil:
            for s in range(self.num_sets):
                first = start[s]
                last = start[s + 1]
                parts = last - first
                if parts < 2:
                    continue
                k = first
                while k < last:
                    run = k + 1
                    while run < last and (
                            self.element_row[order[run]] == self.element_row[order[k]]):
                        run += 1
                    if run - k <= FEW:
                        for j in range(k + 1, run):
                            parts -= self.unite(order[k], order[j])
                    k = run
                if parts < 2:
                    continue
                if not hashed:
                    hashed = True
                    c.hash_nodes()
                for k in range(first, last):
                    x = order[k]
                    t = self.term[x]
                    if seen[t] == s:
                        self.unite(seen_at[t], x)
                        continue
                    seen[t] = <int> s
                    seen_at[t] = x
                    c.walk(self.term_node[t], self.max_operations, max_vars)
                    for j in range(c.inner.size):
                        if not c.shareable(c.inner.data[j]):
                            continue
                        h = c.hashes[c.inner.data[j]]
                        place = h & (size - 1)
                        while bucket[place] == s and keys[place] != h:
                            place = (place + 1) & (size - 1)
                        if bucket[place] == s:
                            self.unite(owner[place], x)
                        else:
                            bucket[place] = <int> s
                            keys[place] = h
                            owner[place] = x
        return 0

    cdef int unite_rows(self, int max_vars) except -1:
        """Unite the few separate parts of a constraint row, where they are in no other row.

        They share its multiplier, and stand next to one another in the Jacobian.
        """
        cdef Py_ssize_t r, e, k
        cdef int x, count, size
        cdef int[::1] only_row = np.full(self.num_elements, -1, dtype=np.int32)
        cdef int parts[4]
        for e in range(self.num_elements):
            x = self.root(<int> e)
            if only_row[x] == -1 and not self.large[self.term[e]]:
                only_row[x] = self.element_row[e]
            elif only_row[x] != self.element_row[e]:
                only_row[x] = -2
        for r in range(1, self.num_rows):
            if not 2 <= self.indptr[r + 1] - self.indptr[r] <= SHORT_ROW:
                continue
            count = size = 0
            for e in range(self.indptr[r], self.indptr[r + 1]):
                x = self.root(<int> e)
                if x == e and only_row[x] == r:
                    if count == 4:
                        count = 0
                        break
                    parts[count] = x
                    count += 1
                    size += self.set_size[self.element_set[e]]
            if size <= max_vars:
                for k in range(1, count):
                    self.unite(parts[0], parts[k])
        return 0

    def instances(self):
        """Slices of elements that are instances.

        Returns
        -------
        indptr : ndarray of intp, shape (instances + 1,)
            Slices of ``order``.
        order : ndarray of int32, shape (elements,)
            Numbers of elements by instance, in each by row.
        large : ndarray of bool, shape (instances,)
            Instances to be left to the sweeps.
        fused : ndarray of bool, shape (instances,)
            Instances that ``split`` may take apart.
        """
        cdef Py_ssize_t e, k, count = 0
        cdef int r
        cdef int[::1] number = np.full(self.num_elements, -1, dtype=np.int32)
        for e in range(self.num_elements):
            r = self.root(<int> e)
            if number[r] < 0:
                number[r] = <int> count
                count += 1
            number[e] = number[r]
        sizes_array = np.zeros(count, dtype=np.int64)
        cdef long long[::1] sizes = sizes_array
        cdef Py_ssize_t[::1] start = np.zeros(count + 2, dtype=np.intp)
        cdef int[::1] seen = np.full(self.num_terms, -1, dtype=np.int32)
        order_array = np.empty(self.num_elements, dtype=np.int32)
        cdef int[::1] order = order_array
        large_array = np.zeros(count, dtype=np.uint8)
        fused_array = np.zeros(count, dtype=np.uint8)
        cdef unsigned char[::1] fused = fused_array
        cdef unsigned char[::1] large = large_array
        for e in range(self.num_elements):
            start[number[e] + 2] += 1
        for k in range(count):
            start[k + 2] += start[k + 1]
        for e in range(self.num_elements):
            k = number[e]
            order[start[k + 1]] = <int> e
            start[k + 1] += 1
        for k in range(count):
            for e in range(start[k], start[k + 1]):
                sizes[k] += 1
                r = self.term[order[e]]
                if self.large[r]:
                    large[k] = 1
                if seen[r] != k:
                    seen[r] = <int> k
                    sizes[k] += self.operations[r]
            if sizes[k] > 2 * self.max_operations:
                large[k] = 1
            fused[k] = self.element_row[order[start[k]]] != self.element_row[
                order[start[k + 1] - 1]]
        return (np.asarray(start[:count + 1]), order_array, large_array.view(bool),
                fused_array.view(bool))

    def split(self, const Py_ssize_t[::1] indptr, const int[::1] order, chosen):
        """Take chosen instances apart: only terms of one row, and equal terms, stay together."""
        cdef const unsigned char[::1] take = chosen.view(np.uint8)
        cdef Py_ssize_t k, j
        cdef int e
        cdef int[::1] first = np.empty(self.num_terms, dtype=np.int32)
        cdef Py_ssize_t[::1] seen = np.full(self.num_terms, -1, dtype=np.intp)
        for k in range(indptr.shape[0] - 1):
            if not take[k]:
                continue
            for j in range(indptr[k], indptr[k + 1]):
                self.parent[order[j]] = order[j]
            for j in range(indptr[k], indptr[k + 1]):
                e = order[j]
                if j > indptr[k] and self.element_row[order[j - 1]] == self.element_row[e]:
                    self.unite(order[j - 1], e)
                if seen[self.term[e]] == k:
                    self.unite(first[self.term[e]], e)
                else:
                    seen[self.term[e]] = k
                    first[self.term[e]] = e

    @property
    def rows(self):
        """Row of each element."""
        return np.asarray(self.element_row)

    @property
    def affine(self):
        """Number of variables of nodes that are affine, 255 for others."""
        return np.asarray(self.cones.affine)
