# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""The tape: scalar nodes as a struct of arrays, with their primal values.

Its memory is in ``_tape_memory.pyx``; what becomes of values that outlive it, in
``_left_behind.pyx``.
"""

import numpy as np

from asdopt._errors import LeftBehindError, TracingError

cimport numpy as cnp
from asdopt._operators cimport (
    OP_ADD, OP_ARITY, OP_CONSTANT, OP_EXTERNAL, OP_INPUT, OP_MULTIPLY, OP_PARAMETER, OP_POWER,
    OP_POWER_CONSTANT, OP_SQRT, OP_SQUARE, OP_SUBTRACT, OP_SUM, op_value,
)
from libc.math cimport NAN

from asdopt.tracing._tape_memory cimport TapeMemory

cnp.import_array()

LEFT_BEHIND = (
    "an operation on a traced value was asked for after its trace had ended, so it would be lost; "
    "the value was left behind in a global, an attribute, an array or a cache: let the function "
    "return what it computes instead of storing it"
)

# Tells whether a trace runs on this thread; set by _callee.pyx, which cannot be imported from here.
cdef object is_tracing = bool


def install_tracing(asked):
    """Take the function that tells whether a trace runs on this thread."""
    global is_tracing
    is_tracing = asked


cdef cnp.ndarray contiguous(cnp.ndarray ids):
    if cnp.PyArray_ISCARRAY_RO(ids) and cnp.PyArray_TYPE(ids) == cnp.NPY_INT32:
        return ids
    return np.array(ids, dtype=np.int32, order="C")


cdef class Tape(TapeMemory):
    def __cinit__(self, Py_ssize_t num_inputs, values=None, *, bint primal=False,
                  Py_ssize_t num_parameters=0):
        cdef double[::1] x
        cdef Py_ssize_t i
        self.primal = primal
        self.guard_nodes = []
        self.guard_values = []
        self.lines = []
        self.externals = []
        self.num_inputs = num_inputs
        self.num_parameters = num_parameters
        self.grow(num_inputs + num_parameters + 64)
        for i in range(num_inputs + num_parameters):
            self.op[i] = OP_INPUT if i < num_inputs else OP_PARAMETER
            self.a[i] = i
            self.b[i] = 0
            self.val[i] = NAN
        if values is not None:
            x = np.ascontiguousarray(values, dtype=np.float64)
            for i in range(x.shape[0]):
                self.val[i] = x[i]
        self.size = num_inputs + num_parameters

    def __reduce__(self):
        raise TracingError(
            "pickling a tracer was asked for; its tape lives only while the function is traced: "
            "keep data and results of other runs out of traced values"
        )

    cdef int grow(self, Py_ssize_t more) except -1:
        """Make room for more nodes, where there may be more."""
        if self.closed and not self.resting and not self.as_numbers():
            raise LeftBehindError(LEFT_BEHIND)
        return self.reserve(more, 16 * self.num_inputs)

    cdef bint as_numbers(self) except -1:
        """Make constants of all nodes of a trace that has ended.

        A value left behind is the number it was, as it would be without any trace. Where it
        depended on the variables its node has 1 for ``a``: see :meth:`adopt`.
        """
        cdef Py_ssize_t i
        cdef const unsigned char *op = self.op
        cdef const int *a = self.a
        cdef const double *val = self.val
        if self.are_numbers or not self.primal or not self.is_done:
            return self.are_numbers
        self.leave()
        self.reserve(0, 0)  # nothing moves unless the memory was left, where it stays as it is
        self.are_numbers = True
        for i in range(self.size):
            # A constant has 1 where it was made of a value of a trace before.
            self.a[i] = op[i] != OP_CONSTANT or a[i] != 0
            self.val[i] = val[i]
        for i in range(self.size):
            self.op[i] = OP_CONSTANT
            self.b[i] = 0
        return True

    cdef int adopt(self, Tape other, int node) except -1:
        """Make a constant of a value of a trace that has ended; note one that had derivatives."""
        if not other.as_numbers():
            raise LeftBehindError(LEFT_BEHIND)
        if other.a[node]:
            self.num_stale += 1
        return self.append(OP_CONSTANT, other.a[node], 0, other.val[node])

    cdef int append(self, int op, int a, int b, double value) except -1:
        cdef Py_ssize_t i = self.size
        if i >= self.capacity or self.closed:
            self.grow(1)
            if self.closed:
                if op != OP_CONSTANT:
                    a = self.a[a] | (self.a[b] if OP_ARITY[op] == 2 else 0)
                # What plain code computes is a number like any other.
                op, a, b = OP_CONSTANT, a if is_tracing() else 0, 0
        self.op[i] = op
        self.a[i] = a
        self.b[i] = b
        self.val[i] = value
        self.size = i + 1
        if self.locate is not None:
            self.note_lines()
        return <int> i

    def note_lines(self):
        """Give every node without one the current line of the user."""
        where = self.locate()
        self.lines.extend([where] * (self.size - len(self.lines)))

    cdef int constant(self, double value) except -1:
        return self.append(OP_CONSTANT, 0, 0, value)

    cdef int unary(self, int op, int a) except -1:
        cdef double v = op_value(op, self.val[a], 0.0)
        # A function of constants is a constant: nothing to differentiate, no guard needed.
        if self.op[a] == OP_CONSTANT:
            return self.append(OP_CONSTANT, self.a[a], 0, v)
        return self.append(op, a, 0, v if self.primal else NAN)

    cdef int binary(self, int op, int a, int b) except -1:
        cdef double v = op_value(op, self.val[a], self.val[b])
        if self.op[a] == OP_CONSTANT and self.op[b] == OP_CONSTANT:
            return self.append(OP_CONSTANT, self.a[a] | self.a[b], 0, v)
        return self.append(op, a, b, v if self.primal else NAN)

    cdef int power(self, int a, int b) except -1:
        # A constant exponent has its own exact class: x**2 has no log(x) in it.
        cdef double p
        if self.op[b] != OP_CONSTANT or self.op[a] == OP_CONSTANT:
            return self.binary(OP_POWER, a, b)
        p = self.val[b]
        if p == 2.0:
            return self.unary(OP_SQUARE, a)
        if p == 1.0:
            return a
        if p == 0.0:
            return self.constant(1.0)
        if p == 0.5:
            return self.unary(OP_SQRT, a)
        return self.binary(OP_POWER_CONSTANT, a, b)

    cdef int add_guard(self, int node, double value) except -1:
        self.guard_nodes.append(node)
        self.guard_values.append(value)
        return 0

    def guard(self, int node, double value):
        """Record that the trace holds only while ``node`` has this value."""
        self.add_guard(node, value)

    def mark(self):
        """Note how many guards there are, for :meth:`forget`."""
        return len(self.guard_nodes)

    def forget(self, Py_ssize_t mark):
        """Drop guards and the refusal of an attempt that failed; its nodes stay, unused."""
        del self.guard_nodes[mark:]
        del self.guard_values[mark:]
        self.refusal = None
        self.careful = False

    def hold(self, ids):
        """Guard every node of an array at its primal value and return the values."""
        cdef cnp.ndarray flat = np.ascontiguousarray(ids, dtype=np.int32)
        cdef int *p = <int *> cnp.PyArray_DATA(flat)
        cdef Py_ssize_t k
        for k in range(cnp.PyArray_SIZE(flat)):
            if self.op[p[k]] != OP_CONSTANT:
                self.add_guard(p[k], self.val[p[k]])
        return self.values(ids)

    def push(self, int op, int a, int b=0):
        """Append one operation and return its id."""
        if not (0 <= a < self.size and 0 <= b < self.size):
            raise IndexError(f"operands {a} and {b} are no nodes of a tape of {self.size}")
        if op == OP_POWER:
            return self.power(a, b)
        return self.unary(op, a) if OP_ARITY[op] == 1 else self.binary(op, a, b)

    def push_constant(self, double value):
        """Append a constant and return its id."""
        return self.constant(value)

    def constants(self, values):
        """Append an array of constants; equal neighbors of a full array share one node."""
        cdef cnp.ndarray flat = np.ascontiguousarray(values, dtype=np.float64)
        cdef double *v = <double *> cnp.PyArray_DATA(flat)
        cdef Py_ssize_t k, n = cnp.PyArray_SIZE(flat)
        cdef cnp.ndarray out = np.empty(np.shape(values), dtype=np.int32)
        cdef int *o = <int *> cnp.PyArray_DATA(out)
        self.grow(n)
        for k in range(n):
            # Bit patterns, so that 0.0 and -0.0 and NaNs stay apart.
            if k and (<long long *> v)[k] == (<long long *> v)[k - 1]:
                o[k] = o[k - 1]
            else:
                o[k] = self.append(OP_CONSTANT, 0, 0, v[k])
        return out

    def block(self, int op, cnp.ndarray a, cnp.ndarray b=None):
        """Append one operation for each entry of int32 id arrays of equal shape."""
        return self.fill(op, a, b, -1 if b is not None else -2)

    cdef cnp.ndarray fill(self, int op, cnp.ndarray a, cnp.ndarray b, int node):
        # One of a and b may be None: ``node`` stands for it everywhere; -2: no second operand.
        cdef cnp.ndarray like = contiguous(b if a is None else a)
        cdef cnp.ndarray other = None if a is None or b is None else contiguous(b)
        cdef cnp.ndarray out = cnp.PyArray_EMPTY(
            cnp.PyArray_NDIM(like), cnp.PyArray_DIMS(like), cnp.NPY_INT32, 0)
        cdef Py_ssize_t k, n = cnp.PyArray_SIZE(like)
        cdef int *o = <int *> cnp.PyArray_DATA(out)
        cdef int *pa = &node if a is None else <int *> cnp.PyArray_DATA(like)
        cdef int *pb = (<int *> cnp.PyArray_DATA(other) if other is not None
                        else <int *> cnp.PyArray_DATA(like) if a is None else &node)
        cdef Py_ssize_t step_a = a is not None, step_b = b is not None
        self.grow(n)
        if node == -2:
            for k in range(n):
                o[k] = self.unary(op, pa[k])
        elif op == OP_POWER:
            for k in range(n):
                o[k] = self.power(pa[k * step_a], pb[k * step_b])
        elif self.locate is None:
            fill_binary(self, op, n, pa, pb, step_a, step_b, o,
                        self.closed and not is_tracing())
        else:
            for k in range(n):
                o[k] = self.binary(op, pa[k * step_a], pb[k * step_b])
        return out

    def accumulate(self, int op, ids):
        """Running results of an operation along the last axis of a 2-d array of ids."""
        cdef const int[:, ::1] source = np.ascontiguousarray(ids, dtype=np.int32)
        cdef int[:, ::1] out = np.array(source, dtype=np.int32)
        cdef Py_ssize_t r, k
        for r in range(source.shape[0]):
            for k in range(1, source.shape[1]):
                out[r, k] = self.binary(op, out[r, k - 1], source[r, k])
        return np.asarray(out)

    def sums(self, indptr, ids, weights=None):
        """Append weighted sums: node i is ``sum(weights[k] * ids[k])`` over its slice.

        Terms with weight 0 are left out; a sum of constants is a constant.
        """
        cdef const Py_ssize_t[::1] ptr = np.ascontiguousarray(indptr, dtype=np.intp)
        cdef const int[::1] idx = np.ascontiguousarray(ids, dtype=np.int32).ravel()
        cdef const double[::1] w
        cdef bint plain = weights is None
        cdef Py_ssize_t r, k, start, n = ptr.shape[0] - 1
        cdef int[::1] out = np.empty(n, dtype=np.int32)
        cdef double total, weight
        cdef bint constant
        cdef int stale
        if not plain:
            w = np.ascontiguousarray(weights, dtype=np.float64).ravel()
        self.grow(n)
        self.reserve_pool(idx.shape[0])
        for r in range(n):
            start = self.pool_size
            total = 0.0
            constant = True
            stale = 0
            for k in range(ptr[r], ptr[r + 1]):
                weight = 1.0 if plain else w[k]
                if weight == 0.0:
                    continue
                self.pool_ids[self.pool_size] = idx[k]
                self.pool_weights[self.pool_size] = weight
                self.pool_size += 1
                total += weight * self.val[idx[k]]
                if self.op[idx[k]] != OP_CONSTANT:
                    constant = False
                else:
                    stale |= self.a[idx[k]]
            if constant or self.resting:
                self.pool_size = start
                out[r] = self.append(OP_CONSTANT, stale, 0, total)
            elif self.pool_size == start + 1 and self.pool_weights[start] == 1.0:
                self.pool_size = start
                out[r] = self.pool_ids[start]
            else:
                out[r] = self.append(OP_SUM, <int> start, <int> (self.pool_size - start),
                                     total if self.primal else NAN)
        return np.asarray(out)

    def external(self, call, inputs, values, indptr, ids):
        """Append the results of an external function, one node each.

        ``ids[indptr[r]:indptr[r + 1]]`` are the nodes on which result r depends; detection sees
        them as the terms of a sum.
        """
        cdef const Py_ssize_t[::1] ptr = np.ascontiguousarray(indptr, dtype=np.intp)
        cdef int[::1] idx = np.ascontiguousarray(ids, dtype=np.int32)
        cdef double[::1] v = np.ascontiguousarray(values, dtype=np.float64)
        cdef Py_ssize_t r, k, n = v.shape[0], start = self.pool_size
        cdef int first = <int> self.size
        self.grow(n)
        self.reserve_pool(idx.shape[0])
        for k in range(idx.shape[0]):
            self.pool_ids[start + k] = idx[k]
            self.pool_weights[start + k] = 1.0
        self.pool_size += idx.shape[0]
        for r in range(n):
            self.append(OP_EXTERNAL, <int> (start + ptr[r]), <int> (ptr[r + 1] - ptr[r]), v[r])
        self.externals.append((call, np.array(inputs, dtype=np.int32), first, n))
        return np.arange(first, first + n, dtype=np.int32)

    def values(self, ids):
        """Primal values (NaN where there are none) of an array of ids."""
        cdef cnp.ndarray flat = np.ascontiguousarray(ids, dtype=np.int32)
        cdef cnp.ndarray out = np.empty(np.shape(ids), dtype=np.float64)
        cdef int *p = <int *> cnp.PyArray_DATA(flat)
        cdef double *o = <double *> cnp.PyArray_DATA(out)
        cdef Py_ssize_t k
        for k in range(cnp.PyArray_SIZE(flat)):
            o[k] = self.val[p[k]]
        return out

    def codes(self, ids):
        """Op codes of an array of ids."""
        if self.resting:
            return np.full(np.shape(ids), OP_CONSTANT, dtype=np.uint8)
        self.settle()
        cdef cnp.ndarray flat = np.ascontiguousarray(ids, dtype=np.int32)
        cdef cnp.ndarray out = np.empty(np.shape(ids), dtype=np.uint8)
        cdef int *p = <int *> cnp.PyArray_DATA(flat)
        cdef unsigned char *o = <unsigned char *> cnp.PyArray_DATA(out)
        cdef Py_ssize_t k
        for k in range(cnp.PyArray_SIZE(flat)):
            o[k] = self.op[p[k]]
        return out

    def close(self):
        """End the trace: from now on an operation on its tracers raises."""
        self.closed = True
        # Its traceback leads to tracers, and the garbage collector cannot see that those lead here.
        self.refusal = None
        self.workspaces = None

    @property
    def pool_length(self):
        """Number of terms of all weighted sums."""
        return self.pool_size

    def done(self):
        """Note that nobody reads the operations of the tape any more."""
        self.is_done = True

    cpdef bint is_past(self) except -1:
        """Tell whether the trace has ended, and values of it are not numbers here."""
        return self.closed and is_tracing()

    def is_number(self):
        """Tell whether the trace has ended, and values of it are numbers here, in plain code."""
        return self.closed and not is_tracing() and (self.resting or self.as_numbers())

    def rest(self):
        """Let values be numbers until :meth:`wake`, for a plain run of the user's function."""
        self.closed = self.resting = True

    def wake(self):
        """Go on with the trace."""
        self.closed = self.resting = False

    def settle(self):
        """Let values of a trace that has ended be numbers, where plain code asks for them."""
        if self.closed:
            self.as_numbers()

    def arrays(self):
        """Copies of the node arrays: op, a, b, val, pool_ids, pool_weights, guards."""
        cdef Py_ssize_t n = self.size, m = self.pool_size
        op = np.empty(n, dtype=np.uint8)
        a = np.empty(n, dtype=np.int32)
        b = np.empty(n, dtype=np.int32)
        val = np.empty(n, dtype=np.float64)
        ids = np.empty(m, dtype=np.int32)
        weights = np.empty(m, dtype=np.float64)
        if n:
            op[:] = <unsigned char[:n]> self.op
            a[:] = <int[:n]> self.a
            b[:] = <int[:n]> self.b
            val[:] = <double[:n]> self.val
        if m:
            ids[:] = <int[:m]> self.pool_ids
            weights[:] = <double[:m]> self.pool_weights
        return op, a, b, val, ids, weights, *self.guards()

    def guards(self):
        """Nodes and values of the guards, in order."""
        return (np.array(self.guard_nodes, dtype=np.int32),
                np.array(self.guard_values, dtype=np.float64))


