"""``numpy.lib.scimath``: functions that turn complex outside of their real domain.

Inside of it, which is decided at the point and guarded, they are the functions of NumPy; outside
they are refused, because traced values are real.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import decide
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape

__all__: list[str] = []


def _inside(tape: Tape, condition: Any, name: str) -> None:
    if not np.all(decide(tape, lift(tape, condition).ids, f"np.emath.{name}")):
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"np.emath.{name} was called with a traced value outside of its real domain; the "
            "result is complex and traced values are real: stay inside, or split the parts",
        )


def _from_zero(name: str) -> None:
    def handler(tape: Tape, x: Any) -> Any:
        _inside(tape, np.greater_equal(x, 0.0), name)
        return getattr(np, name)(x)

    implements(getattr(np.emath, name))(handler)


def _in_unit(name: str) -> None:
    def handler(tape: Tape, x: Any) -> Any:
        _inside(tape, np.less_equal(np.abs(x), 1.0), name)
        return getattr(np, name)(x)

    implements(getattr(np.emath, name))(handler)


for _name in ("log", "log10", "log2", "sqrt"):
    _from_zero(_name)
for _name in ("arccos", "arcsin", "arctanh"):
    _in_unit(_name)


@implements(np.emath.logn)
def _logn(tape: Tape, n: Any, x: Any) -> Any:
    for part in (n, x):
        _inside(tape, np.greater_equal(lift(tape, part), 0.0), "logn")
    return np.log(x) / np.log(n)


@implements(np.emath.power)
def _power(tape: Tape, x: Any, p: Any) -> Any:
    _inside(tape, np.greater_equal(lift(tape, x), 0.0), "power")
    return np.power(x, p)
