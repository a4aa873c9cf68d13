"""Lambdas inside of lambdas, of comprehensions and of definitions on one line have their source.

Without it a function runs with exchanged names only, which reaches no methods.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt.tracing._source import find_source

X = np.array([0.9, 0.3])

SOURCE = """\
import math

class Wave:
    k = 2.0
    def at(self, v): return math.sin(self.k * v)
    make = lambda self: lambda x: [self.at(v) for v in x]
    def made(self): return lambda x: [self.at(v) for v in x]

W = Wave()
nested = (lambda a: lambda b: lambda x: [a * b * W.at(v) for v in x])(0.5)(2.0)
in_list = [(lambda i: lambda x: W.at(x[i]))(i) for i in range(2)]
in_dict = {k: (lambda p: (lambda x: [W.at(v) for v in x]))(k) for k in "ab"}["b"]
over_lines = (lambda a: (
    lambda x: [a * W.at(v) for v in x]))(1.0)
default = (lambda scale=lambda v: W.at(v): lambda x: [scale(v) for v in x])()
class OneLine: make = lambda self: lambda x: [W.at(v) for v in x]
def one_line(a): return lambda x: [a * W.at(v) for v in x]
def chosen(a):
    if a: return lambda x: [a * W.at(v) for v in x]
def listed(a): return [lambda x, i=i: a * W.at(x[i]) for i in range(2)]
def outer(a):
    def inner(b): return lambda x: [a * b * W.at(v) for v in x]
    return inner
FUNCTIONS = [W.make(), W.made(), nested, in_dict, over_lines, default, OneLine().make(),
             one_line(1.0), chosen(1.0), outer(0.5)(2.0)]
ENTRIES = [*in_list, *listed(1.0)]
"""


@pytest.fixture
def module(tmp_path: Path) -> SimpleNamespace:
    path = tmp_path / "user_lambdas.py"
    path.write_text(SOURCE)
    space: dict[str, Any] = {"__name__": "user_lambdas"}
    exec(compile(SOURCE, str(path), "exec"), space)
    return SimpleNamespace(**space)


def test_their_methods_are_followed(module: Any) -> None:
    for fun in module.FUNCTIONS:
        assert find_source(fun.__code__, fun.__globals__) is not None
        np.testing.assert_allclose(asdopt.jacobian(fun, X).diagonal(), 2 * np.cos(2 * X))
    for k, fun in enumerate(module.ENTRIES):
        assert find_source(fun.__code__, fun.__globals__) is not None
        np.testing.assert_allclose(asdopt.jacobian(fun, X).data, [2 * math.cos(2 * X[k % 2])])


def draws() -> Callable[[Any], Any]:
    def called(make: Any) -> Any:
        return make()

    return called(lambda: lambda x: x[0] + np.random.default_rng().normal())


def test_what_is_refused_stays_refused() -> None:
    """Random numbers drawn by a method are seen in a lambda inside of a lambda."""
    with pytest.raises(asdopt.TracingError, match="random numbers were drawn"):
        asdopt.jacobian(draws(), X)
