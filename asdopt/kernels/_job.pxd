"""One kind of result; see ``_job.pyx``."""

from asdopt.kernels._plan cimport Plan


cdef class Sparse:
    cdef const int[::1] rows, cols
    cdef const Py_ssize_t[::1] indptr
    cdef const double[::1] coefs
    cdef Py_ssize_t num_rows

    cdef void add(self, const double *x, double *out) noexcept nogil


cdef class Job:
    cdef const double[::1] base
    cdef readonly Py_ssize_t size, num_own
    cdef bint is_zero, is_copied, is_bounded
    cdef const Py_ssize_t[:, ::1] runs
    cdef const int[::1] touched_places
    cdef const double[::1] touched_values
    cdef Sparse linear, spread
    cdef Plan plan
    cdef double[::1] local

    cdef bint run(self, const double *x, const double *y, const double *factor,
                  const double *multipliers, double *out, bint keep) noexcept nogil
