"""Implicit differentiation of an optimum: how solution and multipliers move with the parameters.

Enters: a `Problem` with parameters, and its solution. Leaves: products with dx/dp and with the
derivatives of the multipliers. The conditions for a differentiable solution are in `_regularity`.

At a solution the active constraints A(x, p) = 0 and the gradient of the Lagrangian vanish. Their
derivatives give the KKT system

    [H  A'] [dx     ]     [L_xp]
    [A  0 ] [dlambda] = - [A_p ] dp

over the variables that do not stand at a bound; these, and the multipliers of inactive
constraints, do not move.

References
----------
A. V. Fiacco (1976). Sensitivity analysis for nonlinear programming using penalty methods.
Mathematical Programming 10, 287-311.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import block_array, csc_array, csr_array, diags_array

from asdopt._constraints import Constraint
from asdopt._errors import InputError
from asdopt._problem import Problem
from asdopt._solution import Solution
from asdopt.applications._linear import columns_of, decompose
from asdopt.applications._regularity import (
    active_bounds,
    active_rows,
    check_independent,
    check_second_order,
    check_stationary,
)

__all__ = ["OptimumSensitivity", "optimum_sensitivity"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


class OptimumSensitivity:
    """Derivative of a solution x(p) and of its constraint multipliers.

    Made by `optimum_sensitivity`; holds one sparse LU decomposition, used by every product. All
    arrays are flat: variables as in `Problem.names`, multipliers as in `Problem.row_names`,
    parameters in C order.

    Attributes
    ----------
    free : ndarray of bool, shape (n,)
        Variables that do not stand at a bound.
    active : ndarray of bool, shape (m,)
        Constraint rows that hold with equality.
    """

    def __init__(self, free: BoolArray, active: BoolArray, by_parameters: csc_array, lu: Any):
        self.free = free
        self.active = active
        self._by_parameters = by_parameters
        self._lu = lu

    def forward(self, direction: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return how x and the multipliers move as p moves in a direction.

        Parameters
        ----------
        direction : array_like, shape (k,) or (k, r)
            Direction, or several as columns.

        Returns
        -------
        dx : ndarray, shape (n,) or (n, r)
        dmultipliers : ndarray, shape (m,) or (m, r)
        """
        dp = columns_of(direction, self._by_parameters.shape[1], "direction", "parameters")
        step = self._lu.solve(-(self._by_parameters @ dp))
        num_free = int(self.free.sum())
        dx = np.zeros((self.free.size, *dp.shape[1:]))
        dmultipliers = np.zeros((self.active.size, *dp.shape[1:]))
        dx[self.free] = step[:num_free]
        dmultipliers[self.active] = step[num_free:]
        return dx, dmultipliers

    def adjoint(
        self, x_weights: npt.ArrayLike, multiplier_weights: npt.ArrayLike | None = None
    ) -> FloatArray:
        """Return the gradient by p of ``x_weights @ x(p) + multiplier_weights @ multipliers(p)``.

        Parameters
        ----------
        x_weights : array_like, shape (n,)
        multiplier_weights : array_like, shape (m,), optional

        Returns
        -------
        ndarray, shape (k,)
            From one solve, whatever the number of parameters.
        """
        on_x = columns_of(x_weights, self.free.size, "x_weights", "variables")
        zeros = np.zeros((self.active.size, *on_x.shape[1:]))
        given = zeros if multiplier_weights is None else multiplier_weights
        on_rows = columns_of(given, self.active.size, "multiplier_weights", "constraint rows")
        weights = np.concatenate([on_x[self.free], on_rows[self.active]])
        return np.asarray(-(self._by_parameters.T @ self._lu.solve(weights, trans="T")))

    def jacobian(self) -> tuple[FloatArray, FloatArray]:
        """Return dx/dp (n, k) and dmultipliers/dp (m, k), dense, from k solves."""
        return self.forward(np.eye(self._by_parameters.shape[1]))


