"""Containers of traced values, text of them, questions of type, enumerations."""

import collections
import decimal
import enum
import fractions
import io
import logging
import math
import numbers
import typing
from collections import OrderedDict, UserDict, UserList, defaultdict, deque
from typing import List, Sequence, SupportsAbs, SupportsFloat, SupportsInt

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
