"""Every accepted form of constraints and bounds, and the messages for the others."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, NonlinearConstraint
from scipy.sparse import csr_array

import asdopt
from asdopt import Constraint, Problem
from asdopt.adapters import nl_file


def objective(x: Any) -> Any:
    """Sum of squares."""
    return (x**2).sum()


def test_a_function_with_cl_and_cu() -> None:
    """Scalars are broadcast over the rows."""
    problem = Problem(objective, lambda x: [x[0], x[1] * x[0]], x0=[1.0, 2.0], cl=0, cu=[1, 2])
    np.testing.assert_array_equal(problem.cl, [0, 0])
    np.testing.assert_array_equal(problem.cu, [1, 2])


def test_only_one_side() -> None:
    """A missing side is no bound."""
    problem = Problem(objective, lambda x: x[0], x0=[1.0, 2.0], cu=1.0)
    assert problem.cl[0] == -np.inf
    assert problem.cu[0] == 1.0


@pytest.mark.parametrize(
    ("returned", "rows"),
    [
        (lambda x: [x[0], x[1]], 2),
        (lambda x: (x[0], x[1], 1.0), 3),
        (lambda x: x, 2),
        (lambda x: x.reshape(1, 2), 2),
        (lambda x: x[0], 1),
        (lambda x: [x, x[0]], 3),
        (lambda x: [[x[0]], [x[1], x[0]]], 3),
        (lambda x: 3.0, 1),
        (lambda x: [], 0),
        (lambda x: (), 0),
        (lambda x: np.array([x[0] * x[1], 2.0]), 2),
    ],
)
def test_what_a_constraint_function_may_return(returned: Any, rows: int) -> None:
    """Lists, arrays, scalars, tuples, nestings, constants, or nothing."""
    problem = Problem(objective, returned, x0=[1.0, 2.0], cl=-1.0, cu=1.0)
    assert problem.m == rows
    assert problem.jacobian([1.0, 2.0]).shape == (rows, 2)


def test_a_constraint_function_without_bounds_may_return_nothing() -> None:
    assert Problem(objective, lambda x: None, x0=[1.0, 2.0]).m == 0


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (lambda x: None, "returned nothing .None., although it has bounds"),
        (lambda x: [x[0], None], "None among its values"),
        (lambda x: [x, [x[0], [None]]], "None among its values"),
        (lambda x: {"a": x[0], "b": None}, "None among its values"),
        (lambda x: x[0] >= 1, "truth value"),
        (lambda x: [x[0], x[1] >= 1], "truth value"),
        (lambda x: x >= 1, "truth value"),
        (lambda x: [x[0], x >= 1], "truth value"),
        (lambda x: np.all(x >= 1), "truth value"),
        (lambda x: not x[0], "truth value"),
    ],
)
def test_slips_that_would_take_a_constraint_away(returned: Any, message: str) -> None:
    """A missing return, and a comparison in place of what is compared."""
    with pytest.raises(asdopt.InputError, match=f"constraint 'slip'.*{message}"):
        Problem(objective, Constraint(returned, 0, 1, name="slip"), x0=[1.0, 2.0])


def forms(fun: Any) -> list[Any]:
    return [fun, [fun], Constraint(fun), Constraint(fun, None, None)]


@pytest.mark.parametrize("form", range(4))
@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (lambda x: x[0] >= 1, "truth value"),
        (lambda x: [x[0], x[1] == 1], "truth value"),
        (lambda x: 0 <= x[0] <= 1, "truth value"),
        (lambda x: [x[0], None], "None among its values"),
    ],
)
def test_slips_without_bounds_are_refused(returned: Any, message: str, form: int) -> None:
    with pytest.raises(asdopt.InputError, match=message):
        Problem(objective, forms(returned)[form], x0=[1.0, 2.0])


@pytest.mark.parametrize("form", range(4))
@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (lambda x: x[0] * x[1], "has 1 row and no bounds, so that it would constrain nothing"),
        (lambda x: x, "has 2 rows and no bounds"),
    ],
)
def test_a_constraint_without_bounds_is_evaluated_and_not_solved(
    returned: Any, message: str, form: int, tmp_path: Any
) -> None:
    """It would constrain nothing."""
    problem = Problem(objective, forms(returned)[form], x0=[1.0, 2.0])
    assert problem.constraints([3.0, 5.0]) == pytest.approx(returned(np.array([3.0, 5.0])))
    assert problem.jacobian([3.0, 5.0]).nnz == 2
    for solver in ("ipopt", "trust-constr", "slsqp"):
        with pytest.raises(asdopt.InputError, match=message):
            problem.solve(solver)
    with pytest.raises(asdopt.InputError, match=message):
        nl_file.write(problem, tmp_path / "model")


def test_rows_with_infinite_bounds_are_only_evaluated() -> None:
    """On purpose, so that nothing is refused."""
    free = Constraint(lambda x: [x[0] * x[1], x[0] > 1], -np.inf, np.inf, name="seen")
    solution = Problem(objective, free, x0=[2.0, 2.0]).solve()
    assert solution.success
    assert solution.constraints["seen"] == pytest.approx([0, 0], abs=1e-12)


@pytest.mark.parametrize(
    "bounds",
    [
        ([0, 0], [1, 1]),
        [[0, 0], [1, 1]],
        np.array([[0, 0], [1, 1]]),
        ([0, 1], [5, 10]),
        [np.array([0, 1]), np.array([5, 10])],
        ([None, None], [1, 1]),
        ([0, None], [1, 2]),
    ],
)
def test_bounds_of_two_variables_that_can_be_read_in_two_ways(bounds: Any) -> None:
    """As pairs, the way of minimize, or as lower and upper bounds, the way of least_squares."""
    with pytest.raises(asdopt.InputError, match=r"may mean a pair .* or lower and upper bounds"):
        Problem(objective, x0=[1.0, 2.0], bounds=bounds)


@pytest.mark.parametrize(
    ("bounds", "lb", "ub"),
    [
        ([(0, 0), (1, 1)], [0, 1], [0, 1]),
        (((0, 1), (5, 10)), [0, 5], [1, 10]),
        ([[0, 1], [5, 10]], [0, 5], [1, 10]),
        (np.array([[0, 1], [5, 10]]), [0, 5], [1, 10]),
        ([[0, 1], [0, 1]], [0, 0], [1, 1]),
        (([0, 1], [0, 1]), [0, 0], [1, 1]),
        (([0, 1], [1, 2]), [0, 1], [1, 2]),
        (([0, 5], [1, 2]), [0, 1], [5, 2]),
        ([(0, 0), None], [0, -np.inf], [0, np.inf]),
        (zip([0, 0], [1, 2], strict=True), [0, 0], [1, 2]),
    ],
)
def test_pairs_of_two_variables(bounds: Any, lb: Any, ub: Any) -> None:
    """What can be read in one way only, and pairs that are tuples."""
    problem = Problem(objective, x0=[1.0, 2.0], bounds=bounds)
    assert problem.lb.tolist() == lb
    assert problem.ub.tolist() == ub


def test_labels_name_the_rows() -> None:
    """In place of their numbers; one that is repeated is told apart."""
    problem = Problem(
        objective,
        [
            Constraint(lambda x: x, 5, 6, name="flow", labels=["north", "south"]),
            Constraint(lambda x: x[0], 0, 1, name="one", labels=np.array([7])),
            Constraint(lambda x: [*x, x[0]], 0, 9, name="same", labels=["a", "a", "a_2"]),
        ],
        x0=[1.0, 2.0],
    )
    expected = ["flow[north]", "flow[south]", "one[7]", "same[a]", "same[a]_2", "same[a_2]"]
    assert problem.row_names == expected
    assert [v.name for v in problem.violated([1.0, 2.0])] == ["flow[north]", "flow[south]"]
    again = pickle.loads(pickle.dumps(problem))
    assert again.row_names == expected


@pytest.mark.parametrize("labels", [["a"], "ab", 7])
def test_labels_that_do_not_fit(labels: Any) -> None:
    with pytest.raises(asdopt.InputError, match="label"):
        Problem(objective, Constraint(lambda x: x, 0, 1, labels=labels), x0=[1.0, 2.0])


def test_none_is_no_bound() -> None:
    problem = Problem(
        objective,
        [Constraint(lambda x: x[0], None, 1.0), Constraint(lambda x: x, [0.0, None], None)],
        x0=[1.0, 2.0],
        bounds=Bounds([None, 0.0], None),
    )
    np.testing.assert_array_equal(problem.cl, [-np.inf, 0, -np.inf])
    np.testing.assert_array_equal(problem.cu, [1, np.inf, np.inf])
    np.testing.assert_array_equal(problem.lb, [-np.inf, 0])
    np.testing.assert_array_equal(problem.ub, [np.inf, np.inf])


def test_scipy_forms_keep_ranges_as_one_row() -> None:
    """NonlinearConstraint, LinearConstraint and dicts in one list."""
    problem = Problem(
        objective,
        [
            NonlinearConstraint(lambda x: x[0] * x[1], 1.0, 2.0),
            LinearConstraint(csr_array([[1.0, 0.0], [1.0, 2.0]]), -np.inf, 3.0),
            LinearConstraint([1.0, 1.0], 0.0, 0.0),
            {"type": "ineq", "fun": lambda x, a: x[0] - a, "args": (2.0,)},
            {"type": "eq", "fun": lambda x: x[1] - 1.0},
        ],
        x0=[1.0, 2.0],
    )
    assert problem.m == 6
    np.testing.assert_array_equal(problem.cl, [1, -np.inf, -np.inf, 0, 0, 0])
    np.testing.assert_array_equal(problem.cu, [2, 3, 3, 0, np.inf, 0])
    np.testing.assert_array_equal(problem.constraints([1.0, 2.0]), [2, 1, 5, 3, -1, 1])


def test_dicts_may_have_bounds() -> None:
    """As NonlinearConstraint has them; they were ignored, and fun(x) >= 0 taken."""
    problem = Problem(
        objective,
        [
            {"type": "ineq", "fun": lambda x: x, "lb": 1, "ub": [2, 3]},
            {"fun": lambda x, a: x[0] * a, "ub": 4.0, "args": (2.0,), "lb": None},
        ],
        x0=[1.0, 2.0],
    )
    np.testing.assert_array_equal(problem.cl, [1, 1, -np.inf])
    np.testing.assert_array_equal(problem.cu, [2, 3, 4])


def test_repeated_names_are_told_apart() -> None:
    """Multipliers come back by name, so names are distinct."""
    first = Constraint(lambda x: x[0], 0, 1, name="a")
    problem = Problem(objective, [first, first, Constraint(lambda x: x, 0, 1)], x0=[1.0, 2.0])
    assert problem.row_names == ["a", "a_2", "constraint[0]", "constraint[1]"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Problem(objective, lambda x: x, x0=[1.0, 2.0]).solve(), "cl= and cu="),
        (lambda: Problem(objective, Constraint(lambda x: x, 0, [1, 2, 3]), x0=[1.0, 2.0]), "3"),
        (lambda: Problem(objective, Constraint(lambda x: x, 2, 1), x0=[1.0, 2.0]), "lb = 2"),
        (lambda: Problem(objective, Constraint(lambda x: x, np.nan, [1, 1]), x0=[1.0, 2.0]), "nan"),
        (lambda: Problem(objective, 3.0, x0=[1.0, 2.0]), "type float"),
        (lambda: Problem(objective, {"type": "le", "fun": len}, x0=[1.0]), "'eq' or 'ineq'"),
        (lambda: Problem(objective, {"fun": len}, x0=[1.0]), "'eq' or 'ineq'"),
        (lambda: Problem(objective, {"type": "eq", "fun": len, "ub": 1}, x0=[1.0]), "which counts"),
        (lambda: Problem(objective, {"type": "eq", "fun": len, "UB": 1}, x0=[1.0]), "key 'UB'"),
        (lambda: Problem(objective, [], x0=[1.0], cl=0), "cl and cu"),
        (lambda: Problem(3.0, x0=[1.0]), "must be a function"),
        (lambda: Constraint(3.0, 0, 1), "needs a function"),
        (lambda: Problem(objective, x0=[1.0], bounds=[(1, 0)]), "lb = 1 and ub = 0"),
        (lambda: Problem(objective, x0=[1.0, 2.0, 3.0], bounds=[(0, 1)] * 2), "2 pairs"),
        (lambda: Problem(objective, x0=[1.0], bounds=Bounds([0, 0], 1)), "shape .2,."),
        (
            lambda: Problem(lambda x: x["u"][0], x0={"u": [0, 0]}, bounds={"u": ((0, 1), (0, 5))}),
            "two pairs",
        ),
        (lambda: Problem(objective, x0=[1.0], bounds=7), "could not be read"),
        (lambda: Problem(objective, x0=[1.0], bounds={0: (0, 1)}), "array without keys"),
        (lambda: Problem(lambda a, b: a * b, x0=[1.0, 2.0]), "2 variables one by one.*[*]x"),
        (lambda: Problem(lambda a, b, c: a, x0=[1.0, 2.0]), "cannot be called with x"),
        (lambda: Problem(objective, x0=[1.0]).hessian([1.0], "a"), "multipliers of type str"),
        (lambda: Problem(objective, x0=[1.0]).solve([2.0]), "solver is .2.0. of type list"),
        (lambda: Problem(objective, x0=[1.0]).solve("IPOPT"), "did you mean 'ipopt'"),
        (lambda: Problem(objective, x0=[1.0], names=["a", "b"]), "2 entries"),
        (lambda: Problem(objective, x0=[1.0, 2.0], names=["a", "a"]), "'a' more than once"),
        (lambda: Problem(objective, Constraint(len, "0", 1), x0=[1.0]), "lb of .* is '0'.*text"),
        (lambda: Problem(objective, Constraint(len, 0, ["b"]), x0=[1.0]), "ub of .*text"),
        (lambda: Problem(objective, Constraint(len, 0, 1j), x0=[1.0]), "ub of .*complex"),
        (lambda: Problem(objective, x0=[1.0], bounds=[("0", 1)]), "lower side of bounds.*text"),
        (lambda: Problem(objective, x0=[1.0], bounds=Bounds("a", 1)), "bounds.lb is .*text"),
        (lambda: Problem(objective, x0=["1", "2"]), "x0 of type list.*text"),
        (lambda: Problem(objective, x0="12"), "x0 of type str.*text"),
        (lambda: Problem(objective, x0=np.array(["2020-01-01"], "M8[D]")), "dates"),
        (lambda: Problem(type("Cost", (), {}), x0=[1.0]), "the class Cost, .*make an object"),
        (
            lambda: Problem(objective, LinearConstraint([[1, 1, 1]], 0, 1), x0=[1.0, 2.0]),
            "shape .1, 3., x has shape .2,.",
        ),
    ],
)
def test_wrong_input_is_told(make: Any, message: str) -> None:
    """Each message holds what was found."""
    with pytest.raises(asdopt.InputError, match=message):
        make()


def test_bounds_in_every_form() -> None:
    """Bounds, pairs with None, one pair for all, an (n, 2) array."""
    for bounds in (
        Bounds([0.0, 0.0, 0.0], np.inf),
        [(0, None)] * 3,
        np.array([[0.0, np.inf]] * 3),
        (0, None),
    ):
        problem = Problem(objective, x0=np.ones(3), bounds=bounds)
        np.testing.assert_array_equal(problem.lb, np.zeros(3))
        np.testing.assert_array_equal(problem.ub, np.full(3, np.inf))


def test_bounds_of_a_key_broadcast_to_its_shape() -> None:
    """Arrays under a key follow NumPy's broadcasting; a list of pairs stays pairs."""
    x0 = {"path": np.zeros((3, 2)), "force": np.zeros(3)}
    bounds = {"path": ([-1.0, -np.inf], [1.0, 2.0]), "force": (None, 5.0)}
    problem = Problem(lambda x: np.sum(x["path"] ** 2) + x["force"][0] ** 2, x0=x0, bounds=bounds)
    np.testing.assert_array_equal(problem.lb, [-1, -np.inf] * 3 + [-np.inf] * 3)
    np.testing.assert_array_equal(problem.ub, [1, 2] * 3 + [5] * 3)
    pairs = Problem(lambda x: x["u"][0] ** 2, x0={"u": [0, 0]}, bounds={"u": [(0, 1), (0, 5)]})
    np.testing.assert_array_equal(pairs.ub, [1, 5])


