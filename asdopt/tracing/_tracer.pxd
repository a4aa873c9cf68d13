from asdopt.tracing._tape cimport Tape


cdef class Tracer:
    cdef readonly Tape tape
    cdef readonly int id
    # Of a truth value: it is a Python bool, not NumPy's.
    cdef readonly bint plain

    cdef int need_primal(self, str asked, str what) except -1
    cdef object integer(self, int op, str what)


cdef class TracedFloat(Tracer):
    pass


cdef class TracedBool(Tracer):
    pass


cdef enum:
    NOT_A_NUMBER = -1

cdef dict ufunc_codes

cdef Tracer make(Tape tape, int id)
cdef TracedBool make_bool(Tape tape, int id)
cdef TracedBool make_plain_bool(Tape tape, int id)
cdef TracedFloat make_float(Tape tape, int id)
cdef Tracer result_of(Tape tape, int id, object left, object right)
cdef int operand_of(Tape tape, object o) except -2
