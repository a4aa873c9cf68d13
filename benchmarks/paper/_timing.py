"""Times of several calls, taken in turn in one process, so that their ratios hold on a busy one."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter

Call = Callable[[], object]


def in_turn(
    calls: Mapping[str, Call], seconds: float = 2.0, least: int = 3, most: int = 201
) -> dict[str, list[float]]:
    """Time each call in every round until the time is over.

    Parameters
    ----------
    calls : mapping of str to callable
    seconds : float
        Time for all of them together, exceeded where the least number of rounds takes longer.
    least, most : int
        Numbers of rounds.

    Returns
    -------
    dict of str to list of float
        Seconds of each round.
    """
    found: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    gc.collect()
    end = perf_counter() + seconds
    for turn in range(most):
        if turn >= least and perf_counter() > end:
            break
        for name, call in calls.items():
            start = perf_counter()
            call()
            found[name].append(perf_counter() - start)
    return found


def speed_up(slow: list[float], fast: list[float]) -> float:
    """Median over the rounds of the ratio of two that were taken in turn."""
    return median(a / b for a, b in zip(slow, fast, strict=True))
