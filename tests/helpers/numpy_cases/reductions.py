"""Reductions, and what depends on order."""

from __future__ import annotations

import numpy as np

from numpy_cases._table import A23, CONST, NANS, M, V, W, case, holes

# ------------------------------------------------------------------ reductions
case(
    "sum",
    np.sum,
    lambda x: np.sum(x, axis=0),
    lambda x: np.sum(x, axis=(0, 1), keepdims=True),
    lambda x: np.sum(x, initial=3.0),
    lambda x: np.sum(x, axis=1, where=A23 > 0),
    lambda x: np.sum(x, where=x > 0),
    lambda x: np.sum([x[0, 0], 2.0]),
    lambda x: np.sum(x > 0),
    at=M,
)
case(
    "prod",
    np.prod,
    lambda x: np.prod(x, axis=1, keepdims=True),
    lambda x: np.prod(x, where=A23 > 0, initial=2.0),
    lambda x: np.prod(x > 0),
    at=M,
)
case(
    "mean",
    np.mean,
    lambda x: np.mean(x, axis=0),
    lambda x: np.mean(x, 1, keepdims=True),
    lambda x: np.mean(x, where=A23 >= 0),
    lambda x: np.mean(x, where=x > 0),
    lambda x: np.mean(x > 0),
    at=M,
)
case(
    "var",
    np.var,
    lambda x: np.var(x, axis=1, ddof=1),
    lambda x: np.var(x, keepdims=True),
    lambda x: np.var(x, where=A23 >= 0, axis=1),
    lambda x: np.var(x, axis=0, correction=0.5),
    at=M,
)
case("std", np.std, lambda x: np.std(x, axis=1, ddof=1), at=M)
case(
    "max",
    np.max,
    lambda x: np.max(x, axis=0),
    lambda x: np.max(x, initial=1.0, axis=1, keepdims=True),
    lambda x: np.max(x, where=A23 > 0, initial=-9.0),
    lambda x: np.max(x > 0),
    at=M,
)
case("amax", np.amax, at=M)
case(
    "min", np.min, lambda x: np.min(x, axis=1), lambda x: np.min(x, where=x > 0, initial=9.0), at=M
)
case("amin", np.amin, at=M)
case("ptp", np.ptp, lambda x: np.ptp(x, axis=1, keepdims=True), at=M)
case(
    "any",
    lambda x: np.any(x > 1),
    lambda x: np.any(x, axis=0),
    lambda x: np.any(x > 3, axis=1, keepdims=True),
    at=M,
)
case("all", lambda x: np.all(x > -3), lambda x: np.all(x, axis=0), at=M)
case(
    "count_nonzero",
    lambda x: np.count_nonzero(x > 0) * 1.0,
    lambda x: np.count_nonzero(x, axis=0) * 1.0,
    at=M,
)
case(
    "average",
    np.average,
    lambda x: np.average(x, axis=0),
    lambda x: np.average(x, axis=1, weights=[1, 2, 3]),
    lambda x: np.average(x[0], weights=x[1] ** 2),
    lambda x: list(np.average(x, weights=A23**2 + 1, returned=True)),
    at=M,
)
case("cumsum", np.cumsum, lambda x: np.cumsum(x, axis=0), lambda x: np.cumsum(x > 0) * 1.0, at=M)
case("cumprod", np.cumprod, lambda x: np.cumprod(x, axis=1), at=M)
case(
    "cumulative_sum",
    lambda x: np.cumulative_sum(x, axis=1),
    lambda x: np.cumulative_sum(x[0], include_initial=True),
    at=M,
)
case("cumulative_prod", lambda x: np.cumulative_prod(x, axis=1, include_initial=True), at=M)
case(
    "clip",
    lambda x: np.clip(x, -1.0, 1.0),
    lambda x: np.clip(x, None, 1.0),
    lambda x: np.clip(x, x[0, 0], 3.0),
    lambda x: np.clip(x, min=CONST),
    lambda x: np.clip(x, None, None),
    at=M,
)
case("round", np.round, lambda x: np.round(x, 1), lambda x: np.round(100 * x, -1), at=M)
case("around", lambda x: np.around(x, 1), at=M)
case("fix", np.fix, at=M)
case("nan_to_num", np.nan_to_num, lambda x: np.nan_to_num(holes(x), nan=3.0), at=M)
case("isclose", lambda x: np.isclose(x, x + 1e-9), lambda x: np.isclose(x, CONST), at=M)
case("allclose", lambda x: np.allclose(x, x), lambda x: np.allclose(x, CONST), at=M)
case("array_equal", lambda x: np.array_equal(x, x), lambda x: np.array_equal(x, CONST), at=M)
case(
    "array_equiv", lambda x: np.array_equiv(x, x[0]), lambda x: np.array_equiv(x, np.ones(7)), at=M
)
case("isposinf", np.isposinf, at=M)
case("isneginf", np.isneginf, at=M)
case("nansum", np.nansum, lambda x: np.nansum(holes(x), axis=1), at=NANS)
case("nanprod", lambda x: np.nanprod(holes(x), axis=0), at=NANS)
case("nanmean", np.nanmean, lambda x: np.nanmean(holes(x), axis=1), at=NANS)
case("nanvar", lambda x: np.nanvar(holes(x), axis=1), at=NANS)
case("nanstd", lambda x: np.nanstd(holes(x), ddof=1), at=NANS)
case("nanmax", np.nanmax, lambda x: np.nanmax(holes(x), axis=1), at=NANS)
case("nanmin", lambda x: np.nanmin(holes(x), axis=0), at=NANS)
case("nancumsum", lambda x: np.nancumsum(holes(x), axis=1), at=NANS)
case("nancumprod", lambda x: np.nancumprod(holes(x)), at=NANS)
case(
    "nanmedian",
    lambda x: np.nanmedian(holes(x), axis=1),
    lambda x: np.nanmedian(holes(x)),
    at=NANS,
    point=True,
)
case("nanquantile", lambda x: np.nanquantile(holes(x), [0.25, 0.5], axis=1), at=NANS, point=True)
case("nanpercentile", lambda x: np.nanpercentile(holes(x), 40, axis=0), at=NANS, point=True)
case("nanargmax", lambda x: np.nanargmax(holes(x), axis=1), at=NANS, point=True)
case("nanargmin", lambda x: np.nanargmin(holes(x)), at=NANS, point=True)
case(
    "cov",
    np.cov,
    lambda x: np.cov(x[0], x[1], bias=True),
    lambda x: np.cov(x, rowvar=False, ddof=0),
    lambda x: np.cov(x, fweights=[1, 2, 1, 3][: x.shape[1]], ddof=0),
    lambda x: np.cov(x, aweights=np.arange(1.0, 1.0 + x.shape[1])),
    at=M,
)
case("corrcoef", np.corrcoef, at=np.vstack([V, W]))

