"""The part of a trace that the machine does not run: terms without a kernel, and the guards."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from asdopt._ops import SUM
from asdopt.kernels._order import Arrays, in_front
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

    def trace(self, whole: Trace) -> tuple[Trace, IntArray, int]:
        """Trace of the rows' sums and of the guards, the objective's part in front.

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
        num_first : int
            Number of nodes at the front that suffice for the objective and the guards.
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
        found = _shared(_live_part(extended))
        has_objective = count > 0 and rows[0] == 0
        found, num_first = _in_front(found, found.outputs[: int(has_objective)])
        return found, rows.astype(np.int32), num_first


def _in_front(trace: Trace, ends: IntArray) -> tuple[Trace, int]:
    """Put what some ends and the guards need in front of all other nodes."""
    number, _, _ = _needed(trace, ends)
    needed = number >= 0
    num_first = int(np.count_nonzero(needed))
    if num_first == trace.num_nodes:
        return trace, num_first
    number, arrays = in_front(_arrays(trace), needed)
    calls = sorted(trace.externals, key=lambda call: int(number[call.first]))
    return _renumbered(trace, number, arrays, calls), num_first


def _arrays(trace: Trace) -> Arrays:
    return trace.op, trace.a, trace.b, trace.val, trace.pool_ids, trace.pool_weights


def _shared(trace: Trace) -> Trace:
    """Compute once what the functions compute more than once, as objective and constraints do."""
    first = trace.num_inputs + trace.num_parameters
    number, arrays = share_nodes(*_arrays(trace), first)
    return _renumbered(trace, number, arrays, trace.externals)


def _live_part(trace: Trace) -> Trace:
    """Keep what the outputs and guards need."""
    number, arrays, calls = _needed(trace, trace.outputs)
    return _renumbered(trace, number, arrays, calls)


def _needed(trace: Trace, ends: IntArray) -> tuple[IntArray, Arrays, list[ExternalCall]]:
    """Find what some ends and the guards need; calls of external functions stay whole.

    Returns
    -------
    number : ndarray of int32
        New number of each node, -1 of those that are not needed.
    arrays : tuple of ndarray
        The others.
    calls : list of ExternalCall
        Those that are needed, by their old numbers.
    """
    wanted = [ends]
    waiting = list(trace.externals)
    calls = []
    first = trace.num_inputs + trace.num_parameters
    while True:
        every = np.concatenate(wanted)
        number, arrays = live_nodes(*_arrays(trace), every, trace.guard_nodes, first)
        results = [np.arange(call.first, call.first + call.count) for call in waiting]
        needed = [bool((number[nodes] >= 0).any()) for nodes in results]
        if not any(needed):
            break
        for call, nodes, is_needed in zip(waiting, results, needed, strict=True):
            if is_needed:
                wanted += [call.inputs, nodes.astype(np.int32)]
                calls.append(call)
        waiting = [call for call, is_needed in zip(waiting, needed, strict=True) if not is_needed]
    calls.sort(key=lambda call: call.first)
    return number, arrays, calls


def _renumbered(
    trace: Trace, number: IntArray, arrays: Arrays, calls: Iterable[ExternalCall]
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
