"""JAX, CasADi and autograd: what is particular to each."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt.backends import Casadi, Jax, Probe, prepare_products

X = np.array([0.5, 1.25, -0.75, 2.0])


def needs(name: str) -> Any:
    missing = importlib.util.find_spec(name) is None
    return pytest.mark.skipif(missing, reason=f"{name} is not installed")


@needs("jax")
class TestJax:
    @property
    def jnp(self) -> Any:
        import jax.numpy as jnp

        return jnp

    def test_results_are_in_double_precision(self) -> None:
        """JAX's own default is single precision, and stays so outside."""
        jnp = self.jnp
        assert jnp.asarray(1.0).dtype == "float32"
        found = asdopt.jacobian(lambda x: jnp.sin(x), X, backend="jax", pattern=np.eye(4))
        np.testing.assert_allclose(found.diagonal(), np.cos(X), rtol=1e-15)
        assert jnp.asarray(1.0).dtype == "float32"

    def test_single_precision_inside_is_refused(self) -> None:
        jnp = self.jnp
        early = jnp.array([0.1, 0.2, 0.3, 0.4])  # in JAX's default precision
        functions = [
            lambda x: x * early,
            lambda x: jnp.sin(x.astype("float32")),
            lambda x: jnp.sin(x.astype("float32")).astype("float64"),
        ]
        for function in functions:
            with pytest.raises(asdopt.InputError, match="f32"):
                asdopt.jacobian(function, X, backend="jax", pattern=np.eye(4))
        found = asdopt.jacobian(functions[0], X, backend=Jax(allow_single=True), pattern=np.eye(4))
        np.testing.assert_allclose(found.diagonal(), [0.1, 0.2, 0.3, 0.4], rtol=1e-7)

    def test_an_operation_without_a_rule_needs_a_pattern(self) -> None:
        jnp = self.jnp
        with pytest.raises(asdopt.PatternError, match=r"argmax has no rule.*pattern=Probe\(\)"):
            asdopt.jacobian(lambda x: x[jnp.argmax(x)] * x, X, backend="jax")

    def test_a_probe_finds_one(self) -> None:
        jnp = self.jnp
        prepared = asdopt.prepare_jacobian(
            lambda x: jnp.sin(x[1:]) * x[:-1], X, backend="jax", pattern=Probe()
        )
        assert prepared.pattern.nnz == 6
        hess = asdopt.prepare_hessian(
            lambda x: jnp.sum(x[1:] * x[:-1] ** 2), X, backend="jax", pattern=Probe()
        )
        assert hess.pattern == asdopt.hessian_sparsity(lambda x: np.sum(x[1:] * x[:-1] ** 2), 4)

    def test_writing_into_arrays_is_refused(self) -> None:
        with pytest.raises(asdopt.InputError, match="inplace"):
            asdopt.jacobian(lambda out, x: None, X, inplace=2, backend="jax")

    def test_complex_results_are_refused(self) -> None:
        with pytest.raises(asdopt.InputError, match="complex"):
            asdopt.jacobian(lambda x: x * 1j, X, backend="jax", pattern=np.eye(4))


@needs("casadi")
class TestCasadi:
    def network(self, ca: Any) -> Any:
        inputs = ca.DM(np.random.default_rng(0).normal(size=(6, 3)))

        def residuals(w: Any) -> Any:
            hidden = ca.tanh(ca.mtimes(inputs, ca.reshape(w[:12], 3, 4)))
            return ca.mtimes(hidden, w[12:16]) + w[16]

        return residuals

    @pytest.mark.parametrize("symbols", ["SX", "MX"])
    def test_the_derivative_by_a_scalar_added_to_a_product(self, symbols: Any) -> None:
        """CasADi's own ``jacobian`` of this MX expression lacks all rows but the first."""
        import casadi as ca

        point = np.random.default_rng(1).normal(size=17)
        residuals = self.network(ca)
        backend = Casadi(symbols)
        found = asdopt.jacobian(residuals, point, backend=backend).toarray()
        np.testing.assert_array_equal(found[:, 16], np.ones(6))
        flat = ca.Function("f", [w := ca.SX.sym("w", 17)], [residuals(w)])
        moves = 1e-6 * np.eye(17)
        columns = [(flat(point + e) - flat(point - e)).full()[:, 0] / 2e-6 for e in moves]
        np.testing.assert_allclose(found, np.array(columns).T, atol=1e-8)

        def total(w: Any) -> Any:
            return ca.sumsqr(residuals(w))

        hess = asdopt.hessian(total, point, backend=backend).toarray()
        products = prepare_products(total, point, backend)
        rows = [(products.gradient(point + e) - products.gradient(point - e)) / 2e-6 for e in moves]
        np.testing.assert_allclose(hess, np.array(rows), atol=1e-6)

    def test_functions_of_casadi_with_matrices_and_several_arguments(self) -> None:
        """CasADi stores by columns; results and variables here are row by row."""
        import casadi as ca

        a, x = ca.MX.sym("a"), ca.MX.sym("x", 2, 3)
        fun = ca.Function("fun", [a, x], [a * x.T**2, ca.sum1(x)])
        point = np.arange(1.0, 7.0).reshape(2, 3)
        found = asdopt.jacobian(fun, point, args=(3.0,), argnum=1, backend="casadi").toarray()
        twin = asdopt.jacobian(
            lambda a, x: [a * x.T**2, np.sum(x, axis=0)], point, args=(3.0,), argnum=1
        )
        np.testing.assert_allclose(found, twin.toarray(), atol=1e-13)

    def test_more_than_two_dimensions_are_refused(self) -> None:
        with pytest.raises(asdopt.InputError, match="two dimensions"):
            asdopt.jacobian(lambda x: x, np.ones((2, 2, 2)), backend="casadi")


class TestAutograd:
    def test_functions_that_can_be_traced_need_no_pattern(self) -> None:
        anp = pytest.importorskip("autograd.numpy")
        prepared = asdopt.prepare_jacobian(lambda x: anp.sin(x[1:]) * x[:-1], X, backend="autograd")
        assert prepared.num_products == 2
        expected = asdopt.jacobian(lambda x: np.sin(x[1:]) * x[:-1], X)
        np.testing.assert_allclose(prepared(X).toarray(), expected.toarray(), rtol=1e-15)

    def test_arrays_and_joins_of_its_own_are_traced(self) -> None:
        """Their functions ask for arrays of autograd, NumPy's for anything."""
        anp = pytest.importorskip("autograd.numpy")

        def fun(x: Any) -> Any:
            parts = anp.array([anp.sin(x[0]) * x[1], x[1] ** 2])
            return anp.concatenate([parts, anp.stack([x[0], x[2]])])

        expected = [[np.cos(X[0]) * X[1], np.sin(X[0])], [0.0, 2 * X[1]]]
        for backend in ("autograd", None):
            found = asdopt.jacobian(fun, X, backend=backend).toarray()
            np.testing.assert_allclose(found[:2, :2], expected, rtol=1e-12)
            np.testing.assert_array_equal(found[2:, :3], [[1, 0, 0], [0, 0, 1]])
