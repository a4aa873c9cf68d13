"""Arguments that would give wrong numbers, or none, are refused where they are given."""

from __future__ import annotations

import copy
import importlib.util
import pickle
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import asdopt
from asdopt.backends import Dense, FiniteDifferences, Probe, prepare_products

X = np.array([1.0, 2.0, 3.0])
FOREIGN = [
    pytest.param(
        name, marks=pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=name)
    )
    for name in ("jax", "casadi", "autograd")
]
each_backend = pytest.mark.parametrize("backend", ["kernels", "tape", "finite_differences"])


def square(x: Any) -> Any:
    return x * x


class TestOutputs:
    @each_backend
    @pytest.mark.parametrize(
        "out",
        [
            np.zeros(3, dtype=np.int64),
            np.zeros(3, dtype=np.float32),
            np.zeros(6)[::2],
            np.frombuffer(bytes(24)),
            [0.0, 0.0, 0.0],
        ],
        ids=["integers", "single precision", "strided", "read-only", "list"],
    )
    def test_arrays_that_cannot_take_the_values(self, backend: str, out: Any) -> None:
        prepared = asdopt.prepare_jacobian(square, X, backend=backend)
        with pytest.raises(asdopt.InputError, match="array of float64 is needed"):
            prepared.values(X, out=out)

    @each_backend
    def test_matrices_whose_dtype_would_round_the_values(self, backend: str) -> None:
        """Integers once took 5.9999999 for 5."""
        prepared = asdopt.prepare_jacobian(square, X, backend=backend)
        with pytest.raises(asdopt.InputError, match="to int64"):
            prepared(X, out=sparse.csr_array(np.eye(3, dtype=np.int64)))


class TestFunctions:
    @pytest.mark.parametrize("inplace", [-1, "a", np.zeros(1, dtype=complex), (2, -1)])
    def test_arrays_to_write_into(self, inplace: Any) -> None:
        with pytest.raises(asdopt.InputError, match="shape of the array"):
            asdopt.jacobian(lambda out, x: None, X, inplace=inplace)

    def test_positions_are_integers(self) -> None:
        with pytest.raises(asdopt.InputError, match=r"argnum=0\.5"):
            asdopt.jacobian(lambda c, x: c * x, X, args=(2.0,), argnum=0.5)  # type: ignore[arg-type]

    def test_numbers_of_variables_are_not_negative(self) -> None:
        with pytest.raises(asdopt.InputError, match="-1 variables"):
            asdopt.jacobian_sparsity(square, -1)

    @pytest.mark.parametrize("backend", FOREIGN)
    def test_results_that_are_no_numbers(self, backend: str) -> None:
        with pytest.raises(asdopt.InputError, match="returned str"):
            asdopt.jacobian(lambda x: "abc", X, backend=backend)

    @pytest.mark.parametrize("backend", FOREIGN)
    def test_values_that_are_not_finite_bring_one_error_and_no_warning(self, backend: str) -> None:
        def inverse(x: Any) -> Any:
            with np.errstate(all="ignore"):
                return 1.0 / x

        with pytest.raises(asdopt.EvaluationError, match="not finite"):
            asdopt.jacobian(inverse, [0.0, 2.0], backend=backend)

    def test_results_that_do_not_depend_on_x_bring_no_warning_of_autograd(self) -> None:
        pytest.importorskip("autograd")
        assert asdopt.jacobian(lambda x: [1.0], X, backend="autograd").nnz == 0
        assert asdopt.hessian(lambda x: 2.0 * x[0], X, backend="autograd").nnz == 0


class TestOptions:
    @pytest.mark.parametrize(
        ("bounds", "message"),
        [
            (3, "a pair is needed"),
            ((None, 1.0), "a pair is needed"),
            ((np.nan, 1.0), "a pair is needed"),
            (([0.0, 0.0], 1.0), "a pair is needed"),
            (([0.0, 2.0, 0.0], 1.0), "variable 1: 2 > 1"),
        ],
    )
    def test_bounds_of_differences(self, bounds: Any, message: str) -> None:
        with pytest.raises(asdopt.InputError, match=message):
            asdopt.jacobian(square, X, backend=FiniteDifferences(bounds=bounds))

    def test_matrices_of_the_user_come_from_functions(self) -> None:
        with pytest.raises(asdopt.InputError, match=r"jac is ndarray; a function jac\(x\)"):
            Dense(jac=np.eye(3))  # type: ignore[arg-type]

    def test_matrices_of_the_user_may_be_sparse(self) -> None:
        backend = Dense(jac=lambda x: sparse.diags_array(2.0 * x))
        np.testing.assert_array_equal(
            asdopt.jacobian(square, X, backend=backend).toarray(), np.diag(2.0 * X)
        )

    @pytest.mark.parametrize("options", [{"points": 1.5}, {"radius": np.inf}])
    def test_probes(self, options: Any) -> None:
        with pytest.raises(asdopt.InputError, match="finite radius"):
            Probe(**options)


