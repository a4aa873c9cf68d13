"""What a function of a problem returned, looked at for slips that would go unnoticed.

Enters: the result of an objective or a constraint function. Leaves: nothing, or an error: a
missing ``return`` would take the constraint away, a comparison has derivatives that are zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt._errors import InputError
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._recorder import result_parts
from asdopt.tracing._tracer import TracedBool, Tracer

__all__ = ["check_returned"]

_TRUTHS = frozenset({bool, np.bool_, TracedBool})
_NUMBERS = (Tracer, int, float, np.generic, type(None))


def check_returned(result: Any, what: str, *, objective: bool) -> None:
    """Refuse truth values, and None where something is needed.

    Parameters
    ----------
    result : object
        What the function returned.
    what : str
        The function in messages.
    objective : bool
        Whether it is the objective, else a constraint with bounds.

    Raises
    ------
    InputError
    """
    if result is None:
        why = (
            "and one number is needed to minimize: add the missing return"
            if objective
            else "although it has bounds: add the missing return, or return [] for no rows"
        )
        raise InputError(f"{what} returned nothing (None), {why}")
    kinds = _kinds(result)
    if kinds & _TRUTHS:
        why = (
            "there is nothing to minimize: return the number itself"
            if objective
            else "no solver can make it true: return the quantity that is compared, and give its "
            "limits as bounds, Constraint(fun, lb, ub)"
        )
        raise InputError(
            f"{what} returned a truth value, the result of a comparison; its derivatives are "
            f"zero, so that {why}"
        )
    if type(None) in kinds:
        raise InputError(
            f"{what} returned None among its values; a helper may lack its return, and the row "
            "would be lost: return a number for each row"
        )


def _kinds(result: Any) -> set[type]:
    """Types of all numbers of a result, at any depth."""
    # By type: to isinstance traced values are what they stand for.
    kind = type(result)
    if issubclass(kind, TracedArrayBase):
        return {TracedBool} if result.is_bool else set()
    if issubclass(kind, np.ndarray) and result.dtype != object:
        return {result.dtype.type}
    if issubclass(kind, (list, tuple)):
        parts = result
    elif issubclass(kind, np.ndarray):
        parts = result.ravel().tolist()
    else:
        parts = result_parts(result)
        if parts is None:
            return {kind}
    kinds = set(map(type, parts))
    if not all(issubclass(part, _NUMBERS) for part in kinds):
        for part in parts:
            if not issubclass(type(part), _NUMBERS):
                kinds |= _kinds(part)
    return kinds
