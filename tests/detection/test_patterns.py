"""Known patterns, local rules, constants, sizes and refusals."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from asdopt._errors import InputError
from asdopt._ops import CODE, FIRST_CODE, OPERATORS
from asdopt._pattern import SparsityPattern
from asdopt.detection import hessian_pattern, jacobian_pattern

NewTape = Callable[..., Any]
Pairs = set[tuple[int, int]]


def pairs_of(pattern: SparsityPattern) -> Pairs:
    return set(zip(pattern.rows.tolist(), pattern.cols.tolist(), strict=True))


def lower(*pairs: tuple[int, int]) -> Pairs:
    """Positions in the lower triangle of unordered pairs counted from 1, as in the paper."""
    return {(max(p) - 1, min(p) - 1) for p in pairs}


def hessian_of(builder: Any, *outputs: int) -> Pairs:
    return pairs_of(hessian_pattern(builder.trace(*outputs)))


# ------------------------------------------------------------------------------- known patterns


def test_jacobian_of_three_functions(new_tape: NewTape) -> None:
    b = new_tape(3)
    f2 = b("multiply", b("multiply", b.const(2.0), 0), b("square", 1))
    trace = b.trace(b("square", 0), f2, b("sin", 2))
    assert jacobian_pattern(trace).to_dense().tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]


def test_ceil_and_round_cut_dependence(new_tape: NewTape) -> None:
    b = new_tape(2)
    x1x2 = b("multiply", 0, 1)
    trace = b.trace(x1x2, b("ceil", x1x2), b("multiply", 0, b("rint", 1)))
    assert jacobian_pattern(trace).to_dense().tolist() == [[1, 1], [0, 0], [1, 0]]


def test_hessian_of_sum_product_and_power(new_tape: NewTape) -> None:
    b = new_tape(5)
    base = b.sum([0, b("multiply", 1, 2), b("divide", b.const(1.0), 3)])
    assert hessian_of(b, base) == lower((2, 3), (4, 4))
    more = b.sum([base, 4, b("power", 1, 4)])
    assert hessian_of(b, more) == lower((2, 3), (4, 4), (2, 2), (2, 5), (5, 5))


def test_hessian_of_quotients(new_tape: NewTape) -> None:
    b = new_tape(4)
    one = b.const(1.0)
    f = b.sum([b("divide", 0, 1), b("divide", 2, one), b("divide", one, 3)])
    assert hessian_of(b, f) == lower((1, 2), (2, 2), (4, 4))


def test_hessian_of_product_of_products_has_zero_diagonal(new_tape: NewTape) -> None:
    b = new_tape(4)
    f = b("multiply", b("multiply", 0, 1), b("multiply", 2, 3))
    assert hessian_of(b, f) == lower(*itertools.combinations(range(1, 5), 2))


def test_hessian_of_product_of_sums_is_the_cross_block(new_tape: NewTape) -> None:
    b = new_tape(4)
    f = b("multiply", b("add", 0, 1), b("add", 2, 3))
    assert hessian_of(b, f) == lower((1, 3), (1, 4), (2, 3), (2, 4))


@pytest.mark.parametrize("name", ["square", "reciprocal"])
def test_hessian_of_function_of_a_sum_is_dense(new_tape: NewTape, name: str) -> None:
    b = new_tape(6)
    assert len(hessian_of(b, b(name, b.sum(range(6))))) == 21


def test_hessian_of_cubed_differences_is_tridiagonal(new_tape: NewTape) -> None:
    n = 50
    b = new_tape(n)
    cubes = [b("power", b("subtract", i + 1, i), b.const(3.0)) for i in range(n - 1)]
    expected = {(i, i) for i in range(n)} | {(i + 1, i) for i in range(n - 1)}
    assert hessian_of(b, b.fold("add", cubes)) == expected


def test_hessian_of_variable_times_clamp(new_tape: NewTape) -> None:
    b = new_tape(3)
    f = b("multiply", 0, b("minimum", b("maximum", 0, 1), 2))
    assert hessian_of(b, f) == lower((1, 1), (1, 2), (1, 3))


def test_dead_ends_never_count(new_tape: NewTape) -> None:
    b = new_tape(4)
    b("multiply", 0, 1)
    assert hessian_of(b, b("multiply", 2, 3)) == lower((3, 4))


@pytest.mark.parametrize(("name", "left"), [("copysign", {(1, 2)}), ("floor_divide", set())])
def test_curvature_behind_a_zero_derivative_never_counts(
    new_tape: NewTape, name: str, left: set[tuple[int, int]]
) -> None:
    b = new_tape(4)
    f = b(name, b("multiply", 0, 1), b("multiply", 2, 3))
    assert hessian_of(b, f) == lower(*left)


def test_maximum_keeps_both_globally_and_has_no_curvature(new_tape: NewTape) -> None:
    b = new_tape(2)
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
def test_local_rules(
    new_tape: NewTape, name: str, point: tuple[float, float], expected: list[int]
) -> None:
    b = new_tape(list(point))
    row = OPERATORS[CODE[name] - FIRST_CODE]
    trace = b.trace(b(name, *range(row.arity)))
    assert jacobian_pattern(trace, mode="local").to_dense().tolist() == [expected]


def test_square_at_zero_stays_dependent(new_tape: NewTape) -> None:
    b = new_tape([0.0])
    trace = b.trace(b("square", 0))
    assert (
        jacobian_pattern(trace, mode="local").nnz == hessian_pattern(trace, mode="local").nnz == 1
    )


def test_cross_derivative_of_a_product_at_zero_is_kept(new_tape: NewTape) -> None:
    """The gradient of x*y at 0 is empty, its Hessian is not, nor that of exp(x*y)."""
    b = new_tape([0.0, 0.0, 1.0])
    product = b("multiply", 0, 1)
    trace = b.trace(b("add", b("exp", product), 2))
    assert pairs_of(hessian_pattern(trace, mode="local")) == lower((1, 2))
    assert pairs_of(jacobian_pattern(trace, mode="local")) == {(0, 2)}


def test_local_pattern_without_values_is_refused(new_tape: NewTape) -> None:
    b = new_tape(1)
    with pytest.raises(InputError, match="x0"):
        jacobian_pattern(b.trace(0), mode="local")


# ----------------------------------------------------------------------- constants, parameters


def test_constant_zero_gives_no_dependence_a_parameter_does(new_tape: NewTape) -> None:
    b = new_tape(2, parameters=[0.0])
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


def test_operations_with_constants_and_parameters_are_linear(new_tape: NewTape) -> None:
    b = new_tape(1, parameters=[2.0])
    for operand in (b.const(3.0), 1):
        outs = [b("multiply", 0, operand), b("divide", 0, operand), b("add", operand, 0)]
        trace = b.trace(*outs, b("multiply", operand, operand))
        assert jacobian_pattern(trace).rows.tolist() == [0, 1, 2]
        assert hessian_pattern(trace).nnz == 0


# -------------------------------------------------------------------------- sizes and arguments


@pytest.mark.usefixtures("representation")
@pytest.mark.parametrize("n", [0, 1])
def test_no_outputs(new_tape: NewTape, n: int) -> None:
    trace = new_tape(n).trace()
    assert jacobian_pattern(trace).shape == (0, n)
    assert hessian_pattern(trace).shape == (n, n)
    assert hessian_pattern(trace).nnz == 0


@pytest.mark.usefixtures("representation")
def test_no_inputs(new_tape: NewTape) -> None:
    b = new_tape(0, parameters=[1.0])
    trace = b.trace(b.const(2.0), b("sin", 0))
    assert jacobian_pattern(trace) == SparsityPattern([], [], (2, 0))
    assert hessian_pattern(trace) == SparsityPattern([], [], (0, 0))


@pytest.mark.usefixtures("representation")
def test_outputs_that_are_inputs_constants_parameters_or_twice_the_same(new_tape: NewTape) -> None:
    b = new_tape(2, parameters=[1.0])
    product = b("multiply", 0, 1)
    trace = b.trace(1, b.const(1.0), product, 2, product, 1)
    assert pairs_of(jacobian_pattern(trace)) == {(0, 1), (2, 0), (2, 1), (4, 0), (4, 1), (5, 1)}
    assert pairs_of(hessian_pattern(trace)) == {(1, 0)}


def test_outputs_may_be_chosen(new_tape: NewTape) -> None:
    b = new_tape(2)
    trace = b.trace(b("sin", 0), b("cos", 1))
    assert pairs_of(jacobian_pattern(trace, trace.outputs[1:])) == {(0, 1)}
    assert pairs_of(hessian_pattern(trace, [int(trace.outputs[1])])) == {(1, 1)}
    assert jacobian_pattern(trace, []).shape == (0, 2)


def test_wrong_outputs_and_modes_are_refused(new_tape: NewTape) -> None:
    trace = new_tape(2).trace(0)
    with pytest.raises(InputError, match=r"0 \.\.\. 1"):
        jacobian_pattern(trace, [2])
    with pytest.raises(InputError, match="one-dimensional"):
        hessian_pattern(trace, [[0.5]])
    with pytest.raises(InputError, match="mode"):
        jacobian_pattern(trace, mode="both")  # type: ignore[arg-type]  # the error under test
