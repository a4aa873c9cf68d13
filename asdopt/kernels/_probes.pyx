# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Random points, directions and weights, and what derivatives give along them."""

import numpy as np

from asdopt._vector cimport mix
from libc.math cimport copysign, fabs, isfinite
from libc.stdint cimport uint64_t


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


def weigh(double[:, ::1] results, double[:, ::1] sizes, uint64_t seed, double[::1] weights):
    """Random weights of outputs, 0 where one is not finite, and their sum of second derivatives.

    Second derivatives of outputs that are not finite are set to 0.

    Returns
    -------
    finite : ndarray of bool
    second, spread : float
        The sum, and that of the absolute values of its terms.
    """
    cdef Py_ssize_t i, m = results.shape[1]
    cdef double weight, nothing, second = 0.0, spread = 0.0
    finite_array = np.empty(m, dtype=np.uint8)
    cdef unsigned char[::1] finite = finite_array
    for i in range(m):
        nothing = (results[0, i] - results[0, i]) + (results[1, i] - results[1, i])
        nothing += results[2, i] - results[2, i]
        finite[i] = nothing == 0.0  # NaN where one is not
        if nothing == 0.0:
            weight = weights[i] = away_from_zero(seed, i)
            second += weight * results[2, i]
            spread += fabs(weight * sizes[2, i])
        else:
            weights[i] = results[2, i] = sizes[2, i] = 0.0
    return finite_array.view(np.bool_), second, spread


def values_agree(const double[::1] got, const double[::1] wanted, finite,
                 const double[::1] sizes, double tolerance):
    """Whether all that is finite differs by no more than ``tolerance * abs(sizes)``."""
    cdef const unsigned char[::1] counts = finite.view(np.uint8)
    cdef Py_ssize_t i
    for i in range(got.shape[0]):
        if counts[i] and not fabs(got[i] - wanted[i]) <= tolerance * fabs(sizes[i]):
            return False
    return True


def slopes_agree(const int[::1] rows, const int[::1] cols, const double[::1] values,
                 const double[::1] direction, const double[::1] wanted, finite,
                 const double[::1] sizes, double tolerance):
    """Whether the products of a matrix's rows and the direction agree with those wanted.

    Of row r those are ``wanted[r + 1]``; row and columns of the entries are in order. They may
    differ by ``tolerance`` of the sum of absolute terms and of ``abs(sizes[r + 1])``.
    """
    cdef const unsigned char[::1] counts = finite.view(np.uint8)
    cdef Py_ssize_t i, k = 0, count = rows.shape[0]
    cdef double step, total, scale
    for i in range(1, wanted.shape[0]):
        total = scale = 0.0
        while k < count and rows[k] < i:
            step = values[k] * direction[cols[k]]
            total += step
            scale += fabs(step)
            k += 1
        if counts[i] and not fabs(total - wanted[i]) <= tolerance * (scale + fabs(sizes[i])):
            return False
    return True


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
