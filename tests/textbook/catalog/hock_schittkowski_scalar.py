"""Hock and Schittkowski 1 to 23, as a first-time user writes: x[0], x[1], lambdas and lists."""

import math

from asdopt import Constraint, Problem

from catalog._entry import HS, textbook


def banana(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


@textbook("HS1", 0.0, HS)
def hs001():
    return Problem(banana, x0=[-2, 1], bounds=[(None, None), (-1.5, None)])


W = math.sqrt(598 / 1200)
X2 = 2 * W * math.cos(math.acos(1 / (400 * W**3)) / 3)


@textbook("HS2", 100 * (1.5 - X2**2) ** 2 + (1 - X2) ** 2, HS, also=(4.941229318,))
def hs002():
    return Problem(banana, x0=[-2, 1], bounds=[(None, None), (1.5, None)])


@textbook("HS3", 0.0, HS)
def hs003():
    def f(x):
        return x[1] + 1e-5 * (x[1] - x[0]) ** 2

    return Problem(f, x0=[10, 1], bounds=[(None, None), (0, None)])


@textbook("HS4", 8 / 3, HS)
def hs004():
    return Problem(
        lambda x: (x[0] + 1) ** 3 / 3 + x[1],
        x0=(1.125, 0.125),
        bounds=((1, None), (0, None)),
    )


@textbook("HS6", 0.0, HS)
def hs006():
    return Problem(
        lambda x: (1 - x[0]) ** 2,
        lambda x: 10 * (x[1] - x[0] ** 2),
        cl=0,
        cu=0,
        x0=[-1.2, 1],
    )


@textbook("HS8", -1.0, HS)
def hs008():
    # The objective is a constant: only the equations matter.
    return Problem(
        lambda x: -1.0,
        lambda x: [x[0] ** 2 + x[1] ** 2 - 25, x[0] * x[1] - 9],
        cl=[0, 0],
        cu=[0, 0],
        x0=[2, 1],
    )


@textbook("HS10", -1.0, HS)
def hs010():
    def f(x):
        x1, x2 = x
        return x1 - x2

    def g(x):
        x1, x2 = x
        return -3 * x1**2 + 2 * x1 * x2 - x2**2 + 1

    return Problem(f, Constraint(g, lb=0), x0=[-10, 10])


@textbook("HS11", -8.498464223, HS)
def hs011():
    return Problem(
        lambda x: (x[0] - 5) ** 2 + x[1] ** 2 - 25,
        Constraint(lambda x: -(x[0] ** 2) + x[1], 0),
        x0=[4.9, 0.1],
    )


@textbook("HS12", -30.0, HS)
def hs012():
    return Problem(
        lambda x: 0.5 * x[0] ** 2 + x[1] ** 2 - x[0] * x[1] - 7 * x[0] - 7 * x[1],
        Constraint(lambda x: 25 - 4 * x[0] ** 2 - x[1] ** 2, 0),
        x0=[0, 0],
    )


# The optimum has no multipliers: the gradients of the active constraints are dependent, so that
# solvers stop a little before or behind it.
@textbook("HS13", 1.0, HS, rel=1e-2)
def hs013():
    return Problem(
        lambda x: (x[0] - 2) ** 2 + x[1] ** 2,
        Constraint(lambda x: (1 - x[0]) ** 3 - x[1], 0),
        x0=[-2, -2],
        bounds=[(0, None), (0, None)],
    )


@textbook("HS14", 9 - 23 * math.sqrt(7) / 8, HS)
def hs014():
    return Problem(
        lambda x: (x[0] - 2) ** 2 + (x[1] - 1) ** 2,
        [
            Constraint(lambda x: -(x[0] ** 2) / 4 - x[1] ** 2 + 1, lb=0, name="ellipse"),
            Constraint(lambda x: x[0] - 2 * x[1] + 1, lb=0, ub=0, name="line"),
        ],
        x0=[2, 2],
    )


@textbook("HS15", 306.5, HS, also=(360.379767,))
def hs015():
    return Problem(
        banana,
        Constraint(lambda x: (x[0] * x[1] - 1, x[0] + x[1] ** 2), 0),
        x0=[-2, 1],
        bounds=[(None, 0.5), (None, None)],
    )


@textbook("HS16", 0.25, HS, also=(23.14466091, 3.982103))
def hs016():
    return Problem(
        banana,
        Constraint(lambda x: [x[0] + x[1] ** 2, x[0] ** 2 + x[1]], 0),
        x0=[-2, 1],
        bounds=[(-0.5, 0.5), (None, 1)],
    )


@textbook("HS17", 1.0, HS)
def hs017():
    return Problem(
        banana,
        Constraint(lambda x: [x[1] ** 2 - x[0], x[0] ** 2 - x[1]], 0),
        x0=[-2, 1],
        bounds=[(-2, 0.5), (None, 1)],
    )


@textbook("HS18", 5.0, HS)
def hs018():
    return Problem(
        lambda x: 0.01 * x[0] ** 2 + x[1] ** 2,
        Constraint(lambda x: [x[0] * x[1] - 25, x[0] ** 2 + x[1] ** 2 - 25], [0, 0]),
        x0=[2, 2],
        bounds=[(2, 50), (0, 50)],
    )


@textbook("HS19", -6961.81381, HS)
def hs019():
    return Problem(
        lambda x: (x[0] - 10) ** 3 + (x[1] - 20) ** 3,
        Constraint(
            lambda x: [(x[0] - 5) ** 2 + (x[1] - 5) ** 2, (x[1] - 5) ** 2 + (x[0] - 6) ** 2],
            [100, -float("inf")],
            [float("inf"), 82.81],
        ),
        x0=[20.1, 5.84],
        bounds=[(13, 100), (0, 100)],
    )


@textbook("HS20", 81.5 - 25 * math.sqrt(3), HS, also=(40.1987298,))
def hs020():
    def g(x):
        return [x[0] + x[1] ** 2, x[0] ** 2 + x[1], x[0] ** 2 + x[1] ** 2 - 1]

    return Problem(banana, g, cl=0, x0=[-2, 1], bounds=[(-0.5, 0.5), (None, None)])


@textbook("HS21", -99.96, HS)
def hs021():
    return Problem(
        lambda x: 0.01 * x[0] ** 2 + x[1] ** 2 - 100,
        Constraint(lambda x: 10 * x[0] - x[1], lb=10),
        x0=[-1, -1],
        bounds=[(2, 50), (-50, 50)],
    )


@textbook("HS22", 1.0, HS)
def hs022():
    return Problem(
        lambda x: (x[0] - 2) ** 2 + (x[1] - 1) ** 2,
        [Constraint(lambda x: x[0] + x[1], ub=2), Constraint(lambda x: x[1] - x[0] ** 2, lb=0)],
        x0=[2, 2],
    )


@textbook("HS23", 2.0, HS, also=(9.472,))
def hs023():
    def g(x):
        c = [0] * 5
        c[0] = x[0] + x[1] - 1
        c[1] = x[0] ** 2 + x[1] ** 2 - 1
        c[2] = 9 * x[0] ** 2 + x[1] ** 2 - 9
        c[3] = x[0] ** 2 - x[1]
        c[4] = x[1] ** 2 - x[0]
        return c

    return Problem(lambda x: x[0] ** 2 + x[1] ** 2, g, cl=0, x0=[3, 1], bounds=[(-50, 50)] * 2)
