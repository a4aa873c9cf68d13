"""Kernels behind a prepared Jacobian or Hessian: no products, exact and fast.

Enters: a plain Python function and a point. Leaves: values at any point, through the evaluator
that also serves problems.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asdopt._diagnose import nonfinite_derivative, nonfinite_value
from asdopt._evaluator import Evaluator
from asdopt._pattern import SparsityPattern
from asdopt.backends import FlatFunction
from asdopt.backends._function import check_scalar
from asdopt.coloring import Coloring, color_hessian, color_jacobian
from asdopt.coloring._reading import unknown_numbers
from asdopt.tracing._trace import Trace

__all__ = ["KernelSource"]

FloatArray = npt.NDArray[np.float64]


class KernelSource:
    """An evaluator with the function as constraints (Jacobian) or objective (Hessian)."""

    mode = "kernels"
    num_products = 0

    def __init__(self, function: FlatFunction, x: FloatArray, kind: str) -> None:
        self._function = function
        self._kind = kind
        self._evaluator = Evaluator(self._record, x, with_hessian=kind == "hessian")
        self._seen: SparsityPattern | None = None
        self._coloring: Coloring | None = None
        self.move(x)

    def _record(self, x: FloatArray) -> Trace:
        trace = self._function.record(x, with_objective=self._kind == "jacobian")
        if self._kind == "hessian":
            check_scalar(self._function, len(trace.outputs))
        return trace

    def move(self, x: FloatArray) -> None:
        """Enter the branch of x, so that the pattern is valid there."""
        self._evaluator.enter(x)
        ours = self._kind == "jacobian"
        found = self._evaluator.jacobian_pattern if ours else self._evaluator.hessian_pattern
        if found is self._seen:
            return
        self._seen = found
        self._coloring = None
        self.pattern = found if ours else found.symmetrized()
        self._spread = None if ours else unknown_numbers(self.pattern)

    @property
    def coloring(self) -> Coloring:
        """The coloring that products would use."""
        if self._coloring is None:
            make = color_jacobian if self._kind == "jacobian" else color_hessian
            self._coloring = make(self.pattern)
        return self._coloring

    def values(self, x: FloatArray, out: FloatArray | None) -> FloatArray:
        """Values at x, where ``move`` was called."""
        if self._spread is None:
            return self._evaluator.jacobian_values(x, out)
        lower = self._evaluator.hessian_values(x, np.ones(1))
        return np.take(lower, self._spread, out=out)

    def outputs(self, x: FloatArray) -> FloatArray:
        """Results of the function."""
        return self._evaluator.outputs(x)[1 if self._kind == "jacobian" else 0 :]

    def gradient(self, x: FloatArray) -> FloatArray:
        """Gradient of a function with one result."""
        return self._evaluator.gradient(x)

    def why_not_finite(self, x: FloatArray) -> str:
        """Say which operation at which of the user's lines is not finite."""
        trace = self._function.record(x, note_lines=True)

        def label(row: int) -> str:
            name = self._function.short_name
            return name if self._kind == "hessian" else f"row {row} of {name}"

        found = nonfinite_value(trace, label) or nonfinite_derivative(trace, label)
        return found or f"a derivative of {self._function.name} is not finite at x"

    def __str__(self) -> str:
        n = self.pattern.shape[1]
        what = "JVP" if self._kind == "jacobian" else "HVP"
        dense = min(self.pattern.shape) if self._kind == "jacobian" else n
        return f"by kernels: no products, dense differentiation would take {dense:,} {what}s"
