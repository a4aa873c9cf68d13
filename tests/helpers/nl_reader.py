"""A reader of .nl files in text form, written from Gay's report and nothing else."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from pathlib import Path

UNARY: dict[int, Callable[[float], float]] = {
    13: math.floor,
    14: math.ceil,
    15: abs,
    16: operator.neg,
    34: operator.not_,
    37: math.tanh,
    38: math.tan,
    39: math.sqrt,
    40: math.sinh,
    41: math.sin,
    42: math.log10,
    43: math.log,
    44: math.exp,
    45: math.cosh,
    46: math.cos,
    47: math.atanh,
    49: math.atan,
    50: math.asinh,
    51: math.asin,
    52: math.acosh,
    53: math.acos,
}
BINARY: dict[int, Callable[[float, float], float]] = {
    0: operator.add,
    1: operator.sub,
    2: operator.mul,
    3: operator.truediv,
    5: operator.pow,
    20: lambda a, b: bool(a) or bool(b),
    21: lambda a, b: bool(a) and bool(b),
    22: operator.lt,
    23: operator.le,
    24: operator.eq,
    28: operator.ge,
    29: operator.gt,
    30: operator.ne,
    48: math.atan2,
}
MANY: dict[int, Callable[[list[float]], float]] = {11: min, 12: max, 54: math.fsum}


class NlFile:
    """What a file says; expressions are lists of tokens in prefix order."""

    def __init__(self, path: Path) -> None:
        head, body = (text := path.read_text().splitlines())[:10], iter(text[10:])
        assert head[0].startswith("g3 ")
        self.head = [[int(word) for word in line.split("\t")[0].split()] for line in head[1:]]
        self.n, self.m = self.head[0][:2]
        self.common: dict[int, list[str]] = {}
        self.rows: dict[int, list[str]] = {}
        self.objective: list[str] = []
        self.linear: dict[str, dict[int, float]] = {}
        self.x0: dict[int, float] = {}
        self.row_bounds: list[tuple[float, float]] = []
        self.bounds: list[tuple[float, float]] = []
        self.ends: list[int] = []
        for line in body:
            self._segment(line, body)
        self.check()

    def _segment(self, line: str, body: Iterator[str]) -> None:
        kind, rest = line[0], line[1:].split()
        if kind == "V":
            assert rest[1:] == ["0", "0"]
            assert int(rest[0]) == self.n + len(self.common)
            self.common[int(rest[0])] = list(expression(body))
        elif kind == "C":
            self.rows[int(rest[0])] = list(expression(body))
        elif kind == "O":
            assert rest == ["0", "0"]
            self.objective = list(expression(body))
        elif kind in "xJG":
            assert int(rest[-1]) > 0
            pairs = dict(next(body).split() for _ in range(int(rest[-1])))
            numbers = {int(place): float(value) for place, value in pairs.items()}
            if kind == "x":
                self.x0 = numbers
            else:
                self.linear[f"{kind}{rest[0]}"] = numbers
        elif kind == "r":
            self.row_bounds = [bound(next(body)) for _ in range(self.m)]
        elif kind == "b":
            self.bounds = [bound(next(body)) for _ in range(self.n)]
        elif kind == "k":
            self.ends = [int(next(body)) for _ in range(int(rest[0]))]
        else:
            raise AssertionError(f"unknown segment {line}")

    def check(self) -> None:
        """The head counts what is there, and nonlinear variables and rows come first."""
        (n, m, objectives, ranges, equations), (curved, curved_objective), *_ = self.head
        kinds = [low == high for low, high in self.row_bounds]
        assert (objectives, equations) == (1, sum(kinds))
        assert ranges == sum(math.isfinite(b - a) and a < b for a, b in self.row_bounds)
        assert sorted(self.rows) == list(range(m))
        used = [self.variables(self.rows[k]) for k in range(m)]
        assert all(used[k] for k in range(curved))
        assert not any(used[curved:])
        assert bool(self.variables(self.objective)) == bool(curved_objective)
        in_rows = set().union(*used) if used else set()
        in_objective = self.variables(self.objective)
        both = in_rows & in_objective
        assert both == set(range(len(both)))
        assert in_rows == set(range(len(in_rows)))
        end = len(in_rows | in_objective)
        assert in_rows | in_objective == set(range(end))
        assert self.head[3] == [len(in_rows), end if in_objective - both else len(both), len(both)]
        counts = [0] * n
        for k in range(m):
            listed = self.linear.get(f"J{k}", {})
            assert used[k] <= set(listed)
            assert list(listed) == sorted(listed)
            for place in listed:
                counts[place] += 1
        assert in_objective <= set(self.linear.get("G0", {}))
        assert self.head[6] == [sum(counts), len(self.linear.get("G0", {}))]
        assert self.ends == [sum(counts[: k + 1]) for k in range(n - 1)]
        assert sum(self.head[8]) == len(self.common)
        assert set(self.x0) == set(range(n))

    def variables(self, tokens: list[str]) -> set[int]:
        places = {int(token[1:]) for token in tokens if token[0] == "v"}
        pending = [place for place in places if place >= self.n]
        while pending:
            more = {int(t[1:]) for t in self.common[pending.pop()] if t[0] == "v"} - places
            pending += [place for place in more if place >= self.n]
            places |= more
        return {place for place in places if place < self.n}

    def values(self, x: list[float]) -> tuple[float, list[float]]:
        """Objective and rows at x."""
        known = dict(enumerate(map(float, x)))
        for place, tokens in self.common.items():
            known[place] = evaluate(tokens, known)
        rows = [
            evaluate(self.rows[k], known)
            + sum(c * known[place] for place, c in self.linear.get(f"J{k}", {}).items())
            for k in range(self.m)
        ]
        slope = sum(c * known[place] for place, c in self.linear.get("G0", {}).items())
        return evaluate(self.objective, known) + slope, rows


def arity(token: str, body: Iterator[str], kept: list[str]) -> int:
    if token[0] != "o":
        assert token[0] in "nv"
        return 0
    code = int(token[1:])
    if code in MANY:
        kept.append(next(body))
        assert code != 54 or int(kept[-1]) > 2
        return int(kept[-1])
    return 3 if code == 35 else 2 if code in BINARY else 1


def expression(body: Iterator[str]) -> Iterator[str]:
    """Take one expression from the lines."""
    missing = 1
    while missing:
        token = next(body)
        more: list[str] = []
        missing += arity(token, body, more) - 1
        yield token
        yield from more


def evaluate(tokens: list[str], known: dict[int, float]) -> float:
    """Value of an expression; branches that are not taken may be outside of their domain."""
    stack: list[float] = []
    place = len(tokens) - 1
    while place >= 0:
        token = tokens[place]
        if token[0] == "n":
            stack.append(float(token[1:]))
        elif token[0] == "v":
            stack.append(known[int(token[1:])])
        elif token[0] != "o":  # the count of an operator with many operands
            place -= 1
            parts = [stack.pop() for _ in range(int(token))]
            stack.append(MANY[int(tokens[place][1:])](parts))
        else:
            code = int(token[1:])
            if code == 35:
                choice, yes, no = stack.pop(), stack.pop(), stack.pop()
                stack.append(yes if choice else no)
            elif code in BINARY:
                stack.append(BINARY[code](stack.pop(), stack.pop()))
            else:
                stack.append(UNARY[code](stack.pop()))
        place -= 1
    (value,) = stack
    return value


def bound(line: str) -> tuple[float, float]:
    kind, *numbers = line.split()
    values = list(map(float, numbers))
    if kind == "4":
        return values[0], values[0]
    low = values.pop(0) if kind in "02" else -math.inf
    return low, values.pop(0) if kind in "01" else math.inf
