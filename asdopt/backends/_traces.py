"""Traces of one function, one for each branch outcome met, with their sweeps.

Enters: a :class:`FlatFunction`. Leaves: at any point the trace whose guards hold there, made anew
where none does. A replay of the wrong branch is never used.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asdopt._errors import TracingError
from asdopt.backends._function import FlatFunction
from asdopt.backends._point import PointSweeps
from asdopt.tracing._trace import Trace

__all__ = ["Branch", "Traces"]

FloatArray = npt.NDArray[np.float64]
MAX_BRANCHES = 1000


class Branch(PointSweeps):
    """One trace with its sweeps."""

    def __init__(self, trace: Trace) -> None:
        super().__init__(trace)
        self.trace = trace
        self.is_guarded = len(trace.guard_nodes) > 0


class Traces:
    """The branches of a function.

    Parameters
    ----------
    function : FlatFunction
    x : ndarray of float64, shape (n,)
        First point.

    Raises
    ------
    TracingError, UnsupportedOperationError
        The function cannot be followed.
    """

    def __init__(self, function: FlatFunction, x: FloatArray) -> None:
        self._function = function
        self._branches: list[Branch] = []
        self._current = self._add(x)

    def at(self, x: FloatArray) -> Branch:
        """Return the branch that x takes; its sweeps may be at another point if not guarded."""
        if not self._current.is_guarded or self._current.move(x):
            return self._current
        for branch in reversed(self._branches):
            if branch is not self._current and branch.move(x):
                self._current = branch
                return branch
        self._current = self._add(x)
        return self._current

    def _add(self, x: FloatArray) -> Branch:
        if len(self._branches) >= MAX_BRANCHES:
            raise TracingError(
                f"{self._function.name} took {MAX_BRANCHES} different branch outcomes at the "
                "points evaluated so far, and still another one was met: a decision in it changes "
                "with nearly every point; replace it by a smooth expression, or by np.where, "
                "np.maximum, np.minimum, which are no branches"
            )
        branch = Branch(self._function.record(x))
        if not branch.move(x):
            raise TracingError(
                f"{self._function.name} took another branch when its operations were replayed at "
                "the very point where they were traced; it depends on something besides its "
                "argument (random numbers, a counter, time): make it a pure function of x"
            )
        self._branches.append(branch)
        return branch
