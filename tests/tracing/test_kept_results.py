"""Dictionaries of results that are kept by the point they belong to."""

from __future__ import annotations

import functools
import math
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from whole_functions import check_function

import asdopt

X = np.array([3.0, 1.0])


def formula(x: Any) -> Any:
    return x[0] ** 2 * x[1] + math.sin(x[0])


class Simulation:
    """Each way to keep results, with the dictionary that keeps them."""

    def __init__(self) -> None:
        self.kept: Any = {}

    def by_tuple(self, x: Any) -> Any:
        key = tuple(x)
        if key not in self.kept:
            self.kept[key] = formula(x)
        return self.kept[key]

    def by_bytes(self, x: Any) -> Any:
        key = x.tobytes()
        if key in self.kept:
            return self.kept[key]
        result = self.kept[key] = formula(x)
        return result

    def by_list(self, x: Any) -> Any:
        key = (tuple(x.tolist()), "f")
        if self.kept.get(key) is None:
            self.kept[key] = {"f": formula(x)}
        return self.kept[key]["f"] * 2.0

    def by_try(self, x: Any) -> Any:
        try:
            return self.kept[x[0], x[1]]
        except KeyError:
            value = self.kept[x[0], x[1]] = formula(x)
            return value

    def by_hash(self, x: Any) -> Any:
        key = hash(tuple(x))
        if key not in self.kept:
            self.kept.update()
            self.kept[key] = formula(x)
        return self.kept[key]

    def by_setdefault(self, x: Any) -> Any:
        return self.kept.setdefault(tuple(x), formula(x))

    def by_default(self, x: Any) -> Any:
        self.kept = defaultdict(list)
        self.kept[tuple(x)].append(formula(x))
        self.kept[tuple(x)].append(x[1])
        return sum(self.kept[tuple(x)])

    def by_digits(self, x: Any) -> Any:
        key = tuple(np.round(x, 12))
        if key not in self.kept:
            self.kept[key] = formula(x)
        return self.kept[key]

    def of_few(self, x: Any) -> Any:
        self.kept = OrderedDict(self.kept)
        while len(self.kept) > 2:
            self.kept.popitem(last=False)
        return self.by_tuple(x)

    def visited(self, x: Any) -> Any:
        self.kept = set()
        self.kept.add(tuple(x))
        return formula(x) * (1.0 if tuple(x) in self.kept else 2.0)

    def all_of_them(self, x: Any) -> Any:
        local = {(v, k): v**3 for k, v in enumerate(x)}
        local = {}
        for k, v in enumerate(x):
            local[v, k] = v**3
        return sum(v * w for (v, _), w in local.items()) + sum(local.values())


WAYS = [name for name in vars(Simulation) if not name.startswith("_")]


@pytest.mark.parametrize("way", [w for w in WAYS if w != "all_of_them"])
def test_kept_results_have_their_derivatives(way: str) -> None:
    """Also where the function ran before on numbers, at this very point."""
    simulation = Simulation()
    fun = getattr(simulation, way)
    check_function(fun, X)
    kept = simulation.kept
    for key in kept:
        assert not hasattr(key[0] if type(key) is tuple else key, "tape")
    check_function(fun, X)  # of what the traces put there nothing is left


class Missing(dict[Any, Any]):
    def __missing__(self, key: Any) -> Any:
        value = self[key] = formula(key)
        return value


def test_dictionaries_that_compute_what_is_missing() -> None:
    kept = Missing()
    check_function(lambda x: kept[tuple(x)], X)


def memoized(fun: Callable[..., Any]) -> Callable[..., Any]:
    kept: dict[Any, Any] = {}

    @functools.wraps(fun)
    def wrapper(*args: Any) -> Any:
        if args not in kept:
            kept[args] = fun(*args)
        return kept[args]

    return wrapper


@memoized
def product(a: Any, b: Any) -> Any:
    return a * b**2


def test_decorators_that_keep_results() -> None:
    check_function(lambda x: product(x[0], x[1]) + product(x[1], x[0]), X)


def test_traces_leave_the_dictionary_as_it_was() -> None:
    simulation = Simulation()
    value = simulation.by_bytes(X)
    before = dict(simulation.kept)
    asdopt.jacobian(simulation.by_bytes, X)
    assert simulation.kept.items() >= before.items()
    assert all(type(v) is not object and float(v) for v in simulation.kept.values())
    assert simulation.by_bytes(X) == value


SPECIAL = {(3.0, 1.0): 7.0}


def special_points(x: Any) -> Any:
    return SPECIAL[tuple(x)] if tuple(x) in SPECIAL else x[0] * x[1]


def counted(x: Any) -> Any:
    seen: set[Any] = set()
    for v in x:
        if (v,) not in seen:
            seen.add((v,))
    return len(seen) * x[0]


@pytest.mark.parametrize(
    ("fun", "x"), [(special_points, X), (special_points, X + 1.0), (counted, np.ones(2))]
)
def test_what_is_no_memory_of_results_is_refused(fun: Callable[..., Any], x: Any) -> None:
    with pytest.raises(asdopt.TracingError, match="remember"):
        asdopt.jacobian(fun, x)


def test_bytes_are_a_key_and_nothing_else() -> None:
    with pytest.raises(asdopt.TracingError, match="bytes"):
        asdopt.jacobian(lambda x: x[0] * len(x.tobytes()[:2]), X)


def total(x: Any) -> Any:
    """Sum of the different values."""
    seen: set[Any] = set()
    found = 0.0
    for v in x:
        if v not in seen:
            seen.add(v)
            found = found + v**2
    return found


@pytest.mark.parametrize("fun", [counted, total])
def test_keys_that_become_equal_are_not_taken_for_different_ones(fun: Callable[..., Any]) -> None:
    jacobian = asdopt.prepare_jacobian(fun, X)
    for x in (X, np.array([-1.0, 2.0])):
        assert jacobian.value_and_jacobian(x)[0] == fun(x)
    with pytest.raises(asdopt.TracingError, match="remember"):
        jacobian(np.ones(2))


def test_results_of_points_that_become_equal() -> None:
    jacobian = asdopt.prepare_jacobian(lambda x: product(x[0], x[1]) + product(x[1], x[0]), X)
    for x in (X, np.full(2, 3.0), X[::-1]):
        expected = [[x[1] ** 2 + 2 * x[0] * x[1], 2 * x[0] * x[1] + x[0] ** 2]]
        np.testing.assert_allclose(jacobian(x).toarray(), expected)


@pytest.mark.parametrize(
    "fun",
    [
        lambda x: sorted({v * 2.0: 1 for v in x[:1]})[0] * 2,
        lambda x: [key * 2 for key in list(_keys(x))],
        lambda x: [*_keys(x)],
        lambda x: sum(k * v for k, v in _keys(x).items()),
    ],
)
def test_keys_do_not_come_back_as_sequences(fun: Callable[..., Any]) -> None:
    with pytest.raises(asdopt.AsdoptError):
        asdopt.jacobian(fun, X)


def _keys(x: Any) -> dict[Any, Any]:
    found = {}
    for v in x:
        found[v] = 1.0
    return found


def test_more_keys_than_can_be_compared_are_refused() -> None:
    with pytest.raises(asdopt.TracingError, match="more than 500 keys"):
        asdopt.jacobian(lambda x: x[0] * len(_keys(x)), np.arange(501.0))
