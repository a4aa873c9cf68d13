"""Arithmetic of complex traced values: every ufunc by those of real and imaginary part.

Enters: operands of which one is complex and one traced. Leaves: a
:class:`~asdopt.tracing._complex.TracedComplex`, or a traced array where the result is real.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._complex import TracedComplex, make, parts, tape_among
from asdopt.tracing._linear import is_sparse_matrix
from asdopt.tracing._location import refuse
from asdopt.tracing._tape import Tape

__all__ = ["UFUNCS", "bilinear", "complex_operation", "ufunc"]


def _add(a: Any, b: Any) -> Any:
    return b if a is None else a if b is None else np.add(a, b)


def _negative(a: Any) -> Any:
    return None if a is None else np.negative(a)


def _subtract(a: Any, b: Any) -> Any:
    return _negative(b) if a is None else a if b is None else np.subtract(a, b)


def bilinear(product: Callable[[Any, Any], Any]) -> Callable[..., TracedComplex]:
    """Make the complex product of a real one."""

    def times(a: Any, b: Any) -> Any:
        return None if a is None or b is None else product(a, b)

    def multiply(tape: Tape, x: Any, y: Any) -> TracedComplex:
        (a, b), (c, d) = parts(tape, x), parts(tape, y)
        real = _subtract(times(a, c), times(b, d))
        imag = _add(times(a, d), times(b, c))
        if real is None and imag is None:
            shape = np.shape(product(np.zeros(np.shape(x)), np.zeros(np.shape(y))))
            return make(tape, None, None, shape)
        return make(tape, real, imag)

    return multiply


_times = bilinear(np.multiply)


def _square_of_size(a: Any, b: Any) -> Any:
    return _add(None if a is None else np.square(a), None if b is None else np.square(b))


def _divide(tape: Tape, x: Any, y: Any) -> TracedComplex:
    c, d = parts(tape, y)
    if d is None:
        a, b = parts(tape, x)
        return make(
            tape, None if a is None else np.divide(a, c), None if b is None else np.divide(b, c)
        )
    size = _square_of_size(c, d)
    inverse = make(tape, None if c is None else np.divide(c, size), np.divide(np.negative(d), size))
    return _times(tape, x, inverse)


def _exp(tape: Tape, z: Any) -> TracedComplex:
    a, b = parts(tape, z)
    if b is None:
        return make(tape, np.exp(a), None)
    turned = np.cos(b), np.sin(b)
    if a is None:
        return make(tape, *turned)
    return make(tape, np.exp(a) * turned[0], np.exp(a) * turned[1])


def _polar(tape: Tape, z: Any) -> tuple[Any, Any]:
    value = make(tape, *parts(tape, z))
    return abs(value), value.angle()


def _power(tape: Tape, x: Any, y: Any) -> TracedComplex:
    exponent: Any = y if isinstance(y, (int, float, np.integer, np.floating)) else None
    if exponent is not None and exponent == int(exponent) and abs(exponent) <= 64:
        base, n = make(tape, *parts(tape, x)), abs(int(exponent))
        result: TracedComplex | None = None
        while n:
            if n & 1:
                result = base if result is None else _times(tape, result, base)
            n >>= 1
            base = _times(tape, base, base) if n else base
        if result is None:
            return make(tape, np.ones(np.shape(x)), None)
        return result if exponent > 0 else _divide(tape, 1.0, result)
    return _exp(tape, _times(tape, y, _log(tape, x)))


def _log(tape: Tape, z: Any) -> TracedComplex:
    size, angle = _polar(tape, z)
    return make(tape, np.log(size), angle)


def _log1p(tape: Tape, z: Any) -> TracedComplex:
    a, b = _whole(tape, z)
    return make(tape, 0.5 * np.log1p(a * (a + 2.0) + b * b), np.arctan2(b, 1.0 + a))


def _expm1(tape: Tape, z: Any) -> TracedComplex:
    a, b = _whole(tape, z)
    real = np.expm1(a) * np.cos(b) - 2.0 * np.square(np.sin(0.5 * b))
    return make(tape, real, np.exp(a) * np.sin(b))


def _sqrt(tape: Tape, z: Any) -> TracedComplex:
    size, angle = _polar(tape, z)
    root = np.sqrt(size)
    return make(tape, root * np.cos(0.5 * angle), root * np.sin(0.5 * angle))


def _whole(tape: Tape, z: Any) -> tuple[Any, Any]:
    value = make(tape, *parts(tape, z))
    return value.whole(0), value.whole(1)


def _sinh(tape: Tape, z: Any) -> TracedComplex:
    a, b = _whole(tape, z)
    return make(tape, np.sinh(a) * np.cos(b), np.cosh(a) * np.sin(b))


def _cosh(tape: Tape, z: Any) -> TracedComplex:
    a, b = _whole(tape, z)
    return make(tape, np.cosh(a) * np.cos(b), np.sinh(a) * np.sin(b))


def _sin(tape: Tape, z: Any) -> TracedComplex:
    a, b = _whole(tape, z)
    return make(tape, np.sin(a) * np.cosh(b), np.cos(a) * np.sinh(b))


def _cos(tape: Tape, z: Any) -> TracedComplex:
    a, b = _whole(tape, z)
    return make(tape, np.cos(a) * np.cosh(b), -np.sin(a) * np.sinh(b))


def _pairwise(combine: Callable[[Any, Any], Any]) -> Callable[..., TracedComplex]:
    def operate(tape: Tape, x: Any, y: Any) -> TracedComplex:
        (a, b), (c, d) = parts(tape, x), parts(tape, y)
        shape = np.broadcast_shapes(np.shape(x), np.shape(y))
        return make(tape, combine(a, c), combine(b, d), shape)

    return operate


def _negate(tape: Tape, z: Any) -> TracedComplex:
    a, b = parts(tape, z)
    return make(tape, _negative(a), _negative(b), np.shape(z))


def _equal(tape: Tape, x: Any, y: Any) -> Any:
    (a, b), (c, d) = _whole(tape, x), _whole(tape, y)
    return (a == c) & (b == d)


UFUNCS: dict[Any, Callable[..., Any]] = {
    np.add: _pairwise(_add),
    np.subtract: _pairwise(_subtract),
    np.multiply: _times,
    np.divide: _divide,
    np.power: _power,
    np.matmul: bilinear(lambda a, b: a @ b),
    np.negative: _negate,
    np.positive: lambda tape, z: make(tape, *parts(tape, z)).copy(),
    np.conjugate: lambda tape, z: make(tape, *parts(tape, z)).conj(),
    np.absolute: lambda tape, z: abs(make(tape, *parts(tape, z))),
    np.square: lambda tape, z: _times(tape, z, z),
    np.reciprocal: lambda tape, z: _divide(tape, 1.0, z),
    np.exp: _exp,
    np.log: _log,
    np.log10: lambda tape, z: _times(tape, 1.0 / math.log(10.0), _log(tape, z)),
    np.log2: lambda tape, z: _times(tape, 1.0 / math.log(2.0), _log(tape, z)),
    np.float_power: _power,
    np.log1p: _log1p,
    np.expm1: _expm1,
    np.sqrt: _sqrt,
    np.sin: _sin,
    np.cos: _cos,
    np.sinh: _sinh,
    np.cosh: _cosh,
    np.tan: lambda tape, z: _divide(tape, _sin(tape, z), _cos(tape, z)),
    np.tanh: lambda tape, z: _divide(tape, _sinh(tape, z), _cosh(tape, z)),
    np.equal: _equal,
    np.not_equal: lambda tape, x, y: np.logical_not(_equal(tape, x, y)),
    np.isfinite: lambda tape, z: np.logical_and(*map(np.isfinite, _whole(tape, z))),
}


def ufunc(tape: Tape, function: np.ufunc, method: str, inputs: Any, kwargs: Any) -> Any:
    """Answer ``__array_ufunc__`` where an operand is complex."""
    known = UFUNCS.get(function)
    out = kwargs.pop("out", None)
    if method == "reduce" and function is np.add:
        return inputs[0].sum(**kwargs)
    if method == "outer" and known is not None:
        a, b = inputs
        return known(tape, np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b)
    if known is None or method != "__call__" or kwargs:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"np.{function.__name__} ({method}) was applied to complex traced values; known are "
            f"{', '.join(sorted(u.__name__ for u in UFUNCS))} and sums: write real and imaginary "
            "parts as two arrays",
        )
    return deliver(known(tape, *inputs), out)


def deliver(result: Any, out: Any) -> Any:
    """Hand a result out, through ``out=`` if given."""
    if out is None:
        return result
    target = out[0] if isinstance(out, tuple) else out
    target[...] = result
    return target


_NAMES: dict[str, Any] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "truediv": np.divide,
    "pow": np.power,
    "matmul": np.matmul,
}


def complex_operation(name: str, a: Any, b: Any) -> Any:
    """Compute a binary operation of Python of which one operand is complex."""
    for one, other, prefix in ((a, b, "__"), (b, a, "__r")):
        if getattr(type(one), "__array_ufunc__", name) is None:  # a matrix with its own operators
            return getattr(one, f"{prefix}{name}__")(other)
    tape: Any = tape_among((a, b))
    function = _NAMES.get(name)
    if function is None:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"the operator {name!r} was applied to complex traced values; known are +, -, *, /, "
            "** and @",
        )
    if name == "mul" and (is_sparse_matrix(a) or is_sparse_matrix(b)):
        function = np.matmul
    return UFUNCS[function](tape, a, b)
