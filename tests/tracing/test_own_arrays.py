"""Subclasses of ndarray, objects with ``__array__``, structured arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from whole_functions import check_function

import asdopt

X = np.array([3.0, 1.0, 2.0, 5.0])


class Position(np.ndarray):
    """Positions of a unit, whose product is the inner product."""

    unit: Any

    def __new__(cls, values: Any, unit: str = "m") -> Any:
        made = np.asarray(values).view(cls)
        made.unit = unit
        return made

    def __array_finalize__(self, other: Any) -> None:
        self.unit = getattr(other, "unit", None)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Position):
            return np.dot(np.asarray(self), np.asarray(other))
        return super().__mul__(other)

    @property
    def first(self) -> Any:
        return self[0]


HOME = Position([1.0, 2.0, 3.0, 4.0])


class Wrapper:
    """An object that NumPy asks for its array."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.values * 2.0


def records(x: Any) -> Any:
    bodies = np.zeros(2, dtype=[("place", float, 2), ("mass", float), ("kind", int)])
    bodies["place"] = x.reshape(2, 2)
    bodies["mass"] = [1.0, 2.0]
    bodies[1]["mass"] = x[0]
    bodies["kind"][0] = 3
    heavy = bodies[bodies["mass"] > 1.5]
    return [
        (bodies["mass"][:, None] * bodies["place"] ** 2).sum(axis=0),
        np.exp(heavy["place"]).sum() / bodies["kind"].sum(),
        sum(np.sqrt(b["place"] @ b["place"]) for b in bodies),
    ]


def nested_records(x: Any) -> Any:
    point = np.dtype([("x", float), ("y", float)])
    lines = np.empty(2, dtype=[("start", point), ("end", point)])
    lines["start"]["x"], lines["start"]["y"] = x[:2], 1.0
    lines["end"]["x"], lines["end"]["y"] = 0.0, x[2:]
    return np.hypot(lines["start"]["x"] - lines["end"]["x"], lines["end"]["y"])


def attributes_of_records(x: Any) -> Any:
    made = np.recarray(2, dtype=[("a", "f8"), ("b", "f8")])
    made.a, made.b = x[:2], x[2:]
    joined = np.rec.fromarrays([x[:2], x[2:]], names="a,b")
    listed = np.array([(x[0], x[1]), (x[2], x[3])], dtype=[("a", "f8"), ("b", "f8")])
    return [made.a * made.b, joined.a / joined.b, listed["a"] * listed["b"]]


FUNCTIONS = [
    records,
    nested_records,
    attributes_of_records,
    lambda x: Position(x) * Position(x) + Position(x).first,
    lambda x: (HOME + x) * Position(x),
    lambda x: (x - HOME) * (x - HOME),
    lambda x: np.asarray(Position(x) * 2.0),
    lambda x: np.exp(Position(x) / 10.0).sum() + np.linalg.norm(Position(x)),
    lambda x: np.vstack([Position(x), HOME]).sum(axis=0),
    lambda x: (x.view(np.ndarray) * 2.0).view(float),
    lambda x: np.sin(Wrapper(x)) + np.asarray(Wrapper(x)) * np.array(Wrapper(x)),
    lambda x: np.dot(Wrapper(x), Wrapper(x)) + np.sum(Wrapper(x)),
]


@pytest.mark.parametrize("fun", FUNCTIONS)
def test_own_arrays_are_followed(fun: Callable[..., Any]) -> None:
    check_function(fun, X, rtol=1e-11)


def written_through_the_view(x: Any) -> Any:
    base = np.zeros(4)
    view = base.view(Position)
    view[0] = x[0]
    return base[0]


def written_to_the_array(x: Any) -> Any:
    base = np.zeros(4)
    view = base.view(Position)
    base[0] = x[0]
    return view[0]


@pytest.mark.parametrize("fun", [written_through_the_view, written_to_the_array])
def test_writing_to_two_views_is_refused(fun: Callable[..., Any]) -> None:
    with pytest.raises(asdopt.AsdoptError, match=r"test_own_arrays\.py"):
        asdopt.jacobian(fun, X)
