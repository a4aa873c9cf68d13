# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""The distinct terms of all rows, and the distinct sets of variables that they read.

An element is one (row, term, coefficient). Next: ``_instances.pyx`` groups the elements.
"""

import numpy as np

from asdopt._vector cimport mix, push_int
from asdopt.kernels._cones cimport Cones
from libc.stdint cimport uint64_t
from libc.stdlib cimport free


cdef void sort_ints(int *v, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i, j
    cdef int x
    for i in range(1, n):
        x = v[i]
        j = i - 1
        while j >= 0 and v[j] > x:
            v[j + 1] = v[j]
            j -= 1
        v[j + 1] = x


cdef class VariableSets:
    """Terms by number, and of each term the number of its set of variables; -1 of large ones."""

    def __dealloc__(self):
        free(self.entries.data)

    cdef find(self, trace, const Py_ssize_t[::1] indptr, const int[::1] nodes, whole,
              Py_ssize_t max_steps, of_nodes, int max_operations, int max_vars):
        """Number terms and sets; ``of_nodes`` is room for one int32 of each node."""
        self.cones = Cones(trace)
        self.indptr = indptr
        self.nodes = nodes
        self.num_rows = indptr.shape[0] - 1
        self.num_elements = nodes.shape[0]
        self.max_operations = max_operations
        self.term = np.empty(self.num_elements, dtype=np.int32)
        self.element_row = np.empty(self.num_elements, dtype=np.int32)
        of_nodes[:] = -1
        self.number_terms(of_nodes, whole.view(np.uint8))
        self.find_sets(max_steps, max_vars)

    cdef number_terms(self, int[::1] number, const unsigned char[::1] whole):
        """Number the distinct term nodes; of each node -1 is given."""
        cdef Py_ssize_t r, e
        cdef int count = 0, node
        for r in range(self.num_rows):
            for e in range(self.indptr[r], self.indptr[r + 1]):
                node = self.nodes[e]
                if number[node] < 0:
                    number[node] = count
                    count += 1
                self.term[e] = number[node]
                self.element_row[e] = <int> r
        self.num_terms = count
        self.term_node = np.empty(count, dtype=np.int32)
        self.large = np.zeros(count, dtype=np.uint8)
        for e in range(self.num_elements):
            self.term_node[self.term[e]] = self.nodes[e]
        for r in range(self.num_rows):
            if whole[r]:
                self.large[self.term[self.indptr[r]]] = 1

    cdef int find_sets(self, Py_ssize_t max_steps, int max_vars) except -1:
        """Variables of each term, as numbers of distinct sets."""
        cdef Py_ssize_t t, k, size = 64, place, start, n
        cdef uint64_t h, stride, scale
        cdef int s
        cdef Cones c = self.cones
        while size < 2 * self.num_terms:
            size *= 2
        scale = max(1, size // max(1, c.num_inputs))
        cdef int[::1] table = np.full(size, -1, dtype=np.int32)
        cdef uint64_t[::1] set_hash = np.empty(self.num_terms, dtype=np.uint64)
        self.set_of = np.empty(self.num_terms, dtype=np.int32)
        self.operations = np.zeros(self.num_terms, dtype=np.int32)
        self.set_start = np.empty(self.num_terms + 1, dtype=np.intp)
        self.set_size = np.empty(self.num_terms + 1, dtype=np.int32)
        self.num_sets = 0
        with nogil:
            for t in range(self.num_terms):
                if self.large[t] or c.steps > max_steps or not c.walk(
                        self.term_node[t], self.max_operations, max_vars):
                    self.large[t] = 1
                    self.set_of[t] = -1
                    continue
                self.operations[t] = <int> c.inner.size
                n = c.vars.size
                sort_ints(c.vars.data, n)
                h = n
                for k in range(n):
                    h = mix(h + c.vars.data[k])
                # Neighbors in the problem are neighbors in the table, except where they collide.
                place = (scale * (c.vars.data[0] if n else 0) + (h & 3)) & (size - 1)
                stride = (h >> 8) | 1
                while True:
                    s = table[place]
                    if s < 0:
                        s = <int> self.num_sets
                        self.num_sets += 1
                        table[place] = s
                        set_hash[s] = h
                        self.set_start[s] = self.entries.size
                        self.set_size[s] = <int> n
                        for k in range(n):
                            push_int(&self.entries, c.vars.data[k])
                        break
                    if set_hash[s] == h and self.set_size[s] == n:
                        start = self.set_start[s]
                        for k in range(n):
                            if self.entries.data[start + k] != c.vars.data[k]:
                                break
                        else:
                            break
                    place = (place + stride) & (size - 1)
                self.set_of[t] = s
        return 0

    cdef bint contains(self, int host, int guest) noexcept nogil:
        """Whether the variables of one set are among those of a larger one; both are sorted."""
        cdef const int *h = self.entries.data + self.set_start[host]
        cdef const int *g = self.entries.data + self.set_start[guest]
        cdef Py_ssize_t i = 0, j, n = self.set_size[host]
        for j in range(self.set_size[guest]):
            while i < n and h[i] < g[j]:
                i += 1
            if i == n or h[i] != g[j]:
                return False
        return True
