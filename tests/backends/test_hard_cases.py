"""What goes wrong easily with each backend is right, or refused with a reason."""

from __future__ import annotations

import importlib.util
import math
import sys
import warnings
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt import extend
from asdopt._registry import BACKENDS
from asdopt.backends import (
    Backend,
    Casadi,
    ComplexStep,
    Dense,
    FiniteDifferences,
    FlatFunction,
    Jax,
    Probe,
    Products,
    prepare_products,
)
from asdopt.coloring import color, color_jacobian

X = np.array([0.5, 1.25, -0.75, 2.0])
PLAIN = ["kernels", "tape", "finite_differences", "complex_step"]
each_plain_backend = pytest.mark.parametrize("backend", PLAIN)


def needs(name: str) -> Any:
    missing = importlib.util.find_spec(name) is None
    return pytest.mark.skipif(missing, reason=f"{name} is not installed")


class TestFunctionsWithState:
    @each_plain_backend
    def test_a_function_that_changes_its_argument(self, backend: str) -> None:
        def doubling(x: Any) -> Any:
            x *= 2.0
            x[0] = x[1]
            return x

        point = X.copy()
        found = asdopt.jacobian(doubling, point, backend=backend).toarray()
        expected = np.diag([0.0, 2.0, 2.0, 2.0])
        expected[0, 1] = 2.0
        np.testing.assert_allclose(found, expected, atol=1e-9)
        np.testing.assert_array_equal(point, X)

    @pytest.mark.parametrize("backend", ["finite_differences", "complex_step"])
    def test_a_function_that_returns_the_same_array_each_time(self, backend: str) -> None:
        shared: dict[Any, Any] = {}

        def reusing(x: Any) -> Any:
            out = shared.setdefault(x.dtype, np.zeros(4, x.dtype))
            np.multiply(x, x, out=out)
            return out

        found = asdopt.jacobian(reusing, X, backend=backend, pattern=np.eye(4, dtype=bool))
        np.testing.assert_allclose(found.toarray(), np.diag(2 * X), atol=1e-8)

    def test_results_whose_number_changes_are_refused(self) -> None:
        def changing(x: Any) -> Any:
            return x if x[0] > 0 else x[:2]

        prepared = asdopt.prepare_jacobian(changing, X, backend="tape")
        with pytest.raises(asdopt.EvaluationError, match="returned 2 values, 4 before"):
            prepared(-X)


class TestInplaceAndConstants:
    @each_plain_backend
    def test_results_written_into_an_array(self, backend: str) -> None:
        def write(out: Any, x: Any, a: float) -> None:
            for i in range(3):
                out[i] = a * x[i] * x[i + 1]

        found = asdopt.jacobian(write, X, args=(2.0,), inplace=3, backend=backend).toarray()
        expected = np.zeros((3, 4))
        for i in range(3):
            expected[i, i], expected[i, i + 1] = 2 * X[i + 1], 2 * X[i]
        np.testing.assert_allclose(found, expected, atol=1e-8)

    def test_an_example_array_is_what_the_function_finds(self) -> None:
        def add(out: Any, x: Any) -> Any:
            out += x[:2]
            return out

        start = np.array([10.0, 20.0])
        for backend in PLAIN:
            value, jac = asdopt.value_and_jacobian(add, X, inplace=start, backend=backend)
            np.testing.assert_allclose(value, [10.5, 21.25])
            assert jac.nnz == 2
        np.testing.assert_array_equal(start, [10.0, 20.0])

    def test_patterns_take_constants_and_arrays_to_write_into(self) -> None:
        def write(out: Any, k: int, x: Any) -> None:
            out[:, 0] = x[:2] * x[k]
            out[0, 1] = x[k] ** 3

        found = asdopt.jacobian_sparsity(write, 4, args=(3,), argnum=1, inplace=(2, 2))
        expected = [[1, 0, 0, 1], [0, 0, 0, 1], [0, 1, 0, 1], [0, 0, 0, 0]]
        np.testing.assert_array_equal(found.to_dense(), expected)
        hess = asdopt.hessian_sparsity(lambda a, x: a * x[0] * x[1], 2, args=5.0, argnum=1)
        np.testing.assert_array_equal(hess.to_dense(), [[0, 1], [1, 0]])

    def test_a_result_besides_the_array_is_refused(self) -> None:
        def both(out: Any, x: Any) -> Any:
            out[0] = x[0]
            return x[1]

        for backend in PLAIN:
            with pytest.raises(asdopt.InputError, match="which of the two counts"):
                asdopt.jacobian(both, X, inplace=1, backend=backend)

    def test_a_position_beyond_the_arguments_is_refused(self) -> None:
        with pytest.raises(asdopt.InputError, match="argnum=2 with 1 constants"):
            asdopt.jacobian(np.multiply, X, args=(1.0,), argnum=2)


