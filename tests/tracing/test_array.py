"""Traced arrays behave as NumPy arrays: indexing, aliasing, arithmetic, attributes."""

from __future__ import annotations

import copy
import math
import operator
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt._errors import TracingError, UnsupportedOperationError
from asdopt.tracing._array import TracedArray
from asdopt.tracing._lift import lift
from asdopt.tracing._tape import Tape
from asdopt.tracing._tracer import TracedArrayBase, TracedBool, Tracer

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


BINARY = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
    operator.eq,
    operator.ne,
]
OTHERS = {
    "float": 1.7,
    "int": 3,
    "bool": True,
    "numpy scalar": np.float64(0.3),
    "int64": np.int64(2),
    "float32": np.float32(0.5),
    "list": [1.0, 2.0, 3.0],
    "vector": np.array([1.0, -2.0, 3.0]),
    "integers": np.arange(1, 4),
    "matrix": np.arange(1.0, 7).reshape(2, 3),
    "column": np.array([[1.5], [2.5]]),
    "3-d": np.ones((2, 1, 1)),
    "0-d": np.array(1.25),
    "mask": np.array([True, False, True]),
    "fortran": np.asfortranarray(M) + 3.0,
}


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("op", BINARY, ids=lambda op: op.__name__)
def test_operators_broadcast_as_in_numpy(op: Any, other: str, check: Check) -> None:
    value = OTHERS[other]
    check(lambda x: (op(x, value), op(value, x)), M, derivatives=other == "matrix")


@pytest.mark.parametrize("other", ["float", "int", "vector", "column", "list"])
def test_powers(other: str, check: Check) -> None:
    value = OTHERS[other]
    check(lambda x: (x**value, value**x if other != "vector" else x), np.abs(M), rtol=1e-12)


@pytest.mark.parametrize("p", [0, 1, 2, 3, -1, 0.5, 2.5, np.array([1, 2, 3])])
def test_powers_with_constant_exponent_are_exact_at_negative_base(p: Any, check: Check) -> None:
    base = M if np.all(np.asarray(p) % 1 == 0) else np.abs(M)
    check(lambda x: x**p, base, rtol=1e-12)


def test_traced_with_traced(check: Check) -> None:
    check(
        lambda x, y, s: (x * y + s, x / y - s * y, s - x, divmod(x, y), -x, +x, abs(y)),
        M,
        np.array([1.5, -2.5, 0.8]),
        1.1,
    )


def test_truth_arrays(check: Check) -> None:
    def fun(x: Any) -> Any:
        a, b = x > 0, x < 1
        return (
            a & b,
            a | b,
            a ^ b,
            ~a,
            a + b,
            a * b,
            a & True,
            np.array([True] * 5) | a,
            a == b,
            a.any(),
            a.all(),
            a.sum(),
            a.mean(),
            x * a,
            1 - a,
            a.astype(float),
            np.logical_not(a),
            np.maximum(a, b),
            a.max(),
            np.abs(a),
            a.prod(),
        )

    check(fun, V)


def test_bitwise_operators_want_truth_values(traced: Callable[..., Any]) -> None:
    x = traced(V)
    for wrong in (lambda: x & 1, lambda: ~x, lambda: 1 | x, lambda: (x > 0) & x):
        with pytest.raises(TracingError, match="compare first"):
            wrong()
    with pytest.raises(TypeError, match=r"boolean|truth"):
        (x > 0) - (x < 0)
    with pytest.raises(TypeError, match="truth"):
        operator.neg(x > 0)


def test_comparisons_with_none_and_text(traced: Callable[..., Any]) -> None:
    x = traced(V)
    assert not (x == None).any()  # noqa: E711
    assert (x != None).all()  # noqa: E711
    assert not (x == "a").any()


def test_truth_of_an_array(traced: Callable[..., Any]) -> None:
    assert bool(traced([2.0]) > 1)
    with pytest.raises(ValueError, match="ambiguous"):
        bool(traced(V))
    with pytest.raises(ValueError, match="ambiguous"):
        bool(traced(V)[:0])


