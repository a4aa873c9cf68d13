"""Implicit calls are hooked for classes that ask for the type of values, and for no others."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

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
