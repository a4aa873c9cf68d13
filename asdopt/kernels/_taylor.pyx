# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Second-order Taylor coefficients of a tape along a line, and the same of derivatives' values."""

import numpy as np

from libc.math cimport NAN, fabs

cdef extern from "_operators.h" nogil:
    enum:
        OP_CONSTANT
        OP_SUM
        OP_EXTERNAL
        OP_ADD
        OP_SUBTRACT
        OP_MULTIPLY
    const unsigned char OP_DX[]
    const unsigned char OP_DY[]
    const unsigned char OP_SELECTS[]
    double op_value(int op, double x, double y)
    void op_first(int op, double x, double y, double v, double *d)
    void op_second(int op, double x, double y, double v, const double *d, double *e)


cdef inline double times(double d, double t, bint selects) noexcept nogil:
    """Product of a partial and a tangent; the unused side of a selection is not seen."""
    return 0.0 if selects and d == 0.0 else d * t


def along_line(trace, const double[::1] x, const double[::1] parameters,
               const double[::1] direction):
    """Values, first and second derivatives at s = 0 of all nodes at ``x + s * direction``.

    Results of external functions are NaN, and so are derivatives that are 0 times infinity.
    """
    cdef const unsigned char[::1] op = trace.op
    cdef const int[::1] a = trace.a, b = trace.b, pool_ids = trace.pool_ids
    cdef const double[::1] val = trace.val, pool_weights = trace.pool_weights
    cdef Py_ssize_t i, k, n = op.shape[0], num_inputs = x.shape[0]
    cdef Py_ssize_t first_node = num_inputs + parameters.shape[0]
    cdef int o, p, q
    cdef bint x_counts, y_counts, selects
    cdef double s, s1, s2
    # Nodes that depend on x: the tangents of others are 0, and no partial counts there.
    cdef unsigned char[::1] active = np.zeros(n, dtype=np.uint8)
    cdef double d[2]
    cdef double e[3]
    value, first, second = np.empty(n), np.empty(n), np.empty(n)
    cdef double[::1] v = value, t = first, u = second
    with nogil:
        for i in range(first_node):
            active[i] = i < num_inputs
            v[i] = x[i] if i < num_inputs else parameters[i - num_inputs]
            t[i] = direction[i] if i < num_inputs else 0.0
            u[i] = 0.0
        for i in range(first_node, n):
            o = op[i]
            p = a[i]
            q = b[i]
            if o == OP_CONSTANT:
                v[i] = val[i]
                t[i] = u[i] = 0.0
            elif o == OP_SUM:
                s = s1 = s2 = 0.0
                for k in range(p, p + q):
                    s += pool_weights[k] * v[pool_ids[k]]
                    s1 += pool_weights[k] * t[pool_ids[k]]
                    s2 += pool_weights[k] * u[pool_ids[k]]
                    active[i] |= active[pool_ids[k]]
                v[i] = s
                t[i] = s1
                u[i] = s2
            elif o == OP_EXTERNAL:
                active[i] = 1
                v[i] = t[i] = u[i] = NAN
            else:
                x_counts = OP_DX[o] and active[p]
                y_counts = OP_DY[o] and active[q]
                active[i] = x_counts or y_counts
                t[i] = u[i] = 0.0
                if o == OP_MULTIPLY:
                    v[i] = v[p] * v[q]
                    if x_counts:
                        t[i] = v[q] * t[p]
                        u[i] = v[q] * u[p]
                    if y_counts:
                        t[i] += v[p] * t[q]
                        u[i] += v[p] * u[q]
                    if x_counts and y_counts:
                        u[i] += 2.0 * t[p] * t[q]
                elif o == OP_ADD:
                    v[i] = v[p] + v[q]
                    t[i] = t[p] + t[q]
                    u[i] = u[p] + u[q]
                elif o == OP_SUBTRACT:
                    v[i] = v[p] - v[q]
                    t[i] = t[p] - t[q]
                    u[i] = u[p] - u[q]
                else:
                    v[i] = op_value(o, v[p], v[q])
                    if not active[i]:
                        continue
                    selects = OP_SELECTS[o]
                    op_first(o, v[p], v[q], v[i], d)
                    op_second(o, v[p], v[q], v[i], d, e)
                    if x_counts:
                        t[i] = times(d[0], t[p], selects)
                        u[i] = times(d[0], u[p], selects) + e[0] * (t[p] * t[p])
                    if y_counts:
                        t[i] += times(d[1], t[q], selects)
                        u[i] += times(d[1], u[q], selects) + e[2] * (t[q] * t[q])
                    if x_counts and y_counts:
                        u[i] += 2.0 * e[1] * (t[p] * t[q])
    return value, first, second


def product_by_rows(const int[::1] rows, const int[::1] cols, const double[::1] values,
                    const double[::1] direction, double[::1] out, double[::1] scale):
    """Add ``values[k] * direction[cols[k]]`` to ``out[rows[k]]``, absolute values to ``scale``."""
    cdef Py_ssize_t k
    cdef double step
    with nogil:
        for k in range(rows.shape[0]):
            step = values[k] * direction[cols[k]]
            out[rows[k]] += step
            scale[rows[k]] += fabs(step)


def square_form(const int[::1] rows, const int[::1] cols, const double[::1] values,
                const double[::1] direction):
    """``direction @ H @ direction`` of a lower triangle, and the sum of its absolute terms."""
    cdef Py_ssize_t k
    cdef double step, total = 0.0, scale = 0.0
    with nogil:
        for k in range(rows.shape[0]):
            step = values[k] * direction[rows[k]] * direction[cols[k]]
            if rows[k] != cols[k]:
                step *= 2.0
            total += step
            scale += fabs(step)
    return total, scale