class TestBranches:
    @pytest.mark.parametrize("backend", ["kernels", "tape", "finite_differences"])
    def test_patterns_grow_when_a_branch_flips(self, backend: str) -> None:
        def branching(x: Any) -> Any:
            return [x[0] * x[1] if x[2] > 0 else x[0] * x[3], x[1] ** 2]

        prepared = asdopt.prepare_jacobian(branching, np.abs(X), backend=backend)
        assert prepared.pattern.nnz == 3
        first = prepared(np.abs(X))
        out = np.empty(3)
        other = np.array([0.5, 1.25, -0.75, 2.0])
        with pytest.raises(asdopt.StructureChangedError, match="4 entries"):
            prepared.values(other, out=out)
        with pytest.raises(asdopt.StructureChangedError, match="grown"):
            prepared(other, out=first)
        np.testing.assert_allclose(
            prepared(other).toarray(), [[2.0, 0, 0, 0.5], [0, 2.5, 0, 0]], atol=1e-8
        )
        np.testing.assert_allclose(
            prepared(np.abs(X)).toarray(), [[1.25, 0.5, 0, 0], [0, 2.5, 0, 0]], atol=1e-8
        )

    @pytest.mark.parametrize("backend", ["kernels", "tape"])
    def test_hessians_too(self, backend: str) -> None:
        def branching(x: Any) -> Any:
            return x[0] * x[1] if x[0] > 1 else x[1] ** 2

        prepared = asdopt.prepare_hessian(branching, [2.0, 1.0], backend=backend)
        np.testing.assert_array_equal(prepared([2.0, 1.0]).toarray(), [[0, 1], [1, 0]])
        value, gradient, hess = prepared.value_gradient_and_hessian([0.0, 3.0])
        assert value == 9.0
        np.testing.assert_array_equal(gradient, [0.0, 6.0])
        np.testing.assert_array_equal(hess.toarray(), [[0, 0], [0, 2]])
        assert prepared.pattern.nnz == 3

    def test_a_given_coloring_that_a_branch_makes_too_small_is_refused(self) -> None:
        def branching(x: Any) -> Any:
            return [x[0] if x[2] > 0 else x[0] * x[3]]

        coloring = color(asdopt.jacobian_sparsity(branching, np.abs(X)))
        assert coloring.pattern.nnz == 1
        with pytest.raises(asdopt.PatternError, match="too small"):
            asdopt.jacobian(branching, X, coloring=coloring)


