"""The paper's pipeline step by step: detect, color, products, decompress; prepared or not."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._colored import ColoredHessian, ColoredJacobian
from asdopt.backends._sweeps import Sweeps
from asdopt.detection import hessian_pattern, jacobian_pattern
from asdopt.tracing._recorder import trace
from asdopt.tracing._structure import Structure
from asdopt.tracing._trace import Trace

FloatArray = npt.NDArray[np.float64]


def traced(fun: Any, x: FloatArray) -> Trace:
    """Trace a function at a point."""
    return trace(fun, Structure.of(x, "x"), x)[0]


class PreparedJacobian:
    """Colored forward or reverse sweeps, ready for any point."""

    def __init__(self, found: Trace) -> None:
        self.pattern = jacobian_pattern(found)
        self._sweeps = Sweeps(found)
        self._colored = ColoredJacobian(self._sweeps, self.pattern, 0, len(found.outputs))
        self.coloring = self._colored.coloring
        self._out = np.empty(self.pattern.nnz)

    def __call__(self, x: FloatArray) -> FloatArray:
        self._sweeps.values(x)
        self._sweeps.first()
        return self._colored.values(self._out)


class PreparedHessian:
    """Colored forward-over-reverse sweeps, ready for any point."""

    def __init__(self, found: Trace) -> None:
        self.pattern = hessian_pattern(found)
        self._sweeps = Sweeps(found)
        self._colored = ColoredHessian(self._sweeps, self.pattern)
        self.coloring = self._colored.coloring
        self._out = np.empty(self.pattern.nnz)
        self._weights = np.ones(1)

    def __call__(self, x: FloatArray) -> FloatArray:
        self._sweeps.values(x)
        self._sweeps.first()
        self._sweeps.second()
        self._sweeps.gradient(self._weights)
        return self._colored.values(self._out)
