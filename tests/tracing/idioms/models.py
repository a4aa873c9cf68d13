"""Models as classes, functional tools, matching, algorithms written out by hand."""

import abc, bisect, cmath, collections, contextlib, copy, dataclasses, datetime, decimal, enum, fractions, functools, heapq, io, itertools, json, logging, math, numbers, operator, os, pathlib, random, re, statistics, string, sys, textwrap, threading, time, types, typing, warnings, weakref

from collections import (
    Counter,
    OrderedDict,
    defaultdict,
    deque,
    namedtuple,
    UserDict,
    UserList,
    UserString,
)

from dataclasses import dataclass, field, asdict, astuple, replace

from typing import *

import numpy as np

log = logging.getLogger(__name__)

D = np.array([0.5, 1.5, 2.5, 3.5])


class Tank:
    def __init__(self, area, level):
        self.area, self.level, self.log = (area, level, [])

    def step(self, q, dt=0.1):
        out = 0.3 * math.sqrt(abs(self.level) + 0.001)
        self.level += dt * (q - out) / self.area
        self.log.append(self.level)
        return self

    @property
    def volume(self):
        return self.area * self.level

    def __repr__(self):
        return f"Tank({self.level:.3f})"


def use_tank(x):
    t = Tank(2.0, x[0])
    for q in x[1:]:
        t.step(q).step(q, dt=0.05)
    return [t.volume, *t.log]


class Plant:
    instances = 0
    registry = {}

    def __init__(self, name, **kw):
        type(self).instances += 1
        self.name = name
        for k, v in kw.items():
            setattr(self, k, v)
        Plant.registry[name] = self

    def __getattr__(self, name):
        if name.startswith("log_"):
            return math.log(abs(getattr(self, name[4:])) + 1)
        raise AttributeError(name)


def use_getattr(x):
    p = Plant("a", u=x[0], v=x[1])
    return p.log_u * p.log_v + Plant.registry["a"].u


class Chain:
    def __init__(self, v):
        self.v = v

    def sin(self):
        self.v = math.sin(self.v)
        return self

    def scale(self, k):
        self.v *= k
        return self

    def then(self, f):
        self.v = f(self.v)
        return self


def use_fluent(x):
    return Chain(x[0]).sin().scale(x[1]).then(math.exp).then(lambda v: v - x[2]).v


class Base(abc.ABC):
    @abc.abstractmethod
    def cost(self, v): ...

    def total(self, xs):
        return sum(map(self.cost, xs))


class Quad(Base):
    def cost(self, v):
        return v**2


class Huber(Base):
    def __init__(self, d):
        self.d = d

    def cost(self, v):
        return 0.5 * v * v if abs(v) <= self.d else self.d * (abs(v) - 0.5 * self.d)


def use_polymorphic(x):
    return [m.total(x) for m in (Quad(), Huber(0.8), Huber(0.2))]


class Vec(typing.NamedTuple):
    x: float
    y: float

    def __add__(self, o):
        return Vec(self.x + o.x, self.y + o.y)

    def norm(self):
        return math.hypot(self.x, self.y)

    @property
    def angle(self):
        return math.atan2(self.y, self.x)

    @classmethod
    def polar(cls, r, a):
        return cls(r * math.cos(a), r * math.sin(a))


def use_namedtuple_class(x):
    v = Vec(x[0], x[1]) + Vec.polar(x[2], x[3])
    a, b = v
    return [v.norm(), v.angle, a * b, v._replace(x=x[3]).norm()]


@dataclass(order=True)
class Item:
    key: float
    w: float = field(compare=False, default=1.0)


def use_dataclass_order(x):
    items = sorted((Item(v, w) for v, w in zip(x, D)))
    return [i.key * i.w for i in items] + [max(items).w, min(items).key]


@dataclass
class Cfg:
    a: float = 1.0
    b: list = field(default_factory=list)
    c: "Cfg | None" = None


def use_asdict(x):
    c = Cfg(x[0], [x[1], x[2]], Cfg(x[3]))
    d = asdict(c)
    e = replace(c, a=x[1] * 2)
    return d["a"] * d["b"][1] + d["c"]["a"] + sum(astuple(e)[1]) + e.a


@dataclass(frozen=True, slots=True)
class P2:
    a: float
    b: float

    def __post_init__(self):
        object.__setattr__(self, "a", math.exp(self.a))


def use_frozen_post(x):
    p = P2(x[0], x[1])
    return p.a * p.b


@dataclass(unsafe_hash=True)
class Key:
    a: int
    b: str = "x"


