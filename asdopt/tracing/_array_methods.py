"""Attributes and methods of ndarray that traced arrays have.

What a method does is what NumPy's function of the same name does, or NumPy's method on the ids.
"""

from __future__ import annotations

import builtins
import warnings
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing import _tracer
from asdopt.tracing._array_base import TracedArrayBase, mirror
from asdopt.tracing._location import refuse

__all__ = ["ArrayMethods"]

_FLOAT = np.dtype(np.float64)
_BOOL = np.dtype(np.bool_)


def _method(name: str, target: str | None = None) -> Callable[..., Any]:
    """Make an ndarray method of the NumPy function that has the same arguments."""
    function = getattr(np, target or name)

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    method.__name__ = name
    return method


class ArrayMethods(TracedArrayBase):
    """What :class:`TracedArray` has of ndarray besides operators, indexing and conversions."""

    __slots__ = ()

    def _only(self) -> Any:
        if self.size != 1:
            raise TypeError("only length-1 arrays can be converted to Python scalars")
        return _tracer.tracer(self.tape, int(self.ids.ravel()[0]), self.is_bool)

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return cast("tuple[int, ...]", self.ids.shape)

    @shape.setter
    def shape(self, shape: Any) -> None:
        # NumPy 2.5 advises against it, which is up to the user's code.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self.ids.shape = shape

    def setflags(self, write: Any = None, align: Any = None, uic: Any = None) -> None:
        """Allow or forbid writing; the other flags are of memory, which there is none of."""
        if write is not None:
            self.ids.setflags(write=bool(write))

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.ids.ndim

    @property
    def size(self) -> int:
        """Number of entries."""
        return self.ids.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type that NumPy's array would have: float64 or bool."""
        return _BOOL if self.is_bool else _FLOAT

    @property
    def itemsize(self) -> int:
        """Bytes of one entry of NumPy's array."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of NumPy's array."""
        return self.size * self.itemsize

    @property
    def strides(self) -> tuple[int, ...]:
        """Byte steps of NumPy's array."""
        return tuple(s // 4 * self.itemsize for s in self.ids.strides)

    @property
    def flags(self) -> Any:
        """Memory layout."""
        return self.ids.flags

    @property
    def device(self) -> str:
        """Always ``"cpu"``."""
        return "cpu"

    @property
    def T(self) -> Any:
        """Transposed view."""
        return mirror(self.tape, self.ids.T, self.is_bool)

    @property
    def mT(self) -> Any:
        """View with the last two axes exchanged."""
        return mirror(self.tape, self.ids.mT, self.is_bool)

    @property
    def real(self) -> Any:
        """The array itself: traced values are real."""
        return mirror(self.tape, self.ids[...], self.is_bool)

    @real.setter
    def real(self, value: Any) -> None:
        self[...] = value

    @property
    def imag(self) -> Any:
        """Zeros, as plain numbers."""
        return np.zeros(self.shape, dtype=self.dtype)

    # Methods of ndarray that are functions of numpy with the same arguments
    all = _method("all")
    any = _method("any")
    argmax = _method("argmax")
    argmin = _method("argmin")
    argpartition = _method("argpartition")
    argsort = _method("argsort")
    choose = _method("choose")
    clip = _method("clip")
    cumprod = _method("cumprod")
    cumsum = _method("cumsum")
    diagonal = _method("diagonal")
    dot = _method("dot")
    max = _method("max")
    mean = _method("mean")
    min = _method("min")
    nonzero = _method("nonzero")
    prod = _method("prod")
    put = _method("put")
    ravel = _method("ravel")
    repeat = _method("repeat")
    round = _method("round")
    searchsorted = _method("searchsorted")
    squeeze = _method("squeeze")
    std = _method("std")
    sum = _method("sum")
    swapaxes = _method("swapaxes")
    take = _method("take")
    trace = _method("trace")
    var = _method("var")

    def compress(self: Any, condition: Any, axis: Any = None, out: Any = None) -> Any:
        """Entries along an axis where a condition holds."""
        return np.compress(condition, self, axis=axis, out=out)

    def reshape(self, *shape: Any, order: Any = "C", copy: bool | None = None) -> Any:
        """View (or copy) of another shape."""
        ids = self.ids.reshape(*shape, order=order, copy=copy)
        return mirror(self.tape, ids, self.is_bool)

    def transpose(self, *axes: Any) -> Any:
        """View with the axes exchanged."""
        return mirror(self.tape, self.ids.transpose(*axes), self.is_bool)

    def flatten(self, order: Any = "C") -> Any:
        """One-dimensional copy."""
        return mirror(self.tape, self.ids.flatten(order), self.is_bool)

    def copy(self, order: Any = "C") -> Any:
        """Copy."""
        return mirror(self.tape, self.ids.copy(order), self.is_bool)

    def conj(self) -> Any:
        """Copy: traced values are real."""
        return self.copy()

    conjugate = conj

    def view(self, dtype: Any = None, type: Any = None) -> Any:  # noqa: A002  # as ndarray's
        """View of the same entries; another type is refused."""
        kind = dtype if type is None else type
        if isinstance(kind, builtins.type) and issubclass(kind, np.ndarray):
            from asdopt.tracing._own_arrays import viewed

            if kind is not np.ndarray:
                return viewed(self, kind)
        elif type is not None or (dtype is not None and np.dtype(dtype) != self.dtype):
            raise self._refused("view with another dtype", "astype")
        return mirror(self.tape, self.ids[...], self.is_bool)

    def fill(self, value: Any) -> None:
        """Set every entry."""
        self[...] = value

    def item(self, *index: Any) -> Any:
        """One entry as a traced scalar."""
        if not index:
            if self.size != 1:
                raise ValueError("can only convert an array of size 1 to a Python scalar")
            found = self._only()
        else:
            found = _tracer.tracer(self.tape, int(self.ids.item(*index)), self.is_bool)
        return found if self.is_bool else _tracer.as_float(found)

    def tolist(self) -> Any:
        """Nested lists of traced scalars."""
        if self.ndim == 0:
            return self.item()
        if self.ndim == 1:
            found = _tracer.tracers(self.tape, self.ids, self.is_bool)
            return found if self.is_bool else [_tracer.as_float(value) for value in found]
        return [row.tolist() for row in self]

    def to_device(self, device: str, /, *, stream: Any = None) -> Any:
        """Return the array itself: there is only ``"cpu"``."""
        if device != "cpu":
            raise ValueError(f'Unsupported device "{device}". Only "cpu" is accepted.')
        return self

    def sort(
        self: Any, axis: int = -1, kind: Any = None, order: Any = None, *, stable: Any = None
    ) -> None:
        """Sort in place, in the order at the point, under guards."""
        self[...] = np.sort(self, axis=axis)

    def partition(self: Any, kth: Any, axis: int = -1, kind: Any = None, order: Any = None) -> None:
        """Sort in place: a sorted array is partitioned at every position."""
        self[...] = np.sort(self, axis=axis)

    def _refused(self, what: str, instead: str) -> UnsupportedOperationError:
        return refuse(
            self.tape,
            UnsupportedOperationError,
            f"{what} of a traced array of shape {self.shape} was asked for; it needs the numbers "
            f"in memory, which a traced array does not have: use {instead} instead",
        )
