"""Errors caught and raised, ``with``, generators, scopes."""

import contextlib
import io
import math
import warnings
from math import *

import numpy as np


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
