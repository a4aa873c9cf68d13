"""Flattening: what is constant, linear, and a term, and what stays whole."""

from __future__ import annotations

import numpy as np

import asdopt
from asdopt.kernels._terms import flatten


def flattened(fun, size, max_steps=10**9):
    problem = asdopt.Problem(
        None, asdopt.Constraint(fun, -np.inf, np.inf), x0=np.linspace(0.4, 0.9, size)
    )
    found = problem.evaluator.trace
    constants, linear, terms, whole = flatten(
        found, found.outputs[1:], max_steps, np.full(2 * found.num_nodes, np.nan)
    )
    rows = [
        (
            constants[r],
            dict(
                zip(
                    linear[1][linear[0][r] : linear[0][r + 1]].tolist(),
                    linear[2][linear[0][r] : linear[0][r + 1]].tolist(),
                    strict=True,
                )
            ),
            terms[2][terms[0][r] : terms[0][r + 1]].tolist(),
        )
        for r in range(len(whole))
    ]
    return rows, whole


def test_constants_linear_parts_and_terms_are_told_apart():
    rows, whole = flattened(
        lambda x: [3.0 + 2 * (x[0] - x[1] / 4), x[0] * x[1] - 5 * np.sin(x[2]) + x[2], 7.0], 3
    )
    assert rows[0] == (3.0, {0: 2.0, 1: -0.5}, [])
    assert rows[1] == (0.0, {2: 1.0}, [1.0, -5.0])
    assert rows[2] == (7.0, {}, [])
    assert not whole.any()


def test_what_cancels_is_gone():
    rows, _ = flattened(lambda x: [x[0] + x[1] - x[0]], 2)
    assert rows[0] == (0.0, {1: 1.0}, [])


def test_shared_sums_are_walked_once():
    def doubled(x):
        total = x[0] * x[1] + x[0]
        for _ in range(200):
            total = total + total
        return [total]

    rows, _ = flattened(doubled, 2)
    assert rows[0] == (0.0, {0: 2.0**200}, [2.0**200])


def test_a_row_whose_coefficients_leave_the_range_stays_whole():
    rows, whole = flattened(lambda x: [1e-150 * (1e-150 * x[0] ** 2), x[0] ** 2], 1)
    assert whole.tolist() == [True, False]
    assert rows[0] == (0.0, {}, [1.0])


def test_a_factor_zero_hides_nothing_of_the_value():
    # 0 * log(0) is NaN, and stays a term.
    rows, _ = flattened(lambda x: [0.0 * np.log(x[0])], 1)
    assert rows[0][2] == [1.0]


def test_rows_beyond_the_allowed_steps_stay_whole():
    _, whole = flattened(lambda x: [x[0] + x[1] * x[0], x[1]], 2, max_steps=-1)
    assert whole.all()
