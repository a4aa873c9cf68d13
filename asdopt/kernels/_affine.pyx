# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Values of affine maps, operation by operation as the user wrote them.

Multiplied out and added in the order of the variables they would round otherwise: of two sums
that are equal in Python one would be larger, and ``max`` would choose the other one.

A chain of sums, ``t = t + c * x``, is one row ``start + sum(coefs * nodes)``, added from left to
right: the same roundings in one register. Rows that the objective needs stand first.
"""

import numpy as np

from asdopt._operators cimport (
    OP_ADD, OP_CONSTANT, OP_DIVIDE, OP_MULTIPLY, OP_NEGATIVE, OP_SUBTRACT, OP_SUM,
)
from asdopt._vector cimport push_double, push_int
from libc.stdlib cimport free


cdef class AffineTape:
    """Affine operations on inputs.

    Parameters
    ----------
    op, a, b, val, pool_ids, pool_weights
        A tape whose first ``num_leaves`` nodes are inputs and parameters; of the operands of a
        product one is a constant, and so is a divisor.
    ends : ndarray of int32
        The nodes that are wanted.
    num_leaves, num_first : int
        Numbers of nodes: of the leaves, and of those at the front that suffice for the objective.

    Attributes
    ----------
    start_values : ndarray of float64
        Room for the values: of the leaves, the ends, and what leads to them.
    """

    def __init__(self, op, a, b, val, pool_ids, pool_weights, ends, num_leaves, num_first):
        cdef Py_ssize_t i, k, num_first_nodes = num_first
        cdef int o
        self.op = op
        self.a = a
        self.b = b
        self.val = val
        self.pool_ids = pool_ids
        self.pool_weights = pool_weights
        self.ends = ends
        self.num_leaves = num_leaves
        place = np.full(len(op), -1, dtype=np.int32)
        place[:num_leaves] = np.arange(num_leaves)
        place[ends] = num_leaves + np.arange(len(ends))
        inner = np.flatnonzero(place < 0)
        place[inner] = num_leaves + len(ends) + np.arange(len(inner))
        self.place = place
        self.start_values = np.zeros(len(op))
        self.start_values[place[num_leaves:]] = val[num_leaves:]
        self.uses = np.zeros(len(op), dtype=np.int32)
        self.absorbed = np.zeros(len(op), dtype=np.uint8)
        with nogil:
            for i in range(self.num_leaves, self.op.shape[0]):
                o = self.op[i]
                if o == OP_SUM:
                    for k in range(self.a[i], self.a[i] + self.b[i]):
                        self.uses[self.pool_ids[k]] += 1
                elif o != OP_CONSTANT:
                    self.uses[self.a[i]] += 1
                    if o != OP_NEGATIVE:
                        self.uses[self.b[i]] += 1
            for i in range(self.ends.shape[0]):
                self.uses[self.ends[i]] += 2
            self.absorb()
            push_int(&self.indptr, 0)
            for i in range(self.num_leaves, self.op.shape[0]):
                if self.op[i] != OP_CONSTANT and not self.absorbed[i]:
                    self.add_row(<int> i)
                if i < num_first_nodes:
                    self.num_first = self.targets.size

    def __dealloc__(self):
        free(self.targets.data)
        free(self.indptr.data)
        free(self.ids.data)
        free(self.chain.data)
        free(self.coefs.data)
        free(self.starts.data)
        free(self.divisors.data)

    cdef bint is_sum(self, int i) noexcept nogil:
        """Whether a node is a sum that nothing but one other operation reads."""
        cdef int o = self.op[i]
        return (i >= self.num_leaves and self.uses[i] == 1
                and (o == OP_SUM or o == OP_ADD or o == OP_SUBTRACT))

    cdef bint is_multiple(self, int i) noexcept nogil:
        """Whether a node is a multiple that nothing but one other operation reads."""
        cdef int o = self.op[i]
        return i >= self.num_leaves and self.uses[i] == 1 and (
            o == OP_MULTIPLY or o == OP_NEGATIVE)

    cdef void absorb(self) noexcept nogil:
        """Mark what is computed as a part of the row of its only reader."""
        cdef Py_ssize_t i, k
        cdef int o, p, q
        for i in range(self.op.shape[0] - 1, self.num_leaves - 1, -1):
            o = self.op[i]
            p = self.a[i]
            q = self.b[i]
            if o == OP_SUM:
                for k in range(p, p + q):
                    # With another weight the product would not be rounded before.
                    if self.pool_weights[k] == 1.0 or self.pool_weights[k] == -1.0:
                        self.absorbed[self.pool_ids[k]] |= self.is_multiple(self.pool_ids[k])
            elif o == OP_ADD or o == OP_SUBTRACT:
                self.absorbed[p] |= self.is_sum(p) or self.is_multiple(p)
                self.absorbed[q] |= self.is_multiple(q) or (
                    o == OP_ADD and not self.is_sum(p) and self.is_sum(q))

    cdef int add_term(self, int i, double c) except -1 nogil:
        """Add a node, or the multiple that it is, to the last row; c is a sign where it is one."""
        if self.absorbed[i]:
            if self.op[i] == OP_NEGATIVE:
                c = -c
                i = self.a[i]
            elif self.op[self.a[i]] == OP_CONSTANT:
                c *= self.val[self.a[i]]
                i = self.b[i]
            else:
                c *= self.val[self.b[i]]
                i = self.a[i]
        push_int(&self.ids, self.place[i])
        push_double(&self.coefs, c)
        return 0

    cdef int add_row(self, int i) except -1 nogil:
        cdef int o = self.op[i], p, q
        cdef Py_ssize_t k
        # -0.0 + t is t, whatever its sign.
        cdef double start = -0.0, divisor = 1.0
        push_int(&self.targets, self.place[i])
        if o == OP_DIVIDE:
            divisor = self.val[self.b[i]]
            self.add_term(self.a[i], 1.0)
        elif o == OP_NEGATIVE or o == OP_MULTIPLY:
            self.absorbed[i] = True
            self.add_term(i, 1.0)
            self.absorbed[i] = False
        else:
            # Down to the first sum, then up again: what was added first comes first.
            self.chain.size = 0
            while o == OP_ADD or o == OP_SUBTRACT:
                push_int(&self.chain, i)
                p = self.a[i]
                q = self.b[i]
                if self.is_sum(p):
                    i = p
                elif o == OP_ADD and self.is_sum(q):
                    i = q
                else:
                    self.add_term(p, 1.0)
                    break
                o = self.op[i]
            if o == OP_SUM:
                start = 0.0
                for k in range(self.a[i], self.a[i] + self.b[i]):
                    self.add_term(self.pool_ids[k], self.pool_weights[k])
            for k in range(self.chain.size - 1, -1, -1):
                i = self.chain.data[k]
                p = self.a[i]
                q = self.b[i]
                if self.op[i] == OP_SUBTRACT:
                    self.add_term(q, -1.0)
                elif not self.is_sum(p) and self.is_sum(q):
                    self.add_term(p, 1.0)
                else:
                    self.add_term(q, 1.0)
        push_double(&self.starts, start)
        push_double(&self.divisors, divisor)
        push_int(&self.indptr, <int> self.ids.size)
        return 0

    def first_leaves(self):
        """Numbers of the leaves that the rows of the objective read."""
        cdef Py_ssize_t k
        found = np.zeros(self.num_leaves, dtype=bool)
        cdef unsigned char[::1] mask = found.view(np.uint8)
        for k in range(self.indptr.data[self.num_first]):
            if self.ids.data[k] < self.num_leaves:
                mask[self.ids.data[k]] = 1
        return np.flatnonzero(found)

    cdef void run(self, double *values, bint is_first) noexcept nogil:
        """Compute the rows of the objective, or the others, where the leaves have their values."""
        cdef const int *ids = self.ids.data
        cdef const double *coefs = self.coefs.data
        cdef Py_ssize_t r, k
        cdef Py_ssize_t start = 0 if is_first else self.num_first
        cdef Py_ssize_t stop = self.num_first if is_first else self.targets.size
        cdef double total
        for r in range(start, stop):
            total = self.starts.data[r]
            for k in range(self.indptr.data[r], self.indptr.data[r + 1]):
                total += coefs[k] * values[ids[k]]
            if self.divisors.data[r] != 1.0:
                total /= self.divisors.data[r]
            values[self.targets.data[r]] = total
