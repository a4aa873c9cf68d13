"""Compiled text, caches of the last point, executors, tables and splines, arrays in place."""

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

import asyncio, concurrent.futures, queue, inspect


def use_async(x):

    async def f(v):
        return math.sin(v)

    async def g():
        r = await asyncio.gather(*(f(v) for v in x))
        return sum(r)

    return asyncio.run(g())


def use_async_gen(x):

    async def ag():
        for v in x:
            yield math.exp(v)

    async def g():
        return [v async for v in ag()]

    return asyncio.run(g())


def use_pool(x):
    with concurrent.futures.ThreadPoolExecutor(2) as ex:
        return list(ex.map(math.sin, x))


def use_pool_submit(x):
    with concurrent.futures.ThreadPoolExecutor(2) as ex:
        return [ex.submit(lambda v: v**2, v).result() for v in x]


def use_newton_scipy(x):
    from scipy.optimize import newton

    return newton(lambda t: t**3 - abs(x[0]), 1.0)


def use_interp1d(x):
    from scipy.interpolate import interp1d

    return interp1d([0, 1, 2, 3], [0, 1, 4, 9], fill_value="extrapolate")(x[0])


def use_cubicspline(x):
    from scipy.interpolate import CubicSpline

    return CubicSpline([-3, 0, 1, 2, 3], [0, 1, 4, 9, 3])(x[0])


def use_norm_pdf(x):
    from scipy.stats import norm

    return norm.pdf(x[0]) + norm.cdf(x[1]) + norm.logpdf(x[2])


def use_special(x):
    from scipy import special

    return [
        special.erf(x[0]),
        special.expit(x[1]),
        special.logsumexp(x),
        special.gammaln(abs(x[0]) + 1),
        special.xlogy(abs(x[0]), abs(x[1])),
    ]


def use_complex_real(x):
    return [
        x[0].real,
        x[1].imag,
        x[0].conjugate(),
        np.real(x[0]),
        np.imag(x[1]),
        np.conj(x[2]),
        x.real[0],
        x.imag[1],
    ]


RNG = np.random.default_rng(3)


def use_rand6(x):
    return random.Random(1).random() * x[0] + np.random.default_rng(2).normal(size=4) @ x


def use_rand7(x):
    random.seed(1)
    return random.gauss(0, 1) * x[0]


def use_perf(x):
    t = time.perf_counter()
    y = math.sin(x[0])
    dt = time.perf_counter() - t
    return y


def use_id(x):
    return (id(x) % 7 >= 0) * x[0]


def use_unique(x):
    return np.unique(x).sum()


def use_lru_x(x):

    @functools.lru_cache
    def f(v):
        return math.sin(v)

    return f(x[0]) + f(x[0]) * f(x[1])


CACHE = {}


def use_cache_by_str(x):
    k = f"{x[0]:.6f}"
    d = {}
    d[k] = x[1]
    return d[k]


def use_isint(x):
    return x[0].is_integer() * x[1] + x[0]


def use_deepcopy(x):
    return copy.deepcopy({"a": [x, x[0]]})["a"][1] * copy.copy(x)[1]


def use_matrix(x):
    return (np.matrix([[x[0], x[1]], [1, 2]]) @ np.matrix([[1.0], [2.0]]))[0, 0]


def use_matrix_data(x):
    return (
        (np.matrix([[1.0, 2], [3, 4]]) * np.array([[x[0]], [x[1]]])).A1
        if False
        else np.asarray(np.matrix([[1.0, 2], [3, 4]])) @ x[:2]
    )


def use_masked(x):
    return np.ma.masked_array(x, mask=[0, 1, 0, 0]).sum()


def use_masked2(x):
    return np.ma.masked_where(x > 1, x).sum()


def use_recarray(x):
    r = np.array([(1.0, 2), (3.0, 4)], dtype=[("a", float), ("b", int)])
    return r["a"][0] * x[0] + r[1]["b"] * x[1] + sum((q["a"] * v for q, v in zip(r, x)))


