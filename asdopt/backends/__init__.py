"""Backends: jvp, vjp and hvp of a function behind one interface.

Enters: a function and a backend's name or instance. Leaves: :class:`Products`. `Tape` (the own
sweeps), `FiniteDifferences`, `ComplexStep`, `Jax`, `Casadi`, `Autograd` and `Dense` are there;
`asdopt.extend.backend` adds others.
"""

from __future__ import annotations

from asdopt.backends._autograd import Autograd
from asdopt.backends._casadi import Casadi
from asdopt.backends._complex_step import ComplexStep
from asdopt.backends._dense import Dense
from asdopt.backends._find import prepare_products
from asdopt.backends._finite_differences import FiniteDifferences
from asdopt.backends._function import FlatFunction
from asdopt.backends._interface import Backend, Products
from asdopt.backends._jax import Jax
from asdopt.backends._probing import Probe
from asdopt.backends._tape import Tape

__all__ = [
    "Autograd",
    "Backend",
    "Casadi",
    "ComplexStep",
    "Dense",
    "FiniteDifferences",
    "FlatFunction",
    "Jax",
    "Probe",
    "Products",
    "Tape",
    "prepare_products",
]
