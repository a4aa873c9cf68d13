"""Conditions under which a solution moves smoothly with the parameters.

Enters: a problem and a point with multipliers. Leaves: which constraints are active; or a refusal
that names the condition that fails and where. Conditions: the point is stationary; active
inequalities have a multiplier that is not zero (strict complementarity); the gradients of active
constraints are linearly independent; the Lagrangian curves upwards along them (second order).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import block_array, csr_array, diags_array, eye_array

from asdopt._errors import InputError
from asdopt._problem import Problem
from asdopt.applications._linear import pivots, symmetric_decomposition

__all__ = [
    "active_bounds",
    "active_rows",
    "check_independent",
    "check_second_order",
    "check_stationary",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# Squared singular value of the normalized gradients below which they count as dependent.
_DEPENDENT = 1e-12


def check_stationary(
    problem: Problem,
    x: FloatArray,
    multipliers: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    tol: float,
) -> None:
    """Refuse a point where the gradient of the Lagrangian is not zero."""
    gradient = problem.gradient(x)
    pull = problem.jacobian(x).T @ multipliers
    residual = gradient + pull - lower + upper
    residual[problem.lb == problem.ub] = 0.0
    scale = 1.0 + max(np.abs(part).max(initial=0.0) for part in (gradient, multipliers))
    worst = int(np.abs(residual).argmax()) if x.size else 0
    if x.size and abs(residual[worst]) > tol * scale:
        raise InputError(
            "optimum_sensitivity() was given a point that is no solution for the parameters of "
            f"the problem: the Lagrangian's derivative by {problem.names[worst]} is "
            f"{residual[worst]:.3g}. Solve the problem with these parameters, to a small tolerance."
        )


def _classify(
    what: str,
    names: Any,
    distance: FloatArray,
    multiplier: FloatArray,
    equal: BoolArray,
    tol: float,
) -> BoolArray:
    """Tell active inequalities from inactive ones; refuse those that are both or neither."""
    size = np.abs(multiplier) / (1.0 + np.abs(multiplier).max(initial=0.0))
    doubtful = np.flatnonzero((distance < tol) & (size < tol) & ~equal)
    if doubtful.size:
        i = int(doubtful[0])
        raise InputError(
            f"Strict complementarity fails: {what} {names()[i]} is active (distance to its bound "
            f"{distance[i]:.2g}) and has no multiplier ({multiplier[i]:.2g}), so that the solution "
            "has different derivatives to either side. Move the parameters a little, leave the "
            "constraint out if it is redundant, or solve to a smaller tolerance."
        )
    return np.asarray(equal | (distance < size))


def active_rows(problem: Problem, x: FloatArray, multipliers: FloatArray, tol: float) -> BoolArray:
    """Mark the constraint rows that hold with equality.

    Raises
    ------
    InputError
        Strict complementarity fails.
    """
    values = problem.constraints(x)
    distance = np.minimum(np.abs(values - problem.cl), np.abs(problem.cu - values))
    distance /= _size(problem.cl, problem.cu)
    equal = problem.cl == problem.cu
    return _classify("constraint", lambda: problem.row_names, distance, multipliers, equal, tol)


def active_bounds(
    problem: Problem, x: FloatArray, lower: FloatArray, upper: FloatArray, tol: float
) -> BoolArray:
    """Mark the variables that stand at a bound.

    Raises
    ------
    InputError
        Strict complementarity fails.
    """
    distance = np.minimum(np.abs(x - problem.lb), np.abs(problem.ub - x))
    distance /= _size(problem.lb, problem.ub)
    equal = problem.lb == problem.ub
    multiplier = np.maximum(lower, upper)
    return _classify("the bound of", lambda: problem.names, distance, multiplier, equal, tol)


def _size(lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Sizes that distances to finite bounds are compared with."""
    sizes = [np.where(np.isfinite(bound), np.abs(bound), 0.0) for bound in (lower, upper)]
    return np.asarray(1.0 + np.maximum(*sizes))


