"""Hock and Schittkowski with ``from math import *``, tuples unpacked, asserts and ifs."""

from math import *

from asdopt import Constraint, Problem

from catalog._entry import HS, HS_DIGITS, textbook


@textbook("HS5", -sqrt(3) / 2 - pi / 3, HS)
def hs005():
    def f(x):
        a, b = x
        return sin(a + b) + (a - b) ** 2 - 1.5 * a + 2.5 * b + 1

    return Problem(f, x0=[0, 0], bounds=[(-1.5, 4), (-3, 3)])


@textbook("HS7", -sqrt(3), HS)
def hs007():
    return Problem(
        lambda x: log(1 + x[0] ** 2) - x[1],
        Constraint(lambda x: pow(1 + x[0] ** 2, 2) + pow(x[1], 2), 4, 4),
        x0=[2.0, 2.0],
    )


@textbook("HS9", -0.5, HS)
def hs009():
    def f(x):
        return sin(pi * x[0] / 12) * cos(pi * x[1] / 16)

    return Problem(f, {"type": "eq", "fun": lambda x: 4 * x[0] - 3 * x[1]}, x0=[0, 0])


@textbook("HS24", -1.0, HS, abs=1e-6)
def hs024():
    root = sqrt(3)

    def f(x):
        return ((x[0] - 3) ** 2 - 9) * x[1] ** 3 / (27 * root)

    def g(x):
        return x[0] / root - x[1], x[0] + root * x[1], -x[0] - root * x[1] + 6

    return Problem(f, g, cl=0.0, x0=[1, 0.5], bounds=[(0, inf), (0, inf)])


@textbook("HS25", 0.0, HS, abs=1e-6)
def hs025():
    # At the x0 of the book the function is flat to all digits; this one is nearer.
    data = [(0.01 * i, 25 + (-50 * log(0.01 * i)) ** (2 / 3)) for i in range(1, 100)]

    def f(x):
        total = 0.0
        for y, u in data:
            assert u > 25
            total += (-y + exp(-((u - x[1]) ** x[2]) / x[0])) ** 2
        return total

    return Problem(f, x0=[60, 20, 1.8], bounds=[(0.1, 100), (0, 25.6), (0, 5)])


@textbook("HS34", -log(log(10)), HS)
def hs034():
    return Problem(
        lambda x: -x[0],
        [Constraint(lambda x: x[1] - exp(x[0]), 0), Constraint(lambda x: x[2] - exp(x[1]), 0)],
        x0=[0, 1.05, 2.9],
        bounds=[(0, 100), (0, 100), (0, 10)],
    )


@textbook("HS46", 0.0, HS)
def hs046():
    def f(x):
        return (x[0] - x[1]) ** 2 + (x[2] - 1) ** 2 + (x[3] - 1) ** 4 + (x[4] - 1) ** 6

    def h(x):
        return [x[0] ** 2 * x[3] + sin(x[3] - x[4]) - 1, x[1] + x[2] ** 4 * x[3] ** 2 - 2]

    return Problem(f, h, cl=0, cu=0, x0=[sqrt(2) / 2, 1.75, 0.5, 2, 2])


@textbook("HS54", -exp(-27 / 280), HS_DIGITS, rel=1e-5)
def hs054():
    # Scaled as the book states it; the objective is tiny far from the optimum.
    m = [1e4, 1, 2e6, 10, 1e-3, 1e8]
    s = [8e3, 1, 7e6, 50, 0.05, 5e8]

    def f(x):
        d = [(x[i] - m[i]) / s[i] for i in range(6)]
        q = (d[0] ** 2 + 2 * 0.2 * d[0] * d[1] + d[1] ** 2) / (1 - 0.2**2)
        q += d[2] ** 2 + d[3] ** 2 + d[4] ** 2 + d[5] ** 2
        return -exp(-q / 2)

    upper = [2e4, 10, 1e7, 20, 1, 2e8]
    lower = [0, -10, 0, 0, 0, 0]
    return Problem(
        f,
        Constraint(lambda x: x[0] + 4e3 * x[1], 1.76e4, 1.76e4),
        x0=[6e3, 1.5, 4e6, 2, 3e-3, 5e7],
        bounds=list(zip(lower, upper)),
    )


@textbook("HS55", 19 / 3, HS, also=(20 / 3,))
def hs055():
    def f(x):
        return x[0] + 2 * x[1] + 4 * x[4] + exp(x[0] * x[3])

    def h(x):
        a, b, c, d, e, g = x
        return a + 2 * b + 5 * e, a + b + c, d + e + g, a + d, b + e, c + g

    rhs = (6, 3, 2, 1, 2, 2)
    return Problem(
        f,
        Constraint(h, rhs, rhs, name="balance"),
        x0=[1, 2, 0, 0, 0, 2],
        bounds=[(0, 1), (0, inf), (0, inf), (0, 1), (0, inf), (0, inf)],
    )


@textbook("HS56", -3.456, HS)
def hs056():
    def h(x):
        return [
            x[0] - 4.2 * sin(x[3]) ** 2,
            x[1] - 4.2 * sin(x[4]) ** 2,
            x[2] - 4.2 * sin(x[5]) ** 2,
            x[0] + 2 * x[1] + 2 * x[2] - 7.2 * sin(x[6]) ** 2,
        ]

    a, b = asin(sqrt(1 / 4.2)), asin(sqrt(5 / 7.2))
    return Problem(lambda x: -x[0] * x[1] * x[2], h, cl=0, cu=0, x0=[1, 1, 1, a, a, a, b])


