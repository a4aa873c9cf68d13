"""Problem: values, derivatives, structure arrays, branches, errors with the user's line."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt import Constraint, Problem


def line_of(text: str) -> int:
    """Line number of this file's line that holds the text in its marker comment."""
    source = inspect.getsource(inspect.getmodule(line_of)).splitlines()  # type: ignore[arg-type]
    return next(i for i, line in enumerate(source, 1) if line.endswith(f"# {text}"))


def hs071() -> Problem:
    """Hock and Schittkowski's problem 71."""
    return Problem(
        lambda x: x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2],
        [
            Constraint(lambda x: x[0] * x[1] * x[2] * x[3], 25.0, np.inf, name="product"),
            Constraint(lambda x: (x**2).sum(), 40.0, 40.0, name="sphere"),
        ],
        x0=[1.0, 5.0, 5.0, 1.0],
        bounds=[(1, 5)] * 4,
    )


def test_values_and_derivatives_of_a_known_problem() -> None:
    """HS071 at its starting point, derivatives by hand."""
    problem, x = hs071(), np.array([1.0, 5.0, 5.0, 1.0])
    assert problem.objective(x) == 16.0
    np.testing.assert_array_equal(problem.gradient(x), [12.0, 1.0, 2.0, 11.0])
    np.testing.assert_array_equal(problem.constraints(x), [25.0, 52.0])
    jacobian = [[25.0, 5.0, 5.0, 25.0], [2.0, 10.0, 10.0, 2.0]]
    np.testing.assert_array_equal(problem.jacobian(x).toarray(), jacobian)
    expected = np.array([[2, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [12, 1, 1, 0]], dtype=float)
    np.testing.assert_array_equal(problem.hessian(x).toarray(), expected)
    second = problem.hessian(x, [1.0, 2.0], obj_factor=0.0).toarray()
    cross = [[4, 0, 0, 0], [5, 4, 0, 0], [5, 1, 4, 0], [25, 5, 5, 4]]
    np.testing.assert_array_equal(second, cross)


def test_structure_arrays_are_aligned_with_values() -> None:
    """Rows, cols and values make the matrices; the Hessian is the lower triangle."""
    problem, x = hs071(), np.array([1.0, 2.0, 3.0, 4.0])
    rows, cols = problem.jacobian_structure()
    dense = np.zeros((2, 4))
    dense[rows, cols] = problem.jacobian_values(x)
    np.testing.assert_array_equal(dense, problem.jacobian(x).toarray())
    rows, cols = problem.hessian_structure()
    assert (rows >= cols).all()
    out = np.empty(rows.size)
    assert problem.hessian_values(x, [1.0, 1.0], 2.0, out) is out
    np.testing.assert_array_equal(out, problem.hessian(x, [1.0, 1.0], 2.0).data)


@pytest.mark.parametrize("x0", [[2.0], 2.0, np.array([[2.0]])])
def test_one_variable_of_any_shape(x0: Any) -> None:
    """A scalar x0 gives the function a scalar."""
    problem = Problem(lambda x: np.sum(x**3), x0=x0)
    assert problem.objective(x0) == 8.0
    assert problem.gradient(x0)[0] == 12.0
    assert problem.hessian(x0).toarray()[0, 0] == 12.0


def test_no_variables() -> None:
    """Size 0 is a problem like any other."""
    problem = Problem(lambda x: 3.0, lambda x: [1.0], x0=[], cl=0, cu=2)
    assert (problem.n, problem.m) == (0, 1)
    assert problem.objective([]) == 3.0
    assert problem.jacobian([]).shape == (1, 0)
    assert problem.hessian([], [1.0]).shape == (0, 0)


def test_a_constant_objective_and_no_objective() -> None:
    """Derivatives vanish with an empty pattern."""
    for objective in (lambda x: 7.0, None):
        problem = Problem(objective, x0=[1.0, 2.0])
        np.testing.assert_array_equal(problem.gradient([1.0, 2.0]), [0.0, 0.0])
        assert problem.hessian_pattern.nnz == 0


def test_mutation_of_the_argument_stays_inside_the_function() -> None:
    """A function that overwrites its argument means what it means in NumPy."""

    def objective(x: Any) -> Any:
        x[0] = x[0] * 2.0
        return x[0] * x[1]

    problem = Problem(objective, lambda x: x, x0=[1.0, 3.0], cl=0, cu=9)
    assert problem.objective([1.0, 3.0]) == 6.0
    np.testing.assert_array_equal(problem.gradient([1.0, 3.0]), [6.0, 2.0])
    np.testing.assert_array_equal(problem.constraints([1.0, 3.0]), [1.0, 3.0])


def test_a_branch_that_flips_is_followed() -> None:
    """At every point the branch that plain Python takes there."""

    def objective(x: Any) -> Any:
        if x[0] > 1.0:
            return x[0] ** 2 * x[1]
        return -(x[1] ** 3)

    problem = Problem(objective, x0=[2.0, 1.0])
    assert problem.hessian_pattern.nnz == 2
    for x in ([2.0, 3.0], [0.5, 3.0], [3.0, 1.0], [1.0, 2.0]):
        assert problem.objective(x) == objective(x)
    np.testing.assert_array_equal(problem.gradient([0.0, 2.0]), [0.0, -12.0])
    assert problem.hessian_pattern.nnz == 3
    np.testing.assert_array_equal(problem.hessian([2.0, 1.0]).toarray(), [[2.0, 0.0], [4.0, 0.0]])
    assert problem.evaluator.num_branches == 2


def test_a_loop_that_runs_until_convergence() -> None:
    """Newton's square root inside the function: the number of steps follows x."""

    def root(x: Any) -> Any:
        y = x[0]
        while abs(y * y - x[0]) > 1e-12:
            y = 0.5 * (y + x[0] / y)
        return y

    problem = Problem(root, x0=[2.0])
    for value in (2.0, 9.0, 1e4, 0.25):
        assert problem.objective([value]) == pytest.approx(np.sqrt(value), rel=1e-12)
        assert problem.gradient([value])[0] == pytest.approx(0.5 / np.sqrt(value), rel=1e-9)


def test_another_number_of_rows_in_another_branch_is_refused() -> None:
    """The rows of a problem are fixed."""
    problem = Problem(None, lambda x: [x[0]] if x[0] > 0 else [x[0], x[0]], x0=[1.0], cl=0, cu=1)
    with pytest.raises(asdopt.StructureChangedError, match="1 values at x0 and 2"):
        problem.constraints([-1.0])


def test_nan_at_the_start_names_operation_line_and_constraint() -> None:
    """The message holds what is needed to find the place."""

    def constraint(x: Any) -> Any:
        return [x[0], np.sqrt(x[1] - 5.0)]  # the square root

    with pytest.raises(asdopt.EvaluationError) as caught:
        Problem(None, Constraint(constraint, 0, 1, name="reach"), x0=[1.0, 2.0])
    message = str(caught.value)
    assert "reach[1]" in message
    assert "sqrt(-3)" in message
    assert f"test_problem.py:{line_of('the square root')}" in message


@pytest.mark.parametrize(
    ("function", "bad", "told"),
    [
        (lambda x: math.sqrt(x[0]), -1.0, r"sqrt\(-1\) = nan at .*test_problem\.py:\d+"),
        (lambda x: math.log(x[0]), 0.0, r"log\(0\) = -inf at .*test_problem\.py:\d+"),
        (lambda x: 1.0 / float(x[0]), 0.0, r"divide\(1, 0\) = inf at .*test_problem\.py:\d+"),
        (lambda x: math.exp(x[0]), 1e4, r"exp\(10000\) = inf at .*test_problem\.py:\d+"),
        (lambda x: TABLE(x[0]), -1.0, r"lookup\(-1\) = nan at .*test_problem\.py:\d+"),
    ],
)
def test_what_leaves_the_domain_later_is_told_with_its_operand(
    function: Any, bad: float, told: str
) -> None:
    """Also where Python's own functions would raise an error without the value."""
    problem = Problem(function, x0=[1.0])
    with pytest.raises(asdopt.EvaluationError, match=told):
        problem.objective([bad])


def lookup(v: float) -> float:
    """Give NaN outside of the table."""
    return v**2 if v > 0 else math.nan


TABLE = asdopt.external(lookup)


def test_a_parameter_that_is_no_number_is_told() -> None:
    """By its name, not as a constant of the function."""
    problem = Problem(lambda x, p: p["k"] / x[0], x0=[1.0], parameters={"k": 2.0})
    problem.parameters = {"k": math.nan}
    with pytest.raises(asdopt.EvaluationError, match=r"parameters\['k'\] is nan"):
        problem.objective([1.0])


def test_an_infinite_derivative_is_told() -> None:
    """sqrt at 0 has a value and no derivative."""
    problem = Problem(lambda x: np.sqrt(x[0]), x0=[1.0])
    assert problem.objective([0.0]) == 0.0
    with pytest.raises(asdopt.EvaluationError, match=r"derivative of sqrt\(0\)"):
        problem.gradient([0.0])


@pytest.mark.parametrize(
    ("objective", "message"),
    [
        (lambda x: x, r"array of shape \(2,\)"),
        (lambda x: None, "nothing"),
        (lambda x: "text", "returned str"),
        (lambda x: {1, 2}, "returned set"),
    ],
)
def test_a_wrong_result_of_the_objective(objective: Any, message: str) -> None:
    """The function is named with the place of its definition."""
    with pytest.raises(asdopt.InputError, match=message) as caught:
        Problem(objective, x0=[1.0, 2.0])
    assert "test_problem.py:" in str(caught.value)


@pytest.mark.parametrize(
    ("function", "parameters", "message"),
    [
        (lambda x: x[0], [1.0], r"x and the parameters .*called as fun\(x, parameters\)"),
        (lambda x, p: x[0] * p, None, r"with x .*called as fun\(x\) unless parameters= is given"),
    ],
)
def test_a_function_of_other_arguments(function: Any, parameters: Any, message: str) -> None:
    """The error says how functions are called, and names the function."""
    with pytest.raises(asdopt.InputError, match=message):
        asdopt.Problem(function, x0=[1.0], parameters=parameters)
    with pytest.raises(asdopt.InputError, match=r"constraint .* test_problem\.py|test_problem"):
        asdopt.Problem(
            None, asdopt.Constraint(function, -np.inf, np.inf), x0=[1.0], parameters=parameters
        )


def test_results_one_by_one_and_by_name() -> None:
    """Constraints may be yielded, or returned as a dict or dataclass: rows in order."""

    def rows(x: Any) -> Any:
        for i in range(2):
            yield math.sin(x[i]) * x[i + 1]

    def named(x: Any) -> Any:
        return {"a": x[0] ** 2, "b": [x[1], x[2:]]}

    x = [0.3, 0.4, 0.5]
    problem = asdopt.Problem(
        None,
        [asdopt.Constraint(rows, -np.inf, np.inf), asdopt.Constraint(named, -np.inf, np.inf)],
        x0=x,
    )
    expected = [math.sin(0.3) * 0.4, math.sin(0.4) * 0.5, 0.3**2, 0.4, 0.5]
    np.testing.assert_allclose(problem.constraints(x), expected)
    assert problem.jacobian_pattern.nnz == 7


def test_a_branch_without_a_point_is_refused_with_the_line() -> None:
    """Global detection cannot decide it."""

    def branching(x: Any) -> Any:
        if x[0] > 0:  # the branch
            return x[0]
        return x[1]

    with pytest.raises(asdopt.TracingError, match="x0") as caught:
        asdopt.jacobian_sparsity(branching, 2)
    assert f"test_problem.py:{line_of('the branch')}" in str(caught.value)


def test_a_swallowed_refusal_is_raised_all_the_same() -> None:
    """A user's ``except TypeError`` must not turn a lost dependence into a result."""

    def sneaky(x: Any) -> Any:
        try:
            return {x[0]: 1.0}[x[0]]
        except TypeError:
            return 1.0

    with pytest.raises(asdopt.TracingError):
        Problem(sneaky, x0=[1.0])


def test_a_tracer_left_behind_is_a_number_in_plain_code_only() -> None:
    """In another trace the dependence that it had would be lost."""
    kept = []

    def objective(x: Any) -> Any:
        kept.append(x[0])
        return x[0] + 0.0 * kept[0]

    Problem(objective, x0=[1.0])
    assert kept[0] + 1.0 == 2.0
    assert math.exp(kept[0]) == math.e
    with pytest.raises(asdopt.TracingError, match="left behind"):
        Problem(objective, x0=[2.0])


def test_a_function_that_is_not_deterministic_in_its_branch_is_told() -> None:
    """A counter that flips the branch cannot be replayed."""
    state = {"calls": 0}

    def objective(x: Any) -> Any:
        state["calls"] += 1
        return x[0] if int(x[0] * 0.0 + state["calls"]) % 2 else x[0] * 2.0

    Problem(objective, x0=[1.0])


def test_wrong_shapes_of_arguments() -> None:
    """x, multipliers and out are checked."""
    problem = hs071()
    with pytest.raises(asdopt.InputError, match=r"shape \(3,\)"):
        problem.objective([1.0, 2.0, 3.0])
    with pytest.raises(asdopt.InputError, match="multipliers has shape"):
        problem.hessian([1.0] * 4, [1.0])
    with pytest.raises(asdopt.StructureChangedError, match="8 nonzeros"):
        problem.jacobian_values([1.0] * 4, np.empty(3))


def test_explanations_name_the_lines() -> None:
    """The chain from the variable to the row, and the line where two variables meet."""

    def inner(x: Any) -> Any:
        return x[0] * x[1]  # the meeting

    problem = Problem(
        lambda x: x[2] ** 2, Constraint(lambda x: np.sin(inner(x)), 0, 1, name="c"), x0=[1.0] * 3
    )
    why = str(problem.explain("c", 1))
    assert "multiply" in why
    assert f"test_problem.py:{line_of('the meeting')}" in why
    assert not problem.explain("c", 2)
    joined = str(problem.explain_hessian(0, 1))
    assert "constraint c" in joined
    assert f"test_problem.py:{line_of('the meeting')}" in joined
    assert not problem.explain_hessian("x[0]", "x[2]")
    with pytest.raises(asdopt.InputError, match="did you mean"):
        problem.explain("c", "x[22]")


def test_evaluation_from_several_threads() -> None:
    """A prepared problem may be shared."""
    from concurrent.futures import ThreadPoolExecutor

    problem = hs071()
    points = [np.random.default_rng(i).uniform(1, 5, 4) for i in range(40)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda x: problem.jacobian(x).toarray(), points))
    for x, matrix in zip(points, found, strict=True):
        np.testing.assert_array_equal(matrix[1], 2 * x)


