# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Sweeps over a tape: values, partials, and forward, reverse, forward-over-reverse products.

Products run LANES seeds at once, so that one pass over the tape serves several colors.
"""

import numpy as np

cimport numpy as cnp
from asdopt._operators cimport (
    OP_ADD, OP_ARITY, OP_CONSTANT, OP_DIVIDE, OP_DX, OP_DY, OP_EXTERNAL, OP_MULTIPLY,
    OP_NEGATIVE, OP_SELECTS, OP_SUBTRACT, OP_SUM, op_first, op_second, op_value,
)
from libc.string cimport memset

from asdopt.backends._lanes cimport LANES, Lanes, LaneTape

cnp.import_array()

cdef extern from "backends/_lane_builds.h" nogil:
    ctypedef struct LaneSweeps:
        void (*forward)(const LaneTape *, Py_ssize_t, Py_ssize_t, double *) noexcept nogil
        void (*reverse)(const LaneTape *, Py_ssize_t, Py_ssize_t, double *) noexcept nogil
        void (*reverse_tangents)(const LaneTape *, Py_ssize_t, Py_ssize_t, const double *,
                                 double *) noexcept nogil
    LaneSweeps choose_lanes()
    void reverse_one(const LaneTape *, Py_ssize_t, Py_ssize_t) noexcept nogil

NUM_LANES = LANES
cdef LaneSweeps SWEEP = choose_lanes()


cdef lines(Py_ssize_t count):
    """Zeros, shape (count, LANES), each row on a cache line of its own."""
    cdef double[::1] room = np.zeros((count + 1) * LANES)
    cdef size_t skipped = (64 - (<size_t> &room[0]) % 64) % 64 // sizeof(double)
    return np.asarray(room)[skipped:skipped + count * LANES].reshape(count, LANES)


cdef class Sweeps:
    """Working arrays of one tape; not thread-safe, its owner holds a lock.

    ``t`` and ``u`` are (num_rows, LANES) and (num_slots, LANES): tangents and adjoints of the rows.

    Parameters
    ----------
    trace : Trace
    joined : bool
        Join linear nodes in what derivatives pass through (:class:`Lanes`). That takes as long as
        a few sweeps and makes each faster: for traces that are differentiated more than once.
    """

    cdef unsigned char[::1] op
    cdef int[::1] a
    cdef int[::1] b
    cdef double[::1] val
    cdef int[::1] pool_ids
    cdef double[::1] pool_weights
    cdef int[::1] guard_nodes
    cdef double[::1] guard_values
    cdef int[::1] outputs
    cdef unsigned char[::1] active, used
    cdef double[::1] da, db, daa, dab, dbb
    cdef double[:, ::1] t, u, seeds
    cdef Lanes rows
    # Nodes whose partial derivatives change with the point.
    cdef int[::1] varying
    cdef Py_ssize_t num_nodes, num_inputs, first_node
    cdef bint selects, has_calls
    cdef tuple calls
    cdef list curvature
    # An unset memoryview is not None in C: these tell which arrays exist.
    cdef bint has_first, has_second, has_lanes

    def __init__(self, trace, joined=True):
        cdef Py_ssize_t i
        cdef int o
        self.op = trace.op
        self.a = trace.a
        self.b = trace.b
        self.val = trace.val.copy()
        self.pool_ids = trace.pool_ids
        self.calls = trace.externals
        self.has_calls = len(self.calls) > 0
        self.pool_weights = trace.pool_weights
        self.guard_nodes = trace.guard_nodes
        self.guard_values = trace.guard_values
        self.outputs = trace.outputs
        self.num_nodes = trace.num_nodes
        self.num_inputs = trace.num_inputs
        self.first_node = trace.num_inputs + trace.num_parameters
        n = self.num_nodes
        self.active = np.zeros(n, dtype=np.uint8)
        self.used = np.zeros(n, dtype=np.uint8)
        self.da = np.zeros(n)
        self.db = np.zeros(n)
        self.selects = False
        self.mark_active()
        for i in range(self.first_node, n):
            o = self.op[i]
            if OP_SELECTS[o] and o > OP_EXTERNAL:
                self.selects = True
        varies = np.zeros(n, dtype=bool)
        cdef unsigned char[::1] mask = varies.view(np.uint8)
        for i in range(self.first_node, n):
            mask[i] = self.op[i] > OP_EXTERNAL and self.active[i] and not self.is_linear(i)
        self.varying = np.flatnonzero(varies).astype(np.int32)
        self.rows = Lanes(trace, self.active, joined)
        if n:
            self.rows.tape.da = &self.da[0]
            self.rows.tape.db = &self.db[0]

    cdef bint is_linear(self, Py_ssize_t i) noexcept nogil:
        """Whether the partial derivatives of a node are constants."""
        cdef int o = self.op[i]
        if o == OP_MULTIPLY:
            return self.op[self.a[i]] == OP_CONSTANT or self.op[self.b[i]] == OP_CONSTANT
        if o == OP_DIVIDE:
            return self.op[self.b[i]] == OP_CONSTANT
        return o == OP_ADD or o == OP_SUBTRACT or o == OP_NEGATIVE

    cdef void mark_active(self) noexcept:
        """A node is active when it lies between inputs and outputs; only active ones count.

        Conditions pass no derivative on: an infinite one below a guard or a comparison, of
        ``sqrt(x) >= 0`` at 0, belongs to no result.
        """
        cdef Py_ssize_t i, k
        cdef int o
        cdef unsigned char[::1] needed = np.zeros(self.num_nodes, dtype=np.uint8)
        for i in range(self.num_inputs):
            self.active[i] = 1
        for i in range(self.first_node, self.num_nodes):
            o = self.op[i]
            if o == OP_SUM or o == OP_EXTERNAL:
                for k in range(self.a[i], self.a[i] + self.b[i]):
                    if self.active[self.pool_ids[k]]:
                        self.active[i] = 1
                        break
            elif o > OP_EXTERNAL:
                self.active[i] = (OP_DX[o] and self.active[self.a[i]]) or (
                    OP_DY[o] and self.active[self.b[i]])
        for i in range(self.outputs.shape[0]):
            needed[self.outputs[i]] = 1
        for i in range(self.num_nodes - 1, self.first_node - 1, -1):
            if not needed[i]:
                self.active[i] = 0
            if not self.active[i]:
                continue
            o = self.op[i]
            if o == OP_SUM or o == OP_EXTERNAL:
                for k in range(self.a[i], self.a[i] + self.b[i]):
                    needed[self.pool_ids[k]] = 1
            else:
                if OP_DX[o]:
                    needed[self.a[i]] = 1
                if OP_DY[o]:
                    needed[self.b[i]] = 1

    cdef void evaluate(self, Py_ssize_t start, Py_ssize_t stop) noexcept nogil:
        """Values of the nodes start, ..., stop - 1."""
        cdef Py_ssize_t i, k
        cdef int o
        cdef double s
        cdef double *v = &self.val[0]
        for i in range(start, stop):
            o = self.op[i]
            if o == OP_MULTIPLY:
                v[i] = v[self.a[i]] * v[self.b[i]]
            elif o == OP_ADD:
                v[i] = v[self.a[i]] + v[self.b[i]]
            elif o == OP_SUBTRACT:
                v[i] = v[self.a[i]] - v[self.b[i]]
            elif o == OP_SUM:
                s = 0.0
                for k in range(self.a[i], self.a[i] + self.b[i]):
                    s += self.pool_weights[k] * v[self.pool_ids[k]]
                v[i] = s
            elif o > OP_EXTERNAL:
                v[i] = op_value(o, v[self.a[i]], v[self.b[i]])

    def values(self, double[::1] x, double[::1] parameters=None):
        """Evaluate every node at x; return whether all guards hold."""
        cdef Py_ssize_t i, start = self.first_node
        cdef double[::1] v = self.val
        for i in range(self.num_inputs):
            v[i] = x[i]
        if parameters is not None:
            for i in range(self.num_inputs, self.first_node):
                v[i] = parameters[i - self.num_inputs]
        for call in self.calls:
            if self.num_nodes:
                self.evaluate(start, call.first)
            start = call.first + call.count
            view = np.asarray(self.val)
            view[call.first:start] = call.function.values(view[call.inputs])
        if self.num_nodes:
            with nogil:
                self.evaluate(start, self.num_nodes)
        for i in range(self.guard_nodes.shape[0]):
            if not v[self.guard_nodes[i]] == self.guard_values[i]:
                return False
        return True

    def output_values(self, cnp.ndarray out=None):
        """Values of the outputs after ``values``."""
        cdef double[::1] o
        cdef Py_ssize_t i
        result = np.empty(self.outputs.shape[0]) if out is None else out
        o = result
        for i in range(self.outputs.shape[0]):
            o[i] = self.val[self.outputs[i]]
        return result

    @property
    def num_rows(self):
        """Number of rows of a sweep."""
        return self.rows.num_rows

    def first(self):
        """First partials of every node at the last point."""
        cdef Py_ssize_t i
        for call in self.calls:
            self.set_external_weights(call)
        with nogil:
            if self.selects or not self.has_first:
                for i in range(self.first_node, self.num_nodes):
                    if self.op[i] > OP_EXTERNAL and self.active[i]:
                        self.differentiate(i)
            else:
                for i in range(self.varying.shape[0]):
                    self.differentiate(self.varying[i])
        self.has_first = True
        if self.selects:
            self.cut()

    cdef void differentiate(self, Py_ssize_t i) noexcept nogil:
        """First partials of a node."""
        cdef double d[2]
        cdef int o = self.op[i]
        op_first(o, self.val[self.a[i]], self.val[self.b[i]], self.val[i], d)
        self.da[i] = d[0] if self.active[self.a[i]] else 0.0
        self.db[i] = d[1] if OP_ARITY[o] == 2 and self.active[self.b[i]] else 0.0

    cdef set_external_weights(self, call):
        """The terms of an external result get its Jacobian's row as weights."""
        cdef double[::1] values = np.ascontiguousarray(
            call.function.jacobian_values(np.asarray(self.val)[call.inputs]), dtype=np.float64)
        cdef Py_ssize_t r, k, start, at = 0, first = call.first
        cdef int[::1] lengths = call.function.row_lengths
        for r in range(call.count):
            if self.active[first + r]:
                start = self.rows.a[self.rows.row[first + r]]
                for k in range(lengths[r]):
                    self.rows.weights[start + k] = values[at + k]
                # What follows are surrogates that only detection reads.
                for k in range(lengths[r], self.b[first + r]):
                    self.rows.weights[start + k] = 0.0
            at += lengths[r]

    cdef find_curvature(self):
        """Hessians of the external functions for the adjoints of the last gradient, if new."""
        if self.curvature is not None:
            return
        values, bar = np.asarray(self.val), np.asarray(self.rows.bar)
        rows, active = np.asarray(self.rows.row), np.asarray(self.active)
        found = []
        for call in self.calls:
            results = slice(call.first, call.first + call.count)
            weights = np.where(active[results], bar[rows[results]], 0.0)
            found.append(call.function.hessian(values[call.inputs], weights))
        self.curvature = found

    cdef void cut(self) noexcept:
        """Clear the partials of nodes that no output uses at this point.

        Behind the unused side of a where or maximum a derivative may be infinite, and 0 times
        infinity must not reach the result.
        """
        cdef Py_ssize_t i, k
        cdef int o
        cdef unsigned char[::1] used = self.used
        used[:] = 0
        for i in range(self.outputs.shape[0]):
            used[self.outputs[i]] = 1
        for i in range(self.num_nodes - 1, self.first_node - 1, -1):
            o = self.op[i]
            if o == OP_SUM or o == OP_EXTERNAL:
                if used[i]:
                    for k in range(self.a[i], self.a[i] + self.b[i]):
                        used[self.pool_ids[k]] = 1
            elif o > OP_EXTERNAL:
                if not used[i]:
                    self.da[i] = 0.0
                    self.db[i] = 0.0
                    continue
                if OP_SELECTS[o]:
                    if self.da[i] != 0.0:
                        used[self.a[i]] = 1
                    if self.db[i] != 0.0:
                        used[self.b[i]] = 1
                else:
                    if OP_DX[o]:
                        used[self.a[i]] = 1
                    if OP_DY[o]:
                        used[self.b[i]] = 1

    def second(self):
        """Second partials of every node; ``first`` must have run at the same point."""
        cdef Py_ssize_t i, k
        cdef int o
        cdef double d[2]
        cdef double e[3]
        cdef bint aa, bb
        if not self.has_second:
            self.has_second = True
            self.daa = np.zeros(self.num_nodes)
            self.dab = np.zeros(self.num_nodes)
            self.dbb = np.zeros(self.num_nodes)
            if self.num_nodes:
                self.rows.tape.daa = &self.daa[0]
                self.rows.tape.dab = &self.dab[0]
                self.rows.tape.dbb = &self.dbb[0]
        with nogil:
            for k in range(self.varying.shape[0]):
                i = self.varying[k]
                o = self.op[i]
                aa = self.active[self.a[i]]
                bb = OP_ARITY[o] == 2 and self.active[self.b[i]]
                op_first(o, self.val[self.a[i]], self.val[self.b[i]], self.val[i], d)
                op_second(o, self.val[self.a[i]], self.val[self.b[i]], self.val[i], d, e)
                self.daa[i] = e[0] if aa else 0.0
                self.dab[i] = e[1] if aa and bb else 0.0
                self.dbb[i] = e[2] if bb else 0.0
                if self.selects and not self.used[i]:
                    self.daa[i] = 0.0
                    self.dab[i] = 0.0
                    self.dbb[i] = 0.0

    def nonfinite_partials(self):
        """Mask of the nodes with a partial derivative that is NaN or infinite."""
        bad = ~(np.isfinite(np.asarray(self.da)) & np.isfinite(np.asarray(self.db)))
        if self.has_second:
            bad |= ~np.isfinite(np.asarray(self.daa))
            bad |= ~np.isfinite(np.asarray(self.dab))
            bad |= ~np.isfinite(np.asarray(self.dbb))
        return bad

    cdef void lanes(self):
        """Make the arrays of lanes."""
        if self.has_lanes:
            return
        self.has_lanes = True
        self.t = lines(self.rows.num_rows)
        self.rows.assign_slots(self.outputs)
        self.u = lines(self.rows.num_slots)
        self.seeds = np.zeros((max(self.num_inputs, self.outputs.shape[0]), LANES))

    cdef void forward(self, double[:, ::1] seeds) noexcept nogil:
        """Tangents of all rows for up to LANES seeds, ``seeds`` (num_inputs, LANES)."""
        cdef Py_ssize_t i, k, start = self.rows.num_rows
        for i in range(self.num_inputs):
            for k in range(LANES):
                self.t[i, k] = seeds[i, k]
                if seeds[i, k] != 0.0 and self.rows.first_use[i] < start:
                    start = self.rows.first_use[i]
        # Nothing moves before the first row that reads a seeded input.
        memset(&self.t[self.num_inputs, 0], 0,
               (start - self.num_inputs) * LANES * sizeof(double))
        SWEEP.forward(&self.rows.tape, start, self.rows.num_rows, &self.t[0, 0])

    cdef void clear(self) noexcept nogil:
        """Clear the adjoints: of all slots where an external function may have ended a sweep."""
        cdef Py_ssize_t count = self.rows.num_slots if self.has_calls else self.num_inputs + 1
        memset(&self.u[0, 0], 0, count * LANES * sizeof(double))

    cdef int output_slot(self, Py_ssize_t i) noexcept nogil:
        return self.rows.slot[self.rows.row[self.outputs[i]]]

    cdef void reverse(self) noexcept nogil:
        SWEEP.reverse(&self.rows.tape, self.num_inputs + 1, self.rows.num_rows, &self.u[0, 0])

    def jacobian_columns(self, group, double[::1] out):
        """Entries of the Jacobian from one product with seeds; see :class:`Group`."""
        cdef const Py_ssize_t[::1] seeded = group.vertices
        cdef const Py_ssize_t[::1] lanes = group.lanes
        if self.num_nodes == 0:
            return
        self.lanes()
        self.seed(seeded, lanes, 1.0)
        self.forward(self.seeds)
        self.seed(seeded, lanes, 0.0)
        self.read(self.t, self.outputs, group, out)

    def jacobian_rows(self, group, double[::1] out):
        """The same from one product of seeds with the Jacobian."""
        cdef const Py_ssize_t[::1] seeded = group.vertices
        cdef const Py_ssize_t[::1] lanes = group.lanes
        cdef Py_ssize_t i
        if self.num_nodes == 0:
            return
        self.lanes()
        self.clear()
        for i in range(seeded.shape[0]):
            self.u[self.output_slot(seeded[i]), lanes[i]] += 1.0
        self.reverse()
        self.read(self.u, None, group, out)

    def hessian_columns(self, group, double[::1] out):
        """The same of the Hessian of the sum last given to ``gradient``."""
        cdef const Py_ssize_t[::1] seeded = group.vertices
        cdef const Py_ssize_t[::1] lanes = group.lanes
        if self.num_nodes == 0:
            return
        self.lanes()
        self.find_curvature()  # may raise, which must leave no seeds behind
        self.seed(seeded, lanes, 1.0)
        self.curve(self.seeds)
        self.seed(seeded, lanes, 0.0)
        self.read(self.u, None, group, out)

    cdef void seed(self, const Py_ssize_t[::1] vertices, const Py_ssize_t[::1] lanes,
                   double value) noexcept nogil:
        cdef Py_ssize_t i
        for i in range(vertices.shape[0]):
            self.seeds[vertices[i], lanes[i]] = value

    cdef read(self, double[:, ::1] products, int[::1] nodes, group, double[::1] out):
        """Take entries of products, of the rows of nodes or of inputs, into ``out``."""
        cdef const Py_ssize_t[::1] positions = group.positions
        cdef const Py_ssize_t[::1] rows = group.product_rows
        cdef const Py_ssize_t[::1] lanes = group.product_lanes
        cdef Py_ssize_t i
        if nodes is None:
            for i in range(positions.shape[0]):
                out[positions[i]] = products[rows[i], lanes[i]]
        else:
            for i in range(positions.shape[0]):
                out[positions[i]] = products[self.rows.row[nodes[rows[i]]], lanes[i]]

    def jvp(self, double[:, ::1] seeds):
        """Jacobian times seeds, (num_inputs, LANES) -> (num_outputs, LANES)."""
        cdef Py_ssize_t i, k
        cdef double[:, ::1] out
        self.lanes()
        out = np.empty((self.outputs.shape[0], LANES))
        if self.num_nodes == 0:
            return np.asarray(out)
        with nogil:
            self.forward(seeds)
            for i in range(self.outputs.shape[0]):
                for k in range(LANES):
                    out[i, k] = self.t[self.rows.row[self.outputs[i]], k]
        return np.asarray(out)

    def vjp(self, double[:, ::1] seeds):
        """Transposed Jacobian times seeds, (num_outputs, LANES) -> (num_inputs, LANES)."""
        cdef Py_ssize_t i, k
        self.lanes()
        out = np.empty((self.num_inputs, LANES))
        cdef double[:, ::1] result = out
        if self.num_nodes == 0:
            return out
        with nogil:
            self.clear()
            for i in range(self.outputs.shape[0]):
                for k in range(LANES):
                    self.u[self.output_slot(i), k] += seeds[i, k]
            self.reverse()
            for i in range(self.num_inputs):
                for k in range(LANES):
                    result[i, k] = self.u[i, k]
        return out

    def gradient(self, double[::1] weights, cnp.ndarray out=None):
        """Gradient of the weighted sum of the outputs; keeps the adjoints for ``hvp``."""
        cdef Py_ssize_t i, count = self.rows.num_rows
        cdef double *bar
        cdef double[::1] result
        grad = np.empty(self.num_inputs) if out is None else out
        result = grad
        self.curvature = None
        if self.num_nodes == 0:
            return grad
        bar = &self.rows.bar[0]
        with nogil:
            memset(bar, 0, count * sizeof(double))
            for i in range(self.outputs.shape[0]):
                bar[self.rows.row[self.outputs[i]]] += weights[i]
            reverse_one(&self.rows.tape, self.num_inputs + 1, count)
            for i in range(self.num_inputs):
                result[i] = bar[i]
        return grad

    cdef void reverse_tangents(self, Py_ssize_t stop, Py_ssize_t start) noexcept nogil:
        """Adjoints of the tangents of rows stop - 1, ..., start, passed to their operands."""
        SWEEP.reverse_tangents(&self.rows.tape, start, stop, &self.t[0, 0], &self.u[0, 0])

    def hvp(self, double[:, ::1] seeds):
        """Hessian of the sum last given to ``gradient`` times seeds, forward over reverse.

        (num_inputs, LANES) -> (num_inputs, LANES); ``second`` must have run.
        """
        cdef Py_ssize_t i, k
        self.lanes()
        out = np.empty((self.num_inputs, LANES))
        cdef double[:, ::1] result = out
        if self.num_nodes == 0:
            return out
        self.find_curvature()
        self.curve(seeds)
        for i in range(self.num_inputs):
            for k in range(LANES):
                result[i, k] = self.u[i, k]
        return out

    cdef curve(self, double[:, ::1] seeds):
        """Leave the Hessian's products with the seeds in ``u``."""
        cdef Py_ssize_t stop = self.rows.num_rows, start
        with nogil:
            self.forward(seeds)
            self.clear()
        rows, active = np.asarray(self.rows.row), np.asarray(self.active)
        for call, hessian in zip(reversed(self.calls), reversed(self.curvature)):
            results = np.flatnonzero(active[call.first:call.first + call.count])
            if not results.size:
                continue
            start = rows[call.first + results[0]]
            self.reverse_tangents(stop, start)
            tangents, adjoints = np.asarray(self.t), np.asarray(self.u)
            inputs = rows[call.inputs]
            slots = np.asarray(self.rows.slot)[inputs]
            np.add.at(adjoints, slots, hessian @ tangents[inputs])
            stop = start
        with nogil:
            self.reverse_tangents(stop, self.num_inputs + 1)
