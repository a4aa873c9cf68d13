"""Unconstrained and bounded problems of CUTEst in one line or a few of NumPy."""

import numpy as np

from asdopt import Problem

from catalog._entry import CUTEST, textbook

ONE_LINERS = {
    # name: function, x0, optimum as the problem's file gives it
    "ROSENBR": (lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2, [-1.2, 1], 0.0),
    "CUBE": (lambda x: (x[0] - 1) ** 2 + 100 * (x[1] - x[0] ** 3) ** 2, [-1.2, 1], 0.0),
    "CLIFF": (
        lambda x: ((x[0] - 3) / 100) ** 2 - (x[0] - x[1]) + np.exp(20 * (x[0] - x[1])),
        [0, -1],
        0.199786613,
    ),
    "BRKMCC": (
        lambda x: (
            (x[0] - 2) ** 2
            + (x[1] - 1) ** 2
            + 0.04 / (1 - 0.25 * x[0] ** 2 - x[1] ** 2)
            + (x[0] - 2 * x[1] + 1) ** 2 / 0.2
        ),
        [2, 2],
        0.16904,
    ),
    "HIMMELBG": (
        lambda x: np.exp(-x[0] - x[1]) * (2 * x[0] ** 2 + 3 * x[1] ** 2),
        [0.5, 0.5],
        0.0,
    ),
    "SISSER": (lambda x: 3 * x[0] ** 4 - 2 * (x[0] * x[1]) ** 2 + 3 * x[1] ** 4, [1, 0.1], 0.0),
    "HIMMELBLAU": (
        lambda x: (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2,
        [1, 1],
        0.0,
    ),
    "S308": (
        lambda x: (
            (x[0] ** 2 + x[0] * x[1] + x[1] ** 2) ** 2 + np.sin(x[0]) ** 2 + np.cos(x[1]) ** 2
        ),
        [3, 0.1],
        0.77319906,
    ),
    "ARWHEAD": (
        lambda x: np.sum((x[:-1] ** 2 + x[-1] ** 2) ** 2 - 4 * x[:-1] + 3),
        np.ones(50),
        0.0,
    ),
    "TRIDIA": (
        lambda x: (x[0] - 1) ** 2 + np.arange(2, 41) @ (2 * x[1:] - x[:-1]) ** 2,
        np.ones(40),
        0.0,
    ),
    "POWER": (lambda x: np.sum(np.arange(1, 11) * x**2) ** 2, np.ones(10), 0.0),
    "LIARWHD": (
        lambda x: np.sum(4 * (x**2 - x[0]) ** 2 + (x - 1) ** 2),
        np.full(36, 4.0),
        0.0,
    ),
    "DQDRTIC": (
        lambda x: np.sum(x[:-2] ** 2 + 100 * x[1:-1] ** 2 + 100 * x[2:] ** 2),
        np.full(10, 3.0),
        0.0,
    ),
    "VAREIGVL": (
        lambda x: (x**2).sum() ** 2 / 4 + (x**2).sum(),
        np.ones(20),
        0.0,
    ),
    "COSINE": (
        lambda x: np.cos(-0.5 * x[1:] + x[:-1] ** 2).sum(),
        np.ones(10),
        -9.0,
    ),
    "EDENSCH": (
        lambda x: (
            16 + np.sum((x[:-1] - 2) ** 4 + (x[:-1] * x[1:] - 2 * x[1:]) ** 2 + (x[1:] + 1) ** 2)
        ),
        np.full(36, 8.0),
        219.28,
    ),
    "CRAGGLVY": (
        lambda x: np.sum(
            (np.exp(x[:-2:2]) - x[1:-1:2]) ** 4
            + 100 * (x[1:-2:2] - x[2::2]) ** 6
            + (np.tan(x[2::2] - x[3::2]) + x[2::2] - x[3::2]) ** 4
            + x[:-2:2] ** 8
            + (x[3::2] - 1) ** 2
        ),
        [1] + [2] * 9,
        1.886566,
    ),
    "ENGVAL1": (
        lambda x: np.sum((x[:-1] ** 2 + x[1:] ** 2) ** 2 - 4 * x[:-1] + 3),
        np.full(100, 2),
        109.09,
    ),
    "BDQRTIC": (
        lambda x: (
            np.sum((-4 * x[:-4] + 3) ** 2)
            + np.sum(
                (
                    x[:-4] ** 2
                    + 2 * x[1:-3] ** 2
                    + 3 * x[2:-2] ** 2
                    + 4 * x[3:-1] ** 2
                    + 5 * x[-1] ** 2
                )
                ** 2
            )
        ),
        np.ones(100),
        378.769,
    ),
    "SCHMVETT": (
        lambda x: (
            -np.sum(
                1 / (1 + (x[:-2] - x[1:-1]) ** 2)
                + np.sin((np.pi * x[1:-1] + x[2:]) / 2)
                + np.exp(-(((x[:-2] + x[2:]) / x[1:-1] - 2) ** 2))
            )
        ),
        np.full(10, 0.5),
        -24.0,
    ),
    "QUARTC": (lambda x: np.sum((x - np.arange(1, 26)) ** 4), np.full(25, 2.0), 0.0),
    "GOLDSTEIN-PRICE": (
        lambda x: (
            (
                1
                + (x[0] + x[1] + 1) ** 2
                * (19 - 14 * x[0] + 3 * x[0] ** 2 - 14 * x[1] + 6 * x[0] * x[1] + 3 * x[1] ** 2)
            )
            * (
                30
                + (2 * x[0] - 3 * x[1]) ** 2
                * (18 - 32 * x[0] + 12 * x[0] ** 2 + 48 * x[1] - 36 * x[0] * x[1] + 27 * x[1] ** 2)
            )
        ),
        [-0.3, -0.8],
        3.0,
    ),
    "BRANIN": (
        lambda x: (
            (x[1] - 5.1 / (4 * np.pi**2) * x[0] ** 2 + 5 / np.pi * x[0] - 6) ** 2
            + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x[0])
            + 10
        ),
        [3.0, 3.0],
        0.397887,
    ),
    "SIX-HUMP CAMEL": (
        lambda x: (
            (4 - 2.1 * x[0] ** 2 + x[0] ** 4 / 3) * x[0] ** 2
            + x[0] * x[1]
            + (-4 + 4 * x[1] ** 2) * x[1] ** 2
        ),
        [0.2, -0.5],
        -1.0316284535,
    ),
}
# Printed with fewer digits.
FEW_DIGITS = {"BRKMCC": 2e-5, "EDENSCH": 3e-5, "ENGVAL1": 4e-5, "BRANIN": 1e-6}
# The slope at x0 is 1e10, by which Ipopt would divide.
STEEP = {"nlp_scaling_method": "none"}
FLAT = {"SISSER", "POWER", "QUARTC"}

