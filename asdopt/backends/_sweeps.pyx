# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Sweeps over a tape: forward, reverse, and forward-over-reverse products.

Enters: a trace with its partial derivatives at a point (``_partials.pyx``). Leaves: products with
its Jacobian or Hessian, and entries of these. LANES seeds run at once, so that one pass over the
tape serves several colors.
"""

import numpy as np

from libc.string cimport memset

from asdopt.backends._lanes cimport LANES, LaneTape
from asdopt.backends._partials cimport Partials, check_size

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


cdef class Sweeps(Partials):
    """Products of one tape; not thread-safe, its owner holds a lock.

    ``t`` and ``u`` are (num_rows, LANES) and (num_slots, LANES): tangents and adjoints of the rows.
    Parameters are those of :class:`Partials`.
    """

    cdef double[:, ::1] t, u, seeds
    cdef list curvature
    cdef bint has_lanes  # an unset memoryview is not None in C

    @property
    def num_rows(self):
        """Number of rows of a sweep."""
        return self.rows.num_rows

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
            found.append(self.ask(call.function.hessian, values[call.inputs], weights))
        self.curvature = found

    cdef void lanes(self):
        """Make the arrays of lanes."""
        if self.has_lanes:
            return
        self.t = lines(self.rows.num_rows)
        self.rows.assign_slots(self.outputs)
        self.u = lines(self.rows.num_slots)
        self.seeds = np.zeros((max(self.num_inputs, self.outputs.shape[0]), LANES))
        self.has_lanes = True

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
        self.begin()
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
        self.begin()
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
        self.begin()
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
        self.begin()
        check_size(seeds.shape[0], self.num_inputs, "variables")
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
        self.begin()
        check_size(seeds.shape[0], self.outputs.shape[0], "results")
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

    def gradient(self, const double[::1] weights):
        """Gradient of the weighted sum of the outputs; keeps the adjoints for ``hvp``."""
        self.begin()
        check_size(weights.shape[0], self.outputs.shape[0], "results")
        return self.weighted_gradient(weights, self.rows.num_rows)

    def first_gradient(self):
        """Gradient of output 0, where ``first_of_first`` was run."""
        self.begin()
        return self.weighted_gradient(np.ones(1), self.rows.rows_below(self.num_first))

    cdef weighted_gradient(self, const double[::1] weights, Py_ssize_t count):
        """Gradient of the weighted sum of the first outputs, which stand in ``count`` rows."""
        cdef Py_ssize_t i
        cdef double *bar
        cdef double[::1] result
        grad = np.empty(self.num_inputs)
        result = grad
        self.curvature = None
        if self.num_nodes == 0:
            return grad
        bar = &self.rows.bar[0]
        with nogil:
            memset(bar, 0, count * sizeof(double))
            for i in range(weights.shape[0]):
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
        self.begin()
        check_size(seeds.shape[0], self.num_inputs, "variables")
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
