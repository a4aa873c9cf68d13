"""Find where a NaN or an infinity came from.

Enters: a trace with the user's lines, taken at the point in question. Leaves: a sentence that
names the operation, its operands, the user's file and line, and the output it reached.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from asdopt._ops import CODE, EXTERNAL, FIRST_CODE, OPERATORS, SUM
from asdopt.backends._sweeps import Sweeps
from asdopt.tracing._trace import Trace

__all__ = ["nonfinite_derivative", "nonfinite_value"]

_NAMES = {code: name for name, code in CODE.items()}


def nonfinite_value(trace: Trace, label: Callable[[int], str]) -> str:
    """Sentence on the first operation behind the first output that is not finite, or ``""``."""
    bad = np.flatnonzero(~np.isfinite(trace.val[trace.outputs]))
    if not bad.size:
        return ""
    output = int(bad[0])
    node = _first_bad(trace, int(trace.outputs[output]), ~np.isfinite(trace.val))
    text = f"{label(output)} is {trace.val[trace.outputs[output]]:g}"
    return text if node is None else f"{text}: {_sentence(trace, node)}"


def nonfinite_derivative(trace: Trace, label: Callable[[int], str]) -> str:
    """Sentence on an operation whose derivative is not finite and an output behind, or ``""``."""
    sweeps = Sweeps(trace, joined=False)
    sweeps.values(
        np.ascontiguousarray(trace.val[: trace.num_inputs]),
        np.ascontiguousarray(trace.val[trace.num_inputs : trace.num_inputs + trace.num_parameters]),
    )
    sweeps.first()
    sweeps.second()
    bad = sweeps.nonfinite_partials()
    _mark_calls(trace, bad)
    for output, root in enumerate(trace.outputs if bad.any() else ()):
        node = _first_bad(trace, int(root), bad)
        if node is not None:
            return (
                f"a derivative of {label(output)} is not finite: the derivative of "
                f"{_sentence(trace, node)}"
            )
    return ""


def _mark_calls(trace: Trace, bad: np.ndarray) -> None:
    """Mark results of external functions by whose derivatives a NaN or an infinity came."""
    for call in trace.externals:
        x = np.ascontiguousarray(trace.val[call.inputs])
        lengths, values = call.function.row_lengths, call.function.jacobian_values(x)
        ends = np.cumsum(lengths)
        for k, (start, end) in enumerate(zip(ends - lengths, ends, strict=True)):
            bad[call.first + k] |= not np.isfinite(values[start:end]).all()
        hessian = call.function.hessian(x, np.ones(call.count))
        entries = hessian.data if hasattr(hessian, "tocsr") else hessian
        bad[call.first : call.first + call.count] |= not np.isfinite(entries).all()


def _operands(trace: Trace, node: int) -> list[int]:
    code = int(trace.op[node])
    if code in (SUM, EXTERNAL):
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
    if code < FIRST_CODE and code not in (SUM, EXTERNAL):
        what = f"x[{node}]" if node < trace.num_inputs else "a constant"
        return f"{what} is {trace.val[node]:g}{place}"
    name, operands = _NAMES[code], _operands(trace, node)
    if code == EXTERNAL:
        # Its terms hold surrogates of second derivatives too; its inputs are what it was given.
        call = next(c for c in trace.externals if c.first <= node < c.first + c.count)
        operands = call.inputs.tolist()
        given = str(getattr(getattr(call.function, "fun", None), "__name__", ""))
        name = getattr(call.function, "name", "") or (given if given.isidentifier() else name)
    values = ", ".join(f"{trace.val[i]:.6g}" for i in operands[:4])
    if len(operands) > 4:
        values += ", ..."
    hint = str(getattr(call.function, "hint", "")) if code == EXTERNAL else ""
    return f"{name}({values}) = {trace.val[node]:g}{place}" + (f" ({hint})" if hint else "")
