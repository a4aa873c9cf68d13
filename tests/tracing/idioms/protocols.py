"""Special methods of the user's classes, library classes that call them, dispatch."""

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

import ast, asdopt, tempfile, csv, pickle, contextvars, inspect, collections.abc

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


class Num:
    def __init__(self, v):
        self.v = v

    def __float__(self):
        return float(math.sin(self.v))

    def __int__(self):
        return int(math.floor(self.v))

    def __index__(self):
        return int(abs(self.v))

    def __bool__(self):
        return math.sin(self.v) > 0.3

    def __abs__(self):
        return Num(math.fabs(self.v))

    def __round__(self, n=0):
        return round(math.exp(self.v), n)

    def __len__(self):
        return int(abs(math.floor(self.v))) + 1

    def __hash__(self):
        return hash(round(self.v))

    def __eq__(self, o):
        return math.isclose(self.v, o.v)

    def __lt__(self, o):
        return math.sin(self.v) < math.sin(o.v)

    def __neg__(self):
        return Num(-math.sin(self.v))

    def __divmod__(self, o):
        return (math.floor(self.v), math.fmod(self.v, 1))

    def __floor__(self):
        return math.floor(math.exp(self.v))

    def __pow__(self, p, m=None):
        return math.exp(self.v * p)

    def __rpow__(self, p):
        return math.pow(p, self.v)

    def __reversed__(self):
        yield math.sin(self.v)
        yield math.cos(self.v)

    def __contains__(self, a):
        return math.sin(a) < 0.5

    def __format__(self, s):
        return f"{math.sin(self.v):.2f}"

    def __enter__(self):
        self.e = math.tan(self.v)
        return self

    def __exit__(self, *a):
        self.e2 = math.sinh(self.v)
        return False

    def __matmul__(self, o):
        return math.atan2(self.v, o.v)

    def __getitem__(self, k):
        return math.sin(self.v * k) if not isinstance(k, slice) else math.cos(self.v * k.start)

    def __setitem__(self, k, v):
        self.v = math.exp(v) * k

    def __delitem__(self, k):
        self.v = math.log1p(abs(self.v))

    def __iadd__(self, o):
        self.v = math.sin(self.v) + o
        return self

    def __call__(self, *a):
        return math.hypot(self.v, *a)

    def __invert__(self):
        return math.erf(self.v)

    def __and__(self, o):
        return math.exp(self.v * o.v)

    def __lshift__(self, o):
        return math.ldexp(self.v, o)

    def __mod__(self, o):
        return math.fmod(self.v, o)

    def __floordiv__(self, o):
        return math.floor(self.v / o) * self.v

    def __rsub__(self, o):
        return math.exp(o - self.v)

    def __rtruediv__(self, o):
        return o / math.exp(self.v)

    def __str__(self):
        return str(math.sin(self.v))


def use_dunders2(x):
    n, m = (Num(x[0]), Num(x[1]))
    n[2] = x[2]
    r = [n.v]
    del n[0]
    r.append(n.v)
    n += 3
    r.append(n.v)
    with m as q:
        r.append(q.e)
    r.append(m.e2)
    return r + [
        x[0] if n else x[1],
        x[0] if 0.3 in n else x[1],
        len(m) * x[0],
        max(n, m).v,
        sorted([n, m])[0].v,
        x[0] if n == m else x[2],
        x[0] if not m else x[3],
        int(m) * x[0],
        math.floor(m) * x[0],
        [1, 2, 3, 4][m] * x[1],
        x[0] * bool(n),
        x[2] if n and m else x[3],
        x[1] if n < m else x[0],
    ]


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


class Obs:
    def __init__(self):
        self.subs = []

    def sub(self, f):
        self.subs.append(f)
        return f

    def emit(self, *a):
        return [f(*a) for f in self.subs]


def use_observer(x):
    o = Obs()

    @o.sub
    def f(v):
        return math.sin(v)

    o.sub(math.exp)
    o.sub(functools.partial(math.pow, 2.0))
    o.sub(Chain0(x[1]).go)
    return o.emit(x[0])


