"""Random programs on workspaces, their views and aliases, against arrays made inside.

Made before, or by the function when it is called first. Each program is drawn as text. It fills its
arrays with numbers first, so that calls do not depend on each other; then it stores into them and
reads them under names that share memory in many ways.
``ASDOPT_RANDOM_WORKSPACES=2000 pytest tests/tracing/test_workspaces_random.py`` draws so many.
"""

from __future__ import annotations

import linecache
import os
import random
from typing import Any

import numpy as np
import pytest

import asdopt

COUNT = int(os.environ.get("ASDOPT_RANDOM_WORKSPACES", "60"))
X = np.array([0.9, -0.3, 1.4, 0.7])


class Spaces:
    """Arrays with views made before the program runs."""

    def __init__(self) -> None:
        self.a, self.b = np.zeros(4), np.full(4, np.nan)
        self.first, self.second = self.a, self.b
        self.m = np.zeros((3, 4))
        self.top, self.last, self.back = self.m[:2], self.m[2], self.a[::-1]
        self.flat, self.turned = self.m.reshape(-1), self.m.T
        self.cube = np.zeros((2, 2, 2)).transpose(2, 0, 1)
        self.rows = [self.m[k] for k in range(3)]
        self.held = {"a": self.a, "b": self.b}
        self.pair = (self.a, self.m[1])

    def start(self) -> None:
        """Numbers that do not depend on x."""
        self.a, self.b = self.first, self.second
        self.a[:] = [0.3, -0.2, 0.5, 0.1]
        self.b[:] = 0.25
        self.m[:] = np.linspace(-1.0, 1.0, 12).reshape(3, 4)
        self.cube[:] = 0.5

    def fill(self, target: Any, values: Any) -> None:
        target[:] = values

    @property
    def both(self) -> Any:
        return self.a + self.b


def read(values: Any, k: int) -> Any:
    return values[k] * 2.0


VECTORS = (
    "s.a s.b s.back s.m[0] s.m[1] s.last s.top[1] s.flat[4:8] s.flat[1::3] s.rows[2] s.pair[0] "
    "s.pair[1] s.held['b'] s.a[::-1] s.cube[0].reshape(-1)[:4] s.turned[:,2].T[[0]].repeat(4) "
    "s.m[1,::-1] s.turned[:4,0] local"
).split()
# Of these the memory is that of an array of the model.
PLACES = [v for v in VECTORS if "repeat" not in v and "reshape(-1)[:4]" not in v]


