"""A chain of pendulums, 200 steps: deep expressions, few variables, dense derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks._workload import Case, Functions, Workload, points_near

PENDULUMS, STEP = 4, 0.02


def loop(steps: int, ns: Any) -> Functions:
    """Variables: angles, speeds, stiffnesses; rows: angles and speeds at the end."""

    def run(x: Any) -> tuple[list[Any], list[Any]]:
        angle = [x[i] for i in range(PENDULUMS)]
        speed = [x[PENDULUMS + i] for i in range(PENDULUMS)]
        stiffness = [x[2 * PENDULUMS + i] for i in range(PENDULUMS)]
        for _ in range(steps):
            pull = [
                stiffness[i] * (angle[(i + 1) % PENDULUMS] - angle[i]) for i in range(PENDULUMS)
            ]
            for i in range(PENDULUMS):
                force = pull[i] - pull[i - 1] - ns.sin(angle[i])
                speed[i] = speed[i] + STEP * force
            for i in range(PENDULUMS):
                angle[i] = angle[i] + STEP * speed[i]
        return angle, speed

    def constraints(x: Any) -> Any:
        angle, speed = run(x)
        return angle + speed

    def objective(x: Any) -> Any:
        angle, speed = run(x)
        energy = 0.0
        for i in range(PENDULUMS):
            energy += 0.5 * speed[i] ** 2 - ns.cos(angle[i])
        return energy

    return Functions(objective, constraints)


def vectorized(steps: int, np: Any) -> Functions:
    def run(x: Any) -> tuple[Any, Any]:
        angle, speed, stiffness = x.reshape(3, PENDULUMS)
        for _ in range(steps):
            pull = stiffness * (np.roll(angle, -1) - angle)
            speed = speed + STEP * (pull - np.roll(pull, 1) - np.sin(angle))
            angle = angle + STEP * speed
        return angle, speed

    def constraints(x: Any) -> Any:
        return np.concatenate(run(x))

    def objective(x: Any) -> Any:
        angle, speed = run(x)
        return np.sum(0.5 * speed**2 - np.cos(angle))

    return Functions(objective, constraints)


def jax(steps: int, jnp: Any) -> Functions:
    """The steps as a scan: unrolled, XLA compiles for minutes."""
    from jax import lax

    def step(state: Any, stiffness: Any) -> Any:
        angle, speed = state
        pull = stiffness * (jnp.roll(angle, -1) - angle)
        speed = speed + STEP * (pull - jnp.roll(pull, 1) - jnp.sin(angle))
        return angle + STEP * speed, speed

    def run(x: Any) -> tuple[Any, Any]:
        angle, speed, stiffness = x.reshape(3, PENDULUMS)
        state: tuple[Any, Any]
        state, _ = lax.scan(
            lambda state, _: (step(state, stiffness), None), (angle, speed), length=steps
        )
        return state

    def constraints(x: Any) -> Any:
        return jnp.concatenate(run(x))

    def objective(x: Any) -> Any:
        angle, speed = run(x)
        return jnp.sum(0.5 * speed**2 - jnp.cos(angle))

    return Functions(objective, constraints)


def casadi(steps: int, ca: Any) -> Functions:
    def run(x: Any) -> tuple[Any, Any]:
        angle, speed, stiffness = ca.vertsplit(x, PENDULUMS)
        ahead = [*range(1, PENDULUMS), 0]
        behind = [PENDULUMS - 1, *range(PENDULUMS - 1)]
        for _ in range(steps):
            pull = stiffness * (angle[ahead] - angle)
            speed = speed + STEP * (pull - pull[behind] - ca.sin(angle))
            angle = angle + STEP * speed
        return angle, speed

    def constraints(x: Any) -> Any:
        return ca.vertcat(*run(x))

    def objective(x: Any) -> Any:
        angle, speed = run(x)
        return ca.sum1(0.5 * speed**2 - ca.cos(angle))

    return Functions(objective, constraints)


def make(size: str) -> Workload:
    steps = int(size)
    return Workload(
        points=points_near(np.repeat([0.0, 0.0, 1.0], PENDULUMS), 0.5),
        num_rows=2 * PENDULUMS,
        forms={
            "loop": lambda ns: loop(steps, ns),
            "vectorized": lambda np: vectorized(steps, np),
            "jax": lambda jnp: jax(steps, jnp),
            "casadi": lambda ca: casadi(steps, ca),
        },
    )


CASE = Case(
    name="integration",
    title="Integration of four pendulums, steps",
    make=make,
    sizes=("200",),
    quick=("50",),
)
