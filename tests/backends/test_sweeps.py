"""Sweeps over random tapes agree with each other and with differences of the values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from asdopt._ops import CODE
from asdopt.backends import prepare_products
from asdopt.backends._sweeps import NUM_LANES, Sweeps
from asdopt.tracing._compact import compact_trace
from asdopt.tracing._tape import Tape
from asdopt.tracing._trace import Trace

SMOOTH = ["sin", "cos", "tanh", "exp2", "arctan", "square", "negative", "expit"]
JOINING = ["add", "subtract", "multiply", "hypot", "logaddexp"]


def random_trace(seed: int, size: int, length: int, num_outputs: int) -> Trace:
    """Make a tape of random smooth operations, with constants and weighted sums."""
    rng = np.random.default_rng(seed)
    tape = Tape(size, rng.uniform(0.5, 1.5, size), primal=True)
    for _ in range(length):
        kind = rng.integers(4)
        a, b = (int(i) for i in rng.integers(len(tape), size=2))
        if kind == 0:
            tape.push(CODE[str(rng.choice(SMOOTH))], a)
        elif kind == 1:
            tape.push(CODE[str(rng.choice(JOINING))], a, b)
        elif kind == 2:
            ids = rng.integers(len(tape), size=3).astype(np.int32)
            tape.sums([0, 3], ids, rng.uniform(-1.0, 1.0, 3))
        else:
            tape.push(CODE["multiply"], a, tape.push_constant(float(rng.uniform(-1.0, 1.0))))
    outputs = rng.integers(max(len(tape) - 8, 0), len(tape), size=num_outputs).astype(np.int32)
    tape.close()
    return compact_trace(tape, outputs)


def linear_trace(seed: int, size: int, length: int, num_outputs: int) -> Trace:
    """Make a tape of mostly linear operations: chains, aliases, shared sums, unused sides."""
    rng = np.random.default_rng(seed)
    tape = Tape(size, rng.uniform(0.5, 1.5, size), primal=True)
    for _ in range(length):
        a, b = (int(i) for i in rng.integers(max(len(tape) - 12, 0), len(tape), size=2))
        constant = tape.push_constant(float(rng.choice([0.0, 1.0, -1.0, 0.5, 3.0])))
        match rng.integers(9):
            case 0:
                tape.push(CODE[str(rng.choice(["add", "subtract"]))], a, b)
            case 1:
                tape.push(CODE["add"], a, constant)
            case 2:
                tape.push(CODE["subtract"], constant, a)
            case 3:
                tape.push(
                    CODE["multiply"], *((a, constant) if rng.random() < 0.5 else (constant, a))
                )
            case 4:
                tape.push(CODE["divide"], a, tape.push_constant(float(rng.choice([1.0, -2.0]))))
            case 5:
                tape.push(CODE["negative"], a)
            case 6:
                ids = rng.integers(max(len(tape) - 6, 0), len(tape), size=3).astype(np.int32)
                tape.sums([0, 3], ids, rng.uniform(-1.0, 1.0, 3))
            case 7:
                tape.push(CODE[str(rng.choice(["multiply", "maximum", "hypot"]))], a, b)
            case 8:
                tape.push(CODE[str(rng.choice(["tanh", "sin", "absolute"]))], a)
    outputs = rng.integers(0, len(tape), size=num_outputs).astype(np.int32)
    tape.close()
    return compact_trace(tape, outputs)


def lanes(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Pad columns with zeros to the lanes of a sweep."""
    padded = np.zeros((matrix.shape[0], NUM_LANES))
    padded[:, : matrix.shape[1]] = matrix
    return padded


@pytest.mark.parametrize("seed", range(30))
def test_forward_and_reverse_products_agree(seed: int) -> None:
    """``w @ (J v)`` is ``(w @ J) v`` for random v and w."""
    rng = np.random.default_rng(seed)
    trace = random_trace(seed, 5, 30, 4)
    sweeps = Sweeps(trace)
    assert sweeps.values(rng.uniform(0.5, 1.5, 5))
    sweeps.first()
    v, w = rng.normal(size=(5, NUM_LANES)), rng.normal(size=(4, NUM_LANES))
    left = w.T @ sweeps.jvp(v)
    right = sweeps.vjp(w).T @ v
    np.testing.assert_allclose(left, right, rtol=1e-11, atol=1e-11 * np.abs(left).max())


