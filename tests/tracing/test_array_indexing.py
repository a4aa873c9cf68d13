"""Traced arrays read and written by index, views of them, masks."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from asdopt._errors import TracingError

Check = Callable[..., None]
V = np.array([0.7, -1.3, 2.1, 0.4, -0.6])
M = np.array([[0.71, -1.31, 2.13], [0.43, -0.61, 1.97]])
C = np.linspace(-1.1, 2.3, 24).reshape(2, 3, 4)
INDICES = {
    "integer": (V, 2),
    "negative integer": (V, -1),
    "numpy integer": (V, np.int64(3)),
    "slice": (V, slice(1, 4)),
    "negative step": (V, slice(None, None, -2)),
    "empty slice": (V, slice(3, 1)),
    "ellipsis": (V, ...),
    "empty tuple": (V, ()),
    "newaxis": (V, (None, slice(None), None)),
    "list": (V, [0, 3, 3]),
    "empty list": (V, []),
    "integer array": (V, np.array([[0, 1], [4, 2]])),
    "mask": (V, V > 0),
    "mask of nothing": (V, np.zeros(5, bool)),
    "0-d mask": (V, np.True_),
    "row": (M, 1),
    "column": (M, (slice(None), 1)),
    "entry": (M, (1, 2)),
    "entry by ellipsis": (M, (..., 1, 2)),
    "two arrays": (M, ([0, 1], [2, 0])),
    "array and slice": (M, ([1, 0], slice(None, 2))),
    "2-d mask": (M, M > 0),
    "row mask": (M, np.array([False, True])),
    "np.ix_": (M, np.ix_([1, 0], [0, 2])),
    "3-d mixed": (C, (0, slice(None), [1, 3])),
    "3-d separated arrays": (C, ([0, 1], slice(None), [1, 3])),
    "3-d ellipsis": (C, (..., 0)),
}


@pytest.mark.parametrize("name", INDICES)
def test_every_kind_of_index_reads_as_numpy_does(name: str, check: Check) -> None:
    array, key = INDICES[name]
    check(lambda x: x[key], array)


@pytest.mark.parametrize("name", INDICES)
def test_every_kind_of_index_writes_as_numpy_does(name: str, check: Check) -> None:
    array, key = INDICES[name]

    def fun(x: Any) -> Any:
        y = x * 2.0
        y[key] = 3.0
        y[key] = y[key] * x.ravel()[0]
        y[key] += 1.0
        return y

    check(fun, array)


@pytest.mark.parametrize("key", [7, -6, (0, 0), "a", 1.0, [9], (slice(None), 1)])
def test_wrong_indices_raise_what_numpy_raises(key: Any, traced: Callable[..., Any]) -> None:
    with pytest.raises(IndexError) as expected:
        V[key]
    with pytest.raises(type(expected.value)):
        traced(V)[key]
    with pytest.raises(IndexError):
        traced(V)[key] = 1.0


def test_views_share_memory(check: Check) -> None:
    def fun(x: Any) -> Any:
        y = x + 0.0
        view = y.reshape(3, 2).T[1:]
        view *= 10.0
        y[::2] = y[::2] ** 2
        flat = y.ravel()
        flat[0] = 5.0
        return y, view, flat

    check(fun, M)


def test_copies_share_nothing(check: Check) -> None:
    def fun(x: Any) -> Any:
        parts = [x.copy(), copy.copy(x), copy.deepcopy(x), np.copy(x), x.flatten(), x[[0, 1]]]
        for part in parts:
            part[0] = 0.0
        return x, parts

    check(fun, M)


def test_in_place_operators_are_seen_by_aliases(check: Check) -> None:
    def fun(x: Any) -> Any:
        y = x * 1.0
        z = y
        y += x
        y -= 0.25
        y *= x
        y /= 2.0
        y **= 2
        y %= 3.0
        y //= 0.125
        y += np.ones(5)
        return y, z

    check(fun, V, derivatives=False)


def test_an_in_place_result_must_fit(traced: Callable[..., Any]) -> None:
    x, y = traced(V, M)
    with pytest.raises(ValueError, match="non-broadcastable"):
        x += np.ones((2, 5))
    with pytest.raises(ValueError, match="broadcast"):
        x += y
    mask = x > 0
    with pytest.raises(TypeError, match="truth values"):
        mask += 1.5
    frozen = np.broadcast_to(x, (2, 5))
    with pytest.raises(ValueError, match="read-only"):
        frozen += 1.0


def test_a_traced_mask_reads_under_a_guard(check: Check) -> None:
    check(lambda x: (x[x > 0] ** 2, np.arange(5)[x > 0], (x > 0).nonzero()), V, without_point=False)


def test_a_scalar_under_a_traced_mask_needs_no_guard(check: Check) -> None:
    def fun(x: Any) -> Any:
        y = x * x
        y[x > 0] = 7.0
        y[y < 1] = x[0]
        return y

    check(fun, V)


def test_an_array_under_a_traced_mask_is_guarded(check: Check) -> None:
    def fun(x: Any) -> Any:
        y = x * x
        y[x > 0] = x[:3] * 2.0
        y[x < 0] *= 3.0
        return y

    check(fun, V, without_point=False)


def test_a_mask_of_rows_writes_whole_rows(check: Check) -> None:
    def fun(x: Any) -> Any:
        y = x * 1.0
        y[x[:, 0] > 0.5] = 3.0
        return y

    check(fun, M)


def test_without_values_a_mask_is_refused(traced: Callable[..., Any]) -> None:
    x = traced(V, primal=False)
    with pytest.raises(TracingError, match="give x0"):
        x[x > 0]  # reading is what is tested


def test_a_traced_number_is_no_index(traced: Callable[..., Any]) -> None:
    x = traced(V)
    for key in (x[0], x, [x[0]]):
        with pytest.raises(TracingError, match="int"):
            x[key]
