"""Stand-ins of other modules: statistics, random numbers, callers of key functions.

Random numbers are refused: the trace would hold the ones drawn while it was recorded, the user's
function draws others each time. A generator that is made with a seed inside of the function gives
the same numbers each time and is let through.
"""

from __future__ import annotations

import bisect
import heapq
import math
import operator
import os
import random
import secrets
import statistics
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from asdopt._errors import TracingError
from asdopt.tracing._callee import HOOK, Session, current, know
from asdopt.tracing._hook import METHODS
from asdopt.tracing._location import refuse
from asdopt.tracing._random_scales import scaled_draw
from asdopt.tracing._standins import exchanging, is_traced, stands_for
from asdopt.tracing._tracer import Tracer, as_float

__all__: list[str] = []


# ---------------------------------------------------------------------------------- statistics
def _statistic(original: Callable[..., Any]) -> Callable[..., Any]:
    """Register what a function of statistics means on a list of values of which one is traced."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        def stand_in(*args: Any, **kwargs: Any) -> Any:
            lists = [list(a) if isinstance(a, Iterable) else a for a in args]
            for name, value in kwargs.items():
                kwargs[name] = list(value) if isinstance(value, Iterable) else value
            traced = any(is_traced(v) for part in lists if isinstance(part, list) for v in part)
            if not traced:
                return original(*lists, **kwargs)
            result = function(*lists, **kwargs)
            return as_float(result) if isinstance(result, Tracer) else result

        know(original, stand_in)
        return function

    return register


def _sum(values: Iterable[Any]) -> Any:
    return HOOK[sum](values)


def _need(values: list[Any], least: int, what: str) -> None:
    if len(values) < least:
        raise statistics.StatisticsError(f"{what} requires at least {least} data points")


@_statistic(statistics.fmean)
def _fmean(data: list[Any], weights: Any = None) -> Any:
    _need(data, 1, "fmean")
    if weights is None:
        return _sum(data) / len(data)
    if len(weights) != len(data):
        raise statistics.StatisticsError("data and weights must be the same length")
    return _sum(map(operator.mul, data, weights)) / _sum(weights)


@_statistic(statistics.mean)
def _mean(data: list[Any]) -> Any:
    _need(data, 1, "mean")
    return _sum(data) / len(data)


@_statistic(statistics.geometric_mean)
def _geometric_mean(data: list[Any]) -> Any:
    return HOOK[math.exp](_fmean(list(map(HOOK[math.log], data))))


@_statistic(statistics.harmonic_mean)
def _harmonic_mean(data: list[Any], weights: Any = None) -> Any:
    _need(data, 1, "harmonic_mean")
    weights = [1] * len(data) if weights is None else weights
    return _sum(weights) / _sum(map(operator.truediv, weights, data))


def _squares(data: list[Any], center: Any) -> Any:
    center = _mean(data) if center is None else center
    return _sum([(v - center) ** 2 for v in data])


@_statistic(statistics.variance)
def _variance(data: list[Any], xbar: Any = None) -> Any:
    _need(data, 2, "variance")
    return _squares(data, xbar) / (len(data) - 1)


@_statistic(statistics.pvariance)
def _pvariance(data: list[Any], mu: Any = None) -> Any:
    _need(data, 1, "pvariance")
    return _squares(data, mu) / len(data)


@_statistic(statistics.stdev)
def _stdev(data: list[Any], xbar: Any = None) -> Any:
    return HOOK[math.sqrt](_variance(data, xbar))


@_statistic(statistics.pstdev)
def _pstdev(data: list[Any], mu: Any = None) -> Any:
    return HOOK[math.sqrt](_pvariance(data, mu))


@_statistic(statistics.covariance)
def _covariance(x: list[Any], y: list[Any], /) -> Any:
    _need(x, 2, "covariance")
    mx, my = _mean(x), _mean(y)
    return _sum([(a - mx) * (b - my) for a, b in zip(x, y, strict=True)]) / (len(x) - 1)


@_statistic(statistics.correlation)
def _correlation(x: list[Any], y: list[Any], /) -> Any:
    _need(x, 2, "correlation")
    mx, my = _mean(x), _mean(y)
    products = _sum([(a - mx) * (b - my) for a, b in zip(x, y, strict=True)])
    return products / HOOK[math.sqrt](_squares(x, mx) * _squares(y, my))


@_statistic(statistics.linear_regression)
def _linear_regression(x: list[Any], y: list[Any], /, *, proportional: bool = False) -> Any:
    _need(x, 2, "linear_regression")
    mx, my = (0.0, 0.0) if proportional else (_mean(x), _mean(y))
    products = _sum([(a - mx) * (b - my) for a, b in zip(x, y, strict=True)])
    slope = products / _squares(x, mx)
    return statistics.LinearRegression(slope=slope, intercept=my - slope * mx)


# ------------------------------------------------------------------------------- random numbers
_METHODS_WITHOUT_NUMBERS = frozenset({"seed", "setstate", "getstate", "set_state", "get_state"})


def _seeded(session: Session) -> list[Any]:
    """Objects that give the same numbers each time the function runs."""
    found: list[Any] = session.state.setdefault("seeded", [])
    return found


def _random_method(session: Session, method: Any) -> Any:
    owner, name = method.__self__, method.__name__
    if name in _METHODS_WITHOUT_NUMBERS:
        if name == "seed" or name.startswith("set"):

            def seed(*args: Any, **kwargs: Any) -> Any:
                if args and args[0] is not None:
                    _seeded(session).append(owner)
                return method(*args, **kwargs)

            return seed
        return method
    if any(owner is known for known in _seeded(session)):
        if isinstance(owner, (np.random.Generator, np.random.RandomState)):
            method = scaled_draw(method)
        return _drawing(method) if session.level else method
    raise _drawn(session, f"{type(owner).__name__}.{name}()")


def _drawn(session: Session, what: str) -> TracingError:
    return refuse(
        session.tape,
        TracingError,
        f"random numbers were drawn with {what}; each call of the function would draw others, so "
        "its derivatives mean nothing: draw them before and give them as data, or make a "
        "generator with a fixed seed inside of the function",
    )


def _drawing(method: Any) -> Any:
    from asdopt.tracing._implicit_methods import fresh

    def draw(*args: Any, **kwargs: Any) -> Any:
        drawn = method(*args, **kwargs)
        return fresh(drawn)

    return draw


def _making(kind: Any) -> None:
    def make(*args: Any, **kwargs: Any) -> Any:
        made = kind(*args, **kwargs)
        session = current()
        seed = args[0] if args else kwargs.get("seed")
        if session is not None and seed is not None:
            bits = any(seed is known for known in _seeded(session))
            if bits or isinstance(seed, (int, str, bytes, list, tuple, np.ndarray, np.integer)):
                _seeded(session).append(made)
        return made

    know(kind, make)


for _kind in (
    np.random.default_rng,
    np.random.RandomState,
    np.random.Generator,
    np.random.PCG64,
    np.random.MT19937,
    np.random.Philox,
    np.random.SFC64,
    random.Random,
):
    _making(_kind)
for _kind in (np.random.RandomState, np.random.Generator, random.Random, random.SystemRandom):
    METHODS[_kind] = _random_method

_GLOBAL_STATE: Any = getattr(np.random.rand, "__self__", None)


@stands_for(np.random.seed)
def _seed(seed: Any = None) -> None:
    session = current()
    if session is not None and seed is not None:
        _seeded(session).append(_GLOBAL_STATE)
    np.random.seed(seed)  # noqa: NPY002  # the user's own call, passed on


def _refusing(function: Callable[..., Any]) -> None:
    def draw(*args: Any, **kwargs: Any) -> Any:
        session = current()
        if session is None:
            return function(*args, **kwargs)
        raise _drawn(session, f"{function.__module__}.{function.__name__}()")

    know(function, draw)


for _source in (
    *(os.urandom, uuid.uuid1, uuid.uuid4),
    *(secrets.randbelow, secrets.randbits, secrets.choice, secrets.token_bytes),
):
    _refusing(_source)


# ---------------------------------------------------------------------------- other key functions
for _function in (heapq.nsmallest, heapq.nlargest, heapq.merge):
    know(_function, exchanging(_function, 99 if _function is heapq.merge else 2, "key"))
for _search in (bisect.bisect_left, bisect.bisect_right, bisect.insort_left, bisect.insort_right):
    know(_search, exchanging(_search, 99, "key"))
