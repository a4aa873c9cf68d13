"""Random problems that use more: structures, matrices, linear algebra, early ends, black boxes.

The programs of ``random_problems.py`` stay as they are, so that their seeds keep their meaning;
the statements here are drawn for the seeds from ``FIRST_SEED`` on.
"""

from __future__ import annotations

import random

from random_problems import HEADER, RandomProblem, Writer

__all__ = ["FIRST_SEED", "MORE", "Wider", "random_problem"]

FIRST_SEED = 100_000

MORE = """\
import asdopt


def power_of(u, k):
    if k == 0:
        return 1.0
    return u * power_of(u, k - 1)


def ramp(u):
    for edge in (-0.517, 0.283, 1.119):
        if u < edge:
            return (u - edge) ** 2 + edge
    return 2.0 * u


def waves(values):
    for k, v in enumerate(values):
        yield math.sin(v + k) if k % 2 else v * v


def box(u, v):
    return np.sin(u) * v + 0.5 * u * v * v


def box_jac(u, v):
    return np.array([[np.cos(u) * v + 0.5 * v * v, np.sin(u) + u * v]])


def box_hess(u, v, weights):
    mixed = np.cos(u) + v
    return weights[0] * np.array([[-np.sin(u) * v, mixed], [mixed, u]])


BOX = asdopt.external(box, jac=box_jac, hess=box_hess)


class Ledger:
    def __init__(self):
        self.entries = {}

    def add(self, key, value):
        self.entries[key] = self.entries.get(key, 0.0) + value
        return self

    @property
    def total(self):
        return sum(self.entries.values())


"""


def random_problem(seed: int) -> RandomProblem:
    """Write a problem; see ``random_problems.random_problem``."""
    return Wider(random.Random(seed)).problem()


