from asdopt.tracing._tape cimport Tape

cdef int check_float(Tape tape, int op, int a, int b, int node) except -1
cdef int domain_guard(Tape tape, int node) except -1
