"""Moré, Garbow and Hillstrom 1 to 20 and others: sums of squares with loops, math, lists."""

import math
from math import atan, cos, exp, log, pi, sin, sqrt

from asdopt import Problem

from catalog._entry import MGH, textbook


def least_squares(residuals, x0, **kwargs):
    """Minimize the sum of squares of what ``residuals(x)`` returns."""

    def f(x):
        total = 0
        for r in residuals(x):
            total += r**2
        return total

    return Problem(f, x0=x0, **kwargs)


@textbook("MGH1", 0.0, MGH)
def rosenbrock():
    return least_squares(lambda x: [10 * (x[1] - x[0] ** 2), 1 - x[0]], [-1.2, 1])


@textbook("MGH2", 0.0, MGH, also=(48.98425368,))
def freudenstein_roth():
    def residuals(x):
        return (
            -13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1],
            -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1],
        )

    return least_squares(residuals, [0.5, -2])


@textbook("MGH3", 0.0, MGH)
def powell_badly_scaled():
    return least_squares(
        lambda x: [1e4 * x[0] * x[1] - 1, exp(-x[0]) + exp(-x[1]) - 1.0001], [0, 1]
    )


@textbook("MGH4", 0.0, MGH)
def brown_badly_scaled():
    return least_squares(lambda x: [x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2], [1, 1])


@textbook("MGH5", 0.0, MGH)
def beale():
    y = 1.5, 2.25, 2.625

    def residuals(x):
        for i in range(3):
            yield y[i] - x[0] * (1 - x[1] ** (i + 1))

    return least_squares(residuals, [1, 1])


@textbook("MGH6", 124.362, MGH, rel=5e-6)
def jennrich_sampson():
    def residuals(x):
        return [2 + 2 * i - (exp(i * x[0]) + exp(i * x[1])) for i in range(1, 11)]

    return least_squares(residuals, [0.3, 0.4])


@textbook("MGH7", 0.0, MGH)
def helical_valley():
    """An ``if`` on a variable: the angle has a cut."""

    def theta(a, b):
        if a > 0:
            return atan(b / a) / (2 * pi)
        return atan(b / a) / (2 * pi) + 0.5

    def residuals(x):
        r = sqrt(x[0] ** 2 + x[1] ** 2)
        return 10 * (x[2] - 10 * theta(x[0], x[1])), 10 * (r - 1), x[2]

    return least_squares(residuals, [-1, 0, 0])


@textbook("MGH8", 8.21487e-3, MGH, rel=2e-6)
def bard():
    y = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39]

    def residuals(x):
        out = []
        for i, value in enumerate(y):
            u = i + 1
            v = 16 - u
            w = min(u, v)
            out.append(value - (x[0] + u / (v * x[1] + w * x[2])))
        return out

    return least_squares(residuals, [1, 1, 1])


@textbook("MGH9", 1.12793e-8, MGH, rel=1e-5, options={"tol": 1e-12})
def gaussian():
    half = [0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521]
    y = half + [0.3989] + half[::-1]

    def residuals(x):
        t = [(8 - i) / 2 for i in range(1, 16)]
        return [x[0] * exp(-x[1] * (a - x[2]) ** 2 / 2) - b for a, b in zip(t, y)]

    return least_squares(residuals, [0.4, 1, 0])


@textbook("MGH10", 87.9458, MGH, options={"max_iter": 500})
def meyer():
    y = [34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744]
    y += [8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872]

    def residuals(x):
        return [x[0] * exp(x[1] / (50 + 5 * i + x[2])) - y[i] for i in range(16)]

    return least_squares(residuals, [0.02, 4000, 250])


@textbook("MGH11", 0.0, MGH)
def gulf():
    def residuals(x):
        m = 20
        for i in range(1, m + 1):
            t = i / 100
            y = 25 + (-50 * log(t)) ** (2 / 3)
            yield exp(-(abs(y - x[1]) ** x[2]) / x[0]) - t

    return least_squares(residuals, [5, 2.5, 0.15])


@textbook("MGH12", 0.0, MGH)
def box():
    def residuals(x):
        values = []
        t = 0.1
        while len(values) < 10:
            values.append(exp(-t * x[0]) - exp(-t * x[1]) - x[2] * (exp(-t) - exp(-10 * t)))
            t += 0.1
        return values

    return least_squares(residuals, [0, 10, 20])


