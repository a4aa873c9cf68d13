"""Methods of the distributions of ``scipy.stats``: ``norm.logpdf(x, mu, sigma)`` and the like.

Enters: a distribution and the name of a method. Leaves: a function of the method's arguments,
written out by the formulas of ``_densities.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from asdopt.tracing._callee import HOOK
from asdopt.tracing._cumulatives import (
    CUMULATIVE,
    LOG_CUMULATIVE,
    LOG_SURVIVAL,
    MASS_ABOVE,
    MASS_BELOW,
    QUANTILE,
    QUANTILE_FROM_ABOVE,
    SURVIVAL,
)
from asdopt.tracing._densities import LOG_DENSITY, LOG_MASS, RANGE, SHAPES, outside
from asdopt.tracing._lift import constants_only, lift, mask
from asdopt.tracing._scipy_arrays import entries, refused

__all__ = ["DISTRIBUTIONS", "Frozen", "distribution_method"]

DISTRIBUTIONS = frozenset(LOG_DENSITY) | frozenset(LOG_MASS)


def distribution_method(owner: Any, name: str) -> Callable[..., Any] | None:
    """Find what a method of a distribution means on traced arguments."""
    kind = type(owner).__name__
    if kind in {"rv_continuous_frozen", "rv_discrete_frozen"}:
        base = distribution_method(owner.dist, name)
        return None if base is None else lambda x: base(x, *owner.args, **owner.kwds)
    if kind == "multivariate_normal_frozen" and name in {"logpdf", "pdf"}:
        return lambda x: _normal(name, x, owner.mean, owner.cov)
    if kind == "multivariate_normal_gen" and name in {"logpdf", "pdf"}:
        return lambda x, mean=None, cov=1, allow_singular=False, **_: _normal(name, x, mean, cov)
    several = _SEVERAL.get(kind.removesuffix("_gen").removesuffix("_frozen"))
    if several is not None and name in {"logpmf", "pmf", "logpdf", "pdf"}:
        start = name.removeprefix("log")
        log: Any = several if name != start else lambda *args: np.exp(several(*args))
        if kind.endswith("_gen"):
            return log  # type: ignore[no-any-return]
        parameters = [getattr(owner, key) for key in ("n", "p", "alpha") if hasattr(owner, key)]
        return lambda x: log(x, *parameters)
    distribution = getattr(owner, "name", "")
    if kind == ("reciprocal_gen" if distribution == "loguniform" else f"{distribution}_gen"):
        shapes = tuple(owner.shapes.split(", ")) if owner.shapes else ()
        if distribution in LOG_DENSITY:
            return _continuous(distribution, name, shapes)
        if distribution in LOG_MASS:
            return _discrete(distribution, name, shapes)
    return None


class Frozen:
    """A distribution whose parameters are given, one of them traced: ``norm(mu, x[0])``."""

    def __init__(self, distribution: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._distribution, self._args, self._kwargs = distribution, args, kwargs

    def __getattr__(self, name: str) -> Any:
        known = distribution_method(self._distribution, name)
        is_known = known is not None or name in {"mean", "var", "std"}
        if not is_known and hasattr(self._distribution, "freeze"):
            frozen = HOOK[self._distribution.freeze](*self._args, **self._kwargs)
            return HOOK[getattr(frozen, name)]
        if name in {"mean", "var", "std"}:
            return lambda: _moment(self._distribution, name, self._args, self._kwargs)
        method = getattr(self._distribution, name)
        return lambda *x: HOOK[method](*x, *self._args, **self._kwargs)


def _moment(owner: Any, name: str, args: tuple[Any, ...], given: dict[str, Any]) -> Any:
    """Mean, variance or standard deviation by SciPy's formulas of the shapes."""
    shapes = tuple(owner.shapes.split(", ")) if owner.shapes else ()
    is_discrete = hasattr(owner, "pmf")
    names = (*shapes, "loc") if is_discrete else (*shapes, "loc", "scale")
    *shape, loc, scale = _in_order((*names, "scale")[: len(shapes) + 2], args, given)
    if owner.name not in DISTRIBUTIONS:
        raise refused(f"scipy.stats.{owner.name}.{name} was called with traced values")
    mean, variance = owner._stats(*shape)[:2]
    if mean is None or variance is None or not all(map(_is_number, (mean, variance))):
        raise refused(
            f"scipy.stats.{owner.name}.{name} was called with traced values, and SciPy has no "
            "formula for it: write it out"
        )
    if name == "mean":
        return loc + scale * mean
    return scale**2 * variance if name == "var" else scale * np.sqrt(variance)


