"""Hock and Schittkowski as NumPy users write: whole arrays, matrices, no loops."""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, NonlinearConstraint

from asdopt import Constraint, Problem

from catalog._entry import HS, HS_DIGITS, textbook

INF = np.inf


@textbook("HS28", 0.0, HS)
def hs028():
    return Problem(
        lambda x: np.sum((x[:-1] + x[1:]) ** 2),
        LinearConstraint([1, 2, 3], 1, 1),
        x0=np.array([-4.0, 1.0, 1.0]),
    )


@textbook("HS29", -16 * np.sqrt(2), HS)
def hs029():
    w = np.array([1, 2, 4])
    return Problem(lambda x: -np.prod(x), Constraint(lambda x: w @ x**2, ub=48), x0=np.ones(3))


@textbook("HS30", 1.0, HS)
def hs030():
    return Problem(
        lambda x: x @ x,
        NonlinearConstraint(lambda x: np.dot(x[:2], x[:2]), 1, np.inf),
        x0=np.ones(3),
        bounds=Bounds([1, -10, -10], 10),
    )


@textbook("HS31", 6.0, HS)
def hs031():
    return Problem(
        lambda x: np.inner([9, 1, 9], np.square(x)),
        Constraint(lambda x: np.multiply(*x[:2]), 1),
        x0=np.ones(3),
        bounds=Bounds([-10, 1, -10], [10, 10, 1]),
    )


@textbook("HS35", 1 / 9, HS)
def hs035():
    Q = np.array([[4.0, 2, 2], [2, 4, 0], [2, 0, 2]])
    c = np.array([-8.0, -6, -4])
    return Problem(
        lambda x: 9 + c @ x + x @ Q @ x / 2,
        LinearConstraint(np.array([[1, 1, 2]]), -INF, 3),
        x0=np.full(3, 0.5),
        bounds=(0, None),
    )


@textbook("HS36", -3300.0, HS)
def hs036():
    return Problem(
        lambda x: -x.prod(),
        LinearConstraint([[1, 2, 2]], ub=72),
        x0=np.full(3, 10),
        bounds=np.array([[0, 20], [0, 11], [0, 42]]),
    )


@textbook("HS37", -3456.0, HS)
def hs037():
    a = np.array([1, 2, 2])
    return Problem(
        lambda x: -x.prod(), Constraint(lambda x: a @ x, 0, 72), x0=[10, 10, 10], bounds=(0, 42)
    )


@textbook("HS41", 52 / 27, HS)
def hs041():
    return Problem(
        lambda x: 2 - np.prod(x[:3]),
        LinearConstraint([1, 2, 2, -1], 0, 0),
        x0=np.ones(4),
        bounds=Bounds(np.zeros(4), [1, 1, 1, 2]),
    )


@textbook("HS42", 28 - 10 * np.sqrt(2), HS)
def hs042():
    target = np.arange(1, 5)

    def h(x):
        return np.array([x[0] - 2, np.sum(x[2:] ** 2) - 2])

    return Problem(lambda x: np.linalg.norm(x - target) ** 2, h, cl=0, cu=0, x0=np.ones(4))


@textbook("HS43", -44.0, HS)
def hs043():
    """Rosen-Suzuki problem."""
    D = np.array([[1, 1, 1, 1], [1, 2, 1, 2], [2, 1, 1, 0]])
    A = np.array([[1, -1, 1, -1], [-1, 0, 0, -1], [2, -1, 0, -1]])
    b = np.array([8, 10, 5])

    def f(x):
        return (x**2 * [1, 1, 2, 1]).sum() + np.dot([-5, -5, -21, 7], x)

    return Problem(f, Constraint(lambda x: b - D @ x**2 - A @ x, lb=np.zeros(3)), x0=np.zeros(4))


@textbook("HS44", -15.0, HS, also=(-13.0,))
def hs044():
    A = np.zeros((6, 4))
    A[:3, :2] = [[1, 2], [4, 1], [3, 4]]
    A[3:, 2:] = [[2, 1], [1, 2], [1, 1]]
    b = [8, 12, 12, 8, 8, 5]

    def f(x):
        return x[0] - x[1] - x[2] - x[0] * x[2] + x[0] * x[3] + x[1] * x[2] - x[1] * x[3]

    return Problem(f, LinearConstraint(A, ub=b), x0=np.zeros(4), bounds=Bounds(0, INF))


@textbook("HS45", 1.0, HS)
def hs045():
    # x0 violates the bound of the first variable.
    return Problem(
        lambda x: 2 - np.multiply.reduce(x) / 120,
        x0=np.full(5, 2.0),
        bounds=Bounds(np.zeros(5), np.arange(1.0, 6.0)),
    )


@textbook("HS48", 0.0, HS)
def hs048():
    return Problem(
        lambda x: np.square(x[0] - 1) + np.square(x[1] - x[2]) + np.square(x[3] - x[4]),
        LinearConstraint([[1, 1, 1, 1, 1], [0, 0, 1, -2, -2]], [5, -3], [5, -3]),
        x0=[3, 5, -3, 2, -2],
    )


