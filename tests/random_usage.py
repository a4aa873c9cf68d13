"""Random problems that use Python and NumPy in more ways, in numbers of all sizes.

Broadcasts, running sums, ``einsum``, nested data, data classes, loops until something holds,
exceptions, chains of ``min`` and ``max``, parameters with structure. For seeds from ``FIRST_SEED``
on; those below keep their meaning.
"""

from __future__ import annotations

import random

from random_problems import HEADER, RandomProblem
from random_wider import MORE, Wider

__all__ = ["FIRST_SEED", "random_problem"]

FIRST_SEED = 500_000

STILL_MORE = """\
import dataclasses
import operator


@dataclasses.dataclass
class Cell:
    mass: float
    place: float
    notes: dict = dataclasses.field(default_factory=dict)

    def force(self, other):
        return self.mass * math.sin(self.place - other.place)

    def moved(self, by):
        return dataclasses.replace(self, place=self.place + by)


class Pair:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __add__(self, other):
        return Pair(self.a + other.a, self.b * other.b)

    def __iter__(self):
        yield self.a
        yield self.b

    def __getitem__(self, k):
        return math.tanh(self.a) if k == 0 else self.b


def counted(step):
    total = 0.0

    def add(u):
        nonlocal total
        total = 0.5 * total + step * math.sin(u)
        return total
    return add


def root_or(u, otherwise):
    try:
        return math.sqrt(u - 0.2131)
    except ValueError:
        return otherwise


def kind_of(k, u, v):
    match k:
        case 0:
            return u * v
        case 1 | 2:
            return math.sin(u) - v
        case _:
            return u


def averaged(*values, weight=0.3, **more):
    total = weight * sum(values)
    for key in sorted(more):
        total += math.tanh(more[key])
    return total


"""


def random_problem(seed: int) -> RandomProblem:
    """Write a problem; see ``random_problems.random_problem``."""
    return _Usage(random.Random(seed)).problem()


