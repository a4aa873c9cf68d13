"""Descriptive statistics of ``scipy.stats`` on traced samples.

Enters: the arguments of a function of ``scipy.stats``. Leaves: what it returns, written with the
functions of NumPy; samples without NaN (``nan_policy="propagate"``) are known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.special as sp

from asdopt.tracing._scipy_arrays import entries, means, refused

__all__: list[str] = []


def _statistic(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Know a statistic of one sample along an axis; None is all of it."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(
            a: Any,
            *args: Any,
            axis: Any = 0,
            nan_policy: str = "propagate",
            keepdims: bool = False,
            **kwargs: Any,
        ) -> Any:
            if nan_policy != "propagate":
                raise refused(
                    f"scipy.stats.{name} was called with traced values and nan_policy="
                    f"{nan_policy!r}; known is 'propagate'"
                )
            values = entries(a)
            if axis is None:
                values, axis = np.ravel(values), 0
            result = function(np.moveaxis(np.atleast_1d(values), axis, 0), *args, **kwargs)
            return np.expand_dims(result, axis) if keepdims else result

        means("scipy.stats", name)(_with_axis(call, name))
        return function

    return register


@means("scipy.stats")
def _rankdata(
    a: Any, method: str = "average", *, axis: Any = None, nan_policy: str = "propagate"
) -> Any:
    """Ranks are counts of what is smaller or equal, whose derivatives are zero."""
    if axis is not None or nan_policy != "propagate" or method not in _RANKS:
        raise refused(
            f"scipy.stats.rankdata of traced values with method={method!r} and axis={axis!r}; "
            "known are average, min and max of all values"
        )
    values = np.ravel(entries(a))
    less = np.sum(values[None, :] < values[:, None], axis=1)
    equal = np.sum(values[None, :] == values[:, None], axis=1)
    return less + _RANKS[method](equal)


_RANKS: dict[str, Callable[[Any], Any]] = {
    "average": lambda equal: (1.0 + equal) / 2.0,
    "min": lambda equal: 1.0,
    "max": lambda equal: equal,
}


# What stands between the sample and the options that are taken by position, by function.
_ORDER = {
    "gmean": ("axis",),
    "hmean": ("axis",),
    "skew": ("axis", "bias"),
    "kurtosis": ("axis", "fisher", "bias"),
    "moment": ("order", "axis"),
    "sem": ("axis", "ddof"),
    "gstd": ("axis", "ddof"),
    "variation": ("axis",),
    "iqr": ("axis", "rng", "scale"),
    "trim_mean": ("proportiontocut", "axis"),
    "tmean": ("limits", "inclusive", "axis"),
    "zscore": ("axis", "ddof"),
    "entropy": ("qk", "base", "axis"),
}


def _with_axis(call: Callable[..., Any], name: str) -> Callable[..., Any]:
    names = _ORDER[name]

    def function(*args: Any, **kwargs: Any) -> Any:
        first = ("pk" if name == "entropy" else "x" if name == "iqr" else "a",)
        given = dict(zip(first + names, args, strict=False)) | kwargs
        sample = given.pop(first[0])
        if name in {"iqr", "tmean"}:
            given.setdefault("axis", None)
        return call(sample, **given)

    return function


def _mean(values: Any, weights: Any) -> Any:
    return np.mean(values, axis=0) if weights is None else np.average(values, 0, weights)


@_statistic("gmean")
def _gmean(a: Any, *, weights: Any = None) -> Any:
    return np.exp(_mean(np.log(a), weights))


@_statistic("hmean")
def _hmean(a: Any, *, weights: Any = None) -> Any:
    return 1.0 / _mean(1.0 / a, weights)


@_statistic("moment")
def _moment(a: Any, order: Any = 1, *, center: Any = None) -> Any:
    if np.ndim(order):
        return np.stack([_moment(a, each, center=center) for each in order])
    if order == 1 and center is None:
        return 0.0 * a[0]
    return np.mean((a - (np.mean(a, axis=0) if center is None else center)) ** order, axis=0)


@_statistic("skew")
def _skew(a: Any, *, bias: bool = True) -> Any:
    n = len(a)
    result = _moment(a, 3) / _moment(a, 2) ** 1.5
    return result if bias or n < 3 else result * (math.sqrt(n * (n - 1.0)) / (n - 2.0))


@_statistic("kurtosis")
def _kurtosis(a: Any, *, fisher: bool = True, bias: bool = True) -> Any:
    n = len(a)
    result = _moment(a, 4) / _moment(a, 2) ** 2
    if not bias and n > 3:
        result = ((n * n - 1.0) * result - 3.0 * (n - 1.0) ** 2) / ((n - 2.0) * (n - 3.0)) + 3.0
    return result - 3.0 if fisher else result


@_statistic("sem")
def _sem(a: Any, *, ddof: int = 1) -> Any:
    return np.std(a, axis=0, ddof=ddof) / math.sqrt(len(a))


@_statistic("gstd")
def _gstd(a: Any, *, ddof: int = 1) -> Any:
    return np.exp(np.std(np.log(a), axis=0, ddof=ddof))


@_statistic("variation")
def _variation(a: Any, *, ddof: int = 0) -> Any:
    return np.std(a, axis=0, ddof=ddof) / np.mean(a, axis=0)


@_statistic("iqr")
def _iqr(a: Any, *, rng: Any = (25, 75), scale: Any = 1.0, interpolation: str = "linear") -> Any:
    low, high = np.percentile(a, sorted(rng), axis=0, method=interpolation)  # type: ignore[call-overload]  # the stubs want a list of methods
    if scale == "normal":
        scale = 2.0 * math.sqrt(2.0) * float(sp.erfinv(0.5))
    return (high - low) / scale


@_statistic("trim_mean")
def _trim_mean(a: Any, proportiontocut: float) -> Any:
    cut = int(proportiontocut * len(a))
    if 2 * cut >= len(a):
        raise ValueError("Proportion too big.")
    return np.mean(np.sort(a, axis=0)[cut : len(a) - cut], axis=0)


@_statistic("tmean")
def _tmean(a: Any, *, limits: Any = None, inclusive: Any = (True, True)) -> Any:
    if limits is not None:
        raise refused("scipy.stats.tmean was called with traced values and limits")
    return np.mean(a, axis=0)


@_statistic("entropy")
def _entropy(pk: Any, *, qk: Any = None, base: float | None = None) -> Any:
    pk = pk / np.sum(pk, axis=0)
    if qk is None:
        total = np.sum(sp.entr(pk), axis=0)
    else:
        qk = np.broadcast_to(entries(qk), np.shape(pk))
        total = np.sum(sp.rel_entr(pk, qk / np.sum(qk, axis=0)), axis=0)
    return total if base is None else total / math.log(base)


@means("scipy.stats")
def _zscore(a: Any, axis: Any = 0, ddof: int = 0, nan_policy: str = "propagate") -> Any:
    if nan_policy != "propagate":
        raise refused(f"scipy.stats.zscore of traced values with nan_policy={nan_policy!r}")
    a = entries(a)
    return (a - np.mean(a, axis=axis, keepdims=True)) / np.std(
        a, axis=axis, ddof=ddof, keepdims=True
    )


# ------------------------------------------------------------------------------ two samples
class PearsonRResult(NamedTuple):
    """Correlation and the probability of one as large without any."""

    statistic: Any
    pvalue: Any

    @property
    def correlation(self) -> Any:
        """The same as ``statistic``."""
        return self.statistic


class LinregressResult(NamedTuple):
    """Line through points; as of SciPy, the standard error of the intercept is an attribute."""

    slope: Any
    intercept: Any
    rvalue: Any
    pvalue: Any
    stderr: Any


def _probability(r: Any, n: int) -> Any:
    """Two-sided probability of a correlation of n points at least as large as r."""
    t = r * np.sqrt((n - 2) / ((1.0 - r) * (1.0 + r)))
    return 2.0 * sp.stdtr(n - 2.0, -np.abs(t))


def _pair(x: Any, y: Any) -> tuple[Any, Any]:
    x, y = entries(x), entries(y)
    if np.ndim(x) != 1 or np.shape(x) != np.shape(y) or len(x) < 3:
        raise refused(
            f"two samples of shapes {np.shape(x)} and {np.shape(y)} were given, with traced "
            "values; known are two samples of the same length, 3 or more"
        )
    return x, y


@means("scipy.stats")
def _pearsonr(x: Any, y: Any, *, alternative: str = "two-sided", axis: Any = 0) -> Any:
    if alternative != "two-sided":
        raise refused(f"scipy.stats.pearsonr of traced values with alternative={alternative!r}")
    x, y = _pair(x, y)
    x, y = x - np.mean(x), y - np.mean(y)
    r = np.dot(x, y) / (np.sqrt(np.dot(x, x)) * np.sqrt(np.dot(y, y)))
    return PearsonRResult(r, _probability(r, len(x)))


@means("scipy.stats")
def _linregress(x: Any, y: Any, alternative: str = "two-sided") -> Any:
    if alternative != "two-sided":
        raise refused(f"scipy.stats.linregress of traced values with alternative={alternative!r}")
    x, y = _pair(x, y)
    n, x_mean, y_mean = len(x), np.mean(x), np.mean(y)
    xx, xy = np.mean((x - x_mean) ** 2), np.mean((x - x_mean) * (y - y_mean))
    yy = np.mean((y - y_mean) ** 2)
    r, slope = xy / np.sqrt(xx * yy), xy / xx
    error = np.sqrt((1.0 - r * r) * yy / xx / (n - 2))
    return LinregressResult(slope, y_mean - slope * x_mean, r, _probability(r, n), error)


# ---------------------------------------------------------------------------- transformations
def _power(logarithm: Any, exponent: Any) -> Any:
    """``(x**exponent - 1) / exponent`` of a logarithm of x."""
    return logarithm * sp.exprel(np.multiply(exponent, logarithm))


@means("scipy.stats")
def _boxcox(x: Any, lmbda: Any = None) -> Any:
    if lmbda is None:
        raise refused(
            "scipy.stats.boxcox of traced values was asked to find its exponent: give lmbda="
        )
    return _power(np.log(entries(x)), lmbda)


@means("scipy.stats")
def _yeojohnson(x: Any, lmbda: Any = None) -> Any:
    if lmbda is None:
        raise refused(
            "scipy.stats.yeojohnson of traced values was asked to find its exponent: give lmbda="
        )
    x = entries(x)
    is_positive = np.greater_equal(x, 0.0)
    above, below = np.where(is_positive, x, 0.0), np.where(is_positive, 0.0, np.negative(x))
    return np.where(
        is_positive,
        _power(np.log1p(above), lmbda),
        -_power(np.log1p(below), np.subtract(2.0, lmbda)),
    )
