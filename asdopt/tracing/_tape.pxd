cimport numpy as cnp

from asdopt.tracing._tape_memory cimport TapeMemory


cdef class Tape(TapeMemory):
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
    cdef bint are_numbers
    cdef bint resting
    # Values of earlier traces that had derivatives there.
    cdef readonly Py_ssize_t num_stale
    cdef bint is_done
    cdef public bint has_keys
    cdef public bint estranged
    # Arrays of the user's that were made outside and hold traced values, see _workspaces.py.
    cdef public object workspaces
    cdef object __weakref__

    cdef int grow(self, Py_ssize_t more) except -1
    cdef bint as_numbers(self) except -1
    cdef int adopt(self, Tape other, int node) except -1
    cpdef bint is_past(self) except -1
    cdef int append(self, int op, int a, int b, double value) except -1
    cdef int constant(self, double value) except -1
    cdef int unary(self, int op, int a) except -1
    cdef int binary(self, int op, int a, int b) except -1
    cdef int power(self, int a, int b) except -1
    cdef int add_guard(self, int node, double value) except -1
    cdef cnp.ndarray fill(self, int op, cnp.ndarray a, cnp.ndarray b, int node)
