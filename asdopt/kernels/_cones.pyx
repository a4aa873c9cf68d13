# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Walk what is below each term: its variables, its size, what it could share with others."""

import numpy as np

from asdopt._operators cimport (
    OP_ADD, OP_ARITY, OP_CONSTANT, OP_DIVIDE, OP_EXTERNAL, OP_MULTIPLY, OP_NEGATIVE,
    OP_SUBTRACT, OP_SUM,
)
from asdopt._vector cimport mix, push_int
from libc.stdint cimport uint64_t
from libc.stdlib cimport free

# Affine expressions of more variables than this are kept as linear maps and read as one variable.
MAX_EXPANDED = 5

cdef:
    int NOT_AFFINE = 255


cdef inline int added(int x, int y) noexcept nogil:
    return NOT_AFFINE if x == NOT_AFFINE or y == NOT_AFFINE else min(x + y, NOT_AFFINE - 1)


cdef class Cones:
    """What is below each term: its variables, its size, and hashes of subexpressions.

    A variable is the id of its node: an input, or an affine expression kept as a map.
    """

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
        self.mark = np.zeros(trace.num_nodes, dtype=np.int32)
        self.stamp = 0
        self.steps = 0
        self.max_expanded = MAX_EXPANDED
        with nogil:
            self.count_affine()

    def __dealloc__(self):
        free(self.stack.data)
        free(self.inner.data)
        free(self.vars.data)

    cdef void count_affine(self) noexcept nogil:
        """Number of variables of affine nodes, NOT_AFFINE for others."""
        cdef Py_ssize_t i, k
        cdef int o, x, y, count
        for i in range(self.op.shape[0]):
            o = self.op[i]
            x = self.a[i]
            y = self.b[i]
            count = NOT_AFFINE
            if i < self.num_inputs:
                count = 1
            elif i < self.first_node or o == OP_EXTERNAL:
                pass
            elif o == OP_CONSTANT:
                count = 0
            elif o == OP_SUM:
                count = 0
                for k in range(x, x + y):
                    count = added(count, self.affine[self.pool_ids[k]])
            elif o == OP_NEGATIVE:
                count = self.affine[x]
            elif o == OP_ADD or o == OP_SUBTRACT:
                count = added(self.affine[x], self.affine[y])
            elif o == OP_MULTIPLY and self.affine[x] == 0:
                count = self.affine[y]
            elif (o == OP_MULTIPLY or o == OP_DIVIDE) and self.affine[y] == 0:
                count = self.affine[x]
            self.affine[i] = <unsigned char> count

    cdef void hash_nodes(self) noexcept nogil:
        """Structural hashes: equal expressions have equal ones."""
        cdef Py_ssize_t i, k
        cdef int o, x, y
        cdef uint64_t h
        for i in range(self.op.shape[0]):
            o = self.op[i]
            x = self.a[i]
            y = self.b[i]
            if i < self.first_node or o == OP_EXTERNAL:
                h = <uint64_t> i
            elif o == OP_CONSTANT:
                h = (<const uint64_t *> &self.val[0])[i]
            elif o == OP_SUM:
                h = 0
                for k in range(x, x + y):
                    h = mix(h + self.hashes[self.pool_ids[k]]
                            + (<const uint64_t *> &self.pool_weights[0])[k])
            elif OP_ARITY[o] == 1:
                h = mix(self.hashes[x])
            elif o == OP_ADD or o == OP_MULTIPLY:
                h = mix(self.hashes[x]) + mix(self.hashes[y])
            else:
                h = self.hashes[x] + mix(self.hashes[y] + o)
            self.hashes[i] = mix(h + (<uint64_t> o << 56))

    cdef bint is_variable(self, int i) noexcept nogil:
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

    cdef bint shareable(self, int i) noexcept nogil:
        """Whether an operation is worth computing only once: no sum and no multiple."""
        cdef int o = self.op[i]
        if o == OP_SUM or o == OP_ADD or o == OP_SUBTRACT or o == OP_NEGATIVE:
            return False
        if o == OP_MULTIPLY or o == OP_DIVIDE:
            return self.op[self.a[i]] != OP_CONSTANT and self.op[self.b[i]] != OP_CONSTANT
        return True
