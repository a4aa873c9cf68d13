"""Values and derivatives of one trace: kernels for what repeats, colored sweeps for the rest.

Enters: a trace, the patterns of its Jacobian and Hessian. Leaves: outputs, gradient, Jacobian and
Hessian values at any point where the guards hold.
"""

from __future__ import annotations

import warnings
from functools import cached_property

import numpy as np
import numpy.typing as npt

from asdopt._arguments import joined
from asdopt._colored import ColoredHessian, ColoredJacobian
from asdopt._errors import PatternError
from asdopt._finite import all_finite
from asdopt._pattern import SparsityPattern
from asdopt.backends._point import PointSweeps
from asdopt.detection import hessian_pattern, jacobian_pattern
from asdopt.kernels import Kernels
from asdopt.tracing._trace import Trace

__all__ = ["Engine"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]


class Engine:
    """A trace made ready for evaluation; not thread-safe, its owner holds a lock.

    Parameters
    ----------
    trace : Trace
        Output 0 is the objective, the others are the constraints.
    jacobian, hessian : SparsityPattern
        Of the constraints; lower triangle of the sum of all outputs, None for an engine that will
        not be asked for Hessians.
    threads : int
        Threads that share an evaluation.
    """

    def __init__(
        self,
        trace: Trace,
        jacobian: SparsityPattern,
        hessian: SparsityPattern | None,
        threads: int = 1,
    ) -> None:
        kernels = Kernels(trace, jacobian, hessian)
        if kernels.disagreement:
            warnings.warn(
                "derivatives by kernels were asked for, but at a random point near x0 "
                f"{kernels.disagreement}; sweeps over the tape are used instead, which are slower "
                "but do not share the error: please report it with the functions",
                RuntimeWarning,
                stacklevel=2,
            )
            kernels = Kernels(trace, jacobian, hessian, empty=True)
        self._machine = kernels.machine
        self._machine.set_threads(threads)
        self.num_instances = kernels.num_instances
        self._rest: _Rest | None = None
        if len(kernels.remainder.rows) or len(trace.guard_nodes):
            self._rest = _Rest(*kernels.remainder.trace(trace), jacobian, hessian)

    def prepare(self) -> None:
        """Color what has no kernel, which otherwise happens at the first evaluation."""
        if self._rest is not None:
            self._rest.prepare()

    def set_parameters(self, parameters: FloatArray) -> None:
        """Use other values of the parameters."""
        self._machine.set_parameters(parameters)
        if self._rest is not None:
            self._rest.set_parameters(parameters)

    def holds(self, x: FloatArray) -> bool:
        """Whether the guards of the trace hold at x."""
        return self._rest is None or self._rest.enter(x)

    def objective(self, x: FloatArray) -> float:
        """Objective alone."""
        value = self._machine.objective(x)
        return value if self._rest is None else value + self._rest.objective(x)

    def outputs(self, x: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Objective and constraints, shape (1 + m,)."""
        out = self._machine.outputs(x, out)
        if self._rest is not None:
            self._rest.add_outputs(x, out)
        return out

    def gradient(self, x: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Gradient of the objective, shape (n,)."""
        out = self._machine.gradient(x, out)
        if self._rest is not None:
            self._rest.add_gradient(x, out)
        return out

    def is_finite(self, values: FloatArray) -> bool:
        """Whether all derivatives that were evaluated last are finite."""
        return (self._rest is None and self._machine.is_finite) or all_finite(values)

    def jacobian_values(
        self, x: FloatArray, out: FloatArray | None = None, keep: bool = False
    ) -> FloatArray:
        """Values of the constraints' Jacobian.

        With ``keep``, an ``out`` that the last call with ``keep`` wrote to is taken to hold its
        values still.
        """
        if self._rest is None:
            return self._machine.jacobian(x, out, keep)
        out = self._machine.jacobian(x, out)
        self._rest.add_jacobian(x, out)
        return out

    def forget(self) -> None:
        """Write all entries at the next call with ``keep``."""
        self._machine.forget()

    def hessian_values(
        self, x: FloatArray, weights: FloatArray, out: FloatArray | None = None
    ) -> FloatArray:
        """Values of the lower triangle of the Hessian of ``weights @ outputs``."""
        out = self._machine.hessian(x, weights, out)
        if self._rest is not None:
            self._rest.add_hessian(x, weights, out)
        return out

    def lagrangian_hessian(
        self, x: FloatArray, factor: float, multipliers: FloatArray, out: FloatArray | None = None
    ) -> FloatArray:
        """Hessian of ``factor * outputs[0] + multipliers @ outputs[1:]``, without a join."""
        if self._rest is None:
            return self._machine.lagrangian_hessian(x, factor, multipliers, out)
        return self.hessian_values(x, joined(factor, multipliers), out)


class _Rest(PointSweeps):
    """What has no kernel: sums of some terms in some rows, by sweeps and coloring; the guards."""

    def __init__(
        self,
        trace: Trace,
        rows: IntArray,
        num_first: int,
        jacobian: SparsityPattern,
        hessian: SparsityPattern | None,
    ) -> None:
        super().__init__(trace, num_first)
        self._trace = trace
        self._rows = rows
        self._whole_jacobian, self._whole_hessian = jacobian, hessian
        self._has_objective = bool(len(rows)) and rows[0] == 0

    def prepare(self) -> None:
        _ = self._jacobian, self._hessian

    @cached_property
    def _jacobian(self) -> tuple[ColoredJacobian, npt.NDArray[np.intp]] | None:
        """Colored Jacobian of the constraints' rows, and where its entries belong."""
        trace, first = self._trace, int(self._has_objective)
        pattern = jacobian_pattern(trace, trace.outputs[first:])
        if not pattern.nnz:
            return None
        colored = ColoredJacobian(self.sweeps, pattern, first, len(trace.outputs))
        rows = self._rows[first:][pattern.rows] - 1
        return colored, _places(self._whole_jacobian, rows, pattern.cols)

    @cached_property
    def _hessian(self) -> tuple[ColoredHessian, npt.NDArray[np.intp]] | None:
        """Colored Hessian, and where its entries belong."""
        if self._whole_hessian is None:
            return None
        pattern = hessian_pattern(self._trace, self._trace.outputs)
        if not pattern.nnz:
            return None
        colored = ColoredHessian(self.sweeps, pattern)
        return colored, _places(self._whole_hessian, pattern.rows, pattern.cols)

    def objective(self, x: FloatArray) -> float:
        if not self._has_objective:
            return 0.0
        self.enter(x)
        return self.sweeps.first_output()

    def add_outputs(self, x: FloatArray, out: FloatArray) -> None:
        if len(self._rows):
            self.move(x)
            out[self._rows] += self.sweeps.output_values()

    def add_gradient(self, x: FloatArray, out: FloatArray) -> None:
        if self._has_objective:
            out += self.first_gradient(x)

    def add_jacobian(self, x: FloatArray, out: FloatArray) -> None:
        if self._jacobian is not None:
            colored, places = self._jacobian
            self.move(x, 1)
            out[places] += colored.values(np.empty(len(places)))

    def add_hessian(self, x: FloatArray, weights: FloatArray, out: FloatArray) -> None:
        if self._hessian is not None:
            colored, places = self._hessian
            self.move(x, 2)
            self.sweeps.gradient(weights[self._rows])
            out[places] += colored.values(np.empty(len(places)))


def _places(pattern: SparsityPattern, rows: IntArray, cols: IntArray) -> npt.NDArray[np.intp]:
    """Positions of entries that a pattern must have."""
    n = max(pattern.shape[1], 1)
    keys = pattern.rows.astype(np.int64) * n + pattern.cols
    wanted = rows.astype(np.int64) * n + cols
    places = np.searchsorted(keys, wanted)
    found = places < len(keys)
    found[found] = keys[places[found]] == wanted[found]
    if not found.all():
        k = int(np.flatnonzero(~found)[0])
        raise PatternError(
            f"a part of the functions has a derivative at ({rows[k]}, {cols[k]}), which the "
            "pattern of the whole does not have; values would be lost: this is an error in asdopt"
        )
    return places
