"""Every function of math, whole numbers made of values, truth values, errors, generators."""

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


def use_math_all1(x):
    a = abs(x[0]) + 0.1
    return [
        math.cbrt(x[0]),
        math.exp2(x[1]),
        math.expm1(x[2]),
        math.log1p(a),
        math.log2(a),
        math.log10(a),
        math.log(a, 3),
        math.gamma(a),
        math.lgamma(a),
        math.erf(x[3]),
        math.erfc(x[3]),
        math.fabs(x[1]),
        math.isqrt(17) * x[0],
        math.degrees(x[0]),
        math.radians(x[1]),
    ]


def use_math_all2(x):
    return [
        math.fmod(x[0], 0.37),
        math.remainder(x[1], 0.31),
        *math.modf(x[2] * 3),
        math.copysign(x[0], x[3]),
        math.copysign(2, x[1]),
        math.ldexp(x[0], 3),
        math.nextafter(2.0, 3.0) * x[0],
        math.trunc(x[0]) * x[1],
        math.ceil(x[2]) * x[3],
        math.floor(x[2]),
        math.dist([x[0], x[1]], [x[2], x[3]]),
        math.hypot(*x),
        math.hypot(x[0]),
        math.hypot(3, 4) * x[0],
        math.fsum(x),
        math.prod(x),
        math.prod([2, x[0]], start=3),
    ]


def use_frexp(x):
    m, e = math.frexp(x[0])
    return [m * x[1], e * x[2], math.ldexp(m, e)]


def use_math_pred(x):
    return [
        x[0] if math.isfinite(x[0]) and (not math.isnan(x[1])) and (not math.isinf(x[2])) else 0,
        x[1] * math.isclose(x[0], x[0] + 1e-12),
        x[2] * math.isclose(x[0], 0.0, abs_tol=1.0),
    ]


def use_math_trig(x):
    t = math.tanh(x[0]) * 0.9
    return [
        math.asin(t),
        math.acos(t),
        math.atan(x[1]),
        math.atanh(t),
        math.asinh(x[2]),
        math.acosh(1.5 + x[3] ** 2),
        math.sinh(x[0]),
        math.cosh(x[1]),
        math.tan(x[2] * 0.1),
        math.atan2(x[0], x[1]),
    ]


def use_math_ints(x):
    return (
        (math.gcd(12, 18) + math.lcm(4, 6) + math.comb(5, 2) + math.perm(5, 2) + math.factorial(4))
        * x[0]
        + math.tau * x[1]
        + math.e ** x[2]
        + math.inf**0
    )


def use_math_nan(x):
    return [x[0] if not math.isnan(v) else 0 for v in (math.nan, 1.0)]


def use_sumprod(x):
    return sum(map(operator.mul, x, reversed(x)))


def use_np_math_mix(x):
    return np.exp(math.sin(x[0])) * math.cos(np.tanh(x[1])) + np.hypot(x[2], math.fabs(x[3]))


from math import *


def use_star(x):
    return sin(x[0]) * cos(x[1]) + exp(-pow(x[2], 2)) + pi * sqrt(abs(x[3]) + e)


import math as _m

sine = _m.sin

TABLE = {"a": sine, "b": lambda v: v**2, "c": np.tanh, "d": abs}


def use_table(x):
    return [TABLE[k](v) for k, v in zip("abcd", x)]


F2 = [getattr(math, n) for n in "sin cos tanh".split()]


def use_flist(x):
    return [f(v) for f in F2 for v in x[:2]]


def use_range_int(x):
    return sum((math.sin(k * x[1]) for k in range(int(abs(x[0]) * 5))))


def use_range_round(x):
    s = 0.0
    for i in range(1, round(abs(x[2])) + 3, 2):
        s += x[0] / i
    return s


def use_index_int(x):
    return [1.0, 2.0, 5.0, 9.0][int(abs(x[0]))] * x[1] + D[int(abs(x[2]))]


