"""Complex numbers under trace: pairs of traced arrays, the real and the imaginary part.

Enters: operations of traced values with complex constants (``1j * x``), complex arrays that a
function makes, Fourier transforms. Leaves: :class:`TracedComplex`, and traced arrays where a
result is real (``abs``, ``angle``, ``real``, ``imag``). Inputs and outputs of a problem are real.
A part that is zero by construction is None, so that nothing is recorded for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from asdopt._errors import TracingError
from asdopt.tracing._array_base import TracedArrayBase, array, wrap
from asdopt.tracing._lift import concrete, lift
from asdopt.tracing._linear import is_sparse, is_sparse_matrix
from asdopt.tracing._location import refuse
from asdopt.tracing._tape import Tape
from asdopt.tracing._tracer import Tracer

__all__ = [
    "TracedComplex",
    "has_complex",
    "is_complex",
    "is_pair",
    "make",
    "tape_among",
]

_COMPLEX = np.dtype(np.complex128)


def is_complex(value: Any) -> bool:
    """Tell whether a value is complex: a number, an array, a sparse matrix or a traced one."""
    if isinstance(value, (TracedComplex, complex, np.complexfloating)):
        return True
    return getattr(getattr(value, "dtype", None), "kind", "") == "c"


def is_pair(a: Any, b: Any) -> bool:
    """Tell whether an operation of two values has a complex traced result."""
    if type(a) is TracedComplex or type(b) is TracedComplex:
        return True
    traced = (Tracer, TracedArrayBase)
    return (isinstance(a, traced) and is_complex(b)) or (isinstance(b, traced) and is_complex(a))


_KINDS = frozenset({complex, np.complex64, np.complex128})
_INNER = frozenset({list, tuple, np.ndarray})


def has_complex(value: Any) -> bool:
    """Tell whether nested lists hold a complex number, array or traced value."""
    if type(value) not in (list, tuple):
        return False
    kinds = set(map(type, value))
    if TracedComplex in kinds or not kinds.isdisjoint(_KINDS):
        return True
    return not kinds.isdisjoint(_INNER) and any(is_complex(v) or has_complex(v) for v in value)


def tape_among(values: Any) -> Tape | None:
    """Tape of the first traced value among some, looking into sequences."""
    for value in values:
        if isinstance(value, (Tracer, TracedArrayBase, TracedComplex)):
            return value.tape
        if isinstance(value, (list, tuple)):
            found = tape_among(value)
            if found is not None:
                return found
    return None


def parts(tape: Tape, value: Any) -> tuple[Any, Any]:
    """Real and imaginary part: traced or plain arrays, None where zero by construction."""
    if type(value) is TracedComplex:
        return value.re, value.im
    if isinstance(value, (Tracer, TracedArrayBase)):
        return lift(tape, value), None
    if is_sparse(value):
        return (value.real, value.imag) if value.dtype.kind == "c" else (value, None)
    if isinstance(value, (list, tuple)) and tape_among(value) is not None:
        pairs = [make(tape, *parts(tape, part)) for part in value]
        return (
            lift(tape, [pair.whole(0) for pair in pairs]),
            lift(tape, [pair.whole(1) for pair in pairs]),
        )
    plain = np.asarray(value)
    if plain.dtype == object:
        return parts(tape, plain.tolist())
    real, imag = (plain.real, plain.imag) if plain.dtype.kind == "c" else (plain, None)
    if imag is not None and not imag.any():
        imag = None
    return (None if imag is not None and not real.any() else real), imag


def make(tape: Tape, re: Any, im: Any, shape: tuple[int, ...] | None = None) -> TracedComplex:
    """Make a complex array of its parts."""
    return TracedComplex(tape, re, im, shape)


def _call(function: np.ufunc, a: Any, b: Any, tape: Tape) -> Any:
    return _complex_ufuncs.UFUNCS[function](tape, a, b)


def _operator(function: np.ufunc, *, reflected: bool = False) -> Callable[..., Any]:
    if reflected:
        return lambda self, other: _call(function, other, self, self.tape)
    return lambda self, other: _call(function, self, other, self.tape)


def _in_place(function: np.ufunc) -> Callable[..., Any]:
    def operate(self: TracedComplex, other: Any) -> Any:
        result = _call(function, self, other, self.tape)
        if not self.ndim:
            return result
        self[...] = result
        return self

    return operate


def _per_part(name: str) -> Callable[..., Any]:
    """Make a method that does the same to both parts."""

    def method(self: TracedComplex, *args: Any, **kwargs: Any) -> TracedComplex:
        re, im = (
            None if part is None else getattr(part, name)(*args, **kwargs)
            for part in (self.re, self.im)
        )
        shape = np.shape(getattr(np.empty(self.shape), name)(*args, **kwargs))
        return make(self.tape, re, im, shape)

    return method


class TracedComplex:
    """A complex array, or number where it has no dimensions, of two traced parts."""

    __slots__ = ("im", "re", "shape", "tape")
    __array_priority__ = 20.0
    __hash__ = None  # type: ignore[assignment]  # mutable, as ndarray

    def __init__(self, tape: Tape, re: Any, im: Any, shape: Any = None) -> None:
        self.tape = tape
        if shape is None:
            shape = np.broadcast_shapes(*[np.shape(part) for part in (re, im) if part is not None])
        self.shape: tuple[int, ...] = tuple(shape)
        self.re = self._part(re)
        self.im = self._part(im)

    def _part(self, part: Any) -> Any:
        if part is None:
            return None
        lifted = lift(self.tape, part)
        if lifted.shape == self.shape and not lifted.is_bool:
            return lifted
        return array(self.tape, np.broadcast_to(lifted.ids, self.shape).copy())

    @property  # type: ignore[misc]  # read-only; object's is not
    def __class__(self) -> Any:
        if sys._getframe(1).f_globals.get("__name__", "").startswith("asdopt"):
            return TracedComplex
        return np.ndarray if self.shape else np.complex128

    def whole(self, k: int) -> Any:
        """One part as a traced array, made of zeros where it is zero by construction."""
        part = (self.re, self.im)[k]
        if part is None:
            part = array(self.tape, lift(self.tape, np.zeros(self.shape)).ids)
            if k:
                self.im = part
            else:
                self.re = part
        return part

    def _real(self, part: Any) -> Any:
        """Give a part to the user: a traced array, a number where it has no dimensions."""
        return wrap(self.tape, part.ids) if self.shape else wrap(self.tape, part.ids[()])

    __add__ = _operator(np.add)
    __radd__ = _operator(np.add, reflected=True)
    __iadd__ = _in_place(np.add)
    __sub__ = _operator(np.subtract)
    __rsub__ = _operator(np.subtract, reflected=True)
    __isub__ = _in_place(np.subtract)
    __mul__ = _operator(np.multiply)
    __imul__ = _in_place(np.multiply)
    __truediv__ = _operator(np.divide)
    __rtruediv__ = _operator(np.divide, reflected=True)
    __itruediv__ = _in_place(np.divide)
    __pow__ = _operator(np.power)
    __rpow__ = _operator(np.power, reflected=True)
    __matmul__ = _operator(np.matmul)
    __rmatmul__ = _operator(np.matmul, reflected=True)
    __eq__ = _operator(np.equal)
    __ne__ = _operator(np.not_equal)

    def __rmul__(self, other: Any) -> Any:
        product = np.matmul if is_sparse_matrix(other) else np.multiply
        return _call(product, other, self, self.tape)

    def __neg__(self) -> Any:
        return _complex_ufuncs.UFUNCS[np.negative](self.tape, self)

    def __pos__(self) -> Any:
        return self.copy()

    def __abs__(self) -> Any:
        if self.im is None or self.re is None:
            part = self.whole(0) if self.im is None else self.im
            return self._real(lift(self.tape, np.abs(part)))
        return self._real(lift(self.tape, np.hypot(self.re, self.im)))

    def angle(self) -> Any:
        """Angle in radians."""
        return self._real(lift(self.tape, np.arctan2(self.whole(1), self.whole(0))))

    def __bool__(self) -> bool:
        return bool(np.any(self.whole(0) != 0.0) or np.any(self.whole(1) != 0.0))

    def _refused(self, kind: str) -> TracingError:
        return refuse(
            self.tape,
            TracingError,
            f"a complex traced value was asked to become {kind}, which would lose its dependence "
            "on the variables: return and store its real and imaginary parts (z.real, z.imag)",
        )

    def __float__(self) -> float:
        raise self._refused("a plain float")

    def __complex__(self) -> complex:
        raise self._refused("a plain complex number")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        if sys._getframe(1).f_globals.get("__name__", "").startswith("scipy.sparse"):
            # Says "no array" to scipy.sparse, so that A @ z asks __rmatmul__.
            holder = np.empty((), dtype=object)
            holder[()] = self
            return holder
        raise self._refused("a plain array")

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return _complex_ufuncs.ufunc(self.tape, function, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        from asdopt.tracing._complex_functions import dispatch

        return dispatch(self.tape, func, args, kwargs)

    def __repr__(self) -> str:
        return f"<complex traced value of shape {self.shape}>"

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("object of type 'complex' has no len()")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[k] for k in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        key = concrete(self.tape, key)
        shape = np.shape(np.empty(self.shape, dtype=np.int8)[key])
        found = [None if part is None else part.ids[key] for part in (self.re, self.im)]
        re, im = (None if ids is None else array(self.tape, np.asarray(ids)) for ids in found)
        return make(self.tape, re, im, shape)

    def __setitem__(self, key: Any, value: Any) -> None:
        re, im = parts(self.tape, value)
        self.whole(0)[key] = 0.0 if re is None else re
        self.whole(1)[key] = 0.0 if im is None else im

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of entries."""
        return int(np.prod(self.shape))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type that NumPy's array would have: complex128."""
        return _COMPLEX

    @property
    def T(self) -> Any:
        """Transposed view."""
        return self.transpose()

    @property
    def real(self) -> Any:
        """Real part."""
        return self._real(self.whole(0))

    @real.setter
    def real(self, value: Any) -> None:
        self.whole(0)[...] = value

    @property
    def imag(self) -> Any:
        """Imaginary part."""
        return self._real(self.whole(1))

    @imag.setter
    def imag(self, value: Any) -> None:
        self.whole(1)[...] = value

    transpose = _per_part("transpose")
    reshape = _per_part("reshape")
    ravel = _per_part("ravel")
    flatten = _per_part("flatten")
    squeeze = _per_part("squeeze")
    swapaxes = _per_part("swapaxes")
    take = _per_part("take")
    repeat = _per_part("repeat")
    diagonal = _per_part("diagonal")
    trace = _per_part("trace")
    sum = _per_part("sum")
    mean = _per_part("mean")
    cumsum = _per_part("cumsum")

    def copy(self, order: Any = "C") -> Any:
        """Copy."""
        re, im = (None if p is None else array(self.tape, p.ids.copy()) for p in (self.re, self.im))
        return make(self.tape, re, im, self.shape)

    def conj(self) -> Any:
        """Complex conjugate."""
        return make(self.tape, self.re, None if self.im is None else -self.im, self.shape)

    conjugate = conj

    def prod(self, axis: Any = None) -> Any:
        """Product."""
        return np.prod(self, axis)

    def dot(self, other: Any) -> Any:
        """Dot product."""
        return np.dot(self, other)

    def item(self, *index: Any) -> Any:
        """One entry as a complex traced number."""
        return self.reshape(-1)[index[0] if index else 0]

    def sort(self, axis: int = -1) -> None:
        """Sort in place, by real and then by imaginary parts, as NumPy does."""
        self[...] = np.sort(self, axis)

    def tolist(self) -> Any:
        """Nested lists of complex traced numbers."""
        return [part.tolist() for part in self] if self.shape else self

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """Copy; another type than complex128 would drop the imaginary part and is refused."""
        if np.dtype(dtype) != _COMPLEX:
            raise self._refused(f"an array of {np.dtype(dtype)}")
        return self.copy()


# At the end: written in terms of the class above.
from asdopt.tracing import _complex_ufuncs  # noqa: E402
