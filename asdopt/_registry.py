"""Names of solvers and where their adapters are; a leaf, so that no layer is crossed.

An adapter is a function ``solve(problem, request) -> Solution`` named ``"module:function"``; it
is imported when its name is first used.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from typing import Any

from asdopt._errors import InputError

__all__ = ["SOLVERS", "find_solver"]

SOLVERS: dict[str, str | Callable[..., Any]] = {
    "ipopt": "asdopt.adapters.ipopt_problem:solve",
    "slsqp": "asdopt.adapters.scipy_slsqp:solve",
    "trust-constr": "asdopt.adapters.scipy_minimize:solve",
}


def find_solver(name: str) -> Callable[..., Any]:
    """Return the adapter of a solver.

    Raises
    ------
    InputError
        The name is not known.
    """
    entry = SOLVERS.get(name)
    if entry is None:
        close = difflib.get_close_matches(name, SOLVERS, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise InputError(f"solver {name!r} is not known{hint} Known are {', '.join(SOLVERS)}.")
    if callable(entry):
        return entry
    module, function = entry.split(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found
