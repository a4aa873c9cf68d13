"""Hock and Schittkowski with helper functions of another module, closures and partials."""

import functools
import math
from functools import partial
from operator import itemgetter, mul

import numpy as np

from asdopt import Constraint, Problem

from catalog import _helpers as utils
from catalog._entry import HS, HS_DIGITS, textbook
from catalog._helpers import dot, norm2, polynomial, power, read_table


# The book iterates to 0.001 and 0.0001, and its digits are those of such an iteration.
@textbook("HS67", -1162.03650728, HS_DIGITS, rel=2e-5)
def hs067():
    """Alkylation with inner fixed points: loops that end when values agree."""

    def process(x):
        x1, x2, x3 = x
        y3 = y6 = None

        def volume(y2):
            nonlocal y3, y6
            y3 = 1.22 * y2 - x1
            y6 = (x2 + y3) / x1
            return 0.01 * x1 * (112 + 13.167 * y6 - 0.6667 * y6**2)

        y2 = utils.fixed_point(volume, 1.6 * x1, 1e-9)
        y5 = y7 = y8 = None

        def dilution(y4):
            nonlocal y5, y7, y8
            y5 = 86.35 + 1.098 * y6 - 0.038 * y6**2 + 0.325 * (y4 - 89)
            y8 = -133 + 3 * y5
            y7 = 35.82 - 0.222 * y8
            return 98000 * x3 / (y2 * y7 + 1000 * x3)

        y4 = utils.fixed_point(dilution, 93.0, 1e-9)
        return y2, y3, y4, y5, y6, y7, y8

    def cost(x):
        y2, y3, _, y5, *_ = process(x)
        return -(0.063 * y2 * y5 - 5.04 * x[0] - 3.36 * y3 - 0.035 * x[1] - 10 * x[2])

    return Problem(
        cost,
        Constraint(process, [0, 0, 85, 90, 3, 0.01, 145], [5000, 2000, 93, 95, 12, 4, 162]),
        x0=[1745, 12000, 110],
        bounds=[(1e-5, 2000), (1e-5, 16000), (1e-5, 120)],
    )


C70 = [0.1, *range(1, 19)]
Y70 = """0.00189 0.1038 0.268 0.506 0.577 0.604 0.725 0.898 0.947 0.845 0.702 0.528 0.385 0.257
    0.159 0.0869 0.0453 0.01509 0.00189"""


@textbook("HS70", 0.007498464, HS, also=(0.00940197,), rel=1e-5)
def hs070():
    def model(x, c):
        b = x[2] + (1 - x[2]) * x[3]
        first = (
            x[2]
            * power(b, x[1])
            * math.sqrt(x[1] / 6.2832)
            * power(c / 7.658, x[1] - 1)
            * math.exp(x[1] - b * c * x[1] / 7.658)
            / (1 + 1 / (12 * x[1]))
        )
        second = (
            (1 - x[2])
            * power(b / x[3], x[0])
            * math.sqrt(x[0] / 6.2832)
            * power(c / 7.658, x[0] - 1)
            * math.exp(x[0] - b * c * x[0] / (7.658 * x[3]))
            / (1 + 1 / (12 * x[0]))
        )
        return first + second

    objective = utils.residual_sum(model, C70, [float(y) for y in Y70.split()])
    return Problem(
        objective,
        Constraint(lambda x: x[2] + (1 - x[2]) * x[3], lb=0),
        x0=[2, 4, 0.04, 2],
        bounds=[(0.001, 100), (0.001, 100), (0.001, 0.999), (0.001, 100)],
    )


@textbook("HS72", 727.67937, HS, rel=2e-6)
def hs072():
    def inverse(weights, x):
        return dot(weights, [1 / v for v in x])

    rows = [([4, 2.25, 1, 0.25], 0.0401), ([0.16, 0.36, 0.64, 0.64], 0.010085)]
    return Problem(
        lambda x: 1 + sum(x),
        [Constraint(partial(inverse, w), ub=b, name=f"risk {i}") for i, (w, b) in enumerate(rows)],
        x0=[1, 1, 1, 1],
        bounds=[(0.001, (5 - i) * 1e5) for i in range(1, 5)],
    )


@textbook("HS73", 29.894378, HS)
def hs073():
    """Cattle feed."""
    price, protein = (24.55, 26.75, 39, 40.50), (2.3, 5.6, 11.1, 1.3)
    mean, variance = (12, 11.9, 41.8, 52.1), (0.28, 0.19, 20.5, 0.62)

    def fat(x):
        return dot(mean, x) - 1.645 * math.sqrt(dot(variance, map(mul, x, x)))

    return Problem(
        partial(dot, price),
        [
            Constraint(partial(dot, protein), lb=5),
            Constraint(fat, lb=21),
            Constraint(sum, lb=1, ub=1, name="all"),
        ],
        x0=[1, 1, 1, 1],
        bounds=[(0, None)] * 4,
    )