class Wider(Writer):
    """Writes statements of more kinds."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.is_structured = rng.random() < 0.3 and self.n >= 4

    def number(self) -> str:
        if self.rng.random() < 0.1:
            return self.rng.choice(["1e-6", "2.5e3", "-1e-9", "3e4", "1 / 3", "2**-20", "1"])
        return super().number()

    def smooth(self, a: str, b: str) -> str:
        if self.rng.random() < 0.75:
            return super().smooth(a, b)
        return self.rng.choice(
            [
                f"power_of(math.tanh({a}), {self.rng.randint(0, 4)})",
                f"BOX(math.tanh({a}), np.tanh({b}))",
                f"math.prod([math.cos({a}), {b}, 0.5])",
                f"math.fsum([{a}, {b}, {a}])",
                f"np.log1p(np.exp(-abs(0.3 + ({a}) ** 2)))",
                f"functools.reduce(lambda s, t: 0.5 * s + t, [{a}, {b}, {a}])",
                f"sum(waves([{a}, {b}]))",
                f"1e-4 * math.sinh(math.tanh({a})) * 1e4",
                f"math.sqrt(1e-12 + ({a}) ** 2 + 1.0) - 1.0",
                f"({a}) / (1.0 + abs(0.2 + ({b}) ** 2))",
                f"math.pow(1.5 + math.sin({a}), 2.5)",
                f"np.arcsinh({a}) + np.expm1(-(({b}) ** 2))",
                f"Ledger().add('u', {a}).add('v', {b}).add('u', {b}).total",
            ]
        )

    def kinked(self, a: str, b: str) -> str:
        if self.rng.random() < 0.75:
            return super().kinked(a, b)
        return self.rng.choice(
            [
                f"ramp({a})",
                f"math.floor({a} + 0.0371) * {b}",
                f"np.sign({a} - 0.071) * {b}",
                f"sorted([{a}, {b}], reverse=True)[0]",
                f"next((t for t in [{a}, {b}] if t > 0.177), {b} - {a})",
                f"({a} if {a} > {b} and not {b} > 1.03 else {b} * 0.5)",
                f"np.heaviside({a} + 0.217, 0.5) * {b}",
                f"({b} if any(t > 0.531 for t in [{a}, {b}]) else {a})",
            ]
        )

    def array(self, depth: int = 1) -> str:
        if depth == 0 or self.rng.random() < 0.7:
            return super().array(depth)
        a, n = self.array(depth - 1), self.n
        return self.rng.choice(
            [
                f"np.flip({a})",
                f"np.append(np.diff({a}), {self.atom()})",
                f"np.cumprod(np.cos({a}))",
                f"np.repeat(({a})[:1], {n}) * D",
                f"np.outer(D, {a})[{self.rng.randrange(n)}]",
                f"(np.eye({n}) * 0.5 + np.outer(D, D) * 0.1) @ ({a})",
                f"np.array([*({a})[1:], {self.atom()}])",
                f"np.reshape({a}, (1, -1))[0]",
                f"np.fromiter(({self.template('v')} for v in {a}), float)",
                f"np.linalg.solve(np.eye({n}) * 3.0 + Q, {a})",
                f"np.vectorize(lambda v: math.sin(v) * 0.5)({a})",
                f"({a}).copy().ravel()",
            ]
        )

    def plain(self, depth: int = 0) -> list[str]:
        rng, n = self.rng, self.n
        if depth or rng.random() < 0.75:
            return super().plain(depth)
        name, i, k = self.new(), rng.randrange(n), min(n, 3)
        a, b, w = self.scalar(), self.atom(), self.array(1)
        kind = rng.choice("grid square solve order break keys until pieces last".split())
        if kind == "grid":
            lines = [f"grid = np.stack([{w}, x * {b}, D])", f"grid[1, :] *= {self.number()}"]
            lines += [f"grid[:, {i}] += np.array([{b}, 0.5, {self.atom()}])"]
            value = [
                "np.trace(grid @ grid.T) / 10",
                "(grid[:2] * grid[1:]).sum(axis=1)[0] / 10",
                "np.einsum('ij,ij->', grid, grid) / 10",
                f"grid.T[{i}] @ C",
                "grid.reshape(-1)[::2].sum()",
                f"grid[[0, 2], {i}].prod()",
                "np.linalg.norm(1.5 + grid**2) / 10",
                f"grid.mean(axis=0)[{i}]",
            ]
            lines += [f"{name} = {rng.choice(value)}"]
        elif kind == "square":
            lines = [f"h = np.tanh({w})[:{k}]", f"matrix = np.eye({k}) * 2.5 + np.outer(h, h)"]
            value = [
                f"np.linalg.det(matrix) / {2.5**k}",
                "np.linalg.inv(matrix)[0, -1]",
                "(matrix @ matrix.T)[0].sum()",
                "np.trace(matrix) * matrix[-1, 0]",
                "h @ matrix @ h",
            ]
            lines += [f"{name} = {rng.choice(value)}"]
        elif kind == "solve":
            lines = [f"h = np.sin({w})[:{k}]"]
            lines += [f"matrix = np.eye({k}) * 2.0 + 0.3 * np.outer(h, D[:{k}])"]
            lines += [f"{name} = np.linalg.solve(matrix, h + {b}).sum()"]
        elif kind == "order":
            self.exact_pattern = False
            value = [
                f"np.sort(w, kind='stable')[{i}]",
                "w[np.argmax(w)]",
                "w[np.argsort(w, kind='stable')[0]] * w[-1]",
            ]
            value += ["max(w, key=lambda v: v * v)", "sum(v * v for v in w if v > 0.2119)"]
            lines = [f"w = {w}", f"{name} = {rng.choice(value)}"]
        elif kind == "break":
            lines = [f"{name} = {b}", "for v in x:", f"    if v > {rng.choice([0.713, 1.319])}:"]
            lines += ["        break", "    if v < -0.777:", "        continue"]
            lines += [f"    {name} = 0.5 * {name} + {self.template('v', name)}"]
        elif kind == "keys":
            lines = [f"store = {{(i, 'k'): v for i, v in enumerate({w})}}"]
            lines += [f"store[{i}, 'k'] = store.pop((0, 'k')) * {b}"]
            lines += [f"{name} = sum(store.values()) / {n}"]
        elif kind == "until":
            lines = [f"{name} = 1.0 + math.tanh({a})", "steps = 0", "while True:"]
            lines += [f"    {name} = 0.5 * ({name} + (1.1 + math.sin({b})) / ({name} + 0.1))"]
            lines += ["    steps += 1", f"    if steps >= 4 or {name} > 7.013:", "        break"]
        elif kind == "pieces":
            lines = [f"w = np.zeros(({n}, 2))", f"w[:, 0] = {w}", f"w[:, 1] = {b}"]
            lines += [f"w[{i}:, 1] += D[{i}:]", f"{name} = (w[:, 0] * w[:, 1]).sum() / {n}"]
        else:
            lines = [f"*rest, last = {w}", f"{name} = last * {b} + sum(rest[::2]) / {n}"]
        self.names.append(name)
        return lines

    def result(self, kind: str, rows: str, width: int) -> list[str]:
        if self.rng.random() < 0.1:
            return [f"{rows}.extend(v * w for v, w in itertools.pairwise(x) if D[0] < 1.0)"]
        return super().result(kind, rows, width)

    def function(self, name: str) -> list[str]:
        lines = super().function(name)
        first = [f"    x = flat({'x'})"] if self.is_structured and name != "shared" else []
        if name == "objective" and self.rng.random() < 0.2:
            first += [
                f"    if {self.variable()} > 0.6173:",
                f"        return {self.variable()} ** 2",
            ]
        if name == "constraints" and self.rng.random() < 0.05:
            first += ["    return []"]
        return [lines[0], *first, *lines[1:]]

    def data(self) -> list[str]:
        lines = super().data()
        if self.rng.random() < 0.2:
            count = self.rng.randint(200, 500)
            edges = [(self.rng.randrange(self.n), self.rng.randrange(self.n)) for _ in range(count)]
            lines.append(f"EDGES = {edges}")
        if self.is_structured:
            half, n = (self.n - 1) // 2 // 2 * 2, self.n
            lines += [
                "def structured(x):",
                f"    pairs = x[1:{half + 1}].reshape(2, {half // 2})",
                f"    return {{'a': x[0], 'rest': {{'b': pairs, 'c': [x[{half + 1}:], []]}}}}",
                "",
                "",
                "def flat(s):",
                "    b, (c, _) = s['rest']['b'], s['rest']['c']",
                f"    x = np.zeros({n})",
                f"    x[0], x[1:{half + 1}], x[{half + 1}:] = s['a'], b.ravel(), c",
                "    return x",
                "",
                "",
            ]
        return lines

    def problem(self) -> RandomProblem:
        made = super().problem()
        text = HEADER + MORE + made.text.removeprefix(HEADER)
        return RandomProblem(text, self.exact_pattern, made.is_special)