class Chain0:
    def __init__(self, k):
        self.k = k

    def go(self, v):
        return math.atan2(v, self.k)


class LinkedList:
    class Node:
        def __init__(self, v, nxt=None):
            self.v, self.nxt = (v, nxt)

    def __init__(self, vs):
        self.head = None
        for v in reversed(list(vs)):
            self.head = LinkedList.Node(v, self.head)

    def __iter__(self):
        n = self.head
        while n is not None:
            yield math.sin(n.v)
            n = n.nxt


def use_linked(x):
    return [*LinkedList(x), sum(LinkedList(x))]


class Expr:
    def __init__(self, f):
        self.f = f

    def __add__(self, o):
        return Expr(lambda e: self.f(e) + o.f(e))

    def __mul__(self, o):
        return Expr(lambda e: self.f(e) * o.f(e))

    def sin(self):
        return Expr(lambda e: math.sin(self.f(e)))

    @staticmethod
    def var(n):
        return Expr(lambda e: e[n])


E = (Expr.var(0) * Expr.var(1)).sin() + Expr.var(2) * Expr.var(2)


def use_expr_obj(x):
    return E.f(x)


class Dual:
    def __init__(self, a, b=0.0):
        self.a, self.b = (a, b)

    def __add__(self, o):
        o = o if isinstance(o, Dual) else Dual(o)
        return Dual(self.a + o.a, self.b + o.b)

    __radd__ = __add__

    def __mul__(self, o):
        o = o if isinstance(o, Dual) else Dual(o)
        return Dual(self.a * o.a, self.a * o.b + self.b * o.a)

    __rmul__ = __mul__

    def sin(self):
        return Dual(math.sin(self.a), self.b * math.cos(self.a))


class Poly(list):
    def __call__(self, t):
        return functools.reduce(lambda a, c: a * t + c, reversed(self), 0.0)

    def deriv(self):
        return Poly([k * c for k, c in enumerate(self)][1:])


def use_listsub(x):
    p = Poly(x)
    return [p(0.5), p.deriv()(2.0), p(x[0]), len(p)]


class Par(dict):
    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__


def use_attrdict(x):
    p = Par(a=x[0], b=2.0)
    p.c = math.sin(p.a)
    return p.a * p.b * p.c


class FS(float):
    def sq(self):
        return self * self


def use_floatsub(x):
    return FS(3.0).sq() * x[0] + FS(2.0) * x[1]


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


def use_locals(x):
    a = x[0]
    b = 2.0
    return sum((v for k, v in locals().items() if k in ("a", "b")))


def use_vars(x):

    class A:
        pass

    o = A()
    o.__dict__.update(a=x[0], b=x[1])
    return sum(vars(o).values()) * math.prod(o.__dict__.values())


def use_setattr(x):
    o = types.SimpleNamespace()
    for i, v in enumerate(x):
        setattr(o, f"v{i}", v)
    return [getattr(o, f"v{i}") * math.sin(getattr(o, "v0")) for i in range(4)] + [
        getattr(o, "zz", x[0])
    ]


def use_str_dispatch(x):
    ops = {"+": operator.add, "*": operator.mul, "sin": math.sin, "max": max, "pow": math.pow}
    st = []
    for tok in "0 sin 1 * 2 + 3 max 2c pow".split():
        if tok.isdigit():
            st.append(x[int(tok)])
        elif tok == "2c":
            st.append(2.0)
        elif tok == "sin":
            st.append(ops[tok](st.pop()))
        else:
            b, a = (st.pop(), st.pop())
            st.append(ops[tok](a, b))
    return st


def use_eval_expr(x):
    return eval("sin(a)*b + a**2", {"sin": math.sin, "a": x[0], "b": x[1]}) + eval("math.exp(x[2])")


CODE = compile("[math.sin(v) for v in x]", "<model>", "eval")


def use_eval_code(x):
    return eval(CODE)


def use_exec_inner(x):
    ns = {"x": x, "math": math}
    exec(
        "y = math.sin(x[0])\nz = [math.exp(v) for v in x]\ndef h(t):\n    return math.cos(t)\nw = h(x[1])",
        ns,
    )
    return [ns["y"], *ns["z"], ns["w"], ns["h"](x[2])]


