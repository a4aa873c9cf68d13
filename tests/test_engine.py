"""The engine against sweeps over the whole tape, on random programs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from asdopt import Problem
from asdopt._colored import ColoredHessian, ColoredJacobian
from asdopt._engine import Engine
from asdopt._ops import CODE, OPERATORS
from asdopt.backends._sweeps import NUM_LANES, Sweeps
from asdopt.detection import hessian_pattern, jacobian_pattern
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


def reference(trace, jacobian, hessian, x, parameters, weights):
    """Outputs, gradient, Jacobian and Hessian by sweeps over the whole tape."""
    sweeps = Sweeps(trace)
    sweeps.values(x, parameters)
    sweeps.first()
    sweeps.second()
    outputs = sweeps.output_values()
    first = np.zeros(len(trace.outputs))
    first[0] = 1.0
    gradient = sweeps.gradient(first)
    jac = np.empty(jacobian.nnz)
    if jacobian.nnz:
        ColoredJacobian(sweeps, jacobian, 1, len(trace.outputs)).values(jac)
    hess = np.empty(hessian.nnz)
    if hessian.nnz:
        sweeps.gradient(weights)
        ColoredHessian(sweeps, hessian).values(hess)
    return outputs, gradient, jac, hess


def check(seed: int) -> None:
    made = RandomTrace(np.random.default_rng(seed))
    trace = made.trace()
    rng = np.random.default_rng(seed + 1)
    jacobian = jacobian_pattern(trace, trace.outputs[1:])
    hessian = hessian_pattern(trace, trace.outputs)
    engine = Engine(trace, jacobian, hessian)
    for step in (0.0, 1e-3):
        x = made.x + step * rng.normal(size=made.num_inputs)
        parameters = made.parameters + step
        engine.set_parameters(parameters)
        weights = rng.normal(size=len(trace.outputs))
        if step:
            weights[rng.random(len(weights)) < 0.2] = 0.0
        assert engine.holds(x)
        found = (
            engine.outputs(x),
            engine.gradient(x),
            engine.jacobian_values(x),
            engine.hessian_values(x, weights),
        )
        expected = reference(trace, jacobian, hessian, x, parameters, weights)
        for name, a, b in zip(("f", "gradient", "J", "H"), found, expected, strict=True):
            scale = max(1.0, np.abs(b).max(initial=0.0))
            assert np.allclose(a, b, rtol=0.0, atol=1e-12 * scale), (seed, name, step)


@pytest.mark.parametrize("start", range(0, 200, 20))
def test_kernels_agree_with_sweeps(start: int) -> None:
    for seed in range(start, start + 20):
        check(seed)


def test_kernels_that_disagree_with_the_tape_are_not_used(monkeypatch) -> None:
    monkeypatch.setattr("asdopt.kernels._kernels.find_disagreement", lambda *_: "it is wrong")
    made = RandomTrace(np.random.default_rng(5))
    trace = made.trace()
    jacobian = jacobian_pattern(trace, trace.outputs[1:])
    hessian = hessian_pattern(trace, trace.outputs)
    with pytest.warns(RuntimeWarning, match="near x0 it is wrong; sweeps over the tape are used"):
        engine = Engine(trace, jacobian, hessian)
    assert engine.num_instances == []
    weights = np.ones(len(trace.outputs))
    expected = reference(trace, jacobian, hessian, made.x, made.parameters, weights)
    engine.set_parameters(made.parameters)
    assert np.allclose(engine.outputs(made.x), expected[0], rtol=1e-14)
    assert np.allclose(engine.jacobian_values(made.x), expected[2], rtol=1e-14)
    assert np.allclose(engine.hessian_values(made.x, weights), expected[3], rtol=1e-14)


def test_kept_entries_of_a_jacobian_are_those_of_a_full_evaluation() -> None:
    for seed in range(40):
        made = RandomTrace(np.random.default_rng(seed))
        trace = made.trace()
        jacobian = jacobian_pattern(trace, trace.outputs[1:])
        engine = Engine(trace, jacobian, hessian_pattern(trace, trace.outputs))
        engine.set_parameters(made.parameters)
        out = np.full(jacobian.nnz, np.nan)
        points = [made.x + 1e-3 * step for step in range(3)]
        full = [engine.jacobian_values(x) for x in points]
        for x, expected in zip(points, full, strict=True):
            engine.jacobian_values(x, out, keep=True)
            assert np.array_equal(out, expected, equal_nan=True), seed


@pytest.mark.parametrize("seed", range(20))
def test_sweeps_forget_the_last_point(seed: int) -> None:
    """Partials that were worked out once do not hold values of an earlier point."""
    program = RandomTrace(np.random.default_rng(seed))
    trace = program.trace()
    used, fresh = Sweeps(trace), Sweeps(trace)
    for x in (program.x, program.x * 1.1 + 0.05):
        used.values(x, program.parameters)
        used.first()
        used.second()
    fresh.values(x, program.parameters)
    fresh.first()
    fresh.second()
    weights = np.ones(len(trace.outputs))
    seeds = np.random.default_rng(0).normal(size=(program.num_inputs, NUM_LANES))
    np.testing.assert_array_equal(used.gradient(weights), fresh.gradient(weights))
    np.testing.assert_array_equal(used.hvp(seeds), fresh.hvp(seeds))


def test_problems_evaluate_at_once_in_threads() -> None:
    """Large evaluations let other threads run, and give the same values."""
    n = 5000

    def make(k):
        return Problem(lambda x: np.sum(np.sin(k * x[1:] * x[:-1])), x0=np.linspace(0, 1, n))

    problems = [make(k) for k in range(1, 5)]
    expected = [p.hessian_values(p.x0) for p in problems]

    def repeat(p):
        return [p.hessian_values(p.x0) for _ in range(20)]

    with ThreadPoolExecutor(4) as pool:
        for values, wanted in zip(pool.map(repeat, problems * 2), expected * 2, strict=True):
            for value in values:
                np.testing.assert_array_equal(value, wanted)
