"""Random sparse functions: every way to the same matrix gives the same matrix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asdopt
from asdopt.backends import prepare_products
from asdopt.coloring import color

FACTORS: list[Callable[[Any, Any], Any]] = [
    lambda a, b: a * b,
    lambda a, b: np.sin(a) + 2.0 * b,
    lambda a, b: a / (2.0 + b * b),
    lambda a, b: np.exp(-a * a) * b**2,
    lambda a, b: a + 3.0,
    lambda a, b: np.maximum(a, b),
]

# Each row is a sum of terms (factor, variable, variable).
TERM = st.tuples(st.integers(0, len(FACTORS) - 1), st.integers(0, 6), st.integers(0, 6))
ROWS = st.lists(st.lists(TERM, max_size=4), max_size=6)


def function_of(rows: list[list[tuple[int, int, int]]]) -> Callable[[Any], Any]:
    return lambda x: [sum(FACTORS[k](x[i], x[j]) for k, i, j in row) for row in rows]


@settings(max_examples=40, deadline=None)
@given(ROWS, st.integers(0, 1000))
def test_jacobians_by_every_mode_agree(rows: list[Any], seed: int) -> None:
    fun, x = function_of(rows), np.random.default_rng(seed).uniform(-1.0, 1.0, 7)
    expected = asdopt.jacobian(fun, x)
    dense = prepare_products(fun, x).dense_jacobian(x)
    np.testing.assert_allclose(expected.toarray(), dense, atol=1e-13)
    for mode in ("forward", "reverse", "mixed"):
        found = asdopt.jacobian(fun, x, mode=mode)
        np.testing.assert_allclose(found.toarray(), dense, atol=1e-13)
        assert asdopt.SparsityPattern.from_scipy(found) == asdopt.jacobian_sparsity(fun, x)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.integers(0, 1000))
def test_hessians_by_every_coloring_agree(rows: list[Any], seed: int) -> None:
    def fun(x: Any) -> Any:
        return sum(v * v for v in function_of(rows)(x))

    x = np.random.default_rng(seed).uniform(-1.0, 1.0, 7)
    dense = prepare_products(fun, x).dense_hessian(x)
    np.testing.assert_allclose(asdopt.hessian(fun, x).toarray(), dense, atol=1e-11)
    pattern = asdopt.hessian_sparsity(fun, x)
    for coloring in (
        None,
        color(pattern, "column"),
        color(pattern, "symmetric", postprocess=True),
        color(pattern, "symmetric", "substitution"),
    ):
        found = asdopt.hessian(fun, x, backend="tape", coloring=coloring)
        np.testing.assert_allclose(found.toarray(), dense, atol=1e-11)


@settings(max_examples=40, deadline=None)
@given(ROWS.filter(lambda rows: any(rows)), st.integers(0, 1000), st.data())
def test_a_pattern_that_lacks_an_entry_is_refused(rows: list[Any], seed: int, data: Any) -> None:
    """An entry that is nonzero at x is never lost silently."""
    fun, x = function_of(rows), np.random.default_rng(seed).uniform(-1.0, 1.0, 7)
    matrix = asdopt.jacobian(fun, x).toarray()
    entries = np.argwhere(np.abs(matrix) > 1e-3 * np.abs(matrix).max(initial=1.0))
    if not len(entries):
        return
    i, j = entries[data.draw(st.integers(0, len(entries) - 1))]
    pattern = matrix != 0
    pattern[i, j] = False
    with pytest.raises(asdopt.PatternError, match=rf"row {i}, .* of column {j}\."):
        asdopt.jacobian(fun, x, pattern=pattern)