@textbook("MGH13", 0.0, MGH, abs=1e-6)
def powell_singular():
    def f(x):
        a, b, c, d = x
        return (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4

    return Problem(f, x0=[3, -1, 0, 1])


@textbook("MGH14", 0.0, MGH)
def wood():
    def residuals(x):
        return [
            10 * (x[1] - x[0] ** 2),
            1 - x[0],
            sqrt(90) * (x[3] - x[2] ** 2),
            1 - x[2],
            sqrt(10) * (x[1] + x[3] - 2),
            (x[1] - x[3]) / sqrt(10),
        ]

    return least_squares(residuals, [-3, -1, -3, -1])


KOWALIK = {
    4: 0.1957,
    2: 0.1947,
    1: 0.1735,
    0.5: 0.16,
    0.25: 0.0844,
    0.167: 0.0627,
    0.125: 0.0456,
    0.1: 0.0342,
    0.0833: 0.0323,
    0.0714: 0.0235,
    0.0625: 0.0246,
}


@textbook("MGH15", 3.07505e-4, MGH, rel=2e-6, options={"tol": 1e-10})
def kowalik_osborne():
    def residuals(x):
        return [y - x[0] * (u**2 + u * x[1]) / (u**2 + u * x[2] + x[3]) for u, y in KOWALIK.items()]

    return least_squares(residuals, [0.25, 0.39, 0.415, 0.39])


@textbook("MGH16", 85822.2, MGH)
def brown_dennis():
    def f(x):
        s = 0
        for i in range(1, 21):
            t = i / 5
            s += ((x[0] + t * x[1] - exp(t)) ** 2 + (x[2] + x[3] * sin(t) - cos(t)) ** 2) ** 2
        return s

    return Problem(f, x0=[25, 5, -5, -1])


@textbook("MGH18", 0.0, MGH, also=(5.65565e-3,), rel=2e-6)
def biggs():
    def residuals(x):
        for i in range(1, 14):
            t = i / 10
            y = exp(-t) - 5 * exp(-10 * t) + 3 * exp(-4 * t)
            yield x[2] * exp(-t * x[0]) - x[3] * exp(-t * x[1]) + x[5] * exp(-t * x[4]) - y

    return least_squares(residuals, [1, 2, 1, 1, 1, 1])


def watson(n):
    def residuals(x):
        out = [x[0], x[1] - x[0] ** 2 - 1]
        for i in range(1, 30):
            t = i / 29
            first = sum((j - 1) * x[j - 1] * t ** (j - 2) for j in range(2, n + 1))
            second = sum(x[j] * t**j for j in range(n))
            out.insert(i - 1, first - second**2 - 1)
        return out

    return least_squares(residuals, [0.0] * n)


@textbook("MGH20, n = 6", 2.28767e-3, MGH, rel=2e-6)
def watson6():
    return watson(6)


@textbook("MGH20, n = 9", 1.39976e-6, MGH, rel=1e-5, options={"tol": 1e-10})
def watson9():
    return watson(9)


@textbook("MGH26", 0.0, MGH, also=(2.79506e-5,), rel=2e-6, options={"tol": 1e-10})
def trigonometric():
    n = 10

    def residuals(x):
        cosines = sum([cos(v) for v in x])
        return [n - cosines + (i + 1) * (1 - cos(x[i])) - sin(x[i]) for i in range(n)]

    return least_squares(residuals, [1 / n] * n)


@textbook("MGH27", 0.0, MGH, also=(1.0,))
def brown_almost_linear():
    n = 10

    def residuals(x):
        r = [x[i] + sum(x) - (n + 1) for i in range(n - 1)]
        r.append(math.prod(x) - 1)
        return r

    return least_squares(residuals, [0.5] * n)


@textbook("MGH29", 0.0, MGH)
def discrete_integral():
    n = 10
    h = 1 / (n + 1)
    t = [h * (j + 1) for j in range(n)]

    def residuals(x):
        cubes = [(x[j] + t[j] + 1) ** 3 for j in range(n)]
        for i in range(n):
            left = sum(t[j] * cubes[j] for j in range(i + 1))
            right = sum((1 - t[j]) * cubes[j] for j in range(i + 1, n))
            yield x[i] + h * ((1 - t[i]) * left + t[i] * right) / 2

    return least_squares(residuals, [v * (v - 1) for v in t])


@textbook("MGH31", 0.0, MGH)
def broyden_banded():
    n, ml, mu = 12, 5, 1

    def residuals(x):
        out = []
        for i in range(n):
            s = 0.0
            for j in range(max(0, i - ml), min(n, i + mu + 1)):
                if j == i:
                    continue
                s += x[j] * (1 + x[j])
            out.append(x[i] * (2 + 5 * x[i] ** 2) + 1 - s)
        return out

    return least_squares(residuals, [-1] * n)


def chebyquad(n):
    """Averages of shifted Chebyshev polynomials by their recurrence."""

    def residuals(x):
        z = [2 * v - 1 for v in x]
        before, now = [1] * n, list(z)
        for i in range(1, n + 1):
            integral = -1 / (i**2 - 1) if i % 2 == 0 else 0
            yield sum(now) / n - integral
            before, now = now, [2 * a * b - c for a, b, c in zip(z, now, before)]

    return least_squares(residuals, [(j + 1) / (n + 1) for j in range(n)])


@textbook("MGH35, n = 7", 0.0, MGH)
def chebyquad7():
    return chebyquad(7)


@textbook("MGH35, n = 8", 3.51687e-3, MGH, rel=2e-6)
def chebyquad8():
    return chebyquad(8)


@textbook("MGH35, n = 10", 6.50395e-3, MGH, also=(4.772713e-3,), rel=2e-6)
def chebyquad10():
    return chebyquad(10)