def test_linear_constraints_take_no_parameters() -> None:
    """SciPy's LinearConstraint stands beside functions that are called with parameters."""
    linear = LinearConstraint([[1.0, 2.0]], 0.0, 3.0)
    problem = asdopt.Problem(
        lambda x, p: p[0] * x[0] ** 2 + x[1], linear, x0=[1.0, 1.0], parameters=[2.0]
    )
    assert problem.constraints([1.0, 1.0]).tolist() == [3.0]
    assert problem.jacobian([1.0, 1.0]).toarray().tolist() == [[1.0, 2.0]]


def test_bounds_of_1e20_and_beyond_are_none() -> None:
    """As solvers and modelling systems write them."""
    problem = Problem(
        lambda x: x[0], Constraint(lambda x: x, -1e20, [1e21, 3]), x0=[1, 2], bounds=(-1e30, 1e19)
    )
    assert problem.lb.tolist() == [-np.inf, -np.inf]
    assert problem.ub.tolist() == [1e19, 1e19]
    assert problem.cl.tolist() == [-np.inf, -np.inf]
    assert problem.cu.tolist() == [np.inf, 3]


def test_none_instead_of_a_pair_is_no_bound() -> None:
    """As of a side of it."""
    problem = Problem(objective, x0=[1.0, 2.0], bounds=[None, (0, None)])
    assert problem.lb.tolist() == [-np.inf, 0.0]


