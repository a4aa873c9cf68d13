"""Functions with state, with constants, in place, with branches: on every backend."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt.coloring import color

X = np.array([0.5, 1.25, -0.75, 2.0])
PLAIN = ["kernels", "tape", "finite_differences", "complex_step"]
each_plain_backend = pytest.mark.parametrize("backend", PLAIN)


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
