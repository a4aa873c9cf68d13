"""Lukšan and Vlček 5.1 to 5.18, scalable, written as their Fortran: loops from one.

The report prints no optima for these sizes. Chained problems whose optimum is zero at ones have it
by construction; the others were verified with CasADi and Ipopt, which a test repeats.
"""

import numpy as np

from asdopt import Problem

from catalog._entry import LV, textbook

BY_CASADI = LV + "; value verified with CasADi and Ipopt"


class OneBased:
    """A vector with indices from one, and zeros around it."""

    def __init__(self, x):
        self.x = x
        self.n = len(x)

    def __getitem__(self, i):
        return self.x[i - 1] if 1 <= i <= self.n else 0.0


def start(n, *values):
    return [float(values[i % len(values)]) for i in range(n)]


@textbook("LV1, n = 50", 6.2324586324, BY_CASADI)
def chained_rosenbrock():
    n = 50

    def f(v):
        x = OneBased(v)
        return sum(100 * (x[i] ** 2 - x[i + 1]) ** 2 + (x[i] - 1) ** 2 for i in range(1, n))

    def c(v):
        x = OneBased(v)
        return [
            3 * x[k + 1] ** 3
            + 2 * x[k + 2]
            - 5
            + np.sin(x[k + 1] - x[k + 2]) * np.sin(x[k + 1] + x[k + 2])
            + 4 * x[k + 1]
            - x[k] * np.exp(x[k] - x[k + 1])
            - 3
            for k in range(1, n - 1)
        ]

    return Problem(f, c, cl=0, cu=0, x0=start(n, -1.2, 1))


