# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""What is 0 whatever the variables are: ``a - a``, ``0 * a``, ``0 / a``, and what follows.

The distance of a point to itself is such a 0, and the derivative of its square root is 0, not
0 times infinity. Only tapes on which some function is singular at its argument are looked at.
"""

import numpy as np

from asdopt.tracing._sharing import share_nodes

from asdopt._operators cimport (
    OP_ADD, OP_ARITY, OP_CONSTANT, OP_COS, OP_DIVIDE, OP_EXP, OP_EXTERNAL, OP_MASK, OP_MULTIPLY,
    OP_NEGATIVE, OP_NOT_EQUAL, OP_SIN, OP_SQUARE, OP_SUBTRACT, OP_SUM, op_first, op_second,
)
from libc.math cimport isfinite

from asdopt.tracing._tape cimport Tape


def settle_zeros(Tape tape):
    """Make constants of the nodes that have one value only, if that can matter.

    A quotient ``0 / a`` is 0 wherever a is not, which becomes a guard.
    """
    if not tape.primal or not any_singular(tape):
        return
    cdef Py_ssize_t n = tape.size, m = tape.pool_size, i, k
    cdef Py_ssize_t first = tape.num_inputs + tape.num_parameters
    op = np.asarray(<unsigned char[:n]> tape.op)
    a = np.asarray(<int[:n]> tape.a)
    b = np.asarray(<int[:n]> tape.b)
    val = np.asarray(<double[:n]> tape.val)
    pool = np.asarray(<int[:m]> tape.pool_ids) if m else np.empty(0, np.int32)
    weights = np.asarray(<double[:m]> tape.pool_weights) if m else np.empty(0)
    cdef int[::1] number = share_nodes(op, a, b, val, pool, weights, first)[0]
    cdef int x, y, o
    cdef bint zero
    divisors = set()
    for i in range(first, n):
        o, x, y = tape.op[i], tape.a[i], tape.b[i]
        if o == OP_CONSTANT or o == OP_EXTERNAL:
            continue
        if o == OP_SUM:
            for k in range(x, x + y):
                if tape.op[tape.pool_ids[k]] != OP_CONSTANT:
                    break
            else:
                settle(tape, i, tape.val[i])
            continue
        zero = False
        if o == OP_SUBTRACT:
            zero = number[x] == number[y]
        elif o == OP_ADD:
            zero = opposite(tape, number, x, y) or opposite(tape, number, y, x)
        elif o == OP_MULTIPLY:
            zero = is_zero(tape, x) or is_zero(tape, y)
        elif o == OP_MASK:
            zero = is_zero(tape, y)
        elif o == OP_DIVIDE and is_zero(tape, x) and tape.val[y] != 0.0:
            zero = True
            if tape.op[y] != OP_CONSTANT:
                divisors.add(number[y])
        if zero:
            settle(tape, i, 0.0)
        elif tape.op[x] == OP_CONSTANT and (OP_ARITY[o] == 1 or tape.op[y] == OP_CONSTANT):
            settle(tape, i, tape.val[i])
    if divisors and not tape.closed:  # else it holds at one point only, and needs no guards
        earliest = {}
        for i in range(n - 1, -1, -1):
            earliest[number[i]] = i
        x = tape.constant(0.0)
        for k in sorted(divisors):
            tape.add_guard(tape.append(OP_NOT_EQUAL, earliest[k], x, 1.0), 1.0)


cdef bint is_zero(Tape tape, int i) noexcept:
    return tape.op[i] == OP_CONSTANT and tape.val[i] == 0.0


cdef bint opposite(Tape tape, const int[::1] number, int x, int y) noexcept:
    return tape.op[y] == OP_NEGATIVE and number[tape.a[y]] == number[x]


cdef void settle(Tape tape, Py_ssize_t i, double value) noexcept:
    tape.op[i] = OP_CONSTANT
    tape.a[i] = tape.b[i] = 0
    tape.val[i] = value


cdef bint any_singular(Tape tape) noexcept nogil:
    """Whether a derivative with respect to an operand that is 0 is infinite or not defined."""
    cdef Py_ssize_t i
    cdef int o, x, y
    cdef double v
    cdef double d[2]
    cdef double e[3]
    for i in range(tape.num_inputs + tape.num_parameters, tape.size):
        o = tape.op[i]
        if o <= OP_SUM or o == OP_EXTERNAL or OP_ARITY[o] == 0:
            continue
        # Most operations; their derivatives are finite wherever their operands are.
        if (o == OP_ADD or o == OP_SUBTRACT or o == OP_MULTIPLY or o == OP_SQUARE
                or o == OP_NEGATIVE or o == OP_SIN or o == OP_COS or o == OP_EXP):
            continue
        x = tape.a[i]
        y = tape.b[i] if OP_ARITY[o] == 2 else x
        if tape.val[x] != 0.0 and tape.val[y] != 0.0:
            continue
        v = tape.val[i]
        d[0] = d[1] = e[0] = e[1] = e[2] = 0.0
        op_first(o, tape.val[x], tape.val[y], v, d)
        op_second(o, tape.val[x], tape.val[y], v, d, e)
        if not (isfinite(d[0]) and isfinite(d[1]) and isfinite(e[0]) and isfinite(e[1])
                and isfinite(e[2])):
            return True
    return False
