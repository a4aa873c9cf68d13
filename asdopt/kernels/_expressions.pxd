"""Expressions of one template; see ``_expressions.pyx``."""

cimport cython
from asdopt._vector cimport Doubles, Ints

# Kinds of nodes: leaves first, then arithmetic, then one number for each function.
cdef enum:
    LITERAL = 0
    SLOT = 1
    DATA = 2
    WEIGHT = 3
    NEG = 4
    ADD = 5
    SUB = 6
    MUL = 7
    DIV = 8
    GUARDED = 9
    MASK = 10
    LT = 11
    LE = 12
    EQ = 13
    NE = 14
    AND = 15
    OR = 16
    XOR = 17
    FIRST_FUNCTION = 32
    _ZERO = 0  # references of the literals 0.0 and 1.0
    _ONE = 2


@cython.final
cdef class Expressions:
    cdef Ints kind, y
    cdef Doubles x
    cdef int *table
    cdef Py_ssize_t table_size
    cdef public bint exact

    cdef int node(self, int kind, double x, int y) except -1
    cdef Py_ssize_t place(self, int kind, double x, int y) noexcept
    cdef int grow(self) except -1
    cpdef int literal(self, double value) except -1
    cpdef int slot(self, int k) except -1
    cpdef int data(self, int k) except -1
    cpdef int weight(self, int k) except -1
    cdef bint is_literal(self, int ref) noexcept
    cdef double number(self, int ref) noexcept
    cdef int operand(self, int node, int which) noexcept
    cdef int num_operands(self, int node) noexcept
    cpdef int add(self, int a, int b) except -1
    cpdef int sub(self, int a, int b) except -1
    cdef int difference(self, int a, int b) except -1
    cpdef int mul(self, int a, int b) except -1
    cpdef int guarded(self, int a, int b) except -1
    cpdef int div(self, int a, int b) except -1
    cpdef int mask(self, int condition, int a) except -1
    cpdef int compare(self, int kind, int a, int b) except -1
    cpdef int logic(self, int kind, int a, int b) except -1
    cpdef int plain(self, int ref) except -1
    cdef int apply(self, int function, int a, int b) except -1
    cdef int reduced(self, int function, int a, int b) except -2
    cdef int power(self, int a, double exponent) except -2
    cdef Py_ssize_t size(self, list refs) except -1
