"""Stand-ins of ``statistics.NormalDist``: of traced parameters, at traced points."""

from __future__ import annotations

import math
import statistics
from typing import Any

import numpy as np
import scipy.special as sp

from asdopt.tracing._callee import holds_traced, know
from asdopt.tracing._standins import stands_for

__all__: list[str] = []


class _Normal(statistics.NormalDist):
    """A normal distribution whose numbers may be traced."""

    def __init__(self, mu: Any = 0.0, sigma: Any = 1.0) -> None:
        if sigma < 0.0:
            raise statistics.StatisticsError("sigma must be non-negative")
        self._mu, self._sigma = mu, sigma

    def zscore(self, x: Any) -> Any:
        return (x - self._mu) / self._sigma

    def pdf(self, x: Any) -> Any:
        return np.exp(-0.5 * self.zscore(x) ** 2) / (self._sigma * math.sqrt(2.0 * math.pi))

    def cdf(self, x: Any) -> Any:
        return sp.ndtr(self.zscore(x))

    def inv_cdf(self, p: Any) -> Any:
        if p <= 0.0 or p >= 1.0:
            raise statistics.StatisticsError("p must be in the range 0.0 < p < 1.0")
        return self._mu + self._sigma * sp.ndtri(p)

    def __add__(self, other: Any) -> Any:
        if isinstance(other, statistics.NormalDist):
            spread = np.hypot(self._sigma, other.stdev)
            return _Normal(self._mu + other.mean, spread)
        return _Normal(self._mu + other, self._sigma)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        return _Normal(self._mu * other, self._sigma * np.abs(other))

    __rmul__ = __mul__

    def __neg__(self) -> Any:
        return _Normal(-self._mu, self._sigma)

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __truediv__(self, other: Any) -> Any:
        return self * (1.0 / other)


@stands_for(statistics.NormalDist)
def _normal(mu: Any = 0.0, sigma: Any = 1.0) -> Any:
    if holds_traced((mu, sigma)):
        return _Normal(mu, sigma)
    return statistics.NormalDist(mu, sigma)


def _of_numbers(name: str) -> None:
    original = getattr(statistics.NormalDist, name)

    def call(self: Any, value: Any) -> Any:
        if holds_traced(value):
            return getattr(_Normal(self.mean, self.stdev), name)(value)
        return original(self, value)

    know(original, call)


for _name in ("pdf", "cdf", "inv_cdf", "zscore"):
    _of_numbers(_name)
