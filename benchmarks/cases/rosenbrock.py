"""The chained Rosenbrock function: a long sum of one small term."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._workload import Case, FloatArray, Functions, Workload, points_near
from benchmarks.peers.c_hand import HandWrittenC
from benchmarks.peers.numpy_hand import HandWritten, Structure


def loop(ns: Any) -> Functions:
    def objective(x: Any) -> Any:
        total = 0.0
        for i in range(len(x) - 1):
            total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
        return total

    return Functions(objective)


def vectorized(np: Any) -> Functions:
    def objective(x: Any) -> Any:
        return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)

    return Functions(objective)


def casadi(ca: Any) -> Functions:
    def objective(x: Any) -> Any:
        return ca.sum1(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)

    return Functions(objective)


def pyoptinterface() -> Any:
    def add(model: Any, x: list[Any]) -> list[Any]:
        from pyoptinterface import nl

        for here, there in pairwise(x):
            with nl.graph():
                model.add_nl_objective(
                    100.0 * nl.pow(there - nl.pow(here, 2.0), 2.0) + nl.pow(1.0 - here, 2.0)
                )
        return []

    return add


def _structure(n: int) -> Structure:
    """The diagonal, then the entries beside it."""
    i = np.arange(n)
    return np.concatenate([i, i[1:]]), np.concatenate([i, i[:-1]])


def numpy_hand(n: int) -> HandWritten:
    def objective(x: FloatArray) -> float:
        head, tail = x[:-1], x[1:]
        gap, rest = tail - head * head, 1.0 - head
        return float(100.0 * (gap @ gap) + rest @ rest)

    def gradient(x: FloatArray) -> FloatArray:
        head = x[:-1]
        gap = 200.0 * (x[1:] - head * head)
        out = np.zeros(n)
        out[1:] = gap
        out[:-1] -= 2.0 * (head * gap + 1.0 - head)
        return out

    def hessian(x: FloatArray, weights: FloatArray) -> FloatArray:
        head, w = x[:-1], weights[0]
        out = np.empty(2 * n - 1)
        out[: n - 1] = (1200.0 * w) * head * head - (400.0 * w) * x[1:] + 2.0 * w
        out[n - 1] = 0.0
        out[1:n] += 200.0 * w
        out[n:] = (-400.0 * w) * head
        return out

    functions: dict[str, Any] = {"f": objective, "gradient": gradient, "H": hessian}
    return HandWritten(functions, hessian_structure=_structure(n))


def c_hand(n: int) -> HandWrittenC:
    source = Path(__file__).with_name("rosenbrock.c")
    arrays = [np.array([n], dtype=np.int32)]
    phases = ("f", "gradient", "H")
    return HandWrittenC(source, arrays, hessian_structure=_structure(n), phases=phases)


def make(size: str) -> Workload:
    n = int(size)
    return Workload(
        points=points_near(np.ones(n), 0.5),
        num_rows=0,
        forms={
            "loop": loop,
            "vectorized": vectorized,
            "casadi": casadi,
            "pyoptinterface": pyoptinterface,
            "pyomo": loop,
            "numpy": lambda np: numpy_hand(n),
            "c": lambda np: c_hand(n),
        },
    )


CASE = Case(
    name="rosenbrock",
    title="Chained Rosenbrock, Hessian",
    make=make,
    sizes=("1000", "10000", "100000"),
    quick=("1000",),
)
