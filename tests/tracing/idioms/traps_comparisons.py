"""Short functions, each with one trap: comparisons used as numbers, keys, indices; branches."""

import math

import numpy as np


def trap_001(x):
    return x[0] if (math.sin(x[0]) > 0.1) is True else x[1]


def trap_024(x):
    return x[0] if x[0] == x[0] else 0


def trap_043(x):
    s = set()
    for i, v in enumerate(x):
        if v > 0.5:
            s.add(i)
    return sum((x[i] for i in s))


def trap_044(x):
    return x[np.array([True, False, True, False])].sum() * x[[0, 1]].prod()


def trap_045(x):
    return x[np.where(x > 0.5)[0]].sum()


def trap_046(x):
    return x[np.nonzero(x > 0.5)].sum() + np.count_nonzero(x > 0.5) * x[0]


def trap_047(x):
    return any(x > 1) * x[0] + all(x > 0) * x[1]


def trap_048(x):
    return sum((1 for v in x if v > 0.5)) * x[0]


def trap_049(x):
    return len([v for v in x if v > 0.5]) * x[0]


def trap_050(x):
    return {True: x[0], False: x[1]}[x[2] > 1]


def trap_051(x):
    return (x[0], x[1])[int(x[2] > 1)]


def trap_099(x):
    while True:
        x = x * 0.9
        if x.sum() < 2:
            return x


def trap_109(x):
    return (math.sin(x[0]) > 0.1) == (math.cos(x[1]) > 0.1) and x[0] or x[1]


def trap_110(x):
    return ((x[0] > 0.5) + (x[1] > 0.1)) * x[2]


def trap_111(x):
    return ((math.sin(x[0]) > 0.5) + (math.sin(x[1]) > 0.1)) * x[2]


def trap_112(x):
    return sum([math.sin(v) > 0.5 for v in x]) * x[0]


def trap_113(x):
    return [x[0], x[1]][math.sin(x[0]) > 0.5]


def trap_114(x):
    return {(True, False): x[0], (False, True): x[1], (True, True): x[2], (False, False): x[3]}[
        x[0] > 0.5, x[1] > 0.5
    ]


def trap_115(x):
    return x[0] if not (x[0] > 0.5) == False else x[1]


def trap_116(x):
    return np.where((x[0] > 0.5) & (x[1] < 2), x[2], x[3])


def trap_117(x):
    return ~(x[0] > 0.5) * x[1]


def trap_118(x):
    return (1 if x[0] > 0.5 else 0) * x[1]


def trap_119(x):
    return int(x[0] > 0.5) * x[1] + float(x[0] > 0.5) * x[2]


def trap_120(x):
    return bool(x[0]) * x[1]


def trap_121(x):
    return abs(x[0] > 0.5) * x[1]


def trap_122(x):
    return (x > 0.5).astype(float) @ x


def trap_123(x):
    return (x > 0.5).astype(int) @ x


def trap_124(x):
    return (x > 0.5) @ x


def trap_125(x):
    return np.sum(x > 0.5) * x[0] + (x > 0.5).mean() * x[1]


def trap_126(x):
    return x[int(np.sum(x > 0.5)) - 1]


def trap_127(x):
    return x[(x > 0.5).sum() - 1]


def trap_128(x):
    return x[sum((v > 0.5 for v in x)) - 1]


def trap_129(x):
    n = 0
    for v in x:
        if v > 0.5:
            n += 1
    return x[n - 1]


def trap_130(x):
    return x[len(x[x > 0.5]) - 1]


def trap_131(x):
    r = range(int(x[2] * 3))
    return sum((x[0] * k for k in r))


def trap_132(x):
    return x[math.floor(x[2])]


def trap_133(x):
    return x[round(x[2])]


def trap_134(x):
    return np.zeros(int(x[2] * 2) + 1).sum() + x[0]


def trap_217(x):
    best = -math.inf
    for v in x:
        best = v if v > best else best
    return best


def trap_218(x):
    best, arg = (math.inf, -1)
    for i, v in enumerate(x):
        if v < best:
            best, arg = (v, i)
    return best * arg


def trap_219(x):
    return min(x, key=lambda v: abs(v - 0.5))
