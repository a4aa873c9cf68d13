"""NumPy functions of complex traced arrays, and Fourier transforms of real ones."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._complex import TracedComplex, make, parts
from asdopt.tracing._complex_ufuncs import bilinear, deliver
from asdopt.tracing._lift import constants_only, lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import constant_values
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape

__all__ = ["dispatch"]

# Linear functions that treat real and imaginary part alike, applied to what their first argument
# holds; ``_VALUES`` says which arguments hold values where these are others.
_PER_PART = frozenset(
    {np.append, np.array_split, np.atleast_1d, np.atleast_2d, np.block, np.broadcast_to}
    | {np.column_stack, np.concatenate, np.copy, np.cumsum, np.delete, np.diag, np.diagonal}
    | {np.diff, np.dstack, np.expand_dims, np.flip, np.fliplr, np.flipud, np.gradient, np.hstack}
    | {np.mean, np.moveaxis, np.pad, np.ravel, np.repeat, np.reshape, np.roll, np.split}
    | {np.squeeze, np.stack, np.sum, np.swapaxes, np.take, np.tile, np.trace, np.transpose}
    | {np.tril, np.triu, np.vstack, np.where, np.fft.fftshift, np.fft.ifftshift}
)
_VALUES: dict[Any, tuple[tuple[int, ...], tuple[str, ...]]] = {
    np.append: ((0, 1), ("arr", "values")),
    np.diff: ((0,), ("a", "prepend", "append")),
    np.pad: ((0,), ("array", "constant_values", "end_values")),
    np.where: ((1, 2), ("x", "y")),
    np.atleast_1d: (tuple(range(32)), ()),
    np.atleast_2d: (tuple(range(32)), ()),
}
_FIRST = ((0,), ("a", "x", "arr", "ary", "array", "arrays", "m", "v", "tup", "A", "f", "initial"))
_PRODUCTS = frozenset(
    {np.convolve, np.cross, np.dot, np.inner, np.kron, np.outer, np.tensordot, np.linalg.outer}
)


def dispatch(tape: Tape, func: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Answer ``__array_function__`` where an argument is complex and traced."""
    if func in _PER_PART:
        if kwargs.get("dtype") is not None and np.dtype(kwargs["dtype"]) == np.complex128:
            kwargs = {name: value for name, value in kwargs.items() if name != "dtype"}
        places, names = _VALUES.get(func, _FIRST)

        def part(k: int) -> Any:
            given = [_only(tape, a, k) if i in places else a for i, a in enumerate(args)]
            named = {n: _only(tape, a, k) if n in names else a for n, a in kwargs.items()}
            return func(*given, **named)

        real, imag = part(0), part(1)
        if isinstance(real, (list, tuple)):
            return type(real)([make(tape, *pair) for pair in zip(real, imag, strict=True)])
        return make(tape, real, imag)
    if func in _PRODUCTS:
        a, b, *rest = args
        kwargs = dict(kwargs)
        out = kwargs.pop("out", None)
        return deliver(bilinear(lambda x, y: func(x, y, *rest, **kwargs))(tape, a, b), out)
    known = _FUNCTIONS.get(func)
    if known is None:
        plain = _numbers((args, kwargs))
        if plain is not None:
            return func(*plain[0], **plain[1])
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"the function {func.__module__}.{func.__name__} was called with complex traced "
            "values, and asdopt has no rule for it: write it with real and imaginary parts",
        )
    return known(tape, *args, **kwargs)


def _numbers(value: Any) -> Any:
    """Arguments as plain numbers where all that is traced in them is constant, else None."""
    if isinstance(value, TracedComplex):
        both = [constant_values(value.tape, value.whole(k).ids) for k in (0, 1)]
        return None if any(v is None for v in both) else both[0] + 1j * both[1]  # type: ignore[operator]  # neither is None here
    if type(value) in (list, tuple):
        found = [None if part is None else _numbers(part) for part in value]
        lost = any(f is None and v is not None for f, v in zip(found, value, strict=True))
        return None if lost else type(value)(found)
    if type(value) is dict:
        inner = _numbers(list(value.values()))
        return None if inner is None else dict(zip(value, inner, strict=True))
    return constants_only(value)


