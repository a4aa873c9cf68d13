"""Short functions, each with one trap."""

import abc
import bisect
import collections
import contextlib
import copy
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import heapq
import inspect
import io
import itertools
import json
import math
import numpy as np
import operator
import os
import pickle
import random
import re
import statistics
import string
import sys
import textwrap
import threading
import types
import typing
import warnings
import weakref
from dataclasses import dataclass, field

D = np.array([0.5, 1.5, 2.5, 3.5])


def trap_001(x):
    return x[0] if (math.sin(x[0]) > 0.1) is True else x[1]


def trap_002(x):
    c = collections.Counter()
    for v in x:
        c[round(v * 2)] += 1
    return c.most_common(1)[0][1] * x[0]


def trap_003(x):
    k = bisect.bisect_left([0.2, 0.5, 1.0, 2.0], x[0])
    return k * x[1]


def trap_004(x):
    h = []
    for i, v in enumerate(x):
        heapq.heappush(h, (v, i))
    return [heapq.heappop(h)[0] * (k + 1) for k in range(4)]


def trap_005(x):
    return np.interp(x[0], [0, 0.5, 1, 2], [1, 2, 3, 10]) * x[1]


def trap_006(x):
    t = np.zeros((3, 4))
    t[1] = x
    t[:, 2] *= x[1]
    t[[0, 2], [1, 3]] = x[2:]
    return t.sum(axis=1)


def trap_007(x):
    a = np.arange(12.0).reshape(3, 4)
    a[1, :] += x
    return a.T @ np.ones(3)


def trap_008(x):
    m = np.ma.masked_array(D, [0, 1, 0, 0])
    return m.sum() * x[0]


def trap_009(x):
    out = []
    it = iter(x)
    while (v := next(it, None)) is not None:
        out.append(math.exp(v))
    return out


def trap_010(x):
    return functools.reduce(lambda acc, v: acc + [acc[-1] * math.cos(v)], x, [1.0])


def trap_011(x):
    return [*map(lambda a, b: math.pow(a, b), x, D)]


def trap_012(x):
    return sum(_starmap_(x))


def _starmap_(x):
    return itertools.starmap(lambda a, b: math.atan2(a, b), zip(x, D))


def trap_013(x):

    @contextlib.contextmanager
    def cm(v):
        yield math.sin(v)

    with cm(x[0]) as a, cm(x[1]) as b:
        return a * b


def trap_014(x):

    class E(enum.IntEnum):
        A = 0
        B = 1

    return math.sin(x[E.B]) * x[E.A]


def trap_015(x):
    return np.piecewise(x, [x < 0.5, x >= 0.5], [lambda v: v**2, lambda v: np.sin(v)])


def trap_016(x):
    return np.select([x < 0.5, x < 1], [x**2, x * 3], default=7)


def trap_017(x):
    return np.array([math.sin(v) for v in x]).reshape(2, 2).tolist()


def trap_018(x):
    y = x.tolist()
    y.sort()
    return y


def trap_019(x):
    return np.array(sorted(x))[::-1]


def trap_020(x):
    return dict(zip("abcd", x))["c"] * len({k: v for k, v in zip("ab", x)})


def trap_021(x):
    return round(x[0], 2) + round(float(x[1]), 1)


def trap_022(x):
    return math.floor(x[2]) + math.trunc(x[2]) * x[0]


def trap_023(x):
    return float(x[0]).is_integer() * x[1] + x[2]


def trap_024(x):
    return x[0] if x[0] == x[0] else 0


def trap_025(x):
    return x.dot(D) + D.dot(x) + D @ x + np.inner(x, D) + np.vdot(x, D)


def trap_026(x):
    a = np.asarray(x)
    a = a.astype(float)
    a[0] = 5
    return a * x


def trap_027(x):
    return np.asarray(x, dtype=float) * 2


def trap_028(x):
    return np.array(x, copy=True) ** 2


def trap_029(x):
    return np.fromfunction(lambda i, j: i * x[0] + j * x[1], (2, 2))


