"""Values and partial derivatives of a tape's nodes; see ``_partials.pyx``."""

from asdopt.backends._lanes cimport Lanes


cdef int check_size(Py_ssize_t given, Py_ssize_t wanted, str what) except -1


cdef class Partials:
    cdef unsigned char[::1] op
    cdef int[::1] a
    cdef int[::1] b
    cdef double[::1] val
    cdef int[::1] pool_ids
    cdef double[::1] pool_weights
    cdef int[::1] guard_nodes
    cdef double[::1] guard_values
    cdef int[::1] outputs
    cdef unsigned char[::1] active, used
    cdef double[::1] da, db, daa, dab, dbb
    cdef Lanes rows
    # Nodes whose partial derivatives change with the point.
    cdef int[::1] varying
    cdef Py_ssize_t num_nodes, num_inputs, first_node, num_first
    # Numbers of nodes at the front: whose partial derivatives that never change are set, and whose
    # first ones are those of the last point.
    cdef Py_ssize_t num_set, num_known
    cdef bint selects, has_calls
    cdef tuple calls
    # An unset memoryview is not None in C: this tells whether the arrays exist.
    cdef bint has_second
    cdef bint is_calling  # an external function

    cdef bint is_linear(self, Py_ssize_t i) noexcept nogil
    cdef int mark_active(self) except -1
    cdef void evaluate(self, Py_ssize_t start, Py_ssize_t stop) noexcept nogil
    cdef int begin(self) except -1
    cdef ask(self, function, x, weights=*)
    cdef void differentiate(self, Py_ssize_t i) noexcept nogil
    cdef set_external_weights(self, call)
    cdef void cut(self, Py_ssize_t stop) noexcept
    cdef int fill(self, Py_ssize_t start, Py_ssize_t stop) except -1
    cdef int differentiate_all(self, Py_ssize_t stop) except -1
