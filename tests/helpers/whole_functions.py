"""Check whole functions of a user: value, Jacobian and Hessian against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt import Constraint, Problem

Vector = npt.NDArray[np.float64]
STENCIL = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))


def numbers(value: Any) -> Vector:
    """Everything that a function returned as one vector."""
    if isinstance(value, (list, tuple)):
        return np.concatenate([np.zeros(0), *map(numbers, value)])
    return np.ravel(np.asarray(value, dtype=float))


def _slopes(fun: Callable[[Vector], Vector], x: Vector, step: float) -> Vector:
    columns = [
        sum(w * fun(x + k * step * unit) for k, w in STENCIL) / step for unit in np.eye(len(x))
    ]
    return np.array(columns).T


def check_function(
    fun: Callable[[Any], Any],
    x: Any,
    *,
    rtol: float = 1e-12,
    slopes: float = 1e-6,
    curvature: float = 1e-5,
    step: float = 1e-3,
) -> None:
    """Check a function at a point and near it, as constraints of a problem."""
    x = np.asarray(x, dtype=float)
    want = numbers(fun(x.copy()))
    weights = np.cos(1.0 + np.arange(want.size))
    problem = Problem(lambda x: 0.0, Constraint(fun, -1e300, 1e300), x0=x)
    np.testing.assert_allclose(problem.constraints(x), want, rtol=rtol, atol=rtol)
    near = x * (1.0 + 0.7 * step)
    np.testing.assert_allclose(
        problem.constraints(near), numbers(fun(near.copy())), rtol=10 * rtol, atol=10 * rtol
    )
    jacobian = problem.jacobian(x).toarray()
    expected = _slopes(lambda at: numbers(fun(at.copy())), x, step)
    scale = max(1.0, np.max(np.abs(expected), initial=0.0))
    np.testing.assert_allclose(jacobian, expected, rtol=slopes, atol=slopes * scale)
    lower = problem.hessian(x, weights, obj_factor=0.0).toarray()
    hessian = lower + np.tril(lower, -1).T
    expected = _slopes(lambda at: problem.jacobian(at).toarray().T @ weights, x, step)
    scale = max(1.0, np.max(np.abs(expected), initial=0.0))
    np.testing.assert_allclose(hessian, expected, rtol=curvature, atol=curvature * scale)
