"""Hock and Schittkowski as classes: methods, dataclasses, properties, callable objects."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from asdopt import Constraint, Problem

from catalog._entry import HS, HS_DIGITS, textbook


@dataclass
class HeatConduction:
    """Time-optimal heat conduction, the problems 88 to 92.

    The state at the end is a sum over the roots of ``mu tan(mu) = 1``.
    """

    n: int
    count: int = 30
    roots: list = field(init=False)

    def __post_init__(self):
        self.roots = [self._root(math.pi * j) for j in range(self.count)]

    @staticmethod
    def _root(low):
        high = low + math.pi / 2 - 1e-12
        for _ in range(200):
            middle = (low + high) / 2
            if middle * math.tan(middle) > 1:
                high = middle
            else:
                low = middle
        return (low + high) / 2

    @cached_property
    def weights(self):
        return [2 * math.sin(m) / (m + math.sin(m) * math.cos(m)) for m in self.roots]

    def energy(self, x):
        return sum(v**2 for v in x)

    def rest(self, x):
        """How far the end state is from the wanted one, squared; at most 0.0001."""
        n = self.n
        total = 2 / 15
        tails = [0.0] * n
        tails[n - 1] = x[n - 1] ** 2
        for i in reversed(range(n - 1)):
            tails[i] = tails[i + 1] + x[i] ** 2
        for m, a in zip(self.roots, self.weights):
            rho = self._alternating(m, tails)
            c = (math.sin(m) / m - math.cos(m)) / m**2
            total += m**2 * a * rho * (m * math.sin(m) * rho - 2 * c)
        return total

    def _alternating(self, m, tails):
        signs = [1.0] + [2.0 * (-1) ** i for i in range(1, self.n)]
        total = float((-1) ** self.n)
        for sign, tail in zip(signs, tails):
            total = total + sign * math.exp(-(m**2) * tail)
        return -total / m**2

    def problem(self):
        return Problem(
            self.energy,
            Constraint(self.rest, ub=1e-4),
            x0=[0.5, -0.5, 0.5, -0.5, 0.5, -0.5][: self.n],
            bounds=[(0.1, 10)] + [(-10, 10)] * (self.n - 1),
        )


@textbook("HS88", 1.36265681, HS, rel=1e-5)
def hs088():
    return HeatConduction(2).problem()


@textbook("HS89", 1.36265681, HS, rel=1e-5)
def hs089():
    return HeatConduction(n=3).problem()


@textbook("HS90", 1.36265681, HS, rel=1e-5)
def hs090():
    return HeatConduction(n=4).problem()


@textbook("HS91", 1.36265681, HS, rel=1e-5)
def hs091():
    return HeatConduction(n=5).problem()


@textbook("HS92", 1.36265681, HS, rel=1e-5)
def hs092():
    return HeatConduction(n=6).problem()


class Transformer:
    """Design of a transformer, problem 93."""

    def __init__(self, loss=(0.0204, 0.0187, 0.0607, 0.0437)):
        self.loss = loss

    def geometry(self, x):
        self.a = x[0] * x[3] * (x[0] + x[1] + x[2])
        self.b = x[1] * x[2] * (x[0] + 1.57 * x[1] + x[3])
        return self.a, self.b

    def cost(self, x):
        a, b = self.geometry(x)
        p, q, r, s = self.loss
        return p * a + q * b + r * a * x[4] ** 2 + s * b * x[5] ** 2

    def rating(self, x):
        return 0.001 * np.prod(x)

    def losses(self, x):
        a, b = self.geometry(x)
        return 0.00062 * a * x[4] ** 2 + 0.00058 * b * x[5] ** 2


@textbook("HS93", 135.075961, HS)
def hs093():
    t = Transformer()
    return Problem(
        t.cost,
        [Constraint(t.rating, lb=2.07), Constraint(t.losses, ub=1)],
        x0=[5.54, 4.4, 12.02, 11.82, 0.702, 0.852],
        bounds=[(0, None)] * 6,
    )


class Trajectory:
    """Flight in steps of constant angle, problem 99: the state moves with each step."""

    times = (0, 25, 50, 100, 150, 200, 290, 380)
    thrust = (0, 50, 50, 75, 75, 75, 100, 100)
    b = 32.0

    class State:
        __slots__ = ("p", "q", "r", "s")

        def __init__(self):
            self.p = self.q = self.r = self.s = 0.0

        def step(self, a, b, angle, dt):
            up, along = a * math.sin(angle) - b, a * math.cos(angle)
            self.p = self.p + dt * self.r + along * dt**2 / 2
            self.q += dt * self.s + up * dt**2 / 2
            self.r += along * dt
            self.s += up * dt

    def fly(self, angles):
        state = self.State()
        for i, angle in enumerate(angles, start=1):
            state.step(self.thrust[i], self.b, angle, self.times[i] - self.times[i - 1])
        return state

    def objective(self, angles):
        return -(self.fly(angles).r ** 2)

    def __call__(self, angles):
        state = self.fly(angles)
        return state.q, state.s


@textbook("HS99", -0.831079892e9, HS)
def hs099():
    model = Trajectory()
    target = [1e5, 1e3]
    return Problem(
        model.objective,
        Constraint(model, target, target, name="target"),
        x0=[0.5] * 7,
        bounds=[(0, 1.58)] * 7,
    )


class Posynomial:
    """A sum of terms ``c * x1**a1 * x2**a2 ...`` of positive variables."""

    def __init__(self, *terms):
        self.terms = terms

    def __call__(self, x):
        return sum(self.term(c, exponents, x) for c, exponents in self.terms)

    @staticmethod
    def term(c, exponents, x):
        value = c
        for i, a in exponents.items():
            value = value * x[i - 1] ** a
        return value

    def __add__(self, other):
        return Posynomial(*self.terms, *other.terms)


def geometric_program(a):
    cost = (
        Posynomial((10, {1: 1, 2: -1, 4: 2, 6: -3, 7: a}))
        + Posynomial((15, {1: -1, 2: -2, 3: 1, 4: 1, 5: -1, 7: -0.5}))
        + Posynomial((20, {1: -2, 2: 1, 4: -1, 5: -2, 6: 1}))
        + Posynomial((25, {1: 2, 2: 2, 3: -1, 5: 0.5, 6: -2, 7: 1}))
    )
    limits = [
        Posynomial(
            (0.5, {1: 0.5, 3: -1, 6: -2, 7: 1}),
            (0.7, {1: 3, 2: 1, 3: -2, 6: 1, 7: 0.5}),
            (0.2, {2: -1, 3: 1, 4: -0.5, 6: 2 / 3, 7: 0.25}),
        ),
        Posynomial(
            (1.3, {1: -0.5, 2: 1, 3: -1, 5: -1, 6: 1}),
            (0.8, {3: 1, 4: -1, 5: -1, 6: 2}),
            (3.1, {1: -1, 2: 0.5, 4: -2, 5: -1, 6: 1 / 3}),
        ),
        Posynomial(
            (2, {1: 1, 3: -1.5, 5: 1, 6: -1, 7: 1 / 3}),
            (0.1, {2: 1, 3: -0.5, 5: 1, 6: -1, 7: -0.5}),
            (1, {1: -1, 2: 1, 3: 0.5, 5: 1}),
            (0.65, {2: -2, 3: 1, 5: 1, 6: -1, 7: 1}),
        ),
        Posynomial(
            (0.2, {1: -2, 2: 1, 4: -1, 5: 0.5, 7: 1 / 3}),
            (0.3, {1: 0.5, 2: 2, 3: 1, 4: 1 / 3, 5: -2 / 3, 7: 0.25}),
            (0.4, {1: -3, 2: -2, 3: 1, 5: 1, 7: 0.75}),
            (0.5, {3: -2, 4: 1, 7: 0.5}),
        ),
    ]
    return Problem(
        cost,
        [Constraint(p, ub=1.0) for p in limits] + [Constraint(cost, 100, 3000, name="cost")],
        x0=[6.0] * 7,
        bounds=[(0.1, 10)] * 6 + [(0.01, 10)],
    )


@textbook("HS101", 1809.76476, HS)
def hs101():
    return geometric_program(-0.25)


@textbook("HS102", 911.880571, HS)
def hs102():
    return geometric_program(a=0.125)


@textbook("HS103", 543.667958, HS)
def hs103():
    return geometric_program(a=1 / 2)


class Reactor(ABC):
    """Optimal reactor design, problem 104: an abstract base with a class attribute."""

    a = 0.0588

    @abstractmethod
    def loss(self, x): ...

    @property
    def limits(self):
        return [
            lambda x: 1 - self.a * x[4] * x[6] - 0.1 * x[0],
            lambda x: 1 - self.a * x[5] * x[7] - 0.1 * x[0] - 0.1 * x[1],
            self.stage(2, 4, 6),
            self.stage(3, 5, 7),
        ]

    @classmethod
    def stage(cls, i, j, k):
        def limit(x):
            first = 4 * x[i] / x[j] + 2 * x[i] ** -0.71 / x[j]
            return 1 - first - cls.a * x[i] ** -1.3 * x[k]

        return limit


class TwoStages(Reactor):
    def loss(self, x):
        return 0.4 * sum((x[i] / x[i + 6]) ** 0.67 for i in (0, 1)) + 10 - x[0] - x[1]


@textbook("HS104", 3.9511634396, HS)
def hs104():
    design = TwoStages()
    constraints = [Constraint(g, lb=0, name=f"limit {i}") for i, g in enumerate(design.limits)]
    constraints.append(Constraint(design.loss, 1, 4.2, name="loss"))
    return Problem(
        design.loss,
        constraints,
        x0=[6, 3, 0.4, 0.2, 6, 6, 1, 0.5],
        bounds=[(0.1, 10)] * 8,
    )


class Mixture:
    """Maximum likelihood of three normal distributions, problem 105."""

    def __init__(self, counts):
        self.values = np.array(list(counts), dtype=float)
        self.counts = np.array(list(counts.values()))

    def density(self, weight, mean, deviation):
        z = (self.values - mean) / deviation
        return weight / (deviation * np.sqrt(2 * np.pi)) * np.exp(-(z**2) / 2)

    def negative_log_likelihood(self, x):
        w1, w2, *rest = x
        means, deviations = rest[:3], rest[3:]
        weights = [w1, w2, 1 - w1 - w2]
        total = 0
        for parameters in zip(weights, means, deviations):
            total = total + self.density(*parameters)
        return -np.sum(self.counts * np.log(total))


# The digits are those of densities that the authors' program cut off at exp(-10).
@textbook("HS105", 1138.416240, HS_DIGITS, rel=1e-5)
def hs105():
    counts = {
        95: 1,
        105: 1,
        110: 4,
        115: 4,
        120: 15,
        125: 15,
        130: 15,
        135: 13,
        140: 21,
        145: 12,
        150: 17,
        155: 4,
        160: 20,
        165: 8,
        170: 17,
        175: 8,
        180: 6,
        185: 6,
        190: 7,
        195: 4,
        200: 3,
        205: 3,
        210: 8,
        215: 1,
        220: 6,
        230: 5,
        235: 1,
        240: 7,
        245: 1,
        260: 2,
    }
    fit = Mixture(counts)
    low = [0.001, 0.001, 100, 130, 170, 5, 5, 5]
    high = [0.499, 0.499, 180, 210, 240, 25, 25, 25]
    return Problem(
        fit.negative_log_likelihood,
        Constraint(lambda x: 1 - x[0] - x[1], 0, name="weights"),
        x0=[0.1, 0.2, 100, 125, 175, 11.2, 13.2, 15.8],
        bounds=list(zip(low, high)),
    )


class Point:
    """A point in the plane, with the operators that geometry needs."""

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __sub__(self, other):
        return Point(self.x - other.x, self.y - other.y)

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

    def cross(self, other):
        return self.x * other.y - self.y * other.x

    @property
    def square(self):
        return self @ self


@textbook("HS108", -0.8660254038, HS, also=(-0.5, -0.67498141, -0.6749814429))
def hs108():
    """The largest hexagon of diameter one."""

    def corners(x):
        origin, top = Point(0, 0), Point(0, x[8])
        return [origin, *(Point(x[i], x[i + 1]) for i in (0, 2, 4, 6)), top]

    def area(x):
        _, a, b, c, d, top = corners(x)
        return -0.5 * (a.cross(b) + b.x * top.y - c.x * top.y + c.cross(d))

    def distances(x):
        origin, a, b, c, d, top = corners(x)
        pairs = [(b, origin), (top, origin), (c, origin), (a, top), (a, c), (a, d), (b, c)]
        pairs += [(b, d), (d, top)]
        return [(p - q).square for p, q in pairs]

    def signs(x):
        _, a, b, c, d, top = corners(x)
        return [a.cross(b), b.x * top.y, -c.x * top.y, c.cross(d)]

    return Problem(
        area,
        [Constraint(distances, ub=1), Constraint(signs, lb=0)],
        x0=np.ones(9),
        bounds=[(None, None)] * 8 + [(0, None)],
    )