@textbook("HS77", 0.24150513, HS)
def hs077():
    def f(x):
        terms = [(x[0], 1, 2), (x[0], x[1], 2), (x[2], 1, 2), (x[3], 1, 4), (x[4], 1, 6)]
        return sum((a - b) ** p for a, b, p in terms)

    def h(x):
        yield x[0] ** 2 * x[3] + math.sin(x[3] - x[4]) - 2 * math.sqrt(2)
        yield x[1] + x[2] ** 4 * x[3] ** 2 - 8 - math.sqrt(2)

    return Problem(f, lambda x: list(h(x)), cl=0, cu=0, x0=[2] * 5)


def three_equations(x):
    return norm2(x) - 10, x[1] * x[2] - 5 * x[3] * x[4], polynomial([1, 0, 0, 1 + x[1] ** 3], x[0])


@textbook("HS78", -2.91970041, HS)
def hs078():
    return Problem(math.prod, three_equations, cl=0, cu=0, x0=[-2, 1.5, 2, -1, -1])


@textbook("HS80", 0.0539498478, HS)
def hs080():
    def f(x):
        return math.exp(functools.reduce(mul, x))

    return Problem(
        f,
        three_equations,
        cl=0,
        cu=0,
        x0=[-2, 2, 2, -1, -1],
        bounds=[(-2.3, 2.3)] * 2 + [(-3.2, 3.2)] * 3,
    )


@textbook("HS81", 0.0539498478, HS)
def hs081():
    last = itemgetter(2)

    def f(x):
        return math.exp(math.prod(x)) - 0.5 * last(three_equations(x)) ** 2

    return Problem(
        f,
        three_equations,
        cl=0,
        cu=0,
        x0=[-2, 2, 2, -1, -1],
        bounds=[(-2.3, 2.3)] * 2 + [(-3.2, 3.2)] * 3,
    )


@textbook("HS79", 0.0787768209, HS)
def hs079():
    def f(x):
        pairs = list(zip(x, x[1:]))
        powers = 2, 2, 4, 4
        return (x[0] - 1) ** 2 + sum((a - b) ** p for (a, b), p in zip(pairs, powers))

    root = math.sqrt(2)
    h = [
        Constraint(lambda x: x[0] + x[1] ** 2 + x[2] ** 3, 2 + 3 * root, 2 + 3 * root),
        Constraint(lambda x: x[1] - x[2] ** 2 + x[3], 2 * root - 2, 2 * root - 2),
        Constraint(lambda x: x[0] * x[4], 2, 2),
    ]
    return Problem(f, h, x0=[2, 2, 2, 2, 2])


@textbook("HS83", -30665.53867, HS)
def hs083():
    """Colville's third problem, bilinear forms from a table."""
    table = """
        85.334407, 0.0056858, 0.0006262, -0.0022053, 0, 92
        80.51249, 0.0071317, 0.0029955, 0.0021813, 90, 110
        9.300961, 0.0047026, 0.0012547, 0.0019085, 20, 25
    """
    rows = read_table(table)
    pairs = [
        ((1, 4), (0, 3), (2, 4)),
        ((1, 4), (0, 1), (2, 2)),
        ((2, 4), (0, 2), (2, 3)),
    ]

    def forms(x):
        out = []
        for (a0, *a), which in zip(rows[:, :4], pairs):
            value = a0
            for coefficient, (i, j) in zip(a, which):
                value += coefficient * x[i] * x[j]
            out.append(value)
        return out

    return Problem(
        lambda x: 5.3578547 * x[2] ** 2 + 0.8356891 * x[0] * x[4] + 37.293239 * x[0] - 40792.141,
        Constraint(forms, rows[:, 4], rows[:, 5]),
        x0=[78, 33, 27, 27, 27],
        bounds=[(78, 102), (33, 45), (27, 45), (27, 45), (27, 45)],
    )


@textbook("HS84", -5280335.133, HS)
def hs084():
    a = [
        -24345,
        -8720288.849,
        150512.5253,
        -156.6950325,
        476470.3222,
        729482.8271,
        -145421.402,
        2931.1506,
        -40.427932,
        5106.192,
        15711.36,
        -155011.1084,
        4360.53352,
        12.9492344,
        10236.884,
        13176.786,
        -326669.5104,
        7390.68412,
        -27.8986976,
        16643.076,
        30988.146,
    ]

    def row(k, x):
        return x[0] * (a[k] + dot(a[k + 1 : k + 5], x[1:]))

    rows = [functools.partial(row, k) for k in (6, 11, 16)]
    return Problem(
        lambda x: -a[0] - row(1, x),
        [Constraint(r, 0, u, name=n) for r, u, n in zip(rows, (294e3, 294e3, 277200), "abc")],
        x0=[2.52, 2, 37.5, 9.25, 6.8],
        bounds=[(0, 1000), (1.2, 2.4), (20, 60), (9, 9.3), (6.5, 7)],
    )


