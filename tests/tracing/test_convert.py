"""Which functions run as they are, because there is nothing to hook in them."""

from __future__ import annotations

from types import CodeType
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt.tracing import _convert
from asdopt.tracing._callee import HOOK
from asdopt.tracing._convert import convert, is_hooked

CALM = (
    "return x[0] * y + x[1] ** 2 if y else -x[0]",
    "return [a * a for a in x]",
    "return [a * b for a in x for b in x if y]",
    "return {k: v for k, v in y.items}, {v for v in y}, (v for v in y)",
    "total = 0.0\n    for v in x:\n        total += v\n    return total",
    "while y and not x:\n        y -= 1\n    return y[1:2], [*y], {**y}, f'{y:.3f}{y!r}'",
    "inner = lambda v: v * v\n    return inner",
    "del y[0]\n    x.value = y\n    yield x",
)
HOOKED = (
    "return f(x)",
    "return f(*x)",
    "return f(**x)",
    "return f(value=x)",
    "return x.dot(y)",
    "return [f(a) for a in x]",
    "return [a for a in f(x)]",
    "return sum(a for a in x)",
    "return lambda: f(x)",
    "return x is y",
    "return f()[0](x)",
    "@f\n    def inner():\n        pass\n    return inner",
    "class Inner:\n        pass\n    return Inner",
    "with x:\n        return y",
    "try:\n        return x\n    except KeyError:\n        return y",
    "match x:\n        case f():\n            return y",
)


def code_of(body: str) -> tuple[CodeType, dict[str, Any]]:
    namespace: dict[str, Any] = {}
    exec(f"def function(x, y, f):\n    {body}\n", namespace)
    return namespace["function"].__code__, namespace


@pytest.mark.parametrize("body", CALM)
def test_without_calls_nothing_is_compiled(body: str) -> None:
    """There is no source here: what is not calm cannot be converted."""
    code, namespace = code_of(body)
    found = convert(code, namespace, 0)
    assert found is not None
    assert is_hooked(found.code)
    assert not found.catches
    assert found.code.co_code == code.co_code
    nested = [c for c in found.code.co_consts if isinstance(c, CodeType)]
    assert all(c.co_consts[-1] is HOOK for c in nested)
    # Implicit calls are hooked from the source alone.
    assert convert(code, namespace, 1) is None


@pytest.mark.parametrize("body", HOOKED)
def test_calls_are_hooked_from_the_source_alone(body: str) -> None:
    assert convert(*code_of(body), 0) is None


def test_calm_code_stays_calm_after_it_was_specialized() -> None:
    namespace: dict[str, Any] = {}
    exec("def function(x):\n    return [x[0] + a for a in x]\n", namespace)
    for _ in range(1000):
        namespace["function"]([1.0, 2.0])
    assert convert(namespace["function"].__code__, namespace, 0) is not None


def test_calm_functions_call_nothing_but_what_hooked_ones_give(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A helper without calls beside one with calls: values and derivatives are those of both."""
    seen = []

    def spy(code: CodeType, source: Any, level: int) -> Any:
        seen.append(code.co_name)
        return original(code, source, level)

    original = _convert._convert
    monkeypatch.setattr(_convert, "_convert", spy)

    def square(values: Any) -> Any:
        return [v * v for v in values]

    def total(x: Any) -> Any:
        return sum(square(x))

    problem = asdopt.Problem(total, x0=np.array([1.0, 2.0, 3.0]))
    assert seen == ["total"]
    assert problem.objective(np.array([1.0, 2.0, 4.0])) == 21.0
    assert list(problem.gradient(np.array([1.0, 2.0, 4.0]))) == [2.0, 4.0, 8.0]
