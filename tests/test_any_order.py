"""Values do not depend on what was asked for before: the objective is evaluated alone.

What a solver asks for, in any order and at points that come and go, is what a fresh engine gives,
bit for bit; and nothing is evaluated twice at a point, or before it is asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from random_traces import RandomTrace

import asdopt
from asdopt import Constraint, Problem, external
from asdopt._engine import Engine
from asdopt.detection import hessian_pattern, jacobian_pattern
from asdopt.tracing._trace import Trace

KINDS = ("objective", "outputs", "gradient", "jacobian_values", "hessian_values")


def make_engine(trace: Trace) -> Engine:
    jacobian = jacobian_pattern(trace, trace.outputs[1:])
    return Engine(trace, jacobian, hessian_pattern(trace, trace.outputs))


def ask(engine: Engine, kind: str, x: Any) -> Any:
    if kind == "hessian_values":
        return engine.hessian_values(x, np.linspace(-1.0, 2.0, 1 + len(engine.outputs(x)[1:])))
    return getattr(engine, kind)(x)


@pytest.mark.parametrize("seed", range(16))
def test_any_order_of_calls_gives_what_a_fresh_engine_gives(seed: int) -> None:
    made = RandomTrace(np.random.default_rng(seed))
    trace = made.trace()
    rng = np.random.default_rng(seed)
    points = [made.x, made.x * 1.01]
    for change in (0.7, -0.0, np.nan):  # of one variable, which the objective may not read
        points.append(made.x.copy())
        points[-1][int(rng.integers(made.num_inputs))] = change
    all_parameters = [made.parameters, made.parameters + 0.1]

    expected: dict[tuple[str, int, int], Any] = {}
    used = make_engine(trace)
    used.set_parameters(made.parameters)
    buffer = np.empty(made.num_inputs)  # changed in place, as by a careless caller
    p = k = 0
    for _ in range(80):
        kind = str(rng.choice(KINDS))
        if rng.random() < 0.4:
            k = int(rng.integers(len(points)))
        if rng.random() < 0.1:
            p = int(rng.integers(2))
            used.set_parameters(all_parameters[p])
        buffer[:] = points[k]
        key = kind, k, p
        if key not in expected:
            fresh = make_engine(trace)
            fresh.set_parameters(all_parameters[p])
            expected[key] = ask(fresh, kind, points[k])
        np.testing.assert_array_equal(ask(used, kind, buffer), expected[key], err_msg=f"{key}")
        assert used.objective(buffer) == used.outputs(buffer)[0] or np.isnan(used.objective(buffer))


class Counted:
    """An external function that counts its calls."""

    def __init__(self, factor: float) -> None:
        self.factor = factor
        self.num_calls = 0
        self.function = external(self.values, self.jacobian, self.hessian)

    def values(self, x: Any) -> Any:
        self.num_calls += 1
        return np.array([self.factor * np.sin(x[0]) * x[1]])

    def jacobian(self, x: Any) -> Any:
        return self.factor * np.array([[np.cos(x[0]) * x[1], np.sin(x[0])]])

    def hessian(self, x: Any, w: Any) -> Any:
        s, c = self.factor * w[0] * np.sin(x[0]), self.factor * w[0] * np.cos(x[0])
        return np.array([[-s * x[1], c], [c, 0.0]])


N = 80
MATRIX = np.random.default_rng(1).normal(size=(N, 12))


def parts(mine: Any, both: Any, theirs: Any) -> tuple[Any, Any]:
    """Functions of every kind: kernels, affine maps, a chain, a branch, parameters, externals."""

    def chain(x: Any) -> Any:
        total = x[0]
        for k in range(40):
            total = np.sin(total * x[k % 5]) + x[(k + 1) % 7]
        return total

    def objective(x: Any, p: Any) -> Any:
        fit = np.log1p(np.exp(MATRIX[:50] @ x[:12]))
        branch = x[1] ** 2 if x[0] > 0 else -x[1]
        return np.sum(fit) + chain(x) + p[0] * branch + mine(x[:2])[0] + both(x[2:4])[0] + x[N - 1]

    def constraints(x: Any, p: Any) -> Any:
        fit = np.log1p(np.exp(MATRIX @ x[:12])) - p[1]
        rest = np.exp(x[1:]) * x[:-1]
        return np.concatenate(
            [fit, rest, [chain(x) ** 2, theirs(x[4:6])[0], both(x[2:4])[0], x[3], 2.0]]
        )

    return objective, constraints


def test_every_kind_of_function_in_any_order() -> None:
    counted = [Counted(k) for k in (1.0, 2.0, 3.0)]
    objective, constraints = parts(*(each.function for each in counted))

    def make() -> Problem:
        return Problem(
            objective,
            Constraint(constraints, -np.inf, np.inf),
            x0=np.full(N, 0.3),
            parameters=[2.0, 0.5],
        )

    used, rng = make(), np.random.default_rng(0)
    points = [rng.uniform(0.1, 0.5, N) for _ in range(3)]
    points.append(points[0].copy())
    points[-1][40] += 0.1  # which the objective does not read
    points.append(-points[1])  # the other branch
    multipliers = rng.normal(size=used.m)
    for x in points:
        used.evaluator.enter(x)
    calls = {
        "f": lambda problem, x: problem.objective(x),
        "g": lambda problem, x: problem.gradient(x),
        "c": lambda problem, x: problem.constraints(x),
        "J": lambda problem, x: problem.jacobian(x).toarray(),
        "H": lambda problem, x: problem.hessian(x, multipliers, 0.7).toarray(),
    }
    expected = {}
    for k, x in enumerate(points):
        fresh = make()
        expected |= {(name, k): call(fresh, x) for name, call in calls.items()}
    for _ in range(200):
        name, k = str(rng.choice(list(calls))), int(rng.integers(len(points)))
        np.testing.assert_array_equal(calls[name](used, points[k]), expected[name, k], name)


def test_nothing_is_evaluated_twice_or_before_it_is_asked_for() -> None:
    counted = [Counted(k) for k in (1.0, 2.0, 3.0)]
    objective, constraints = parts(*(each.function for each in counted))
    problem = Problem(
        objective,
        Constraint(constraints, -np.inf, np.inf),
        x0=np.full(N, 0.3),
        parameters=[2.0, 0.5],
    )

    def counts() -> list[int]:
        found = [each.num_calls for each in counted]
        for each in counted:
            each.num_calls = 0
        return found

    counts()
    x = np.full(N, 0.25)
    problem.objective(x)
    problem.gradient(x)
    assert counts() == [1, 1, 0]
    problem.constraints(x)
    problem.jacobian(x)
    problem.hessian(x, np.ones(problem.m))
    problem.objective(x)
    assert counts() == [0, 1, 1]  # two calls are two, as in Python
    x = np.full(N, 0.26)
    problem.constraints(x)
    problem.objective(x)
    assert counts() == [1, 2, 1]


def test_each_function_is_refused_for_its_own_values() -> None:
    """A constraint without a value does not hide that of the objective."""
    problem = Problem(
        lambda x: x[0] ** 2,
        Constraint(lambda x: [np.log(x[1]), x[0]], -np.inf, np.inf),
        x0=[1.0, 1.0],
    )
    x = np.array([2.0, -1.0])
    assert problem.objective(x) == 4.0
    with pytest.raises(asdopt.EvaluationError, match=r"log.*test_any_order\.py"):
        problem.constraints(x)
    other = Problem(
        lambda x: np.log(x[0]), Constraint(lambda x: x[1] ** 2, -np.inf, np.inf), x0=[1.0, 1.0]
    )
    with pytest.raises(asdopt.EvaluationError, match=r"log.*test_any_order\.py"):
        other.objective([-1.0, 2.0])
    assert other.constraints([-1.0, 2.0]) == [4.0]


@pytest.mark.parametrize("shared", [True, False])
def test_terms_of_objective_and_constraints_in_one_kernel(shared: bool) -> None:
    """Rows that are evaluated with the objective are added to by others, again and again."""
    n = 100

    def objective(x: Any) -> Any:
        return np.sum(np.exp(x) * x)

    def constraints(x: Any) -> Any:
        return (np.exp(x) if shared else np.cosh(x)) + np.sin(x[::-1] * x) + 3 * x + 1.0

    problem = Problem(objective, Constraint(constraints, -np.inf, np.inf), x0=np.full(n, 0.5))
    rng = np.random.default_rng(2)
    for _ in range(30):
        x = np.full(n, rng.choice([0.1, 0.2]))
        x[rng.integers(n)] = 0.3
        for ask_first in rng.permutation(["f", "c", "f", "c"]):
            if ask_first == "f":
                assert np.isclose(problem.objective(x), objective(x), rtol=1e-14)
            else:
                assert np.allclose(problem.constraints(x), constraints(x), rtol=1e-14)