for _name, (_fun, _x0, _optimum) in ONE_LINERS.items():
    textbook(
        _name,
        _optimum,
        CUTEST if "-" not in _name else "Dixon, Szegö: Towards global optimization 2 (1978)",
        rel=FEW_DIGITS.get(_name, 1e-6),
        abs=1e-5 if _name in FLAT else 1e-7,
        options=STEEP if _name == "CLIFF" else {},
    )(lambda fun=_fun, x0=_x0: Problem(fun, x0=x0))


@textbook("WOODS", 0.0, CUTEST)
def woods():
    def f(x):
        a, b, c, d = np.split(x.reshape(-1, 4), 4, axis=1)
        return float(np.pi > 3) * np.sum(
            100 * (b - a**2) ** 2
            + (1 - a) ** 2
            + 90 * (d - c**2) ** 2
            + (1 - c) ** 2
            + 10 * (b + d - 2) ** 2
            + 0.1 * (b - d) ** 2
        )

    return Problem(f, x0=np.tile([-3.0, -1.0], 12))


def dixmaan(n, alpha, beta, gamma, delta, powers):
    m = n // 3
    i = np.arange(1, n + 1) / n

    def f(x):
        k1, k2, k3, k4 = powers
        return (
            1
            + alpha * np.sum(x**2 * i**k1)
            + beta * np.sum(x[:-1] ** 2 * (x[1:] + x[1:] ** 2) ** 2 * i[:-1] ** k2)
            + gamma * np.sum(x[: 2 * m] ** 2 * x[m:] ** 4 * i[: 2 * m] ** k3)
            + delta * np.sum(x[:m] * x[2 * m :] * i[:m] ** k4)
        )

    return Problem(f, x0=np.full(n, 2.0))


DIXMAAN = {
    "A": (1, 0, 0.125, 0.125, (0, 0, 0, 0)),
    "B": (1, 0.0625, 0.0625, 0.0625, (0, 0, 0, 1)),
    "C": (1, 0.125, 0.125, 0.125, (0, 0, 0, 0)),
    "E": (1, 0, 0.125, 0.125, (1, 0, 0, 1)),
    "I": (1, 0, 0.125, 0.125, (2, 0, 0, 2)),
}
for _name, _values in DIXMAAN.items():
    textbook(f"DIXMAAN{_name}", 1.0, CUTEST)(lambda v=_values: dixmaan(30, *v))


@textbook("BRATU, n = 20", 0.0, "Bratu's equation, solved to zero residuals")
def bratu():
    """A partial differential equation as least squares, with np.roll and a mask."""
    n = 20
    h = 1 / (n + 1)

    def residual(u):
        v = np.pad(u, 1)
        laplace = sum(np.roll(v, s, axis=a) for s in (1, -1) for a in (0, 1)) - 4 * v
        return (laplace / h**2 + 2 * np.exp(v))[1:-1, 1:-1]

    return Problem(lambda u: np.sum(residual(u) ** 2) * h**4, x0=np.zeros((n, n)))
