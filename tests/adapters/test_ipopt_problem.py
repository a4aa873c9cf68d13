"""Ipopt on problems of every form: published optima, no rows, fixed variables, threads."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from known_problems import assert_hs071, hs071, rosenbrock

from asdopt import Constraint, InputError, Problem, Solution, Status
from asdopt.adapters import as_cyipopt

pytest.importorskip("cyipopt")
INF = float("inf")


# Optima
def test_hs071_has_its_published_optimum_and_multipliers(library: str) -> None:
    solution = hs071().solve(options={"library": library})
    assert_hs071(solution)
    assert solution.solver == "ipopt"
    assert library in solution.library
    assert solution.optimality < 1e-6
    assert solution.constraints["norm"] == pytest.approx([40.0])
    assert set(solution.timings) == {"trace", "prepare", "solve", "evaluation"}
    assert [entry["iteration"] for entry in solution.history] == list(range(solution.nit + 1))
    assert max(solution.violations.values(), default=0.0) < 1e-6
    assert "optimal" in repr(solution)


def test_unconstrained(library: str) -> None:
    solution = rosenbrock().solve(options={"library": library})
    assert solution.success
    assert solution.multipliers == {}
    np.testing.assert_allclose(solution.x, [1.0, 1.0], atol=1e-7)


def test_equality_only() -> None:
    problem = Problem(
        lambda x: x[0] ** 2 + x[1] ** 2, lambda x: x[0] + x[1], cl=1.0, cu=1.0, x0=[5.0, 0.0]
    )
    solution = problem.solve()
    np.testing.assert_allclose(solution.x, [0.5, 0.5], atol=1e-9)
    (multipliers,) = solution.multipliers.values()
    np.testing.assert_allclose(multipliers, [-1.0], atol=1e-9)


def test_range_stays_one_row() -> None:
    problem = Problem(lambda x: (x[0] - 9) ** 2, Constraint(lambda x: 2 * x[0], 1, 4), x0=[0.0])
    solution = problem.solve()
    assert problem.m == 1
    assert solution.x == pytest.approx([2.0], abs=1e-6)
    assert next(iter(solution.multipliers.values())) == pytest.approx([7.0], abs=1e-5)


def test_linear_program_with_constant_derivatives(library: str) -> None:
    problem = Problem(
        lambda x: -x[0] - 2 * x[1],
        Constraint(lambda x: x[0] + x[1], ub=4.0, name="sum"),
        x0=[0.0, 0.0],
        bounds=[(0, 3), (0, 3)],
    )
    solution = problem.solve(options={"library": library})
    np.testing.assert_allclose(solution.x, [1.0, 3.0], atol=1e-6)
    np.testing.assert_allclose(solution.multipliers["sum"], [1.0], atol=1e-6)


def test_piecewise_linear_functions_are_not_taken_for_linear() -> None:
    # Its Hessian has no entries, its gradient changes all the same.
    problem = Problem(
        lambda x: abs(x[0] - 3) + np.maximum(x[0], 2 * x[0]), x0=[5.0], bounds=[(1, 9)]
    )
    assert problem.hessian_pattern.nnz == 0
    assert problem.solve().x == pytest.approx([1.0], abs=1e-6)


def test_x_comes_back_in_its_shape() -> None:
    problem = Problem(lambda x: ((x - 2.0) ** 2).sum(), x0=np.zeros((2, 3)))
    np.testing.assert_allclose(problem.solve().x, np.full((2, 3), 2.0))
    scalar = Problem(lambda x: (x - 3.0) ** 2, x0=0.0).solve()
    assert float(scalar.x) == pytest.approx(3.0)


def test_structured_x_reaches_solution_and_callback() -> None:
    problem = Problem(lambda x: (x["a"] - 1) ** 2 + (x["b"] ** 2).sum(), x0={"a": 0.0, "b": [1, 2]})
    seen: list[dict[str, Any]] = []
    solution = problem.solve(callback=lambda info: seen.append(info["x"]))
    assert float(solution.x["a"]) == pytest.approx(1.0)
    assert set(seen[0]) == {"a", "b"}


def test_parameters_change_between_solves() -> None:
    problem = Problem(lambda x, p: (x[0] - p[0]) ** 2, x0=[0.0], parameters=[1.0])
    assert problem.solve().x == pytest.approx([1.0])
    assert problem.solve(parameters=[-4.0]).x == pytest.approx([-4.0])


def test_feasibility_problem() -> None:
    problem = Problem(
        None, Constraint(lambda x: [x[0] ** 2 + x[1] - 3, x[0] - x[1]], 0, 0), x0=[1, 1]
    )
    solution = problem.solve()
    assert solution.success
    np.testing.assert_allclose(solution.x, np.full(2, (13**0.5 - 1) / 2))


# Sizes and fixed variables
def test_no_variables() -> None:
    assert Problem(lambda x: 1.0, x0=[]).solve().status is Status.OPTIMAL
    infeasible = Problem(lambda x: 1.0, Constraint(lambda x: [2.0], 0, 1, name="c"), x0=[]).solve()
    assert infeasible.status is Status.INFEASIBLE
    assert infeasible.violations == {"c": 1.0}
    with pytest.raises(InputError, match="no variables"):
        as_cyipopt(Problem(lambda x: 1.0, x0=[]))


def test_fixed_variables_keep_their_value_and_get_a_multiplier(library: str) -> None:
    problem = Problem(
        lambda x: (x[0] - 1) ** 2 + (x[1] - 2) ** 2,
        Constraint(lambda x: x[0] + x[1], 3.5, 3.5, name="sum"),
        x0=[0.0, 0.0],
        bounds=[(1, 1), (None, None)],
    )
    solution = problem.solve(options={"library": library})
    np.testing.assert_allclose(solution.x, [1.0, 2.5])
    np.testing.assert_allclose(solution.multipliers["sum"], [-1.0])
    np.testing.assert_allclose(solution.bound_multipliers[0], [0.0, 0.0], atol=1e-8)
    np.testing.assert_allclose(solution.bound_multipliers[1], [1.0, 0.0], atol=1e-8)


@pytest.mark.parametrize(("ub", "status"), [(3.5, Status.OPTIMAL), (2.5, Status.INFEASIBLE)])
def test_all_variables_fixed(ub: float, status: Status) -> None:
    problem = Problem(
        lambda x: x[0] ** 2 + x[1],
        Constraint(lambda x: x[0] + x[1], 0, ub),
        x0=[0, 0],
        bounds=[(1, 1), (2, 2)],
    )
    assert problem.solve().status is status


def test_rows_without_bounds_and_constant_rows() -> None:
    problem = Problem(
        lambda x: (x[0] - 3) ** 2,
        Constraint(lambda x: [x[0], x[0] ** 2, 1.0], [0, -INF, 1.0], [1, INF, 1.0]),
        x0=[0.0],
    )
    solution = problem.solve()
    assert solution.success
    assert solution.x == pytest.approx([1.0], abs=1e-6)


# Options
@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ({"max_itr": 3}, "max_iter"),
        ({"maxiter": 3}, "max_iter"),
        ({"Tol": 1e-8}, "'tol'"),
        ({"linear_solvr": "mumps"}, "linear_solver"),
        ({"verbose": 1}, "print_level"),
    ],
)
def test_unknown_options_get_a_suggestion(given: dict[str, Any], hint: str) -> None:
    with pytest.raises(InputError, match=hint):
        rosenbrock().solve(options=given)


@pytest.mark.parametrize(
    "given",
    [{"tol": -1}, {"tol": "small"}, {"max_iter": 2.5}, {"mu_strategy": "fast"}, {"tol": None}],
)
def test_wrong_option_values_are_refused(given: dict[str, Any], library: str) -> None:
    (name,) = given
    with pytest.raises(InputError, match=name):
        rosenbrock().solve(options=given | {"library": library})


def test_options_of_kindred_types_are_taken(library: str) -> None:
    options = {
        "tol": 1,
        "max_iter": np.float64(2),
        "acceptable_tol": np.float32(1e-5),
        "acceptable_iter": np.int64(15),
        "mu_strategy": "adaptive",
        "print_timing_statistics": False,
        "constr_viol_tol": "1e-4",
        "library": library,
    }
    assert rosenbrock().solve(options=options).nit <= 2


def test_print_level_passes_through(capfd: pytest.CaptureFixture[str], library: str) -> None:
    rosenbrock().solve(options={"library": library})
    assert capfd.readouterr().out == ""
    rosenbrock().solve(options={"library": library, "print_level": 5})
    assert "Number of Iterations" in capfd.readouterr().out


def test_linear_solver_that_is_not_there() -> None:
    solution = rosenbrock().solve(options={"linear_solver": "ma57"})
    assert solution.status is Status.INVALID
    assert "linear solver" in solution.message


def test_library_that_is_not_there() -> None:
    with pytest.raises(InputError, match="nowhere"):
        rosenbrock().solve(options={"library": "nowhere/libipopt.so"})


# Life of the C objects
def test_solves_in_threads_agree() -> None:
    found: list[Solution] = []

    def work() -> None:
        found.append(hs071().solve())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for solution in found:
        assert_hs071(solution)


def test_a_solve_within_a_solve_works() -> None:
    inner: list[float] = []

    def callback(info: dict[str, Any]) -> None:
        if info["iteration"] == 1:
            inner.append(hs071().solve().fun)

    assert rosenbrock().solve(callback=callback).success
    assert inner == pytest.approx([17.0140173])
