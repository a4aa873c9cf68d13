"""Dense derivatives by the same sweeps: what sparsity is compared with.

Jacobians take one product for each variable, eight variables a sweep of our own tape; Hessians
the same with Hessian-vector products. Memory is allocated and the tape is made beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt.backends._sweeps import NUM_LANES, Sweeps
from asdopt.tracing._trace import Trace

FloatArray = npt.NDArray[np.float64]


class Dense:
    """Dense Jacobian or Hessian of a trace, by sweeps over all basis vectors.

    Parameters
    ----------
    trace : Trace
        Of one output for a Hessian.
    order : {1, 2}
        Jacobian or Hessian.
    most : int, optional
        Make at most this many columns, from which the time of all is extrapolated.
    """

    def __init__(self, trace: Trace, order: int, most: int | None = None) -> None:
        self._sweeps = Sweeps(trace)
        self._order = order
        self.n = trace.num_inputs
        self.num_columns = self.n if most is None else min(self.n, most)
        height = self.n if order == 2 else len(trace.outputs)
        self._out = np.empty((height, self.num_columns))
        self._seeds = np.zeros((self.n, NUM_LANES))
        self._weights = np.ones(1)

    def start(self, x: FloatArray) -> Callable[[FloatArray], Any]:
        """Run what all products at a point share, and return the product."""
        self._sweeps.values(x)
        self._sweeps.first()
        if self._order == 1:
            return self._sweeps.jvp
        self._sweeps.second()
        self._sweeps.gradient(self._weights)
        return self._sweeps.hvp

    def __call__(self, x: FloatArray) -> FloatArray:
        product, seeds = self.start(x), self._seeds
        for begin in range(0, self.num_columns, NUM_LANES):
            width = min(NUM_LANES, self.num_columns - begin)
            lanes = np.arange(width)
            seeds[begin + lanes, lanes] = 1.0
            self._out[:, begin : begin + width] = product(seeds)[:, :width]
            seeds[begin + lanes, lanes] = 0.0
        return self._out
