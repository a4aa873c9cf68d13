"""Functions of ``math``, ``numpy`` and a few builtins that know the numbers of ``jets.py``."""

from __future__ import annotations

import builtins
import functools
import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
from jets import Jet, binary, constant, decided, lift, unary

__all__ = ["namespace"]

# Functions of one number: value and both derivatives, from the number and the value.
UNARY: dict[str, tuple[Callable[..., float], Callable[..., tuple[float, float]]]] = {
    "sin": (math.sin, lambda x, v: (math.cos(x), -v)),
    "cos": (math.cos, lambda x, v: (-math.sin(x), -v)),
    "tan": (math.tan, lambda x, v: (1 + v * v, 2 * v * (1 + v * v))),
    "exp": (math.exp, lambda x, v: (v, v)),
    "expm1": (math.expm1, lambda x, v: (math.exp(x), math.exp(x))),
    "log": (math.log, lambda x, v: (1 / x, -1 / x**2)),
    "log1p": (math.log1p, lambda x, v: (1 / (1 + x), -1 / (1 + x) ** 2)),
    "sqrt": (math.sqrt, lambda x, v: (0.5 / v, -0.25 / v**3)),
    "tanh": (math.tanh, lambda x, v: (1 / math.cosh(x) ** 2, -2 * v / math.cosh(x) ** 2)),
    "asin": (math.asin, lambda x, v: ((1 - x * x) ** -0.5, x * (1 - x * x) ** -1.5)),
    "sinh": (math.sinh, lambda x, v: (math.cosh(x), v)),
    "cosh": (math.cosh, lambda x, v: (math.sinh(x), v)),
    "atan": (math.atan, lambda x, v: (1 / (1 + x * x), -2 * x / (1 + x * x) ** 2)),
    "asinh": (math.asinh, lambda x, v: ((1 + x * x) ** -0.5, -x * (1 + x * x) ** -1.5)),
    "erf": (
        math.erf,
        lambda x, v: (
            2 / math.sqrt(math.pi) * math.exp(-x * x),
            -4 * x / math.sqrt(math.pi) * math.exp(-x * x),
        ),
    ),
    "square": (lambda x: x * x, lambda x, v: (2 * x, 2.0)),
}


def _hypot(x: float, y: float) -> tuple[float, ...]:
    v = math.hypot(x, y)
    return x / v, y / v, y * y / v**3, -x * y / v**3, x * x / v**3


def _atan2(x: float, y: float) -> tuple[float, ...]:
    s = x * x + y * y
    return y / s, -x / s, -2 * x * y / s**2, (x * x - y * y) / s**2, 2 * x * y / s**2


def _logaddexp(x: float, y: float) -> tuple[float, ...]:
    p = 1 / (1 + math.exp(y - x))
    return p, 1 - p, p * (1 - p), -p * (1 - p), p * (1 - p)


BINARY: dict[str, tuple[Callable[..., float], Callable[..., tuple[float, ...]]]] = {
    "hypot": (math.hypot, _hypot),
    "atan2": (math.atan2, _atan2),
    "logaddexp": (lambda x, y: float(np.logaddexp(x, y)), _logaddexp),
}


def _apply(name: str) -> Callable[[Any], Any]:
    value, partials = UNARY[name]

    def function(a: Any) -> Any:
        if isinstance(a, np.ndarray):
            return np.frompyfunc(function, 1, 1)(a)
        return unary(a, value, partials) if isinstance(a, Jet) else value(a)

    return function


def _strict(name: str) -> Callable[[Any], Any]:
    """A function that raises where it has no value, as those of ``math`` do."""
    value, _ = UNARY[name]
    apply = _apply(name)

    def function(a: Any) -> Any:
        if isinstance(a, Jet):
            value(a.v)
        return apply(a)

    return function


def _apply_two(name: str) -> Callable[[Any, Any], Any]:
    value, partials = BINARY[name]

    def function(a: Any, b: Any) -> Any:
        if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
            return np.frompyfunc(function, 2, 1)(a, b)
        if not isinstance(a, Jet):
            if not isinstance(b, Jet):
                return value(a, b)
            a = lift(a, b)
        return binary(a, b, value, partials, "xx xy yy")

    return function


