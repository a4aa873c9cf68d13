"""Methods: bound, static, stored, of classes, metaclasses, dataclasses and named tuples."""

import functools
import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np


def _helper(v, power=2):
    return math.sin(v) ** power


class _Model:
    scale = 2.0

    def __init__(self, shift):
        self.shift = shift
        self._hidden = math.exp(shift)
        self.__private = 3

    def value(self, v):
        return math.sin(v + self.shift) * self.scale * self.__own(v)

    def __own(self, v):
        return math.sqrt(v) * self.__private

    @classmethod
    def make(cls, v):
        return cls(math.log(v))

    @staticmethod
    def static(v):
        return math.cos(v)

    def __call__(self, v):
        return math.tanh(v) * self._hidden

    def objective(self, x):
        return self.value(x[0]) + self(x[1])


class _Child(_Model):
    def __init__(self, shift, extra):
        super().__init__(shift)
        self.extra = extra

    def value(self, v):
        return super().value(v) + math.exp(self.extra)


_MODEL = _Model(0.3)


def bound_method(x):
    f = _MODEL.value
    return f(x[0]) + _MODEL.value(x[1])


def callable_object(x):
    return _MODEL(x[0])


def callable_in_list(x):
    return sum(f(v) for f, v in zip([_MODEL, _MODEL.value, _helper, _Model.static], x))


def class_constructed(x):
    return _Model(x[0]).value(x[1])


def super_call(x):
    return _Child(0.2, x[0]).value(x[1])


def classmethod_static(x):
    return _Model.make(x[0]).value(x[1]) + _MODEL.static(x[2])


def method_dispatch(x):
    return sum(o.value(v) for o, v in zip([_MODEL, _Child(0.1, 0.2)], x))


def stored_method(x):
    class Holder:
        pass

    h = Holder()
    h.f = _MODEL.value
    h.g = math.sin
    return h.f(x[0]) * h.g(x[1])


def class_inside(x):
    class Base:
        def f(self, v):
            return math.sin(v)

    class Derived(Base):
        def f(self, v):
            return super().f(v) + math.cos(v) * x[1]

    return Derived().f(x[0])


def getattr_method(x):
    return getattr(_MODEL, "val" + "ue")(x[0]) * getattr(math, "sin")(x[1])


def unbound_method(x):
    return _Model.value(_MODEL, x[0]) * float.__mul__(2.0, 3.0)


@dataclass
class _Vector:
    a: float
    b: float = 1.0
    items: list = field(default_factory=list)

    def norm(self):
        return math.hypot(self.a, self.b)


def dataclass_method(x):
    return _Vector(x[0], x[1]).norm() * _Vector(b=x[2], a=1.0).norm()


@dataclass(frozen=True, slots=True)
class _Scaled:
    a: float
    double: float = field(init=False, default=0.0)
    workspace: np.ndarray = field(default_factory=lambda: np.zeros(2), compare=False)

    def __post_init__(self):
        object.__setattr__(self, "double", math.sin(self.a) * 2)
        self.workspace[0] = self.a


def dataclass_post_init(x):
    s = _Scaled(x[0])
    return s.double * s.workspace[0]


class _Point(NamedTuple):
    a: float
    b: float

    def length(self):
        return math.hypot(self.a, self.b)


def named_tuple(x):
    p = _Point(x[0], b=x[1])
    a, b = p
    return p.length() * p._replace(a=2.0).length() + a * b


class _Slots:
    __slots__ = ("v",)

    def __init__(self, v):
        self.v = math.exp(v)


def slots(x):
    return _Slots(x[0]).v + _Slots(1.0).v


class _New(float):
    def __new__(cls, v):
        return super().__new__(cls, math.floor(v))


class _Tagged:
    def __new__(cls, *args):
        made = super().__new__(cls)
        made.tag = math.sin(args[0])
        return made

    def __init__(self, v):
        self.v = v


def new_method(x):
    t = _Tagged(x[0])
    return t.tag * t.v * _New(2.7)


class _Meta(type):
    def __call__(cls, *args):
        made = super().__call__(*args)
        made.extra = math.exp(made.v)
        return made


class _WithMeta(metaclass=_Meta):
    def __init__(self, v):
        self.v = math.sin(v)


def metaclass_call(x):
    return _WithMeta(x[0]).extra


class _Static:
    sin = staticmethod(math.sin)
    cos = math.cos
    twice = functools.partialmethod(lambda self, k, v: k * math.exp(v), 2)


def functions_as_class_attributes(x):
    return _Static.sin(x[0]) * _Static().cos(x[1]) + _Static().twice(x[2])


IDIOMS = {
    "object_problem": _MODEL.objective,
    "partial_problem": functools.partial(lambda k, x: math.sin(x[0]) * k, 3),
    "lambda_problem": lambda x: math.sin(x[0]),
    "callable_problem": _Static.sin
    and type("_C", (), {"__call__": lambda self, x: math.exp(x[0])})(),
}
