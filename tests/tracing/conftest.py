"""``check``: a function on traced values against the same function on plain NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from asdopt.backends._sweeps import NUM_LANES, Sweeps
from asdopt.detection import hessian_pattern, jacobian_pattern
from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._compact import compact_trace
from asdopt.tracing._tape import Tape
from asdopt.tracing._trace import Trace
from asdopt.tracing._tracer import TracedBool, Tracer, tracer

Vector = npt.NDArray[np.float64]
Function = Callable[..., Any]
STENCIL = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))


def is_traced(value: Any) -> bool:
    return isinstance(value, (TracedArrayBase, Tracer))


def leaves(value: Any) -> list[Any]:
    """Results of a function, however nested; object arrays count as nested lists."""
    if isinstance(value, (list, tuple)):
        return [leaf for part in value for leaf in leaves(part)]
    if isinstance(value, np.ndarray) and not is_traced(value) and value.dtype == object:
        return [leaf for part in value.ravel().tolist() for leaf in leaves(part)]
    return [value]


def traced_arguments(tape: Tape, arrays: tuple[Any, ...]) -> list[Any]:
    """Fresh traced arguments of the shapes of the given arrays."""
    start, out = 0, []
    for array in arrays:
        shape, size = np.shape(array), int(np.size(array))
        ids = np.arange(start, start + size, dtype=np.int32).reshape(shape)
        out.append(tracer(tape, start) if shape == () else TracedArray(tape, ids))
        start += size
    return out


def split(x: Vector, arrays: tuple[Any, ...]) -> list[Any]:
    """Plain arguments from one vector."""
    parts = np.split(x, np.cumsum([np.size(a) for a in arrays])[:-1])
    return [p.reshape(np.shape(a))[()] for p, a in zip(parts, arrays, strict=True)]


def numbers(fun: Function, x: Vector, arrays: tuple[Any, ...]) -> Vector:
    """Results on plain arrays as one vector."""
    parts = leaves(fun(*split(x.copy(), arrays)))
    return np.concatenate([np.zeros(0), *[np.ravel(np.asarray(p, dtype=float)) for p in parts]])


def differences(fun: Callable[[Vector], Vector], x: Vector, step: float) -> Vector:
    """Jacobian by differences of fourth order."""
    columns = [
        sum(w * fun(x + k * step * unit) for k, w in STENCIL) / step for unit in np.eye(len(x))
    ]
    return np.array(columns).T


def lanes(product: Callable[[Vector], Vector], size: int) -> Vector:
    """Product with the identity, a few columns at a time."""
    eye = np.eye(size)
    parts = []
    for start in range(0, size, NUM_LANES):
        block = np.zeros((size, NUM_LANES))
        width = min(NUM_LANES, size - start)
        block[:, :width] = eye[:, start : start + width]
        parts.append(product(block)[:, :width])
    return np.concatenate(parts, axis=1)


def covered(pattern: Any, dense: Vector, what: str) -> None:
    outside = ~pattern.to_dense().astype(bool) & (dense != 0.0)
    assert not outside.any(), f"{what} pattern misses {np.argwhere(outside).tolist()}"


def trace_of(fun: Function, arrays: tuple[Any, ...], *, primal: bool = True) -> tuple[Trace, Any]:
    """Trace of the traced parts of what a function returns, and what it returned."""
    x = np.concatenate([np.zeros(0), *[np.ravel(np.asarray(a, dtype=float)) for a in arrays]])
    tape = Tape(len(x), x if primal else None, primal=primal)
    result = fun(*traced_arguments(tape, arrays))
    if tape.refusal is not None:
        raise tape.refusal
    ids = [
        np.ravel(leaf.ids) if isinstance(leaf, TracedArrayBase) else np.array([leaf.id])
        for leaf in leaves(result)
        if is_traced(leaf)
    ]
    outputs = np.concatenate([np.zeros(0, np.int32), *ids]).astype(np.int32)
    tape.close()
    return compact_trace(tape, outputs), result


def check_values(
    fun: Function, arrays: tuple[Any, ...], rtol: float, atol: float, *, primal: bool
) -> Trace:
    """Values, shapes and truth types agree leaf by leaf."""
    x = np.concatenate([np.zeros(0), *[np.ravel(np.asarray(a, dtype=float)) for a in arrays]])
    trace, result = trace_of(fun, arrays, primal=primal)
    sweeps = Sweeps(trace)
    assert sweeps.values(x), "the guards do not hold at the point of the trace"
    found = sweeps.output_values()
    expected, traced = leaves(fun(*split(x.copy(), arrays))), leaves(result)
    assert len(expected) == len(traced)
    start = 0
    for want, got in zip(expected, traced, strict=True):
        assert np.shape(got) == np.shape(want)
        if is_traced(got):
            size = int(np.size(want))
            values = found[start : start + size].reshape(np.shape(want))
            start += size
            is_bool = (
                got.is_bool if isinstance(got, TracedArrayBase) else isinstance(got, TracedBool)
            )
            assert is_bool == (np.asarray(want).dtype == bool), "truth values and numbers mixed up"
            scale = np.max(np.abs(want), initial=0.0, where=np.isfinite(np.asarray(want, float)))
            np.testing.assert_allclose(values, want, rtol=rtol, atol=atol + rtol * scale)
        else:
            np.testing.assert_array_equal(got, want)
    return trace


def check(
    fun: Function,
    *arrays: Any,
    rtol: float = 1e-13,
    atol: float = 0.0,
    derivatives: bool = True,
    without_point: bool = True,
    step: float = 1e-3,
) -> None:
    """Check a function: values here and nearby, Jacobian, Hessian, patterns.

    ``without_point``: whether it must also work without primal values.
    """
    arrays = tuple(np.asarray(a, dtype=float) for a in arrays)
    trace = check_values(fun, arrays, rtol, atol, primal=True)
    if without_point:
        check_values(fun, arrays, rtol, atol, primal=False)
    x = np.concatenate([np.zeros(0), *[a.ravel() for a in arrays]])
    if not derivatives or not len(trace.outputs) or not len(x):
        return
    plain = leaves(trace_of(fun, arrays)[1])
    if not all(is_traced(leaf) for leaf in plain):
        whole = fun

        def fun(*values: Any) -> Any:
            parts = leaves(whole(*values))
            return [p for p, leaf in zip(parts, plain, strict=True) if is_traced(leaf)]

    sweeps = Sweeps(trace)
    count = len(trace.outputs)

    def jacobian(at: Vector) -> Vector:
        assert sweeps.values(at), "a guard flipped close to the point: choose another point"
        sweeps.first()
        return lanes(sweeps.jvp, len(at))

    reference = differences(lambda at: numbers(fun, at, arrays), x, step)
    dense = jacobian(x)
    assert np.isfinite(dense).all()
    scale = np.max(np.abs(reference), initial=1.0)
    np.testing.assert_allclose(dense, reference, atol=1e-7 * scale, rtol=1e-7)
    covered(jacobian_pattern(trace), dense, "Jacobian")
    # Another point: a value remembered from the trace would show.
    near = x + 0.37 * step * np.cos(np.arange(len(x)))
    if sweeps.values(near):
        want = numbers(fun, near, arrays)
        np.testing.assert_allclose(sweeps.output_values(), want, rtol=1e-11, atol=1e-11 * scale)
    weights = np.cos(1.0 + np.arange(count))

    def gradient(at: Vector) -> Vector:
        sweeps.values(at)
        sweeps.first()
        return sweeps.gradient(weights).copy()

    second = differences(gradient, x, step)
    gradient(x)
    sweeps.second()
    dense = lanes(sweeps.hvp, len(x))
    scale = np.max(np.abs(second), initial=1.0)
    np.testing.assert_allclose(dense, second, atol=1e-6 * scale, rtol=1e-6)
    covered(hessian_pattern(trace).symmetrized(), dense, "Hessian")


@pytest.fixture(name="check")
def check_fixture() -> Function:
    return check


@pytest.fixture(name="traced")
def traced_fixture() -> Function:
    """Make traced arguments at a point: ``traced([1.0, 2.0])``, or without: ``primal=False``."""

    def make(*arrays: Any, primal: bool = True) -> Any:
        arrays = tuple(np.asarray(a, dtype=float) for a in arrays)
        x = np.concatenate([a.ravel() for a in arrays])
        tape = Tape(len(x), x if primal else None, primal=primal)
        made = traced_arguments(tape, arrays)
        return made[0] if len(made) == 1 else made

    return make
