"""A Jacobian or Hessian that is asked for once: what is quickest from the trace to the values.

Enters: what was recorded at the point. Leaves: the derivatives there. Kernels earn their
preparation back over many evaluations; for a single one it would be most of the work. Rows of a
Jacobian that depend on few nodes come out of one pass over them, pattern and values together;
everything else is detected, colored and decompressed.

References
----------
Griewank and Walther, "Evaluating Derivatives", chapter 7: sparse vector mode.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from asdopt._accumulate import accumulate
from asdopt._colored import ColoredHessian, ColoredJacobian
from asdopt._errors import EvaluationError
from asdopt._finite import all_finite
from asdopt.backends._sweeps import Sweeps
from asdopt.coloring._reading import unknown_numbers
from asdopt.detection import hessian_pattern, jacobian_pattern
from asdopt.tracing._recorder import Recorder

__all__ = ["hessian_once", "jacobian_once"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]

# Steps of a few nanoseconds: those always allowed, and those for each node, beyond which
# colored sweeps are at least as quick.
_FREE: Final = 1 << 18
_PER_NODE: Final = 16


def jacobian_once(recorder: Recorder, outputs: IntArray) -> csr_array:
    """Differentiate outputs at the point where they were recorded.

    Parameters
    ----------
    recorder : Recorder
        With primal values.
    outputs : ndarray of int32, shape (m,)
        Nodes.

    Returns
    -------
    csr_array, shape (m, n)
        Its structure is the global pattern.

    Raises
    ------
    EvaluationError
        An output or a derivative is not finite; the message does not say where it comes from.
    """
    tape = recorder.tape
    tape.close()
    if not all_finite(tape.values(outputs)):
        raise EvaluationError("a value is not finite at x")
    rows = accumulate(tape, outputs, _FREE + _PER_NODE * len(tape))
    if rows is None:
        trace = recorder.finish(outputs)
        pattern, values = jacobian_pattern(trace), np.empty(0)
        if pattern.nnz:
            sweeps = Sweeps(trace, joined=False)
            sweeps.first()
            colored = ColoredJacobian(sweeps, pattern, 0, len(outputs))
            values = colored.values(np.zeros(pattern.nnz))
        matrix = pattern.to_scipy(values)
    else:
        indptr, cols, values = rows
        tape.done()
        matrix = csr_array((values, cols, indptr), shape=(len(outputs), tape.num_inputs))
        matrix.has_canonical_format = True
    if not all_finite(values):
        raise EvaluationError("a derivative is not finite at x")
    return matrix


def hessian_once(recorder: Recorder, output: IntArray) -> csr_array:
    """Differentiate one output twice at the point where it was recorded.

    Parameters
    ----------
    recorder : Recorder
        With primal values.
    output : ndarray of int32, shape (1,)
        Node.

    Returns
    -------
    csr_array, shape (n, n)
        Both triangles; its structure is the global pattern.

    Raises
    ------
    EvaluationError
        As for :func:`jacobian_once`.
    """
    recorder.tape.close()
    if not all_finite(recorder.tape.values(output)):
        raise EvaluationError("a value is not finite at x")
    trace = recorder.finish(output)
    lower = hessian_pattern(trace)
    values = np.zeros(lower.nnz)
    if lower.nnz:
        sweeps = Sweeps(trace, joined=False)
        sweeps.first()
        sweeps.second()
        sweeps.gradient(np.ones(1))
        ColoredHessian(sweeps, lower).values(values)
    if not all_finite(values):
        raise EvaluationError("a derivative is not finite at x")
    full = lower.symmetrized()
    return full.to_scipy(values[unknown_numbers(full)])
