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

    Attributes
    ----------
    sweeps : Sweeps
        Products at the point moved to last, up to the order asked for there.
    """

    def __init__(self, trace: Trace) -> None:
        self.sweeps = Sweeps(trace)
        self._x: FloatArray | None = None
        self._order = -1
        self._holds = False
        self._parameters: FloatArray | None = None

    def set_parameters(self, parameters: FloatArray) -> None:
        """Use other values of the parameters."""
        self._parameters = parameters
        self._x = None

    def move(self, x: FloatArray, order: int = 0) -> bool:
        """Make values and derivatives up to an order current at x; tell whether guards hold."""
        # Bit for bit: a function may tell 0.0 from -0.0, as arctan2 does.
        if self._x is None or not np.array_equal(self._x.view(np.int64), x.view(np.int64)):
            # An external function may raise on the way: half-moved values belong to no point.
            self._x = None
            self._holds = self.sweeps.values(x, self._parameters)
            self._x, self._order = x.copy(), 0
        if order >= 1 and self._order < 1:
            self.sweeps.first()
            self._order = 1
        if order >= 2 and self._order < 2:
            self.sweeps.second()
            self._order = 2
        return self._holds
