"""Functions with closed-form derivatives, which every backend has to get right.

Each function is written once, in terms of a namespace ``np`` (NumPy, jax.numpy, autograd.numpy)
or of CasADi's symbols, so that every backend receives what it takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scenario:
    """A function ``make(np)`` of x with constants, two points, and dense derivatives."""

    name: str
    make: Callable[[Any], Callable[..., Any]]
    x: Any
    other: Any
    jac: Callable[..., Any]
    hess: Callable[..., Any] | None = None
    args: tuple[Any, ...] = ()
    argnum: int = 0
    # CasADi has no arrays of numbers: where its form differs, or None where there is none.
    casadi: Callable[[Any], Callable[..., Any]] | None = field(default=None)
    nnz: int = -1
    max_colors: int = -1


def _tridiagonal(np: Any) -> Callable[..., Any]:
    return lambda x: x[1:-1] * (x[2:] - x[:-2]) + x[1:-1] ** 3


def _tridiagonal_jac(x: Array) -> Array:
    jac = np.zeros((x.size - 2, x.size))
    for i in range(x.size - 2):
        jac[i, i], jac[i, i + 2] = -x[i + 1], x[i + 1]
        jac[i, i + 1] = x[i + 2] - x[i] + 3 * x[i + 1] ** 2
    return jac


def _chain(np: Any) -> Callable[..., Any]:
    return lambda x: np.sum((x[1:] - x[:-1]) ** 3)


def _chain_jac(x: Array) -> Array:
    d = 3 * np.diff(x) ** 2
    return (np.concatenate([[0.0], d]) - np.concatenate([d, [0.0]]))[None]


def _chain_hess(x: Array) -> Array:
    hess = np.zeros((x.size, x.size))
    for i, d in enumerate(6 * np.diff(x)):
        hess[i : i + 2, i : i + 2] += d * np.array([[1, -1], [-1, 1]])
    return hess


def _curve(np: Any) -> Callable[..., Any]:
    return lambda t: np.stack([np.sin(t), np.cos(t), t * t])


def _curve_list(np: Any) -> Callable[..., Any]:
    return lambda t: [np.sin(t), np.cos(t), t * t]


def _matrix(np: Any) -> Callable[..., Any]:
    return lambda x: (x * x).T * 2.0


def _matrix_jac(x: Array) -> Array:
    rows, cols = x.shape
    jac = np.zeros((x.size, x.size))
    for i in range(cols):
        for j in range(rows):
            jac[i * rows + j, j * cols + i] = 4.0 * x[j, i]
    return jac


def _arrow(np: Any) -> Callable[..., Any]:
    """One dense row and one dense column."""
    return lambda x: np.concatenate([np.sum(x * x).reshape(1), x[1:] * x[0]])


def _arrow_casadi(ca: Any) -> Callable[..., Any]:
    return lambda x: ca.vertcat(ca.sum1(x * x), x[1:] * x[0])


def _arrow_jac(x: Array) -> Array:
    jac = np.diag(np.full(x.size, x[0]))
    jac[0] = 2 * x
    jac[1:, 0] += x[1:]
    return jac


def _arrow_energy(np: Any) -> Callable[..., Any]:
    """Hessian with a dense row and column."""
    return lambda x: x[0] * np.sum(x[1:] ** 2) + np.sum(x**3)


def _arrow_energy_casadi(ca: Any) -> Callable[..., Any]:
    return lambda x: x[0] * ca.sum1(x[1:] ** 2) + ca.sum1(x**3)


def _arrow_energy_jac(x: Array) -> Array:
    grad = 3 * x**2
    grad[0] += np.sum(x[1:] ** 2)
    grad[1:] += 2 * x[0] * x[1:]
    return grad[None]


def _arrow_energy_hess(x: Array) -> Array:
    hess = np.diag(6 * x)
    hess[0, 1:] = hess[1:, 0] = 2 * x[1:]
    hess[np.arange(1, x.size), np.arange(1, x.size)] += 2 * x[0]
    return hess


def _gaps(np: Any) -> Callable[..., Any]:
    """Empty rows and an empty column."""
    return lambda x: [x[0] * 2.0, 3.0, x[2] * x[0], 0.0 * x[1]]


def _gaps_jac(x: Array) -> Array:
    jac = np.zeros((4, 4))
    jac[0, 0], jac[2, 0], jac[2, 2] = 2.0, x[2], x[0]
    return jac


def _weighted(np: Any) -> Callable[..., Any]:
    return lambda weights, x, power: weights * x**power


def _weighted_jac(x: Array) -> Array:
    return np.diag(np.array([1.0, 2.0, 3.0]) * 4 * x**3)


def _structured(np: Any) -> Callable[..., Any]:
    return lambda p: [p["speed"] ** 2 * p["mass"][0], np.exp(p["mass"][1])]


def _structured_jac(p: Any) -> Array:
    a, b, v = *p["mass"], p["speed"]
    return np.array([[v**2, 0.0, 2 * v * a], [0.0, np.exp(b), 0.0]])


def _tall(np: Any) -> Callable[..., Any]:
    return lambda x: np.concatenate([x * x, np.exp(x), x * x[::-1]])


def _tall_casadi(ca: Any) -> Callable[..., Any]:
    return lambda x: ca.vertcat(x * x, ca.exp(x), x[0] * x[1], x[1] * x[0])


def _tall_jac(x: Array) -> Array:
    a, b = x
    return np.array([[2 * a, 0], [0, 2 * b], [np.exp(a), 0], [0, np.exp(b)], [b, a], [b, a]])


_P = np.array([0.5, 1.25, -0.75, 2.0, 0.3, -1.1, 0.9])
_Q = np.array([1.5, -0.25, 0.4, 0.7, 1.3, 2.1, -0.6])

SCENARIOS = [
    Scenario("scalar -> vector", _curve, 0.7, 1.9,
             lambda t: np.array([[np.cos(t)], [-np.sin(t)], [2 * t]]), casadi=_curve_list),
    Scenario("vector -> scalar", _chain, _P, _Q, _chain_jac, _chain_hess,
             casadi=lambda ca: lambda x: ca.sum1((x[1:] - x[:-1]) ** 3), max_colors=3),
    Scenario("scalar -> scalar", lambda np: lambda t: np.sin(t) * t, 0.7, -1.3,
             lambda t: np.array([[np.cos(t) * t + np.sin(t)]]),
             lambda t: np.array([[2 * np.cos(t) - np.sin(t) * t]])),
    Scenario("vector -> vector", _tridiagonal, _P, _Q, _tridiagonal_jac, max_colors=3, nnz=15),
    Scenario("matrix -> matrix", _matrix, _P[:6].reshape(2, 3), _Q[:6].reshape(2, 3), _matrix_jac,
             nnz=6, max_colors=1),
    Scenario("size 1", lambda np: lambda x: x**3, np.array([2.0]), np.array([-3.0]),
             lambda x: np.array([[3 * x[0] ** 2]]), lambda x: np.array([[6 * x[0]]])),
    Scenario("no variables", lambda np: lambda x: 2.0 * x, np.empty(0), np.empty(0),
             lambda x: np.zeros((0, 0))),
    Scenario("no variables, one result", lambda np: lambda x: np.sum(x * x), np.empty(0),
             np.empty(0), lambda x: np.zeros((1, 0)), lambda x: np.zeros((0, 0)),
             casadi=lambda ca: lambda x: ca.sum1(x * x)),
    Scenario("no results", lambda np: lambda x: x[:0] * 2.0, _P, _Q, lambda x: np.zeros((0, 7))),
    Scenario("constant", lambda np: lambda x: 0.0 * x + 3.0, _P, _Q, lambda x: np.zeros((7, 7))),
    Scenario("empty rows and columns", _gaps, _P[:4], _Q[:4], _gaps_jac),
    Scenario("dense row and column", _arrow, _P, _Q, _arrow_jac, casadi=_arrow_casadi),
    Scenario("dense row of a Hessian", _arrow_energy, _P, _Q, _arrow_energy_jac,
             _arrow_energy_hess, casadi=_arrow_energy_casadi, max_colors=2),
    Scenario("dense row", lambda np: lambda x: np.sum(np.exp(x)), _P, _Q,
             lambda x: np.exp(x)[None], lambda x: np.diag(np.exp(x)),
             casadi=lambda ca: lambda x: ca.sum1(ca.exp(x)), max_colors=1),
    Scenario("dense column", lambda np: lambda x: np.exp(x[0]) * np.arange(1.0, 6.0), _P[:1],
             _Q[:1], lambda x: np.exp(x[0]) * np.arange(1.0, 6.0)[:, None],
             casadi=lambda ca: lambda x: ca.exp(x[0]) * ca.DM([1, 2, 3, 4, 5]), max_colors=1),
    Scenario("tall", _tall, _P[:2], _Q[:2], _tall_jac, casadi=_tall_casadi, max_colors=2),
    Scenario("several arguments", _weighted, _P[:3], np.abs(_Q[:3]), _weighted_jac,
             args=(np.array([1.0, 2.0, 3.0]), 4), argnum=1, max_colors=1, nnz=3),
    Scenario("structured", _structured, {"mass": np.array([2.0, 0.3]), "speed": 1.5},
             {"mass": np.array([-1.0, 0.7]), "speed": -0.4}, _structured_jac, nnz=3),
    Scenario("returns its argument", lambda np: lambda x: x, _P, _Q, lambda x: np.eye(7),
             max_colors=1, nnz=7),
]  # fmt: skip
