"""A small neural network fitted to samples: residuals and their squares over all weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks._workload import Case, FloatArray, Functions, Workload, points_near

INPUTS, HIDDEN, SAMPLES = 4, 8, 16
NUM_WEIGHTS = HIDDEN * INPUTS + HIDDEN + HIDDEN + 1


def data() -> tuple[FloatArray, FloatArray]:
    """Inputs and targets."""
    random = np.random.default_rng(3)
    inputs = random.uniform(-1, 1, (SAMPLES, INPUTS))
    return inputs, np.sin(inputs.sum(axis=1))


def loop(ns: Any) -> Functions:
    inputs, targets = (a.tolist() for a in data())

    def constraints(w: Any) -> Any:
        rows = []
        for sample, target in zip(inputs, targets, strict=True):
            result = w[NUM_WEIGHTS - 1]
            for h in range(HIDDEN):
                total = w[HIDDEN * INPUTS + h]
                for i in range(INPUTS):
                    total += w[h * INPUTS + i] * sample[i]
                result += w[HIDDEN * INPUTS + HIDDEN + h] * ns.tanh(total)
            rows.append(result - target)
        return rows

    def objective(w: Any) -> Any:
        return sum(r * r for r in constraints(w))

    return Functions(objective, constraints)


def vectorized(np: Any) -> Functions:
    inputs, targets = data()
    ends = (HIDDEN * INPUTS, HIDDEN * INPUTS + HIDDEN, NUM_WEIGHTS - 1)

    def constraints(w: Any) -> Any:
        first = w[: ends[0]].reshape(HIDDEN, INPUTS)
        hidden = np.tanh(inputs @ first.T + w[ends[0] : ends[1]])
        return hidden @ w[ends[1] : ends[2]] + w[ends[2]] - targets

    def objective(w: Any) -> Any:
        return np.sum(constraints(w) ** 2)

    return Functions(objective, constraints)


def casadi(ca: Any) -> Functions:
    inputs, targets = data()
    ends = (HIDDEN * INPUTS, HIDDEN * INPUTS + HIDDEN, NUM_WEIGHTS - 1)

    def constraints(w: Any) -> Any:
        first = ca.reshape(w[: ends[0]], INPUTS, HIDDEN)
        bias = ca.repmat(w[ends[0] : ends[1]].T, SAMPLES, 1)
        hidden = ca.tanh(ca.mtimes(ca.DM(inputs), first) + bias)
        # CasADi 3.8.2 loses the derivative by a scalar added to mtimes, for all rows but the first
        # (MX); repmat avoids it.
        last = ca.repmat(w[ends[2]], SAMPLES, 1)
        return ca.mtimes(hidden, w[ends[1] : ends[2]]) + last - ca.DM(targets)

    def objective(w: Any) -> Any:
        return ca.sumsqr(constraints(w))

    return Functions(objective, constraints)


def make(size: str) -> Workload:
    return Workload(
        points=points_near(np.zeros(NUM_WEIGHTS), 0.8),
        num_rows=SAMPLES,
        forms={"loop": loop, "vectorized": vectorized, "casadi": casadi},
    )


CASE = Case(
    name="network",
    title="Small network, weights",
    make=make,
    sizes=(str(NUM_WEIGHTS),),
    quick=(str(NUM_WEIGHTS),),
)
