"""Derivatives that are asked for inside of a function have derivatives in turn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

import asdopt
from asdopt._ops import OPERATORS


def differences(fun, x, h=1e-5):
    steps = h * np.eye(len(x))
    return np.array([(fun(x + s) - fun(x - s)) / (2 * h) for s in steps])


def assert_as_plain(fun, x, tolerance=1e-7):
    """Values, first and second derivatives at x and elsewhere, against the function itself."""
    x = np.asarray(x, dtype=np.float64)
    problem = asdopt.Problem(fun, x0=x)
    for point in (x, 1.1 * x + 0.05):
        assert problem.objective(point) == pytest.approx(float(fun(point)), rel=1e-12)
        gradient = problem.gradient(point)
        expected = differences(lambda y: float(fun(y)), point)
        assert np.allclose(gradient, expected, rtol=tolerance, atol=tolerance)
        lower = problem.hessian(point).toarray()
        hessian = lower + np.tril(lower, -1).T
        expected = differences(problem.gradient, point)
        assert np.allclose(hessian, expected, rtol=tolerance, atol=tolerance)


def information(u):
    """D-optimal design: the model is differentiated at nominal values, the times are variables."""

    def model(theta):
        return theta[0] * np.exp(-theta[1] * u) * (1 + u**2)

    jacobian = asdopt.jacobian(model, [0.5, 1.0])
    return -np.log(np.linalg.det((jacobian.T @ jacobian).toarray() + 1e-3 * np.eye(2)))


def reads_its_variables_by_itself(x):
    jacobian = asdopt.jacobian(lambda y: y**2 * x, x)
    return (jacobian.toarray() ** 2).sum()


def curvature(x):
    hessian = asdopt.hessian(lambda y: np.sin(y[0]) * y[1] + y[1] ** 3 + x[0] * y[0] ** 2, x)
    return np.linalg.det(hessian.toarray())


def everything_of_a_scalar(x):
    value, gradient, hessian = asdopt.value_gradient_and_hessian(
        lambda y: np.sum(np.exp(y) * y[::-1]) + np.maximum(y[0], y[1]) ** 2, x
    )
    return value + gradient @ (hessian @ gradient)


def values_and_rows(x):
    value, jacobian = asdopt.value_and_jacobian(
        lambda y: {"a": y @ y, "b": [np.arctan2(y[0], y[1]) / (1 + y[0]), np.hypot(*y)]}, x
    )
    return value.sum() + (jacobian @ x).sum()


def branches(x):
    jacobian = asdopt.jacobian(lambda y: y[0] ** 3 if y[0] > 0.57 else y[0] * y[1] ** 2, x)
    return jacobian.toarray().sum()


def twice(x):
    def inner(y):
        return (asdopt.jacobian(lambda z: z**3 * y[0], y) @ y).sum()

    return (asdopt.jacobian(inner, x) @ x).sum()


def of_lists_and_loops(x):
    def inner(y):
        total = 1.0
        for k in range(30):
            total = total + np.sin(total * y[k % 2]) / (k + 1)
        return total

    return asdopt.jacobian(inner, [x[1], 2.0 * x[0]]).toarray()[0, 1]


def constants_and_positions(x):
    def inner(a, y, b):
        return a * y**3 + b

    return asdopt.jacobian(inner, x, args=(2.0, x[0]), argnum=1).toarray().sum() ** 2


def of_numbers_alone(x):
    return ((asdopt.jacobian(lambda y: y**2, np.ones(2)) @ x).sum()) ** 2


def linear(x):
    jacobian = asdopt.jacobian(lambda y: 3.0 * y + x, x)
    assert jacobian.data.dtype == np.float64
    return (jacobian @ x).sum() ** 2


FUNCTIONS = [
    information, reads_its_variables_by_itself, curvature, everything_of_a_scalar, values_and_rows,
    branches, twice, of_lists_and_loops, constants_and_positions, of_numbers_alone, linear,
]  # fmt: skip


@pytest.mark.parametrize("fun", FUNCTIONS, ids=lambda f: f.__name__)
def test_derivatives_inside_are_those_of_plain_numbers(fun):
    assert_as_plain(fun, [0.5, 0.7])


PREPARED = asdopt.prepare_jacobian(lambda y: y[::-1] * np.cos(y), [1.0, 2.0])
PREPARED_HESSIAN = asdopt.prepare_hessian(lambda y: np.prod(y) * np.exp(y[0]), [1.0, 2.0])


def test_prepared_ones_work_inside():
    def fun(x):
        values, jacobian = PREPARED.value_and_jacobian(x)
        value, gradient, hessian = PREPARED_HESSIAN.value_gradient_and_hessian(x)
        total = values.sum() + jacobian.toarray()[0, 1] * value + gradient @ (hessian @ x)
        return total + PREPARED(x).toarray()[1, 1] * PREPARED_HESSIAN(x).toarray()[0, 0]

    assert_as_plain(fun, [0.5, 0.7])


@pytest.mark.parametrize("rule", OPERATORS, ids=lambda rule: rule.name)
def test_every_rule_is_that_of_the_kernels(rule):
    """By traced values as by numbers, in the interior of the function's domain and at a tie."""
    spelled = [getattr(np, name) for name in rule.numpy]
    spelled += [getattr(special, name) for name in rule.special]
    if not spelled:
        pytest.skip("written by other operations")
    fun, count = spelled[0], len(rule.d1)
    domain = rule.domain or ((0.2, 0.9),) * count
    rng = np.random.default_rng(5)
    points = [rng.uniform(max(lo, -3.0), min(hi, 3.0), 3) for lo, hi in domain]
    x = np.concatenate(points)

    def rows(y):
        return fun(*np.split(y, count))

    try:
        expected = asdopt.jacobian(rows, x).toarray()
        found = asdopt.prepare_jacobian(
            lambda y: asdopt.jacobian(rows, y).toarray().ravel(), x
        ).value_and_jacobian(x)[0]
    except asdopt.UnsupportedOperationError:
        assert rule.name == "digamma"  # trigamma has no rule of its own
        return
    assert np.allclose(found.reshape(expected.shape), expected, rtol=1e-9, atol=1e-13)


