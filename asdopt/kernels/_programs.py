"""Turn expressions of a template into a register program of the block machine.

Enters: a graph and the results wanted of it. Leaves: instructions, and which rows of indices and
constants they read. Next: ``_packing.py``.

Operations are ordered depth-first from the results, so that values die early; registers are
given out in that order and reused, also by the operation that reads a value last.
"""

from __future__ import annotations

import struct
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from asdopt.kernels._expressions import (
    ADD,
    AND,
    DATA,
    DIV,
    EQ,
    FIRST_FUNCTION,
    GUARDED,
    LE,
    LITERAL,
    LT,
    MASK,
    MUL,
    NE,
    NEG,
    OR,
    SLOT,
    SUB,
    WEIGHT,
    XOR,
    Expressions,
)
from asdopt.kernels._machine import BINARY, INSTRUCTION, OPERATION, UNARY

__all__ = ["FUNCTIONS", "Compiled", "Result", "compile_program"]

# One number for each function, unary ones first.
FUNCTIONS: Final[dict[str, int]] = {name: k for k, name in enumerate((*UNARY, *BINARY))}
_NAME: Final = list(FUNCTIONS)

_PLAIN: Final = {
    NEG: "NEGATE",
    DIV: "DIVIDE",
    GUARDED: "GUARDED",
    MASK: "MASK",
    LT: "LESS",
    LE: "LESS_EQUAL",
    EQ: "EQUAL",
    NE: "NOT_EQUAL",
    AND: "AND",
    OR: "OR",
    XOR: "XOR",
}
_PACK: Final = struct.Struct("=6H4xd").pack  # an INSTRUCTION
_LEAVES: Final = frozenset({SLOT, DATA, WEIGHT})
# Functions that rounding of the operand does not change by more than rounding.
_SMOOTH: Final = frozenset(
    ("sin", "cos", "exp", "exp2", "exp10_", "expm1", "sinh", "cosh", "tanh", "atan", "asinh")
    + ("erf", "erfc", "fabs", "expit", "ndtr", "sinc", "sinc_d1", "sinc_d2", "hypot", "cbrt")
)
_DECISIONS: Final = frozenset({LT, LE, EQ, NE, MASK})
_OWN: Final = {"sqrt": "SQRT", "fabs": "FABS", "exp": "EXP", "log": "LOG"}


@dataclass(frozen=True, slots=True)
class Result:
    """A value to scatter.

    Parameters
    ----------
    ref : int
        Reference to it.
    place : hashable
        What it is: the key by which packing finds the positions.
    target : int
        Array it goes to.
    """

    ref: int
    place: Hashable
    target: int = 0


@dataclass(frozen=True, slots=True)
class Compiled:
    """A register program.

    Parameters
    ----------
    code : ndarray of INSTRUCTION
    num_registers, num_gathered : int
    data : list of int
        Data columns that the table of pointers holds after the registers and before what is
        gathered.
    index : list of (kind, key)
        Rows of indices: ``("slot", k)``, ``("weight", k)``, ``("result", place)``.
    """

    code: npt.NDArray[np.void]
    num_registers: int
    num_gathered: int
    data: list[int]
    index: list[tuple[str, Hashable]]


def compile_program(
    graph: Expressions, results: Sequence[Result], constants: Sequence[Result] = ()
) -> Compiled:
    """Compile the computation of some results.

    Parameters
    ----------
    graph : Expressions
    results : sequence of Result
        In the order in which they are wanted.
    constants : sequence of Result
        The same at every point: stored last, and not at all where they are there already.
    """
    return _Compiler(graph, [*results, *constants]).compiled(len(results))


