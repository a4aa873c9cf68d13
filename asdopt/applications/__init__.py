"""What sparse derivatives are for: roots, sensitivities, uncertainties, stiff equations.

Enters: plain Python functions and points, or a solved `asdopt.Problem`. Leaves: roots, derivatives
of solutions with respect to parameters, standard deviations, Jacobians for `solve_ivp`, optima from
several starts. All linear
algebra is SciPy's sparse LU decomposition.
"""

from __future__ import annotations

from asdopt.applications._laplace import Laplace, fisher_information, laplace_approximation
from asdopt.applications._newton import find_root
from asdopt.applications._ode import OdeJacobian, ode_jacobian
from asdopt.applications._optimum import OptimumSensitivity, optimum_sensitivity
from asdopt.applications._root import RootSensitivity, root_sensitivity
from asdopt.applications._starts import local_optima

__all__ = [
    "Laplace",
    "OdeJacobian",
    "OptimumSensitivity",
    "RootSensitivity",
    "find_root",
    "fisher_information",
    "laplace_approximation",
    "local_optima",
    "ode_jacobian",
    "optimum_sensitivity",
    "root_sensitivity",
]
