# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Whether a trace may hold results that the user's code remembers of an earlier run.

Objective and constraints often share a simulation that is run anew when x is another one. Where it
was run on plain numbers at the very point of the trace, the comparison with the remembered x says
that they are the same, and what comes back does not depend on x.
"""

from asdopt._operators cimport (
    OP_CONSTANT, OP_EQUAL, OP_GREATER, OP_GREATER_EQUAL, OP_INPUT, OP_LESS, OP_LOGICAL_AND,
    OP_LOGICAL_NOT, OP_LOGICAL_OR, OP_NOT_EQUAL, OP_PARAMETER, OP_SUM,
)

from asdopt.tracing._tape cimport Tape

# Tolerances up to this one say that two points are the same.
cdef double CLOSE = 1e-2


def may_be_remembered(Tape tape, Py_ssize_t mark, bint between_traced=False):
    """Whether a guard made since the mark says that a value of the trace equals a known number.

    Or, where that is asked for, another value of the trace.
    """
    cdef Py_ssize_t k
    for k in range(mark, len(tape.guard_nodes)):
        if says_same(tape, tape.guard_nodes[k], between_traced):
            return True
    return False


cdef bint says_same(Tape tape, int guarded, bint between_traced) except -1:
    """Whether a decision, or a part of it, says that something is equal or close."""
    cdef int node, o, x, y, part
    cdef bint holds
    stack, seen = [guarded], set()
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        o, x, y, holds = tape.op[node], tape.a[node], tape.b[node], tape.val[node] != 0.0
        if o == OP_LOGICAL_NOT:
            stack.append(x)
        elif o == OP_LOGICAL_AND or o == OP_LOGICAL_OR:
            stack.append(x)
            stack.append(y)
        elif o == OP_EQUAL or o == OP_NOT_EQUAL:
            if (o == OP_EQUAL) == holds and (between_traced or varies(tape, x) != varies(tape, y)):
                return True
        elif OP_LESS <= o <= OP_GREATER_EQUAL:
            if o == OP_GREATER or o == OP_GREATER_EQUAL:
                x, y = y, x
            # Now it says that x is below y, or the other way round.
            if is_no_distance(tape, x, y) if holds else is_no_distance(tape, y, x):
                return True
            for part in (x, y):
                push_counted(tape, part, stack)
    return False


cdef int push_counted(Tape tape, int node, list stack) except -1:
    """Go on with the decisions that a sum counts."""
    cdef Py_ssize_t k
    cdef int o
    if tape.op[node] == OP_SUM:
        for k in range(tape.a[node], tape.a[node] + tape.b[node]):
            o = tape.op[tape.pool_ids[k]]
            if OP_LESS <= o <= OP_LOGICAL_OR:
                stack.append(tape.pool_ids[k])
    return 0


cdef bint varies(Tape tape, int node) noexcept:
    return tape.op[node] != OP_CONSTANT and tape.op[node] != OP_PARAMETER


cdef bint is_no_distance(Tape tape, int small, int large) noexcept:
    """Whether a value that is 0 here was found to be within a tolerance."""
    return (varies(tape, small) and tape.op[small] != OP_INPUT and tape.val[small] == 0.0
            and 0.0 <= tape.val[large] <= CLOSE)
