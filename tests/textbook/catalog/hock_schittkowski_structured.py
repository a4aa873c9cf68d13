"""Hock and Schittkowski with variables that have names: dicts, named tuples, dataclasses."""

import math
from collections import namedtuple
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from asdopt import Constraint, Problem

from catalog._entry import HS, HS_DIGITS, textbook


@textbook("HS71", 17.0140173, HS)
def hs071():
    def cost(v):
        return v["a"] * v["d"] * (v["a"] + v["b"] + v["c"]) + v["c"]

    def size(v):
        return sum(value**2 for value in v.values())

    return Problem(
        cost,
        [
            Constraint(lambda v: v["a"] * v["b"] * v["c"] * v["d"], lb=25, name="product"),
            Constraint(size, 40, 40),
        ],
        x0=dict(a=1, b=5, c=5, d=1),
        bounds=dict.fromkeys("abcd", (1, 5)),
    )


class Exchanger(NamedTuple):
    area: Any
    temperature: Any


@textbook("HS106", 7049.248021, HS_DIGITS)
def hs106():
    """Heat exchangers: areas and temperatures."""

    def cost(v):
        return v.area.sum()

    def limits(v):
        (x1, x2, x3), (x4, x5, x6, x7, x8) = v
        return [
            1 - 0.0025 * (x4 + x6),
            1 - 0.0025 * (x5 + x7 - x4),
            1 - 0.01 * (x8 - x5),
            x1 * x6 - 833.33252 * x4 - 100 * x1 + 83333.333,
            x2 * x7 - 1250 * x5 - x2 * x4 + 1250 * x4,
            x3 * x8 - 1250000 - x3 * x5 + 2500 * x5,
        ]

    return Problem(
        cost,
        Constraint(limits, 0),
        x0=Exchanger(area=[5000, 5000, 5000], temperature=[200, 350, 150, 225, 425]),
        bounds=[(100, 1e4), (1e3, 1e4), (1e3, 1e4)] + [(10, 1000)] * 5,
    )


@dataclass
class Grid:
    """Static power scheduling: real and reactive power, voltages, angles."""

    p: Any
    q: Any
    v: Any
    angle: Any


@textbook("HS107", 5055.011803, HS)
def hs107():
    ratio = 48.4 / 50.176
    c, d = ratio * math.sin(0.25), ratio * math.cos(0.25)

    def cost(x):
        p1, p2 = x.p
        return 3000 * p1 + 1000 * p1**3 + 2000 * p2 + 666.66666667 * p2**3

    def balance(x):
        v5, v6, v7 = x.v
        a8, a9 = x.angle
        y1, y2, y3, y4 = math.sin(a8), math.cos(a8), math.sin(a9), math.cos(a9)
        y5, y6 = math.sin(a8 - a9), math.cos(a8 - a9)
        return {
            "real": [
                0.4
                - x.p[0]
                + 2 * c * v5**2
                - v5 * v6 * (d * y1 + c * y2)
                - v5 * v7 * (d * y3 + c * y4),
                0.4
                - x.p[1]
                + 2 * c * v6**2
                + v5 * v6 * (d * y1 - c * y2)
                + v6 * v7 * (d * y5 - c * y6),
                0.8 + 2 * c * v7**2 + v5 * v7 * (d * y3 - c * y4) - v6 * v7 * (d * y5 + c * y6),
            ],
            "reactive": [
                0.2
                - x.q[0]
                + 2 * d * v5**2
                + v5 * v6 * (c * y1 - d * y2)
                + v5 * v7 * (c * y3 - d * y4),
                0.2
                - x.q[1]
                + 2 * d * v6**2
                - v5 * v6 * (c * y1 + d * y2)
                - v6 * v7 * (c * y5 + d * y6),
                -0.337 + 2 * d * v7**2 - v5 * v7 * (c * y3 + d * y4) + v6 * v7 * (c * y5 - d * y6),
            ],
        }

    return Problem(
        cost,
        [
            Constraint(lambda x: balance(x)["real"], 0, 0, name="real"),
            Constraint(lambda x: balance(x)["reactive"], 0, 0, name="reactive"),
        ],
        x0=Grid(p=[0.8, 0.8], q=[0.2, 0.2], v=[1.0454] * 3, angle=np.zeros(2)),
        bounds={"p": (0, None), "v": (0.90909, 1.0909)},
    )


