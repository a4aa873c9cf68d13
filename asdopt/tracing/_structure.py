"""Structured arguments: dicts, named tuples, dataclasses and nestings of arrays and numbers.

Enters: a user's x0 or parameters. Leaves: one flat vector, and the way back to the structure
with any kind of leaves (floats for results, tracers for a trace).
"""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from numbers import Real
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt.tracing._callee import HOOK

__all__ = ["Structure", "real_number", "real_numbers"]

FloatArray = npt.NDArray[np.float64]
Leaf = Callable[[int, int, tuple[int, ...]], Any]


@dataclass(frozen=True)
class Structure:
    """Shape of a structured value: a leaf, or a container of named parts.

    Parameters
    ----------
    shape : tuple of int or None
        Shape of a leaf; None for a container.
    keys : tuple
        Names of the parts: dict keys, field names, or positions.
    parts : tuple of Structure
    build : callable
        Makes the container from its list of parts.
    size : int
        Number of scalars.
    labels : tuple of str
        How a user reaches each part: ``['speed']`` or ``.speed``.
    """

    shape: tuple[int, ...] | None
    keys: tuple[Any, ...] = ()
    parts: tuple[Structure, ...] = ()
    build: Callable[[list[Any]], Any] = list
    size: int = 0
    labels: tuple[str, ...] = ()

    @staticmethod
    def of(value: Any, what: str) -> Structure:
        """Describe a value; ``what`` is its name in messages.

        Raises
        ------
        InputError
            A leaf is no array of real numbers.
        """
        found = None if type(value) is np.ndarray else _container(value)
        if found is not None and set(found.keys) >= _RESULT:
            raise _result_given(what)
        if found is None:
            shape = real_numbers(value, what).shape
            return Structure(shape, size=math.prod(shape))
        parts = tuple(
            Structure.of(part, what + label)
            for label, part in zip(found.labels, found.parts, strict=True)
        )
        size = sum(part.size for part in parts)
        return Structure(None, found.keys, parts, found.build, size, found.labels)

    @property
    def is_leaf(self) -> bool:
        """Whether the value is a plain array or number."""
        return self.shape is not None

    def flatten(self, value: Any, what: str, *, may_be_flat: bool = False) -> FloatArray:
        """Concatenate the scalars of a value of this structure, in C order.

        Parameters
        ----------
        value : object
        what : str
            Its name in messages.
        may_be_flat : bool
            Whether a flat vector may stand for a container.

        Raises
        ------
        InputError
            The value has another structure.
        """
        out = np.empty(self.size)
        if may_be_flat and not self.is_leaf and _is_flat(value, self.size):
            out[:] = real_numbers(value, what)
        else:
            self._fill(value, what, out, 0)
        return out

    def _fill(self, value: Any, what: str, out: FloatArray, start: int) -> None:
        if self.shape is not None:
            if isinstance(value, Mapping) and value.keys() >= _RESULT:
                raise _result_given(what)
            leaf = real_numbers(value, what)
            if leaf.shape != self.shape and (leaf.size != self.size or leaf.ndim > 1):
                raise InputError(
                    f"{what} has shape {leaf.shape}, shape {self.shape} is needed: give an "
                    "array of that shape"
                )
            out[start : start + self.size] = leaf.reshape(-1)
            return
        found = _container(value)
        if found is not None and set(found.keys) >= _RESULT:
            raise _result_given(what)
        if found is None or set(found.keys) != set(self.keys):
            has = "an array" if found is None else f"the parts {list(found.keys)}"
            raise InputError(f"{what} has {has}, the parts {list(self.keys)} are needed")
        by_key = dict(zip(found.keys, found.parts, strict=True))
        for key, label, part in zip(self.keys, self.labels, self.parts, strict=True):
            part._fill(by_key[key], what + label, out, start)
            start += part.size

    def rebuild(self, leaf: Leaf, start: int = 0) -> Any:
        """Make a value of this structure; ``leaf(start, stop, shape)`` makes each leaf."""
        if self.shape is not None:
            return leaf(start, start + self.size, self.shape)
        made = []
        for part in self.parts:
            made.append(part.rebuild(leaf, start))
            start += part.size
        return self.build(made)

    def unflatten(self, flat: FloatArray) -> Any:
        """Give a flat vector this structure; arrays are copies, numbers are floats."""

        def leaf(start: int, stop: int, shape: tuple[int, ...]) -> Any:
            return float(flat[start]) if shape == () else flat[start:stop].reshape(shape).copy()

        return self.rebuild(leaf)

    def names(self, prefix: str) -> Iterator[str]:
        """Name every scalar: ``x[3]``, ``x['speed'][0, 2]``, ``x.mass``."""
        if self.shape is None:
            for label, part in zip(self.labels, self.parts, strict=True):
                yield from part.names(prefix + label)
        elif self.shape == ():
            yield prefix
        else:
            for index in np.ndindex(*self.shape):
                yield f"{prefix}[{', '.join(map(str, index))}]"


