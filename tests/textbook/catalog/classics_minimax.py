"""Minimax problems through an upper bound, kinks with max, min and abs, ifs on variables."""

import math

import numpy as np

from asdopt import Constraint, Problem

from catalog._entry import CUTEST, textbook

SOURCE = "Lukšan, Vlček: Test problems for nonsmooth optimization, report 798 (2000)"


def minimax(functions, x0, z0=10.0):
    """Minimize the largest of some functions: one more variable above them all."""

    def gaps(v):
        x, z = v["x"], v["z"]
        return [z - f(x) for f in functions]

    return Problem(
        lambda v: v["z"], Constraint(gaps, lb=0), x0={"x": list(map(float, x0)), "z": z0}
    )


@textbook("CB2", 1.9522244939, SOURCE)
def cb2():
    return minimax(
        [
            lambda x: x[0] ** 2 + x[1] ** 4,
            lambda x: (2 - x[0]) ** 2 + (2 - x[1]) ** 2,
            lambda x: 2 * math.exp(x[1] - x[0]),
        ],
        [2, 2],
    )


@textbook("CB3", 2.0, SOURCE)
def cb3():
    return minimax(
        (
            lambda x: x[0] ** 4 + x[1] ** 2,
            lambda x: (2 - x[0]) ** 2 + (2 - x[1]) ** 2,
            lambda x: 2 * math.exp(x[1] - x[0]),
        ),
        [2, 2],
    )


@textbook("MADSEN", 0.61643244, SOURCE, rel=1e-6)
def madsen():
    pieces = [
        lambda x: x[0] ** 2 + x[1] ** 2 + x[0] * x[1],
        lambda x: math.sin(x[0]),
        lambda x: math.cos(x[1]),
    ]
    # The absolute value as both signs.
    both = [lambda x, f=f, s=s: s * f(x) for f in pieces for s in (1, -1)]
    return minimax(both, [3, 1])


@textbook("DEMYMALO", -3.0, SOURCE)
def demymalo():
    return minimax(
        [lambda x: 5 * x[0] + x[1], lambda x: -5 * x[0] + x[1], lambda x: sum(x**2) + 4 * x[1]],
        [1, 1],
    )


@textbook("POLAK1", math.e, CUTEST)
def polak1():
    def g(x):
        return math.exp(x[0] ** 2 / 1000 + (x[1] - 1) ** 2)

    def h(x):
        return math.exp(x[0] ** 2 / 1000 + (x[1] + 1) ** 2)

    return minimax([g, h], [50, 0.05])


@textbook("WONG1", 680.63006, SOURCE, rel=1e-7)
def wong1():
    def f(x):
        return (
            (x[0] - 10) ** 2
            + 5 * (x[1] - 12) ** 2
            + x[2] ** 4
            + 3 * (x[3] - 11) ** 2
            + 10 * x[4] ** 6
            + 7 * x[5] ** 2
            + x[6] ** 4
            - 4 * x[5] * x[6]
            - 10 * x[5]
            - 8 * x[6]
        )

    g = [
        lambda x: 2 * x[0] ** 2 + 3 * x[1] ** 4 + x[2] + 4 * x[3] ** 2 + 5 * x[4] - 127,
        lambda x: 7 * x[0] + 3 * x[1] + 10 * x[2] ** 2 + x[3] - x[4] - 282,
        lambda x: 23 * x[0] + x[1] ** 2 + 6 * x[5] ** 2 - 8 * x[6] - 196,
        lambda x: (
            4 * x[0] ** 2 + x[1] ** 2 - 3 * x[0] * x[1] + 2 * x[2] ** 2 + 5 * x[5] - 11 * x[6]
        ),
    ]
    penalized = [lambda x, gi=gi: f(x) + 10 * gi(x) for gi in g]
    return minimax([f, *penalized], [1, 2, 0, 4, 0, 1, 1], z0=1000.0)