def _lagrangian_derivatives(
    problem: Problem, x: FloatArray, multipliers: FloatArray
) -> tuple[csr_array, csr_array]:
    """Hessian of the Lagrangian (both triangles) and Jacobian, with x and p as variables."""
    model = problem._model
    objective = model.objective
    joined = Problem(
        None if objective is None else (lambda z: objective(z["x"], z["p"])),
        [Constraint(_of_both(c.fun), -np.inf, np.inf, name=c.name) for c in model.constraints],
        x0={"x": problem.structure.unflatten(x), "p": problem.parameters},
    )
    lower = csr_array(joined.hessian(joined.x0, multipliers))
    hessian = csr_array(lower + lower.T - diags_array(lower.diagonal()))
    return hessian, csr_array(joined.jacobian(joined.x0))


def _of_both(fun: Any) -> Any:
    return lambda z: fun(z["x"], z["p"])


def optimum_sensitivity(
    problem: Problem, solution: Solution, *, tol: float = 1e-5
) -> OptimumSensitivity:
    """Differentiate the solution of a problem with respect to its parameters.

    Parameters
    ----------
    problem : Problem
        Problem with ``parameters=``, which are still those of the solution.
    solution : Solution
        What `Problem.solve` returned, converged tightly: ``options={"tol": 1e-10}``.
    tol : float, default 1e-5
        Below this an inequality's distance to its bound, or its multiplier, counts as zero; both
        relative to the size of the bound and of the multipliers.

    Returns
    -------
    OptimumSensitivity
        With `forward`, `adjoint` and `jacobian`.

    Raises
    ------
    InputError
        The problem has no parameters, the point is no solution, or the solution is not
        differentiable there: the gradients of the active constraints are linearly dependent, an
        active inequality has no multiplier (strict complementarity), or the second-order condition
        fails. The message names constraints and variables.

    Notes
    -----
    One Hessian and Jacobian in x and p together, and one sparse LU decomposition; then one sparse
    solve for each direction, forward or adjoint.

    Examples
    --------
    >>> import asdopt
    >>> problem = asdopt.Problem(
    ...     lambda x, p: (x[0] - p[0]) ** 2 + (x[1] - p[1]) ** 2,
    ...     asdopt.Constraint(lambda x, p: x[0] + x[1], 1.0, 1.0),
    ...     x0=[0.0, 0.0],
    ...     parameters=[2.0, 0.0],
    ... )
    >>> solution = problem.solve(options={"tol": 1e-10})
    >>> dx, _ = asdopt.applications.optimum_sensitivity(problem, solution).jacobian()
    >>> (dx + 0.0).round(6).tolist()
    [[0.5, -0.5], [-0.5, 0.5]]
    """
    if problem.parameters is None:
        raise InputError(
            "optimum_sensitivity() was asked for the derivative of a solution by the parameters, "
            "but the problem has none: give parameters= when the Problem is made, and solve it."
        )
    if not solution.success:
        raise InputError(
            f"optimum_sensitivity() was given a solution with status {solution.status.value}: "
            "only an optimum has derivatives. Solve the problem first."
        )
    x = problem.structure.flatten(solution.x, "solution.x")
    rows = list(solution.multipliers.values())
    multipliers = np.concatenate(rows) if rows else np.empty(0)
    lower, upper = solution.bound_multipliers
    check_stationary(problem, x, multipliers, lower, upper, tol)
    free = ~active_bounds(problem, x, lower, upper, tol)
    active = active_rows(problem, x, multipliers, tol)
    hessian, jacobian = _lagrangian_derivatives(problem, x, multipliers)
    n = x.size
    by_x = csr_array(hessian[:n, :n])[free][:, free]
    gradients = csr_array(jacobian[active, :n])[:, free]
    check_independent(problem, gradients, active)
    check_second_order(by_x, gradients)
    kkt = block_array([[by_x, gradients.T], [gradients, None]], format="csc")
    by_parameters = block_array([[hessian[:n, n:][free]], [jacobian[active, n:]]], format="csc")
    lu = decompose(kkt)
    if lu is None:
        raise InputError(
            "optimum_sensitivity() found a singular KKT matrix at the solution: the curvature of "
            "the Lagrangian is zero, to rounding, along the active constraints (second-order "
            "condition), and the solution is not unique or not differentiable."
        )
    return OptimumSensitivity(free, active, csc_array(by_parameters), lu)