class _Container(NamedTuple):
    """Keys, parts and constructor of a container; ``labels`` are the ways to its parts."""

    keys: tuple[Any, ...]
    parts: list[Any]
    build: Callable[[list[Any]], Any]
    labels: tuple[str, ...]


def _container(value: Any) -> _Container | None:
    """Take a container apart, None for a leaf."""
    if isinstance(value, Mapping):
        keys = tuple(value)
        return _items(keys, [value[k] for k in keys], _rebuild_mapping(value, keys))
    if type(value) is SimpleNamespace:
        fields = vars(value)
        return _attributes(value, tuple(fields), lambda parts: _namespace(fields, parts))
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        named = type(value)
        return _attributes(value, tuple(value._fields), lambda parts: named(*parts))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = tuple(field.name for field in dataclasses.fields(value) if field.init)
        return _attributes(value, names, _rebuild_dataclass(value, names))
    if isinstance(value, (list, tuple)) and not _is_numeric(value):
        return _items(tuple(range(len(value))), list(value), type(value))
    return None


def _items(
    keys: tuple[Any, ...], parts: list[Any], build: Callable[[list[Any]], Any]
) -> _Container:
    return _Container(keys, parts, build, tuple(f"[{key!r}]" for key in keys))


def _attributes(
    value: Any, names: tuple[str, ...], build: Callable[[list[Any]], Any]
) -> _Container:
    parts = [getattr(value, name) for name in names]
    return _Container(names, parts, build, tuple(f".{name}" for name in names))


def _namespace(names: Iterable[str], parts: list[Any]) -> SimpleNamespace:
    return SimpleNamespace(**dict(zip(names, parts, strict=True)))


def _rebuild_mapping(value: Any, keys: tuple[Any, ...]) -> Callable[[list[Any]], Any]:
    def build(parts: list[Any]) -> Any:
        made = dict(zip(keys, parts, strict=True))
        if type(value) is dict:
            return made
        if not isinstance(value, MutableMapping):
            return type(value)(made)  # such as types.MappingProxyType
        # A copy keeps what the mapping has besides its items: the factory of a defaultdict.
        copied = copy.copy(value)
        copied.update(made)
        return copied

    return build


def _rebuild_dataclass(value: Any, names: tuple[str, ...]) -> Callable[[list[Any]], Any]:
    kind = type(value)

    def build(parts: list[Any]) -> Any:
        # Hooked in a trace: __post_init__ may compute with the fields.
        return HOOK[kind](**dict(zip(names, parts, strict=True)))

    return build


def _is_numeric(value: Any) -> bool:
    try:
        return bool(np.array(value, dtype=np.float64).ndim >= 1)
    except (TypeError, ValueError):
        return False


# Kinds of arrays that NumPy would read as numbers all the same.
_NO_NUMBERS = {"U": "text", "S": "text", "M": "dates", "m": "durations"}


def _has_positions(series: Any) -> bool:
    """Whether ``series[k]`` is the k-th entry of one-dimensional data of pandas, or an error."""
    if np.ndim(series) != 1:
        return False
    labels = getattr(series, "index", None)
    if labels is None or callable(labels) or not all(isinstance(k, Real) for k in labels):
        return True
    return bool(np.array_equal(labels, np.arange(len(labels))))


# What results of solvers have, SciPy's and ours.
_RESULT = frozenset({"x", "fun", "success", "status", "message"})


def _result_given(what: str) -> InputError:
    return InputError(
        f"{what} is the result of a solve, and its point alone is needed: give result.x for "
        "it, or warm_start=result to solve(), which takes its multipliers too"
    )


def _is_flat(value: Any, size: int) -> bool:
    try:
        return bool(np.shape(value) == (size,))
    except ValueError:
        return False  # parts of different lengths


def real_numbers(value: Any, what: str) -> FloatArray:
    """Array of float64 of what a user gave, which is not always a copy.

    Raises
    ------
    InputError
        It is no array of real numbers.
    """
    if type(value) is np.ndarray and value.dtype == np.float64:
        return value
    try:
        if hasattr(type(value), "__pandas_priority__") and not _has_positions(value):
            raise TypeError("functions receive an array, in which its labels mean nothing")
        if np.iscomplexobj(value):
            raise TypeError("complex numbers")
        if value is None:
            raise TypeError("no value")
        if getattr(getattr(value, "dtype", None), "names", None):
            raise TypeError("its fields would be lost")
        if isinstance(value, np.ma.MaskedArray):
            raise TypeError("its mask would be lost; array.filled(value) has none")
        array = np.asarray(value)
        if array.dtype.kind in _NO_NUMBERS:
            raise TypeError(_NO_NUMBERS[array.dtype.kind])
        return np.asarray(array, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{what} of type {type(value).__name__} is no array of real numbers ({error}): give "
            "numbers, arrays, or a dict, named tuple or dataclass of these"
        ) from error


def real_number(value: Any, what: str) -> float:
    """Make a float of what a user gave.

    Raises
    ------
    InputError
        It is no real number, or several.
    """
    numbers = real_numbers(value, what)
    if numbers.ndim:
        raise InputError(f"{what} is an array of shape {numbers.shape}: give one number")
    return float(numbers)
