"""The trace of a problem as AMPL's expressions: linear parts, nonlinear parts, common ones.

Enters: a trace. Leaves: for each output a constant, its linear coefficients and the tokens of what
is not linear, with expressions that occur several times defined once. Next: ``nl_file.py``, which
writes them down.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass

from asdopt._errors import EvaluationError, UnsupportedOperationError
from asdopt._ops import CODE
from asdopt._ops import OPERATORS as TABLE
from asdopt.adapters._nl_operators import OPERATORS, SUM
from asdopt.tracing._trace import Trace

__all__ = ["IN_CONSTRAINTS", "IN_OBJECTIVE", "Graph", "Part"]

IN_OBJECTIVE, IN_CONSTRAINTS = 1, 2
# Readers recurse: an expression that is nested deeper is defined in pieces.
_DEEPEST = 50
_NAMES = {code: name for name, code in CODE.items()}
_INPUT, _SUM, _EXTERNAL = CODE["input"], CODE["sum"], CODE["external"]
_ADD, _SUBTRACT, _NEGATIVE = CODE["add"], CODE["subtract"], CODE["negative"]
_MULTIPLY, _DIVIDE = CODE["multiply"], CODE["divide"]
_BINARY = {CODE[row.name] for row in TABLE if row.arity == 2}
# A token, or the node of an operand.
Item = str | int


@dataclass
class Part:
    """An output: ``constant + sum of linear[i] * x[i] + sum of c * node`` over nonlinear."""

    constant: float
    linear: dict[int, float]
    nonlinear: list[tuple[int, float]]


class Graph:
    """Expressions of all outputs; output 0 is the objective.

    Parameters
    ----------
    trace : Trace
        With primal values: what depends on no variable counts as the number it is.

    Attributes
    ----------
    parts : list of Part
        One for each output.
    places : list of int
        For each node how it enters: a union of IN_OBJECTIVE and IN_CONSTRAINTS where it is part of
        a nonlinear expression of these.
    defined : dict of int to int
        Nodes that are defined once and referred to, with their numbers, operands first.

    Raises
    ------
    UnsupportedOperationError
        AMPL has no word for an operator; the message names the user's line where the trace has it.
    """

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._op: list[int] = trace.op.tolist()
        self._a: list[int] = trace.a.tolist()
        self._b: list[int] = trace.b.tolist()
        self._val: list[float] = trace.val.tolist()
        self._ids, self._weights = trace.pool_ids.tolist(), trace.pool_weights.tolist()
        self._fixed: list[bool] = []
        self._affine: list[bool] = []
        uses = [0] * trace.num_nodes
        for i in range(trace.num_nodes):
            operands = list(self._operands(i))
            self._fixed.append(
                self._op[i] not in (_INPUT, _EXTERNAL) and all(self._fixed[k] for k in operands)
            )
            self._affine.append(
                self._fixed[i]
                or self._op[i] == _INPUT
                or (self._is_additive(i) and all(self._affine[k] for k in operands))
            )
            for k in operands:
                uses[k] += 1
        self._uses = uses
        outputs = trace.outputs.tolist()
        self.parts = [self._flatten(root) for root in outputs]
        self.places = [0] * trace.num_nodes
        self.defined: dict[int, int] = {}
        self._define()

    def tokens(self, part: Part, columns: list[int], constant: float) -> list[str]:
        """Write the nonlinear expression of a part plus a constant.

        Parameters
        ----------
        part : Part
        columns : list of int
            Place of each variable in the file.
        constant : float
            Zero where it is told elsewhere.
        """
        items: list[list[Item]] = [_scaled(node, factor) for node, factor in part.nonlinear]
        if constant or not items:
            items.append([_number(constant)])
        return self._write(_added(items), columns)

    def definition(self, node: int, columns: list[int]) -> list[str]:
        """Write the expression of a node that is defined once."""
        return self._write(self._items(node), columns)

    def variables(self, part: Part) -> list[int]:
        """List the variables that a part reads, linearly or not, in order."""
        found = set(part.linear)
        seen = {node for node, _ in part.nonlinear}
        pending = list(seen)
        while pending:
            i = pending.pop()
            if self._op[i] == _INPUT:
                found.add(i)
                continue
            for k in self._operands(i):
                if not self._fixed[k] and k not in seen:
                    seen.add(k)
                    pending.append(k)
        return sorted(found)

    def reads(self, node: int) -> bool:
        """Whether the value of a node depends on a variable."""
        return not self._fixed[node]

    # Parts

    def _operands(self, i: int) -> Iterator[int]:
        op = self._op[i]
        if op == _SUM:
            yield from self._ids[self._a[i] : self._a[i] + self._b[i]]
        elif op > _EXTERNAL:
            yield self._a[i]
            if op in _BINARY:
                yield self._b[i]

    def _is_additive(self, i: int) -> bool:
        op = self._op[i]
        if op == _MULTIPLY:
            return self._fixed[self._a[i]] or self._fixed[self._b[i]]
        if op == _DIVIDE:
            return self._fixed[self._b[i]] and self._val[self._b[i]] != 0.0
        return op in (_SUM, _ADD, _SUBTRACT, _NEGATIVE)

    def _terms(self, i: int) -> Iterator[tuple[int, float]]:
        """Operands of an additive node with their factors."""
        op, a, b = self._op[i], self._a[i], self._b[i]
        if op == _SUM:
            yield from zip(self._ids[a : a + b], self._weights[a : a + b], strict=True)
        elif op == _MULTIPLY:
            yield (b, self._val[a]) if self._fixed[a] else (a, self._val[b])
        elif op == _DIVIDE:
            yield a, 1.0 / self._val[b]
        else:
            yield a, -1.0 if op == _NEGATIVE else 1.0
            if op != _NEGATIVE:
                yield b, 1.0 if op == _ADD else -1.0

    def _flatten(self, root: int) -> Part:
        """Take the sums apart, users before operands, so that each node is met once."""
        part = Part(0.0, {}, [])
        factors, heap = {root: 1.0}, [-root]
        while heap:
            i = -heapq.heappop(heap)
            factor = factors.pop(i)
            if self._fixed[i]:
                part.constant += factor * self._val[i]
            elif self._op[i] == _INPUT:
                part.linear[i] = factor
            elif self._is_additive(i) and (i == root or self._affine[i] or self._uses[i] == 1):
                for k, weight in self._terms(i):
                    if k not in factors:
                        factors[k] = 0.0
                        heapq.heappush(heap, -k)
                    factors[k] += factor * weight
            else:
                part.nonlinear.append((i, factor))
        for number in (part.constant, *part.linear.values()):
            _check(number)
        part.nonlinear.reverse()  # as they were written
        return part

    def _items(self, i: int) -> list[Item]:
        """Tokens and operands of a node, one level."""
        op = self._op[i]
        if op == _SUM:
            return _added([_scaled(k, weight) for k, weight in self._terms(i)])
        words = OPERATORS.get(_NAMES[op])
        if words is None:
            raise UnsupportedOperationError(self._refusal(i))
        operands = {"x": self._a[i], "y": self._b[i]}
        return [operands.get(word, word) for word in words]

    def _define(self) -> None:
        """Find what is used more than once, or nested too deeply, and number it."""
        references = [0] * len(self._op)
        for k, part in enumerate(self.parts):
            for i, _ in part.nonlinear:
                references[i] += 1
                self.places[i] |= IN_OBJECTIVE if k == 0 else IN_CONSTRAINTS
        used: list[int] = []
        for i in range(len(self._op) - 1, -1, -1):
            if not references[i] or self._fixed[i] or self._op[i] == _INPUT:
                continue
            used.append(i)
            for item in self._items(i):
                if isinstance(item, int):
                    references[item] += 1
                    self.places[item] |= self.places[i]
        depths = [0] * len(self._op)
        chosen = []
        for i in reversed(used):
            depth = 1 + max((depths[k] for k in self._items(i) if isinstance(k, int)), default=0)
            if references[i] > 1 or depth > _DEEPEST:
                chosen.append(i)
                depth = 0
            depths[i] = depth
        # Those of both, of the constraints, of the objective: a reader counts them in this order.
        order = {IN_OBJECTIVE | IN_CONSTRAINTS: 0, IN_CONSTRAINTS: 1, IN_OBJECTIVE: 2}
        chosen.sort(key=lambda i: (order[self.places[i]], i))
        self.defined = {i: k for k, i in enumerate(chosen)}

    def _write(self, items: list[Item], columns: list[int]) -> list[str]:
        written: list[str] = []
        pending = items[::-1]
        while pending:
            item = pending.pop()
            if isinstance(item, str):
                written.append(item)
            elif self._fixed[item]:
                written.append(_number(self._val[item]))
            elif self._op[item] == _INPUT:
                written.append(f"v{columns[item]}")
            elif item in self.defined:
                written.append(f"v{len(columns) + self.defined[item]}")
            else:
                pending += self._items(item)[::-1]
        return written

    def _refusal(self, i: int) -> str:
        line = f" at {self._trace.lines[i]}" if self._trace.lines else ""
        if self._op[i] == _EXTERNAL:
            return (
                "a file for AMPL's solvers was asked for, and the functions call a black box"
                f"{line} (asdopt.external), which no file can hold: write it with operators, or "
                "solve with asdopt's own solvers"
            )
        return (
            f"a file for AMPL's solvers was asked for, and their expressions have no word for "
            f"{_NAMES[self._op[i]]}{line}: write it with operators they have, such as exp, log, "
            "sqrt, sin, max, or solve with asdopt's own solvers"
        )


def _check(value: float) -> None:
    if not math.isfinite(value):
        raise EvaluationError(
            f"a file for AMPL's solvers was asked for, and the functions contain the number "
            f"{value}, which no file can hold: scale what grows too large, or keep constants and "
            "parameters finite"
        )


def _number(value: float) -> str:
    _check(value)
    return f"n{value!r}"


def _scaled(node: int, factor: float) -> list[Item]:
    return [node] if factor == 1.0 else ["o2", _number(factor), node]


def _added(items: list[list[Item]]) -> list[Item]:
    if not items:
        return ["n0"]
    if len(items) == 1:
        return items[0]
    head = ["o0"] if len(items) == 2 else [SUM, str(len(items))]
    return head + [word for item in items for word in item]
