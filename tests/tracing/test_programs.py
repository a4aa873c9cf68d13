"""Random programs of array operations: value, Jacobian, Hessian and patterns agree with NumPy.

A program is a list of instructions on a pool of values, drawn from a seed: elementwise functions,
broadcasting, indexing, writing into slices and masks, joining, reducing, products, sorting,
sharing of subexpressions and dead ends. The seed of a program that ever failed stays in SEEDS.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse

Check = Callable[..., None]
Value = Any
SEEDS: tuple[int, ...] = ()
NUMBER = 250


def distance(a: Value, b: Value) -> Value:
    """``hypot``, away from the origin where it has no derivative."""
    return np.hypot(1.0 + a * a, b)


UNARY = (np.sin, np.cos, np.tanh, np.arctan, np.square, np.negative, np.exp2, np.abs, np.arcsinh)
BINARY = (np.add, np.subtract, np.multiply, np.maximum, np.minimum, distance, np.logaddexp)
DATA = np.array([[0.7, -0.4, 0.0], [1.2, 0.3, -0.9], [0.0, 0.8, 0.5]])
SPARSE = scipy.sparse.csr_array(DATA)


def bounded(value: Value) -> Value:
    """Keep values moderate, so that differences stay accurate."""
    return np.tanh(0.5 * value)


def elementwise(rng: np.random.Generator, pool: list[Value]) -> Callable[[list[Value]], Value]:
    i, j = rng.integers(len(pool), size=2)
    if rng.random() < 0.5:
        unary = UNARY[rng.integers(len(UNARY))]
        return lambda p: unary(p[i])
    binary = BINARY[rng.integers(len(BINARY))]
    constant = float(rng.normal())
    kind = rng.integers(4)
    if kind == 0:
        return lambda p: binary(constant, p[i])
    if kind == 1:
        return lambda p: binary(p[i], DATA[0])
    return lambda p: binary(p[i], p[j])


def arithmetic(rng: np.random.Generator, pool: list[Value]) -> Callable[[list[Value]], Value]:
    i, j = rng.integers(len(pool), size=2)
    options: list[Callable[[list[Value]], Value]] = [
        lambda p: p[i] * p[j] - p[i],
        lambda p: p[i] / (2.0 + p[j] * p[j]),
        lambda p: p[i] ** 2 + 1.5 * p[j],
        lambda p: np.where(p[i] > 0.1, p[i], p[j]),
        lambda p: np.clip(p[i], -0.5, 0.8),
        lambda p: p[i] * (p[j] > 0),
        lambda p: 0.0 * p[i] + p[j],
        lambda p: (0.1 + abs(p[i])) ** 1.5,
    ]
    return options[rng.integers(len(options))]


def moving(rng: np.random.Generator, pool: list[Value]) -> Callable[[list[Value]], Value]:
    i = int(rng.integers(len(pool)))
    options: list[Callable[[list[Value]], Value]] = [
        lambda p: np.roll(p[i], 1),
        lambda p: p[i][..., ::-1],
        lambda p: np.transpose(p[i]),
        lambda p: np.atleast_2d(p[i])[0],
        lambda p: np.ravel(p[i])[:3],
        lambda p: np.ravel(p[i])[[0, 0, -1]],
        lambda p: np.tile(np.ravel(p[i]), 3)[:3],
        lambda p: np.stack([np.ravel(p[i])[0], np.ravel(p[i])[-1], 0.3]),
        lambda p: np.concatenate([np.ravel(p[i]), [1.0, 2.0, 3.0]])[1:4],
        lambda p: np.diag(np.resize(p[i], 3)),
        lambda p: np.broadcast_to(np.resize(p[i], 3), (3, 3)),
        lambda p: np.triu(np.resize(p[i], (3, 3))),
        lambda p: np.resize(p[i], (3, 3)),
    ]
    return options[rng.integers(len(options))]


def writing(rng: np.random.Generator, pool: list[Value]) -> Callable[[list[Value]], Value]:
    i, j = rng.integers(len(pool), size=2)
    kind = int(rng.integers(5))

    def write(p: list[Value]) -> Value:
        out = np.resize(p[i], (3, 3)) * 1.0
        row = np.resize(p[j], 3)
        if kind == 0:
            out[1] = row
        elif kind == 1:
            out[:, 2] += row
        elif kind == 2:
            out[out > 0.2] = 0.5
        elif kind == 3:
            view = out.T
            view[0] *= row
            out[[0, 2], [1, 1]] = row[:2]
        else:
            out[0, 0] = row[0] * row[1]
            out -= row[:, None]
        return out

    return write


def reducing(rng: np.random.Generator, pool: list[Value]) -> Callable[[list[Value]], Value]:
    i = int(rng.integers(len(pool)))
    options: list[Callable[[list[Value]], Value]] = [
        lambda p: np.sum(p[i]),
        lambda p: np.sum(np.atleast_2d(p[i]), axis=0),
        lambda p: np.mean(p[i]),
        lambda p: np.prod(np.ravel(p[i])[:3]),
        lambda p: np.max(p[i]),
        lambda p: np.cumsum(np.ravel(p[i])[:3]),
        lambda p: np.var(p[i]),
        lambda p: np.linalg.norm(1.0 + np.square(p[i])),
        lambda p: np.sort(np.ravel(p[i])[:3]),
        lambda p: np.diff(np.ravel(np.resize(p[i], 4))),
        lambda p: sum(np.ravel(p[i])[:3]),
        lambda p: max(np.ravel(p[i])[:3]),
    ]
    return options[rng.integers(len(options))]


def multiplying(rng: np.random.Generator, pool: list[Value]) -> Callable[[list[Value]], Value]:
    i, j = rng.integers(len(pool), size=2)

    def vector(v: Value) -> Value:
        return np.resize(v, 3)

    def matrix(v: Value) -> Value:
        return np.resize(v, (3, 3))

    options: list[Callable[[list[Value]], Value]] = [
        lambda p: DATA @ vector(p[i]),
        lambda p: vector(p[i]) @ DATA,
        lambda p: SPARSE @ vector(p[i]),
        lambda p: matrix(p[i]) @ SPARSE,
        lambda p: matrix(p[i]) @ vector(p[j]),
        lambda p: matrix(p[i]) @ matrix(p[j]),
        lambda p: vector(p[i]) @ vector(p[j]),
        lambda p: np.outer(vector(p[i]), vector(p[j])),
        lambda p: np.einsum("ij,j->i", matrix(p[i]), vector(p[j])),
        lambda p: np.convolve(vector(p[i]), [0.5, -1.0], "same"),
        lambda p: np.linalg.det(matrix(p[i]) + 3.0 * np.eye(3)),
        lambda p: np.linalg.solve(0.3 * matrix(p[i]) + 3.0 * np.eye(3), vector(p[j])),
    ]
    return options[rng.integers(len(options))]


KINDS = (elementwise, elementwise, arithmetic, arithmetic, moving, writing, reducing, multiplying)


def make_program(seed: int) -> tuple[Callable[[Value], Value], Any]:
    """A function of one array of three or six numbers, and a point."""
    rng = np.random.default_rng(seed)
    point = rng.normal(size=(2, 3) if seed % 3 == 0 else 3)
    start = [point, np.ravel(point)[0], np.ravel(point)[:3]]
    instructions: list[Callable[[list[Value]], Value]] = []
    pool: list[Value] = list(start)
    length = int(rng.integers(4, 14))
    while len(instructions) < length:
        instruction = KINDS[rng.integers(len(KINDS))](rng, pool)
        try:
            value = bounded(instruction(pool))
        except (ValueError, IndexError):
            continue  # shapes that do not fit
        if np.size(value) > 12:
            continue
        pool.append(value)
        instructions.append(instruction)

    def program(x: Value) -> Value:
        values = [x, np.ravel(x)[0], np.ravel(x)[:3]]
        for each in instructions:
            values.append(bounded(each(values)))
        # The last two are returned; what nothing reads is a dead end.
        return values[-1], values[-2]

    return program, point


def is_smooth(program: Callable[[Value], Value], x: Any) -> bool:
    """Whether no kink is close: one-sided differences on both sides agree."""

    def flat(at: Any) -> Any:
        return np.concatenate([np.ravel(part) for part in program(at)])

    for unit, length in itertools.product(np.eye(x.size), (4e-3, 2.3e-3)):
        step = length * unit.reshape(x.shape)
        ahead, behind = flat(x + step) - flat(x), flat(x) - flat(x - step)
        second = flat(x + step / 2) - 2 * flat(x) + flat(x - step / 2)
        if np.abs(ahead - behind - 4 * second).max() > 1e-8:
            return False
    return True


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("seed", [*SEEDS, *range(NUMBER)])
def test_random_programs(seed: int, check: Check) -> None:
    program, point = make_program(seed)
    if not is_smooth(program, point):
        check(program, point, derivatives=False, without_point=False, rtol=1e-11, atol=1e-15)
    else:
        check(program, point, without_point=False, rtol=1e-11, atol=1e-15)
