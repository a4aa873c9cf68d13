"""Models as classes: methods, inheritance, dataclasses, named tuples, cached properties."""

import abc
import functools
import math
import typing
from dataclasses import asdict, astuple, dataclass, field, replace

import numpy as np


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