class Program:
    """One program."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        lines = ["s.start()", f"local = {self.choose(PLACES[:-1])}"]
        for _ in range(self.rng.randint(3, 9)):
            lines += self.statement(0)
        lines.append(f"return [{self.scalar()}, *({self.vector()}), *s.a, *s.b, *s.flat, *s.both]")
        self.text = "def model(s, x):\n" + "".join(f"    {line}\n" for line in lines)
        name = f"<workspaces {seed}>"
        linecache.cache[name] = (len(self.text), None, self.text.splitlines(True), name)
        names = {"np": np, "read": read}
        exec(compile(self.text, name, "exec"), names)
        self.model: Any = names["model"]

    def choose(self, options: list[str]) -> str:
        return self.rng.choice(options)

    def scalar(self) -> str:
        k = self.rng.randrange(4)
        return self.choose(
            [
                f"x[{k}]",
                f"{self.choose(VECTORS)}[{k}]",
                f"{self.choose(VECTORS)}[{k}] * {self.choose(VECTORS)}[{3 - k}]",
                f"{self.choose(VECTORS)}.sum()",
                f"np.sin({self.choose(VECTORS)}[{k}])",
                f"read({self.choose(VECTORS)}, {k})",
                f"np.dot({self.choose(VECTORS)}, {self.choose(VECTORS)})",
                f"sum(v * v for v in {self.choose(VECTORS)})",
                f"max({self.choose(VECTORS)})",
                f"s.m[{k % 3}, {k}] * s.cube[0, 1, {k % 2}]",
                f"float({self.choose(VECTORS)}[{k}])",
                f"s.held['a'].dot(s.rows[{k % 3}])",
            ]
        )

    def vector(self) -> str:
        a, b = self.choose(VECTORS), self.choose(VECTORS)
        return self.choose(
            [
                "x",
                a,
                f"{a} * {b}",
                f"np.cos({a}) + x",
                f"{a}[::-1] - {b}",
                f"np.where({a} > 0.2, {b}, x)",
                f"np.cumsum({a})",
                f"np.concatenate([{a}[:2], {b}[2:]])",
                f"{self.scalar()} + {a}",
                f"s.turned @ {a}[:3]",
                f"np.roll({a}, 1)",
                f"np.array([v * x[0] for v in {a}])",
                "np.stack(s.rows).sum(axis=0)",
                "s.both",
                f"np.asarray({a}).copy()",
                f"np.sort({a})",
                f"np.array([{self.scalar()}, 1.0, {self.scalar()}, x[1]])",
            ]
        )

    def statement(self, depth: int) -> list[str]:
        place, k = self.choose(PLACES), self.rng.randrange(4)
        vector, scalar = f"np.tanh({self.vector()})", f"np.tanh({self.scalar()})"
        options = [
            [f"{place}[:] = {vector}"],
            [f"{place}[{k}] = {scalar}"],
            [f"{place}[{k}] += {scalar}"],
            [f"local = {place}", f"local += {vector}", "local *= 0.5"],
            [f"np.tanh({self.vector()}, out={place})"],
            [f"np.add({self.choose(VECTORS)}, x, {place})", f"{place}[...] *= 0.5"],
            [f"np.copyto({place}, {vector})"],
            [f"{place}.fill({scalar})"],
            [f"s.fill({place}, {vector})"],
            [f"for k in range(4): {place}[k] = np.tanh(x[k] * {self.choose(VECTORS)}[{k}])"],
            [f"for k, v in enumerate({place}): {place}[k] = v * x[k] * 0.5"],
            [f"for v, w in zip({place}, {self.choose(VECTORS)}): s.m[0, {k}] = v * w"],
            [f"{place}[{self.choose(PLACES)} > 0.3] = {scalar}"],
            [f"{place}[1:] = {self.choose(PLACES)}[:-1]"],
            [f"{place}[[0, 2]] = {scalar}"],
            [f"s.m[:, {k}] = {vector}[:3]"],
            [f"s.cube[:, :, {k % 2}] += {scalar}"],
            [f"s.cube[{k % 2}] = np.tanh(s.cube[0] @ s.cube[1].T)"],
            ["s.a, s.b = s.b, s.a"],
            [f"np.add.at({place}, [0, 0, {k}], 0.1 * {scalar})"],
            [f"np.put({place}, [{k}], {scalar})"],
            [f"{place}.sort()"],
            [f"a, b, *_ = {place}", f"s.a[{k}] = a * b"],
        ]
        chosen = self.rng.choice(options)
        if depth < 2 and self.rng.random() < 0.2:
            return [
                f"if {self.scalar()} > 0.1:",
                *(f"    {line}" for line in chosen),
                "else:",
                *(f"    {line}" for line in self.statement(depth + 1)),
            ]
        return chosen


@pytest.mark.parametrize("seed", range(COUNT))
def test_random_programs(seed: int) -> None:
    program = Program(seed)
    model, spaces = program.model, Spaces()

    def outside(x: Any) -> Any:
        return model(spaces, x)

    def inside(x: Any) -> Any:
        return model(Spaces(), x)

    kept: list[Spaces] = []

    def made_once(x: Any) -> Any:
        if not kept:
            kept.append(Spaces())
        return model(kept[0], x)

    for x in (X, X[::-1] * 1.1):
        plain = np.array(inside(x), dtype=float)
        expected = asdopt.jacobian(inside, x).toarray()
        found = asdopt.jacobian(outside, x).toarray()
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-12, err_msg=program.text)
        once = asdopt.jacobian(made_once, x).toarray()
        np.testing.assert_allclose(once, expected, rtol=1e-11, atol=1e-12, err_msg=program.text)
        left = spaces.m.copy()
        np.testing.assert_array_equal(np.array(outside(x), dtype=float), plain)
        np.testing.assert_allclose(left, spaces.m, rtol=1e-12, atol=1e-14)
        direction = np.array([0.3, -0.5, 0.2, 0.7])
        ahead, behind = (np.array(inside(x + t * direction), float) for t in (1e-6, -1e-6))
        difference = (ahead - behind) / 2e-6
        # Where a branch flips within the step, a difference says nothing.
        usable = np.abs(ahead + behind - 2 * plain) < 1e-9
        np.testing.assert_allclose(
            (found @ direction)[usable], difference[usable], rtol=1e-5, atol=1e-6
        )