def use_slice_int(x):
    k = int(abs(x[2])) + 1
    return [sum(x[:k]), sum(x[k:]), k * x[0]]


def use_in_list(x):
    return x[1] if x[0] in [0.9, 1.0] else x[2]


def use_in_range(x):
    return x[1] * (int(x[0]) in range(0, 2)) + x[2]


def use_in_set(x):
    return x[1] if int(x[0]) in {0, 1} else x[2]


def use_in_interval(x):
    return x[0] if 0 < x[0] < 1 <= x[2] else x[1] if -1 <= x[1] < 0 else x[3]


def use_eq(x):
    return [x[0] == x[1], x[0] != x[1], x[0] <= x[0], (x[0] == x[0]) * x[2]]


def use_dict_int_key(x):
    d = defaultdict(list)
    for v in x:
        d[int(math.floor(v))].append(v)
    return sum((math.prod(v) for v in d.values()))


def use_counter(x):
    c = Counter(("+" if v > 0.5 else "-" for v in x))
    return c["+"] * x[0] - c.get("-", 0) * x[1]


def use_set_len(x):
    return len({round(v) for v in x}) * x[0]


def use_bool_arith(x):
    a = float(x[0]) > 0.5
    b = math.sin(x[1]) > 0.2
    return [
        a + True,
        True + a,
        a + a,
        a * 3,
        a - b,
        -a,
        +b,
        ~a,
        a & b,
        a | b,
        a ^ b,
        a / 2,
        a**2,
        a // 1,
        int(a) + float(b),
        a << 1 if True else 0,
        (a + b) * x[2],
        abs(a),
        divmod(a, 2)[1],
        a == 1,
        a > b,
        not a,
    ]


def use_npbool(x):
    a = x[0] > 0.5
    b = x[1] > 0.2
    return [
        a + True,
        True + a,
        a + a,
        a * 3,
        a + 1,
        a * b,
        a & b,
        a | b,
        a ^ b,
        ~a,
        a / 2,
        np.sum([a, b]),
        a == b,
        a != b,
        a > b,
        (a + b) * x[2],
        int(a) - int(b),
        np.float64(a),
        a * 1.0,
        bool(a) + bool(b),
    ]


def use_npbool_eq(x):
    a = x[0] > 0.5
    return [
        x[1] if a == True else x[2],
        x[1] if a == 1 else x[2],
        x[1] if bool(a) is True else x[2],
        x[3] if a is True else x[0],
        x[3] if a is np.True_ else x[0],
    ]


def use_notb(x):
    return (not x[0] > 0.5) * x[1] + (x[0] > 0.5 and x[2]) + (x[1] or 3.0)


def use_sorted_multi(x):
    return [v for _, v in sorted(zip([2, 1, 2, 1], x))] + [
        a for a, _ in sorted(((-v, i) for i, v in enumerate(x)))
    ]


