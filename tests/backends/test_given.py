"""Patterns and colorings given by the user, checked."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt.backends import Backend, Dense, FlatFunction, Products
from asdopt.coloring import color, color_jacobian

X = np.array([0.5, 1.25, -0.75, 2.0])


def needs(name: str) -> Any:
    missing = importlib.util.find_spec(name) is None
    return pytest.mark.skipif(missing, reason=f"{name} is not installed")


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
