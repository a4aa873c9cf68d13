"""An interpolant through traced values at constant places.

It is linear in its values, or in its values and slopes, so it is a sum of SciPy's own interpolants
of unit values, each times a traced value. Next: ``_interpolants.py``, ``_grid_interpolants.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt.tracing._callee import HOOK
from asdopt.tracing._lift import constants_only
from asdopt.tracing._scipy_arrays import refused

__all__ = ["TRACED_PLACES", "TracedInterpolant", "check_option", "through"]

TRACED_PLACES = (
    "scipy.interpolate.{} was called with traced places; known are traced values at constant "
    "places: use np.interp"
)


class TracedInterpolant:
    """An interpolant with traced values: ``weights(x) @ values``.

    ``units`` is the interpolant of unit values, whose result has them along its last axis.
    """

    def __init__(self, units: Any, values: Any) -> None:
        self._units = units
        self._values = values

    def __call__(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        return np.tensordot(HOOK[self._units](x, *args, **kwargs), self._values, 1)

    def derivative(self, *args: Any) -> Any:
        """Interpolant of the derivative; of a polynomial the derivative at a point."""
        found = HOOK[self._units.derivative](*args)
        if callable(found):
            return TracedInterpolant(found, self._values)
        return np.tensordot(found, self._values, 1)

    def antiderivative(self, nu: int = 1) -> TracedInterpolant:
        """Interpolant of the integral."""
        return TracedInterpolant(self._units.antiderivative(nu), self._values)

    def integral(self, a: Any, b: Any) -> Any:
        """Integral from a to b, as splines of FITPACK name it."""
        return np.tensordot(HOOK[self._units.integral](a, b), self._values, 1)

    def integrate(self, a: Any, b: Any, extrapolate: Any = None) -> Any:
        """Integral from a to b."""
        return np.tensordot(HOOK[self._units.integrate](a, b, extrapolate), self._values, 1)


def through(
    name: str, make: Callable[[Any, Any], Any], places: Any, values: Any
) -> TracedInterpolant:
    """Interpolate traced values at constant places; ``make`` interpolates unit values."""
    places = constants_only(places)
    if places is None:
        raise refused(TRACED_PLACES.format(name))
    return TracedInterpolant(make(places, np.eye(len(values))), values)


def check_option(name: str, given: Any, known: tuple[Any, ...]) -> None:
    """Refuse an option of a function of ``scipy.interpolate`` that is not known here."""
    if not any(given is k or given == k for k in known):
        raise refused(
            f"scipy.interpolate.{name} was called with traced values and the option {given!r}; "
            f"known are {known}: give one of these"
        )
