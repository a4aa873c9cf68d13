"""Functions of ``scipy.special`` that are several nodes, and those of it that are no ufuncs.

The ufuncs of one node stand in the operator table. ``logsumexp`` and its like are plain Python
functions that NumPy's protocols never see; :func:`scipy_function` finds what stands in for them
where calls are hooked.
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

__all__ = ["scipy_function"]

_DEGREE = math.pi / 180.0


def _row(name: str) -> Callable[..., Any]:
    """Make a function of an operator of the table."""

    def apply_row(tape: Tape, *operands: Any) -> Any:
        return wrap(tape, apply(tape, CODE[name], *[lift(tape, x).ids for x in operands]))

    return apply_row


_gamma, _gammaln, _rel_entr = _row("gamma"), _row("gammaln"), _row("rel_entr")


def _parameter(tape: Tape, value: Any, what: str) -> Any:
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
    return _box_cox(tape, np.log(x), lmbda, "boxcox")


@by_name
def _boxcox1p(tape: Tape, x: Any, lmbda: Any) -> Any:
    return _box_cox(tape, np.log1p(x), lmbda, "boxcox1p")


def _box_cox(tape: Tape, log: Any, lmbda: Any, what: str) -> Any:
    power = _parameter(tape, lmbda, what)
    safe = np.where(power == 0.0, 1.0, power)
    return np.where(power == 0.0, log, np.expm1(safe * log) / safe)


@by_name
def _inv_boxcox(tape: Tape, y: Any, lmbda: Any) -> Any:
    return np.exp(_inverse_box_cox(tape, y, lmbda, "inv_boxcox"))


@by_name
def _inv_boxcox1p(tape: Tape, y: Any, lmbda: Any) -> Any:
    return np.expm1(_inverse_box_cox(tape, y, lmbda, "inv_boxcox1p"))


def _inverse_box_cox(tape: Tape, y: Any, lmbda: Any, what: str) -> Any:
    power = _parameter(tape, lmbda, what)
    safe = np.where(power == 0.0, 1.0, power)
    return np.where(power == 0.0, y, np.log1p(safe * y) / safe)


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


# ------------------------------------------------------------------ orthogonal polynomials
Recurrence = Callable[[int], tuple[float, float, float]]


def _recur(
    tape: Tape, n: Any, x: Any, what: str, first: tuple[float, float], step: Recurrence
) -> Any:
    """Evaluate by ``P[k+1] = (a x + b) P[k] - c P[k-1]`` with ``P[1] = first[0] + first[1] x``."""
    degree = _parameter(tape, n, what)
    if np.ndim(degree) or degree != int(degree) or degree < 0:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"scipy.special.{what} was called with degree {n!r}; known are integers from 0",
        )
    point = lift(tape, x)
    before, now = np.ones_like(point), first[0] + first[1] * wrap(tape, point.ids)
    if degree == 0:
        return before
    for k in range(1, int(degree)):
        a, b, c = step(k)
        slope = a * wrap(tape, point.ids) + b if b else a * wrap(tape, point.ids)
        before, now = now, slope * now - c * before
    return now


@by_name
def _eval_legendre(tape: Tape, n: Any, x: Any) -> Any:
    return _recur(
        tape, n, x, "eval_legendre", (0, 1), lambda k: ((2 * k + 1) / (k + 1), 0, k / (k + 1))
    )


@by_name
def _eval_chebyt(tape: Tape, n: Any, x: Any) -> Any:
    return _recur(tape, n, x, "eval_chebyt", (0, 1), lambda k: (2, 0, 1))


@by_name
def _eval_chebyu(tape: Tape, n: Any, x: Any) -> Any:
    return _recur(tape, n, x, "eval_chebyu", (0, 2), lambda k: (2, 0, 1))


@by_name
def _eval_hermite(tape: Tape, n: Any, x: Any) -> Any:
    return _recur(tape, n, x, "eval_hermite", (0, 2), lambda k: (2, 0, 2 * k))


@by_name
def _eval_hermitenorm(tape: Tape, n: Any, x: Any) -> Any:
    return _recur(tape, n, x, "eval_hermitenorm", (0, 1), lambda k: (1, 0, k))


@by_name
def _eval_laguerre(tape: Tape, n: Any, x: Any) -> Any:
    return _eval_genlaguerre(tape, n, 0.0, x)


@by_name
def _eval_genlaguerre(tape: Tape, n: Any, alpha: Any, x: Any) -> Any:
    a = float(_parameter(tape, alpha, "eval_genlaguerre"))
    return _recur(
        tape,
        n,
        x,
        "eval_genlaguerre",
        (1 + a, -1),
        lambda k: (-1 / (k + 1), (2 * k + 1 + a) / (k + 1), (k + a) / (k + 1)),
    )


@by_name
def _eval_gegenbauer(tape: Tape, n: Any, alpha: Any, x: Any) -> Any:
    a = float(_parameter(tape, alpha, "eval_gegenbauer"))
    return _recur(
        tape,
        n,
        x,
        "eval_gegenbauer",
        (0, 2 * a),
        lambda k: (2 * (k + a) / (k + 1), 0, (k + 2 * a - 1) / (k + 1)),
    )


# ------------------------------------------------------------------ functions that are no ufuncs
def _logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
    """Logarithm of a sum of exponentials, as a tree of ``logaddexp`` where all weights are 1."""
    if b is None and not return_sign:
        if axis is None and np.ndim(a) == 0:
            return +a
        axes: Any = tuple(range(np.ndim(a))) if axis is None else axis
        add: Any = np.logaddexp
        return add.reduce(a, axis=axes, keepdims=keepdims)
    top = np.max(a, axis=axis, keepdims=True)
    terms = np.exp(a - top)
    total = np.sum(terms if b is None else b * terms, axis=axis, keepdims=True)
    result = np.log(np.abs(total) if return_sign else total) + top
    parts = [result, np.sign(total)] if return_sign else [result]
    if not keepdims:
        parts = [np.sum(part, axis=axis) for part in parts]
    return tuple(parts) if return_sign else parts[0]


def _log_softmax(x: Any, axis: Any = None) -> Any:
    return x - _logsumexp(x, axis=axis, keepdims=True)


def _softmax(x: Any, axis: Any = None) -> Any:
    return np.exp(_log_softmax(x, axis))


def _softplus(x: Any, **kwargs: Any) -> Any:
    return np.logaddexp(0.0, x, **kwargs)


def _multigammaln(a: Any, d: int) -> Any:
    import scipy.special

    shifts = [scipy.special.gammaln(a - 0.5 * k) for k in range(d)]
    return 0.25 * d * (d - 1) * math.log(math.pi) + sum(shifts)


def _comb(N: Any, k: Any, *, exact: bool = False, repetition: bool = False) -> Any:
    import scipy.special

    if repetition:
        # SciPy sets only this case by itself.
        none = np.equal(k, 0) & np.greater_equal(N, 0)
        return np.where(none, 1.0, scipy.special.binom(N + k - 1, k))
    known = np.less_equal(k, N) & np.greater_equal(N, 0) & np.greater_equal(k, 0)
    return np.where(known, scipy.special.binom(N, k), 0.0)


def _factorial(n: Any, exact: bool = False, extend: str = "zero") -> Any:
    import scipy.special

    return np.where(np.greater_equal(n, 0.0), scipy.special.gamma(n + 1.0), 0.0)


def _recorded(name: str, make: Any, *operands: Any) -> Any:
    """Record a function that SciPy evaluates; the last operand is the traced one."""
    from asdopt.tracing._special_rows import recorded

    tape = next(value.tape for value in operands if hasattr(value, "tape"))
    return recorded(tape, name, make, operands)


def _polygamma_row() -> Any:
    from scipy.special import polygamma

    return polygamma, lambda n, x: polygamma(n + 1, x), lambda n, x: polygamma(n + 2, x)


def _polygamma(n: Any, x: Any) -> Any:
    return _recorded("polygamma", (_polygamma_row,), n, x)


def _zeta_row() -> Any:
    from scipy.special import zeta

    return (
        zeta,
        lambda s, q: -s * zeta(s + 1, q),
        lambda s, q: s * (s + 1) * zeta(s + 2, q),
    )


def _zeta(x: Any, q: Any = None, out: Any = None) -> Any:
    return _recorded("zeta", (_zeta_row,), x, 1.0 if q is None else q)


def _lambertw_row(tol: float) -> Any:
    from scipy.special import lambertw

    def value(k: Any, z: Any) -> Any:
        w = lambertw(z, k, tol)
        return np.where(w.imag == 0.0, w.real, np.nan)

    def first(k: Any, z: Any) -> Any:
        w = value(k, z)
        return np.exp(-w) / (1.0 + w)

    def second(k: Any, z: Any) -> Any:
        w = value(k, z)
        return -(w + 2.0) * np.exp(-2.0 * w) / (1.0 + w) ** 3

    return value, first, second


def _lambertw(z: Any, k: Any = 0, tol: float = 1e-8) -> Any:
    return _recorded("lambertw", (_lambertw_row, tol), k, z)


def _spherical_row(name: str, sign: float, derivative: bool) -> Any:
    """Row of a spherical Bessel function; its second derivative is in its equation."""
    import scipy.special

    value = getattr(scipy.special, name)

    def first(n: Any, z: Any) -> Any:
        return value(n, z, True)

    def second(n: Any, z: Any) -> Any:
        return (n * (n + 1.0) / z**2 - sign) * value(n, z) - 2.0 / z * first(n, z)

    def third(n: Any, z: Any) -> Any:
        inner = n * (n + 1.0) / z**2
        return (
            (inner - sign + 2.0 / z**2) * first(n, z)
            - 2.0 * inner / z * value(n, z)
            - 2.0 / z * second(n, z)
        )

    return (first, second, third) if derivative else (value, first, second)


def _spherical(name: str, sign: float) -> Callable[..., Any]:
    def call(n: Any, z: Any, derivative: bool = False) -> Any:
        return _recorded(name, (_spherical_row, name, sign, bool(derivative)), n, z)

    return call


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "comb": _comb,
    "factorial": _factorial,
    "lambertw": _lambertw,
    "log_softmax": _log_softmax,
    "logsumexp": _logsumexp,
    "multigammaln": _multigammaln,
    "polygamma": _polygamma,
    "softmax": _softmax,
    "softplus": _softplus,
    "spherical_in": _spherical("spherical_in", -1.0),
    "spherical_jn": _spherical("spherical_jn", 1.0),
    "spherical_kn": _spherical("spherical_kn", -1.0),
    "spherical_yn": _spherical("spherical_yn", 1.0),
    "zeta": _zeta,
}


def scipy_function(function: Any) -> Callable[..., Any] | None:
    """Find what stands in for a function of ``scipy.special`` that is no ufunc.

    Parameters
    ----------
    function : object
        Any callable.

    Returns
    -------
    callable or None
        A function with the same arguments that works on traced values, None where there is none.
    """
    name = getattr(function, "__name__", "")
    if name not in _FUNCTIONS or not str(getattr(function, "__module__", "")).startswith("scipy."):
        return None
    import scipy.special

    return _FUNCTIONS[name] if getattr(scipy.special, name, None) is function else None
