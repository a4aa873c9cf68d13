"""One kind of result; see ``_job.pyx``."""

from asdopt.kernels._congruence cimport Blocks
from asdopt.kernels._plan cimport Plan


cdef class Sparse:
    cdef const int[::1] rows, cols
    cdef const Py_ssize_t[::1] indptr
    cdef const double[::1] coefs
    cdef Py_ssize_t num_rows

    cdef void add(self, const double *x, double *out) noexcept nogil


cdef class Weighted:
    cdef const int[::1] rows, places, run_places, run_starts
    cdef const Py_ssize_t[::1] indptr
    cdef const double[::1] values, largest
    cdef bint is_in_runs

    cdef bint add(self, const double *weights, double *out) noexcept nogil


cdef class Job:
    cdef const double[::1] base
    cdef readonly Py_ssize_t size, num_own
    cdef bint is_zero, is_copied, is_scaled, is_bounded, reads
    cdef double largest
    cdef const Py_ssize_t[:, ::1] runs, scaled_runs
    cdef const int[::1] touched_places
    cdef const double[::1] touched_values
    cdef Sparse linear, spread
    cdef Weighted weighted, spread_runs
    cdef list keep
    cdef Blocks *blocks
    cdef Py_ssize_t num_congruences
    cdef Plan plan
    cdef double[::1] local

    cdef void scale(self, double factor, double *out) noexcept nogil
    cdef bint run(self, const double *x, const double *y, const double *factor,
                  const double *multipliers, double *out, bint keep) noexcept nogil
