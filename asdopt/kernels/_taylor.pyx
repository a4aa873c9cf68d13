# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Second-order Taylor coefficients of a tape's results along a line."""

import cython

import numpy as np

from asdopt._operators cimport (
    OP_ADD, OP_CONSTANT, OP_DX, OP_DY, OP_EXTERNAL, OP_MULTIPLY, OP_NEGATIVE, OP_SELECTS,
    OP_SQUARE, OP_SUBTRACT, OP_SUM, op_first, op_second, op_value,
)
from asdopt._vector cimport mix
from asdopt.kernels._window cimport (
    ROW, Line, Memory, Series, Tape, choose_size, count_bits, far_place, is_marked, keep_row,
    mark, mark_far, recall, recall_row,
)
from libc.math cimport NAN
from libc.stdint cimport uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp


cdef extern from "kernels/_aside.h" nogil:
    ctypedef struct Aside:
        pass
    void begin_aside(Aside *aside, void (*task)(void *) noexcept nogil, void *context)
    void finish_aside(Aside *aside)


cdef extern from *:
    """
    #define LAST_DIGITS 4.440892098500626e-16 /* two units in the last place */
    """
    const double LAST_DIGITS


cdef inline double shaken(double x, uint64_t *state) noexcept nogil:
    """A number with other last digits."""
    state[0] = mix(state[0] + 1)
    return x + x * LAST_DIGITS * (<double> (state[0] >> 11) / 4503599627370496.0 - 1.0)


cdef inline void shake(Series *r, uint64_t *state, bint value) noexcept nogil:
    """Give other last digits to the derivatives and, if asked, to the value."""
    if value:
        r.v = shaken(r.v, state)
    r.d = shaken(r.d, state)
    r.dd = shaken(r.dd, state)


cdef inline double times(double d, double t, bint selects) noexcept nogil:
    """Product of a partial and a tangent; the unused side of a selection is not seen."""
    return 0.0 if selects and d == 0.0 else d * t


cdef inline bint put(Series *r, double v, double d, double dd, bint active) noexcept nogil:
    """Store a series, and say whether its derivatives are finite.

    A processor waits where numbers are stored one by one and soon after loaded as a pair.
    """
    cdef double sum = d + dd
    r.active = active
    r.v = v
    r.d = d
    r.dd = dd
    return sum - sum == 0.0


cdef inline void copy(const Series *s, Series *r) noexcept nogil:
    put(r, s.v, s.d, s.dd, s.active)


cdef void operate(int o, const Series *x, const Series *y, Series *r) noexcept nogil:
    """Series of any operation; ``r`` is another place than those of the operands."""
    cdef bint x_counts = OP_DX[o] and x.active, y_counts = OP_DY[o] and y.active
    cdef bint selects = OP_SELECTS[o]
    cdef double v = op_value(o, x.v, y.v), d = 0.0, dd = 0.0
    cdef double first[2]
    cdef double second[3]
    if x_counts or y_counts:
        op_first(o, x.v, y.v, v, first)
        op_second(o, x.v, y.v, v, first, second)
        if x_counts:
            d = times(first[0], x.d, selects)
            dd = times(first[0], x.dd, selects) + second[0] * (x.d * x.d)
        if y_counts:
            d += times(first[1], y.d, selects)
            dd += times(first[1], y.dd, selects) + second[2] * (y.d * y.d)
        if x_counts and y_counts:
            dd += 2.0 * second[1] * (x.d * y.d)
    put(r, v, d, dd, x_counts or y_counts)


cdef inline void multiply(const Series *x, const Series *y, Series *r) noexcept nogil:
    cdef double d = y.v * x.d + x.v * y.d
    cdef double dd = y.v * x.dd + x.v * y.dd + 2.0 * (x.d * y.d)
    if not put(r, x.v * y.v, d, dd, x.active | y.active):
        operate(OP_MULTIPLY, x, y, r)  # infinity times the tangent of a constant is 0


cdef inline void square(const Series *x, Series *r) noexcept nogil:
    cdef double twice = 2.0 * x.v
    if not put(r, x.v * x.v, twice * x.d, twice * x.dd + 2.0 * (x.d * x.d), x.active):
        operate(OP_SQUARE, x, x, r)


cdef inline bint is_row(const Tape *tape, Py_ssize_t i) noexcept nogil:
    """Whether the nodes of a word of marks are of one operation and do not use one another."""
    cdef const int *a = tape.a + i
    cdef const int *b = tape.b + i
    cdef int k, o = tape.op[i], found = 0
    if i & (ROW - 1) or i + ROW > tape.size:
        return False
    if memcmp(tape.op + i, tape.op + i + 1, ROW - 1) or o == OP_SUM or o == OP_EXTERNAL:
        return False
    for k in range(ROW):
        found |= (a[k] >= <int> i) | (b[k] >= <int> i)
    return not found


