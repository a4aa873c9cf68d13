"""The census: what each public function of NumPy does with traced values.

``CASES`` maps the name of a function to calls that are checked against NumPy: value, shape,
Jacobian, Hessian and patterns. A name that stands nowhere here must be refused. The page
docs/numpy.md is generated from this table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import scipy.special

V = np.array([0.73, -1.31, 2.17, 0.42, -0.66])
W = np.array([1.21, 0.37, -0.84, 1.55, 0.29])
P = np.abs(V) + 0.3
M = np.array([[0.71, -1.31, 2.13], [0.44, -0.61, 1.97]])
N = np.array([[1.1, 0.2, -0.4], [0.3, 1.7, 0.6]])
S = np.array([[2.1, 0.3, -0.4], [0.5, 1.7, 0.2], [-0.6, 0.8, 2.9]])
S4 = np.array(
    [[0.2, 1.3, -0.4, 0.7], [2.5, 0.1, 0.2, -0.3], [-0.6, 0.8, 1.9, 0.4], [0.3, -1.1, 0.5, 2.2]]
)
SPD = S @ S.T + np.eye(3)
C = (np.arange(24.0).reshape(2, 3, 4) * 0.37) % 2.3 - 1.0
CONST = np.array([0.5, -1.5, 2.0])
A23 = np.array([[1.0, 0.0, -2.0], [0.5, 3.0, 0.0]])
MASK = np.array([True, False, True, True, False])
NANS = np.array([[0.7, 1.3, 2.1], [0.4, 0.6, 1.9]])
HOLES = np.array([[False, True, False], [False, False, True]])


def _scaled(function: Callable[..., Any], x: Any) -> Any:
    return function(0.3 * x)


def holes(x: Any) -> Any:
    return np.where(HOLES, np.nan, x)


@dataclass(frozen=True)
class Case:
    """One call, with the point it is made at and what it needs.

    ``point``: it branches on values, so that primal values are needed. ``smooth``: its
    derivatives exist and are checked.
    """

    call: Callable[..., Any]
    arrays: tuple[Any, ...] = (V,)
    point: bool = False
    smooth: bool = True
    rtol: float = 1e-13


CASES: dict[str, list[Case]] = {}


def case(name: str, *calls: Callable[..., Any], at: Any = (V,), **options: Any) -> None:
    arrays = at if isinstance(at, tuple) else (at,)
    CASES.setdefault(name, []).extend(Case(call, arrays, **options) for call in calls)


# ------------------------------------------------------------------ shapes
case("reshape", lambda x: np.reshape(x, (3, 2)), lambda x: np.reshape(x, -1, order="F"), at=M)
case("ravel", np.ravel, lambda x: np.ravel(x, "F"), lambda x: np.ravel(x.T), at=M)
case("transpose", np.transpose, lambda x: np.transpose(x, (2, 0, 1)), at=C)
case("matrix_transpose", np.matrix_transpose, at=C)
case("moveaxis", lambda x: np.moveaxis(x, 0, -1), at=C)
case("rollaxis", lambda x: np.rollaxis(x, 2), at=C)
case("swapaxes", lambda x: np.swapaxes(x, 0, 2), at=C)
case("expand_dims", lambda x: np.expand_dims(x, (0, 2)), at=M)
case("squeeze", lambda x: np.squeeze(x[None, :, :1]), at=M)
case("atleast_1d", np.atleast_1d, lambda x: np.atleast_1d(x[0, 0], x), at=M)
case("atleast_2d", np.atleast_2d, at=V)
case("atleast_3d", np.atleast_3d, at=M)
case(
    "broadcast_to",
    lambda x: np.broadcast_to(x, (4, 2, 3)),
    lambda x: np.broadcast_to(x[0, 0], (2,)),
    at=M,
)
case("broadcast_arrays", lambda x: list(np.broadcast_arrays(x, CONST, x[:, :1])), at=M)
case("flip", np.flip, lambda x: np.flip(x, 1), at=M)
case("fliplr", np.fliplr, at=M)
case("flipud", np.flipud, at=M)
case("rot90", np.rot90, lambda x: np.rot90(x, 2), at=M)
case("roll", lambda x: np.roll(x, 1), lambda x: np.roll(x, (1, -1), axis=(0, 1)), at=M)
case("repeat", lambda x: np.repeat(x, 2), lambda x: np.repeat(x, [1, 0, 2], axis=1), at=M)
case("tile", lambda x: np.tile(x, 2), lambda x: np.tile(x, (2, 1, 2)), at=M)
case("resize", lambda x: np.resize(x, (3, 4)), at=M)
case("split", lambda x: np.split(x, [1, 3]), at=V)
case("array_split", lambda x: np.array_split(x, 3), at=V)
case("hsplit", lambda x: np.hsplit(x, 3), at=M)
case("vsplit", lambda x: np.vsplit(x, 2), at=M)
case("dsplit", lambda x: np.dsplit(x, 2), at=C)
case("unstack", lambda x: list(np.unstack(x, axis=1)), at=M)
case(
    "concatenate",
    lambda x: np.concatenate([x, CONST[None], [[1, 2, 3]]]),
    lambda x: np.concatenate([x, x], axis=None),
    at=M,
)
case("stack", lambda x: np.stack([x[0], CONST, x[1]], axis=1), at=M)
case(
    "hstack",
    lambda x: np.hstack([x, x[:, :1], [[1.0], [2.0]]]),
    lambda x: np.hstack([x[0, 0], 2.0]),
    at=M,
)
case("vstack", lambda x: np.vstack([x, CONST]), at=M)
case("dstack", lambda x: np.dstack([x, x]), at=M)
case("column_stack", lambda x: np.column_stack([x[0], CONST, x[1]]), at=M)
case(
    "block", lambda x: np.block([[x, x], [np.ones((1, 6))]]), lambda x: np.block([x[0], 1.0]), at=M
)
case("append", lambda x: np.append(x, 1.0), lambda x: np.append(x, [[1, 2, 3]], axis=0), at=M)
case(
    "insert", lambda x: np.insert(x, 1, 9.0), lambda x: np.insert(x, [0, 2], x[0, 0], axis=1), at=M
)
case("delete", lambda x: np.delete(x, 1), lambda x: np.delete(x, [0, 2], axis=1), at=M)
case(
    "pad",
    lambda x: np.pad(x, 1),
    lambda x: np.pad(x, ((1, 0), (0, 2)), constant_values=((1, 2), (3, 4))),
    lambda x: np.pad(x, 1, mode="edge"),
    lambda x: np.pad(x, 1, mode="wrap"),
    lambda x: np.pad(x, 1, mode="reflect"),
    lambda x: np.pad(x, 2, mode="symmetric"),
    at=M,
)
case("diag", np.diag, lambda x: np.diag(x, 1), at=V)
case("diag", np.diag, lambda x: np.diag(x, -1), at=M)
case("diagflat", np.diagflat, at=M)
case("diagonal", np.diagonal, lambda x: np.diagonal(x, 1), at=M)
case("triu", np.triu, lambda x: np.triu(x, 1), at=M)
case("tril", np.tril, lambda x: np.tril(x, -1), at=M)
case(
    "take",
    lambda x: np.take(x, [0, 4, 4]),
    lambda x: np.take(x, [2, -1], axis=1),
    lambda x: np.take(x, 9, mode="wrap"),
    at=M,
)
case("take_along_axis", lambda x: np.take_along_axis(x, np.array([[2], [0]]), axis=1), at=M)
case("compress", lambda x: np.compress(MASK, x), at=V)
case("extract", lambda x: np.extract(MASK, x), at=V)
case("extract", lambda x: np.extract(x > 0, x), at=V, point=True)
case("choose", lambda x: np.choose([1, 0, 1, 0, 0], [x, -x]), at=V)
case(
    "select",
    lambda x: np.select([x > 1, x > 0], [x, x**2]),
    lambda x: np.select([MASK, ~MASK], [x, 1.0], 5.0),
    at=V,
)
case(
    "where",
    lambda x: np.where(x > 0, x, -2 * x),
    lambda x: np.where(MASK, x, 0.0),
    lambda x: np.where([[True], [False]], x, x**2),
    lambda x: np.where(x, 1.0, 0.0),
    lambda x: np.where(x > 0, x > 1, x < -1),
    at=V,
)
case("where", lambda x: np.where(x > 0), at=V, point=True)
case(
    "piecewise",
    lambda x: np.piecewise(x, [x < 0, x >= 0], [lambda t: -t, lambda t: t**2]),
    lambda x: np.piecewise(x, [x > 1], [3.0, np.sin]),
    lambda x: np.piecewise(x, [MASK, ~MASK], [lambda t: t - t.mean(), lambda t: t * t.sum()]),
    lambda x: np.piecewise(x, [x < 0], [lambda t, k: k * t, lambda t, k: t + k], 2.5),
    lambda x: np.piecewise(x, x > 0, [1.0, lambda t: t]),
    lambda x: np.piecewise(x[0], [x[0] > 1, x[0] > 0], [lambda t: t, lambda t: t**3]),
    at=V,
)
case(
    "piecewise",
    lambda x: np.piecewise(x, [x < 0], [lambda t: t - t.mean(), lambda t: t.max() * t]),
    at=V,
    point=True,
)
case(
    "meshgrid",
    lambda x: list(np.meshgrid(x, CONST)),
    lambda x: list(np.meshgrid(x, x, indexing="ij")),
    at=V,
)
case("copy", np.copy, at=M)
case("astype", lambda x: np.astype(x, float), lambda x: np.astype(x > 0, float), at=M)
case(
    "lib.stride_tricks.sliding_window_view",
    lambda x: np.lib.stride_tricks.sliding_window_view(x, 3),
    at=V,
)
case(
    "trim_zeros", lambda x: np.trim_zeros(np.concatenate([[0.0, 0.0], x, [0.0]])), at=V, point=True
)
case("zeros_like", np.zeros_like, lambda x: np.zeros_like(x, dtype=int), at=M)
case("ones_like", np.ones_like, lambda x: np.ones_like(x, shape=(4,)), at=M)
case("full_like", lambda x: np.full_like(x, x[0, 0]), lambda x: np.full_like(x, 2), at=M)
case("empty_like", lambda x: np.empty_like(x) * 0.0 + x, at=M)
case(
    "linspace",
    lambda x: np.linspace(x[0], x[1], 5),
    lambda x: np.linspace(x, 1.0, 3, endpoint=False),
    lambda x: list(np.linspace(0.0, x[0], 4, retstep=True)),
    lambda x: np.linspace(x, 2 * x, 3, axis=-1),
    at=V,
)
case("logspace", lambda x: np.logspace(x[0], x[1], 4), at=V, rtol=1e-12)
case(
    "geomspace",
    lambda x: np.geomspace(x[0], x[1], 4),
    lambda x: np.geomspace(-x[:2], -x[2:4], 3),
    at=P,
    rtol=1e-12,
)
case("vander", np.vander, lambda x: np.vander(x, 3, increasing=True), at=V)
case("ndim", np.ndim, at=M)
case("shape", np.shape, at=M)
case("size", np.size, lambda x: np.size(x, 1), at=M)
case("real", np.real, at=M)
case("imag", np.imag, at=M)
case("real_if_close", np.real_if_close, at=M)
case("isreal", np.isreal, at=M)
case("iscomplex", np.iscomplex, at=M)
case("isrealobj", np.isrealobj, at=M)
case("iscomplexobj", np.iscomplexobj, at=M)
case("angle", np.angle, lambda x: np.angle(x, deg=True), at=M)
case("result_type", lambda x: np.result_type(x, np.float32).itemsize, at=M)
case("can_cast", lambda x: np.can_cast(x.dtype, float), at=M)
case("common_type", lambda x: np.common_type(x).__name__ == "float64", at=M)
case("min_scalar_type", lambda x: np.min_scalar_type(x).itemsize, at=M)
case(
    "shares_memory",
    lambda x: np.shares_memory(x, x[1:]),
    lambda x: np.shares_memory(x, x.copy()),
    at=M,
)
case("may_share_memory", lambda x: np.may_share_memory(x, x[:, 1]), at=M)
case("diag_indices_from", lambda x: list(np.diag_indices_from(x)), at=S)
case("tril_indices_from", lambda x: list(np.tril_indices_from(x)), at=S)
case("triu_indices_from", lambda x: list(np.triu_indices_from(x, 1)), at=S)
case("ix_", lambda x: x[np.ix_(x[:, 0] > 0.5, [0, 2])], at=M, point=True)
case("array_repr", lambda x: len(np.array_repr(x)) > 0, at=V)
case("array_str", lambda x: len(np.array_str(x)) > 0, at=V)
case("array2string", lambda x: len(np.array2string(x)) > 0, at=V)


# ------------------------------------------------------------------ writing
def _written(write: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    def call(x: Any) -> Any:
        y = x * 2.0
        write(y, x)
        return y

    return call


case(
    "copyto",
    _written(lambda y, x: np.copyto(y, x[0])),
    _written(lambda y, x: np.copyto(y, 1.0, where=A23 > 0)),
    _written(lambda y, x: np.copyto(y, x**2, where=x > 0)),
    at=M,
)
case("put", _written(lambda y, x: np.put(y, [0, 5], [x[0, 0], 3.0])), at=M)
case(
    "putmask",
    _written(lambda y, x: np.putmask(y, A23 > 0, x**2)),
    _written(lambda y, x: np.putmask(y, x > 0, [1.0, x[0, 0]])),
    at=M,
)
case("place", _written(lambda y, x: np.place(y, A23 > 0, x[0])), at=M)
case(
    "put_along_axis",
    _written(lambda y, x: np.put_along_axis(y, np.array([[0], [2]]), x[:, 1:2], axis=1)),
    at=M,
)
case("fill_diagonal", _written(lambda y, x: np.fill_diagonal(y, x[0, 2])), at=M)

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
case("isin", lambda x: np.isin(x, [0.71, 3.0]), lambda x: np.isin(x, [0.71], invert=True), at=M)
case("histogram", lambda x: list(np.histogram(x, bins=[-2.0, 0.0, 1.0, 3.0])), at=M, point=True)

# ------------------------------------------------------------------ products
case(
    "dot",
    lambda x: np.dot(x, x.T),
    lambda x: np.dot(x, CONST),
    lambda x: np.dot(2.0, x),
    lambda x: np.dot(x[0], x[1]),
    lambda x: np.dot(np.ones((4, 2, 3)), x.T),
    lambda x: np.dot(x, np.ones((2, 3, 2))),
    at=M,
)
case("vdot", lambda x: np.vdot(x, x), lambda x: np.vdot(x, A23), at=M)
case(
    "inner",
    lambda x: np.inner(x, x),
    lambda x: np.inner(x, CONST),
    lambda x: np.inner(x, 2.0),
    at=M,
)
case("outer", lambda x: np.outer(x, CONST), lambda x: np.outer(x[0], x[1]), at=M)
case(
    "kron",
    lambda x: np.kron(x, A23),
    lambda x: np.kron(np.eye(2), x),
    lambda x: np.kron(x[0], x),
    at=M,
)
case(
    "tensordot",
    lambda x: np.tensordot(x, np.ones((4, 3, 2)), axes=([2, 1], [0, 1])),
    lambda x: np.tensordot(x, x, axes=3),
    lambda x: np.tensordot(x, CONST, axes=0),
    at=C,
)
case(
    "einsum",
    lambda x: np.einsum("ij,kj->ik", x, A23),
    lambda x: np.einsum("ij,ij", x, x),
    lambda x: np.einsum("ij->j", x),
    lambda x: np.einsum("i...,i...->...", x, x),
    lambda x: np.einsum("ij,jk,kl->il", A23, x.T, x),
    lambda x: np.einsum(x, [0, 1], [1, 0]),
    lambda x: np.einsum("ij,j,i", x, CONST, x[:, 0], optimize=True),
    at=M,
)
case(
    "einsum",
    lambda x: np.einsum("ii", x),
    lambda x: np.einsum("ii->i", x),
    lambda x: np.einsum("ij,ji->i", x, x),
    at=S,
)
case("einsum_path", lambda x: np.einsum_path("ij,jk", x, x.T)[0][0] == "einsum_path", at=M)
case("trace", np.trace, lambda x: np.trace(x, offset=1), at=S)
case(
    "cross",
    lambda x: np.cross(x, CONST),
    lambda x: np.cross(x[0], x[1]),
    lambda x: np.cross(x.T, x.T, axis=0),
    at=M,
)
case(
    "convolve",
    lambda x: np.convolve(x, CONST),
    lambda x: np.convolve(CONST, x, "same"),
    lambda x: np.convolve(x, x, "valid"),
    lambda x: np.convolve(x[:2], CONST, "valid"),
    lambda x: np.convolve(x, np.ones(4), "same"),
    at=V,
)
case(
    "correlate",
    lambda x: np.correlate(x, CONST),
    lambda x: np.correlate(x, CONST, "full"),
    lambda x: np.correlate(CONST, x, "full"),
    lambda x: np.correlate(CONST, x, "valid"),
    lambda x: np.correlate(x, x, "same"),
    lambda x: np.correlate(CONST, x, "same"),
    lambda x: np.correlate(x, [1.0, 2.0], "same"),
    at=V,
)
case(
    "matmul",
    lambda x: x @ A23.T,
    lambda x: A23.T @ x,
    lambda x: x @ x.T,
    lambda x: np.matmul(x, CONST),
    lambda x: np.ones((4, 1, 2)) @ x,
    lambda x: x[0] @ CONST,
    at=M,
)
case("vecdot", lambda x: np.vecdot(x, A23), lambda x: np.vecdot(x, x, axis=0), at=M)
case("matvec", lambda x: np.matvec(x, CONST), lambda x: np.matvec(A23, x), at=M)
case("vecmat", lambda x: np.vecmat([1.0, 2.0], x), lambda x: np.vecmat(x, np.ones((3, 2))), at=M)

# ------------------------------------------------------------------ calculus
case(
    "diff",
    np.diff,
    lambda x: np.diff(x, 2),
    lambda x: np.diff(x, axis=0),
    lambda x: np.diff(x, prepend=0.0, append=x[:, :1]),
    lambda x: np.diff(x > 0),
    at=M,
)
case("ediff1d", np.ediff1d, lambda x: np.ediff1d(x, to_begin=0.0, to_end=[1.0, 2.0]), at=M)
case(
    "gradient",
    np.gradient,
    lambda x: np.gradient(x, 0.5, edge_order=2),
    lambda x: np.gradient(x, [0.0, 0.5, 1.5, 2.0, 4.0]),
    at=V,
)
case("gradient", lambda x: list(np.gradient(x)), lambda x: np.gradient(x, axis=1), at=M)
case(
    "trapezoid",
    np.trapezoid,
    lambda x: np.trapezoid(x, dx=0.5),
    lambda x: np.trapezoid(x, x=CONST),
    lambda x: np.trapezoid(x, x, axis=0),
    at=M,
)
case(
    "interp",
    lambda x: np.interp(x, [-1.0, 0.0, 1.0, 2.0], [3.0, 1.0, -1.0, 2.0]),
    lambda x: np.interp(x, [0.0, 1.0], [2.0, 4.0], left=-7.0, right=9.0),
    lambda x: np.interp(x[0], [-1.0, 1.0], x[1:3]),
    lambda x: np.interp(x, [0.1, 0.9, 1.7], [3.0, 1.0, 5.0], period=2.0),
    lambda x: np.interp(0.3, [0.0, 1.0, 2.0], x[:3]),
    lambda x: np.interp(x, [0.5], [2.0]),
    at=V,
    rtol=1e-12,
)
case(
    "interp",
    lambda x: np.interp(x, np.linspace(-2, 2, 50), np.linspace(-2, 2, 50) ** 2, left=3.0),
    lambda x: np.interp(0.6, x[[1, 0, 2]], [1.0, 2.0, 5.0]),
    at=V,
    point=True,
    rtol=1e-12,
)
case("sinc", np.sinc, at=M)
case("unwrap", np.unwrap, lambda x: np.unwrap(6.0 * x), at=V)
case(
    "bincount",
    lambda x: np.bincount([0, 2, 2, 4, 0], weights=x),
    lambda x: np.bincount([0, 1, 1, 0, 0], weights=x, minlength=6),
    at=V,
)
case(
    "apply_along_axis",
    lambda x: np.apply_along_axis(lambda r: r.sum() * r, 1, x),
    lambda x: np.apply_along_axis(lambda r: r[0] * r[1], 0, x),
    at=M,
)
case("apply_over_axes", lambda x: np.apply_over_axes(np.sum, x, [0, 2]), at=C)
case(
    "polyval",
    lambda x: np.polyval(x, 2.0),
    lambda x: np.polyval([1.0, 2.0, 3.0], x),
    lambda x: np.polyval(x[:3], x),
    at=V,
)
case("polyadd", lambda x: np.polyadd(x, [1.0, 2.0]), at=V)
case("polysub", lambda x: np.polysub([1.0, 2.0], x), at=V)
case("polymul", lambda x: np.polymul(x, CONST), at=V, point=True)
case("polyder", np.polyder, lambda x: np.polyder(x, 2), at=V)
case("polyint", np.polyint, lambda x: np.polyint(x, 2, k=[1.0, 2.0]), at=V)
case("poly", np.poly, at=V)
case("polyfit", lambda x: np.polyfit([0.0, 1.0, 2.0, 3.0, 4.0], x, 2), at=V, rtol=1e-12)

# ------------------------------------------------------------------ linear algebra
case(
    "linalg.norm",
    np.linalg.norm,
    lambda x: np.linalg.norm(x, "fro"),
    lambda x: np.linalg.norm(x, 1),
    lambda x: np.linalg.norm(x, np.inf),
    lambda x: np.linalg.norm(x, -1),
    lambda x: np.linalg.norm(x, -np.inf),
    lambda x: np.linalg.norm(x[0]),
    lambda x: np.linalg.norm(x[0], 1),
    lambda x: np.linalg.norm(x[0], np.inf),
    lambda x: np.linalg.norm(x[0], -np.inf),
    lambda x: np.linalg.norm(x[0], 3),
    lambda x: np.linalg.norm(x[0], 0),
    lambda x: np.linalg.norm(x, axis=1),
    lambda x: np.linalg.norm(x, 2, axis=0, keepdims=True),
    lambda x: np.linalg.norm(x, 1, axis=(1, 0), keepdims=True),
    at=M,
)
case(
    "linalg.norm",
    lambda x: np.linalg.norm(x, 2),
    lambda x: np.linalg.norm(x, -2),
    lambda x: np.linalg.norm(x, "nuc"),
    at=M,
    point=True,
    rtol=1e-11,
)
case(
    "linalg.vector_norm",
    np.linalg.vector_norm,
    lambda x: np.linalg.vector_norm(x, axis=(0, 1), ord=3, keepdims=True),
    at=M,
)
case(
    "linalg.matrix_norm",
    np.linalg.matrix_norm,
    lambda x: np.linalg.matrix_norm(x, ord=1, keepdims=True),
    at=C,
)
case(
    "linalg.det",
    np.linalg.det,
    lambda x: np.linalg.det(x[:2, :2]),
    lambda x: np.linalg.det(np.stack([x, x.T + 1.0])),
    at=S,
    rtol=1e-12,
)
case("linalg.det", np.linalg.det, at=S4, point=True, rtol=1e-12)
case(
    "linalg.slogdet",
    lambda x: list(np.linalg.slogdet(x)),
    lambda x: list(np.linalg.slogdet(-x)),
    at=S,
    rtol=1e-12,
)
case("linalg.slogdet", lambda x: list(np.linalg.slogdet(x)), at=S4, point=True, rtol=1e-12)
case("linalg.inv", np.linalg.inv, lambda x: np.linalg.inv(np.stack([x, x.T])), at=S, rtol=1e-12)
case("linalg.inv", np.linalg.inv, at=S4, point=True, rtol=1e-12)
case(
    "linalg.solve",
    lambda x: np.linalg.solve(x, CONST),
    lambda x: np.linalg.solve(S, x),
    lambda x: np.linalg.solve(x, x.T),
    at=S,
    rtol=1e-12,
)
case(
    "linalg.solve",
    lambda x: np.linalg.solve(x, x[0]),
    lambda x: np.linalg.solve(x, np.eye(4)[:, :2]),
    at=S4,
    point=True,
    rtol=1e-12,
)
case(
    "linalg.cholesky",
    lambda x: np.linalg.cholesky(x @ x.T + np.eye(3)),
    lambda x: np.linalg.cholesky(x @ x.T + np.eye(3), upper=True),
    at=S,
    rtol=1e-12,
)
case(
    "linalg.qr",
    lambda x: list(np.linalg.qr(x)),
    lambda x: np.linalg.qr(x, mode="r"),
    lambda x: list(np.linalg.qr(x[:, :2], mode="complete")),
    lambda x: list(np.linalg.qr(x[:2])),
    at=S,
    rtol=1e-12,
)
case("linalg.pinv", np.linalg.pinv, lambda x: np.linalg.pinv(x.T), at=M, rtol=1e-12)
case("linalg.lstsq", lambda x: np.linalg.lstsq(S4[:, :2], x[0])[0:3], at=S4, rtol=1e-12)
case("linalg.lstsq", lambda x: np.linalg.lstsq(x[:, :2], S4[0])[0:3], at=S4, point=True, rtol=1e-11)
case(
    "linalg.matrix_power",
    lambda x: np.linalg.matrix_power(x, 3),
    lambda x: np.linalg.matrix_power(x, -2),
    lambda x: np.linalg.matrix_power(x, 0),
    at=S,
    rtol=1e-12,
)
case("linalg.multi_dot", lambda x: np.linalg.multi_dot([x[0], S, x.T, CONST]), at=S)
case(
    "linalg.eigvalsh",
    lambda x: np.linalg.eigvalsh(x + x.T),
    lambda x: np.linalg.eigvalsh(x[:2, :2], UPLO="U"),
    at=S,
    point=True,
    rtol=1e-11,
)
case("linalg.eigvalsh", lambda x: np.linalg.eigvalsh(x), at=S4 + S4.T, point=True, rtol=1e-11)
case(
    "linalg.svd",
    lambda x: np.linalg.svd(x, compute_uv=False),
    lambda x: np.linalg.svd(x.T, False, False),
    at=M,
    point=True,
    rtol=1e-11,
)
case(
    "linalg.svd",
    lambda x: np.linalg.svd(x)[0],
    lambda x: np.linalg.svd(x)[2],
    lambda x: np.linalg.svd(x.T, full_matrices=False).Vh,
    at=M,
    point=True,
    rtol=1e-11,
)
case(
    "linalg.eigh",
    lambda x: np.linalg.eigh(x + x.T)[1],
    lambda x: np.linalg.eigh(x, "U").eigenvectors,
    at=S,
    point=True,
    rtol=1e-11,
)
case(
    "linalg.eig",
    lambda x: np.linalg.eig(x + np.diag([0, 3, 9]))[0],
    lambda x: np.linalg.eig(x + x.T).eigenvectors,
    at=S,
    point=True,
    rtol=1e-11,
)
case(
    "linalg.eigvals",
    lambda x: np.linalg.eigvals(x + np.diag([0, 3, 9])),
    lambda x: np.abs(np.linalg.eigvals(x + np.array([[0, 9, 0], [-9, 0, 0], [0, 0, 0]]))),
    at=S,
    point=True,
    rtol=1e-11,
)
case(
    "roots",
    lambda x: np.abs(np.roots(x)),
    lambda x: np.roots(np.append([0.0, 1.0, x[0] - 9], np.append(x[1:3], 0.0))),
    at=V,
    point=True,
    rtol=1e-11,
)
case(
    "linalg.svdvals",
    np.linalg.svdvals,
    lambda x: np.linalg.svdvals(x.T),
    at=M,
    point=True,
    rtol=1e-11,
)
case(
    "linalg.cond",
    lambda x: np.linalg.cond(x, 1),
    lambda x: np.linalg.cond(x, "fro"),
    at=S,
    rtol=1e-11,
)
case("linalg.cond", np.linalg.cond, at=S, point=True, rtol=1e-11)
case("linalg.cross", lambda x: np.linalg.cross(x, N), at=M)
case("linalg.diagonal", np.linalg.diagonal, at=C)
case("linalg.matmul", lambda x: np.linalg.matmul(x, N.T), at=M)
case("linalg.matrix_transpose", np.linalg.matrix_transpose, at=C)
case("linalg.outer", lambda x: np.linalg.outer(x[0], CONST), at=M)
case("linalg.tensordot", lambda x: np.linalg.tensordot(x, N, axes=2), at=M)
case("linalg.trace", np.linalg.trace, at=C)
case("linalg.vecdot", lambda x: np.linalg.vecdot(x, N), at=M)
case(
    "linalg.tensorsolve",
    lambda x: np.linalg.tensorsolve(x.reshape(3, 3, 1), CONST),
    at=S,
    rtol=1e-12,
)
case("linalg.tensorinv", lambda x: np.linalg.tensorinv(x.reshape(3, 1, 3), ind=1), at=S, rtol=1e-12)

# ------------------------------------------------------------------ Fourier transforms
case("fft.fftshift", np.fft.fftshift, lambda x: np.fft.fftshift(x, axes=1), at=M)
case("fft.ifftshift", np.fft.ifftshift, at=M)
case("fft.irfft", np.fft.irfft, lambda x: np.fft.irfft(x, 7, axis=0), at=M)
case("fft.irfftn", np.fft.irfftn, lambda x: np.fft.irfftn(x, (2, 4), axes=(1, 0)), at=M)
case("fft.irfft2", np.fft.irfft2, lambda x: np.fft.irfft2(x, norm="ortho"), at=M)
case("fft.hfft", np.fft.hfft, lambda x: np.fft.hfft(x, norm="ortho"), at=M)


# ------------------------------------------------------------------ numpy.emath
for _name in ("sqrt", "log", "log2", "log10"):
    case(f"lib.scimath.{_name}", getattr(np.emath, _name), at=P, point=True)
for _name in ("arccos", "arcsin", "arctanh"):
    case(f"lib.scimath.{_name}", partial(_scaled, getattr(np.emath, _name)), at=M, point=True)
case("lib.scimath.logn", lambda x: np.emath.logn(x[0] + 1.0, x[1:]), at=P, point=True)
case("lib.scimath.power", lambda x: np.emath.power(x, 2.5), at=P, point=True)


# With like=x a creation function is asked through the protocol; the result is plain numbers.
def _with_like(function: Callable[..., Any], *args: Any) -> Callable[[Any], Any]:
    def call(x: Any) -> Any:
        return (function(*args) if type(x) is np.ndarray else function(*args, like=x)) * x[0]

    return call


for _name, _args in {
    "arange": (4,),
    "array": ([1.0, 2.0],),
    "asanyarray": ([1.0],),
    "asarray": ([1.0, 2.0],),
    "ascontiguousarray": ([1.0],),
    "asfortranarray": ([1.0],),
    "eye": (3,),
    "full": ((2,), 3.0),
    "identity": (2,),
    "ones": (3,),
    "tri": (3,),
    "zeros": (2,),
}.items():
    case(_name, _with_like(getattr(np, _name), *_args))

case("empty", lambda x: np.empty(3, like=x).shape if type(x) is not np.ndarray else (3,))

# ------------------------------------------------------------------ ufuncs that are no table row
for _name in ("positive", "conjugate", "deg2rad", "radians", "rad2deg", "degrees"):
    case(_name, getattr(np, _name), at=M)
case("divmod", lambda x: list(np.divmod(x, 0.4)), lambda x: list(divmod(3.0, x)), at=M)
case("modf", lambda x: list(np.modf(x)), at=M)
case("ldexp", lambda x: np.ldexp(x, 3), lambda x: np.ldexp(x, [1, 2, -1]), at=M)
case("invert", lambda x: np.invert(x > 0), at=M)
for _name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
    case(_name, partial(lambda f, x: f(x > 0, x < 1), getattr(np, _name)), at=M)

# ------------------------------------------------------------------ scipy.special: several nodes
case("i0", np.i0)
for _name in ("fft", "ifft", "rfft", "ihfft"):
    case(
        f"fft.{_name}",
        partial(lambda f, x: f(x).real, getattr(np.fft, _name)),
        partial(lambda f, x: f(x, 5, 0, "ortho").imag, getattr(np.fft, _name)),
        partial(lambda f, x: np.abs(f(x)) ** 2, getattr(np.fft, _name)),
        at=M,
    )
for _name in ("fft2", "ifft2", "fftn", "ifftn", "rfft2", "rfftn"):
    case(f"fft.{_name}", partial(lambda f, x: f(x).imag, getattr(np.fft, _name)), at=C)
case(
    "lexsort",
    lambda x: x[0][np.lexsort((x[1], x[0]))],
    lambda x: np.take_along_axis(x, np.lexsort((x,)), axis=-1),
    at=M,
    point=True,
)
case(
    "matmul",
    lambda x: np.matmul(x, x, axes=[(0, 1), (1, 0), (0, 1)]),
    lambda x: np.matmul(x, x, axes=[(1, 0), (0, 1), (1, 0)]),
    at=M,
)

SPECIAL_CASES: dict[str, list[Case]] = {}
U = np.array([[0.31, 0.77], [1.4, 2.3]])


def special(name: str, *calls: Callable[..., Any], rtol: float = 1e-12, at: Any = U) -> None:
    function = getattr(scipy.special, name)
    SPECIAL_CASES.setdefault(name, []).extend(
        Case(partial(call, function), (at,), rtol=rtol) for call in calls
    )


for _name in ("cosm1", "sindg", "cosdg", "tandg", "cotdg", "rgamma", "loggamma", "gammasgn"):
    special(_name, lambda f, x: f(x), lambda f, x: f(x[0, 1]))
for _name in ("kl_div", "beta", "betaln", "binom", "poch"):
    special(_name, lambda f, x: f(x, x.T), lambda f, x: f(x, 1.3), lambda f, x: f(2.2, x[0, 0]))
for _name in ("huber", "pseudo_huber"):
    special(_name, lambda f, x: f(0.9, x), lambda f, x: f(x, 0.6), lambda f, x: f(0.9, -x[0, 0]))
for _name in ("boxcox", "boxcox1p", "inv_boxcox", "inv_boxcox1p"):
    special(_name, lambda f, x: f(x, 0.7), lambda f, x: f(x, [0.0, 1.5]))
for _name in ("legendre", "chebyt", "chebyu", "hermite", "hermitenorm", "laguerre"):
    special(f"eval_{_name}", *[partial(lambda n, f, x: f(n, x), n) for n in range(5)])
for _name in ("genlaguerre", "gegenbauer"):
    special(f"eval_{_name}", *[partial(lambda n, f, x: f(n, 0.6, x), n) for n in range(5)])

# Evaluated by SciPy, a whole array in one call, with derivatives of their own.
UNIT = np.array([[0.31, 0.06], [0.52, 0.83]])
NEGATIVE = np.array([-1.3, -0.4, 0.2])
for _name in ("j0", "j1", "y0", "y1", "i0", "i1", "k0", "k1", "i0e", "i1e", "k0e", "k1e"):
    special(_name, lambda f, x: f(x), lambda f, x: f(x[0, 1]))
for _name in ("ber", "bei", "ker", "kei", "erfcx", "erfi", "dawsn", "exp1", "expi", "exprel"):
    special(_name, lambda f, x: f(x))
for _name in ("spence", "wrightomega", "airy", "sici", "shichi", "fresnel"):
    special(_name, lambda f, x: f(x))
for _name in ("erfinv", "erfcinv", "ndtri", "ellipk", "ellipe", "ellipkm1"):
    special(_name, lambda f, x: f(x), at=UNIT)
for _name in ("j0", "i0", "i0e", "i1e", "dawsn", "exprel", "airy", "fresnel", "ellipk", "ellipe"):
    special(_name, lambda f, x: f(x), at=NEGATIVE)
special("ndtri_exp", lambda f, x: f(-x))
for _name in ("jv", "yv", "iv", "kv", "jve", "yve", "ive", "kve", "struve"):
    special(_name, lambda f, x: f(1.5, x), lambda f, x: f([[1.0], [2.0]], x))
for _name in ("jn", "yn", "kn", "expn"):
    special(_name, lambda f, x: f(2, x), lambda f, x: f([1, 3], x))
for _name in ("gammainc", "gammaincc", "stdtr", "hyp0f1", "chdtr", "chdtrc"):
    special(_name, lambda f, x: f(2.5, x))
for _name in ("gammaincinv", "gammainccinv", "stdtrit"):
    special(_name, lambda f, x: f(2.5, x), at=UNIT)
for _name in ("pdtr", "pdtrc"):
    special(_name, lambda f, x: f(2, x))
for _name in ("betainc", "betaincc", "betaincinv", "betainccinv"):
    special(_name, lambda f, x: f(2.5, 1.5, x), at=UNIT)
for _name in ("hyp1f1", "hyperu", "gdtr", "gdtrc", "fdtr", "fdtrc"):
    special(_name, lambda f, x: f(2.5, 1.5, x), rtol=1e-11)
for _name in ("bdtr", "bdtrc"):
    special(_name, lambda f, x: f(2, 5, x), at=UNIT, rtol=1e-11)
special("hyp2f1", lambda f, x: f(0.5, 1.5, 2.5, x), at=UNIT)
special("eval_jacobi", *[partial(lambda n, f, x: f(n, 0.5, 1.0, x), n) for n in range(4)])
for _name in ("sh_legendre", "sh_chebyt", "sh_chebyu", "chebyc", "chebys"):
    special(f"eval_{_name}", lambda f, x: f(3, x), rtol=1e-11)
for _name in ("ellipeinc", "ellipkinc"):
    special(_name, lambda f, x: f(x, 0.4))
special("agm", lambda f, x: f(x, 2.0), lambda f, x: f(x, x.T + 0.5))
special("powm1", lambda f, x: f(x, 1.3), lambda f, x: f(2.0, x))

# Functions of scipy.special that are no ufuncs; calls to them are hooked.
SPECIAL_FUNCTIONS: dict[str, list[Callable[..., Any]]] = {
    "logsumexp": [
        lambda f, x: f(x),
        lambda f, x: f(x, axis=1),
        lambda f, x: f(x, axis=0, keepdims=True),
        lambda f, x: f(x, b=np.array([[1.0, 2.0], [3.0, 4.0]])),
        lambda f, x: list(f(x, axis=1, b=np.array([1.0, -2.0]), return_sign=True)),
        lambda f, x: f(300.0 * x),
    ],
    "softmax": [lambda f, x: f(x), lambda f, x: f(x, axis=1)],
    "log_softmax": [lambda f, x: f(x), lambda f, x: f(x, axis=0)],
    "softplus": [lambda f, x: f(x)],
    "multigammaln": [lambda f, x: f(x[1, 0] + 2.0, 3)],
    "comb": [
        lambda f, x: f(5, x),
        lambda f, x: f(x + 3.0, 2),
        lambda f, x: f(x, 2, repetition=True),
    ],
    "factorial": [lambda f, x: f(x)],
    "lambertw": [lambda f, x: np.real(f(x))],
    "polygamma": [lambda f, x: f(1, x)],
    "zeta": [lambda f, x: f(2.5, x)],
    "spherical_jn": [lambda f, x: f(2, x), lambda f, x: f(1, x, derivative=True)],
    "spherical_yn": [lambda f, x: f(1, x), lambda f, x: f(2, x, True)],
    "spherical_in": [lambda f, x: f(1, x), lambda f, x: f(0, x, True)],
    "spherical_kn": [lambda f, x: f(1, x), lambda f, x: f(1, x, True)],
}
