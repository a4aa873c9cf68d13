"""Traced arrays: ndarrays of node ids that answer to NumPy's protocols.

Enters: a tape and an int32 array of node ids. Leaves: an object that behaves as a NumPy array of
float64 (or of truth values, for comparisons) and whose operations are recorded. Indexing,
slicing and views are NumPy's own on the ids, so that aliasing is NumPy's too. Results without
dimensions are traced scalars, as NumPy's are scalars. Next: ``_ufuncs.py`` for
``__array_ufunc__``, ``_functions.py`` for ``__array_function__``.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import TracingError, UnsupportedOperationError
from asdopt.tracing import _array_base, _point_name, _tracer
from asdopt.tracing._array_base import TracedArrayBase, elementwise, mirror
from asdopt.tracing._array_methods import ArrayMethods
from asdopt.tracing._codes import one_node_code
from asdopt.tracing._lift import concrete, constants_only, lift, living
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import constant_values, select, truth
from asdopt.tracing._tape import Tape
from asdopt.tracing._tracer import Tracer

__all__ = ["TracedArray", "lift"]

_KNOWN_ATTRIBUTES = frozenset(dir(np.ndarray))


def _operator(ufunc: np.ufunc, *, reflected: bool = False) -> Callable[..., Any]:
    """Make an arithmetic dunder of a ufunc."""
    code = one_node_code(ufunc)
    if reflected:

        def operate(self: TracedArray, other: Any) -> Any:
            if code and (result := elementwise(self.tape, code, other, self)) is not None:
                return result
            if _left_to_other(other):
                return NotImplemented
            return _ufuncs.call(self.tape, ufunc, (other, self))
    else:

        def operate(self: TracedArray, other: Any) -> Any:
            if code and (result := elementwise(self.tape, code, self, other)) is not None:
                return result
            if _left_to_other(other):
                return NotImplemented
            return _ufuncs.call(self.tape, ufunc, (self, other))

    return operate


def _in_place(ufunc: np.ufunc) -> Callable[..., Any]:
    """Make an in-place dunder: the result goes into the ids, so that every alias sees it."""
    plain = _operator(ufunc)

    def operate(self: TracedArray, other: Any) -> Any:
        if _ufuncs.is_foreign(other):
            # As for ndarray: they write into the array and return an object of their own.
            if not hasattr(type(other), "__pandas_priority__"):
                return ufunc(self, other, out=(self,))
            made = ufunc(np.asarray(self, dtype=object), other)
            self[...] = np.asarray(made)
            return made
        result = plain(self, np.asarray(other) if isinstance(other, np.matrix) else other)
        if type(result) is np.ndarray:  # of numbers that an earlier trace left behind
            self[...] = result
            return self
        return result if result is NotImplemented else _ufuncs.store(result, self)

    return operate


def _matmul(tape: Tape, a: Any, b: Any) -> Any:
    if tape.is_number():
        return operator.matmul(*constants_only((a, b)))
    return _products.matmul(tape, a, b)


_times = _operator(np.multiply)
_times_reflected = _operator(np.multiply, reflected=True)


def _left_to_other(other: Any) -> bool:
    """Whether an operand has operators of its own that go first (as ndarray decides it)."""
    kind = type(other)
    if _linear.is_sparse(other):
        return False  # lift() refuses it with a remedy
    if issubclass(kind, np.ndarray) and kind is not np.ndarray:
        return kind is np.matrix or not kind.__module__.startswith("numpy")
    if kind in _ORDINARY or isinstance(other, (TracedArrayBase, Tracer, np.ndarray, np.generic)):
        return False
    if other is None or isinstance(other, str):
        return True
    protocol = getattr(kind, "__array_ufunc__", False)
    return protocol is None or hasattr(kind, "__array_priority__")


_ORDINARY = frozenset({float, int, bool, list, tuple})


class TracedArray(ArrayMethods):
    """An array of traced numbers, or of traced truth values.

    Parameters
    ----------
    tape : Tape
        Where its operations are recorded.
    ids : ndarray of int32
        Node of each entry. Views of it are views of the traced array.
    is_bool : bool
        Whether the entries are truth values of comparisons.
    """

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]  # as for ndarray: mutable

    @property  # type: ignore[misc]  # read-only; object's is not
    def __class__(self) -> Any:
        # To user code a traced array is an ndarray (isinstance, singledispatch, match).
        # scipy.sparse would hand one to its C loops, so it and asdopt see what it is.
        module = sys._getframe(1).f_globals.get("__name__", "")
        if module.startswith(("asdopt", "scipy.")):
            return TracedArray
        return np.ndarray

    # Arithmetic
    __add__ = _operator(np.add)
    __radd__ = _operator(np.add, reflected=True)
    __iadd__ = _in_place(np.add)
    __sub__ = _operator(np.subtract)
    __rsub__ = _operator(np.subtract, reflected=True)
    __isub__ = _in_place(np.subtract)
    __imul__ = _in_place(np.multiply)
    __truediv__ = _operator(np.divide)
    __rtruediv__ = _operator(np.divide, reflected=True)
    __itruediv__ = _in_place(np.divide)
    __floordiv__ = _operator(np.floor_divide)
    __rfloordiv__ = _operator(np.floor_divide, reflected=True)
    __ifloordiv__ = _in_place(np.floor_divide)
    __mod__ = _operator(np.remainder)
    __rmod__ = _operator(np.remainder, reflected=True)
    __imod__ = _in_place(np.remainder)
    __divmod__ = _operator(np.divmod)
    __rdivmod__ = _operator(np.divmod, reflected=True)
    __pow__ = _operator(np.power)
    __rpow__ = _operator(np.power, reflected=True)
    __ipow__ = _in_place(np.power)
    __and__ = _operator(np.bitwise_and)
    __rand__ = _operator(np.bitwise_and, reflected=True)
    __iand__ = _in_place(np.bitwise_and)
    __or__ = _operator(np.bitwise_or)
    __ror__ = _operator(np.bitwise_or, reflected=True)
    __ior__ = _in_place(np.bitwise_or)
    __xor__ = _operator(np.bitwise_xor)
    __rxor__ = _operator(np.bitwise_xor, reflected=True)
    __ixor__ = _in_place(np.bitwise_xor)
    __lt__ = _operator(np.less)
    __le__ = _operator(np.less_equal)
    __gt__ = _operator(np.greater)
    __ge__ = _operator(np.greater_equal)

    def __mul__(self, other: Any) -> Any:
        if _linear.is_sparse_matrix(other):
            return _linear.times_sparse(self.tape, self, other)
        return _times(self, other)

    def __rmul__(self, other: Any) -> Any:
        if _linear.is_sparse_matrix(other):
            return _linear.sparse_times(self.tape, other, self)
        return _times_reflected(self, other)

    def __matmul__(self, other: Any) -> Any:
        if _left_to_other(other):
            return NotImplemented
        return _matmul(living(self.tape, (other,)), self, other)

    def __rmatmul__(self, other: Any) -> Any:
        if _left_to_other(other):
            return NotImplemented
        return _matmul(living(self.tape, (other,)), other, self)

    def __imatmul__(self, other: Any) -> Any:
        return _ufuncs.store(self @ other, self)

    def __eq__(self, other: object) -> Any:
        if other is None or isinstance(other, str):
            return np.zeros(self.shape, dtype=bool)
        if _left_to_other(other):
            return NotImplemented
        return _ufuncs.call(self.tape, np.equal, (self, other))

    def __ne__(self, other: object) -> Any:
        if other is None or isinstance(other, str):
            return np.ones(self.shape, dtype=bool)
        if _left_to_other(other):
            return NotImplemented
        return _ufuncs.call(self.tape, np.not_equal, (self, other))

    def __neg__(self) -> Any:
        return np.negative(self)

    def __pos__(self) -> Any:
        return np.positive(self)

    def __abs__(self) -> Any:
        return np.absolute(self)

    def __invert__(self) -> Any:
        return np.invert(self)

    # Conversions
    def __bool__(self) -> bool:
        if self.size != 1:
            many = "an array with more than one element" if self.size else "an empty array"
            raise ValueError(
                f"The truth value of {many} is ambiguous. Use a.any(), a.all() or a.size > 0"
            )
        return bool(self._only())

    def __float__(self) -> float:
        return float(self._only())

    def __int__(self) -> int:
        return int(self._only())

    def __complex__(self) -> complex:
        return complex(self._only())

    def __contains__(self, value: Any) -> bool:
        return bool(np.any(self == value))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        caller = sys._getframe(1)
        if constant_values(self.tape, self.ids) is not None:
            return _conversions.to_ndarray(self, dtype)
        if caller.f_globals.get("__name__", "").startswith("scipy.sparse"):
            if caller.f_code.co_name == "dot":
                return _conversions.to_objects(
                    self
                )  # coo_array.dot looks at its shape and goes on to @
            if "matmul" not in caller.f_code.co_name:
                raise refuse(
                    self.tape,
                    UnsupportedOperationError,
                    f"scipy.sparse was asked to combine a sparse matrix with a traced array of "
                    f"shape {self.shape} elementwise, or to store it; only products A @ x and "
                    "x @ A are known: use A.toarray(), or work on the data array of A",
                )
            # Says "no array" to scipy.sparse, so that A @ x asks our __rmatmul__.
            holder = np.empty((), dtype=object)
            holder[()] = self
            return holder
        if caller.f_code.co_name == "as_strided":
            raise self._refused("a view by np.lib.stride_tricks.as_strided", "indexing")
        return _conversions.to_ndarray(self, dtype)

    def __array_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        return _functions.dispatch(self.tape, func, types, args, kwargs)

    def __copy__(self) -> TracedArray:
        return TracedArray(self.tape, self.ids.copy(), self.is_bool)

    def __deepcopy__(self, memo: dict[int, Any]) -> TracedArray:
        return self.__copy__()

    def __reduce__(self) -> Any:
        if self.tape.is_number():
            return np.array, (np.array(np.asarray(self)),)
        raise refuse(
            self.tape,
            TracingError,
            "pickling a traced array was asked for; it lives only while the function is traced, "
            "so another process cannot use it: keep multiprocessing outside of the function",
        )

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.__reduce__()

    def __repr__(self) -> str:
        if self.tape.is_number():
            return repr(np.asarray(self))
        if self.tape.primal:
            values = self.tape.values(self.ids)
            text = np.array2string(values != 0 if self.is_bool else values, precision=6)
            return f"<traced array {text}>"
        return f"<traced array of shape {self.shape}>"

    def __str__(self) -> str:
        return str(np.asarray(self)) if self.tape.is_number() else repr(self)

    def __format__(self, spec: str) -> str:
        if spec:
            raise TypeError("unsupported format string passed to numpy.ndarray.__format__")
        return str(self)

    # Indexing: the fast paths of one element stand in TracedArrayBase.
    def get(self, key: Any) -> Any:
        """Read ``self[key]`` for every kind of NumPy index."""
        return mirror(self.tape, self.ids[concrete(self.tape, key)], self.is_bool)

    def set(self, key: Any, value: Any) -> None:
        """Write ``self[key] = value``, broadcasting as NumPy does."""
        source = lift(self.tape, value)
        ids = source.ids
        if self.is_bool and not source.is_bool:
            ids = truth(self.tape, ids)
        if type(key) is TracedArray and key.is_bool and ids.ndim == 0:
            # x[mask] = scalar keeps both outcomes of the mask: no guard needed.
            if key.shape != self.shape[: key.ndim]:
                raise IndexError(
                    f"boolean index of shape {key.shape} did not match the indexed array's "
                    f"shape {self.shape}"
                )
            mask = lift(self.tape, key).ids.reshape(key.shape + (1,) * (self.ndim - key.ndim))
            self.ids[...] = select(self.tape, mask, ids, self.ids)
            return
        self.ids[concrete(self.tape, key)] = ids

    @property
    def flat(self) -> _conversions.FlatIterator:
        """Iterator over the entries in C order; reads and writes by flat index."""
        return _conversions.FlatIterator(self)

    @flat.setter
    def flat(self, value: Any) -> None:
        _conversions.FlatIterator(self)[...] = value

    def astype(
        self,
        dtype: Any,
        order: Any = "K",
        casting: Any = "unsafe",
        subok: bool = True,
        copy: bool = True,
    ) -> Any:
        """Change the type: float64, bool, object; integers under a guard of each entry."""
        return _conversions.astype(self, np.dtype(dtype), copy)

    def tobytes(self, order: Any = "C") -> Any:
        """Name of the values: a key of a dictionary."""
        if constant_values(self.tape, self.ids) is not None:
            return np.asarray(self).tobytes(order)
        return _point_name.TracedBytes(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in _KNOWN_ATTRIBUTES:
            raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")
        raise self._refused(f"the attribute {name!r}", "the operations of numpy")


# At the end: these modules are written in terms of the class above.
from asdopt.tracing import (  # noqa: E402
    _conversions,
    _functions,
    _linear,
    _products,
    _scalars,
    _ufuncs,
)

_array_base.install(TracedArray, _scalars.ufunc)
_tracer.install(TracedArray, _scalars.attribute, _scalars.ufunc, _scalars.function)