def trap_030(x):
    return (
        np.sum((x[i] * D[i] for i in range(4))) if False else sum((x[i] * D[i] for i in range(4)))
    )


def trap_031(x):
    return np.prod([x[0], x[1], 2.0])


def trap_032(x):
    return np.mean([x[0], x[1]]) + np.max([x[0], x[1]]) + np.std([*x])


def trap_033(x):
    return np.cross([x[0], x[1], 0.0], [1.0, 2.0, x[2]])


def trap_034(x):
    return np.linalg.solve([[2 + x[0], x[1]], [1.0, 3.0]], [x[2], 1.0])


def trap_035(x):
    return np.linalg.det(np.array([[x[0], x[1]], [x[2], x[3]]]))


def trap_036(x):
    return np.hstack([x[0], x[1:], [1, 2]])


def trap_037(x):
    return np.append(x, x[0] * 2)


def trap_038(x):
    return np.insert(x, 1, 5.0)


def trap_039(x):
    return np.outer([x[0], 1.0], [x[1], 2.0]).ravel()


def trap_040(x):
    return [x[i : i + 2].sum() for i in range(3)]


def trap_041(x):
    return np.cumsum([v for v in x])


def trap_042(x):
    return np.diff([*x])


def trap_043(x):
    s = set()
    for i, v in enumerate(x):
        if v > 0.5:
            s.add(i)
    return sum((x[i] for i in s))


def trap_044(x):
    return x[np.array([True, False, True, False])].sum() * x[[0, 1]].prod()


def trap_045(x):
    return x[np.where(x > 0.5)[0]].sum()


def trap_046(x):
    return x[np.nonzero(x > 0.5)].sum() + np.count_nonzero(x > 0.5) * x[0]


def trap_047(x):
    return any(x > 1) * x[0] + all(x > 0) * x[1]


def trap_048(x):
    return sum((1 for v in x if v > 0.5)) * x[0]


def trap_049(x):
    return len([v for v in x if v > 0.5]) * x[0]


def trap_050(x):
    return {True: x[0], False: x[1]}[x[2] > 1]


def trap_051(x):
    return (x[0], x[1])[int(x[2] > 1)]


def trap_052(x):
    return "ab".index("b") * x[0] * "a b".split().__len__()


def trap_053(x):
    return x[0] * int(f"{3}") * float("1e1")


def trap_054(x):
    return math.exp(x[0]) if x is not None else 0


def trap_055(x):
    a = b = np.zeros(2)
    a[0] = x[0]
    return b


def trap_056(x):
    a = [0] * 4
    a[:] = x
    return a


def trap_057(x):
    a = np.zeros(4)
    a[:] = [math.sin(v) for v in x]
    return a


def trap_058(x):
    a = np.zeros((2, 2))
    a.flat = x
    a[a > 1] = 0
    return a.ravel()


def trap_059(x):
    a = np.zeros(4)
    np.add.at(a, [0, 0, 1], x[:3])
    return a


def trap_060(x):
    a = np.zeros(4)
    a.put([0, 1], x[:2])
    return a


def trap_061(x):
    a = np.zeros(4)
    a.fill(x[0])
    return a


def trap_062(x):
    a = np.zeros(3)
    a[-1] = x[0]
    a[0], a[1] = (x[1], x[2])
    return a


def trap_063(x):
    a = np.zeros(4)
    a[1::2] = x[::2]
    a += 1
    return a.copy()


def trap_064(x):
    g = np.meshgrid(x[:2], x[2:])
    return (g[0] * g[1]).ravel()


def trap_065(x):
    return np.trapezoid(x, dx=0.5)


def trap_066(x):
    return np.convolve(x, [1, -1])


def trap_067(x):
    return np.gradient(x)


def trap_068(x):
    return np.tensordot(x.reshape(2, 2), D.reshape(2, 2))


def trap_069(x):
    return math.exp(x[0]) + np.float32(2) * x[1] + np.int64(3) * x[2]


