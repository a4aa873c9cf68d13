"""Images of numbers read at traced places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.ndimage as sn
import scipy.special as sp
from whole_functions import check_function

import asdopt

IMAGE = np.add.outer(np.arange(6.0) ** 2, np.sin(np.arange(5.0)))
X = np.array([0.31, -0.42, 1.2, 0.7])


def places(x: Any) -> Any:
    """Inside of the image, between its rows and beyond its ends."""
    return np.array(
        [
            [2 + x[0], 3.0, x[1], 5.2 + x[2]],
            [1.0 + x[1], 2 + x[0], 0.3 * x[3], 4.4 + x[0]],
        ]
    )


@pytest.mark.parametrize("mode", ["constant", "nearest", "mirror", "reflect"])
@pytest.mark.parametrize("order", [0, 1, 2, 3, 5])
def test_places_may_be_traced(order: int, mode: str) -> None:
    check_function(
        lambda x: sn.map_coordinates(IMAGE, places(x), order=order, mode=mode, cval=0.5),
        X,
        rtol=1e-10,
        step=1e-4,
    )


CASES: dict[str, Callable[[Any], Any]] = {
    "shift": lambda x: [np.sum(sn.shift(IMAGE, x[:2]) ** 2), sn.shift(IMAGE, x[0])[2, 2]],
    "a row": lambda x: sn.map_coordinates(IMAGE[0], [[x[3], 1 + x[0]]]),
    "affine": lambda x: [
        *sn.affine_transform(
            IMAGE, np.array([[1.0, x[0]], [x[1], 1.0]]), x[2:], output_shape=(3, 2), mode="nearest"
        ).ravel(),
        *sn.affine_transform(IMAGE, 1 + 0.1 * x[:2], order=1)[:2].ravel(),
    ],
    "rotate": lambda x: [
        np.sum(sn.rotate(IMAGE, 20 * x[0]) ** 2),
        sn.rotate(IMAGE, 20 * x[0], reshape=False, mode="mirror")[2, 3],
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_images_that_move(name: str) -> None:
    check_function(CASES[name], X, rtol=1e-9, step=1e-4)


def test_images_and_modes_without_a_rule_are_refused() -> None:
    for fun in (
        lambda x: sn.map_coordinates(IMAGE * x[0], places(x)),
        lambda x: sn.map_coordinates(IMAGE, places(x), mode="wrap"),
        lambda x: sn.zoom(IMAGE, 1.0 + x[0]),
    ):
        with pytest.raises(asdopt.UnsupportedOperationError, match=r"scipy\.ndimage"):
            asdopt.jacobian(fun, X)


def test_the_profile_of_voigt() -> None:
    check_function(
        lambda x: [
            sp.voigt_profile(x[0], 1.0, x[3]),
            *sp.voigt_profile(np.array([0.1, 2.0]), x[2], x[3]),
            sp.voigt_profile(x[1], 0.3, 0.2),
        ],
        X,
        rtol=1e-11,
    )
