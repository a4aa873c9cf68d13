"""Find where a NaN or an infinity came from.

Enters: a trace with the user's lines, taken at the point in question. Leaves: a sentence that
names the operation, its operands, the user's file and line, and the output it reached.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from asdopt._ops import CODE, FIRST_CODE, OPERATORS, SUM
from asdopt.backends._sweeps import Sweeps
from asdopt.tracing._trace import Trace

__all__ = ["nonfinite_derivative", "nonfinite_value"]

_NAMES = {code: name for name, code in CODE.items()}


def nonfinite_value(trace: Trace, labels: Sequence[str], output: int) -> str:
    """Sentence on the first operation behind output number ``output`` that is not finite."""
    node = _first_bad(trace, int(trace.outputs[output]), ~np.isfinite(trace.val))
    text = f"{labels[output]} is {trace.val[trace.outputs[output]]:g}"
    return text if node is None else f"{text}: {_sentence(trace, node)}"


def nonfinite_derivative(trace: Trace, labels: Sequence[str], output: int) -> str:
    """Sentence on the first operation behind an output whose derivative is not finite."""
    sweeps = Sweeps(trace)
    sweeps.values(np.ascontiguousarray(trace.val[: trace.num_inputs]))
    sweeps.first()
    sweeps.second()
    node = _first_bad(trace, int(trace.outputs[output]), sweeps.nonfinite_partials())
    text = f"a derivative of {labels[output]} is not finite"
    if node is None:
        return text
    return f"{text}: the derivative of {_sentence(trace, node)}"


def _operands(trace: Trace, node: int) -> list[int]:
    code = int(trace.op[node])
    if code == SUM:
        start = int(trace.a[node])
        return [int(i) for i in trace.pool_ids[start : start + int(trace.b[node])]]
    if code < FIRST_CODE:
        return []
    arity = OPERATORS[code - FIRST_CODE].arity
    return [int(trace.a[node]), int(trace.b[node])][:arity]


def _first_bad(trace: Trace, root: int, bad: np.ndarray) -> int | None:
    """Smallest node behind ``root`` that is bad: its operands, being smaller, are good."""
    seen, stack, found = {root}, [root], None
    while stack:
        node = stack.pop()
        if bad[node] and (found is None or node < found):
            found = node
        for operand in _operands(trace, node):
            if operand not in seen:
                seen.add(operand)
                stack.append(operand)
    return found


def _sentence(trace: Trace, node: int) -> str:
    code = int(trace.op[node])
    where = trace.lines[node] if trace.lines else None
    place = f" at {where}" if where is not None else ""
    if code < FIRST_CODE and code != SUM:
        what = f"x[{node}]" if node < trace.num_inputs else "a constant"
        return f"{what} is {trace.val[node]:g}{place}"
    values = ", ".join(f"{trace.val[i]:.6g}" for i in _operands(trace, node)[:4])
    if code == SUM and int(trace.b[node]) > 4:
        values += ", ..."
    return f"{_NAMES[code]}({values}) = {trace.val[node]:g}{place}"