cdef void evaluate_row(const Tape *tape, const Line *line, const Memory *memory,
                       Py_ssize_t i) noexcept nogil:
    """Series of nodes that are of one operation and do not use one another."""
    cdef int k, o = tape.op[i]
    cdef Series[ROW] s_room
    cdef Series[ROW] t_room
    cdef Series *r = &memory.window[i & (memory.size - 1)]
    cdef const Series *s
    cdef const Series *t
    if o == OP_CONSTANT:
        for k in range(ROW):
            put(&r[k], tape.val[i + k], 0.0, 0.0, False)
        return
    s = recall_row(memory, line, tape.a + i, i, s_room)
    if o == OP_SQUARE:
        for k in range(ROW):
            square(&s[k], &r[k])
        return
    t = recall_row(memory, line, tape.b + i, i, t_room)
    if o == OP_ADD:
        for k in range(ROW):
            put(&r[k], s[k].v + t[k].v, s[k].d + t[k].d, s[k].dd + t[k].dd,
                s[k].active | t[k].active)
    elif o == OP_SUBTRACT:
        for k in range(ROW):
            put(&r[k], s[k].v - t[k].v, s[k].d - t[k].d, s[k].dd - t[k].dd,
                s[k].active | t[k].active)
    elif o == OP_MULTIPLY:
        for k in range(ROW):
            multiply(&s[k], &t[k], &r[k])
    else:
        for k in range(ROW):
            operate(o, &s[k], &t[k], &r[k])


cdef inline Series *evaluate(const Tape *tape, const Line *line, const Memory *memory,
                             Py_ssize_t start, Py_ssize_t stop, Series *far, bint shakes,
                             uint64_t *seed) noexcept nogil:
    """Series of nodes, one by one; return where the next one that is kept goes."""
    cdef Py_ssize_t i, k, p, mask = memory.size - 1
    cdef int o
    cdef double weight
    cdef const Series *s
    cdef const Series *t
    cdef Series *r
    cdef Series s_leaf, t_leaf
    for i in range(start, stop):
        r = &memory.window[i & mask]
        o = tape.op[i]
        p = tape.a[i]
        if o == OP_CONSTANT:
            put(r, tape.val[i], 0.0, 0.0, False)
        elif o == OP_EXTERNAL:
            put(r, NAN, NAN, NAN, True)
        elif o == OP_SUM:
            put(r, 0.0, 0.0, 0.0, False)
            for k in range(p, p + tape.b[i]):
                s = recall(memory, line, tape.pool_ids[k], i, &s_leaf)
                weight = tape.pool_weights[k]
                put(r, r.v + weight * s.v, r.d + weight * s.d, r.dd + weight * s.dd,
                    r.active | s.active)
                if shakes:
                    shake(r, seed, True)
        else:
            s = recall(memory, line, p, i, &s_leaf)
            if o == OP_SQUARE:
                square(s, r)
            else:
                t = recall(memory, line, tape.b[i], i, &t_leaf)
                if o == OP_MULTIPLY:
                    multiply(s, t, r)
                elif o == OP_ADD:
                    put(r, s.v + t.v, s.d + t.d, s.dd + t.dd, s.active | t.active)
                elif o == OP_SUBTRACT:
                    put(r, s.v - t.v, s.d - t.d, s.dd - t.dd, s.active | t.active)
                else:
                    operate(o, s, t, r)
        if shakes and o != OP_NEGATIVE:
            # What is selected or jumps is not rounded.
            shake(r, seed, (OP_DX[o] or OP_DY[o]) and not OP_SELECTS[o])
        if is_marked(memory, i):
            copy(r, far)
            far += 1
    return far


cdef void sweep(const Tape *tape, const Line *line, const Memory *memory,
                uint64_t seed) noexcept nogil:
    """Go through all nodes; those that are marked are kept."""
    cdef Py_ssize_t i, start = line.first_node, stop
    cdef Series *far = memory.far
    cdef Series leaf
    for i in range(line.first_node):
        if is_marked(memory, i):
            copy(recall(memory, line, i, tape.size, &leaf), far)
            far += 1
    if seed:
        evaluate(tape, line, memory, start, tape.size, far, True, &seed)
        return
    while start < tape.size:
        stop = start
        while stop < tape.size and not is_row(tape, stop):
            stop = min((stop | (ROW - 1)) + 1, tape.size)
        far = evaluate(tape, line, memory, start, stop, far, False, NULL)
        start = stop
        while start < tape.size and is_row(tape, start):
            evaluate_row(tape, line, memory, start)
            far = keep_row(memory, start, far)
            start += ROW


