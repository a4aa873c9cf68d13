"""Pattern facts of plain Python functions, and containment on random ones.

The facts are those of the test suite of SparseConnectivityTracer.jl (Hill, Dalle), written as
users write them; positions count from 1 there and in the tables below.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt import SparsityPattern

Function = Callable[[Any], Any]
Pairs = set[tuple[int, int]]


def pairs_of(pattern: SparsityPattern) -> Pairs:
    return set(zip((pattern.rows + 1).tolist(), (pattern.cols + 1).tolist(), strict=True))


def both(pairs: Any) -> Pairs:
    return {p for i, j in pairs for p in ((i, j), (j, i))}


def tridiagonal(n: int) -> Pairs:
    return {(i, j) for i in range(1, n + 1) for j in (i - 1, i, i + 1) if 1 <= j <= n}


JACOBIANS: dict[str, tuple[Function, int, list[list[int]]]] = {
    "three functions": (
        lambda x: [x[0] ** 2, 2 * x[0] * x[1] ** 2, math.sin(x[2])],
        3,
        [[1, 0, 0], [1, 1, 0], [0, 0, 1]],
    ),
    "steps cut dependence": (
        lambda x: [x[0] * x[1], math.ceil(x[0] * x[1]), x[0] * round(x[1])],
        2,
        [[1, 1], [0, 0], [1, 0]],
    ),
    "differences": (lambda x: np.diff(x) ** 2, 4, [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]),
    "stacked differences": (
        lambda x: np.concatenate([np.diff(x) ** 2, np.diff(x) ** 3]),
        3,
        [[1, 1, 0], [0, 1, 1], [1, 1, 0], [0, 1, 1]],
    ),
    "numbers and nothing": (lambda x: [1.0, x[1], 0.0], 2, [[0, 0], [0, 1], [0, 0]]),
}

HESSIANS: dict[str, tuple[Function, int, Pairs]] = {
    "sum": (lambda x: x[0] + x[1] * x[2] + 1 / x[3], 4, both([(2, 3), (4, 4)])),
    "power": (
        lambda x: x[0] + x[1] * x[2] + 1 / x[3] + 1 * x[4] + x[1] ** x[4],
        5,
        both([(2, 3), (4, 4), (2, 2), (2, 5), (5, 5)]),
    ),
    "quotients": (
        lambda x: x[0] / x[1] + x[2] / 1 + 1 / x[3],
        4,
        both([(1, 2), (2, 2), (4, 4)]),
    ),
    "product of products": (
        lambda x: (x[0] * x[1]) * (x[2] * x[3]),
        4,
        both(itertools.combinations(range(1, 5), 2)),
    ),
    "product of sums": (
        lambda x: (x[0] + x[1]) * (x[2] + x[3]),
        4,
        both([(1, 3), (1, 4), (2, 3), (2, 4)]),
    ),
    "square of a sum": (lambda x: sum(x) ** 2, 3, set(itertools.product((1, 2, 3), repeat=2))),
    "inverse of a sum": (lambda x: 1 / sum(x), 3, set(itertools.product((1, 2, 3), repeat=2))),
    "cubed differences": (lambda x: np.sum(np.diff(x) ** 3), 6, tridiagonal(6)),
    "variable times clamp": (
        lambda x: x[0] * min(max(x[0], x[1]), x[2]),
        3,
        both([(1, 1), (1, 2), (1, 3)]),
    ),
    "determinant of a diagonal": (
        lambda x: np.prod(np.diag(x.reshape(3, 3))),
        9,
        both(itertools.combinations((1, 5, 9), 2)),
    ),
}


@pytest.mark.parametrize("name", JACOBIANS)
def test_jacobians(name: str) -> None:
    fun, n, expected = JACOBIANS[name]
    point = np.linspace(0.3, 1.7, n)
    assert asdopt.jacobian_sparsity(fun, point).to_dense().astype(int).tolist() == expected


@pytest.mark.parametrize("name", HESSIANS)
def test_hessians(name: str) -> None:
    fun, n, expected = HESSIANS[name]
    point = np.linspace(0.3, 1.7, n)
    if name == "variable times clamp":  # a branch of max and min is no branch of the program
        assert pairs_of(asdopt.hessian_sparsity(fun, n)) == expected
    assert pairs_of(asdopt.hessian_sparsity(fun, point)) == expected
    assert asdopt.hessian_sparsity(fun, point, mode="local") <= asdopt.hessian_sparsity(fun, point)


def test_dead_ends_never_count() -> None:
    def fun(x: Any) -> Any:
        unused = x[0] * x[1]
        _ = unused**2
        return x[2] * x[3]

    assert pairs_of(asdopt.hessian_sparsity(fun, 4)) == both([(3, 4)])
    dense = asdopt.jacobian_sparsity(lambda x: [fun(x), x[0] * 0 + x[1]], 4).to_dense()
    assert dense.astype(int).tolist()[0] == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("fun", "point", "expected"),
    [
        (lambda x: [x[0] * x[1]], [1.0, 0.0], [0, 1]),
        (lambda x: [x[0] * x[1]], [0.0, 0.0], [0, 0]),
        (lambda x: [x[0] / x[1]], [0.0, 1.0], [1, 0]),
        (lambda x: [max(x[0], x[1])], [1.0, 1.0], [1, 1]),
        (lambda x: [max(x[0], x[1])], [2.0, 1.0], [1, 0]),
        (lambda x: [x[0] % x[1]], [-1.0, 3.0], [1, 1]),
        (lambda x: [x[0] if x[0] > x[1] else x[1]], [2.0, 1.0], [1, 0]),
        (lambda x: [x[0] ** 2], [0.0, 1.0], [1, 0]),
    ],
)
def test_local_patterns(fun: Function, point: list[float], expected: list[int]) -> None:
    pattern = asdopt.jacobian_sparsity(fun, point, mode="local")
    assert pattern.to_dense().astype(int).tolist() == [expected]
    assert pattern <= asdopt.jacobian_sparsity(fun, point)


def random_program(seed: int) -> tuple[Function, int]:
    """A plain function of a few steps, and its number of variables."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 6))
    steps = [
        (str(rng.choice(list(OPERATIONS))), *rng.integers(0, n + k, 2).tolist())
        for k in range(int(rng.integers(1, 12)))
    ]
    results = rng.integers(0, n + len(steps), int(rng.integers(1, 4))).tolist()

    def fun(x: Any) -> Any:
        values = [x[i] for i in range(n)]
        for name, a, b in steps:
            values.append(OPERATIONS[name](values[a], values[b]))
        return [values[r] for r in results]

    return fun, n


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - 2.0 * b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / (1.5 + b * b),
    "sine": lambda a, b: math.sin(a),
    "exponential": lambda a, b: math.exp(-a * a) - b,
    "maximum": lambda a, b: max(a, b),
    "where": lambda a, b: np.where(a > 0.1, a * b, b),
    "absolute": lambda a, b: abs(a) + b,
    "floor": lambda a, b: np.floor(a) + b,
    "arctan": lambda a, b: math.atan2(a, 2.0 + b * b),
    "zero": lambda a, b: 0.0 * a + b,
    "branch": lambda a, b: a * a if a > b else b,
}


