"""The part of a trace that the machine does not run: terms without a kernel, and the guards."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._ops import SUM
from asdopt.tracing._live import live_nodes
from asdopt.tracing._sharing import share_nodes
from asdopt.tracing._trace import ExternalCall, Trace

__all__ = ["Remainder"]

IntArray = npt.NDArray[np.int32]


@dataclasses.dataclass(frozen=True, slots=True)
class Remainder:
    """Terms left to sweeps over the tape: ``outputs[rows[k]] += coefs[k] * nodes[k]``.

    Parameters
    ----------
    rows, nodes : ndarray of int32
    coefs : ndarray of float64
    """

    rows: IntArray
    nodes: IntArray
    coefs: npt.NDArray[np.float64]

    def trace(self, whole: Trace) -> tuple[Trace, IntArray]:
        """Trace of the rows' sums and of the guards.

        Parameters
        ----------
        whole : Trace
            The trace whose nodes the terms are.

        Returns
        -------
        trace : Trace
            Output i is the sum of the terms of the i-th row that has terms.
        rows : ndarray of int32
            Those rows, sorted.
        """
        order = np.argsort(self.rows, kind="stable")
        rows, start = np.unique(self.rows[order], return_index=True)
        count = len(rows)
        sizes = np.diff(np.append(start, len(self.rows)))
        pool = len(whole.pool_ids)
        extended = dataclasses.replace(
            whole,
            op=np.concatenate([whole.op, np.full(count, SUM, dtype=np.uint8)]),
            a=np.concatenate([whole.a, (pool + start).astype(np.int32)]),
            b=np.concatenate([whole.b, sizes.astype(np.int32)]),
            val=np.concatenate([whole.val, np.full(count, np.nan)]),
            pool_ids=np.concatenate([whole.pool_ids, self.nodes[order]]),
            pool_weights=np.concatenate([whole.pool_weights, self.coefs[order]]),
            outputs=np.arange(whole.num_nodes, whole.num_nodes + count, dtype=np.int32),
            primal=False,
            lines=(),
        )
        return _shared(_live_part(extended)), rows.astype(np.int32)


def _shared(trace: Trace) -> Trace:
    """Compute once what the functions compute more than once, as objective and constraints do."""
    number, arrays = share_nodes(
        trace.op,
        trace.a,
        trace.b,
        trace.val,
        trace.pool_ids,
        trace.pool_weights,
        trace.num_inputs + trace.num_parameters,
    )
    return _renumbered(trace, number, arrays, trace.externals)


def _live_part(trace: Trace) -> Trace:
    """Keep what the outputs and guards need; calls of external functions stay whole."""
    ends = [trace.outputs]
    waiting = list(trace.externals)
    calls = []
    while True:
        number, arrays = live_nodes(
            trace.op,
            trace.a,
            trace.b,
            trace.val,
            trace.pool_ids,
            trace.pool_weights,
            np.concatenate(ends),
            trace.guard_nodes,
            trace.num_inputs + trace.num_parameters,
        )
        results = [np.arange(call.first, call.first + call.count) for call in waiting]
        needed = [bool((number[nodes] >= 0).any()) for nodes in results]
        if not any(needed):
            break
        for call, nodes, is_needed in zip(waiting, results, needed, strict=True):
            if is_needed:
                ends += [call.inputs, nodes.astype(np.int32)]
                calls.append(call)
        waiting = [call for call, is_needed in zip(waiting, needed, strict=True) if not is_needed]
    calls.sort(key=lambda call: call.first)
    return _renumbered(trace, number, arrays, calls)


def _renumbered(
    trace: Trace, number: IntArray, arrays: tuple[Any, ...], calls: Iterable[ExternalCall]
) -> Trace:
    """Trace of the nodes that stay, by their new numbers."""
    op, a, b, val, pool_ids, pool_weights = arrays
    return dataclasses.replace(
        trace,
        op=op,
        a=a,
        b=b,
        val=val,
        pool_ids=pool_ids,
        pool_weights=pool_weights,
        outputs=number[trace.outputs],
        guard_nodes=number[trace.guard_nodes],
        externals=tuple(
            dataclasses.replace(call, inputs=number[call.inputs], first=int(number[call.first]))
            for call in calls
        ),
    )