def chained_wood_objective(x, n):
    s = 0.0
    for i in range(1, n // 2):
        a, b, c, d = x[2 * i - 1], x[2 * i], x[2 * i + 1], x[2 * i + 2]
        s = s + 100 * (a**2 - b) ** 2 + (a - 1) ** 2 + 90 * (c**2 - d) ** 2 + (c - 1) ** 2
        s = s + 10 * (b + d - 2) ** 2 + (b - d) ** 2 / 10
    return s


@textbook("LV2, n = 40", 1371.6487979, BY_CASADI)
def chained_wood():
    n = 40

    def c(v):
        x = OneBased(v)
        rows = []
        for k in range(1, n - 6):
            y = x[k + 5]
            row = (2 + 5 * y**2) * y + 1
            for i in range(max(1, k - 1), k + 2):
                row = row + x[i] * (1 + x[i])
            rows.append(row)
        return rows

    return Problem(
        lambda v: chained_wood_objective(OneBased(v), n), c, cl=0, cu=0, x0=start(n, -2, 1)
    )


@textbook("LV3, n = 40", 14.168513898, BY_CASADI)
def chained_powell():
    n = 40

    def f(v):
        x = OneBased(v)
        return sum(
            (x[2 * i - 1] + 10 * x[2 * i]) ** 2
            + 5 * (x[2 * i + 1] - x[2 * i + 2]) ** 2
            + (x[2 * i] - 2 * x[2 * i + 1]) ** 4
            + 10 * (x[2 * i - 1] - x[2 * i + 2]) ** 4
            for i in range(1, n // 2)
        )

    def c(v):
        x = OneBased(v)
        return [
            3 * x[1] ** 3 + 2 * x[2] - 5 + np.sin(x[1] - x[2]) * np.sin(x[1] + x[2]),
            4 * x[n] - x[n - 1] * np.exp(x[n - 1] - x[n]) - 3,
        ]

    return Problem(f, c, cl=0, cu=0, x0=start(n, 3, -1, 0, 1))


@textbook("LV4, n = 20", 110.4257874978, BY_CASADI)
def chained_cragg_levy():
    n = 20

    def f(v):
        x = OneBased(v)
        return sum(
            (np.exp(x[2 * i - 1]) - x[2 * i]) ** 4
            + 100 * (x[2 * i] - x[2 * i + 1]) ** 6
            + np.tan(x[2 * i + 1] - x[2 * i + 2]) ** 4
            + x[2 * i - 1] ** 8
            + (x[2 * i + 2] - 1) ** 2
            for i in range(1, n // 2)
        )

    def c(v):
        x = OneBased(v)
        return [
            8 * x[k + 1] * (x[k + 1] ** 2 - x[k])
            - 2 * (1 - x[k + 1])
            + 4 * (x[k + 1] - x[k + 2] ** 2)
            for k in range(1, n - 1)
        ]

    return Problem(f, c, cl=0, cu=0, x0=start(n, 1, 2, 2, 2))


def five_diagonal(x, k):
    return (
        8 * x[k + 2] * (x[k + 2] ** 2 - x[k + 1])
        - 2 * (1 - x[k + 2])
        + 4 * (x[k + 2] - x[k + 3] ** 2)
        + x[k + 1] ** 2
        - x[k]
        + x[k + 3]
        - x[k + 4] ** 2
    )


@textbook("LV5, n = 30", 2.639282668, BY_CASADI)
def generalized_broyden_tridiagonal():
    """A broken power of an absolute value, smooth only twice."""
    n = 30

    def f(v):
        x = OneBased(v)
        return sum(
            abs((3 - 2 * x[i]) * x[i] - x[i - 1] - x[i + 1] + 1) ** (7 / 3) for i in range(1, n + 1)
        )

    return Problem(
        f,
        lambda v: [five_diagonal(OneBased(v), k) for k in range(1, n - 3)],
        cl=0,
        cu=0,
        x0=start(n, -1),
    )


@textbook("LV6, n = 21", 751.09665042, BY_CASADI)
def generalized_broyden_banded():
    n = 21

    def f(v):
        x = OneBased(v)
        s = 0
        for i in range(1, n + 1):
            t = (2 + 5 * x[i] ** 2) * x[i] + 1
            for j in range(max(1, i - 5), min(n, i + 1) + 1):
                if j != i:
                    t = t + x[j] * (1 + x[j])
            s = s + abs(t) ** (7 / 3)
        return s

    def c(v):
        x = OneBased(v)
        return [
            4 * x[2 * k]
            - (x[2 * k - 1] - x[2 * k + 1]) * np.exp(x[2 * k - 1] - x[2 * k] - x[2 * k + 1])
            - 3
            for k in range(1, n // 2 + 1)
        ]

    return Problem(f, c, cl=0, cu=0, x0=start(n, 3))


@textbook("LV7, n = 30", -11.5549988254, BY_CASADI)
def trigonometric_tridiagonal():
    n = 30

    def f(v):
        x = OneBased(v)
        return sum(
            i * (1 - np.cos(x[i]) + np.sin(x[i - 1]) - np.sin(x[i + 1])) for i in range(1, n + 1)
        )

    def c(v):
        x = OneBased(v)
        return [
            4 * (x[1] - x[2] ** 2) + x[2] - x[3] ** 2,
            8 * x[2] * (x[2] ** 2 - x[1])
            - 2 * (1 - x[2])
            + 4 * (x[2] - x[3] ** 2)
            + x[3]
            - x[4] ** 2,
            8 * x[n - 1] * (x[n - 1] ** 2 - x[n - 2])
            - 2 * (1 - x[n - 1])
            + 4 * (x[n - 1] - x[n] ** 2)
            + x[n - 2] ** 2
            - x[n - 3],
            8 * x[n] * (x[n] ** 2 - x[n - 1]) - 2 * (1 - x[n]) + x[n - 1] ** 2 - x[n - 2],
        ]

    return Problem(f, c, cl=0, cu=0, x0=start(n, 1))


@textbook("LV8, n = 25", 3582.775340055, BY_CASADI)
def augmented_lagrangian():
    n = 25
    h = 1 / (n + 1)
    l1, l2, l3 = -0.002008, -0.001900, -0.000261

    def f(v):
        s = 0
        for b in range(0, n, 5):
            p, q, r, t, u = v[b : b + 5]
            s = s + np.exp(p * q * r * t * u)
            s = s + 10 * (
                (p**2 + q**2 + r**2 + t**2 + u**2 - 10 - l1) ** 2
                + (q * r - 5 * t * u - l2) ** 2
                + (p**3 + q**3 + 1 - l3) ** 2
            )
        return s

    def c(v):
        x = OneBased(v)
        return [
            2 * x[k + 1] + h**2 * (x[k + 1] + h * (k + 1) + 1) ** 3 / 2 - x[k] - x[k + 2]
            for k in range(1, n - 1)
        ]

    return Problem(f, c, cl=0, cu=0, x0=start(n, -1, 2))


@textbook("LV9, n = 20", 2.01534196087, BY_CASADI)
def modified_brown():
    n = 20

    def f(v):
        s = 0
        for a, b in zip(v[0::2], v[1::2]):
            s = s + (a - 3) ** 2 / 1000 - (a - b) + np.exp(20 * (a - b))
        return s

    def c(v):
        x = OneBased(v)
        return [
            4 * (x[1] - x[2] ** 2) + x[2] - x[3] ** 2 + x[3] - x[4] ** 2,
            8 * x[2] * (x[2] ** 2 - x[1])
            - 2 * (1 - x[2])
            + 4 * (x[2] - x[3] ** 2)
            + x[1] ** 2
            + x[3]
            - x[4] ** 2
            + x[4]
            - x[5] ** 2,
            8 * x[n] * (x[n] ** 2 - x[n - 1])
            - 2 * (1 - x[n])
            + x[n - 1] ** 2
            - x[n - 2]
            + x[n - 2] ** 2
            - x[n - 3],
        ]

    return Problem(f, c, cl=0, cu=0, x0=start(n, -1))


@textbook("LV10, n = 20", 12.62910635465, BY_CASADI)
def generalized_brown():
    n = 20

    def f(v):
        return sum(
            (v[i - 1] ** 2) ** (v[i] ** 2 + 1) + (v[i] ** 2) ** (v[i - 1] ** 2 + 1)
            for i in range(1, n)
        )

    def c(v):
        x = OneBased(v)
        return [(3 - 2 * x[k + 1]) * x[k + 1] + 1 - x[k] - 2 * x[k + 2] for k in range(1, n - 1)]

    return Problem(f, c, cl=0, cu=0, x0=start(n, -1, 1))


def chained(objective, constraint, step, n, x0):
    """Windows of five variables, each ``step`` after the one before."""
    starts = range(0, n - 4, step)

    def f(v):
        return sum(objective(*v[j : j + 5]) for j in starts)

    def c(v):
        return [row for j in starts for row in constraint(*v[j : j + 5])]

    return Problem(f, c, cl=0, cu=0, x0=start(n, *x0))


@textbook("LV11, n = 32", 0.0, LV + "; zero at ones", abs=1e-6)
def chained_hs46():
    return chained(
        lambda a, b, c, d, e: (a - b) ** 2 + (c - 1) ** 2 + (d - 1) ** 4 + (e - 1) ** 6,
        lambda a, b, c, d, e: (a**2 * d + np.sin(d - e) - 1, b + c**4 * d**2 - 2),
        3,
        32,
        (2, 1.5, 0.5),
    )


@textbook("LV12, n = 33", 0.0, LV + "; zero at ones; another by CasADi", also=(49.414435544,))
def chained_hs47():
    return chained(
        lambda a, b, c, d, e: (a - b) ** 2 + (b - c) ** 2 + (c - d) ** 4 + (d - e) ** 4,
        lambda a, b, c, d, e: (a + b**2 + c**3 - 3, b - c**2 + d - 1, a * e - 1),
        4,
        33,
        (2, 1.5, -1, 0.5),
    )


@textbook("LV13, n = 32", 0.0, LV + "; zero at ones")
def chained_hs48():
    return chained(
        lambda a, b, c, d, e: (a - 1) ** 2 + (b - c) ** 2 + (d - e) ** 2,
        lambda a, b, c, d, e: (a + b + c + d + e - 5, c - 2 * (d + e) + 3),
        3,
        32,
        (3, 5, -3),
    )


@textbook("LV14, n = 32", 0.0, LV + "; zero at ones", abs=1e-6)
def chained_hs49():
    return chained(
        lambda a, b, c, d, e: (a - b) ** 2 + (c - 1) ** 2 + (d - 1) ** 4 + (e - 1) ** 6,
        lambda a, b, c, d, e: (a + b + c + 4 * d - 7, c + 5 * e - 6),
        3,
        32,
        (10, 7, -3),
    )


@textbook("LV15, n = 33", 0.0, LV + "; zero at ones")
def chained_hs50():
    return chained(
        lambda a, b, c, d, e: (a - b) ** 2 + (b - c) ** 2 + (c - d) ** 4 + (d - e) ** 4,
        lambda a, b, c, d, e: (a + 2 * b + 3 * c - 6, b + 2 * c + 3 * d - 6, c + 2 * d + 3 * e - 6),
        4,
        33,
        (35, 11, 5, -5),
    )


def hs51_objective(a, b, c, d, e):
    return (a - b) ** 2 + (b + c - 2) ** 2 + (d - 1) ** 2 + (e - 1) ** 2


@textbook("LV16, n = 33", 0.0, LV + "; zero at ones")
def chained_hs51():
    return chained(
        hs51_objective,
        lambda a, b, c, d, e: (a + 3 * b - 4, c + d - 2 * e, b - e),
        4,
        33,
        (2.5, 0.5, 2, -1),
    )


@textbook("LV17, n = 33", 38.391556415, BY_CASADI)
def chained_hs52():
    return chained(
        lambda a, b, c, d, e: (4 * a - b) ** 2 + (b + c - 2) ** 2 + (d - 1) ** 2 + (e - 1) ** 2,
        lambda a, b, c, d, e: (a**2 + 3 * b, c**2 + d - 2 * e, b**2 - e),
        4,
        33,
        (2,),
    )


@textbook("LV18, n = 33", 38.391556415, BY_CASADI)
def chained_hs53():
    return chained(
        hs51_objective,
        lambda a, b, c, d, e: (a**2 + 3 * b, c**2 + d - 2 * e, b**2 - e),
        4,
        33,
        (2,),
    )
