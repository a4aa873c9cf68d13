"""COPS with index loops, one flat vector cut by hand, lists of constraints."""

from math import cos, exp, pi, sin

import numpy as np
from numpy import sqrt

from asdopt import Constraint, Problem

from catalog._entry import COPS, textbook


def polygon(n):
    """Largest polygon of n vertices and diameter one, in polar coordinates."""

    def area(x):
        r, theta = x[:n], x[n:]
        total = 0.0
        for i in range(n - 1):
            total += r[i + 1] * r[i] * sin(theta[i + 1] - theta[i])
        return -0.5 * total

    def distances(x):
        r, theta = x[:n], x[n:]
        return [
            r[i] ** 2 + r[j] ** 2 - 2 * r[i] * r[j] * cos(theta[j] - theta[i])
            for i in range(n - 1)
            for j in range(i + 1, n)
        ]

    def order(x):
        return [x[n + i + 1] - x[n + i] for i in range(n - 1)]

    r0 = [4 * i * (n + 1 - i) / (n + 1) ** 2 for i in range(1, n + 1)]
    theta0 = [pi * i / n for i in range(1, n + 1)]
    # The last vertex is the origin.
    bounds = [(0, 1)] * (n - 1) + [(0, 0)] + [(0, pi)] * (n - 1) + [(pi, pi)]
    return Problem(
        area,
        [Constraint(distances, ub=1.0), Constraint(order, lb=0.0)],
        x0=r0 + theta0,
        bounds=bounds,
    )


GRAHAM = "Graham: The largest small hexagon. J. Combin. Theory A 18 (1975); COPS 1"


@textbook("COPS polygon, n = 6", -0.674981, GRAHAM, rel=1e-6, also=(-0.6749814429,))
def polygon6():
    return polygon(6)


@textbook("COPS polygon, n = 10", -0.749137, COPS + "; Audet et al. (2013)", rel=2e-6)
def polygon10():
    return polygon(10)


# Energies of Thomson's problem: Erber, Hockney: Equilibrium configurations of N equal charges on
# a sphere. J. Phys. A 24 (1991).
THOMSON = {4: 3.674234614, 5: 6.474691495, 6: 9.985281374, 8: 19.675287861, 12: 49.165253058}


def electrons(n):
    """Charges on a sphere: every pair repels."""

    def energy(p):
        x, y, z = p[:n], p[n : 2 * n], p[2 * n :]
        s = 0
        for i in range(n - 1):
            for j in range(i + 1, n):
                s += 1 / sqrt((x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2 + (z[i] - z[j]) ** 2)
        return s

    def sphere(p):
        return [p[i] ** 2 + p[n + i] ** 2 + p[2 * n + i] ** 2 for i in range(n)]

    start = np.zeros((3, n))
    for i in range(n):
        height = 1 - 2 * (i + 0.5) / n
        angle = pi * (1 + sqrt(5)) * i
        radius = sqrt(1 - height**2)
        start[:, i] = radius * cos(angle), radius * sin(angle), height
    return Problem(energy, sphere, cl=1.0, cu=1.0, x0=start.ravel())


for _n in THOMSON:
    textbook(f"COPS elec, n = {_n}", THOMSON[_n], COPS + "; Erber, Hockney (1991)")(
        lambda n=_n: electrons(n)
    )


def chain(nh):
    """Hanging chain by the trapezoidal rule; x as four blocks in one vector."""
    length, a, b = 4, 1, 3
    h = 1 / nh
    m = nh + 1

    def slope(k):
        return 4 * abs(b - a) * (k / nh - 0.25)

    def position(k):
        return 4 * abs(b - a) * k / nh * (0.5 * k / nh - 0.25) + a

    x0 = [slope(k) for k in range(m)] + [position(k) for k in range(m)]
    x0 += [position(k) * slope(k) for k in range(m)] + [slope(k) for k in range(m)]

    def rules(x):
        u, x1, x2, x3 = (x[i * m : (i + 1) * m] for i in range(4))
        c = []
        for j in range(nh):
            now, then = sqrt(1 + u[j] ** 2), sqrt(1 + u[j + 1] ** 2)
            c.append(x1[j + 1] - x1[j] - h / 2 * (u[j] + u[j + 1]))
            c.append(x2[j + 1] - x2[j] - h / 2 * (x1[j] * now + x1[j + 1] * then))
            c.append(x3[j + 1] - x3[j] - h / 2 * (now + then))
        return c

    lower, upper = [-np.inf] * (4 * m), [np.inf] * (4 * m)
    for i, value in ((m, a), (2 * m - 1, b), (2 * m, 0), (3 * m, 0), (4 * m - 1, length)):
        lower[i] = upper[i] = value
    return Problem(lambda x: x[3 * m - 1], rules, cl=0, cu=0, x0=x0, bounds=list(zip(lower, upper)))


@textbook("COPS chain, nh = 50", 5.072261489, COPS + "; value verified with CasADi and Ipopt")
def chain50():
    return chain(50)


def cam(n):
    """Shape of a cam: the radii at n angles, rising from one to two."""
    low, high, alpha = 1.0, 2.0, 1.5
    d = 2 * pi / (5 * (n + 1))

    def bend(a, b, c):
        return -a * b - b * c + 2 * a * c * cos(d)

    def convex(r):
        full = [low, low, *r, high]
        rows = [bend(full[i - 1], full[i], full[i + 1]) for i in range(1, len(full) - 1)]
        return rows + [-2 * high * r[n - 1] + 2 * r[n - 1] ** 2 * cos(d)]

    def rise(r):
        return [b - a for a, b in zip([low, *r], [*r, high])]

    return Problem(
        lambda r: -(pi / n) * sum(r),
        [Constraint(convex, ub=0), Constraint(rise, -alpha * d, alpha * d)],
        x0=[(low + high) / 2] * n,
        bounds=[(low, high)] * n,
    )


@textbook("COPS camshape, n = 100", -4.284199803, COPS + "; value verified with CasADi and Ipopt")
def cam100():
    return cam(100)


def rocket(nh):
    """Goddard's rocket: height, speed, mass and thrust at each step, and the step itself."""
    tmax, hc, vc, mc = 3.5, 500.0, 620.0, 0.6
    c, dc = 0.5, 0.5 * vc
    m = nh + 1

    def rates(h, v, mass, t):
        drag = dc * v**2 * exp(-hc * (h - 1.0))
        return v, (t - drag - mass / h**2) / mass, -t / c

    def dynamics(x):
        step = x[-1]
        rows = []
        before = None
        for i in range(m):
            state = x[i], x[m + i], x[2 * m + i]
            now = state, rates(*state, x[3 * m + i])
            if before is not None:
                for k in range(3):
                    slope = now[1][k] + before[1][k]
                    rows.append(now[0][k] - before[0][k] - 0.5 * step * slope)
            before = now
        return rows

    s = [i / nh for i in range(m)]
    x0 = [1.0] * m + [v * (1 - v) for v in s] + [(mc - 1) * v + 1 for v in s]
    x0 += [tmax / 2] * m + [1 / nh]
    bounds = [(1, None)] * m + [(0, None)] * m + [(mc, 1)] * m + [(0, tmax)] * m + [(0, None)]
    bounds[0] = (1, 1)
    bounds[m] = (0, 0)
    bounds[2 * m], bounds[3 * m - 1] = (1, 1), (mc, mc)
    return Problem(lambda x: -x[m - 1], dynamics, cl=0, cu=0, x0=x0, bounds=bounds)


@textbook("COPS rocket, nh = 200", -1.01283, COPS, rel=1e-5, step=1e-4)
def rocket200():
    return rocket(200)
