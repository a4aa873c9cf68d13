"""Stand-ins of ufuncs of the user's own functions, of methods of ufuncs, arrays and lists.

Enters: ``np.frompyfunc(f, 1, 1)(x)``, ``np.vectorize(f)(x)``, ``np.add.reduce(values)``, methods of
arrays of objects that hold traced values. Leaves: traced arrays.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._callee import HOOK, Session, holds_traced, running_tape
from asdopt.tracing._complex import TracedComplex, has_complex, tape_among
from asdopt.tracing._hook import HANDLERS, METHODS
from asdopt.tracing._lift import lift
from asdopt.tracing._standins import is_traced
from asdopt.tracing._standins_arrays import Dispatched, lifted, traced_constants
from asdopt.tracing._ufuncs import check_first

__all__: list[str] = []

_FLOAT = np.dtype(np.float64)
_OBJECT = np.dtype(object)


# ------------------------------------------------------------- ufuncs of the user's own functions
def _ufunc(session: Session, ufunc: np.ufunc) -> Any:
    # Of numba.vectorize; of np.frompyfunc only the garbage collector knows the function.
    python = getattr(getattr(ufunc, "_dispatcher", None), "py_func", None)
    if python is None:
        python = next((f for f in gc.get_referents(ufunc) if callable(f)), None)
    if python is None:
        return session.keep(ufunc, Dispatched(ufunc, False))
    return session.keep(ufunc, _Elementwise(HOOK[python], ufunc))


class _Elementwise:
    """Calls a hooked function for each element, as np.frompyfunc does."""

    def __init__(self, function: Callable[..., Any], ufunc: Any) -> None:
        self._call = np.frompyfunc(function, ufunc.nin, ufunc.nout)
        self._ufunc = ufunc

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if any(type(a) is np.float64 for a in args):
            args = tuple([a.item() if type(a) is np.float64 else a for a in args])
        result = self._call(*map(_as_objects, args), **kwargs)
        return tuple(map(lifted, result)) if isinstance(result, tuple) else lifted(result)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ufunc, name)

    def method(self, name: str) -> Callable[..., Any]:
        """Make what ``reduce``, ``accumulate`` and the like mean."""
        original = getattr(self._call, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            return lifted(original(*map(_as_objects, args), **kwargs))

        return call


def _ufunc_method(session: Session, method: Any) -> Any:
    ufunc, name = method.__self__, method.__name__
    called = HOOK[ufunc]
    if isinstance(called, _Elementwise):
        return called.method(name)

    def call(*args: Any, **kwargs: Any) -> Any:
        # Arrays of objects would be combined as Python combines two objects.
        start = 1 if name == "at" else 0
        lifted_args = [*args[:start], *map(_as_array, args[start:])]
        return method(
            *lifted_args, **{k: v if k == "out" else lifted(v) for k, v in kwargs.items()}
        )

    return call


def _as_array(value: Any) -> Any:
    """Make a traced array of a list of traced arrays too."""
    value = lifted(value)
    if type(value) not in (list, tuple) or not holds_traced(value) or has_complex(value):
        return value
    return HOOK[np.array](value)


def _as_objects(value: Any) -> Any:
    return np.asarray(value, dtype=object) if isinstance(value, TracedArrayBase) else value


class _Vectorized:
    """Calls a hooked function for each element, as np.vectorize does."""

    def __init__(self, function: Callable[..., Any], original: Any) -> None:
        self._function = function
        self._original = original

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        original = self._original
        # Types but that of floats are for NumPy to convert to, which traced values allow or refuse.
        asked = [np.dtype(kind) for kind in original.otypes or ()]
        types = None if set(asked) <= {_FLOAT, _OBJECT} else asked
        if original.signature is not None:
            again = np.vectorize(self._function, otypes=types, signature=original.signature)
            return again(*args, **kwargs)
        results: list[Any] = []

        def note(*args: Any, **kwargs: Any) -> Any:
            result = self._function(*args, **kwargs)
            results.append(result)
            return result

        # Results are objects first: whether they are traced shows when they are there.
        first = np.vectorize(note, otypes="O", excluded=original.excluded)
        if original.otypes is None and not all(np.size(a) for a in args):
            return original(*args, **kwargs)
        made = first(*[_as_objects(a) if is_traced(a) else a for a in args], **kwargs)
        if results and isinstance(results[0], tuple):
            again = np.vectorize(self._function, otypes=types, excluded=original.excluded)
            return again(*args, **kwargs)
        if any(type(result) is TracedComplex for result in results):
            return lifted(made.tolist())
        if any(map(is_traced, results)):
            if original.otypes is None:
                check_first(running_tape(), "np.vectorize without otypes", results)
            if types is not None:
                return lift(running_tape(), made).astype(types[0])
            return lift(running_tape(), made) if isinstance(made, np.ndarray) else made
        kind = asked[0] if asked else np.asarray(results[0]).dtype
        return np.asarray(made, dtype=kind)[()] if np.ndim(made) == 0 else made.astype(kind)


def _vectorize(session: Session, callee: Any) -> Any:
    if not callable(callee.pyfunc):
        return callee  # np.vectorize(otypes=[float]), which is called with the function
    return session.keep(callee, _Vectorized(HOOK[callee.pyfunc], callee))


HANDLERS[np.ufunc] = _ufunc
HANDLERS[np.vectorize] = _vectorize
METHODS[np.ufunc] = _ufunc_method


# ------------------------------------------------------------------------- methods of true arrays
_COMPUTING = frozenset(
    {"all", "any", "argmax", "argmin", "argsort", "clip", "conj", "conjugate", "cumprod", "cumsum"}
    | {"dot", "max", "mean", "min", "prod", "round", "std", "sum", "trace", "var"}
)


def _holds_objects(owner: npt.NDArray[Any]) -> bool:
    return owner.dtype.char == "O" and holds_traced(owner)


def _ndarray_method(session: Session, method: Any) -> Any:
    owner: npt.NDArray[Any] = method.__self__
    name = method.__name__
    if name in {"copy", "astype", "flatten"} and type(owner) is np.ndarray:

        def make(*args: Any, **kwargs: Any) -> Any:
            if name == "astype" and _holds_objects(owner):
                kind = args[0] if args else kwargs["dtype"]
                if np.dtype(kind) == _FLOAT:
                    return lifted(owner).astype(*args, **kwargs)
            made = method(*args, **kwargs)
            return made if made is owner else traced_constants(made)

        return make
    function = getattr(np, name, None)
    if function is None or name in {"sort", "partition", "resize"}:
        return method

    def call(*args: Any, **kwargs: Any) -> Any:
        # A method of C would take a traced argument for an array of objects.
        given = (*args, *kwargs.values())
        if name in _COMPUTING and _holds_objects(owner):
            return HOOK[function](owner, *args, **kwargs)
        if any(map(holds_traced, given)) or tape_among(given) is not None:
            return HOOK[function](owner, *args, **kwargs)
        return method(*args, **kwargs)

    return call


def _list_method(session: Session, method: Any) -> Any:
    if method.__name__ != "sort":
        return method

    def sort(*, key: Any = None, reverse: bool = False) -> None:
        if session.level:
            values: list[Any] = method.__self__
            values[:] = HOOK[sorted](values, key=key, reverse=reverse)
            return
        method(key=None if key is None else HOOK[key], reverse=reverse)

    return sort


METHODS[np.ndarray] = _ndarray_method
METHODS[list] = _list_method