def test_membership_is_decided_under_guards(traced: Callable[..., Any]) -> None:
    x = traced(V)
    assert 0.7 in x
    assert 5.0 not in x
    with pytest.raises(TracingError, match="give x0"):
        assert 0.7 in traced(V, primal=False)


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
    ["tobytes", "data", "ctypes", "base", "tofile", "dump", "byteswap", "resize", "setflags"],
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


ZERO_DIMENSIONS: tuple[Callable[[Any], Any], ...] = (
    lambda x: x.sum(),
    lambda x: x[0],
    lambda x: np.asarray(x)[0],
    lambda x: x.max(),
    lambda x: x @ x,
    lambda x: np.tensordot(x, x, 1),
    lambda x: np.inner(x, x),
    lambda x: x[..., 0],
    lambda x: x[:1].reshape(()),
    lambda x: np.squeeze(x[:1]),
    lambda x: x[:1].squeeze(),
    lambda x: np.where(x[0] > 0, x[0], x[1]),
    lambda x: np.select([x[0] > 0], [x[0]], 2.0),
    lambda x: np.piecewise(x[0], [x[0] > 0], [np.sin, 0.0]),
    lambda x: np.array(x[0]),
    lambda x: np.copy(x[0]),
    lambda x: np.full_like(x[0], 2.0),
    lambda x: np.zeros_like(x[0]),
    lambda x: np.array(x[0]).copy(),
    lambda x: np.array(x[0]).T,
    lambda x: np.array(x[0])[...],
    lambda x: np.array(x[0]).astype(float),
    lambda x: np.array(x[0]) * 2.0,
    lambda x: -np.array(x[0]),
    lambda x: np.sin(np.array(x[0])),
    lambda x: np.transpose(x[0]),
    lambda x: np.reshape(x[0], ()),
    lambda x: np.linalg.norm(x),
    lambda x: np.ones(()) * x[0],
)


@pytest.mark.parametrize("make", ZERO_DIMENSIONS)
def test_zero_dimensions_are_arrays_where_numpy_has_arrays(make: Callable[[Any], Any]) -> None:
    """Only arrays change in place, under all of their names."""

    def fun(x: Any) -> list[Any]:
        first = make(x)
        second = first
        second += 1.0
        third = first
        third *= 2.0
        return [first, second, third]

    expected = [float(v) for v in fun(V.copy())]
    problem = asdopt.Problem(None, asdopt.Constraint(fun), x0=V)
    np.testing.assert_allclose(problem.constraints(V), expected, rtol=1e-14)


@pytest.mark.parametrize(
    "fun",
    [
        lambda a, x: math.hypot(a, x),
        lambda a, x: math.hypot(x, a, 2.0),
        lambda a, x: math.hypot(a, 2.0),
        lambda a, x: math.atan2(x, a),
        lambda a, x: math.log(a * a + 1.5, 2.0),
        lambda a, x: math.degrees(a),
        lambda a, x: math.dist([a, 1.0], [x, 2.0]),
        lambda a, x: math.fsum([a, x]),
        lambda a, x: math.prod([a, x]),
        lambda a, x: math.pow(a * a, x),
        lambda a, x: max(a, x) - min(a, 0.5),
        lambda a, x: sum([a, x, a]),
        lambda a, x: float(a) * x,
        lambda a, x: math.hypot(np.float32(2.0), x) + math.hypot(x, True),
        lambda a, x: pow(a * a, 3) + abs(a) + round(a * 0.0, 1),
        lambda a, x: x if a > 0 else a,
        lambda a, x: math.isclose(a, x) + a,
    ],
)
def test_functions_of_math_take_arrays_without_dimensions(fun: Callable[..., Any]) -> None:
    def whole(x: Any) -> Any:
        return fun(np.where(x[0] > -5.0, x[1], 0.0), x[0])

    problem = asdopt.Problem(whole, x0=V)
    assert problem.objective(V) == pytest.approx(float(whole(V.copy())), rel=1e-14)
    slopes = [(whole(V + h) - whole(V - h)) / 2e-6 for h in 1e-6 * np.eye(V.size)]
    np.testing.assert_allclose(problem.gradient(V), slopes, atol=1e-8)


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
