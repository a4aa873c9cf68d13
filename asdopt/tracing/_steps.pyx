# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Values that are constant near a point: floor, sign, comparisons, and what is made of them."""

from asdopt._ops import FIRST_CODE, OPERATORS

from asdopt._operators cimport (
    OP_ARITY, OP_CONSTANT, OP_DIVIDE, OP_MULTIPLY, OP_PARAMETER, OP_SUM,
)

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


# Rounded to smaller steps, values tell points apart: they are a point's name, no class of points.
cdef double FINE = 1e-4


cdef bint is_coarse(Tape tape, int node) except -1:
    """Whether a value is a step function whose steps are so long that it may stay nearby."""
    cdef double v
    if not is_step(tape, node):
        return False
    v = tape.val[node]
    return step(tape, node, 0) > FINE * max(1.0, abs(v))


cdef double step(Tape tape, int node, int depth) except? -1.0:
    """Length of the steps of a step function, as far as scaling makes them shorter than 1."""
    cdef int op = tape.op[node], a, b, k
    cdef double found = 1.0
    if depth > 20 or op == OP_CONSTANT or op == OP_PARAMETER or STEPS[op]:
        return 1.0
    if op == OP_SUM:
        for k in range(tape.a[node], tape.a[node] + tape.b[node]):
            found = min(found, abs(tape.pool_weights[k])
                        * step(tape, tape.pool_ids[k], depth + 1))
    elif op == OP_MULTIPLY or op == OP_DIVIDE:
        a, b = tape.a[node], tape.b[node]
        if tape.op[b] == OP_CONSTANT and tape.val[b] != 0.0:
            found = step(tape, a, depth + 1)
            found = found * abs(tape.val[b]) if op == OP_MULTIPLY else found / abs(tape.val[b])
        elif tape.op[a] == OP_CONSTANT and op == OP_MULTIPLY:
            found = abs(tape.val[a]) * step(tape, b, depth + 1)
    return found
