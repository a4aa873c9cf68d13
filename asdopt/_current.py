"""Whether functions still are what was traced of them.

Enters: a model, its evaluator and a point. Leaves: nothing, or the error that names the row that
changed. A trace holds the data that the functions read as it was; where that has changed since,
a solver would answer a question that nobody asks any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from asdopt._errors import StaleTraceError
from asdopt.kernels._taylor import LinePass

if TYPE_CHECKING:
    from asdopt._evaluator import Evaluator
    from asdopt._model import Model

__all__ = ["check_current"]

FloatArray = npt.NDArray[np.float64]

_TOLERANCE = 1e-6
# Roots and minima inside of functions are found to the tolerances of their solvers, which tracing
# improves on: what is made of them may be 0 but for these.
_TOLERANCE_OF_SOLVERS = 1e-2
_SHAKES, _SPREAD = 4, 16.0


def check_current(model: Model, evaluator: Evaluator, x: FloatArray) -> None:
    """Call the functions as plain Python, and compare with what their traces give.

    Parameters
    ----------
    model : Model
    evaluator : Evaluator
    x : ndarray of float64, shape (n,)

    Raises
    ------
    StaleTraceError
        A value differs by more than rounding explains.
    Exception
        What the functions raise by now, though their traces have values.
    """
    if not model.has_functions:
        return
    with np.errstate(all="ignore"):
        traced = evaluator.outputs(x)
        try:
            plain = model.plain_outputs(x)
        except (ArithmeticError, ValueError):
            if np.isfinite(traced).all():
                raise
            return  # Python raises where traces have a NaN; what refuses to start there says why
        except Warning:
            return  # made an error by the filters: of a call that is ours, not the user's
        if plain.shape != traced.shape:
            raise StaleTraceError(
                f"the functions return {plain.size} values at the starting point, and returned "
                f"{traced.size} when they were traced: data that they read has changed since; make "
                "the Problem anew"
            )
        trace = evaluator.trace
        size = np.abs(plain) + np.abs(traced)
        allowed = _TOLERANCE_OF_SOLVERS * (1.0 + size) if trace.externals else _TOLERANCE * size
        changed = _differs(plain, traced, allowed)
        if not changed.any():
            return
        # Of a sum of large terms that cancel few digits are known.
        spread = np.zeros(len(traced))
        line = x, model.parameters, np.zeros(len(x))
        for seed in range(1, _SHAKES + 1):
            shaken = LinePass(trace, trace.outputs, *line, seed).series()[0]
            spread = np.fmax(spread, np.abs(shaken - traced))
        rows = np.flatnonzero(changed & _differs(plain, traced, _SPREAD * spread))
    if rows.size:
        i = int(rows[0])
        more = f" (and {rows.size - 1} more rows)" if rows.size > 1 else ""
        raise StaleTraceError(
            f"{model.label(i)} is {plain[i]:.10g} at the starting point, and {traced[i]:.10g} by "
            f"what was traced of it before{more}: the functions are traced once, and data that "
            "they read has changed since, or they give another value at each call. Give what "
            "changes as parameters=, or make the Problem anew"
        )


def _differs(a: FloatArray, b: FloatArray, allowed: FloatArray) -> npt.NDArray[np.bool_]:
    """Where a number differs by more than is allowed from one that is finite."""
    return np.isfinite(b) & ~(np.isfinite(a) & (np.abs(a - b) <= allowed))
