"""The table from NumPy functions to what they mean on traced values.

Enters: registrations from the modules that implement them (``_shapes.py``, ``_statistics.py``,
``_order.py``, ``_products.py``, ``_calculus.py``). Leaves: the table that ``_functions.py`` reads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["FUNCTIONS", "Handler", "implements"]

Handler = Callable[..., Any]
FUNCTIONS: dict[Callable[..., Any], Handler] = {}


def implements(*functions: Callable[..., Any]) -> Callable[[Handler], Handler]:
    """Register a function ``(tape, *args, **kwargs) -> result`` as the meaning of others.

    Its arguments after the tape are those of the NumPy function.
    """

    def register(handler: Handler) -> Handler:
        for function in functions:
            FUNCTIONS[function] = handler
        return handler

    return register
