"""Every way to call a ufunc: methods, ``out=``, ``where=``, types, object arrays, scalars."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from asdopt._errors import TracingError, UnsupportedOperationError
from asdopt.tracing._array import TracedArray
from asdopt.tracing._tracer import TracedBool, Tracer

Check = Callable[..., None]
Traced = Callable[..., Any]
V = np.array([0.73, -1.31, 2.17, 0.42, -0.66])
M = np.array([[0.71, -1.31, 2.13], [0.44, -0.61, 1.97]])
P = np.abs(M) + 0.2
MASK = np.array([[True, False, True], [False, True, True]])


REDUCTIONS: dict[str, Callable[[Any], Any]] = {
    "add": lambda x: np.add.reduce(x),
    "add axis": lambda x: np.add.reduce(x, axis=1),
    "add all": lambda x: np.add.reduce(x, axis=None, keepdims=True),
    "add axes": lambda x: np.add.reduce(x, axis=(0, 1)),
    "add negative axis": lambda x: np.add.reduce(x, axis=-1),
    "add initial": lambda x: np.add.reduce(x, initial=2.5),
    "add where": lambda x: np.add.reduce(x, where=MASK),
    "add traced where": lambda x: np.add.reduce(x, where=x > 0, axis=None),
    "multiply": lambda x: np.multiply.reduce(x, axis=1),
    "multiply where": lambda x: np.multiply.reduce(x, where=x > 0, axis=1, initial=3.0),
    "subtract": lambda x: np.subtract.reduce(x, axis=1),
    "divide": lambda x: np.divide.reduce(x, axis=1),
    "maximum": lambda x: np.maximum.reduce(x, axis=None),
    "minimum": lambda x: np.minimum.reduce(x, axis=1, initial=0.5),
    "fmax": lambda x: np.fmax.reduce(x),
    "hypot": lambda x: np.hypot.reduce(x, axis=1),
    "logaddexp": lambda x: np.logaddexp.reduce(x, axis=1),
    "logical_and": lambda x: np.logical_and.reduce(x > -1, axis=1),
    "logical_or of numbers": lambda x: np.logical_or.reduce(x),
    "logical_xor": lambda x: np.logical_xor.reduce(x > 0, axis=None),
    "bitwise_or": lambda x: np.bitwise_or.reduce(x > 1),
    "power": lambda x: np.power.reduce(np.abs(x[:, :2]), axis=1),
    "accumulate add": lambda x: np.add.accumulate(x),
    "accumulate multiply": lambda x: np.multiply.accumulate(x, axis=1),
    "accumulate maximum": lambda x: np.maximum.accumulate(x, axis=1),
    "accumulate subtract": lambda x: np.subtract.accumulate(x, axis=1),
    "accumulate or": lambda x: np.logical_or.accumulate(x > 0, axis=1),
    "outer": lambda x: np.multiply.outer(x, x[0]),
    "outer constant": lambda x: np.subtract.outer([1.0, 2.0], x),
    "outer compare": lambda x: np.less.outer(x, [0.5]),
    "reduceat": lambda x: np.add.reduceat(x.ravel(), [0, 3, 1, 5]),
    "reduceat multiply": lambda x: np.multiply.reduceat(x, [0, 2], axis=1),
}


@pytest.mark.parametrize("name", REDUCTIONS)
def test_methods_of_ufuncs(name: str, check: Check) -> None:
    check(REDUCTIONS[name], M, rtol=1e-12)


AT: dict[str, Callable[[Any, Any], None]] = {
    "add": lambda y, x: np.add.at(y, [0, 2, 2, 4, 0], x),
    "add one": lambda y, x: np.add.at(y, 1, x[0]),
    "add slice": lambda y, x: np.add.at(y, slice(0, 2), 1.0),
    "multiply": lambda y, x: np.multiply.at(y, [0, 2, 2, 2], x[:4]),
    "maximum": lambda y, x: np.maximum.at(y, [1, 1, 3], x[2:]),
    "subtract": lambda y, x: np.subtract.at(y, [4, 4], 2.0),
    "negative": lambda y, x: np.negative.at(y, [0, 0, 1]),
    "constant values": lambda y, x: np.add.at(
        y, np.array([[0, 1], [1, 0]]), [[1.0, 2.0], [3.0, 4.0]]
    ),
}


@pytest.mark.parametrize("name", AT)
def test_at_counts_every_occurrence_of_an_index(name: str, check: Check) -> None:
    def fun(x: Any) -> Any:
        y = x**2
        AT[name](y, x)
        z = np.zeros_like(np.stack([x, x]))
        AT[name](z[1, ::-1], x)
        return y, z

    check(fun, V)


def test_out_writes_and_returns_its_target(check: Check) -> None:
    def fun(x: Any) -> Any:
        y, z = np.zeros_like(x), np.empty_like(x)
        returned = np.multiply(x, 2.0, out=y)
        same = returned is y
        np.sin(x, out=z)
        np.add(y, z, y)
        np.sum(x, axis=1, out=z[:, 0])
        np.divmod(x, 0.4, out=(z[0:1, 1:2].repeat(2, 0).repeat(3, 1), None))
        np.cumsum(x, axis=1, out=y[:])
        return y, z, same

    check(fun, M, derivatives=False)


def test_out_of_a_plain_array_is_refused(traced: Traced) -> None:
    x = traced(V)
    for call in (
        lambda: np.sin(x, out=np.zeros(5)),
        lambda: np.add(x, 1.0, np.zeros(5)),
        lambda: np.sum(x, out=np.zeros(())),
        lambda: np.add.at(np.zeros(5), [0], x[0]),
    ):
        with pytest.raises((TracingError, UnsupportedOperationError), match=r"np\.zeros"):
            call()


def test_plain_arrays_cannot_take_a_traced_result_in_place(traced: Traced) -> None:
    x, data = traced(V), np.ones(5)
    with pytest.raises(TracingError):
        data += x
    with pytest.raises(TracingError):
        data[0] = x[0]
    with pytest.raises(TracingError):
        data[:] = x
    assert x.tape.refusal is not None


def test_where_keeps_what_out_held(check: Check) -> None:
    def fun(x: Any) -> Any:
        y = x * 10.0
        np.log(x, out=y, where=MASK & (np.asarray(M) > 0))
        z = np.zeros_like(x)
        np.divide(1.0, x, out=z, where=x > 0)
        np.less(x, 1.0, out=(w := x > 5), where=MASK)
        return y, z, w

    check(fun, M)


def test_where_without_out_is_refused(traced: Traced) -> None:
    with pytest.raises(UnsupportedOperationError, match="uninitialized"):
        np.sin(traced(M), where=MASK)


def test_masked_entries_leave_no_trace(traced: Traced) -> None:
    x = traced(M)
    before = len(x.tape)
    np.log(x, out=np.zeros_like(x), where=MASK)
    assert len(x.tape) == before + 1 + MASK.sum()  # zeros_like, logarithms


@pytest.mark.parametrize("dtype", [np.float32, int, complex])
def test_other_types_are_refused(dtype: Any, traced: Traced) -> None:
    for call in (
        lambda x: np.add(x, 1.0, dtype=dtype),
        lambda x: np.sum(x, dtype=dtype),
        lambda x: np.add.reduce(x, dtype=dtype),
    ):
        with pytest.raises(UnsupportedOperationError, match="double precision"):
            call(traced(V))


def test_double_precision_is_fine(check: Check) -> None:
    check(lambda x: (np.add(x, 1, dtype=float), np.sum(x, dtype=np.float64), x.mean(dtype="f8")), V)
    check(lambda x: (np.sin(x, casting="same_kind", order="C"), np.less(x, 0, dtype=bool)), V)


def test_wrong_numbers_of_arguments(traced: Traced) -> None:
    x = traced(V)
    for call in (lambda: np.sin(x, x, x), lambda: np.add(x), lambda: np.sin(x, foo=1)):
        with pytest.raises(TypeError):
            call()


def test_shapes_that_do_not_broadcast(traced: Traced) -> None:
    x = traced(V)
    for call in (lambda: x + np.ones(3), lambda: np.hypot(x, np.ones((2, 4)))):
        with pytest.raises(ValueError, match=r"could not be broadcast together with shapes \(5,\)"):
            call()


class TestScalars:
    """Traced scalars meet NumPy as float64 scalars do."""

    def test_float64_on_the_left(self, check: Check) -> None:
        data = np.array([1.5, 2.5])
        check(
            lambda s: [data[0] * s, data[1] - s, data[0] / s, data[1] ** s, data[0] // s,
                       data[0] < s, np.float32(0.5) + s, np.int64(3) * s, np.True_ * s],
            0.8,
        )  # fmt: skip

    def test_fractions_and_integers(self, check: Check) -> None:
        check(lambda s: [s * float(Fraction(1, 3)), 10**3 * s, s + True], 0.8)

    def test_ufuncs_of_scalars(self, check: Check) -> None:
        check(
            lambda s, t: [np.sin(s), np.hypot(s, t), np.maximum(s, 0.3), np.arctan2(1.0, t),
                          np.exp(s, dtype=float), np.add(s, t), np.power(s, 2), np.isnan(s)],
            0.8, 1.7,
        )  # fmt: skip

    def test_with_arrays(self, check: Check) -> None:
        check(lambda s, x: [s * x, x**s, np.array([1.0, 2.0]) * s, np.add.outer(x, s),
                            np.where(x > s, x, s), np.minimum([1.0, 0.5], s), M @ (s * M.T)],
              0.8, np.abs(V))  # fmt: skip

    def test_methods_of_float64(self, check: Check) -> None:
        check(
            lambda s: [s.mean(), s.prod(), s.max(), s.min(), s.clip(0, 0.5), s.round(1), s.item(),
                       s.copy(), s.astype(float), s.conj(), s.real, s.T, s.cumsum(), s.ravel(),
                       s.reshape(1, 1), s.flatten(), s.squeeze(), s.repeat(3), s.any()],
            0.8,
        )  # fmt: skip

    def test_attributes(self, traced: Traced) -> None:
        s = traced(0.8)
        assert (s.shape, s.ndim, s.size, s.dtype, s.itemsize) == ((), 0, 1, np.float64, 8)
        assert not hasattr(s, "__array__")
        assert not hasattr(s, "__len__")
        with pytest.raises(AttributeError, match="float64"):
            s.foo  # noqa: B018
        assert type(s.is_integer()) is TracedBool

    def test_functions_of_scalars(self, check: Check) -> None:
        check(
            lambda s, t: [np.sum(s), np.clip(s, 0, 1), np.where(s > t, s, t), np.stack([s, t]),
                          np.dot(s, t), np.linalg.norm([1.0]) * s, np.full(3, 1.0) * s,
                          np.concatenate([np.atleast_1d(s), np.atleast_1d(t)]), np.round(s, 1),
                          np.isclose(s, t), np.interp(s, [0, 1], [1, 3]), np.shape(s)],
            0.8, 1.7,
        )  # fmt: skip

    def test_object_arrays_of_scalars(self, check: Check) -> None:
        def fun(x: Any) -> Any:
            o = np.array([x[0], x[1], x[2]], dtype=object)
            if type(x) is np.ndarray:
                o = o.astype(float)
            return list(np.sin(o)) + list(np.exp(o) * o) + list(np.arctan2(o, o + 1)) + [
                (o @ o), o.sum(), o.dot([1.0, 2.0, 3.0]), *list(np.sqrt(o * o)), *list(o**2),
                *list(np.hypot(o, 1.0)), *list(np.log1p(o * o)), *list(x[:3] * o)]  # fmt: skip

        check(fun, V)

    def test_object_results(self, traced: Traced) -> None:
        x = traced(V)
        out = np.empty(5, dtype=object)
        np.sin(x, out=out)
        assert type(out[0]) is Tracer
        assert type(np.array([x[0], 1.0]) + x[:2]) is TracedArray


def test_memory_layout_does_not_matter(check: Check) -> None:
    def fun(x: Any) -> Any:
        views = [x.T, x[::-1], x[:, ::-2], np.asfortranarray(np.ones((2, 3))) * x, x[:, None, :]]
        return [np.sin(v) for v in views] + [v + v for v in views] + [
            np.cumsum(v, axis=0) for v in views] + [v.sum(axis=-1) for v in views]  # fmt: skip

    check(fun, M)


def test_unknown_ufuncs_name_themselves(traced: Traced) -> None:
    made = np.frompyfunc(lambda a: a, 1, 1)
    for ufunc in (made, np.spacing):
        with pytest.raises(UnsupportedOperationError, match=ufunc.__name__.split()[0].strip("<>")):
            ufunc(traced(V))
        with pytest.raises(UnsupportedOperationError):
            ufunc(traced(0.5))
