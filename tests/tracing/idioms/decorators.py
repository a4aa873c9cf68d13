"""Decorators and caches of functions, methods and classes, dispatch by type."""

import functools
import math

import numpy as np


def _twice(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return 2 * f(*args, **kwargs)

    return wrapper


def _repeat(times):
    def decorate(f):
        def wrapper(v):
            for _ in range(times):
                v = f(v)
            return v

        return wrapper

    return decorate


@_twice
def _decorated(v):
    return math.exp(v)


@_repeat(3)
def _repeated(v):
    return math.sin(v) + 0.1


def decorated(x):
    @_twice
    def local(v):
        return math.cos(v)

    return _decorated(x[0]) + _repeated(x[1]) + local(x[2])


class _CountCalls:
    def __init__(self, f):
        functools.update_wrapper(self, f)
        self.f, self.calls = f, 0

    def __call__(self, *args):
        self.calls += 1
        return self.f(*args)


@_CountCalls
def _counted(v):
    return math.sin(v)


def class_decorator(x):
    return _counted(x[0]) * _counted(x[1])


@functools.lru_cache(maxsize=None)
def _chebyshev(n, v):
    return 1.0 if n == 0 else v if n == 1 else 2 * v * _chebyshev(n - 1, v) - _chebyshev(n - 2, v)


def lru(x):
    return _chebyshev(40, x[0] / 2)


class _WithCache:
    @functools.lru_cache
    def power(self, n, v):
        return 1.0 if n == 0 else self.power(n - 1, v) * math.sin(v)


def lru_method(x):
    return _WithCache().power(30, x[0])


@functools.singledispatch
def _size(v):
    return -1.0


@_size.register
def _(v: float):
    return math.sin(v)


@_size.register(np.ndarray)
def _(v):
    return sum(math.cos(u) for u in v)


def singledispatch(x):
    return _size(x[0]) * _size(x[1:]) * _size("no")


class _Shapes:
    @functools.singledispatchmethod
    def area(self, v):
        return 0.0

    @area.register
    def _(self, v: float):
        return math.exp(v)


def singledispatch_method(x):
    return _Shapes().area(x[0])


IDIOMS = {
    "decorated_problem": _twice(lambda x: math.sin(x[0])),
    "cached_problem": np.vectorize(math.sin),
}
