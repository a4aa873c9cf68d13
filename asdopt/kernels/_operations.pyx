# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Read the operations of one template, with their values and partial derivatives.

Enters: the code of a template (``_templates.pyx``). Leaves: its operations, each once, and
references to their values and first partials. Next: ``_derivatives.pyx``.
"""

from asdopt._operators cimport OP_SUM
from asdopt.kernels._expressions cimport _ZERO, Expressions
from asdopt.kernels._rules cimport (
    DX, VALUE, arity, build, first_is_singular, is_symmetric, second_is_singular, selects,
)
from asdopt._vector cimport push_int
from libc.stdlib cimport calloc, free

from asdopt.kernels._templates import CONSTANT as CONSTANT_LEAF
from asdopt.kernels._templates import MAP as MAP_LEAF
from asdopt.kernels._templates import PARAMETER as PARAMETER_LEAF
from asdopt.kernels._templates import ROW as ROW_MARK

cdef int CONSTANT = CONSTANT_LEAF, MAP = MAP_LEAF, PARAMETER = PARAMETER_LEAF, ROW = ROW_MARK


cdef class Operations:
    """Operations of a template as references of one graph.

    Parameters
    ----------
    code : sequence of int
        The template's code.
    constants : sequence of float or int
        What each constant is: a number, where it is the same in all instances, or the data
        column (an int k) that holds it, ~k for the negative of one.

    Attributes
    ----------
    graph : Expressions
    rows : list of bool
        For each row of an instance whether it is the objective.
    num_slots : int
        Variables, maps and parameters an instance reads.
    maps : set of int
        Slots that are affine maps.
    """

    def __init__(self, list code, list constants):
        self.graph = Expressions()
        self.rows = []
        self.num_slots = 0
        self.maps = set()
        self.terms = []
        self.selects = self.is_singular = False
        self.nodes = <Node *> calloc(len(code) + 1, sizeof(Node))
        if self.nodes == NULL:
            raise MemoryError()
        self.graph.exact = True
        self.decode(code, iter(constants))
        self.graph.exact = False
        self.differentiate()

    def __dealloc__(self):
        free(self.nodes)
        free(self.operands.data)
        free(self.weights.data)
        free(self.first_operand.data)
        free(self.first_ref.data)

    # Reading the code

    cdef int decode(self, list code, object constants) except -1:
        cdef list number = []  # nodes of the code -> nodes without repetition
        cdef dict known = {}
        cdef Py_ssize_t at = 0
        cdef int kind, count, k, a, b
        cdef Node node
        cdef list taken, weights
        while at < len(code):
            kind = code[at]
            if kind == ROW:
                count = code[at + 2]
                self.rows.append(bool(code[at + 1]))
                self.terms.append([
                    (number[<Py_ssize_t> code[at + 3 + k]], self.constant(next(constants)))
                    for k in range(count)
                ])
                at += 3 + count
                continue
            node.op = kind
            node.value = 0
            node.slot = -1
            node.active = node.joins = False
            node.width = 0
            node.count = node.num_first = 0
            node.singular = False
            weights = None
            if kind < 0:
                node.op = -1
                self.leaf(kind, constants, &node)
                taken = []
                key = (kind, node.value)
                at += 1
            elif kind == OP_SUM:
                count = code[at + 1]
                taken = [number[<Py_ssize_t> code[at + 2 + k]] for k in range(count)]
                weights = [self.constant(next(constants)) for _ in range(count)]
                key = (kind, *taken, *weights)
                at += 2 + count
            else:
                a = number[<Py_ssize_t> code[at + 1]]
                if arity(kind) == 1:
                    taken = [a]
                else:
                    b = number[<Py_ssize_t> code[at + 2]]
                    taken = [b, a] if is_symmetric(kind) and b < a else [a, b]
                key = (kind, *taken)
                at += 1 + arity(kind)
            found = known.get(key)
            if found is None:
                found = self.num_nodes
                known[key] = found
                node.start = <int> self.operands.size
                node.count = <int> len(taken)
                for k in range(node.count):
                    push_int(&self.operands, <int> taken[k])
                    push_int(&self.weights, 0 if weights is None else <int> weights[k])
                if node.op >= 0:
                    self.evaluate(&node)
                self.nodes[self.num_nodes] = node
                self.num_nodes += 1
            number.append(found)
        return 0

    cdef int constant(self, object constant) except -1:
        cdef int k
        if type(constant) is int:
            k = constant
            return self.graph.data(k) if k >= 0 else self.graph.data(~k) ^ 1
        return self.graph.literal(constant)

    cdef int leaf(self, int kind, object constants, Node *node) except -1:
        cdef int slot
        if kind == CONSTANT:
            node.value = self.constant(next(constants))
            return 0
        slot = self.num_slots
        self.num_slots += 1
        node.value = self.graph.slot(slot)
        if kind != PARAMETER:
            node.active = True
            node.slot = slot
            if kind == MAP:
                self.maps.add(slot)
        return 0

    cdef int evaluate(self, Node *node) except -1:
        cdef int names[5]
        cdef int k, total = -1, term
        if node.op == OP_SUM:
            for k in range(node.start, node.start + node.count):
                term = self.graph.mul(self.weights.data[k],
                                      self.nodes[self.operands.data[k]].value)
                total = term if total < 0 else self.graph.add(total, term)
            node.value = _ZERO if total < 0 else total
            return 0
        self.name(node, names)
        node.value = build(self.graph, node.op, VALUE, names)
        self.selects = self.selects or selects(node.op)
        if first_is_singular(node.op) or second_is_singular(node.op):
            self.is_singular = True
        return 0

    cdef void name(self, const Node *node, int *names) noexcept:
        """References to x, y, the value and both partials, which are not known yet."""
        names[0] = self.nodes[self.operands.data[node.start]].value
        names[1] = self.nodes[self.operands.data[node.start + 1]].value if node.count > 1 else 0
        names[2] = node.value
        names[3] = names[4] = _ZERO

    # Partial derivatives of each operation

    cdef int differentiate(self) except -1:
        cdef int i, k, ref, operand
        cdef int names[5]
        cdef Node *node
        cdef dict partials
        for i in range(self.num_nodes):
            node = &self.nodes[i]
            if node.op < 0:
                continue
            partials = {}
            if node.op == OP_SUM:
                for k in range(node.start, node.start + node.count):
                    operand = self.operands.data[k]
                    if self.nodes[operand].active:
                        ref = self.graph.add(<int> partials.get(operand, _ZERO),
                                             self.weights.data[k])
                        partials[operand] = ref
            else:
                node.singular = first_is_singular(node.op)
                self.name(node, names)
                for k in range(node.count):
                    operand = self.operands.data[node.start + k]
                    if self.nodes[operand].active:
                        ref = build(self.graph, node.op, DX + k, names)
                        if ref >= 0:
                            ref = self.graph.add(<int> partials.get(operand, _ZERO), ref)
                            partials[operand] = ref
            node.first = <int> self.first_ref.size
            for operand, ref in partials.items():
                if ref != _ZERO:
                    push_int(&self.first_operand, operand)
                    push_int(&self.first_ref, ref)
            node.num_first = <int> self.first_ref.size - node.first
            node.active = node.num_first > 0
        return 0
