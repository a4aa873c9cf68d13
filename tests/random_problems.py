"""Random nonlinear programs as text: objective, constraints, data, as users write them.

The text defines ``objective``, ``constraints``, ``X0``, ``PARAMETERS`` (or None) and uses ``math``,
``np`` and ``sp`` from its header only, so that it also runs on other kinds of numbers.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

__all__ = ["HEADER", "RandomProblem", "Writer", "random_problem"]

HEADER = """\
import functools
import itertools
import math
import numpy as np
import scipy.sparse as sp
from math import cos, sin as sine


class Element:
    gain = 1.5

    def __init__(self, k):
        self.k = k

    def energy(self, u, v):
        return self.k * math.tanh(u - v) ** 2 + self.shift(u)

    def shift(self, u):
        return self.gain * math.cos(u)

    def __call__(self, u):
        return math.exp(-self.k * u * u)


def smooth_step(u, k=1.0):
    if u > 0.4:
        return math.tanh(u) * k
    elif u < -0.9:
        return 0.2 * u * u
    return k * math.sin(u)


def make_spring(k):
    def spring(a, b, rest=0.3):
        d = a - b
        return 0.5 * k * (d - rest) ** 2
    return spring


def layer(matrix, bias, u):
    return np.tanh(matrix @ u + bias)


def polynomial(coefs, u):
    total = 0.0
    for c in reversed(coefs):
        total = total * u + c
    return total


