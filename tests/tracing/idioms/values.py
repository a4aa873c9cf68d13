"""Containers of traced values, text of them, what functions return, how they are made."""

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


def use_deque_rotate(x):
    d = deque(x, maxlen=5)
    d.rotate(1)
    d.appendleft(x[0] * 2)
    d.append(x[1])
    return list(d) + [d[0] * d[-1], len(d)]


def use_ordered(x):
    d = OrderedDict(((k, v) for k, v in zip("dcba", x)))
    d.move_to_end("d")
    k, v = d.popitem(last=False)
    return [v, *d.values()]


def use_defaultdict_lambda(x):
    d = defaultdict(lambda: math.exp(x[0]))
    d["a"] += x[1]
    d["b"] *= 2
    return [d["a"], d["b"], d["c"]]


def use_chainmap(x):
    c = collections.ChainMap({"a": x[0]}, {"a": 1, "b": x[1]})
    n = c.new_child({"b": x[2]})
    return n["a"] * n["b"] + c["b"]


def use_userdict(x):

    class UD(UserDict):
        def __getitem__(self, k):
            return math.sin(super().__getitem__(k))

    u = UD({"a": x[0]})
    u["b"] = x[1]
    return u["a"] + u["b"] + sum(u.values()) + u.get("a", 0)


def use_userlist(x):

    class UL(UserList):
        def total(self):
            return math.fsum(self)

        def __getitem__(self, i):
            return math.exp(super().__getitem__(i))

    u = UL(x)
    u.append(x[0])
    return [u.total(), u[1], len(u), sum(u)]


def use_dictmerge(x):
    a = {"p": x[0]} | {"q": x[1]}
    a |= {"p": x[2]}
    b = {**a, "r": x[3]}
    return list(b.values())


def use_setdefault(x):
    g = {}
    for i, v in enumerate(x):
        g.setdefault(i % 2, []).append(v)
        g.setdefault("all", []).append(v * i)
    return [math.prod(v) for v in g.values()]


def use_zipstrict(x):
    return [a * b for a, b in zip(x, D, strict=True)] + list(map(max, x, D))


def use_nested_struct(x):
    m = {"u": [x[0], {"v": (x[1], x[2])}], "w": {"z": [[x[3]]]}}
    return m["u"][1]["v"][1] * m["w"]["z"][0][0] + m["u"][0]


def use_flatten_rec(x):

    def flat(o):
        for v in o:
            if isinstance(v, (list, tuple)):
                yield from flat(v)
            else:
                yield v

    return [math.sin(v) for v in flat([x[0], [x[1], (x[2], [x[3]])]])]


def use_list_eq(x):
    return (
        x[0] * ([x[0], 1] == [x[0], 1])
        + x[1] * ((x[0], x[1]) < (x[1], x[0]))
        + x[2] * ([*x] == list(x))
    )


def use_tuple_cmp(x):
    return max((x[0], 1, "b"), (x[1], 2, "a"))[0] * min([x[2], x[3]], [x[3], x[2]])[0]


def use_str_stuff(x):
    s = f"{x[0]:8.3f}|{x[1]!r}|{x[2]!s:>20}|{float(x[3]):e}|{x}|x[0]={x[0]!r}"
    t = (
        "{:.2f} {}".format(x[0], x[1])
        + "%5.2f %s %d" % (x[0], x[1], x[2])
        + str(x)
        + repr(x[0])
        + format(x[0], "+.3e")
    )
    log.warning("x is %s and %.3f", x[0], x[1]) if False else log.debug(
        "x is %s and %.3f", x[0], x[1]
    )
    return x[0] * bool(s) * bool(t)


def use_print(x):
    print(x[0], x, [v for v in x], {"a": x[0]}, file=io.StringIO(), sep=",")
    import pprint

    pprint.pformat([x[0], {"b": x[1]}])
    return math.sin(x[0])


def use_logging(x):
    h = logging.StreamHandler(io.StringIO())
    l = logging.getLogger("mm")
    l.addHandler(h)
    l.setLevel(10)
    l.propagate = False
    l.info("f=%g", x[0])
    l.info(f"{x[1]:.3g}")
    l.info("%s %r", x, x[2])
    l.info("%(a).2f", {"a": x[0]})
    l.removeHandler(h)
    return x[0]