@textbook("HS109", 5362.06927538, HS_DIGITS)
def hs109():
    """Two generators again, with voltages; x as a dict of arrays."""
    a, b, c = 50.176, math.sin(0.25), math.cos(0.25)

    def cost(x):
        p = x["p"]
        return 3 * p[0] + 1e-6 * p[0] ** 3 + 2 * p[1] + 0.522074e-6 * p[1] ** 3

    def flow(x):
        (v5, v6, v7), (t3, t4), (x8, x9) = x["v"], x["angle"], x["q"]
        sin, cos = math.sin, math.cos
        p = [
            v5 * v6 * sin(-t3 - 0.25) + v5 * v7 * sin(-t4 - 0.25) + 2 * b * v5**2,
            v5 * v6 * sin(t3 - 0.25) + v6 * v7 * sin(t3 - t4 - 0.25) + 2 * b * v6**2,
            v5 * v7 * sin(t4 - 0.25) + v6 * v7 * sin(t4 - t3 - 0.25) + 2 * b * v7**2,
        ]
        q = [
            v5 * v6 * cos(-t3 - 0.25) + v5 * v7 * cos(-t4 - 0.25) - 2 * c * v5**2,
            v5 * v6 * cos(t3 - 0.25) + v6 * v7 * cos(t3 - t4 - 0.25) - 2 * c * v6**2,
            v5 * v7 * cos(t4 - 0.25) + v6 * v7 * cos(t4 - t3 - 0.25) - 2 * c * v7**2,
        ]
        return [
            400 - x["p"][0] + p[0] / a,
            400 - x["p"][1] + p[1] / a,
            881.779 + p[2] / a,
            x8 - 200 + q[0] / a + 0.7533e-3 * v5**2,
            x9 - 200 + q[1] / a + 0.7533e-3 * v6**2,
            -22.938 + q[2] / a + 0.7533e-3 * v7**2,
        ]

    def apparent(x):
        return x["p"] ** 2 + x["q"] ** 2

    return Problem(
        cost,
        [
            Constraint(lambda x: x["angle"][1] - x["angle"][0], -0.55, 0.55, name="difference"),
            Constraint(apparent, ub=1500**2),
            Constraint(flow, 0, 0),
        ],
        x0={"p": [0.0, 0.0], "angle": [0.0, 0.0], "v": [250, 250, 200], "q": [0, 0]},
        bounds={
            "p": (0, np.inf),
            "angle": (-0.55, 0.55),
            "v": (np.full(3, 196), np.full(3, 252)),
            "q": (-400, 800),
        },
    )


Alkylation = namedtuple("Alkylation", "x1 x2 x3 x4 x5 x6 x7 x8 x9 x10")


@textbook("HS114", -1768.80696, HS)
def hs114():
    def profit(v):
        return 5.04 * v.x1 + 0.035 * v.x2 + 10 * v.x3 + 3.36 * v.x5 - 0.063 * v.x4 * v.x7

    def balance(v):
        return (
            1.22 * v.x4 - v.x1 - v.x5,
            98000 * v.x3 / (v.x4 * v.x9 + 1000 * v.x3) - v.x6,
            (v.x2 + v.x5) / v.x1 - v.x8,
        )

    def regression(v, a=0.99, b=0.9):
        g1 = 35.82 - 0.222 * v.x10 - b * v.x9
        g2 = -133 + 3 * v.x7 - a * v.x10
        g5 = 1.12 * v.x1 + 0.13167 * v.x1 * v.x8 - 0.00667 * v.x1 * v.x8**2 - a * v.x4
        g6 = 57.425 + 1.098 * v.x8 - 0.038 * v.x8**2 + 0.325 * v.x6 - a * v.x7
        return (
            g1,
            g2,
            -g1 + v.x9 * (1 / b - b),
            -g2 + (1 / a - a) * v.x10,
            g5,
            g6,
            -g5 + (1 / a - a) * v.x4,
            -g6 + (1 / a - a) * v.x7,
        )

    low = [1e-5] * 5 + [85, 90, 3, 1.2, 145]
    high = [2000, 16000, 120, 5000, 2000, 93, 95, 12, 4, 162]
    return Problem(
        profit,
        [Constraint(balance, 0, 0), Constraint(regression, 0)],
        x0=Alkylation(1745, 12000, 110, 3048, 1974, 89.2, 92.8, 8, 3.6, 145),
        bounds=list(zip(low, high)),
    )


@textbook("HS116", 97.588409, HS, rel=1e-5, options={"max_iter": 2000})
def hs116():
    """Membrane separation in three stages: one x, cut with a slice for each meaning."""
    scale, feed = 0.002, 500

    def cost(x):
        return sum(x[10:])

    def purity(x):
        before, after = x[0:3], x[3:6]
        return [a - 0.03475 * b - 0.975 * b * a + 0.00975 * b**2 for b, a in zip(before, after)]

    def flows(x):
        x1, x2, x3, x4, x5, x6, x7, x8, x9, x10 = x[:10]
        return [
            x3 - x2,
            x2 - x1,
            1 - scale * x7 + scale * x8,
            x5 * x7 - x1 * x8 - x4 * x7 + x4 * x8,
            1 - scale * (x2 * x9 + x5 * x8 - x1 * x8 - x6 * x9) - x5 - x6,
            x2 * x9 - x3 * x10 - x6 * x9 - feed * x2 + feed * x6 + x2 * x10,
            x2 - 0.9 - scale * (x2 * x10 - x3 * x10),
        ]

    def power(x):
        return x[10:] - 1.262626 * x[7:10] + 1.231059 * x[:3] * x[7:10]

    low = [0.1, 0.1, 0.1, 1e-4, 0.1, 0.1, 0.1, 0.1, 500, 0.1, 1, 1e-4, 1e-4]
    high = [1, 1, 1, 0.1, 0.9, 0.9, 1000, 1000, 1000, 500, 150, 150, 150]
    return Problem(
        cost,
        [
            Constraint(cost, 50, 250, name="total"),
            Constraint(purity, 0),
            Constraint(flows, 0),
            Constraint(power, 0),
        ],
        x0=[0.5, 0.8, 0.9, 0.1, 0.14, 0.5, 489, 80, 650, 450, 150, 150, 150],
        bounds=list(zip(low, high)),
    )
