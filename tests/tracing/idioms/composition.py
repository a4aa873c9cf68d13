"""Functions made of functions, recursion, graphs of calls."""

import functools
import math


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


def use_graphlib(x):
    import graphlib

    ts = graphlib.TopologicalSorter({"c": {"a", "b"}, "d": {"c"}})
    val = {"a": x[0], "b": x[1]}
    for n in ts.static_order():
        if n not in val:
            val[n] = math.sin(sum((val[k] for k in {"c": "ab", "d": "c"}[n])))
    return val["d"]