@pytest.mark.parametrize("seed", range(30))
def test_products_agree_with_differences(seed: int) -> None:
    """Jacobian and Hessian products meet central differences of values and gradients."""
    rng = np.random.default_rng(seed)
    sweeps = Sweeps(random_trace(seed, 4, 20, 3))
    x, v, w = rng.uniform(0.5, 1.5, 4), rng.normal(size=4), rng.normal(size=3)
    step = 1e-6

    def at(point: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], ...]:
        sweeps.values(point)
        sweeps.first()
        return sweeps.output_values().copy(), sweeps.gradient(w).copy()

    (f_plus, g_plus), (f_minus, g_minus) = at(x + step * v), at(x - step * v)
    _, gradient = at(x)
    sweeps.second()
    jvp = sweeps.jvp(lanes(v[:, None]))[:, 0]
    hvp = sweeps.hvp(lanes(v[:, None]))[:, 0]
    difference = (f_plus - f_minus) / (2 * step)
    np.testing.assert_allclose(jvp, difference, rtol=1e-6, atol=1e-7 * (1 + np.abs(jvp).max()))
    np.testing.assert_allclose(gradient @ v, w @ jvp, rtol=1e-9, atol=1e-9 * np.abs(jvp).max())
    curvature = (g_plus - g_minus) / (2 * step)
    np.testing.assert_allclose(hvp, curvature, rtol=1e-5, atol=1e-6 * (1 + np.abs(hvp).max()))


def test_an_unused_side_with_infinite_derivative_does_not_reach_the_result() -> None:
    """where(x > 0, sqrt(x), 0) has derivative 0 at x = 0, not NaN."""
    tape = Tape(1, [0.0], primal=True)
    zero = tape.push_constant(0.0)
    condition = tape.push(CODE["greater"], 0, zero)
    output = tape.push(CODE["mask"], condition, tape.push(CODE["sqrt"], 0))
    sweeps = Sweeps(compact_trace(tape, np.array([output], dtype=np.int32)))
    sweeps.values(np.zeros(1))
    sweeps.first()
    sweeps.second()
    assert sweeps.gradient(np.ones(1))[0] == 0.0
    assert sweeps.hvp(np.ones((1, NUM_LANES)))[0, 0] == 0.0


def test_a_guard_that_flips_is_told() -> None:
    """Values at a point of the other branch report that the trace does not hold there."""
    tape = Tape(1, [2.0], primal=True)
    tape.guard(tape.push(CODE["greater"], 0, tape.push_constant(1.0)), 1.0)
    sweeps = Sweeps(compact_trace(tape, np.array([0], dtype=np.int32)))
    assert sweeps.values(np.array([1.5]))
    assert not sweeps.values(np.array([0.5]))


@pytest.mark.parametrize("size", [0, 1])
def test_smallest_sizes(size: int) -> None:
    """No variables, no outputs, or one of each."""
    tape = Tape(size, np.ones(size), primal=True)
    outputs = np.arange(size, dtype=np.int32)
    sweeps = Sweeps(compact_trace(tape, outputs))
    assert sweeps.values(np.full(size, 3.0))
    sweeps.first()
    sweeps.second()
    np.testing.assert_array_equal(sweeps.output_values(), np.full(size, 3.0))
    np.testing.assert_array_equal(sweeps.gradient(np.full(size, 2.0)), np.full(size, 2.0))
    assert sweeps.jvp(np.ones((size, NUM_LANES))).shape == (size, NUM_LANES)
    assert sweeps.hvp(np.ones((size, NUM_LANES))).shape == (size, NUM_LANES)


def products(sweeps: Sweeps, x: npt.NDArray[np.float64]) -> list[npt.NDArray[np.float64]]:
    """All products at x, of the same seeds at each call."""
    rng = np.random.default_rng(1)
    sweeps.values(x)
    sweeps.first()
    sweeps.second()
    m = len(sweeps.output_values())
    weights = rng.normal(size=m)
    return [
        sweeps.jvp(rng.normal(size=(len(x), NUM_LANES))),
        sweeps.vjp(rng.normal(size=(m, NUM_LANES))),
        sweeps.gradient(weights),
        sweeps.hvp(rng.normal(size=(len(x), NUM_LANES))),
    ]


