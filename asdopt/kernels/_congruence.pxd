"""Congruences L' D M of dense blocks; see ``_congruence.pyx``."""

from asdopt.kernels._plan cimport Dense


ctypedef struct Blocks:
    # What a product reads; one matrix and itself for the lower triangle.
    const Dense *left
    const Dense *right
    const int *locals_
    const int *places
    const unsigned char *is_run
    double *d


cdef void add_blocks(const Blocks *blocks, const double *local, double *out) noexcept nogil


cdef class Panels:
    cdef Dense dense
    cdef readonly int[::1] cols
    cdef object keep


cdef class Congruence:
    cdef Blocks blocks
    cdef Panels left, right
    cdef const int[::1] locals_, places
    cdef const unsigned char[::1] is_run
    cdef double[::1] d
