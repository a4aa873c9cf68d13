"""At a tie or a kink the derivative is the documented one, by every engine and after any history.

Of two equal values each counts half, ``abs`` has the derivative 0, a table the mean of both slopes;
what the code itself decides (a comparison, an order) has that of the side it takes. The expected
gradients are worked out by hand from these sentences.
"""

from __future__ import annotations

import functools
import heapq
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.interpolate

import asdopt
from asdopt import _engine
from asdopt.kernels import Kernels

KNOTS, VALUES = [-1.0, 0.0, 1.0], [1.0, 0.0, 2.0]
MANY = np.linspace(-1.0, 1.0, 65)

# At zeros, by function.
AT_ZERO: dict[str, tuple[Callable[[Any], Any], list[float]]] = {
    "abs": (lambda x: abs(x[0]), [0, 0, 0]),
    "np.abs": (lambda x: np.abs(x).sum(), [0, 0, 0]),
    "max": (lambda x: max(x[1], x[0]), [0.5, 0.5, 0]),
    "max of a list": (lambda x: max(x), [0.25, 0.25, 0.5]),
    "min of a list": (lambda x: min(x[::-1]), [0.5, 0.25, 0.25]),
    "np.max": (lambda x: np.max(x[:2]), [0.5, 0.5, 0]),
    "np.min": (lambda x: x[1:].min(), [0, 0.5, 0.5]),
    "np.maximum": (lambda x: np.maximum(x[1], x[0]), [0.5, 0.5, 0]),
    "np.fmin": (lambda x: np.fmin(x[2], x[0]), [0.5, 0, 0.5]),
    "0 or x": (lambda x: np.maximum(0.0, x[0]), [0.5, 0, 0]),
    "x or 0": (lambda x: max(x[0], 0.0), [0.5, 0, 0]),
    "np.clip": (lambda x: np.clip(x, 0.0, 1.0).sum(), [0.5, 0.5, 0.5]),
    "parts of a number": (lambda x: max(x[0], 0) - max(-x[0], 0), [1, 0, 0]),
    "both sides": (lambda x: (np.maximum(x, 0) + np.minimum(x, 0)).sum(), [1, 1, 1]),
    "max of both signs": (lambda x: max(x[0], -x[0]), [0, 0, 0]),
    "logistic loss": (
        lambda x: (np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0.0)).sum(),
        [0.5, 0.5, 0.5],
    ),
    "np.where": (lambda x: np.where(x > 0, x, 3.0 * x).sum(), [3, 3, 3]),
    "np.sort": (lambda x: np.sort(x)[1], [0, 1, 0]),
    "np.sort of differences": (lambda x: np.sort(np.append(np.diff(x), x[1]))[1], [0, -1, 1]),
    "sorted": (lambda x: sorted([x[2], x[0], x[1]])[0], [0, 0, 1]),
    "np.median": (lambda x: np.median(x) + 0.0, [0, 1, 0]),
    "np.percentile": (lambda x: np.percentile(x, 75), [0, 0.5, 0.5]),
    "np.partition": (lambda x: np.partition(x[::-1], 2)[2], [1, 0, 0]),
    "np.argmax": (lambda x: x[np.argmax(x)], [1, 0, 0]),
    "heapq.nlargest": (lambda x: heapq.nlargest(2, x)[1], [0, 1, 0]),
    "functools.reduce": (lambda x: functools.reduce(max, x[:2]), [0.5, 0.5, 0]),
    "np.maximum.accumulate": (lambda x: np.maximum.accumulate(x)[1], [0.5, 0.5, 0]),
    "np.linalg.norm": (lambda x: np.linalg.norm(x, np.inf), [0, 0, 0]),
    "math.floor": (lambda x: math.floor(x[0]) * x[1] + x[0] % 1.0, [1, 0, 0]),
    "np.interp": (lambda x: np.interp(x[0], KNOTS, VALUES), [0.5, 0, 0]),
    "np.interp at the first": (lambda x: np.interp(x[0] - 1, KNOTS, VALUES), [-1, 0, 0]),
    "np.interp at the last": (lambda x: np.interp(x[0] + 1, KNOTS, VALUES), [2, 0, 0]),
    "np.interp of a line": (lambda x: np.interp(x, KNOTS, KNOTS).sum(), [1, 1, 1]),
    "np.interp of many": (lambda x: np.interp(x[0], MANY, MANY * (MANY > 0)), [0.5, 0, 0]),
    "np.interp at the last of many": (lambda x: np.interp(x[0] + 1, MANY, 3 * MANY), [3, 0, 0]),
    # SciPy's own intervals hold their right ends.
    "interp1d": (lambda x: scipy.interpolate.interp1d(KNOTS, VALUES)(x[0]), [-1, 0, 0]),
}
HISTORIES = [[], [[0.3, -0.4, 0.5]], [[-0.3, 0.9, -0.5]], [[0.1, 0.3, 0.2], [-0.1, -0.3, -0.3]]]


@pytest.mark.parametrize("name", AT_ZERO)
@pytest.mark.parametrize("is_empty", [False, True], ids=["kernels", "sweeps"])
def test_ties(name: str, is_empty: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """By kernels and by sweeps, also where another order of the values was met before."""
    monkeypatch.setattr(_engine, "Kernels", functools.partial(Kernels, empty=is_empty))
    fun, expected = AT_ZERO[name]
    for history in HISTORIES:
        problem = asdopt.Problem(fun, x0=[*history, [0.0, 0.0, 0.0]][0])
        for x in history:
            problem.gradient(x)
        assert problem.objective(np.zeros(3)) == fun(np.zeros(3))
        np.testing.assert_allclose(problem.gradient(np.zeros(3)), expected, atol=1e-15)


def test_a_table_just_below_a_knot() -> None:
    """There the slope is the one on the left, however far away the knot before is."""
    problem = asdopt.Problem(lambda x: np.interp(x[0], [-1e6, 0.0, 1e6], [3e6, 0.0, 1e6]), x0=[1.0])
    for x, slope in ((-1e-12, -3.0), (0.0, -1.0), (1e-12, 1.0), (-5e5, -3.0)):
        assert problem.gradient([x])[0] == pytest.approx(slope, rel=1e-15)