def _chosen(chosen: Any, others: tuple[Any, ...]) -> Any:
    """The chosen value with the dependence of all it was chosen from."""
    jets = [o for o in (chosen, *others) if isinstance(o, Jet)]
    if not jets:
        return chosen
    found = lift(chosen, jets[0])
    first = functools.reduce(lambda a, b: a | b, (o.first for o in jets))
    second = functools.reduce(lambda a, b: a | b, (o.second for o in jets))
    return Jet(found.v, found.g, found.h, first, second)


def _extreme(better: Callable[[Any, Any], bool]) -> Callable[..., Any]:
    def pick(a: Any, b: Any) -> Any:
        if a is b:
            return a
        first, second = better(a, b), better(b, a)
        return _chosen(a if first else b, (a, b)) if first != second else _between(a, b)

    def function(*args: Any, key: Any = None) -> Any:
        values = args[0] if len(args) == 1 else args
        if key is not None:
            return functools.reduce(lambda a, b: a if better(key(a), key(b)) else b, values)
        return functools.reduce(pick, values)

    def reduction(values: Any) -> Any:
        """By pairs, as the library combines them."""
        values = list(np.ravel(values))
        while len(values) > 1:
            pairs = [pick(a, b) for a, b in zip(values[::2], values[1::2], strict=False)]
            values = pairs + values[2 * len(pairs) :]
        return values[0]

    function.reduce = reduction  # type: ignore[attr-defined]
    return function


def _between(a: Any, b: Any) -> Any:
    """Equal values with the mean of their derivatives."""
    jets = [o for o in (a, b) if isinstance(o, Jet)]
    if not jets:
        return a
    found, (x, y) = _chosen(a, (a, b)), (lift(o, jets[0]) for o in (a, b))
    return Jet(found.v, 0.5 * (x.g + y.g), 0.5 * (x.h + y.h), found.first, found.second)


maximum, minimum = _extreme(lambda a, b: a >= b), _extreme(lambda a, b: a <= b)


def _where(condition: Any, a: Any, b: Any) -> Any:
    def pick(c: Any, x: Any, y: Any) -> Any:
        return _chosen(x if c else y, (x, y))

    return np.frompyfunc(pick, 3, 1)(condition, a, b)


def _sign(a: Any) -> Any:
    return constant((a > 0) - (a < 0.0), len(a.g)) if isinstance(a, Jet) else float(np.sign(a))


def _copysign(size: float, a: Any) -> Any:
    if not isinstance(a, Jet):
        return math.copysign(size, a)
    return decided(math.copysign(size, a.v), a.v, a.first)


def _interp(a: Any, places: Any, values: Any) -> Any:
    if isinstance(a, np.ndarray):
        return np.array([_interp(v, places, values) for v in a], dtype=object)
    last = len(places) - 1
    after = sum(a >= place for place in places)
    if after == 0 or (after > last and a > places[last]):
        return 0.0 * a + values[min(after, last)]
    low = min(after, last) - 1
    slope = (values[low + 1] - values[low]) / (places[low + 1] - places[low])
    if 0 < low and a == places[low]:
        slope = 0.5 * (slope + (values[low] - values[low - 1]) / (places[low] - places[low - 1]))
    return values[low] + slope * (a - places[low])


def _solve(matrix: Any, right: Any) -> Any:
    """Gauss elimination without exchange of rows: diagonally dominant, or positive definite."""
    a, b = np.array(matrix, dtype=object), np.array(right, dtype=object)
    for k in range(len(a)):
        for i in range(k + 1, len(a)):
            factor = a[i, k] / a[k, k]
            a[i], b[i] = a[i] - factor * a[k], b[i] - factor * b[k]
    for k in reversed(range(len(a))):
        b[k] = (b[k] - sum(a[k, j] * b[j] for j in range(k + 1, len(a)))) / a[k, k]
    return b


