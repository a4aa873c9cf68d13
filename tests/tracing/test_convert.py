"""Where the hooked code of a function comes from: its instructions, else its source."""

from __future__ import annotations

from types import CodeType
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt.tracing import _convert
from asdopt.tracing._callee import HOOK
from asdopt.tracing._convert import convert, is_hooked
from asdopt.tracing._insertion import IS_KNOWN
from asdopt.tracing._source import all_codes

if not IS_KNOWN:
    pytest.skip("the instructions of this version are not known", allow_module_level=True)

CALM = (
    "return x[0] * y + x[1] ** 2 if y else -x[0]",
    "return [a * a for a in x]",
    "return [a * b for a in x for b in x if y]",
    "return {k: v for k, v in y.items}, {v for v in y}, (v for v in y)",
    "total = 0.0\n    for v in x:\n        total += v\n    return total",
    "while y and not x:\n        y -= 1\n    return y[1:2], [*y], {**y}, f'{y:.3f}{y!r}'",
    "inner = lambda v: v * v\n    return inner",
    "del y[0]\n    x.value = y\n    yield x",
    "match x:\n        case f():\n            return y",
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
)


def code_of(body: str) -> tuple[CodeType, dict[str, Any]]:
    namespace: dict[str, Any] = {}
    exec(f"def function(x, y, f):\n    {body}\n", namespace)
    return namespace["function"].__code__, namespace


@pytest.mark.parametrize("body", CALM)
def test_without_calls_code_stays_as_it_is(body: str) -> None:
    code, namespace = code_of(body)
    found = convert(code, namespace, 0)
    assert found is not None
    assert is_hooked(found.code)
    assert not found.catches
    assert found.code.co_code == code.co_code
    nested = [c for c in found.code.co_consts if isinstance(c, CodeType)]
    assert all(c.co_consts[-1] is HOOK for c in nested)


@pytest.mark.parametrize("body", HOOKED)
def test_calls_are_hooked_without_source(body: str) -> None:
    code, namespace = code_of(body)
    for level in (0, 1):  # implicit calls are hooked from the source alone
        found = convert(code, namespace, level)
        assert found is not None
        assert is_hooked(found.code)
    changed = [
        a.co_code != b.co_code for a, b in zip(all_codes(code), all_codes(found.code), strict=True)
    ]
    assert any(changed) or found.catches or "class" in body


@pytest.mark.parametrize("body", CALM + HOOKED)
def test_unknown_instructions_are_hooked_from_the_source_alone(
    body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_convert, "IS_KNOWN", False)
    for level in (0, 1):
        assert convert(*code_of(body), level) is None


def test_instructions_of_no_compiler_are_hooked_from_the_source() -> None:
    code, namespace = code_of("return f(x)")
    assert convert(code.replace(co_code=code.co_code[:2]), namespace, 0) is None


def test_calm_code_stays_calm_after_it_was_specialized() -> None:
    namespace: dict[str, Any] = {}
    exec("def function(x):\n    return [x[0] + a for a in x]\n", namespace)
    before = namespace["function"].__code__.co_code
    for _ in range(1000):
        namespace["function"]([1.0, 2.0])
    found = convert(namespace["function"].__code__, namespace, 0)
    assert found is not None
    assert found.code.co_code == before


def test_no_source_is_read_where_calls_are_all_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A helper without calls beside one with calls: values and derivatives are those of both."""

    def never(*_: Any) -> Any:
        raise AssertionError("the source was read")

    monkeypatch.setattr(_convert, "find_source", never)

    def square(values: Any) -> Any:
        return [v * v for v in values]

    def total(x: Any) -> Any:
        return sum(square(x))

    problem = asdopt.Problem(total, x0=np.array([1.0, 2.0, 3.0]))
    assert problem.objective(np.array([1.0, 2.0, 4.0])) == 21.0
    assert list(problem.gradient(np.array([1.0, 2.0, 4.0]))) == [2.0, 4.0, 8.0]