def test_optimality_conditions_as_constraints():
    """A bilevel problem by the first-order conditions of its lower level."""

    def lower(y, x):
        return (y[0] - x) ** 2 + y[0] ** 4

    problem = asdopt.Problem(
        lambda v: (v[1] - 0.5) ** 2 + 0.01 * v[0] ** 2,
        asdopt.Constraint(
            lambda v: asdopt.jacobian(lambda y: lower(y, v[0]), v[1:]).toarray().ravel(), 0, 0
        ),
        x0=[1.0, 1.0],
    )
    x, y = problem.solve().x
    assert 2 * (y - x) + 4 * y**3 == pytest.approx(0.0, abs=1e-8)
    assert problem.check_derivatives()


def test_large_ones_stay_sparse():
    n = 2000

    def fun(x):
        jacobian = asdopt.jacobian(lambda y: (y[1:] - y[:-1] ** 2) * y[1:], x)
        assert jacobian.nnz == 2 * (n - 1)
        return np.sum(jacobian.data**2)

    pattern = asdopt.hessian_sparsity(fun, np.linspace(0.5, 1.0, n))
    assert pattern.nnz <= 3 * n


def test_what_cannot_be_done_is_said():
    def by_products(x):
        return asdopt.jacobian(lambda y: y**2, x, backend="tape").toarray().sum()

    with pytest.raises(asdopt.TracingError, match=r"asdopt.jacobian .* backend="):
        asdopt.Problem(by_products, x0=[1.0])

    def of_a_vector(x):
        return asdopt.hessian(lambda y: y**2, x).toarray().sum()

    with pytest.raises(asdopt.InputError, match="2 values"):
        asdopt.Problem(of_a_vector, x0=[1.0, 2.0])

    square = asdopt.external(lambda y: y**2, jac=lambda y: np.diag(2 * y))

    def of_a_black_box(x):
        return asdopt.jacobian(square, x).toarray().sum()

    with pytest.raises(asdopt.TracingError, match="external"):
        asdopt.jacobian(of_a_black_box, np.ones(2))
    with pytest.raises(asdopt.TracingError, match="values"):
        asdopt.jacobian_sparsity(lambda x: asdopt.jacobian(lambda y: y**2, x).data, 3)


