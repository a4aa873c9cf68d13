"""The own tape: compiled forward, reverse and forward-over-reverse sweeps.

Enters: a plain Python function. Leaves: products, as many seeds a sweep as the machine has lanes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from asdopt.backends._function import FlatFunction
from asdopt.backends._interface import Backend, Products
from asdopt.backends._sweeps import NUM_LANES
from asdopt.backends._traces import Branch, Traces

__all__ = ["Tape", "TapeProducts"]

FloatArray = npt.NDArray[np.float64]


class TapeProducts(Products):
    """Products by sweeps over the trace of the branch that x takes."""

    jvp_cost = 0.3
    vjp_cost = 0.45

    def __init__(self, function: FlatFunction, x: FloatArray) -> None:
        self.traces = Traces(function, x)
        super().__init__(function, function.num_outputs)

    def values(self, x: FloatArray) -> FloatArray:
        """Results by replay, shape (m,)."""
        branch = self._at(x, 0)
        return branch.sweeps.output_values()

    def jvp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """Forward sweeps."""
        branch = self._at(x, 1)
        return _by_lanes(branch.sweeps.jvp, seeds, self.num_outputs)

    def vjp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """Reverse sweeps; a single seed takes plain reverse mode."""
        branch = self._at(x, 1)
        if len(seeds) == 1:
            return branch.sweeps.gradient(np.ascontiguousarray(seeds[0], dtype=np.float64))[None]
        return _by_lanes(branch.sweeps.vjp, seeds, self.num_inputs)

    def hvp(self, x: FloatArray, seeds: FloatArray, mode: str = "") -> FloatArray:
        """Forward-over-reverse sweeps."""
        self.check_mode(mode)
        branch = self._at(x, 2)
        branch.sweeps.gradient(np.ones(1))
        return _by_lanes(branch.sweeps.hvp, seeds, self.num_inputs)

    def _at(self, x: FloatArray, order: int) -> Branch:
        """Branch that x takes, with derivatives up to an order there."""
        point = np.ascontiguousarray(x, dtype=np.float64)
        branch = self.traces.at(point)
        branch.move(point, order)
        return branch


def _by_lanes(
    product: Callable[[FloatArray], FloatArray], seeds: FloatArray, length: int
) -> FloatArray:
    seeds = np.asarray(seeds, dtype=np.float64)
    out = np.empty((len(seeds), length))
    lanes = np.zeros((seeds.shape[1], NUM_LANES))
    for start in range(0, len(seeds), NUM_LANES):
        some = seeds[start : start + NUM_LANES]
        lanes[:, : len(some)] = some.T
        lanes[:, len(some) :] = 0.0
        out[start : start + NUM_LANES] = product(lanes)[:, : len(some)].T
    return out


class Tape(Backend):
    """Sweeps over the own tape."""

    name = "tape"

    def prepare(self, function: FlatFunction, x: FloatArray) -> TapeProducts:
        """Trace the function at x."""
        return TapeProducts(function, x)