def _normalized(gradients: csr_array) -> csr_array:
    norms = np.sqrt(np.asarray(gradients.multiply(gradients).sum(axis=1)).ravel())
    return csr_array(diags_array(1.0 / np.where(norms > 0, norms, 1.0)) @ gradients)


def check_independent(problem: Problem, gradients: csr_array, active: BoolArray) -> None:
    """Refuse active constraints whose gradients, over the free variables, are dependent.

    The smallest singular value of the normalized gradients is found by inverse iteration with the
    matrix ``[I A'; A -d I]``, which has a stable decomposition for every A.
    """
    m, n = gradients.shape
    if m == 0:
        return
    A = _normalized(gradients)
    rest = eye_array(m) * -_DEPENDENT
    lu = symmetric_decomposition(block_array([[eye_array(n), A.T], [A, rest]], format="csc"))
    y = np.cos(np.arange(1.0, m + 1))
    smallest = 0.0
    for _ in range(20):
        y /= np.linalg.norm(y)
        if lu is None:
            break
        # elimination of the first block leaves -(A A' + d I) y = y_before
        y = -lu.solve(np.concatenate([np.zeros(n), y]))[n:]
        before, smallest = smallest, 1.0 / float(np.linalg.norm(y))
        if abs(smallest - before) <= 0.01 * smallest:
            break
    if smallest > 100 * _DEPENDENT:
        return
    weights = np.abs(y) / np.abs(y).max()
    rows = np.flatnonzero(active)[weights > 1e-3]
    names = ", ".join(problem.row_names[int(row)] for row in rows[:5])
    more = f" and {rows.size - 5} more" if rows.size > 5 else ""
    raise InputError(
        "Linear independence fails: the gradients of the active constraints are dependent over "
        f"the variables that do not stand at a bound; the dependence is among {names}{more}. The "
        "multipliers are then not unique and have no derivatives: remove redundant constraints."
    )


def check_second_order(hessian: csr_array, gradients: csr_array) -> None:
    """Refuse a Lagrangian that does not curve upwards along the active constraints."""
    m, n = gradients.shape
    if n == m:
        return  # no direction is left along the constraints
    if hessian.count_nonzero():
        # Variables in units in which the Hessian's columns are of the same size.
        largest = np.asarray(abs(hessian).max(axis=0).todense()).ravel()
        units = diags_array(1.0 / np.sqrt(np.where(largest > 0.0, largest, largest.max())))
        if _curves_upwards(csr_array(units @ hessian @ units), _normalized(gradients @ units)):
            return
    raise InputError(
        "The second-order condition fails: the Hessian of the Lagrangian is not positive definite "
        "along the active constraints. The point is no strict minimum, and does not move smoothly "
        "with the parameters: look at the objective there, or start from another point."
    )


def _curves_upwards(H: csr_array, A: csr_array) -> bool:
    """Whether ``v' H v > 0`` for all v with ``A v = 0``.

    This holds if and only if ``[H A'; A -d I]`` has as many positive eigenvalues as H has rows,
    for small d > 0, and ``H + A' A / d`` only positive ones. The signs of pivots count them: those
    of the first matrix, which stays sparse, where they are accurate, else those of the second one.
    """
    m, n = A.shape
    rest = eye_array(m) * -1e-9
    matrix = block_array([[H, A.T], [A, rest]], format="csc") if m else H.tocsc()
    lu = symmetric_decomposition(matrix)
    if lu is not None:
        probe = np.sin(np.arange(1.0, n + m + 1))
        with np.errstate(all="ignore"):
            error = float(np.abs(matrix @ lu.solve(probe) - probe).max())
        if np.isfinite(error) and error < 1e-6:
            return int((pivots(lu) > 1e-12).sum()) == n
    lu = symmetric_decomposition((H + 1e8 * (A.T @ A)).tocsc())
    return lu is not None and bool((pivots(lu) > 1e-12).all())
