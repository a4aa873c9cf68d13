cdef class TapeMemory:
    cdef unsigned char *op
    cdef int *a
    cdef int *b
    cdef double *val
    cdef Py_ssize_t size, capacity
    cdef public Py_ssize_t most
    cdef int *pool_ids
    cdef double *pool_weights
    cdef Py_ssize_t pool_size, pool_capacity
    cdef bint taken
    cdef tuple kept

    cdef int reserve(self, Py_ssize_t more, Py_ssize_t at_least) except -1
    cdef int reserve_pool(self, Py_ssize_t more) except -1
    cdef tuple take(self)
    cdef void leave(self) noexcept
