"""Choices of mode and backend, how prepared derivatives are shown, probes."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt import extend
from asdopt._registry import BACKENDS
from asdopt.backends import Dense, FiniteDifferences, Jax, Probe, prepare_products

X = np.array([0.5, 1.25, -0.75, 2.0])
PLAIN = ["kernels", "tape", "finite_differences", "complex_step"]


def needs(name: str) -> Any:
    missing = importlib.util.find_spec(name) is None
    return pytest.mark.skipif(missing, reason=f"{name} is not installed")


def banded(x: Any) -> Any:
    return x[:3] * x[:3] + x[1:]


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
        with pytest.raises(asdopt.EvaluationError, match=r"test_prepared\.py"):
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
