"""What is below each term of a trace; see ``_cones.pyx``."""

cimport cython
from asdopt._vector cimport Ints
from libc.stdint cimport uint64_t


@cython.final
cdef class Cones:
    cdef const unsigned char[::1] op
    cdef const int[::1] a, b, pool_ids
    cdef const double[::1] val, pool_weights
    cdef unsigned char[::1] affine
    cdef uint64_t[::1] hashes
    cdef int[::1] mark
    cdef Ints stack, inner, vars
    cdef Py_ssize_t first_node, num_inputs, steps
    cdef int stamp, max_expanded

    cdef void count_affine(self) noexcept nogil
    cdef void hash_nodes(self) noexcept nogil
    cdef bint is_variable(self, int i) noexcept nogil
    cdef bint walk(self, int root, Py_ssize_t max_operations, Py_ssize_t max_vars) except -1 nogil
    cdef int enter(self, int i) except -1 nogil
    cdef bint shareable(self, int i) noexcept nogil
