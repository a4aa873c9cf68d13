"""Small models of many fields: statistics, structures, geometry, sequences, networks, signals."""

import bisect
import heapq
import itertools
import math
import statistics
from collections import Counter, deque
from dataclasses import dataclass
from functools import reduce

import numpy as np
import scipy.interpolate
import scipy.linalg
import scipy.sparse as sps
import scipy.sparse.linalg as spla
import scipy.stats

TIMES = np.linspace(0.0, 1.0, 5)
DATA = np.sin(4.0 * TIMES)
INCIDENCE = sps.csr_matrix(np.array([[1, -1, 0], [0, 1, -1], [1, 0, -1], [1, 0, 0]]))


class _Money:
    def __init__(self, amount):
        self.amount = amount

    def __float__(self):
        return float(self.amount)


def floats_of_objects(x):
    return math.sin(_Money(x[0])) + math.hypot(_Money(x[1]), x[2]) + math.fsum([_Money(x[3]), 1])


def trend(x):
    slope, intercept = statistics.linear_regression([1, 2, 3, 5], list(x))
    through = statistics.linear_regression([1, 2, 3, 5], list(x), proportional=True)
    return slope * intercept + through.slope


def bars_in_lists(x):
    rows, cols, entries = [], [], []
    for e, area in enumerate(x):
        for a, b in itertools.product((0, 1), repeat=2):
            rows.append(e + a)
            cols.append(e + b)
            entries.append((1 + area**2) * (1 if a == b else -1))
    stiffness = sps.coo_matrix((entries, (rows, cols)), shape=(5, 5)).tocsr()
    return spla.spsolve(stiffness[1:, 1:], np.ones(4))


def conductances(x):
    laplacian = INCIDENCE.T @ sps.diags(1 + x**2) @ INCIDENCE
    return laplacian @ np.arange(3.0), laplacian[0, 1], laplacian.tocsr()[1:, 1:].toarray()


def spline_through_controls(x):
    path = scipy.interpolate.CubicSpline([0, 1, 2, 3], x)
    return [path(t) ** 2 + path(t, 1) for t in (0.3, 1.7)], path(x[0]), path.integrate(0, 2.5)


def frozen_prior(x):
    prior = scipy.stats.norm(loc=x[0], scale=0.5 + x[1] ** 2)
    return prior.logpdf([0.1, 0.4]).sum() + scipy.stats.beta.logpdf(0.3, b=2 + x[2] ** 2, a=1.5)


def smallest_eigenvalues(x):
    return scipy.linalg.eigvalsh(np.outer(x, x) + np.diag([1.0, 2, 4, 8]), subset_by_index=[0, 1])


def marginal_likelihood(x):
    covariance = scipy.linalg.toeplitz(np.exp(-TIMES / (1 + x[0] ** 2))) + (
        0.1 + x[1] ** 2
    ) * np.eye(5)
    low = scipy.linalg.cholesky(covariance, lower=True)
    white = scipy.linalg.solve_triangular(low, DATA * x[2], lower=True)
    return 0.5 * white @ white + np.log(low.diagonal()).sum()


def kalman_filter(x):
    transition, measured = np.array([[1, 0.1], [0, x[0]]]), np.array([[1.0, 0]])
    spread, mean, likelihood = np.eye(2), np.zeros((2, 1)), 0.0
    for z in DATA:
        mean, spread = transition @ mean, transition @ spread @ transition.T + x[1] ** 2 * np.eye(2)
        innovation = measured @ spread @ measured.T + x[2] ** 2 + 0.1
        gain = spread @ measured.T @ np.linalg.inv(innovation)
        gap = z - measured @ mean
        mean, spread = mean + gain @ gap, (np.eye(2) - gain @ measured) @ spread
        likelihood += np.log(np.linalg.det(innovation)) + gap.T @ np.linalg.solve(innovation, gap)
    return likelihood


def viterbi(x):
    last = {s: (0.0, "") for s in "ab"}
    for y in DATA:
        last = {
            s: max((last[r][0] - (r != s) * x[0] ** 2 - (y - m) ** 2, last[r][1] + s) for r in "ab")
            for s, m in zip("ab", x[1:3])
        }
    score, word = max(last.values(), key=lambda entry: entry[0])
    return score + Counter(word)["a"] * x[3]


def clusters(x):
    centers = [0.0, 1.0]
    for _ in range(4):
        nearest = [min((0, 1), key=lambda k: (v - centers[k]) ** 2) for v in x]
        groups = [[v for v, k in zip(x, nearest) if k == g] for g in (0, 1)]
        centers = [sum(g) / len(g) if g else c for g, c in zip(groups, centers)]
    return sum((v - centers[k]) ** 2 for v, k in zip(x, nearest))


