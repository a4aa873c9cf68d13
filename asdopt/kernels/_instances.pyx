# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Group the terms of all rows into instances, by the variables they read and what they share.

An element is one (row, term, coefficient). Elements that read the same variables become one
instance when they stand in one row or share a nonlinear subexpression; an element whose variables
are among those of another one in its row joins that one.
"""

import numpy as np

from asdopt.kernels._vector cimport Ints, mix, push_int
from libc.stdint cimport uint64_t
from libc.stdlib cimport free

cdef extern from "_operators.h" nogil:
    enum:
        OP_CONSTANT
        OP_INPUT
        OP_PARAMETER
        OP_SUM
        OP_EXTERNAL
        OP_NEGATIVE
        OP_ADD
        OP_SUBTRACT
        OP_MULTIPLY
        OP_DIVIDE
    const unsigned char OP_ARITY[]

# Affine expressions of more variables than this are kept as linear maps and read as one variable.
MAX_EXPANDED = 5
# Terms larger than this are left to the sweeps.
MAX_OPERATIONS = 400
MAX_VARIABLES = 32

cdef:
    # An element joins a larger one of its row only in rows of at most so many terms.
    Py_ssize_t SHORT_ROW = 16
    # So many elements of a row with the same variables become one without sharing anything.
    Py_ssize_t FEW = 6
    int NOT_AFFINE = 255


cdef class Cones:
    """What is below each term: its variables, its size, and hashes of subexpressions.

    A variable is the id of its node: an input, or an affine expression kept as a map.
    """

    cdef const unsigned char[::1] op
    cdef const int[::1] a, b, pool_ids
    cdef const double[::1] val, pool_weights
    cdef unsigned char[::1] affine
    cdef uint64_t[::1] hashes
    cdef int[::1] mark
    cdef Ints stack, inner, vars
    cdef Py_ssize_t first_node, num_inputs, steps
    cdef int stamp, max_expanded

    def __init__(self, trace):
        self.op = trace.op
        self.a = trace.a
        self.b = trace.b
        self.val = trace.val
        self.pool_ids = trace.pool_ids
        self.pool_weights = trace.pool_weights
        self.num_inputs = trace.num_inputs
        self.first_node = trace.num_inputs + trace.num_parameters
        self.affine = np.empty(trace.num_nodes, dtype=np.uint8)
        self.hashes = np.empty(trace.num_nodes, dtype=np.uint64)
        self.mark = np.zeros(trace.num_nodes, dtype=np.int32)
        self.stamp = 0
        self.steps = 0
        self.max_expanded = MAX_EXPANDED
        with nogil:
            self.classify()

    def __dealloc__(self):
        free(self.stack.data)
        free(self.inner.data)
        free(self.vars.data)

    cdef void classify(self) noexcept nogil:
        """Number of variables of affine nodes, and structural hashes of all."""
        cdef Py_ssize_t i, k
        cdef int o, x, y, count
        cdef uint64_t h
        for i in range(self.op.shape[0]):
            o = self.op[i]
            x = self.a[i]
            y = self.b[i]
            count = NOT_AFFINE
            if i < self.first_node:
                h = <uint64_t> i
                if i < self.num_inputs:
                    count = 1
            elif o == OP_CONSTANT:
                h = (<const uint64_t *> &self.val[0])[i]
                count = 0
            elif o == OP_EXTERNAL:
                h = <uint64_t> i
            elif o == OP_SUM:
                h = 0
                count = 0
                for k in range(x, x + y):
                    h = mix(h + self.hashes[self.pool_ids[k]]
                            + (<const uint64_t *> &self.pool_weights[0])[k])
                    count = added(count, self.affine[self.pool_ids[k]])
            elif OP_ARITY[o] == 1:
                h = mix(self.hashes[x])
                if o == OP_NEGATIVE:
                    count = self.affine[x]
            else:
                h = self.hashes[x] + mix(self.hashes[y] + o)
                if o == OP_ADD or o == OP_MULTIPLY:
                    h = mix(self.hashes[x]) + mix(self.hashes[y])
                if o == OP_ADD or o == OP_SUBTRACT:
                    count = added(self.affine[x], self.affine[y])
                elif o == OP_MULTIPLY and self.affine[x] == 0:
                    count = self.affine[y]
                elif (o == OP_MULTIPLY or o == OP_DIVIDE) and self.affine[y] == 0:
                    count = self.affine[x]
            self.hashes[i] = mix(h + (<uint64_t> o << 56))
            self.affine[i] = <unsigned char> count

    cdef inline bint is_variable(self, int i) noexcept nogil:
        if i < self.first_node:
            return i < self.num_inputs
        return self.max_expanded < self.affine[i] < NOT_AFFINE

    cdef bint walk(self, int root, Py_ssize_t max_operations, Py_ssize_t max_vars) except -1 nogil:
        """Fill ``inner`` with the operations and ``vars`` with the variables below a node.

        False when there are more than allowed.
        """
        cdef int i, o
        cdef Py_ssize_t k
        self.stamp += 1
        self.inner.size = self.vars.size = self.stack.size = 0
        self.enter(root)
        while self.stack.size:
            self.stack.size -= 1
            i = self.stack.data[self.stack.size]
            push_int(&self.inner, i)
            if self.inner.size > max_operations or self.vars.size > max_vars:
                return False
            o = self.op[i]
            if o == OP_EXTERNAL:
                return False
            if o == OP_SUM:
                if self.b[i] > max_operations:
                    return False
                for k in range(self.a[i], self.a[i] + self.b[i]):
                    self.enter(self.pool_ids[k])
            else:
                if OP_ARITY[o] == 2:
                    self.enter(self.b[i])
                self.enter(self.a[i])
        return self.vars.size <= max_vars

    cdef int enter(self, int i) except -1 nogil:
        self.steps += 1
        if self.mark[i] == self.stamp:
            return 0
        self.mark[i] = self.stamp
        if self.is_variable(i):
            push_int(&self.vars, i)
        elif i >= self.first_node and self.op[i] != OP_CONSTANT:
            push_int(&self.stack, i)
        return 0

    cdef inline bint shareable(self, int i) noexcept nogil:
        """Whether an operation is worth computing only once: no sum and no multiple."""
        cdef int o = self.op[i]
        if o == OP_SUM or o == OP_ADD or o == OP_SUBTRACT or o == OP_NEGATIVE:
            return False
        if o == OP_MULTIPLY or o == OP_DIVIDE:
            return self.op[self.a[i]] != OP_CONSTANT and self.op[self.b[i]] != OP_CONSTANT
        return True


cdef inline int added(int x, int y) noexcept nogil:
    return NOT_AFFINE if x == NOT_AFFINE or y == NOT_AFFINE else min(x + y, NOT_AFFINE - 1)


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


cdef class Grouping:
    """The pass: sets of variables, hosts, buckets of equal sets, components."""

    cdef Cones cones
    cdef const Py_ssize_t[::1] indptr
    cdef const int[::1] nodes
    cdef Py_ssize_t num_rows, num_elements, num_terms, num_sets
    cdef int[::1] term, term_node, set_of, element_row, element_set, parent
    # sets of variables: their entries, and the number of operations of each term
    cdef Py_ssize_t[::1] set_start
    cdef int[::1] set_size, operations
    cdef Ints entries
    cdef unsigned char[::1] large

    def __init__(self, trace, indptr, nodes):
        self.cones = Cones(trace)
        self.indptr = indptr
        self.nodes = nodes
        self.num_rows = len(indptr) - 1
        self.num_elements = len(nodes)
        e = self.num_elements
        self.term = np.empty(e, dtype=np.int32)
        self.element_row = np.empty(e, dtype=np.int32)
        self.element_set = np.empty(e, dtype=np.int32)
        self.parent = np.arange(e, dtype=np.int32)

    def __dealloc__(self):
        free(self.entries.data)

    cdef number_terms(self, Py_ssize_t num_nodes, const unsigned char[::1] whole):
        """Number the distinct term nodes."""
        cdef Py_ssize_t r, e
        cdef int count = 0, node
        cdef int[::1] number = np.full(num_nodes, -1, dtype=np.int32)
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

    cdef int find_sets(self, Py_ssize_t max_steps, int max_operations, int max_vars) except -1:
        """Variables of each term, as numbers of distinct sets."""
        cdef Py_ssize_t t, k, size = 64, place, start, n
        cdef uint64_t h
        cdef int s
        cdef Cones c = self.cones
        while size < 2 * self.num_terms:
            size *= 2
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
                        self.term_node[t], max_operations, max_vars):
                    self.large[t] = 1
                    self.set_of[t] = -1
                    continue
                self.operations[t] = <int> c.inner.size
                n = c.vars.size
                sort_ints(c.vars.data, n)
                h = n
                for k in range(n):
                    h = mix(h + c.vars.data[k])
                place = h & (size - 1)
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
                    place = (place + 1) & (size - 1)
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

    cdef int find_hosts(self, Py_ssize_t num_nodes) except -1:
        """Give each element the set of the nearest larger element of its row that contains it."""
        cdef Py_ssize_t r, e, first, last, step, k, j
        cdef int s, h, v
        cdef int[::1] latest = np.full(num_nodes, -1, dtype=np.int32)
        cdef int[::1] host = np.full(self.num_elements, -1, dtype=np.int32)
        for e in range(self.num_elements):
            self.element_set[e] = self.set_of[self.term[e]]
        with nogil:
            for r in range(self.num_rows):
                first = self.indptr[r]
                last = self.indptr[r + 1]
                if not 2 <= last - first <= SHORT_ROW:
                    continue
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
                                if host[e] < 0 and self.set_size[h] > self.set_size[s] and (
                                        self.contains(h, s)):
                                    host[e] = latest[v]
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

    cdef int unite_buckets(self, int max_operations, int max_vars) except -1:
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
                for k in range(first, last):
                    x = order[k]
                    t = self.term[x]
                    if seen[t] == s:
                        self.unite(seen_at[t], x)
                        continue
                    seen[t] = <int> s
                    seen_at[t] = x
                    c.walk(self.term_node[t], max_operations, max_vars)
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

    cdef instances(self, int max_operations):
        """Elements in the order of their instances; those too large for one come apart."""
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
            if sizes[k] > 2 * max_operations:
                large[k] = 1
        return np.asarray(start[:count + 1]), order_array, large_array.view(bool)


def group(trace, const Py_ssize_t[::1] indptr, const int[::1] nodes, whole,
          Py_ssize_t max_steps, int max_operations=MAX_OPERATIONS, int max_vars=MAX_VARIABLES):
    """Group elements, given by row, into instances.

    Returns
    -------
    indptr : ndarray of intp, shape (instances + 1,)
        Slices of ``order``.
    order : ndarray of int32, shape (elements,)
        Numbers of elements by instance, in each by row.
    rows : ndarray of int32, shape (elements,)
        Row of each element.
    large : ndarray of bool, shape (instances,)
        Instances to be left to the sweeps.
    affine : ndarray of uint8, shape (num_nodes,)
        Number of variables of nodes that are affine, 255 for others.
    """
    cdef Grouping g = Grouping(trace, indptr, nodes)
    g.number_terms(trace.num_nodes, whole.view(np.uint8))
    g.find_sets(max_steps, max_operations, max_vars)
    g.find_hosts(trace.num_nodes)
    g.unite_buckets(max_operations, max_vars)
    g.unite_rows(8)
    start, order, large = g.instances(max_operations)
    return start, order, np.asarray(g.element_row), large, np.asarray(g.cones.affine)
