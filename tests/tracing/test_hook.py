"""Plain Python as users write it: traced at one point, right at another.

Each function is compared with itself run on plain floats, in value and by central differences,
at the point of the trace and away from it.
"""

from __future__ import annotations

import cmath
import contextlib
import dataclasses
import functools
import itertools
import math
import operator
import statistics
from collections import namedtuple
from collections.abc import Callable, Iterator
from math import exp as e_to
from math import sqrt
from typing import Any

import numpy as np
import pytest

import asdopt

IDIOMS: dict[str, Callable[[Any], Any]] = {}
TABLE = {"sine": math.sin, "root": sqrt}
Pair = namedtuple("Pair", "first second")
COUNTER = {"calls": 0}


def idiom(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Enter a function into the table."""
    IDIOMS[function.__name__] = function
    return function


@idiom
def math_module(x: Any) -> Any:
    return math.sin(x[0]) * math.exp(x[1]) + math.atan2(x[2], x[3]) + math.hypot(x[0], x[1], x[2])


@idiom
def names_from_math(x: Any) -> Any:
    return e_to(-x[0]) + sqrt(x[1] * x[2])


@idiom
def math_powers(x: Any) -> Any:
    return math.pow(x[0], 2.5) + math.log(x[1], 3) + math.fsum(x) + math.prod(x) + math.tau


@idiom
def table_of_functions(x: Any) -> Any:
    return TABLE["sine"](x[0]) + TABLE.get("root")(x[1])


@idiom
def zeros_assigned(x: Any) -> Any:
    out = np.zeros(4)
    for i in range(4):
        out[i] = x[i] ** 2 + math.cos(x[i])
    return out


@idiom
def zeros_rows(x: Any) -> Any:
    out = np.zeros((2, 4))
    out[0, :] += x
    out[1, x > 0.5] = 2.0 * x[x > 0.5]
    return out.sum(axis=0)


@idiom
def empty_and_views(x: Any) -> Any:
    out = np.empty(4)
    half = out[:2]
    half[:] = x[:2] * x[2:]
    out[2:] = x[0]
    return out


@idiom
def array_literal(x: Any) -> Any:
    matrix = np.array([[x[0], 1.0], [0.0, x[1] * x[2]]])
    return matrix @ np.array([x[3], 2.0])


@idiom
def asarray_first(x: Any) -> Any:
    x = np.asarray(x, dtype=float)
    return np.linalg.norm(x) * x


@idiom
def float_of_entries(x: Any) -> Any:
    return float(x[0]) * float(x[1]) + np.float64(x[2])


@idiom
def builtins(x: Any) -> Any:
    return (
        sum(x) + max(x) - min(x[0], x[1]) + abs(x[2] - 1) + pow(x[3], 3) + sum([v * v for v in x])
    )


@idiom
def sorting(x: Any) -> Any:
    return [a * b for a, b in zip(sorted(x), reversed(list(x)), strict=True)]


@idiom
def enumerating(x: Any) -> Any:
    return sum((i + 1) * v**i for i, v in enumerate(x)) if any(v > 0 for v in x) else x[0]


@idiom
def map_filter_reduce(x: Any) -> Any:
    total = functools.reduce(operator.mul, map(math.exp, x), 1.0)
    return total + sum(filter(lambda v: v > 0.5, x))


@idiom
def itertools_uses(x: Any) -> Any:
    products = [a * b for a, b in itertools.combinations(x, 2)]
    return [sum(products), *itertools.accumulate(x)]


@idiom
def fmean(x: Any) -> Any:
    return statistics.fmean(x)


def helper(v: Any) -> Any:
    return math.tanh(v) * 2.0


@idiom
def helper_function(x: Any) -> Any:
    return [helper(v) for v in x]


@idiom
def nested_functions(x: Any) -> Any:
    scale = x[0]

    def inner(v: Any) -> Any:
        return math.exp(scale * v)

    return [inner(v) for v in x]


@idiom
def partial_and_lambda(x: Any) -> Any:
    shifted = functools.partial(lambda a, b: math.sin(a + b), x[0])
    return [shifted(v) for v in x]


class Spring:
    """A class with methods, properties and state."""

    def __init__(self, stiffness: float) -> None:
        self.stiffness = math.fabs(stiffness)

    def energy(self, v: Any) -> Any:
        """Method with math."""
        return 0.5 * self.stiffness * math.pow(v, 2)

    def __call__(self, v: Any) -> Any:
        return self.energy(v) + self.offset(v)

    @staticmethod
    def offset(v: Any) -> Any:
        """Static method."""
        return math.log1p(v)


@idiom
def class_methods(x: Any) -> Any:
    spring = Spring(3.0)
    return [spring.energy(v) + spring(v) for v in x]


@dataclasses.dataclass
class Point:
    """A dataclass with a derived field."""

    a: Any
    b: Any
    norm: Any = 0.0

    def __post_init__(self) -> None:
        self.norm = math.sqrt(self.a**2 + self.b**2)


@idiom
def dataclass(x: Any) -> Any:
    return Point(x[0], x[1]).norm * Point(x[2], x[3]).norm


@idiom
def generator(x: Any) -> Any:
    def terms() -> Iterator[Any]:
        for v in x:
            yield math.cos(v)

    return sum(terms())


@contextlib.contextmanager
def scaled(v: Any) -> Iterator[Any]:
    yield math.exp(v)


@idiom
def context_manager(x: Any) -> Any:
    with scaled(x[0]) as factor:
        return factor * x[1]


@functools.cache
def chebyshev(n: int, v: Any) -> Any:
    if n < 2:
        return v if n else 1.0
    return 2 * v * chebyshev(n - 1, v) - chebyshev(n - 2, v)


@idiom
def cached_on_integers(x: Any) -> Any:
    @functools.cache
    def power(n: int) -> Any:
        return 1.0 if n == 0 else math.sin(x[0]) * power(n - 1)

    return power(30) + x[1]


@idiom
def named_tuple(x: Any) -> Any:
    pair = Pair(first=x[0], second=math.exp(x[1]))
    return pair.first * pair.second


@idiom
def branch_on_values(x: Any) -> Any:
    return math.sin(x[0]) if x[0] > 0.6 and not x[1] > 2.0 else math.cos(x[0]) * x[1]


@idiom
def newton_loop(x: Any) -> Any:
    y = 1.0
    for _ in range(60):
        step = (math.exp(y) - 1.0 - x[0]) / math.exp(y)
        y -= step
        if math.fabs(step) < 1e-13:
            break
    return y


@idiom
def isinstance_and_match(x: Any) -> Any:
    value = x[0]
    if not isinstance(value, float):
        return x[1] * 100.0
    match value:
        case float():
            return value * x[2]
    return x[3]


@idiom
def swallowed_type_error(x: Any) -> Any:
    try:
        return math.sin(x[0])
    except TypeError:
        return 0.0


@idiom
def vectorized_helper(x: Any) -> Any:
    return np.vectorize(helper)(x)


@idiom
def global_state(x: Any) -> Any:
    COUNTER["calls"] += 1
    return math.sin(x[0]) + 0 * COUNTER["calls"]


@idiom
def formatting(x: Any) -> Any:
    text = f"x is {x[0]:.3f}, {x}, {x[1]}"
    return math.exp(x[0]) * len(text[:1])


def flat(result: Any) -> np.ndarray:
    """Flatten a plain result."""
    return (
        np.concatenate([np.atleast_1d(np.asarray(r, dtype=float)).ravel() for r in result])
        if (isinstance(result, (list, tuple)))
        else np.atleast_1d(np.asarray(result, dtype=float)).ravel()
    )


TRACED_AT = np.array([0.9, 0.3, 1.4, 0.7])


@pytest.mark.parametrize(
    "point", [[0.9, 0.3, 1.4, 0.7], [0.4, 1.1, 0.8, 0.2], [0.65, 0.61, 0.1, 3.0]]
)
@pytest.mark.parametrize("name", IDIOMS)
def test_values_and_jacobian_equal_plain_python(name: str, point: list[float]) -> None:
    """Right where it was traced and elsewhere, whatever the branches do."""
    function, x = IDIOMS[name], np.array(point)
    problem = asdopt.Problem(None, asdopt.Constraint(function, -np.inf, np.inf), x0=TRACED_AT)
    np.testing.assert_allclose(problem.constraints(x), flat(function(x.copy())), rtol=1e-13)
    h = 1e-6
    columns = [
        (flat(function(x + h * unit)) - flat(function(x - h * unit))) / (2 * h)
        for unit in np.eye(4)
    ]
    np.testing.assert_allclose(
        problem.jacobian(x).toarray(), np.stack(columns, axis=1), rtol=2e-7, atol=2e-8
    )


@pytest.mark.parametrize(
    "function",
    [
        lambda x: cmath.asin(x[0]).real,
        lambda x: x[0] * np.random.default_rng().normal(),
        lambda x: {x[0]: 1.0}[x[0]],
        lambda x: np.unique(np.fft.fft(x))[0].real,
    ],
    ids=["complex", "random", "key", "complex result"],
)
def test_what_cannot_be_followed_is_refused(function: Callable[[Any], Any]) -> None:
    """With the user's file and line; never a wrong result."""
    with pytest.raises((asdopt.TracingError, asdopt.UnsupportedOperationError)) as caught:
        asdopt.jacobian(function, TRACED_AT)
    assert "test_hook.py:" in str(caught.value)


def test_nothing_global_is_changed() -> None:
    """The user's functions, caches and modules are what they were."""
    before = (math.sin, np.zeros, helper.__code__, chebyshev.cache_info().currsize)
    asdopt.jacobian(lambda x: chebyshev(5, x[0]) + helper(x[1]) + np.zeros(2)[0], TRACED_AT)
    assert (math.sin, np.zeros, helper.__code__, chebyshev.cache_info().currsize) == before
