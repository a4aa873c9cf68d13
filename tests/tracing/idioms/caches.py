"""Caches of the last point, of rounded keys, of methods."""

import copy
import functools
import math
from collections import Counter

import numpy as np


def use_lru_x(x):

    @functools.lru_cache
    def f(v):
        return math.sin(v)

    return f(x[0]) + f(x[0]) * f(x[1])


def use_cache_by_str(x):
    k = f"{x[0]:.6f}"
    d = {}
    d[k] = x[1]
    return d[k]


class Shared:
    """caches last x like SciPy users do"""

    def __init__(self):
        self.x = None
        self.n = 0

    def upd(self, x):
        if self.x is None or not np.array_equal(self.x, x):
            self.x = np.array(x, copy=True)
            self.y = [math.sin(v) for v in x]
            self.n += 1

    def f(self, x):
        self.upd(x)
        return self.y[0] * self.y[1]

    def g(self, x):
        self.upd(x)
        return [v * 2 for v in self.y]


S = Shared()


def use_shared(x):
    return [S.f(x), *S.g(x)]


class Shared2(Shared):
    def upd(self, x):
        if self.x is None or (self.x != x).any():
            self.x = x.copy()
            self.y = [math.exp(v) for v in x]


S2 = Shared2()


def use_shared2(x):
    return [S2.f(x), *S2.g(x)]


class Shared3(Shared):
    def upd(self, x):
        if self.x is None or not np.all(self.x == x):
            self.x = x.copy()
            self.y = [math.exp(v) for v in x]


S3 = Shared3()


def use_shared3(x):
    return [S3.f(x), *S3.g(x)]


class Shared4(Shared):
    def upd(self, x):
        t = tuple(x)
        if t != self.x:
            self.x = t
            self.y = [math.exp(v) for v in x]


S4 = Shared4()


def use_shared4(x):
    return [S4.f(x), *S4.g(x)]


class Shared5(Shared):
    def upd(self, x):
        if self.x is None or not np.allclose(self.x, x, rtol=0, atol=0):
            self.x = x.copy()
            self.y = [math.exp(v) for v in x]


S5 = Shared5()


def use_shared5(x):
    return [S5.f(x), *S5.g(x)]


@functools.lru_cache(maxsize=8)
def _comp(t):
    return [math.sin(v) * t[0] for v in t]


def use_lru_shared(x):
    return [_comp(tuple(x))[0] * 2, *_comp(tuple(x))]


def use_lru_floats(x):
    return _comp(tuple((float(v) for v in x)))


class LruM:
    @functools.lru_cache
    def go(self, a, b=1):
        return math.sin(a) * b


LM = LruM()


def use_lru_method(x):
    return LM.go(x[0]) + LM.go(x[1], b=2) + LM.go(x[0])


def use_step_keys(x):
    d = {}
    for v in x:
        d.setdefault(round(v, 0), []).append(v)
    c = Counter(np.sign(x))
    e = {k: 1.5 for k in (-1.0, 0.0, 1.0)}
    return [
        sum((math.prod(v) for v in d.values())),
        c[1.0] * x[0],
        e[np.sign(x[1])] * x[1],
        {v // 1 for v in x}.__len__() * x[2],
        {0.0: 2.0, 1.0: 3.0}.get(x[0] // 1, 9.0) * x[3],
        (np.floor(x[0]) in {0.0, 2.0}) * x[0],
    ]


class Shell:
    def __init__(self, radius):
        self.radius = radius

    @functools.cached_property
    def area(self):
        return 4 * math.pi * self.radius**2 + math.exp(self.radius)


SHELL = Shell(1.0)


def cached_property_forgotten(x):
    shell = Shell(x[0])
    total = shell.area
    shell.radius = x[1]
    del shell.area
    total += 2 * shell.area
    shell.radius = x[2]
    shell.__dict__.pop("area", None)
    total += 3 * shell.area
    other = copy.copy(shell)
    other.radius = x[3]
    return [total, other.area, "area" in vars(shell)]


def cached_property_of_a_global(x):
    SHELL.radius = x[0]
    vars(SHELL).pop("area", None)
    first = SHELL.area
    SHELL.radius = x[1]
    del SHELL.area
    return first * SHELL.area


class Series:
    def __init__(self, x):
        self.x = x

    @functools.lru_cache(maxsize=2)
    def term(self, k):
        return math.sin(self.x[k])


def cleared_caches(x):
    series = Series(x)
    first = series.term(0) + series.term(1) + series.term(0)
    Series.term.cache_clear()
    series.x = x[::-1]
    second = series.term(0)
    hits = [series.term(k) for k in (1, 2, 1, 0)] and series.term.cache_info().hits
    return [first, second, hits * x[2], Series.term.cache_info().currsize * x[3]]