def use_lambda_rec(x):
    Y = lambda f: (lambda g: g(g))(lambda g: f(lambda n: g(g)(n)))
    return Y(lambda s: lambda n: x[0] if n == 0 else math.sin(s(n - 1)) * x[1])(4)


def use_mutual(x):

    def ev(n):
        return x[0] if n == 0 else math.sin(od(n - 1))

    def od(n):
        return x[1] if n == 0 else math.cos(ev(n - 1))

    return ev(5) + od(4)


def use_curry(x):

    def curry(f):
        return lambda a: lambda b: lambda c: f(a, b, c)

    return curry(lambda a, b, c: math.pow(abs(a), b) * c)(x[0])(2.0)(x[2])


def use_compose(x):
    comp = lambda *fs: functools.reduce(lambda f, g: lambda v: f(g(v)), fs)
    return comp(math.sin, math.exp, abs, lambda v: v * x[1])(x[0])


def use_pipeline(x):
    return list(
        filter(
            lambda v: v is not None,
            map(lambda t: math.sin(t[1]) if t[0] % 2 else None, enumerate(x)),
        )
    )


def use_trampoline(x):

    def step(n, acc):
        return acc if n == 0 else lambda: step(n - 1, math.sin(acc) + x[0])

    r = step(20, x[1])
    while callable(r):
        r = r()
    return r


def use_testing3(x):
    try:
        np.testing.assert_allclose(x[0], 0.90137, rtol=1e-12)
    except AssertionError:
        return x[1] * 2
    return x[0]


def use_chain_user(x):
    a, b, c = (Num(x[0]), Num(x[1]), Num(x[2]))
    return x[0] if a < b < c else x[1]


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


def use_graphlib(x):
    import graphlib

    ts = graphlib.TopologicalSorter({"c": {"a", "b"}, "d": {"c"}})
    val = {"a": x[0], "b": x[1]}
    for n in ts.static_order():
        if n not in val:
            val[n] = math.sin(sum((val[k] for k in {"c": "ab", "d": "c"}[n])))
    return val["d"]


def use_strtemplate(x):
    return (
        string.Template("$a").substitute(a=x[0])
        and x[0] * len(string.Formatter().format("{0}", x[1])) * 0 + x[0]
    )


def use_boolop_value(x):
    n = Num(x[0])
    return n and x[1] if False else x[0]


CODE2 = compile("sin(a)*b + m.exp(a) + max(a, b)", "<formula>", "eval")


def use_eval_code2(x):
    return eval(CODE2, {"sin": math.sin, "m": math}, {"a": x[0], "b": x[1]}) + eval(
        CODE2, {"sin": math.sin, "m": math, "a": x[2], "b": x[3]}
    )


CODE3 = compile(
    "import math as q\ny = q.sin(a)\nfor k in range(2):\n    y = y * math.cos(a)\ndef f(t):\n    return math.exp(t) * y\nz = f(a)\nw = [math.sin(u) for u in (a, y)]\n",
    "<model>",
    "exec",
)


def use_exec_code3(x):
    ns = {"math": math, "a": x[0]}
    exec(CODE3, ns)
    return [ns["y"], ns["z"], *ns["w"], ns["f"](x[1])]


def use_exec_code4(x):
    loc = {"a": x[0]}
    exec(CODE3, {"math": math, "a": x[0], "y": x[1]}, loc)
    return [loc["y"]]


class Sized:
    def __init__(self, v):
        self.v = v

    def __bool__(self):
        return math.sin(self.v) > 0.5

    def __call__(self, t):
        return math.exp(self.v * t)


def use_chosen_by_truth(x):
    first, second = Sized(x[0]), Sized(x[1])
    either, both = first or second, first and second and x[2]
    if not (first or second) or (second and x[3]):
        return [either(x[2]), x[0]]
    return [either(x[2]), both(1.0) if isinstance(both, Sized) else both * x[1]]
