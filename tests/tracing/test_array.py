"""Traced arrays: attributes, methods, conversions, entries, empty arrays."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from asdopt._errors import TracingError, UnsupportedOperationError
from asdopt.tracing._lift import lift
from asdopt.tracing._tracer import TracedBool, Tracer

Check = Callable[..., None]
V = np.array([0.7, -1.3, 2.1, 0.4, -0.6])
M = np.array([[0.71, -1.31, 2.13], [0.43, -0.61, 1.97]])
C = np.linspace(-1.1, 2.3, 24).reshape(2, 3, 4)


def test_conversions_to_plain_numbers(traced: Callable[..., Any]) -> None:
    x = traced([2.7])
    assert int(x) == 2
    for convert in (float, complex):
        with pytest.raises(TracingError):
            convert(x)
        with pytest.raises(TypeError):
            convert(traced(V))
    ones = np.ones_like(x)
    assert float(ones) == 1.0
    assert complex(ones) == 1.0


def test_attributes_are_those_of_ndarray(traced: Callable[..., Any]) -> None:
    for array in (V, M, C):
        x = traced(array)
        for name in ("shape", "ndim", "size", "dtype", "itemsize", "nbytes", "strides", "device"):
            assert getattr(x, name) == getattr(array, name), name
        assert len(x) == len(array)
        assert (x > 0).dtype == bool
        assert (x > 0).strides == (array > 0).strides
    assert isinstance(x, np.ndarray)
    assert x.flags.c_contiguous
    with pytest.raises(TypeError, match="unhashable"):
        hash(x)


METHODS: dict[str, Callable[[Any], Any]] = {
    "T": lambda x: x.T,
    "mT": lambda x: x.mT,
    "real": lambda x: x.real,
    "imag": lambda x: x.imag,
    "reshape": lambda x: x.reshape(3, 2),
    "reshape -1": lambda x: x.reshape(-1),
    "reshape tuple": lambda x: x.reshape((3, -1)),
    "reshape F": lambda x: x.reshape(3, 2, order="F"),
    "ravel": lambda x: x.ravel(),
    "ravel F": lambda x: x.ravel("F"),
    "flatten": lambda x: x.flatten(),
    "copy": lambda x: x.copy(),
    "astype": lambda x: x.astype(float),
    "view": lambda x: x.view(),
    "astype bool": lambda x: x.astype(bool),
    "sum": lambda x: x.sum(),
    "sum 0": lambda x: x.sum(0),
    "sum keep": lambda x: x.sum(axis=1, keepdims=True),
    "sum axes": lambda x: x.sum(axis=(0, 1)),
    "prod": lambda x: x.prod(),
    "prod 1": lambda x: x.prod(1),
    "mean": lambda x: x.mean(),
    "mean 0": lambda x: x.mean(axis=0),
    "var": lambda x: x.var(),
    "var ddof": lambda x: x.var(1, ddof=1),
    "std": lambda x: x.std(axis=0),
    "min": lambda x: x.min(),
    "max 0": lambda x: x.max(axis=0),
    "cumsum": lambda x: x.cumsum(),
    "cumsum 1": lambda x: x.cumsum(1),
    "cumprod": lambda x: x.cumprod(0),
    "dot": lambda x: x.dot(x.T),
    "dot const": lambda x: x.dot(np.arange(3)),
    "transpose": lambda x: x.transpose(),
    "transpose axes": lambda x: x.transpose(1, 0),
    "swapaxes": lambda x: x.swapaxes(0, 1),
    "squeeze": lambda x: x[None].squeeze(),
    "take": lambda x: x.take([0, 5, 1]),
    "take axis": lambda x: x.take([2, 0], axis=1),
    "repeat": lambda x: x.repeat(2),
    "repeat axis": lambda x: x.repeat([1, 2], axis=0),
    "diagonal": lambda x: x.diagonal(),
    "trace": lambda x: x.trace(),
    "clip": lambda x: x.clip(-1, 1.5),
    "clip none": lambda x: x.clip(max=1.0),
    "round": lambda x: x.round(),
    "round 1": lambda x: x.round(1),
    "any": lambda x: (x > 1).any(),
    "all": lambda x: (x > -1).all(axis=1),
    "item": lambda x: x.item(1, 2),
    "item flat": lambda x: x.item(4),
    "tolist": lambda x: x.tolist(),
    "conj": lambda x: x.conj(),
    "conjugate": lambda x: x.conjugate(),
    "flat": lambda x: list(x.flat),
    "flat index": lambda x: x.flat[[1, 3]],
    "flat one": lambda x: x.flat[4],
    "iter": lambda x: list(x),
    "compress": lambda x: x.compress([True, False, True], axis=1),
    "choose": lambda x: (
        np.array([0, 1, 0]).choose([x[0], x[1]])
        if type(x) is np.ndarray
        else np.choose([0, 1, 0], [x[0], x[1]])
    ),
    "to_device": lambda x: x.to_device("cpu"),
    "astype object": lambda x: x.astype(object),
}


@pytest.mark.parametrize("name", METHODS)
def test_methods(name: str, check: Check) -> None:
    check(METHODS[name], M)


GUARDED_METHODS: dict[str, Callable[[Any], Any]] = {
    "argmax": lambda x: x.argmax(),
    "argmin 1": lambda x: x.argmin(axis=1),
    "argsort": lambda x: x.argsort(axis=1),
    "nonzero": lambda x: x.nonzero(),
    "searchsorted": lambda x: np.sort(x[0]).searchsorted([0.5, 1.0]),
    "astype int": lambda x: x.astype(int),
    "take argmax": lambda x: x[0, x[0].argmax()],
}


@pytest.mark.parametrize("name", GUARDED_METHODS)
def test_methods_that_need_the_point(name: str, check: Check, traced: Callable[..., Any]) -> None:
    check(GUARDED_METHODS[name], M, without_point=False)
    with pytest.raises(TracingError, match="give x0"):
        GUARDED_METHODS[name](traced(M, primal=False))


@pytest.mark.filterwarnings("ignore:Setting the shape:DeprecationWarning")  # of NumPy 2.5
def test_methods_that_write(check: Check) -> None:
    def fun(x: Any) -> Any:
        y, z, w = x * 1.0, np.zeros_like(x), x * 2.0
        y.fill(x[0, 1])
        z.put([0, 4], [x[0, 0], 2.0])
        z.flat[1] = x[1, 1]
        w.flat = 3.0
        w.flat[[0, 2]] = x[0, :2]
        v = x.copy()
        v.real = 2.0 * x
        v.shape = (3, 2)
        return y, z, w, v

    check(fun, M)


def test_sort_in_place(check: Check) -> None:
    def fun(x: Any) -> Any:
        y = x * 1.0
        y.sort()
        z = x * 1.0
        z.sort(axis=0)
        return y, z

    check(fun, M, without_point=False)


@pytest.mark.parametrize(
    "name",
    ["data", "ctypes", "base", "tofile", "dump", "byteswap", "resize"],
)
def test_attributes_that_need_memory_are_refused(name: str, traced: Callable[..., Any]) -> None:
    x = traced(V)
    with pytest.raises(UnsupportedOperationError, match=name):
        getattr(x, name)
    assert x.tape.refusal is not None


def test_unknown_attributes_are_attribute_errors(traced: Callable[..., Any]) -> None:
    x = traced(V)
    for name in ("foo", "__array_interface__", "__array_struct__", "numpy", "to_numpy"):
        assert not hasattr(x, name)
    assert x.tape.refusal is None


@pytest.mark.parametrize("dtype", [np.float32, np.complex64, "datetime64[s]", np.float16])
def test_other_types_are_refused(dtype: Any, traced: Callable[..., Any]) -> None:
    with pytest.raises((UnsupportedOperationError, TracingError)):
        traced(V).astype(dtype)


def test_asarray_keeps_the_dependence(traced: Callable[..., Any]) -> None:
    x = traced(M)
    objects = np.asarray(x)
    assert objects.dtype == object
    assert objects.shape == (2, 3)
    assert isinstance(objects[1, 1], Tracer)
    assert objects[1, 1].id == x[1, 1].id
    with pytest.raises(TracingError, match="lose its dependence"):
        np.asarray(x, dtype=float)
    with pytest.raises(TracingError, match="lose its dependence"):
        np.zeros(6)[:] = x.ravel()


def test_asarray_of_constants_gives_numbers(traced: Callable[..., Any]) -> None:
    plain = np.asarray(np.full_like(traced(M), 2.0))
    assert plain.dtype == float
    assert not plain.flags.writeable
    np.testing.assert_array_equal(plain, np.full((2, 3), 2.0))


def test_asarray_of_truth_values_is_guarded(traced: Callable[..., Any]) -> None:
    x = traced(V)
    mask = np.asarray(x > 0)
    np.testing.assert_array_equal(mask, V > 0)
    assert len(x.tape.arrays()[6]) == 5


def test_pickle_is_refused(traced: Callable[..., Any]) -> None:
    with pytest.raises(TracingError, match="pickling"):
        pickle.dumps(traced(V))


def test_repr(traced: Callable[..., Any]) -> None:
    assert "0.7" in repr(traced(V))
    assert "(2, 3)" in str(traced(M, primal=False))
    assert "True" in f"{traced(V) > 0}"


def test_entries_are_scalars(traced: Callable[..., Any]) -> None:
    x = traced(V)
    for value in (x.sum(), x[0], np.asarray(x)[0], x.max(), x @ x):
        assert type(value) is Tracer
    for truth in ((x > 0)[0], (x > 0).any(), x[0] > 1):
        assert type(truth) is TracedBool


def test_values_of_two_traces_do_not_mix(traced: Callable[..., Any]) -> None:
    x, y = traced(V), traced(V)
    for mix in (
        lambda: x + y,
        lambda: x[0] * y,
        lambda: np.stack([x, y]),
        lambda: x @ y,
        lambda: lift(x.tape, [y[0]]),
    ):
        with pytest.raises(TracingError, match="different traces"):
            mix()


def test_empty_arrays(check: Check) -> None:
    def fun(x: Any) -> Any:
        e = x[:0]
        return (
            e,
            e + 1.0,
            e.sum(),
            e.prod(),
            np.sin(e),
            e.reshape(0, 3).sum(axis=0),
            e @ e,
            e > 0,
            (e > 0).any(),
            (e > 0).all(),
            np.concatenate([e, x]),
            e.cumsum(),
            np.sort(e),
        )

    check(fun, V)


def test_reductions_of_nothing_raise_as_numpy(traced: Callable[..., Any]) -> None:
    for function in (np.max, np.min, np.argmax, np.argmin):
        with pytest.raises(ValueError, match=r"empty|zero-size"):
            function(traced(V)[:0])