def test_a_problem_inside_says_what_to_write_instead():
    def outer(x):
        inner = asdopt.Problem(lambda y: (y[0] - x[0]) ** 2, x0=[0.1])
        return inner.solve().x[0]

    with pytest.raises(asdopt.TracingError, match=r"test_nested.py.*scipy.optimize.minimize"):
        asdopt.Problem(outer, x0=[2.0])

    def fixed(x):
        inner = asdopt.Problem(lambda y: (y[0] - 3.0) ** 2, x0=[0.1])
        return (inner.solve().x[0] - x[0]) ** 2

    assert asdopt.Problem(fixed, x0=[2.0]).solve().x[0] == pytest.approx(3.0, abs=1e-6)


def test_derivatives_that_are_no_operators_are_refused_where_they_are_asked_for() -> None:
    def fun(x):
        return asdopt.hessian(lambda z: special.gammaln(z[0]) * z[1], x).toarray()

    with pytest.raises(asdopt.UnsupportedOperationError, match=r"test_nested\.py.*digamma"):
        asdopt.jacobian(fun, np.array([1.3, 0.7]))


class Simulation:
    """Runs anew when x is another one than last time."""

    def __init__(self):
        self.x = None

    def run(self, x):
        if self.x is None or not np.array_equal(x, self.x):
            self.x = np.copy(x)
            self.y = np.array([x[0] ** 2 * x[1], np.sin(x[1])])
        return self.y


@pytest.mark.parametrize("before", [False, True])
def test_functions_that_remember_their_last_point(before):
    """The points are the same where the derivatives are recorded, which were silently 0."""

    def fun(x):
        simulation = Simulation()
        first = simulation.run(x) if before else np.zeros(2)
        jacobian = asdopt.jacobian(simulation.run, x).toarray()
        return (jacobian @ (simulation.run(x) + first)).sum()

    def plain(x):
        jacobian = np.array([[2 * x[0] * x[1], x[0] ** 2], [0.0, np.cos(x[1])]])
        return (jacobian @ (Simulation().run(x) * (1.0 + before))).sum()

    jacobian = asdopt.prepare_jacobian(fun, np.array([1.3, 0.7]))
    for x in (np.array([1.3, 0.7]), np.array([0.4, 1.9])):
        value, slopes = jacobian.value_and_jacobian(x)
        assert value[0] == pytest.approx(plain(x), rel=1e-12)
        assert np.allclose(slopes.toarray()[0], differences(plain, x), rtol=1e-7)


def test_what_a_function_leaves_behind_is_of_no_point():
    def fun(x):
        simulation = Simulation()
        jacobian = asdopt.jacobian(simulation.run, x).toarray()
        return jacobian.sum() + left[0]

    left = [0.0]

    def run(x):
        left[0] = x[0] ** 2
        return [x[0] * x[1]]

    with pytest.raises(asdopt.TracingError, match="left behind"):
        asdopt.jacobian(lambda x: asdopt.jacobian(run, x).toarray().sum() + left[0], np.ones(2))
    left[0] = 0.0
    assert asdopt.jacobian(fun, np.ones(2)).nnz == 2


def test_a_refusal_that_the_function_catches_is_none_the_less():
    def inner(x):
        try:
            np.zeros(2, dtype=np.float32)[0] = x[0]
        except TypeError:
            return 3.0 * x[0] * x[1]
        return x[0] * x[1]

    with pytest.raises(asdopt.TracingError, match="plain float"):
        asdopt.jacobian(lambda x: asdopt.hessian(inner, x).toarray(), np.ones(2))


@pytest.mark.parametrize("call", [asdopt.jacobian, asdopt.prepare_jacobian(np.square, np.ones(2))])
def test_a_result_that_would_not_be_written_is_refused(call):
    out = asdopt.jacobian(np.square, np.ones(2))

    def fun(x):
        if call is asdopt.jacobian:
            call(np.square, x, out)
        else:
            call(x, out)
        return out.data * x[0]

    with pytest.raises(asdopt.TracingError, match="out="):
        asdopt.jacobian(fun, np.ones(2))
