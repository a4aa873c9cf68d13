"""Functions without source: none of their calls can be hooked.

They run as they are. Arithmetic and NumPy's functions work on traced values in them; a call that
needs true floats, such as ``math.sin``, is refused with file and line.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

from asdopt.tracing._callee import Session

__all__ = ["substitute"]


def substitute(session: Session, function: FunctionType) -> Any:
    """Return the function itself, for want of a source to hook."""
    return function