def _only(tape: Tape, value: Any, k: int) -> Any:
    """One part of each number or array of a value, in nested lists too."""
    if isinstance(value, (list, tuple)):
        return type(value)([_only(tape, part, k) for part in value])
    part = parts(tape, value)[k]
    # Traced, so that NumPy asks for the function's rule also where all that remains is zero.
    return lift(tape, np.zeros(np.shape(value)) if part is None else part)


def _vdot(tape: Tape, a: Any, b: Any) -> Any:
    first = make(tape, *parts(tape, a)).conj()
    return bilinear(lambda x, y: np.dot(np.ravel(x), np.ravel(y)))(tape, first, b)


def _einsum(tape: Tape, text: str, *operands: Any, **kwargs: Any) -> Any:
    kwargs.pop("optimize", None)
    out = kwargs.pop("out", None)
    if len(operands) == 1:
        re, im = parts(tape, operands[0])
        both = [None if part is None else np.einsum(text, part, **kwargs) for part in (re, im)]
        return deliver(make(tape, *both), out)
    if len(operands) == 2:
        product = bilinear(lambda x, y: np.einsum(text, x, y, **kwargs))
        return deliver(product(tape, *operands), out)
    raise refuse(
        tape,
        UnsupportedOperationError,
        "np.einsum was called with three or more operands of which one is complex and traced: "
        "split it into products of two",
    )


def _norm(tape: Tape, x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:  # noqa: A002  # NumPy's
    return np.linalg.norm(np.abs(x), ord, axis, keepdims)


def _solve(tape: Tape, a: Any, b: Any) -> Any:
    """Solve by the real system of twice the size."""
    first, second = make(tape, *parts(tape, a)), make(tape, *parts(tape, b))
    n = first.shape[-1]
    ar, ai = first.whole(0), first.whole(1)
    whole = np.block([[ar, -ai], [ai, ar]])
    right = np.concatenate([second.whole(0), second.whole(1)])
    both = np.linalg.solve(whole, right)
    return make(tape, both[:n], both[n:])


def _allclose(tape: Tape, a: Any, b: Any, *args: Any, **kwargs: Any) -> Any:
    gap = np.abs(np.subtract(a, b))
    return np.allclose(gap, 0.0, *args, **kwargs)


def _polyval(tape: Tape, p: Any, x: Any) -> Any:
    total = make(tape, np.zeros(np.shape(x)), None)
    for coefficient in p:
        total = total * x + coefficient
    return total


def _sort(tape: Tape, a: Any, axis: Any = -1, **kwargs: Any) -> Any:
    """One row of numbers by real and then by imaginary parts."""
    if axis is None:
        a, axis = a.ravel(), -1
    if a.ndim != 1:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"np.sort of complex traced values of shape {a.shape} was called; known is one row of "
            "them: sort row by row",
        )
    return a[np.lexsort((a.imag, a.real))]


def _cumprod(tape: Tape, a: Any, axis: Any = None, dtype: Any = None) -> Any:
    whole = np.ravel(a) if axis is None else np.moveaxis(a, axis, 0)
    found: list[Any] = []
    for row in whole:
        found.append(found[-1] * row if found else row)
    return np.moveaxis(np.stack(found), 0, 0 if axis is None else axis)


def _prod(tape: Tape, a: Any, axis: Any = None, dtype: Any = None) -> Any:
    whole: Any = np.ravel(a) if axis is None else np.moveaxis(a, axis, 0)
    return functools.reduce(operator.mul, whole, make(tape, np.ones(whole.shape[1:]), None))


def _matrix_power(tape: Tape, a: Any, n: int) -> Any:
    factor = np.linalg.inv(a) if n < 0 else a
    return functools.reduce(operator.matmul, [factor] * abs(n), np.eye(a.shape[-1]))


_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.polyval: _polyval,
    np.prod: _prod,
    np.sort: _sort,
    np.cumprod: _cumprod,
    np.linalg.matrix_power: _matrix_power,
    np.isreal: lambda tape, z: z.imag == 0.0,
    np.iscomplex: lambda tape, z: z.imag != 0.0,
    np.vdot: _vdot,
    np.einsum: _einsum,
    np.real: lambda tape, z: z.real,
    np.imag: lambda tape, z: z.imag,
    np.angle: lambda tape, z, deg=False: np.degrees(z.angle()) if deg else z.angle(),
    np.linalg.norm: _norm,
    np.linalg.solve: _solve,
    np.linalg.inv: lambda tape, a: _solve(tape, a, np.eye(a.shape[-1])),
    np.allclose: _allclose,
    np.shape: lambda tape, z: z.shape,
    np.ndim: lambda tape, z: z.ndim,
    np.size: lambda tape, z: z.size,
    np.iscomplexobj: lambda tape, z: True,
    np.isrealobj: lambda tape, z: False,
    np.zeros_like: lambda tape, z, *a, **k: make(tape, np.zeros(z.shape), np.zeros(z.shape)),
    np.empty_like: lambda tape, z, *a, **k: make(tape, np.zeros(z.shape), np.zeros(z.shape)),
    np.ones_like: lambda tape, z, *a, **k: make(tape, np.ones(z.shape), np.zeros(z.shape)),
}