class TestComplexStep:
    @pytest.mark.parametrize(
        "function",
        [
            lambda x: np.abs(x),
            lambda x: x * np.linalg.norm(x),
            lambda x: np.real(x) ** 2,
            lambda x: np.array([np.sum(x * np.conj(x))]),
            lambda x: np.array([abs(v) for v in x]),
            lambda x: np.sqrt(x.real**2 + x.imag**2),
        ],
    )
    def test_functions_that_are_not_analytic_are_noticed(self, function: Any) -> None:
        """The pattern is given: no trace that would tell."""
        pattern = np.ones((np.asarray(function(X)).size, 4), dtype=bool)
        with pytest.raises(asdopt.EvaluationError, match="not analytic"):
            asdopt.jacobian(function, X, backend="complex_step", pattern=pattern)

    def test_at_later_points_too(self) -> None:
        def later(x: Any) -> Any:
            return np.where(x.real > 0, x, np.abs(x))

        prepared = asdopt.prepare_jacobian(
            later, np.abs(X), backend="complex_step", pattern=np.eye(4, dtype=bool)
        )
        np.testing.assert_allclose(prepared(np.abs(X)).toarray(), np.eye(4))
        with pytest.raises(asdopt.EvaluationError, match="row 2"):
            prepared(X)

    @pytest.mark.parametrize(
        "function",
        [
            lambda x: [math.sin(x[0])],
            lambda x: [float(x[0])],
            lambda x: np.floor(x),
            lambda x: np.array([x[0], 1.0], dtype=float),
        ],
    )
    def test_functions_of_real_numbers_are_refused(self, function: Any) -> None:
        pattern = np.ones((np.asarray(function(X)).size, 4), dtype=bool)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a user who silences ComplexWarning
            with pytest.raises(asdopt.UnsupportedOperationError, match="complex numbers"):
                asdopt.jacobian(function, X, backend="complex_step", pattern=pattern)

    def test_writing_into_a_real_array_is_refused(self) -> None:
        def fill(x: Any) -> Any:
            out = np.zeros(4)
            out[:] = x**2
            return out

        with pytest.raises(asdopt.UnsupportedOperationError, match="imaginary part"):
            asdopt.jacobian(fill, X, backend="complex_step")

    def test_comparisons_take_the_real_part(self) -> None:
        """NumPy compares complex numbers by their real part first."""
        found = asdopt.jacobian(lambda x: np.where(x > 0, x**2, -x), X, backend="complex_step")
        np.testing.assert_allclose(found.diagonal(), [1.0, 2.5, -1.0, 4.0])

    def test_the_check_stays_within_the_domain(self) -> None:
        """Steps are relative to each variable; at a bound of the domain they are one-sided."""
        point = np.array([1e-6, 1.0, 1e6])
        found = asdopt.jacobian(lambda x: np.log(x), point, backend="complex_step")
        np.testing.assert_allclose(found.diagonal(), 1 / point, rtol=1e-14)

        def until_two(x: Any) -> Any:
            return np.where(np.real(x) <= 2.0, x**2, np.nan)

        found = asdopt.jacobian(
            until_two, [2.0, 1.0], backend="complex_step", pattern=np.eye(2, dtype=bool)
        )
        np.testing.assert_allclose(found.diagonal(), [4.0, 2.0], rtol=1e-14)

    def test_strong_curvature_is_no_alarm(self) -> None:
        found = asdopt.jacobian(lambda x: np.sin(300 * x) * 1e6, X, backend="complex_step")
        np.testing.assert_allclose(found.diagonal(), 3e8 * np.cos(300 * X), rtol=1e-12)

    def test_the_check_can_be_left_away(self) -> None:
        found = asdopt.jacobian(
            lambda x: x**2, X, backend=ComplexStep(check=False), pattern=np.eye(4, dtype=bool)
        )
        np.testing.assert_allclose(found.diagonal(), 2 * X, rtol=1e-15)


