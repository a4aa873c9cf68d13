"""Detection against the paper's definition, known patterns, numeric derivatives and the clock."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from asdopt._errors import InputError, PatternError
from asdopt._ops import CODE, FIRST_CODE, OPERATORS
from asdopt._pattern import SparsityPattern
from asdopt.detection import _patterns as patterns
from asdopt.detection import hessian_pattern, jacobian_pattern
from asdopt.tracing import _operators
from asdopt.tracing._tape import Tape
from asdopt.tracing._trace import Trace

MODES = ("global", "local")
Pairs = set[tuple[int, int]]


class Builder:
    """A tape with operations called by name; nodes are ids."""

    def __init__(self, values: int | Sequence[float], parameters: Sequence[float] = ()) -> None:
        self.primal = not isinstance(values, int)
        self.n = values if isinstance(values, int) else len(values)
        x = None if isinstance(values, int) else [*values, *parameters]
        self.num_parameters = len(parameters)
        self.tape = Tape(self.n, x, primal=self.primal, num_parameters=len(parameters))

    def __call__(self, name: str, *operands: int) -> int:
        return self.tape.push(CODE[name], *operands)

    def const(self, value: float) -> int:
        return self.tape.push_constant(value)

    def sum(self, ids: Sequence[int], weights: Sequence[float] | None = None) -> int:
        return int(self.tape.sums([0, len(ids)], ids, weights)[0])

    def fold(self, name: str, ids: Sequence[int]) -> int:
        total = ids[0]
        for node in ids[1:]:
            total = self(name, total, node)
        return total

    def trace(self, *outputs: int) -> Trace:
        arrays = self.tape.arrays()
        return Trace(
            *arrays,
            outputs=np.array(outputs, dtype=np.int32),
            num_inputs=self.n,
            num_parameters=self.num_parameters,
            primal=self.primal,
        )


def pairs_of(pattern: SparsityPattern) -> Pairs:
    return set(zip(pattern.rows.tolist(), pattern.cols.tolist(), strict=True))


def lower(*pairs: tuple[int, int]) -> Pairs:
    """Positions in the lower triangle of unordered pairs counted from 1, as in the paper."""
    return {(max(p) - 1, min(p) - 1) for p in pairs}


def hessian_of(builder: Builder, *outputs: int) -> Pairs:
    return pairs_of(hessian_pattern(builder.trace(*outputs)))


# ------------------------------------------------------------------------- the definition, slowly


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


def random_trace(seed: int, *, shared: float = 0.5) -> Trace:
    """A random program: chains, sums, sharing, dead ends, constants 0 and 1, kinks and zeros."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    values = rng.choice([0.0, 1.0, -1.0, 0.5, 1.7, -2.3], n)
    build = Builder(values.tolist(), parameters=[0.0, 1.5])
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