LIMITS85 = """
    213.1, 405.23
    17.505, 1053.6667
    11.275, 35.03
    214.228, 665.585
    7.458, 584.463
    0.961, 265.916
    1.612, 7.046
    0.146, 0.222
    107.99, 273.366
    922.693, 1286.105
    926.832, 1444.046
    18.766, 537.141
    1072.163, 3247.039
    8961.448, 26844.086
    0.063, 0.386
    71084.33, 140000
    2802713, 12146108
"""


@textbook("HS85", -1.9051553, HS_DIGITS, rel=2e-6)
def hs085():
    """Pulp and paper: a chain of formulas, all in one function that returns a dict."""

    def process(x):
        x1, x2, x3, x4, x5 = x
        y1 = x2 + x3 + 41.6
        c1 = 0.024 * x4 - 4.62
        y2 = 12.5 / c1 + 12
        c2 = 0.0003535 * x1**2 + 0.5311 * x1 + 0.08705 * y2 * x1
        c3 = 0.052 * x1 + 78 + 0.002377 * y2 * x1
        y3 = c2 / c3
        y4 = 19 * y3
        c4 = 0.04782 * (x1 - y3) + 0.1956 * (x1 - y3) ** 2 / x2 + 0.6376 * y4 + 1.594 * y3
        c5 = 100 * x2
        c6 = x1 - y3 - y4
        c7 = 0.950 - c4 / c5
        y5 = c6 * c7
        y6 = x1 - y5 - y4 - y3
        c8 = (y5 + y4) * 0.995
        y7 = c8 / y1
        y8 = c8 / 3798
        c9 = y7 - 0.0663 * y7 / y8 - 0.3153
        y9 = 96.82 / c9 + 0.321 * y1
        y10 = 1.29 * y5 + 1.258 * y4 + 2.29 * y3 + 1.71 * y6
        y11 = 1.71 * x1 - 0.452 * y4 + 0.580 * y3
        c10 = 12.3 / 752.3
        c11 = 1.75 * y2 * 0.995 * x1
        c12 = 0.995 * y10 + 1998
        y12 = c10 * x1 + c11 / c12
        y13 = c12 - 1.75 * y2
        y14 = 3623 + 64.4 * x2 + 58.4 * x3 + 146312 / (y9 + x5)
        c13 = 0.995 * y10 + 60.8 * x2 + 48 * x4 - 0.1121 * y14 - 5095
        y15 = y13 / c13
        y16 = 148000 - 331000 * y15 + 40 * y13 - 61 * y15 * y13
        c14 = 2324 * y10 - 28740000 * y2
        y17 = 14130000 - 1328 * y10 - 531 * y11 + c14 / c12
        c15 = y13 / y15 - y13 / 0.52
        c16 = 1.104 - 0.72 * y15
        c17 = y9 + x5
        return {k: v for k, v in locals().items() if k[0] in "cy"}

    def cost(x):
        v = process(x)
        return -(
            5.843e-7 * v["y17"]
            - 1.17e-4 * v["y14"]
            - 0.1365
            - 2.358e-5 * v["y13"]
            - 1.502e-6 * v["y16"]
            - 0.0321 * v["y12"]
            - 0.004324 * v["y5"]
            - 1e-4 * v["c15"] / v["c16"]
            - 37.48 * v["y2"] / v["c12"]
        )

    limits = read_table(LIMITS85)

    def amounts(x):
        v = process(x)
        return np.array([v[f"y{i}"] for i in range(1, 18)])

    def others(x):
        v = process(x)
        return (
            1.5 * x[1] - x[2],
            v["y4"] - 0.28 / 0.72 * v["y5"],
            21 - 3496 * v["y2"] / v["c12"],
            62212 / v["c17"] - 110.6 - v["y1"],
        )

    return Problem(
        cost,
        [Constraint(amounts, limits[:, 0], limits[:, 1]), Constraint(others, lb=0)],
        x0=[900, 80, 115, 267, 27],
        bounds=[
            (704.4148, 906.3855),
            (68.6, 288.88),
            (0, 134.75),
            (193, 287.0966),
            (25, 84.1988),
        ],
    )
