"""Ufuncs of ``scipy.special`` that are several nodes, written in terms of those that are one.

The ufuncs of one node stand in the operator table. Registered with ``_composites.py``. Next:
``_orthogonal.py`` for the polynomials, ``_special_rows.py`` for what SciPy evaluates.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt._ops import CODE
from asdopt.tracing._array_base import wrap
from asdopt.tracing._composites import by_name
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import apply, constant_values
from asdopt.tracing._tape import Tape

__all__ = ["constant_parameter"]

_DEGREE = math.pi / 180.0


def _row(name: str) -> Callable[..., Any]:
    """Make a function of an operator of the table."""

    def apply_row(tape: Tape, *operands: Any) -> Any:
        return wrap(tape, apply(tape, CODE[name], *[lift(tape, x).ids for x in operands]))

    return apply_row


_gamma, _gammaln, _rel_entr = _row("gamma"), _row("gammaln"), _row("rel_entr")


def constant_parameter(tape: Tape, value: Any, what: str) -> Any:
    """Value of an argument that must be a constant."""
    fixed = constant_values(tape, lift(tape, value).ids)
    if fixed is None:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"scipy.special.{what} was called with a traced parameter; known is its derivative "
            "with respect to the argument only: keep the parameter constant, or write the "
            "function with those of numpy",
        )
    return fixed


@by_name
def _cosm1(tape: Tape, x: Any) -> Any:
    return -2.0 * np.square(np.sin(0.5 * x))


@by_name
def _sindg(tape: Tape, x: Any) -> Any:
    return np.sin(x * _DEGREE)


@by_name
def _cosdg(tape: Tape, x: Any) -> Any:
    return np.cos(x * _DEGREE)


@by_name
def _tandg(tape: Tape, x: Any) -> Any:
    return np.tan(x * _DEGREE)


@by_name
def _cotdg(tape: Tape, x: Any) -> Any:
    return 1.0 / np.tan(x * _DEGREE)


@by_name
def _kl_div(tape: Tape, x: Any, y: Any) -> Any:
    return _rel_entr(tape, x, y) - x + y


@by_name
def _huber(tape: Tape, delta: Any, r: Any) -> Any:
    size = np.abs(r)
    return np.where(size <= delta, 0.5 * np.square(r), delta * (size - 0.5 * delta))


@by_name
def _pseudo_huber(tape: Tape, delta: Any, r: Any) -> Any:
    return np.square(delta) * np.expm1(0.5 * np.log1p(np.square(r / delta)))


@by_name
def _boxcox(tape: Tape, x: Any, lmbda: Any) -> Any:
    return _box_cox(np.log(x), lmbda)


@by_name
def _boxcox1p(tape: Tape, x: Any, lmbda: Any) -> Any:
    return _box_cox(np.log1p(x), lmbda)


def _box_cox(log: Any, lmbda: Any) -> Any:
    from scipy.special import exprel

    return log * exprel(lmbda * log)


@by_name
def _inv_boxcox(tape: Tape, y: Any, lmbda: Any) -> Any:
    return np.exp(_inverse_box_cox(tape, y, lmbda))


@by_name
def _inv_boxcox1p(tape: Tape, y: Any, lmbda: Any) -> Any:
    return np.expm1(_inverse_box_cox(tape, y, lmbda))


def _inverse_box_cox(tape: Tape, y: Any, lmbda: Any) -> Any:
    from asdopt.tracing._special_rows import find

    ratio: Any = find("log1p_ratio")
    return y * ratio(tape, np.multiply(lmbda, y))


@by_name
def _beta(tape: Tape, a: Any, b: Any) -> Any:
    return _gamma(tape, a) * _gamma(tape, b) / _gamma(tape, np.add(a, b))


@by_name
def _betaln(tape: Tape, a: Any, b: Any) -> Any:
    return _gammaln(tape, a) + _gammaln(tape, b) - _gammaln(tape, np.add(a, b))


@by_name
def _binom(tape: Tape, n: Any, k: Any) -> Any:
    rest = _gamma(tape, np.add(k, 1.0)) * _gamma(tape, np.subtract(n, k) + 1.0)
    return _gamma(tape, np.add(n, 1.0)) / rest


@by_name
def _poch(tape: Tape, z: Any, m: Any) -> Any:
    return _gamma(tape, np.add(z, m)) / _gamma(tape, z)


@by_name
def _rgamma(tape: Tape, x: Any) -> Any:
    # By reflection below 1/2: an entire function, which is zero where gamma has its poles.
    is_right = np.greater(x, 0.5)
    right, left = np.where(is_right, x, 1.0), np.where(is_right, 0.5, x)
    nearest = np.rint(left)
    sine = (1.0 - 2.0 * np.mod(nearest, 2.0)) * np.sin(np.pi * (left - nearest))
    mirrored = _gamma(tape, 1.0 - left) * sine / np.pi
    return np.where(is_right, 1.0 / _gamma(tape, right), mirrored)


@by_name
def _loggamma(tape: Tape, x: Any) -> Any:
    # Of a negative real number SciPy's loggamma is NaN, gammaln is not.
    return np.where(np.greater_equal(x, 0.0), _gammaln(tape, x), np.nan)


@by_name
def _gammasgn(tape: Tape, x: Any) -> Any:
    return np.sign(_gamma(tape, x))
