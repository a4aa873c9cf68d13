"""The machine's own functions, block sizes and ways to gather and scatter."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import asdopt
from asdopt.kernels import _plan


@pytest.fixture(params=["v4", "v3", "v2", "plain"])
def build(request):
    default = _plan.build()
    if _plan.use_build(request.param) != request.param:
        _plan.use_build(default)
        pytest.skip(f"the CPU does not run the build {request.param}")
    yield request.param
    _plan.use_build(default)


def evaluate(function, points):
    """Values of a function by the machine, one instance for each point."""
    problem = asdopt.Problem(
        None,
        asdopt.Constraint(lambda x: -(function(x) ** 2), -np.inf, np.inf),
        x0=np.ones(len(points)),
    )
    engine = problem.evaluator._branch.engine
    assert engine.num_instances == [len(points)]
    return np.sqrt(-problem.evaluator.outputs(np.asarray(points))[1:])


@pytest.mark.parametrize(
    ("name", "scale", "ulps"),
    [
        ("sin", 3.0, 2.5),
        ("cos", 3.0, 2.5),
        ("sin", 9e4, 2.5),
        ("exp", 30.0, 2.5),
        ("log", 1.0, 2.5),
    ],
)
def test_own_functions_are_accurate_to_rounding(build, name, scale, ulps):
    points = np.random.default_rng(3).uniform(-scale, scale, 700)
    if name == "log":
        points = 10.0 ** (200 * points)
    found = evaluate(getattr(np, name), points)
    with mpmath.workdps(40):
        exact = [abs(getattr(mpmath, name)(mpmath.mpf(float(x)))) for x in points]
        errors = [
            abs(float((mpmath.mpf(float(a)) - b) / mpmath.mpf(float(np.spacing(float(b))))))
            for a, b in zip(found, exact, strict=True)
        ]
    # Squaring and its root add up to one unit.
    assert max(errors) < ulps


def test_arguments_beyond_the_own_functions_range_are_right(build):
    huge = np.array([1e5, 1e6, -1e22, 0.5, 1e-300])
    assert np.allclose(evaluate(np.sin, huge), np.abs(np.sin(huge)), rtol=1e-14)
    big = np.array([-800.0, -300.0, 300.0, 0.0, 1e-20])
    assert np.allclose(evaluate(np.exp, big), np.exp(big), rtol=1e-13, atol=0.0)
    tiny = np.array([5e-324, 1e-310, 1e308, 1.0, 2.0])
    assert np.allclose(evaluate(np.log, tiny), np.abs(np.log(tiny)), rtol=1e-15)


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 63, 64, 65, 130, 200])
def test_every_number_of_instances(build, count):
    rng = np.random.default_rng(count)
    first, second = rng.permutation(count), rng.permutation(count)

    def objective(x):
        return np.sum(x[first] * np.exp(x[second]))

    def constraints(x):
        return np.concatenate([x**3, x[first] * x[::-1] ** 2])

    x = rng.uniform(0.5, 1.5, count)
    problem = asdopt.Problem(objective, asdopt.Constraint(constraints, -np.inf, np.inf), x0=x)
    gradient = np.zeros(count)
    np.add.at(gradient, first, np.exp(x[second]))
    np.add.at(gradient, second, x[first] * np.exp(x[second]))
    assert np.allclose(problem.gradient(x), gradient, rtol=1e-14)
    jacobian = np.zeros((2 * count, count))
    jacobian[np.arange(count), np.arange(count)] = 3 * x**2
    rows = np.arange(count, 2 * count)
    np.add.at(jacobian, (rows, first), x[::-1] ** 2)
    np.add.at(jacobian, (rows, np.arange(count)[::-1]), 2 * x[first] * x[::-1])
    assert np.allclose(problem.jacobian(x).toarray(), jacobian, rtol=1e-14)
    assert np.isclose(problem.objective(x), objective(x), rtol=1e-14)
    assert np.allclose(problem.constraints(x), constraints(x), rtol=1e-14)


def test_programs_with_many_registers(build):
    def row(a, b, c, d):
        parts = [np.sin(k * a + b) * np.cos(k * c - d) for k in range(1, 25)]
        total = 1.0
        for part in parts:
            total = total * (1.0 + 0.01 * part)
        return total + sum(p * q for p, q in zip(parts, parts[::-1], strict=True))

    def fun(x):
        return [row(*x[4 * k : 4 * k + 4]) for k in range(70)]

    x = np.random.default_rng(0).uniform(0.2, 0.8, 280)
    problem = asdopt.Problem(None, asdopt.Constraint(fun, -np.inf, np.inf), x0=x)
    assert problem.evaluator._branch.engine.num_instances == [70]
    assert np.allclose(problem.constraints(x), fun(x), rtol=1e-13)
    direction = np.random.default_rng(1).normal(size=280)
    exact = np.imag(fun(x + 1e-30j * direction)) / 1e-30
    assert np.allclose(problem.jacobian(x) @ direction, exact, rtol=1e-11, atol=1e-11)


def test_wrong_arrays_are_refused():
    problem = asdopt.Problem(lambda x: x[0] * x[1], x0=[1.0, 2.0])
    machine = problem.evaluator._branch.engine._machine
    with pytest.raises(ValueError, match="contiguous array of 2 float64"):
        machine.gradient(np.ones(3))
    with pytest.raises(ValueError, match="contiguous array of 2 float64"):
        machine.gradient(np.ones((2, 2))[:, 0])
    with pytest.raises(ValueError, match="contiguous array of 1 float64"):
        machine.hessian(np.ones(2), np.ones(5))
    with pytest.raises(ValueError, match="1 parameters were given, the trace has 0"):
        machine.set_parameters(np.ones(1))


def test_results_are_not_written_over_what_is_read():
    """Entries would be computed from multipliers that the first ones have overwritten."""
    problem = asdopt.Problem(
        lambda x: sum(x**4), asdopt.Constraint(lambda x: x**3, 0.0, 1.0), x0=np.ones(5)
    )
    x = np.arange(1.0, 6.0)
    both = np.ones(6)
    for values in (problem.jacobian_values, problem.hessian_values):
        with pytest.raises(ValueError, match="shares memory with x"):
            values(x, out=x)
    for out in (both[:5], both[1:]):
        with pytest.raises(ValueError, match="shares memory with the multipliers"):
            problem.hessian_values(x, both[:5], out=out)
    neighbors = np.ones(10)
    problem.hessian_values(x, neighbors[:5], out=neighbors[5:])
    assert np.array_equal(neighbors[5:], problem.hessian_values(x, np.ones(5)))
