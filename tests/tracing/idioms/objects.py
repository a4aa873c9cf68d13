"""Classes whose methods are called implicitly: operators, properties, loops, ``with``."""

import contextlib
import copy
import enum
import functools
import math
import operator
from abc import ABC, abstractmethod
from collections import UserList, defaultdict
from dataclasses import astuple, dataclass, replace

import numpy as np


class _Complex:
    """Complex numbers by hand; every operator calls math."""

    def __init__(self, re, im=0.0):
        self.re, self.im = re, im

    def __add__(self, other):
        other = other if isinstance(other, _Complex) else _Complex(other)
        return _Complex(math.fsum([self.re, other.re]), math.fsum([self.im, other.im]))

    __radd__ = __add__

    def __mul__(self, other):
        if not isinstance(other, _Complex):
            return _Complex(self.re * other, self.im * other)
        return _Complex(
            math.fsum([self.re * other.re, -self.im * other.im]),
            math.fsum([self.re * other.im, self.im * other.re]),
        )

    def __rmul__(self, other):
        return self * other

    def __sub__(self, other):
        return self + -other

    def __neg__(self):
        return _Complex(math.copysign(1.0, -1.0) * self.re, -self.im)

    def __abs__(self):
        return math.hypot(self.re, self.im)

    def __pow__(self, n):
        r, t = math.pow(abs(self), n), math.atan2(self.im, self.re) * n
        return _Complex(r * math.cos(t), r * math.sin(t))

    def __lt__(self, other):
        return math.hypot(self.re, self.im) < abs(other)

    def __eq__(self, other):
        return math.isclose(self.re, other.re) and math.isclose(self.im, other.im)

    __hash__ = None

    def __bool__(self):
        return math.fabs(self.re) + math.fabs(self.im) > 1e-9

    def __iadd__(self, other):
        self.re = math.fsum([self.re, other.re])
        self.im = math.fsum([self.im, other.im])
        return self

    def __repr__(self):
        return "(%.2f, %.2f)" % (math.floor(self.re), math.fabs(self.im))

    @property
    def angle(self):
        return math.atan2(self.im, self.re)

    @property
    def real(self):
        return self.re

    @real.setter
    def real(self, v):
        self.re = math.sqrt(v)


def user_operator_plain(x):
    class Plain:
        def __init__(self, v):
            self.v = v

        def __add__(self, o):
            return Plain(self.v + o.v * 2)

    return (Plain(x[0]) + Plain(x[1])).v


def user_operator_with_math(x):
    a, b = _Complex(x[0], x[1]), _Complex(x[2], x[3])
    c = a * b + 2.0 * a - b
    return [c.re, c.im, abs(c), (a**3).re]


def user_operator_reflected(x):
    c = 2.0 + _Complex(x[0], x[1]) * x[2]
    return [c.re, c.im, (x[3] * _Complex(x[0], 1.0)).re]


def user_operator_inplace(x):
    a = _Complex(x[0], x[1])
    alias = a
    a += _Complex(x[2], 1.0)
    return [alias.re, a.im]


def user_compare_and_bool(x):
    a, b = _Complex(x[0], x[1]), _Complex(x[2], x[3])
    r = a.re if a < b else b.im
    if a == b or not a:
        r = r * 10
    return r


def user_sum_sorted_max(x):
    values = [_Complex(v, 1.0) for v in x]
    total = sum(values, _Complex(0.0))
    return [total.re, sorted(values)[0].re, max(values).re, min(values, key=abs).re]


def user_reduce_operator(x):
    values = [_Complex(v, 0.5) for v in x]
    p = functools.reduce(operator.mul, values)
    return [p.re, p.im, operator.neg(p).re]


def property_with_math(x):
    c = _Complex(x[0], x[1])
    c.real = x[2]
    return [c.angle, c.real, getattr(c, "angle")]


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


class _Vec(UserList):
    def dot(self, other):
        return math.fsum(a * b for a, b in zip(self, other))

    def __matmul__(self, other):
        return self.dot(other)


def user_list(x):
    v = _Vec(x)
    return [v @ v, v.dot(_Vec(x[::-1]))]


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


