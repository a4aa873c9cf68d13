"""Swing-up of a cart and pole by direct collocation: trapezoids over N intervals."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks._workload import Case, Functions, Workload

# Masses in kg, length in m, gravity in m/s^2, time in s, force in N, track in m.
CART, POLE, LENGTH, GRAVITY, TIME, FORCE, TRACK = 1.0, 0.3, 0.5, 9.81, 2.0, 20.0, 2.0


def _speeds(ns: Any, angle: Any, spin: Any, force: Any) -> tuple[Any, Any]:
    """Accelerations of the cart and of the pole."""
    s, c = ns.sin(angle), ns.cos(angle)
    swing = LENGTH * POLE * s * spin**2
    below = CART + POLE * s * s
    cart = (swing + force + POLE * GRAVITY * c * s) / below
    pole = -(swing * c + force * c + (CART + POLE) * GRAVITY * s) / (LENGTH * below)
    return cart, pole


def loop(intervals: int, ns: Any) -> Functions:
    """Variables: positions, angles, speeds, spins, forces, each at all points in time."""
    points, half = intervals + 1, 0.5 * TIME / intervals

    def constraints(x: Any) -> Any:
        place, angle, speed, spin, force = (x[k * points : (k + 1) * points] for k in range(5))
        rates = []
        for k in range(points):
            cart, pole = _speeds(ns, angle[k], spin[k], force[k])
            rates.append([speed[k], spin[k], cart, pole])
        rows = []
        for i, state in enumerate((place, angle, speed, spin)):
            for k in range(intervals):
                slope = rates[k][i] + rates[k + 1][i]
                rows.append(state[k + 1] - state[k] - half * slope)
        return rows

    def objective(x: Any) -> Any:
        force = x[4 * points :]
        total = 0.0
        for k in range(intervals):
            total += half * (force[k] ** 2 + force[k + 1] ** 2)
        return total

    return Functions(objective, constraints)


def vectorized(intervals: int, np: Any) -> Functions:
    points, half = intervals + 1, 0.5 * TIME / intervals

    def constraints(x: Any) -> Any:
        states = x.reshape(5, points)
        _, angle, speed, spin, force = states
        rates = np.stack([speed, spin, *_speeds(np, angle, spin, force)])
        steps = states[:4, 1:] - states[:4, :-1]
        return (steps - half * (rates[:, 1:] + rates[:, :-1])).ravel()

    def objective(x: Any) -> Any:
        force = x[4 * points :]
        return half * np.sum(force[1:] ** 2 + force[:-1] ** 2)

    return Functions(objective, constraints)


def casadi(intervals: int, ca: Any) -> Functions:
    points, half = intervals + 1, 0.5 * TIME / intervals

    def constraints(x: Any) -> Any:
        states = ca.vertsplit(x, points)
        _, angle, speed, spin, force = states
        rates = [speed, spin, *_speeds(ca, angle, spin, force)]
        pairs = zip(states[:4], rates, strict=True)
        return ca.vertcat(*(s[1:] - s[:-1] - half * (r[1:] + r[:-1]) for s, r in pairs))

    def objective(x: Any) -> Any:
        force = x[4 * points :]
        return half * ca.sum1(force[1:] ** 2 + force[:-1] ** 2)

    return Functions(objective, constraints)


def pyoptinterface(intervals: int) -> Any:
    points, half = intervals + 1, 0.5 * TIME / intervals

    def rate(nl: Any, i: int, x: list[Any]) -> Any:
        """Rate of state i; written out, for only sines and cosines may be shared there."""
        _, angle, speed, spin, force = x
        if i < 2:
            return speed if i == 0 else spin
        s, c = nl.sin(angle), nl.cos(angle)
        below = CART + POLE * nl.pow(s, 2.0)
        swing = LENGTH * POLE * s * nl.pow(spin, 2.0)
        if i == 2:
            return (swing + force + POLE * GRAVITY * c * s) / below
        swing = LENGTH * POLE * s * nl.pow(spin, 2.0) * c
        return -1.0 * (swing + force * c + (CART + POLE) * GRAVITY * s) / (LENGTH * below)

    def add(model: Any, x: list[Any]) -> list[Any]:
        import pyoptinterface as poi
        from pyoptinterface import nl

        at = [[x[i * points + k] for i in range(5)] for k in range(points)]
        handles = []
        for i in range(4):
            for here, there in pairwise(at):
                if i < 2:  # linear
                    step = there[i] - here[i] - half * (here[i + 2] + there[i + 2])
                    handles.append(model.add_linear_constraint(step, poi.Eq, 0.0))
                    continue
                with nl.graph():
                    slope = half * rate(nl, i, here) + half * rate(nl, i, there)
                    row = there[i] - here[i] - slope
                    handles.append(model.add_nl_constraint(row, poi.Eq, 0.0))
        for here, there in pairwise(at):
            with nl.graph():
                squares = nl.pow(here[4], 2.0) + nl.pow(there[4], 2.0)
                model.add_nl_objective(half * squares)
        return handles

    return add


def make(size: str) -> Workload:
    intervals = int(size)
    points = intervals + 1
    lower = np.repeat([-TRACK, -np.inf, -np.inf, -np.inf, -FORCE], points)
    upper = -lower
    start = np.zeros((5, points))
    start[0] = np.linspace(0, 1, points)
    start[1] = np.linspace(0, np.pi, points)
    # At rest with the pole down, then at rest one meter on with the pole up.
    for k, state in ((0, (0, 0, 0, 0)), (intervals, (1, np.pi, 0, 0))):
        for i, value in enumerate(state):
            lower[i * points + k] = upper[i * points + k] = value
    random = np.random.default_rng(2)
    return Workload(
        points=start.ravel() + random.uniform(-0.5, 0.5, (3, 5 * points)),
        num_rows=4 * intervals,
        forms={
            "loop": lambda ns: loop(intervals, ns),
            "vectorized": lambda np: vectorized(intervals, np),
            "casadi": lambda ca: casadi(intervals, ca),
            "pyoptinterface": lambda: pyoptinterface(intervals),
            "pyomo": lambda ns: loop(intervals, ns),
        },
        x0=start.ravel(),
        lb=lower,
        ub=upper,
        cl=np.zeros(4 * intervals),
        cu=np.zeros(4 * intervals),
    )


CASE = Case(
    name="control",
    title="Cart and pole by collocation, intervals",
    make=make,
    sizes=("100", "1000"),
    quick=("100",),
    has_solve=True,
)
