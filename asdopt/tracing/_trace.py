"""Run a user's function on tracers and keep what it did: the trace.

Enters: a function and a point (primal values, branches decided and guarded) or a size (global:
no values). Leaves: a :class:`Trace`. Next: ``asdopt.detection``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["ExternalCall", "ExternalFunction", "Trace"]

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]


class ExternalFunction(Protocol):
    """What a trace needs of a function it cannot follow; x is the flat array of its inputs."""

    def values(self, x: FloatArray) -> FloatArray:
        """Results, shape (m,)."""

    def jacobian_values(self, x: FloatArray) -> FloatArray:
        """Values of its Jacobian's pattern, row-major."""

    def hessian(self, x: FloatArray, weights: FloatArray) -> FloatArray:
        """Hessian of ``weights @ values(x)``, dense and symmetric, shape (k, k)."""

    @property
    def row_lengths(self) -> IntArray:
        """Number of entries in each row of its Jacobian's pattern, shape (m,)."""


@dataclass(frozen=True, slots=True, eq=False)
class ExternalCall:
    """One call of an external function: its results are the nodes first, first + 1, ...

    The terms of result r are its inputs in the pattern of row r, followed by surrogate terms
    through which detection sees its second derivatives; those have no value of their own.
    """

    function: ExternalFunction
    inputs: IntArray
    first: int
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A finished tape as arrays: nodes in topological order, inputs first.

    Node ``i`` is an input (independent variable) for ``i < num_inputs``, a parameter for
    ``num_inputs <= i < num_inputs + num_parameters``, else the operation ``op[i]`` on the nodes
    ``a[i]`` and ``b[i]``. A weighted sum (code 3) reads ``a[i]`` as the start and ``b[i]`` as the
    length of its slice of ``pool_ids`` and ``pool_weights``.

    Parameters
    ----------
    op : ndarray of uint8, shape (num_nodes,)
        Operation codes (``asdopt._ops.CODE``).
    a, b : ndarray of int32, shape (num_nodes,)
        Operand ids (``b`` is 0 where unused).
    val : ndarray of float64, shape (num_nodes,)
        Values of constants; primal values of all nodes if ``primal``, else NaN.
    pool_ids, pool_weights : ndarray of int32, float64
        Terms of the weighted sums.
    guard_nodes, guard_values : ndarray of int32, float64
        The trace holds wherever each guard node has its value.
    outputs : ndarray of int32, shape (num_outputs,)
        Nodes of the function's results, flattened.
    num_inputs, num_parameters : int
        Sizes.
    primal : bool
        Whether ``val`` holds primal values.
    externals : tuple of ExternalCall
        Calls of external functions, in order.
    lines : tuple
        For each node the user's line, when the trace was asked to note them; else empty.
    """

    op: npt.NDArray[np.uint8]
    a: IntArray
    b: IntArray
    val: FloatArray
    pool_ids: IntArray
    pool_weights: FloatArray
    guard_nodes: IntArray
    guard_values: FloatArray
    outputs: IntArray
    num_inputs: int
    num_parameters: int
    primal: bool
    externals: tuple[ExternalCall, ...] = ()
    lines: tuple[object, ...] = ()

    @property
    def num_nodes(self) -> int:
        """Number of nodes."""
        return len(self.op)
