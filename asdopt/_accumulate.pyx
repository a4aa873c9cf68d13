# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""A sparse Jacobian straight from a tape: pattern and values row by row, by reverse accumulation.

From an output down, adjoints are passed on to operands; what arrives at the inputs is the row. A
node that is used once is passed on at once. One that is used more often waits until no node above
it is left: of those that wait the last on the tape goes first.
"""

import numpy as np

from asdopt.detection._classes import classify

from asdopt._operators cimport OP_EXTERNAL, OP_SELECTS, op_first
from asdopt._vector cimport Doubles, Ints, doubles, ints, reserve_doubles, reserve_ints
from libc.stdlib cimport free

from asdopt.detection._classes cimport DX, DY, TERMS
from asdopt.tracing._tape cimport Tape


cdef void sort(int *keys, Py_ssize_t size) noexcept nogil:
    """Sort distinct integers: insertion for the few of a sparse row, else a heap."""
    cdef Py_ssize_t i, j, start, stop
    cdef int key
    if size <= 32:
        for i in range(1, size):
            key = keys[i]
            j = i
            while j and keys[j - 1] > key:
                keys[j] = keys[j - 1]
                j -= 1
            keys[j] = key
        return
    for start in range(size // 2 - 1, -1, -1):
        sink(keys, start, size)
    for stop in range(size - 1, 0, -1):
        key = keys[0]
        keys[0] = keys[stop]
        keys[stop] = key
        sink(keys, 0, stop)


cdef void sink(int *keys, Py_ssize_t at, Py_ssize_t size) noexcept nogil:
    cdef Py_ssize_t child
    cdef int key = keys[at]
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and keys[child + 1] > keys[child]:
            child += 1
        if keys[child] <= key:
            break
        keys[at] = keys[child]
        at = child
    keys[at] = key


cdef class Walk:
    """The way down from one output after another, and what it needs."""

    cdef const unsigned char[::1] classes
    cdef const int *a
    cdef const int *b
    cdef const int *pool_ids
    cdef const double *pool_weights
    cdef double[::1] da, db
    # How often each node is used on the tape.
    cdef int[::1] uses
    # Adjoints so far, and whether a node waits or an input was met; all zero between rows.
    cdef double[::1] bar
    cdef unsigned char[::1] met
    # Nodes ready to be passed on, and a heap of those that wait.
    cdef int[::1] stack
    cdef int[::1] heap
    cdef Py_ssize_t n, steps, top, waiting
    # Columns of all rows so far, and their values, of which there are as many.
    cdef Ints cols
    cdef Doubles values

    def __dealloc__(self):
        free(self.cols.data)
        free(self.values.data)

    cdef void prepare(self, Tape tape) noexcept nogil:
        """Partial derivatives and numbers of uses."""
        cdef Py_ssize_t i, k
        cdef unsigned char c
        cdef double d[2]
        for i in range(self.n, tape.size):
            c = self.classes[i]
            if c & (DX | DY):
                op_first(tape.op[i], tape.val[self.a[i]], tape.val[self.b[i]], tape.val[i], d)
                self.da[i] = d[0]
                self.db[i] = d[1]
                if c & DX:
                    self.uses[self.a[i]] += 1
                if c & DY:
                    self.uses[self.b[i]] += 1
            elif c & TERMS:
                for k in range(self.a[i], self.a[i] + self.b[i]):
                    self.uses[self.pool_ids[k]] += 1

    cdef inline void add(self, int node, double value) noexcept nogil:
        """Add to the adjoint of a node or input."""
        cdef Py_ssize_t i, parent
        self.bar[node] += value
        if node >= self.n and self.uses[node] == 1:
            self.stack[self.top] = node
            self.top += 1
        elif not self.met[node]:
            self.met[node] = 1
            if node < self.n:
                self.cols.data[self.cols.size] = node
                self.cols.size += 1
                return
            i = self.waiting
            self.waiting += 1
            while i:
                parent = (i - 1) // 2
                if self.heap[parent] >= node:
                    break
                self.heap[i] = self.heap[parent]
                i = parent
            self.heap[i] = node

    cdef int next(self) noexcept nogil:
        """Take a node whose users are all done; -1 if there is none left."""
        cdef int node
        if self.top:
            self.top -= 1
            return self.stack[self.top]
        if not self.waiting:
            return -1
        node = self.heap[0]
        self.met[node] = 0
        self.waiting -= 1
        if self.waiting:
            self.heap[0] = self.heap[self.waiting]
            sink(&self.heap[0], 0, self.waiting)
        return node

    cdef int row(self, int output) except -1 nogil:
        """Append the row of an output."""
        cdef Py_ssize_t k, begin = self.cols.size
        cdef int i, col
        cdef unsigned char c
        cdef double s
        reserve_ints(&self.cols, self.n)
        reserve_doubles(&self.values, self.n)
        self.add(output, 1.0)
        while True:
            i = self.next()
            if i < 0:
                break
            c = self.classes[i]
            s = self.bar[i]
            self.bar[i] = 0.0
            self.steps += 1
            if c & DX:
                self.add(self.a[i], s * self.da[i])
            if c & DY:
                self.add(self.b[i], s * self.db[i])
            if c & TERMS:
                self.steps += self.b[i]
                for k in range(self.a[i], self.a[i] + self.b[i]):
                    if self.pool_weights[k] != 0.0 and self.classes[self.pool_ids[k]]:
                        self.add(self.pool_ids[k], s * self.pool_weights[k])
        sort(self.cols.data + begin, self.cols.size - begin)
        for k in range(begin, self.cols.size):
            col = self.cols.data[k]
            self.values.data[k] = self.bar[col]
            self.bar[col] = 0.0
            self.met[col] = 0
        self.values.size = self.cols.size
        return 0


def accumulate(Tape tape, const int[::1] outputs, Py_ssize_t max_steps):
    """Row pointers, columns and values of the Jacobian of nodes at the point of the tape.

    None if it takes more steps, or a node's derivatives are not a matter of its operands' alone:
    results of external functions, and those of ``where`` and ``maximum``, behind whose unused
    side a derivative may be infinite.
    """
    cdef Py_ssize_t i, r, nodes = tape.size
    if nodes == 0 or tape.externals:
        return None
    for i in range(nodes):
        # Of external functions there are also those that were only solved or differentiated here.
        if tape.op[i] == OP_EXTERNAL or (
                tape.op[i] > OP_EXTERNAL and OP_SELECTS[tape.op[i]]):
            return None
    cdef Py_ssize_t terms = tape.pool_size
    cdef int[::1] ids = <int[:terms]> tape.pool_ids if terms else np.empty(0, dtype=np.int32)
    cdef double[::1] weights = <double[:terms]> tape.pool_weights if terms else np.empty(0)
    cdef Walk walk = Walk()
    walk.classes = classify(
        <unsigned char[:nodes]> tape.op, <int[:nodes]> tape.a, <int[:nodes]> tape.b,
        <double[:nodes]> tape.val, ids, weights, tape.num_inputs, False)
    walk.a = tape.a
    walk.b = tape.b
    walk.pool_ids = tape.pool_ids
    walk.pool_weights = tape.pool_weights
    walk.da = np.empty(nodes)
    walk.db = np.empty(nodes)
    walk.uses = np.zeros(nodes, dtype=np.int32)
    walk.bar = np.zeros(nodes)
    walk.met = np.zeros(nodes, dtype=np.uint8)
    walk.stack = np.empty(nodes, dtype=np.int32)
    walk.heap = np.empty(nodes, dtype=np.int32)
    walk.n = tape.num_inputs
    indptr_array = np.zeros(outputs.shape[0] + 1, dtype=np.int32)
    cdef int[::1] indptr = indptr_array
    with nogil:
        walk.prepare(tape)
        for r in range(outputs.shape[0]):
            if walk.classes[outputs[r]]:
                walk.row(outputs[r])
                if walk.steps > max_steps or walk.cols.size > 2147483647:
                    with gil:
                        return None
            indptr[r + 1] = <int> walk.cols.size
    return indptr_array, ints(&walk.cols), doubles(&walk.values)
