"""Operations of one template; see ``_operations.pyx``."""

from asdopt.kernels._expressions cimport Expressions
from asdopt._vector cimport Ints

cdef struct Node:
    # A leaf (op -1) or an operation of a template.
    int op, value, slot
    bint active
    int width  # number of variables that are reached
    bint joins  # some of them by several operands
    int start, count  # of the operands, and of the weights of a sum
    # Partial derivatives: operand and reference; whether they can be infinite.
    int first, num_first
    bint singular


cdef class Operations:
    cdef readonly Expressions graph
    cdef readonly list rows
    cdef readonly int num_slots
    cdef readonly set maps
    cdef Node *nodes
    cdef int num_nodes
    cdef Ints operands, weights, first_operand, first_ref
    cdef list terms
    cdef bint selects, is_singular

    cdef int decode(self, list code, object constants) except -1
    cdef int constant(self, object constant) except -1
    cdef int leaf(self, int kind, object constants, Node *node) except -1
    cdef int evaluate(self, Node *node) except -1
    cdef void name(self, const Node *node, int *names) noexcept
    cdef int differentiate(self) except -1
