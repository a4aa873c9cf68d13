cimport numpy as cnp


cdef class Tape:
    cdef unsigned char *op
    cdef int *a
    cdef int *b
    cdef double *val
    cdef Py_ssize_t size, capacity
    cdef int *pool_ids
    cdef double *pool_weights
    cdef Py_ssize_t pool_size, pool_capacity
    cdef readonly bint primal
    cdef readonly bint closed
    cdef public bint careful
    cdef public bint lenient
    cdef readonly Py_ssize_t num_inputs
    cdef readonly Py_ssize_t num_parameters
    cdef public object refusal
    cdef public object locate
    cdef public list lines
    cdef readonly list externals
    cdef list guard_nodes
    cdef list guard_values
    cdef bint taken
    cdef bint are_numbers
    cdef bint resting
    cdef Py_ssize_t num_stale
    cdef bint is_done
    cdef public bint has_keys
    cdef public bint estranged
    cdef tuple kept
    cdef object __weakref__

    cdef int grow(self, Py_ssize_t more) except -1
    cdef bint as_numbers(self) except -1
    cdef int adopt(self, Tape other, int node) except -1
    cpdef bint is_past(self) except -1
    cdef int grow_pool(self, Py_ssize_t more) except -1
    cdef int append(self, int op, int a, int b, double value) except -1
    cdef int constant(self, double value) except -1
    cdef int unary(self, int op, int a) except -1
    cdef int binary(self, int op, int a, int b) except -1
    cdef int power(self, int a, int b) except -1
    cdef int add_guard(self, int node, double value) except -1
    cdef tuple take(self)
    cdef cnp.ndarray fill(self, int op, cnp.ndarray a, cnp.ndarray b, int node)