def use_isinstance(x):
    v = x[0]
    f = float(v)
    i = 3
    return [
        v * isinstance(v, numbers.Real),
        v * isinstance(f, numbers.Number),
        v * isinstance(v, SupportsFloat),
        v * isinstance(v, (int, float)),
        v * (not isinstance(v, int)),
        v * isinstance(x, Sequence) if True else 0,
        v * isinstance(x, collections.abc.Iterable),
        v * isinstance(v, collections.abc.Hashable),
        v * issubclass(type(v), float),
        v * isinstance(v, SupportsInt),
        v * isinstance(x, np.ndarray),
        v * callable(v),
        v * isinstance(x[0] > 0, bool),
        v * isinstance(f > 0, bool),
        v * isinstance(v, SupportsAbs),
    ]


def use_types(x):
    return [
        x[0] * (type(x[0]) is float),
        x[0] * (type(x[0]) == np.float64),
        x[1] * (type(float(x[1])) is float),
        x[2] * (type(x) is np.ndarray),
        x[3] * (type(x[0] * 1) in (float, np.float64)),
        x[0] * (type(x[0]).__name__ == "float64"),
        x[0] * hasattr(x, "dtype"),
        x[0] * (x.dtype == float),
        x[0] * np.isscalar(x[0]),
        x[0] * np.isreal(x[0]),
        x[0] * np.isrealobj(x),
    ]


def use_hints(x: Sequence[float]) -> "list[float]":
    y: float = x[0]
    z: List[float] = [y]
    w: "np.ndarray" = x

    @typing.overload
    def f(a: int) -> int: ...

    def f(a):
        return math.sin(a)

    return [f(y), typing.cast(float, z[0]) * w[1]]


def use_decimal(x):
    return [
        x[0] * float(decimal.Decimal("1.5")),
        x[1] * fractions.Fraction(1, 3),
        fractions.Fraction(3, 2) + x[2],
        x[3] / fractions.Fraction(5, 2),
    ]


def use_fraction_pow(x):
    return [x[0] ** 2 * fractions.Fraction(1, 2), fractions.Fraction(1, 2) ** x[1]]


class Color(enum.Enum):
    RED = 1.5
    BLUE = 2.5

    def f(self, v):
        return math.sin(v * self.value)

    @property
    def half(self):
        return self.value / 2


class Fl(enum.Flag):
    A = 1
    B = 2


class Kind(enum.IntEnum):
    X = 0
    Y = 1


class SE(str, enum.Enum):
    LIN = "lin"
    QUAD = "quad"


def use_enum(x):
    return [c.f(x[0]) * c.half for c in Color] + [
        x[Kind.Y] * Kind.Y,
        x[1] * bool(Fl.A & (Fl.A | Fl.B)),
        x[2] ** (2 if SE("quad") is SE.QUAD else 1),
        Color(1.5).f(x[3]),
        Color["BLUE"].value * x[0],
    ]


def use_mutate_x(x):
    x[0] = 5.0
    x[1] += x[2]
    x[2:] *= 2
    x[-1] = math.sin(x[-1])
    return x * 1


def use_return_x(x):
    return x


def use_return_slice(x):
    return x[::-1][1:]


def use_alias(x):
    a = x
    b = a[1:3]
    b[0] = 7.0
    c = a.copy()
    c[0] = 0
    y = [a] * 2
    y[0][3] = x[0] * 2
    return [a.sum(), b.sum(), c.sum(), y[1][3]]


def use_same_list(x):
    r = [x[0], x[1]]
    return [r, r, (r, x[2])]


OUT = [0.0] * 3


def use_out_list_global(x):
    OUT[0] = x[0]
    OUT[1] = x[0] * x[1]
    OUT[2] = math.exp(OUT[1])
    return OUT


def use_tuple_tuples(x):
    return (
        (x[0], (x[1],)),
        ((x[2] * x[3],),),
        1,
        True,
        np.float64(2),
        np.array(3.0),
        np.array([[x[0]]]),
    )


def use_mixed_ret(x):
    return [x, x[0], [x.reshape(2, 2)], (1, 2.5), np.ones(2), {"a": x[0]}["a"]]


def use_empty_list(x):
    return []


def use_none(x):
    return None


def use_constant(x):
    return 3


def use_bool_ret(x):
    return x[0] > 0.5


def use_bools_ret(x):
    return [x[0] > 0.5, True, x > 0.5]


def use_np_int(x):
    return np.int32(3) * x[0] + np.float32(0.1) * x[1]


def use_zero_d(x):
    a = np.array(x[0])
    return a[()] * a + a.item() + float(a) + a.ravel()[0] + a.sum() + a.ndim


def use_generator_ret(x):
    return (v * v for v in x)


