"""Implicit differentiation of a root: how it moves with the parameters.

Enters: equations ``fun(x, p) = 0`` and a root. Leaves: products with dx/dp in either direction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array

from asdopt._constraints import Constraint
from asdopt._errors import InputError
from asdopt.applications._equations import Equations
from asdopt.applications._linear import columns_of, decompose
from asdopt.tracing._structure import Structure

__all__ = ["RootSensitivity", "root_sensitivity"]

FloatArray = npt.NDArray[np.float64]


class RootSensitivity:
    """Derivative of a root x(p) of ``fun(x, p) = 0``: ``dx/dp = -(dF/dx)^-1 dF/dp``.

    Made by `root_sensitivity`; holds one sparse LU decomposition, used by every product.

    Attributes
    ----------
    by_x : csc_array, shape (n, n)
        dF/dx at the root.
    by_parameters : csc_array, shape (n, k)
        dF/dp at the root.
    """

    def __init__(self, by_x: csc_array, by_parameters: csc_array, lu: Any) -> None:
        self.by_x = by_x
        self.by_parameters = by_parameters
        self._lu = lu

    def forward(self, direction: npt.ArrayLike) -> FloatArray:
        """Return ``dx/dp @ direction``: (k,) gives (n,), (k, r) gives (n, r)."""
        dp = columns_of(direction, self.by_parameters.shape[1], "direction", "parameters")
        return np.asarray(self._lu.solve(-(self.by_parameters @ dp)))

    def adjoint(self, weights: npt.ArrayLike) -> FloatArray:
        """Return ``weights @ dx/dp``: (n,) gives (k,), the gradient of ``weights @ x(p)``."""
        w = columns_of(weights, self.by_x.shape[0], "weights", "unknowns")
        return np.asarray(-(self.by_parameters.T @ self._lu.solve(w, trans="T")))

    def jacobian(self) -> FloatArray:
        """Return dx/dp, dense, shape (n, k), from k solves."""
        return self.forward(np.eye(self.by_parameters.shape[1]))


def root_sensitivity(
    fun: Callable[..., Any], x: Any, parameters: Any, *, tol: float = 1e-6
) -> RootSensitivity:
    """Differentiate a root of ``fun(x, parameters) = 0`` with respect to the parameters.

    Parameters
    ----------
    fun : callable
        Plain Python function ``fun(x, parameters)`` with as many results as x has entries.
    x : array_like or structure of arrays
        The root, from `find_root` or any other solver.
    parameters : array_like or structure of arrays
        The parameters that belong to it.
    tol : float, default 1e-6
        Largest absolute value of ``fun`` that is taken for a root.

    Returns
    -------
    RootSensitivity
        With `forward`, `adjoint` and `jacobian`; x and the parameters are flat, in C order.

    Raises
    ------
    InputError
        x is no root, or dF/dx is singular there: the root then does not move smoothly.

    Examples
    --------
    >>> import asdopt
    >>> kepler = lambda E, p: E - p[0] * np.sin(E) - p[1]
    >>> E = asdopt.applications.find_root(kepler, [0.5], parameters=[0.3, 1.0]).x
    >>> asdopt.applications.root_sensitivity(kepler, E, [0.3, 1.0]).jacobian().round(4).tolist()
    [[1.048, 1.0913]]
    """
    structures = Structure.of(x, "x"), Structure.of(parameters, "parameters")
    flat = {
        "x": structures[0].flatten(x, "x"),
        "p": structures[1].flatten(parameters, "parameters"),
    }
    problem = Equations(
        None,
        Constraint(lambda z: fun(z["x"], z["p"]), -np.inf, np.inf),
        x0={"x": x, "p": parameters},
    )
    n = flat["x"].size
    if problem.m != n:
        raise InputError(
            f"root_sensitivity() was given {problem.m} equations in {n} unknowns: a root moves "
            "with the parameters in one way only if there are as many of the one as of the other."
        )
    residual = problem.constraints(problem.x0)
    worst = int(np.abs(residual).argmax()) if n else 0
    if n and abs(residual[worst]) > tol:
        raise InputError(
            f"root_sensitivity() was given an x that is no root: equation {worst} has the value "
            f"{residual[worst]:.3g}, tol is {tol:g}. Derivatives hold at a root only: solve first, "
            "with these parameters."
        )
    both = csc_array(problem.jacobian(problem.x0))
    by_x, by_parameters = csc_array(both[:, :n]), csc_array(both[:, n:])
    lu = decompose(by_x)
    if lu is None:
        raise InputError(
            "root_sensitivity() found a singular dF/dx at the root: the root is not isolated, or "
            "two roots meet there, and dx/dp does not exist. Change the parameters, or remove "
            "dependent equations."
        )
    return RootSensitivity(by_x, by_parameters, lu)
