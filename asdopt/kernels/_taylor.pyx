# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Second-order Taylor coefficients of a tape along a line, and the same of derivatives' values."""

import numpy as np

from asdopt._operators cimport (
    OP_ADD, OP_CONSTANT, OP_DX, OP_DY, OP_EXTERNAL, OP_MULTIPLY, OP_NEGATIVE, OP_SELECTS,
    OP_SQUARE, OP_SUBTRACT, OP_SUM, op_first, op_second, op_value,
)
from asdopt.kernels._vector cimport mix
from libc.math cimport NAN, copysign, fabs, isfinite
from libc.stdint cimport uint64_t


cdef extern from *:
    """
    #define LAST_DIGITS 4.440892098500626e-16 /* two units in the last place */
    """
    const double LAST_DIGITS


cdef inline double shaken(double x, uint64_t *state) noexcept nogil:
    """A number with other last digits."""
    state[0] = mix(state[0] + 1)
    return x + x * LAST_DIGITS * (<double> (state[0] >> 11) / 4503599627370496.0 - 1.0)


cdef inline double times(double d, double t, bint selects) noexcept nogil:
    """Product of a partial and a tangent; the unused side of a selection is not seen."""
    return 0.0 if selects and d == 0.0 else d * t


cdef inline double signed_unit(uint64_t seed, Py_ssize_t i) noexcept nogil:
    """Number i of those of a seed, uniform between -1 and 1."""
    cdef uint64_t bits = mix(seed + <uint64_t> i * 0x9E3779B97F4A7C15u)
    return <double> (bits >> 11) / 4503599627370496.0 - 1.0


cdef inline double away_from_zero(uint64_t seed, Py_ssize_t i) noexcept nogil:
    """Number i of those of a seed, of both signs, between 0.5 and 1.5 in size."""
    cdef double u = signed_unit(seed, i)
    return u + copysign(0.5, u)


def points_near(const double[::1] known, double size, uint64_t seed):
    """Random numbers near some others, within ``size * (1 + abs(known))``; near 0.5 for NaN.

    A smaller size gives the same steps, shorter.
    """
    cdef Py_ssize_t i
    cdef double center
    array = np.empty(known.shape[0])
    cdef double[::1] out = array
    for i in range(known.shape[0]):
        center = known[i] if isfinite(known[i]) else 0.5
        out[i] = center + size * ((1.0 + fabs(center)) * signed_unit(seed, i))
    return array


def numbers_away_from_zero(Py_ssize_t size, uint64_t seed):
    """Random numbers of both signs between 0.5 and 1.5 in size."""
    cdef Py_ssize_t i
    array = np.empty(size)
    cdef double[::1] out = array
    for i in range(size):
        out[i] = away_from_zero(seed, i)
    return array