def test_derivatives_that_overflow_only_in_sums_are_reported():
    """Finite parts whose sum is infinite are found, though each kernel's values are finite."""
    rows = [lambda x: x[0] ** 2, lambda x: x[0] ** 2 * x[1]]
    problem = Problem(None, lambda x: [row(x) for row in rows], x0=[1.0, 1.0], cl=0, cu=9)
    assert np.isfinite(problem.hessian_values([1.0, 1.0], [8e307, 0.0])).all()
    assert np.isfinite(problem.hessian_values([1.0, 1.0], [0.0, 8e307])).all()
    with pytest.raises(asdopt.EvaluationError, match="hessian"):
        problem.hessian_values([1.0, 1.0], [8e307, 8e307])


def test_arrays_that_cannot_be_written_or_are_not_native_are_no_silent_result():
    """Results never go to a read-only array; foreign byte order is converted or refused."""
    problem = Problem(lambda x: x[0] ** 2 * x[1], lambda x: x[0] * x[1], x0=[1.0, 2.0], cl=0, cu=9)
    x = np.array([2.0, 3.0])
    assert problem.jacobian_values(x.astype(">f8")).tolist() == [3.0, 2.0]
    multipliers = np.array([2.0], dtype=">f8")
    expected = problem.hessian_values(x, [2.0], 0.5)
    assert problem.hessian_values(x, multipliers, 0.5).tolist() == expected.tolist()
    fixed = np.zeros(2)
    fixed.flags.writeable = False
    for out in (fixed, np.zeros(2, dtype=">f8")):
        with pytest.raises(ValueError, match="array"):
            problem.jacobian_values(x, out)
        assert not out.any()


