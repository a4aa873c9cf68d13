"""Everything that can be called: helpers, closures, methods, partials, decorators."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np


def _helper(v, power=2):
    return math.sin(v) ** power


def helper(x):
    return _helper(x[0]) + _helper(x[1], power=3)


def helper_with_array(x):
    def residual(v):
        out = np.zeros(2)
        out[0] = math.exp(v)
        out[1] = float(v) ** 2
        return out

    return residual(x[0]) * residual(x[1])


def nested_def(x):
    def inner(v):
        def innermost(w):
            return math.cos(w) * scale

        return innermost(v) + 1

    scale = x[3]
    return inner(x[0]) * inner(x[1])


def lambdas(x):
    f = lambda v: math.sin(v)
    return f(x[0]) + (lambda v, k=2: math.cos(v) * k)(x[1])


_first, _second = lambda v: math.sin(v), lambda v: math.cos(v)


def two_lambdas_one_line(x):
    return _first(x[0]) + 2 * _second(x[1])


_LAMBDAS = {
    "a": lambda v: math.exp(v),
    "b": (
        lambda v: math.log(
            v,
        )
    ),
}


def lambdas_in_table(x):
    return _LAMBDAS["a"](x[0]) * _LAMBDAS["b"](x[1])


def _make(scale):
    import math as own

    def scaled(v):
        return own.sin(v) * scale

    return scaled


_SCALED = _make(3.0)


def closure_with_import(x):
    return _SCALED(x[0]) * _make(x[2])(x[1])


def import_inside(x):
    import math as local
    from math import cos

    return local.sin(x[0]) * cos(x[1])


def nonlocal_counter(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += math.sin(v)

    for v in x:
        add(v)
    return total


def closures_over_loop(x):
    late = [lambda: math.sin(x[i]) for i in range(3)]
    early = [lambda i=i: math.sin(x[i]) for i in range(3)]
    return [f() for f in late] + [f() for f in early]


def partials(x):
    half = functools.partial(_helper, power=0.5)
    root = functools.partial(math.pow, x[0])
    return half(x[1]) * root(2) * functools.partial(functools.partial(_helper), x[2])()


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


def recursion(x):
    def depth(n, v):
        return math.sin(v) if n == 0 else depth(n - 1, v * 0.9) + 1

    return depth(20, x[0])


def _even(n, v):
    return v if n == 0 else math.sin(_odd(n - 1, v))


def _odd(n, v):
    return _even(n - 1, v) * 1.1


def mutual_recursion(x):
    return _even(6, x[0])


def default_args(x, f=math.sin, table={"a": math.cos}, k=np.float64(2)):
    return f(x[0]) * table["a"](x[1]) * k


def mutable_default(x):
    def collect(v, into=[]):
        into.append(math.sin(v))
        return sum(into)

    return collect(x[0]) + collect(x[1])


def keyword_only(x):
    def f(a, /, b, *, c=1.0, **rest):
        return math.sin(a) * b + c * rest["d"]

    return f(x[0], x[1], c=x[2], d=x[3])


def star_args(x):
    def f(*args, **kwargs):
        return math.hypot(*args) * kwargs["k"]

    return f(*x, k=2) + math.atan2(*x[:2]) + max(*x)


def generator(x):
    def terms(scale=1.0):
        for v in x:
            yield math.cos(v) * scale

    def both():
        yield from terms()
        yield from terms(2)

    return sum(both())


def generator_send(x):
    def averager():
        total, n = 0.0, 0
        value = yield
        while True:
            total, n = total + math.exp(value), n + 1
            value = yield total / n

    g = averager()
    next(g)
    return [g.send(v) for v in x]


def generator_state(x):
    def fibonacci(a, b):
        while True:
            yield a
            a, b = b, math.sin(a) + b

    from itertools import islice

    return list(islice(fibonacci(x[0], x[1]), 6))


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


def callback_argument(x):
    def integrate(f, a, b, n=8):
        h = (b - a) / n
        return h * sum(f(a + (k + 0.5) * h) for k in range(n))

    return integrate(math.sin, 0.0, x[0]) + integrate(lambda t: math.exp(-t * x[1]), 0, 1)


def compose(x):
    def compose_two(f: Callable, g: Callable) -> Callable:
        return lambda v: f(g(v))

    return functools.reduce(compose_two, [math.sin, math.exp, abs])(x[0])


def annotations(x: np.ndarray) -> "np.ndarray":
    def f(v: float = 1.0, *, w: "list[float] | None" = None) -> float:
        y: float = math.sin(v)
        return y

    return f(x[0])


def function_attributes(x):
    def f(v):
        f.calls += 1
        return math.sin(v) * f.calls

    f.calls = 0
    return f(x[0]) + f(x[1])


def returns_function(x):
    def pick(flag):
        return math.sin if flag else math.cos

    return pick(True)(x[0]) + pick(False)(x[1])


def immediately_called(x):
    return (
        (lambda: math.sin(x[0]))() + [math.exp][0](x[1]) + (math.cos if len(x) > 2 else abs)(x[2])
    )


_PIECES = [lambda x: math.sin(x[0]), lambda x: math.exp(x[1])]
_SIGNED = [lambda x, f=f, s=s: s * f(x) for f in _PIECES for s in (1, -2)]
_LATE = {k: (lambda x, f=f: f(x) + f(x)) for k, f in enumerate(_PIECES)}


def lambdas_of_comprehensions(x):
    generated = ((lambda x, f=f: 3 * f(x)) for f in _PIECES)
    return [f(x) for f in _SIGNED] + [f(x) for f in _LATE.values()] + [f(x) for f in generated]


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
    "decorated_problem": _twice(lambda x: math.sin(x[0])),
    "cached_problem": np.vectorize(math.sin),
}
