"""A solve leaves nothing behind but its solution."""

from __future__ import annotations

import gc
import importlib.util
import weakref

import numpy as np
import pytest

import asdopt

NEEDED = {"ipopt": "cyipopt", "uno": "unopy"}


@pytest.mark.parametrize("solver", ["ipopt", "trust-constr", "slsqp", "uno"])
def test_a_problem_that_was_solved_is_freed(solver: str) -> None:
    """Solvers hold callbacks, which hold the problem, where no garbage collector looks."""
    if importlib.util.find_spec(NEEDED.get(solver, "scipy")) is None:
        pytest.skip(f"{solver} is not installed")
    infos = []
    problem = asdopt.Problem(
        lambda x: np.sum((x - 1.0) ** 4),
        asdopt.Constraint(lambda x: [x[0] * x[1]], -1.0, 0.5),
        x0=np.zeros(3),
    )
    solution = problem.solve(solver, callback=infos.append)
    assert infos
    alive = weakref.ref(problem)
    del problem
    gc.collect()
    assert alive() is None
    assert solution.success
