"""Programs that are run over blocks of instances; see ``_plan.pyx``."""

from libc.stdint cimport uint16_t

cdef extern from "kernels/_program.h" nogil:
    ctypedef struct Instruction:
        uint16_t op, d, a, b, c, e
        double k
    ctypedef struct Program:
        const Instruction *code
        int num_registers, num_data, num_gathered, num_staged, num_index, width
        int num_instances, num_blocks, num_steps
        double *data
        const int *index
        const unsigned char *modes

cdef extern from "kernels/_dense.h" nogil:
    ctypedef struct Dense:
        Py_ssize_t rows, panels
        const double *values

# ``(left, right, d, places, is_run, out)``: adds left' diag(d) right to places of out.
ctypedef void (*Product)(const Dense *, const Dense *, const double *, const int *,
                         const unsigned char *, double *) noexcept nogil

cdef Product product() noexcept nogil

ctypedef struct Workspace:
    double **table
    double *registers
    int large


cdef class Plan:
    cdef Program *programs
    cdef unsigned char *exclusive
    cdef Py_ssize_t count, table_size, registers_size, shared_steps
    cdef Workspace *workspaces
    cdef int num_workspaces
    cdef list keep, registers

    cdef void free_workspaces(self) noexcept
    cdef int set_threads(self, int number) except -1
    cdef bint run(self, const double *const *source, double *const *target,
                  bint keep) noexcept nogil
