"""Polynomials by their coefficients, and least squares fits of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array import TracedArray
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import constant_values, constants, decide, truth
from asdopt.tracing._products import matmul
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import call

__all__: list[str] = []


def _vector(tape: Tape, p: Any) -> TracedArray:
    source = lift(tape, p)
    return TracedArray(tape, np.atleast_1d(source.ids))


def _leading(tape: Tape, p: Any, what: str) -> TracedArray:
    """Drop leading zeros, as ``poly1d`` does; that a traced one is none is guarded."""
    source = _vector(tape, p)
    for k in range(len(source)):
        value = decide(tape, truth(tape, source.ids[k : k + 1]), what)
        if value[0]:
            return TracedArray(tape, source.ids[k:])
    return TracedArray(tape, np.atleast_1d(constants(tape, 0.0)))


@implements(np.polyval)
def _polyval(tape: Tape, p: Any, x: Any) -> Any:
    coefficients, point = _vector(tape, p), lift(tape, x)
    result: Any = np.zeros_like(point)
    for k in range(len(coefficients)):
        if k == 0:
            result = np.broadcast_to(coefficients[0], point.shape)
        else:
            result = call(tape, np.add, (call(tape, np.multiply, (result, x)), coefficients[k]))
    return result


def _padded(tape: Tape, p: TracedArray, length: int) -> TracedArray:
    zeros = np.broadcast_to(constants(tape, 0.0), (length - len(p),))
    return TracedArray(tape, np.concatenate([zeros, p.ids]).astype(np.int32))


def _termwise(ufunc: np.ufunc, function: Any) -> None:
    def handler(tape: Tape, a1: Any, a2: Any) -> Any:
        p, q = _vector(tape, a1), _vector(tape, a2)
        length = max(len(p), len(q))
        return call(tape, ufunc, (_padded(tape, p, length), _padded(tape, q, length)))

    implements(function)(handler)


_termwise(np.add, np.polyadd)
_termwise(np.subtract, np.polysub)


@implements(np.polymul)
def _polymul(tape: Tape, a1: Any, a2: Any) -> Any:
    return np.convolve(_leading(tape, a1, "np.polymul"), _leading(tape, a2, "np.polymul"))


@implements(np.polydiv)
def _polydiv(tape: Tape, u: Any, v: Any) -> Any:
    """Long division; leading zeros of the rest are dropped, as far as they are zeros everywhere."""
    rest: Any = _leading(tape, u, "np.polydiv")
    divisor: Any = _leading(tape, v, "np.polydiv")
    steps = len(rest) - len(divisor) + 1
    if steps <= 0:
        return np.zeros(1), rest
    quotient = []
    for k in range(steps):
        factor = rest[k] / divisor[0]
        quotient.append(factor)
        taken = np.concatenate([np.zeros(k), factor * divisor, np.zeros(steps - 1 - k)])
        rest = rest - taken
    # What is left is short by as many as were divided, and has one entry at least.
    left = rest[steps:] if len(divisor) > 1 else np.zeros(1)
    while len(left) > 1 and np.allclose(left[0], 0.0, rtol=1e-14):
        left = left[1:]
    return np.stack(quotient), left


@implements(np.polyder)
def _polyder(tape: Tape, p: Any, m: int = 1) -> Any:
    result = _vector(tape, p)
    for _ in range(int(m)):
        powers = np.arange(len(result) - 1, 0, -1, dtype=float)
        result = TracedArray(tape, lift(tape, result[:-1] * powers).ids)
    return result


@implements(np.polyint)
def _polyint(tape: Tape, p: Any, m: int = 1, k: Any = None) -> Any:
    result: Any = _vector(tape, p)
    start = np.zeros(m) if k is None else np.atleast_1d(np.asarray(k, dtype=float))
    start = np.broadcast_to(start, (m,)) if start.size == 1 else start
    for step in range(int(m)):
        powers = np.arange(len(result), 0, -1, dtype=float)
        result = np.concatenate([result / powers, start[step : step + 1]])
    return result


@implements(np.poly)
def _poly(tape: Tape, seq_of_zeros: Any) -> Any:
    roots = _vector(tape, seq_of_zeros)
    if roots.ndim != 1:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"np.poly was called with a traced matrix of shape {roots.shape}, whose eigenvalues "
            "need not be real: give the roots as a vector",
        )
    result: Any = np.ones(1)
    for k in range(len(roots)):
        result = np.convolve(result, np.stack([np.ones_like(roots[k]), -roots[k]]))
    return result


@implements(np.polyfit)
def _polyfit(
    tape: Tape,
    x: Any,
    y: Any,
    deg: Any,
    rcond: Any = None,
    full: bool = False,
    w: Any = None,
    cov: Any = False,
) -> Any:
    points = constant_values(tape, lift(tape, x).ids)
    weights = None if w is None else constant_values(tape, lift(tape, w).ids)
    if points is None or full or cov or (w is not None and weights is None):
        raise refuse(
            tape,
            UnsupportedOperationError,
            "np.polyfit was called with traced points or weights, or with full= or cov=; known "
            "is a fit of traced values at constant points: use np.linalg.lstsq on np.vander",
        )
    # Linear in y: NumPy's own fit of each unit vector.
    fit = np.polyfit(points, np.eye(len(points)), int(deg), rcond=rcond, w=weights)
    return matmul(tape, fit, lift(tape, y))
