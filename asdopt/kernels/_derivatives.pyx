# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Differentiate one template symbolically.

Enters: the operations of a template (``_operations.pyx``). Leaves: references to its values, its
gradients, and the lower triangle of the Hessian of the weighted sum of its rows. Next:
``_programs.pyx``.

Gradients are accumulated forward or in reverse, whichever takes fewer operations; Hessians by
edge pushing: going from the results to the variables, each operation is replaced by its operands
in a quadratic form of second derivatives. Where the operands share variables it is replaced by
the first nodes below that share none: pushed on one by one, (a - b)^2 would become
a^2 - 2 a b + b^2, which loses the digits where a and b nearly cancel.

References
----------
Gower and Mello, "A new framework for the computation of Hessians", 2012.
"""

cimport cython
from asdopt._operators cimport OP_SUM
from asdopt.kernels._expressions cimport _ONE, _ZERO, Expressions
from asdopt.kernels._operations cimport Node, Operations
from asdopt.kernels._rules cimport DX, DXX, DXY, DY, DYY, build, second_is_singular, selects
from libc.stdlib cimport calloc, free


@cython.final
cdef class Derivation(Operations):
    """Values and derivatives of a template; parameters and attributes as :class:`Operations`."""

    cdef dict cuts

    def __init__(self, list code, list constants):
        Operations.__init__(self, code, constants)
        self.cuts = {}

    cdef int times(self, const Node *node, int carried, int partial, bint singular) except -1:
        """Product of something carried back to a node with one of the node's partials.

        Where nothing is carried (an unused side of a selection, a multiplier that is 0) even an
        infinite partial counts for nothing.
        """
        if node.op != OP_SUM and selects(node.op):
            return self.graph.guarded(partial, carried)
        if (singular or self.selects) and not self.graph.is_literal(carried):
            return self.graph.guarded(carried, partial)
        return self.graph.mul(carried, partial)

    # Results

    def values(self):
        """Value of each row: the sum of its terms times their coefficients."""
        cdef list result = []
        cdef int total, term, k, coef
        self.graph.exact = True
        for terms in self.terms:
            total = -1
            for k, coef in terms:
                term = self.graph.mul(coef, self.nodes[k].value)
                total = term if total < 0 else self.graph.add(total, term)
            result.append(_ZERO if total < 0 else total)
        self.graph.exact = False
        return result

    def gradients(self, list rows):
        """Nonzero derivatives of some rows, by (row, slot)."""
        if not rows:
            return {}
        cdef dict reverse = self.reverse(rows), forward
        if len(rows) == 1 or self.selects:
            return reverse
        forward = self.forward(rows)
        size = self.graph.size(list(reverse.values()))
        return forward if self.graph.size(list(forward.values())) < size else reverse

    cdef dict reverse(self, list rows):
        cdef dict result = {}
        cdef int row, k, coef
        cdef const Node *node
        cdef int *adjoint = <int *> calloc(self.num_nodes + 1, sizeof(int))  # ZERO is 0
        if adjoint == NULL:
            raise MemoryError()
        try:
            for row in rows:
                for k in range(self.num_nodes):
                    adjoint[k] = _ZERO
                for k, coef in self.terms[row]:
                    adjoint[k] = self.graph.add(adjoint[k], coef)
                for k in range(self.num_nodes - 1, -1, -1):
                    if adjoint[k] != _ZERO:
                        node = &self.nodes[k]
                        if node.slot >= 0:
                            result[row, node.slot] = adjoint[k]
                        self.carry_back(node, adjoint, adjoint[k], self.selects)
        finally:
            free(adjoint)
        return result

    cdef int carry_back(self, const Node *node, int *adjoint, int carried, bint guards) except -1:
        """Add what an operation's adjoint gives to its operands."""
        cdef int a, i, step
        for a in range(node.first, node.first + node.num_first):
            i = self.first_operand.data[a]
            step = self.times(node, carried, self.first_ref.data[a], node.singular and guards)
            adjoint[i] = self.graph.add(adjoint[i], step)
        return 0

    cdef dict forward(self, list rows):
        cdef Expressions graph = self.graph
        cdef list tangents = []
        cdef dict tangent, result = {}
        cdef int k, i, row, coef, slot, carried, step, partial
        cdef const Node *node
        for k in range(self.num_nodes):
            node = &self.nodes[k]
            tangent = {}
            if node.slot >= 0:
                tangent[node.slot] = _ONE
            for i in range(node.first, node.first + node.num_first):
                partial = self.first_ref.data[i]
                for slot, carried in (<dict> tangents[self.first_operand.data[i]]).items():
                    step = graph.mul(carried, partial)
                    tangent[slot] = graph.add(<int> tangent.get(slot, _ZERO), step)
            tangents.append(tangent)
        for row in rows:
            for k, coef in self.terms[row]:
                for slot, carried in (<dict> tangents[k]).items():
                    step = graph.mul(coef, carried)
                    key = (row, slot)
                    result[key] = graph.add(<int> result.get(key, _ZERO), step)
        return {key: ref for key, ref in result.items() if ref != _ZERO}

    def hessian(self):
        """Nonzero second derivatives of the weighted sum of the rows, by slots (i, j), i >= j."""
        cdef Expressions graph = self.graph
        # Quadratic form: a pair stands with the member that is eliminated first.
        cdef list form = [{} for _ in range(self.num_nodes)]
        cdef dict result = {}
        cdef int k, row, coef, carried, other, i, j, ref, step
        cdef Py_ssize_t a, b
        cdef const Node *node
        cdef list below, slopes
        cdef int *adjoint = <int *> calloc(self.num_nodes + 1, sizeof(int))
        if adjoint == NULL:
            raise MemoryError()
        try:
            self.find_joints()
            for row in range(len(self.terms)):
                for k, coef in self.terms[row]:
                    if self.nodes[k].active:
                        step = graph.mul(graph.weight(row), coef)
                        adjoint[k] = graph.add(adjoint[k], step)
            for k in range(self.num_nodes - 1, -1, -1):
                node = &self.nodes[k]
                if node.slot >= 0 or not node.active:
                    continue
                if <dict> form[k]:
                    below, slopes = self.cut(k)
                for other, carried in list((<dict> form[k]).items()):
                    if carried == _ZERO:
                        continue
                    for a in range(len(below)):
                        i = below[a]
                        ref = self.through(node, carried, <int> slopes[a])
                        if other != k:
                            if i == other:
                                ref = graph.mul(graph.literal(2.0), ref)
                            self.put(form, other, i, ref)
                            continue
                        for b in range(a + 1):
                            j = below[b]
                            step = self.through(node, ref, <int> slopes[b])
                            self.put(form, i, j, step)
                carried = adjoint[k]
                if carried == _ZERO:
                    continue
                self.push_second(form, node, carried)
                self.carry_back(node, adjoint, carried, True)
        finally:
            free(adjoint)
        for k in range(self.num_nodes):
            for other, ref in (<dict> form[k]).items():
                if self.nodes[k].slot >= 0 and self.nodes[other].slot >= 0 and ref != _ZERO:
                    i, j = self.nodes[k].slot, self.nodes[other].slot
                    result[max(i, j), min(i, j)] = ref
        return result

    cdef int through(self, const Node *node, int carried, int slope) except -1:
        """Product of something carried back to a node with a slope from its cut."""
        if not node.joins:
            return self.times(node, carried, slope, node.singular)
        if self.selects or self.is_singular:
            return self.graph.guarded(carried, slope)
        return self.graph.mul(carried, slope)

    cdef int find_joints(self) except -1:
        """Find the operations whose operands share variables."""
        cdef list reached = []
        cdef int k, i
        cdef Node *node
        for k in range(self.num_nodes):
            node = &self.nodes[k]
            # Of Python's integers: in C there would be room for 31 slots.
            mask = (<object> 1) << node.slot if node.slot >= 0 else 0
            for i in range(node.first, node.first + node.num_first):
                other = reached[self.first_operand.data[i]]
                node.joins = node.joins or (mask & other) != 0
                mask |= other
            node.width = mask.bit_count()
            reached.append(mask)
        return 0

    cdef tuple cut(self, int top):
        """Nodes below one that share no variables, and its slopes with respect to them."""
        cdef const Node *node = &self.nodes[top]
        cdef Py_ssize_t a
        cdef int k, operand
        cdef list waiting = []
        cdef unsigned char *is_below
        if not node.joins:
            operands = range(node.first, node.first + node.num_first)
            return (
                [self.first_operand.data[a] for a in operands],
                [self.first_ref.data[a] for a in operands],
            )
        if top not in self.cuts:
            # Those further down first, of which it is made.
            is_below = <unsigned char *> calloc(top + 1, 1)
            if is_below == NULL:
                raise MemoryError()
            is_below[top] = True
            for k in range(top, -1, -1):
                node = &self.nodes[k]
                if not is_below[k] or k in self.cuts:
                    continue
                if node.joins:
                    waiting.append(k)
                for a in range(node.first, node.first + node.num_first):
                    is_below[self.first_operand.data[a]] = True
            free(is_below)
            for operand in reversed(waiting):
                self.cuts[operand] = self.find_cut(operand)
        return self.cuts[top]

    cdef tuple find_cut(self, int top):
        cdef int k = top, total = 0, a, i, slope, carried
        cdef const Node *node
        cdef list below = [], slopes = []
        cdef int *adjoint = <int *> calloc(top + 1, sizeof(int))
        if adjoint == NULL:
            raise MemoryError()
        try:
            adjoint[top] = _ONE
            while True:
                # Replace the last node that is left by what stands below it.
                node = &self.nodes[k]
                carried = adjoint[k]
                adjoint[k] = _ZERO
                if k < top:
                    total -= node.width
                if k < top and node.joins:
                    for i, slope in zip(*self.cut(k)):
                        total += self.add(adjoint, i, self.through(node, carried, slope))
                else:
                    for a in range(node.first, node.first + node.num_first):
                        slope = self.times(node, carried, self.first_ref.data[a], node.singular)
                        total += self.add(adjoint, self.first_operand.data[a], slope)
                k -= 1
                while k >= 0 and (adjoint[k] == _ZERO or self.nodes[k].slot >= 0):
                    k -= 1
                if k < 0 or total <= self.nodes[top].width:
                    break
            for i in range(top):
                if adjoint[i] != _ZERO:
                    below.append(i)
                    slopes.append(adjoint[i])
        finally:
            free(adjoint)
        return below, slopes

    cdef int add(self, int *adjoint, int i, int step) except? -1:
        """Add to an adjoint; return the change of the number of variables that are reached."""
        cdef bint was = adjoint[i] != _ZERO
        adjoint[i] = self.graph.add(adjoint[i], step)
        return self.nodes[i].width * ((adjoint[i] != _ZERO) - was)

    cdef int put(self, list form, int i, int j, int ref) except -1:
        cdef int first = -1 if self.nodes[i].slot >= 0 else i
        cdef int second = -1 if self.nodes[j].slot >= 0 else j
        cdef dict entries
        if first < second or (first == second and i < j):
            i, j = j, i
        entries = form[i]
        entries[j] = self.graph.add(<int> entries.get(j, _ZERO), ref)
        return 0

    cdef int push_second(self, list form, const Node *node, int carried) except -1:
        """Add the second partials of an operation to the quadratic form; mixed ones once."""
        cdef Expressions graph = self.graph
        cdef int names[5]
        cdef int which, i, j, ref
        cdef bint named = False
        if node.op == OP_SUM:
            return 0
        for which in range(DXX, DXX + (1 if node.count == 1 else 3)):
            i = self.operands.data[node.start + (which == DYY)]
            j = self.operands.data[node.start + (which != DXX)]
            if not (self.nodes[i].active and self.nodes[j].active):
                continue
            if not named:
                named = True
                self.name(node, names)
                names[3] = max(build(graph, node.op, DX, names), _ZERO)
                if node.count > 1:
                    names[4] = max(build(graph, node.op, DY, names), _ZERO)
            ref = build(graph, node.op, which, names)
            if ref < 0:
                continue
            # A mixed derivative of x * x counts twice on the diagonal.
            if which == DXY and i == j:
                ref = graph.mul(graph.literal(2.0), ref)
            if ref == _ZERO:
                continue
            if second_is_singular(node.op) or self.selects:
                self.put(form, i, j, graph.guarded(carried, ref))
            else:
                self.put(form, i, j, graph.mul(carried, ref))
        return 0
