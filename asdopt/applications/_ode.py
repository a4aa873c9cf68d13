"""Sparse Jacobians of stiff differential equations, for SciPy's implicit methods.

Enters: the right-hand side ``fun(t, y)``. Leaves: ``jac(t, y)`` for `scipy.integrate.solve_ivp`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array

from asdopt._constraints import Constraint
from asdopt._errors import InputError
from asdopt._pattern import SparsityPattern
from asdopt._problem import Problem
from asdopt.applications._equations import Equations

__all__ = ["OdeJacobian", "ode_jacobian"]


class OdeJacobian:
    """Jacobian df/dy of ``fun(t, y)``; called as ``jac(t, y)`` by `solve_ivp`.

    Made by `ode_jacobian`. It sets the time before it evaluates: one thread at a time.

    Attributes
    ----------
    pattern : SparsityPattern, shape (n, n)
        Where df/dy may be nonzero.
    num_calls : int
        Evaluations so far.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.num_calls = 0

    @property
    def pattern(self) -> SparsityPattern:
        """Pattern of df/dy, union of all branches met."""
        return self._problem.jacobian_pattern

    def __call__(self, t: float, y: npt.ArrayLike, *args: Any) -> csc_array:
        """Return df/dy at (t, y); further arguments, which `solve_ivp` repeats, are ignored."""
        self.num_calls += 1
        self._problem.parameters = float(t)
        return csc_array(self._problem.jacobian(np.asarray(y, dtype=np.float64)))


def ode_jacobian(
    fun: Callable[..., Any], y0: npt.ArrayLike, t0: float = 0.0, args: Sequence[Any] = ()
) -> OdeJacobian:
    """Prepare the sparse Jacobian of a differential equation ``dy/dt = fun(t, y)``.

    Parameters
    ----------
    fun : callable
        Plain Python function ``fun(t, y, *args)`` that returns n values.
    y0 : array_like of float64, shape (n,)
        A state, such as the initial one.
    t0 : float, default 0.0
        Its time.
    args : sequence, optional
        Constant arguments, as given to `solve_ivp`.

    Returns
    -------
    OdeJacobian
        For ``solve_ivp(fun, ..., method="BDF", jac=jac)`` or ``"Radau"``.

    Raises
    ------
    InputError
        ``fun`` does not return as many values as y0 has.

    Examples
    --------
    >>> from scipy.integrate import solve_ivp
    >>> import asdopt
    >>> decay = lambda t, y: [-1000.0 * y[0] + y[1], -y[1]]
    >>> jac = asdopt.applications.ode_jacobian(decay, [1.0, 1.0])
    >>> solution = solve_ivp(decay, (0.0, 1.0), [1.0, 1.0], method="BDF", jac=jac)
    >>> solution.success, jac.pattern.nnz
    (True, 3)
    """
    start = np.array(y0)
    if start.ndim != 1 or not (start.dtype.kind in "iuf" or start.size == 0):
        raise InputError(
            f"ode_jacobian() was given y0 of shape {start.shape} and dtype {start.dtype}: it works "
            "on flat states of real numbers; give an array of shape (n,) and reshape inside the "
            "function, real and imaginary parts one after the other."
        )
    start = start.astype(np.float64)
    if not isinstance(args, Sequence):
        raise InputError(
            f"ode_jacobian() was given args={args!r}: a tuple of arguments is needed, as by "
            "solve_ivp; a single one is (value,)."
        )
    constants = tuple(args)
    problem = Equations(
        None,
        Constraint(lambda y, t: fun(t, y, *constants), -np.inf, np.inf, name="dy/dt"),
        x0=start,
        parameters=float(t0),
    )
    if problem.m != problem.n:
        raise InputError(
            f"ode_jacobian() was given a function that returns {problem.m} values for a state of "
            f"{problem.n}: dy/dt must have one for each."
        )
    return OdeJacobian(problem)
