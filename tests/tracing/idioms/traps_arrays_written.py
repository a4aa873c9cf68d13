"""Short functions, each with one trap: arrays and lists written into, aliases."""

import math

import numpy as np


def trap_006(x):
    t = np.zeros((3, 4))
    t[1] = x
    t[:, 2] *= x[1]
    t[[0, 2], [1, 3]] = x[2:]
    return t.sum(axis=1)


def trap_007(x):
    a = np.arange(12.0).reshape(3, 4)
    a[1, :] += x
    return a.T @ np.ones(3)


def trap_026(x):
    a = np.asarray(x)
    a = a.astype(float)
    a[0] = 5
    return a * x


def trap_055(x):
    a = b = np.zeros(2)
    a[0] = x[0]
    return b


def trap_056(x):
    a = [0] * 4
    a[:] = x
    return a


def trap_057(x):
    a = np.zeros(4)
    a[:] = [math.sin(v) for v in x]
    return a


def trap_058(x):
    a = np.zeros((2, 2))
    a.flat = x
    a[a > 1] = 0
    return a.ravel()


def trap_059(x):
    a = np.zeros(4)
    np.add.at(a, [0, 0, 1], x[:3])
    return a


def trap_060(x):
    a = np.zeros(4)
    a.put([0, 1], x[:2])
    return a


def trap_061(x):
    a = np.zeros(4)
    a.fill(x[0])
    return a


def trap_062(x):
    a = np.zeros(3)
    a[-1] = x[0]
    a[0], a[1] = (x[1], x[2])
    return a


def trap_063(x):
    a = np.zeros(4)
    a[1::2] = x[::2]
    a += 1
    return a.copy()


def trap_182(x):
    a = [1, 2]
    a[0], a[1] = (a[1], x[0])
    return a


def trap_183(x):
    i = 0
    y = [0] * 3
    i, y[i] = (1, x[0])
    return y


def trap_184(x):
    y = z = math.sin(x[0])
    y += 1
    return [y, z]


def trap_185(x):
    y = np.zeros(2)
    z = y
    y = y + x[0]
    z += x[1]
    return [*y, *z]


def trap_186(x):
    y = x[:2]
    y *= 2
    return x


def trap_187(x):
    y = x.reshape(2, 2).T
    y[0, 1] = 9
    return x * 2


def trap_188(x):

    def f(a):
        a[0] = 0.0
        return a.sum()

    r = f(x)
    return [r, x[0], x[1]]


def trap_189(x):

    def f(a):
        a = a * 2
        return a.sum()

    return [f(x), x[0]]


def trap_190(x):
    return np.array(x)[::-1] + np.flip(x) + x[::-1]


def trap_191(x):
    return list(reversed(x)) + list(x)[::-1]


def trap_204(x):
    from numpy import sin, zeros

    o = zeros(1)
    o[0] = sin(x[0])
    return o


def trap_212(x):
    a = np.empty((2, 2), dtype=float)
    a[...] = x.reshape(2, 2)
    return np.linalg.inv(a).ravel()


def trap_213(x):
    a = np.zeros((2, 2))
    a[0, 0], a[1, 1] = (x[0], x[1])
    b = a
    b[0, 1] = x[2]
    return a.ravel()


def trap_214(x):
    rows = [np.zeros(2) for _ in range(2)]
    rows[0][1] = x[0]
    rows[1] += x[1]
    return np.vstack(rows).ravel()


def trap_215(x):
    cache = np.full((3,), np.nan)
    for i in range(3):
        if np.isnan(cache[i]):
            cache[i] = math.sin(x[i])
    return cache
