# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Values and partial derivatives of the operator table as expressions.

Enters: the table in postfix order, written by ``_codegen.py`` when the package is built. Leaves:
references of an :class:`Expressions` graph. Next: ``_derivatives.pyx``.
"""

from asdopt.kernels._expressions cimport AND, EQ, LE, LT, NE, OR, XOR, Expressions

cdef extern from *:
    """
    #define ASDOPT_RULES
    """

cdef extern from "_operators.h" nogil:
    enum:
        RULE_END
        RULE_X
        RULE_Q
        RULE_NUMBER
        RULE_NEG
        RULE_ADD
        RULE_SUB
        RULE_MUL
        RULE_DIV
        RULE_AND
        RULE_OR
        RULE_XOR
        RULE_LT
        RULE_LE
        RULE_EQ
        RULE_NE
        RULE_MASK
        RULE_CALL
    const short RULE_CODE[]
    const double RULE_NUMBERS[]
    const short RULE_START[][6]
    const unsigned char RULE_SINGULAR[]
    const unsigned char RULE_SYMMETRIC[]
    const unsigned char OP_ARITY[]
    const unsigned char OP_SELECTS[]

from asdopt.kernels._plan import UNARY

cdef int NUM_UNARY = len(UNARY)
cdef enum:
    DEEPEST = 32


cdef int build(Expressions graph, int op, int which, const int *names) except -2:
    """Build an expression of an operator; -1 for one that vanishes identically.

    Parameters
    ----------
    names : array of 5 int
        References to x, y, v, p and q, as far as the expression reads them.
    """
    cdef int stack[DEEPEST]
    cdef int top = 0, at = RULE_START[op][which], code, function
    if at < 0:
        return -1
    while True:
        code = RULE_CODE[at]
        at += 1
        if code == RULE_END:
            return stack[0]
        if code <= RULE_Q:
            stack[top] = names[code - RULE_X]
            top += 1
        elif code == RULE_NUMBER:
            stack[top] = graph.literal(RULE_NUMBERS[RULE_CODE[at]])
            at += 1
            top += 1
        elif code == RULE_NEG:
            stack[top - 1] ^= 1
        elif code == RULE_CALL:
            function = RULE_CODE[at]
            at += 1
            if function < NUM_UNARY:
                stack[top - 1] = graph.apply(function, stack[top - 1], -1)
            else:
                top -= 1
                stack[top - 1] = graph.apply(function, stack[top - 1], stack[top])
        else:
            top -= 1
            stack[top - 1] = binary(graph, code, stack[top - 1], stack[top])
        if top == DEEPEST:
            raise RecursionError(f"operator {op} has an expression of more than {DEEPEST} levels")


cdef int binary(Expressions graph, int code, int a, int b) except -1:
    if code == RULE_ADD:
        return graph.add(a, b)
    if code == RULE_SUB:
        return graph.sub(a, b)
    if code == RULE_MUL:
        return graph.mul(a, b)
    if code == RULE_DIV:
        return graph.div(a, b)
    if code == RULE_MASK:
        return graph.mask(a, b)
    if code == RULE_AND:
        return graph.logic(AND, a, b)
    if code == RULE_OR:
        return graph.logic(OR, a, b)
    if code == RULE_XOR:
        return graph.logic(XOR, a, b)
    if code == RULE_LT:
        return graph.compare(LT, a, b)
    if code == RULE_LE:
        return graph.compare(LE, a, b)
    return graph.compare(EQ if code == RULE_EQ else NE, a, b)


cdef bint is_symmetric(int op) noexcept:
    """Whether the operands may change places."""
    return RULE_SYMMETRIC[op]


cdef bint selects(int op) noexcept:
    """Whether first partials are truth values that select operands."""
    return OP_SELECTS[op]


cdef bint first_is_singular(int op) noexcept:
    """Whether a first partial can be infinite."""
    return RULE_SINGULAR[op] & 1


cdef bint second_is_singular(int op) noexcept:
    return RULE_SINGULAR[op] >> 1


cdef int arity(int op) noexcept:
    return OP_ARITY[op]


def singular(int op):
    """Whether a first, a second partial of an operator can be infinite."""
    return first_is_singular(op), second_is_singular(op)
