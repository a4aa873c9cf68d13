"""Area of a surface over an N x N grid of heights: a stencil of nine points."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks._workload import Case, FloatArray, Functions, Workload, points_near
from benchmarks.peers.numpy_hand import HandWritten


def _half(n: int) -> float:
    """One over twice the squared width of a cell of the unit square."""
    return 0.5 * (n - 1) ** 2


def loop(n: int, ns: Any) -> Functions:
    half = _half(n)

    def objective(x: Any) -> Any:
        total = 0.0
        for i in range(n - 1):
            for j in range(n - 1):
                k = i * n + j
                falling, rising = x[k + n + 1] - x[k], x[k + 1] - x[k + n]
                total += ns.sqrt(1.0 + half * (falling * falling + rising * rising))
        return total / (n - 1) ** 2

    return Functions(objective)


def vectorized(n: int, np: Any) -> Functions:
    half = _half(n)

    def objective(x: Any) -> Any:
        z = x.reshape(n, n)
        falling, rising = z[1:, 1:] - z[:-1, :-1], z[:-1, 1:] - z[1:, :-1]
        return np.sum(np.sqrt(1.0 + half * (falling * falling + rising * rising))) / (n - 1) ** 2

    return Functions(objective)


def casadi(n: int, ca: Any) -> Functions:
    half = _half(n)

    def objective(x: Any) -> Any:
        z = ca.reshape(x, n, n)  # by columns: mirrored, and the area is the same
        falling, rising = z[1:, 1:] - z[:-1, :-1], z[:-1, 1:] - z[1:, :-1]
        area = ca.sqrt(1.0 + half * (falling * falling + rising * rising))
        return ca.sum1(ca.vec(area)) / (n - 1) ** 2

    return Functions(objective)


def pyoptinterface(n: int) -> Any:
    half, scale = _half(n), 1.0 / (n - 1) ** 2

    def add(model: Any, x: list[Any]) -> list[Any]:
        from pyoptinterface import nl

        for i in range(n - 1):
            for j in range(n - 1):
                k = i * n + j
                falling, rising = x[k + n + 1] - x[k], x[k + 1] - x[k + n]
                # Products, not nl.pow: its mixed derivatives are NaN where the base is negative.
                steps = falling * falling + rising * rising
                with nl.graph():
                    model.add_nl_objective(scale * nl.sqrt(1.0 + half * steps))
        return []

    return add


def numpy_hand(n: int) -> HandWritten:
    """Entries by kind: diagonal, then the pairs of corners of all cells, nothing summed twice.

    A pair beside each other in a row or column belongs to two cells.
    """
    half, scale = _half(n), 1.0 / (n - 1) ** 2
    k = np.arange(n * n).reshape(n, n)
    pairs = {
        "down": (k[1:, :], k[:-1, :]),
        "right": (k[:, 1:], k[:, :-1]),
        "falling": (k[1:, 1:], k[:-1, :-1]),
        "rising": (k[1:, :-1], k[:-1, 1:]),
    }
    rows = np.concatenate([k.ravel(), *(low.ravel() for low, _ in pairs.values())])
    cols = np.concatenate([k.ravel(), *(high.ravel() for _, high in pairs.values())])
    ends = np.cumsum([n * n, *(low.size for low, _ in pairs.values())])

    def parts(x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        z = x.reshape(n, n)
        a, b = z[1:, 1:] - z[:-1, :-1], z[:-1, 1:] - z[1:, :-1]
        return a, b, np.sqrt(1.0 + half * (a * a + b * b))

    def objective(x: FloatArray) -> float:
        return float(parts(x)[2].sum() * scale)

    def gradient(x: FloatArray) -> FloatArray:
        a, b, s = parts(x)
        a, b = a * (half * scale) / s, b * (half * scale) / s
        out = np.zeros((n, n))
        out[1:, 1:] += a
        out[:-1, :-1] -= a
        out[:-1, 1:] += b
        out[1:, :-1] -= b
        return out.ravel()

    def hessian(x: FloatArray, weights: FloatArray) -> FloatArray:
        a, b, s = parts(x)
        first = (half * scale * weights[0]) / s
        second = first * half / (s * s)
        aa, bb, ab = first - second * a * a, first - second * b * b, -second * a * b
        out = np.zeros(rows.size)
        diagonal, down, right, falling, rising = np.split(out, ends[:-1])
        diagonal = diagonal.reshape(n, n)
        diagonal[1:, 1:] += aa
        diagonal[:-1, :-1] += aa
        diagonal[:-1, 1:] += bb
        diagonal[1:, :-1] += bb
        # The corners of a cell: a = z11 - z00, b = z01 - z10.
        down, right = down.reshape(n - 1, n), right.reshape(n, n - 1)
        down[:, :-1] += ab  # z10, z00
        down[:, 1:] += ab  # z11, z01
        right[:-1, :] -= ab  # z01, z00
        right[1:, :] -= ab  # z11, z10
        falling[:] = -aa.ravel()
        rising[:] = -bb.ravel()
        return out

    functions: dict[str, Any] = {"f": objective, "gradient": gradient, "H": hessian}
    return HandWritten(functions, hessian_structure=(rows, cols))


def make(size: str) -> Workload:
    n = int(size)
    return Workload(
        points=points_near(np.zeros(n * n), 1.0 / n),
        num_rows=0,
        forms={
            "loop": lambda ns: loop(n, ns),
            "vectorized": lambda np: vectorized(n, np),
            "casadi": lambda ca: casadi(n, ca),
            "pyoptinterface": lambda: pyoptinterface(n),
            "numpy": lambda np: numpy_hand(n),
        },
    )


CASE = Case(
    name="minimal_surface",
    title="Minimal surface, Hessian",
    make=make,
    sizes=("32", "100", "200"),
    quick=("32",),
)
