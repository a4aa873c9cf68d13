# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Dead node elimination of a finished tape."""

cimport numpy as cnp
from asdopt._operators cimport OP_ARITY, OP_CONSTANT, OP_EXTERNAL, OP_SUM
from libc.string cimport memset

from asdopt.tracing._tape cimport Tape

cnp.import_array()


cdef cnp.ndarray new(Py_ssize_t size, int kind):
    cdef cnp.npy_intp shape = size
    return cnp.PyArray_EMPTY(1, &shape, kind, 0)


cdef Py_ssize_t mark(Py_ssize_t n, const unsigned char *op, const int *a, const int *b,
                     const int *pool, int[::1] ends, int[::1] guards, Py_ssize_t first,
                     unsigned char *kept, Py_ssize_t *terms, Py_ssize_t *numbers) noexcept:
    """Mark what the ends and the guards need; give how many nodes that are.

    And of these how many terms of sums, of the others how many constants.
    """
    cdef Py_ssize_t i, k, size = first
    cdef int o
    memset(kept, 0, n)
    memset(kept, 1, first)
    terms[0] = numbers[0] = 0
    for i in range(ends.shape[0]):
        kept[ends[i]] = 1
    for i in range(guards.shape[0]):
        kept[guards[i]] = 1
    for i in range(n - 1, first - 1, -1):
        if kept[i]:
            size += 1
            o = op[i]
            if o == OP_SUM or o == OP_EXTERNAL:
                terms[0] += b[i]
                for k in range(a[i], a[i] + b[i]):
                    kept[pool[k]] = 1
            elif o > OP_SUM:
                kept[a[i]] = 1
                if OP_ARITY[o] == 2:
                    kept[b[i]] = 1
        elif op[i] == OP_CONSTANT:
            numbers[0] += 1
    return size


cdef tuple live(Py_ssize_t n, const unsigned char *op, const int *a, const int *b,
                const double *val, const int *pool, const double *weights,
                Py_ssize_t pool_size, int[::1] ends, int[::1] guards, Py_ssize_t first,
                Tape tape):
    cdef Py_ssize_t i, j, k, size, terms, numbers
    cdef int o
    kept_array = new(n, cnp.NPY_UINT8)
    cdef unsigned char *kept = <unsigned char *> cnp.PyArray_DATA(kept_array)
    size = mark(n, op, a, b, pool, ends, guards, first, kept, &terms, &numbers)
    if (tape is not None and tape.closed and size + numbers == n and numbers <= n >> 3
            and terms == pool_size):
        # Nothing is dropped but a few numbers that were written into the code, such as exponents:
        # a copy would take longer than the rest.
        return None, tape.take()
    number_array = new(n, cnp.NPY_INT32)
    cdef int *number = <int *> cnp.PyArray_DATA(number_array)
    new_op = new(size, cnp.NPY_UINT8)
    new_a = new(size, cnp.NPY_INT32)
    new_b = new(size, cnp.NPY_INT32)
    new_val = new(size, cnp.NPY_DOUBLE)
    new_pool = new(terms, cnp.NPY_INT32)
    new_weights = new(terms, cnp.NPY_DOUBLE)
    cdef unsigned char *p = <unsigned char *> cnp.PyArray_DATA(new_op)
    cdef int *pa = <int *> cnp.PyArray_DATA(new_a)
    cdef int *pb = <int *> cnp.PyArray_DATA(new_b)
    cdef double *pv = <double *> cnp.PyArray_DATA(new_val)
    cdef int *ids = <int *> cnp.PyArray_DATA(new_pool)
    cdef double *factors = <double *> cnp.PyArray_DATA(new_weights)
    j = terms = 0
    for i in range(n):
        if not kept[i]:
            number[i] = -1
            continue
        number[i] = <int> j
        o = op[i]
        p[j] = <unsigned char> o
        pv[j] = val[i]
        pb[j] = 0
        if o == OP_SUM or o == OP_EXTERNAL:
            pa[j] = <int> terms
            pb[j] = b[i]
            for k in range(a[i], a[i] + b[i]):
                ids[terms] = number[pool[k]]
                factors[terms] = weights[k]
                terms += 1
        elif o > OP_SUM:
            pa[j] = number[a[i]]
            # A unary node's second operand is never read for its value: any node will do.
            if OP_ARITY[o] == 2:
                pb[j] = number[b[i]]
        else:
            pa[j] = a[i]
        j += 1
    return number_array, (new_op, new_a, new_b, new_val, new_pool, new_weights)


def live_nodes(const unsigned char[::1] op, const int[::1] a, const int[::1] b,
               const double[::1] val, const int[::1] pool, const double[::1] weights,
               int[::1] ends, int[::1] guards, Py_ssize_t first):
    """Keep what the ends or the guards need; nodes below ``first`` always stay.

    Returns the new number of each node, -1 of those dropped, and the arrays of what stays:
    op, a, b, val, pool_ids, pool_weights.
    """
    cdef bint has_nodes = op.shape[0] > 0, has_terms = pool.shape[0] > 0
    return live(op.shape[0], &op[0] if has_nodes else NULL, &a[0] if has_nodes else NULL,
                &b[0] if has_nodes else NULL, &val[0] if has_nodes else NULL,
                &pool[0] if has_terms else NULL, &weights[0] if has_terms else NULL,
                pool.shape[0], ends, guards, first, None)


def live_part(Tape tape, int[::1] ends, int[::1] guards):
    """Do the same to a tape; its inputs and parameters always stay.

    The numbers are None where all nodes of a closed tape stay, or all but a few constants, which
    then stay too: the arrays are its own.
    """
    return live(tape.size, tape.op, tape.a, tape.b, tape.val, tape.pool_ids, tape.pool_weights,
                tape.pool_size, ends, guards, tape.num_inputs + tape.num_parameters, tape)
