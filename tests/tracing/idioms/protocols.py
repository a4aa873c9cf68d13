"""Library classes that call the user's methods, descriptors, metaclasses, locks."""

import ast
import collections
import collections.abc
import contextlib
import contextvars
import csv
import inspect
import io
import json
import math
import operator
import pickle
import tempfile
import threading
import weakref
from typing import Generic, TypeVar

import numpy as np


T = TypeVar("T")


class Box(Generic[T]):
    def __init__(self, v: T):
        self.v = math.sin(v)

    def get(self) -> T:
        return math.exp(self.v)


def use_generic(x):
    return Box[float](x[0]).get() + Box(x[1]).get()


class Ev(ast.NodeVisitor):
    def __init__(self, env):
        self.env = env

    def visit_Expression(self, n):
        return self.visit(n.body)

    def visit_BinOp(self, n):
        a, b = (self.visit(n.left), self.visit(n.right))
        return {ast.Add: operator.add, ast.Mult: operator.mul, ast.Pow: operator.pow}[type(n.op)](
            a, b
        )

    def visit_Call(self, n):
        return getattr(math, n.func.id)(*map(self.visit, n.args))

    def visit_Name(self, n):
        return self.env[n.id]

    def visit_Constant(self, n):
        return n.value


def use_nodevisitor(x):
    return Ev({"a": x[0], "b": x[1]}).visit(ast.parse("sin(a)*b + a**2*exp(b)", mode="eval"))


class Thr(threading.Thread):
    def __init__(self, v):
        super().__init__()
        self.v = v

    def run(self):
        self.r = math.sin(self.v)


def use_threadclass(x):
    t = Thr(x[0])
    t.run()
    return t.r * x[1]


class Mapp(collections.abc.Mapping):
    def __init__(self, d):
        self.d = d

    def __getitem__(self, k):
        return math.exp(self.d[k])

    def __iter__(self):
        return iter(self.d)

    def __len__(self):
        return len(self.d)


def use_abc_mapping(x):
    m = Mapp({"a": x[0], "b": x[1]})
    return [
        m["a"],
        m.get("b"),
        sum(m.values()),
        sum((v for k, v in m.items())),
        len(m),
        "a" in m,
        m.get("z", 3.0),
    ]


class Seq(collections.abc.Sequence):
    def __init__(self, d):
        self.d = d

    def __getitem__(self, k):
        return math.sin(self.d[k])

    def __len__(self):
        return len(self.d)


def use_abc_seq(x):
    s = Seq(list(x))
    return [
        s[0],
        sum(s),
        *reversed(s),
        max(s),
        sorted(s)[0],
        s.index(s[1]),
        s[0] in s,
        [*s][2],
        s.count(s[0]),
    ]


class It(collections.abc.Iterator):
    def __init__(self, d):
        self.i = iter(d)

    def __next__(self):
        return math.cosh(next(self.i))


def use_abc_iter(x):
    return [v for v in It(x)] + list(It(x)) + [sum(It(x))]


class WithSlots:
    __slots__ = ("_a", "__weakref__")

    def __init__(self, a):
        self._a = a

    a = property(lambda s: math.sin(s._a), lambda s, v: setattr(s, "_a", math.exp(v)))


def use_slots_prop(x):
    w = WithSlots(x[0])
    r = w.a
    w.a = x[1]
    w.a += 1
    return [r, w.a, weakref.ref(w)().a]


class Desc:
    def __set_name__(self, o, n):
        self.n = "_" + n

    def __get__(self, o, t=None):
        return self if o is None else math.tanh(getattr(o, self.n))

    def __set__(self, o, v):
        setattr(o, self.n, math.sqrt(abs(v)))


class UseDesc:
    p = Desc()
    q = Desc()

    def __init__(self, a, b):
        self.p, self.q = (a, b)


def use_desc(x):
    u = UseDesc(x[0], x[1])
    u.p *= 3
    return [u.p, u.q, u.p * u.q]


class Meta(type):
    def __call__(cls, *a):
        o = super().__call__(*a)
        o.w = math.sin(o.v)
        return o

    def __iter__(cls):
        yield math.exp(1)
        yield 2

    def __len__(cls):
        return 3


class MC(metaclass=Meta):
    def __init__(self, v):
        self.v = v


def use_meta(x):
    return [MC(x[0]).w, sum(MC) * x[1], len(MC) * x[2]]


class Single:
    _i = None

    def __new__(cls, v):
        if cls._i is None:
            cls._i = super().__new__(cls)
        cls._i.v = math.sin(v)
        return cls._i


def use_singleton(x):
    a = Single(x[0])
    b = Single(x[1])
    return [a.v, b.v]


def use_testing(x):
    np.testing.assert_allclose(x, x)
    np.testing.assert_array_less(x, x + 1)
    np.testing.assert_equal(len(x), 4)
    return x[0] ** 2


def use_testing2(x):
    np.testing.assert_allclose(math.sin(x[0]) ** 2 + math.cos(x[0]) ** 2, 1.0)
    np.testing.assert_almost_equal(x[1], x[1])
    np.testing.assert_array_equal(x, x)
    return x[0] ** 2


def use_files(x):
    with tempfile.NamedTemporaryFile("w+", suffix=".csv") as f:
        f.write("1,2\n3,4\n")
        f.flush()
        f.seek(0)
        a = np.loadtxt(f.name, delimiter=",")
        rows = [list(map(float, r)) for r in csv.reader(open(f.name))]
    return [
        a @ x[:2],
        rows[1][0] * x[0],
        np.genfromtxt(io.StringIO("1 2"))[1] * x[1],
        json.loads("[1.5]")[0] * x[2],
        pickle.loads(pickle.dumps([2.0]))[0] * x[3],
    ]


CV = contextvars.ContextVar("k", default=2.0)


def use_ctxvar(x):
    return CV.get() * math.sin(x[0])


LOCK = threading.RLock()


def use_lock(x):
    with LOCK:
        return math.sin(x[0])


def use_inspect(x):
    assert inspect.signature(use_lock).parameters
    assert inspect.isfunction(use_lock) and use_lock.__name__ == "use_lock" and callable(math.sin)
    assert "LOCK" in inspect.getsource(use_lock)
    return inspect.currentframe().f_code.co_name and x[0]


def use_testing3(x):
    try:
        np.testing.assert_allclose(x[0], 0.90137, rtol=1e-12)
    except AssertionError:
        return x[1] * 2
    return x[0]


def use_tuple_targets(x):
    w = WithSlots(x[0])
    d = {}
    l = [0] * 3
    w.a, d["k"], (l[0], l[1]) = (x[1], x[2], (x[3], 1.0))
    for l[2] in (1.0, x[0]):
        pass
    with contextlib.nullcontext(x[1]) as w.a:
        pass
    del d["k"], l[0]
    return [w.a, *l, len(d)]
