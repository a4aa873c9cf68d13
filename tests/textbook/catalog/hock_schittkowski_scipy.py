"""Hock and Schittkowski as ported from scripts for scipy.optimize.minimize."""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, NonlinearConstraint

from asdopt import Problem

from catalog._entry import HS, HS_DIGITS, textbook


@textbook("HS26", 0.0, HS, abs=1e-6)
def hs026():
    def fun(x):
        return (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 4

    cons = ({"type": "eq", "fun": lambda x: (1 + x[1] ** 2) * x[0] + x[2] ** 4 - 3},)
    return Problem(fun, cons, x0=np.array([-2.6, 2.0, 2.0]))


@textbook("HS27", 0.04, HS)
def hs027():
    def fun(x):
        return 0.01 * (x[0] - 1) ** 2 + (x[1] - x[0] ** 2) ** 2

    return Problem(fun, {"type": "eq", "fun": lambda x: x[0] + x[2] ** 2 + 1}, x0=[2, 2, 2])


@textbook("HS32", 1.0, HS)
def hs032():
    def fun(x):
        return (x[0] + 3 * x[1] + x[2]) ** 2 + 4 * (x[0] - x[1]) ** 2

    cons = [
        {"type": "ineq", "fun": lambda x: 6 * x[1] + 4 * x[2] - x[0] ** 3 - 3},
        {"type": "eq", "fun": lambda x: 1 - x[0] - x[1] - x[2]},
    ]
    return Problem(fun, cons, x0=[0.1, 0.7, 0.2], bounds=[(0, None)] * 3)


@textbook("HS33", np.sqrt(2) - 6, HS, also=(-4.0,))
def hs033():
    def fun(x):
        return (x[0] - 1) * (x[0] - 2) * (x[0] - 3) + x[2]

    nlc = NonlinearConstraint(
        lambda x: [x[2] ** 2 - x[1] ** 2 - x[0] ** 2, x[0] ** 2 + x[1] ** 2 + x[2] ** 2],
        [0, 4],
        [np.inf, np.inf],
    )
    return Problem(fun, [nlc], x0=[0, 0, 3], bounds=Bounds([0, 0, 0], [np.inf, np.inf, 5]))


def product(x, sign):
    return sign * (x[0] * x[1] * x[2] * x[3])


@textbook("HS40", -0.25, HS)
def hs040():
    cons = [
        {"type": "eq", "fun": lambda x: x[0] ** 3 + x[1] ** 2 - 1},
        {"type": "eq", "fun": lambda x, i, j: x[0] ** 2 * x[i] - x[j], "args": (3, 2)},
        {"type": "eq", "fun": lambda x, *a: x[a[0]] ** 2 - x[a[1]], "args": (3, 1)},
    ]
    return Problem(lambda x: product(x, -1.0), cons, x0=4 * [0.8])


@textbook("HS38", 0.0, HS)
def hs038():
    def fun(x):
        """Wood's function, as Colville's fourth problem."""
        return (
            100 * (x[1] - x[0] ** 2) ** 2
            + (1 - x[0]) ** 2
            + 90 * (x[3] - x[2] ** 2) ** 2
            + (1 - x[2]) ** 2
            + 10.1 * ((x[1] - 1) ** 2 + (x[3] - 1) ** 2)
            + 19.8 * (x[1] - 1) * (x[3] - 1)
        )

    return Problem(fun, (), x0=(-3, -1, -3, -1), bounds=tuple((-10, 10) for _ in range(4)))


@textbook("HS39", -1.0, HS)
def hs039():
    def eq1(x):
        return x[1] - x[0] ** 3 - x[2] ** 2

    def eq2(x):
        return x[0] ** 2 - x[1] - x[3] ** 2

    cons = [{"type": "eq", "fun": eq} for eq in (eq1, eq2)]
    return Problem(lambda x: -x[0], cons, x0=np.repeat(2, 4))


@textbook("HS47", 0.0, HS, abs=1e-6)
def hs047():
    def fun(x):
        return (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 2 + (x[2] - x[3]) ** 4 + (x[3] - x[4]) ** 4

    def con(x):
        return np.r_[x[0] + x[1] ** 2 + x[2] ** 3 - 3, x[1] - x[2] ** 2 + x[3] - 1, x[0] * x[4] - 1]

    x0 = [2, np.sqrt(2), -1, 2 - np.sqrt(2), 0.5]
    return Problem(fun, {"type": "eq", "fun": con}, x0=x0)


@textbook("HS60", 0.03256820025, HS)
def hs060():
    def fun(x):
        return (x[0] - 1) ** 2 + (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 4

    def con(x):
        return x[0] * (1 + x[1] ** 2) + x[2] ** 4 - 4 - 3 * np.sqrt(2)

    return Problem(
        fun, NonlinearConstraint(con, 0.0, 0.0), x0=2 * np.ones(3), bounds=Bounds(-10, 10)
    )


@textbook("HS61", -143.6461422, HS, also=(-81.9190960,))
def hs061():
    def fun(x):
        return 4 * x[0] ** 2 + 2 * x[1] ** 2 + 2 * x[2] ** 2 - 33 * x[0] + 16 * x[1] - 24 * x[2]

    cons = [
        NonlinearConstraint(lambda x: 3 * x[0] - 2 * x[1] ** 2, 7, 7),
        NonlinearConstraint(lambda x: 4 * x[0] - x[2] ** 2, 11, 11),
    ]
    return Problem(fun, cons, x0=np.zeros(3))


@textbook("HS63", 961.7151721, HS)
def hs063():
    def fun(x):
        return 1000 - x[0] ** 2 - 2 * x[1] ** 2 - x[2] ** 2 - x[0] * x[1] - x[0] * x[2]

    cons = [
        LinearConstraint([[8, 14, 7]], [56], [56]),
        {"type": "eq", "fun": lambda x: x.dot(x) - 25},
    ]
    return Problem(fun, cons, x0=np.full(3, 2), bounds=[(0, None) for _ in range(3)])


@textbook("HS64", 6299.842428, HS)
def hs064():
    p = np.array([5, 20, 10]), np.array([50000, 72000, 144000]), np.array([4, 32, 120])

    def fun(x, a=p[0], b=p[1]):
        return np.sum(a * x + b / x)

    con = {"type": "ineq", "fun": lambda x: 1 - sum(p[2] / x)}
    return Problem(fun, con, x0=np.ones(3), bounds=[(1e-5, np.inf)] * 3)


@textbook("HS65", 0.9535288567, HS)
def hs065():
    def fun(x):
        return (x[0] - x[1]) ** 2 + (x[0] + x[1] - 10) ** 2 / 9 + (x[2] - 5) ** 2

    # x0 violates the bounds, as in the book.
    return Problem(
        fun,
        {"type": "ineq", "fun": lambda x: 48 - x[0] ** 2 - x[1] ** 2 - x[2] ** 2},
        x0=np.array([-5, 5, 0]),
        bounds=Bounds([-4.5, -4.5, -5], [4.5, 4.5, 5]),
    )


# The optimum is small beside the prices: Ipopt must not relax the bounds by its usual 1e-8.
EXACT = {"bound_relax_factor": 0.0}


@textbook("HS95", 0.01561952524, HS, options=EXACT)
def hs095():
    return _sugar((4.97, -1.88, -29.08, -78.02))


@textbook("HS96", 0.01561952524, HS, options=EXACT)
def hs096():
    return _sugar((4.97, -1.88, -69.08, -118.02))


@textbook("HS97", 3.1358091, HS, also=(4.071246366,), options=EXACT)
def hs097():
    return _sugar((32.97, 25.12, -29.08, -78.02))


@textbook("HS98", 3.1358091, HS, also=(4.071246366,), options=EXACT)
def hs098():
    return _sugar((32.97, 25.12, -124.08, -173.02))


def _sugar(b):
    cost = np.array([4.3, 31.8, 63.3, 15.8, 68.5, 4.7])

    def con(x):
        x1, x2, x3, x4, x5, x6 = x
        return [
            17.1 * x1
            + 38.2 * x2
            + 204.2 * x3
            + 212.3 * x4
            + 623.4 * x5
            + 1495.5 * x6
            - 169 * x1 * x3
            - 3580 * x3 * x5
            - 3810 * x4 * x5
            - 18500 * x4 * x6
            - 24300 * x5 * x6,
            17.9 * x1
            + 36.8 * x2
            + 113.9 * x3
            + 169.7 * x4
            + 337.8 * x5
            + 1385.2 * x6
            - 139 * x1 * x3
            - 2450 * x4 * x5
            - 16600 * x4 * x6
            - 17200 * x5 * x6,
            -273 * x2 - 70 * x4 - 819 * x5 + 26000 * x4 * x5,
            159.9 * x1 - 311 * x2 + 587 * x4 + 391 * x5 + 2198 * x6 - 14000 * x1 * x6,
        ]

    return Problem(
        lambda x: cost.dot(x),
        NonlinearConstraint(con, b, np.inf),
        x0=np.zeros(6),
        bounds=Bounds(np.zeros(6), [0.31, 0.046, 0.068, 0.042, 0.028, 0.0134]),
    )


@textbook("HS100", 680.6300573, HS)
def hs100():
    def fun(x):
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

    cons = []
    cons.append(lambda x: 127 - 2 * x[0] ** 2 - 3 * x[1] ** 4 - x[2] - 4 * x[3] ** 2 - 5 * x[4])
    cons.append(lambda x: 282 - 7 * x[0] - 3 * x[1] - 10 * x[2] ** 2 - x[3] + x[4])
    cons.append(lambda x: 196 - 23 * x[0] - x[1] ** 2 - 6 * x[5] ** 2 + 8 * x[6])
    cons.append(
        lambda x: (
            -4 * x[0] ** 2 - x[1] ** 2 + 3 * x[0] * x[1] - 2 * x[2] ** 2 - 5 * x[5] + 11 * x[6]
        )
    )
    return Problem(fun, [{"type": "ineq", "fun": c} for c in cons], x0=[1, 2, 0, 4, 0, 1, 1])


@textbook("HS113", 24.3062091, HS)
def hs113():
    def fun(x):
        return (
            x[0] ** 2
            + x[1] ** 2
            + x[0] * x[1]
            - 14 * x[0]
            - 16 * x[1]
            + (x[2] - 10) ** 2
            + 4 * (x[3] - 5) ** 2
            + (x[4] - 3) ** 2
            + 2 * (x[5] - 1) ** 2
            + 5 * x[6] ** 2
            + 7 * (x[7] - 11) ** 2
            + 2 * (x[8] - 10) ** 2
            + (x[9] - 7) ** 2
            + 45
        )

    def nonlinear(x):
        return (
            -3 * (x[0] - 2) ** 2 - 4 * (x[1] - 3) ** 2 - 2 * x[2] ** 2 + 7 * x[3] + 120,
            -5 * x[0] ** 2 - 8 * x[1] - (x[2] - 6) ** 2 + 2 * x[3] + 40,
            -0.5 * (x[0] - 8) ** 2 - 2 * (x[1] - 4) ** 2 - 3 * x[4] ** 2 + x[5] + 30,
            -(x[0] ** 2) - 2 * (x[1] - 2) ** 2 + 2 * x[0] * x[1] - 14 * x[4] + 6 * x[5],
            3 * x[0] - 6 * x[1] - 12 * (x[8] - 8) ** 2 + 7 * x[9],
        )

    A = np.zeros((3, 10))
    A[0, [0, 1, 6, 7]] = -4, -5, 3, -9
    A[1, [0, 1, 6, 7]] = -10, 8, 17, -2
    A[2, [0, 1, 8, 9]] = 8, -2, -5, 2
    return Problem(
        fun,
        [LinearConstraint(A, [-105, 0, -12], np.inf), {"type": "ineq", "fun": nonlinear}],
        x0=[2, 3, 5, 5, 1, 2, 7, 3, 6, 10],
    )
