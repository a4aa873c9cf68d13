"""Functions that can be called: helpers, lambdas, closures, partials, generators."""

import functools
import math
from collections.abc import Callable

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


def vectorized_with_options(x):
    @np.vectorize(otypes=[float])
    def branched(a, power=2):
        return math.exp(a) if a > 0.8 else a**power

    @np.vectorize(signature="(n)->()")
    def length(v):
        return np.sqrt(v @ v)

    return branched(x, power=3).sum() + length(np.outer(x, x[:2])).sum()
