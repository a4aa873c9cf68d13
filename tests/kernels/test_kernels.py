"""Templates found in models: how many, how often, and the same for every way of writing."""

from __future__ import annotations

import numpy as np
import pytest

import asdopt
from asdopt.kernels import Kernels
from pglib_cases import acopf, load


def kernels(objective, constraints, x0):
    evaluator = asdopt.Problem(
        objective, asdopt.Constraint(constraints, -np.inf, np.inf), x0=x0
    ).evaluator
    return Kernels(evaluator.trace, evaluator.jacobian_pattern, evaluator.hessian_pattern)


@pytest.mark.parametrize("form", ["loop", "vectorized"])
def test_power_flow_has_few_templates(form):
    engine = acopf(load("14_ieee"), form).evaluator._branch.engine
    # shunts, flows of branches without and with conductance, thermal limits of both ends
    assert sorted(engine.num_instances) == [1, 5, 15, 40]


def test_terms_of_several_rows_share_one_instance():
    def constraints(x):
        rows = []
        for k in range(10):
            a, b = x[2 * k], x[2 * k + 1]
            rows += [2.0 * np.sin(a * b), 3.0 * np.sin(a * b) + a, np.cos(a * b)]
        return rows

    assert kernels(lambda x: 0.0, constraints, np.full(20, 0.5)).num_instances == [10]


def test_rows_with_equal_variables_that_share_nothing_stay_apart():
    t = np.linspace(0.0, 1.0, 30)
    found = kernels(lambda x: 0.0, lambda x: x[0] * np.exp(x[1] * t), [1.0, 0.5])
    assert found.num_instances == [30]


def test_a_square_is_not_a_product():
    found = kernels(
        lambda x: 0.0, lambda x: [x[i] * x[j] for i in range(4) for j in range(4)], np.ones(4)
    )
    assert sorted(found.num_instances) == [4, 6]  # x_i x_j and x_j x_i are one


def test_constants_zero_and_one_are_no_reason_for_a_template_of_their_own():
    factors = [0.5, 1.0, 2.0, -1.0, 3.0]
    found = kernels(
        lambda x: 0.0, lambda x: [np.sin(c * x[k]) for k, c in enumerate(factors)], np.ones(5)
    )
    assert sorted(found.num_instances) == [5]


def test_long_chains_and_wide_sums_are_left_to_sweeps():
    def chain(x):
        state = x[0]
        for k in range(300):
            state = state + 0.01 * np.sin(state * x[k])
        return state

    found = kernels(chain, lambda x: [np.sqrt(np.sum(x**2)), x[0] * x[1]], np.full(300, 0.1))
    assert set(found.remainder.rows.tolist()) == {0, 1}
    assert len(found.num_instances) < 10  # short terms of the chain, and the product


def test_an_empty_problem_has_an_empty_machine():
    found = kernels(lambda x: 1.0, lambda x: [], np.empty(0))
    assert found.machine.outputs(np.empty(0)).tolist() == [1.0]
    assert found.machine.jacobian(np.empty(0)).size == 0


def test_zero_multipliers_hide_infinite_curvature():
    problem = asdopt.Problem(
        None,
        asdopt.Constraint(lambda x: [x[0] ** 1.5, np.sqrt(x[1])], -np.inf, np.inf),
        x0=[1.0, 1.0],
    )
    values = problem.hessian([0.0, 4.0], [0.0, 1.0]).toarray()
    assert values.tolist() == [[0.0, 0.0], [0.0, -1 / 32]]


def test_what_is_behind_the_unused_side_of_a_selection_is_not_seen():
    def fun(x):
        return np.where(x > 0.0, np.sqrt(np.where(x > 0.0, x, 0.0)), 2.0 * x)

    problem = asdopt.Problem(None, asdopt.Constraint(fun, -np.inf, np.inf), x0=[1.0, -1.0])
    assert problem.jacobian([4.0, -1.0]).toarray().tolist() == [[0.25, 0.0], [0.0, 2.0]]
    assert problem.hessian([4.0, -1.0], [1.0, 1.0]).toarray().tolist() == [
        [-1 / 32, 0.0],
        [0.0, 0.0],
    ]


def test_finite_values_whose_sum_overflows_are_refused():
    """Values are looked at where they are computed, before they are added up."""

    def fun(x):
        return sum(x[0] ** 2 * x[k] for k in range(1, 71))

    problem = asdopt.Problem(fun, asdopt.Constraint(lambda x: [fun(x)], 0, 1), x0=np.ones(71))
    assert problem.evaluator._branch.engine.num_instances == [70]
    x = np.full(71, 1e307)
    x[0] = 1.0
    with pytest.raises(asdopt.EvaluationError, match="gradient"):
        problem.gradient(x)
    with pytest.raises(asdopt.EvaluationError, match="jacobian"):
        problem.jacobian_values(x)
    x[0] = 1e-200
    assert np.isfinite(problem.gradient(x)).all()
    with pytest.raises(asdopt.EvaluationError, match="hessian"):
        problem.hessian_values(x, [1.0])
