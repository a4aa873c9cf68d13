# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Value numbering: nodes of a tape that compute the same become one.

Objective and constraints are traced one after the other, and what both work out (the states of a
simulation, say) stands on the tape twice. Only nodes with the same operation on the same operands
are joined, so that every value keeps its bits.
"""

import numpy as np

from asdopt._operators cimport OP_ADD, OP_ARITY, OP_CONSTANT, OP_EXTERNAL, OP_MULTIPLY, OP_SUM
from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy


cdef inline uint64_t mixed(uint64_t key, uint64_t value) noexcept nogil:
    key = (key ^ value) * <uint64_t> 0x9E3779B97F4A7C15
    return key ^ (key >> 29)


cdef class _Nodes:
    """Arrays of the nodes kept so far, and their hash table."""

    cdef unsigned char[::1] op
    cdef int[::1] a, b, pool
    cdef double[::1] val, weights
    cdef Py_ssize_t size, num_terms
    cdef int *table
    cdef uint64_t mask

    def __dealloc__(self):
        free(self.table)

    cdef bint equal(self, Py_ssize_t i, Py_ssize_t j) noexcept nogil:
        """Whether two nodes compute the same."""
        cdef int o = self.op[i]
        cdef Py_ssize_t n = self.b[i]
        if o != self.op[j] or self.b[i] != self.b[j]:
            return False
        if o == OP_CONSTANT:
            return memcmp(&self.val[i], &self.val[j], sizeof(double)) == 0
        if o != OP_SUM:
            return self.a[i] == self.a[j]
        if n == 0 or self.a[i] == self.a[j]:
            return True
        return (
            memcmp(&self.pool[self.a[i]], &self.pool[self.a[j]], n * sizeof(int)) == 0
            and memcmp(&self.weights[self.a[i]], &self.weights[self.a[j]],
                       n * sizeof(double)) == 0)

    cdef uint64_t hash(self, Py_ssize_t i) noexcept nogil:
        cdef int o = self.op[i]
        cdef uint64_t key = mixed(o, 0), bits
        cdef Py_ssize_t k
        if o == OP_CONSTANT:
            memcpy(&bits, &self.val[i], sizeof(double))
            return mixed(key, bits)
        if o != OP_SUM:
            return mixed(mixed(key, self.a[i]), self.b[i])
        for k in range(self.a[i], self.a[i] + self.b[i]):
            memcpy(&bits, &self.weights[k], sizeof(double))
            key = mixed(mixed(key, self.pool[k]), bits)
        return key

    cdef Py_ssize_t find(self, Py_ssize_t i) noexcept nogil:
        """Earlier node that computes the same as node i, which else is entered."""
        cdef uint64_t slot = self.hash(i) & self.mask
        while self.table[slot]:
            if self.equal(self.table[slot] - 1, i):
                return self.table[slot] - 1
            slot = (slot + 1) & self.mask
        self.table[slot] = <int> i + 1
        return i


def share_nodes(const unsigned char[::1] op, const int[::1] a, const int[::1] b,
                const double[::1] val, const int[::1] pool, const double[::1] weights,
                Py_ssize_t first):
    """Join nodes that compute the same; nodes below ``first`` are inputs and parameters.

    Returns the new number of each node and the arrays of what stays: op, a, b, val, pool_ids,
    pool_weights.
    """
    cdef Py_ssize_t n = op.shape[0], i, j, k, same, start
    cdef int o, low, high
    cdef uint64_t slots = 4
    cdef _Nodes kept = _Nodes()
    arrays = (np.empty(n, np.uint8), np.zeros(n, np.int32), np.zeros(n, np.int32), np.empty(n),
              np.empty(pool.shape[0], np.int32), np.empty(pool.shape[0]))
    kept.op, kept.a, kept.b, kept.val, kept.pool, kept.weights = arrays
    numbers = np.empty(n, np.int32)
    cdef int[::1] number = numbers
    while slots < <uint64_t> (2 * n):
        slots *= 2
    kept.mask = slots - 1
    kept.table = <int *> calloc(slots, sizeof(int))
    if kept.table == NULL:
        raise MemoryError()
    with nogil:
        for i in range(n):
            j = kept.size
            o = op[i]
            kept.op[j] = <unsigned char> o
            kept.val[j] = val[i]
            start = kept.num_terms
            if i < first:
                kept.a[j] = a[i]
                kept.b[j] = b[i]
            elif o == OP_SUM or o == OP_EXTERNAL:
                kept.a[j] = <int> start
                kept.b[j] = b[i]
                for k in range(a[i], a[i] + b[i]):
                    kept.pool[kept.num_terms] = number[pool[k]]
                    kept.weights[kept.num_terms] = weights[k]
                    kept.num_terms += 1
            elif o == OP_CONSTANT:
                kept.a[j] = kept.b[j] = 0
            else:
                low = number[a[i]]
                high = number[b[i]] if OP_ARITY[o] == 2 else 0
                if (o == OP_ADD or o == OP_MULTIPLY) and low > high:
                    low, high = high, low
                kept.a[j] = low
                kept.b[j] = high
            # Results of a call belong to it: they stay side by side.
            same = j if i < first or o == OP_EXTERNAL else kept.find(j)
            number[i] = <int> same
            if same == j:
                kept.size += 1
            else:
                kept.num_terms = start
    sizes = (kept.size,) * 4 + (kept.num_terms,) * 2
    return numbers, tuple([x[:size].copy() for x, size in zip(arrays, sizes)])
