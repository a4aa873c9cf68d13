from asdopt.tracing._tape cimport Tape

cdef bint is_step(Tape tape, int node) except -1
cdef bint is_coarse(Tape tape, int node) except -1
