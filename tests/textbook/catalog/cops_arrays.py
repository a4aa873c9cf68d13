"""COPS with arrays of two and three dimensions and variables in a dict."""

import math

import numpy as np

from asdopt import Constraint, Problem

from catalog._entry import COPS, textbook


@textbook("COPS torsion, 50 x 50", -0.418087, COPS, rel=2e-6, options={"tol": 1e-11})
def torsion():
    """Elastic-plastic torsion on a grid: bounds only."""
    nx = ny = 50
    c, hx, hy = 5.0, 1 / (nx + 1), 1 / (ny + 1)
    i, j = np.meshgrid(np.arange(nx + 2), np.arange(ny + 2), indexing="ij")
    distance = np.minimum(np.minimum(i, nx + 1 - i) * hx, np.minimum(j, ny + 1 - j) * hy)

    def f(v):
        dx, dy = np.diff(v, axis=0) / hx, np.diff(v, axis=1) / hy
        quadratic = (dx[:, :-1] ** 2).sum() + (dy[:-1] ** 2).sum()
        quadratic += (dx[:, 1:] ** 2).sum() + (dy[1:] ** 2).sum()
        linear = (v[1:, :-1] + v[:-1, :-1] + v[:-1, 1:]).sum()
        linear += (v[1:, 1:] + v[:-1, 1:] + v[1:, :-1]).sum()
        return 0.5 * hx * hy * (quadratic / 2 - c * linear / 3)

    return Problem(f, x0=distance, bounds=list(zip(-distance.ravel(), distance.ravel())))


@textbook("COPS bearing, 50 x 50", -0.15482, COPS, rel=3e-5)
def bearing():
    """Pressure in a journal bearing, with loops over an array that is written into."""
    nx = ny = 50
    b, e = 10, 0.1
    hx, hy = 2 * math.pi / (nx + 1), 2 * b / (ny + 1)
    weight = [(1 + e * math.cos(i * hx)) ** 3 for i in range(nx + 2)]
    # The boundary is zero.
    inside = (slice(1, -1), slice(1, -1))

    def f(inner):
        v = np.zeros((nx + 2, ny + 2))
        v[inside] = inner
        total = 0.0
        for i in range(nx + 1):
            dx, dy = (v[i + 1, :-1] - v[i, :-1]) / hx, (v[i, 1:] - v[i, :-1]) / hy
            total += (weight[i] + 2 * weight[i + 1]) * np.sum(dx**2 + dy**2)
        # The second factor 2 is that of the published program.
        for i in range(1, nx + 2):
            dx, dy = (v[i - 1, 1:] - v[i, 1:]) / hx, (v[i, :-1] - v[i, 1:]) / hy
            total += (2 * weight[i] + 2 * weight[i - 1]) * np.sum(dx**2 + dy**2)
        load = sum(e * math.sin(i * hx) * v[i].sum() for i in range(nx + 2))
        return hx * hy * (total / 12 - load)

    start = [max(math.sin(i * hx), 0.0) for i in range(1, nx + 1)]
    return Problem(f, x0=np.tile(start, (ny, 1)).T, bounds=(0, None))


@textbook("COPS steering, nh = 200", 0.554577, COPS, rel=2e-6)
def steering():
    """Fastest way of a particle to its target: state, control and final time in a dict."""
    nh, a = 200, 100.0
    k = np.arange(nh + 1) / nh

    def step(v):
        return v["time"] / nh / 2

    def dynamics(v):
        x, u = v["x"], v["u"]
        rates = np.stack([x[2], x[3], a * np.cos(u), a * np.sin(u)])
        return x[:, 1:] - x[:, :-1] - step(v) * (rates[:, 1:] + rates[:, :-1])

    lower, upper = np.full((4, nh + 1), -np.inf), np.full((4, nh + 1), np.inf)
    lower[:, 0] = upper[:, 0] = 0
    lower[1:, -1] = upper[1:, -1] = 5, 45, 0
    return Problem(
        lambda v: v["time"],
        Constraint(dynamics, 0, 0),
        x0={
            "u": np.zeros(nh + 1),
            "x": np.array([0 * k, 5 * k, 45 * k, 0 * k]),
            "time": 1.0,
        },
        bounds={
            "u": (-math.pi / 2, math.pi / 2),
            "x": (lower, upper),
            "time": (0, None),
        },
    )


