# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Values of traces that have ended, met in a trace that runs: a global, an attribute, a cache.

They are the numbers that they were. What follows from those that had derivatives has none, so a
result must not depend on them.
"""

import numpy as np

from asdopt._operators cimport OP_ARITY, OP_CONSTANT, OP_EXTERNAL, OP_INPUT, OP_PARAMETER, OP_SUM

from asdopt.tracing._tape cimport Tape


def adopted(Tape tape, Tape other, ids):
    """Nodes of an array of values of a trace that has ended."""
    cdef const int[::1] source = np.ascontiguousarray(ids, dtype=np.int32).reshape(-1)
    cdef int[::1] out = np.empty(source.shape[0], dtype=np.int32)
    cdef Py_ssize_t k
    for k in range(source.shape[0]):
        out[k] = tape.adopt(other, source[k])
    return np.asarray(out).reshape(np.shape(ids))


def depends_on_stale(Tape tape, ids):
    """Whether nodes depend on a value of an earlier trace that had derivatives there."""
    cdef const int[::1] ends = np.ascontiguousarray(ids, dtype=np.int32).reshape(-1)
    cdef unsigned char[::1] marked = np.zeros(tape.size, dtype=np.uint8)
    cdef Py_ssize_t i, k
    cdef int o
    for i in range(ends.shape[0]):
        marked[ends[i]] = 1
    for i in range(tape.size - 1, -1, -1):
        if not marked[i]:
            continue
        o = tape.op[i]
        if o == OP_CONSTANT:
            if tape.a[i]:
                return True
        elif o == OP_SUM or o == OP_EXTERNAL:
            for k in range(tape.a[i], tape.a[i] + tape.b[i]):
                marked[tape.pool_ids[k]] = 1
        elif o != OP_INPUT and o != OP_PARAMETER:
            marked[tape.a[i]] = 1
            if OP_ARITY[o] == 2:
                marked[tape.b[i]] = 1
    return False
