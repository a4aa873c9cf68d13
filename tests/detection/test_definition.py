"""Detection equals the paper's definition on random programs and holds all numeric nonzeros."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from asdopt._ops import CODE, FIRST_CODE, OPERATORS
from asdopt._pattern import SparsityPattern
from asdopt.detection import hessian_pattern, jacobian_pattern
from asdopt.tracing import _operators
from asdopt.tracing._trace import Trace

NewTape = Callable[..., Any]
Pairs = set[tuple[int, int]]


def pairs_of(pattern: SparsityPattern) -> Pairs:
    return set(zip(pattern.rows.tolist(), pattern.cols.tolist(), strict=True))


def depends(name: str, x: float, y: float, mode: str) -> tuple[bool, bool]:
    """Table 1: which first derivatives do not vanish."""
    row = OPERATORS[CODE[name] - FIRST_CODE]
    dx, dy = (*row.first, False)[:2]
    if mode == "local":
        rules = {
            "multiply": (y != 0, x != 0),
            "divide": (True, x != 0),
            "maximum": (not x < y, not x > y),
            "minimum": (not x > y, not x < y),
            "remainder": (True, _operators.value("floor_divide", x, y) != 0),
            "mask": (False, x != 0),
        }
        lx, ly = rules.get(name, (True, True))
        return dx and lx, dy and ly
    return dx, dy


def reference(trace: Trace, mode: str) -> tuple[list[set[int]], list[Pairs]]:
    """Gradient and Hessian sets of every node by equations (2) and (3), as Python sets."""
    names = {code: name for name, code in CODE.items()}
    grad: list[set[int]] = []
    hess: list[Pairs] = []

    def product(s: set[int], t: set[int]) -> Pairs:
        return {(max(i, j), min(i, j)) for i in s for j in t}

    for k in range(trace.num_nodes):
        g: set[int] = set()
        h: Pairs = set()
        name = names[int(trace.op[k])]
        a, b = int(trace.a[k]), int(trace.b[k])
        if name == "input":
            g = {k}
        elif name == "sum":
            for t in range(a, a + b):
                g |= grad[trace.pool_ids[t]]
                h |= hess[trace.pool_ids[t]]
        elif name not in {"constant", "parameter"}:
            row = OPERATORS[int(trace.op[k]) - FIRST_CODE]
            zero = [trace.op[o] == 0 and trace.val[o] == 0 for o in (a, b)]
            dead = (name == "multiply" and any(zero)) or (
                name in {"divide", "mask", "xlogy", "xlog1py", "rel_entr"} and zero[0]
            )
            if not dead:
                dx, dy = depends(name, trace.val[a], trace.val[b], mode)
                if dx:
                    g, h = g | grad[a], h | hess[a]
                if dy:
                    g, h = g | grad[b], h | hess[b]
                xx, xy, yy = (*row.second, False, False)[:3]
                if xx:
                    h = h | product(grad[a], grad[a])
                if xy:
                    h = h | product(grad[a], grad[b])
                if yy:
                    h = h | product(grad[b], grad[b])
        grad.append(g)
        hess.append(h)
    return grad, hess


def numeric(trace: Trace) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Gradients and Hessians of all nodes, dense, from the table's derivatives."""
    n, nodes = trace.num_inputs, trace.num_nodes
    grad = np.zeros((nodes, n))
    hess = np.zeros((nodes, n, n))
    for k in range(nodes):
        code, a, b = int(trace.op[k]), int(trace.a[k]), int(trace.b[k])
        if code == CODE["input"]:
            grad[k, k] = 1
        elif code == CODE["sum"]:
            ids, w = trace.pool_ids[a : a + b], trace.pool_weights[a : a + b]
            grad[k] = w @ grad[ids]
            hess[k] = np.tensordot(w, hess[ids], 1)
        elif code >= FIRST_CODE:
            x, y = trace.val[a], trace.val[b]
            dx, dy = _operators.first(code, x, y)
            xx, xy, yy = _operators.second(code, x, y)
            ga, gb = grad[a], grad[b]
            grad[k] = dx * ga + dy * gb
            hess[k] = dx * hess[a] + dy * hess[b] + xx * np.outer(ga, ga) + yy * np.outer(gb, gb)
            hess[k] += xy * (np.outer(ga, gb) + np.outer(gb, ga))
    return grad, hess


