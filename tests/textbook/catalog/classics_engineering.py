"""Problems of engineering books, as engineers write them: formulas with names, max, tables."""

import csv
import io
import math
from dataclasses import dataclass, fields
from types import SimpleNamespace

import numpy as np

from asdopt import Constraint, Problem

from catalog._entry import textbook

RAY = "Ray, Saini: Engineering design optimization using a swarm (2001)"
ARORA = "Arora: Introduction to optimum design"
GOLINSKI = "Golinski (1970); Ray, Saini (2001)"


@textbook("three-bar truss", 263.8958434, RAY)
def three_bar_truss():
    load = limit = 2.0  # kN, kN/cm2
    length = 100  # cm

    def weight(a):
        return length * (2 * math.sqrt(2) * a[0] + a[1])

    def stresses(a):
        a1, a2 = a
        root = math.sqrt(2)
        denominator = root * a1**2 + 2 * a1 * a2
        return [
            (root * a1 + a2) / denominator * load - limit,
            a2 / denominator * load - limit,
            1 / (a1 + root * a2) * load - limit,
        ]

    return Problem(weight, stresses, cu=0, x0=[0.5, 0.5], bounds=[(0, 1), (0, 1)])


@textbook("tension spring", 0.012665233, ARORA, rel=1e-5)
def spring():
    @dataclass
    class Spring:
        wire: float
        coil: float
        turns: float

    def deflection(s):
        return 1 - s.coil**3 * s.turns / (71785 * s.wire**4)

    def shear(s):
        first = (4 * s.coil**2 - s.wire * s.coil) / (12566 * (s.coil * s.wire**3 - s.wire**4))
        return first + 1 / (5108 * s.wire**2) - 1

    def surge(s):
        return 1 - 140.45 * s.wire / (s.coil**2 * s.turns)

    def size(s):
        return (s.wire + s.coil) / 1.5 - 1

    return Problem(
        lambda s: (s.turns + 2) * s.coil * s.wire**2,
        [Constraint(g, ub=0) for g in (deflection, shear, surge, size)],
        x0=Spring(0.06, 0.5, 8.0),
        bounds={f.name: b for f, b in zip(fields(Spring), [(0.05, 2), (0.25, 1.3), (2, 15)])},
    )


@textbook("speed reducer", 2994.4710661, GOLINSKI)
def speed_reducer():
    limits = """name,low,high,start
    face,2.6,3.6,3.1
    module,0.7,0.8,0.75
    teeth,17,28,22
    l1,7.3,8.3,7.8
    l2,7.3,8.3,7.8
    d1,2.9,3.9,3.4
    d2,5.0,5.5,5.2"""
    table = list(csv.DictReader(io.StringIO(limits), skipinitialspace=True))

    def named(x):
        return SimpleNamespace(**{row["name"].strip(): v for row, v in zip(table, x)})

    def weight(x):
        g = named(x)
        return (
            0.7854 * g.face * g.module**2 * (3.3333 * g.teeth**2 + 14.9334 * g.teeth - 43.0934)
            - 1.508 * g.face * (g.d1**2 + g.d2**2)
            + 7.4777 * (g.d1**3 + g.d2**3)
            + 0.7854 * (g.l1 * g.d1**2 + g.l2 * g.d2**2)
        )

    def limit(x):
        b, m, z, l1, l2, d1, d2 = x
        yield 27 / (b * m**2 * z)
        yield 397.5 / (b * m**2 * z**2)
        yield 1.93 * l1**3 / (m * z * d1**4)
        yield 1.93 * l2**3 / (m * z * d2**4)
        yield math.hypot(745 * l1 / (m * z), math.sqrt(16.9e6)) / (110 * d1**3)
        yield math.hypot(745 * l2 / (m * z), math.sqrt(157.5e6)) / (85 * d2**3)
        yield m * z / 40
        yield 5 * m / b
        yield b / (12 * m)
        yield (1.5 * d1 + 1.9) / l1
        yield (1.1 * d2 + 1.9) / l2

    return Problem(
        weight,
        Constraint(lambda x: list(limit(x)), ub=1, name="limit"),
        x0=[float(row["start"]) for row in table],
        bounds=[(float(row["low"]), float(row["high"])) for row in table],
    )


@textbook("cantilever beam", 1.3399563605, "Svanberg: Method of moving asymptotes (1987)")
def cantilever():
    def tip(x):
        total = 0
        for i, weight in enumerate([61, 37, 19, 7, 1]):
            total += weight / x[i] ** 3
        return total

    return Problem(
        lambda x: 0.0624 * sum(x), Constraint(tip, ub=1), x0=5 * [5], bounds=[(0.01, 100)] * 5
    )


