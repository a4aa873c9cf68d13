"""Sparse matrices that a function fills entry by entry: ``lil_matrix`` and ``dok_matrix``.

Enters: the class of SciPy and what it is called with. Leaves: an object of that class whose entries
may become traced: numbers stay in SciPy's own storage, traced entries beside it. As soon as it has
one it answers as a :class:`TracedSparse`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._lift import lift
from asdopt.tracing._linear import is_sparse
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import constants
from asdopt.tracing._sparse import TracedSparse
from asdopt.tracing._tape import Tape
from asdopt.tracing._tracer import tracer

__all__ = ["Assembled", "assembled_class", "settled_sparse"]

# Operators that a matrix with traced entries answers as a TracedSparse, like all methods.
_ASKED = frozenset(
    f"__{name}__"
    for name in (
        *("matmul", "rmatmul", "mul", "rmul", "add", "radd", "sub", "rsub", "neg", "truediv"),
        *("rtruediv", "pow", "abs", "round", "eq", "ne", "lt", "le", "gt", "ge", "len", "iter"),
        *("contains", "delitem", "reversed", "bool", "or", "ior", "ror"),
    )
)
# What depends on the shape only, and what is here.
_UNASKED = frozenset({"dtype", "fromkeys", "get_shape", "getformat", "shape", "format", "T"})
_SUMS: dict[str, Callable[[Any, Any], Any]] = {
    "__add__": lambda a, b: a + b,
    "__radd__": lambda a, b: b + a,
    "__sub__": lambda a, b: a - b,
    "__rsub__": lambda a, b: b - a,
}


class Assembled:
    """Beside a class of SciPy: traced entries by their place."""

    _tape: Tape
    # While SciPy makes the object it has none.
    _traced: Any = MappingProxyType({})
    shape: tuple[int, int]
    dtype: np.dtype[Any]

    def as_traced(self) -> TracedSparse:
        """Return the matrix with all of its entries, SciPy's and the traced ones."""
        traced = self._traced
        with self._of_numbers():
            numbers = self.tocoo()  # type: ignore[attr-defined]  # as SciPy does it
        rows, cols = numbers.coords
        known = zip(rows.tolist(), cols.tolist(), strict=True)
        keep = np.array([place not in traced for place in known], dtype=bool)
        ids = constants(self._tape, np.asarray(numbers.data, dtype=float)[keep])
        places = np.array(list(traced), dtype=np.intp).reshape(-1, 2)
        return TracedSparse(
            self._tape,
            np.concatenate([ids, np.array(list(traced.values()), dtype=np.int32)]),
            np.concatenate([rows[keep], places[:, 0]]),
            np.concatenate([cols[keep], places[:, 1]]),
            self.shape,
            "matrix" in type(self).__name__,
            self.format,  # type: ignore[attr-defined]  # SciPy's
            known="dok" not in type(self).__name__,  # else in the order in which they were set
        )

    @contextmanager
    def _of_numbers(self) -> Iterator[None]:
        """Let SciPy's own methods see the numbers only."""
        traced, self._traced = self._traced, {}
        try:
            yield
        finally:
            self._traced = traced

    @property
    def T(self) -> Any:
        """Transpose."""
        return self.transpose()  # type: ignore[attr-defined]  # of SciPy's class, which is the next one

    def __getitem__(self, key: Any) -> Any:
        if not self._traced:
            found = super().__getitem__(key)  # type: ignore[misc]  # of SciPy's class, which is the next one
            if not is_sparse(found):
                return found
            # It may be combined with traced values.
            made = assembled_class(type(self).__mro__[2])(found)
            made._tape, made._traced = self._tape, {}
            return made
        i, j = self._places(key)
        known = self._traced.get((int(i), int(j))) if np.ndim(i) == 0 else None
        if known is not None:
            return tracer(self._tape, known)
        if np.ndim(i) == 0:
            with self._of_numbers():
                return super().__getitem__(key)  # type: ignore[misc]  # of SciPy's class, which is the next one
        return self.as_traced()[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        value = settled_sparse(value)
        held = value.toarray() if isinstance(value, TracedSparse) else value
        is_traced = hasattr(held, "tape") or (
            isinstance(held, (list, tuple, np.ndarray)) and hasattr(_joined(held), "tape")
        )
        if self._traced or is_traced:
            i, j = self._places(key)
        if is_traced:
            self._check()
            ids = lift(self._tape, _joined(held)).ids
            if np.squeeze(ids).shape == np.squeeze(i).shape:  # a row is as good as a column
                ids = ids.reshape(np.shape(i))
            ids = np.broadcast_to(ids, np.shape(i))
            places = zip(np.ravel(i).tolist(), np.ravel(j).tolist(), strict=True)
            self._traced.update(zip(places, ids.ravel().tolist(), strict=True))
            return
        with self._of_numbers():
            super().__setitem__(key, value)  # type: ignore[misc]  # of SciPy's class, which is the next one
        if self._traced:
            for place in zip(np.ravel(i).tolist(), np.ravel(j).tolist(), strict=True):
                self._traced.pop(place, None)

    def setdiag(self, values: Any, k: int = 0) -> None:
        """Set the entries of a diagonal."""
        size = min(self.shape[0] + min(k, 0), self.shape[1] - max(k, 0))
        size = min(size, len(values)) if np.ndim(values) else size
        i = np.arange(size) - min(k, 0)
        self[i, i + k] = values[:size] if np.ndim(values) else values

    def _changed(self, found: TracedSparse) -> Any:
        """Change in place, for all who have the matrix."""
        self._check()
        with self._of_numbers():
            super().__setitem__((slice(None), slice(None)), 0)  # type: ignore[misc]  # of SciPy's class, which is the next one
        ids, rows, cols = found.triplets
        places = zip(rows.tolist(), cols.tolist(), strict=True)
        self._traced = dict(zip(places, ids.tolist(), strict=True))
        return self

    def __imul__(self, other: Any) -> Any:
        if np.ndim(other):
            return NotImplemented
        if not self._traced and not hasattr(other, "tape"):
            return super().__imul__(other)  # type: ignore[misc]  # of SciPy's class, which is the next one
        return self._changed(self.as_traced() * other)

    def __itruediv__(self, other: Any) -> Any:
        if np.ndim(other):
            return NotImplemented
        if not self._traced and not hasattr(other, "tape"):
            return super().__itruediv__(other)  # type: ignore[misc]  # of SciPy's class, which is the next one
        return self._changed(self.as_traced() / other)

    def _check(self) -> None:
        if self.dtype.kind != "f":
            raise refuse(
                self._tape,
                UnsupportedOperationError,
                f"a traced value was stored into a sparse matrix of {self.dtype}, which would "
                "round it: make the matrix with dtype=float",
            )

    def _places(self, key: Any) -> tuple[Any, Any]:
        """Rows and columns that an index means, of the shape of what it gives."""
        if isinstance(key, np.ndarray) and key.ndim == 2 and key.dtype.kind == "b":
            i, j = np.nonzero(key)
            return i, j
        if not isinstance(key, tuple):
            key = (key, slice(None))
        parts = [np.arange(n)[k] for n, k in zip(self.shape, key, strict=True)]
        if any(isinstance(k, slice) for k in key) and np.ndim(parts[0]) and np.ndim(parts[1]):
            parts[0] = parts[0][:, None]
        i, j = np.broadcast_arrays(*parts)
        return i, j


def _joined(value: Any) -> Any:
    """One array of what may be a list of traced values."""
    if not isinstance(value, (list, tuple)) and getattr(value, "dtype", None) is not np.dtype(
        object
    ):
        return value
    from asdopt.tracing._callee import HOOK

    return HOOK[np.array](value if isinstance(value, (list, tuple)) else value.tolist())


def _asked(name: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not self._traced and name in _SUMS and isinstance(args[0], TracedArrayBase):
            return _SUMS[name](np.asarray(self.toarray()), args[0])
        if not self._traced:
            return getattr(super(self._own, self), name)(*args, **kwargs)
        found = self.as_traced()
        if not hasattr(type(found), name):
            raise found.refused(f"the method {name!r}")
        return getattr(found, name)(*args, **kwargs)

    return method


def _asked_for(name: str) -> Callable[[Any], Any]:
    def attribute(self: Any) -> Any:
        return getattr(self.as_traced() if self._traced else super(self._own, self), name)

    return attribute


def _held(name: str) -> property:
    """Guard an attribute in which SciPy keeps the numbers, and only these."""

    def get(self: Any) -> Any:
        if self._traced:
            raise self.as_traced().refused(f"the attribute {name!r}")
        return self.__dict__[name]

    return property(get, lambda self, value: self.__dict__.__setitem__(name, value))


@cache
def assembled_class(kind: type) -> type:
    """Make a class of SciPy that may hold traced entries."""
    methods: dict[str, Any] = {}
    for name in dir(kind):
        if name in _UNASKED or name in vars(Assembled) or (name[0] == "_" and name not in _ASKED):
            continue
        is_property = isinstance(inspect.getattr_static(kind, name), property)
        methods[name] = property(_asked_for(name)) if is_property else _asked(name)
    if kind.__name__.startswith("lil"):
        methods |= {name: _held(name) for name in ("rows", "data")}
    made = type(kind.__name__, (Assembled, kind), methods | {"__module__": kind.__module__})
    made._own = made  # type: ignore[attr-defined]  # of SciPy's class, which is the next one
    return made


def settled_sparse(value: Any) -> Any:
    """Replace a matrix that has traced entries by the one that SciPy's stand-ins know."""
    if isinstance(value, Assembled) and value._traced:
        return value.as_traced()
    if type(value) in (list, tuple) and any(map(is_sparse, value)):
        return type(value)(map(settled_sparse, value))
    return value