class _Usage(Wider):
    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.has_structured_parameters = self.num_parameters > 0 and rng.random() < 0.5

    def number(self) -> str:
        if self.rng.random() < 0.03:
            return self.rng.choice(["1e-30", "-1e-100", "1e-160", "0", "-0.0", "np.float64(0.25)"])
        return super().number()

    def smooth(self, a: str, b: str) -> str:
        if self.rng.random() < 0.75:
            return super().smooth(a, b)
        big = f"1e{self.rng.choice([8, 30, 100, 150])}"
        return self.rng.choice(
            [
                f"({big} * ({a})) / {big}",
                f"math.tanh({a} / {big} * {big})",
                f"math.sin({a}) * {big} * (math.cos({b}) / {big})",
                f"np.sqrt((1e100 * {a}) ** 2 + 1e200) / 1e100",
                f"1e-70 * ({a}) * (1e70 * ({b}))",
                f"averaged({a}, {b}, u={a}, v={b})",
                f"averaged(*[{a}, {b}], weight=0.5, **{{'k': {b}}})",
                f"kind_of({self.rng.randrange(4)}, {a}, {b})",
                f"Cell({a}, 0.5).force(Cell({b}, {b}).moved({a}))",
                f"sum(Pair({a}, {b}) + Pair({b}, 0.5))",
                f"Pair({a}, {b})[0] - Pair({a}, {b})[1]",
                f"operator.mul({a}, {b})",
                f"functools.partial(ELEMENT.energy, {a})({b})",
                f"[*map(math.sin, [{a}, {b}])][-1] + {a}",
                f"sum(u * v for u, v in itertools.combinations([{a}, {b}, 0.5], 2))",
                f"list(itertools.accumulate([{a}, {b}, {a}], lambda s, t: s * 0.5 + t))[-1]",
            ]
        )

    def kinked(self, a: str, b: str) -> str:
        if self.rng.random() < 0.7:
            return super().kinked(a, b)
        return self.rng.choice(
            [
                f"min(max({a}, -0.713), {b} + 1.217, 1.3071)",
                f"max(min({a}, {b}), {a} * {b}, -0.3019)",
                f"np.clip(np.clip({a}, -2.01, 1.03), -0.517, {b} + 2.013)",
                f"root_or({a}, {b})",
                f"({a} + 0.0123) // 0.7 * ({b})",
                f"sum(divmod({a} + 0.0371, 0.9)) * ({b})",
                f"np.minimum.reduce([{a}, {b}, 0.4017])",
                f"({a} if 0.1 < abs({b}) < 1.2 else {b}) * 0.5",
                f"math.copysign(1.5, {a} + 0.0113) * ({b})",
                f"np.where(np.abs({a}) < 1e-3, 1.0 - ({a}) ** 2 / 6, np.sin({a}) / ({a} + 1e-30))",
            ]
        )

    def array(self, depth: int = 1) -> str:
        if depth == 0 or self.rng.random() < 0.75:
            return super().array(depth)
        a, b, n = self.array(depth - 1), self.atom(), self.n
        return self.rng.choice(
            [
                f"np.where(({a})[:, None] > D, ({a})[:, None], D * {b}).sum(axis=1) / {n}",
                f"np.cumsum(({a})[::-1])[::-1] / {n}",
                f"np.einsum('ij,j->i', Q, {a})",
                f"np.einsum('i,ij,j->j', x, Q, {a})",
                f"np.pad({a}, 1)[:-2] - ({a})",
                f"(np.triu(np.outer({a}, D)) @ D) / {n}",
                f"np.array(list(itertools.accumulate({a}, lambda s, t: 0.5 * s + t)))",
                f"np.stack([{a}, x], axis=1).reshape(-1)[::2]",
                f"np.concatenate([np.atleast_1d({b}), ({a})[:-1]])",
                f"np.tile({a}, 2)[{n - 1}:{2 * n - 1}]",
                f"(({a}) * np.ones((2, 1))).mean(axis=0)",
                f"np.array([counted(0.5)(v) for v in {a}])",
                f"np.delete(np.append({a}, {b}), 0)",
                f"1e120 * ({a}) * 1e-120",
            ]
        )

    def plain(self, depth: int = 0) -> list[str]:
        rng, n = self.rng, self.n
        if depth or rng.random() < 0.7:
            return super().plain(depth)
        name, i = self.new(), rng.randrange(n)
        a, b, w = self.scalar(), self.atom(), self.array(1)
        kinds = "nested newton halving cells closure table copies pairs repeat named swap fill quit"
        kind = rng.choice(kinds.split())
        if kind == "nested":
            lines = [f"data = [({a}, [x[{i}], {{'k': {b}}}]), (x[0], [{b}, {{'k': x[-1]}}])]"]
            lines += [f"{name} = sum(u * v - d['k'] for u, (v, d) in data)"]
        elif kind == "newton":
            lines = [f"{name}, goal, steps = 1.0 + abs({b} + 0.0617), 1.5 + ({b}) ** 2, 0"]
            lines += [f"while abs({name} * {name} - goal) > 1e-3 and steps < 30:"]
            lines += [f"    {name} = 0.5 * ({name} + goal / {name})", "    steps += 1"]
        elif kind == "halving":
            lines = [f"{name} = 3.0 + {a}", "for k in range(12):", f"    if {name} < 1.0173:"]
            lines += ["        break", f"    {name} = 0.6 * {name} + 0.01 * {b}", "else:"]
            lines += [f"    {name} = math.tanh({name})"]
        elif kind == "cells":
            lines = [f"cells = [Cell(D[k], v) for k, v in enumerate({w})]"]
            lines += [f"cells[{i}].mass += {b}", f"cells[{i}].notes['last'] = {a}"]
            lines += [f"{name} = sum(p.force(q) for p, q in zip(cells, cells[1:])) / {n}"]
            lines += [f"{name} += cells[{i}].notes.get('last', 0.0) * 0.5"]
        elif kind == "closure":
            lines = ["add = counted(0.75)", f"for v in {w}:", f"    {name} = add(v)"]
        elif kind == "table":
            lines = [f"{name} = np.interp({a}, [-1.013, 0.017, 1.029], [0.5, -0.25, 0.75])"]
            lines += [f"{name} = {name} * {b}"]
        elif kind == "copies":
            array = self.new("w")
            lines = [f"{array} = np.copy({w})", f"view = {array}[{i}:]", f"view *= {b}"]
            lines += [f"view[0] = {a}", f"{name} = {array}.sum() / {n} + view[-1]"]
            self.arrays.append(array)
        elif kind == "pairs":
            lines = [
                f"{name} = 0.0",
                f"for k, (u, v) in enumerate(itertools.product(x[:3], ({w})[:3])):",
            ]
            lines += [f"    {name} += {self.template('u', 'v', 'D[k % len(D)]')} / 9"]
        elif kind == "repeat":
            body = self.template("u", "v", "t", "D[k % len(D)]")
            lines = [f"{name} = 0.0", f"for k in range({rng.choice([70, 130, 260])}):"]
            lines += [f"    u, v, t = x[k % {n}], x[(3 * k + 1) % {n}], x[(k * k) % {n}]"]
            lines += [f"    {name} += {body}", f"{name} = {name} / 200"]
        elif kind == "named":
            lines = [f"{name} = 0.25 if (t := {a}) > 0.3019 else t * {b}", f"{name} += t"]
        elif kind == "swap":
            lines = [f"u, v = {a}, {b}", "for _ in range(3):"]
            lines += ["    u, v = 0.5 * v - math.sin(u), u * 0.25", f"{name} = u * v"]
        elif kind == "fill":
            array = self.new("w")
            lines = [f"{array} = np.full(({n}, 2), 0.5)", f"{array}[:, 1] = {w}"]
            lines += [f"{array}[{i}] = [{a}, {b}]", f"{array}[::2] -= 0.25"]
            lines += [f"{name} = np.prod({array}.sum(axis=1)[:3]) + {array}[-1, 0]"]
        else:
            lines = ["try:", f"    {name} = math.log({a} + 0.1) * {b}"]
            lines += [f"    {name} += math.asin(0.9 * {b})" if rng.random() < 0.3 else "    pass"]
            lines += ["except (ValueError, ZeroDivisionError):", f"    {name} = {self.atom()}"]
        self.names.append(name)
        return lines

    def function(self, name: str) -> list[str]:
        lines = super().function(name)
        if self.has_structured_parameters and name != "shared":
            lines.insert(1, "    p = flat_parameters(p)")
        if name == "constraints" and self.rng.random() < 0.1:
            lines[-3] = "    return [rows[:1], (rows[1:], [])]"
        return lines

    def data(self) -> list[str]:
        lines = super().data()
        if self.has_structured_parameters:
            lines += [
                "def structured_parameters(p):",
                "    return {'first': float(p[0]), 'rest': (p[1:], 2.0 * p[0])}",
                "",
                "",
                "def flat_parameters(s):",
                "    return np.array([0.5 * s['rest'][1], *s['rest'][0]])",
                "",
                "",
            ]
        return lines

    def problem(self) -> RandomProblem:
        made = super().problem()
        text = HEADER + MORE + STILL_MORE + made.text.removeprefix(HEADER + MORE)
        return RandomProblem(text, self.exact_pattern, made.is_special)
