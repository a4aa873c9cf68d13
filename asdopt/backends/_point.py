"""Sweeps that know for which point they are current.

Enters: a trace. Leaves: values and derivatives up to an order at a point, evaluated once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asdopt.backends._sweeps import Sweeps
from asdopt.tracing._trace import Trace

__all__ = ["PointSweeps"]

FloatArray = npt.NDArray[np.float64]


class PointSweeps:
    """Sweeps over a trace, moved from point to point; not thread-safe.

    Parameters
    ----------
    trace : Trace
    num_first : int, optional
        Number of nodes at the front that suffice for the guards and for output 0.

    Attributes
    ----------
    sweeps : Sweeps
        Products at the point moved to last, up to the order asked for there.
    """

    def __init__(self, trace: Trace, num_first: int | None = None) -> None:
        self.sweeps = Sweeps(trace, num_first=num_first)
        self._is_known = False  # whether the sweeps belong to a point
        self._order = -1
        self._holds = False
        self._parameters: FloatArray | None = None

    def set_parameters(self, parameters: FloatArray) -> None:
        """Use other values of the parameters."""
        self._parameters = parameters
        self._is_known = False

    def enter(self, x: FloatArray) -> bool:
        """Make the guards and output 0 current at x; tell whether guards hold."""
        # Bit for bit: a function may tell 0.0 from -0.0, as arctan2 does.
        if not (self._is_known and self.sweeps.is_at(x)):
            # An external function may raise on the way: half-moved values belong to no point.
            self._is_known = False
            self._holds = self.sweeps.values(x, self._parameters)
            self._is_known, self._order = True, -1
        return self._holds

    def move(self, x: FloatArray, order: int = 0) -> bool:
        """Make values and derivatives up to an order current at x; tell whether guards hold."""
        self.enter(x)
        if self._order < 0:
            self.sweeps.other_values()
            self._order = 0
        if order >= 1 and self._order < 1:
            self.sweeps.first()
            self._order = 1
        if order >= 2 and self._order < 2:
            self.sweeps.second()
            self._order = 2
        return self._holds

    def first_gradient(self, x: FloatArray) -> FloatArray:
        """Gradient of output 0 at x."""
        self.enter(x)
        if self._order < 1:
            self.sweeps.first_of_first()
        return self.sweeps.first_gradient()
