"""Why is this entry nonzero: the user's lines through which a variable reaches a row.

Enters: a trace with lines. Leaves: an :class:`Explanation`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from asdopt._ops import CODE, CONSTANT, EXTERNAL, FIRST_CODE, OPERATORS, SUM
from asdopt.tracing._trace import Trace

__all__ = ["Explanation", "explain_first", "explain_second"]

_NAMES = {code: name for name, code in CODE.items()}


@dataclass(frozen=True)
class Explanation:
    """Chain of the user's lines behind an entry of a Jacobian or Hessian.

    Parameters
    ----------
    title : str
        What is explained.
    steps : tuple of (str, str)
        Operation and ``file:line, in function``, from the variables to the result; empty where
        the entry is structurally zero.
    """

    title: str
    steps: tuple[tuple[str, str], ...]

    def __bool__(self) -> bool:
        return bool(self.steps)

    def __str__(self) -> str:
        if not self.steps:
            return f"{self.title}: structurally zero, no chain of operations connects them"
        width = max(len(operation) for operation, _ in self.steps)
        lines = (f"  {operation:<{width}}  {place}" for operation, place in self.steps)
        return "\n".join([f"{self.title}:", *lines])

    __repr__ = __str__


def _edges(trace: Trace, node: int) -> list[int]:
    """Operands through which a derivative passes."""
    code = int(trace.op[node])
    if code in (SUM, EXTERNAL):
        start = int(trace.a[node])
        return [int(i) for i in trace.pool_ids[start : start + int(trace.b[node])]]
    if code < FIRST_CODE:
        return []
    operands = (int(trace.a[node]), int(trace.b[node]))
    first = OPERATORS[code - FIRST_CODE].first
    found = [i for i, depends in zip(operands, first, strict=False) if depends]
    if _NAMES[code] == "multiply":
        # A factor that is the constant 0 lets nothing through.
        found = [
            i
            for i in found
            if not _is_zero(trace, operands[1] if i == operands[0] else operands[0])
        ]
    return found


def _is_zero(trace: Trace, node: int) -> bool:
    return int(trace.op[node]) == CONSTANT and trace.val[node] == 0.0


def _depends(trace: Trace, variable: int) -> npt.NDArray[np.bool_]:
    """Mask of the nodes that depend on a variable."""
    mask = np.zeros(trace.num_nodes, dtype=bool)
    mask[variable] = True
    for node in range(trace.num_inputs + trace.num_parameters, trace.num_nodes):
        mask[node] = any(mask[i] for i in _edges(trace, node))
    return mask


def _path(trace: Trace, root: int, variable: int, mask: npt.NDArray[np.bool_]) -> list[int]:
    """Nodes from the variable to the root, each an operand of the next."""
    if not mask[root]:
        return []
    path = [root]
    while path[-1] != variable:
        path.append(next(i for i in _edges(trace, path[-1]) if mask[i]))
    return path[::-1]


def _steps(trace: Trace, path: list[int]) -> list[tuple[str, str]]:
    """Operations of a path with their lines; runs of sums on one line are one step."""
    steps: list[tuple[str, str]] = []
    for node in path:
        code = int(trace.op[node])
        if code < FIRST_CODE and code not in (SUM, EXTERNAL):
            continue
        step = (_NAMES[code], str(trace.lines[node]))
        if not steps or steps[-1] != step:
            steps.append(step)
    return steps


def explain_first(trace: Trace, title: str, output: int, variable: int) -> Explanation:
    """Explain the entry of the Jacobian at an output and a variable."""
    root = int(trace.outputs[output])
    path = _path(trace, root, variable, _depends(trace, variable))
    steps = _steps(trace, path)
    if path and not steps:
        steps = [("the variable itself", "is returned")]
    return Explanation(title, tuple(steps))


def explain_second(
    trace: Trace, title: str, label: Callable[[int], str], i: int, j: int
) -> Explanation:
    """Explain an entry of the Hessian: the operation that joins two variables.

    The first output in which they are joined is taken; ``label`` names an output.
    """
    first, second = _depends(trace, i), _depends(trace, j)
    for output, root in enumerate(trace.outputs):
        node = _joining(trace, int(root), first, second)
        if node is None:
            continue
        steps = [(f"join: {name}", place) for name, place in _steps(trace, [node])]
        chain = _chain(trace, int(root), node)
        return Explanation(f"{title}, through {label(output)}", tuple(steps + _steps(trace, chain)))
    return Explanation(title, ())


def _joining(
    trace: Trace, root: int, first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]
) -> int | None:
    """First operation behind the root that joins the two nonlinearly."""
    seen, stack, found = {root}, [root], None
    while stack:
        node = stack.pop()
        code = int(trace.op[node])
        if code >= FIRST_CODE and _joins(trace, node, first, second):
            found = node if found is None else min(found, node)
        for operand in _edges(trace, node):
            if operand not in seen and first[operand] and second[operand]:
                seen.add(operand)
                stack.append(operand)
    return found


def _joins(
    trace: Trace, node: int, first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]
) -> bool:
    row = OPERATORS[int(trace.op[node]) - FIRST_CODE]
    a, b = int(trace.a[node]), int(trace.b[node])
    if row.arity == 1:
        return bool(row.second[0] and first[a] and second[a])
    xx, xy, yy = row.second
    return bool(
        (xx and first[a] and second[a])
        or (xy and ((first[a] and second[b]) or (first[b] and second[a])))
        or (yy and first[b] and second[b])
    )


def _chain(trace: Trace, root: int, node: int) -> list[int]:
    """Nodes from an inner node (left out) to the root."""
    came: dict[int, int] = {root: -1}
    stack = [root]
    while stack and node not in came:
        current = stack.pop()
        for operand in _edges(trace, current):
            if operand not in came:
                came[operand] = current
                stack.append(operand)
    chain, current = [], came.get(node, -1)
    while current != -1:
        chain.append(current)
        current = came[current]
    return chain