@textbook("welded beam", 1.7248523, RAY, also=(2.3809565,), rel=2e-6)
def welded_beam():
    P, L, E, G = 6000.0, 14.0, 30e6, 12e6

    def shear(x):
        h, l, t, _ = x
        tau1 = P / (math.sqrt(2) * h * l)
        M = P * (L + l / 2)
        R = math.sqrt(l**2 / 4 + ((h + t) / 2) ** 2)
        J = 2 * (math.sqrt(2) * h * l * (l**2 / 12 + ((h + t) / 2) ** 2))
        tau2 = M * R / J
        return math.sqrt(tau1**2 + tau1 * tau2 * l / R + tau2**2)

    def buckling(x):
        _, _, t, b = x
        force = 4.013 * E * math.sqrt(t**2 * b**6 / 36) / L**2
        return force * (1 - t / (2 * L) * math.sqrt(E / (4 * G)))

    return Problem(
        lambda x: 1.10471 * x[0] ** 2 * x[1] + 0.04811 * x[2] * x[3] * (14 + x[1]),
        [
            Constraint(shear, ub=13600),
            Constraint(lambda x: 6 * P * L / (x[3] * x[2] ** 2), ub=30000, name="bending"),
            Constraint(lambda x: x[0] - x[3], ub=0, name="weld"),
            Constraint(lambda x: 4 * P * L**3 / (E * x[2] ** 3 * x[3]), ub=0.25, name="deflection"),
            Constraint(buckling, lb=P),
        ],
        x0=[0.3, 4.0, 8.0, 0.3],
        bounds=[(0.1, 2), (0.1, 10), (0.1, 10), (0.1, 2)],
    )


@textbook("pressure vessel", 5885.3327736, "Yang: Engineering optimization; thicknesses continuous")
def pressure_vessel():
    def cost(x):
        return (
            0.6224 * x[0] * x[2] * x[3]
            + 1.7781 * x[1] * x[2] ** 2
            + 3.1661 * x[0] ** 2 * x[3]
            + 19.84 * x[0] ** 2 * x[2]
        )

    volume = lambda x: math.pi * x[2] ** 2 * x[3] + 4 / 3 * math.pi * x[2] ** 3
    return Problem(
        cost,
        [
            {"type": "ineq", "fun": lambda x: x[0] - 0.0193 * x[2]},
            {"type": "ineq", "fun": lambda x: x[1] - 0.00954 * x[2]},
            Constraint(volume, lb=1296000),
        ],
        x0=[1, 1, 50, 100],
        bounds=[(0, 99), (0, 99), (10, 200), (10, 200)],
    )


@textbook(
    "alkylation, no. 7 of Bracken",
    -1161.336609,
    "Bracken, McCormick (1968), process of HS67",
    rel=1e-3,
)
def alkylation():
    x0 = [1745.0, 12000, 110, 3048, 1974, 89.2, 92.8, 8, 3.6, 145]

    def profit(x):
        return 5.04 * x[0] + 0.035 * x[1] + 10 * x[2] + 3.36 * x[4] - 0.063 * x[3] * x[6]

    def equations(x):
        return [
            1.22 * x[3] - x[0] - x[4],
            x[0] * (1.12 + 0.13167 * x[7] - 0.006667 * x[7] ** 2) - x[3],
            86.35 + 1.098 * x[7] - 0.038 * x[7] ** 2 + 0.325 * (x[5] - 89) - x[6],
            98000 * x[2] / (x[3] * x[8] + 1000 * x[2]) - x[5],
            (x[1] + x[4]) / x[0] - x[7],
            35.82 - 0.222 * x[9] - x[8],
            -133 + 3 * x[6] - x[9],
        ]

    low = [1e-5] * 3 + [0, 0, 85, 90, 3, 0.01, 145]
    high = [2000, 16000, 120, 5000, 2000, 93, 95, 12, 4, 162]
    return Problem(profit, equations, cl=0, cu=0, x0=x0, bounds=list(zip(low, high)))


@textbook("transport", 153.675, "Dantzig: Linear programming and extensions (1963)")
def transport():
    """From canneries to markets: a linear program from a table of distances."""
    supply = {"Seattle": 350, "San Diego": 600}
    demand = {"New York": 325, "Chicago": 300, "Topeka": 275}
    distance = {"Seattle": (2.5, 1.7, 1.8), "San Diego": (2.5, 1.8, 1.4)}
    freight = 90

    def cost(x):
        return sum(
            freight * d / 1000 * x[plant][k]
            for plant, row in distance.items()
            for k, d in enumerate(row)
        )

    return Problem(
        cost,
        [
            Constraint(
                lambda x: [sum(x[p]) for p in supply], ub=list(supply.values()), name="supply"
            ),
            Constraint(
                lambda x: [sum(v) for v in zip(*x.values())],
                lb=list(demand.values()),
                name="demand",
            ),
        ],
        x0={plant: np.zeros(3) for plant in supply},
        bounds={plant: (0, None) for plant in supply},
    )


@textbook(
    "Dido", -0.5 * 40 / (2 * math.tan(math.pi / 80)), "Half of the regular polygon of 80 sides"
)
def dido():
    """Largest area between a straight coast and a chain of links of length one."""
    n = 40

    def area(angles):
        x = np.concatenate([[0], np.cumsum(np.cos(angles))])
        y = np.concatenate([[0], np.cumsum(np.sin(angles))])
        return -np.sum((x[1:] - x[:-1]) * (y[1:] + y[:-1]) / 2)

    return Problem(
        area,
        lambda angles: np.sum(np.sin(angles)),
        cl=0,
        cu=0,
        x0=np.linspace(1.2, -1.2, n),
        bounds=[(-math.pi, math.pi)] * n,
    )
