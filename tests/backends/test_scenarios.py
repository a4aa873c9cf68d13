"""Every scenario on every installed backend: values against closed forms."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt.backends import Casadi, ComplexStep, Dense, FiniteDifferences, FlatFunction, Jax
from asdopt.testing import check_coloring, check_pattern
from tests.backends.scenarios import SCENARIOS, Scenario

HAS = {name: importlib.util.find_spec(name) is not None for name in ("jax", "casadi", "autograd")}


def needs(name: str) -> Any:
    return pytest.mark.skipif(not HAS[name], reason=f"{name} is not installed")


# Name, tolerance of Jacobians and of Hessians.
BACKENDS = [
    pytest.param("kernels", 1e-13, 1e-13, id="kernels"),
    pytest.param("tape", 1e-13, 1e-13, id="tape"),
    pytest.param("dense", 1e-13, 1e-13, id="dense"),
    pytest.param("finite_differences", 1e-8, 1e-5, id="central"),
    pytest.param(FiniteDifferences("forward"), 1e-6, 1e-5, id="forward"),
    pytest.param(FiniteDifferences("extrapolated"), 1e-9, 1e-5, id="extrapolated"),
    pytest.param("complex_step", 1e-12, 1e-7, id="complex_step"),
    pytest.param("jax", 1e-13, 1e-13, id="jax", marks=needs("jax")),
    pytest.param("autograd", 1e-13, 1e-13, id="autograd", marks=needs("autograd")),
    pytest.param("casadi", 1e-13, 1e-13, id="casadi SX", marks=needs("casadi")),
    pytest.param(Casadi("MX"), 1e-13, 1e-13, id="casadi MX", marks=needs("casadi")),
]
each_backend = pytest.mark.parametrize(("backend", "first", "second"), BACKENDS)
each_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)


def function_for(scenario: Scenario, backend: Any) -> Callable[..., Any]:
    """Return the function in the words of the backend."""
    if backend == "jax" or isinstance(backend, Jax):
        import jax.numpy

        return scenario.make(jax.numpy)
    if backend == "autograd":
        import autograd.numpy

        return scenario.make(autograd.numpy)
    if backend == "casadi" or isinstance(backend, Casadi):
        import casadi

        return (scenario.casadi or scenario.make)(casadi)
    return scenario.make(np)


def options_for(scenario: Scenario, backend: Any) -> dict[str, Any]:
    function = FlatFunction(scenario.make(np), scenario.x, scenario.args, scenario.argnum)
    given: dict[str, Any] = {"args": scenario.args, "argnum": scenario.argnum, "backend": backend}
    if backend == "dense":
        hess = scenario.hess

        def at(fun: Any) -> Callable[[Any], Any]:
            return lambda flat: fun(function.structure.unflatten(flat))

        given["backend"] = Dense(at(scenario.jac), None if hess is None else at(hess))
    return given


def pattern_for(scenario: Scenario, kind: str) -> asdopt.SparsityPattern:
    find = asdopt.jacobian_sparsity if kind == "jacobian" else asdopt.hessian_sparsity
    return find(scenario.make(np), scenario.x, args=scenario.args, argnum=scenario.argnum)


@each_backend
@each_scenario
def test_jacobians(scenario: Scenario, backend: Any, first: float, second: float) -> None:
    """Right at the first point and, prepared, at another one; values can go into an array."""
    fun = function_for(scenario, backend)
    options = options_for(scenario, backend)
    if backend == "autograd":  # some of its functions cannot be traced
        options["pattern"] = pattern_for(scenario, "jacobian")
    prepared = asdopt.prepare_jacobian(fun, scenario.x, **options)
    for point in (scenario.x, scenario.other, scenario.x):
        expected = scenario.jac(point)
        matrix = prepared(point)
        assert matrix.shape == expected.shape
        scale = 1.0 + np.abs(expected).max(initial=0.0)
        np.testing.assert_allclose(matrix.toarray(), expected, rtol=0, atol=first * scale)
        check_pattern(prepared.pattern, expected)
        out = np.full(prepared.pattern.nnz, np.nan)
        assert prepared.values(point, out=out) is out
        np.testing.assert_array_equal(out, matrix.data)
    value, again = prepared.value_and_jacobian(scenario.other)
    flat = FlatFunction(scenario.make(np), scenario.x, scenario.args, scenario.argnum)
    np.testing.assert_allclose(value, flat.values(flat.flatten(scenario.other)), rtol=1e-13)
    kept = prepared(scenario.x)
    assert prepared(scenario.other, out=kept) is kept
    np.testing.assert_array_equal(kept.toarray(), again.toarray())
    check_coloring(prepared.pattern, prepared.coloring)
    if scenario.hess is None:
        assert scenario.nnz in (-1, prepared.pattern.nnz)
        assert scenario.max_colors == -1 or prepared.num_products <= scenario.max_colors


@each_backend
@pytest.mark.parametrize("scenario", [s for s in SCENARIOS if s.hess], ids=lambda s: s.name)
def test_hessians(scenario: Scenario, backend: Any, first: float, second: float) -> None:
    """Right at both points, with value and gradient."""
    fun = function_for(scenario, backend)
    options = options_for(scenario, backend)
    if backend == "autograd":
        options["pattern"] = pattern_for(scenario, "hessian")
    prepared = asdopt.prepare_hessian(fun, scenario.x, **options)
    flat = FlatFunction(scenario.make(np), scenario.x)
    assert scenario.hess is not None
    for point in (scenario.x, scenario.other):
        expected, gradient = scenario.hess(point), scenario.jac(point)[0]
        value, grad, matrix = prepared.value_gradient_and_hessian(point)
        assert matrix.shape == expected.shape
        scale = 1.0 + np.abs(expected).max(initial=0.0)
        np.testing.assert_allclose(matrix.toarray(), expected, rtol=0, atol=second * scale)
        scale = 1.0 + np.abs(gradient).max(initial=0.0)
        np.testing.assert_allclose(grad, gradient, rtol=0, atol=first * scale)
        np.testing.assert_allclose(value, flat.values(flat.flatten(point))[0], rtol=1e-13)
        np.testing.assert_array_equal(prepared.values(point), matrix.data)
    assert scenario.max_colors == -1 or prepared.num_products <= scenario.max_colors


MODES = [
    pytest.param(backend, mode, id=f"{backend} {mode}", marks=needs(backend) if mark else ())
    for backend, mark in (("tape", False), ("jax", True), ("casadi", True), ("autograd", True))
    for mode in ("forward", "reverse", "mixed", "measured")
]


@pytest.mark.parametrize(("backend", "mode"), MODES)
@pytest.mark.parametrize("name", ["vector -> vector", "dense row and column", "no variables"])
def test_forced_modes_give_the_same_jacobian(name: str, backend: str, mode: str) -> None:
    scenario = next(s for s in SCENARIOS if s.name == name)
    fun = function_for(scenario, backend)
    prepared = asdopt.prepare_jacobian(
        fun, scenario.x, backend=backend, mode=mode, pattern=pattern_for(scenario, "jacobian")
    )
    if mode != "measured":
        assert prepared.mode in {mode, "forward"}  # mixed falls back where it saves nothing
    expected = scenario.jac(scenario.other)
    np.testing.assert_allclose(prepared(scenario.other).toarray(), expected, atol=1e-12)


HVP_MODES = [
    pytest.param(backend, mode, id=f"{backend} {mode}", marks=needs(backend))
    for backend, modes in {
        "jax": ("forward_over_reverse", "reverse_over_forward", "reverse_over_reverse"),
        "casadi": ("forward_over_reverse", "reverse_over_forward"),
        "autograd": ("forward_over_reverse", "reverse_over_reverse"),
    }.items()
    for mode in (*modes, "measured")
]


@pytest.mark.parametrize(("backend", "mode"), HVP_MODES)
def test_forced_modes_give_the_same_hessian(backend: str, mode: str) -> None:
    scenario = next(s for s in SCENARIOS if s.name == "vector -> scalar")
    fun = function_for(scenario, backend)
    prepared = asdopt.prepare_hessian(
        fun, scenario.x, backend=backend, mode=mode, pattern=pattern_for(scenario, "hessian")
    )
    assert mode in {"measured", prepared.mode}
    assert scenario.hess is not None
    np.testing.assert_allclose(
        prepared(scenario.other).toarray(), scenario.hess(scenario.other), atol=1e-12
    )


@each_backend
def test_dense_matrices(backend: Any, first: float, second: float) -> None:
    """Products without sparsity give the same matrices."""
    if backend == "kernels":
        pytest.skip("kernels make no products")
    scenario = next(s for s in SCENARIOS if s.name == "vector -> scalar")
    options = options_for(scenario, backend)
    products = asdopt.backends.prepare_products(
        function_for(scenario, backend), scenario.x, options["backend"]
    )
    jac, hess = products.dense_jacobian(scenario.other), products.dense_hessian(scenario.other)
    assert scenario.hess is not None
    np.testing.assert_allclose(jac, scenario.jac(scenario.other), atol=30 * first)
    np.testing.assert_allclose(hess, scenario.hess(scenario.other), atol=30 * second)


def test_complex_step_is_checked_in_all_of_these() -> None:
    assert ComplexStep().check