def use_median(x):
    s = sorted(x)
    n = len(s)
    return (s[n // 2] + s[(n - 1) // 2]) / 2


def use_index_of(x):
    l = list(x)
    return l.index(max(l)) * x[0] + l.index(x[1]) + l.count(x[2])


def use_remove(x):
    l = list(x)
    l.remove(min(l))
    l.pop()
    l.insert(0, 2.0)
    l.extend([x[0]] * 2)
    l.reverse()
    return l


def use_try_domain(x):
    out = []
    for v in x:
        try:
            out.append(math.log(v))
        except ValueError:
            out.append(v**3)
        else:
            out.append(1.0)
        finally:
            out.append(2 * v)
    return [sum(out), *out[:4], len(out) * x[0]]


def use_try_zero(x):

    def inv(v):
        try:
            return 1 / v
        except ZeroDivisionError:
            return 7.0

    return [inv(float(x[0]) - float(x[0])), inv(float(x[1])), inv(0)]


def use_try_overflow(x):
    try:
        return math.exp(x[0] * 1000)
    except OverflowError:
        return x[1]


def use_try_index(x):
    r = 0
    for i in range(10):
        try:
            r += x[i] * i
        except IndexError:
            break
    return r


def use_try_key(x):
    d = {0: x[0]}
    try:
        return d[1]
    except KeyError as e:
        return d[0] * (e.args[0] + 1)


def use_try_attr(x):
    try:
        return x.foo
    except AttributeError:
        return x[0] * x[1]


def use_try_type(x):
    try:
        return x[0] + "a"
    except TypeError:
        return x[1] * 2


def use_try_value(x):
    try:
        a, b = x
    except ValueError:
        a, b, *_ = x
    return a * b


def use_try_reraise(x):

    class E(Exception):
        def __init__(self, v):
            super().__init__(v)
            self.v = v

    try:
        try:
            raise E(math.sin(x[0]))
        except E as e:
            raise RuntimeError("x") from e
    except RuntimeError as e:
        return e.__cause__.v


def use_try_group(x):
    try:
        raise ExceptionGroup("g", [ValueError(x[0]), TypeError(x[1])])
    except* ValueError as g:
        a = g.exceptions[0].args[0]
    except* TypeError as g:
        b = g.exceptions[0].args[0]
    return a * b


def use_assert(x):
    assert x[0] < 100, f"bad {x[0]}"
    assert all((v < 100 for v in x)) and len(x) == 4
    return x[0] ** 2


def use_with_many(x):
    with (
        contextlib.suppress(ZeroDivisionError),
        contextlib.nullcontext(x[0]) as a,
        io.StringIO() as f,
    ):
        print(a, x, file=f)
        y = a / 0 if False else math.sin(a)
    return y


def use_with_errstate(x):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.log(np.abs(x)).sum()


def use_contextmanager(x):

    @contextlib.contextmanager
    def scaled(v):
        y = math.exp(v)
        try:
            yield y
        finally:
            acc.append(y * 2)

    acc = []
    with scaled(x[0]) as s:
        r = s * x[1]
    return [r, *acc]


def use_exitstack(x):
    acc = []
    with contextlib.ExitStack() as st:
        for v in x:
            st.callback(lambda v=v: acc.append(math.sin(v)))
    return acc


def use_generator_send(x):

    def avg():
        t, n, m = (0.0, 0, None)
        while True:
            v = yield m
            if v is None:
                return
            t += math.exp(v)
            n += 1
            m = t / n

    g = avg()
    next(g)
    return [g.send(v) for v in x]


def use_gen_return(x):

    def inner():
        yield x[0]
        yield x[1]
        return x[2] * 2

    def outer():
        r = yield from inner()
        yield r

    return list(outer())


def use_gen_throw(x):

    def g():
        try:
            yield 1
        except ValueError as e:
            yield math.sin(e.args[0])

    i = g()
    next(i)
    return i.throw(ValueError(x[0]))


def use_comps(x):
    return [
        sum({i: v**2 for i, v in enumerate(x)}.values()),
        sum((v for r in [[x[0], x[1]], [x[2]]] for v in r if v > 0.5)),
        len({v > 0.5 for v in [float(t) for t in x]}) * x[0],
        [[a * b for a in x] for b in x[:2]][1][3],
    ]


def use_walrus(x):
    return [(y := math.sin(x[0])), y**2, (z := (y * x[1])) + z] if (n := len(x)) > 3 else n


def use_del(x):
    d = {i: v for i, v in enumerate(x)}
    del d[0]
    y = x[0]
    z = y
    del y
    return [z, *d.values()]


def use_global(x):
    global GLOB
    GLOB = x[0] * 2

    def use():
        return math.sin(GLOB)

    return use()


CNT = [0]


def use_counter_global(x):
    CNT[0] += 1
    return x[0] * x[1]


def use_nonlocal(x):
    acc = 0.0

    def add(v):
        nonlocal acc
        acc += math.tanh(v)

    for v in x:
        add(v)
    list(map(add, x))
    return acc