# ------------------------------------------------------------------ order
case(
    "sort", np.sort, lambda x: np.sort(x, axis=0), lambda x: np.sort(x, axis=None), at=M, point=True
)
case("argsort", np.argsort, lambda x: x[0][np.argsort(-x[0])], at=M, point=True)
case("partition", lambda x: np.sort(np.partition(x, 1)), at=M, point=True)
case("argpartition", lambda x: x[0][np.argpartition(x[0], 1)[1]], at=M, point=True)
case(
    "argmax",
    np.argmax,
    lambda x: np.argmax(x, axis=1),
    lambda x: np.argmax(x, axis=0, keepdims=True),
    at=M,
    point=True,
)
case("argmin", np.argmin, lambda x: np.argmin(x, axis=1), at=M, point=True)
case("nonzero", lambda x: list(np.nonzero(x > 0)), at=M, point=True)
case("flatnonzero", lambda x: np.flatnonzero(x > 0), at=M, point=True)
case("argwhere", lambda x: np.argwhere(x > 0), at=M, point=True)
case(
    "searchsorted",
    lambda x: np.searchsorted([-1.0, 0.0, 1.0], x),
    lambda x: np.searchsorted(np.sort(x), 0.5),
    lambda x: np.searchsorted([0.0, 1.0], x[0], side="right"),
    at=V,
    point=True,
)
case(
    "digitize",
    lambda x: np.digitize(x, [-1.0, 0.0, 1.0]),
    lambda x: np.digitize(x, [1.0, 0.0, -1.0]),
    lambda x: np.digitize(x, [0.0, 1.0], right=True),
    at=V,
    point=True,
)
case(
    "median",
    np.median,
    lambda x: np.median(x, axis=1),
    lambda x: np.median(x, axis=0, keepdims=True),
    at=M,
    point=True,
)
case(
    "quantile",
    lambda x: np.quantile(x, 0.3),
    lambda x: np.quantile(x, [0.0, 0.25, 1.0], axis=1),
    lambda x: np.quantile(x, 0.4, method="nearest"),
    lambda x: np.quantile(x, 0.4, method="midpoint", keepdims=True),
    at=M,
    point=True,
)
case(
    "percentile",
    lambda x: np.percentile(x, 30),
    lambda x: np.percentile(x, [10, 90], axis=0),
    at=M,
    point=True,
)
case(
    "unique",
    np.unique,
    lambda x: list(np.unique(np.stack([x, x, -x]), True, True, True)),
    lambda x: np.unique(np.append(x, x[0, 0]), return_counts=True)[1],
    at=M,
    point=True,
)
case("union1d", lambda x: np.union1d(x, [0.5, *x[0]]), at=M, point=True)
case("intersect1d", lambda x: np.intersect1d(x, [7.0, *x[0]]), at=M, point=True)
case(
    "setdiff1d",
    lambda x: np.setdiff1d(x, [7.0, *x[0]]),
    lambda x: np.setdiff1d(x.ravel(), [7.0], assume_unique=True),
    at=M,
    point=True,
)
case("isin", lambda x: np.isin(x, [0.71, 3.0]), lambda x: np.isin(x, [0.71], invert=True), at=M)
case("histogram", lambda x: list(np.histogram(x, bins=[-2.0, 0.0, 1.0, 3.0])), at=M, point=True)
_COUNTED = np.array([0.3, 1.2, 0.8, 2.1, 0.5, 1.9])
case(
    "histogram2d",
    lambda x: np.histogram2d(_COUNTED, _COUNTED[::-1], 2, weights=x.ravel()[:6])[0],
    lambda x: np.histogram2d(
        _COUNTED, _COUNTED, [[0, 1, 3], [0, 2, 3]], density=True, weights=x.ravel()[:6] ** 2
    )[0],
    at=M,
)
case(
    "histogramdd",
    lambda x: np.histogramdd(np.c_[_COUNTED, _COUNTED**2], 2, weights=x.ravel()[:6])[0],
    lambda x: np.histogramdd(
        np.c_[_COUNTED], 3, range=[(0, 3)], density=True, weights=x.ravel()[:6] ** 2
    )[0],
    at=M,
)