def use_map_ret(x):
    return map(math.sin, x)


def use_dict_ret(x):
    return {"a": x[0] * 2, "b": x[1:]}


def use_dictvalues_ret(x):
    return {"a": x[0] * 2, "b": x[1]}.values()


def use_deque_ret(x):
    return deque([x[0] * x[1], 1])


def use_set_ret(x):
    return np.array([x[0], 2]).tolist()


def use_dataclass_ret(x):
    return Vc(x[0] * x[1], x[2])


@dataclass
class Vc:
    a: float
    b: float


def use_namedtuple_ret(x):
    return collections.namedtuple("R", "u v")(x[0] * 2, x[1:])


def use_objarray_ret(x):
    return np.array([x[0], x[1]], dtype=object)


def use_series(x):
    acc = x[0]
    term = x[0]
    k = 1
    while abs(term) > 1e-12:
        term *= -x[0] * x[0] / (2 * k * (2 * k + 1))
        acc += term
        k += 1
    return acc


def use_rec_depth(x):

    def cf(n):
        return x[1] if n == 0 else 1 + x[0] ** 2 / cf(n - 1)

    return cf(12)


def use_ackermann_ctrl(x):

    def f(n, v):
        if n <= 0:
            return v
        if v > 1:
            return f(n - 1, v / 2)
        return f(n - 1, v * v + 0.5)

    return f(6, x[0]) + f(4, x[1])


def use_state_default(x, hist=[]):
    hist.append(1)
    return x[0] * x[1]


def use_fattr(x):
    use_fattr.calls = getattr(use_fattr, "calls", 0) + 1
    return math.sin(x[0])


class Call:
    def __init__(self, k):
        self.k = k

    def __call__(self, x):
        return math.sin(x[0]) * self.k + self._h(x)

    def _h(self, x):
        return self.__p(x)

    def __p(self, x):
        return math.exp(x[1])

    @staticmethod
    def st(x):
        return math.cos(x[0])

    @classmethod
    def cl(cls, x):
        return cls(2)(x)

    @property
    def prop(self):
        return lambda x: math.tanh(x[0]) * self.k


use_call = Call(3.0)

use_static = Call.st

use_classm = Call.cl

use_prop = Call(2.0).prop

use_boundm = Call(4.0).__call__

use_partial = functools.partial(lambda k, x: math.sin(x[0] * k), 2.0)

use_partialm = functools.partial(Call(1.0))


def deco(f):

    def w(*a, **k):
        return [math.exp(v) for v in np.atleast_1d(f(*a, **k))]

    return w


def deco_w(k):

    def d(f):

        @functools.wraps(f)
        def w(x):
            return f(x) * k

        return w

    return d


@deco
@deco_w(2.0)
def use_deco(x):
    return math.sin(x[0])


@functools.lru_cache
def _cached(t):
    return math.sin(t[0]) * t[1]


def use_cached_tuple(x):
    return _cached((1.0, 2.0)) * x[0]


exec("def use_exec(x):\n    import math\n    return math.sin(x[0])*x[1]\n")

exec("use_execlam = lambda x: max(x[0], x[1])**2 + sum(x)")

use_eval = eval("lambda x: [math.exp(v) for v in x]")

ns = {}

exec(
    compile(
        "import math\nclass M:\n    def __init__(s,k): s.k=k\n    def f(s,x): return math.sin(x[0])*s.k\n",
        "<gen>",
        "exec",
    ),
    ns,
)

use_exec_method = ns["M"](2.0).f

use_types_func = types.FunctionType(use_series.__code__, globals(), "q")

use_builtin = sum

use_npfun = np.sin

use_npsum = np.linalg.norm

use_prodb = math.prod

use_hyp = functools.partial(map, math.sin)

use_op = operator.itemgetter(0, 2)

use_vectorized = np.vectorize(lambda v: math.sin(v) if v > 0 else v)

IDIOMS = {
    "use_call": use_call,
    "use_static": use_static,
    "use_classm": use_classm,
    "use_prop": use_prop,
    "use_boundm": use_boundm,
    "use_partial": use_partial,
    "use_partialm": use_partialm,
    "use_eval": use_eval,
    "use_exec_method": use_exec_method,
    "use_types_func": use_types_func,
    "use_builtin": use_builtin,
    "use_npfun": use_npfun,
    "use_npsum": use_npsum,
    "use_prodb": use_prodb,
    "use_hyp": use_hyp,
    "use_op": use_op,
    "use_vectorized": use_vectorized,
}
