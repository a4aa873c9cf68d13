"""Random function vectors written straight to a tape: what kernels and sweeps are compared on."""

from __future__ import annotations

import numpy as np

from asdopt._ops import CODE, OPERATORS
from asdopt.tracing._compact import compact_trace
from asdopt.tracing._tape import Tape
from asdopt.tracing._trace import Trace

# Smooth almost everywhere, and tame at random arguments.
UNARY = "negative square sin cos tanh exp arctan sqrt log reciprocal expit absolute cbrt".split()
BINARY = "add subtract multiply multiply divide maximum minimum power mask hypot arctan2".split()
ARITY = {row.name: row.arity for row in OPERATORS}


class RandomTrace:
    """A random function vector: repeated templates, sharing, affine maps, parameters.

    Parameters
    ----------
    rng : numpy.random.Generator
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.num_inputs = int(rng.integers(1, 13))
        self.num_parameters = int(rng.integers(0, 3))
        self.x = rng.uniform(0.3, 1.5, self.num_inputs)
        self.parameters = rng.uniform(0.3, 1.5, self.num_parameters)
        self.tape = Tape(
            self.num_inputs,
            np.concatenate([self.x, self.parameters]),
            primal=True,
            num_parameters=self.num_parameters,
        )
        self.shared: list[int] = []

    def value(self, node: int) -> float:
        return float(self.tape.values(np.array([node], dtype=np.int32))[0])

    def push(self, name: str, *operands: int) -> int:
        """Apply an operator where it is tame, else another one."""
        rng = self.rng
        values = [self.value(k) for k in operands]
        if name in {"sqrt", "log", "cbrt"} and values[0] < 0.05:
            name = "sin"
        if name in {"reciprocal", "exp", "absolute"} and not 0.05 < abs(values[0]) < 3.0:
            name = "tanh"
        if name in {"divide", "arctan2", "hypot"} and abs(values[-1]) < 0.05:
            name = "multiply"
        if name == "power" and not (0.05 < values[0] < 3.0 and abs(values[1]) < 3.0):
            name = "multiply"
        if name in {"maximum", "minimum"} and abs(values[0] - values[1]) < 1e-3:
            name = "add"
        if name == "mask":
            condition = self.tape.push(CODE["less"], operands[0], self.constant())
            return int(self.tape.push(CODE["mask"], condition, operands[1]))
        node = int(self.tape.push(CODE[name], *operands))
        if not abs(self.value(node)) < 50.0:
            node = int(self.tape.push(CODE["tanh"], node))
        if rng.random() < 0.05:
            self.shared.append(node)
        return node

    def constant(self) -> int:
        special = [0.0, 1.0, -1.0, 2.0, 0.5]
        number = self.rng.choice(special) if self.rng.random() < 0.3 else self.rng.normal()
        return int(self.tape.push_constant(float(number)))

    def template(self) -> list[tuple[str, int, int]]:
        """Random straight-line program over four slots and constants."""
        program = []
        for k in range(int(self.rng.integers(1, 9))):
            name = str(self.rng.choice(UNARY + BINARY + BINARY))
            pick = [int(self.rng.integers(-1, 4 + k)) for _ in range(2)]
            program.append((name, pick[0], pick[1]))
        return program

    def instance(self, program: list[tuple[str, int, int]]) -> int:
        rng = self.rng
        nodes = [self.leaf() for _ in range(4)]
        for name, i, j in program:
            a = self.constant() if i < 0 else nodes[i]
            b = self.constant() if j < 0 else nodes[j]
            nodes.append(self.push(name, *[a, b][: ARITY[name]]))
        if rng.random() < 0.1:
            self.shared.append(nodes[-1])
        return nodes[-1]

    def leaf(self) -> int:
        choice = self.rng.random()
        if choice < 0.05 and self.shared:
            return int(self.rng.choice(self.shared))
        if choice < 0.12 and self.num_parameters:
            return self.num_inputs + int(self.rng.integers(self.num_parameters))
        if choice < 0.22:
            return self.affine()
        return int(self.rng.integers(self.num_inputs))

    def affine(self) -> int:
        """Affine expression of a few or of many variables."""
        count = int(self.rng.integers(2, 10))
        ids = self.rng.integers(self.num_inputs, size=count).astype(np.int32)
        weights = self.rng.normal(size=count) / count
        return int(self.tape.sums(np.array([0, count]), ids, weights)[0])

    def row(self, programs: list[list[tuple[str, int, int]]]) -> int:
        """Sum of instances and of linear terms, added up in one of several ways."""
        rng = self.rng
        terms = [
            self.instance(programs[rng.integers(len(programs))])
            for _ in range(int(rng.integers(0, 6)))
        ]
        terms += [int(rng.integers(self.num_inputs)) for _ in range(int(rng.integers(0, 3)))]
        if not terms:
            return self.constant()
        if rng.random() < 0.3:
            ids = np.array(terms, dtype=np.int32)
            return int(self.tape.sums(np.array([0, len(ids)]), ids, rng.normal(size=len(ids)))[0])
        total = terms[0]
        for term in terms[1:]:
            scaled = term
            if rng.random() < 0.5:
                scaled = self.tape.push(CODE["multiply"], self.constant(), term)
            total = self.tape.push(CODE[str(rng.choice(["add", "subtract"]))], total, scaled)
        return int(total)

    def trace(self) -> Trace:
        """Finish the function vector."""
        programs = [self.template() for _ in range(int(self.rng.integers(1, 5)))]
        outputs = [self.row(programs) for _ in range(int(self.rng.integers(1, 12)))]
        outputs += [int(k) for k in self.rng.choice(outputs, size=int(self.rng.integers(0, 3)))]
        self.tape.close()
        return compact_trace(self.tape, np.array(outputs, dtype=np.int32))
