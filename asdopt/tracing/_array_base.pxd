cimport numpy as cnp

from asdopt.tracing._tape cimport Tape


cdef class TracedArrayBase:
    cdef readonly Tape tape
    cdef cnp.ndarray _ids
    cdef readonly bint is_bool