class _Polynomial:
    def __init__(self, *c):
        self.c = c

    def __call__(self, v):
        return sum(a * v**k for k, a in enumerate(self.c))

    def __add__(self, other):
        return _Polynomial(*(a + b for a, b in zip(self.c, other.c)))

    def __mul__(self, k):
        return _Polynomial(*(math.fsum([a * k]) for a in self.c))


def polynomial_class(x):
    return ((_Polynomial(1, x[0], x[1]) + _Polynomial(0, 1, 2)) * x[2])(x[3])


class _Matrix:
    def __init__(self, rows):
        self.rows = [list(r) for r in rows]

    def __matmul__(self, other):
        return _Matrix(
            [[math.fsum(map(operator.mul, r, c)) for c in zip(*other.rows)] for r in self.rows]
        )

    def __getitem__(self, key):
        i, j = key
        return self.rows[i][j]


def matrix_class(x):
    a = _Matrix([x[:2], x[2:]])
    b = a @ a
    return [b[0, 0], b[1, 1]]


class _Dual:
    """Forward differentiation by hand, in a traced function."""

    def __init__(self, v, d=0.0):
        self.v, self.d = v, d

    def __mul__(self, o):
        if type(o) in (int, float, np.float64):
            return _Dual(self.v * o, self.d * o)
        return _Dual(self.v * o.v, self.v * o.d + self.d * o.v)

    def sin(self):
        return _Dual(math.sin(self.v), math.cos(self.v) * self.d)


def dual_numbers(x):
    y = (_Dual(x[0], 1.0) * _Dual(x[0], 1.0) * x[1]).sin()
    return [y.v, y.d]


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


def copied_objects(x):
    a = _Complex(x[0], x[1])
    b, c = copy.copy(a), copy.deepcopy([a])
    b.re = 2.0
    return [a.re * b.im, c[0].re]


def shown_objects(x):
    c = _Complex(x[0], x[1])
    text = f"{c} {c!r} {c.angle:.2f} {x[0]:8.3f}" + str(c) + "%.3f and %s" % (x[0], x[1])
    return x[0] * (len(text) > 10)


def percent_format(x):
    text = "%.3f" % x[0] + "%5d|%-8s|%(a)g" % {"a": 1} if False else "%.3f %d%%" % (x[0], 3)
    return math.sin(x[0]) * bool(text)


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
_FUNC = np.frompyfunc(lambda a: math.sin(a), 1, 1)
_VECTORIZED = np.vectorize(lambda a, b: math.atan2(a, b))


def frompyfunc_global(x):
    return np.asarray(_FUNC(x)) * _VECTORIZED(x, 2.0)


class _Operators:
    def __init__(self, v):
        self.v = v

    def __truediv__(self, o):
        return math.sin(self.v) / o

    def __rtruediv__(self, o):
        return o / math.sin(self.v)

    def __floordiv__(self, o):
        return math.floor(self.v / o)

    def __mod__(self, o):
        return math.fmod(self.v, o)

    def __and__(self, o):
        return math.hypot(self.v, o.v)

    def __or__(self, o):
        return math.atan2(self.v, o.v)

    def __invert__(self):
        return math.cos(self.v)

    def __pos__(self):
        return math.exp(self.v)

    def __lshift__(self, o):
        return math.ldexp(self.v, o)

    def __round__(self, n=None):
        return math.floor(self.v)

    def __float__(self):
        return math.sin(self.v)

    def __divmod__(self, o):
        return self // o, self % o


def all_operators(x):
    a, b = _Operators(x[0]), _Operators(x[1])
    return [
        *(a / 2, 2 / a, a // 0.2, a % 0.3, a & b, a | b, ~a, +a, a << 2),
        *(round(a), *divmod(a, 0.4), float(a)),
    ]


class _Ordered:
    def __init__(self, v):
        self.v = v

    def __lt__(self, o):
        return math.sin(self.v) < math.sin(o.v)


def sort_objects(x):
    items = [_Ordered(v) for v in x]
    items.sort()
    return [i.v for i in items] + [min(items).v] + [i.v for i in sorted(items, reverse=True)]


def groupby_objects(x):
    from itertools import groupby

    groups = groupby(sorted(x), key=lambda v: math.floor(v * 2))
    return [sum(g) * k for k, g in groups]


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
