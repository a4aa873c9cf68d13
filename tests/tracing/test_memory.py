"""Traces that take the memory of their tapes."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt.tracing._recorder import trace
from asdopt.tracing._structure import Structure


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


def test_values_left_behind_can_be_read_but_not_used() -> None:
    left: list[Any] = []

    def fun(x: Any) -> Any:
        left.append(x[0] * 3.0)
        return left[-1]

    found = traced(fun, np.array([2.0]))
    assert left[0].value == 6.0
    with pytest.raises(asdopt.TracingError, match="after its trace had ended"):
        _ = left[0] + 1.0
    del found
    gc.collect()
    assert left[0].value == 6.0


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