def use_asint(x):
    return x.astype(int) * x


def use_arr_int_assign(x):
    a = np.zeros(3, dtype=int)
    a[0] = x[0] * 3
    return a


def use_arr_obj(x):
    a = np.empty(3, dtype=object)
    a[0] = x[0]
    a[1] = [x[1], 2]
    a[2] = 3
    return a[0] * a[1][0] * a[2]


def use_arr_bool(x):
    a = np.zeros(4, bool)
    a[1] = x[1] > 0.5
    a[2] = True
    return x[a].sum() + np.where(a, x, 0).sum()


def use_full_int(x):
    a = np.full(3, 2)
    b = np.ones(3, int) * x[0]
    return a * b


def use_inplace_data(x):
    d = D.copy()
    d *= 2
    d += x
    return d


D2 = np.zeros(4)


def use_iadd_list(x):
    l = [0.0] * 4
    for i in range(4):
        l[i] += x[i] * 2
        l[i] *= l[i - 1] + 1
    return l


def use_iadd_scalar(x):
    s = 0
    s += x[0]
    s -= 2
    s *= x[1]
    s /= 3
    s **= 2
    s //= 0.01
    s %= 5
    return s + x[0]


def use_iadd_alias(x):
    a = x[:2]
    b = a
    a += 1
    a = a * 2
    return [*a, *b, *x]


def use_imatmul(x):
    m = np.eye(4)
    m = m @ np.diag(x)
    m @= np.ones((4, 4))
    return m.sum(axis=1)


def use_slice_assign(x):
    l = [0] * 4
    l[1:3] = [x[0], x[1]]
    l[::2] = x[2:]
    del l[0]
    return l


def use_star_unpack(x):
    a, *b, c = x
    (d, e), f = ([x[0], x[1]], x[2])
    return [a * c, *b, d * e * f]


def use_chained_assign(x):
    a = b = [x[0]]
    a.append(x[1])
    return b


def use_cond_chain(x):
    return x[0] if x[0] > 1 else x[1] if x[1] > 0.5 else x[2] if x[2] < 1 else x[3]


def use_early(x):
    for i, v in enumerate(x):
        if v < 0.5:
            return v * i
        if i == 2:
            break
    else:
        return 99.0
    return x.sum()


def use_forelse(x):
    for v in x:
        if v > 100:
            break
    else:
        return x[0] * 2
    return 1


def use_while_else(x):
    i = 0
    while i < 4:
        if x[i] < 0:
            i += 1
            continue
        if x[i] > 1.3:
            break
        i += 1
    else:
        return -x[0]
    return x[i] * i


def use_nested_break(x):
    s = 0
    for i in range(4):
        for j in range(4):
            if x[i] < x[j]:
                break
            s += x[i] * x[j]
        else:
            s *= 2
    return s


def use_lambda_default(x):
    return [(lambda a, b=x[1]: a * b)(v) for v in x]


def use_closure_late(x):
    fs = [lambda: v**2 for v in x]
    return [f() for f in fs]


def use_kwonly(x):

    def f(a, /, b, *, c=1, **k):
        return a * b + c + k.get("d", 0)

    return f(x[0], b=x[1], c=x[2], d=x[3]) + f(*x[:2]) + f(x[0], **{"b": 2, "d": x[1]})


def use_argclinic(x):
    return (
        np.sum(a=x)
        + sum(x, start=x[0])
        + round(number=x[1], ndigits=1)
        + sorted(x, reverse=True)[0]
        + int("3") * x[0]
        + float("2.5") * x[1]
        + complex(1).real * x[2]
    )


log = logging.getLogger(__name__)

D = np.array([0.5, 1.5, 2.5, 3.5])


