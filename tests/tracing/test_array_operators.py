"""Operators of traced arrays: arithmetic, comparisons, truth values, arrays without dimensions."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt._errors import TracingError

Check = Callable[..., None]
V = np.array([0.7, -1.3, 2.1, 0.4, -0.6])
M = np.array([[0.71, -1.31, 2.13], [0.43, -0.61, 1.97]])
BINARY = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
    operator.eq,
    operator.ne,
]
OTHERS = {
    "float": 1.7,
    "int": 3,
    "bool": True,
    "numpy scalar": np.float64(0.3),
    "int64": np.int64(2),
    "float32": np.float32(0.5),
    "list": [1.0, 2.0, 3.0],
    "vector": np.array([1.0, -2.0, 3.0]),
    "integers": np.arange(1, 4),
    "matrix": np.arange(1.0, 7).reshape(2, 3),
    "column": np.array([[1.5], [2.5]]),
    "3-d": np.ones((2, 1, 1)),
    "0-d": np.array(1.25),
    "mask": np.array([True, False, True]),
    "fortran": np.asfortranarray(M) + 3.0,
}


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("op", BINARY, ids=lambda op: op.__name__)
def test_operators_broadcast_as_in_numpy(op: Any, other: str, check: Check) -> None:
    value = OTHERS[other]
    check(lambda x: (op(x, value), op(value, x)), M, derivatives=other == "matrix")


@pytest.mark.parametrize("other", ["float", "int", "vector", "column", "list"])
def test_powers(other: str, check: Check) -> None:
    value = OTHERS[other]
    check(lambda x: (x**value, value**x if other != "vector" else x), np.abs(M), rtol=1e-12)


@pytest.mark.parametrize("p", [0, 1, 2, 3, -1, 0.5, 2.5, np.array([1, 2, 3])])
def test_powers_with_constant_exponent_are_exact_at_negative_base(p: Any, check: Check) -> None:
    base = M if np.all(np.asarray(p) % 1 == 0) else np.abs(M)
    check(lambda x: x**p, base, rtol=1e-12)


def test_traced_with_traced(check: Check) -> None:
    check(
        lambda x, y, s: (x * y + s, x / y - s * y, s - x, divmod(x, y), -x, +x, abs(y)),
        M,
        np.array([1.5, -2.5, 0.8]),
        1.1,
    )


def test_truth_arrays(check: Check) -> None:
    def fun(x: Any) -> Any:
        a, b = x > 0, x < 1
        return (
            a & b,
            a | b,
            a ^ b,
            ~a,
            a + b,
            a * b,
            a & True,
            np.array([True] * 5) | a,
            a == b,
            a.any(),
            a.all(),
            a.sum(),
            a.mean(),
            x * a,
            1 - a,
            a.astype(float),
            np.logical_not(a),
            np.maximum(a, b),
            a.max(),
            np.abs(a),
            a.prod(),
        )

    check(fun, V)


def test_bitwise_operators_want_truth_values(traced: Callable[..., Any]) -> None:
    x = traced(V)
    for wrong in (lambda: x & 1, lambda: ~x, lambda: 1 | x, lambda: (x > 0) & x):
        with pytest.raises(TracingError, match="compare first"):
            wrong()
    with pytest.raises(TypeError, match=r"boolean|truth"):
        (x > 0) - (x < 0)
    with pytest.raises(TypeError, match="truth"):
        operator.neg(x > 0)


def test_comparisons_with_none_and_text(traced: Callable[..., Any]) -> None:
    x = traced(V)
    assert not (x == None).any()  # noqa: E711
    assert (x != None).all()  # noqa: E711
    assert not (x == "a").any()


def test_truth_of_an_array(traced: Callable[..., Any]) -> None:
    assert bool(traced([2.0]) > 1)
    with pytest.raises(ValueError, match="ambiguous"):
        bool(traced(V))
    with pytest.raises(ValueError, match="ambiguous"):
        bool(traced(V)[:0])


def test_membership_is_decided_under_guards(traced: Callable[..., Any]) -> None:
    x = traced(V)
    assert 0.7 in x
    assert 5.0 not in x
    with pytest.raises(TracingError, match="give x0"):
        assert 0.7 in traced(V, primal=False)


ZERO_DIMENSIONS: tuple[Callable[[Any], Any], ...] = (
    lambda x: x.sum(),
    lambda x: x[0],
    lambda x: np.asarray(x)[0],
    lambda x: x.max(),
    lambda x: x @ x,
    lambda x: np.tensordot(x, x, 1),
    lambda x: np.inner(x, x),
    lambda x: x[..., 0],
    lambda x: x[:1].reshape(()),
    lambda x: np.squeeze(x[:1]),
    lambda x: x[:1].squeeze(),
    lambda x: np.where(x[0] > 0, x[0], x[1]),
    lambda x: np.select([x[0] > 0], [x[0]], 2.0),
    lambda x: np.piecewise(x[0], [x[0] > 0], [np.sin, 0.0]),
    lambda x: np.array(x[0]),
    lambda x: np.copy(x[0]),
    lambda x: np.full_like(x[0], 2.0),
    lambda x: np.zeros_like(x[0]),
    lambda x: np.array(x[0]).copy(),
    lambda x: np.array(x[0]).T,
    lambda x: np.array(x[0])[...],
    lambda x: np.array(x[0]).astype(float),
    lambda x: np.array(x[0]) * 2.0,
    lambda x: -np.array(x[0]),
    lambda x: np.sin(np.array(x[0])),
    lambda x: np.transpose(x[0]),
    lambda x: np.reshape(x[0], ()),
    lambda x: np.linalg.norm(x),
    lambda x: np.ones(()) * x[0],
)


@pytest.mark.parametrize("make", ZERO_DIMENSIONS)
def test_zero_dimensions_are_arrays_where_numpy_has_arrays(make: Callable[[Any], Any]) -> None:
    """Only arrays change in place, under all of their names."""

    def fun(x: Any) -> list[Any]:
        first = make(x)
        second = first
        second += 1.0
        third = first
        third *= 2.0
        return [first, second, third]

    expected = [float(v) for v in fun(V.copy())]
    problem = asdopt.Problem(None, asdopt.Constraint(fun, -np.inf, np.inf), x0=V)
    np.testing.assert_allclose(problem.constraints(V), expected, rtol=1e-14)


@pytest.mark.parametrize(
    "fun",
    [
        lambda a, x: math.hypot(a, x),
        lambda a, x: math.hypot(x, a, 2.0),
        lambda a, x: math.hypot(a, 2.0),
        lambda a, x: math.atan2(x, a),
        lambda a, x: math.log(a * a + 1.5, 2.0),
        lambda a, x: math.degrees(a),
        lambda a, x: math.dist([a, 1.0], [x, 2.0]),
        lambda a, x: math.fsum([a, x]),
        lambda a, x: math.prod([a, x]),
        lambda a, x: math.pow(a * a, x),
        lambda a, x: max(a, x) - min(a, 0.5),
        lambda a, x: sum([a, x, a]),
        lambda a, x: float(a) * x,
        lambda a, x: math.hypot(np.float32(2.0), x) + math.hypot(x, True),
        lambda a, x: pow(a * a, 3) + abs(a) + round(a * 0.0, 1),
        lambda a, x: x if a > 0 else a,
        lambda a, x: math.isclose(a, x) + a,
    ],
)
def test_functions_of_math_take_arrays_without_dimensions(fun: Callable[..., Any]) -> None:
    def whole(x: Any) -> Any:
        return fun(np.where(x[0] > -5.0, x[1], 0.0), x[0])

    problem = asdopt.Problem(whole, x0=V)
    assert problem.objective(V) == pytest.approx(float(whole(V.copy())), rel=1e-14)
    slopes = [(whole(V + h) - whole(V - h)) / 2e-6 for h in 1e-6 * np.eye(V.size)]
    np.testing.assert_allclose(problem.gradient(V), slopes, atol=1e-8)