def _is_number(value: Any) -> bool:
    return hasattr(value, "tape") or np.asarray(value).dtype.kind in "fiu"


def _in_order(names: tuple[str, ...], args: tuple[Any, ...], given: dict[str, Any]) -> list[Any]:
    """Arguments in the order of their names, from positions and keywords."""
    found = {"loc": 0.0, "scale": 1.0} | dict(zip(names, args, strict=False)) | given
    if len(args) > len(names) or not given.keys() <= set(names) <= found.keys():
        raise TypeError(f"the parameters of the distribution are {', '.join(names)}")
    return [found[name] for name in names]


def _continuous(distribution: str, name: str, shapes: tuple[str, ...]) -> Callable[..., Any] | None:
    density = LOG_DENSITY[distribution]
    cumulative = CUMULATIVE.get(distribution)
    below: Any = cumulative
    formulas: dict[str, Callable[..., Any]] = {
        "logpdf": lambda z, scale, *s: density(z, *s) - np.log(scale),
        "pdf": lambda z, scale, *s: np.exp(density(z, *s)) / scale,
    }
    if cumulative is not None:
        above: Any = SURVIVAL.get(distribution, lambda z, *s: 1.0 - below(z, *s))
        log_below: Any = LOG_CUMULATIVE.get(distribution, lambda z, *s: np.log(below(z, *s)))
        log_above: Any = LOG_SURVIVAL.get(distribution, lambda z, *s: np.log(above(z, *s)))
        formulas |= {
            "cdf": lambda z, scale, *s: below(z, *s),
            "sf": lambda z, scale, *s: above(z, *s),
            "logcdf": lambda z, scale, *s: log_below(z, *s),
            "logsf": lambda z, scale, *s: log_above(z, *s),
        }
    formula = formulas.get(name)
    quantile = {"ppf": QUANTILE, "isf": QUANTILE_FROM_ABOVE}.get(name, {}).get(distribution)
    if formula is None and quantile is None:
        return None

    def evaluate(x: Any, *args: Any, **given: Any) -> Any:
        *shape, loc, scale = _in_order((*shapes, "loc", "scale"), args, given)
        is_traced = hasattr(scale, "tape")
        if not is_traced:
            scale = np.where(np.greater(scale, 0.0), scale, np.nan)[()]
        if formula is None:
            q = np.where(np.greater_equal(x, 0.0) & np.less_equal(x, 1.0), x, np.nan)
            result = np.add(np.multiply(quantile(q, *shape), scale), loc)  # type: ignore[misc]  # there is no quantile only where there is a formula
        else:
            ends = _ends(name, x)
            x = x if ends is None else np.where(ends[0], 0.0, x)
            result = formula(np.divide(np.subtract(x, loc), scale), scale, *shape)
            result = result if ends is None else np.where(*ends, result)
        result = _where_valid(distribution, shape, result)
        if not is_traced or name == "logpdf":  # which has the logarithm of the scale
            return result
        return np.where(np.greater(scale, 0.0), result, np.nan)

    return evaluate


# Values of the functions at minus and plus infinity.
_AT_INFINITY = {
    "cdf": (0.0, 1.0),
    "sf": (1.0, 0.0),
    "logcdf": (-np.inf, 0.0),
    "logsf": (0.0, -np.inf),
    "pdf": (0.0, 0.0),
    "logpdf": (-np.inf, -np.inf),
}


def _ends(name: str, x: Any) -> tuple[Any, Any] | None:
    """Which points are infinite, and the values there, which no parameter changes."""
    tape = getattr(x, "tape", None)
    if tape is not None and not np.isinf(tape.values(lift(tape, x).ids)).any():
        return None
    infinite, negative = np.isinf(x), np.less(x, 0.0)
    if tape is not None:
        infinite, negative = mask(tape, infinite), mask(tape, negative)
    if not np.any(infinite):
        return None
    return infinite, np.where(negative, *_AT_INFINITY[name])


