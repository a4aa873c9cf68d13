"""``np.piecewise``: functions on the parts of an array.

NumPy calls each function with the entries of its part. Where a function treats every entry by
itself, which its nodes tell, it is called with all of them and the conditions select; else the
parts are those at the point, under guards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt._ops import EXTERNAL, FIRST_CODE, OPERATORS, SUM
from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import mirror, wrap
from asdopt.tracing._lift import lift, test
from asdopt.tracing._nodes import Ids, constants, decide, select
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape

__all__: list[str] = []


@implements(np.piecewise)
def _piecewise(tape: Tape, x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    source = lift(tape, x)
    conditions = _conditions(tape, condlist, source)
    functions = list(funclist)
    if len(functions) == len(conditions) + 1:
        default, functions = functions[-1], functions[:-1]
    elif len(functions) == len(conditions):
        default = 0.0
    else:
        raise ValueError(
            f"with {len(conditions)} condition(s), either {len(conditions)} or "
            f"{len(conditions) + 1} functions are expected"
        )
    # Later conditions win; the default holds where none does.
    result = _everywhere(tape, source, default, args, kw)
    rest: Any = None
    for condition in conditions:
        rest = ~condition if rest is None else rest & ~condition
    if result is None:
        result = _on_part(tape, source, rest, default, args, kw, constants(tape, 0.0))
    for condition, function in zip(conditions, functions, strict=True):
        value = _everywhere(tape, source, function, args, kw)
        if value is None:
            result = _on_part(tape, source, condition, function, args, kw, result)
        else:
            result = select(tape, test(tape, condition), value, result)
    return mirror(tape, np.broadcast_to(result, source.shape).copy())


def _conditions(tape: Tape, condlist: Any, source: TracedArray) -> list[Any]:
    if not isinstance(condlist, (list, tuple)):
        condlist = [condlist] if np.ndim(condlist) == source.ndim else list(condlist)
    elif len(condlist) and np.ndim(condlist[0]) == 0 and source.ndim:
        condlist = [condlist]
    found = [c if hasattr(c, "tape") else np.asarray(c) for c in condlist]
    return [wrap(tape, lift(tape, list(c)).ids) if _mixed(c) else c for c in found]


def _mixed(condition: Any) -> bool:
    return isinstance(condition, np.ndarray) and condition.dtype == object


def _everywhere(
    tape: Tape, source: TracedArray, function: Any, args: tuple[Any, ...], kw: dict[str, Any]
) -> Ids | None:
    """Values of a function for all entries, None if it does not treat each by itself."""
    if not callable(function):
        return lift(tape, function).ids
    start = len(tape)
    value = lift(tape, function(wrap(tape, source.ids), *args, **kw)).ids
    if value.ndim == 0 and source.ndim and int(value) < start:
        return value  # a constant or a value from outside
    if value.shape != source.shape:
        return None
    return value if source.size < 2 or _by_itself(tape, source.ids, value, start) else None


def _by_itself(tape: Tape, source: Ids, value: Ids, start: int) -> bool:
    """Whether each result depends on no other entry than its own."""
    op, a, b, _, pool, *_ = tape.arrays()
    owner: dict[int, int] = {int(i): int(i) for i in source.ravel()}
    mixed, nobody = -2, -1
    for node in range(start, len(op)):
        code = int(op[node])
        if code in {SUM, EXTERNAL}:
            operands = pool[a[node] : a[node] + b[node]].tolist()
        elif code >= FIRST_CODE:
            both = OPERATORS[code - FIRST_CODE].arity == 2
            operands = [int(a[node]), int(b[node])] if both else [int(a[node])]
        else:
            continue
        owners = {owner.get(i, nobody) for i in operands} - {nobody}
        if owners:
            owner[node] = owners.pop() if len(owners) == 1 else mixed
    return all(
        owner.get(int(v), nobody) in (nobody, int(s))
        for v, s in zip(value.ravel(), source.ravel(), strict=True)
    )


def _on_part(
    tape: Tape,
    source: TracedArray,
    condition: Any,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kw: dict[str, Any],
    result: Ids,
) -> Ids:
    """Values of a function on the entries of its part at the point."""
    chosen = test(tape, condition)
    if chosen.dtype != bool:
        chosen = decide(tape, chosen, "np.piecewise") != 0.0
    new = np.broadcast_to(result, source.shape).copy()
    if np.any(chosen):
        part = TracedArray(tape, source.ids[chosen])
        new[chosen] = lift(tape, function(part, *args, **kw)).ids
    return new