class Shared:
    """caches last x like SciPy users do"""

    def __init__(self):
        self.x = None
        self.n = 0

    def upd(self, x):
        if self.x is None or not np.array_equal(self.x, x):
            self.x = np.array(x, copy=True)
            self.y = [math.sin(v) for v in x]
            self.n += 1

    def f(self, x):
        self.upd(x)
        return self.y[0] * self.y[1]

    def g(self, x):
        self.upd(x)
        return [v * 2 for v in self.y]


S = Shared()


def use_shared(x):
    return [S.f(x), *S.g(x)]


class Shared2(Shared):
    def upd(self, x):
        if self.x is None or (self.x != x).any():
            self.x = x.copy()
            self.y = [math.exp(v) for v in x]


S2 = Shared2()


def use_shared2(x):
    return [S2.f(x), *S2.g(x)]


class Shared3(Shared):
    def upd(self, x):
        if self.x is None or not np.all(self.x == x):
            self.x = x.copy()
            self.y = [math.exp(v) for v in x]


S3 = Shared3()


def use_shared3(x):
    return [S3.f(x), *S3.g(x)]


class Shared4(Shared):
    def upd(self, x):
        t = tuple(x)
        if t != self.x:
            self.x = t
            self.y = [math.exp(v) for v in x]


S4 = Shared4()


def use_shared4(x):
    return [S4.f(x), *S4.g(x)]


class Shared5(Shared):
    def upd(self, x):
        if self.x is None or not np.allclose(self.x, x, rtol=0, atol=0):
            self.x = x.copy()
            self.y = [math.exp(v) for v in x]


S5 = Shared5()


def use_shared5(x):
    return [S5.f(x), *S5.g(x)]


@functools.lru_cache(maxsize=8)
def _comp(t):
    return [math.sin(v) * t[0] for v in t]


def use_lru_shared(x):
    return [_comp(tuple(x))[0] * 2, *_comp(tuple(x))]


def use_lru_floats(x):
    return _comp(tuple((float(v) for v in x)))


class LruM:
    @functools.lru_cache
    def go(self, a, b=1):
        return math.sin(a) * b


LM = LruM()


def use_lru_method(x):
    return LM.go(x[0]) + LM.go(x[1], b=2) + LM.go(x[0])


