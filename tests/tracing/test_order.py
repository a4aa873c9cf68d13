"""What depends on the order of values is guarded: at other points it is traced anew, not replayed.

Each function is evaluated through a :class:`asdopt.Problem` far from where it was first traced.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt.tracing._array import TracedArray
from asdopt.tracing._tape import Tape

TABLE = np.linspace(-3.0, 3.0, 50)
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sort": lambda x: np.sort(x) @ np.arange(6.0),
    "sort of squares": lambda x: np.sort(x * x)[::2].prod(),
    "argsort": lambda x: x[np.argsort(-x)] ** 2 @ np.arange(6.0),
    "argmax": lambda x: x[np.argmax(x)] * x[np.argmin(x)],
    "argmax as a factor": lambda x: np.argmax(x) * x[0] ** 2,
    "median": lambda x: np.median(x) ** 2,
    "median of a part": lambda x: np.median(np.append(x[x > 0], 0.4)) + x[0] ** 2,
    "quantile": lambda x: np.quantile(x, 0.3) * x[0],
    "mask": lambda x: (x[x > 0] ** 3).sum(),
    "mask of data": lambda x: (np.arange(6.0)[x > 0] * x[x > 0]).sum(),
    "mask written": lambda x: masked_square(x),
    "nonzero": lambda x: x[np.nonzero(x > 0.3)].sum() ** 2 + x[0],
    "count": lambda x: np.count_nonzero(x > 0) * x[0] * x[1],
    "searchsorted": lambda x: TABLE[np.searchsorted(TABLE, x[0])] * x[1] ** 2,
    "digitize": lambda x: np.digitize(x, [-0.5, 0.5]) @ (x * x),
    "interp of many knots": lambda x: np.interp(x, TABLE, TABLE**3).sum() * x[0],
    "interp of few knots": lambda x: (np.interp(x, [-1.0, 0.0, 2.0], [1.0, -1.0, 3.0]) * x).sum(),
    "histogram": lambda x: np.histogram(x, bins=[-9.0, 0.0, 9.0])[0] @ x[:2] ** 2,
    "integer": lambda x: x[0] * (x * 2.0).astype(int).sum(),
    "int of a number": lambda x: int(x[0] * 3) * x[1] ** 2,
    "partition": lambda x: np.sort(np.partition(x, 2)[:3]) @ x[:3],
    "truth": lambda x: x[0] ** 2 if np.all(x > -0.5) else -(x[1] ** 2),
    "in": lambda x: x[0] ** 2 if any(v > 1.2 for v in x) else x[1] ** 3,
    "max of the list": lambda x: max(x) * min(list(x)),
    "eigvalsh": lambda x: np.linalg.eigvalsh(np.diag(x[:3]) + 0.3)[1] * x[0],
    "inv": lambda x: np.linalg.inv(np.outer(x[:4], x[:4]) + np.diag(2.0 + x[:4] ** 2))[0, 1],
    "piecewise": lambda x: np.piecewise(x, [x < 0], [lambda t: t - t.mean(), lambda t: t**2])[0],
    "nanargmax": lambda x: x[np.nanargmax(np.where(np.arange(6) == 2, np.nan, x))] ** 2,
    "trim_zeros": lambda x: (np.trim_zeros(np.maximum(x, 0.0)) ** 2).sum(),
    "unwrap": lambda x: (np.unwrap(4.0 * x) ** 2).sum(),
}


def masked_square(x: Any) -> Any:
    y = x * 1.0
    y[x > 0] = y[x > 0] ** 2 * x[0]
    return y.sum()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_other_orders_at_other_points(name: str) -> None:
    fun = FUNCTIONS[name]
    rng = np.random.default_rng(sum(map(ord, name)))
    problem = asdopt.Problem(fun, x0=rng.normal(size=6))
    for _ in range(12):
        x = rng.normal(size=6)
        expected = float(fun(x.copy()))
        assert problem.objective(x) == pytest.approx(expected, rel=1e-11, abs=1e-12)
        step = 1e-5
        slopes = [(fun(x + step * u) - fun(x - step * u)) / (2 * step) for u in np.eye(6)]
        assert problem.gradient(x) == pytest.approx(np.array(slopes), rel=1e-5, abs=1e-5)


def guards(fun: Callable[[Any], Any], x: Any) -> int:
    tape = Tape(len(x), x, primal=True)
    fun(TracedArray(tape, np.arange(len(x), dtype=np.int32)))
    return len(tape.arrays()[6])


def test_as_few_guards_as_the_result_rests_on() -> None:
    x = np.array([0.3, -1.2, 2.2, 0.7])
    assert guards(np.sort, x) == 3
    assert guards(np.argmax, x) == 3
    assert guards(lambda v: np.median(v), x) == 3
    assert guards(lambda v: np.searchsorted([0.0, 1.0], v[0]), x) == 2
    assert guards(lambda v: v[v > 0], x) == 4
    assert guards(lambda v: np.sort(np.ones_like(v)), x) == 0
    assert guards(lambda v: np.where(v > 0, v, 0.0), x) == 0


def test_equal_values_keep_their_order() -> None:
    x = np.array([1.0, 2.0, 1.0, 2.0, 1.0])
    tape = Tape(5, x, primal=True)
    traced = TracedArray(tape, np.arange(5, dtype=np.int32))
    np.testing.assert_array_equal(np.argsort(traced), np.argsort(x, kind="stable"))
    assert np.argmax(traced) == 1
    assert np.argmin(traced) == 0
    np.testing.assert_array_equal(tape.values(np.sort(traced).ids), np.sort(x))
