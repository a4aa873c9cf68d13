"""Checks, reports, plots, pickling."""

from __future__ import annotations

import copy
import math
import pickle
import sys
import types
from typing import Any

import numpy as np
import pytest
from scipy.optimize import LinearConstraint

import asdopt
from asdopt import Constraint, Problem, external
from asdopt.applications._equations import Equations


def top_level(x: Any) -> Any:
    """A function that can be pickled; its branch depends on x."""
    return x[0] ** 2 * x[1] if x[0] > 0 else x[1] ** 3


def top_level_row(x: Any, factor: float) -> Any:
    """The same, with an argument more."""
    return math.sin(factor * x[0]) if x[0] > 0 else factor * x[1]


def test_check_derivatives_passes_on_a_right_problem() -> None:
    """Structured arguments, parameters and constraints included."""
    problem = Problem(
        lambda v, p: p * (v["a"] ** 3).sum() + np.sin(v["b"]),
        Constraint(lambda v, p: [v["a"] * v["b"], v["b"] ** 2], 0, 1),
        x0={"a": np.array([1.0, 2.0]), "b": 0.5},
        parameters=2.0,
    )
    check = problem.check_derivatives()
    assert check
    assert check.errors["first derivatives"] < 1e-9
    assert "derivatives agree" in str(check)


def test_check_derivatives_names_the_wrong_entry() -> None:
    """A black box with a wrong derivative is found by row and variable."""
    wrong = external(lambda x: float(x) ** 2, lambda x: 3.0 * x, lambda x, w: [[3.0 * w[0]]])
    problem = Problem(
        None, Constraint(lambda x: [x[0], wrong(x[1])], 0, 1, name="c"), x0=[1.0, 2.0]
    )
    check = problem.check_derivatives()
    assert not check
    assert check.worst["first derivatives"] == "constraint c[1], variable x[1]"
    assert "DISAGREE" in str(check)


def test_check_derivatives_of_many_variables() -> None:
    """Beyond 200 variables columns are drawn, with random directions beside them."""
    x0 = np.linspace(0.1, 1.0, 400)
    problem = Problem(lambda x: np.sum(np.exp(x[1:] * x[:-1])), lambda x: x**2, x0=x0, cl=0, cu=1)
    assert problem.check_derivatives()


def test_the_report_holds_the_sizes() -> None:
    """A text that a user can read."""
    problem = Problem(lambda x: x[0] * x[1], lambda x: x, x0=[1.0, 2.0], cl=0, cu=[0, 1])
    text = problem.report()
    assert "1 equation, 1 inequality\n" in text
    assert "2 nonzeros, 50 % dense" in text


def test_spy_draws_both_patterns() -> None:
    """Two axes with titles."""
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    problem = Problem(lambda x: (x**2).sum(), lambda x: x[1:] * x[:-1], x0=np.ones(5), cl=0, cu=1)
    left, right = problem.spy()
    assert left.get_title() == "Jacobian of the constraints, 8 nonzeros"
    assert right.get_title().startswith("Hessian")


def test_a_pickled_problem_evaluates_alike() -> None:
    """Also where the functions are lambdas: the traces go along."""
    problem = Problem(
        lambda v: np.exp(v["a"]).sum() * v["b"],
        Constraint(lambda v: v["a"] ** 2, 0, 1, name="c"),
        x0={"a": np.array([1.0, 2.0]), "b": 3.0},
    )
    again = pickle.loads(pickle.dumps(problem))
    x, w = np.array([0.5, 0.6, 0.7]), [1.0, 2.0]
    assert again.objective(x) == problem.objective(x)
    np.testing.assert_array_equal(again.hessian(x, w).toarray(), problem.hessian(x, w).toarray())
    assert again.row_names == problem.row_names
    assert list(again.names) == list(problem.names)


@pytest.mark.parametrize(
    "constraint",
    [
        LinearConstraint(np.array([[1.0, 2.0]]), 0.0, 1.0),
        {"type": "ineq", "fun": top_level_row, "args": (3.0,)},
    ],
    ids=["LinearConstraint", "dict with args"],
)
def test_a_pickled_problem_with_constraints_of_scipy_in_a_new_branch(constraint) -> None:
    problem = Problem(top_level, constraint, x0=[1.0, 2.0])
    again = pickle.loads(pickle.dumps(problem))
    x = np.array([-1.0, 2.0])
    assert again.objective(x) == 8.0
    np.testing.assert_array_equal(again.constraints(x), problem.constraints(x))
    np.testing.assert_array_equal(again.jacobian(x).toarray(), problem.jacobian(x).toarray())


