cdef struct Instruction:
    int op
    int arg
    int caches
    int prefixes  # EXTENDED_ARG before it
    int target    # index of the instruction that it may jump to, -1
    int place     # index of its location
    int unit      # where it begins, in units of two bytes

cdef struct Location:
    int line      # -1: none
    int end_line
    int column    # -1: none
    int end_column

cdef struct Handler:
    int first     # of the instructions that it guards
    int stop
    int target
    int depth     # of the stack that it finds
    int lasti     # 1: an index is pushed before the exception


cdef class Assembly:
    cdef Instruction *instructions
    cdef int count
    cdef int capacity
    cdef Location *places
    cdef int num_places
    cdef Handler *handlers
    cdef int num_handlers

    cdef int add(self, int op, int arg, int target, int place) except -1
    cdef object assemble(self, object code, int *begins, tuple consts, int room)
    cdef bytearray words(self, int *begins)
    cdef bytearray lines(self, int line)
    cdef bytearray ranges(self, int *begins)
    cdef int unit_of(self, int i) noexcept


cdef Assembly disassembled(object code)
