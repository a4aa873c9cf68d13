"""Splines of constant data at traced points: beyond their ends, at high orders, their integrals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.interpolate as si
from whole_functions import check_function

import asdopt

X = np.array([-0.31, 0.53, 2.41])  # one before the first knot, one behind the last
INSIDE = np.array([0.31, 0.53, 1.41])
T = np.linspace(0, 2, 9)
Y = np.cos(T)
GRID = np.outer(Y, Y)
SURFACE = si.RectBivariateSpline(T, T, GRID)
SMOOTH = si.SmoothBivariateSpline(
    *(v.ravel() for v in np.meshgrid(T, T)), GRID.ravel(), s=0.01, kx=2
)
CURVE = si.CubicSpline(T, Y)
AROUND = si.CubicSpline(T, np.append(Y[:-1], Y[0]), bc_type="periodic")
FITTED = si.UnivariateSpline(T, Y, s=0)
HALF = np.full(3, 0.43)

KNOWN: dict[str, Callable[[Any], Any]] = {
    **{
        f"fitted, ext={ext}, nu={nu}": lambda x, ext=ext, nu=nu: [
            si.UnivariateSpline(T, Y, s=0, ext=ext)(x, nu),
            FITTED(x, nu, ext=ext),
        ]
        for ext in (0, 1, 3)
        for nu in (0, 1, 2)
    },
    "surfaces": lambda x: [SURFACE.ev(x, HALF), SURFACE.ev(HALF, x), SMOOTH.ev(x, HALF)],
    "integrals": lambda x: [
        CURVE.integrate(x[0], x[2]),
        AROUND.integrate(x[0], x[2]),
        FITTED.integral(x[0], x[1]),
        FITTED.integral(0.3, x[2]),
        si.make_interp_spline(T, Y).integrate(x[0], x[1]),
    ],
}


@pytest.mark.parametrize("name", KNOWN)
def test_beyond_the_ends(name: str) -> None:
    check_function(KNOWN[name], X, rtol=1e-11, step=1e-4)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_derivatives_above_the_degree_vanish(degree: int) -> None:
    surface = si.RectBivariateSpline(T, T, GRID, kx=degree, ky=degree)
    curve = si.UnivariateSpline(T, Y, s=0, k=degree)
    check_function(
        lambda x: [
            surface.ev(x, x[::-1]),
            surface(x, x[:2]),
            surface.ev(x, HALF, dx=min(1, degree - 1)),
            *[curve(x, nu) for nu in range(degree + 1)],
            *[FITTED.derivative(nu)(x) for nu in (1, 2, 3)],
        ],
        INSIDE,
        step=1e-4,
    )


def test_grids_increase() -> None:
    with pytest.raises(ValueError, match="strictly increasing"):
        asdopt.jacobian(lambda x: SURFACE(x[::-1], x), INSIDE)