class TestProducts:
    """Sweeps would read beyond the end of arrays that are too short."""

    @pytest.mark.parametrize("size", [0, 2, 4])
    def test_points_and_seeds_of_another_size(self, size: int) -> None:
        products = prepare_products(lambda x: [x @ x, x[0]], X)
        for x, seeds in ((np.ones(size), np.eye(3)), (X, np.ones((2, size)))):
            with pytest.raises(asdopt.InputError, match=rf"{size} numbers .* the 3 variables"):
                products.jvp(x, seeds)
        for count in (1, 2):
            with pytest.raises(asdopt.InputError, match=rf"{size + 1} numbers .* the 2 results"):
                products.vjp(X, np.ones((count, size + 1)))

    def test_lists_and_integers_are_points_and_seeds(self) -> None:
        products = prepare_products(lambda x: x @ x, X)
        assert products.values([1, 2, 3]) == 14.0  # type: ignore[arg-type]
        assert products.values(np.arange(3)) == 5.0
        assert products.jvp([1, 2, 3], [[0, 0, 1]]) == 6.0  # type: ignore[arg-type]
        assert products.vjp([1, 2, 3], [[1]]).tolist() == [[2, 4, 6]]  # type: ignore[arg-type]
        assert products.hvp(X, np.eye(3, dtype=int)).tolist() == (2 * np.eye(3)).tolist()

    def test_hessians_of_several_results(self) -> None:
        with pytest.raises(asdopt.InputError, match=r"1 numbers .* the 2 results"):
            prepare_products(lambda x: [x @ x, x[0]], X).hvp(X, np.eye(3))


def test_a_zero_of_another_sign_is_another_point() -> None:
    def angle(x: Any) -> Any:
        return np.arctan2(x[1], x[0])

    products = prepare_products(angle, [-1.0, 1.0])
    assert products.values(np.array([-1.0, 0.0])) == np.pi
    assert products.values(np.array([-1.0, -0.0])) == -np.pi


def test_points_that_cannot_be_written_to() -> None:
    problem = asdopt.Problem(lambda x: x[0] ** 2 if x[1] > 0 else -x[0], x0=[2.0, 1.0])
    x = np.array([3.0, -1.0])
    x.flags.writeable = False
    assert problem.objective(x) == -3.0
    assert problem.gradient(x)[0] == -1.0
    assert prepare_products(lambda x: x * x, x).values(x)[0] == 9.0


def test_a_function_that_failed_half_way_leaves_nothing_behind() -> None:
    """Values of one point and derivatives of another would be mixed at the next call."""
    fails = False

    def fragile(t: Any) -> Any:
        if fails:
            raise OSError("no connection")
        return t * t

    box = asdopt.external(fragile, jac=lambda t: [[2.0 * t]])
    products = prepare_products(lambda x: x[0] * x[1] + box(x[0]), [1.0, 2.0])
    here = np.array([1.0, 2.0])
    value = products.values(here)
    fails = True
    with pytest.raises(OSError, match="no connection"):
        products.values(np.array([5.0, 7.0]))
    fails = False
    np.testing.assert_array_equal(products.jvp(here, np.eye(2)).T, [[4.0, 1.0]])
    np.testing.assert_array_equal(products.values(here), value)


def test_curvature_that_failed_leaves_nothing_behind() -> None:
    """Seeds of the sweep that broke off would be added to those of the next one."""
    fails = False

    def hess(a: float, b: float, weights: Any) -> Any:
        if fails:
            raise OSError("no connection")
        return np.zeros((2, 2))

    # Its Jacobian takes two colors, its Hessian one.
    matrix = np.array([[1.0, 1.0], [1.0, -1.0]])
    box = asdopt.external(
        lambda a, b: matrix @ [a, b], jac=lambda a, b: matrix, hess=hess, hess_sparsity=np.eye(2)
    )
    problem = asdopt.Problem(None, lambda x: box(x[0], x[1]), x0=X[:2], cl=-9, cu=9)
    expected = problem.jacobian(X[:2]).toarray()
    problem.hessian(X[:2], np.ones(2))
    fails = True
    with pytest.raises(OSError, match="no connection"):
        problem.hessian(2.0 * X[:2], np.ones(2))
    np.testing.assert_array_equal(problem.jacobian(X[:2]).toarray(), expected)
    np.testing.assert_array_equal(expected, matrix)


class TestPickles:
    @pytest.mark.parametrize(
        "backend", ["kernels", "tape", "finite_differences", "complex_step", *FOREIGN]
    )
    def test_prepared_objects_are_prepared_anew(self, backend: str) -> None:
        prepared = asdopt.prepare_jacobian(square, X, backend=backend)
        for again in (pickle.loads(pickle.dumps(prepared)), copy.deepcopy(prepared)):
            assert repr(again) == repr(prepared)
            np.testing.assert_array_equal(again(X + 1).toarray(), prepared(X + 1).toarray())

    def test_with_structure_constants_and_coloring(self) -> None:
        x = {"a": np.array([1.0, 2.0]), "b": 3.0}
        prepared = asdopt.prepare_hessian(
            weighted, x, args=(2.0,), coloring=[1, 2, 3], backend="tape", pattern=np.ones((3, 3))
        )
        again = pickle.loads(pickle.dumps(prepared))
        assert again.coloring.algorithm == "known"
        np.testing.assert_array_equal(again(x).toarray(), prepared(x).toarray())
        np.testing.assert_array_equal(again(x).toarray()[2], [2.0, 2.0, 0.0])


def weighted(x: Any, weight: float) -> Any:
    return weight * np.sum(x["a"]) * x["b"]