def test_a_start_is_needed() -> None:
    """None would be read as a NaN."""
    with pytest.raises(asdopt.InputError, match="x0 is None"):
        Problem(lambda x: x[0], x0=None)


def test_a_start_outside_of_its_bounds_is_told_where_it_matters() -> None:
    """Only where the functions are not finite there: solvers move it inside."""
    bounds = [(0, 9)]
    with pytest.raises(asdopt.EvaluationError, match=r"x\[0\] is -5, its bounds are 0 and 9"):
        Problem(lambda x: np.sqrt(x[0]), x0=[-5.0], bounds=bounds)
    assert Problem(lambda x: x[0] ** 2, x0=[-5.0], bounds=bounds).solve().success


def test_an_exception_at_the_start_says_the_shape_of_x() -> None:
    """An index that fails is most often of a shape that was not meant."""
    with pytest.raises(IndexError) as raised:
        Problem(lambda x: x[0] + x[1], x0=[[1.0, 2.0]])
    assert "x (shape (1, 2)) is [1. 2.]" in raised.value.__notes__[0]


def test_start_and_bounds_may_be_assigned() -> None:
    """Numbers, lists, None; in the structure of x0; wrong ones are told at once."""
    problem = Problem(
        lambda x: np.sum((x - 3) ** 2), lambda x: x[0] + x[1], x0=[0.0, 0.0], cl=-9, cu=9
    )
    problem.ub = [1, None]
    problem.lb = -5
    assert problem.solve().x == pytest.approx([1, 3], abs=1e-6)
    problem.cu = 2
    problem.x0 = [0, 1]
    assert problem.solve().x == pytest.approx([1, 1], abs=1e-3)
    problem.cl = problem.cu = 1e20
    assert problem.cu.tolist() == [np.inf]
    problem.cl = None
    problem.ub[0] = np.inf
    assert problem.solve().x == pytest.approx([3, 3], abs=1e-6)
    for name, value, message in (
        ("ub", [1, 2, 3], "ub was given 3 numbers, there are 2 variables"),
        ("cl", [1, 2], "cl was given 2 numbers, there are 1 constraint rows"),
        ("x0", [1.0], r"x0 has shape \(1,\)"),
        ("lb", "a", "text"),
    ):
        with pytest.raises(asdopt.InputError, match=message):
            setattr(problem, name, value)
    problem.lb = [4, 0]
    problem.ub = [3, 1]
    with pytest.raises(asdopt.InputError, match=r"variable x\[0\] are lb = 4 and ub = 3"):
        problem.solve()
    given = np.array([1.0, 2.0])
    problem.x0 = given
    given[0] = 7.0
    assert problem.x0.tolist() == [1.0, 2.0]
    named = Problem(lambda x: x["a"] ** 2, x0={"a": 1.0})
    named.x0 = {"a": 4.0}
    assert named.x0.tolist() == [4.0]
