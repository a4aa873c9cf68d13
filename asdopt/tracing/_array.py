"""Traced arrays: ndarrays of node ids that answer to NumPy's protocols.

Enters: a tape and an int32 array of node ids. Leaves: an object that behaves as a NumPy array of
float64 (or of truth values, for comparisons) and whose operations are recorded. Indexing,
slicing and views are NumPy's own on the ids, so that aliasing is NumPy's too. Results without
dimensions are traced scalars, as NumPy's are scalars. Next: ``_ufuncs.py`` for
``__array_ufunc__``, ``_functions.py`` for ``__array_function__``.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any, NoReturn, cast

import numpy as np
import numpy.typing as npt

from asdopt._errors import TracingError, UnsupportedOperationError
from asdopt.tracing import _tracer
from asdopt.tracing._codes import one_node_code
from asdopt.tracing._lift import concrete, lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import constant_values, select, truth
from asdopt.tracing._tracer import TracedArrayBase, Tracer, elementwise, mirror

__all__ = ["TracedArray", "lift"]

_FLOAT = np.dtype(np.float64)
_BOOL = np.dtype(np.bool_)
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
        result = plain(self, other)
        return result if result is NotImplemented else _ufuncs.store(result, self)

    return operate


_times = _operator(np.multiply)
_times_reflected = _operator(np.multiply, reflected=True)


def _left_to_other(other: Any) -> bool:
    """Whether an operand has operators of its own that go first (as ndarray decides it)."""
    kind = type(other)
    if _linear.is_sparse(other):
        return False  # lift() refuses it with a remedy
    if kind in _ORDINARY or isinstance(other, (TracedArrayBase, Tracer, np.ndarray, np.generic)):
        return False
    if other is None or isinstance(other, str):
        return True
    protocol = getattr(kind, "__array_ufunc__", False)
    return protocol is None or hasattr(kind, "__array_priority__")


_ORDINARY = frozenset({float, int, bool, list, tuple})


def _method(name: str, target: str | None = None) -> Callable[..., Any]:
    """Make an ndarray method of the NumPy function that has the same arguments."""
    function = getattr(np, target or name)

    def method(self: TracedArray, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    method.__name__ = name
    return method


class TracedArray(TracedArrayBase):
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
        return _linear.matmul(self.tape, self, other)

    def __rmatmul__(self, other: Any) -> Any:
        if _left_to_other(other):
            return NotImplemented
        return _linear.matmul(self.tape, other, self)

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
    def _only(self) -> Any:
        if self.size != 1:
            raise TypeError("only length-1 arrays can be converted to Python scalars")
        return _tracer.tracer(self.tape, int(self.ids.ravel()[0]), self.is_bool)

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

    def __reduce__(self) -> NoReturn:
        raise refuse(
            self.tape,
            TracingError,
            "pickling a traced array was asked for; it lives only while the function is traced, "
            "so another process cannot use it: keep multiprocessing outside of the function",
        )

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        self.__reduce__()

    def __repr__(self) -> str:
        if self.tape.primal:
            values = self.tape.values(self.ids)
            text = np.array2string(values != 0 if self.is_bool else values, precision=6)
            return f"<traced array {text}>"
        return f"<traced array of shape {self.shape}>"

    __str__ = __repr__

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
            mask = key.ids.reshape(key.shape + (1,) * (self.ndim - key.ndim))
            self.ids[...] = select(self.tape, mask, ids, self.ids)
            return
        self.ids[concrete(self.tape, key)] = ids

    # Attributes of ndarray
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

    @property
    def flat(self) -> _conversions.FlatIterator:
        """Iterator over the entries in C order; reads and writes by flat index."""
        return _conversions.FlatIterator(self)

    @flat.setter
    def flat(self, value: Any) -> None:
        _conversions.FlatIterator(self)[...] = value

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

    def compress(self, condition: Any, axis: Any = None, out: Any = None) -> Any:
        """Entries along an axis where a condition holds."""
        return np.compress(condition, self, axis=axis, out=out)

    def reshape(self, *shape: Any, order: Any = "C", copy: bool | None = None) -> Any:
        """View (or copy) of another shape."""
        ids = self.ids.reshape(*shape, order=order, copy=copy)
        return mirror(self.tape, ids, self.is_bool)

    def transpose(self, *axes: Any) -> Any:
        """View with the axes exchanged."""
        return mirror(self.tape, self.ids.transpose(*axes), self.is_bool)

    def flatten(self, order: Any = "C") -> TracedArray:
        """One-dimensional copy."""
        return TracedArray(self.tape, self.ids.flatten(order), self.is_bool)

    def copy(self, order: Any = "C") -> Any:
        """Copy."""
        return mirror(self.tape, self.ids.copy(order), self.is_bool)

    def conj(self) -> Any:
        """Copy: traced values are real."""
        return self.copy()

    conjugate = conj

    def view(self, dtype: Any = None, type: Any = None) -> Any:  # noqa: A002  # as ndarray's
        """View of the same entries; another type is refused."""
        if np.matrix in (dtype, type):
            raise self._refused(
                "an np.matrix, alone or as a factor,", "np.array and the operator @"
            )
        if type is not None or (dtype is not None and np.dtype(dtype) != self.dtype):
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

    def sort(
        self, axis: int = -1, kind: Any = None, order: Any = None, *, stable: Any = None
    ) -> None:
        """Sort in place, in the order at the point, under guards."""
        self[...] = np.sort(self, axis=axis)

    def partition(self, kth: Any, axis: int = -1, kind: Any = None, order: Any = None) -> None:
        """Sort in place: a sorted array is partitioned at every position."""
        self[...] = np.sort(self, axis=axis)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in _KNOWN_ATTRIBUTES:
            raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")
        raise self._refused(f"the attribute {name!r}", "the operations of numpy")

    def _refused(self, what: str, instead: str) -> UnsupportedOperationError:
        return refuse(
            self.tape,
            UnsupportedOperationError,
            f"{what} of a traced array of shape {self.shape} was asked for; it needs the numbers "
            f"in memory, which a traced array does not have: use {instead} instead",
        )


# At the end: these modules are written in terms of the class above.
from asdopt.tracing import _conversions, _functions, _linear, _scalars, _ufuncs  # noqa: E402

_tracer.install(TracedArray, _scalars.attribute, _scalars.ufunc, _scalars.function)
