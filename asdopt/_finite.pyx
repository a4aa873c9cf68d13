# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Whether an array holds a NaN or an infinity, at the speed of memory."""

cimport numpy as cnp

cnp.import_array()


def all_finite(cnp.ndarray values not None):
    """Tell whether all entries of a contiguous float64 array are finite."""
    cdef const double *v = <const double *> cnp.PyArray_DATA(values)
    cdef Py_ssize_t i = 0, n = cnp.PyArray_SIZE(values)
    cdef double a = 0.0, b = 0.0, c = 0.0, d = 0.0
    if (cnp.PyArray_TYPE(values) != cnp.NPY_DOUBLE
            or not cnp.PyArray_IS_C_CONTIGUOUS(values)):
        raise ValueError(f"a contiguous array of float64 is needed, got {values.dtype}")
    # x - x is 0 for finite x, else NaN, which stays in the sum.
    while i + 4 <= n:
        a += v[i] - v[i]
        b += v[i + 1] - v[i + 1]
        c += v[i + 2] - v[i + 2]
        d += v[i + 3] - v[i + 3]
        i += 4
    while i < n:
        a += v[i] - v[i]
        i += 1
    return a + b + c + d == 0.0
