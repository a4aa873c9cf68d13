"""Turn a closed tape into a trace of what some output or guard needs, and few constants more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from asdopt._errors import TracingError
from asdopt._ops import CODE
from asdopt.tracing._live import live_part
from asdopt.tracing._trace import ExternalCall, Trace

if TYPE_CHECKING:
    from asdopt.tracing._tape import Tape

__all__ = ["compact_trace"]

_EXTERNAL = CODE["external"]


def compact_trace(
    tape: Tape, outputs: npt.NDArray[np.int32], lines: list[object] | None = None
) -> Trace:
    """Make a trace of the live part of a tape.

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

    Raises
    ------
    TracingError
        Something depends on an unknown of a function that was solved or differentiated inside.
    """
    guard_nodes, guard_values = _distinct_guards(*tape.guards())
    outputs = np.ascontiguousarray(outputs, dtype=np.int32)
    ends = outputs
    if tape.externals:
        # External functions are few: each stays whole, with all its inputs and results.
        parts = [outputs]
        for _, inputs, first, count in tape.externals:
            parts += [inputs, np.arange(first, first + count, dtype=np.int32)]
        ends = np.concatenate(parts)
    number, (op, a, b, val, pool_ids, pool_weights) = live_part(tape, ends, guard_nodes)
    if np.count_nonzero(op == _EXTERNAL) != sum(count for *_, count in tape.externals):
        raise TracingError(
            "a value was used that another function had left behind (in an attribute, a list, a "
            "global variable) while its derivatives or a solution of it were computed; it is that "
            "of no certain point: call the function, and use what it returns"
        )
    if tape.closed:
        tape.done()

    def renumbered(ids: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        return ids.copy() if number is None else number[ids]

    return Trace(
        op=op,
        a=a,
        b=b,
        val=val,
        pool_ids=pool_ids,
        pool_weights=pool_weights,
        guard_nodes=renumbered(guard_nodes),
        guard_values=guard_values,
        outputs=renumbered(outputs),
        num_inputs=tape.num_inputs,
        num_parameters=tape.num_parameters,
        primal=tape.primal,
        externals=tuple(
            ExternalCall(
                call,
                renumbered(inputs),
                int(first if number is None else number[first]) if count else 0,
                count,
            )
            for call, inputs, first, count in tape.externals
        ),
        lines=_kept_lines(lines, number),
    )


def _kept_lines(
    lines: list[object] | None, number: npt.NDArray[np.int32] | None
) -> tuple[object, ...]:
    if lines is None or number is None:
        return tuple(lines or ())
    return tuple(lines[i] for i in np.flatnonzero(number >= 0))


def _distinct_guards(
    nodes: npt.NDArray[np.int32], values: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    if len(nodes) < 2:
        return nodes, values
    # The same truth value may be asked for many times.
    nodes, first = np.unique(nodes, return_index=True)
    return nodes, values[first]
