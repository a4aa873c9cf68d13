"""Questions what a value is are answered as for plain values, by traced ones too.

Implicit calls are hooked for classes that ask for the type of values, and for no others.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import functools
import math
import numbers
import operator
import typing
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt.tracing._callee import Session
from asdopt.tracing._tape import Tape
from asdopt.tracing._type_questions import notice


@dataclasses.dataclass(frozen=True)
class Frozen:
    """Its generated ``__setattr__`` asks for type(self)."""

    weight: float


class Vector:
    """Operators make their own kind, as in most user code."""

    def __init__(self, *parts: Any) -> None:
        self.parts = parts

    def __add__(self, other: Any) -> Any:
        return type(self)(*(a + b for a, b in zip(self.parts, other.parts, strict=True)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self.parts}"


class Asking:
    """An operator that looks at its operand."""

    def __add__(self, other: Any) -> Any:
        return math.sin(other) if type(other) in (float, int) else other**2


class AskingInside:
    """A function inside of an operator does."""

    def __add__(self, other: Any) -> Any:
        def inner(value: Any) -> Any:
            return type(value)

        return inner(other)


class Renamed:
    """Self is another value by then."""

    def __add__(self, other: Any) -> Any:
        self = other  # noqa: PLW0642  # that is the point
        return type(self)


class Kept:
    """The function itself is handed out."""

    def __call__(self) -> Any:
        return type


@pytest.mark.parametrize(
    ("kind", "asks"),
    [
        (Frozen, False),
        (Vector, False),
        (Asking, True),
        (AskingInside, True),
        (Renamed, True),
        (Kept, True),
    ],
)
def test_only_types_of_values_are_asked_for(kind: type, asks: bool) -> None:
    """``type(self)`` is the class itself; everything else may be the type of a traced value."""
    session = Session(Tape(1), 0)
    notice(session, kind)
    assert session.state.get("implicit", False) is asks


def test_operators_that_ask_are_right() -> None:
    """The operand says that it is a float, inside of the operator too."""
    asking = Asking()
    problem = asdopt.Problem(lambda x: asking + float(x[0]), x0=[0.5])
    assert problem.objective([0.5]) == math.sin(0.5)
    assert problem.gradient([0.5])[0] == math.cos(0.5)


@functools.singledispatch
def dispatched(value: Any) -> str:
    return "other"


@dispatched.register(numbers.Real)
def _(value: Any) -> str:
    return "number"


@dispatched.register(np.ndarray)
@dispatched.register(collections.abc.Sequence)
def _(value: Any) -> str:
    return "array"


def matched(value: Any) -> str:
    match value:
        case bool() | np.bool_():
            return "truth"
        case int() | float():
            return "number"
        case np.ndarray() | [*_]:
            return "array"
    return "other"


NAMES = (
    "__array__ __array_interface__ __array_struct__ __array_priority__ __array_namespace__ "
    "__array_ufunc__ __array_function__ __getitem__ __setitem__ __len__ __iter__ __contains__ "
    "__call__ __float__ __int__ __index__ __complex__ __round__ __trunc__ __matmul__ __dict__ "
    "__copy__ shape ndim size dtype T real imag item tolist sum mean dot flat data base copy view "
    "is_integer as_integer_ratio hex bit_length numerator keys index value ids tape to_numpy iloc"
).split()
CLASSES: list[Any] = [
    *(float, int, bool, complex, str, list, tuple, (int, float), int | float, (float, np.floating)),
    *(np.floating, np.float64, np.number, np.generic, np.integer, np.bool_, np.ndarray),
    *(numbers.Number, numbers.Real, numbers.Complex, numbers.Integral, typing.SupportsFloat),
    *(typing.SupportsIndex, typing.SupportsInt, typing.SupportsComplex, typing.SupportsRound),
    *(collections.abc.Sequence, collections.abc.Iterable, collections.abc.Sized),
    *(collections.abc.Collection, collections.abc.Callable, collections.abc.Mapping),
]


def answers(value: Any) -> list[Any]:
    return [
        *((name, hasattr(value, name)) for name in NAMES),
        *((kind, isinstance(value, kind)) for kind in CLASSES),
        *(issubclass(type(value), kind) for kind in (float, np.floating, numbers.Real)),
        *(type(value) is kind for kind in (float, np.float64, bool, np.bool_, np.ndarray)),
        (type(value), type(value).__name__, value.__class__, type(value) in (int, float)),
        *(getattr(value, name, None) for name in ("shape", "ndim", "size", "dtype", "value")),
        *(np.isscalar(value), np.ndim(value), np.shape(value), np.size(value), np.iterable(value)),
        *(callable(value), operator.length_hint(value, 7), np.isrealobj(value)),
        *(np.iscomplexobj(value), dispatched(value), matched(value)),
        np.result_type(value, np.float32),
    ]


VALUES: list[Callable[[Any], Any]] = [
    lambda x: x,
    lambda x: x[0],
    lambda x: x[:2] * 2.0,
    lambda x: x.reshape(2, 2),
    lambda x: x[0] + 1.0,
    lambda x: x[0] > 1.0,
    lambda x: x > 1.0,
    lambda x: x.copy(),
    lambda x: np.array(x[0]),
    lambda x: np.where(x[0] > 0, x[0], 1.0),
    lambda x: float(x[0]),
    lambda x: math.sin(x[0]),
    lambda x: math.isfinite(x[0]),
    lambda x: x.tolist()[0],
    lambda x: x.sum(),
    lambda x: max(x[0], 1.0),
    lambda x: int(x[0]),
    lambda x: np.any(x > 1.0),
]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("implicit", [False, True])
def test_traced_values_answer_as_plain_ones(value: Callable[[Any], Any], implicit: bool) -> None:
    def ask(x: Any) -> Any:
        given.append(answers(value(x)))
        # With complex numbers about, attributes are hooked as well.
        return abs(x[0] + 1j * x[1]) if implicit else x[0]

    x = np.array([1.5, 0.3, -0.7, 2.0])
    given: list[Any] = []
    ask(x)
    asdopt.Problem(ask, x0=x).objective(x)
    for asked in given[1:]:
        assert asked == given[0]


@pytest.mark.parametrize("name", ["__array_struct__", "__array_interface__", "data"])
def test_memory_is_refused(name: str) -> None:
    """What the plain value has must not be taken for missing."""
    with pytest.raises(asdopt.UnsupportedOperationError, match=name):
        asdopt.Problem(lambda x: x[0] if getattr(x, name, None) is None else 0.0, x0=[1.0, 2.0])


def test_the_smallest_type_of_a_number_is_refused() -> None:
    with pytest.raises(asdopt.UnsupportedOperationError, match="min_scalar_type"):
        asdopt.Problem(lambda x: x[0] * np.min_scalar_type(x[0]).itemsize, x0=[1.0])
