"""A part of a tape that is still written, as a trace of its own.

Enters: a tape and the place from which a function of the user was recorded on it. Leaves: a trace
whose inputs are given nodes and what the part reads of the tape before it. Used for functions
that are solved inside of the user's function (``asdopt/_roots.py``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asdopt._ops import CODE, OPERATORS
from asdopt.tracing._tape import Tape
from asdopt.tracing._trace import ExternalCall, Trace

__all__ = ["Leaves", "part_of"]

IntArray = npt.NDArray[np.int32]
_BINARY = frozenset(CODE[row.name] for row in OPERATORS if row.arity == 2)


class Leaves:
    """Nodes of a tape that stand for the unknowns of a function until :func:`part_of` is called."""

    row_lengths = np.zeros(0, dtype=np.int32)

    def __init__(self, tape: Tape, values: npt.NDArray[np.float64]) -> None:
        self.tape = tape
        self.num_externals = len(tape.externals)
        self.start = len(tape)
        count = len(values)
        self.ids = tape.external(
            self, [], values, np.zeros(count + 1, np.intp), np.zeros(0, np.int32)
        )


def part_of(leaves: Leaves, outputs: IntArray) -> tuple[Trace, IntArray]:
    """Make a trace of what was recorded since the leaves, and forget its external calls.

    Returns
    -------
    Trace
        Its inputs are the leaves, then the nodes of the second result.
    ndarray of int32
        Nodes before the part that it reads and that are no constants.
    """
    tape = leaves.tape
    op, a, b, val, pool_ids, pool_weights, *_ = tape.arrays()
    calls = tape.externals[leaves.num_externals + 1 :]
    del tape.externals[leaves.num_externals :]
    start, end = leaves.start, len(op)
    many = {CODE["sum"], CODE["external"]}
    first = start + len(leaves.ids)
    operands: list[list[int]] = []
    for i in range(first, end):
        if op[i] in many:
            operands.append(pool_ids[a[i] : a[i] + b[i]].tolist())
        elif op[i] > CODE["sum"]:
            operands.append([int(a[i]), int(b[i])] if op[i] in _BINARY else [int(a[i])])
        else:
            operands.append([])
    outer = {j for part in operands for j in part if j < start}
    outer |= {int(j) for _, inputs, *_ in calls for j in inputs if j < start}
    outer |= {int(j) for j in outputs if j < start}
    read = np.array(sorted(j for j in outer if op[j] != CODE["constant"]), dtype=np.int32)
    fixed = np.array(sorted(outer - set(read.tolist())), dtype=np.int32)
    order = np.concatenate([leaves.ids, read, fixed, np.arange(first, end, dtype=np.int32)])
    number = np.zeros(end, dtype=np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    num_inputs = len(leaves.ids) + len(read)
    new_op = op[order]
    new_op[:num_inputs] = CODE["input"]
    new_a, new_b = a[order], b[order]
    new_a[: num_inputs + len(fixed)] = new_b[: num_inputs + len(fixed)] = 0
    pool: list[int] = []
    weights: list[float] = []
    for k, part in enumerate(operands, start=num_inputs + len(fixed)):
        old = order[k]
        if op[old] in many:
            new_a[k] = len(pool)
            pool += number[part].tolist()
            weights += pool_weights[a[old] : a[old] + b[old]].tolist()
        elif part:
            new_a[k] = number[part[0]]
            new_b[k] = number[part[-1]] if len(part) > 1 else 0
    trace = Trace(
        op=new_op,
        a=new_a,
        b=new_b,
        val=val[order],
        pool_ids=np.array(pool, dtype=np.int32),
        pool_weights=np.array(weights, dtype=np.float64),
        guard_nodes=np.zeros(0, dtype=np.int32),
        guard_values=np.zeros(0),
        outputs=number[outputs],
        num_inputs=num_inputs,
        num_parameters=0,
        primal=True,
        externals=tuple(
            ExternalCall(call, number[inputs], int(number[at]) if count else 0, count)
            for call, inputs, at, count in calls
        ),
    )
    return trace, read