def test_local_lies_in_global_and_holds_the_numbers_on_random_programs() -> None:
    found = 0
    for seed in range(150):
        fun, n = random_program(seed)
        x = np.random.default_rng(1000 + seed).uniform(-1.5, 1.5, n)
        h = 1e-5

        def value(at: Any, fun: Function = fun) -> Any:
            return np.array([float(v) for v in fun(at)])

        slopes = np.transpose([(value(x + h * e) - value(x - h * e)) / (2 * h) for e in np.eye(n)])
        local, anywhere = (asdopt.jacobian_sparsity(fun, x, mode) for mode in ("local", "global"))
        asdopt.testing.check_pattern(local, np.abs(slopes) > 1e-4)
        assert local <= anywhere, seed

        h = 1e-3

        def total(at: Any) -> float:
            return float(value(at).sum())

        bends = np.array(
            [
                [
                    total(x + h * (d + e))
                    - total(x + h * (d - e))
                    - total(x - h * (d - e))
                    + total(x - h * (d + e))
                    for e in np.eye(n)
                ]
                for d in np.eye(n)
            ]
        ) / (4 * h * h)
        local, anywhere = (
            asdopt.hessian_sparsity(lambda x, f=fun: sum(f(x)), x, mode)
            for mode in ("local", "global")
        )
        curved = (np.abs(bends) > 1e-2) & (np.abs(bends) < 1e2)  # beyond: a step between the points
        asdopt.testing.check_pattern(local, curved)
        assert local <= anywhere, seed
        found += int(curved.sum())
    assert found > 150
