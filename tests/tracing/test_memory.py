"""Traces that take the memory of their tapes."""

from __future__ import annotations

import contextlib
import gc
import math
import pickle
import weakref
from typing import Any

import numpy as np
import pytest
import scipy.fft
import scipy.interpolate
import scipy.special

import asdopt
from asdopt.tracing import _recorder
from asdopt.tracing._recorder import trace
from asdopt.tracing._structure import Structure
from asdopt.tracing._tape import Tape


def traced(fun: Any, x: np.ndarray) -> Any:
    return trace(fun, Structure(x.shape, size=x.size), x)[0]


@pytest.mark.parametrize("size", [1, 3, 200_000])
def test_arrays_outlive_the_tape(size: int) -> None:
    """Nothing is dropped here, so that nothing is copied; large ones lie in huge pages."""
    x = np.linspace(0.1, 0.9, size)
    found = traced(lambda x: np.sin(x) * x - np.tanh(x * x), x)
    gc.collect()
    filled = [np.full(found.num_nodes, 7.0) for _ in range(3)]  # over memory that was freed
    assert not found.val.flags.owndata
    assert found.num_nodes == 6 * size
    np.testing.assert_allclose(
        found.val[found.outputs], np.sin(x) * x - np.tanh(x * x), rtol=1e-14, atol=1e-15
    )
    assert found.a.max() < found.num_nodes
    del filled


def test_what_is_dropped_is_not_kept() -> None:
    found = traced(lambda x: (np.exp(x), x * 2.0)[1], np.ones(5))
    assert found.val.flags.owndata
    assert found.num_nodes == 5 + 1 + 5


def test_values_left_behind_are_the_numbers_they_were() -> None:
    left: list[Any] = []

    def fun(x: Any) -> Any:
        left.append(x[0] * 3.0)
        return left[-1]

    found = traced(fun, np.array([2.0]))
    assert left[0].value == 6.0
    assert float(left[0] + 1.0) == 7.0
    assert left[0] > 5.0
    assert list(found.val) == [2.0, 3.0, 6.0]
    del found
    gc.collect()
    assert left[0].value == 6.0
    assert math.sin(np.sqrt(left[0] * np.ones(2)).sum()) == math.sin(2.0 * math.sqrt(6.0))


@pytest.mark.parametrize("dropped", range(940, 1030, 10))
def test_values_left_behind_stay_where_the_memory_is_nearly_full(dropped: int) -> None:
    left: list[Any] = []

    def fun(x: Any) -> Any:
        left[:] = [x[0], x[1]]
        for _ in range(dropped):
            -x[0]
        return x[1]

    traced(fun, np.array([2.0, 3.0]))
    assert [float(v) for v in left] == [2.0, 3.0]


def test_results_are_not_those_of_the_user() -> None:
    """A traced array that the function keeps may be written into later."""
    kept: list[Any] = []

    def fun(x: Any) -> Any:
        kept.append(np.sin(x))
        return kept[0]

    found = traced(fun, np.ones(3))
    before = found.outputs.copy()
    kept[0].ids[:] = 0
    assert list(found.outputs) == list(before)


def refused_by_hash(x: Any) -> Any:
    return {x[0] * 2.0: 1}


def refused_by_library(x: Any) -> Any:
    y = x * 2.0
    return scipy.fft.dctn(y)[0]


def refused_and_caught(x: Any) -> Any:
    try:
        hash(x[0])
    except TypeError:
        return x[1]


def used_too_late(x: Any) -> Any:
    late.append(x[0])
    return x[0] ** 2


def interpolated(x: Any) -> Any:
    """Objects and functions of SciPy have stand-ins that know the trace."""
    spline = scipy.interpolate.CubicSpline([0.0, 1.0, 2.0], [0.0, x[0], 1.0])
    return spline(0.5) + scipy.special.gamma(x[1])


def pickled(value: Any) -> bytes:
    return pickle.dumps(value)


late: list[Any] = []


@pytest.mark.parametrize(
    "fun", [refused_by_hash, refused_by_library, refused_and_caught, used_too_late, interpolated]
)
def test_a_trace_that_ended_frees_its_tape(fun: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that tries functions in a loop must not keep the memory of each."""
    tapes = []

    def made(*args: Any, **kwargs: Any) -> Tape:
        tape = Tape(*args, **kwargs)
        tapes.append(weakref.ref(tape))
        return tape

    monkeypatch.setattr(_recorder, "Tape", made)
    for differentiate in (asdopt.jacobian, asdopt.hessian):
        with contextlib.suppress(asdopt.AsdoptError):
            differentiate(fun, [1.0, 2.0])
    if late:
        assert pickle.loads(pickled(late[0])) == 1.0
        late.clear()
    gc.collect()
    assert len(tapes) == 2
    assert [tape() for tape in tapes if tape() is not None] == []
