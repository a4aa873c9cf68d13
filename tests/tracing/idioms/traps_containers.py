"""Short functions, each with one trap: containers, iterators, sorting, itertools."""

import bisect
import collections
import copy
import functools
import heapq
import itertools
import math
import operator

import numpy as np


D = np.array([0.5, 1.5, 2.5, 3.5])


def trap_002(x):
    c = collections.Counter()
    for v in x:
        c[round(v * 2)] += 1
    return c.most_common(1)[0][1] * x[0]


def trap_003(x):
    k = bisect.bisect_left([0.2, 0.5, 1.0, 2.0], x[0])
    return k * x[1]


def trap_004(x):
    h = []
    for i, v in enumerate(x):
        heapq.heappush(h, (v, i))
    return [heapq.heappop(h)[0] * (k + 1) for k in range(4)]


def trap_009(x):
    out = []
    it = iter(x)
    while (v := next(it, None)) is not None:
        out.append(math.exp(v))
    return out


def trap_010(x):
    return functools.reduce(lambda acc, v: acc + [acc[-1] * math.cos(v)], x, [1.0])


def trap_011(x):
    return [*map(lambda a, b: math.pow(a, b), x, D)]


def trap_012(x):
    return sum(_starmap_(x))


def _starmap_(x):
    return itertools.starmap(lambda a, b: math.atan2(a, b), zip(x, D))


def trap_018(x):
    y = x.tolist()
    y.sort()
    return y


def trap_020(x):
    return dict(zip("abcd", x))["c"] * len({k: v for k, v in zip("ab", x)})


def trap_084(x):

    def g(n):
        yield x[n]
        if n:
            yield from g(n - 1)

    return list(g(3))


def trap_088(x):
    d = collections.ChainMap({"a": x[0]}, {"b": x[1]})
    return d["a"] * d["b"]


def trap_091(x):
    return copy.copy(x)[0] * copy.deepcopy(list(x))[1]


def trap_092(x):
    return math.sin(*x[:1]) + max(*[x[0], x[1]])


def trap_101(x):
    return sorted(x, key=lambda v: (v > 0.5, -v))


def trap_102(x):
    return [v for _, v in sorted(zip(D, x), reverse=True)]


def trap_103(x):
    return min(((v, i) for i, v in enumerate(x)))[0]


def trap_104(x):
    return max(enumerate(x), key=lambda t: t[1])[0] * x[0]


def trap_106(x):
    return list(itertools.accumulate(x, max)) + list(itertools.accumulate(x, lambda a, b: a * b))


def trap_151(x):
    r = 1.0
    for i in reversed(range(4)):
        r = math.sin(r) * x[i]
    return r


def trap_152(x):
    a, *b = sorted(x)
    return a * sum(b)


def trap_153(x):
    m = {}
    for k, v in zip("abab", x):
        m.setdefault(k, []).append(math.sin(v))
    return [sum(v) for v in m.values()]


def trap_154(x):
    s = collections.defaultdict(float)
    for i, v in enumerate(x):
        s[i % 2] += v * v
    return s[0] * s[1]


def trap_170(x):
    r = 0
    for i, j in itertools.product(range(2), repeat=2):
        r += x[i] * x[2 + j] * math.cos(x[i] - x[2 + j])
    return r


def trap_171(x):
    return [sum(g) for k, g in itertools.groupby(x, key=lambda v: v > 0.5)]


def trap_172(x):
    return [a * b for a, b in zip(x, itertools.cycle([1, -1]))]


def trap_173(x):
    return list(itertools.islice(itertools.chain.from_iterable([x, x]), 2, 6))


def trap_174(x):
    return [*itertools.zip_longest(x, [1, 2], fillvalue=math.sin(x[0]))][3]


def trap_175(x):
    return [t for t in itertools.compress(x, [1, 0, 1, 0])]


def trap_176(x):
    return sum(map(operator.mul, x, D)) + operator.truediv(x[0], x[1])


def trap_177(x):
    return functools.reduce(operator.add, x) + functools.reduce(max, x)


def trap_178(x):
    q = collections.deque(maxlen=2)
    for v in x:
        q.append(math.exp(v))
    return q[0] * q[-1]


def trap_211(x):
    return copy.deepcopy({"a": x, "b": [x[0]]})["b"][0] * 2


def trap_225(x):
    return [x[0], 2] * 2


def trap_226(x):
    return (x[0],) + (1, 2)
