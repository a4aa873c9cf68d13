"""Rotations of scipy.spatial, and random numbers with traced location and scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.random import RandomState, default_rng
from scipy.spatial.transform import Rotation
from whole_functions import check_function

import asdopt

X = np.array([0.7, 1.3, 0.4])
V = np.array([1.0, -2.0, 0.5])
POINTS = np.arange(12.0).reshape(4, 3)
FIXED = Rotation.from_euler("xyz", [0.1, 0.2, 0.3])
several = Rotation.from_rotvec


def eulers(x: Any) -> Any:
    return [
        part
        for seq in ("xyz", "ZYX", "zxz", "XYX", "YZX", "yzy")
        for part in (
            Rotation.from_rotvec(x).as_euler(seq),
            Rotation.from_rotvec(-2.0 * x).as_euler(seq, degrees=True),
            Rotation.from_euler(seq, x).as_quat(),
        )
    ]


ROTATIONS: dict[str, Callable[[Any], Any]] = {
    "vectors": lambda x: [
        Rotation.from_rotvec(x).as_matrix(),
        Rotation.from_rotvec(20 * x, degrees=True).as_quat(scalar_first=True),
        Rotation.from_rotvec(3.0 * x).as_rotvec(degrees=True),
        Rotation.from_rotvec(x).magnitude(),
    ],
    "no angle": lambda x: [
        Rotation.from_rotvec(x - X).as_matrix(),
        Rotation.from_rotvec(x - X).as_rotvec(),
        Rotation.from_rotvec(0.02 * x).as_rotvec(),
    ],
    "quaternions": lambda x: [
        Rotation.from_quat([x[0], x[1], x[2], 1.0]).apply(V),
        Rotation.from_quat([x[0], x[1], x[2], -0.4]).as_quat(canonical=True),
        Rotation.from_quat([x[0], x[1], x[2], -0.4], scalar_first=True).as_matrix(),
    ],
    "Rodrigues": lambda x: [
        Rotation.from_mrp(0.3 * x).as_matrix(),
        Rotation.from_rotvec(x).as_mrp(),
    ],
    "Euler angles": eulers,
    "fewer angles": lambda x: [
        Rotation.from_euler("xz", x[:2]).as_matrix(),
        Rotation.from_euler("y", x[0]).as_matrix(),
        Rotation.from_euler("Y", x[:1]).as_quat(),
        Rotation.from_euler("x", x[:, None]).as_matrix(),
    ],
    "applied": lambda x: [
        Rotation.from_rotvec(x).apply(V, inverse=True),
        Rotation.from_rotvec(x).apply(POINTS),
        several(np.outer(V, x)).apply(V),
        several(np.outer(V, x)).apply(np.outer(x, x)),
        FIXED.apply(np.outer(x, x)),
        FIXED.apply(x, inverse=True),
    ],
    "products": lambda x: [
        (FIXED * Rotation.from_rotvec(x)).as_quat(),
        (Rotation.from_rotvec(x) * FIXED).as_matrix(),
        (several(np.outer(V, x)) * Rotation.from_rotvec(x)).as_matrix(),
        (Rotation.from_rotvec(x) ** 0.5).as_matrix(),
        Rotation.from_rotvec(x).inv().as_quat(),
        several(np.outer(V, x))[1].as_matrix(),
    ],
}


@pytest.mark.parametrize("name", ROTATIONS)
def test_rotations_agree_with_scipy(name: str) -> None:
    check_function(ROTATIONS[name], X, rtol=1e-12)


def test_rotations_have_the_shapes_of_scipy() -> None:
    def shapes(x: Any) -> Any:
        made = [
            Rotation.from_euler("Y", x[:1]),
            Rotation.from_euler("Y", x[0]),
            several(np.outer(V, x)),
        ]
        return [(np.shape(r.as_quat()), np.shape(r.as_matrix()), r.single) for r in made]

    seen = []
    asdopt.jacobian(lambda x: (seen.append(shapes(x)), x[0])[1], X)
    assert seen[-1] == shapes(X)


@pytest.mark.parametrize(
    ("words", "fun"),
    [
        ("gimbal lock", lambda x: Rotation.from_euler("xyz", [x[0], np.pi / 2, 0]).as_euler("xyz")),
        ("Rotation.mean", lambda x: several(np.outer(x, x)).mean().as_matrix()),
        ("Rotation.from_matrix", lambda x: Rotation.from_matrix(np.outer(x, x)).as_quat()),
    ],
)
def test_what_is_not_known_is_refused(words: str, fun: Callable[[Any], Any]) -> None:
    with pytest.raises(asdopt.UnsupportedOperationError, match=words):
        asdopt.jacobian(fun, X)


def one_after_another(x: Any) -> Any:
    rng = default_rng(3)
    return [rng.normal(x[0], x[1]), rng.normal(), rng.uniform(x[0], x[1], 4), rng.normal(x, x)]


DRAWS: dict[str, Callable[[Any], Any]] = {
    "normal": lambda x: [
        default_rng(3).normal(x, x),
        default_rng(3).normal(x[0], scale=x[1], size=(2, 3)),
        RandomState(3).normal(x, 2.0),
    ],
    "in order": one_after_another,
    "uniform": lambda x: [default_rng(3).uniform(high=x), RandomState(3).uniform(x, 2 * x)],
    "positive": lambda x: [
        default_rng(3).lognormal(x, 0.3, size=3),
        default_rng(3).exponential(x, size=3),
        default_rng(3).gamma(2.0, x),
        default_rng(3).rayleigh(x),
    ],
    "others": lambda x: [
        getattr(made(3), name)(x, x**2)
        for name in ("laplace", "gumbel", "logistic")
        for made in (default_rng, RandomState)
    ],
    "several variables": lambda x: [
        default_rng(3).multivariate_normal(x, np.eye(3), size=4),
        default_rng(3).multivariate_normal(x, np.eye(3), method="cholesky"),
    ],
}


@pytest.mark.parametrize("name", DRAWS)
def test_draws_are_smooth_in_location_and_scale(name: str) -> None:
    check_function(DRAWS[name], X, rtol=1e-12)


@pytest.mark.parametrize(
    "draw",
    [
        lambda x: default_rng(3).gamma(x, 2.0),
        lambda x: default_rng(3).poisson(x),
        lambda x: default_rng(3).multivariate_normal(x, np.diag(x)),
    ],
)
def test_other_parameters_of_draws_are_refused(draw: Callable[[Any], Any]) -> None:
    with pytest.raises(asdopt.UnsupportedOperationError, match="location and the scale"):
        asdopt.jacobian(draw, X)


def test_scales_are_positive() -> None:
    with pytest.raises(ValueError, match="scale < 0"):
        asdopt.jacobian(lambda x: default_rng(3).normal(0.0, -x), X)
