"""Splines of constant data at traced points: beyond their ends, at high orders, their integrals."""

from __future__ import annotations

import pickle
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
        si.UnivariateSpline(T, Y, s=0, ext=3).antiderivative()(x),
    ],
    "rows": lambda x: [
        make(T, np.stack([Y, Y**2, T]), axis=1)(np.reshape(x, (3, 1)))
        for make in (si.CubicSpline, si.make_interp_spline, si.BarycentricInterpolator)
    ],
    "tables": lambda x: [
        si.RegularGridInterpolator((T,), Y, bounds_error=False, fill_value=None)(x),
        si.RegularGridInterpolator((T, T[:1]), Y[:, None], bounds_error=False, fill_value=3.0)(
            np.stack([x, 0.0 * x], axis=1)
        ),
        si.interpn((T, T), GRID, np.stack([x, x], 1), "splinef2d", False, 7.0),
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


AXES = (np.linspace(0, 1, 4), np.array([0.0, 0.3, 0.7, 1.2, 1.5]))
PLACES = [[0.2, 0.4], [0.9, 1.3], [1 / 3, 0.7]]
ENTRIES = np.sin(np.arange(20.0))
SCATTERED = np.random.default_rng(0).uniform(size=(20, 2))


def table(x: Any, method: str = "linear", **options: Any) -> Any:
    return si.RegularGridInterpolator(AXES, np.reshape(x, (4, 5)), method, **options)


def surface(x: Any, **options: Any) -> Any:
    return si.RectBivariateSpline(*AXES, np.reshape(x, (4, 5)), **options)


THROUGH: dict[str, Callable[[Any], Any]] = {
    "table": lambda x: table(x)(PLACES) ** 2,
    "table, traced places": lambda x: table(x)([x[:2] ** 2, [0.3, 0.1]]) ** 2,
    "table, one point": lambda x: table(x)((x[1] * 0.5, 0.4)),
    "table, numbers in a row": lambda x: table(x)([0.2, 0.4, 0.9, 1.3]),
    "table of one axis": lambda x: si.interpn((AXES[1],), x[:5], [0.1, 0.8, 1.3]),
    "table that falls": lambda x: [
        si.RegularGridInterpolator((AXES[0][::-1], AXES[1]), np.reshape(x, (4, 5)), method)(PLACES)
        for method in ("linear", "cubic")
    ],
    "table beyond the ends": lambda x: table(x, bounds_error=False, fill_value=None)([2.0, x[1]]),
    "cubic table": lambda x: [table(x, m)(PLACES) for m in ("slinear", "cubic")],
    "nothing beyond": lambda x: table(x, "cubic", bounds_error=False, fill_value=0.0)(
        [[0.2, 0.4], [3.0, 0.4]]
    ),
    "interpn": lambda x: [
        si.interpn(AXES, np.reshape(x, (4, 5)), PLACES),
        si.interpn(AXES, np.reshape(x, (4, 5)), [x[1], 0.3]),
        si.interpn(AXES, np.reshape(x, (4, 5)), np.array(PLACES), method="splinef2d"),
        si.interpn(AXES, np.reshape(x, (4, 5)), [[2.0, 0.3], [0.2, 0.4]], "splinef2d", False, 5.0),
    ],
    "interpn of constants": lambda x: si.interpn(AXES, ENTRIES.reshape(4, 5), [x[1] ** 2, 0.3]),
    "surface": lambda x: [
        surface(x)(0.3, [0.4, 1.3]),
        surface(x, kx=2, ky=1)([0.1, 0.7], 0.4, dx=1),
        surface(x).ev([0.3, 0.2], [1.0, 0.1]),
        surface(x)(0.3, 0.4, grid=False),
    ],
    "slopes of a surface beyond its ends": lambda x: [
        surface(x)([-0.3, 0.5, 1.3], [0.2, 1.7], dx=1, dy=1),
        surface(x).ev(x[1] - 1.0, 0.2, dx=1),
        surface(x).ev(x[1] + 1.0, 1.9, dy=2),
    ],
    "periodic": lambda x: si.Akima1DInterpolator(T, x[:9], extrapolate="periodic")([-0.3, 2.3]),
    "slope of a polynomial": lambda x: si.KroghInterpolator(T[:4], x[:4]).derivative([0.1, 0.3]),
    "surface, traced places": lambda x: [
        surface(x).ev(x[1] ** 2, 0.2),
        surface(x)(x[1], x[2] ** 2, dy=1),
    ],
    "radial": lambda x: [
        si.RBFInterpolator(SCATTERED, x)(PLACES) ** 2,
        si.RBFInterpolator(SCATTERED, x, kernel="gaussian", epsilon=3.0)(PLACES[:1]),
    ],
}


@pytest.mark.parametrize("name", THROUGH)
def test_tables_and_surfaces_through_traced_values(name: str) -> None:
    check_function(THROUGH[name], ENTRIES, rtol=1e-9, step=1e-4)


@pytest.mark.parametrize(
    "fun",
    [
        lambda x: table(x, "cubic")([x[1], 0.3]),
        lambda x: table(x, "cubic", bounds_error=False)([[2.0, 0.3]]),
        lambda x: surface(x, s=0.1)(0.3, 0.3),
        lambda x: si.RectBivariateSpline(x[:4], *AXES[::-1], kx=1)(0.3, 0.3),
    ],
)
def test_what_is_not_linear_in_its_values_is_refused(fun: Callable[[Any], Any]) -> None:
    with pytest.raises(asdopt.UnsupportedOperationError, match="known"):
        asdopt.jacobian(fun, ENTRIES)


def test_a_point_outside_of_a_table_is_an_error() -> None:
    with pytest.raises(ValueError, match="out of bounds"):
        asdopt.jacobian(lambda x: table(x)([2.0, 0.3]), ENTRIES)


POINTS = np.arange(6.0)
HEIGHTS = np.sin(POINTS)
CUBIC, FITTED = si.CubicSpline(POINTS, HEIGHTS), si.UnivariateSpline(POINTS, HEIGHTS, s=0)
LINEAR, POLYNOMIAL = si.interp1d(POINTS, HEIGHTS), si.KroghInterpolator(POINTS, HEIGHTS)
SEVERAL = si.PchipInterpolator(POINTS, np.stack([HEIGHTS, HEIGHTS**2], axis=1))
SURFACE = si.RectBivariateSpline(POINTS, POINTS, np.outer(HEIGHTS, HEIGHTS))


@pytest.mark.parametrize(
    "fun",
    [
        lambda x: CUBIC(x, 1).sum() + CUBIC.integrate(0.0, x[0]),
        lambda x: FITTED(x).sum() * FITTED.integral(x[0], x[1]),
        lambda x: LINEAR(x).sum() + POLYNOMIAL(x[1]),
        lambda x: SEVERAL(x).sum(),
        lambda x: SURFACE.ev(x[0], x[1]) + SURFACE(x[1], x[0], dx=1)[0, 0],
        lambda x: si.InterpolatedUnivariateSpline(POINTS, np.tile(x, 3))(x[0]),
    ],
)
def test_models_with_interpolants_can_be_pickled(fun: Callable[[Any], Any]) -> None:
    x = np.array([1.3, 2.2])
    made = asdopt.Problem(fun, x0=x)
    again = pickle.loads(pickle.dumps(made))
    for point in (x, 1.1 * x):
        np.testing.assert_allclose(again.objective(point), fun(point), rtol=1e-12)
        np.testing.assert_array_equal(again.gradient(point), made.gradient(point))
        np.testing.assert_array_equal(again.hessian(point).toarray(), made.hessian(point).toarray())
