"""Steps of a program, and the registers of their values; see ``_registers.pyx``."""

cimport cython
from asdopt.kernels._expressions cimport Expressions
from asdopt.kernels._plan cimport Instruction

cdef struct Step:
    # Before registers are known: operation, or -1 for none; values written, values read, rest.
    int op, num_written, num_read, num_rest
    int written[2]
    int read[3]
    int rest[5]
    double number


@cython.final
cdef class Compiled:
    cdef readonly object code
    cdef readonly int num_registers, num_gathered, num_staged
    cdef readonly list data, index


cdef class Steps:
    cdef Expressions graph
    cdef list index
    cdef dict data
    cdef int size  # nodes there is room for
    cdef int *register
    cdef unsigned char *done
    cdef unsigned char *is_read
    cdef Step *steps
    cdef Py_ssize_t num_steps, capacity

    cdef int append(self, const Step *step) except -1
    cdef void start(self, Step *step, int op, int node) noexcept
    cdef void reads(self, Step *step, int a, int b, int c) noexcept
    cdef object allocate(self, Compiled found)
    cdef bint is_leaf(self, int node) noexcept
    cdef void encode(self, const Step *step, Instruction *code) noexcept
