"""Check a problem against its own functions, run as plain Python.

Enters: a problem and a point. Leaves: a :class:`DerivativeCheck` that names the worst entry.
Values come from the user's functions called with plain floats, not from the tape, so that the
check sees a fault of tracing as well as one of differentiation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from asdopt._problem import Problem

__all__ = ["DerivativeCheck", "check_derivatives"]

FloatArray = npt.NDArray[np.float64]
# Columns differenced one by one; beyond that a random choice, and random directions.
_MAX_COLUMNS = 200


@dataclass(frozen=True)
class DerivativeCheck:
    """Outcome of :meth:`asdopt.Problem.check_derivatives`.

    Parameters
    ----------
    passed : bool
    errors : dict of str to float
        Largest relative error of values, first and second derivatives.
    worst : dict of str to str
        Where each of them is, by the names of row and variable.
    tolerance : float
    """

    passed: bool
    errors: dict[str, float]
    worst: dict[str, str]
    tolerance: float

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        head = "derivatives agree" if self.passed else "DERIVATIVES DISAGREE"
        lines = [f"{head} with plain Python and finite differences to {self.tolerance:g}:"]
        lines += [f"  {k:<18} {v:.1e}  {self.worst[k]}" for k, v in self.errors.items()]
        return "\n".join(lines)

    __repr__ = __str__


def check_derivatives(
    problem: Problem,
    plain: Callable[[FloatArray], FloatArray],
    x: FloatArray,
    tolerance: float,
    seed: int,
) -> DerivativeCheck:
    """Compare values, first and second derivatives with differences.

    Parameters
    ----------
    problem : Problem
    plain : callable
        Objective and constraints of the user's functions with plain floats, shape (1 + m,).
    x : ndarray of float64, shape (n,)
    tolerance : float
        Relative to the largest entry of the row, or 1.
    seed : int
        For multipliers and directions.

    Returns
    -------
    DerivativeCheck
    """
    rng = np.random.default_rng(seed)
    label = problem.output_label
    values = np.concatenate([[problem.objective(x)], problem.constraints(x)])
    expected = plain(x)
    worst: dict[str, str] = {}
    errors: dict[str, float] = {}
    _note(errors, worst, "values", np.abs(values - expected) / (1 + np.abs(expected)), label)

    multipliers = rng.uniform(-1.0, 1.0, problem.m)
    jacobian, gradient = problem.jacobian(x), problem.gradient(x)
    lower = problem.hessian(x, multipliers)
    hessian = lower + lower.T
    hessian.setdiag(lower.diagonal())

    def lagrangian_gradient(point: FloatArray) -> FloatArray:
        return np.asarray(problem.gradient(point) + problem.jacobian(point).T @ multipliers)

    scale = 1.0 + _row_scale(jacobian, gradient)
    curvature = 1.0 + np.abs(hessian).max(axis=1).toarray().reshape(-1) if problem.n else None
    for direction, name in _directions(problem, rng):
        exact = np.concatenate([[gradient @ direction], jacobian @ direction])
        error = np.abs(exact - _difference(plain, x, direction)) / scale
        _note(errors, worst, "first derivatives", error, partial(_place, label, name))
        second = _difference(lagrangian_gradient, x, direction)
        error = np.abs(hessian @ direction - second) / curvature
        _note(
            errors,
            worst,
            "second derivatives",
            error,
            partial(_place, problem.names.__getitem__, name),
        )
    passed = all(np.isfinite(e) and e <= tolerance for e in errors.values())
    return DerivativeCheck(passed, errors, worst, tolerance)


def _place(row: Callable[[int], str], direction: str, i: int) -> str:
    return f"{row(i)}, {direction}"


def _directions(problem: Problem, rng: np.random.Generator) -> list[tuple[FloatArray, str]]:
    n = problem.n
    chosen = range(n) if n <= _MAX_COLUMNS else rng.choice(n, _MAX_COLUMNS, replace=False)
    found = []
    for j in chosen:
        unit = np.zeros(n)
        unit[j] = 1.0
        found.append((unit, f"variable {problem.names[int(j)]}"))
    if n > _MAX_COLUMNS:
        found += [(rng.normal(size=n) / np.sqrt(n), "a random direction") for _ in range(3)]
    return found


def _difference(
    fun: Callable[[FloatArray], FloatArray], x: FloatArray, direction: FloatArray
) -> FloatArray:
    """Directional derivative by central differences, extrapolated once."""
    h = min(float(np.finfo(np.float64).eps) ** 0.2 * max(1.0, float(np.abs(x).max())), 1e-2)
    near = fun(x + 0.5 * h * direction) - fun(x - 0.5 * h * direction)
    far = fun(x + h * direction) - fun(x - h * direction)
    return np.asarray((8.0 * near - far) / (6.0 * h))


def _row_scale(jacobian: Any, gradient: FloatArray) -> FloatArray:
    rows = np.abs(jacobian).max(axis=1).toarray().reshape(-1) if jacobian.shape[0] else []
    return np.asarray(np.concatenate([[np.abs(gradient).max(initial=0.0)], rows]))


def _note(
    errors: dict[str, float],
    worst: dict[str, str],
    kind: str,
    error: FloatArray,
    where: Callable[[int], str],
) -> None:
    if error.size == 0:
        return
    # NaN counts as worst of all.
    at = int(np.argmax(np.where(np.isnan(error), np.inf, error)))
    value = float(error[at])
    if kind not in errors or not value <= errors[kind]:
        errors[kind], worst[kind] = value, where(at)
