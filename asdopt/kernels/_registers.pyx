# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Give registers to the values of a program, and write its instructions.

Enters: the steps of a program in their order (``_programs.pyx``). Leaves: instructions of the block
machine. A register is free again at the step that reads its value last, also for what that step
writes.
"""

import numpy as np

cimport cython
cimport numpy as cnp
from asdopt.kernels._expressions cimport DATA, SLOT, WEIGHT, Expressions
from asdopt.kernels._plan cimport Instruction
from asdopt._vector cimport Ints, grown, push_int
from libc.stdint cimport uint16_t
from libc.stdlib cimport calloc, free

from asdopt.kernels._plan import INSTRUCTION, OPERATION

cnp.import_array()

cdef enum:
    MOST_OPERANDS = 65535

cdef int GATHER = OPERATION["GATHER"], GATHER_DIFFERENCE = OPERATION["GATHER_DIFFERENCE"]
cdef int SCATTER = OPERATION["SCATTER"], SCATTER_NEGATIVE = OPERATION["SCATTER_NEGATIVE"]
cdef int ENTRY = OPERATION["ENTRY"], ENTRY_NEGATIVE = OPERATION["ENTRY_NEGATIVE"]
cdef int STORE_ROWS = OPERATION["STORE_ROWS"]
cdef int CALL = OPERATION["CALL"], CALL_TWO = OPERATION["CALL_TWO"]

if sizeof(Instruction) != INSTRUCTION.itemsize:
    raise ImportError("the layouts of instructions differ")


@cython.final
cdef class Compiled:
    """A register program.

    Attributes
    ----------
    code : ndarray of INSTRUCTION
    num_registers, num_gathered : int
    data : list of int
        Data columns that the table of pointers holds after the registers and before what is
        gathered.
    index : list of (kind, key)
        Rows of indices: ``("slot", k)``, ``("weight", k)``, ``("result", place)``; for whole row k
        ``("first", k)``; for an order ``("order", number)``, two entries an index, and behind it
        ``("room", (number, entry))`` for more of them.
    num_staged : int
        Rows of values that wait to be stored together.
    """


def read_factor(cnp.ndarray code, int row):
    """Let the weights of a row of indices come from the objective's factor."""
    cdef Instruction *instructions = <Instruction *> cnp.PyArray_DATA(code)
    cdef Py_ssize_t k
    for k in range(code.shape[0]):
        if instructions[k].op == GATHER and instructions[k].a == row and instructions[k].b == 1:
            instructions[k].b = 2


