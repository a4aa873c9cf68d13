"""Special methods of the user's own numbers and containers."""

import copy
import dataclasses
import functools
import heapq
import math
import operator


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


def use_chain_user(x):
    a, b, c = (Num(x[0]), Num(x[1]), Num(x[2]))
    return x[0] if a < b < c else x[1]


def use_boolop_value(x):
    n = Num(x[0])
    return n and x[1] if False else x[0]


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


@functools.total_ordering
class Job:
    def __init__(self, due, weight):
        self.due, self.weight = due, weight

    def cost(self, factor=1.0, power=1):
        return factor * self.weight * math.exp(-self.due) ** power

    def __lt__(self, other):
        return self.cost() < other.cost()

    def __eq__(self, other):
        return isinstance(other, Job) and math.isclose(self.cost(), other.cost())

    def __bool__(self):
        return math.fabs(self.due) > 0.5

    def __copy__(self):
        return Job(math.sin(self.due), self.weight)

    def __deepcopy__(self, memo):
        return Job(math.cos(self.due), self.weight)


def objects_in_lists(x):
    jobs = [Job(a, b) for a in x[:2] for b in x[2:]]
    twin = Job(*map(float, (x[0], x[2])))
    jobs.remove(Job(x[1], x[3]))
    found = jobs.index(twin) + jobs.count(twin) + (twin in jobs) + (Job(9.0, 9.0) in tuple(jobs))
    return [found * x[0], sum(job.due for job in filter(None, jobs)), (jobs[0] >= jobs[1]) * x[1]]


def objects_in_heaps(x):
    heap = []
    for a in x[:2]:
        for b in x[2:]:
            heapq.heappush(heap, Job(a, b))
    first = heapq.heappop(heap).cost()
    second = heapq.heappushpop(heap, Job(x[2], x[3])).due
    third = heapq.heapreplace(heap, Job(x[3], x[2])).weight
    again = [Job(v, v) for v in x]
    heapq.heapify(again)
    best = [job.due for job in heapq.nsmallest(2, heap)] + [heapq.nlargest(1, heap)[0].weight]
    return [first, second, third, again[0].due, *best]


def objects_copied_and_called(x):
    job = Job(x[0], x[1])
    cost = operator.methodcaller("cost", 2.0)(job) + operator.methodcaller("cost", power=2)(job)
    return [cost, copy.copy(job).due * copy.deepcopy(job).due]


@dataclasses.dataclass(frozen=True)
class Beam:
    length: float
    scale: dataclasses.InitVar[float] = 2.0
    mass: float = dataclasses.field(init=False)

    def __post_init__(self, scale):
        object.__setattr__(self, "mass", scale * math.exp(0.1 * self.length))


def objects_replaced(x):
    beam = Beam(x[0])
    return [dataclasses.replace(beam, length=x[1], scale=x[2]).mass, beam.mass]
