"""Enumerations, dataclasses, subclasses of dict and list, trees."""

import enum
import math
from collections import defaultdict
from dataclasses import astuple, dataclass, replace

import numpy as np


class _Color(enum.Enum):
    RED = 1
    BLUE = 2

    @property
    def weight(self):
        return math.sqrt(self.value)

    def apply(self, v):
        return math.sin(v) * self.weight


def enum_members(x):
    table = {_Color.RED: x[0], _Color.BLUE: x[1]}
    return sum(c.apply(v) for c, v in table.items()) + _Color(2).weight


@dataclass(order=True)
class _Item:
    key: float
    name: str = "n"

    @property
    def score(self):
        return math.exp(self.key)


def dataclass_functions(x):
    items = sorted(_Item(v) for v in x)
    other = replace(items[0], key=x[1])
    return [other.score, astuple(items[0])[0], items[-1].key]


class _Params(dict):
    def __getattr__(self, name):
        return self[name]

    def __missing__(self, key):
        return math.pi


def dict_subclass(x):
    p = _Params(a=x[0], b=x[1])
    return p.a * p.b + p["c"] + math.sin(p.a)


def default_dict(x):
    d = defaultdict(lambda: np.zeros(2))
    d["a"][0] += x[0]
    d["a"][1] += math.sin(x[1])
    e = defaultdict(float)
    for k, v in zip("aab", x):
        e[k] += v
    return [*d["a"], e["a"], e["b"]]


class _Tree:
    def __init__(self, value, *children):
        self.value, self.children = value, children

    def __iter__(self):
        yield self.value
        for c in self.children:
            yield from c

    def total(self):
        return math.exp(self.value) + sum(c.total() for c in self.children)


def tree_of_objects(x):
    t = _Tree(x[0], _Tree(x[1], _Tree(x[2])), _Tree(x[3]))
    return [t.total(), sum(math.sin(v) for v in t)]


def percent_format(x):
    text = "%.3f" % x[0] + "%5d|%-8s|%(a)g" % {"a": 1} if False else "%.3f %d%%" % (x[0], 3)
    return math.sin(x[0]) * bool(text)


_FUNC = np.frompyfunc(lambda a: math.sin(a), 1, 1)
_VECTORIZED = np.vectorize(lambda a, b: math.atan2(a, b))


def frompyfunc_global(x):
    return np.asarray(_FUNC(x)) * _VECTORIZED(x, 2.0)


class _Typed:
    """Asks for the type of what it meets, in a method nobody calls."""

    def __init__(self, v):
        self.v = v

    def __mul__(self, other):
        if type(other) is float or type(other) is np.float64:
            return _Typed(self.v * other)
        return _Typed(0.0)

    @property
    def kind(self):
        return 1.0 if type(self.v) is np.float64 else 2.0


_TYPED = _Typed(2.0)


def type_in_operator(x):
    return [(_TYPED * x[0]).v, (_Typed(x[1]) * 2.0).v, _Typed(x[2]).kind * x[2]]
