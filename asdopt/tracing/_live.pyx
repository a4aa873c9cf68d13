# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Dead node elimination of a finished tape."""

import numpy as np

cdef extern from "_operators.h" nogil:
    enum:
        OP_SUM
        OP_EXTERNAL
    const unsigned char OP_ARITY[]


cdef everything(unsigned char[::1] op, int[::1] a, int[::1] b, int[::1] pool,
                double[::1] weights):
    """Copies, where nothing is dead; no numbers change, and none are looked up."""
    cdef Py_ssize_t i, n = op.shape[0]
    number = np.arange(n, dtype=np.int32)
    new_b = np.array(b)
    cdef int[::1] nb = new_b
    for i in range(n):
        if op[i] > OP_EXTERNAL and OP_ARITY[op[i]] == 1:
            nb[i] = 0
    return np.arange(n), number, np.array(a), new_b, np.array(pool), np.array(weights)


def live_nodes(unsigned char[::1] op, int[::1] a, int[::1] b, int[::1] pool,
               double[::1] weights, int[::1] outputs, int[::1] guards, Py_ssize_t first):
    """Keep what an output or a guard needs; nodes below ``first`` always stay.

    Returns the kept node ids, the new number of each node, and the renumbered operand and sum
    arrays.
    """
    cdef Py_ssize_t n = op.shape[0]
    cdef Py_ssize_t i, k, live = 0, terms = 0
    cdef int o
    keep_array = np.zeros(n, dtype=np.uint8)
    cdef unsigned char[::1] keep = keep_array
    for i in range(first):
        keep[i] = 1
    for i in range(outputs.shape[0]):
        keep[outputs[i]] = 1
    for i in range(guards.shape[0]):
        keep[guards[i]] = 1
    for i in range(n - 1, first - 1, -1):
        if keep[i]:
            o = op[i]
            if o == OP_SUM or o == OP_EXTERNAL:
                terms += b[i]
                for k in range(a[i], a[i] + b[i]):
                    keep[pool[k]] = 1
            elif o > OP_SUM:
                keep[a[i]] = 1
                if OP_ARITY[o] == 2:
                    keep[b[i]] = 1
    for i in range(n):
        live += keep[i]
    if live == n and terms == pool.shape[0]:
        return everything(op, a, b, pool, weights)
    number_array = np.cumsum(keep_array, dtype=np.int32) - np.int32(1)
    cdef int[::1] number = number_array
    kept = np.flatnonzero(keep_array)
    new_a = np.zeros(live, dtype=np.int32)
    new_b = np.zeros(live, dtype=np.int32)
    new_pool = np.empty(terms, dtype=np.int32)
    new_weights = np.empty(terms, dtype=np.float64)
    cdef int[::1] na = new_a
    cdef int[::1] nb = new_b
    cdef int[::1] np_ids = new_pool
    cdef double[::1] np_weights = new_weights
    cdef Py_ssize_t j = 0
    terms = 0
    for i in range(n):
        if not keep[i]:
            continue
        o = op[i]
        if o == OP_SUM or o == OP_EXTERNAL:
            na[j] = <int> terms
            nb[j] = b[i]
            for k in range(a[i], a[i] + b[i]):
                np_ids[terms] = number[pool[k]]
                np_weights[terms] = weights[k]
                terms += 1
        elif o > OP_SUM:
            na[j] = number[a[i]]
            # A unary node's second operand is never read for its value: any node will do.
            nb[j] = number[b[i]] if OP_ARITY[o] == 2 else 0
        else:
            na[j] = a[i]
        j += 1
    return kept, number_array, new_a, new_b, new_pool, new_weights
