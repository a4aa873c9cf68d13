# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Turn expressions of a template into a register program of the block machine.

Enters: a graph and the results wanted of it. Leaves: instructions, and which rows of indices and
constants they read. Next: ``_packing.py``.

Operations are ordered depth-first from the results, so that values die early. Which registers they
use is found in ``_registers.pyx``.
"""

cimport cython
from asdopt.kernels._expressions cimport (
    ADD, AND, DATA, DIV, EQ, FIRST_FUNCTION, GUARDED, LE, LITERAL, LT, MASK, MUL, NE, NEG, OR,
    SLOT, SUB, WEIGHT, XOR, Expressions,
)
from asdopt.kernels._registers cimport Compiled, Step, Steps
from asdopt._vector cimport Ints, push_int
from libc.stdlib cimport calloc, free

from asdopt.kernels._expressions import FUNCTIONS
from asdopt.kernels._plan import OPERATION, UNARY

cdef int NUM_UNARY = len(UNARY)
cdef enum:
    MOST = 256  # functions, operations, kinds

# Functions that rounding of the operand does not change by more than rounding.
cdef unsigned char SMOOTH[MOST]
# Operations of functions that have one of their own, -1 for others.
cdef int OWN[MOST]
# Operations of kinds of nodes that are what they are.
cdef int PLAIN[MOST]
for _k in range(MOST):
    SMOOTH[_k] = 0
    OWN[_k] = PLAIN[_k] = -1
for _name in ("sin", "cos", "exp", "exp2", "exp10_", "expm1", "sinh", "cosh", "tanh", "atan",
              "asinh", "erf", "erfc", "fabs", "expit", "ndtr", "sinc", "sinc_d1", "sinc_d2",
              "hypot", "cbrt"):
    SMOOTH[<int> FUNCTIONS[_name]] = 1
for _name, _operation in (("sqrt", "SQRT"), ("fabs", "FABS"), ("exp", "EXP"), ("log", "LOG")):
    OWN[<int> FUNCTIONS[_name]] = OPERATION[_operation]
for _k, _operation in ((DIV, "DIVIDE"), (GUARDED, "GUARDED"), (MASK, "MASK"), (LT, "LESS"),
                       (LE, "LESS_EQUAL"), (EQ, "EQUAL"), (NE, "NOT_EQUAL"), (AND, "AND"),
                       (OR, "OR"), (XOR, "XOR")):
    PLAIN[<int> _k] = OPERATION[_operation]

cdef int SINE = FUNCTIONS["sin"], COSINE = FUNCTIONS["cos"]
cdef int CONSTANTS = OPERATION["CONSTANTS"], NUMBER = OPERATION["NUMBER"]
cdef int GATHER = OPERATION["GATHER"], GATHER_DIFFERENCE = OPERATION["GATHER_DIFFERENCE"]
cdef int SCATTER = OPERATION["SCATTER"], SCATTER_NEGATIVE = OPERATION["SCATTER_NEGATIVE"]
cdef int ENTRY = OPERATION["ENTRY"], ENTRY_NEGATIVE = OPERATION["ENTRY_NEGATIVE"]
cdef int STORE_ROWS = OPERATION["STORE_ROWS"]
cdef int NEGATE = OPERATION["NEGATE"], ADDITION = OPERATION["ADD"]
cdef int SUBTRACT = OPERATION["SUBTRACT"], MULTIPLY = OPERATION["MULTIPLY"]
cdef int SQUARE = OPERATION["SQUARE"], ADD_NUMBER = OPERATION["ADD_NUMBER"]
cdef int FROM_NUMBER = OPERATION["FROM_NUMBER"], MULTIPLY_NUMBER = OPERATION["MULTIPLY_NUMBER"]
cdef int DIVIDE_NUMBER = OPERATION["DIVIDE_NUMBER"], MULTIPLY_ADD = OPERATION["MULTIPLY_ADD"]
cdef int MULTIPLY_SUBTRACT = OPERATION["MULTIPLY_SUBTRACT"]
cdef int SUBTRACT_PRODUCT = OPERATION["SUBTRACT_PRODUCT"]
cdef int MULTIPLY_NUMBER_ADD = OPERATION["MULTIPLY_NUMBER_ADD"]
cdef int MULTIPLY_NUMBER_SUBTRACT = OPERATION["MULTIPLY_NUMBER_SUBTRACT"]
cdef int SINE_COSINE = OPERATION["SINE_COSINE"], CALL = OPERATION["CALL"]
cdef int CALL_TWO = OPERATION["CALL_TWO"]


@cython.final
cdef class Result:
    """A value to scatter.

    Parameters
    ----------
    ref : int
        Reference to it.
    place : hashable
        What it is: the key by which packing finds the positions.
    target : int
        Array it goes to.
    row : int
        Row of the template that it is an entry of; -1 for one that is stored by itself.
    """

    cdef readonly int ref, target, row
    cdef readonly object place

    def __init__(self, int ref, place, int target=0, int row=-1):
        self.ref = ref
        self.place = place
        self.target = target
        self.row = row


def compile_program(Expressions graph, list results, list constants, list rows):
    """Compile the computation of some results.

    Parameters
    ----------
    graph : Expressions
    results : list of Result
        In the order in which they are wanted.
    constants : list of Result
        The same at every point: stored last, and not at all where they are there already.
    rows : list of (results, order, is_apart)
        Further results, stored first, those of a row together. Rows of one order have one number;
        ``is_apart`` tells that in some blocks each result goes to a place of its own.
    """
    cdef list staged = []
    for row in rows:
        staged += row[0]
    return Compiler(graph, staged + results + constants).compiled(rows, results, constants)


@cython.final
cdef class Compiler(Steps):
    """Chooses the steps of some results and their order."""

    cdef list results
    cdef dict index_row
    cdef int *uses
    cdef unsigned char *strict
    cdef Ints stack

    def __cinit__(self, Expressions graph, list results):
        self.results = results
        self.index_row = {}
        self.uses = <int *> calloc(self.size, sizeof(int))
        self.strict = <unsigned char *> calloc(self.size, 1)
        if not (self.uses and self.strict):
            raise MemoryError()
        self.count_uses()
        self.find_below_decisions()

    def __dealloc__(self):
        free(self.uses)
        free(self.strict)
        free(self.stack.data)

    cdef int count_uses(self) except -1:
        cdef Result result
        cdef int node, operand, k
        self.stack.size = 0
        for result in self.results:
            node = result.ref >> 1
            if self.uses[node] == 0:
                push_int(&self.stack, node)
            self.uses[node] += 1
        while self.stack.size:
            self.stack.size -= 1
            node = self.stack.data[self.stack.size]
            for k in range(self.graph.num_operands(node)):
                operand = self.graph.operand(node, k)
                if self.uses[operand] == 0:
                    push_int(&self.stack, operand)
                self.uses[operand] += 1
        return 0

    cdef int find_below_decisions(self) except -1:
        """Find nodes below comparisons, and below functions that jump or end somewhere.

        A product that is not rounded before it is added to would let ``x*x - y*y >= 0`` fail, and
        ``sqrt(x*x - y*y)`` be NaN, where x is y.
        """
        cdef int node, operand, k, count
        self.stack.size = 0
        for node in range(<int> self.graph.kind.size):
            if self.uses[node] and self.decides(node):
                push_int(&self.stack, node)
        while self.stack.size:
            self.stack.size -= 1
            node = self.stack.data[self.stack.size]
            count = self.graph.num_operands(node)
            # What a condition selects is not decided upon.
            if self.graph.kind.data[node] == MASK and not self.strict[node]:
                count = 1
            for k in range(count):
                operand = self.graph.operand(node, k)
                if not self.strict[operand]:
                    self.strict[operand] = 1
                    push_int(&self.stack, operand)
        return 0

    cdef bint decides(self, int node) noexcept:
        cdef int kind = self.graph.kind.data[node]
        if kind >= FIRST_FUNCTION:
            return not SMOOTH[kind - FIRST_FUNCTION]
        return kind == MASK or LT <= kind <= NE

    def compiled(self, list rows, list results, list constants):
        cdef Result result
        cdef Step step
        cdef int k
        cdef Compiled found = Compiled()
        for k in range(<int> len(rows)):
            self.store_row(k, rows[k][0], rows[k][1], rows[k][2])
            found.num_staged = max(found.num_staged, <int> len(rows[k][0]))
        for result in results:
            self.scatter(result)
        if constants:
            self.start(&step, CONSTANTS, -1)
            self.append(&step)
        for result in constants:
            self.scatter(result)
        return self.allocate(found)

    cdef int scatter(self, Result result) except -1:
        cdef Step step
        self.need(result.ref >> 1)
        self.start(&step, SCATTER_NEGATIVE if result.ref & 1 else SCATTER, -1)
        self.reads(&step, result.ref >> 1, -1, -1)
        step.rest[0] = self.row("result", result.place)
        step.rest[1] = result.target
        step.num_rest = 2
        return self.append(&step)

    cdef int store_row(self, int number, list results, int order, bint is_apart) except -1:
        """Compute the entries of a row, then store all of them from where they are."""
        cdef Result result
        cdef Step step
        cdef int k, size = <int> len(results)
        for result in results:
            self.need(result.ref >> 1)
        # Nothing is computed between these: the registers that they read last hold their values.
        for k in range(size):
            result = results[k]
            self.start(&step, ENTRY_NEGATIVE if result.ref & 1 else ENTRY, -1)
            self.reads(&step, result.ref >> 1, -1, -1)
            step.rest[0] = k
            step.num_rest = 1
            self.append(&step)
        self.start(&step, STORE_ROWS, -1)
        step.rest[0] = self.row("first", number)
        step.rest[1] = self.row("order", order)
        for k in range(2, size, 2):
            self.row("room", (order, k))
        step.rest[2] = result.target
        step.rest[3] = 0
        if is_apart:
            step.rest[3] = len(self.index)
            for result in results:
                self.row("result", result.place)
        step.rest[4] = size
        step.num_rest = 5
        return self.append(&step)

    # Ordering and choice of instructions

    cdef int row(self, str kind, object key) except -1:
        name = (kind, key)
        found = self.index_row.get(name)
        if found is None:
            found = len(self.index)
            self.index_row[name] = found
            self.index.append(name)
        return found

    cdef int need(self, int root) except -1:
        """Append the steps of a node and of all it reads that are not there yet."""
        cdef int node, k
        cdef bint is_ready
        cdef Step step
        self.stack.size = 0
        push_int(&self.stack, root)
        while self.stack.size:
            node = self.stack.data[self.stack.size - 1]
            if self.done[node]:
                self.stack.size -= 1
                continue
            self.choose(node, &step)
            is_ready = True
            for k in range(step.num_read - 1, -1, -1):
                if not self.done[step.read[k]]:
                    is_ready = False
                    push_int(&self.stack, step.read[k])
            if not is_ready:
                continue
            self.stack.size -= 1
            for k in range(step.num_written):
                self.done[step.written[k]] = 1
            if step.op >= 0:
                self.append(&step)
        return 0

    cdef int choose(self, int node, Step *step) except -1:
        cdef Expressions graph = self.graph
        cdef int kind = graph.kind.data[node], x, y
        cdef double number = graph.x.data[node]
        self.start(step, -1, node)
        if kind >= FIRST_FUNCTION:
            return self.function(node, step)
        if kind == DATA:
            self.data.setdefault(<int> number, len(self.data))
            return 0
        if kind == LITERAL:
            step.op = NUMBER
            step.number = number
            return 0
        if kind == SLOT or kind == WEIGHT:
            step.op = GATHER
            step.rest[0] = self.row("slot" if kind == SLOT else "weight", <int> number)
            step.rest[1] = kind == WEIGHT
            step.num_rest = 2
            return 0
        x, y = graph.operand(node, 0), graph.operand(node, 1)
        if kind == ADD or kind == SUB:
            return self.sum(node, kind == SUB, x, y, step)
        if kind == MUL:
            if graph.kind.data[x] == LITERAL:
                step.op = MULTIPLY_NUMBER
                step.number = graph.x.data[x]
                self.reads(step, y, -1, -1)
            elif x == y:
                step.op = SQUARE
                self.reads(step, x, -1, -1)
            else:
                step.op = MULTIPLY
                self.reads(step, x, y, -1)
            return 0
        if kind == NEG:
            step.op = NEGATE
            self.reads(step, x, -1, -1)
        elif kind == DIV and graph.kind.data[x] == LITERAL:
            step.op = DIVIDE_NUMBER
            step.number = graph.x.data[x]
            self.reads(step, y, -1, -1)
        else:
            step.op = PLAIN[kind]
            self.reads(step, x, y, -1)
        return 0

    cdef int sum(self, int node, bint minus, int x, int y, Step *step) except -1:
        cdef Expressions graph = self.graph
        cdef const int *kinds = graph.kind.data
        cdef const double *values = graph.x.data
        cdef int a, b
        cdef bint is_free = not self.strict[node]
        if kinds[x] == LITERAL:
            step.op = FROM_NUMBER if minus else ADD_NUMBER
            step.number = values[x]
            self.reads(step, y, -1, -1)
        elif kinds[y] == LITERAL:
            step.op = ADD_NUMBER
            step.number = -values[y] if minus else values[y]
            self.reads(step, x, -1, -1)
        elif is_free and self.is_absorbed(y):
            a, b = graph.operand(y, 0), graph.operand(y, 1)
            if kinds[a] == LITERAL:
                step.op = MULTIPLY_NUMBER_ADD
                step.number = -values[a] if minus else values[a]
                self.reads(step, b, x, -1)
                step.num_rest = 1
            else:
                step.op = SUBTRACT_PRODUCT if minus else MULTIPLY_ADD
                self.reads(step, a, b, x)
        elif is_free and self.is_absorbed(x):
            a, b = graph.operand(x, 0), graph.operand(x, 1)
            if kinds[a] == LITERAL:
                step.op = MULTIPLY_NUMBER_SUBTRACT if minus else MULTIPLY_NUMBER_ADD
                step.number = values[a]
                self.reads(step, b, y, -1)
                step.num_rest = 1
            else:
                step.op = MULTIPLY_SUBTRACT if minus else MULTIPLY_ADD
                self.reads(step, a, b, y)
        elif (minus and kinds[x] == SLOT and kinds[y] == SLOT
                and self.uses[x] == 1 and self.uses[y] == 1):
            step.op = GATHER_DIFFERENCE
            step.rest[0] = self.row("slot", <int> values[x])
            step.rest[1] = self.row("slot", <int> values[y])
            step.num_rest = 2
        else:
            step.op = SUBTRACT if minus else ADDITION
            self.reads(step, x, y, -1)
        return 0

    cdef bint is_absorbed(self, int node) noexcept:
        """Whether a node is a product that only one sum reads."""
        return (self.graph.kind.data[node] == MUL and self.uses[node] == 1
                and not self.done[node])

    cdef int function(self, int node, Step *step) except -1:
        cdef int number = self.graph.kind.data[node] - FIRST_FUNCTION
        cdef int x = self.graph.operand(node, 0), other
        if number == SINE or number == COSINE:
            # The node of the other one, which may be new.
            other = self.graph.node(
                FIRST_FUNCTION + (COSINE if number == SINE else SINE), 2 * x, -1) >> 1
            step.op = SINE_COSINE
            step.written[0] = node if number == SINE else other
            step.written[1] = other if number == SINE else node
            step.num_written = 2
            self.reads(step, x, -1, -1)
        elif OWN[number] >= 0:
            step.op = OWN[number]
            self.reads(step, x, -1, -1)
        else:
            step.num_rest = 1
            if number < NUM_UNARY:
                step.op = CALL
                step.rest[0] = number
                self.reads(step, x, -1, -1)
            else:
                step.op = CALL_TWO
                step.rest[0] = number - NUM_UNARY
                self.reads(step, x, self.graph.operand(node, 1), -1)
        return 0
