"""Numerical methods written out by hand, values as counts and indices."""

import math

import numpy as np


def runge_kutta(x):
    def f(t, y):
        return [y[1], -math.sin(y[0]) * x[2] + 0.1 * t]

    y, t, h = [x[0], x[1]], 0.0, 0.1
    for _ in range(5):
        k1 = f(t, y)
        k2 = f(t + h / 2, [a + h / 2 * b for a, b in zip(y, k1)])
        k3 = f(t + h / 2, [a + h / 2 * b for a, b in zip(y, k2)])
        k4 = f(t + h, [a + h * b for a, b in zip(y, k3)])
        y = [a + h / 6 * (p + 2 * q + 2 * r + s) for a, p, q, r, s in zip(y, k1, k2, k3, k4)]
        t += h
    return y


def simpson(x):
    n = 10
    h = x[2] / n
    return (
        h
        / 3
        * sum(
            (1 if k in (0, n) else 4 if k % 2 else 2) * math.exp(-((k * h) ** 2) * x[0])
            for k in range(n + 1)
        )
    )


def gauss_elimination(x):
    a = [[4.0 + x[0], x[1], 1.0], [x[2], 5.0, x[3]], [1.0, 2.0, 6.0]]
    b = [1.0, x[0], 2.0]
    n = 3
    for i in range(n):
        p = max(range(i, n), key=lambda r: abs(a[r][i]))
        a[i], a[p], b[i], b[p] = a[p], a[i], b[p], b[i]
        for r in range(i + 1, n):
            m = a[r][i] / a[i][i]
            for c in range(i, n):
                a[r][c] -= m * a[i][c]
            b[r] -= m * b[i]
    y = [0.0] * n
    for i in reversed(range(n)):
        y[i] = (b[i] - sum(a[i][j] * y[j] for j in range(i + 1, n))) / a[i][i]
    return y


def cholesky_by_hand(x):
    n = 3
    a = np.eye(n) * 4 + np.outer(x[:n], x[:n])
    low = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j] - sum(low[i, k] * low[j, k] for k in range(j))
            low[i, j] = math.sqrt(s) if i == j else s / low[j, j]
    return low[np.tril_indices(n)]


def horner_in_place(x):
    out = np.ones(4)
    for i in range(1, 4):
        out[i:] = out[i:] * x[i] + math.sin(x[0])
    return out


def integer_of_value(x):
    n = int(x[2] * 10)
    return sum(math.sin(x[0] * k) for k in range(n)) / (n + 1)


def value_as_table_index(x):
    table = [1.0, 4.0, 9.0, 16.0]
    i = min(int(x[2] * 2), 2)
    w = x[2] * 2 - i
    return table[i] * (1 - w) + table[i + 1] * w


def count_as_index(x):
    k = sum(v > 0.5 for v in x)
    return x[k - 1] * math.exp(x[0])


def argmax_as_index(x):
    return x[np.argmax(x)] * x[int(np.argmin(x))] + x[np.argsort(x)[1]]


def boolean_arithmetic(x):
    return (x[0] > 0.5) * x[1] + (1 - (x[0] > 0.5)) * x[2] + (x > 0.6).sum() * x[3]


def value_in_list(x):
    return x[0] if 0.9 in list(x) else x[1]


def list_index_of_max(x):
    values = [math.sin(v) for v in x]
    return values.index(max(values)) * x[0] + values.count(values[0])