def test_a_pickled_problem_in_a_new_branch() -> None:
    """A top-level function is traced again; a lambda says what to do."""
    problem = Problem(top_level, x0=[1.0, 2.0])
    again = pickle.loads(pickle.dumps(problem))
    assert again.objective([-1.0, 2.0]) == 8.0
    both = pickle.loads(pickle.dumps(again))
    assert both.evaluator.num_branches == 2
    assert both.hessian_pattern == again.hessian_pattern
    problem = Problem(lambda x: top_level(x), x0=[1.0, 2.0])
    again = pickle.loads(pickle.dumps(problem))
    assert again.objective([2.0, 2.0]) == 8.0
    with pytest.raises(asdopt.TracingError, match="top level of a module"):
        again.objective([-1.0, 2.0])


def test_a_pickled_problem_of_functions_that_are_not_found(monkeypatch) -> None:
    """As those of a notebook in another process: the traces suffice until a branch flips."""
    module = types.ModuleType("only_here")
    exec("def fun(x):\n    return x[0] ** 2 if x[0] > 0 else x[0] ** 4", module.__dict__)
    monkeypatch.setitem(sys.modules, "only_here", module)
    data = pickle.dumps(Problem(module.fun, Constraint(module.fun, 0, 9, name="c"), x0=[2.0]))
    assert pickle.loads(data).objective([-2.0]) == 16.0
    monkeypatch.delitem(sys.modules, "only_here")
    again = pickle.loads(data)
    assert again.objective([3.0]) == 9.0
    assert again.row_names == ["c"]
    with pytest.raises(asdopt.TracingError, match="notebook"):
        again.objective([-2.0])


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy])
def test_copies_keep_their_functions_and_are_apart(make) -> None:
    """Lambdas, which cannot be pickled, too."""
    problem = Problem(lambda x, p: p[0] * top_level(x), x0=[1.0, 2.0], parameters=[2.0])
    again = make(problem)
    assert again.objective([-1.0, 2.0]) == 2 * top_level([-1.0, 2.0])
    again.parameters = [3.0]
    again.lb[0] = 5.0
    assert problem.objective([1.0, 2.0]) == 2 * top_level([1.0, 2.0])
    assert again.objective([1.0, 2.0]) == 3 * top_level([1.0, 2.0])
    assert problem.lb[0] == -np.inf


def test_violated_rows_and_variables_are_listed_the_worst_first():
    problem = asdopt.Problem(
        lambda x: x[0],
        [
            asdopt.Constraint(lambda x: [x[0], x[1], x[0] + x[1]], [2, -9, 0], [3, 9, 1], name="c"),
            asdopt.Constraint(lambda x: x[0] * x[1], 0, 0, name="product"),
        ],
        x0=[1.0, 1.0],
        bounds=[(0, 5), (0, 2)],
    )
    found = problem.violated([1.5, 2.25])
    assert [row.name for row in found] == ["product", "c[2]", "c[0]", "x[1]"]
    assert [row.amount for row in found] == [3.375, 2.75, 0.5, 0.25]
    assert str(found[1]) == "c[2] is 3.75, above its bound 1 by 2.8"
    assert str(found[2]) == "c[0] is 1.5, below its bound 2 by 0.5"
    assert [row.name for row in problem.violated([1.5, 2.25], tolerance=1.0)] == ["product", "c[2]"]
    assert problem.violated([2.0, 0.0]) == [
        asdopt.Violation("c[2]", 2.0, 0.0, 1.0),
    ]


def test_a_value_that_is_not_finite_counts_as_violated():
    problem = asdopt.Problem(
        lambda x: x[0], asdopt.Constraint(lambda x: np.log(x[0]), ub=1, name="log"), x0=[1.0]
    )
    (found,) = problem.violated([-1.0])
    assert str(found) == "log is nan"


def test_a_failed_solve_says_what_it_violates():
    problem = asdopt.Problem(
        lambda x: x[0] ** 2 + x[1] ** 2,
        [
            asdopt.Constraint(lambda x: x[0] + x[1], lb=5, name="demand"),
            asdopt.Constraint(lambda x: [x[0], x[1]], ub=1, name="cap"),
        ],
        x0=[0.0, 0.0],
    )
    pytest.importorskip("cyipopt")
    solution = problem.solve()
    assert [row.name for row in solution.violated] == ["demand", "cap[0]", "cap[1]"]
    assert solution.violated == problem.violated(solution)
    assert "below its bound 5 by 3" in str(solution)
    problem = asdopt.Problem(lambda x: (x[0] - 1) ** 2, x0=[0.0])
    assert problem.solve().violated == []


def test_a_problem_without_second_derivatives_can_be_shown() -> None:
    """Those that applications prepare for first derivatives alone."""
    problem = Equations(None, asdopt.Constraint(lambda x: x**2, 0.0, 0.0), x0=[1.0, 2.0])
    assert "Hessian not prepared" in repr(problem)
    assert "Hessian: not prepared" in problem.report()