@textbook("COPS robot, nh = 200", 9.14138, COPS, rel=2e-6, options={"tol": 1e-10})
def robot():
    """Fastest turn of a robot arm: rows of one table are functions of time."""
    nh, length = 200, 5.0
    s = np.arange(nh + 1) / nh

    def inertia(rho, phi):
        i_phi = ((length - rho) ** 3 + rho**3) / 3
        return i_phi * np.sin(phi) ** 2, i_phi

    def dynamics(v):
        state, (u_rho, u_the, u_phi) = v["state"], v["control"]
        rho, _, phi, *speeds = state
        i_the, i_phi = inertia(rho, phi)
        rates = np.vstack([*speeds, u_rho / length, u_the / i_the, u_phi / i_phi])
        return np.diff(state) - 0.5 * v["step"] * (rates[:, 1:] + rates[:, :-1])

    state = np.array(
        [4.5 + 0 * s, 2 * np.pi / 3 * s**2, np.pi / 4 + 0 * s, 0 * s, 4 * np.pi / 3 * s, 0 * s]
    )
    free = np.array([[np.inf]] * 3)
    lower = np.vstack([[[0.0], [-np.pi], [0.0]], -free]) + 0 * s
    upper = np.vstack([[[length], [np.pi], [np.pi]], free]) + 0 * s
    ends = np.array([[4.5, 0, np.pi / 4, 0, 0, 0], [4.5, 2 * np.pi / 3, np.pi / 4, 0, 0, 0]]).T
    lower[:, [0, -1]] = upper[:, [0, -1]] = ends
    return Problem(
        lambda v: v["step"] * nh,
        Constraint(dynamics, 0, 0),
        x0={"state": state, "control": np.zeros((3, nh + 1)), "step": 0.01},
        bounds={"state": (lower, upper), "control": (-1, 1), "step": (0, None)},
    )


@textbook("COPS pinene, nh = 100", 19.8721, COPS, rel=5e-6)
def pinene():
    """Parameters of a reaction by collocation, from measurements."""
    tau = np.array([1230.0, 3060, 4920, 7800, 10680, 15030, 22620, 36420])
    data = np.loadtxt(
        """88.35,7.3,2.3,0.4,1.75
        76.4,15.6,4.5,0.7,2.8
        65.1,23.1,5.3,1.1,5.8
        50.4,32.9,6.0,1.5,9.3
        37.5,42.7,6.0,1.9,12.0
        25.9,49.1,5.9,2.2,17.0
        14.0,57.4,5.1,2.6,21.0
        4.5,63.1,3.8,2.9,25.7""".splitlines(),
        delimiter=",",
    )
    nh, nc, ne = 100, 3, 5
    h = tau[-1] / nh
    rho = np.array([0.11270166537926, 0.5, 0.88729833462074])
    factorial = np.array([math.factorial(k) for k in range(nc + 1)])
    k = np.arange(1, nc + 1)
    value = rho[:, None] ** k / factorial[1:]
    slope = rho[:, None] ** (k - 1) / factorial[:-1]
    cell = np.minimum(nh - 1, (tau / h).astype(int))
    inside = (tau - cell * h)[:, None] ** k / (factorial[1:] * h ** (k - 1.0))

    def misfit(p):
        _, v, w = p
        at = v[cell] + np.einsum("jk,jks->js", inside, w[cell])
        return ((at - data) ** 2).sum()

    def rates(theta, u):
        a, b, c, d, e = theta
        u1, _, u3, _, u5 = np.moveaxis(u, -1, 0)
        return np.stack(
            [-(a + b) * u1, a * u1, b * u1 - (c + d) * u3 + e * u5, c * u3, d * u3 - e * u5],
            axis=-1,
        )

    def collocation(p):
        theta, v, w = p
        u = v[:, None, :] + h * np.einsum("jk,iks->ijs", value, w)
        return np.einsum("jk,iks->ijs", slope, w) - rates(theta, u)

    def continuity(p):
        _, v, w = p
        return v[:-1] + h * np.tensordot(w[:-1], 1 / factorial[1:], axes=(1, 0)) - v[1:]

    start = np.array([100.0, 0, 0, 0, 0])
    v0 = np.array([start if i <= cell[0] else data[(cell < i).sum()] for i in range(nh)])
    return Problem(
        misfit,
        [
            Constraint(collocation, 0, 0),
            Constraint(continuity, 0, 0),
            Constraint(lambda p: p[1][0], start, start, name="start"),
        ],
        x0=(np.zeros(5), v0, np.zeros((nh, nc, ne))),
        bounds=[(0, None)] * 5 + [(None, None)] * (nh * ne * (1 + nc)),
    )
