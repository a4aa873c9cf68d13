"""The right-hand side of the Brusselator, a stiff reaction-diffusion equation, on an N x N grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._workload import (
    Case,
    FloatArray,
    Functions,
    IntArray,
    Workload,
    points_near,
)
from benchmarks.peers.c_hand import HandWrittenC
from benchmarks.peers.numpy_hand import HandWritten, Structure

A, B, DIFFUSION = 3.4, 1.0, 10.0


def _rate(n: int) -> float:
    """Diffusion over the squared width of a cell of the unit square."""
    return DIFFUSION * (n - 1) ** 2


def loop(n: int) -> Functions:
    rate = _rate(n)
    cells = n * n

    def constraints(x: Any) -> Any:
        u, v = x[:cells], x[cells:]
        du, dv = [0.0] * cells, [0.0] * cells
        for i in range(n):
            row, up, down = i * n, ((i - 1) % n) * n, ((i + 1) % n) * n
            for j in range(n):
                k, left, right = row + j, row + (j - 1) % n, row + (j + 1) % n
                u_k, v_k = u[k], v[k]
                reaction = u_k * u_k * v_k
                spread_u = u[up + j] + u[down + j] + u[left] + u[right] - 4.0 * u_k
                spread_v = v[up + j] + v[down + j] + v[left] + v[right] - 4.0 * v_k
                du[k] = rate * spread_u + B + reaction - (A + 1.0) * u_k
                dv[k] = rate * spread_v + A * u_k - reaction
        return du + dv

    return Functions(constraints=constraints)


def vectorized(n: int, np: Any) -> Functions:
    rate = _rate(n)

    def spread(w: Any) -> Any:
        beside = np.roll(w, 1, 0) + np.roll(w, -1, 0) + np.roll(w, 1, 1) + np.roll(w, -1, 1)
        return rate * (beside - 4.0 * w)

    def constraints(x: Any) -> Any:
        u, v = x.reshape(2, n, n)
        reaction = u * u * v
        du = spread(u) + B + reaction - (A + 1.0) * u
        dv = spread(v) + A * u - reaction
        return np.concatenate([du.ravel(), dv.ravel()])

    return Functions(constraints=constraints)


def casadi(n: int, ca: Any) -> Functions:
    rate = _rate(n)
    cells = n * n

    def spread(w: Any) -> Any:
        upright = ca.vertcat(w[1:, :], w[0, :]) + ca.vertcat(w[-1, :], w[:-1, :])
        across = ca.horzcat(w[:, 1:], w[:, 0]) + ca.horzcat(w[:, -1], w[:, :-1])
        return rate * (upright + across - 4.0 * w)

    def constraints(x: Any) -> Any:
        # Column by column instead of row by row: the grid is periodic and symmetric.
        u, v = ca.reshape(x[:cells], n, n), ca.reshape(x[cells:], n, n)
        reaction = u * u * v
        du = spread(u) + B + reaction - (A + 1.0) * u
        dv = spread(v) + A * u - reaction
        return ca.vertcat(ca.vec(du), ca.vec(dv))

    return Functions(constraints=constraints)


def pyoptinterface(n: int) -> Any:
    rate = _rate(n)
    cells = n * n

    def add(model: Any, x: list[Any]) -> list[Any]:
        from pyoptinterface import nl

        first: list[Any] = []
        second: list[Any] = []
        for k in range(cells):
            i, j = divmod(k, n)
            beside = [
                (i - 1) % n * n + j,
                (i + 1) % n * n + j,
                i * n + (j - 1) % n,
                i * n + (j + 1) % n,
            ]
            # One graph a row: its constants are data, its form is that of all other cells.
            for rows, at, sign in ((first, 0, 1.0), (second, cells, -1.0)):
                with nl.graph():
                    u, v = x[k], x[cells + k]
                    near = [x[at + other] for other in beside]
                    spread = near[0] + near[1] + near[2] + near[3] - 4.0 * x[at + k]
                    rest = B - (A + 1.0) * u if at == 0 else A * u
                    row = rate * spread + rest + sign * (nl.pow(u, 2.0) * v)
                    rows.append(model.add_nl_constraint(row, (-1e20, 1e20)))
        return first + second

    return add


def _layout(n: int) -> tuple[Structure, FloatArray, IntArray]:
    """Sorted structure, its constant part, and where the others stand, (4, cells).

    These are, of the rows of u, the derivatives by u and v of the cell, then of the rows of v.
    """
    cells = n * n
    k = np.arange(cells)
    grid = k.reshape(n, n)
    beside = [np.roll(grid, s, axis).ravel() for axis in (0, 1) for s in (1, -1)]
    rows = np.concatenate([np.tile(k, 6), np.tile(k + cells, 6)])
    cols = np.concatenate(
        [*beside, k, k + cells, *(other + cells for other in beside), k + cells, k]
    )
    order = np.lexsort((cols, rows))
    places = np.empty(rows.size, dtype=np.int64)
    places[order] = np.arange(rows.size)
    places = places.reshape(12, cells)
    base = np.zeros(rows.size)
    base[places[[0, 1, 2, 3, 6, 7, 8, 9]]] = _rate(n)
    return (rows[order], cols[order]), base, places[[4, 5, 11, 10]]


def numpy_hand(n: int) -> HandWritten:
    cells, rate = n * n, _rate(n)
    structure, base, (u_by_u, u_by_v, v_by_u, v_by_v) = _layout(n)
    functions = vectorized(n, np)

    def jacobian(x: FloatArray) -> FloatArray:
        u, v = x[:cells], x[cells:]
        out = base.copy()
        square = u * u
        cross = 2.0 * u * v
        out[u_by_u] = cross - (4.0 * rate + A + 1.0)
        out[u_by_v] = square
        out[v_by_u] = A - cross
        out[v_by_v] = -4.0 * rate - square
        return out

    evaluate: Any = functions.constraints
    return HandWritten({"c": evaluate, "J": jacobian}, jacobian_structure=structure)


def c_hand(n: int) -> HandWrittenC:
    source = Path(__file__).with_name("brusselator.c")
    structure, base, places = _layout(n)
    places = np.ascontiguousarray(places.T, dtype=np.int32)
    arrays = [np.array([n], dtype=np.int32), np.array([A, B, _rate(n)]), base, places.ravel()]
    return HandWrittenC(source, arrays, jacobian_structure=structure, phases=("c", "J"))


def make(size: str) -> Workload:
    n = int(size)
    return Workload(
        points=points_near(np.full(2 * n * n, 2.0), 1.0),
        num_rows=2 * n * n,
        has_objective=False,
        forms={
            "loop": lambda ns: loop(n),
            "vectorized": lambda np: vectorized(n, np),
            "casadi": lambda ca: casadi(n, ca),
            "pyoptinterface": lambda: pyoptinterface(n),
            "numpy": lambda np: numpy_hand(n),
            "c": lambda np: c_hand(n),
        },
    )


CASE = Case(
    name="brusselator",
    title="Brusselator, Jacobian",
    make=make,
    sizes=("6", "12", "24", "48", "96", "192"),
    quick=("12", "48"),
)