cdef struct Pass:
    # What a pass over a tape works on; a thread may do it that knows nothing of Python.
    Tape tape
    Line line
    Memory memory
    uint64_t seed
    const int *kept
    Py_ssize_t num_kept
    # Values, first and second derivatives of the nodes that are asked for, one after the other.
    double *out
    # Memory to work in, so many numbers of it.
    double *room
    Py_ssize_t size


cdef void run(Pass *p) noexcept nogil:
    """Do it all; where memory is wanted and not to be had, ``room`` is NULL afterwards."""
    cdef Memory *memory = &p.memory
    cdef Py_ssize_t k, num_far = 0, first_node = p.line.first_node, needed
    cdef const Series *s
    cdef double *own = NULL
    cdef double *room = p.room
    memory.size = choose_size(&p.tape, first_node)
    mark_far(memory, &p.tape, first_node)
    for k in range(p.num_kept):
        mark(memory, p.kept[k])
    for k in range((p.tape.size >> 6) + 1):
        memory.before[k] = <int> num_far
        num_far += count_bits(memory.marks[k])
    # A series more, to begin at a multiple of its size: none is then in two lines of the cache.
    needed = 4 * (memory.size + num_far + 1)
    if p.size < needed:
        room = own = <double *> malloc(needed * sizeof(double))
        if own == NULL:
            p.room = NULL
            return
    memory.window = <Series *> ((<size_t> room + sizeof(Series) - 1) & -sizeof(Series))
    memory.far = memory.window + memory.size
    sweep(&p.tape, &p.line, memory, p.seed)
    for k in range(p.num_kept):
        s = far_place(memory, p.kept[k])
        p.out[k] = s.v
        p.out[p.num_kept + k] = s.d
        p.out[2 * p.num_kept + k] = s.dd
    free(own)


cdef void run_aside(void *context) noexcept nogil:
    run(<Pass *> context)


@cython.no_gc_clear
cdef class LinePass:
    """Values, first and second derivatives of nodes of a tape along ``x + s * direction``, s = 0.

    Results of external functions are NaN, and so are derivatives that are 0 times infinity. With a
    seed each result gets other last digits, at random, as if it were rounded otherwise: how far
    the results of some seeds are apart tells how many digits rounding leaves them.

    The pass works in ``room``, an array of float64, where that is large enough; what it returns is
    then its front.
    """

    cdef Pass work
    cdef Aside thread
    cdef bint begun
    # The owners of what is worked on.
    cdef object keep, results

    def __init__(self, trace, const int[::1] kept, const double[::1] x,
                 const double[::1] parameters, const double[::1] direction, uint64_t seed=0,
                 room=None):
        cdef const unsigned char[::1] op = trace.op
        cdef const int[::1] a = trace.a, b = trace.b, pool_ids = trace.pool_ids
        cdef const double[::1] val = trace.val, pool_weights = trace.pool_weights
        cdef Py_ssize_t words = (op.shape[0] >> 6) + 1, used = 3 * kept.shape[0]
        cdef uint64_t[::1] marks = np.empty(words, dtype=np.uint64)
        cdef int[::1] before = np.empty(words, dtype=np.int32)
        if room is None or len(room) < used:
            room = np.empty(used)
        cdef double[::1] numbers = room
        self.results = room[:used].reshape(3, kept.shape[0])
        self.keep = kept, x, parameters, direction, op, a, b, val, pool_ids, pool_weights, marks
        self.keep += before, room
        # Addresses of arrays of size 0 are not read.
        self.work = Pass(
            tape=Tape(op=&op[0], a=&a[0], b=&b[0], val=&val[0], pool_ids=&pool_ids[0],
                      pool_weights=&pool_weights[0], size=op.shape[0]),
            line=Line(x=&x[0], parameters=&parameters[0], direction=&direction[0],
                      num_inputs=x.shape[0], first_node=x.shape[0] + parameters.shape[0]),
            memory=Memory(marks=&marks[0], before=&before[0], window=NULL, far=NULL, size=0),
            seed=seed, kept=&kept[0], num_kept=kept.shape[0],
            out=&numbers[0], room=&numbers[0] + used, size=numbers.shape[0] - used,
        )

    def begin(self):
        """Let another processor do it meanwhile, if there is one."""
        if not self.begun:
            begin_aside(&self.thread, run_aside, &self.work)
            self.begun = True

    def series(self):
        """Return an array of shape (3, kept): values, first and second derivatives."""
        if self.begun:
            with nogil:
                finish_aside(&self.thread)
            self.begun = False
        else:
            with nogil:
                run(&self.work)
        if self.work.room == NULL:
            raise MemoryError("no memory for a pass over the trace")
        return self.results

    def __dealloc__(self):
        # A thread that works on it has to end first.
        if self.begun:
            finish_aside(&self.thread)
