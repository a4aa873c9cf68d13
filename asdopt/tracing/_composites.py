"""Ufuncs that are more than one node, written in terms of those that are.

Enters: operands of a ufunc. Leaves: the traced result. Registered with ``_ufuncs.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy._core import umath as _umath

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing import _array_base
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import constant_values
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import Composite, call, composite

__all__ = ["by_name", "special"]

_BY_NAME: dict[str, Composite] = {}


def special(ufunc: np.ufunc) -> Composite | None:
    """Find the meaning of a ufunc that has no public name in NumPy, or is one of SciPy's."""
    from asdopt.tracing import (  # noqa: F401  # they register SciPy's, when first asked for
        _orthogonal,
        _special_ufuncs,
    )

    function = _BY_NAME.get(ufunc.__name__)
    if getattr(_umath, ufunc.__name__, None) is ufunc:
        return function
    import scipy.special

    if getattr(scipy.special, ufunc.__name__, None) is not ufunc:
        return None
    if function is None:
        from asdopt.tracing import _special_rows

        function = _special_rows.find(ufunc.__name__)
    return function


def by_name(function: Composite) -> Composite:
    """Register the meaning of the ufunc that has the name of the function, underscores aside."""
    _BY_NAME[function.__name__.strip("_")] = function
    return function


def _times(tape: Tape, a: Any, b: Any) -> Any:
    return call(tape, np.multiply, (a, b))


@composite(np.positive, np.conjugate)
def _copy(tape: Tape, x: Any) -> Any:
    array = lift(tape, x)
    return _array_base.wrap(tape, array.ids.copy(), array.is_bool)


@composite(np.deg2rad, np.radians)
def _radians(tape: Tape, x: Any) -> Any:
    return _times(tape, x, math.pi / 180.0)


@composite(np.rad2deg, np.degrees)
def _degrees(tape: Tape, x: Any) -> Any:
    return _times(tape, x, 180.0 / math.pi)


@composite(np.divmod)
def _divmod(tape: Tape, x: Any, y: Any) -> Any:
    return call(tape, np.floor_divide, (x, y)), call(tape, np.remainder, (x, y))


@composite(np.modf)
def _modf(tape: Tape, x: Any) -> Any:
    whole = call(tape, np.trunc, (x,))
    return call(tape, np.subtract, (x, whole)), whole


@composite(np.frexp)
def _frexp(tape: Tape, x: Any) -> Any:
    """Mantissa and exponent, a step function of x."""
    size = np.abs(lift(tape, x))
    given = size > 0.0
    exponent = np.where(given, np.floor(np.log2(np.where(given, size, 1.0))) + 1.0, 0.0)
    return x * np.exp2(-exponent), exponent


@composite(np.ldexp)
def _ldexp(tape: Tape, x: Any, exponent: Any) -> Any:
    power = constant_values(tape, lift(tape, exponent).ids)
    if power is None:
        raise refuse(
            tape,
            UnsupportedOperationError,
            "np.ldexp was called with a traced exponent, which must be an integer: write "
            "x * 2.0**n",
        )
    return _times(tape, x, np.ldexp(1.0, power.astype(np.intp)))


@by_name
def _clip(tape: Tape, x: Any, low: Any, high: Any) -> Any:
    return call(tape, np.minimum, (call(tape, np.maximum, (x, low)), high))
