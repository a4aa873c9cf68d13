"""Short functions, each with one trap: classes, dataclasses, closures, arguments."""

import collections
import contextlib
import dataclasses
import enum
import functools
import math
import operator
import types
import typing
from dataclasses import dataclass, field


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


def trap_083(x):
    return (lambda *a, **k: sum(a) * k["z"])(*x, z=x[0])


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


def trap_089(x):
    return [f(x[0]) for f in (lambda v, k=k: math.sin(v * k) for k in range(3))]


def trap_090(x):
    return operator.methodcaller("sum")(x) * operator.attrgetter("size")(x)


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


def trap_179(x):
    return collections.namedtuple("N", "a b")(x[0], x[1]).a * 2


def trap_180(x):
    return typing.NamedTuple("N", [("a", float)])(x[0]).a


def trap_181(x):

    def f(a, b=2, /, c=3, *d, e=4, **g):
        return a * b + c * e + sum(d) + sum(g.values())

    return f(x[0]) + f(x[0], x[1], x[2], x[3], 1, e=x[1], h=x[2])
