# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Find templates: instances whose expressions differ only in what they read.

Each instance is written down as a code, a list of integers that names operations and earlier
results; variables and constants are numbered in the order in which they are met, so that equal
codes mean equal expressions with equal variables in the same places. Instances with equal codes
form a template.

A code is a list of

- ``SLOT``, ``MAP``, ``PARAMETER``, ``CONSTANT``: a leaf, the next entry of the instance's list;
- op code and its operands, numbers of earlier leaves and operations; after ``OP_SUM`` the
  number of terms comes first, and each term reads the next constant as its weight;
- ``ROW``, 1 for the objective else 0, number of terms, the terms: each reads the next constant
  as its coefficient.
"""

import numpy as np

cimport cython

from asdopt._operators cimport OP_ARITY, OP_CONSTANT, OP_SUM
from asdopt._vector cimport Doubles, Ints, doubles, ints, mix, push_double, push_int
from libc.stdint cimport uint64_t
from libc.stdlib cimport free
from libc.string cimport memcmp

cdef enum:
    _SLOT = -1
    _MAP = -2
    _PARAMETER = -3
    _CONSTANT = -4
    _ROW = -5

SLOT, MAP, PARAMETER, CONSTANT, ROW = _SLOT, _MAP, _PARAMETER, _CONSTANT, _ROW


@cython.final
cdef class Coder:
    """Working arrays of the pass."""

    cdef const unsigned char[::1] op, affine
    cdef const int[::1] a, b, pool_ids
    cdef const double[::1] val, pool_weights
    cdef int[::1] mark, local
    cdef Ints stack, code, slots
    cdef Doubles constants
    cdef Py_ssize_t first_node, num_inputs
    cdef int stamp, count, max_expanded

    def __init__(self, trace, affine, int max_expanded, room):
        cdef Py_ssize_t n = trace.num_nodes
        self.op = trace.op
        self.a = trace.a
        self.b = trace.b
        self.val = trace.val
        self.pool_ids = trace.pool_ids
        self.pool_weights = trace.pool_weights
        self.affine = affine
        self.max_expanded = max_expanded
        self.num_inputs = trace.num_inputs
        self.first_node = trace.num_inputs + trace.num_parameters
        numbers = room[:n].view(np.int32)
        numbers[:n] = 0
        self.mark = numbers[:n]
        self.local = numbers[n:]
        self.stamp = 0

    def __dealloc__(self):
        free(self.stack.data)
        free(self.code.data)
        free(self.slots.data)
        free(self.constants.data)

    cdef int begin(self) except -1 nogil:
        self.stamp += 1
        self.count = 0
        self.code.size = 0
        return 0

    cdef inline int number(self, int i) noexcept nogil:
        self.mark[i] = self.stamp
        self.local[i] = self.count
        self.count += 1
        return 0

    cdef int term(self, int root) except -1 nogil:
        """Write the code of a node, operands first; return its number."""
        cdef int i, o
        cdef Py_ssize_t k
        self.stack.size = 0
        push_int(&self.stack, root)
        while self.stack.size:
            self.stack.size -= 1
            i = self.stack.data[self.stack.size]
            if i < 0:
                self.operation(~i)
                continue
            if self.mark[i] == self.stamp:
                continue
            o = self.op[i]
            if i < self.first_node:
                self.number(i)
                push_int(&self.code, _SLOT if i < self.num_inputs else _PARAMETER)
                push_int(&self.slots, i)
            elif o == OP_CONSTANT:
                self.number(i)
                push_int(&self.code, _CONSTANT)
                push_double(&self.constants, self.val[i])
            elif self.max_expanded < self.affine[i] < 255:
                self.number(i)
                push_int(&self.code, _MAP)
                push_int(&self.slots, i)
            else:
                push_int(&self.stack, ~i)
                if o == OP_SUM:
                    for k in range(self.a[i] + self.b[i] - 1, self.a[i] - 1, -1):
                        push_int(&self.stack, self.pool_ids[k])
                else:
                    if OP_ARITY[o] == 2:
                        push_int(&self.stack, self.b[i])
                    push_int(&self.stack, self.a[i])
        return self.local[root]

    cdef int operation(self, int i) except -1 nogil:
        cdef int o = self.op[i]
        cdef Py_ssize_t k
        if self.mark[i] == self.stamp:
            return 0
        self.number(i)
        push_int(&self.code, o)
        if o == OP_SUM:
            push_int(&self.code, self.b[i])
            for k in range(self.a[i], self.a[i] + self.b[i]):
                push_int(&self.code, self.local[self.pool_ids[k]])
                push_double(&self.constants, self.pool_weights[k])
        else:
            push_int(&self.code, self.local[self.a[i]])
            if OP_ARITY[o] == 2:
                push_int(&self.code, self.local[self.b[i]])
        return 0


def find_templates(trace, const unsigned char[::1] affine, int max_expanded,
                   const Py_ssize_t[::1] indptr, const int[::1] elements, const int[::1] rows,
                   const int[::1] nodes, const double[::1] coefs, chosen, room):
    """Write the codes of the chosen instances and number the distinct ones.

    Parameters
    ----------
    indptr, elements : instances as slices of element numbers
    rows, nodes, coefs : row, term node and coefficient of each element
    chosen : ndarray of bool
        Instances to look at; the others have template -1.
    room : ndarray of float64
        A number for each node, to work in.

    Returns
    -------
    codes : list of ndarray of int32
        Code of each template.
    template : ndarray of int32, shape (instances,)
    slots, constants, rows : (indptr, values)
        Lists of each instance.
    """
    cdef Coder c = Coder(trace, affine, max_expanded, room)
    cdef const unsigned char[::1] take = chosen.view(np.uint8)
    cdef Py_ssize_t n = indptr.shape[0] - 1, k, e, first, size = 64, place
    cdef int row, t, num_templates = 0
    cdef uint64_t h
    cdef Ints row_list, codes, code_start, terms
    row_list.data = codes.data = code_start.data = terms.data = NULL
    row_list.size = codes.size = code_start.size = terms.size = 0
    row_list.capacity = codes.capacity = code_start.capacity = terms.capacity = 0
    template_array = np.full(n, -1, dtype=np.int32)
    cdef int[::1] template = template_array
    slot_array, constant_array, row_array = (np.zeros(n + 1, dtype=np.intp) for _ in range(3))
    cdef Py_ssize_t[::1] slot_ptr = slot_array, constant_ptr = constant_array, row_ptr = row_array
    while size < 2 * n:
        size *= 2
    cdef int[::1] table = np.full(size, -1, dtype=np.int32)
    cdef uint64_t[::1] hashes = np.empty(n, dtype=np.uint64)
    try:
        with nogil:
            push_int(&code_start, 0)
            for k in range(n):
                if take[k]:
                    c.begin()
                    e = indptr[k]
                    while e < indptr[k + 1]:
                        first = e
                        row = rows[elements[e]]
                        terms.size = 0
                        while e < indptr[k + 1] and rows[elements[e]] == row:
                            push_int(&terms, c.term(nodes[elements[e]]))
                            e += 1
                        push_int(&c.code, _ROW)
                        push_int(&c.code, row == 0)
                        push_int(&c.code, <int> terms.size)
                        push_int(&row_list, row)
                        for place in range(terms.size):
                            push_int(&c.code, terms.data[place])
                            push_double(&c.constants, coefs[elements[first + place]])
                    h = c.code.size
                    for e in range(c.code.size):
                        h = (h ^ <unsigned int> c.code.data[e]) * <uint64_t> 0x9E3779B97F4A7C15
                        h ^= h >> 29
                    place = mix(h) & (size - 1)
                    while True:
                        t = table[place]
                        if t < 0:
                            t = num_templates
                            num_templates += 1
                            table[place] = t
                            hashes[t] = h
                            for e in range(c.code.size):
                                push_int(&codes, c.code.data[e])
                            push_int(&code_start, <int> codes.size)
                            break
                        if hashes[t] == h and (
                                code_start.data[t + 1] - code_start.data[t] == c.code.size) and (
                                memcmp(codes.data + code_start.data[t], c.code.data,
                                       c.code.size * sizeof(int)) == 0):
                            break
                        place = (place + 1) & (size - 1)
                    template[k] = t
                slot_ptr[k + 1] = c.slots.size
                constant_ptr[k + 1] = c.constants.size
                row_ptr[k + 1] = row_list.size
        flat, starts = ints(&codes), ints(&code_start)
        return (
            np.split(flat, starts[1:num_templates]) if num_templates else [],
            template_array,
            (slot_array, ints(&c.slots)),
            (constant_array, doubles(&c.constants)),
            (row_array, ints(&row_list)),
        )
    finally:
        free(row_list.data)
        free(codes.data)
        free(code_start.data)
        free(terms.data)
