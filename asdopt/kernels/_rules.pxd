"""Operators of the table as expressions; see ``_rules.pyx``."""

from asdopt.kernels._expressions cimport Expressions

# Which expression of an operator.
cdef enum:
    VALUE = 0
    DX = 1
    DY = 2
    DXX = 3
    DXY = 4
    DYY = 5

cdef int build(Expressions graph, int op, int which, const int *names) except -2
cdef bint is_symmetric(int op) noexcept
cdef bint selects(int op) noexcept
cdef bint first_is_singular(int op) noexcept
cdef bint second_is_singular(int op) noexcept
cdef int arity(int op) noexcept