@pytest.mark.parametrize("seed", range(60))
def test_joined_linear_nodes_change_no_product(seed: int) -> None:
    """What passes through sums of sums is what passes through each of their nodes."""
    trace = linear_trace(seed, 4, 60, 5)
    x = np.random.default_rng(seed).uniform(0.5, 1.5, 4)
    pairs = zip(products(Sweeps(trace), x), products(Sweeps(trace, joined=False), x), strict=True)
    for joined, alone in pairs:
        np.testing.assert_allclose(joined, alone, rtol=1e-11, atol=1e-11 * (1 + abs(alone).max()))


def chain(factor: float, length: int, infinite: bool = False) -> Trace:
    """x times a factor, again and again, beside a side that a mask leaves out."""
    tape = Tape(1, [1.0], primal=True)
    node = 0
    for _ in range(length):
        node = tape.push(CODE["multiply"], node, tape.push_constant(factor))
        node = tape.push(CODE["add"], node, 0)
    side = tape.push(CODE["multiply"], 0, tape.push_constant(np.inf if infinite else 1.0))
    never = tape.push(CODE["less"], 0, tape.push_constant(-1.0))
    node = tape.push(CODE["add"], node, tape.push(CODE["mask"], never, side))
    trace = compact_trace(tape, np.array([node], dtype=np.int32))
    tape.close()
    return trace


def test_a_long_chain_of_sums_is_one_row_and_needs_no_recursion() -> None:
    """A hundred thousand additions give what their sum gives."""
    sweeps = Sweeps(chain(1.0, 100_000))
    sweeps.values(np.ones(1))
    sweeps.first()
    assert sweeps.gradient(np.ones(1))[0] == 100_001.0
    assert sweeps.num_rows < 6


def test_factors_whose_product_overflows_are_not_joined() -> None:
    """1e200 * 1e200 is infinite, 1e200 * (1e200 * 0) is not."""
    tape = Tape(2, [1.0, 1.0], primal=True)
    big = tape.push_constant(1e200)
    node = tape.push(CODE["multiply"], tape.push(CODE["multiply"], 0, big), big)
    output = tape.push(CODE["add"], node, tape.push(CODE["sin"], 1))
    sweeps = Sweeps(compact_trace(tape, np.array([output], dtype=np.int32)))
    sweeps.values(np.array([0.0, 0.0]))
    sweeps.first()
    seeds = lanes(np.array([[0.0], [1.0]]))
    assert sweeps.jvp(seeds)[0, 0] == 1.0


def test_an_infinite_factor_on_an_unused_side_does_not_reach_the_result() -> None:
    """where(False, inf * x, 0) has derivative 0."""
    sweeps = Sweeps(chain(0.5, 3, infinite=True))
    sweeps.values(np.ones(1))
    sweeps.first()
    sweeps.second()
    assert sweeps.gradient(np.ones(1))[0] == 1.875
    assert sweeps.jvp(np.ones((1, NUM_LANES)))[0, 0] == 1.875
    assert sweeps.hvp(np.ones((1, NUM_LANES)))[0, 0] == 0.0


def multiples(x: Any) -> Any:
    return 1e-300 * (1e200 * (1e200 * x))


def sum_read_once(x: Any) -> Any:
    return 1e-300 * (1e308 * x + 1e308 * x - 1e308 * x)


def sum_read_twice(x: Any) -> Any:
    large = 1e308 * x + 1e308 * x
    return 1e-300 * large - 2e-300 * large


@pytest.mark.parametrize(
    ("fun", "slope"), [(multiples, 1e100), (sum_read_once, 1e8), (sum_read_twice, -2e8)]
)
def test_factors_that_overflow_together_are_not_joined(
    fun: Callable[[Any], Any], slope: float
) -> None:
    """Each node passes on what it has, and the large factors meet the small one in time."""
    x = np.full(3, 1e-150)
    products = prepare_products(fun, x)
    np.testing.assert_allclose(products.vjp(x, np.eye(3)), slope * np.eye(3), rtol=1e-12)