def spanning_tree(x):
    parent = list(range(4))

    def find(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    edges = sorted((abs(x[i] - x[j]), i, j) for i in range(4) for j in range(i))
    total = 0.0
    for weight, i, j in edges:
        if find(i) != find(j):
            parent[find(i)] = find(j)
            total += weight**2
    return total


def clipped_polygon(x):
    corners = [(0, 0), (2, 0), (2, 2), (0, 2)]
    kept = []
    for (p, q), (r, s) in itertools.pairwise([*corners, corners[0]]):
        here, there = (x[0] * u + x[1] * v - x[2] - 0.05 for u, v in ((p, q), (r, s)))
        if here >= 0:
            kept.append((p, q))
        if here * there < 0:
            t = here / (here - there)
            kept.append((p + t * (r - p), q + t * (s - q)))
    return sum(p * s - r * q for (p, q), (r, s) in zip(kept, kept[1:] + kept[:1])) + x[3]


def onto_simplex(x):
    ordered = np.sort(x)[::-1]
    sums = np.cumsum(ordered)
    last = np.nonzero(ordered * np.arange(1, 5) > sums - 1)[0][-1]
    return np.maximum(x - (sums[last] - 1) / (last + 1.0), 0) ** 2


def huffman(x):
    heap = [(v * v + 0.1, k) for k, v in enumerate(x)]
    heapq.heapify(heap)
    total, count = 0.0, len(heap)
    while len(heap) > 1:
        (a, _), (b, _) = heapq.heappop(heap), heapq.heappop(heap)
        total += a + b
        heapq.heappush(heap, (a + b, count))
        count += 1
    return total**2


def increasing(x):
    tails = []
    for v in x:
        place = bisect.bisect_left(tails, v)
        tails[place : place + 1] = [v]
    return sum((k + 1) * v**2 for k, v in enumerate(tails))


def halves(x):
    waiting, total = deque(x), 0.0
    while waiting:
        v = waiting.popleft()
        if v > 1.05 and len(waiting) < 6:
            waiting.extend((v / 2, v / 3))
        else:
            total += v**2
    return total


def hysteresis(x):
    on, energy = False, 0.0
    for v in x:
        on = v > 0.8 or (on and v > 0.4)
        energy += v if on else v**2
    return energy


def warped(x):
    cost = np.full((5, 6), np.inf)
    cost[0, 0] = 0.0
    for i, j in np.ndindex(4, 5):
        cost[i + 1, j + 1] = (x[i] - DATA[j]) ** 2 + min(cost[i, j + 1], cost[i + 1, j], cost[i, j])
    return cost[-1, -1]


def transported(x):
    cost = np.abs(np.subtract.outer(x, np.arange(3.0)))
    kernel, u = np.exp(-cost), np.ones(4)
    for _ in range(5):
        v = 1 / (kernel.T @ u) / 3
        u = 0.25 / (kernel @ v)
    return np.sum(u[:, None] * kernel * v * cost)


def escaping(x):
    return abs(reduce(lambda z, _: z * z + complex(0.3 * x[0], x[1]), range(4), 0j)) ** 2


@dataclass(frozen=True)
class _Quaternion:
    w: float
    x: float
    y: float
    z: float

    def __mul__(self, o):
        return _Quaternion(
            self.w * o.w - self.x * o.x - self.y * o.y - self.z * o.z,
            self.w * o.x + self.x * o.w + self.y * o.z - self.z * o.y,
            self.w * o.y - self.x * o.z + self.y * o.w + self.z * o.x,
            self.w * o.z + self.x * o.y - self.y * o.x + self.z * o.w,
        )

    def __abs__(self):
        return math.hypot(self.w, self.x, self.y, self.z)

    def rotate(self, v):
        turned = self * _Quaternion(0, *v) * _Quaternion(self.w, -self.x, -self.y, -self.z)
        return np.array([turned.x, turned.y, turned.z]) / abs(self) ** 2


def turned(x):
    return _Quaternion(*x).rotate([1, 2, 3])


def water_balance(x):
    pipes = {("a", "b"): 0.1, ("b", "c"): 0.2, ("a", "c"): 0.15}
    balance = Counter()
    for ((start, end), resistance), flow in zip(pipes.items(), x):
        balance[start] -= flow
        balance[end] += flow
        yield resistance * flow * abs(flow) ** 0.852
    yield from (balance[node] - 0.5 for node in "bc")


def american_put(x):
    volatility, strike, steps = 0.2 + 0.1 * x[0] ** 2, 1 + 0.1 * x[1], 4
    up = math.exp(volatility / 2)
    chance = (math.exp(0.01) - 1 / up) / (up - 1 / up)
    values = [max(strike - up ** (2 * j - steps), 0) for j in range(steps + 1)]
    for i in range(steps, 0, -1):
        values = [
            max(
                math.exp(-0.01) * (chance * values[j + 1] + (1 - chance) * values[j]),
                strike - up ** (2 * j - i + 1),
            )
            for j in range(i)
        ]
    return values[0]