@pytest.fixture(params=["bits", "sets", "mixed"])
def representation(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with bitsets, with index sets, and with index sets that give up halfway."""
    if request.param != "bits":
        monkeypatch.setattr(patterns, "_LANES", 0)
        steps = 10**9 if request.param == "sets" else 12
        monkeypatch.setattr(patterns, "_allowed_steps", lambda *_: steps)
    return str(request.param)


@pytest.mark.usefixtures("representation")
@pytest.mark.parametrize("mode", MODES)
def test_random_programs_match_the_definition(mode: str) -> None:
    for seed in range(300):
        trace = random_trace(seed, shared=(seed % 3) / 2)
        grad, hess = reference(trace, mode)
        jac = pairs_of(jacobian_pattern(trace, mode=mode))
        assert jac == {(r, j) for r, o in enumerate(trace.outputs) for j in grad[o]}, seed
        expected = set().union(*(hess[o] for o in trace.outputs))
        assert pairs_of(hessian_pattern(trace, mode=mode)) == expected, seed


def test_patterns_contain_numeric_nonzeros_and_local_lies_in_global() -> None:
    hits = 0
    for seed in range(300):
        trace = random_trace(seed)
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


def test_patterns_equal_numeric_nonzeros_where_nothing_cancels() -> None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        n = 12
        build = Builder(rng.uniform(0.5, 1.5, n).tolist())
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


# ------------------------------------------------------------------------------- known patterns


def test_jacobian_of_three_functions() -> None:
    b = Builder(3)
    f2 = b("multiply", b("multiply", b.const(2.0), 0), b("square", 1))
    trace = b.trace(b("square", 0), f2, b("sin", 2))
    assert jacobian_pattern(trace).to_dense().tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]


def test_ceil_and_round_cut_dependence() -> None:
    b = Builder(2)
    x1x2 = b("multiply", 0, 1)
    trace = b.trace(x1x2, b("ceil", x1x2), b("multiply", 0, b("rint", 1)))
    assert jacobian_pattern(trace).to_dense().tolist() == [[1, 1], [0, 0], [1, 0]]


def test_hessian_of_sum_product_and_power() -> None:
    b = Builder(5)
    base = b.sum([0, b("multiply", 1, 2), b("divide", b.const(1.0), 3)])
    assert hessian_of(b, base) == lower((2, 3), (4, 4))
    more = b.sum([base, 4, b("power", 1, 4)])
    assert hessian_of(b, more) == lower((2, 3), (4, 4), (2, 2), (2, 5), (5, 5))


def test_hessian_of_quotients() -> None:
    b = Builder(4)
    one = b.const(1.0)
    f = b.sum([b("divide", 0, 1), b("divide", 2, one), b("divide", one, 3)])
    assert hessian_of(b, f) == lower((1, 2), (2, 2), (4, 4))


def test_hessian_of_product_of_products_has_zero_diagonal() -> None:
    b = Builder(4)
    f = b("multiply", b("multiply", 0, 1), b("multiply", 2, 3))
    assert hessian_of(b, f) == lower(*itertools.combinations(range(1, 5), 2))


def test_hessian_of_product_of_sums_is_the_cross_block() -> None:
    b = Builder(4)
    f = b("multiply", b("add", 0, 1), b("add", 2, 3))
    assert hessian_of(b, f) == lower((1, 3), (1, 4), (2, 3), (2, 4))


@pytest.mark.parametrize("name", ["square", "reciprocal"])
def test_hessian_of_function_of_a_sum_is_dense(name: str) -> None:
    b = Builder(6)
    assert len(hessian_of(b, b(name, b.sum(range(6))))) == 21


def test_hessian_of_cubed_differences_is_tridiagonal() -> None:
    n = 50
    b = Builder(n)
    cubes = [b("power", b("subtract", i + 1, i), b.const(3.0)) for i in range(n - 1)]
    expected = {(i, i) for i in range(n)} | {(i + 1, i) for i in range(n - 1)}
    assert hessian_of(b, b.fold("add", cubes)) == expected


def test_hessian_of_variable_times_clamp() -> None:
    b = Builder(3)
    f = b("multiply", 0, b("minimum", b("maximum", 0, 1), 2))
    assert hessian_of(b, f) == lower((1, 1), (1, 2), (1, 3))


def test_dead_ends_never_count() -> None:
    b = Builder(4)
    b("multiply", 0, 1)
    assert hessian_of(b, b("multiply", 2, 3)) == lower((3, 4))


@pytest.mark.parametrize(("name", "left"), [("copysign", {(1, 2)}), ("floor_divide", set())])
def test_curvature_behind_a_zero_derivative_never_counts(
    name: str, left: set[tuple[int, int]]
) -> None:
    b = Builder(4)
    f = b(name, b("multiply", 0, 1), b("multiply", 2, 3))
    assert hessian_of(b, f) == lower(*left)


def test_maximum_keeps_both_globally_and_has_no_curvature() -> None:
    b = Builder(2)
    trace = b.trace(b("maximum", 0, 1))
    assert jacobian_pattern(trace).nnz == 2
    assert hessian_pattern(trace).nnz == 0


# ------------------------------------------------------------------------------- local patterns


@pytest.mark.parametrize(
    ("name", "point", "expected"),
    [
        ("multiply", (1.0, 0.0), [0, 1]),
        ("multiply", (0.0, 0.0), [0, 0]),
        ("divide", (0.0, 2.0), [1, 0]),
        ("divide", (3.0, 2.0), [1, 1]),
        ("maximum", (1.0, 2.0), [0, 1]),
        ("maximum", (2.0, 1.0), [1, 0]),
        ("maximum", (1.0, 1.0), [1, 1]),
        ("minimum", (1.0, 2.0), [1, 0]),
        ("minimum", (1.0, 1.0), [1, 1]),
        ("maximum", (float("nan"), 1.0), [1, 1]),
        ("fmax", (1.0, float("nan")), [1, 1]),
        ("remainder", (1.0, 3.0), [1, 0]),
        ("remainder", (-1.0, 3.0), [1, 1]),
        ("remainder", (4.0, 3.0), [1, 1]),
        ("fmod", (-1.0, 3.0), [1, 0]),
        ("ieee_remainder", (2.0, 3.0), [1, 1]),
        ("mask", (0.0, 1.0), [0, 0]),
        ("mask", (1.0, 1.0), [0, 1]),
        ("absolute", (0.0, 0.0), [1, 0]),
    ],
)
def test_local_rules(name: str, point: tuple[float, float], expected: list[int]) -> None:
    b = Builder(list(point))
    row = OPERATORS[CODE[name] - FIRST_CODE]
    trace = b.trace(b(name, *range(row.arity)))
    assert jacobian_pattern(trace, mode="local").to_dense().tolist() == [expected]


def test_square_at_zero_stays_dependent() -> None:
    b = Builder([0.0])
    trace = b.trace(b("square", 0))
    assert (
        jacobian_pattern(trace, mode="local").nnz == hessian_pattern(trace, mode="local").nnz == 1
    )


def test_cross_derivative_of_a_product_at_zero_is_kept() -> None:
    """The gradient of x*y at 0 is empty, its Hessian is not, nor that of exp(x*y)."""
    b = Builder([0.0, 0.0, 1.0])
    product = b("multiply", 0, 1)
    trace = b.trace(b("add", b("exp", product), 2))
    assert pairs_of(hessian_pattern(trace, mode="local")) == lower((1, 2))
    assert pairs_of(jacobian_pattern(trace, mode="local")) == {(0, 2)}


def test_local_pattern_without_values_is_refused() -> None:
    b = Builder(1)
    with pytest.raises(InputError, match="x0"):
        jacobian_pattern(b.trace(0), mode="local")


# ----------------------------------------------------------------------- constants, parameters


def test_constant_zero_gives_no_dependence_a_parameter_does() -> None:
    b = Builder(2, parameters=[0.0])
    zero, parameter = b.const(0.0), 2
    outs = [
        b("multiply", zero, 0),
        b("multiply", 0, zero),
        b("divide", zero, 0),
        b("xlogy", zero, 0),
        b("mask", zero, 0),
        b.sum([0, 1], [0.0, 1.0]),
        b("multiply", parameter, 0),
    ]
    trace = b.trace(*outs)
    assert pairs_of(jacobian_pattern(trace)) == {(5, 1), (6, 0)}
    assert hessian_pattern(trace).nnz == 0


def test_operations_with_constants_and_parameters_are_linear() -> None:
    b = Builder(1, parameters=[2.0])
    for operand in (b.const(3.0), 1):
        outs = [b("multiply", 0, operand), b("divide", 0, operand), b("add", operand, 0)]
        trace = b.trace(*outs, b("multiply", operand, operand))
        assert jacobian_pattern(trace).rows.tolist() == [0, 1, 2]
        assert hessian_pattern(trace).nnz == 0


# -------------------------------------------------------------------------- sizes and arguments


@pytest.mark.usefixtures("representation")
@pytest.mark.parametrize("n", [0, 1])
def test_no_outputs(n: int) -> None:
    trace = Builder(n).trace()
    assert jacobian_pattern(trace).shape == (0, n)
    assert hessian_pattern(trace).shape == (n, n)
    assert hessian_pattern(trace).nnz == 0


@pytest.mark.usefixtures("representation")
def test_no_inputs() -> None:
    b = Builder(0, parameters=[1.0])
    trace = b.trace(b.const(2.0), b("sin", 0))
    assert jacobian_pattern(trace) == SparsityPattern([], [], (2, 0))
    assert hessian_pattern(trace) == SparsityPattern([], [], (0, 0))


@pytest.mark.usefixtures("representation")
def test_outputs_that_are_inputs_constants_parameters_or_twice_the_same() -> None:
    b = Builder(2, parameters=[1.0])
    product = b("multiply", 0, 1)
    trace = b.trace(1, b.const(1.0), product, 2, product, 1)
    assert pairs_of(jacobian_pattern(trace)) == {(0, 1), (2, 0), (2, 1), (4, 0), (4, 1), (5, 1)}
    assert pairs_of(hessian_pattern(trace)) == {(1, 0)}


def test_outputs_may_be_chosen() -> None:
    b = Builder(2)
    trace = b.trace(b("sin", 0), b("cos", 1))
    assert pairs_of(jacobian_pattern(trace, trace.outputs[1:])) == {(0, 1)}
    assert pairs_of(hessian_pattern(trace, [int(trace.outputs[1])])) == {(1, 1)}
    assert jacobian_pattern(trace, []).shape == (0, 2)


def test_wrong_outputs_and_modes_are_refused() -> None:
    trace = Builder(2).trace(0)
    with pytest.raises(InputError, match=r"0 \.\.\. 1"):
        jacobian_pattern(trace, [2])
    with pytest.raises(InputError, match="one-dimensional"):
        hessian_pattern(trace, [[0.5]])
    with pytest.raises(InputError, match="mode"):
        jacobian_pattern(trace, mode="both")  # type: ignore[arg-type]  # the error under test


# -------------------------------------------------------------------------------------- scaling


def elapsed(call: str, trace: Trace) -> tuple[SparsityPattern, float]:
    start = time.perf_counter()
    pattern = {"jac": jacobian_pattern, "hess": hessian_pattern}[call](trace)
    return pattern, time.perf_counter() - start


@pytest.mark.parametrize("name", ["add", "maximum", "minimum", "subtract"])
def test_accumulation_chains_are_linear(name: str) -> None:
    n = 100_000
    b = Builder(n)
    trace = b.trace(b.fold(name, [b("square", i) for i in range(n)]))
    jac, seconds = elapsed("jac", trace)
    assert jac.nnz == n
    assert seconds < 1
    hess, seconds = elapsed("hess", trace)
    assert hess.nnz == n
    assert seconds < 1


def test_chain_of_products_has_a_linear_gradient() -> None:
    n = 100_000
    b = Builder(n)
    trace = b.trace(b.fold("multiply", list(range(n))))
    jac, seconds = elapsed("jac", trace)
    assert jac.nnz == n
    assert seconds < 1


def test_shared_states_of_a_long_recurrence_are_linear_for_few_outputs() -> None:
    """Two states of 20,000 steps, each read by both of the next: no set per step."""
    n = 20_000
    b = Builder(n)
    p, v = 0, 1
    for i in range(2, n):
        p, v = b("add", p, v), b("add", v, b("multiply", b("sin", p), i))
    trace = b.trace(p, v)
    jac, seconds = elapsed("jac", trace)
    assert jac.nnz == 2 * n - 1
    assert seconds < 1


def test_dense_hessian_of_a_recurrence_costs_its_size() -> None:
    n = 2_000
    b = Builder(n)
    s = 0
    for i in range(1, n):
        s = b("add", b("sin", s), i)
    hess, seconds = elapsed("hess", b.trace(b("sin", s)))
    assert hess.nnz == n * (n + 1) // 2
    assert seconds < 2


def test_wide_tape_with_many_blocks_of_lanes() -> None:
    """Bitsets over several passes give what index sets give."""
    n = 700
    b = Builder(n)
    outs = [b("multiply", b.sum([i, (i + 300) % n, (i * i) % n]), (i * 7) % n) for i in range(n)]
    trace = b.trace(*outs)
    classes = patterns._classify(trace, "global")
    tape = classes, trace.a, trace.b, trace.pool_ids, trace.pool_weights, n
    expected = jacobian_pattern(trace)
    for sweep in (patterns._bits.jacobian_forward, patterns._bits.jacobian_reverse):
        found = patterns._from_unsorted(*sweep(*tape, trace.outputs), (n, n))
        assert found == expected
    patterns._classes.mark_live(classes, *tape[1:-1], trace.outputs)
    rows, cols = patterns._classes.sort_by_row(*patterns._bits.hessian(*tape), n)
    assert SparsityPattern(rows, cols, (n, n)) == hessian_pattern(trace)


def test_hessian_too_large_for_a_pattern_is_refused_at_once() -> None:
    n = 100_000
    b = Builder(n)
    trace = b.trace(b("sqrt", b.sum(range(n))))
    with pytest.raises(PatternError, match="100,000"):
        hessian_pattern(trace)
