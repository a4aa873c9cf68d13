# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Values that are constant near a point: floor, sign, comparisons, and what is made of them."""

from asdopt._ops import FIRST_CODE, OPERATORS

from asdopt._operators cimport OP_ARITY, OP_CONSTANT, OP_PARAMETER, OP_SUM

from asdopt.tracing._tape cimport Tape

# Operators whose derivatives vanish: 1 at their code.
cdef unsigned char STEPS[256]
for _k in range(256):
    STEPS[_k] = (FIRST_CODE <= _k < FIRST_CODE + len(OPERATORS)
                 and not any(OPERATORS[_k - FIRST_CODE].first))


cdef bint is_step(Tape tape, int node) except -1:
    """Whether a value depends on the variables through steps only: floor, sign, comparisons."""
    cdef list stack = [node]
    cdef set seen = set()
    cdef int k, op
    while stack:
        k = stack.pop()
        op = tape.op[k]
        if k in seen or op == OP_CONSTANT or op == OP_PARAMETER or STEPS[op]:
            continue
        seen.add(k)
        if op == OP_SUM:
            stack.extend([tape.pool_ids[i] for i in range(tape.a[k], tape.a[k] + tape.b[k])])
        elif op < FIRST_CODE:
            return False
        else:
            stack.append(tape.a[k])
            if OP_ARITY[op] == 2:
                stack.append(tape.b[k])
    return True