def use_hash_dataclass(x):
    d = {Key(1): x[0], Key(2): x[1]}
    return d[Key(1)] * math.sin(d[Key(2)])


def use_reduce_init(x):
    return functools.reduce(lambda a, v: math.sin(a) + v * a, x, 1.0)


def use_partial_kw(x):
    f = functools.partial(lambda a, *, k, m=1: math.tanh(a * k) * m, k=2.0)
    g = functools.partial(f, m=x[1])
    return g(x[0]) + f(x[2])


@functools.singledispatch
def area(s):
    raise NotImplementedError(type(s))


@area.register
def _(s: float):
    return math.pi * s**2


@area.register(list)
def _(s):
    return sum((area(float(v)) for v in s))


@area.register(tuple)
def _(s):
    return math.prod(s)


def use_singledispatch(x):
    return [area(float(x[0])), area(list(x)), area(tuple(x)), area(x[1])]


class Lazy:
    def __init__(self, x):
        self.x = x

    @functools.cached_property
    def s(self):
        return sum((math.sin(v) for v in self.x))

    @functools.cached_property
    def t(self):
        return self.s**2 + math.cos(self.s)


def use_cached_property(x):
    l = Lazy(x)
    return [l.t, l.s, l.t * l.s]


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@functools.cache
def coef(n):
    return math.exp(-n) / math.factorial(n)


def use_lru_data(x):
    return sum((coef(k) * v**k for k, v in enumerate(x, 1))) + fib(30) * 1e-06 * x[0]


def use_lru_traced(x):

    @functools.lru_cache
    def f(v):
        return v * 2

    return f(2.0) * x[0]


def memo(f):
    cache = {}

    @functools.wraps(f)
    def g(n, x):
        if n not in cache:
            cache[n] = f(n, x)
        return cache[n]

    return g


def use_memo_decorator(x):

    @memo
    def cheb(n, t):
        return 1.0 if n == 0 else t if n == 1 else 2 * t * cheb(n - 1, t) - cheb(n - 2, t)

    return cheb(6, math.cos(x[0])) + cheb(3, 0)


def use_pairwise(x):
    return [math.exp(b - a) for a, b in itertools.pairwise(x)]


def use_combos(x):
    return [
        sum((a * b for a, b in itertools.combinations(x, 2))),
        sum((math.sin(a - b) for a, b in itertools.permutations(x, 2))),
        sum((a * b for a, b in itertools.combinations_with_replacement(x, 2))),
    ]


def use_accumulate_initial(x):
    return list(itertools.accumulate(x, operator.mul, initial=2.0)) + list(itertools.accumulate(x))


def use_tee_chain(x):
    a, b = itertools.tee((math.exp(v) for v in x))
    next(b)
    return [q / p for p, q in zip(a, b)] + list(itertools.chain(x[:1], [x[2]]))


def use_takewhile(x):
    return (
        sum(itertools.takewhile(lambda v: v < 1.0, x))
        + sum(itertools.dropwhile(lambda v: v < 0.8, x)) * 0.1
    )


