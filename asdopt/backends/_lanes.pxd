cdef extern from "backends/_lane_builds.h" nogil:
    enum:
        LANES
        LANE_SKIP
        LANE_SUM
        LANE_UNARY
        LANE_SECOND
        LANE_BINARY
    ctypedef struct LaneTape:
        const unsigned char *kind
        const int *a
        const int *b
        const int *node
        const int *pool
        const int *slot
        const int *slot_a
        const int *slot_b
        const int *slot_pool
        const double *weights
        const double *da
        const double *db
        const double *daa
        const double *dab
        const double *dbb
        double *bar

cdef class Terms:
    cdef const unsigned char[::1] op
    cdef const int[::1] a, b, pool
    cdef const double[::1] val, weights
    cdef const unsigned char[::1] active

    cdef Py_ssize_t count(self, Py_ssize_t i) noexcept nogil
    cdef Py_ssize_t term(self, Py_ssize_t i, Py_ssize_t k, double *factor) noexcept nogil

cdef class Lanes:
    cdef LaneTape tape
    cdef Py_ssize_t num_rows, num_inputs, num_slots
    # Row of each node; of those without one, that of a tangent which is always 0.
    cdef int[::1] row
    cdef int[::1] a, b, node, pool, first_use
    # Where adjoints of lanes are kept, those of inputs in front.
    cdef int[::1] slot, slot_a, slot_b, slot_pool
    cdef unsigned char[::1] kind
    cdef double[::1] weights, bar
    cdef Py_ssize_t num_terms

    cdef bint fill(self, Terms terms, Py_ssize_t first, const unsigned char[::1] needed,
                   const int[::1] linear_uses, const Py_ssize_t[::1] sizes)
    cdef void point(self)
    cdef Py_ssize_t rows_below(self, Py_ssize_t node) noexcept nogil
    cdef void assign_slots(self, int[::1] outputs)
    cdef void use(self, int operand, Py_ssize_t row) noexcept nogil
    cdef void add_row(self, Py_ssize_t i, int kind, int a, int b) noexcept nogil
