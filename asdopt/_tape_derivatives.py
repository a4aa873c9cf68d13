"""Write the operations of a trace and of its first derivatives to a tape.

Enters: a trace, and nodes of a tape in place of its inputs. Leaves: the nonzero derivatives as
nodes of that tape, by the rules of ``_ops.py``; derivatives of these are a matter of course. They
are accumulated forward or in reverse, whichever takes fewer operations. Next: ``_nested.py``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from asdopt._errors import TracingError
from asdopt._ops import CODE, OPERATORS
from asdopt._rule_functions import evaluate_rule
from asdopt.tracing._array_base import wrap
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import constant_values
from asdopt.tracing._tape import Tape
from asdopt.tracing._trace import Trace

__all__ = ["Differentiation", "node_of"]

IntArray = npt.NDArray[np.int32]
# A coefficient times a node, which is -1 for 1: what is constant takes no operations.
Term = tuple[float, int]
_RULES = {CODE[o.name]: o for o in OPERATORS}
_SUM, _CONSTANT = CODE["sum"], CODE["constant"]


def node_of(tape: Tape, term: Term) -> int:
    """Node of a term."""
    coef, node = term
    if node < 0:
        return int(tape.push_constant(coef))
    ids = np.array([node], dtype=np.int32)
    return int(tape.sums([0, 1], ids, [coef])[0])


class Differentiation:
    """The operations of a trace and of its first derivatives, written to a tape.

    Parameters
    ----------
    tape : Tape
    trace : Trace
    inputs : ndarray of int32
        Nodes of the tape that stand for the inputs of the trace.
    size : int
        How many of them, the first ones, to differentiate by.

    Attributes
    ----------
    entries : tuple
        Rows, columns, and terms of the nonzero derivatives, by rows.
    """

    def __init__(self, tape: Tape, trace: Trace, inputs: IntArray, size: int, name: str) -> None:
        self._tape, self._trace, self._size = tape, trace, size
        if trace.externals:
            raise refuse(
                tape,
                TracingError,
                f"{name} was called inside of a traced function, of a function that calls an "
                "external one or a solver; third derivatives of these are not known: differentiate "
                "it outside, or write the function out",
            )
        self._nodes = self._replayed(inputs)
        self._partials = self._all_partials()
        self._kinds, self._reached = self._dependence()
        outputs = trace.outputs.tolist()
        forward = sum(mask.bit_count() for mask in self._kinds)
        backward = sum(mask.bit_count() for mask in self._reached)
        found = self._by_columns(outputs) if forward <= backward else self._by_rows(outputs)
        listed = sorted(((i, j), term) for i, j, term in found if term[0] != 0.0)
        self.entries = (
            [i for (i, _), _ in listed],
            [j for (_, j), _ in listed],
            [term for _, term in listed],
        )

    def _replayed(self, inputs: IntArray) -> IntArray:
        tape, trace = self._tape, self._trace
        op, a, b = trace.op.tolist(), trace.a.tolist(), trace.b.tolist()
        nodes = np.empty(len(op), dtype=np.int32)
        nodes[: len(inputs)] = inputs
        for k in range(len(inputs), len(op)):
            if op[k] == _CONSTANT:
                nodes[k] = tape.push_constant(float(trace.val[k]))
            elif op[k] == _SUM:
                terms = slice(a[k], a[k] + b[k])
                ids, weights = nodes[trace.pool_ids[terms]], trace.pool_weights[terms]
                nodes[k] = tape.sums([0, len(ids)], ids, weights)[0]
            else:
                nodes[k] = tape.push(op[k], int(nodes[a[k]]), int(nodes[b[k]]))
        return nodes

    def _all_partials(self) -> list[list[tuple[int, Term, bool]]]:
        """Operands of each node with its partial derivatives, and whether they select."""
        tape, trace = self._tape, self._trace
        found: list[list[tuple[int, Term, bool]]] = [[] for _ in trace.op]
        for k in np.flatnonzero(trace.op == _SUM).tolist():
            terms = slice(trace.a[k], trace.a[k] + trace.b[k])
            pairs = zip(trace.pool_ids[terms], trace.pool_weights[terms], strict=True)
            found[k] = [(int(i), (float(weight), -1), False) for i, weight in pairs]
        for op in np.unique(trace.op[trace.num_inputs :]).tolist():
            rule = _RULES.get(op)
            if rule is None:
                continue
            members = np.flatnonzero(trace.op == op)
            members = members[members >= trace.num_inputs]
            operands = (trace.a[members], trace.b[members])[: len(rule.d1)]
            names = dict(zip("xyv", (wrap(tape, self._nodes[i]) for i in operands), strict=False))
            names["v"] = wrap(tape, self._nodes[members])
            for expression, at in zip(rule.d1, operands, strict=True):
                if expression == "0":
                    continue
                partial = lift(tape, evaluate_rule(expression, names))
                ids = np.broadcast_to(partial.ids, members.shape)
                for k, i, term in zip(members.tolist(), at.tolist(), self._terms(ids), strict=True):
                    found[k].append((i, term, rule.selects))
        return found

    def _terms(self, ids: IntArray) -> Iterator[Term]:
        for node in ids.tolist():
            value = constant_values(self._tape, np.array([node], dtype=np.int32))
            yield (1.0, node) if value is None else (float(value[0]), -1)

    def _dependence(self) -> tuple[list[int], list[int]]:
        """Find on which inputs each node depends, and which outputs on it, as bits."""
        count = len(self._partials)
        kinds, reached = [0] * count, [0] * count
        for k in range(min(self._size, count)):
            kinds[k] = 1 << k
        for k, partials in enumerate(self._partials):
            for i, (coef, _), _ in partials:
                kinds[k] |= kinds[i] if coef != 0.0 else 0
        for row, k in enumerate(self._trace.outputs.tolist()):
            reached[k] |= 1 << row
        for k in range(count - 1, -1, -1):
            for i, (coef, _), _ in self._partials[k]:
                if kinds[i] and coef != 0.0:
                    reached[i] |= reached[k]
        return kinds, [mask if kind else 0 for mask, kind in zip(reached, kinds, strict=True)]

    def _by_columns(self, outputs: list[int]) -> Iterator[tuple[int, int, Term]]:
        tangents: list[dict[int, Term]] = []
        for k, partials in enumerate(self._partials):
            sums: dict[int, list[Term]] = {}
            if self._reached[k]:
                for i, partial, selects in partials:
                    for j, tangent in tangents[i].items():
                        sums.setdefault(j, []).append(self._times(partial, tangent, selects))
            tangents.append({j: self._total(terms) for j, terms in sums.items()})
            if k < self._size:
                tangents[k] = {k: (1.0, -1)}
        for row, k in enumerate(outputs):
            for j, term in tangents[k].items():
                yield row, j, term

    def _by_rows(self, outputs: list[int]) -> Iterator[tuple[int, int, Term]]:
        for row, output in enumerate(outputs):
            sums: dict[int, list[Term]] = {output: [(1.0, -1)]}
            for k in range(output, -1, -1):
                if k not in sums:
                    continue
                adjoint = self._total(sums.pop(k))
                if k < self._size:
                    yield row, k, adjoint
                for i, partial, selects in self._partials[k]:
                    if self._kinds[i]:
                        sums.setdefault(i, []).append(self._times(partial, adjoint, selects))

    def _times(self, partial: Term, other: Term, selects: bool) -> Term:
        coef = partial[0] * other[0]
        if coef == 0.0 or partial[1] < 0 or other[1] < 0:
            return coef, max(partial[1], other[1]) if coef != 0.0 else -1
        product = self._tape.push(CODE["multiply"], partial[1], other[1])
        if selects:  # the side that is not used does not count, even where it is infinite
            product = self._tape.push(CODE["mask"], partial[1], product)
        return coef, int(product)

    def _total(self, terms: list[Term]) -> Term:
        terms = [term for term in terms if term[0] != 0.0]
        if len(terms) < 2:
            return terms[0] if terms else (0.0, -1)
        tape = self._tape
        nodes = [tape.push_constant(1.0) if node < 0 else node for _, node in terms]
        ids, coefs = np.array(nodes, dtype=np.int32), [coef for coef, _ in terms]
        total = tape.sums([0, len(ids)], ids, coefs)
        return next(self._terms(total))
