"""Turn a closed tape into a trace that holds only nodes some output or guard needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from asdopt.tracing._live import live_nodes
from asdopt.tracing._trace import ExternalCall, Trace

if TYPE_CHECKING:
    from asdopt.tracing._tape import Tape

__all__ = ["compact_trace"]


def compact_trace(
    tape: Tape, outputs: npt.NDArray[np.int32], lines: list[object] | None = None
) -> Trace:
    """Copy the live part of a tape.

    Parameters
    ----------
    tape : Tape
    outputs : ndarray of int32, shape (num_outputs,)
        Nodes of the results.
    lines : list, optional
        The user's line of each node of the tape.

    Returns
    -------
    Trace
    """
    op, a, b, val, pool_ids, pool_weights, guard_nodes, guard_values = tape.arrays()
    guard_nodes, guard_values = _distinct_guards(guard_nodes, guard_values)
    outputs = np.ascontiguousarray(outputs, dtype=np.int32)
    leaves = tape.num_inputs + tape.num_parameters
    # External functions are few: each stays whole, with all its inputs and results.
    ends = [outputs]
    for _, inputs, first, count in tape.externals:
        ends += [inputs, np.arange(first, first + count, dtype=np.int32)]
    kept, number, new_a, new_b, new_pool, new_weights = live_nodes(
        op, a, b, pool_ids, pool_weights, np.concatenate(ends), guard_nodes, leaves
    )
    return Trace(
        op=op[kept],
        a=new_a,
        b=new_b,
        val=val[kept],
        pool_ids=new_pool,
        pool_weights=new_weights,
        guard_nodes=number[guard_nodes],
        guard_values=guard_values,
        outputs=number[outputs],
        num_inputs=tape.num_inputs,
        num_parameters=tape.num_parameters,
        primal=tape.primal,
        externals=tuple(
            ExternalCall(call, number[inputs], int(number[first]) if count else 0, count)
            for call, inputs, first, count in tape.externals
        ),
        lines=tuple(lines[i] for i in kept) if lines is not None else (),
    )


def _distinct_guards(
    nodes: npt.NDArray[np.int32], values: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    # The same truth value may be asked for many times.
    nodes, first = np.unique(nodes, return_index=True)
    return nodes, values[first]
