"""Plots, with matplotlib imported only when one is asked for.

Enters: nothing. Leaves: axes to draw patterns on.
"""

from __future__ import annotations

from typing import Any

from asdopt._errors import MissingDependencyError

__all__ = ["side_by_side"]


def side_by_side(count: int) -> Any:
    """Make a figure with axes in one row.

    Parameters
    ----------
    count : int

    Returns
    -------
    ndarray of matplotlib axes, shape (count,)

    Raises
    ------
    MissingDependencyError
        matplotlib is not installed.
    """
    try:
        from matplotlib import pyplot as plt
    except ImportError as error:
        raise MissingDependencyError(
            'a plot was asked for and matplotlib is not installed: run pip install "asdopt[plot]"'
        ) from error
    _, axes = plt.subplots(1, count, figsize=(6 * count, 6), layout="constrained")
    return axes
