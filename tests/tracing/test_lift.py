"""Values of every kind lifted onto a tape, arrays of libraries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from asdopt._errors import TracingError
from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._lift import lift
from asdopt.tracing._tape import Tape

Check = Callable[..., None]
V = np.array([0.7, -1.3, 2.1, 0.4, -0.6])
M = np.array([[0.71, -1.31, 2.13], [0.43, -0.61, 1.97]])


class TestLift:
    """``lift`` makes a traced array of whatever NumPy would make a real array of."""

    @pytest.mark.parametrize(
        "value",
        [
            1.5,
            2,
            True,
            np.float32(1.5),
            [1, 2.5],
            (1, 2),
            [[1, 2], [3, 4]],
            np.arange(4),
            M.T,
            np.array([True, False]),
            [],
            [[]],
            range(3),
            np.array(3.0),
            [np.ones(2), [3, 4]],
            np.array([1.0, 2], dtype=object),
            [True, False],
        ],
        ids=str,
    )
    def test_plain_values(self, value: Any) -> None:
        tape = Tape(1, [0.0], primal=True)
        expected = np.asarray(value)
        got = lift(tape, value)
        assert got.shape == expected.shape
        assert got.dtype == (bool if expected.dtype == bool else float)
        np.testing.assert_array_equal(tape.values(got.ids), expected.astype(float))

    def test_mixtures(self, traced: Callable[..., Any]) -> None:
        x = traced(V)
        got = lift(x.tape, [[x[0], 1.0], x[1:3], (2, np.float64(3))])
        assert got.shape == (3, 2)
        np.testing.assert_array_equal(x.tape.values(got.ids), [[0.7, 1], [-1.3, 2.1], [2, 3]])
        assert lift(x.tape, x) is x
        assert lift(x.tape, [x > 0, [True] * 5]).is_bool
        assert lift(x.tape, np.array([x[0], 2.0])).shape == (2,)

    @pytest.mark.parametrize(
        "value",
        [
            None,
            "text",
            {},
            {1},
            b"x",
            object(),
            [None],
            ["a"],
            np.array(["a"]),
            np.array([None]),
            lambda: 0,
        ],
        ids=lambda v: type(v).__name__,
    )
    def test_what_is_no_number(self, value: Any) -> None:
        with pytest.raises(TypeError):
            lift(Tape(1), value)

    def test_ragged(self) -> None:
        with pytest.raises(ValueError, match="inhomogeneous"):
            lift(Tape(1), [[1, 2], [3]])

    @pytest.mark.parametrize("value", [1j, np.array([1j]), np.complex128(2), [1.0, 1j]], ids=repr)
    def test_complex(self, value: Any) -> None:
        with pytest.raises(TracingError, match="complex"):
            lift(Tape(1), value)

    def test_masked_and_sparse(self) -> None:
        sparse = pytest.importorskip("scipy.sparse")
        with pytest.raises(TracingError, match="mask"):
            lift(Tape(1), np.ma.masked_array([1.0, 2.0], [True, False]))
        with pytest.raises(TracingError, match="sparse"):
            lift(Tape(1), sparse.eye_array(3))


def test_isinstance_of_the_base(traced: Callable[..., Any]) -> None:
    assert isinstance(traced(V), TracedArrayBase)
    assert type(traced(V)) is TracedArray


def test_libraries_that_make_arrays_keep_the_dependence(check: Check) -> None:
    """``np.r_`` and the like give object arrays of traced scalars, which go on working."""

    def fun(x: Any) -> Any:
        rows = np.r_[x, 1.0, x[:2]]
        columns = np.c_[x, x]
        return [
            (rows * 2.0 - x[0]).sum(),
            *(rows @ np.ones(8), columns.sum(axis=0)[1]),
            rows[2] * columns[1, 0],
            np.dot(rows[:5], x),
            (x * rows[:5])[1],
            np.array([x, x * x])[1, 2],
            np.array([[x[0], 1.0], [0.0, x[1]]])[0, 0],
        ]

    check(fun, V)


def test_neighbors_share_a_node_where_their_bits_are_equal() -> None:
    """Zeros of different signs, which are equal numbers, stay apart."""
    tape = Tape(0)
    values = np.array([0.0, 0.0, -0.0, -0.0, 2.0, np.nan, np.nan])
    ids = tape.constants(values)
    np.testing.assert_array_equal(np.diff(ids), [0, 1, 0, 1, 1, 0])
    assert tape.values(ids).tobytes() == values.tobytes()