# The book's point lies a little inside of an active constraint; the other one was found with SLSQP.
@textbook("HS59", -7.804226324, HS_DIGITS, also=(-6.754566019,), rel=2e-6)
def hs059():
    def f(v):
        x, y = v
        return (
            -75.196
            + 3.8112 * x
            - 0.12694 * x**2
            + 2.0567e-3 * x**3
            - 1.0345e-5 * x**4
            + 6.8306 * y
            - 0.030234 * x * y
            + 1.28134e-3 * y * x**2
            - 3.5256e-5 * y * x**3
            + 2.266e-7 * y * x**4
            - 0.25645 * y**2
            + 3.4604e-3 * y**3
            - 1.3514e-5 * y**4
            + 28.106 / (y + 1)
            + 5.2375e-6 * x**2 * y**2
            + 6.3e-8 * x**3 * y**2
            - 7e-10 * x**3 * y**3
            - 3.4054e-4 * x * y**2
            + 1.6638e-6 * x * y**3
            + 2.8673 * exp(0.0005 * x * y)
        )

    def g(v):
        x, y = v
        return [x * y - 700, y - x**2 / 125, (y - 50) ** 2 - 5 * (x - 55)]

    return Problem(f, g, cl=0, x0=[90, 10], bounds=[(0, 75), (0, 65)])


@textbook("HS62", -26272.51448, HS)
def hs062():
    def f(x):
        b = x[0] + x[1] + x[2] + 0.03
        c = x[1] + x[2] + 0.03
        d = x[2] + 0.03
        total = 255 * log(b / (0.09 * x[0] + c)) + 280 * log(c / (0.07 * x[1] + d))
        return -32.174 * (total + 290 * log(d / (0.13 * x[2] + 0.03)))

    return Problem(f, Constraint(lambda x: fsum(x), 1, 1), x0=[0.7, 0.2, 0.1], bounds=[(0, 1)] * 3)


@textbook("HS66", 0.5181632741, HS)
def hs066():
    return Problem(
        lambda x: 0.2 * x[2] - 0.8 * x[0],
        Constraint(lambda x: [x[1] - exp(x[0]), x[2] - exp(x[1])], 0),
        x0=[0, 1.05, 2.9],
        bounds=[(0, 100), (0, 100), (0, 10)],
    )


def normal(z):
    """Distribution function of the standard normal distribution."""
    return 0.5 * (1 + erf(z / sqrt(2)))


def quality_control(a, b, d, n):
    def f(x):
        growth = exp(x[0]) - 1
        return (a * n - (b * growth - x[2]) * x[3] / (growth + x[3])) / x[0]

    def h(x):
        shift = d * sqrt(n)
        return [x[2] - 2 * normal(-x[1]), x[3] - normal(-x[1] + shift) - normal(-x[1] - shift)]

    return Problem(
        f, h, cl=0, cu=0, x0=[1, 1, 1, 1], bounds=[(1e-4, 100), (0, 100), (0, 2), (0, 2)]
    )


@textbook("HS68", -0.920425026, HS)
def hs068():
    return quality_control(1e-4, 1, 1, 24)


@textbook("HS69", -956.71288, HS)
def hs069():
    return quality_control(0.1, 1000, 1, 4)


def two_generators(limit):
    def f(x):
        return 3 * x[0] + 1e-6 * x[0] ** 3 + 2 * x[1] + 2e-6 / 3 * x[1] ** 3

    def difference(x):
        return x[3] - x[2]

    def balance(x):
        return [
            1000 * sin(-x[2] - 0.25) + 1000 * sin(-x[3] - 0.25) + 894.8 - x[0],
            1000 * sin(x[2] - 0.25) + 1000 * sin(x[2] - x[3] - 0.25) + 894.8 - x[1],
            1000 * sin(x[3] - 0.25) + 1000 * sin(x[3] - x[2] - 0.25) + 1294.8,
        ]

    return Problem(
        f,
        [Constraint(difference, -limit, limit), Constraint(balance, 0, 0)],
        x0=[0, 0, 0, 0],
        bounds=[(0, 1200), (0, 1200), (-limit, limit), (-limit, limit)],
    )


@textbook("HS74", 5126.49811, HS)
def hs074():
    return two_generators(0.55)


@textbook("HS75", 5174.41288686, HS_DIGITS)
def hs075():
    return two_generators(0.48)


@textbook("HS87", 8927.5977, HS, rel=2e-5, also=(8853.44, 8853.4398))
def hs087():
    # Prices that jump: the problem is not smooth, and x0 is near the optimum.
    a, b, c = 131.078, 1.48477, 0.90798
    d, e = cos(1.47588), sin(1.47588)

    def cost(x):
        if x[0] < 300:
            first = 30 * x[0]
        else:
            first = 31 * x[0]
        if x[1] < 100:
            second = 28 * x[1]
        elif x[1] < 200:
            second = 29 * x[1]
        else:
            second = 30 * x[1]
        return first + second

    def flow(x):
        return [
            300 - x[0] - x[2] * x[3] / a * cos(b - x[5]) + c * x[2] ** 2 / a * d,
            -x[1] - x[2] * x[3] / a * cos(b + x[5]) + c * x[3] ** 2 / a * d,
            -x[4] - x[2] * x[3] / a * sin(b + x[5]) + c * x[3] ** 2 / a * e,
            200 - x[2] * x[3] / a * sin(b - x[5]) + c * x[2] ** 2 / a * e,
        ]

    return Problem(
        cost,
        flow,
        cl=0,
        cu=0,
        x0=[110, 190, 373, 419, 21, 0.15],
        bounds=[(0, 400), (0, 1000), (340, 420), (340, 420), (-1000, 1000), (0, 0.5236)],
    )
