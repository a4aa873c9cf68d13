"""Adapters: one file per solver or modelling system, imported as ``asdopt.adapters``.

The folder stands at the top of the repository; the import path is always ``asdopt.adapters``.
"""

from __future__ import annotations

if __name__ != "asdopt.adapters":
    raise ImportError(
        f"this package was imported as {__name__!r}, its name is 'asdopt.adapters'; under two "
        "names its classes would exist twice; write 'import asdopt.adapters'"
    )

from asdopt.adapters.ipopt_problem import as_cyipopt

__all__ = ["as_cyipopt"]
