# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""The operator table as compiled functions of numbers: value, partial derivatives, dependence.

Operators are given by name or by op code; ``y`` is ignored by operators of one operand.
"""

from asdopt._errors import InputError
from asdopt._ops import CODE, FIRST_CODE, OPERATORS

from asdopt._operators cimport op_first, op_local, op_second, op_value


cdef int code_of(op) except -1:
    code = CODE.get(op) if isinstance(op, str) else op
    if not isinstance(code, int) or not FIRST_CODE <= code < FIRST_CODE + len(OPERATORS):
        raise InputError(
            f"the operator {op!r} was asked for; the table has the names of asdopt._ops.CODE "
            f"and the codes {FIRST_CODE} ... {FIRST_CODE + len(OPERATORS) - 1}"
        )
    return code


def value(op, double x, double y=0.0):
    """Value of an operator."""
    return op_value(code_of(op), x, y)


def first(op, double x, double y=0.0):
    """First partial derivatives (dx, dy)."""
    cdef double d[2]
    cdef int code = code_of(op)
    op_first(code, x, y, op_value(code, x, y), d)
    return d[0], d[1]


def second(op, double x, double y=0.0):
    """Second partial derivatives (dxx, dxy, dyy)."""
    cdef double d[2]
    cdef double e[3]
    cdef int code = code_of(op)
    cdef double v = op_value(code, x, y)
    op_first(code, x, y, v, d)
    op_second(code, x, y, v, d, e)
    return e[0], e[1], e[2]


def local(op, double x, double y=0.0):
    """Whether the operator depends on x and on y at this point, as local detection has it."""
    cdef int code = code_of(op)
    cdef int bits = op_local(code, x, y, op_value(code, x, y))
    return bool(bits & 1), bool(bits & 2)
