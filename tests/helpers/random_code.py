"""Random programs as text: what a user might write, put together by chance."""

from __future__ import annotations

import random

__all__ = ["random_program"]

HEADER = """\
import functools, itertools, math, operator
import numpy as np
from dataclasses import dataclass
from math import cos, exp

DATA = np.array([0.3, -0.7, 1.2, 0.5])
SCALE = {"a": 1.5, "b": -0.25}


class Pair:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __add__(self, other):
        if not isinstance(other, Pair):
            return Pair(math.tanh(self.a + other), self.b)
        return Pair(math.tanh(self.a + other.a), self.b + other.b)

    __radd__ = __add__

    def __mul__(self, k):
        return Pair(self.a * k, math.sin(self.b) * k)

    def __getitem__(self, i):
        return (math.cos(self.a), self.b)[i]

    def __iter__(self):
        yield math.sin(self.a)
        yield self.b

    def __lt__(self, other):
        return math.fabs(self.a) < math.fabs(other.a)

    @property
    def size(self):
        return math.hypot(self.a, self.b)


@dataclass
class Item:
    v: float
    w: float = 1.0

    def __post_init__(self):
        self.s = math.sin(self.v) * self.w


def helper(v, k=1.0):
    if v > 0.2:
        return math.sin(v) * k
    return np.tanh(v) - k


@functools.lru_cache
def power(n, v):
    return 1.0 if n == 0 else power(n - 1, v) * v


def terms(values):
    for i, v in enumerate(values):
        if v < 0.9:
            yield v * (i + 1)


"""


def random_program(seed: int) -> str:
    """Write a module with a function ``model(x)`` of four variables.

    Parameters
    ----------
    seed : int

    Returns
    -------
    str
        Text of the module.
    """
    return _Writer(random.Random(seed)).module()


class _Writer:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.names = [f"x[{i}]" for i in range(4)]
        self.count = 0

    def new(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def pick(self) -> str:
        return self.rng.choice(self.names[-6:] if self.rng.random() < 0.6 else self.names)

    def number(self) -> str:
        return self.rng.choice(
            ["0.5", "2", "-1.25", "3.0", "DATA[2]", "SCALE['a']", "(math.pi / 4)"]
        )

    def atom(self) -> str:
        return self.pick() if self.rng.random() < 0.8 else self.number()

    def expression(self, depth: int = 2) -> str:
        """A bounded scalar."""
        if depth == 0:
            return self.atom()
        a, b = self.expression(depth - 1), self.atom()
        return self.rng.choice(
            [
                f"math.sin({a})",
                f"np.cos({a} + {b})",
                f"cos({a}) * {b}",
                f"math.tanh({a} - {b})",
                f"exp(-abs({a}))",
                f"math.sqrt(1 + ({a}) ** 2)",
                f"math.atan2({a}, 1 + {b} ** 2)",
                f"({a}) / (1.5 + math.sin({b}))",
                f"max({a}, {b}) - min({a}, {b}, 0.3)",
                f"helper({a}, k={b})",
                f"np.where({a} > {b}, {b}, np.tanh({a}))",
                f"(lambda u, k={b}: math.tanh(u) * k)({a})",
                f"math.log1p(abs({a}))",
                f"float({a}) * {self.number()}",
                f"math.hypot({a}, {b}, 0.5)",
                f"sum([{a}, {b}, {self.number()}])",
                f"Pair({a}, {b}).size",
                f"(Pair({a}, {b}) + {self.atom()})[0]",
                f"Item({a}, {b}).s",
                f"power({self.rng.randint(1, 4)}, math.tanh({a}))",
                f"functools.reduce(operator.mul, [math.tanh({a}), {b}])",
                f"np.clip({a}, -1.1, 0.8)",
                f"round(math.tanh({a}), 1)",
                f"({a} if {b} > 0.1 else -({a}))",
                f"abs({a}) ** 1.5",
                f"divmod(abs({a}), 0.7)[1]",
            ]
        )

    def condition(self) -> str:
        a, b = self.pick(), self.atom()
        return self.rng.choice(
            [
                f"{a} > {b}",
                f"math.sin({a}) < 0.4",
                f"-1 < {a} <= {b} + 1",
                f"{a} > 0 and not {b} > 1",
                f"isinstance({a}, float) or {a} > {b}",
                f"Pair({a}, 1) < Pair({b}, 0)",
                f"any(u > 1.1 for u in x) or {a} > 0",
                f"(math.cos({a}) > 0.3) == ({b} > 0)",
            ]
        )

    def block(self, indent: str, size: int) -> list[str]:
        """Statements; names they bind are known only inside."""
        known = list(self.names)
        lines = [line for _ in range(size) for line in self.statement(indent, 1)]
        self.names = known
        return lines

    def statement(self, indent: str, depth: int = 0) -> list[str]:
        """One statement that binds a scalar, or several lines that do."""
        rng = self.rng
        kind = rng.randrange(16) if depth == 0 else rng.randrange(6)
        a, b = self.expression(), self.atom()
        name = self.new()
        lines = [f"{name} = {a}"]
        if kind == 6:
            lines = [f"if {self.condition()}:", *self._body(name), "else:", *self._body(name)]
        elif kind == 7:
            lines = [f"{name} = {b}", f"for i in range({rng.randint(1, 4)}):"]
            lines += [f"    {name} = {name} * 0.5 + math.sin({a} + i)"]
        elif kind == 8:
            lines = ["out = np.zeros(4)", "for i, u in enumerate(x):"]
            lines += [f"    out[i] += helper(u) * {b}", f"{name} = out @ DATA + out[1] * {b}"]
        elif kind == 9:
            lines = [f"{name} = {b}", f"while {name} < 1.5:", f"    {name} += 0.4 + abs({b}) / 4"]
        elif kind == 10:
            lines = ["try:", f"    {name} = math.log({a})", "except ValueError:"]
            lines += [f"    {name} = {b} * 2"]
        elif kind == 11:
            values = ", ".join(self.atom() for _ in range(3))
            lines = [f"values = sorted([{values}])", f"{name} = values[0] - values[-1] * {b}"]
        elif kind == 12:
            lines = [f"def inner(u, acc=[]):\n{indent}    acc.append(math.sin(u))"]
            lines += [f"    return sum(acc) + {b}", f"{name} = inner({a}) * inner({b})"]
        elif kind == 13:
            lines = [f"pair = Pair({a}, {b}) * {self.number()}", "p, q = pair"]
            lines += [f"{name} = p + q + sum(Pair({b}, 0.5))"]
        elif kind == 14:
            lines = [f"{name} = sum(terms(x)) + sum(u * w for u, w in zip(x, DATA) if u > 0)"]
        elif kind == 15:
            lines = [f"y = x * {b}", "y[1:] += np.sin(x[:-1])", "y[y > 1] = 0.5"]
            lines += [f"{name} = y.sum() + np.max(y) * y[0]"]
        self.names.append(name)
        return [indent + line for line in lines]

    def _body(self, name: str) -> list[str]:
        return [*self.block("    ", self.rng.randint(0, 2)), f"    {name} = {self.expression(1)}"]

    def module(self) -> str:
        lines = [line for _ in range(self.rng.randint(4, 12)) for line in self.statement("    ")]
        results = ", ".join(self.rng.sample(self.names, min(4, len(self.names))))
        return HEADER + "def model(x):\n" + "\n".join(lines) + f"\n    return [{results}]\n"
