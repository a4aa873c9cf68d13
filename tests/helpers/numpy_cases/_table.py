"""The census' data and how a call enters it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

V = np.array([0.73, -1.31, 2.17, 0.42, -0.66])
W = np.array([1.21, 0.37, -0.84, 1.55, 0.29])
P = np.abs(V) + 0.3
M = np.array([[0.71, -1.31, 2.13], [0.44, -0.61, 1.97]])
N = np.array([[1.1, 0.2, -0.4], [0.3, 1.7, 0.6]])
S = np.array([[2.1, 0.3, -0.4], [0.5, 1.7, 0.2], [-0.6, 0.8, 2.9]])
S4 = np.array(
    [[0.2, 1.3, -0.4, 0.7], [2.5, 0.1, 0.2, -0.3], [-0.6, 0.8, 1.9, 0.4], [0.3, -1.1, 0.5, 2.2]]
)
SPD = S @ S.T + np.eye(3)
C = (np.arange(24.0).reshape(2, 3, 4) * 0.37) % 2.3 - 1.0
CONST = np.array([0.5, -1.5, 2.0])
A23 = np.array([[1.0, 0.0, -2.0], [0.5, 3.0, 0.0]])
MASK = np.array([True, False, True, True, False])
NANS = np.array([[0.7, 1.3, 2.1], [0.4, 0.6, 1.9]])
HOLES = np.array([[False, True, False], [False, False, True]])


def _scaled(function: Callable[..., Any], x: Any) -> Any:
    return function(0.3 * x)


def holes(x: Any) -> Any:
    return np.where(HOLES, np.nan, x)


@dataclass(frozen=True)
class Case:
    """One call, with the point it is made at and what it needs.

    ``point``: it branches on values, so that primal values are needed. ``smooth``: its
    derivatives exist and are checked.
    """

    call: Callable[..., Any]
    arrays: tuple[Any, ...] = (V,)
    point: bool = False
    smooth: bool = True
    rtol: float = 1e-13


CASES: dict[str, list[Case]] = {}


def case(name: str, *calls: Callable[..., Any], at: Any = (V,), **options: Any) -> None:
    arrays = at if isinstance(at, tuple) else (at,)
    CASES.setdefault(name, []).extend(Case(call, arrays, **options) for call in calls)
