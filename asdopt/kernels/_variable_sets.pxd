from asdopt._vector cimport Ints
from asdopt.kernels._cones cimport Cones


cdef class VariableSets:
    cdef Cones cones
    cdef const Py_ssize_t[::1] indptr
    cdef const int[::1] nodes
    cdef Py_ssize_t num_rows, num_elements, num_terms, num_sets
    cdef int[::1] term, term_node, set_of, element_row
    # sets of variables: their entries, and the number of operations of each term
    cdef Py_ssize_t[::1] set_start
    cdef int[::1] set_size, operations
    cdef Ints entries
    cdef int max_operations
    cdef unsigned char[::1] large

    cdef find(self, trace, const Py_ssize_t[::1] indptr, const int[::1] nodes, whole,
              Py_ssize_t max_steps, of_nodes, int max_operations, int max_vars)
    cdef number_terms(self, int[::1] number, const unsigned char[::1] whole)
    cdef int find_sets(self, Py_ssize_t max_steps, int max_vars) except -1
    cdef bint contains(self, int host, int guest) noexcept nogil