"""


@dataclass(frozen=True, slots=True)
class RandomProblem:
    """A program as text.

    Parameters
    ----------
    text : str
    exact_pattern : bool
        Whether patterns must not exceed those that are propagated operation by operation.
    is_special : bool
        Whether points have numbers like 0 and 1, at which things are decided.
    """

    text: str
    exact_pattern: bool
    is_special: bool


def random_problem(seed: int) -> RandomProblem:
    """Write a problem.

    Parameters
    ----------
    seed : int
        Equal seeds give equal problems.

    Returns
    -------
    RandomProblem
    """
    return Writer(random.Random(seed)).problem()


class Writer:
    """Writes statements, expressions and whole programs."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        size = rng.random()
        self.n = rng.randint(1, 4) if size < 0.3 else rng.randint(5, 12)
        if size > 0.93:
            self.n = rng.randint(30, 70)
        self.num_parameters = rng.choice([0, 0, 1, 3])
        self.names: list[str] = []
        self.arrays: list[str] = []
        self.count = 0
        self.exact_pattern = True
        self.is_special = rng.random() < 0.25

    # Expressions

    def number(self) -> str:
        own = ["0.5", "2", "-1.25", "3.0", "1.0", "0.0", "-1", "math.pi / 4", "C[0]", "0.75"]
        return self.rng.choice(own)

    def variable(self) -> str:
        if self.num_parameters and self.rng.random() < 0.15:
            return f"p[{self.rng.randrange(self.num_parameters)}]"
        i = 0 if self.rng.random() < 0.1 else self.rng.randrange(self.n)
        return f"x[{i}]" if self.rng.random() < 0.9 else f"x[{i - self.n}]"

    def atom(self) -> str:
        roll = self.rng.random()
        if roll < 0.12:
            return self.number()
        if self.names and roll < 0.6:
            return self.rng.choice(self.names[-5:])
        return self.variable()

    def smooth(self, a: str, b: str) -> str:
        """A smooth bounded operation on two scalars."""
        return self.rng.choice(
            [
                f"math.sin({a})",
                f"cos({a} + {b})",
                f"np.cos({a}) * {b}",
                f"{a} * {b}",
                f"{a} - {b}",
                f"{a} + {b} * {self.number()}",
                f"({a}) ** 2",
                f"math.tanh({a} - {b})",
                f"math.exp(-({a}) ** 2)",
                f"math.sqrt(1.5 + ({a}) ** 2)",
                f"math.atan2({a}, 1.25 + {b} * {b})",
                f"({a}) / (1.5 + math.sin({b}))",
                f"(1.2 + np.tanh({a})) ** {self.rng.choice(['1.5', '3', '-1', '-0.5', '2.0'])}",
                f"(1.5 + math.cos({a})) ** math.tanh({b})",
                f"math.log(1.25 + ({a}) ** 2)",
                f"math.hypot({a}, 1 + ({b}) ** 2)",
                f"np.logaddexp({a}, {b})",
                f"np.arctan({a}) * {self.number()}",
                f"math.erf({a})",
                f"SPRING({a}, {b})",
                f"ELEMENT.energy({a}, {b})",
                f"ELEMENT({a}) + {b}",
                f"polynomial([0.3, -0.5, 0.0, 0.25], math.tanh({a}))",
                f"(lambda u, k={b}: math.tanh(u) * k)({a})",
                f"-({a})",
                f"sum([{a}, {b}, {self.number()}])",
                f"({a}) * ({a})",
                f"math.cosh(math.tanh({a}))",
                f"np.square({a}) - np.square({b})",
            ]
        )

    def kinked(self, a: str, b: str) -> str:
        return self.rng.choice(
            [
                f"abs({a} - 0.123)",
                f"max({a}, {b})",
                f"np.minimum({a}, {b} + 0.01)",
                f"np.where({a} > 0.2, {b}, np.tanh({a}))",
                f"smooth_step({a}, k={b})",
                f"np.clip({a}, -1.1, 0.8)",
                f"({a} if {b} > 0.1 else -0.5 * ({a}))",
                f"np.abs({a} + 0.37) ** 1.5",
                f"np.where({a} > 0, np.sqrt(np.abs({a})), {b})",
                f"np.where({a} <= 0, {b}, np.abs({a}) ** 0.5 * np.log(np.abs({a}) + ({a} <= 0)))",
                f"np.where(np.sqrt(np.abs({a})) >= 0.7, {a}, {b})",
                f"(math.log({a}) if {a} > 0 else {b})",
                f"np.where({a} == 0, 1.0, np.tanh({a}) / ({a} + ({a} == 0)))",
                f"(math.sqrt({a}) if {a} > 0.25 else {a} + 0.25)",
                f"({a} + 0.0123) % 1.7",
                f"{a} * ({b} > 0.3)",
            ]
        )

    def scalar(self, depth: int = 2) -> str:
        if depth == 0:
            return self.atom()
        a, b = f"({self.scalar(depth - 1)})", f"({self.atom()})"
        return self.kinked(a, b) if self.rng.random() < 0.15 else self.smooth(a, b)

    def template(self, *operands: str) -> str:
        """An expression of some operands only, for loops that repeat it."""
        found = list(operands)
        for _ in range(self.rng.randint(1, 4)):
            a, b = self.rng.choice(found), self.rng.choice([*found, self.number()])
            kind = self.kinked if self.rng.random() < 0.05 else self.smooth
            found.append(f"({kind(f'({a})', f'({b})')})")
        return found[-1]

    def array(self, depth: int = 1) -> str:
        """An array of n numbers."""
        rng = self.rng
        known = ["x", *self.arrays[-3:]]
        if depth == 0:
            return rng.choice(known)
        a, b = self.array(depth - 1), rng.choice([*known, "D", self.atom()])
        return rng.choice(
            [
                f"np.sin({a})",
                f"np.tanh({a}) * {b}",
                f"{a} * {b}",
                f"{a} - 0.5 * ({b})",
                f"({a}) ** 2 + {b}",
                f"np.exp(-np.square({a}))",
                f"({a}) / (2.0 + np.cos({b}))",
                f"np.roll({a}, 1)",
                f"({a})[::-1]",
                f"({a})[IDX]",
                f"np.maximum({a}, {b})",
                f"np.where({a} > 0.1, {b}, D)",
                f"np.sqrt(1 + ({a}) ** 2)",
                f"Q @ ({a})",
                f"np.tanh(S.T @ (S @ ({a})))",
                f"({a}) @ Q",
                f"np.abs({a}) ** 1.5",
                f"(1.5 + np.tanh({a})) ** np.tanh({b})",
                f"np.hypot({a}, 1 + np.abs({b}))",
                f"np.array([v * v - 0.5 for v in {a}])",
                f"np.concatenate([({a})[1:], ({a})[:1] * 2.0])",
                f"np.stack([{a}, D])[0] * np.stack([D, {a}]).sum(axis=0)",
                f"np.outer({a}, D).sum(axis=1)",
                f"np.cumsum({a}) / {self.n}",
            ]
        )

    def reduction(self) -> str:
        a, b = f"({self.array()})", f"({self.array(0)})"
        return self.rng.choice(
            [
                f"np.sum({a}) / {self.n}",
                f"np.mean({a})",
                f"{a} @ {b} / {self.n}",
                f"np.dot({a}, D) / {self.n}",
                f"np.prod(np.tanh({a})[:4])",
                f"sum(v * w for v, w in zip({a}, {b})) / {self.n}",
                f"np.linalg.norm(1.5 + np.square({a})) / {self.n}",
                f"({a}).sum() * 0.1",
                f"np.max({a})",
                f"np.var({a})",
                f"max({a}) - min({b})",
            ]
        )

    # Statements

    def new(self, kind: str = "v") -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def body(self, depth: int) -> list[str]:
        """Statements; names that they bind are known only inside."""
        known = self.names[:], self.arrays[:]
        lines = [f"    {line}" for _ in range(self.rng.randint(0, 2)) for line in self.plain(depth)]
        self.names, self.arrays = known
        return lines

    def plain(self, depth: int = 0) -> list[str]:
        """One statement that binds a scalar, or several lines that do."""
        rng, name = self.rng, self.new()
        kinds = ["let"] * 4 + ["reduce"] * 2
        if depth == 0:
            kinds += "array array write if loop while chain edges hub integrate net".split()
            kinds += "affine table sort dead power mask shared".split()
        kind = rng.choice(kinds)
        lines: list[str] = []
        a, b = self.scalar(), self.atom()
        i, n = rng.randrange(self.n), self.n
        if kind == "let":
            lines = [f"{name} = {a}"]
        elif kind == "reduce":
            lines = [f"{name} = {self.reduction()}"]
        elif kind == "array":
            array = self.new("w")
            lines = [f"{array} = {self.array(2)}", f"{name} = {array}[{i}] * {b}"]
            if depth == 0:
                self.arrays.append(array)
        elif kind == "write":
            array = self.new("w")
            lines = [f"{array} = np.zeros({n})", "for i, v in enumerate(x):"]
            lines += [f"    {array}[i] = {self.template('v', 'D[i]')}"]
            lines += [f"{array}[IDX] += {self.array(0)}", f"{array}[{i}:] *= {b}"]
            lines += [f"{name} = {array}.sum() / {n}"]
            self.arrays.append(array)
        elif kind == "if":
            test = rng.choice([f"{self.atom()} > 0.11", f"-1 < {a} <= {b} + 1.01", "D[0] > 0"])
            for word in (f"if {test}:", "else:"):
                lines += [word, *self.body(1), f"    {name} = {self.scalar(1)}"]
        elif kind == "loop":
            lines = [f"{name} = {b}", f"for i in range({rng.randint(1, 6)}):"]
            lines += [f"    {name} = {name} * 0.5 + math.sin({a} + i)"]
        elif kind == "while":
            lines = [
                f"{name} = {b} + 0.0",
                f"while {name} < 1.5123:",
                f"    {name} += 0.4 + abs({b}) / 4",
            ]
        elif kind == "chain":
            step = rng.randint(1, max(1, min(3, n - 1)))
            lines = [f"{name} = 0.0", f"for i in range({rng.randint(1, 3)} * {n}):"]
            lines += [f"    u, v = x[i % {n}], x[(i + {step}) % {n}]"]
            lines += [f"    {name} += {self.template('u', 'v', 'D[i % len(D)]')}"]
            lines += [f"{name} = {name} / {n}"]
        elif kind == "edges":
            lines = [f"{name} = 0", "for i, j in EDGES:"]
            lines += [f"    {name} += {self.template('x[i]', 'x[j]', 'x[i]')} / {n}"]
        elif kind == "hub":
            hub = rng.choice([f"x[{i}]", b])
            lines = [f"{name} = 0.0", f"for v in x[{rng.randint(0, 1)}:]:"]
            lines += [f"    {name} = {name} + 0.1 * {self.template('v', hub)}"]
        elif kind == "integrate":
            rounds = rng.choice([3, 10, 40, 150])
            lines = [f"{name} = {b}", f"for k in range({rounds}):"]
            lines += [
                f"    {name} = {name} + 0.05 * math.tanh({self.template(name, f'x[k % {n}]')})"
            ]
        elif kind == "net":
            lines = [f"hidden = layer(W, B, {self.array(1)})", "hidden = layer(V, C, hidden)"]
            lines += [f"{name} = hidden @ C + hidden[0] * {b}"]
        elif kind == "affine":
            lines = [f"{name} = sum(D[i] * x[i] for i in range({n})) + {self.number()}"]
            lines += [f"{name} = {self.smooth(name, b)}"]
        elif kind == "table":
            lines = [f"table = {{'a': {a}, 'b': [x[{i}], {b}]}}"]
            lines += [f"{name} = table['a'] * table['b'][0] + table['b'][-1]"]
        elif kind == "sort":
            self.exact_pattern = False
            lines = [f"values = sorted([{a}, {b}, x[{i}]])"]
            lines += [f"{name} = values[0] - values[-1] * {self.number()}"]
        elif kind == "dead":
            lines = [f"unused = math.exp({b}) * math.sin({a})", f"{name} = {b}"]
        elif kind == "power":
            lines = [f"{name} = math.tanh({b}) ** {rng.choice([0, 1, 2, 3, 4, 5])}"]
        elif kind == "mask":
            self.exact_pattern = False
            array = self.new("w")
            lines = [f"{array} = x * {b}", f"{array}[{array} > 0.512] = {self.number()}"]
            lines += [f"{name} = {array}.sum() / {n}"]
        elif kind == "shared":
            lines = [f"u = math.sin({a})", f"{name} = u * {b} + u * u - {self.smooth('u', 'u')}"]
        self.names.append(name)
        return lines

    # Whole functions

    def result(self, kind: str, rows: str, width: int) -> list[str]:
        """Rows of one kind, added to a list."""
        rng, n = self.rng, self.n
        if kind == "residuals":
            step = rng.randint(1, max(1, min(3, n - 1)))
            item = self.template(f"x[(i + {step}) % {n}]", "x[i]", "D[i]", *self.names[-1:])
            return [f"for i in range({n}):", f"    {rows}.append({item})"]
        if kind == "flows":
            a, b = self.template("x[i]", "x[j]"), self.template("x[j]", "x[i]")
            lines = [
                "for i, j in EDGES:",
                "    c, s = math.cos(x[i] - x[j]), math.sin(x[i] - x[j])",
            ]
            return [*lines, f"    {rows} += [c * x[i] + s, {a} - c, {b} * s, x[i] - 2.0 * x[j]]"]
        if kind == "balance":
            lines = [f"sums = [0.0] * {n}", "for i, j in EDGES:"]
            lines += [f"    sums[i] += {self.template('x[i]', 'x[j]')}"]
            return [*lines, f"    sums[j] -= {self.template('x[j]', 'x[i]')}", f"{rows} += sums"]
        if kind == "array":
            return [f"{rows}.extend({self.array(2)})"]
        if kind == "linear":
            return [f"{rows} += list(S @ x)", f"{rows}.append(x[0] * 3.0 - 2.0)"]
        if kind == "odd":
            return [
                f"{rows} += [x[{width - 1}], 1.5, {self.atom()}, x[0], x[0] - x[0], 0.0 * x[-1]]"
            ]
        picked = ", ".join(rng.choices([*self.names, self.atom()], k=rng.randint(1, 4)))
        return [f"{rows} += [{picked}]"]

    def function(self, name: str) -> list[str]:
        rng = self.rng
        self.names, self.arrays = [], []
        args = "x, p" if self.num_parameters else "x"
        lines = []
        if name != "shared" and rng.random() < 0.4:
            lines.append(f"common, pair = shared({args})")
            self.names += ["common", "pair[0]"]
        lines += [line for _ in range(rng.randint(1, 7)) for line in self.plain()]
        if name == "objective":
            terms = rng.sample(self.names, rng.randint(1, min(4, len(self.names))))
            lines.append(f"return {' + '.join(terms)}")
        elif name == "shared":
            lines.append(f"return {self.names[-1]}, [{self.atom()}, {self.names[0]}]")
        else:
            lines.append("rows = []")
            kinds = "names names residuals flows balance array linear odd".split()
            for kind in rng.sample(kinds, rng.randint(1, 4)):
                lines += self.result(kind, "rows", self.n)
            lines.append(rng.choice(["return rows", "return tuple(rows)", "return np.array(rows)"]))
        return [f"def {name}({args}):", *(f"    {line}" for line in lines), "", ""]

    def floats(self, count: int, low: float, high: float) -> str:
        return repr([round(self.rng.uniform(low, high), 3) for _ in range(count)])

    def special(self, count: int) -> str:
        known = [0.0, 0.0, 1.0, -1.0, 0.5, 2.0, 0.25, -0.0, 1e-8, 1e5, round(self.rng.random(), 2)]
        return repr([self.rng.choice(known) for _ in range(count)])

    def data(self) -> list[str]:
        rng, n = self.rng, self.n
        count = rng.randint(1, 4) * n if rng.random() < 0.8 else rng.randint(60, 140)
        edges = [(rng.randrange(n), rng.randrange(n)) for _ in range(min(count, 200))]
        matrix = [[rng.choice([0.0, 0.0, 0.0, 1.0, -2.0, 0.5]) for _ in range(n)] for _ in range(3)]
        square = [[rng.choice([0.0, 0.0, 0.3, -0.2]) for _ in range(n)] for _ in range(n)]
        return [
            f"D = np.array({self.floats(n, -1.5, 1.5)})",
            f"B = np.array({self.floats(4, -1, 1)})",
            f"C = np.array({self.floats(3, -1, 1)})",
            f"W = np.array({[[round(rng.uniform(-1, 1), 2) for _ in range(n)] for _ in range(4)]})",
            f"V = np.array({[[round(rng.uniform(-1, 1), 2) for _ in range(4)] for _ in range(3)]})",
            f"Q = np.array({square!r})" if n else "",
            f"S = sp.csr_array(np.array({matrix!r}))",
            f"IDX = np.array({rng.sample(range(n), n)})",
            f"EDGES = {edges}",
            "ELEMENT = Element(0.8)",
            "SPRING = make_spring(1.25)",
            f"X0 = np.array({self.special(n) if self.is_special else self.floats(n, -1.4, 1.4)})",
            "PARAMETERS = None"
            if not self.num_parameters
            else f"PARAMETERS = np.array({self.floats(self.num_parameters, 0.2, 1.5)})",
            "",
            "",
        ]

    def problem(self) -> RandomProblem:
        lines = self.data()
        for name in ("shared", "objective", "constraints"):
            lines += self.function(name)
        return RandomProblem(HEADER + "\n".join(lines), self.exact_pattern, self.is_special)
