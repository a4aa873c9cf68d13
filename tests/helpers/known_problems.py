"""Problems with published or evident optima, for every solver."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from asdopt import Constraint, Problem, Solution, Status


def hs071() -> Problem:
    def cost(x: Any) -> Any:
        return x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2]

    def product(x: Any) -> Any:
        return x[0] * x[1] * x[2] * x[3]

    def norm(x: Any) -> Any:
        return sum(v * v for v in x)

    return Problem(
        cost,
        [Constraint(product, 25.0, name="product"), Constraint(norm, 40.0, 40.0, name="norm")],
        x0=[1.0, 5.0, 5.0, 1.0],
        bounds=[(1.0, 5.0)] * 4,
    )


def rosenbrock() -> Problem:
    return Problem(lambda x: (x[0] - 1) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2, x0=[-1.2, 1.0])


def assert_hs071(solution: Solution) -> None:
    # Hock, Schittkowski: Test examples for nonlinear programming codes (1981), no. 71.
    assert solution.status is Status.OPTIMAL
    assert solution.fun == pytest.approx(17.0140173, abs=1e-6)
    np.testing.assert_allclose(solution.x, [1.0, 4.7429994, 3.8211503, 1.3794082], atol=1e-6)
    np.testing.assert_allclose(solution.multipliers["product"], [-0.5522936], atol=1e-6)
    np.testing.assert_allclose(solution.multipliers["norm"], [0.1614686], atol=1e-6)
    np.testing.assert_allclose(solution.bound_multipliers[0], [1.0878712, 0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(solution.bound_multipliers[1], np.zeros(4), atol=1e-6)


def ranges() -> Problem:
    return Problem(
        lambda x: (x[0] - 9) ** 2 + (x[1] + 9) ** 2 + x[2] ** 2,
        [
            Constraint(lambda x: [x[0] + x[2], x[1] * 2], [-1, -4], [4, 4], name="two sides"),
            Constraint(lambda x: x[0] - x[2] ** 2, ub=50.0, name="loose"),
        ],
        x0=[0.0, 0.0, 0.5],
    )


def branching(x: Any) -> Any:
    if x[0] > 1:
        return x[1] * x[0] + x[2]
    return x[2] + 0 * x[0]


def branching_problem() -> Problem:
    return Problem(
        lambda x: (x[0] - 3) ** 2 + x[1] ** 2 + x[2] ** 2,
        Constraint(branching, 4.0, 4.0, name="row"),
        x0=[0.0, 0.5, 1.0],
    )
