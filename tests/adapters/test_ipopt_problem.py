"""Ipopt: known optima, every way to end, restarts at branches, and the traps of cyipopt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt import Constraint, InputError, Problem, Solution, Status
from asdopt.adapters import as_cyipopt
from asdopt.adapters import ipopt_problem as module

pytest.importorskip("cyipopt")
INF = float("inf")
LIBRARIES = ["casadi", "cyipopt"]


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> str:
    if request.param == "casadi":
        pytest.importorskip("casadi")
    return str(request.param)


def hs071() -> Problem:
    def cost(x: Any) -> Any:
        return x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2]

    def product(x: Any) -> Any:
        return x[0] * x[1] * x[2] * x[3]

    def norm(x: Any) -> Any:
        return sum(v * v for v in x)

    return Problem(
        cost,
        [Constraint(product, 25.0, name="product"), Constraint(norm, 40.0, 40.0, name="norm")],
        x0=[1.0, 5.0, 5.0, 1.0],
        bounds=[(1.0, 5.0)] * 4,
    )


def rosenbrock() -> Problem:
    return Problem(lambda x: (x[0] - 1) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2, x0=[-1.2, 1.0])


def assert_hs071(solution: Solution) -> None:
    # Hock, Schittkowski: Test examples for nonlinear programming codes (1981), no. 71.
    assert solution.status is Status.OPTIMAL
    assert solution.fun == pytest.approx(17.0140173, abs=1e-6)
    np.testing.assert_allclose(solution.x, [1.0, 4.7429994, 3.8211503, 1.3794082], atol=1e-6)
    np.testing.assert_allclose(solution.multipliers["product"], [-0.5522936], atol=1e-6)
    np.testing.assert_allclose(solution.multipliers["norm"], [0.1614686], atol=1e-6)
    np.testing.assert_allclose(solution.bound_multipliers[0], [1.0878712, 0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(solution.bound_multipliers[1], np.zeros(4), atol=1e-6)


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


# Ways to end


def test_infeasible(library: str) -> None:
    problem = Problem(
        lambda x: x[0],
        Constraint(lambda x: x[0] ** 2 + x[1] ** 2, ub=-1.0, name="c"),
        x0=[1.0, 1.0],
    )
    solution = problem.solve(options={"library": library})
    assert solution.status is Status.INFEASIBLE
    assert not solution.success
    assert solution.violations["c"] == pytest.approx(1.0)


@pytest.mark.parametrize("power", [1, 3])
def test_unbounded(power: int) -> None:
    solution = Problem(lambda x: -(x[0] ** power), x0=[1.0]).solve()
    assert solution.status is Status.UNBOUNDED


def test_iteration_limit() -> None:
    solution = rosenbrock().solve(options={"max_iter": 3})
    assert solution.status is Status.ITERATION_LIMIT
    assert solution.nit == 3
    assert len(solution.history) == 4


def test_time_limit() -> None:
    assert rosenbrock().solve(time_limit=1e-9).status is Status.TIME_LIMIT
    with pytest.raises(InputError, match="time_limit is 0"):
        rosenbrock().solve(time_limit=0)


def test_callback_sees_each_iterate_and_stops(library: str) -> None:
    problem, seen = rosenbrock(), []

    def callback(info: dict[str, Any]) -> bool:
        seen.append((info["iteration"], problem.objective(info["x"]) - info["objective"]))
        return bool(info["iteration"] >= 2)

    solution = problem.solve(callback=callback, options={"library": library})
    assert solution.status is Status.STOPPED
    assert [iteration for iteration, _ in seen] == [0, 1, 2]
    np.testing.assert_allclose([gap for _, gap in seen], 0.0, atol=1e-12)


def test_callback_sees_multipliers() -> None:
    seen: list[dict[str, Any]] = []
    solution = hs071().solve(callback=seen.append)
    for name, values in solution.multipliers.items():
        np.testing.assert_allclose(seen[-1]["multipliers"][name], values, atol=1e-6)
    np.testing.assert_allclose(seen[-1]["bound_multipliers"][0], solution.bound_multipliers[0])


@pytest.mark.parametrize("error", [KeyError, StopIteration, KeyboardInterrupt, ValueError])
def test_what_the_callback_raises_is_raised(error: type[BaseException], library: str) -> None:
    def callback(info: dict[str, Any]) -> None:
        raise error("from the callback")

    options = {"library": library}
    if error is StopIteration:
        assert rosenbrock().solve(callback=callback, options=options).status is Status.STOPPED
        return
    with pytest.raises(error, match="from the callback"):
        rosenbrock().solve(callback=callback, options=options)


def test_too_many_equations() -> None:
    problem = Problem(
        lambda x: x[0], Constraint(lambda x: [x[0], 2 * x[0]], [3, 6], [3, 6]), x0=[0.0]
    )
    solution = problem.solve()
    assert solution.status is Status.INVALID
    assert "more equality constraints than free variables" in solution.message


def test_a_success_that_is_no_optimum_is_not_called_one(library: str) -> None:
    # The constant row makes the problem look square; Ipopt 3.14.11 then ignores the objective.
    constant = Problem(
        lambda x: (x[0] - 3) ** 2, Constraint(lambda x: [x[0], 1.0], [0, 1], [1, 1]), x0=[0.0]
    )
    # Twice the same equation, nonlinear: the multipliers grow to 1e17 and hide the error.
    twice = Problem(
        lambda x: (x[0] - 3) ** 2 + x[1] ** 2,
        Constraint(lambda x: [1.0, 2.0] * np.array(x[0] ** 2 + x[1] ** 2), [1, 2], [1, 2]),
        x0=[0.5, 0.5],
    )
    for problem in (constant, twice):
        solution = problem.solve(options={"library": library})
        if solution.success:
            assert solution.fun == pytest.approx(4.0, abs=1e-4)
        else:
            assert "gradient of the Lagrangian" in solution.message


# Values that are not finite


def test_ipopt_steps_back_from_the_edge_of_a_domain(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = Problem(lambda x: x[0] - np.log(x[0]) + x[1] ** 2, x0=[3.0, 2.0])
    evaluator, tried = problem.evaluator, []

    def outputs(x: Any, original: Any = evaluator.outputs) -> Any:
        tried.append(float(x[0]))
        return original(x)

    monkeypatch.setattr(evaluator, "outputs", outputs)
    solution = problem.solve(options={"library": library})
    assert min(tried) < 0  # Newton's step from 3 leads to -3
    assert solution.x[0] == pytest.approx(1.0, abs=1e-5)


def test_start_that_is_not_finite_names_the_place() -> None:
    problem = Problem(lambda x: np.log(x[0]), x0=[1.0], bounds=[(-1, 2)])
    solution = problem.solve(x0=[-0.5])
    assert solution.status is Status.EVALUATION_ERROR
    assert "at the starting point" in solution.message
    assert "log(-0.5)" in solution.message
    assert "test_ipopt_problem.py" in solution.message


def test_derivative_that_is_not_finite_names_the_place(library: str) -> None:
    # |x| by way of a root: the value at 0 is fine, the derivative is not.
    problem = Problem(lambda x: np.sqrt(x[0] ** 2) + x[1] ** 2, x0=[1.0, 0.0])
    solution = problem.solve(x0=[0.0, 0.0], options={"library": library})
    assert solution.status is Status.EVALUATION_ERROR
    assert "sqrt(0)" in solution.message


# Branches


def branching(x: Any) -> Any:
    if x[0] > 1:
        return x[1] * x[0] + x[2]
    return x[2] + 0 * x[0]


def branching_problem() -> Problem:
    return Problem(
        lambda x: (x[0] - 3) ** 2 + x[1] ** 2 + x[2] ** 2,
        Constraint(branching, 4.0, 4.0, name="row"),
        x0=[0.0, 0.5, 1.0],
    )


def test_branch_flip_during_the_solve_restarts_with_the_union(library: str) -> None:
    problem = branching_problem()
    before = problem.jacobian_pattern.nnz
    solution = problem.solve(options={"library": library})
    assert solution.success
    assert problem.jacobian_pattern.nnz > before
    # The same model without the branch, from the far side.
    plain = Problem(
        lambda x: (x[0] - 3) ** 2 + x[1] ** 2 + x[2] ** 2,
        Constraint(lambda x: x[1] * x[0] + x[2], 4.0, 4.0, name="row"),
        x0=[2.0, 0.5, 1.0],
    ).solve()
    np.testing.assert_allclose(solution.x, plain.x, atol=1e-6)
    np.testing.assert_allclose(solution.multipliers["row"], plain.multipliers["row"], atol=1e-6)
    iterations = [entry["iteration"] for entry in solution.history]
    assert iterations == list(range(len(iterations)))
    assert solution.nit == iterations[-1]


def test_limits_count_over_restarts() -> None:
    solution = branching_problem().solve(options={"max_iter": 4})
    assert solution.status is Status.ITERATION_LIMIT
    assert solution.nit == 4


def test_branch_at_another_start_needs_no_restart() -> None:
    problem = branching_problem()
    solution = problem.solve(x0=[2.0, 0.5, 1.0])
    assert solution.success


def test_many_branches_settle() -> None:
    def smooth_hinge(v: Any) -> Any:
        return v**2 if v > 0 else 0.1 * v**2

    rng = np.random.default_rng(0)
    weights = rng.normal(size=(6, 6))

    def objective(x: Any) -> Any:
        return sum(
            smooth_hinge(sum(w * v for w, v in zip(row, x, strict=True)) - 1) for row in weights
        )

    solution = Problem(objective, x0=np.zeros(6), bounds=[(-2, 2)] * 6).solve()
    assert solution.success
    assert solution.optimality < 1e-5


def test_too_many_restarts_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asdopt.adapters._ipopt_session.MAX_RESTARTS", 0)
    with pytest.raises(asdopt.StructureChangedError, match="not smooth enough"):
        branching_problem().solve()


def test_an_error_of_the_functions_at_a_new_branch_is_raised(library: str) -> None:
    def objective(x: Any) -> Any:
        if x[0] > 1:
            raise RuntimeError("no model beyond 1")
        return (x[0] - 3) ** 2

    with pytest.raises(RuntimeError, match="no model beyond 1"):
        Problem(objective, x0=[0.0]).solve(options={"library": library})


# Warm starts


def test_warm_start_takes_fewer_iterations() -> None:
    problem = hs071()
    cold = problem.solve()
    warm = problem.solve(warm_start=cold)
    assert_hs071(warm)
    assert warm.nit < cold.nit / 2


def test_warm_start_goes_on_after_a_limit() -> None:
    problem = hs071()
    first = problem.solve(options={"max_iter": 4})
    second = problem.solve(warm_start=first)
    assert_hs071(second)
    assert second.nit < 8


def test_warm_start_of_another_problem_is_refused() -> None:
    other = Problem(lambda x: x.sum(), Constraint(lambda x: x[0], 0, 1, name="other"), x0=[0.0] * 4)
    with pytest.raises(InputError, match=r"warm_start has multipliers of .*other"):
        hs071().solve(warm_start=other.solve(options={"max_iter": 1}))


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


# The cyipopt object


def test_as_cyipopt_is_used_as_cyipopt_users_do() -> None:
    import cyipopt

    problem = hs071()
    nlp: Any = as_cyipopt(problem)
    assert isinstance(nlp, cyipopt.Problem)
    nlp.add_option("print_level", 0)
    nlp.add_option("sb", "yes")
    nlp.add_option("tol", 1e-9)
    nlp.add_option(b"mu_strategy", "adaptive")
    x, info = nlp.solve(problem.x0)
    np.testing.assert_allclose(x, [1.0, 4.7429994, 3.8211503, 1.3794082], atol=1e-6)
    assert info["status"] == 0
    assert info["obj_val"] == pytest.approx(17.0140173, abs=1e-6)
    np.testing.assert_allclose(info["mult_g"], [-0.5522936, 0.1614686], atol=1e-6)
    nlp.add_option("warm_start_init_point", "yes")
    nlp.add_option("mu_init", 1e-6)
    _, again = nlp.solve(x, info["mult_g"], info["mult_x_L"], info["mult_x_U"])
    assert again["status"] == 0
    nlp.close()


def test_cyipopt_raises_what_callbacks_raise_and_suggests_options() -> None:
    def callback(info: dict[str, Any]) -> None:
        raise KeyError(info["iteration"])

    nlp: Any = as_cyipopt(rosenbrock(), callback)
    nlp.add_option("print_level", 0)
    with pytest.raises(KeyError, match="0"):
        nlp.solve([-1.2, 1.0])
    with pytest.raises(InputError, match="max_iter"):
        nlp.add_option("max_itre", 5)


def test_cyipopt_restarts_at_a_branch_and_can_solve_again() -> None:
    problem = branching_problem()
    nlp: Any = as_cyipopt(problem)
    nlp.add_option("print_level", 0)
    nlp.add_option("sb", "yes")
    x, info = nlp.solve(problem.x0)
    assert info["status"] == 0
    again, second = nlp.solve([2.0, 1.0, 1.0])
    assert second["status"] == 0
    np.testing.assert_allclose(again, x, atol=1e-6)


def test_cyipopt_user_scaling_survives_a_restart() -> None:
    problem = branching_problem()
    nlp: Any = as_cyipopt(problem)
    nlp.add_option("print_level", 0)
    nlp.add_option("sb", "yes")
    nlp.add_option("nlp_scaling_method", "user-scaling")
    nlp.set_problem_scaling(obj_scaling=0.1, g_scaling=np.array([2.0]))
    _, info = nlp.solve(problem.x0)
    assert info["status"] == 0
    assert info["obj_val"] == pytest.approx(1.431501, abs=1e-5)


def test_without_any_library_cyipopt_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_library", lambda choice: None)
    solution = hs071().solve()
    assert_hs071(solution)
    assert solution.library.endswith("of cyipopt")


def test_missing_cyipopt_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cyipopt", None)
    module._cyipopt_class.cache_clear()
    monkeypatch.setattr(module, "find_library", lambda choice: None)
    with pytest.raises(asdopt.MissingDependencyError, match=r"pip install \"asdopt\[ipopt\]\""):
        rosenbrock().solve()


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


def test_the_two_libraries_and_cyipopt_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("casadi")
    ways: list[Callable[[], Solution]] = [
        lambda: hs071().solve(options={"library": "casadi"}),
        lambda: hs071().solve(options={"library": "cyipopt"}),
    ]
    solutions = [way() for way in ways]
    monkeypatch.setattr(module, "find_library", lambda choice: None)
    solutions.append(hs071().solve())
    for solution in solutions:
        assert solution.nit == solutions[0].nit
        np.testing.assert_allclose(solution.x, solutions[0].x, rtol=1e-9)