def use_step_keys(x):
    d = {}
    for v in x:
        d.setdefault(round(v, 0), []).append(v)
    c = Counter(np.sign(x))
    e = {k: 1.5 for k in (-1.0, 0.0, 1.0)}
    return [
        sum((math.prod(v) for v in d.values())),
        c[1.0] * x[0],
        e[np.sign(x[1])] * x[1],
        {v // 1 for v in x}.__len__() * x[2],
        {0.0: 2.0, 1.0: 3.0}.get(x[0] // 1, 9.0) * x[3],
        (np.floor(x[0]) in {0.0, 2.0}) * x[0],
    ]


def use_shift(x):
    a = float(x[0]) > 0.5
    b = math.sin(x[1]) > 0.2
    return [(a << 1) * x[0], (1 << a) * x[1], (a << 1 | b) * x[2], a >> 0]


def use_is_np(x):
    a = x[0] > 0.5
    return [
        x[1] if a is np.True_ else x[2],
        x[1] if a is True else x[2],
        x[1] if a is not np.False_ else x[2],
    ]


def use_npbool_sub(x):
    try:
        return ((x[0] > 0.5) - (x[1] > 0.5)) * x[0]
    except TypeError:
        return x[1]


def use_npbool_neg(x):
    try:
        return -(x[0] > 0.5) * x[0]
    except TypeError:
        return x[1]


def use_npbool_arr_sub(x):
    try:
        return ((x > 0.5) - (x > 1)) * x[0]
    except TypeError:
        return x[1]


def use_fraction(x):
    return [float(fractions.Fraction(1, 3)) * x[0], decimal.Decimal("0.5") and x[1]]


def use_opcall(x):
    return operator.call(math.sin, x[0]) + operator.call(lambda a, b: math.exp(a) * b, x[0], b=x[1])


def use_interp1d(x):
    from scipy.interpolate import interp1d

    return [
        interp1d([-3, 0, 1, 2, 3], [0, 1, 4, 9, 1], fill_value="extrapolate")(x[0]),
        interp1d([-3, 0, 1, 2, 3], [0, 1, 4, 9, 1], kind="cubic", fill_value="extrapolate")(x[1]),
        interp1d([-3, 0, 1, 2, 3], [0, 1, 4, 9, 1], bounds_error=False, fill_value=(2.0, 3.0))(
            x
        ).sum(),
    ]


def use_cubic(x):
    from scipy.interpolate import (
        CubicSpline,
        PchipInterpolator,
        Akima1DInterpolator,
        UnivariateSpline,
        InterpolatedUnivariateSpline,
        BSpline,
        make_interp_spline,
        splrep,
        splev,
    )

    t, y = ([-3.0, 0, 1, 2, 3], [0.0, 1, 4, 9, 3])
    c = CubicSpline(t, y)
    return [
        c(x[0]),
        c(x[0], 1),
        c.derivative()(x[1]),
        *PchipInterpolator(t, y)(x),
        Akima1DInterpolator(t, y)(x[2]),
        InterpolatedUnivariateSpline(t, y)(x[0]),
        make_interp_spline(t, y)(x[1]),
        splev(x[2], splrep(t, y)),
        UnivariateSpline(t, y, s=0.1)(x[3]),
        c.antiderivative()(x[0]),
        c(2.0) * x[0],
    ]


def use_norm(x):
    from scipy.stats import norm
    from scipy import stats

    return [
        norm.pdf(x[0]),
        norm.cdf(x[1]),
        norm.logpdf(x[2]),
        norm.sf(x[0]),
        norm.cdf(x[0], loc=x[1], scale=2.0),
        stats.norm(1.0, 2.0).cdf(x[0]),
        norm.logcdf(x[1]),
        *norm.cdf(x),
        norm.ppf(0.3) * x[0],
        norm(loc=0.5).pdf(x[1]),
    ]


def use_rgi(x):
    from scipy.interpolate import RegularGridInterpolator

    r = RegularGridInterpolator(
        ([-4.0, 0, 1, 4], [-4.0, 1, 4.5]),
        np.arange(12.0).reshape(4, 3) ** 2,
        bounds_error=False,
        fill_value=None,
    )
    return [r([x[0], x[1]])[0], *r((x[2], x[3])).ravel(), *r(x.reshape(2, 2))]


def use_blackscholes(x):
    from scipy.stats import norm

    S, K, T, s = (abs(x[0]) + 1, 1.5, 0.5, abs(x[1]) + 0.1)
    d1 = (math.log(S / K) + 0.5 * s * s * T) / (s * math.sqrt(T))
    d2 = d1 - s * math.sqrt(T)
    return S * norm.cdf(d1) - K * norm.cdf(d2)


def use_hasattr_f(x):
    return [
        x[0] * hasattr(float(x[0]), n)
        for n in (
            "hex",
            "as_integer_ratio",
            "is_integer",
            "real",
            "imag",
            "conjugate",
            "item",
            "tolist",
            "dtype",
            "shape",
            "foo",
            "__float__",
            "__int__",
            "__array__",
            "__len__",
            "__iter__",
            "__index__",
            "__getitem__",
            "fromhex",
            "__trunc__",
            "__round__",
            "__hash__",
            "__format__",
        )
    ]


def use_importexec(x):
    return NS["f"](x) + NS["g"](x)


NS = {}

exec(
    "def f(x):\n    import math\n    return math.sin(x[0])*math.pi\ndef g(x):\n    from math import exp, log as l\n    import numpy as np\n    return exp(x[1]) + l(abs(x[0])) + np.sin(x[0])*np.float64(2)\n",
    NS,
)
