"""A Jacobian asked for once equals the prepared one, in values and in structure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt import _once
from asdopt._once import jacobian_once
from asdopt.backends import FlatFunction
from asdopt.detection import jacobian_pattern
from asdopt.tracing._recorder import trace
from asdopt.tracing._structure import Structure


def _chain(x: Any) -> list[Any]:
    total, out = 0.0, []
    for k in range(len(x)):
        total = total + x[k] ** 2
        out.append(np.sin(total))
    return out


def _shared(x: Any) -> Any:
    z = np.exp(x[0] * x[1]) + x[2]
    return [z * z, z + 1.0, 3.0, x[1], z * x[1] - z / x[2]]


def _where(x: Any) -> Any:
    return np.where(x > 1.0, np.sqrt(np.maximum(x - 1.0, 0.0)), x**2) * x[::-1]


def _maps(x: Any) -> Any:
    a = np.arange(12.0).reshape(3, 4) - 4.0
    return (a @ x[:4]) * np.sum(x) + np.tanh(a[:, 1:] @ x[1:4])


def _branch(x: Any) -> Any:
    return x[0] * x[1] if x[0] > 0 else x[0] - x[1] ** 2


FUNCTIONS = [_chain, _shared, _where, _maps, _branch]


def _traced(fun: Callable[[Any], Any], x: np.ndarray[Any, Any]) -> Any:
    return trace(fun, Structure.of(x, "x"), x)[0]


def _jacobian(fun: Callable[[Any], Any], x: np.ndarray[Any, Any]) -> Any:
    return jacobian_once(*FlatFunction(fun, x).recorded(x))


@pytest.mark.parametrize("rows_allowed", [True, False])
@pytest.mark.parametrize("fun", FUNCTIONS)
def test_equals_the_prepared_jacobian(
    fun: Callable[[Any], Any], rows_allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not rows_allowed:
        monkeypatch.setattr(_once, "_FREE", 0)
        monkeypatch.setattr(_once, "_PER_NODE", 0)
    x = np.random.default_rng(5).uniform(0.5, 1.5, 7)
    found = _traced(fun, x)
    matrix = _jacobian(fun, x)
    pattern = jacobian_pattern(found)
    assert np.array_equal(matrix.indptr, pattern.indptr)
    assert np.array_equal(matrix.indices, pattern.cols)
    expected = asdopt.Problem(None, asdopt.Constraint(fun, -np.inf, np.inf), x0=x).jacobian(x)
    np.testing.assert_allclose(matrix.toarray(), expected.toarray(), rtol=1e-12, atol=1e-14)


def test_many_wide_rows_are_left_to_colors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefix sums: rows take a number of steps that grows with the square of their number."""
    taken = []
    colored = _once.ColoredJacobian

    def noted(*args: Any) -> Any:
        taken.append(args)
        return colored(*args)

    monkeypatch.setattr(_once, "ColoredJacobian", noted)
    for size, is_colored in ((30, False), (1500, True)):
        x = np.linspace(0.0, 0.1, size)
        matrix = _jacobian(_chain, x)
        assert bool(taken) is is_colored
        expected = np.tril(np.cos(np.cumsum(x**2))[:, None] * 2.0 * x)
        np.testing.assert_allclose(matrix.toarray(), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("shape", [(0,), (1,), (40,)])
def test_degenerate_and_wide_shapes(shape: tuple[int, ...]) -> None:
    x = np.ones(shape)
    assert asdopt.jacobian(lambda x: x[::-1] * 2.0, x).shape == (x.size, x.size)
    assert asdopt.jacobian(lambda x: np.sum(x * x), x).toarray().tolist() == [[2.0] * x.size]
    assert asdopt.jacobian(lambda x: [1.0, 2.0], x).nnz == 0


def test_structured_arguments() -> None:
    matrix = asdopt.jacobian(
        lambda p: p["a"] * p["b"], {"a": np.array([1.0, 2.0]), "b": np.array([3.0, 4.0])}
    )
    assert matrix.toarray().tolist() == [[3.0, 0.0, 1.0, 0.0], [0.0, 4.0, 0.0, 2.0]]


def test_external_functions() -> None:
    square = asdopt.external(
        lambda x: np.array([x[0] * x[1], x[1] ** 2]),
        jac=lambda x: np.array([[x[1], x[0]], [0.0, 2 * x[1]]]),
    )
    matrix = asdopt.jacobian(lambda x: square(x)[0] * x[0] + square(x)[1], [2.0, 3.0])
    np.testing.assert_allclose(matrix.toarray(), [[12.0, 10.0]])


@pytest.mark.parametrize(
    ("fun", "x"),
    [
        (lambda x: x[0] * np.sqrt(x[1]), [0.0, 0.0]),
        (lambda x: np.log(x[0]), [0.0]),
        (lambda x: 1.0 / x[0] + x[1], [0.0, 1.0]),
    ],
)
def test_derivatives_that_are_not_finite_are_refused(fun: Any, x: list[float]) -> None:
    with pytest.raises(asdopt.EvaluationError):
        asdopt.jacobian(fun, x)


def test_hessian_is_the_prepared_one() -> None:
    def fun(x: Any) -> Any:
        return np.sum(np.exp(x[1:] * x[:-1])) + x[0] * x[-1] ** 2 + np.maximum(x[2], x[3]) ** 3

    x = np.linspace(0.1, 1.0, 9)
    found, expected = asdopt.hessian(fun, x), asdopt.prepare_hessian(fun, x)(x)
    assert np.array_equal(found.indptr, expected.indptr)
    assert np.array_equal(found.indices, expected.indices)
    np.testing.assert_allclose(found.data, expected.data, rtol=1e-12)
    assert asdopt.hessian(lambda x: np.sum(x), x).nnz == 0
    with pytest.raises(asdopt.EvaluationError):
        asdopt.hessian(lambda x: x[0] ** 1.5 * x[1], [0.0, 1.0])
    with pytest.raises(asdopt.InputError, match="return a scalar"):
        asdopt.hessian(lambda x: x, x)