@textbook("HS49", 0.0, HS, abs=1e-6)
def hs049():
    powers = np.array([2, 4, 6])

    def f(x):
        return (x[0] - x[1]) ** 2 + np.sum((x[2:] - 1) ** powers)

    return Problem(
        f,
        LinearConstraint([[1, 1, 1, 4, 0], [0, 0, 1, 0, 5]], [7, 6], [7, 6]),
        x0=[10, 7, 2, -3, 0.8],
    )


@textbook("HS50", 0.0, HS)
def hs050():
    A = np.eye(3, 5) + 2 * np.eye(3, 5, 1) + 3 * np.eye(3, 5, 2)

    def f(x):
        return np.sum(np.diff(x)[:2] ** 2) + np.sum(np.diff(x)[2:] ** 4)

    return Problem(f, Constraint(lambda x: A.dot(x) - 6, 0, 0), x0=[35, -31, 11, 5, -5])


def equations(x):
    return np.array([x[0] + 3 * x[1], x[2] + x[3] - 2 * x[4], x[1] - x[4]])


@textbook("HS51", 0.0, HS)
def hs051():
    M = np.array([[1, -1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]])
    r = np.array([0, 2, 1, 1])

    def f(x):
        residuals = M @ x - r
        return residuals @ residuals

    return Problem(
        f, NonlinearConstraint(equations, [4, 0, 0], [4, 0, 0]), x0=[2.5, 0.5, 2, -1, 0.5]
    )


@textbook("HS52", 1859 / 349, HS)
def hs052():
    def f(x):
        return np.sum(np.array([4 * x[0] - x[1], x[1] + x[2] - 2, x[3] - 1, x[4] - 1]) ** 2)

    return Problem(f, equations, cl=0, cu=0, x0=np.full(5, 2.0))


@textbook("HS53", 176 / 43, HS)
def hs053():
    def f(x):
        return np.sum(np.stack([x[0] - x[1], x[1] + x[2] - 2, x[3] - 1, x[4] - 1]) ** 2)

    return Problem(
        f,
        NonlinearConstraint(equations, 0, 0),
        x0=np.full(5, 2.0),
        bounds=Bounds(-10, 10, keep_feasible=True),
    )


A57 = np.repeat(
    [8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42],
    [2, 4, 4, 3, 3, 2, 3, 3, 3, 3, 2, 3, 2, 1, 2, 2, 1, 1],
)
B57 = (
    np.array(
        """49 49 48 47 48 47 46 46 45 43 45 43 43 44 43 43 46 45 42 42 43 41 41 40
        42 40 40 41 40 41 41 40 40 40 38 41 40 40 41 38 40 40 39 39""".split(),
        dtype=float,
    )
    / 100
)


# The other optimum is the mean of the data after the first two: the decay at infinite speed.
@textbook("HS57", 0.0284596697, HS_DIGITS, also=(float(42 * B57[2:].var()),))
def hs057():
    def f(x):
        model = x[0] + (0.49 - x[0]) * np.exp(-x[1] * (A57 - 8))
        return np.sum((B57 - model) ** 2)

    return Problem(
        f,
        Constraint(lambda x: 0.49 * x[1] - x[0] * x[1], lb=0.09),
        x0=[0.42, 5],
        bounds=[(0.4, None), (-4, None)],
    )


@textbook("HS76", -4.681818181, HS)
def hs076():
    H = np.array([[2, 0, -1, 0], [0, 1, 0, 0], [-1, 0, 2, 1], [0, 0, 1, 1.0]])
    g = np.array([-1, -3, 1, -1])
    A = np.array([[1, 2, 1, 1], [3, 1, 2, -1], [0, -1, -4, 0]])
    return Problem(
        lambda x: 0.5 * np.einsum("i,ij,j", x, H, x) + g.dot(x),
        LinearConstraint(A, ub=[5, 4, -1.5]),
        x0=np.full((4,), 0.5),
        bounds=Bounds(lb=0),
    )


E86 = np.array([-15, -27, -36, -18, -12])
C86 = np.array(
    [
        [30, -20, -10, 32, -10],
        [-20, 39, -6, -31, 32],
        [-10, -6, 10, -6, -10],
        [32, -31, -6, 39, -20],
        [-10, 32, -10, -20, 30],
    ]
)
D86 = np.array([4, 8, 10, 6, 2])
A86 = np.array(
    [
        [-16, 2, 0, 1, 0],
        [0, -2, 0, 0.4, 2],
        [-3.5, 0, 2, 0, 0],
        [0, -2, 0, -4, -1],
        [0, -9, -2, 1, -2.8],
        [2, 0, -4, 0, 0],
        [-1, -1, -1, -1, -1],
        [-1, -2, -3, -2, -1],
        [1, 2, 3, 4, 5],
        [1, 1, 1, 1, 1],
    ]
)
B86 = np.array([-40, -2, -0.25, -4, -4, -1, -40, -60, 5, 1])


