"""Histograms of traced values between constant edges, of constant values with traced weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array_base import wrap
from asdopt.tracing._lift import constants_only, lift
from asdopt.tracing._linear import matrix_times
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import constant_values, decide
from asdopt.tracing._order import searchsorted
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape

__all__: list[str] = []

_MOST = 2048


@implements(np.histogram)
def _histogram(
    tape: Tape,
    a: Any,
    bins: Any = 10,
    range: Any = None,  # noqa: A002  # NumPy's name
    density: Any = None,
    weights: Any = None,
) -> Any:
    edges = None if np.ndim(bins) != 1 else constant_values(tape, lift(tape, bins).ids)
    fixed = constants_only([a, bins, range])
    if edges is None and fixed is not None:
        edges = np.histogram_bin_edges(fixed[0], fixed[1], fixed[2])
    if edges is None:
        raise refuse(
            tape,
            UnsupportedOperationError,
            "np.histogram of traced values was called without constant bin edges; known are given "
            "edges: bins=np.linspace(low, high, n)",
        )
    values = np.ravel(lift(tape, a))
    place = np.asarray(searchsorted(tape, edges, values, "right"))
    # The last bin includes its right edge.
    place = np.where(decide(tape, (values == edges[-1]).ids, "np.histogram"), len(edges) - 1, place)
    inside = (place > 0) & (place < len(edges))
    shares = None if weights is None else np.ravel(lift(tape, weights))[inside]
    total = np.bincount(place[inside] - 1, weights=shares, minlength=len(edges) - 1)
    return (total / np.diff(edges) / np.sum(total) if density else total), edges


def _of_weights(
    tape: Tape, count: Callable[[Any], Any], what: str, given: list[Any], weights: Any, density: Any
) -> tuple[Any, Any]:
    """Count constant values, which is linear in their weights; give the edges too."""
    shares = lift(tape, weights).ravel()
    if constants_only(given) is None or not 0 < len(shares) <= _MOST:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"{what} was called with traced values or bins, or with more than {_MOST} weights; "
            "known are traced weights of constant values: sum the weights of each bin yourself",
        )
    start, *edges = count(np.ones(len(shares)))
    matrix = np.stack([np.ravel(count(unit)[0]) for unit in np.eye(len(shares))], axis=1)
    total: Any = wrap(tape, matrix_times(tape, matrix, shares.ids).reshape(start.shape))
    if density:
        lists = edges if len(edges) > 1 else edges[0]
        for axis, sides in enumerate(lists):
            shape = [1] * start.ndim
            shape[axis] = -1
            total = total / np.diff(sides).reshape(shape)
        total = total / np.sum(wrap(tape, matrix_times(tape, matrix, shares.ids)))
    return total, edges


@implements(np.histogram2d)
def _histogram2d(
    tape: Tape,
    x: Any,
    y: Any,
    bins: Any = 10,
    range: Any = None,  # noqa: A002  # NumPy's name
    density: Any = None,
    weights: Any = None,
) -> Any:
    given = [x, y, bins, range]
    fixed: Any = constants_only(given)
    total, edges = _of_weights(
        tape,
        lambda w: np.histogram2d(fixed[0], fixed[1], fixed[2], fixed[3], weights=w),
        "np.histogram2d",
        given,
        () if weights is None else weights,
        density,
    )
    return (total, *edges)


@implements(np.histogramdd)
def _histogramdd(
    tape: Tape,
    sample: Any,
    bins: Any = 10,
    range: Any = None,  # noqa: A002  # NumPy's name
    density: Any = None,
    weights: Any = None,
) -> Any:
    given = [sample, bins, range]
    fixed: Any = constants_only(given)
    total, edges = _of_weights(
        tape,
        lambda w: np.histogramdd(fixed[0], fixed[1], fixed[2], weights=w),
        "np.histogramdd",
        given,
        () if weights is None else weights,
        density,
    )
    return total, edges[0]
