# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Hooks inserted into the instructions of a function.

Enters: the code object of a user's function. Leaves: the same code in which each call exchanges
what it calls for ``HOOK[callee]`` right before it is made, each ``is`` asks a function, and nothing
else differs: lines, columns, names, variables and handlers are those of the user. No source is
needed. Next: ``_convert.py``.

Where on the stack the callee stands is found by following the instructions along all their ways,
which says of each place on the stack whether it holds the NULL that goes with a callee, something
that must not be exchanged (the ``__exit__`` of ``with``, the function of a comprehension), or
anything else.
"""

import opcode
import sys
from types import CodeType

from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy

from asdopt.tracing._assembly cimport Assembly, Handler, Instruction, disassembled

cdef extern from "Python.h":
    int PyCompile_OpcodeStackEffectWithJump(int op, int arg, int jump)

# Known are the instructions of these versions alone.
IS_KNOWN = sys.implementation.name == "cpython" and (3, 11) <= sys.version_info[:2] <= (3, 15)

# Calls of one and of two values by these names are made by a function that looks up and calls in
# one step; the meaning is the same whatever the name is bound to.
FUSED = frozenset(
    "sin cos tan asin acos atan arcsin arccos arctan sinh cosh tanh asinh acosh atanh arcsinh "
    "arccosh arctanh exp exp2 expm1 log log2 log10 log1p sqrt cbrt square fabs abs floor ceil "
    "erf erfc gamma lgamma degrees radians float int bool len range sum min max round sign type "
    "pow atan2 arctan2 hypot fmod copysign maximum minimum power isinstance enumerate zip zeros "
    "array isnan isinf isfinite list tuple".split()
)

# What stands at a place of the stack: anything, what is not exchanged, the NULL of a callee, that
# of one with a name in FUSED.
cdef enum:
    PLAIN = 0
    KEPT = -1
    NULL_OF = 1
    NULL_OF_FUSED = 2

# What is done before an instruction.
cdef enum:
    NOTHING = 0
    EXCHANGE = 1
    CALL_1 = 2
    CALL_2 = 3
    COMPARE = 4

_codes = opcode.opmap.get
cdef int CALL = _codes("CALL", -1), PRECALL = _codes("PRECALL", -1)
cdef int KW_NAMES = _codes("KW_NAMES", -1), CALL_KW = _codes("CALL_KW", -1)
cdef int CALL_FUNCTION_EX = _codes("CALL_FUNCTION_EX", -1), PUSH_NULL = _codes("PUSH_NULL", -1)
cdef int LOAD_GLOBAL = _codes("LOAD_GLOBAL", -1), LOAD_METHOD = _codes("LOAD_METHOD", -1)
cdef int LOAD_ATTR = _codes("LOAD_ATTR", -1), LOAD_SUPER_ATTR = _codes("LOAD_SUPER_ATTR", -1)
cdef int LOAD_CONST = _codes("LOAD_CONST", -1), LOAD_FAST = _codes("LOAD_FAST", -1)
cdef int LOAD_FAST_BORROW = _codes("LOAD_FAST_BORROW", -1)
cdef int LOAD_DEREF = _codes("LOAD_DEREF", -1), LOAD_NAME = _codes("LOAD_NAME", -1)
cdef int COPY = _codes("COPY", -1), SWAP = _codes("SWAP", -1), IS_OP = _codes("IS_OP", -1)
cdef int POP_TOP = _codes("POP_TOP", -1), BINARY_SUBSCR = _codes("BINARY_SUBSCR", -1)
cdef int BINARY_OP = _codes("BINARY_OP", -1)
cdef int MAKE_FUNCTION = _codes("MAKE_FUNCTION", -1)
cdef int SET_FUNCTION_ATTRIBUTE = _codes("SET_FUNCTION_ATTRIBUTE", -1)
cdef int BEFORE_WITH = _codes("BEFORE_WITH", -1)
cdef int BEFORE_ASYNC_WITH = _codes("BEFORE_ASYNC_WITH", -1)
cdef int LOAD_SPECIAL = _codes("LOAD_SPECIAL", -1)
cdef int LOAD_COMMON_CONSTANT = _codes("LOAD_COMMON_CONSTANT", -1)
cdef int END_ASYNC_FOR = _codes("END_ASYNC_FOR", -1)
cdef int LOAD_ASSERTION_ERROR = _codes("LOAD_ASSERTION_ERROR", -1)
cdef int LOAD_BUILD_CLASS = _codes("LOAD_BUILD_CLASS", -1)
cdef int PUSH_EXC_INFO = _codes("PUSH_EXC_INFO", -1)
cdef int RETURN_GENERATOR = _codes("RETURN_GENERATOR", -1)
cdef bint ENDS[256]  # what is never passed by


cdef int fill_ends() except -1:
    cdef int op
    for op in range(256):
        ENDS[op] = False
    for name in ("RETURN_VALUE", "RETURN_CONST", "RERAISE", "RAISE_VARARGS", "JUMP_FORWARD",
                 "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT"):
        op = opcode.opmap.get(name, -1)
        if op >= 0:
            ENDS[op] = True
    return 0


fill_ends()
cdef frozenset COMPREHENSIONS = frozenset(("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"))
# Until 3.12 NULL stands below the callee, then above it; a method's attribute has a name of its
# own in 3.11 only, and the lowest bit of the argument since.
cdef bint NULL_BELOW = sys.version_info < (3, 13)
cdef bint HAS_LOAD_METHOD = sys.version_info < (3, 12)
# Until 3.13 a subscript has an instruction of its own, and a flag tells whether a call has keywords
# in a mapping; from 3.14 on something or NULL stands there.
cdef int SUBSCRIPT = BINARY_SUBSCR
cdef int OF_SUBSCRIPT = 0
cdef tuple COMMON_CONSTANTS = tuple(getattr(opcode, "_common_constants", ()))
cdef bint NULL_FOR_KEYWORDS = sys.version_info >= (3, 14)
if SUBSCRIPT < 0:
    SUBSCRIPT = BINARY_OP
    OF_SUBSCRIPT = [name for name, _ in opcode._nb_ops].index("NB_SUBSCR")


def insert_hooks(code, tuple helpers):
    """Insert hooks into a code object and those nested in it.

    Parameters
    ----------
    code : CodeType
    helpers : tuple
        Functions for calls of one and of two values (these, then the callee), for ``is`` and
        ``is not``, and the hook, which becomes the last of the constants.

    Returns
    -------
    code : CodeType
    catches : bool
        Whether it may catch exceptions.

    Raises
    ------
    ValueError
        The instructions are none that a compiler makes.
    """
    cdef bint catches = False
    consts = []
    for value in code.co_consts:
        if type(value) is CodeType:
            value, caught = insert_hooks(value, helpers)
            catches = catches or caught
        consts.append(value)
    cdef Insertion insertion = Insertion(code)
    insertion.walk()
    made = insertion.write((*consts, *helpers), len(consts))
    return made, catches or insertion.catches


cdef class Insertion:
    """What is to be inserted before each instruction."""

    cdef object code
    cdef Assembly old
    cdef bint catches
    # By instruction: what to do before it, how deep the callee stands, the state at labels.
    cdef signed char *plans
    cdef int *depths
    cdef int *labels
    cdef int *handler_of
    # Places of the stack now, and at each label: its depth, -1 before it was reached, and places.
    cdef int *stack
    cdef int depth
    cdef int room
    cdef int *states
    cdef list pending

    def __cinit__(self, code):
        cdef int i, k, num_labels = 1
        cdef Handler *handler
        self.code = code
        self.old = disassembled(code)
        self.room = code.co_stacksize + 1
        self.plans = <signed char *> calloc(self.old.count + 1, 1)
        self.depths = <int *> calloc(self.old.count + 1, sizeof(int))
        self.labels = <int *> calloc(self.old.count + 1, sizeof(int))
        self.handler_of = <int *> calloc(self.old.count + 1, sizeof(int))
        self.stack = <int *> calloc(self.room + 2, sizeof(int))
        if (self.plans == NULL or self.depths == NULL or self.labels == NULL
                or self.handler_of == NULL or self.stack == NULL):
            raise MemoryError()
        # Labels are counted from 1; the first instruction is the first.
        self.labels[0] = 1
        for i in range(self.old.count):
            k = self.old.instructions[i].target
            if k >= 0 and self.labels[k] == 0:
                num_labels += 1
                self.labels[k] = num_labels
        for k in range(self.old.num_handlers):
            handler = &self.old.handlers[k]
            for i in range(handler.first, handler.stop):
                self.handler_of[i] = k + 1
            if self.labels[handler.target] == 0:
                num_labels += 1
                self.labels[handler.target] = num_labels
        self.states = <int *> malloc((num_labels + 1) * (self.room + 1) * sizeof(int))
        if self.states == NULL:
            raise MemoryError()
        for k in range(num_labels + 1):
            self.states[k * (self.room + 1)] = -1
        self.pending = []

    def __dealloc__(self):
        free(self.plans)
        free(self.depths)
        free(self.labels)
        free(self.handler_of)
        free(self.stack)
        free(self.states)

    cdef int walk(self) except -1:
        """Follow the instructions from label to label."""
        cdef int i, handled
        cdef int *state
        cdef Instruction *each
        self.reach(0)
        while self.pending:
            i = self.pending.pop()
            state = &self.states[self.labels[i] * (self.room + 1)]
            self.depth = state[0]
            memcpy(self.stack, state + 1, self.depth * sizeof(int))
            handled = 0
            while True:
                if i >= self.old.count:
                    raise ValueError("instructions without an end")
                each = &self.old.instructions[i]
                if self.handler_of[i] != handled:
                    handled = self.handler_of[i]
                    if handled:
                        self.reach_handler(&self.old.handlers[handled - 1])
                if each.target >= 0 and each.op != END_ASYNC_FOR:  # its own says where it belongs
                    self.jump(each)
                self.step(i, each)
                if ENDS[each.op]:
                    break
                i += 1
                if self.labels[i]:
                    self.reach(i)
                    break
        return 0

    cdef int reach(self, int i) except -1:
        """Come to a label with the present stack."""
        cdef int k
        cdef int *state = &self.states[self.labels[i] * (self.room + 1)]
        if state[0] < 0:
            state[0] = self.depth
            memcpy(state + 1, self.stack, self.depth * sizeof(int))
            self.pending.append(i)
            return 0
        if state[0] != self.depth:
            raise ValueError("stacks of different depths at a label")
        for k in range(self.depth):
            if state[k + 1] != self.stack[k] and (state[k + 1] <= 0 or self.stack[k] <= 0):
                raise ValueError("stacks of different kinds at a label")
        return 0

    cdef int reach_handler(self, Handler *handler) except -1:
        cdef int depth = self.depth, kept, above
        if handler.depth > depth or handler.depth + handler.lasti + 1 > self.room:
            raise ValueError("a handler of a deeper stack")
        kept, above = self.stack[handler.depth], self.stack[handler.depth + 1]
        self.depth = handler.depth + handler.lasti + 1
        self.stack[handler.depth] = self.stack[handler.depth + 1] = PLAIN
        self.reach(handler.target)
        self.stack[handler.depth], self.stack[handler.depth + 1] = kept, above
        self.depth = depth
        return 0

    cdef int jump(self, Instruction *each) except -1:
        cdef int depth = self.depth
        self.move(PyCompile_OpcodeStackEffectWithJump(each.op, each.arg, 1))
        self.reach(each.target)
        self.depth = depth
        return 0

    cdef int move(self, int effect) except -1:
        """Grow or shrink the stack; operands are never of a kind that matters."""
        cdef int k
        if effect > self.room or self.depth + effect < 0 or self.depth + effect > self.room:
            raise ValueError("a stack that is too small")
        for k in range(self.depth, self.depth + effect):
            self.stack[k] = PLAIN
        self.depth += effect
        return 0

    cdef int step(self, int i, Instruction *each) except -1:
        """Note what to do at an instruction, and what it does to the stack."""
        cdef int op = each.op, arg = each.arg, top = self.depth - 1, kind
        if op == CALL:
            self.call(i, arg, arg)
        elif op == CALL_KW:
            self.call(i, arg + 1, -1)
        elif op == CALL_FUNCTION_EX:
            self.call(i, 2 if NULL_FOR_KEYWORDS else 1 + (arg & 1), -1)
        elif op == PRECALL:
            pass
        elif op == PUSH_NULL:
            self.move(1)
            self.stack[top + 1] = NULL_OF if NULL_BELOW or i == 0 else self.null_of(i - 1)
        elif op == LOAD_GLOBAL and arg & 1:
            self.push_pair(i)
        elif is_method(each):
            self.move(-3 if op == LOAD_SUPER_ATTR else -1)
            self.push_pair(i)
        elif (op == COPY or op == SWAP) and not 0 < arg <= self.depth:
            raise ValueError("a place outside of the stack")
        elif op == COPY:
            kind = self.stack[self.depth - arg]
            self.move(1)
            self.stack[self.depth - 1] = kind
        elif op == SWAP:
            kind = self.stack[top]
            self.stack[top] = self.stack[self.depth - arg]
            self.stack[self.depth - arg] = kind
        elif op == IS_OP:
            # What is compared to a common constant is a callee, by the compiler.
            if not (i and (self.is_none(i - 1) or self.is_question(i - 1))):
                self.plans[i] = COMPARE
            self.move(-1)
        else:
            self.move(PyCompile_OpcodeStackEffectWithJump(op, arg, 0))
            if op == BEFORE_WITH or op == BEFORE_ASYNC_WITH or op == LOAD_SPECIAL:
                self.put(top, KEPT)
                self.catches = True
            elif op == LOAD_ASSERTION_ERROR or op == LOAD_BUILD_CLASS or is_common_callee(each):
                self.put(self.depth - 1, KEPT)
            elif op == MAKE_FUNCTION:
                if i == 0 or self.old.instructions[i - 1].op != LOAD_CONST:
                    raise ValueError("a function without code")
                made = self.code.co_consts[self.old.instructions[i - 1].arg]
                if made.co_name in COMPREHENSIONS:
                    self.put(self.depth - 1, KEPT)
            elif op == SET_FUNCTION_ATTRIBUTE:
                self.put(self.depth - 1, self.stack[top])
            elif op == PUSH_EXC_INFO:
                self.catches = True
            elif op == RETURN_GENERATOR:
                self.depth = top + 1
                self.move(1)
            elif NULL_BELOW and self.depth > 1 and self.stack[self.depth - 2] > 0 and loads(op):
                self.stack[self.depth - 2] = self.null_of(i)
        return 0

    cdef int put(self, int place, int kind) except -1:
        if not 0 <= place < self.depth:
            raise ValueError("a stack that is too small")
        self.stack[place] = kind
        return 0

    cdef int push_pair(self, int i) except -1:
        """A callee with its NULL."""
        self.move(2)
        self.stack[self.depth - (2 if NULL_BELOW else 1)] = self.null_of(i)
        return 0

    cdef int call(self, int i, int above, int count) except -1:
        """A call with ``above`` values above the callee; ``count`` of them are given by place."""
        cdef int base = self.depth - above - 2, place, null
        cdef int first = i
        if base < 0:
            raise ValueError("a call without a callee")
        null = self.stack[base if NULL_BELOW else base + 1]
        place = base + 1 if NULL_BELOW and null > 0 else base
        while first and (self.old.instructions[first - 1].op == PRECALL
                         or self.old.instructions[first - 1].op == KW_NAMES):
            if self.labels[first]:
                raise ValueError("a jump into a call")
            first -= 1
            if self.old.instructions[first].op == KW_NAMES:
                count = -1
        if self.stack[place] != KEPT:
            if null == NULL_OF_FUSED and 0 < count < 3:
                self.plans[first] = CALL_1 if count == 1 else CALL_2
                # The callee goes above the values: one more of them.
                self.old.instructions[i].arg += 1
                if first < i:
                    self.old.instructions[first].arg += 1
            else:
                self.plans[first] = EXCHANGE
            self.depths[first] = self.depth - place
        self.depth = base + 1
        self.stack[base] = PLAIN
        return 0

    cdef int null_of(self, int i) except -1:
        """Kind of the NULL of a callee that an instruction loads."""
        cdef Instruction *each = &self.old.instructions[i]
        cdef int arg = each.arg
        name = None
        if each.op == LOAD_GLOBAL:
            name = self.code.co_names[arg >> 1]
        elif each.op == LOAD_SUPER_ATTR:
            name = self.code.co_names[arg >> 2]
        elif each.op == LOAD_ATTR:
            name = self.code.co_names[arg if HAS_LOAD_METHOD else arg >> 1]
        elif each.op == LOAD_NAME or each.op == LOAD_METHOD:
            name = self.code.co_names[arg]
        elif each.op == LOAD_FAST or each.op == LOAD_FAST_BORROW or each.op == LOAD_DEREF:
            names = self.code.co_varnames
            if arg >= len(names):
                names += tuple([n for n in self.code.co_cellvars if n not in names])
                names += self.code.co_freevars
            name = names[arg]
        return NULL_OF_FUSED if name in FUSED else NULL_OF

    cdef bint is_none(self, int i) except -1:
        cdef Instruction *each = &self.old.instructions[i]
        if self.labels[i + 1]:
            return False
        if each.op == LOAD_COMMON_CONSTANT:
            value = COMMON_CONSTANTS[each.arg]
        elif each.op == LOAD_CONST:
            value = self.code.co_consts[each.arg]
        else:
            return False
        return value is None or value is Ellipsis

    cdef bint is_question(self, int i) except -1:
        """Whether an instruction loads what a callee is compared to, before its loop is inlined."""
        cdef Instruction *each = &self.old.instructions[i]
        return (is_common_callee(each) and i + 1 < self.old.count
                and each[1].op == IS_OP and not self.labels[i + 1])

    cdef object write(self, tuple consts, int first):
        """Make the code object; its helpers are the constants from ``first`` on."""
        cdef Assembly new = Assembly(), old = self.old
        cdef int i, depth
        cdef Instruction *each
        cdef int *begins = <int *> malloc((old.count + 1) * sizeof(int))
        if begins == NULL:
            raise MemoryError()
        try:
            for i in range(old.count):
                begins[i] = new.count
                each = &old.instructions[i]
                depth = self.depths[i] + 1
                if self.plans[i] == EXCHANGE:
                    new.add(LOAD_CONST, first + 4, -1, i)
                    new.add(COPY, depth, -1, i)
                    new.add(SUBSCRIPT, OF_SUBSCRIPT, -1, i)
                    new.add(SWAP, depth, -1, i)
                    new.add(POP_TOP, 0, -1, i)
                elif self.plans[i] == CALL_1 or self.plans[i] == CALL_2:
                    new.add(LOAD_CONST, first + self.plans[i] - CALL_1, -1, i)
                    new.add(SWAP, depth, -1, i)
                elif self.plans[i] == COMPARE:
                    # The function, the first value where the object of a method stands, the other.
                    new.add(LOAD_CONST, first + 2 + each.arg, -1, i)
                    new.add(SWAP, 3, -1, i)
                    new.add(SWAP, 2, -1, i)
                    if PRECALL >= 0:
                        new.add(PRECALL, 1, -1, i)
                    new.add(CALL, 1, -1, i)
                    continue
                if self.is_question(i):
                    # Nothing is the hook: all(...), any(...) and tuple(...) are called.
                    new.add(LOAD_CONST, first + 4, -1, i)
                elif is_method(each):
                    # Bound: the hook must know of what.
                    if HAS_LOAD_METHOD:
                        new.add(LOAD_ATTR, each.arg, -1, i)
                    else:
                        new.add(each.op, each.arg & ~1, -1, i)
                    new.add(PUSH_NULL, 0, -1, i)
                    if NULL_BELOW:
                        new.add(SWAP, 2, -1, i)
                else:
                    new.add(each.op, each.arg, each.target, i)
            begins[old.count] = new.count
            # Instructions keep the places and handlers of those that they stand for.
            new.places, old.places = old.places, NULL
            new.handlers, old.handlers = old.handlers, NULL
            new.num_places, new.num_handlers = old.num_places, old.num_handlers
            return new.assemble(self.code, begins, consts, 3)
        finally:
            free(begins)


cdef bint loads(int op) noexcept:
    """Whether an instruction loads something by a name."""
    return (op == LOAD_ATTR or op == LOAD_GLOBAL or op == LOAD_FAST or op == LOAD_FAST_BORROW
            or op == LOAD_DEREF or op == LOAD_NAME)


cdef bint is_common_callee(Instruction *each) except -1:
    """Whether an instruction loads a function or class that the compiler itself asks for."""
    return (each.op == LOAD_COMMON_CONSTANT and each.arg < len(COMMON_CONSTANTS)
            and callable(COMMON_CONSTANTS[each.arg]))


cdef bint is_method(Instruction *each) noexcept:
    """Whether an attribute is loaded to be called, without being bound to its object."""
    if HAS_LOAD_METHOD:
        return each.op == LOAD_METHOD
    return (each.op == LOAD_ATTR or each.op == LOAD_SUPER_ATTR) and each.arg & 1
