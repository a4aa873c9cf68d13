"""Sum of sin(x_i x_j) over the edges of a random graph: sparsity without any order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._workload import Case, FloatArray, Functions, IntArray, Workload, points_near
from benchmarks.peers.c_hand import HandWrittenC
from benchmarks.peers.numpy_hand import HandWritten, Structure


def edges(n: int) -> tuple[IntArray, IntArray]:
    """Twice as many edges as nodes; larger end first, none twice."""
    random = np.random.default_rng(5)
    ends = random.integers(0, n, (2, 2 * n))
    keys = np.unique(ends.max(axis=0) * n + ends.min(axis=0))
    high, low = keys // n, keys % n
    return high[high != low], low[high != low]


def loop(n: int, ns: Any) -> Functions:
    high, low = (ends.tolist() for ends in edges(n))

    def objective(x: Any) -> Any:
        total = 0.0
        for i, j in zip(high, low, strict=True):
            total += ns.sin(x[i] * x[j])
        return total

    return Functions(objective)


def vectorized(n: int, np: Any) -> Functions:
    high, low = edges(n)

    def objective(x: Any) -> Any:
        return np.sum(np.sin(x[high] * x[low]))

    return Functions(objective)


def casadi(n: int, ca: Any) -> Functions:
    high, low = (ends.tolist() for ends in edges(n))

    def objective(x: Any) -> Any:
        return ca.sum1(ca.sin(x[high] * x[low]))

    return Functions(objective)


def pyoptinterface(n: int) -> Any:
    high, low = (ends.tolist() for ends in edges(n))

    def add(model: Any, x: list[Any]) -> list[Any]:
        from pyoptinterface import nl

        for i, j in zip(high, low, strict=True):
            with nl.graph():
                model.add_nl_objective(nl.sin(x[i] * x[j]))
        return []

    return add


def _structure(n: int) -> Structure:
    """The edges, then the diagonal."""
    high, low = edges(n)
    i = np.arange(n)
    return np.concatenate([high, i]), np.concatenate([low, i])


def numpy_hand(n: int) -> HandWritten:
    high, low = edges(n)

    def objective(x: FloatArray) -> float:
        return float(np.sin(x[high] * x[low]).sum())

    def gradient(x: FloatArray) -> Any:
        a, b = x[high], x[low]
        slope = np.cos(a * b)
        return np.bincount(high, slope * b, n) + np.bincount(low, slope * a, n)

    def hessian(x: FloatArray, weights: FloatArray) -> FloatArray:
        a, b = x[high], x[low]
        product = a * b
        s, c = weights[0] * np.sin(product), weights[0] * np.cos(product)
        diagonal = np.bincount(high, s * b * b, n) + np.bincount(low, s * a * a, n)
        return np.concatenate([c - product * s, -diagonal])

    functions: dict[str, Any] = {"f": objective, "gradient": gradient, "H": hessian}
    return HandWritten(functions, hessian_structure=_structure(n))


def c_hand(n: int) -> HandWrittenC:
    high, low = (ends.astype(np.int32) for ends in edges(n))
    return HandWrittenC(
        Path(__file__).with_name("sine_graph.c"),
        [np.array([n], dtype=np.int32), high, low],
        hessian_structure=_structure(n),
        phases=("f", "gradient", "H"),
    )


def make(size: str) -> Workload:
    n = int(size)
    return Workload(
        points=points_near(np.zeros(n), 1.5),
        num_rows=0,
        forms={
            "loop": lambda ns: loop(n, ns),
            "vectorized": lambda np: vectorized(n, np),
            "casadi": lambda ca: casadi(n, ca),
            "pyoptinterface": lambda: pyoptinterface(n),
            "numpy": lambda np: numpy_hand(n),
            "c": lambda np: c_hand(n),
        },
    )


CASE = Case(
    name="sine_graph",
    title="sin(xi xj) on a random graph, Hessian",
    make=make,
    sizes=("1000", "10000", "100000"),
    quick=("1000",),
)
