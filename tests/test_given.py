"""What is given to evaluations and adapters: arrays of every kind, and what is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import asdopt

X = np.array([1.2, 0.7, -0.3, 0.4])


def objective(x: Any) -> Any:
    return (x**4).sum() + x[0] * x[3]


def rows(x: Any) -> Any:
    return [x[0] * x[1] - x[2], np.sin(x[3]) * x[0]]


@pytest.fixture(scope="module")
def problem() -> asdopt.Problem:
    return asdopt.Problem(objective, asdopt.Constraint(rows, -1.0, 1.0, "c"), x0=X)


CALLS = {
    "objective": lambda p, x: p.objective(x),
    "constraints": lambda p, x: p.constraints(x),
    "gradient": lambda p, x: p.gradient(x),
    "jacobian": lambda p, x: p.jacobian(x).toarray(),
    "hessian": lambda p, x: p.hessian(x, [1.0, 2.0]).toarray(),
    "prepared": lambda p, x: asdopt.prepare_jacobian(rows, X)(x).toarray(),
}


def unaligned(x: Any) -> Any:
    return np.frombuffer(b"\0" + x.tobytes(), dtype=np.uint8)[1:].view(np.float64)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "form",
    [
        list,
        memoryview,
        unaligned,
        lambda x: np.repeat(x, 2)[::2],
        lambda x: x[::-1].copy()[::-1],
        lambda x: x.astype(">f8"),
        lambda x: x.astype(object),
        lambda x: x.astype(np.longdouble),
        lambda x: np.broadcast_to(x, (2, 4))[1],
    ],
)
def test_points_of_every_layout_are_the_same(problem: Any, call: str, form: Any) -> None:
    np.testing.assert_array_equal(CALLS[call](problem, form(X)), CALLS[call](problem, X))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "x",
    [
        X + 1j,
        np.array(["1", "2", "3", "4"]),
        np.arange(4).astype("M8[s]"),
        np.array([1.0, 1j, 2.0, 3.0], dtype=object),
        np.zeros(4, dtype=[("a", float)]),
        np.ma.masked_array(X, [True, False, False, False]),
    ],
)
def test_what_is_no_real_number_is_refused(problem: Any, call: str, x: Any) -> None:
    """An imaginary part was left out, text and dates were read as numbers."""
    with pytest.raises(asdopt.InputError, match="no array of real numbers"):
        CALLS[call](problem, x)


@pytest.mark.parametrize("weights", [[1j, 1.0], ["a", "b"], np.ma.masked_array([1.0, 2.0], [1, 0])])
def test_multipliers_are_real_numbers(problem: Any, weights: Any) -> None:
    with pytest.raises(asdopt.InputError, match="multipliers"):
        problem.hessian(X, np.asanyarray(weights))


@pytest.mark.parametrize("factor", [None, "1", 1j, [1.0], np.ones(2)])
def test_the_objectives_factor_is_one_number(problem: Any, factor: Any) -> None:
    with pytest.raises(asdopt.InputError, match="obj_factor"):
        problem.hessian(X, [1.0, 2.0], factor)
    expected = problem.hessian_values(X, [1.0, 2.0], 2.0)
    for same in (2, np.float32(2.0), np.array(2.0)):
        np.testing.assert_array_equal(problem.hessian_values(X, [1.0, 2.0], same), expected)


def test_weights_that_are_not_finite_are_named(problem: Any) -> None:
    with pytest.raises(asdopt.EvaluationError, match=r"multiplier of c\[1\] is nan"):
        problem.hessian(X, [0.0, np.nan])
    with pytest.raises(asdopt.EvaluationError, match="obj_factor is inf"):
        problem.hessian(X, [0.0, 0.0], np.inf)
    with pytest.raises(asdopt.EvaluationError, match="beyond the range"):
        problem.hessian(X, [0.0, 0.0], 1.7e308)


@pytest.mark.parametrize(
    "make",
    [
        list,
        lambda a: a.astype(np.float32),
        lambda a: a.astype(complex),
        lambda a: np.repeat(a, 2)[::2],
        lambda a: a[::-1],
        lambda a: np.broadcast_to(a, a.shape),
    ],
)
def test_results_are_written_to_arrays_of_float64(problem: Any, make: Any) -> None:
    size = problem.jacobian_pattern.nnz
    with pytest.raises(asdopt.InputError, match="array of float64"):
        problem.jacobian_values(X, make(np.zeros(size)))
    with pytest.raises(asdopt.InputError, match="array of float64"):
        problem.hessian_values(X, None, 1.0, make(np.zeros(problem.hessian_pattern.nnz)))


def test_a_result_is_not_its_point() -> None:
    problem = asdopt.Problem(lambda x: x["a"] ** 2, x0={"a": 1.0})
    solution = problem.solve(options={"print_level": 0})
    for call in (
        lambda: problem.solve(x0=solution),
        lambda: problem.objective(solution),
        lambda: asdopt.Problem(lambda x: x[0] ** 2, x0=solution),
        lambda: asdopt.Problem(lambda x: x[0] ** 2, x0=[1.0]).solve(x0=solution),
        lambda: asdopt.minimize(lambda x: x[0] ** 2, solution),
        lambda: setattr(problem, "x0", solution),
    ):
        with pytest.raises(asdopt.InputError, match=r"give result\.x"):
            call()