# ------------------------------------------------------------------------- Fourier transforms
def _transform(tape: Tape, function: Any, z: Any, n: Any, axis: int, norm: Any) -> Any:
    """Apply a Fourier transform along an axis, by its matrix."""
    re, im = parts(tape, z)
    length = (re if re is not None else im).shape[axis]
    matrix = function(np.eye(length), n, 0, norm)
    moved = [
        None if part is None else np.moveaxis(part, axis, -2 if part.ndim > 1 else 0)
        for part in (re, im)
    ]
    product = bilinear(np.matmul)
    if np.iscomplexobj(matrix):
        result = product(tape, matrix, make(tape, *moved))
        move: Any = np.moveaxis
        return move(result, -2 if result.ndim > 1 else 0, axis)
    # Real results of complex input (irfft): real and imaginary part by matrices of their own.
    total: Any = lift(tape, matrix @ moved[0])
    if moved[1] is not None:
        total = total + function(1j * np.eye(length), n, 0, norm) @ moved[1]
    return np.moveaxis(total, -2 if total.ndim > 1 else 0, axis)


def _one(function: Any) -> Callable[..., Any]:
    def handler(
        tape: Tape, a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None
    ) -> Any:
        return deliver(_transform(tape, function, a, n, axis, norm), out)

    return handler


def _several(function: Any, axes_of: Any) -> Callable[..., Any]:
    def handler(
        tape: Tape, a: Any, s: Any = None, axes: Any = axes_of, norm: Any = None, out: Any = None
    ) -> Any:
        axes = range(np.ndim(a)) if axes is None else axes
        sizes = [None] * len(axes) if s is None else s
        for axis, n in zip(axes, sizes, strict=True):
            a = _transform(tape, function, a, n, axis, norm)
        return deliver(a, out)

    return handler


def _real_several(axes_of: Any, *, inverse: bool) -> Callable[..., Any]:
    """Make a transform of several axes of which the last one is real on one side."""

    def handler(
        tape: Tape, a: Any, s: Any = None, axes: Any = axes_of, norm: Any = None, out: Any = None
    ) -> Any:
        *others, last = range(np.ndim(a)) if axes is None else axes
        sizes = [None] * (len(others) + 1) if s is None else list(s)
        if not inverse:
            a = _transform(tape, np.fft.rfft, a, sizes[-1], last, norm)
        for axis, n in zip(others, sizes, strict=False):
            a = _transform(tape, np.fft.ifft if inverse else np.fft.fft, a, n, axis, norm)
        if inverse:
            a = _transform(tape, np.fft.irfft, a, sizes[-1], last, norm)
        return deliver(a, out)

    return handler


_function: Any
for _function in (np.fft.fft, np.fft.ifft):
    _FUNCTIONS[_function] = _one(_function)
    implements(_function)(_one(_function))
for _function in (np.fft.rfft, np.fft.ihfft):
    implements(_function)(_one(_function))
_FUNCTIONS[np.fft.irfft] = _one(np.fft.irfft)
for _function, _single in (
    (np.fft.fft2, np.fft.fft),
    (np.fft.ifft2, np.fft.ifft),
    (np.fft.fftn, np.fft.fft),
    (np.fft.ifftn, np.fft.ifft),
):
    _places = (-2, -1) if _function.__name__.endswith("2") else None
    _FUNCTIONS[_function] = _several(_single, _places)
    implements(_function)(_several(_single, _places))
for _function, _places in ((np.fft.rfft2, (-2, -1)), (np.fft.rfftn, None)):
    implements(_function)(_real_several(_places, inverse=False))
for _function, _places in ((np.fft.irfft2, (-2, -1)), (np.fft.irfftn, None)):
    _FUNCTIONS[_function] = _real_several(_places, inverse=True)
