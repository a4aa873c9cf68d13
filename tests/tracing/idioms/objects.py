"""Classes whose methods are called implicitly: properties, items, loops, ``with``."""

import contextlib
import functools
import math
from abc import ABC, abstractmethod

import numpy as np


class _Lazy:
    def __init__(self, v):
        self.v = v

    @functools.cached_property
    def root(self):
        return math.sqrt(self.v)

    def __getattr__(self, name):
        if name.startswith("power_"):
            return math.pow(self.v, int(name[6:]))
        raise AttributeError(name)


def cached_property(x):
    z = _Lazy(x[0])
    return z.root * z.root * z.root


def dynamic_attributes(x):
    z = _Lazy(x[1])
    return z.power_3 + getattr(z, "nothing", 2.0) + hasattr(z, "power_2")


class _Recorder:
    def __setattr__(self, name, value):
        object.__setattr__(self, name, math.sin(value))


def setattr_with_math(x):
    r = _Recorder()
    r.a = x[0]
    r.b = r.a * 2
    return [r.a, r.b]


class _Unit:
    """A descriptor."""

    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, obj, owner=None):
        return math.exp(getattr(obj, self.name))

    def __set__(self, obj, value):
        setattr(obj, self.name, math.log(value))


class _Quantity:
    mass = _Unit()

    def __init__(self, mass):
        self.mass = mass


def descriptor(x):
    q = _Quantity(x[0])
    q.mass += x[1]
    return q.mass * q._mass


class _Grid:
    """Indexed and iterated."""

    def __init__(self, values):
        self.values = list(values)

    def __getitem__(self, k):
        if isinstance(k, tuple):
            return math.cos(self.values[k[0]]) * k[1]
        if isinstance(k, slice):
            return _Grid(self.values[k])
        return math.sin(self.values[k])

    def __setitem__(self, k, v):
        self.values[k] = math.exp(v)

    def __len__(self):
        return int(math.fabs(-len(self.values)))

    def __iter__(self):
        for v in self.values:
            yield math.sqrt(v)

    def __contains__(self, v):
        return any(math.isclose(u, v) for u in self.values)

    def __call__(self, v):
        return math.tanh(v)


def getitem_with_math(x):
    g = _Grid(x)
    g[0] = x[1]
    g[1] += g[0]
    return [g[0], g[1], g[2, 3.0], g[1:][0]]


def iter_with_math(x):
    g = _Grid(x)
    a, *rest = g
    return [sum(g), a, *rest, *g, max(g), sum(v * k for k, v in enumerate(g)), len(g)]


def contains_with_math(x):
    return x[0] * 2 if 0.9 in _Grid(x) else x[1]


def iterate_into_builtins(x):
    g = _Grid(x)
    return [list(g)[0], tuple(g)[1], list(zip(g, g))[2][0], list(map(math.log, g))[3], sorted(g)[0]]


class _Countdown:
    def __init__(self, v):
        self.v, self.n = v, 3

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        self.v = math.sin(self.v)
        return self.v


def iterator_object(x):
    it = _Countdown(x[0])
    first = next(it)
    return [first, *it, next(it, 5.0)]


class _OldSequence:
    def __init__(self, v):
        self.v = v

    def __getitem__(self, k):
        if k > 2:
            raise IndexError(k)
        return math.exp(self.v) * k


def old_sequence(x):
    return sum(v for v in _OldSequence(x[0]))


class _Timer:
    def __init__(self, v):
        self.v = v

    def __enter__(self):
        self.v = math.sin(self.v)
        return self

    def __exit__(self, *error):
        self.v = math.exp(self.v)
        return False


def with_enter_exit(x):
    with _Timer(x[0]) as t, _Timer(x[1]) as u:
        inside = t.v * u.v
    return [inside, t.v, u.v]


@contextlib.contextmanager
def _scaled(v):
    factor = math.exp(v)
    try:
        yield factor
    finally:
        _LOG.append("done")


_LOG = []


def context_manager(x):
    with _scaled(x[0]) as a, contextlib.suppress(KeyError):
        return a * x[1]


def exit_stack(x):
    with contextlib.ExitStack() as stack:
        return sum(stack.enter_context(_scaled(v)) for v in x)


class _Shape(ABC):
    @property
    @abstractmethod
    def size(self): ...

    def area(self):
        return self.size**2

    def __lt__(self, other):
        return self.area() < other.area()


class _Circle(_Shape):
    def __init__(self, r):
        self.r = r

    @property
    def size(self):
        return math.sqrt(math.pi) * self.r


class _Square(_Shape):
    def __init__(self, a):
        self.a = a

    @property
    def size(self):
        return math.fabs(self.a)


class _Big(_Square):
    @property
    def size(self):
        return super().size * math.e


def abstract_property(x):
    shapes = [_Circle(x[0]), _Square(x[1]), _Big(x[2])]
    return [sum(s.area() for s in shapes), max(shapes).area()]


def arith_data_assign(x):
    o = _DATA * 2.0
    o[1] = x[0]
    p = np.sqrt(_DATA)
    p[0] = math.exp(x[1])
    q = np.concatenate([_DATA, _DATA])
    q[2] += x[2]
    return [*o, *p, *q]


def method_result_assign(x):
    o = _DATA.reshape(2, 2).sum(axis=0)
    o[0] = x[0]
    m = _DATA.repeat(2)
    m[1] = x[1]
    return [*o, *m]


_DATA = np.array([0.5, 1.5, 2.5, 3.5])