def trap_070(x):
    return 5 - x[0] ** (-2) / (3 // 2) % 4


def trap_071(x):
    y = x[0]
    y += 1
    y *= 2
    y -= x[1]
    y /= 3
    y **= 2
    return y + x[0]


def trap_072(x):
    return -x[0] + +x[1] + abs(-x[2])


def trap_073(x):
    return divmod(x[2], 0.3)[1]


def trap_074(x):
    return max(x, default=0) + min(*x) + max(x[0], 2, key=lambda v: -v)


def trap_075(x):
    return sum(x, start=1.0) + sum((x[0], x[1]))


def trap_076(x):
    return sum(np.array([x, x]))


def trap_077(x):
    return math.hypot(x[0], 3) + math.atan2(1, x[0]) + math.atan2(x[1], -1)


def trap_078(x):
    return math.comb(4, 2) * x[0] ** math.factorial(3)


def trap_079(x):
    return math.log(x[0], 10) + math.log(2, x[1]) + math.log(2, 4)


def trap_080(x):
    return math.sqrt(4) * x[0]


def trap_081(x):
    return np.sqrt(D).sum() * x[0]


def trap_082(x):
    return np.sin(D[0]) * x[0] + np.exp(2)


def trap_083(x):
    return (lambda *a, **k: sum(a) * k["z"])(*x, z=x[0])


def trap_084(x):

    def g(n):
        yield x[n]
        if n:
            yield from g(n - 1)

    return list(g(3))


def trap_085(x):

    def outer():
        c = 0

        def inner():
            nonlocal c
            c += math.sin(x[0])
            return c

        return inner

    f = outer()
    f()
    return f()


def trap_086(x):
    return typing.cast(float, x[0]) * 2


def trap_087(x):
    return types.SimpleNamespace(f=math.sin).f(x[0])


def trap_088(x):
    d = collections.ChainMap({"a": x[0]}, {"b": x[1]})
    return d["a"] * d["b"]


def trap_089(x):
    return [f(x[0]) for f in (lambda v, k=k: math.sin(v * k) for k in range(3))]


def trap_090(x):
    return operator.methodcaller("sum")(x) * operator.attrgetter("size")(x)


def trap_091(x):
    return copy.copy(x)[0] * copy.deepcopy(list(x))[1]


def trap_092(x):
    return math.sin(*x[:1]) + max(*[x[0], x[1]])


def trap_093(x):
    return np.vectorize(lambda a, b: a * b if a > b else b)(x, D)


def trap_094(x):
    return np.array([[1, 2], [3, 4]]) @ x[:2]


def trap_095(x):
    return np.matmul(D.reshape(2, 2), x.reshape(2, 2)).sum()


def trap_096(x):
    return x.mean() + x.std() + x.var(ddof=1) + np.median(x) + np.percentile(x, 30)


def trap_097(x):
    return np.clip(x, 0.4, 1).sum() + x.clip(max=0.8).sum()


def trap_098(x):
    return np.linalg.norm(x - D) ** 2 + np.linalg.norm(x, ord=1)


def trap_099(x):
    while True:
        x = x * 0.9
        if x.sum() < 2:
            return x


def trap_100(x):
    return np.round(x, 1).sum() + x.sum()


def trap_101(x):
    return sorted(x, key=lambda v: (v > 0.5, -v))


def trap_102(x):
    return [v for _, v in sorted(zip(D, x), reverse=True)]


def trap_103(x):
    return min(((v, i) for i, v in enumerate(x)))[0]


def trap_104(x):
    return max(enumerate(x), key=lambda t: t[1])[0] * x[0]


def trap_105(x):
    return x.argmax() * x[0] + np.argsort(x)[0] * x[1]


def trap_106(x):
    return list(itertools.accumulate(x, max)) + list(itertools.accumulate(x, lambda a, b: a * b))


def trap_107(x):
    return (
        math.fsum((v * v for v in x)) + math.sumprod(x, x)
        if hasattr(math, "sumprod")
        else math.fsum((v * v for v in x))
    )


def trap_108(x):
    return x[0].item() + float(x[1:2][0]) + x[2].__float__().__add__(1) if False else x[0].item()


def trap_109(x):
    return (math.sin(x[0]) > 0.1) == (math.cos(x[1]) > 0.1) and x[0] or x[1]


def trap_110(x):
    return ((x[0] > 0.5) + (x[1] > 0.1)) * x[2]


def trap_111(x):
    return ((math.sin(x[0]) > 0.5) + (math.sin(x[1]) > 0.1)) * x[2]


def trap_112(x):
    return sum([math.sin(v) > 0.5 for v in x]) * x[0]


def trap_113(x):
    return [x[0], x[1]][math.sin(x[0]) > 0.5]


def trap_114(x):
    return {(True, False): x[0], (False, True): x[1], (True, True): x[2], (False, False): x[3]}[
        x[0] > 0.5, x[1] > 0.5
    ]


def trap_115(x):
    return x[0] if not (x[0] > 0.5) == False else x[1]


def trap_116(x):
    return np.where((x[0] > 0.5) & (x[1] < 2), x[2], x[3])


def trap_117(x):
    return ~(x[0] > 0.5) * x[1]


def trap_118(x):
    return (1 if x[0] > 0.5 else 0) * x[1]


def trap_119(x):
    return int(x[0] > 0.5) * x[1] + float(x[0] > 0.5) * x[2]


def trap_120(x):
    return bool(x[0]) * x[1]


def trap_121(x):
    return abs(x[0] > 0.5) * x[1]


def trap_122(x):
    return (x > 0.5).astype(float) @ x


def trap_123(x):
    return (x > 0.5).astype(int) @ x


def trap_124(x):
    return (x > 0.5) @ x


def trap_125(x):
    return np.sum(x > 0.5) * x[0] + (x > 0.5).mean() * x[1]


def trap_126(x):
    return x[int(np.sum(x > 0.5)) - 1]


def trap_127(x):
    return x[(x > 0.5).sum() - 1]


def trap_128(x):
    return x[sum((v > 0.5 for v in x)) - 1]


def trap_129(x):
    n = 0
    for v in x:
        if v > 0.5:
            n += 1
    return x[n - 1]


def trap_130(x):
    return x[len(x[x > 0.5]) - 1]


def trap_131(x):
    r = range(int(x[2] * 3))
    return sum((x[0] * k for k in r))


def trap_132(x):
    return x[math.floor(x[2])]


def trap_133(x):
    return x[round(x[2])]


def trap_134(x):
    return np.zeros(int(x[2] * 2) + 1).sum() + x[0]


def trap_135(x):
    return "%d" % 3 and x[0]


def trap_136(x):
    return f"{x[0]:.3f}" < "z" and x[0]


def trap_137(x):
    return str(x[0])[0] and x[0]


def trap_138(x):
    return len(str(3.0)) * x[0]


def trap_139(x):
    try:
        return [][0]
    except IndexError:
        return math.sin(x[0])


def trap_140(x):
    try:
        return float("abc")
    except ValueError:
        return math.sin(x[0])


def trap_141(x):
    with np.errstate(divide="ignore"):
        return np.minimum(x[0] / np.float64(0), 5) * x[1]


def trap_142(x):
    try:
        return math.log(-x[0])
    except ValueError:
        return x[1] * 2


def trap_143(x):
    try:
        return math.acos(x[2])
    except ValueError:
        return x[1] * 2


def trap_144(x):
    try:
        return math.pow(-x[0], 0.5)
    except ValueError:
        return x[1]


def trap_145(x):
    try:
        return float(x[0] - x[0]) ** (-1)
    except ZeroDivisionError:
        return x[1]


def trap_146(x):
    try:
        return math.exp(800 * x[0])
    except OverflowError:
        return x[1]


def trap_147(x):
    try:
        return float(x[0]) // (float(x[1]) - float(x[1]))
    except ZeroDivisionError:
        return x[1]


def trap_148(x):
    try:
        raise KeyError(math.sin(x[0]))
    except KeyError as k:
        return k.args[0]


def trap_149(x):

    def g():
        try:
            yield math.sin(x[0])
        finally:
            log.append(1)

    log = []
    r = list(g())
    return r[0] * len(log)


def trap_150(x):

    class Stop(Exception):
        pass

    try:
        for v in x:
            if v > 1:
                raise Stop
            y = math.exp(v)
    except Stop:
        return y
    return y * 2


def trap_151(x):
    r = 1.0
    for i in reversed(range(4)):
        r = math.sin(r) * x[i]
    return r


def trap_152(x):
    a, *b = sorted(x)
    return a * sum(b)


def trap_153(x):
    m = {}
    for k, v in zip("abab", x):
        m.setdefault(k, []).append(math.sin(v))
    return [sum(v) for v in m.values()]


def trap_154(x):
    s = collections.defaultdict(float)
    for i, v in enumerate(x):
        s[i % 2] += v * v
    return s[0] * s[1]


def trap_155(x):

    @dataclass
    class P:
        a: float
        b: float = 0
        c: float = field(init=False)

        def __post_init__(self):
            self.c = math.hypot(self.a, self.b)

    return P(x[0], x[1]).c * P(x[2]).c


def trap_156(x):

    @dataclass
    class Q:
        a: float
        w: dataclasses.InitVar[float] = 2.0
        t: typing.ClassVar[int] = 3

        def __post_init__(self, w):
            self.v = math.sin(self.a) * w

    return Q(x[0]).v + Q(x[1], w=5).v * Q.t


def trap_157(x):

    @dataclass(kw_only=True, frozen=True)
    class R:
        a: float
        b: list = field(default_factory=lambda: [math.pi])

    return R(a=x[0]).b[0] * R(a=x[1], b=[x[2]]).b[0]


def trap_158(x):

    class V:
        def __init__(s, *c):
            s.c = c

        def __add__(s, o):
            return V(*(a + b for a, b in zip(s.c, o.c)))

        def __mul__(s, k):
            return V(*(math.exp(a) * k for a in s.c))

        __rmul__ = __mul__

        def __iter__(s):
            return iter(s.c)

        def __eq__(s, o):
            return all((math.isclose(a, b) for a, b in zip(s, o)))

        def norm(s):
            return math.sqrt(sum((a * a for a in s)))

    v = V(x[0], x[1]) + 2 * V(x[2], x[3])
    return v.norm() * (1 if v == v else 2)


def trap_159(x):

    class Node:
        __slots__ = ("v", "next")

        def __init__(s, v, n=None):
            s.v = v
            s.next = n

    h = None
    for v in x:
        h = Node(math.sin(v), h)
    r = []
    while h:
        r.append(h.v)
        h = h.next
    return r


def trap_160(x):

    class A:
        @property
        def p(s):
            return s._p

        @p.setter
        def p(s, v):
            s._p = math.log(v)

        @p.deleter
        def p(s):
            del s._p

    a = A()
    a.p = x[0]
    r = a.p
    del a.p
    return r * (not hasattr(a, "_p"))


def trap_161(x):

    class A:
        x = math.pi

        def __init_subclass__(cls, k=1):
            cls.k = k

    class B(A, k=3):
        pass

    return B.k * B.x * x[0]


def trap_162(x):

    class Meta(type):
        def __getitem__(cls, v):
            return math.sin(v)

        @property
        def scale(cls):
            return math.sqrt(4)

    class C(metaclass=Meta):
        pass

    return C[x[0]] * C.scale


def trap_163(x):

    class M:
        def __class_getitem__(cls, v):
            return math.cos(v)

    return M[x[0]]


def trap_164(x):

    class Base:
        def run(s, v):
            return s.step(v) * 2

        def step(s, v):
            raise NotImplementedError

    class Impl(Base):
        def step(s, v):
            return math.tanh(v)

    return Impl().run(x[0])


def trap_165(x):

    class Mixin:
        def f(s, v):
            return math.sin(v) + super().f(v)

    class Base:
        def f(s, v):
            return math.cos(v)

    class C(Mixin, Base):
        pass

    return C().f(x[0])


def trap_166(x):
    o = types.MethodType(lambda self, v: math.sin(v) * self, 3.0)
    return o(x[0])


def trap_167(x):
    f = functools.partial(map, math.sin)
    return list(f(x))


def trap_168(x):
    p = functools.partialmethod

    class A:
        def f(s, k, v):
            return math.sin(v) * k

        g = p(f, 3)

    return A().g(x[0])


def trap_169(x):

    @functools.total_ordering
    class T:
        def __init__(s, v):
            s.v = v

        def __eq__(s, o):
            return math.sin(s.v) == math.sin(o.v)

        def __lt__(s, o):
            return math.sin(s.v) < math.sin(o.v)

    a, b = (T(x[0]), T(x[1]))
    return (a if a >= b else b).v * max(a, b).v


def trap_170(x):
    r = 0
    for i, j in itertools.product(range(2), repeat=2):
        r += x[i] * x[2 + j] * math.cos(x[i] - x[2 + j])
    return r


def trap_171(x):
    return [sum(g) for k, g in itertools.groupby(x, key=lambda v: v > 0.5)]


def trap_172(x):
    return [a * b for a, b in zip(x, itertools.cycle([1, -1]))]


def trap_173(x):
    return list(itertools.islice(itertools.chain.from_iterable([x, x]), 2, 6))


def trap_174(x):
    return [*itertools.zip_longest(x, [1, 2], fillvalue=math.sin(x[0]))][3]


def trap_175(x):
    return [t for t in itertools.compress(x, [1, 0, 1, 0])]


def trap_176(x):
    return sum(map(operator.mul, x, D)) + operator.truediv(x[0], x[1])


def trap_177(x):
    return functools.reduce(operator.add, x) + functools.reduce(max, x)


def trap_178(x):
    q = collections.deque(maxlen=2)
    for v in x:
        q.append(math.exp(v))
    return q[0] * q[-1]


def trap_179(x):
    return collections.namedtuple("N", "a b")(x[0], x[1]).a * 2


def trap_180(x):
    return typing.NamedTuple("N", [("a", float)])(x[0]).a


def trap_181(x):

    def f(a, b=2, /, c=3, *d, e=4, **g):
        return a * b + c * e + sum(d) + sum(g.values())

    return f(x[0]) + f(x[0], x[1], x[2], x[3], 1, e=x[1], h=x[2])


def trap_182(x):
    a = [1, 2]
    a[0], a[1] = (a[1], x[0])
    return a


def trap_183(x):
    i = 0
    y = [0] * 3
    i, y[i] = (1, x[0])
    return y


def trap_184(x):
    y = z = math.sin(x[0])
    y += 1
    return [y, z]


def trap_185(x):
    y = np.zeros(2)
    z = y
    y = y + x[0]
    z += x[1]
    return [*y, *z]


def trap_186(x):
    y = x[:2]
    y *= 2
    return x


def trap_187(x):
    y = x.reshape(2, 2).T
    y[0, 1] = 9
    return x * 2


def trap_188(x):

    def f(a):
        a[0] = 0.0
        return a.sum()

    r = f(x)
    return [r, x[0], x[1]]


def trap_189(x):

    def f(a):
        a = a * 2
        return a.sum()

    return [f(x), x[0]]


def trap_190(x):
    return np.array(x)[::-1] + np.flip(x) + x[::-1]


def trap_191(x):
    return list(reversed(x)) + list(x)[::-1]


def trap_192(x):
    return [v for v in np.nditer(D)][0] * x[0]


def trap_193(x):
    return [w * x[i] for (i,), w in np.ndenumerate(D)]


def trap_194(x):
    return [v * i for (i,), v in np.ndenumerate(x)]


def trap_195(x):
    return [v for v in x.flat]


def trap_196(x):
    return sum((x[i, j] for x in [x.reshape(2, 2)] for i in range(2) for j in range(2) if i <= j))


def trap_197(x):
    return eval("lambda v: math.sin(v)")(x[0])


def trap_198(x):
    exec("z=1")
    return math.sin(x[0])


def trap_199(x):
    return getattr(np, "sin")(x[0]) * np.__dict__["cos"](x[1]) * vars(math)["exp"](x[2])


def trap_200(x):
    return globals()["_helper"](x[0])


def _helper(v):
    return math.sin(v)


def trap_201(x):
    return sys.modules[__name__]._helper(x[0])


def trap_202(x):
    return __import__("math").sin(x[0])


def trap_203(x):
    import importlib

    return importlib.import_module("math").cos(x[0])


def trap_204(x):
    from numpy import sin, zeros

    o = zeros(1)
    o[0] = sin(x[0])
    return o


def trap_205(x):
    return inspect.signature(_helper).parameters["v"].name * 0 or x[0]


def trap_206(x):
    return (
        statistics.median([x[0], x[1], x[2]])
        + statistics.pstdev(x)
        + statistics.quantiles(D)[0] * x[0]
    )


def trap_207(x):
    return random.Random(3).gauss(0, 1) * x[0]


def trap_208(x):
    np.random.seed(3)
    return np.random.rand() * x[0]


def trap_209(x):
    return np.random.default_rng(1).permutation(4)[0] * x[0] + x[1]


def trap_210(x):
    return np.random.RandomState(0).randn(4) @ x


def trap_211(x):
    return copy.deepcopy({"a": x, "b": [x[0]]})["b"][0] * 2


def trap_212(x):
    a = np.empty((2, 2), dtype=float)
    a[...] = x.reshape(2, 2)
    return np.linalg.inv(a).ravel()


def trap_213(x):
    a = np.zeros((2, 2))
    a[0, 0], a[1, 1] = (x[0], x[1])
    b = a
    b[0, 1] = x[2]
    return a.ravel()


def trap_214(x):
    rows = [np.zeros(2) for _ in range(2)]
    rows[0][1] = x[0]
    rows[1] += x[1]
    return np.vstack(rows).ravel()


def trap_215(x):
    cache = np.full((3,), np.nan)
    for i in range(3):
        if np.isnan(cache[i]):
            cache[i] = math.sin(x[i])
    return cache


def trap_216(x):
    t = np.linspace(0, 1, 5)
    return np.trapezoid(np.exp(-x[0] * t), t)


def trap_217(x):
    best = -math.inf
    for v in x:
        best = v if v > best else best
    return best


def trap_218(x):
    best, arg = (math.inf, -1)
    for i, v in enumerate(x):
        if v < best:
            best, arg = (v, i)
    return best * arg


def trap_219(x):
    return min(x, key=lambda v: abs(v - 0.5))


def trap_220(x):
    return np.float64(x[0]).item() + np.asarray(x[1]).item()


def trap_221(x):
    return x[0].astype(float) * x[0].dtype.itemsize


def trap_222(x):
    return x.sum().item() * float(x.sum())


def trap_223(x):
    return x[0].tolist() + x[:1].tolist()[0]


def trap_224(x):
    return x[0] ** np.array([1, 2]) @ [1, 2]


def trap_225(x):
    return [x[0], 2] * 2


def trap_226(x):
    return (x[0],) + (1, 2)


def trap_227(x):
    return D * x[0] + x * D[0] - D / x


def trap_228(x):
    return x[0] * D.reshape(2, 2) @ x[:2]


def trap_229(x):
    return [3] * 2 @ x[:2] if False else [3, 2] @ x[:2]


def trap_230(x):
    return np.maximum.reduce(x) + np.add.reduce(x) + np.multiply.accumulate(x)[2]


def trap_231(x):
    return math.ulp(1.0) * x[0] + math.nextafter(1, 2) * x[1]


def trap_232(x):
    return x.max(initial=2) + x.min() + np.amax(x)


def trap_233(x):
    return x[None, :] @ x[:, None]


def trap_234(x):
    return x.T @ x + x.ravel() @ x.flatten()
