"""Finite differences and complex steps: what they can and cannot do."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt.backends import ComplexStep, FiniteDifferences

X = np.array([0.5, 1.25, -0.75, 2.0])


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
