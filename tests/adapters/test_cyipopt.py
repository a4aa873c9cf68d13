"""Problems as cyipopt users hold them, and cyipopt where no library is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from known_problems import assert_hs071, branching_problem, hs071, rosenbrock

import asdopt
from asdopt import InputError, Solution
from asdopt.adapters import as_cyipopt
from asdopt.adapters import ipopt_problem as module

pytest.importorskip("cyipopt")


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


@pytest.mark.parametrize("given", [None, abs, asdopt.Problem])
def test_what_is_no_problem_is_refused(given: Any) -> None:
    with pytest.raises(InputError, match=r"as_cyipopt.*asdopt\.Problem\("):
        as_cyipopt(given)


def test_arguments_of_the_wrong_kind_are_named() -> None:
    problem = asdopt.Problem(lambda x: (x["a"] ** 2).sum(), x0={"a": np.ones(2)})
    with pytest.raises(InputError, match="callback=3"):
        as_cyipopt(problem, 3)  # type: ignore[arg-type]
    nlp = as_cyipopt(problem)
    nlp.add_option("print_level", 0)
    for x in (np.array([1j, 1.0]), np.arange(2).astype("M8[s]")):
        with pytest.raises(InputError, match="no array of real numbers"):
            nlp.solve(x)
    for start in ({"a": [2.0, 3.0]}, [2.0, 3.0]):
        np.testing.assert_allclose(nlp.solve(start)[0], 0.0, atol=1e-8)


def test_bounds_that_are_assigned_later_hold_in_the_next_solve() -> None:
    total = asdopt.Constraint(lambda x: x[0] + x[1], ub=10.0)
    problem = asdopt.Problem(lambda x: ((x - 2.0) ** 2).sum(), total, x0=[0.0, 0.0])
    nlp = as_cyipopt(problem)
    nlp.add_option("print_level", 0)
    np.testing.assert_allclose(nlp.solve([0.0, 0.0])[0], [2.0, 2.0], atol=1e-6)
    problem.ub = [1.0, 1.5]
    np.testing.assert_allclose(nlp.solve([0.0, 0.0])[0], [1.0, 1.5], atol=1e-6)
    problem.lb[0] = 0.7
    problem.cu = 1.0
    np.testing.assert_allclose(nlp.solve([0.0, 0.0])[0], [0.7, 0.3], atol=1e-6)
    problem.lb = 5.0
    with pytest.raises(InputError, match="no value lies between"):
        nlp.solve([0.0, 0.0])