def _determinant(matrix: Any) -> Any:
    a, product = np.array(matrix, dtype=object), 1.0
    for k in range(len(a)):
        product = product * a[k, k]
        for i in range(k + 1, len(a)):
            a[i] = a[i] - a[i, k] / a[k, k] * a[k]
    return product


def _elementwise(function: Callable[..., Any], count: int) -> Callable[..., Any]:
    def apply(*args: Any) -> Any:
        if any(isinstance(a, np.ndarray) for a in args):
            return np.frompyfunc(function, count, 1)(*args)
        return function(*args)

    return apply


def namespace() -> tuple[dict[str, Any], Any, Any, Any]:
    """Builtins, and stand-ins for ``math``, ``numpy`` and ``scipy.sparse``, that know jets."""
    functions: dict[str, Any] = {name: _apply(name) for name in UNARY}
    functions |= {name: _apply_two(name) for name in BINARY}
    own_math = SimpleNamespace(**(vars(math) | functions | {"fabs": abs}))
    vars(own_math).update({name: _strict(name) for name in UNARY if name != "square"})
    own_math.copysign = _copysign
    own_math.pow = power_of
    own_math.hypot = lambda *args: functools.reduce(functions["hypot"], args)

    own_math.fsum = sum

    def filled(shape: Any, value: float = 0.0) -> Any:
        out = np.empty(shape, dtype=object)
        out[...] = value
        return out

    arrays: dict[str, Any] = {
        "arctan": functions["atan"],
        "arctan2": functions["atan2"],
        "arcsinh": functions["asinh"],
        "abs": _elementwise(abs, 1),
        "maximum": _elementwise(maximum, 2),
        "minimum": _elementwise(minimum, 2),
        "clip": lambda a, lo, hi: arrays["minimum"](arrays["maximum"](a, lo), hi),
        "where": _where,
        "zeros": filled,
        "empty": filled,
        "ones": lambda shape: filled(shape, 1.0),
        "full": filled,
        "zeros_like": lambda a: filled(np.shape(a)),
        "copy": lambda a: np.array(a, dtype=object),  # jets may be written into it
        "sign": _elementwise(_sign, 1),
        "heaviside": _elementwise(lambda a, h: 0.5 * (_sign(a) + 1.0) if a != 0 else h, 2),
        "fromiter": lambda a, dtype: np.array(list(a), dtype=object),
        # Its own kind of the output is that of the first result, which may be a plain number.
        "vectorize": lambda f: lambda *args: np.frompyfunc(f, len(args), 1)(*args),
        "array": lambda a: np.array(a, dtype=object if _has_jets(a) else None),
        "max": maximum.reduce,
        "min": minimum.reduce,
        "mean": lambda a: sum(np.ravel(a)) / np.size(a),
        "var": lambda a: sum((v - sum(a) / len(a)) ** 2 for v in a) / len(a),
    }
    arrays["interp"] = _interp
    for name, own in (("maximum", maximum), ("minimum", minimum)):
        arrays[name].reduce = own.reduce
    own_numpy = _Numpy(functions | arrays)
    own_builtins = vars(builtins) | {
        "max": maximum,
        "min": minimum,
        "float": lambda a: a if isinstance(a, Jet) else float(a),
    }
    own_sparse = SimpleNamespace(csr_array=np.asarray, csc_array=np.asarray)
    return own_builtins, own_math, own_numpy, own_sparse


def _has_jets(values: Any) -> bool:
    return any(isinstance(v, Jet) for v in values)


def power_of(a: Any, b: Any) -> Any:
    """``math.pow`` for numbers and jets."""
    return math.pow(a, b) if not isinstance(a, Jet) and not isinstance(b, Jet) else a**b


class _Numpy:
    """NumPy with some functions exchanged."""

    def __init__(self, functions: dict[str, Any]) -> None:
        self.__dict__.update(functions)
        self.linalg = SimpleNamespace(
            norm=lambda a: self.sqrt(sum(v * v for v in np.ravel(a))),  # type: ignore[attr-defined]
            solve=_solve,
            inv=lambda a: _solve(a, np.eye(len(a))),
            det=_determinant,
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)
