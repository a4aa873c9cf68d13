"""Functions of ``scipy.special`` that are recorded whole, and those that follow from them.

Enters: operands of a ufunc or function that SciPy evaluates. Leaves: the recorded call. The
derivatives stand in ``_special_table.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import scipy.special as sp

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array_base import wrap
from asdopt.tracing._elementwise import record
from asdopt.tracing._incomplete import FUNCTIONS, Derivatives
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import constant_values
from asdopt.tracing._special_table import RESULTS, ROWS, Row
from asdopt.tracing._tape import Tape
from asdopt.tracing._voigt import voigt_derivatives

__all__ = ["find", "recorded"]

# A function of a module that makes a row, and its arguments.
Making = tuple[Any, ...]


class _Bound:
    """A function of a row with its parameters; pickled by how its row is made."""

    def __init__(self, make: Making, place: int, parameters: list[Any]) -> None:
        self._make, self._place, self._parameters = make, place, parameters

    def __call__(self, z: Any) -> Any:
        maker, *given = self._make
        return maker(*given)[self._place](*self._parameters, z)


def recorded(tape: Tape, name: str, make: Making, operands: tuple[Any, ...]) -> Any:
    """Record a row for its last operand; the others must be constants.

    ``make`` is a function of a module, which makes the row, and its arguments.
    """
    *parameters, x = (lift(tape, value).ids for value in operands)
    fixed: list[Any] = [constant_values(tape, ids) for ids in parameters]
    if any(values is None for values in fixed) and name in FUNCTIONS:
        return _of_all_arguments(tape, name, operands)
    if any(values is None for values in fixed):
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"scipy.special.{name} was called with a traced parameter; known is its derivative "
            "with respect to the last argument only: keep the parameter constant, or give the "
            "derivatives with asdopt.external",
        )
    shape = np.broadcast_shapes(x.shape, *[np.shape(values) for values in fixed])
    flat = [np.broadcast_to(values, shape).ravel() for values in fixed]
    value, first, second = (_Bound(make, place, flat) for place in range(3))
    operand = wrap(tape, np.broadcast_to(x, shape))
    return record(tape, (operand,), value, (first,), (second,))


FUNCTIONS["voigt_profile"] = sp.voigt_profile, voigt_derivatives


class _Partial:
    """A derivative of a function of several arguments; those of one point are computed once."""

    def __init__(self, name: str, place: int | tuple[int, int]) -> None:
        self._name, self._place = name, place

    def __call__(self, *arguments: Any) -> Any:
        point = b"".join(np.asarray(a).tobytes() for a in arguments)
        last = _last.get(self._name)
        if last is None or last[0] != point:
            last = _last[self._name] = point, FUNCTIONS[self._name][1](*arguments)
        first, second = last[1]
        return first[self._place] if isinstance(self._place, int) else second[self._place]


# The last point of each function and its derivatives.
_last: dict[str, tuple[bytes, Derivatives]] = {}


def _of_all_arguments(tape: Tape, name: str, operands: tuple[Any, ...]) -> Any:
    count = len(operands)
    first = tuple(_Partial(name, k) for k in range(count))
    pairs = combinations_with_replacement(range(count), 2)
    second = tuple(_Partial(name, pair) for pair in pairs)
    return record(tape, operands, FUNCTIONS[name][0], first, second)


def _row(name: str) -> Row:
    return ROWS[name]


def _result(name: str, place: int) -> Row:
    return RESULTS[name][place]


def find(name: str) -> Callable[..., Any] | None:
    """Find what a ufunc of this name means on traced operands, None where nothing is known."""
    if name in RESULTS:
        return lambda tape, *operands: tuple(
            recorded(tape, name, (_result, name, k), operands) for k in range(len(RESULTS[name]))
        )
    if name in FUNCTIONS and name not in ROWS:
        return lambda tape, *operands: _of_all_arguments(tape, name, operands)
    if name in ROWS:
        return lambda tape, *operands: recorded(tape, name, (_row, name), operands)
    return _COMPOSED.get(name)


def _call(name: str, tape: Tape, *operands: Any) -> Any:
    return recorded(tape, name, (_row, name), operands)


def _elliptic_row(name: str) -> Row:
    value = getattr(sp, name)
    power = 1.0 if name == "ellipeinc" else -1.0

    def first(m: Any, phi: Any) -> Any:
        return (1.0 - m * np.sin(phi) ** 2) ** (0.5 * power)

    def second(m: Any, phi: Any) -> Any:
        inner = 1.0 - m * np.sin(phi) ** 2
        return -power * m * np.sin(phi) * np.cos(phi) * inner ** (0.5 * power - 1.0)

    return lambda m, phi: value(phi, m), first, second


def _elliptic(name: str) -> Callable[..., Any]:
    """Incomplete elliptic integrals: with respect to the amplitude, which comes first."""
    return lambda tape, phi, m: recorded(tape, name, (_elliptic_row, name), (m, phi))


def _agm(tape: Tape, a: Any, b: Any) -> Any:
    total = np.add(a, b)
    ratio = np.divide(np.subtract(a, b), total)
    return 0.25 * np.pi * total / _call("ellipk", tape, np.square(ratio))


def _powm1(tape: Tape, x: Any, y: Any) -> Any:
    positive = np.greater(x, 0.0)
    safe = np.where(positive, x, 1.0)
    return np.where(positive, np.expm1(y * np.log(safe)), np.power(x, y) - 1.0)


# Of b, p, f... distributions: SciPy's names for incomplete gamma and beta functions.
_COMPOSED: dict[str, Callable[..., Any]] = {
    "ellipeinc": _elliptic("ellipeinc"),
    "ellipkinc": _elliptic("ellipkinc"),
    "agm": _agm,
    "powm1": _powm1,
    "chdtr": lambda tape, v, x: _call("gammainc", tape, np.multiply(0.5, v), 0.5 * x),
    "chdtrc": lambda tape, v, x: _call("gammaincc", tape, np.multiply(0.5, v), 0.5 * x),
    "gdtr": lambda tape, a, b, x: _call("gammainc", tape, b, np.multiply(a, x)),
    "gdtrc": lambda tape, a, b, x: _call("gammaincc", tape, b, np.multiply(a, x)),
    "pdtr": lambda tape, k, m: _call("gammaincc", tape, np.floor(k) + 1.0, m),
    "pdtrc": lambda tape, k, m: _call("gammainc", tape, np.floor(k) + 1.0, m),
    "bdtr": lambda tape, k, n, p: _call(
        "betainc", tape, np.subtract(np.trunc(n), np.floor(k)), np.floor(k) + 1.0, 1.0 - p
    ),
    "bdtrc": lambda tape, k, n, p: _call(
        "betainc", tape, np.floor(k) + 1.0, np.subtract(np.trunc(n), np.floor(k)), p
    ),
    "fdtr": lambda tape, m, n, x: _call(
        "betainc", tape, np.multiply(0.5, m), np.multiply(0.5, n), m * x / (n + m * x)
    ),
    "fdtrc": lambda tape, m, n, x: _call(
        "betainc", tape, np.multiply(0.5, n), np.multiply(0.5, m), n / (n + m * x)
    ),
    "eval_sh_legendre": lambda tape, n, x: sp.eval_legendre(n, 2.0 * x - 1.0),
    "eval_sh_chebyt": lambda tape, n, x: sp.eval_chebyt(n, 2.0 * x - 1.0),
    "eval_sh_chebyu": lambda tape, n, x: sp.eval_chebyu(n, 2.0 * x - 1.0),
    "eval_chebyc": lambda tape, n, x: 2.0 * sp.eval_chebyt(n, 0.5 * x),
    "eval_chebys": lambda tape, n, x: sp.eval_chebyu(n, 0.5 * x),
}
