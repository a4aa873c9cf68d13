# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Values of a tape's nodes at a point, and their partial derivatives there.

Enters: a trace and a point. Leaves: what ``_sweeps.pyx`` multiplies.
"""

import numpy as np

from asdopt._errors import EvaluationError, InputError

from asdopt._operators cimport (
    OP_ADD, OP_ARITY, OP_CONSTANT, OP_DIVIDE, OP_DX, OP_DY, OP_EXTERNAL, OP_MULTIPLY,
    OP_NEGATIVE, OP_SELECTS, OP_SUBTRACT, OP_SUM, op_first, op_second, op_value,
)

from asdopt.backends._lanes cimport Lanes
from libc.string cimport memcmp


cdef int check_size(Py_ssize_t given, Py_ssize_t wanted, str what) except -1:
    if given != wanted:
        raise InputError(
            f"{given} numbers were given for the {wanted} {what} of the function: give one for each"
        )
    return 0


cdef class Partials:
    """Working arrays of one tape; not thread-safe, its owner holds a lock.

    Parameters
    ----------
    trace : Trace
    joined : bool
        Join linear nodes in what derivatives pass through (:class:`Lanes`). That takes as long as
        a few sweeps and makes each faster: for traces that are differentiated more than once.
    num_first : int, optional
        Number of nodes at the front that suffice for the guards and for output 0, which can be
        evaluated without the others; default: all.
    """

    def __init__(self, trace, joined=True, num_first=None):
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
        self.num_first = n if num_first is None else num_first
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

    cdef int mark_active(self) except -1:
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
        return 0

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

    cdef int begin(self) except -1:
        if self.is_calling:
            raise EvaluationError(
                "a function was evaluated by an external function that is a part of it, while that "
                "was being evaluated; the values so far would be lost: evaluate it elsewhere, or "
                "another one made of the same functions"
            )
        return 0

    cdef ask(self, function, x, weights=None):
        """Call an external function, which may be Python code of the user."""
        self.is_calling = True
        try:
            return function(x) if weights is None else function(x, weights)
        finally:
            self.is_calling = False

    def values(self, const double[::1] x, const double[::1] parameters=None):
        """Evaluate the first nodes at x; return whether all guards hold."""
        cdef Py_ssize_t i
        cdef double[::1] v = self.val
        self.begin()
        self.num_known = 0
        check_size(x.shape[0], self.num_inputs, "variables")
        if parameters is not None:
            check_size(parameters.shape[0], self.first_node - self.num_inputs, "parameters")
        for i in range(self.num_inputs):
            v[i] = x[i]
        if parameters is not None:
            for i in range(self.num_inputs, self.first_node):
                v[i] = parameters[i - self.num_inputs]
        self.fill(self.first_node, self.num_first)
        for i in range(self.guard_nodes.shape[0]):
            if not v[self.guard_nodes[i]] == self.guard_values[i]:
                return False
        return True

    def is_at(self, const double[::1] x):
        """Whether x was given to ``values`` last, bit for bit."""
        return x.shape[0] == self.num_inputs and (
            self.num_inputs == 0
            or memcmp(&x[0], &self.val[0], self.num_inputs * sizeof(double)) == 0)

    def other_values(self):
        """Evaluate the nodes that ``values`` has left out."""
        self.begin()
        self.fill(self.num_first, self.num_nodes)

    cdef int fill(self, Py_ssize_t start, Py_ssize_t stop) except -1:
        """Values of the nodes start, ..., stop - 1, external functions included."""
        cdef Py_ssize_t first
        if start >= stop:
            return 0
        for call in self.calls:
            first = call.first
            if not start <= first < stop:
                continue
            self.evaluate(start, first)
            start = first + call.count
            view = np.asarray(self.val)
            view[first:start] = self.ask(call.function.values, view[call.inputs])
        with nogil:
            self.evaluate(start, stop)
        return 0

    def output_values(self):
        """Values of the outputs after ``values``."""
        cdef Py_ssize_t i
        self.begin()
        result = np.empty(self.outputs.shape[0])
        cdef double[::1] o = result
        for i in range(self.outputs.shape[0]):
            o[i] = self.val[self.outputs[i]]
        return result

    def first_output(self):
        """Value of output 0 after ``values``."""
        self.begin()
        return self.val[self.outputs[0]]

    def first(self):
        """First partials of every node at the last point."""
        self.begin()
        self.differentiate_all(self.num_nodes)

    def first_of_first(self):
        """First partials of the first nodes, as output 0 alone needs them."""
        self.begin()
        self.differentiate_all(self.num_first)

    cdef int differentiate_all(self, Py_ssize_t stop) except -1:
        """First partials of the nodes up to ``stop``, as far as they are not known at the point."""
        cdef Py_ssize_t i, k, start = self.num_known
        for call in self.calls:
            if start <= call.first < stop:
                self.set_external_weights(call)
        with nogil:
            if self.selects:
                for i in range(self.first_node, stop):
                    # Those that no output used so far were cleared.
                    if (i >= start or not self.used[i]) and (
                            self.op[i] > OP_EXTERNAL and self.active[i]):
                        self.differentiate(i)
            else:
                for k in range(self.varying.shape[0]):
                    if start <= self.varying[k] < stop:
                        self.differentiate(self.varying[k])
                # Partial derivatives of linear nodes are set once.
                for i in range(max(self.num_set, self.first_node), stop):
                    if self.op[i] > OP_EXTERNAL and self.active[i]:
                        self.differentiate(i)
        self.num_set = max(self.num_set, stop)
        self.num_known = stop
        if self.selects:
            self.cut(stop)
        return 0

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
            self.ask(call.function.jacobian_values, np.asarray(self.val)[call.inputs]),
            dtype=np.float64)
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

    cdef void cut(self, Py_ssize_t stop) noexcept:
        """Clear the partials of nodes, of those up to ``stop``, that no output uses at this point.

        Behind the unused side of a where or maximum a derivative may be infinite, and 0 times
        infinity must not reach the result.
        """
        cdef Py_ssize_t i, k
        cdef int o
        cdef unsigned char[::1] used = self.used
        used[:] = 0
        for i in range(self.outputs.shape[0]):
            used[self.outputs[i]] = 1
        for i in range(stop - 1, self.first_node - 1, -1):
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
        self.begin()
        if not self.has_second:
            self.daa = np.zeros(self.num_nodes)
            self.dab = np.zeros(self.num_nodes)
            self.dbb = np.zeros(self.num_nodes)
            if self.num_nodes:
                self.rows.tape.daa = &self.daa[0]
                self.rows.tape.dab = &self.dab[0]
                self.rows.tape.dbb = &self.dbb[0]
            self.has_second = True
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
