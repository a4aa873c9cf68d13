"""Figure 4: a convolutional layer in plain NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

KERNEL = 5


def convolution(
    num_images: int, num_outputs: int, side: int = 10, num_channels: int = 3
) -> tuple[Callable[[Any], Any], int]:
    """A layer with a kernel of 5 x 5, and the number of pixels it takes.

    Images are (image, channel, row, column), so that pixels of one image lie together.
    """
    shape = (num_images, num_channels, side, side)
    weights = np.random.default_rng(3).normal(size=(num_outputs, num_channels, KERNEL, KERNEL))

    def layer(x: Any) -> Any:
        windows = sliding_window_view(x.reshape(shape), (KERNEL, KERNEL), axis=(2, 3))
        return np.einsum("nchwij,ocij->nohw", windows, weights)

    return layer, int(np.prod(shape))