SMOOTH = """negative square sin cos exp arctan tanh absolute sign floor add subtract multiply divide
    power arctan2 hypot maximum minimum copysign floor_divide less mask xlogy remainder""".split()


def random_trace(new_tape: NewTape, seed: int, shared: float = 0.5) -> Trace:
    """A random program: chains, sums, sharing, dead ends, constants 0 and 1, kinks and zeros."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    values = rng.choice([0.0, 1.0, -1.0, 0.5, 1.7, -2.3], n)
    build = new_tape(values.tolist(), parameters=[0.0, 1.5])
    nodes = list(range(n + 2))
    for _ in range(int(rng.integers(1, 40))):
        recent = nodes[-4:]
        kind = rng.integers(0, 10)
        pick = [int(rng.choice(nodes if rng.random() < shared else recent)) for _ in range(4)]
        if kind == 0:
            nodes.append(build.const(float(rng.choice([0.0, 1.0, 2.0, -1.5]))))
        elif kind == 1:
            size = int(rng.integers(1, 5))
            nodes.append(build.sum(pick[:size], rng.choice([0.0, 1.0, -2.0], size).tolist()))
        else:
            name = str(rng.choice(SMOOTH))
            arity = OPERATORS[CODE[name] - FIRST_CODE].arity
            nodes.append(build(name, *pick[:arity]))
    outputs = rng.choice(nodes, int(rng.integers(0, 6)))
    return build.trace(*outputs.tolist())


@pytest.mark.usefixtures("representation")
@pytest.mark.parametrize("mode", ["global", "local"])
def test_random_programs_match_the_definition(new_tape: NewTape, mode: str) -> None:
    for seed in range(300):
        trace = random_trace(new_tape, seed, (seed % 3) / 2)
        grad, hess = reference(trace, mode)
        jac = pairs_of(jacobian_pattern(trace, mode=mode))
        assert jac == {(r, j) for r, o in enumerate(trace.outputs) for j in grad[o]}, seed
        expected = set().union(*(hess[o] for o in trace.outputs))
        assert pairs_of(hessian_pattern(trace, mode=mode)) == expected, seed


def test_patterns_contain_numeric_nonzeros_and_local_lies_in_global(new_tape: NewTape) -> None:
    hits = 0
    for seed in range(300):
        trace = random_trace(new_tape, seed)
        with np.errstate(all="ignore"):
            grad, hess = numeric(trace)
        weights = np.random.default_rng(seed).normal(size=len(trace.outputs))
        jac = grad[trace.outputs]
        lagrangian = np.tril(np.tensordot(weights, hess[trace.outputs], 1))
        for numbers, find in ((jac, jacobian_pattern), (lagrangian, hessian_pattern)):
            # Where a derivative is NaN or infinite at the point, its products with 0 are NaN.
            nonzero = np.isfinite(numbers) & (numbers != 0)
            found = SparsityPattern.from_dense(nonzero)
            local = find(trace, mode="local")
            assert found <= local <= find(trace), seed
            hits += found.nnz
    assert hits > 400


def test_patterns_equal_numeric_nonzeros_where_nothing_cancels(new_tape: NewTape) -> None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        n = 12
        build = new_tape(rng.uniform(0.5, 1.5, n).tolist())
        terms = []
        for _ in range(10):
            i, j, k = rng.choice(n, 3, replace=False).tolist()
            inner = build("add", build("sin", i), build("multiply", j, k))
            terms.append(build(str(rng.choice(["exp", "tanh", "log"])), build("square", inner)))
        trace = build.trace(*terms, build.fold("add", terms))
        grad, hess = numeric(trace)
        assert jacobian_pattern(trace) == SparsityPattern.from_dense(grad[trace.outputs])
        total = np.tril(hess[trace.outputs].sum(axis=0))
        assert hessian_pattern(trace) == SparsityPattern.from_dense(total)