cdef class Steps:
    """The steps of a program; arrays by node have room for the nodes that compiling adds."""

    def __cinit__(self, Expressions graph, *_):
        self.graph = graph
        self.index = []
        self.data = {}
        self.size = 2 * <int> graph.kind.size
        self.register = <int *> calloc(self.size, sizeof(int))
        self.done = <unsigned char *> calloc(self.size, 1)
        self.is_read = <unsigned char *> calloc(self.size, 1)
        if not (self.register and self.done and self.is_read):
            raise MemoryError()

    def __dealloc__(self):
        free(self.register)
        free(self.done)
        free(self.is_read)
        free(self.steps)

    cdef int append(self, const Step *step) except -1:
        if self.num_steps == self.capacity:
            self.capacity = 2 * self.capacity + 64
            self.steps = <Step *> grown(self.steps, self.capacity * sizeof(Step))
        self.steps[self.num_steps] = step[0]
        self.num_steps += 1
        return 0

    cdef void start(self, Step *step, int op, int node) noexcept:
        step.op = op
        step.num_written = node >= 0
        step.written[0] = node
        step.num_read = step.num_rest = 0
        step.number = 0.0

    cdef void reads(self, Step *step, int a, int b, int c) noexcept:
        step.read[0] = a
        step.read[1] = b
        step.read[2] = c
        step.num_read = 1 if b < 0 else 2 if c < 0 else 3

    cdef object allocate(self, Compiled found):
        cdef Ints free_registers, gathered
        cdef Py_ssize_t k
        cdef int j, node, count = 0
        cdef Step *step
        cdef Instruction *code
        free_registers.data = gathered.data = NULL
        free_registers.size = free_registers.capacity = gathered.size = gathered.capacity = 0
        # Going backwards, the first read met is a value's last: of those the reader is marked by
        # a negative number of the value.
        for k in range(self.num_steps - 1, -1, -1):
            step = &self.steps[k]
            for j in range(step.num_read):
                node = step.read[j]
                if not self.is_read[node]:
                    self.is_read[node] = 1
                    step.read[j] = ~node
        try:
            for k in range(self.num_steps):
                step = &self.steps[k]
                for j in range(step.num_read):
                    if step.read[j] < 0:
                        step.read[j] = ~step.read[j]
                        if not self.is_leaf(step.read[j]):
                            push_int(&free_registers, self.register[step.read[j]])
                for j in range(step.num_written):
                    node = step.written[j]
                    if self.is_leaf(node):
                        push_int(&gathered, node)
                        continue
                    if free_registers.size == 0:
                        push_int(&free_registers, count)
                        count += 1
                    free_registers.size -= 1
                    self.register[node] = free_registers.data[free_registers.size]
                if step.num_written == 2:  # sine and cosine: one of them may not be wanted
                    for j in range(2):
                        if not self.is_read[step.written[j]]:
                            push_int(&free_registers, self.register[step.written[j]])
            found.data = list(self.data)
            for k in range(gathered.size):
                self.register[gathered.data[k]] = count + <int> len(found.data) + <int> k
            found.num_registers = count
            found.num_gathered = <int> gathered.size
        finally:
            free(free_registers.data)
            free(gathered.data)
        for node in range(<int> self.graph.kind.size):
            if self.done[node] and self.graph.kind.data[node] == DATA:
                self.register[node] = count + <int> self.data[<int> self.graph.x.data[node]]
        found.index = self.index
        count = max(count + len(found.data) + found.num_gathered, len(self.index))
        if count > MOST_OPERANDS:
            raise OverflowError(
                f"a program of the block machine has {count:,} operands, more than "
                f"{MOST_OPERANDS:,}: this is an error in asdopt"
            )
        found.code = np.zeros(self.num_steps + 1, dtype=INSTRUCTION)
        code = <Instruction *> cnp.PyArray_DATA(<cnp.ndarray> found.code)
        for k in range(self.num_steps):
            self.encode(&self.steps[k], &code[k])
        return found

    cdef bint is_leaf(self, int node) noexcept:
        cdef int kind = self.graph.kind.data[node]
        return kind == SLOT or kind == DATA or kind == WEIGHT

    cdef void encode(self, const Step *step, Instruction *code) noexcept:
        code.op = <uint16_t> step.op
        code.k = step.number
        if step.num_written:
            code.d = <uint16_t> self.register[step.written[0]]
        if step.num_written == 2:
            code.e = <uint16_t> self.register[step.written[1]]
        if step.num_read:
            code.a = <uint16_t> self.register[step.read[0]]
        if step.num_read > 1:
            code.b = <uint16_t> self.register[step.read[1]]
        if step.num_read > 2:
            code.c = <uint16_t> self.register[step.read[2]]
        if step.op == GATHER or step.op == GATHER_DIFFERENCE:
            code.a = <uint16_t> step.rest[0]
            code.b = <uint16_t> step.rest[1]
        elif step.op == SCATTER or step.op == SCATTER_NEGATIVE:
            code.b = <uint16_t> step.rest[0]
            code.c = <uint16_t> step.rest[1]
        elif step.op == ENTRY or step.op == ENTRY_NEGATIVE:
            code.b = <uint16_t> step.rest[0]
        elif step.op == STORE_ROWS:
            code.a = <uint16_t> step.rest[0]
            code.b = <uint16_t> step.rest[1]
            code.c = <uint16_t> step.rest[2]
            code.d = <uint16_t> step.rest[3]
            code.e = <uint16_t> step.rest[4]
        elif step.op == CALL or step.op == CALL_TWO:
            code.e = <uint16_t> step.rest[0]
        elif step.num_rest:  # a literal factor: the summand is operand c
            code.c = code.b
            code.b = 0
