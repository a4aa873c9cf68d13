"""One branch outcome of the functions, and how values of a branch stand in the union of all.

Enters: a trace. Leaves: its patterns and its engine; values spread to the positions of a larger
pattern. Next: ``_engine.py`` for the values, ``_evaluator.py`` for the choice of the branch.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asdopt._engine import Engine
from asdopt._errors import PatternError
from asdopt._pattern import SparsityPattern
from asdopt.detection import hessian_pattern, jacobian_pattern
from asdopt.tracing._trace import Trace

__all__ = ["Branch", "spread", "union_of"]

FloatArray = npt.NDArray[np.float64]


class Branch:
    """One trace made ready: valid wherever its guards hold.

    Parameters
    ----------
    trace : Trace
        Output 0 is the objective, the others are the constraints.
    threads : int
        Threads that share an evaluation.
    with_hessian : bool
        Whether second derivatives will be asked for.

    Attributes
    ----------
    engine : Engine
        Its values and derivatives.
    jacobian_pattern, hessian_pattern : SparsityPattern
        Of the constraints; lower triangle of the sum of all outputs, None without Hessian.
    why_no_hessian : Exception or None
        What its pattern failed with: it has too many entries.
    is_guarded : bool
        Whether the trace holds at some points only.
    is_direct : bool
        Whether its Hessian can be had anywhere without a look at anything else.
    """

    def __init__(self, trace: Trace, threads: int = 1, with_hessian: bool = True) -> None:
        self.trace = trace
        self.jacobian_pattern = jacobian_pattern(trace, trace.outputs[1:])
        self.hessian_pattern: SparsityPattern | None = None
        self.why_no_hessian: Exception | None = None
        if with_hessian:
            try:
                self.hessian_pattern = hessian_pattern(trace, trace.outputs)
            except (PatternError, MemoryError) as error:
                # Solvers that need first derivatives alone can go on.
                self.why_no_hessian = error.with_traceback(None)  # which holds what was computed
        self.engine = Engine(trace, self.jacobian_pattern, self.hessian_pattern, threads)
        self.is_guarded = len(trace.guard_nodes) > 0
        self.is_direct = not self.is_guarded and self.hessian_pattern is not None


def union_of(known: SparsityPattern, new: SparsityPattern) -> SparsityPattern:
    """Unite two patterns; the known object itself where the new one adds nothing."""
    # Its identity tells the evaluation that no spreading is needed.
    return known if new <= known else known | new


def spread(
    values: FloatArray, pattern: SparsityPattern, union: SparsityPattern, out: FloatArray | None
) -> FloatArray:
    """Write values of a branch's pattern into their places in the union's."""
    if out is None:
        out = np.empty(union.nnz)
    if pattern == union:
        out[:] = values
        return out
    n = max(union.shape[1], 1)
    keys = union.rows.astype(np.int64) * n + union.cols
    places = np.searchsorted(keys, pattern.rows.astype(np.int64) * n + pattern.cols)
    out[:] = 0.0
    out[places] = values
    return out