def along_line(trace, const double[::1] x, const double[::1] parameters,
               const double[::1] direction, uint64_t seed=0):
    """Values, first and second derivatives at s = 0 of all nodes at ``x + s * direction``.

    They stand side by side, shape (nodes, 3).

    Results of external functions are NaN, and so are derivatives that are 0 times infinity. With a
    seed each result gets other last digits, at random, as if it were rounded otherwise: how far
    the results of some seeds are apart tells how many digits rounding leaves them.
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
    series = np.empty((n, 3))
    cdef double[:, ::1] w = series
    with nogil:
        for i in range(first_node):
            active[i] = i < num_inputs
            w[i, 0] = x[i] if i < num_inputs else parameters[i - num_inputs]
            w[i, 1] = direction[i] if i < num_inputs else 0.0
            w[i, 2] = 0.0
        for i in range(first_node, n):
            o = op[i]
            p = a[i]
            q = b[i]
            if o == OP_CONSTANT:
                w[i, 0] = val[i]
                w[i, 1] = w[i, 2] = 0.0
            elif o == OP_SUM:
                s = s1 = s2 = 0.0
                for k in range(p, p + q):
                    s += pool_weights[k] * w[pool_ids[k], 0]
                    s1 += pool_weights[k] * w[pool_ids[k], 1]
                    s2 += pool_weights[k] * w[pool_ids[k], 2]
                    if seed:
                        s = shaken(s, &seed)
                        s1 = shaken(s1, &seed)
                        s2 = shaken(s2, &seed)
                    active[i] |= active[pool_ids[k]]
                w[i, 0] = s
                w[i, 1] = s1
                w[i, 2] = s2
            elif o == OP_EXTERNAL:
                active[i] = 1
                w[i, 0] = w[i, 1] = w[i, 2] = NAN
            else:
                x_counts = OP_DX[o] and active[p]
                y_counts = OP_DY[o] and active[q]
                active[i] = x_counts or y_counts
                w[i, 1] = w[i, 2] = 0.0
                if o == OP_MULTIPLY:
                    w[i, 0] = w[p, 0] * w[q, 0]
                    if x_counts:
                        w[i, 1] = w[q, 0] * w[p, 1]
                        w[i, 2] = w[q, 0] * w[p, 2]
                    if y_counts:
                        w[i, 1] += w[p, 0] * w[q, 1]
                        w[i, 2] += w[p, 0] * w[q, 2]
                    if x_counts and y_counts:
                        w[i, 2] += 2.0 * w[p, 1] * w[q, 1]
                elif o == OP_SQUARE:
                    w[i, 0] = w[p, 0] * w[p, 0]
                    if x_counts:
                        w[i, 1] = 2.0 * w[p, 0] * w[p, 1]
                        w[i, 2] = 2.0 * w[p, 0] * w[p, 2] + 2.0 * (w[p, 1] * w[p, 1])
                elif o == OP_ADD:
                    w[i, 0] = w[p, 0] + w[q, 0]
                    w[i, 1] = w[p, 1] + w[q, 1]
                    w[i, 2] = w[p, 2] + w[q, 2]
                elif o == OP_SUBTRACT:
                    w[i, 0] = w[p, 0] - w[q, 0]
                    w[i, 1] = w[p, 1] - w[q, 1]
                    w[i, 2] = w[p, 2] - w[q, 2]
                else:
                    w[i, 0] = op_value(o, w[p, 0], w[q, 0])
                    if active[i]:
                        selects = OP_SELECTS[o]
                        op_first(o, w[p, 0], w[q, 0], w[i, 0], d)
                        op_second(o, w[p, 0], w[q, 0], w[i, 0], d, e)
                        if x_counts:
                            w[i, 1] = times(d[0], w[p, 1], selects)
                            w[i, 2] = times(d[0], w[p, 2], selects) + e[0] * (w[p, 1] * w[p, 1])
                        if y_counts:
                            w[i, 1] += times(d[1], w[q, 1], selects)
                            w[i, 2] += times(d[1], w[q, 2], selects) + e[2] * (w[q, 1] * w[q, 1])
                        if x_counts and y_counts:
                            w[i, 2] += 2.0 * e[1] * (w[p, 1] * w[q, 1])
                if seed and o != OP_NEGATIVE:
                    # What is selected or jumps is not rounded.
                    if (OP_DX[o] or OP_DY[o]) and not OP_SELECTS[o]:
                        w[i, 0] = shaken(w[i, 0], &seed)
                    w[i, 1] = shaken(w[i, 1], &seed)
                    w[i, 2] = shaken(w[i, 2], &seed)
    return series


def of_outputs(const double[:, ::1] series, const int[::1] outputs, const int[::1] rows,
               const int[::1] nodes, const double[::1] coefs):
    """Series of outputs without some terms, and the sizes of what they are sums of.

    Parameters
    ----------
    series : ndarray, shape (nodes, 3)
    outputs : ndarray of int32
    rows, nodes, coefs : the terms ``coefs[k] * nodes[k]`` of ``rows[k]``

    Returns
    -------
    results, sizes : ndarray, shape (3, outputs)
        Without terms sizes are the results themselves: of each its absolute value counts.
    """
    cdef Py_ssize_t i, k, j, m = outputs.shape[0]
    cdef double term
    result_array = np.empty((3, m))
    cdef double[:, ::1] results = result_array, sizes
    with nogil:
        for i in range(m):
            for j in range(3):
                results[j, i] = series[outputs[i], j]
    if not rows.shape[0]:
        return result_array, result_array
    size_array = np.abs(result_array)
    sizes = size_array
    with nogil:
        for k in range(rows.shape[0]):
            for j in range(3):
                term = coefs[k] * series[nodes[k], j]
                results[j, rows[k]] -= term
                sizes[j, rows[k]] += fabs(term)
    return result_array, size_array


def weigh(double[:, ::1] results, double[:, ::1] sizes, uint64_t seed):
    """Random weights of outputs, 0 where one is not finite, and their sum of second derivatives.

    Second derivatives of outputs that are not finite are set to 0.

    Returns
    -------
    finite : ndarray of bool
    weights : ndarray
    second, spread : float
        The sum, and that of the absolute values of its terms.
    """
    cdef Py_ssize_t i, m = results.shape[1]
    cdef double second = 0.0, spread = 0.0
    finite_array, weight_array = np.empty(m, dtype=np.uint8), np.empty(m)
    cdef unsigned char[::1] finite = finite_array
    cdef double[::1] weights = weight_array
    for i in range(m):
        finite[i] = isfinite(results[0, i]) and isfinite(results[1, i]) and isfinite(results[2, i])
        if finite[i]:
            weights[i] = away_from_zero(seed, i)
            second += weights[i] * results[2, i]
            spread += fabs(weights[i] * sizes[2, i])
        else:
            weights[i] = results[2, i] = sizes[2, i] = 0.0
    return finite_array.view(np.bool_), weight_array, second, spread


def agree(const double[::1] got, const double[::1] wanted, finite, const double[::1] scale,
          const double[::1] sizes, double tolerance):
    """Whether all that is finite differs by no more than ``tolerance * (scale + abs(sizes))``."""
    cdef const unsigned char[::1] counts = finite.view(np.uint8)
    cdef Py_ssize_t i
    for i in range(got.shape[0]):
        if counts[i] and not fabs(got[i] - wanted[i]) <= tolerance * (scale[i] + fabs(sizes[i])):
            return False
    return True


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


def inner_product(const double[::1] values, const double[::1] direction):
    """``values @ direction``, and the sum of its absolute terms."""
    cdef Py_ssize_t k
    cdef double step, total = 0.0, scale = 0.0
    for k in range(values.shape[0]):
        step = values[k] * direction[k]
        total += step
        scale += fabs(step)
    return total, scale


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
