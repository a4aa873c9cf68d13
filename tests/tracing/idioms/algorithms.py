"""Algorithms written out by hand: iterations, sorting, shortest paths, dynamic programming."""

import bisect
import heapq
import math


def use_newton(x):
    y = 1.0
    for _ in range(50):
        f = y**3 + x[0] * y - 2 - x[1] ** 2
        d = f / (3 * y**2 + x[0])
        y -= d
        if abs(d) < 1e-14:
            break
    return y


def use_while_count(x):
    n, s = (0, abs(x[0]) + 0.1)
    while s < 10:
        s *= 1.7
        n += 1
    else:
        s += x[1]
    return [s, n * x[1]]


def use_fixed_point(x):
    y = 0.5
    k = 0
    while True:
        z = math.cos(y) * 0.5 + x[0] * 0.1
        k += 1
        if math.isclose(y, z, rel_tol=1e-12):
            break
        if k > 100:
            raise RuntimeError("no")
        y = z
    return z * x[1]


def use_simpson_adaptive(x):

    def f(t):
        return math.exp(-x[0] * t) * math.sin(x[1] * t)

    def s(a, b):
        return (b - a) / 6 * (f(a) + 4 * f((a + b) / 2) + f(b))

    def rec(a, b, eps, whole, depth):
        m = (a + b) / 2
        l, r = (s(a, m), s(m, b))
        d = l + r - whole
        if abs(d) <= 15 * eps or depth <= 0:
            return l + r + d / 15
        return rec(a, m, eps / 2, l, depth - 1) + rec(m, b, eps / 2, r, depth - 1)

    return rec(0.0, 2.0, 1e-05, s(0.0, 2.0), 8)


def use_sort_bubble(x):
    a = list(x)
    for i in range(len(a)):
        for j in range(len(a) - 1 - i):
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = (a[j + 1], a[j])
    return a


def use_quicksort(x):

    def qs(a):
        if len(a) <= 1:
            return list(a)
        p, *r = a
        return qs([v for v in r if v < p]) + [p] + qs([v for v in r if v >= p])

    return qs(x)


def use_heap(x):
    h = list(x)
    heapq.heapify(h)
    heapq.heappush(h, x[0] * x[1])
    return (
        [heapq.heappop(h) for _ in range(5)]
        + heapq.nlargest(2, x)
        + heapq.nsmallest(2, x, key=lambda v: -v)
    )


def use_insort(x):
    a = []
    for v in x:
        bisect.insort(a, v)
    return a


def use_floyd(x):
    w = {(0, 1): x[0] ** 2, (1, 2): x[1] ** 2, (0, 2): x[2] ** 2, (2, 3): x[3] ** 2}
    d = {(i, j): 0.0 if i == j else w.get((i, j), math.inf) for i in range(4) for j in range(4)}
    for k in range(4):
        for i in range(4):
            for j in range(4):
                d[i, j] = min(d[i, j], d[i, k] + d[k, j])
    return [d[0, 3], d[0, 2], d[1, 3]]


def use_dijkstra(x):
    g = {0: [(1, abs(x[0])), (2, abs(x[1]) + 1)], 1: [(3, abs(x[2]))], 2: [(3, abs(x[3]))], 3: []}
    dist = {0: 0.0}
    q = [(0.0, 0)]
    while q:
        d, u = heapq.heappop(q)
        if d > dist.get(u, math.inf):
            continue
        for v, w in g[u]:
            if d + w < dist.get(v, math.inf):
                dist[v] = d + w
                heapq.heappush(q, (dist[v], v))
    return [dist[k] for k in sorted(dist)]


def use_dp_knap(x):
    best = [0.0] * 6
    for w, v in zip((1, 2, 3, 2), x):
        for c in range(5, w - 1, -1):
            best[c] = max(best[c], best[c - w] + v**2)
    return best


def use_edit(x):
    t = [[0.0] * 4 for _ in range(4)]
    for i in range(1, 4):
        for j in range(1, 4):
            t[i][j] = min(
                t[i - 1][j] + x[0] ** 2,
                t[i][j - 1] + x[1] ** 2,
                t[i - 1][j - 1] + (x[i] - x[j]) ** 2,
            )
    return t[3][3]
