# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Flatten the additive tree above each output: row = constant + linear part + terms.

A term is a node that is no sum, difference or multiple of others, with a coefficient for each
row that adds it.
"""

import numpy as np

cimport cython

from asdopt._operators cimport (
    OP_ADD, OP_CONSTANT, OP_DIVIDE, OP_MULTIPLY, OP_NEGATIVE, OP_SUBTRACT, OP_SUM,
)
from asdopt._vector cimport Doubles, Ints, doubles, ints, push_double, push_int
from libc.math cimport fabs, isfinite
from libc.stdlib cimport free, qsort

cdef extern from *:
    """
    /* Coefficients beyond these lose digits when they are multiplied out: the row stays whole. */
    #define SMALLEST 1e-200
    #define LARGEST 1e200
    """
    const double SMALLEST, LARGEST


cdef inline bint usable(double c) noexcept nogil:
    return fabs(c) >= SMALLEST and fabs(c) <= LARGEST


cdef int descending(const void *a, const void *b) noexcept nogil:
    cdef int x = (<const int *> a)[0], y = (<const int *> b)[0]
    return (x < y) - (x > y)


@cython.final
cdef class Flattener:
    """Working arrays of the pass."""

    cdef const unsigned char[::1] op
    cdef const int[::1] a, b, pool_ids
    cdef const double[::1] val, pool_weights
    cdef int[::1] mark
    cdef double[::1] coef
    cdef Ints stack, sums, leaves
    cdef Py_ssize_t steps

    def __init__(self, trace, room):
        cdef Py_ssize_t n = trace.num_nodes
        self.op = trace.op
        self.a = trace.a
        self.b = trace.b
        self.val = trace.val
        self.pool_ids = trace.pool_ids
        self.pool_weights = trace.pool_weights
        marks = room[n:].view(np.int32)[:n]
        marks[:] = 0
        self.mark = marks
        self.coef = room[:n]
        self.steps = 0

    def __dealloc__(self):
        free(self.stack.data)
        free(self.sums.data)
        free(self.leaves.data)

    cdef bint additive(self, int i) noexcept nogil:
        cdef int o = self.op[i]
        if o == OP_ADD or o == OP_SUBTRACT or o == OP_NEGATIVE or o == OP_SUM:
            return True
        if o == OP_MULTIPLY:
            if self.op[self.a[i]] == OP_CONSTANT:
                return usable(self.val[self.a[i]])
            return self.op[self.b[i]] == OP_CONSTANT and usable(self.val[self.b[i]])
        if o == OP_DIVIDE and self.op[self.b[i]] == OP_CONSTANT:
            return usable(self.val[self.b[i]])
        return False

    cdef int visit(self, int i, int row) except -1 nogil:
        """Enter a node into the row's sums or leaves when it is met first."""
        self.steps += 1
        if self.mark[i] == row:
            return 0
        self.mark[i] = row
        self.coef[i] = 0.0
        if self.additive(i):
            push_int(&self.stack, i)
            push_int(&self.sums, i)
        else:
            push_int(&self.leaves, i)
        return 0

    cdef int collect(self, int root, int row) except -1 nogil:
        """Sums and leaves of a row, each once, leaves in the order of the tape where it has one."""
        cdef int i, o
        cdef Py_ssize_t k
        self.sums.size = self.leaves.size = self.stack.size = 0
        self.visit(root, row)
        while self.stack.size:
            self.stack.size -= 1
            i = self.stack.data[self.stack.size]
            o = self.op[i]
            if o == OP_SUM:
                for k in range(self.a[i], self.a[i] + self.b[i]):
                    self.visit(self.pool_ids[k], row)
            elif o == OP_ADD or o == OP_SUBTRACT:
                self.visit(self.b[i], row)
                self.visit(self.a[i], row)
            elif o == OP_MULTIPLY and self.op[self.a[i]] == OP_CONSTANT:
                self.visit(self.b[i], row)
            else:
                self.visit(self.a[i], row)
        # The chain of an accumulation is walked from its end.
        k = self.leaves.size
        if k and self.leaves.data[0] > self.leaves.data[k - 1]:
            for i in range(<int> (k // 2)):
                o = self.leaves.data[i]
                self.leaves.data[i] = self.leaves.data[k - 1 - i]
                self.leaves.data[k - 1 - i] = o
        return 0

    cdef double spread(self, int root) noexcept nogil:
        """Coefficients of all sums and leaves of the row; return the sum of its constants."""
        cdef Py_ssize_t j, k
        cdef int i, o
        cdef double c
        cdef bint sorted_ = True
        for j in range(1, self.sums.size):
            if self.sums.data[j - 1] < self.sums.data[j]:
                sorted_ = False
                break
        if not sorted_:
            # Nodes are in topological order: from the largest id down, users come first.
            qsort(self.sums.data, self.sums.size, sizeof(int), descending)
        self.coef[root] = 1.0
        for j in range(self.sums.size):
            i = self.sums.data[j]
            o = self.op[i]
            c = self.coef[i]
            if o == OP_SUM:
                for k in range(self.a[i], self.a[i] + self.b[i]):
                    self.coef[self.pool_ids[k]] += c * self.pool_weights[k]
            elif o == OP_ADD:
                self.coef[self.a[i]] += c
                self.coef[self.b[i]] += c
            elif o == OP_SUBTRACT:
                self.coef[self.a[i]] += c
                self.coef[self.b[i]] -= c
            elif o == OP_NEGATIVE:
                self.coef[self.a[i]] -= c
            elif o == OP_DIVIDE:
                self.coef[self.a[i]] += c / self.val[self.b[i]]
            elif self.op[self.a[i]] == OP_CONSTANT:
                self.coef[self.b[i]] += c * self.val[self.a[i]]
            else:
                self.coef[self.a[i]] += c * self.val[self.b[i]]
        c = 0.0
        for j in range(self.leaves.size):
            i = self.leaves.data[j]
            if self.op[i] == OP_CONSTANT:
                c += self.coef[i] * self.val[i]
        return c


def flatten(trace, const int[::1] roots, Py_ssize_t max_steps, room):
    """Flatten rows; ``room`` is two numbers for each node, to work in.

    Returns
    -------
    constants : ndarray of float64, shape (m,)
    linear : (indptr, cols, coefs)
    terms : (indptr, nodes, coefs)
    whole : ndarray of bool, shape (m,)
        Rows that were not flattened, because their coefficients leave the range of numbers or
        the steps are used up: their only term is the root.
    """
    cdef Flattener f = Flattener(trace, room)
    cdef Py_ssize_t m = roots.shape[0], r, j, num_inputs = trace.num_inputs
    cdef int i
    cdef double c
    cdef bint ok
    cdef Ints cols, nodes
    cdef Doubles linear_coefs, term_coefs
    cols.data = nodes.data = NULL
    cols.size = nodes.size = cols.capacity = nodes.capacity = 0
    linear_coefs.data = term_coefs.data = NULL
    linear_coefs.size = term_coefs.size = linear_coefs.capacity = term_coefs.capacity = 0
    constant_array = np.zeros(m)
    linear_array = np.zeros(m + 1, dtype=np.intp)
    term_array = np.zeros(m + 1, dtype=np.intp)
    whole_array = np.zeros(m, dtype=np.uint8)
    cdef double[::1] constants = constant_array
    cdef Py_ssize_t[::1] linear_ptr = linear_array, term_ptr = term_array
    cdef unsigned char[::1] whole = whole_array
    try:
        with nogil:
            for r in range(m):
                ok = f.steps <= max_steps
                if ok:
                    f.collect(roots[r], <int> (r + 1))
                    constants[r] = f.spread(roots[r])
                    ok = isfinite(constants[r])
                    for j in range(f.sums.size):
                        c = f.coef[f.sums.data[j]]
                        ok = ok and (usable(c) or c == 0.0)
                    for j in range(f.leaves.size):
                        c = f.coef[f.leaves.data[j]]
                        ok = ok and (usable(c) or c == 0.0)
                if ok:
                    for j in range(f.leaves.size):
                        i = f.leaves.data[j]
                        c = f.coef[i]
                        if i < num_inputs:
                            if c != 0.0:
                                push_int(&cols, i)
                                push_double(&linear_coefs, c)
                        elif f.op[i] != OP_CONSTANT:
                            push_int(&nodes, i)
                            push_double(&term_coefs, c)
                else:
                    whole[r] = 1
                    constants[r] = 0.0
                    push_int(&nodes, roots[r])
                    push_double(&term_coefs, 1.0)
                linear_ptr[r + 1] = cols.size
                term_ptr[r + 1] = nodes.size
        return (
            constant_array,
            (linear_array, ints(&cols), doubles(&linear_coefs)),
            (term_array, ints(&nodes), doubles(&term_coefs)),
            whole_array.view(bool),
        )
    finally:
        free(cols.data)
        free(nodes.data)
        free(linear_coefs.data)
        free(term_coefs.data)