def use_groupby_idx(x):
    return [sum((x[i] for i in g)) for _, g in itertools.groupby(range(4), key=lambda i: i // 2)]


def use_product_sum(x):
    return sum(
        (
            x[i] * x[j] * math.sin(k)
            for i, j, k in itertools.product(range(2), range(2, 4), range(3))
        )
    )


def use_count(x):
    return sum((v / k for v, k in zip(x, itertools.count(1)))) + sum(
        (v * k for v, k in zip(x, itertools.repeat(3)))
    )


def use_starmap(x):
    return list(itertools.starmap(pow, [(x[0], 2), (2, x[1]), (abs(x[2]), x[3])]))


def use_filterfalse(x):
    return sum(itertools.filterfalse(lambda v: v > 1, x))


def use_batched(x):
    return [a * b for a, b in zip(*[iter(x)] * 2)]


def use_match_seq(x):
    match (x[:2], [x[2], x[3]]):
        case [_, [a, b]] if a > b:
            return a * b
        case [v, [a, *rest]]:
            return a + rest[0] * v[0]


def use_match_class(x):
    out = 0.0
    for o in (Vec(x[0], x[1]), P2(x[2], 1.0), 3, "s", {"k": x[3]}, None, [1, 2, x[0]]):
        match o:
            case Vec(x=a, y=b):
                out += a * b
            case P2(a=a):
                out += math.log(a) * 2
            case int():
                out += o * x[0]
            case str() as s:
                out += len(s) * x[1]
            case {"k": v, **rest}:
                out += v**3
            case None:
                out *= 2
            case [1, _, z]:
                out += z
    return out


def use_match_float(x):
    match x[0]:
        case 0.9:
            return x[1]
        case float() as v if v > 1:
            return v * x[2]
        case np.float64():
            return x[3]


def use_match_or(x):
    r = 0
    for k in ("sin", "cos", "exp", "other"):
        match k:
            case "sin" | "cos" as n:
                r += getattr(math, n)(x[0])
            case "exp":
                r += math.exp(x[1])
            case _:
                r *= x[2]
    return r


def use_newton(x):
    y = 1.0
    for _ in range(50):
        f = y**3 + x[0] * y - 2 - x[1] ** 2
        d = f / (3 * y**2 + x[0])
        y -= d
        if abs(d) < 1e-14:
            break
    return y


def use_while_count(x):
    n, s = (0, abs(x[0]) + 0.1)
    while s < 10:
        s *= 1.7
        n += 1
    else:
        s += x[1]
    return [s, n * x[1]]


def use_fixed_point(x):
    y = 0.5
    k = 0
    while True:
        z = math.cos(y) * 0.5 + x[0] * 0.1
        k += 1
        if math.isclose(y, z, rel_tol=1e-12):
            break
        if k > 100:
            raise RuntimeError("no")
        y = z
    return z * x[1]


def use_simpson_adaptive(x):

    def f(t):
        return math.exp(-x[0] * t) * math.sin(x[1] * t)

    def s(a, b):
        return (b - a) / 6 * (f(a) + 4 * f((a + b) / 2) + f(b))

    def rec(a, b, eps, whole, depth):
        m = (a + b) / 2
        l, r = (s(a, m), s(m, b))
        d = l + r - whole
        if abs(d) <= 15 * eps or depth <= 0:
            return l + r + d / 15
        return rec(a, m, eps / 2, l, depth - 1) + rec(m, b, eps / 2, r, depth - 1)

    return rec(0.0, 2.0, 1e-05, s(0.0, 2.0), 8)


def use_sort_bubble(x):
    a = list(x)
    for i in range(len(a)):
        for j in range(len(a) - 1 - i):
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = (a[j + 1], a[j])
    return a


def use_quicksort(x):

    def qs(a):
        if len(a) <= 1:
            return list(a)
        p, *r = a
        return qs([v for v in r if v < p]) + [p] + qs([v for v in r if v >= p])

    return qs(x)


def use_heap(x):
    h = list(x)
    heapq.heapify(h)
    heapq.heappush(h, x[0] * x[1])
    return (
        [heapq.heappop(h) for _ in range(5)]
        + heapq.nlargest(2, x)
        + heapq.nsmallest(2, x, key=lambda v: -v)
    )


def use_insort(x):
    a = []
    for v in x:
        bisect.insort(a, v)
    return a


def use_floyd(x):
    w = {(0, 1): x[0] ** 2, (1, 2): x[1] ** 2, (0, 2): x[2] ** 2, (2, 3): x[3] ** 2}
    d = {(i, j): 0.0 if i == j else w.get((i, j), math.inf) for i in range(4) for j in range(4)}
    for k in range(4):
        for i in range(4):
            for j in range(4):
                d[i, j] = min(d[i, j], d[i, k] + d[k, j])
    return [d[0, 3], d[0, 2], d[1, 3]]


def use_dijkstra(x):
    g = {0: [(1, abs(x[0])), (2, abs(x[1]) + 1)], 1: [(3, abs(x[2]))], 2: [(3, abs(x[3]))], 3: []}
    dist = {0: 0.0}
    q = [(0.0, 0)]
    while q:
        d, u = heapq.heappop(q)
        if d > dist.get(u, math.inf):
            continue
        for v, w in g[u]:
            if d + w < dist.get(v, math.inf):
                dist[v] = d + w
                heapq.heappush(q, (dist[v], v))
    return [dist[k] for k in sorted(dist)]


def use_dp_knap(x):
    best = [0.0] * 6
    for w, v in zip((1, 2, 3, 2), x):
        for c in range(5, w - 1, -1):
            best[c] = max(best[c], best[c - w] + v**2)
    return best


def use_edit(x):
    t = [[0.0] * 4 for _ in range(4)]
    for i in range(1, 4):
        for j in range(1, 4):
            t[i][j] = min(
                t[i - 1][j] + x[0] ** 2,
                t[i][j - 1] + x[1] ** 2,
                t[i - 1][j - 1] + (x[i] - x[j]) ** 2,
            )
    return t[3][3]
