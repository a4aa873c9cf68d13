"""Differentiate one template symbolically.

Enters: the code of a template (``_templates.pyx``). Leaves: references to its values, its
gradients, and the lower triangle of the Hessian of the weighted sum of its rows. Next:
``_programs.py``.

Gradients are accumulated forward or in reverse, whichever takes fewer operations; Hessians by
edge pushing: going from the results to the variables, each operation is replaced by its operands
in a quadratic form of second derivatives.

References
----------
Gower and Mello, "A new framework for the computation of Hessians", 2012.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from asdopt._ops import SUM
from asdopt.kernels._expressions import LITERAL, ONE, ZERO, Expressions
from asdopt.kernels._rules import Rule, rule
from asdopt.kernels._templates import CONSTANT, MAP, PARAMETER, ROW

__all__ = ["Derivation"]


@dataclass(slots=True)
class _Node:
    """A leaf or an operation of a template."""

    value: int
    active: bool
    rule: Rule | None = None
    operands: tuple[int, ...] = ()
    weights: tuple[int, ...] = ()
    slot: int = -1
    # partial derivatives by operand: (operand, reference, whether it can be infinite)
    first: list[tuple[int, int, bool]] = field(default_factory=list)


class Derivation:
    """Values and derivatives of a template as references of one graph.

    Parameters
    ----------
    code : sequence of int
        The template's code.
    constants : sequence of float or int
        What each constant is: a number, where it is the same in all instances, or the data
        column (an int k) that holds it, ~k for the negative of one.
    functions : dict of str to int
        Numbers of the machine's functions.

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

    def __init__(
        self, code: Sequence[int], constants: Sequence[float | int], functions: dict[str, int]
    ) -> None:
        self.graph = Expressions(functions)
        self.rows: list[bool] = []
        self.num_slots = 0
        self.maps: set[int] = set()
        self._nodes: list[_Node] = []
        self._terms: list[list[tuple[int, int]]] = []
        self._selects = False
        self.graph.exact = True
        self._decode(code, iter(constants))
        self.graph.exact = False
        self._differentiate()

    # Reading the code

    def _decode(self, code: Sequence[int], constants: Iterator[float | int]) -> None:
        number: list[int] = []  # nodes of the code -> nodes without repetition
        known: dict[tuple[int, ...], int] = {}
        at = 0
        while at < len(code):
            kind = code[at]
            if kind == ROW:
                count = code[at + 2]
                self.rows.append(bool(code[at + 1]))
                refs = [number[k] for k in code[at + 3 : at + 3 + count]]
                self._terms.append([(k, self._constant(next(constants))) for k in refs])
                at += 3 + count
                continue
            if kind < 0:
                node = self._leaf(kind, constants)
                key: tuple[int, ...] = (kind, node.value)
                at += 1
            elif kind == SUM:
                count = code[at + 1]
                operands = tuple(number[k] for k in code[at + 2 : at + 2 + count])
                weights = tuple(self._constant(next(constants)) for _ in operands)
                key = (kind, *operands, *weights)
                node = _Node(0, False, None, operands, weights)
                at += 2 + count
            else:
                found = rule(kind)
                operands = tuple(number[k] for k in code[at + 1 : at + 1 + found.arity])
                if found.symmetric:
                    operands = tuple(sorted(operands))
                key = (kind, *operands)
                node = _Node(0, False, found, operands)
                at += 1 + found.arity
            if key not in known:
                known[key] = len(self._nodes)
                self._nodes.append(node)
                if node.operands:
                    self._evaluate(node)
            number.append(known[key])

    def _constant(self, constant: float | int) -> int:
        if isinstance(constant, int):
            return self.graph.data(constant) if constant >= 0 else self.graph.data(~constant) ^ 1
        return self.graph.literal(constant)

    def _leaf(self, kind: int, constants: Iterator[float | int]) -> _Node:
        if kind == CONSTANT:
            return _Node(self._constant(next(constants)), False)
        slot = self.num_slots
        self.num_slots += 1
        if kind == PARAMETER:
            return _Node(self.graph.slot(slot), False)
        if kind == MAP:
            self.maps.add(slot)
        return _Node(self.graph.slot(slot), True, slot=slot)

    def _evaluate(self, node: _Node) -> None:
        graph = self.graph
        values = [self._nodes[k].value for k in node.operands]
        if node.rule is None:
            node.value = self._weighted(zip(node.weights, values, strict=True))
            return
        node.value = node.rule.value(graph, dict(zip("xy", values, strict=False)))
        self._selects = self._selects or node.rule.selects

    def _weighted(self, pairs: Iterator[tuple[int, int]] | zip[tuple[int, int]]) -> int:
        total: int | None = None
        for weight, value in pairs:
            term = self.graph.mul(weight, value)
            total = term if total is None else self.graph.add(total, term)
        return ZERO if total is None else total

    # Partial derivatives of each operation

    def _differentiate(self) -> None:
        for node in self._nodes:
            if not node.operands:
                continue
            partials: dict[int, int] = {}
            singular = False
            if node.rule is None:
                for operand, weight in zip(node.operands, node.weights, strict=True):
                    if self._nodes[operand].active:
                        partials[operand] = self.graph.add(partials.get(operand, ZERO), weight)
            else:
                singular = node.rule.singular[0]
                for operand, build in zip(node.operands, node.rule.first, strict=True):
                    if build is not None and self._nodes[operand].active:
                        partial = build(self.graph, self._names(node))
                        partials[operand] = self.graph.add(partials.get(operand, ZERO), partial)
            node.first = [(k, ref, singular) for k, ref in partials.items() if ref != ZERO]
            node.active = bool(node.first)

    def _names(self, node: _Node) -> dict[str, int]:
        values = [self._nodes[k].value for k in node.operands]
        return {**dict(zip("xy", values, strict=False)), "v": node.value}

    def _second(self, node: _Node) -> Iterator[tuple[int, int, int]]:
        """Second partials (operand, operand, reference) of an operation; mixed ones once."""
        found = node.rule
        if found is None or not any(found.second):
            return
        names = self._names(node)
        for letter, build in zip("pq", found.first, strict=False):
            names[letter] = ZERO if build is None else build(self.graph, names)
        if found.arity == 1:
            pairs = [(0, 0)]
        else:
            pairs = [(0, 0), (0, 1), (1, 1)]
        for (i, j), build in zip(pairs, found.second, strict=True):
            a, b = node.operands[i], node.operands[j]
            if build is None or not (self._nodes[a].active and self._nodes[b].active):
                continue
            ref = build(self.graph, names)
            # A mixed derivative of x * x counts twice on the diagonal.
            if i != j and a == b:
                ref = self.graph.mul(self.graph.literal(2.0), ref)
            if ref != ZERO:
                yield a, b, ref

    def _times(self, node: _Node, carried: int, partial: int, singular: bool) -> int:
        """Product of something carried back to a node with one of the node's partials.

        Where nothing is carried (an unused side of a selection, a multiplier that is 0) even an
        infinite partial counts for nothing.
        """
        graph = self.graph
        if node.rule is not None and node.rule.selects:
            return graph.mask(partial, carried)
        if (singular or self._selects) and graph.kind[carried >> 1] != LITERAL:
            return graph.guarded(carried, partial)
        return graph.mul(carried, partial)

    # Results

    def values(self) -> list[int]:
        """Value of each row: the sum of its terms times their coefficients."""
        self.graph.exact = True
        result = [
            self._weighted((coef, self._nodes[k].value) for k, coef in terms)
            for terms in self._terms
        ]
        self.graph.exact = False
        return result

    def gradients(self, rows: Sequence[int]) -> dict[tuple[int, int], int]:
        """Nonzero derivatives of some rows, by (row, slot)."""
        if not rows:
            return {}
        reverse = self._reverse(rows)
        if len(rows) == 1 or self._selects:
            return reverse
        forward = self._forward(rows)
        size = self.graph.size
        return forward if size(forward.values()) < size(reverse.values()) else reverse

    def _reverse(self, rows: Sequence[int]) -> dict[tuple[int, int], int]:
        graph, nodes = self.graph, self._nodes
        result: dict[tuple[int, int], int] = {}
        for row in rows:
            adjoint: dict[int, int] = {}
            for k, coef in self._terms[row]:
                adjoint[k] = graph.add(adjoint.get(k, ZERO), coef)
            for k in range(len(nodes) - 1, -1, -1):
                carried = adjoint.get(k, ZERO)
                if carried == ZERO:
                    continue
                node = nodes[k]
                if node.slot >= 0:
                    result[row, node.slot] = carried
                for operand, partial, singular in node.first:
                    step = self._times(node, carried, partial, singular and self._selects)
                    adjoint[operand] = graph.add(adjoint.get(operand, ZERO), step)
        return result

    def _forward(self, rows: Sequence[int]) -> dict[tuple[int, int], int]:
        graph = self.graph
        tangents: list[dict[int, int]] = []
        for node in self._nodes:
            tangent: dict[int, int] = {} if node.slot < 0 else {node.slot: ONE}
            for operand, partial, _ in node.first:
                for slot, carried in tangents[operand].items():
                    step = graph.mul(carried, partial)
                    tangent[slot] = graph.add(tangent.get(slot, ZERO), step)
            tangents.append(tangent)
        result: dict[tuple[int, int], int] = {}
        for row in rows:
            for k, coef in self._terms[row]:
                for slot, carried in tangents[k].items():
                    step = graph.mul(coef, carried)
                    result[row, slot] = graph.add(result.get((row, slot), ZERO), step)
        return {key: ref for key, ref in result.items() if ref != ZERO}

    def hessian(self) -> dict[tuple[int, int], int]:
        """Nonzero second derivatives of the weighted sum of the rows, by slots (i, j), i >= j."""
        graph, nodes = self.graph, self._nodes
        adjoint: dict[int, int] = {}
        # Quadratic form: a pair stands with the member that is eliminated first.
        form: list[dict[int, int]] = [{} for _ in nodes]
        rank = [-1 if node.slot >= 0 else k for k, node in enumerate(nodes)]

        def put(i: int, j: int, ref: int) -> None:
            if rank[i] < rank[j] or (rank[i] == rank[j] and i < j):
                i, j = j, i
            form[i][j] = graph.add(form[i].get(j, ZERO), ref)

        for row, terms in enumerate(self._terms):
            for k, coef in terms:
                if nodes[k].active:
                    step = graph.mul(graph.weight(row), coef)
                    adjoint[k] = graph.add(adjoint.get(k, ZERO), step)
        result: dict[tuple[int, int], int] = {}
        for k in range(len(nodes) - 1, -1, -1):
            node = nodes[k]
            if node.slot >= 0 or not node.active:
                continue
            for other, carried in form[k].items():
                if carried == ZERO:
                    continue
                pushed = [
                    (operand, self._times(node, carried, partial, singular))
                    for operand, partial, singular in node.first
                ]
                if other != k:
                    for operand, ref in pushed:
                        put(other, operand, self._twice(ref) if operand == other else ref)
                    continue
                for a, (i, ref) in enumerate(pushed):
                    for j, partial, singular in node.first[: a + 1]:
                        put(i, j, self._times(node, ref, partial, singular))
            carried = adjoint.get(k, ZERO)
            if carried == ZERO:
                continue
            for i, j, ref in self._second(node):
                singular = node.rule is not None and node.rule.singular[1]
                if singular or self._selects:
                    put(i, j, graph.guarded(carried, ref))
                else:
                    put(i, j, graph.mul(carried, ref))
            for operand, partial, singular in node.first:
                step = self._times(node, carried, partial, singular)
                adjoint[operand] = graph.add(adjoint.get(operand, ZERO), step)
        for k, entries in enumerate(form):
            for j, ref in entries.items():
                if nodes[k].slot >= 0 and nodes[j].slot >= 0 and ref != ZERO:
                    i, j2 = nodes[k].slot, nodes[j].slot
                    result[max(i, j2), min(i, j2)] = ref
        return result

    def _twice(self, ref: int) -> int:
        return self.graph.mul(self.graph.literal(2.0), ref)
