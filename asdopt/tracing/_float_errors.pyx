# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""What arithmetic of Python floats raises where NumPy's numbers become infinite or NaN."""

import operator

from asdopt._errors import TracingError
from asdopt.tracing._location import refuse

from asdopt._operators cimport (
    OP_CONSTANT, OP_DIVIDE, OP_FLOOR_DIVIDE, OP_ISFINITE, OP_POWER, OP_REMAINDER,
)
from libc.math cimport isfinite

from asdopt.tracing._tape cimport Tape

# What Python floats do, to raise their errors.
_float_operators = {
    OP_DIVIDE: operator.truediv,
    OP_FLOOR_DIVIDE: operator.floordiv,
    OP_REMAINDER: operator.mod,
    OP_POWER: operator.pow,
}


cdef int check_float(Tape tape, int op, int a, int b, int node) except -1:
    """Raise what arithmetic of Python floats raises, under a guard where that matters.

    NumPy's numbers become infinite or NaN where Python's raise ZeroDivisionError or
    OverflowError.
    """
    cdef double x, y
    if not tape.primal and not (tape.op[a] == OP_CONSTANT and tape.op[b] == OP_CONSTANT):
        return 0
    if isfinite(tape.val[node]):
        if tape.careful:
            domain_guard(tape, node)
        return 0
    x = tape.val[a]
    y = tape.val[b]
    if isfinite(x) and isfinite(y) and not tape.lenient:
        domain_guard(tape, node)
        result = _float_operators[op](x, y)
        if isinstance(result, complex):
            raise refuse(tape, TracingError,
                         f"{x!r} ** {y!r} is complex for Python floats; traced values are real: "
                         "keep the base positive")
    return 0


cdef int domain_guard(Tape tape, int node) except -1:
    """Guard that a result stays finite, or stays not so: an error is a branch."""
    cdef int finite = tape.unary(OP_ISFINITE, node)
    if tape.op[finite] != OP_CONSTANT:
        tape.add_guard(finite, tape.val[finite])
    return 0
