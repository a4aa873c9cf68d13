"""Calls that are not written as calls: operators, subscripts, attributes, loops, ``with``.

Enters: the operands of such a form in a hooked function of level 1. Leaves: what the form gives,
with the methods of the user's classes (``__add__``, ``__getitem__``, properties) hooked. Objects
of other classes take Python's own way. New arrays of floats become traced arrays of constants,
so that traced values can be stored into them. Each of these modules enters its forms:
"""

from __future__ import annotations

from asdopt.tracing import (  # noqa: F401
    _implicit_calls,
    _implicit_keys,
    _implicit_loops,
    _implicit_objects,
    _implicit_operators,
    _implicit_places,
)
from asdopt.tracing._implicit_keys import verify_keys

__all__ = ["verify_keys"]