def test_constraints_of_an_iterator() -> None:
    """Made one by one by a generator."""
    made = (Constraint(lambda x, k=k: x[k], lb=k) for k in range(2))
    assert Problem(objective, made, x0=[1.0, 2.0]).cl.tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        (
            Constraint(lambda x: csr_array(np.eye(2)), -np.inf, np.inf),
            "returned a sparse matrix of shape",
        ),
        (
            Constraint(lambda x: [x[0], 1j * x[1]], -np.inf, np.inf, name="q"),
            "returned complex values.*'q'",
        ),
        (
            Constraint(lambda x: np.packbits(x > 0.0), -np.inf, np.inf, name="q"),
            "packbits.*'q'",
        ),
        ((lambda x: x[0], 0, 1), "as asdopt.Constraint"),
    ],
)
def test_what_is_wrong_with_a_constraint(constraint: Any, message: str) -> None:
    """Is told with what to do."""
    with pytest.raises(asdopt.AsdoptError, match=message):
        Problem(objective, constraint, x0=[1.0, 2.0])


def test_a_constant_nan_is_told_with_its_function() -> None:
    """Not with the line that made the problem."""
    with pytest.raises(asdopt.EvaluationError, match="in _with_nan"):
        Problem(objective, Constraint(_with_nan, -np.inf, np.inf), x0=[1.0, 2.0])


def _with_nan(x: Any) -> Any:
    return [x[0], np.nan]


def test_bounds_that_are_assigned_are_bounds() -> None:
    problem = asdopt.Problem(
        lambda x: ((x - 2.0) ** 2).sum(),
        [asdopt.Constraint(lambda x: x[0] + x[1]), asdopt.Constraint(lambda x: x[0] - x[1])],
        x0=[0.0, 0.0],
    )
    quiet = {"print_level": 0}
    problem.cu = [1.0, np.inf]
    with pytest.raises(asdopt.InputError, match="'constraint_2' has 1 row and no bounds"):
        problem.solve(options=quiet)
    problem.cl = [-np.inf, 0.5]
    np.testing.assert_allclose(problem.solve(options=quiet).x, [0.75, 0.25], atol=1e-6)