cdef void fill_binary(Tape tape, int op, Py_ssize_t n, const int *a, const int *b,
                      Py_ssize_t step_a, Py_ssize_t step_b, int *out,
                      bint is_plain) noexcept nogil:
    # What binary() does, for a block with room on the tape; arithmetic is most of any model.
    cdef Py_ssize_t k, i = tape.size
    cdef int x, y
    cdef double v
    for k in range(n):
        x = a[k * step_a]
        y = b[k * step_b]
        if op == OP_ADD:
            v = tape.val[x] + tape.val[y]
        elif op == OP_SUBTRACT:
            v = tape.val[x] - tape.val[y]
        elif op == OP_MULTIPLY:
            v = tape.val[x] * tape.val[y]
        else:
            v = op_value(op, tape.val[x], tape.val[y])
        out[k] = <int> i
        if is_plain or (tape.op[x] == OP_CONSTANT and tape.op[y] == OP_CONSTANT):
            tape.op[i] = OP_CONSTANT
            tape.a[i] = 0 if is_plain else tape.a[x] | tape.a[y]
            tape.b[i] = 0
            tape.val[i] = v
        else:
            tape.op[i] = op
            tape.a[i] = x
            tape.b[i] = y
            tape.val[i] = v if tape.primal else NAN
        i += 1
    tape.size = i