@textbook("MARATOS", -1.0, CUTEST)
def maratos():
    return Problem(
        lambda x: -x[0] + 1e-6 * (x[0] ** 2 + x[1] ** 2 - 1),
        lambda x: math.hypot(*x) ** 2,
        cl=1,
        cu=1,
        x0=[1.1, 0.1],
    )


@textbook("BT1", -1.0, CUTEST)
def bt1():
    return Problem(
        lambda x: 100 * x[0] ** 2 + 100 * x[1] ** 2 - x[0] - 100,
        lambda x: [x[0] ** 2 + x[1] ** 2 - 1],
        cl=[0.0],
        cu=[0.0],
        x0=[0.08, 0.06],
    )


@textbook("BT3", 4.09302326, CUTEST, rel=1e-8)
def bt3():
    def f(x):
        return (x[0] - x[1]) ** 2 + (x[1] + x[2] - 2) ** 2 + (x[3] - 1) ** 2 + (x[4] - 1) ** 2

    A = np.array([[1, 3, 0, 0, 0], [0, 0, 1, 1, -2], [0, 1, 0, 0, -1]])
    return Problem(f, Constraint(A.__matmul__, 0, 0, name="A"), x0=[20.0] * 5)


@textbook("BT11", 0.82489178, CUTEST, rel=1e-6)
def bt11():
    def f(x):
        return (
            (x[0] - 1) ** 2
            + (x[0] - x[1]) ** 2
            + (x[1] - x[2]) ** 2
            + (x[2] - x[3]) ** 4
            + (x[3] - x[4]) ** 4
        )

    root = math.sqrt(2)
    return Problem(
        f,
        lambda x: (
            x[0] + x[1] ** 2 + x[2] ** 3 + 2 - 3 * root,
            x[1] - x[2] ** 2 + x[3] + 2 - 2 * root,
            x[0] - x[4] - 2,
        ),
        cl=0,
        cu=0,
        x0=[2] * 5,
    )


@textbook("Huber regression", 0.0, "Exact data but for two outliers, whose cost is known", abs=1e-6)
def huber():
    """An ``if`` on each residual: the branches change on the way and are honored."""
    t = [0.1 * i for i in range(20)]
    y = [1.5 - 0.7 * v for v in t]
    y[4] += 5
    y[13] -= 5

    def loss(r, delta=0.5):
        if abs(r) <= delta:
            return r**2 / 2
        return delta * (abs(r) - delta / 2)

    # Both outliers pull with the same force in opposite directions, at different times: the
    # optimum is where the inliers' squares balance them, by the normal equations.
    outlier = {4: 1.0, 13: -1.0}
    A = np.array([[1, v] for i, v in enumerate(t) if i not in outlier])
    b = np.array([v for i, v in enumerate(y) if i not in outlier])
    pull = sum(0.5 * s * np.array([1, t[i]]) for i, s in outlier.items())
    best = np.linalg.solve(A.T @ A, A.T @ b + pull)
    known = sum(loss(y[i] - best[0] - best[1] * t[i]) for i in range(20))

    def f(p):
        return sum(loss(yi - p[0] - p[1] * ti) for ti, yi in zip(t, y)) - known

    return Problem(f, x0=[0.0, 0.0])


@textbook("Fermat-Weber", 2 * math.sqrt(2), "Median of the corners of a unit square: its center")
def weber():
    corners = [(0, 0), (0, 1), (1, 0), (1, 1)]
    return Problem(
        lambda p: sum(math.dist(p, c) for c in corners),
        x0=[0.3, 0.9],
    )


@textbook("clipped well", -1.0, "By hand: min(max((x-2)**2 - 1, -5), 10) + max(0, -y)**2 + y**2")
def clipped():
    return Problem(
        lambda v: min(max((v[0] - 2) ** 2 - 1, -5), 10) + max(0, -v[1]) ** 2 + v[1] ** 2,
        x0=[4.0, -1.0],
    )
