"""Distances of ``scipy.spatial.distance`` between traced points.

Enters and leaves: as in ``_scipy_arrays.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import scipy.special as sp

from asdopt.tracing._scipy_arrays import entries, means, refused

__all__: list[str] = []

_package = "scipy.spatial.distance"


def _sum(values: Any) -> Any:
    return np.sum(values, axis=-1)


def _length(values: Any) -> Any:
    return np.sqrt(_sum(values * values))


def _cosine(u: Any, v: Any) -> Any:
    # Distances are not negative by rounding, as in SciPy.
    return np.clip(1.0 - _sum(u * v) / np.sqrt(_sum(u * u) * _sum(v * v)), 0.0, 2.0)


def _correlation(u: Any, v: Any, centered: bool = True) -> Any:
    if centered:
        u, v = (part - np.mean(part, axis=-1, keepdims=True) for part in (u, v))
    return _cosine(u, v)


def _canberra(u: Any, v: Any) -> Any:
    sizes = np.abs(u) + np.abs(v)
    return _sum(np.abs(u - v) / np.where(sizes == 0.0, 1.0, sizes))


# Of points along the last axis.
_METRICS: dict[str, Callable[..., Any]] = {
    "euclidean": lambda u, v: _length(u - v),
    "sqeuclidean": lambda u, v: _sum((u - v) * (u - v)),
    "cityblock": lambda u, v: _sum(np.abs(u - v)),
    "chebyshev": lambda u, v: np.max(np.abs(u - v), axis=-1),
    "minkowski": lambda u, v, p=2: _sum(np.abs(u - v) ** p) ** (1.0 / p),
    "cosine": _cosine,
    "correlation": _correlation,
    "canberra": _canberra,
    "braycurtis": lambda u, v: _sum(np.abs(u - v)) / _sum(np.abs(u + v)),
    "seuclidean": lambda u, v, V: np.sqrt(_sum((u - v) * (u - v) / V)),
}


def _between(metric: Any, given: dict[str, Any]) -> Callable[[Any, Any], Any]:
    known = _METRICS.get(str(metric).lower())
    if known is None or (metric == "seuclidean" and "V" not in given):
        raise refused(
            f"distances by the metric {metric!r} were asked for between traced points; known are "
            f"{', '.join(_METRICS)}: write it with functions of numpy"
        )
    return partial(known, **given)


@means(_package)
def _cdist(XA: Any, XB: Any, metric: Any = "euclidean", **given: Any) -> Any:
    a, b = np.expand_dims(entries(XA), 1), np.expand_dims(entries(XB), 0)
    return _between(metric, given)(a, b)


@means(_package)
def _pdist(X: Any, metric: Any = "euclidean", **given: Any) -> Any:
    i, j = np.triu_indices(len(X), 1)
    return _between(metric, given)(X[i], X[j])


@means(_package)
def _squareform(X: Any, force: str = "no", checks: bool = True) -> Any:
    if np.ndim(X) == 2:
        return X[np.triu_indices(len(X), 1)]
    n = math.ceil(math.sqrt(2.0 * len(X)))
    place = np.zeros((n, n), dtype=int)
    place[np.triu_indices(n, 1)] = np.arange(1, len(X) + 1)
    return np.concatenate([[0.0], X])[place + place.T]


@means(_package)
def _mahalanobis(u: Any, v: Any, VI: Any) -> Any:
    gap = np.subtract(u, v)
    return np.sqrt(gap @ entries(VI) @ gap)


@means(_package)
def _jensenshannon(
    p: Any, q: Any, base: float | None = None, *, axis: int = 0, keepdims: bool = False
) -> Any:
    p, q = (part / np.sum(part, axis=axis, keepdims=True) for part in (entries(p), entries(q)))
    middle = (p + q) / 2.0
    total = np.sum(sp.rel_entr(p, middle) + sp.rel_entr(q, middle), axis=axis, keepdims=keepdims)
    return np.sqrt((total if base is None else total / math.log(base)) / 2.0)


def _between_two(metric: Callable[..., Any], u: Any, v: Any, **given: Any) -> Any:
    return metric(entries(u), entries(v), **given)


def _with_third(metric: Callable[..., Any], third: str) -> Callable[..., Any]:
    """Metric whose third argument may be given by position, and has a default if it is p."""

    def distance(u: Any, v: Any, *args: Any, **given: Any) -> Any:
        return _between_two(metric, u, v, **dict(zip((third,), args, strict=False)), **given)

    return distance


_THIRD = {"minkowski": "p", "seuclidean": "V"}
for _name, _function in _METRICS.items():
    if _name in _THIRD:
        means(_package, _name)(_with_third(_function, _THIRD[_name]))
    else:
        means(_package, _name)(partial(_between_two, _function))
