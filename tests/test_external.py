"""External functions: given and differenced derivatives, patterns, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

import asdopt
from asdopt import Constraint, Problem, external


def box(x: Any) -> Any:
    """A function that needs true floats."""
    x = [float(v) for v in x]
    return np.array([x[0] * np.sin(x[1]), x[2] ** 3])


def box_jac(x: Any) -> Any:
    """Jacobian of the box."""
    return csr_array([[np.sin(x[1]), x[0] * np.cos(x[1]), 0.0], [0.0, 0.0, 3 * x[2] ** 2]])


def box_hess(x: Any, w: Any) -> Any:
    """Hessian of w @ box."""
    cross = w[0] * np.cos(x[1])
    return np.array(
        [[0, cross, 0], [cross, -w[0] * x[0] * np.sin(x[1]), 0], [0, 0, 6 * w[1] * x[2]]]
    )


def plain(x: Any) -> Any:
    """The same computation, traceable."""
    return np.stack([x[0] * np.sin(x[1]), x[2] ** 3])


PATTERN = [[1, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    ("function", "jac_tol", "hess_tol"),
    [
        (
            external(box, box_jac, box_hess, PATTERN, [[0, 1, 0], [1, 1, 0], [0, 0, 1]]),
            1e-15,
            1e-14,
        ),
        (external(box, box_jac, box_hess), 1e-15, 1e-14),
        (external(box, box_jac), 1e-15, 1e-9),
        (external(box), 1e-10, 1e-5),
        (external(box, jac_sparsity=PATTERN), 1e-10, 1e-5),
    ],
)
def test_derivatives_agree_with_the_traced_function(
    function: Any, jac_tol: float, hess_tol: float
) -> None:
    """Inside a larger model: results are used nonlinearly, inputs are computed."""

    def around(inner: Any) -> Any:
        return lambda x: np.exp(inner(x[:3] * x[3])[0]) * x[3] + inner(x[1:4])[1]

    x0, w = np.array([0.5, 1.2, -0.7, 0.9]), [0.3]
    ours = Problem(lambda x: around(function)(x), Constraint(around(function), 0, 1), x0=x0)
    theirs = Problem(lambda x: around(plain)(x), Constraint(around(plain), 0, 1), x0=x0)
    for x in (x0, x0 + 0.1):
        assert ours.objective(x) == pytest.approx(theirs.objective(x), rel=1e-15)
        np.testing.assert_allclose(ours.gradient(x), theirs.gradient(x), rtol=jac_tol * 10)
        np.testing.assert_allclose(
            ours.jacobian(x).toarray(), theirs.jacobian(x).toarray(), atol=jac_tol * 10
        )
        np.testing.assert_allclose(
            ours.hessian(x, w).toarray(), theirs.hessian(x, w).toarray(), atol=hess_tol * 10
        )
    assert theirs.hessian_pattern <= ours.hessian_pattern


def test_patterns_follow_the_given_ones() -> None:
    """Rows keep their own variables; without a Hessian pattern all pairs of a row meet."""
    function = external(box, box_jac, jac_sparsity=PATTERN)
    pattern = asdopt.jacobian_sparsity(function, [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(pattern.to_dense(), np.array(PATTERN, dtype=bool))
    problem = Problem(None, Constraint(function, 0, 1), x0=[1.0, 2.0, 3.0])
    expected = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]], dtype=bool)
    np.testing.assert_array_equal(problem.hessian_pattern.to_dense(), expected)
    narrow = external(box, box_jac, box_hess, PATTERN, [[0, 1, 0], [1, 1, 0], [0, 0, 0]])
    problem = Problem(None, Constraint(narrow, 0, 1), x0=[1.0, 2.0, 3.0])
    assert problem.hessian_pattern.nnz == 2


@pytest.mark.parametrize(
    "function",
    [
        external(box, box_jac, box_hess, PATTERN, [[0, 1, 0], [1, 1, 0], [0, 0, 0]]),
        external(box, box_jac, lambda x, w: np.ones((3, 3)), PATTERN),
    ],
)
def test_curvature_outside_of_the_pattern_is_refused(function: Any) -> None:
    """Given as too small, or between variables that share no row: it would be lost silently."""
    problem = Problem(None, Constraint(function, 0, 1), x0=[1.0, 2.0, 3.0])
    with pytest.raises(asdopt.InputError, match="hess_sparsity has no entry"):
        problem.hessian([1.0, 2.0, 3.0], [1.0, 1.0])


def test_differences_take_one_pair_of_calls_for_each_color() -> None:
    """A banded black box of 50 variables: three colors for its Jacobian, few for its Hessian."""
    calls = 0

    def band(x: Any) -> Any:
        nonlocal calls
        calls += 1
        return np.asarray(x[1:], dtype=float) * np.asarray(x[:-1], dtype=float) ** 2

    n = 50
    x = np.linspace(0.5, 1.5, n)
    function = external(band, jac_sparsity=np.eye(n - 1, n) + np.eye(n - 1, n, 1))
    problem = Problem(None, Constraint(function, 0, 1), x0=x)
    twin = Problem(None, Constraint(lambda x: x[1:] * x[:-1] ** 2, 0, 1), x0=x)
    problem.jacobian(x)
    calls = 0
    found = problem.jacobian(x + 0.1).toarray()
    assert calls <= 2 + 2 * 4
    np.testing.assert_allclose(found, twin.jacobian(x + 0.1).toarray(), atol=1e-9)
    w = np.linspace(1.0, 2.0, n - 1)
    calls = 0
    found = problem.hessian(x, w).toarray()
    assert calls < 8 * 2 * n
    np.testing.assert_allclose(found, twin.hessian(x, w).toarray(), atol=1e-5)


def test_a_black_box_that_is_not_finite_nearby_is_named() -> None:
    def edge(t: float) -> float:
        return np.sqrt(t) if t >= 0.0 else np.nan

    problem = Problem(None, Constraint(external(edge), 0, 1), x0=[0.0])
    with pytest.raises(asdopt.EvaluationError, match=r"edge\(\).*give its derivatives"):
        problem.jacobian([0.0])


def test_plain_calls_and_scalar_arguments() -> None:
    """With floats it is the function itself; several arguments of any shape are taken."""
    area = external(lambda w, h: float(w) * float(h[0]))
    assert area(2.0, [3.0]) == 6.0
    jacobian = asdopt.jacobian(lambda x: area(x[0], x[1:]), [2.0, 3.0])
    np.testing.assert_allclose(jacobian.toarray(), [[3.0, 2.0]], rtol=1e-10)
    constant = asdopt.jacobian(lambda x: x[0] * area(2.0, [3.0]), [1.0])
    assert constant.toarray() == [[6.0]]


def test_a_nonzero_outside_the_given_pattern_is_refused() -> None:
    """It would be lost silently."""
    function = external(box, box_jac, jac_sparsity=[[1, 0, 0], [0, 0, 1]])
    with pytest.raises(asdopt.InputError, match="row 0, column 1"):
        asdopt.jacobian(function, [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: external(3.0), "needs a function"),
        (lambda: asdopt.jacobian(external(box, jac_sparsity=[[1, 1]]), [1.0] * 3), r"\(2, 3\)"),
        (lambda: asdopt.jacobian(external(box, lambda x: [1.0]), [1.0] * 3), r"shape \(1, 1\)"),
        (
            lambda: asdopt.hessian(external(np.sum, hess=lambda x, w: [1.0]), [1.0] * 3),
            r"\(3, 3\) is needed",
        ),
    ],
)
def test_wrong_shapes_are_told(make: Any, message: str) -> None:
    """The function is named."""
    with pytest.raises(asdopt.InputError, match=message):
        make()


def test_without_a_point_the_number_of_results_must_be_known() -> None:
    """A global pattern of an external function needs its own pattern."""
    with pytest.raises(asdopt.TracingError, match="jac_sparsity"):
        asdopt.jacobian_sparsity(external(box), 3)
    pattern = asdopt.jacobian_sparsity(external(box, jac_sparsity=PATTERN), 3)
    assert pattern.nnz == 3


def test_a_solve_through_an_external_function() -> None:
    """Real Ipopt on a model whose constraint is a black box."""
    radius = external(lambda x: float(x[0]) ** 2 + float(x[1]) ** 2)
    problem = Problem(lambda x: x[0] + x[1], Constraint(radius, ub=2.0, name="disk"), x0=[0.5, 0.1])
    solution = problem.solve()
    assert solution.success
    np.testing.assert_allclose(solution.x, [-1.0, -1.0], rtol=1e-6)


@pytest.mark.parametrize("ask", ["objective", "gradient", "hessian"])
@pytest.mark.parametrize("within", ["fun", "jac", "hess"])
def test_a_problem_is_not_evaluated_within_its_own_evaluation(ask: str, within: str) -> None:
    """The values of the inner point would be taken for those of the outer one."""
    asking = ""

    def fun(v: float) -> float:
        if asking == "fun":
            getattr(problem, ask)([5.0, 6.0])
        return v * v

    def jac(v: float) -> Any:
        if asking == "jac":
            getattr(problem, ask)([5.0, 6.0])
        return [[2.0 * v]]

    def hess(v: float, weights: Any) -> Any:
        if asking == "hess":
            getattr(problem, ask)([5.0, 6.0])
        return [[2.0 * weights[0]]]

    square = external(fun, jac=jac, hess=hess)
    problem = Problem(lambda x: square(x[0]) * x[1] + square(x[1]), x0=[1.0, 2.0])
    expected = problem.hessian([3.0, 4.0]).toarray()
    asking = within
    with pytest.raises(asdopt.EvaluationError, match="evaluated by an external function that is"):
        problem.hessian([4.0, 4.0])
    asking = ""
    np.testing.assert_array_equal(problem.hessian([3.0, 4.0]).toarray(), expected)
