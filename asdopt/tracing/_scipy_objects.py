"""Objects of SciPy that are called with traced values: interpolants and distributions.

An interpolant of constant data is recorded whole, with the derivatives that SciPy evaluates. A
distribution is written out by its density. Found by :func:`called` and :func:`method`, which
``_standins_scipy.py`` asks.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from asdopt.tracing._callee import HOOK, current
from asdopt.tracing._elementwise import record
from asdopt.tracing._lift import constants_only
from asdopt.tracing._scipy_arrays import inverse_of_solver, refused

__all__ = ["DISTRIBUTIONS", "called", "method"]


# -------------------------------------------------------------------------------- interpolants
_PIECEWISE = frozenset(
    {"PPoly", "BPoly", "CubicSpline", "PchipInterpolator", "Akima1DInterpolator"}
    | {"CubicHermiteSpline", "BSpline"}
)
_FITTED = frozenset({"UnivariateSpline", "InterpolatedUnivariateSpline", "LSQUnivariateSpline"})
_SURFACES = frozenset(
    {"BivariateSpline", "RectBivariateSpline", "SmoothBivariateSpline", "LSQBivariateSpline"}
)


def called(owner: Any) -> Callable[..., Any] | None:
    """Find what calling an object of SciPy with traced values means."""
    name = type(owner).__name__
    if name in _PIECEWISE:

        def piecewise(x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
            return _curve(lambda t, k: owner(t, nu + k, extrapolate), x)

        return piecewise
    if name in _FITTED:
        return lambda x, nu=0, ext=None: _curve(lambda t, k: owner(t, nu + k, ext), x)
    if name in {"BarycentricInterpolator", "KroghInterpolator"}:
        return lambda x: _curve(lambda t, k: owner.derivative(t, k) if k else owner(t), x)
    if name == "interp1d":
        return lambda x: _interp1d(owner, x)
    if name in _SURFACES:

        def surface(x: Any, y: Any, dx: int = 0, dy: int = 0, grid: bool = True) -> Any:
            if grid:
                x, y = np.atleast_1d(x)[:, None], np.atleast_1d(y)[None, :]
            return _surface(owner, x, y, dx, dy)

        return surface
    if name.endswith("_gen") and hasattr(owner, "pdf") | hasattr(owner, "pmf"):
        return lambda *args, **kwargs: _Frozen(owner, args, kwargs)
    if name == "RegularGridInterpolator":
        return lambda xi, method=None, *, nu=None: _regular_grid(owner, xi, method)
    return None


def _curve(value: Callable[[Any, int], Any], x: Any) -> Any:
    """Record ``value(x, 0)``, whose derivatives are ``value(x, 1)`` and ``value(x, 2)``."""
    session = current()
    if session is None:
        raise RuntimeError("a stand-in was called outside of a trace")
    tape = session.tape
    trailing = np.shape(value(np.zeros(0), 0))[1:]

    def part(place: tuple[int, ...]) -> Any:
        def at(order: int) -> Callable[[Any], Any]:
            return lambda t: value(t, order)[(slice(None), *place)]

        return record(tape, (x,), at(0), (at(1),), (at(2),))

    parts = [part(place) for place in np.ndindex(trailing)]
    if not trailing:
        return parts[0]
    return np.stack(parts, axis=-1).reshape(np.shape(x) + trailing)


def _interp1d(owner: Any, x: Any) -> Any:
    spline = getattr(owner, "_spline", None)
    if np.ndim(owner.y) != 1:
        raise refused(
            "scipy.interpolate.interp1d of several columns was called with traced values; known "
            "is one column of values: make one interpolant for each, or use CubicSpline"
        )

    def value(t: Any, order: int) -> Any:
        found = np.asarray(owner(t), dtype=np.float64)
        if order == 0:
            return found
        inside = (t >= owner.x[0]) & (t <= owner.x[-1])
        if spline is not None:
            slope = spline(t, nu=order).reshape(np.shape(t))
        elif owner._kind == "linear" and order == 1:
            table = np.diff(owner.y) / np.diff(owner.x)
            place = np.searchsorted(owner.x[1:-1], t, side="left")
            slope = table[place]
        else:
            slope = np.zeros(np.shape(t))
        extends = isinstance(owner.fill_value, str)
        return slope if extends else np.where(inside, slope, 0.0)

    return _curve(value, x)


def _surface(owner: Any, x: Any, y: Any, dx: int, dy: int) -> Any:
    session = current()
    if session is None:
        raise RuntimeError("a stand-in was called outside of a trace")

    def at(i: int, j: int) -> Callable[[Any, Any], Any]:
        return lambda s, t: owner.ev(s, t, dx + i, dy + j)

    return record(
        session.tape,
        (x, y),
        at(0, 0),
        (at(1, 0), at(0, 1)),
        (at(2, 0), at(1, 1), at(0, 2)),
    )


def _regular_grid(owner: Any, xi: Any, method: Any) -> Any:
    method = owner.method if method is None else method
    if method != "linear" or np.ndim(owner.values) != len(owner.grid):
        raise refused(
            "scipy.interpolate.RegularGridInterpolator was called with traced values and "
            f"method={method!r}; known is 'linear' with one value for each point: use "
            "RectBivariateSpline for a smooth table of two variables"
        )
    if isinstance(xi, tuple):
        xi = np.stack(np.broadcast_arrays(*xi), axis=-1)
    points = [np.moveaxis(xi, -1, 0)[k] for k in range(len(owner.grid))]
    result: Any = 0.0
    places, shares = [], []
    for point, axis in zip(points, owner.grid, strict=True):
        k = np.clip(np.searchsorted(axis, point, side="right") - 1, 0, len(axis) - 2)
        places.append(k)
        shares.append((point - axis[k]) / (axis[k + 1] - axis[k]))
        if owner.bounds_error and not np.all((point >= axis[0]) & (point <= axis[-1])):
            raise ValueError("One of the requested xi is out of bounds")
    for corner in np.ndindex((2,) * len(points)):
        weight: Any = 1.0
        for bit, share in zip(corner, shares, strict=True):
            weight = weight * (share if bit else 1.0 - share)
        index = tuple(k + bit for k, bit in zip(places, corner, strict=True))
        result = result + weight * owner.values[index]
    if owner.fill_value is not None:
        for point, axis in zip(points, owner.grid, strict=True):
            inside = (point >= axis[0]) & (point <= axis[-1])
            result = np.where(inside, result, owner.fill_value)
    # One point is an array of one value, as SciPy has it.
    return np.reshape(result, (1,)) if np.ndim(result) == 0 else result


# ------------------------------------------------------------------------------- distributions
def _outside(condition: Any, value: Any) -> Any:
    return np.where(condition, value, -np.inf)


# Logarithms of standard densities, of z and the shape parameters.
_LOG_DENSITY: dict[str, Callable[..., Any]] = {
    "norm": lambda z: -0.5 * z * z - 0.5 * math.log(2.0 * math.pi),
    "expon": lambda z: _outside(z >= 0.0, -z),
    "uniform": lambda z: _outside((z >= 0.0) & (z <= 1.0), 0.0 * z),
    "logistic": lambda z: -z - 2.0 * np.logaddexp(0.0, -z),
    "cauchy": lambda z: -math.log(math.pi) - np.log1p(z * z),
    "laplace": lambda z: -np.abs(z) - math.log(2.0),
    "gumbel_r": lambda z: -z - np.exp(-z),
    "gumbel_l": lambda z: z - np.exp(z),
    "rayleigh": lambda z: _outside(z >= 0.0, np.log(np.where(z > 0.0, z, 1.0)) - 0.5 * z * z),
    "halfnorm": lambda z: _outside(z >= 0.0, 0.5 * math.log(2.0 / math.pi) - 0.5 * z * z),
    "lognorm": lambda z, s: _outside(
        z > 0.0,
        -0.5 * np.square(_log(z) / s) - np.log(s) - _log(z) - 0.5 * math.log(2.0 * math.pi),
    ),
    "gamma": lambda z, a: _outside(z >= 0.0, (a - 1.0) * _log(z) - z - sp.gammaln(a)),
    "chi2": lambda z, df: _outside(
        z >= 0.0,
        (0.5 * df - 1.0) * _log(z) - 0.5 * z - sp.gammaln(0.5 * df) - 0.5 * df * math.log(2.0),
    ),
    "beta": lambda z, a, b: _outside(
        (z >= 0.0) & (z <= 1.0),
        (a - 1.0) * _log(z) + (b - 1.0) * _log(1.0 - z) - sp.betaln(a, b),
    ),
    "t": lambda z, df: (
        sp.gammaln(0.5 * (df + 1.0))
        - sp.gammaln(0.5 * df)
        - 0.5 * np.log(df * math.pi)
        - 0.5 * (df + 1.0) * np.log1p(z * z / df)
    ),
    "weibull_min": lambda z, c: _outside(
        z >= 0.0, np.log(c) + (c - 1.0) * _log(z) - np.power(np.where(z > 0.0, z, 0.0), c)
    ),
    "pareto": lambda z, b: _outside(z >= 1.0, np.log(b) - (b + 1.0) * _log(z)),
}


def _log(z: Any) -> Any:
    """Logarithm where there is one."""
    return np.log(np.where(z > 0.0, z, 1.0))


def _right(z: Any, value: Callable[[Any], Any]) -> Any:
    return np.where(z > 0.0, value(np.where(z > 0.0, z, 1.0)), 0.0)


def _above(z: Any) -> Any:
    return np.maximum(z, 0.0)


_CUMULATIVE: dict[str, Callable[..., Any]] = {
    "norm": sp.ndtr,
    "expon": lambda z: _right(z, lambda z: -np.expm1(-z)),
    "uniform": lambda z: np.clip(z, 0.0, 1.0),
    "logistic": sp.expit,
    "cauchy": lambda z: 0.5 + np.arctan(z) / math.pi,
    "laplace": lambda z: np.where(
        z > 0.0, 1.0 - 0.5 * np.exp(-np.abs(z)), 0.5 * np.exp(-np.abs(z))
    ),
    "gumbel_r": lambda z: np.exp(-np.exp(-z)),
    "gumbel_l": lambda z: -np.expm1(-np.exp(z)),
    "rayleigh": lambda z: _right(z, lambda z: -np.expm1(-0.5 * z * z)),
    "lognorm": lambda z, s: _right(z, lambda z: sp.ndtr(np.log(z) / s)),
    "gamma": lambda z, a: _right(z, lambda z: sp.gammainc(a, z)),
    "chi2": lambda z, df: _right(z, lambda z: sp.gammainc(0.5 * df, 0.5 * z)),
    "beta": lambda z, a, b: sp.betainc(a, b, np.clip(z, 0.0, 1.0)),
    "t": lambda z, df: sp.stdtr(df, z),
    "weibull_min": lambda z, c: _right(z, lambda z: -np.expm1(-np.power(z, c))),
}
# What is above, not 1 minus what is below, which loses the digits of a tail.
_SURVIVAL: dict[str, Callable[..., Any]] = {
    "norm": lambda z: sp.ndtr(-z),
    "expon": lambda z: np.exp(-_above(z)),
    "logistic": lambda z: sp.expit(-z),
    "cauchy": lambda z: np.arctan2(1.0, z) / math.pi,
    "laplace": lambda z: _CUMULATIVE["laplace"](-z),
    "gumbel_r": lambda z: -np.expm1(-np.exp(-z)),
    "gumbel_l": lambda z: np.exp(-np.exp(z)),
    "rayleigh": lambda z: np.exp(-0.5 * np.square(_above(z))),
    "lognorm": lambda z, s: np.where(z > 0.0, sp.ndtr(-_log(z) / s), 1.0),
    "gamma": lambda z, a: np.where(z > 0.0, sp.gammaincc(a, np.where(z > 0.0, z, 1.0)), 1.0),
    "chi2": lambda z, df: np.where(
        z > 0.0, sp.gammaincc(0.5 * df, 0.5 * np.where(z > 0.0, z, 1.0)), 1.0
    ),
    "beta": lambda z, a, b: sp.betaincc(a, b, np.clip(z, 0.0, 1.0)),
    "t": lambda z, df: sp.stdtr(df, -z),
    "weibull_min": lambda z, c: np.where(
        z > 0.0, np.exp(-np.power(np.where(z > 0.0, z, 1.0), c)), 1.0
    ),
}
_LOG_CUMULATIVE: dict[str, Callable[..., Any]] = {
    "norm": sp.log_ndtr,
    "logistic": sp.log_expit,
    "gumbel_r": lambda z: -np.exp(-z),
}
_LOG_SURVIVAL: dict[str, Callable[..., Any]] = {
    "norm": lambda z: sp.log_ndtr(-z),
    "expon": lambda z: -_above(z),
    "logistic": lambda z: sp.log_expit(-z),
    "gumbel_l": lambda z: -np.exp(z),
    "rayleigh": lambda z: -0.5 * np.square(_above(z)),
    "weibull_min": lambda z, c: np.where(z > 0.0, -np.power(np.where(z > 0.0, z, 1.0), c), 0.0),
}
_QUANTILE: dict[str, Callable[..., Any]] = {
    "norm": sp.ndtri,
    "expon": lambda q: -np.log1p(-q),
    "uniform": lambda q: 1.0 * q,
    "logistic": sp.logit,
    "gamma": lambda q, a: sp.gammaincinv(a, q),
    "beta": lambda q, a, b: sp.betaincinv(a, b, q),
    "t": lambda q, df: sp.stdtrit(df, q),
}
# Logarithms of probabilities of counts.
_LOG_MASS: dict[str, Callable[..., Any]] = {
    "poisson": lambda k, mu: sp.xlogy(k, mu) - sp.gammaln(k + 1.0) - mu,
    "binom": lambda k, n, p: (
        sp.gammaln(np.add(n, 1.0))
        - sp.gammaln(np.add(k, 1.0))
        - sp.gammaln(np.subtract(n, k) + 1.0)
        + sp.xlogy(k, p)
        + sp.xlog1py(np.subtract(n, k), np.negative(p))
    ),
    "bernoulli": lambda k, p: sp.xlogy(k, p) + sp.xlog1py(np.subtract(1.0, k), np.negative(p)),
    "geom": lambda k, p: np.log(p) + sp.xlog1py(np.subtract(k, 1.0), np.negative(p)),
}
# Least and largest count, of the shapes.
_RANGE: dict[str, Callable[..., Any]] = {
    "poisson": lambda mu: (0, np.inf),
    "binom": lambda n, p: (0, n),
    "bernoulli": lambda p: (0, 1),
    "geom": lambda p: (1, np.inf),
}


DISTRIBUTIONS = frozenset(_LOG_DENSITY) | frozenset(_LOG_MASS)


def method(owner: Any, name: str) -> Callable[..., Any] | None:
    """Find what a method of an object of SciPy means on traced arguments."""
    kind = type(owner).__name__
    if kind in _SURFACES and name == "ev":
        return lambda xi, yi, dx=0, dy=0: _surface(owner, xi, yi, dx, dy)
    if name == "integrate" and kind in _PIECEWISE | {"CubicSpline"}:
        whole = called(owner.antiderivative())
        assert whole is not None  # noqa: S101  # an antiderivative is of the same kind
        return lambda a, b, extrapolate=None: whole(b) - whole(a)
    if kind == "SuperLU" and name == "solve":
        size = owner.shape[0]
        return lambda b, trans="N": inverse_of_solver(lambda e: owner.solve(e, trans), size) @ b
    if kind in {"rv_continuous_frozen", "rv_discrete_frozen"}:
        base = method(owner.dist, name)
        return None if base is None else lambda x: base(x, *owner.args, **owner.kwds)
    if kind == "multivariate_normal_frozen" and name in {"logpdf", "pdf"}:
        return lambda x: _normal(name, x, owner.mean, owner.cov)
    if kind == "multivariate_normal_gen" and name in {"logpdf", "pdf"}:
        return lambda x, mean=None, cov=1, allow_singular=False, **_: _normal(name, x, mean, cov)
    distribution = getattr(owner, "name", "")
    if kind == f"{distribution}_gen":
        shapes = tuple(owner.shapes.split(", ")) if owner.shapes else ()
        if distribution in _LOG_DENSITY:
            return _continuous(distribution, name, shapes)
        if distribution in _LOG_MASS:
            return _discrete(distribution, name, shapes)
    return None


class _Frozen:
    """A distribution whose parameters are given, one of them traced: ``norm(mu, x[0])``."""

    def __init__(self, distribution: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._distribution, self._args, self._kwargs = distribution, args, kwargs

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._distribution, name)
        return lambda *x: HOOK[method](*x, *self._args, **self._kwargs)


def _in_order(names: tuple[str, ...], args: tuple[Any, ...], given: dict[str, Any]) -> list[Any]:
    """Arguments in the order of their names, from positions and keywords."""
    found = {"loc": 0.0, "scale": 1.0} | dict(zip(names, args, strict=False)) | given
    if len(args) > len(names) or not given.keys() <= set(names) <= found.keys():
        raise TypeError(f"the parameters of the distribution are {', '.join(names)}")
    return [found[name] for name in names]


def _continuous(distribution: str, name: str, shapes: tuple[str, ...]) -> Callable[..., Any] | None:
    density = _LOG_DENSITY[distribution]
    cumulative = _CUMULATIVE.get(distribution)
    below: Any = cumulative
    formulas: dict[str, Callable[..., Any]] = {
        "logpdf": lambda z, scale, *s: density(z, *s) - np.log(scale),
        "pdf": lambda z, scale, *s: np.exp(density(z, *s)) / scale,
    }
    if cumulative is not None:
        above: Any = _SURVIVAL.get(distribution, lambda z, *s: 1.0 - below(z, *s))
        log_below: Any = _LOG_CUMULATIVE.get(distribution, lambda z, *s: np.log(below(z, *s)))
        log_above: Any = _LOG_SURVIVAL.get(distribution, lambda z, *s: np.log(above(z, *s)))
        formulas |= {
            "cdf": lambda z, scale, *s: below(z, *s),
            "sf": lambda z, scale, *s: above(z, *s),
            "logcdf": lambda z, scale, *s: log_below(z, *s),
            "logsf": lambda z, scale, *s: log_above(z, *s),
        }
    formula, quantile = formulas.get(name), _QUANTILE.get(distribution)

    def evaluate(x: Any, *args: Any, **given: Any) -> Any:
        *shape, loc, scale = _in_order((*shapes, "loc", "scale"), args, given)
        is_traced = hasattr(scale, "tape")
        if not is_traced:
            scale = np.where(np.greater(scale, 0.0), scale, np.nan)[()]
        if formula is None:
            q = np.where(np.greater_equal(x, 0.0) & np.less_equal(x, 1.0), x, np.nan)
            result = np.add(np.multiply(quantile(q, *shape), scale), loc)  # type: ignore[misc]
        else:
            result = formula(np.divide(np.subtract(x, loc), scale), scale, *shape)
        if not is_traced or name == "logpdf":  # which has the logarithm of the scale
            return result
        return np.where(np.greater(scale, 0.0), result, np.nan)

    if formula is None and (name != "ppf" or quantile is None):
        return None
    return evaluate


def _discrete(distribution: str, name: str, shapes: tuple[str, ...]) -> Callable[..., Any] | None:
    mass, ends = _LOG_MASS[distribution], _RANGE[distribution]

    def evaluate(k: Any, *args: Any, **given: Any) -> Any:
        *shape, loc = _in_order((*shapes, "loc"), args, given)
        count = constants_only(np.subtract(k, loc))
        if count is None:
            raise refused(
                f"scipy.stats.{distribution}.{name} was called with a traced count, and is zero "
                "between whole numbers: keep the count constant"
            )
        least, most = ends(*shape)
        inside = np.equal(np.floor(count), count) & (count >= least) & (count <= most)
        result = _outside(inside, mass(np.where(inside, count, least), *shape))
        return result if name == "logpmf" else np.exp(result)

    return evaluate if name in {"logpmf", "pmf"} else None


def _normal(name: str, x: Any, mean: Any, cov: Any) -> Any:
    """Density of several normal variables, from the Cholesky factor of the covariance."""
    size = max(np.shape(cov)[-1] if np.ndim(cov) else 1, np.size(mean) if mean is not None else 1)
    if np.ndim(x) < 2:  # one point, or several numbers where there is one variable
        x = np.reshape(x, (size,) if size > 1 or np.ndim(x) == 0 else (-1, 1))
    cov = cov * np.eye(size) if np.ndim(cov) == 0 else np.diag(cov) if np.ndim(cov) == 1 else cov
    low = np.linalg.cholesky(cov)
    gap = x - (0.0 if mean is None else mean)
    white = np.linalg.solve(low, np.moveaxis(gap, -1, 0).reshape(size, -1))
    square = np.sum(white * white, axis=0).reshape(np.shape(gap)[:-1])
    rest = size * math.log(2.0 * math.pi) + 2.0 * np.sum(np.log(np.diagonal(low)))
    result = -0.5 * (square + rest)
    return result if name == "logpdf" else np.exp(result)
