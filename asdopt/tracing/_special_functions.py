"""Functions of ``scipy.special`` that are no ufuncs.

``logsumexp`` and its like are plain Python functions that NumPy's protocols never see;
:func:`scipy_function` finds what stands in for them where calls are hooked.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["scipy_function"]


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
