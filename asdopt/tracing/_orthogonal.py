"""Orthogonal polynomials of ``scipy.special``, by their recurrences at a constant degree.

Registered with ``_composites.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array_base import wrap
from asdopt.tracing._composites import by_name
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._special_ufuncs import constant_parameter
from asdopt.tracing._tape import Tape

__all__: list[str] = []

Recurrence = Callable[[int], tuple[float, float, float]]


def _recur(
    tape: Tape, n: Any, x: Any, what: str, first: tuple[float, float], step: Recurrence
) -> Any:
    """Evaluate by ``P[k+1] = (a x + b) P[k] - c P[k-1]`` with ``P[1] = first[0] + first[1] x``."""
    degree = constant_parameter(tape, n, what)
    if np.ndim(degree) or degree != int(degree) or degree < 0:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"scipy.special.{what} was called with degree {n!r}; known are integers from 0",
        )
    point = lift(tape, x)
    before, now = np.ones_like(point), first[0] + first[1] * wrap(tape, point.ids)
    if degree == 0:
        return before
    for k in range(1, int(degree)):
        a, b, c = step(k)
        slope = a * wrap(tape, point.ids) + b if b else a * wrap(tape, point.ids)
        before, now = now, slope * now - c * before
    return now


@by_name
def _eval_legendre(tape: Tape, n: Any, x: Any) -> Any:
    return _recur(
        tape, n, x, "eval_legendre", (0, 1), lambda k: ((2 * k + 1) / (k + 1), 0, k / (k + 1))
    )


@by_name
def _eval_chebyt(tape: Tape, n: Any, x: Any) -> Any:
    return _recur(tape, n, x, "eval_chebyt", (0, 1), lambda k: (2, 0, 1))


@by_name
def _eval_chebyu(tape: Tape, n: Any, x: Any) -> Any:
    return _recur(tape, n, x, "eval_chebyu", (0, 2), lambda k: (2, 0, 1))


@by_name
def _eval_hermite(tape: Tape, n: Any, x: Any) -> Any:
    return _recur(tape, n, x, "eval_hermite", (0, 2), lambda k: (2, 0, 2 * k))


@by_name
def _eval_hermitenorm(tape: Tape, n: Any, x: Any) -> Any:
    return _recur(tape, n, x, "eval_hermitenorm", (0, 1), lambda k: (1, 0, k))


@by_name
def _eval_laguerre(tape: Tape, n: Any, x: Any) -> Any:
    return _eval_genlaguerre(tape, n, 0.0, x)


@by_name
def _eval_genlaguerre(tape: Tape, n: Any, alpha: Any, x: Any) -> Any:
    a = float(constant_parameter(tape, alpha, "eval_genlaguerre"))
    return _recur(
        tape,
        n,
        x,
        "eval_genlaguerre",
        (1 + a, -1),
        lambda k: (-1 / (k + 1), (2 * k + 1 + a) / (k + 1), (k + a) / (k + 1)),
    )


@by_name
def _eval_gegenbauer(tape: Tape, n: Any, alpha: Any, x: Any) -> Any:
    a = float(constant_parameter(tape, alpha, "eval_gegenbauer"))
    return _recur(
        tape,
        n,
        x,
        "eval_gegenbauer",
        (0, 2 * a),
        lambda k: (2 * (k + a) / (k + 1), 0, (k + 2 * a - 1) / (k + 1)),
    )
