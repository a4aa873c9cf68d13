"""Patterns of Jacobian and Hessian: boolean differentiation of a finished tape.

Enters: a :class:`~asdopt.tracing._trace.Trace`. Leaves: a
:class:`~asdopt._pattern.SparsityPattern`. Next: ``asdopt.coloring``.

Three steps: *classify* each node (``_classes.pyx``: which first and second derivatives vanish,
which nodes reach an output), *propagate* sets of input indices, *assemble* the entries. Sets have
two representations. Index sets (``_sets.pyx``) are shared by all nodes with equal dependence and
made only where they are needed, so that an accumulation of a million terms is one walk and not
a million growing sets. Bitsets (``_bits.pyx``) carry 256 inputs or outputs a sweep and cost the
same whatever the pattern is; they serve small problems, and those whose index sets have cost as
much as the sweeps would.

References
----------
Hill and Dalle, "Sparser, Better, Faster, Stronger", equations (2) and (3).
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt._pattern import SparsityPattern
from asdopt.detection import _bits, _classes, _sets
from asdopt.tracing._trace import Trace

__all__ = ["Mode", "hessian_pattern", "jacobian_pattern"]

Mode = Literal["global", "local"]

_Ints = npt.NDArray[np.int32]
_Bytes = npt.NDArray[np.uint8]
_Entries = tuple[_Ints, _Ints]

_LANES = 256
# Steps of index sets that cost as much as one node of a bitset sweep, and those always allowed.
_STEPS_PER_NODE = 4
_FREE_STEPS = 1 << 22


def jacobian_pattern(
    trace: Trace, outputs: npt.ArrayLike | None = None, mode: Mode = "global"
) -> SparsityPattern:
    """Return where the Jacobian of the outputs with respect to the inputs may be nonzero.

    Entry (i, j) is in the pattern if output i depends on input j through first derivatives that
    do not vanish identically (global) or at the traced point (local).

    Parameters
    ----------
    trace : Trace
        The function.
    outputs : array_like of int, shape (m,), optional
        Node ids to differentiate; ``trace.outputs`` by default. Duplicates, inputs, parameters
        and constants are allowed.
    mode : {"global", "local"}
        Valid everywhere, or at the point of the trace only (a subset).

    Returns
    -------
    SparsityPattern
        Shape (m, num_inputs).

    Raises
    ------
    InputError
        An output is no node of the trace, or a local pattern is asked of a trace without values.

    Notes
    -----
    Linear in the number of nodes and of nonzeros for functions whose intermediate values have
    few consumers; at worst ``num_nodes * min(m, num_inputs) / 256`` steps.
    """
    nodes = _output_nodes(trace, outputs)
    _check_mode(trace, mode)
    shape = len(nodes), trace.num_inputs
    if min(shape) == 0:
        return SparsityPattern([], [], shape)
    rows, cols = _jacobian_entries(trace, _classify(trace, mode), nodes)
    return _from_unsorted(rows, cols, shape)


def hessian_pattern(
    trace: Trace, outputs: npt.ArrayLike | None = None, mode: Mode = "global"
) -> SparsityPattern:
    """Return where the lower triangle of the Hessian of a sum of the outputs may be nonzero.

    Entry (i, j), i >= j, is in the pattern if some output has a second derivative with respect
    to inputs i and j that does not vanish identically (global) or at the traced point (local);
    so it covers the sum with any multipliers. Values that reach no output never count.

    Parameters
    ----------
    trace : Trace
        The function.
    outputs : array_like of int, shape (m,), optional
        Node ids to sum; ``trace.outputs`` by default.
    mode : {"global", "local"}
        Valid everywhere, or at the point of the trace only (a subset).

    Returns
    -------
    SparsityPattern
        Shape (num_inputs, num_inputs), lower triangle; ``.symmetrized()`` gives the full one.

    Raises
    ------
    InputError
        An output is no node of the trace, or a local pattern is asked of a trace without values.
    PatternError
        The pattern has more than 2**31 - 1 entries.

    Notes
    -----
    Equation (3) of the paper on a tape: for each node that reaches an output through nonzero
    first derivatives, the products of its operands' gradient sets that its second-order class
    asks for. Linear in the number of nodes and of nonzeros for sparse problems; at worst
    ``num_nodes * num_inputs / 128`` steps.
    """
    nodes = _output_nodes(trace, outputs)
    _check_mode(trace, mode)
    classes = _classify(trace, mode)
    pools = trace.pool_ids, trace.pool_weights
    _classes.mark_live(classes, trace.a, trace.b, *pools, nodes)
    rows, cols = _hessian_entries(trace, classes)
    return SparsityPattern._from_sorted(rows, cols, (trace.num_inputs, trace.num_inputs))


def _output_nodes(trace: Trace, outputs: npt.ArrayLike | None) -> _Ints:
    if outputs is None:
        return trace.outputs
    nodes = np.asarray(outputs)
    if nodes.size == 0:
        return np.empty(0, dtype=np.int32)
    if nodes.dtype.kind not in "iu" or nodes.ndim != 1:
        raise InputError(
            "A pattern was asked for outputs that must be a one-dimensional array of node ids, "
            f"got shape {nodes.shape} and dtype {nodes.dtype}."
        )
    if nodes.min() < 0 or nodes.max() >= trace.num_nodes:
        raise InputError(
            f"A pattern was asked for output nodes {nodes.min()} ... {nodes.max()}, but the trace "
            f"has nodes 0 ... {trace.num_nodes - 1}: take ids from this trace."
        )
    return np.ascontiguousarray(nodes, dtype=np.int32)


def _check_mode(trace: Trace, mode: Mode) -> None:
    if mode not in get_args(Mode):
        raise InputError(f"A pattern has mode 'global' or 'local', got {mode!r}.")
    if mode == "local" and not trace.primal:
        raise InputError(
            "A local pattern was asked for, but the trace has no values: it was made from a size. "
            "Local patterns hold at one point; give x0, or ask for mode='global'."
        )


def _classify(trace: Trace, mode: Mode) -> _Bytes:
    return _classes.classify(
        trace.op,
        trace.a,
        trace.b,
        trace.val,
        trace.pool_ids,
        trace.pool_weights,
        trace.num_inputs,
        mode == "local",
    )


def _jacobian_entries(trace: Trace, classes: _Bytes, nodes: _Ints) -> _Entries:
    n, m = trace.num_inputs, len(nodes)
    tape = classes, trace.a, trace.b, trace.pool_ids, trace.pool_weights, n, nodes
    if min(n, m) > _LANES:
        entries = _sets.jacobian(*tape, _allowed_steps(trace, min(n, m)))
        if entries is not None:
            return entries
    return _bits.jacobian_forward(*tape) if n <= m else _bits.jacobian_reverse(*tape)


def _hessian_entries(trace: Trace, classes: _Bytes) -> _Entries:
    n = trace.num_inputs
    if n == 0:
        return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32)
    tape = classes, trace.a, trace.b, trace.pool_ids, trace.pool_weights, n
    if n > _LANES:
        entries = _sets.hessian(*tape, _allowed_steps(trace, 2 * n))
        if entries is not None:
            # Rows of the upper triangle are in order, so sorting by column orders the lower one.
            return _classes.sort_by_row(entries[1], entries[0], n)
    return _classes.sort_by_row(*_bits.hessian(*tape), n)


def _allowed_steps(trace: Trace, lanes: int) -> int:
    sweeps = -(-lanes // _LANES)
    return _FREE_STEPS + _STEPS_PER_NODE * sweeps * trace.num_nodes


def _from_unsorted(rows: _Ints, cols: _Ints, shape: tuple[int, int]) -> SparsityPattern:
    # Two stable counting sorts: by column, then by row.
    cols, rows = _classes.sort_by_row(cols, rows, shape[1])
    rows, cols = _classes.sort_by_row(rows, cols, shape[0])
    return SparsityPattern._from_sorted(rows, cols, shape)
