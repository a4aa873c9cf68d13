"""Classes with operators: complex numbers, units, polynomials, matrices, dual numbers."""

import copy
import functools
import math
import operator
from collections import UserList

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


class _Vec(UserList):
    def dot(self, other):
        return math.fsum(a * b for a, b in zip(self, other))

    def __matmul__(self, other):
        return self.dot(other)


def user_list(x):
    v = _Vec(x)
    return [v @ v, v.dot(_Vec(x[::-1]))]


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


def copied_objects(x):
    a = _Complex(x[0], x[1])
    b, c = copy.copy(a), copy.deepcopy([a])
    b.re = 2.0
    return [a.re * b.im, c[0].re]


def shown_objects(x):
    c = _Complex(x[0], x[1])
    text = f"{c} {c!r} {c.angle:.2f} {x[0]:8.3f}" + str(c) + "%.3f and %s" % (x[0], x[1])
    return x[0] * (len(text) > 10)


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
