"""Derivatives of a zoo of small functions against arbitrary precision.

The same plain function is called with mpmath numbers and differentiated there by central
differences at 60 digits, so nothing is shared with the tape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import asdopt


def sharing(m: Any, x: Any) -> Any:
    """One inner value used three times."""
    inner = x[0] * x[2]
    return inner * inner + inner * x[1] + m.sin(inner)


ZOO: dict[str, Callable[[Any, Any], Any]] = {
    # Each takes the module of functions (numpy or mpmath) and the variables.
    "product": lambda m, x: x[0] * x[1] * x[2],
    "quotient": lambda m, x: (x[0] - x[1]) / (x[2] + x[0] ** 2),
    "powers": lambda m, x: x[0] ** 3 + x[1] ** -2 + x[2] ** 2.5 + x[0] ** x[1] + 2 ** x[2],
    "trigonometry": lambda m, x: m.sin(x[0] * x[1]) + m.cos(x[1] - x[2]) ** 2 + m.tan(x[0] / 2),
    "hyperbolic": lambda m, x: m.sinh(x[0]) * m.cosh(x[1]) + m.tanh(x[2] * x[0]),
    "exponentials": lambda m, x: m.exp(-(x[0] ** 2) - x[1] * x[2]) + m.log(x[0] + x[1] ** 2),
    "roots": lambda m, x: m.sqrt(x[0] ** 2 + x[1] ** 2 + x[2] ** 2) + m.sqrt(x[0]) * x[2],
    "chain": lambda m, x: m.sin(m.exp(m.cos(x[0] * m.log(x[1] + m.sqrt(x[2]))))),
    "sharing": sharing,
    "powers of sums": lambda m, x: (x[0] + 2 * x[1] - x[2]) ** 4 / (1 + (x[0] - x[2]) ** 2),
    "cancellation": lambda m, x: x[0] - x[0] + 0 * x[1] + x[2] * (x[1] - x[1] + 1),
    "rational": lambda m, x: 1 / (1 / x[0] + 1 / (x[1] + 1 / x[2])),
    "nested loop": lambda m, x: sum(x[i] * x[j] ** (i + 1) for i in range(3) for j in range(3)),
}


def derivative(fun: Callable[..., Any], x: list[Any], orders: tuple[int, ...]) -> float:
    """Partial derivative of the given orders at 60 digits."""
    return float(mpmath.diff(lambda *v: fun(list(v)), tuple(x), orders))


@pytest.mark.parametrize("name", ZOO)
@pytest.mark.parametrize("point", [(0.7, 1.3, 0.4), (1.9, 0.2, 2.6)])
def test_gradient_and_hessian(name: str, point: tuple[float, ...]) -> None:
    """Entrywise to 1e-13 of the largest entry of the row."""
    fun = ZOO[name]
    with mpmath.workdps(60):
        exact = [mpmath.mpf(v) for v in point]

        def precise(v: Any) -> Any:
            return fun(mpmath, v)

        unit = np.eye(3, dtype=int)
        gradient = [derivative(precise, exact, tuple(unit[i])) for i in range(3)]
        hessian = [
            [derivative(precise, exact, tuple(unit[i] + unit[j])) for j in range(3)]
            for i in range(3)
        ]
    ours = asdopt.jacobian(lambda x: fun(np, x), point).toarray()[0]
    np.testing.assert_allclose(ours, gradient, rtol=0, atol=1e-13 * np.abs(gradient).max())
    second = asdopt.hessian(lambda x: fun(np, x), point).toarray()
    for row, expected in zip(second, hessian, strict=True):
        largest = max(np.abs(hessian).max() * 1e-3, np.abs(expected).max())
        np.testing.assert_allclose(row, expected, rtol=0, atol=1e-13 * largest)