class _Compiler:
    def __init__(self, graph: Expressions, results: Sequence[Result]) -> None:
        self._kind, self._x, self._y = graph.kind, graph.x, graph.y
        self._graph = graph
        self._results = results
        self._uses: dict[int, int] = {}
        self._index: list[tuple[str, Hashable]] = []
        self._index_row: dict[tuple[str, Hashable], int] = {}
        self._data: dict[int, int] = {}
        # Steps before registers are known: operation, values written, values read, rest.
        self._steps: list[tuple[str, tuple[int, ...], tuple[int, ...], tuple[int, ...], float]] = []
        self._done: set[int] = set()
        self._count_uses()
        self._strict = self._below_decisions()

    def _below_decisions(self) -> set[int]:
        """Nodes below comparisons, and below functions that jump or end somewhere.

        A product that is not rounded before it is added to would let ``x*x - y*y >= 0`` fail, and
        ``sqrt(x*x - y*y)`` be NaN, where x is y.
        """
        found: set[int] = set()
        stack = [node for node in self._uses if self._decides(node)]
        while stack:
            node = stack.pop()
            operands = self._graph.operands(node)
            # What a condition selects is not decided upon.
            if self._kind[node] == MASK and node not in found:
                operands = operands[:1]
            for operand in operands:
                if operand not in found:
                    found.add(operand)
                    stack.append(operand)
        return found

    def _decides(self, node: int) -> bool:
        kind = self._kind[node]
        if kind >= FIRST_FUNCTION:
            return _NAME[kind - FIRST_FUNCTION] not in _SMOOTH
        return kind in _DECISIONS

    def _count_uses(self) -> None:
        uses = self._uses
        stack = [result.ref >> 1 for result in self._results]
        for node in stack:
            uses[node] = uses.get(node, 0) + 1
        stack = list(uses)
        seen = set(stack)
        while stack:
            for operand in self._graph.operands(stack.pop()):
                uses[operand] = uses.get(operand, 0) + 1
                if operand not in seen:
                    seen.add(operand)
                    stack.append(operand)

    def compiled(self, num_varying: int) -> Compiled:
        for k, result in enumerate(self._results):
            if k == num_varying:
                self._steps.append(("CONSTANTS", (), (), (), 0.0))
            node = result.ref >> 1
            self._need(node)
            name = "SCATTER_NEGATIVE" if result.ref & 1 else "SCATTER"
            row = self._row("result", result.place)
            self._steps.append((name, (), (node,), (row, result.target), 0.0))
        return self._allocate()

    # Ordering and choice of instructions

    def _row(self, kind: str, key: Hashable) -> int:
        found = self._index_row.get((kind, key))
        if found is None:
            found = len(self._index)
            self._index_row[kind, key] = found
            self._index.append((kind, key))
        return found

    def _need(self, root: int) -> None:
        """Append the steps of a node and of all it reads that are not there yet."""
        stack = [root]
        while stack:
            node = stack[-1]
            if node in self._done:
                stack.pop()
                continue
            step = self._choose(node)
            missing = [k for k in step[2] if k not in self._done]
            if missing:
                stack.extend(reversed(missing))
                continue
            stack.pop()
            self._done.update(step[1])
            if step[0]:
                self._steps.append(step)

    def _choose(
        self, node: int
    ) -> tuple[str, tuple[int, ...], tuple[int, ...], tuple[int, ...], float]:
        kind = self._kind[node]
        if kind >= FIRST_FUNCTION:
            return self._function(node)
        if kind == DATA:
            self._data.setdefault(int(self._x[node]), len(self._data))
            return "", (node,), (), (), 0.0
        if kind == LITERAL:
            return "NUMBER", (node,), (), (), self._x[node]
        if kind in {SLOT, WEIGHT}:
            row = self._row("slot" if kind == SLOT else "weight", int(self._x[node]))
            return "GATHER", (node,), (), (row, int(kind == WEIGHT)), 0.0
        x, y = int(self._x[node]) >> 1, self._y[node] >> 1
        if kind in {ADD, SUB}:
            return self._sum(node, kind == SUB, x, y)
        if kind == MUL:
            if self._kind[x] == LITERAL:
                return "MULTIPLY_NUMBER", (node,), (y,), (), self._x[x]
            if x == y:
                return "SQUARE", (node,), (x,), (), 0.0
            return "MULTIPLY", (node,), (x, y), (), 0.0
        if kind == NEG:
            return "NEGATE", (node,), (x,), (), 0.0
        if kind == DIV and self._kind[x] == LITERAL:
            return "DIVIDE_NUMBER", (node,), (y,), (), self._x[x]
        return _PLAIN[kind], (node,), (x, y), (), 0.0

    def _sum(
        self, node: int, minus: bool, x: int, y: int
    ) -> tuple[str, tuple[int, ...], tuple[int, ...], tuple[int, ...], float]:
        kinds = self._kind
        if kinds[x] == LITERAL:
            if minus:
                return "FROM_NUMBER", (node,), (y,), (), self._x[x]
            return "ADD_NUMBER", (node,), (y,), (), self._x[x]
        if kinds[y] == LITERAL:
            return "ADD_NUMBER", (node,), (x,), (), -self._x[y] if minus else self._x[y]
        is_free = node not in self._strict
        if is_free and self._absorbed(y):
            a, b = int(self._x[y]) >> 1, self._y[y] >> 1
            if kinds[a] == LITERAL:
                number = -self._x[a] if minus else self._x[a]
                return "MULTIPLY_NUMBER_ADD", (node,), (b, x), (2,), number
            name = "SUBTRACT_PRODUCT" if minus else "MULTIPLY_ADD"
            return name, (node,), (a, b, x), (), 0.0
        if is_free and self._absorbed(x):
            a, b = int(self._x[x]) >> 1, self._y[x] >> 1
            if kinds[a] == LITERAL:
                name = "MULTIPLY_NUMBER_SUBTRACT" if minus else "MULTIPLY_NUMBER_ADD"
                return name, (node,), (b, y), (2,), self._x[a]
            return "MULTIPLY_SUBTRACT" if minus else "MULTIPLY_ADD", (node,), (a, b, y), (), 0.0
        alone = kinds[x] == SLOT == kinds[y] and self._uses[x] == 1 == self._uses[y]
        if minus and alone:
            rows = (self._row("slot", int(self._x[x])), self._row("slot", int(self._x[y])))
            return "GATHER_DIFFERENCE", (node,), (), rows, 0.0
        return "SUBTRACT" if minus else "ADD", (node,), (x, y), (), 0.0

    def _absorbed(self, node: int) -> bool:
        """Whether a node is a product that only one sum reads."""
        return self._kind[node] == MUL and self._uses[node] == 1 and node not in self._done

    def _function(
        self, node: int
    ) -> tuple[str, tuple[int, ...], tuple[int, ...], tuple[int, ...], float]:
        name = _NAME[self._kind[node] - FIRST_FUNCTION]
        x = int(self._x[node]) >> 1
        if name in {"sin", "cos"}:
            other = self._graph.find_call("cos" if name == "sin" else "sin", 2 * x)
            pair = (node, other) if name == "sin" else (other, node)
            return "SINE_COSINE", pair, (x,), (), 0.0
        if name in _OWN:
            return _OWN[name], (node,), (x,), (), 0.0
        number = FUNCTIONS[name]
        if self._y[node] < 0:
            return "CALL", (node,), (x,), (number,), 0.0
        return "CALL_TWO", (node,), (x, self._y[node] >> 1), (number - len(UNARY),), 0.0

    # Registers

    def _allocate(self) -> Compiled:
        kinds, steps = self._kind, self._steps
        # Going backwards, the first read met is a value's last.
        seen: set[int] = set()
        last_reads: list[list[int]] = []
        for _, _, read, _, _ in reversed(steps):
            last_reads.append([k for k in read if k not in seen and kinds[k] not in _LEAVES])
            seen.update(read)
        register: dict[int, int] = {}
        free: list[int] = []
        count = 0
        gathered = []
        for (_, written, _, _, _), dying in zip(steps, reversed(last_reads), strict=True):
            for node in dict.fromkeys(dying):
                free.append(register[node])  # noqa: PERF401  # read by the loop below
            for node in written:
                if kinds[node] in _LEAVES:
                    gathered.append(node)
                    continue
                if not free:
                    free.append(count)
                    count += 1
                register[node] = free.pop()
            if len(written) == 2:  # sine and cosine: one of them may not be wanted
                free.extend(register[node] for node in written if node not in seen)
        for k, node in enumerate(gathered):
            register[node] = count + len(self._data) + k
        for node in self._done:
            if kinds[node] == DATA:
                register[node] = count + self._data[int(self._x[node])]
        packed = [self._encode(step, register) for step in steps]
        packed.append(_PACK(0, 0, 0, 0, 0, 0, 0.0))
        code = np.frombuffer(b"".join(packed), dtype=INSTRUCTION)
        return Compiled(code, count, len(gathered), list(self._data), self._index)

    def _encode(
        self,
        step: tuple[str, tuple[int, ...], tuple[int, ...], tuple[int, ...], float],
        register: dict[int, int],
    ) -> bytes:
        name, written, read, rest, number = step
        d = register[written[0]] if written else 0
        e = register[written[1]] if len(written) == 2 else 0
        a = b = c = 0
        if len(read) == 1:
            a = register[read[0]]
        elif len(read) == 2:
            a, b = register[read[0]], register[read[1]]
        elif read:
            a, b, c = register[read[0]], register[read[1]], register[read[2]]
        if name in {"GATHER", "GATHER_DIFFERENCE"}:
            a, b = rest
        elif name in {"SCATTER", "SCATTER_NEGATIVE"}:
            b, c = rest
        elif name in {"CALL", "CALL_TWO"}:
            e = rest[0]
        elif rest:  # a literal factor: the summand is operand c
            b, c = 0, b
        return _PACK(OPERATION[name], d, a, b, c, e, number)
