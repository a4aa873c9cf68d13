"""Stand-ins of the module math, and the one-node ufuncs of NumPy on traced scalars.

Those of the operator table are made from it; here stand the others. As in math, an argument
outside of the domain raises, under a guard.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from asdopt._ops import CODE, OPERATORS
from asdopt.tracing import _tracer
from asdopt.tracing._array import TracedArray
from asdopt.tracing._callee import HOOK, Elementary, know
from asdopt.tracing._codes import node_of_ufunc
from asdopt.tracing._nodes import TRUTH_OPERATORS
from asdopt.tracing._standins import is_traced, scalar_tape, stands_for, total
from asdopt.tracing._standins_arrays import Dispatched
from asdopt.tracing._tracer import Tracer, as_float, tracer

__all__: list[str] = []


def _traced(values: Iterable[Any]) -> bool:
    return any(isinstance(v, Tracer) for v in values)


def _scalars(values: Iterable[Any]) -> list[Any]:
    """Take the only entries out of arrays and the floats out of objects, as math does."""
    return [_scalar(v) for v in values]


def _scalar(value: Any) -> Any:
    if isinstance(value, (float, int, Tracer)):
        return value
    if isinstance(value, TracedArray):
        return value.item() if value.size == 1 else value
    if type(value) is not np.ndarray and hasattr(value, "__float__"):
        return HOOK[float](value)
    return value


def _log(x: Any, base: Any) -> Any:
    x, base = _scalars((x, base))
    if _traced((x, base)):
        return HOOK[math.log](x) / HOOK[math.log](base)
    return math.log(x, base)


for _row in OPERATORS:
    for _name in _row.math:
        _original = getattr(math, _name)
        know(
            _original,
            Elementary(
                _original,
                CODE[_row.name],
                _row.arity,
                _row.name in TRUTH_OPERATORS,
                True,
                _log if _name == "log" else None,
            ),
        )

for _original in vars(np).values():
    _node = node_of_ufunc(_original) if isinstance(_original, np.ufunc) else None
    if _node is not None:
        know(
            _original,
            Elementary(
                _original,
                _node.code,
                _node.arity,
                _node.is_bool,
                False,
                Dispatched(_original, False),
            ),
        )


@stands_for(math.fsum)
def _fsum(values: Iterable[Any]) -> Any:
    values = _scalars(values)
    tape = scalar_tape(values)
    return math.fsum(values) if tape is None else as_float(total(tape, values))


@stands_for(math.prod)
def _prod(values: Iterable[Any], /, *, start: Any = 1) -> Any:
    values = list(values)
    if not any(map(is_traced, values)) and not is_traced(start):
        return math.prod(values, start=start)
    result = start
    for value in values:
        result = result * value
    return result


@stands_for(math.hypot)
def _hypot(*arguments: Any) -> Any:
    values = _scalars(arguments)
    if not _traced(values):
        return math.hypot(*values)
    if len(values) == 1:
        return as_float(abs(values[0]))
    if len(values) == 2:
        return _two(CODE["hypot"], *values)
    return HOOK[math.sqrt](HOOK[sum]([v * v for v in values]))


def _two(code: int, x: Any, y: Any) -> Any:
    tape = x.tape if isinstance(x, Tracer) else y.tape
    nodes = [_tracer.node_of(tape, v) for v in (x, y)]
    if min(nodes) < 0:
        # As math does; __float__ may still make a number of it.
        return _two(code, *(v if n >= 0 else float(v) for v, n in zip((x, y), nodes, strict=True)))
    return as_float(tracer(tape, tape.push(code, *nodes)))


@stands_for(math.dist)
def _dist(p: Any, q: Any, /) -> Any:
    p, q = _scalars(p), _scalars(q)
    if not _traced(p) and not _traced(q):
        return math.dist(p, q)
    if len(p) != len(q):
        raise ValueError("both points must have the same number of dimensions")
    return HOOK[math.hypot](*map(operator.sub, p, q))


@stands_for(math.isclose)
def _isclose(a: Any, b: Any, *, rel_tol: Any = 1e-09, abs_tol: Any = 0.0) -> Any:
    a, b, rel_tol, abs_tol = _scalars((a, b, rel_tol, abs_tol))
    if not _traced((a, b, rel_tol, abs_tol)):
        return math.isclose(a, b, rel_tol=rel_tol, abs_tol=abs_tol)
    larger = HOOK[max](abs(a), abs(b))
    return bool(abs(a - b) <= HOOK[max](rel_tol * larger, abs_tol))


@stands_for(math.degrees)
def _degrees(x: Any, /) -> Any:
    (x,) = _scalars((x,))
    return as_float(x * (180.0 / math.pi)) if isinstance(x, Tracer) else math.degrees(x)


@stands_for(math.radians)
def _radians(x: Any, /) -> Any:
    (x,) = _scalars((x,))
    return as_float(x * (math.pi / 180.0)) if isinstance(x, Tracer) else math.radians(x)


@stands_for(math.modf)
def _modf(x: Any, /) -> Any:
    if not isinstance(x, Tracer):
        return math.modf(x)
    whole = as_float(np.trunc(x))
    return as_float(x) - whole, whole


@stands_for(math.frexp)
def _frexp(x: Any, /) -> Any:
    if not isinstance(x, Tracer):
        return math.frexp(x)
    if not x:
        return as_float(x), 0
    # The exponent is a decision: the trace holds while it stays.
    exponent = int(np.floor(np.log2(abs(x)))) + 1
    return as_float(x * 2.0**-exponent), exponent


@stands_for(math.ldexp)
def _ldexp(x: Any, i: Any, /) -> Any:
    return as_float(x * 2.0**i) if isinstance(x, Tracer) else math.ldexp(x, i)


def _sumprod(p: Any, q: Any, /) -> Any:
    p, q = _scalars(p), _scalars(q)
    if not _traced(p) and not _traced(q):
        return math.sumprod(p, q)  # type: ignore[attr-defined]  # of later versions of Python
    if len(p) != len(q):
        raise ValueError("Inputs are not the same length")
    return HOOK[sum](map(operator.mul, p, q))


def _fma(x: Any, y: Any, z: Any, /) -> Any:
    if not _traced((x, y, z)):
        return math.fma(x, y, z)  # type: ignore[attr-defined]  # of later versions of Python
    return as_float(x * y + z)


# Of later versions of Python.
_LATER: dict[str, Callable[..., Any]] = {"sumprod": _sumprod, "fma": _fma}
for _name, _made in _LATER.items():
    if hasattr(math, _name):
        know(getattr(math, _name), _made)
