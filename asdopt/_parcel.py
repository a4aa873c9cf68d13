"""Functions of a problem that is pickled: taken along where that can be done.

Enters: the user's functions. Leaves: bytes, or nothing; the traces that go along with a problem
need no functions until a new branch or an explanation asks for them.
"""

from __future__ import annotations

import pickle
import sys
from typing import Any

from asdopt._errors import TracingError

__all__ = ["not_pickled", "opened", "parcel"]


def parcel(functions: Any) -> bytes | None:
    """Pickle functions, by value where cloudpickle is in use; None where that cannot be done."""
    try:
        found: bytes = sys.modules.get("cloudpickle", pickle).dumps(functions)
    except (pickle.PicklingError, AttributeError, TypeError):
        return None
    return found


def not_pickled(*_: Any) -> Any:
    """Stand in for a function that was left behind."""
    raise TracingError(
        "a pickled problem had to trace its functions again, for a new branch or an explanation, "
        "but they are lambdas, local functions or those of a notebook, which pickle does not take "
        "along: define them at the top level of a module"
    )


def opened(packed: bytes | None) -> Any:
    """Unpickle what :func:`parcel` made; None where there is nothing, or it cannot be had here."""
    try:
        return None if packed is None else pickle.loads(packed)
    except Exception:  # whatever a module does that cannot be imported here
        return None
