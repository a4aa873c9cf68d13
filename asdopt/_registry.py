"""Names of solvers and backends and where they are; a leaf, so that no layer is crossed.

An adapter is a function ``solve(problem, request) -> Solution``, a backend's factory a callable
without arguments. Both are named ``"module:name"`` and imported when their name is first used.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Sequence
from typing import Any

from asdopt._errors import InputError

__all__ = ["BACKENDS", "SOLVERS", "find_backend", "find_solver"]

SOLVERS: dict[str, str | Callable[..., Any]] = {
    "ipopt": "asdopt.adapters.ipopt_problem:solve",
    "slsqp": "asdopt.adapters.scipy_slsqp:solve",
    "trust-constr": "asdopt.adapters.scipy_minimize:solve",
    "uno": "asdopt.adapters.uno_solver:solve",
}

BACKENDS: dict[str, str | Callable[..., Any]] = {
    "tape": "asdopt.backends:Tape",
    "finite_differences": "asdopt.backends:FiniteDifferences",
    "complex_step": "asdopt.backends:ComplexStep",
    "jax": "asdopt.backends:Jax",
    "casadi": "asdopt.backends:Casadi",
    "autograd": "asdopt.backends:Autograd",
}


def find_solver(name: str) -> Callable[..., Any]:
    """Return the adapter of a solver.

    Raises
    ------
    InputError
        The name is not known.
    """
    return _find("solver", name, SOLVERS)


def find_backend(name: str) -> Callable[..., Any]:
    """Return the factory of a backend.

    Raises
    ------
    InputError
        The name is not known.
    """
    return _find("backend", name, BACKENDS, ["kernels"])


def _find(
    kind: str, name: str, table: dict[str, str | Callable[..., Any]], more: Sequence[str] = ()
) -> Callable[..., Any]:
    known = [*more, *table]
    if not isinstance(name, str):
        raise InputError(
            f"{kind} is {name!r} of type {type(name).__name__}; a name is needed, one of "
            f"{', '.join(known)}: give points and options by their keywords"
        )
    entry = table.get(name)
    if entry is None:
        close = difflib.get_close_matches(name.lower(), known, n=1)
        hint = f", did you mean {close[0]!r}?" if close else ""
        raise InputError(f"{kind} {name!r} is not known{hint}; known are {', '.join(known)}")
    if callable(entry):
        return entry
    module, attribute = entry.split(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return found
