"""An independent second opinion: numbers that carry gradient, Hessian and dependence along.

Plain Python programs run on them in a namespace in which ``math``, ``numpy`` and a few builtins
know them (``jet_functions.py``); nothing of the library takes part. Derivatives are exact to
rounding. Dependence is propagated operation by operation: which variables a value depends on, and
which pairs of them nonlinearly. What has no value is NaN. At kinks a number raises, or, where
``TIES`` is set, takes the derivative that the library promises: half of that of each of two equal
values, 0 for ``abs``. Inside ``rounded`` each operation rounds otherwise, at random, and all
decisions fall as before.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np

__all__ = [
    "TIES",
    "Jet",
    "KinkError",
    "binary",
    "constant",
    "decided",
    "decisions",
    "lift",
    "rounded",
    "unary",
    "variables",
]


TIES = SimpleNamespace(are_decided=False)
ROUNDING = SimpleNamespace(rng=None, taken=[], again=iter(()))


def decisions() -> list[Any]:
    """Begin a new list of what is decided, and return it."""
    ROUNDING.taken = []
    return ROUNDING.taken  # type: ignore[no-any-return]


@contextmanager
def rounded(seed: int, taken: list[Any]) -> Iterator[None]:
    """Change the last digits of each result; decide as before (stochastic arithmetic)."""
    ROUNDING.rng, ROUNDING.again = np.random.default_rng(seed), iter(taken)
    try:
        yield
    finally:
        ROUNDING.rng = None


def shaken(v: Any) -> Any:
    """Change the last digits of a number or an array, where that is asked for."""
    if ROUNDING.rng is None:
        return v
    return v * (1.0 + 2.0 * np.finfo(float).eps * ROUNDING.rng.uniform(-1.0, 1.0, np.shape(v)))


def decided(value: Any, distance: float, moves: int) -> Any:
    """Note what is decided, or return what was decided before."""
    if ROUNDING.rng is not None:
        return next(ROUNDING.again)
    check_kink(distance, moves)
    ROUNDING.taken.append(value)
    return value


class KinkError(Exception):
    """The program has no derivative at the point, or nearly none."""


class Jet:
    """A value with gradient ``g``, Hessian ``h`` and dependence as bit masks.

    ``first`` has a bit for each variable, ``second`` a bit ``i * n + j`` for each pair.
    """

    __slots__ = ("first", "g", "h", "second", "v")

    def __init__(self, v: float, g: Any, h: Any, first: int, second: int) -> None:
        self.v, self.g, self.h, self.first, self.second = v, g, h, first, second

    def __repr__(self) -> str:
        return f"Jet({self.v!r})"

    def __add__(self, other: Any) -> Any:
        return binary(self, other, lambda x, y: x + y, lambda x, y: (1.0, 1.0, 0.0, 0.0, 0.0), "")

    def __sub__(self, other: Any) -> Any:
        return binary(self, other, lambda x, y: x - y, lambda x, y: (1.0, -1.0, 0.0, 0.0, 0.0), "")

    def __mul__(self, other: Any) -> Any:
        return binary(self, other, lambda x, y: x * y, lambda x, y: (y, x, 0.0, 1.0, 0.0), "xy")

    def __truediv__(self, other: Any) -> Any:
        def partials(x: float, y: float) -> tuple[float, ...]:
            return 1.0 / y, -x / y**2, 0.0, -1.0 / y**2, 2.0 * x / y**3

        return binary(self, other, lambda x, y: x / y, partials, "xy yy")

    def __pow__(self, other: Any) -> Any:
        return power(self, other)

    def __radd__(self, other: Any) -> Any:
        return lift(other, self) + self

    def __rsub__(self, other: Any) -> Any:
        return lift(other, self) - self

    def __rmul__(self, other: Any) -> Any:
        return lift(other, self) * self

    def __rtruediv__(self, other: Any) -> Any:
        return lift(other, self) / self

    def __rpow__(self, other: Any) -> Any:
        return power(lift(other, self), self)

    def __neg__(self) -> Any:
        return self * -1.0

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        sign = decided(float(np.sign(self.v)), self.v, self.first)
        return unary(self, abs, lambda x, v: (sign, 0.0), curved=False)

    def __mod__(self, other: float) -> Any:
        ratio = self.v / other
        wraps = decided(ratio // 1.0, ratio - round(ratio), self.first)

        def value(x: float) -> float:
            return x % other if ROUNDING.rng is None else x - wraps * other

        return unary(self, value, lambda x, v: (1.0, 0.0), curved=False)

    def __floor__(self) -> Any:
        return constant(
            decided(math.floor(self.v), self.v - round(self.v), self.first), len(self.g)
        )

    def __floordiv__(self, other: float) -> Any:
        ratio = self.v / other
        return constant(decided(ratio // 1.0, ratio - round(ratio), self.first), len(self.g))

    def __divmod__(self, other: float) -> Any:
        return self // other, self % other

    def __lt__(self, other: Any) -> Any:
        return compare(self, other, lambda x, y: x < y)

    def __le__(self, other: Any) -> Any:
        return compare(self, other, lambda x, y: x <= y)

    def __eq__(self, other: Any) -> Any:
        return compare(self, other, lambda x, y: x == y)

    def __ne__(self, other: Any) -> Any:
        return compare(self, other, lambda x, y: x != y)

    def __gt__(self, other: Any) -> Any:
        return compare(self, other, lambda x, y: x > y)

    def __ge__(self, other: Any) -> Any:
        return compare(self, other, lambda x, y: x >= y)

    __hash__ = None  # type: ignore[assignment]


def check_kink(distance: float, moves: int) -> None:
    """Raise where a moving value is at a point that decides something."""
    if moves and not abs(distance) >= 1e-9 and not TIES.are_decided:
        raise KinkError


def tried(function: Callable[..., Any], *args: float, otherwise: Any = math.nan) -> Any:
    """Result of a function, NaN where there is none."""
    try:
        return function(*args)
    except (ArithmeticError, ValueError):
        return otherwise


@functools.cache
def zeros(n: int) -> tuple[Any, Any]:
    """Gradient and Hessian of a constant, shared by all of them."""
    return np.zeros(n), np.zeros((n, n))


def constant(v: float, n: int) -> Jet:
    """Make a number without dependence."""
    return Jet(float(v), *zeros(n), 0, 0)


def variables(x: Any) -> Any:
    """Make independent variables of the shape of x."""
    x = np.asarray(x)
    n = x.size
    eye = np.eye(n)
    out = np.empty(n, dtype=object)
    for i, v in enumerate(x.ravel()):
        out[i] = Jet(float(v), eye[i], np.zeros((n, n)), 1 << i, 0)
    return out.reshape(x.shape)


def lift(value: Any, like: Jet) -> Any:
    """Bring a number, or an array of them, to jets; leave what holds jets already."""
    if isinstance(value, Jet):
        return value
    if isinstance(value, np.ndarray):
        return value.astype(object)
    return constant(value, len(like.g))


def pairs(a: int, b: int, n: int) -> int:
    """Both orders of all pairs of variables of two masks."""
    out = 0
    for i in range(n):
        if a >> i & 1:
            out |= b << i * n
        if b >> i & 1:
            out |= a << i * n
    return out


def unary(
    a: Jet, value: Callable[[float], float], partials: Callable[..., Any], *, curved: bool = True
) -> Jet:
    """Apply a function of one number by the chain rule."""
    v = shaken(tried(value, a.v))
    if not a.first:
        return constant(v, len(a.g))
    slopes = tried(partials, a.v, v, otherwise=(math.nan, math.nan))
    return scaled(a, v, *slopes, curved=curved)


def scaled(a: Jet, v: float, p: float, pp: float, *, curved: bool) -> Jet:
    """The number v with derivatives p and pp with respect to one other number."""
    g, h = (a.g, a.h) if p == 1.0 else (p * a.g, p * a.h)
    if pp:
        h = h + pp * np.multiply.outer(a.g, a.g)
    second = a.second | (pairs(a.first, a.first, len(a.g)) if curved else 0)
    return Jet(v, shaken(g), shaken(h), a.first, second)


def binary(
    a: Jet, b: Any, value: Callable[..., float], partials: Callable[..., Any], curved: str
) -> Any:
    """Apply a function of two numbers by the chain rule; ``curved`` names nonzero second ones."""
    if isinstance(b, np.ndarray):
        out = np.empty(b.shape, dtype=object)
        for k in np.ndindex(b.shape):
            out[k] = binary(a, b[k], value, partials, curved)
        return out
    n = len(a.g)
    b = lift(b, a)
    v = shaken(tried(value, a.v, b.v))
    if not (a.first or b.first):
        return constant(v, n)
    p, q, pp, pq, qq = tried(partials, a.v, b.v, otherwise=(math.nan,) * 5)
    if not b.first:
        return scaled(a, v, p, pp, curved="xx" in curved)
    if not a.first:
        return scaled(b, v, q, qq, curved="yy" in curved)
    x, y = (scaled(a, v, p, pp, curved="xx" in curved), scaled(b, v, q, qq, curved="yy" in curved))
    h, second = x.h + y.h, x.second | y.second
    if "xy" in curved:
        mixed = np.multiply.outer(a.g, pq * b.g)
        h, second = h + mixed + mixed.T, second | pairs(a.first, b.first, n)
    return Jet(v, x.g + y.g, h, a.first | b.first, second)


def compare(a: Jet, b: Any, condition: Callable[..., bool]) -> Any:
    """Compare values; a tie of values that move has no derivative."""
    if isinstance(b, np.ndarray):
        return np.array([compare(a, each, condition) for each in b.ravel()]).reshape(b.shape)
    other = b.v if isinstance(b, Jet) else float(b)
    moves = a.first | (b.first if isinstance(b, Jet) else 0)
    return decided(condition(a.v, other), a.v - other, moves)


def power(a: Any, b: Any) -> Any:
    """``a ** b`` with a constant or a variable exponent."""
    if isinstance(b, np.ndarray):
        return np.array([power(a, each) for each in b.ravel()], dtype=object).reshape(b.shape)
    if isinstance(b, Jet) and not b.first:
        b = b.v
    if not isinstance(b, Jet):
        c = float(b)
        if c in {0.0, 1.0}:
            return constant(1.0, len(a.g)) if c == 0.0 else a

        def slopes(x: float, v: float) -> tuple[float, float]:
            return c * x ** (c - 1.0), c * (c - 1.0) * (1.0 if c == 2.0 else x ** (c - 2.0))

        return unary(a, lambda x: x**c, slopes)

    def partials(x: float, y: float) -> tuple[float, ...]:
        v, log = x**y, math.log(x)
        xx = y * (y - 1.0) * x ** (y - 2.0)
        return y * x ** (y - 1.0), v * log, xx, x ** (y - 1.0) * (1.0 + y * log), v * log * log

    return binary(a, b, lambda x, y: x**y, partials, "xx xy yy")
