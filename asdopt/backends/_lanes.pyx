# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""The part of a tape that derivatives pass through, as the rows of a sweep.

A node gets a row when its result moves with the inputs and reaches an output. Linear nodes that
only linear nodes read have none: ``s += w * x`` in a loop of a hundred steps is one weighted sum,
as ``w @ x`` is, and one row instead of two hundred.
"""

import numpy as np

from asdopt._operators cimport (
    OP_ADD, OP_ARITY, OP_CONSTANT, OP_DIVIDE, OP_DX, OP_DY, OP_EXTERNAL, OP_MULTIPLY,
    OP_NEGATIVE, OP_SUBTRACT, OP_SUM,
)
from libc.math cimport isfinite


cdef class Terms:
    """Operands of linear nodes that derivatives pass through, with their constant factors."""

    cdef Py_ssize_t count(self, Py_ssize_t i) noexcept nogil:
        """Number of places to ask ``term`` for; 0 when the node is not linear."""
        cdef int o = self.op[i]
        cdef Py_ssize_t k
        if o == OP_SUM:
            for k in range(self.a[i], self.a[i] + self.b[i]):
                if not isfinite(self.weights[k]):
                    return 0
            return self.b[i]
        if o == OP_ADD or o == OP_SUBTRACT:
            return 2
        if o == OP_NEGATIVE:
            return 1
        if o == OP_MULTIPLY and self.op[self.a[i]] == OP_CONSTANT:
            return isfinite(self.val[self.a[i]])
        if o == OP_MULTIPLY and self.op[self.b[i]] == OP_CONSTANT:
            return isfinite(self.val[self.b[i]])
        if o == OP_DIVIDE and self.op[self.b[i]] == OP_CONSTANT:
            return isfinite(1.0 / self.val[self.b[i]])
        return 0

    cdef Py_ssize_t term(self, Py_ssize_t i, Py_ssize_t k, double *factor) noexcept nogil:
        """Operand k of a linear node, -1 where it does not move, and its factor."""
        cdef int o = self.op[i]
        cdef Py_ssize_t operand = self.a[i]
        factor[0] = 1.0
        if o == OP_SUM:
            operand = self.pool[self.a[i] + k]
            factor[0] = self.weights[self.a[i] + k]
        elif o == OP_NEGATIVE:
            factor[0] = -1.0
        elif o == OP_DIVIDE:
            factor[0] = 1.0 / self.val[self.b[i]]
        elif o == OP_MULTIPLY:
            if self.op[operand] == OP_CONSTANT:
                factor[0] = self.val[operand]
                operand = self.b[i]
            else:
                factor[0] = self.val[self.b[i]]
        elif k == 1:
            operand = self.b[i]
            if o == OP_SUBTRACT:
                factor[0] = -1.0
        return operand if self.active[operand] else -1


cdef class Lanes:
    """Rows of a tape for sweeps: row i is input i, then one row that stays 0, then the nodes.

    Parameters
    ----------
    trace : Trace
    active : ndarray of uint8, shape (num_nodes,)
        Nodes that derivatives pass through.
    joined : bool
        Whether to join linear nodes; without, every active node has a row.
    """

    def __init__(self, trace, const unsigned char[::1] active, bint joined):
        cdef Py_ssize_t n = trace.num_nodes, first = trace.num_inputs + trace.num_parameters
        cdef Terms terms = Terms()
        terms.op, terms.a, terms.b, terms.pool = trace.op, trace.a, trace.b, trace.pool_ids
        terms.val, terms.weights, terms.active = trace.val, trace.pool_weights, active
        cdef unsigned char[::1] needed = np.zeros(n, np.uint8)
        cdef int[::1] linear_uses = np.zeros(n, np.int32)
        cdef Py_ssize_t[::1] sizes = np.zeros(n, np.intp)
        cdef int[::1] ids
        cdef Py_ssize_t i
        self.num_inputs = trace.num_inputs
        for i in range(self.num_inputs):
            needed[i] = 1
        for ids in [trace.outputs, *[call.inputs for call in trace.externals]]:
            for i in range(ids.shape[0]):
                needed[ids[i]] = 1
        if joined:
            find_needs(terms, first, needed, linear_uses, sizes)
        if not self.fill(terms, first, needed, linear_uses, sizes):
            # A product of constant factors overflows: let each node do its own part.
            sizes[:] = 0
            self.fill(terms, first, needed, linear_uses, sizes)
        self.point()

    cdef bint fill(self, Terms terms, Py_ssize_t first, const unsigned char[::1] needed,
                   const int[::1] linear_uses, const Py_ssize_t[::1] sizes):
        """Write the rows; whether all joined factors are finite."""
        cdef Py_ssize_t n = terms.op.shape[0], i, k, j, start, total
        cdef Py_ssize_t most = self.num_inputs + 1 + max(n - first, 0), depth
        cdef int o, r
        cdef double factor, f
        cdef bint dx, dy, finite = True
        self.kind = np.zeros(most, np.uint8)
        self.a, self.b, self.node = (np.zeros(most, np.int32) for _ in range(3))
        self.row = np.full(n, self.num_inputs, np.int32)
        # Each operand of a linear node is written once, or moves on with a node read once.
        room = 2 * max(n - first, 0) + terms.pool.shape[0] + 1
        self.pool = np.zeros(room, np.int32)
        self.weights = np.zeros(room)
        self.num_rows = self.num_inputs + 1
        self.num_terms = 0
        # A node that is a factor times a row: the factor; 0 for one that waits for its reader.
        cdef double[::1] scale = np.ones(n)
        cdef int[::1] place = np.full(most, -1, np.int32)
        cdef Py_ssize_t[::1] waiting = np.empty(n + 1, np.intp)
        cdef double[::1] factors = np.empty(n + 1)
        for i in range(min(self.num_inputs, n)):
            self.row[i] = <int> i
        with nogil:
            for i in range(first, n):
                if not terms.active[i]:
                    continue
                o = terms.op[i]
                if sizes[i] == 0:
                    start = self.num_terms
                    if o == OP_SUM or o == OP_EXTERNAL:
                        for k in range(terms.a[i], terms.a[i] + terms.b[i]):
                            self.pool[self.num_terms] = self.row[terms.pool[k]]
                            self.weights[self.num_terms] = terms.weights[k]
                            self.num_terms += 1
                        self.add_row(i, LANE_SUM, <int> start, terms.b[i])
                        continue
                    dx = OP_DX[o] and terms.active[terms.a[i]]
                    dy = OP_ARITY[o] == 2 and OP_DY[o] and terms.active[terms.b[i]]
                    self.add_row(
                        i, (LANE_BINARY if dx else LANE_SECOND) if dy else LANE_UNARY,
                        self.row[terms.a[i]], self.row[terms.b[i]])
                    continue
                total = 0
                for k in range(sizes[i]):
                    j = terms.term(i, k, &f)
                    if j >= 0:
                        total += 1
                        start = j
                        factor = f
                if total == 1 and scale[start] != 0.0:
                    factor *= scale[start]
                    # Zero times something is kept as a sum: what is infinite must be seen.
                    if factor == 1.0 or (factor != 0.0 and not needed[i]):
                        finite = finite and isfinite(factor)
                        self.row[i] = self.row[start]
                        scale[i] = factor
                        continue
                if not needed[i] and linear_uses[i] == 1:
                    scale[i] = 0.0
                    continue
                # Write down what the node is a sum of, through the nodes that wait.
                start = self.num_terms
                waiting[0] = i
                factors[0] = 1.0
                depth = 1
                while depth:
                    depth -= 1
                    j = waiting[depth]
                    factor = factors[depth]
                    for k in range(sizes[j] - 1, -1, -1):
                        o = <int> terms.term(j, k, &f)
                        if o < 0:
                            continue
                        f *= factor
                        if scale[o] == 0.0:
                            waiting[depth] = o
                            factors[depth] = f
                            depth += 1
                            continue
                        f *= scale[o]
                        r = self.row[o]
                        finite = finite and isfinite(f)
                        if place[r] < start:
                            place[r] = <int> self.num_terms
                            self.pool[self.num_terms] = r
                            self.weights[self.num_terms] = f
                            self.num_terms += 1
                        else:
                            self.weights[place[r]] += f
                            finite = finite and isfinite(self.weights[place[r]])
                self.add_row(i, LANE_SUM, <int> start, <int> (self.num_terms - start))
        return finite

    cdef void add_row(self, Py_ssize_t i, int kind, int a, int b) noexcept nogil:
        cdef Py_ssize_t r = self.num_rows
        self.kind[r] = <unsigned char> kind
        self.a[r] = a
        self.b[r] = b
        self.node[r] = <int> i
        self.row[i] = <int> r
        self.num_rows += 1

    cdef void point(self):
        """Say where the arrays are, and which row reads an input first."""
        cdef Py_ssize_t i, k
        cdef int kind
        self.first_use = np.full(max(self.num_inputs, 1), self.num_rows, dtype=np.int32)
        for i in range(self.num_rows - 1, self.num_inputs, -1):
            kind = self.kind[i]
            if kind == LANE_SUM:
                for k in range(self.a[i], self.a[i] + self.b[i]):
                    self.use(self.pool[k], i)
            if kind == LANE_UNARY or kind == LANE_BINARY:
                self.use(self.a[i], i)
            if kind == LANE_SECOND or kind == LANE_BINARY:
                self.use(self.b[i], i)
        self.bar = np.zeros(self.num_rows)
        self.tape.kind = &self.kind[0]
        self.tape.a = &self.a[0]
        self.tape.b = &self.b[0]
        self.tape.node = &self.node[0]
        self.tape.pool = &self.pool[0]
        self.tape.weights = &self.weights[0]
        self.tape.bar = &self.bar[0]

    cdef Py_ssize_t rows_below(self, Py_ssize_t node) noexcept nogil:
        """Number of rows at the front that belong to inputs and to nodes before this one."""
        cdef Py_ssize_t low = self.num_inputs + 1, high = self.num_rows, middle
        while low < high:
            middle = (low + high) // 2
            if self.node[middle] < node:
                low = middle + 1
            else:
                high = middle
        return low

    cdef void assign_slots(self, int[::1] outputs):
        """Give each row a place for its adjoints, from its last reader on down to itself."""
        cdef _Slots slots = _Slots()
        cdef Py_ssize_t i, k
        cdef int kind
        slots.slot = np.full(self.num_rows, -1, np.int32)
        slots.free = np.empty(self.num_rows, np.int32)
        self.slot_a, self.slot_b = (np.zeros(self.num_rows, np.int32) for _ in range(2))
        self.slot_pool = np.zeros(self.pool.shape[0], np.int32)
        for i in range(self.num_inputs + 1):
            slots.get(<int> i)
        for i in range(outputs.shape[0]):
            slots.get(self.row[outputs[i]])
        for i in range(self.num_rows - 1, self.num_inputs, -1):
            kind = self.kind[i]
            if kind == LANE_SUM:
                for k in range(self.a[i], self.a[i] + self.b[i]):
                    self.slot_pool[k] = slots.get(self.pool[k])
            if kind == LANE_UNARY or kind == LANE_BINARY:
                self.slot_a[i] = slots.get(self.a[i])
            if kind == LANE_SECOND or kind == LANE_BINARY:
                self.slot_b[i] = slots.get(self.b[i])
            slots.get(<int> i)
            # Only now: operands must not share the slot that is read.
            slots.release(<int> i)
        self.slot = slots.slot
        self.num_slots = slots.num_slots
        self.tape.slot = &self.slot[0]
        self.tape.slot_a = &self.slot_a[0]
        self.tape.slot_b = &self.slot_b[0]
        self.tape.slot_pool = &self.slot_pool[0]

    cdef void use(self, int operand, Py_ssize_t row) noexcept nogil:
        if operand < self.num_inputs:
            self.first_use[operand] = <int> row


cdef void find_needs(Terms terms, Py_ssize_t first, unsigned char[::1] needed,
                     int[::1] linear_uses, Py_ssize_t[::1] sizes) noexcept nogil:
    """Mark which nodes need a row of their own; count the linear nodes that read a node."""
    cdef Py_ssize_t i, j, k
    cdef int o
    cdef double f
    for i in range(terms.op.shape[0] - 1, first - 1, -1):
        if not terms.active[i]:
            continue
        o = terms.op[i]
        sizes[i] = terms.count(i) if o != OP_EXTERNAL else 0
        if sizes[i]:
            for k in range(sizes[i]):
                j = terms.term(i, k, &f)
                if j >= 0:
                    linear_uses[j] += 1
        elif o == OP_SUM or o == OP_EXTERNAL:
            for k in range(terms.a[i], terms.a[i] + terms.b[i]):
                needed[terms.pool[k]] = 1
        else:
            if OP_DX[o]:
                needed[terms.a[i]] = 1
            if OP_ARITY[o] == 2 and OP_DY[o]:
                needed[terms.b[i]] = 1


cdef class _Slots:
    """Slots given to rows while their adjoints are alive."""

    cdef int[::1] slot, free
    cdef Py_ssize_t num_free, num_slots

    cdef int get(self, int row) noexcept nogil:
        """Slot of a row, a new one if it has none."""
        if self.slot[row] < 0:
            if self.num_free:
                self.num_free -= 1
                self.slot[row] = self.free[self.num_free]
            else:
                self.slot[row] = <int> self.num_slots
                self.num_slots += 1
        return self.slot[row]

    cdef void release(self, int row) noexcept nogil:
        self.free[self.num_free] = self.slot[row]
        self.num_free += 1