class TestFiniteDifferences:
    @pytest.mark.parametrize("method", ["forward", "central", "extrapolated"])
    def test_bounds_are_kept(self, method: Any) -> None:
        def inside(x: Any) -> Any:
            assert np.all(x >= 0.0)
            assert np.all(x <= 1.0)
            return np.array([x[0] * x[1], x[1] * x[2], np.sqrt(1.0 - x[2]), x[3]])

        point = np.array([0.0, 1.0, 0.5, 1.0])
        pattern = [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
        backend = FiniteDifferences(method, bounds=(0.0, 1.0))
        found = asdopt.jacobian(inside, point, backend=backend, pattern=pattern).toarray()
        slope = -0.5 / np.sqrt(0.5)
        expected = [[1, 0, 0, 0], [0, 0.5, 1, 0], [0, 0, slope, 0], [0, 0, 0, 1]]
        np.testing.assert_allclose(found, expected, atol=1e-6)

    def test_no_room_between_bounds_is_refused(self) -> None:
        backend = FiniteDifferences(bounds=(0.0, [1.0, 1e-9]))
        with pytest.raises(asdopt.EvaluationError, match="outside of its bounds"):
            asdopt.jacobian(lambda x: x**2, [0.5, 1e-10], backend=backend)

    def test_a_step_into_nan_is_an_error_that_names_the_row(self) -> None:
        def edge(x: Any) -> Any:
            with np.errstate(invalid="ignore"):
                return np.array([x[0], np.sqrt(x[1])])

        with pytest.raises(asdopt.EvaluationError, match="row 1 a step of"):
            asdopt.jacobian(edge, [1.0, 0.0], backend="finite_differences", pattern=np.eye(2))

    def test_badly_scaled_variables_have_steps_of_their_own(self) -> None:
        point = np.array([1e-3, 1.0, 1e6, 1e9])
        found = asdopt.jacobian(lambda x: x**3, point, backend="finite_differences")
        np.testing.assert_allclose(found.diagonal(), 3 * point**2, rtol=1e-4)

    def test_extrapolation_finds_the_step_by_itself(self) -> None:
        """A step that is far too large for the function is halved until it fits."""
        backend = FiniteDifferences("extrapolated", step=0.1)
        found = asdopt.jacobian(lambda x: np.sin(20 * x), X, backend=backend).diagonal()
        np.testing.assert_allclose(found, 20 * np.cos(20 * X), rtol=1e-5)

    @pytest.mark.parametrize(
        ("options", "message"),
        [({"method": "backward"}, "known are"), ({"step": 0.0}, "between 0 and 1")],
    )
    def test_wrong_options(self, options: Any, message: str) -> None:
        with pytest.raises(asdopt.InputError, match=message):
            FiniteDifferences(**options)

    def test_hessians_within_bounds_are_refused(self) -> None:
        backend = FiniteDifferences(bounds=(0.0, 1.0))
        with pytest.raises(asdopt.UnsupportedOperationError, match="within bounds"):
            asdopt.hessian(lambda x: x[0] ** 2, [0.5], backend=backend)


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


BLACK_BOXES: list[Any] = [
    "tape",
    "finite_differences",
    "complex_step",
    Dense(lambda x: 2 * x[:3, None] * np.eye(3, 4) + np.eye(3, 4, 1), None),
    pytest.param("jax", marks=needs("jax")),
    pytest.param("autograd", marks=needs("autograd")),
    pytest.param("casadi", marks=needs("casadi")),
]


def banded(x: Any) -> Any:
    return x[:3] * x[:3] + x[1:]


class TestGivenPatterns:
    @pytest.mark.parametrize("backend", BLACK_BOXES)
    def test_one_that_is_too_small_is_refused_with_row_and_column(self, backend: Any) -> None:
        small = asdopt.SparsityPattern([0, 0, 1, 2, 2], [0, 1, 1, 2, 3], (3, 4))
        with pytest.raises(asdopt.PatternError, match=r"entries of row 1, for example .* column 2"):
            asdopt.jacobian(banded, X, backend=backend, pattern=small)

    def test_an_entry_that_vanishes_at_x_is_noticed_nearby(self) -> None:
        with pytest.raises(asdopt.PatternError, match="row 0"):
            asdopt.jacobian(lambda x: [x[0] * x[1]], [0.0, 0.0], pattern=[[1, 0]])

    @pytest.mark.parametrize("backend", ["tape", "finite_differences"])
    def test_hessians_too(self, backend: str) -> None:
        with pytest.raises(asdopt.PatternError, match="too small: it lacks entries of row"):
            asdopt.hessian(
                lambda x: x[0] * x[1] + x[2] ** 3, X[:3], backend=backend, pattern=np.eye(3)
            )

    def test_by_rows_a_column_is_named(self) -> None:
        class OnlyVjp(Backend):
            def prepare(self, function: FlatFunction, x: Any) -> Products:
                whole = Dense(lambda x: np.array([[1.0, 2.0], [0.0, 3.0]])).prepare(function, x)

                class Some(Products):
                    def values(self, x: Any) -> Any:
                        return whole.values(x)

                    def vjp(self, x: Any, seeds: Any) -> Any:
                        return whole.vjp(x, seeds)

                return Some(function, 2)

        options: dict[str, Any] = {"backend": OnlyVjp(), "pattern": [[1, 1], [0, 1]]}
        fun, point = (lambda x: [x[0] + 2 * x[1], 3 * x[1]]), [1.0, 1.0]
        prepared = asdopt.prepare_jacobian(fun, point, **options)
        assert prepared.mode == "reverse"
        np.testing.assert_array_equal(prepared(point).toarray(), [[1.0, 2.0], [0.0, 3.0]])
        options["pattern"] = [[1, 0], [0, 1]]
        with pytest.raises(asdopt.PatternError, match="column 1, for example the entry of row 0"):
            asdopt.prepare_jacobian(fun, point, **options)

    def test_one_that_is_too_large_is_fine(self) -> None:
        found = asdopt.jacobian(banded, X, pattern=np.ones((3, 4)))
        assert found.nnz == 12
        np.testing.assert_allclose(found.toarray(), asdopt.jacobian(banded, X).toarray())

    def test_a_triangle_of_a_hessian_is_enough(self) -> None:
        found = asdopt.hessian(lambda x: x[0] * x[1], X[:2], pattern=[[0, 0], [1, 0]])
        np.testing.assert_array_equal(found.toarray(), [[0, 1], [1, 0]])

    def test_another_shape_is_refused(self) -> None:
        with pytest.raises(asdopt.PatternError, match=r"shape \(4, 4\); the jacobian has"):
            asdopt.jacobian(banded, X, pattern=np.eye(4))

    def test_functions_that_cannot_be_traced_need_one(self) -> None:
        def bytes_of(x: Any) -> Any:
            return np.frombuffer(np.asarray(x).tobytes())

        with pytest.raises(asdopt.PatternError, match="cannot be traced"):
            asdopt.jacobian(bytes_of, X, backend="finite_differences")


class TestGivenColorings:
    def test_a_known_coloring_is_used(self) -> None:
        pattern = asdopt.jacobian_sparsity(banded, 4)
        prepared = asdopt.prepare_jacobian(banded, X, coloring=color(pattern, order="random"))
        assert prepared.coloring.order == "given"
        np.testing.assert_allclose(
            prepared(X).toarray(), asdopt.jacobian(banded, X).toarray(), rtol=1e-14
        )

    def test_colors_alone_are_enough(self) -> None:
        prepared = asdopt.prepare_jacobian(banded, X, coloring=[1, 2, 1, 2])
        assert prepared.num_products == 2
        by_rows = asdopt.prepare_jacobian(banded, X, coloring=[1, 2, 1], mode="reverse")
        assert by_rows.mode == "reverse"
        np.testing.assert_allclose(prepared(X).toarray(), by_rows(X).toarray(), rtol=1e-14)

    def test_colors_that_do_not_recover_the_matrix_are_refused(self) -> None:
        with pytest.raises(asdopt.ColoringError, match="cannot be recovered"):
            asdopt.jacobian(banded, X, coloring=[1, 1, 2, 2])

    def test_one_of_another_pattern_is_refused(self) -> None:
        diagonal = asdopt.SparsityPattern.from_dense(np.eye(3, 4))
        with pytest.raises(asdopt.PatternError, match="too small"):
            asdopt.jacobian(banded, X, coloring=color(diagonal))
        with pytest.raises(asdopt.PatternError, match="would be lost"):
            asdopt.jacobian(
                banded, X, coloring=color(diagonal), pattern=asdopt.jacobian_sparsity(banded, 4)
            )

    def test_kinds_that_do_not_fit_are_refused(self) -> None:
        square = asdopt.SparsityPattern.from_dense(np.eye(4))
        with pytest.raises(asdopt.ColoringError, match="symmetric coloring"):
            asdopt.jacobian(lambda x: x**2, X, coloring=color(square, "symmetric"))
        with pytest.raises(asdopt.ColoringError, match="takes a symmetric"):
            asdopt.hessian(lambda x: np.sum(x**2), X, coloring=color(square, "row"))

    def test_substitution_works_too(self) -> None:
        def fun(x: Any) -> Any:
            return np.sum((x[1:] - x[:-1]) ** 4)

        pattern = asdopt.hessian_sparsity(fun, 4)
        coloring = color(pattern, "symmetric", "substitution")
        prepared = asdopt.prepare_hessian(fun, X, coloring=coloring)
        assert prepared.num_products == 2
        np.testing.assert_allclose(prepared(X).toarray(), asdopt.hessian(fun, X).toarray())

    def test_mixed_products_are_chosen_where_they_are_cheaper(self) -> None:
        """A dense row and a dense column take many colors of either side, few of both."""

        def cross(x: Any) -> Any:
            return np.concatenate([[np.sum(x**2)], x[1:] * x[0]])

        prepared = asdopt.prepare_jacobian(cross, np.ones(50), backend="tape")
        assert prepared.mode == "mixed"
        assert prepared.num_products <= 3
        point = np.linspace(1.0, 2.0, 50)
        np.testing.assert_allclose(
            prepared(point).toarray(), asdopt.jacobian(cross, point).toarray(), rtol=1e-14
        )
        assert "JVPs and VJPs instead of 50" in repr(prepared)

    def test_products_too_large_for_memory_are_taken_some_at_a_time(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("asdopt._plan._MANY", 10)
        for options in (
            {"mode": "forward"},
            {"mode": "reverse"},
            {"coloring": color_jacobian(asdopt.jacobian_sparsity(banded, 4), bidirectional=True)},
            {"backend": "finite_differences"},
        ):
            found = asdopt.jacobian(banded, X, **options).toarray()
            np.testing.assert_allclose(found, asdopt.jacobian(banded, X).toarray(), atol=1e-9)


class TestChoices:
    def test_kernels_take_no_coloring(self) -> None:
        with pytest.raises(asdopt.InputError, match="backend='tape'"):
            asdopt.jacobian(banded, X, backend="kernels", mode="forward")

    def test_a_name_that_is_not_known(self) -> None:
        with pytest.raises(asdopt.InputError, match="did you mean 'casadi'"):
            asdopt.jacobian(banded, X, backend="casadai")

    def test_something_that_is_no_backend(self) -> None:
        with pytest.raises(asdopt.InputError, match=r"asdopt\.backends\.Backend"):
            asdopt.jacobian(banded, X, backend=Jax)  # type: ignore[arg-type]

    def test_modes_that_a_backend_lacks(self) -> None:
        with pytest.raises(asdopt.InputError, match="known are"):
            asdopt.jacobian(banded, X, mode="sideways")
        with pytest.raises(asdopt.UnsupportedOperationError, match="needs vjp"):
            asdopt.jacobian(banded, X, backend="finite_differences", mode="reverse")
        with pytest.raises(asdopt.InputError, match="forward_over_reverse"):
            asdopt.hessian(lambda x: np.sum(x**2), X, backend="tape", mode="reverse_over_forward")

    def test_a_hessian_of_several_results_is_refused(self) -> None:
        for backend in PLAIN:
            with pytest.raises(asdopt.InputError, match="belongs to one number"):
                asdopt.hessian(lambda x: x**2, X, backend=backend)

    @pytest.mark.parametrize("name", ["jax", "casadi", "autograd"])
    def test_a_missing_package_names_the_line_to_run(
        self, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in [m for m in sys.modules if m.split(".")[0] == name]:
            monkeypatch.delitem(sys.modules, module)

        class Block:
            def find_spec(self, found: str, *_: Any) -> None:
                if found.split(".", maxsplit=1)[0] == name:
                    raise ModuleNotFoundError(f"No module named {found!r}", name=found)

        monkeypatch.setattr(sys, "meta_path", [Block(), *sys.meta_path])
        with pytest.raises(asdopt.MissingDependencyError, match=rf'pip install "asdopt\[{name}\]"'):
            asdopt.jacobian(banded, X, backend=name)

    def test_a_backend_of_the_user(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("asdopt.extend.BACKENDS", BACKENDS)
        extend.backend("doubled", lambda: Dense(lambda x: np.full((3, 4), 2.0)))
        try:
            found = asdopt.jacobian(lambda x: np.full(3, 2.0 * x.sum()), X, backend="doubled")
            np.testing.assert_array_equal(found.toarray(), np.full((3, 4), 2.0))
        finally:
            del BACKENDS["doubled"]
        with pytest.raises(asdopt.InputError, match="own engine"):
            extend.backend("kernels", Jax)

    def test_points_that_are_not_finite_are_refused(self) -> None:
        for backend in PLAIN:
            with pytest.raises(asdopt.EvaluationError, match="variable 1 of x is nan"):
                asdopt.jacobian(banded, [1.0, np.nan, 2.0, 3.0], backend=backend)

    def test_derivatives_that_are_not_finite_are_refused_with_the_line(self) -> None:
        with pytest.raises(asdopt.EvaluationError, match=r"test_hard_cases\.py"):
            asdopt.jacobian(lambda x: np.sqrt(x), [0.0, 1.0])
        with pytest.raises(asdopt.EvaluationError, match="not finite"):
            asdopt.jacobian(lambda x: np.sqrt(x), [0.0, 1.0], backend="tape")


class TestReprs:
    def test_they_say_what_is_saved(self) -> None:
        prepared = asdopt.prepare_jacobian(banded, X, backend="tape")
        assert repr(prepared) == (
            "PreparedJacobian of banded: 3 × 4, 6 nonzeros\n"
            "2 JVPs instead of 4: tape, forward, distance-2 coloring"
        )
        assert "by kernels: no products" in repr(asdopt.prepare_jacobian(banded, X))
        assert repr(FiniteDifferences("forward")) == (
            "FiniteDifferences(method='forward', step=None, bounds=None, halvings=6)"
        )


class TestProbes:
    def test_entries_that_are_active_elsewhere_are_missed_with_the_stated_chance(self) -> None:
        """A ramp that is on for 30 % of the box is missed with probability 0.7 ** points."""

        def ramp(x: Any) -> Any:
            return np.maximum(x - 0.4, 0.0)

        products = prepare_products(ramp, [0.0], FiniteDifferences("forward"))
        missed = [
            not Probe(points=2, radius=1.0, seed=s).pattern(products, "jacobian", np.zeros(1)).nnz
            for s in range(400)
        ]
        assert abs(np.mean(missed) - 0.49) < 4 * 0.5 / 20

    def test_points_outside_of_the_domain_are_passed_over(self) -> None:
        def root(x: Any) -> Any:
            if x[0] < 0:
                raise asdopt.EvaluationError("outside")
            return x**2

        products = prepare_products(root, [0.01], "finite_differences")
        assert Probe().pattern(products, "jacobian", np.array([0.01])).nnz == 1

    def test_wrong_options(self) -> None:
        with pytest.raises(asdopt.InputError, match="at least one"):
            Probe(points=0)
