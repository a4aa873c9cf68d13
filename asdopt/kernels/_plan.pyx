# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""The block machine: runs programs over blocks of instances.

Enters: register programs with the data of their instances (``_packing.py``). Leaves: a
:class:`Plan` that scatters their results. Next: ``_machine.pyx``.
"""

import math

import numpy as np

cimport numpy as cnp
from libc.stdlib cimport calloc, free

cnp.import_array()

cdef extern from "kernels/_builds.h" nogil:
    ctypedef int (*Run)(const Program *, int, int, int, double *, double **,
                        const double *const *, double *const *) noexcept nogil
    const char *MACHINE_NAMES[]
    const char *UNARY_NAMES[]
    const char *BINARY_NAMES[]
    const char *BUILD
    Run choose_build(const char *)
    Product PRODUCT
    enum:
        NUM_MACHINE_OPERATIONS

cdef extern from "kernels/_threads.h" nogil:
    ctypedef void (*Task)(void *, int) noexcept nogil
    void run_parts(Task, void *, int)

OPERATION = {MACHINE_NAMES[k].decode(): k for k in range(NUM_MACHINE_OPERATIONS)}
INSTRUCTION = np.dtype(
    [(name, np.uint16) for name in "op d a b c e".split()] + [("k", np.float64)], align=True)


cdef list names(const char **found):
    cdef Py_ssize_t k = 0
    result = []
    while found[k] != NULL:
        result.append(found[k].decode())
        k += 1
    return result


UNARY = names(<const char **> UNARY_NAMES)
BINARY = names(<const char **> BINARY_NAMES)

cdef Run RUN = choose_build(NULL)
# From this many instructions on, each for a block, threads share them: some 60 microseconds.
cdef Py_ssize_t LONG = 2000


cdef Product product() noexcept nogil:
    """The dense product of the build that runs."""
    return PRODUCT


def build():
    """Name of the build of the machine that runs on this CPU."""
    return BUILD.decode()


def use_build(name):
    """Run another build, for tests and measurements; return the name of the one that is found."""
    global RUN
    RUN = choose_build(name.encode())
    return build()


def aligned(shape, dtype):
    """Array that begins at a multiple of 64 bytes."""
    cdef Py_ssize_t count = math.prod(shape) * np.dtype(dtype).itemsize, start
    cdef cnp.ndarray buffer = np.zeros(count + 64, dtype=np.uint8)
    start = 64 - <size_t> cnp.PyArray_DATA(buffer) % 64
    return buffer[start:start + count].view(dtype).reshape(shape)


ctypedef struct Share:
    # What parts of a run need: the programs, and of each part its own registers.
    const Program *programs
    const unsigned char *exclusive
    Py_ssize_t count, total
    Workspace *workspaces
    int parts, keep
    const double *const *source
    double *const *target


cdef int run_blocks(const Program *p, Py_ssize_t first, Py_ssize_t last, int keep,
                    Workspace *own, const double *const *source,
                    double *const *target) noexcept nogil:
    cdef int j
    for j in range(p.num_registers):
        own.table[j] = own.registers + j * p.width
    return RUN(p, <int> first, <int> last, keep, own.registers, own.table, source, target)


cdef void run_part(void *context, int part) noexcept nogil:
    """Run a part of the exclusive programs: blocks that together have their share of steps."""
    cdef Share *share = <Share *> context
    cdef Workspace *own = &share.workspaces[part]
    cdef Py_ssize_t low = share.total * part // share.parts
    cdef Py_ssize_t high = share.total * (part + 1) // share.parts
    cdef Py_ssize_t k, first, last, cost, passed = 0
    cdef const Program *p
    own.large = 0
    for k in range(share.count):
        if not share.exclusive[k]:
            continue
        p = &share.programs[k]
        cost = p.num_steps
        # Blocks that begin within the share.
        first = min(max((low - passed + cost - 1) // cost, 0), p.num_blocks)
        last = min(max((high - passed + cost - 1) // cost, 0), p.num_blocks)
        if first < last:
            own.large |= run_blocks(p, first, last, share.keep, own, share.source, share.target)
        passed += cost * p.num_blocks


cdef class Plan:
    """Programs that are run one after the other, with registers of their own.

    Parameters
    ----------
    programs : list of tuple
        ``(code, num_registers, num_gathered, num_staged, num_instances, data, index, modes,
        is_exclusive)``: an array of INSTRUCTION, four numbers, arrays of shape
        (blocks, rows, width) and (blocks, rows), and whether no place gets a value of another
        instance: threads may run such a program, and the result is the same to the last bit.
    """

    def __cinit__(self, list programs):
        cdef Py_ssize_t k, size = 1
        cdef Program *p
        cdef cnp.ndarray code, data, index, modes
        self.count = len(programs)
        self.programs = <Program *> calloc(max(self.count, 1), sizeof(Program))
        self.exclusive = <unsigned char *> calloc(max(self.count, 1), 1)
        self.keep = []
        most = 0
        if self.programs == NULL or self.exclusive == NULL:
            raise MemoryError()
        for k in range(self.count):
            (code, num_registers, num_gathered, num_staged, num_instances, data, index,
             modes, is_exclusive) = programs[k]
            self.keep.append((code, data, index, modes))
            p = &self.programs[k]
            p.code = <const Instruction *> cnp.PyArray_DATA(code)
            p.num_steps = code.shape[0]
            p.num_registers = num_registers
            p.num_gathered = num_gathered
            p.num_staged = num_staged
            p.num_instances = num_instances
            p.num_blocks = index.shape[0]
            p.num_data = data.shape[1]
            p.num_index = index.shape[1]
            p.width = index.shape[2]
            p.data = <double *> cnp.PyArray_DATA(data)
            p.index = <const int *> cnp.PyArray_DATA(index)
            p.modes = <const unsigned char *> cnp.PyArray_DATA(modes)
            size = max(size, p.num_registers + p.num_data + p.num_gathered)
            most = max(most, (p.num_registers + p.num_gathered + p.num_staged) * p.width)
            self.exclusive[k] = is_exclusive
            if is_exclusive:
                self.shared_steps += <Py_ssize_t> p.num_steps * p.num_blocks
        self.table_size = size
        self.registers_size = most + 8
        self.set_threads(1)

    def __dealloc__(self):
        self.free_workspaces()
        free(self.programs)
        free(self.exclusive)

    cdef void free_workspaces(self) noexcept:
        cdef int k
        for k in range(self.num_workspaces):
            free(self.workspaces[k].table)
        free(self.workspaces)
        self.workspaces = NULL
        self.num_workspaces = 0

    cdef int set_threads(self, int number) except -1:
        """Share the work among so many threads, where there is enough of it."""
        cdef int k
        if self.shared_steps < LONG:
            number = 1
        if number == self.num_workspaces:
            return 0
        self.free_workspaces()
        self.registers = [aligned((self.registers_size,), np.float64) for _ in range(number)]
        self.workspaces = <Workspace *> calloc(number, sizeof(Workspace))
        if self.workspaces == NULL:
            raise MemoryError()
        for k in range(number):
            self.num_workspaces = k + 1
            self.workspaces[k].registers = <double *> cnp.PyArray_DATA(
                <cnp.ndarray> self.registers[k])
            self.workspaces[k].table = <double **> calloc(self.table_size, sizeof(double *))
            if self.workspaces[k].table == NULL:
                raise MemoryError()
        return 0

    cdef bint run(self, const double *const *source, double *const *target,
                  bint keep) noexcept nogil:
        """Run all; tell whether a result is no finite number, or large."""
        cdef Py_ssize_t k
        cdef int large = 0, parts = self.num_workspaces
        cdef Share share
        if parts > 1:
            share.programs = self.programs
            share.exclusive = self.exclusive
            share.count = self.count
            share.total = self.shared_steps
            share.workspaces = self.workspaces
            share.parts = parts
            share.keep = keep
            share.source = source
            share.target = target
            run_parts(run_part, &share, parts)
            for k in range(parts):
                large |= self.workspaces[k].large
        for k in range(self.count):
            if parts == 1 or not self.exclusive[k]:
                large |= run_blocks(&self.programs[k], 0, self.programs[k].num_blocks, keep,
                                    &self.workspaces[0], source, target)
        return large
