"""Tools of functools and itertools, structural matching."""

import functools
import itertools
import math
import operator

import numpy as np


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
