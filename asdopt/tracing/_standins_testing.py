"""Stand-ins of ``numpy.testing``: assertions in models, decided at the point under a guard.

Enters: what a user asserts of traced values. Leaves: nothing, or the AssertionError that NumPy
raises for the numbers at the point; where the outcome changes, the function is traced again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt.tracing._callee import HOOK, holds_traced, know
from asdopt.tracing._standins_arrays import lifted
from asdopt.tracing._tracer import Tracer

__all__: list[str] = []


def _asserting(original: Callable[..., Any], holds: Callable[..., Any]) -> None:
    def check(actual: Any, desired: Any, *args: Any, **kwargs: Any) -> None:
        if not (holds_traced(actual) or holds_traced(desired)):
            original(actual, desired, *args, **kwargs)
            return
        a, b = lifted(actual), lifted(desired)
        if not bool(HOOK[np.all](holds(a, b, *args, **kwargs))):
            original(_numbers(a), _numbers(b), *args, **kwargs)

    know(original, check)


def _numbers(value: Any) -> Any:
    """Numbers at the point, which stand in the message only."""
    if isinstance(value, Tracer):
        return value.value
    return value.tape.values(value.ids) if hasattr(value, "tape") else value


def _close(
    a: Any,
    b: Any,
    rtol: float = 1e-7,
    atol: float = 0.0,
    equal_nan: bool = True,
    *_: Any,
    **__: Any,
) -> Any:
    return np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)


def _equal(a: Any, b: Any, *_: Any, **__: Any) -> Any:
    return (a == b) | (np.isnan(a) & np.isnan(b))


def _almost(digits: int) -> Callable[..., Any]:
    def almost(a: Any, b: Any, decimal: int = digits, *_: Any, **__: Any) -> Any:
        return (abs(b - a) < 1.5 * 10.0**-decimal) | (a == b)

    return almost


_asserting(np.testing.assert_allclose, _close)
_asserting(np.testing.assert_equal, _equal)
_asserting(np.testing.assert_array_equal, _equal)
_asserting(np.testing.assert_array_less, lambda a, b, *_, **__: a < b)
_asserting(np.testing.assert_almost_equal, _almost(7))
_asserting(np.testing.assert_array_almost_equal, _almost(6))