@textbook("HS86", -32.34867897, HS)
def hs086():
    """Colville's first problem."""
    return Problem(
        lambda x: E86 @ x + x.T @ C86 @ x + D86 @ x**3,
        LinearConstraint(A86, lb=B86),
        x0=[0, 0, 0, 0, 1],
        bounds=Bounds(0, np.inf),
    )


@textbook("HS117", 32.34867897, HS)
def hs117():
    """Colville's second problem, the dual of his first."""

    def f(z):
        y, x = z[:10], z[10:]
        return -B86 @ y + x @ (C86 @ x) + 2 * np.sum(D86 * x**3)

    def g(z):
        y, x = np.split(z, [10])
        return 2 * C86 @ x + 3 * D86 * x**2 + E86 - A86.T @ y

    x0 = np.full(15, 0.001)
    x0[6] = 60
    return Problem(f, NonlinearConstraint(g, 0, INF), x0=x0, bounds=[(0, INF)] * 15)


@textbook("HS110", -45.77846971, HS)
def hs110():
    def f(x):
        return np.sum(np.log(x - 2) ** 2 + np.log(10 - x) ** 2) - np.prod(x) ** 0.2

    return Problem(f, x0=np.full(10, 9.0), bounds=Bounds(2.001, 9.999))


C112 = np.array(
    [-6.089, -17.164, -34.054, -5.914, -24.721, -14.986, -24.1, -10.708, -26.662, -22.179]
)
A112 = np.array(
    [[1, 2, 2, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0, 1, 2, 1, 1, 0, 0, 0], [0, 0, 1, 0, 0, 0, 1, 1, 2, 1]]
)


@textbook("HS111", -47.76109026, HS, rel=1e-6)
def hs111():
    """Chemical equilibrium in logarithms."""

    def f(x):
        return np.sum(np.exp(x) * (C112 + x - np.log(np.sum(np.exp(x)))))

    return Problem(
        f,
        NonlinearConstraint(lambda x: A112 @ np.exp(x) - [2, 1, 1], 0, 0),
        x0=np.full(10, -2.3),
        bounds=Bounds(-100, 100),
    )


# The digits of the book, -47.76109026; its bounds are 1e-6, and 1e-4 cost a little.
@textbook("HS112", -47.76109026, HS)
def hs112():
    return Problem(
        lambda x: x @ (C112 + np.log(x / x.sum())),
        LinearConstraint(A112, [2, 1, 1], [2, 1, 1]),
        x0=np.full(10, 0.1),
        bounds=Bounds(1e-6, INF),
    )


@textbook("HS118", 664.8204500, HS)
def hs118():
    """Production over five months, as a table of months by products."""
    linear, quadratic = np.array([2.3, 1.7, 2.2]), np.array([1e-4, 1e-4, 1.5e-4])
    x0 = np.full((5, 3), 20.0)
    x0[0] = [20, 55, 15]
    x0[1:, 1] = 60
    lower, upper = np.zeros((5, 3)), np.tile([90.0, 120, 60], (5, 1))
    lower[0], upper[0] = [8, 43, 3], [21, 57, 16]
    change = Constraint(
        lambda x: np.diff(x, axis=0),
        np.tile([-7, -7, -7], 4),
        np.tile([6, 7, 6], 4),
        name="change",
    )
    demand = Constraint(lambda x: x.sum(axis=1), [60, 50, 70, 85, 100], name="demand")
    return Problem(
        lambda x: np.sum(linear * x + quadratic * x**2),
        [change, demand],
        x0=x0,
        bounds=Bounds(lower.ravel(), upper.ravel()),
    )


@textbook("HS119", 244.899698, HS)
def hs119():
    """Colville's seventh problem."""
    A = np.eye(16)
    rows = """4 7 8 16; 3 7 10; 7 9 10 14; 7 11 15; 6 10 12 16; 8 15; 11 13; 10 15; 12 16; 14;
        13; 14; 14"""
    for i, row in enumerate(rows.split(";")):
        A[i, [int(j) - 1 for j in row.split()]] = 1
    B = np.zeros((8, 16))
    B[:, 8:] = np.eye(8)
    B[:, :8] = [
        [0.22, 0.20, 0.19, 0.25, 0.15, 0.11, 0.12, 0.13],
        [-1.46, 0, -1.30, 1.82, -1.15, 0, 0.80, 0],
        [1.29, -0.89, 0, 0, -1.16, -0.96, 0, -0.49],
        [-1.10, -1.06, 0.95, -0.54, 0, -1.78, -0.41, 0],
        [0, 0, 0, -1.43, 1.51, 0.59, -0.33, -0.43],
        [0, -1.72, -0.33, 0, 1.62, 1.24, 0.21, -0.26],
        [1.12, 0, 0, 0.31, 0, 0, 1.12, 0],
        [0, 0.45, 0.26, -1.10, 0.58, 0, -1.03, 0.10],
    ]
    B[6, 8] = -0.36
    c = [2.5, 1.1, -3.1, -3.5, 1.3, 2.1, 2.3, -1.5]

    def f(x):
        q = x**2 + x + 1
        return q @ A @ q

    return Problem(f, LinearConstraint(B, c, c), x0=np.full(16, 10.0), bounds=(0, 5))