def _where_valid(distribution: str, shapes: list[Any], result: Any) -> Any:
    """Give the result where the shapes mean a distribution, else NaN, as SciPy has it."""
    if not shapes:
        return result
    check = SHAPES.get(distribution)
    valid: Any = True
    if check is not None:
        valid = check(*shapes)
    else:
        for shape in shapes:
            valid = valid & np.greater(shape, 0.0)
    if not hasattr(valid, "tape") and np.all(valid):
        return result
    return np.where(valid, result, np.nan)


def _discrete(distribution: str, name: str, shapes: tuple[str, ...]) -> Callable[..., Any] | None:
    mass, ends = LOG_MASS[distribution], RANGE[distribution]
    below, above = MASS_BELOW.get(distribution), MASS_ABOVE.get(distribution)
    formulas: dict[str, Any] = {"logpmf": mass, "pmf": mass}
    if below is not None:
        formulas |= {"cdf": below, "logcdf": below, "sf": above, "logsf": above}
    formula = formulas.get(name)
    if formula is None:
        return None

    def evaluate(k: Any, *args: Any, **given: Any) -> Any:
        *shape, loc = _in_order((*shapes, "loc"), args, given)
        count = constants_only(np.subtract(k, loc))
        if count is None:
            raise refused(
                f"scipy.stats.{distribution}.{name} was called with a traced count, and is zero "
                "between whole numbers: keep the count constant"
            )
        least, most = ends(*shape)
        if name in {"pmf", "logpmf"}:
            inside = np.equal(np.floor(count), count) & (count >= least) & (count <= most)
            start = least if np.all(np.isfinite(least)) else 0
            result = outside(inside, formula(np.where(inside, count, start), *shape))
            result = _where_valid(distribution, shape, result)
            return result if name == "logpmf" else np.exp(result)
        count = np.floor(count)
        is_below, is_above = count < least, count >= most
        middle = formula(np.where(is_below | is_above, least, count), *shape)
        ended = (0.0, 1.0) if name.endswith("cdf") else (1.0, 0.0)
        result = np.where(is_below, ended[0], np.where(is_above, ended[1], middle))
        result = _where_valid(distribution, shape, result)
        return np.log(result) if name.startswith("log") else result

    return evaluate


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


def _multinomial(x: Any, n: Any, p: Any) -> Any:
    """Logarithm of the probability of counts; the last share is what the others leave."""
    if np.ndim(x) > 1 or np.ndim(p) > 1 or np.ndim(n):
        raise refused(
            "scipy.stats.multinomial was called with several trials and traced values; known is "
            "one vector of counts: call it for each"
        )
    counts = constants_only(x)
    if counts is None:
        raise refused(
            "scipy.stats.multinomial was called with traced counts, and is zero between whole "
            "numbers: keep the counts constant"
        )
    counts, p = np.asarray(counts, dtype=float), entries(p)
    if np.abs(1.0 - p.sum()) > 10 * np.finfo(float).eps:
        p = np.concatenate([p[:-1], [1.0 - p[:-1].sum()]])
    if counts.sum() != n or (counts < 0).any():
        return -np.inf
    result = sp.gammaln(n + 1.0) + np.sum(sp.xlogy(counts, p) - sp.gammaln(counts + 1.0))
    return np.where(np.all(p >= 0.0) & np.all(p <= 1.0), result, np.nan)


def _dirichlet(x: Any, alpha: Any) -> Any:
    """Logarithm of the density of shares; a last one that is not given is what is left."""
    x, alpha = entries(x), entries(alpha)
    if x.shape[0] == alpha.shape[0] - 1:
        x = np.concatenate([x, [1.0 - np.sum(x, axis=0)]])
    if np.any(np.abs(np.sum(x, axis=0) - 1.0) > 1e-9):
        raise ValueError("The input vector 'x' must lie within the normal simplex.")
    constant = sp.gammaln(np.sum(alpha)) - np.sum(sp.gammaln(alpha))
    return constant + np.sum(sp.xlogy(alpha - 1.0, np.moveaxis(x, 0, -1)), axis=-1)


_SEVERAL: dict[str, Callable[..., Any]] = {"multinomial": _multinomial, "dirichlet": _dirichlet}
