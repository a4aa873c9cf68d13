from asdopt._vector cimport Doubles, Ints


cdef class AffineTape:
    cdef const unsigned char[::1] op
    cdef const int[::1] a, b, pool_ids, ends
    cdef const double[::1] val, pool_weights
    cdef readonly object start_values
    cdef Py_ssize_t num_leaves, num_first
    cdef int[::1] uses, place
    cdef unsigned char[::1] absorbed
    cdef Ints targets, indptr, ids, chain
    cdef Doubles coefs, starts, divisors

    cdef bint is_sum(self, int i) noexcept nogil
    cdef bint is_multiple(self, int i) noexcept nogil
    cdef void absorb(self) noexcept nogil
    cdef int add_term(self, int i, double c) except -1 nogil
    cdef int add_row(self, int i) except -1 nogil
    cdef void run(self, double *values, bint is_first) noexcept nogil
