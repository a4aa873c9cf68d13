"""Times of several calls, taken in turn in one process, so that their ratios hold on a busy one."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from time import perf_counter

Call = Callable[[], object]
_BATCH = 2e-3  # seconds of calls in one figure


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
        Seconds of a call in each round; of short ones, several in a row are timed together.
    """
    found: dict[str, list[float]] = {name: [] for name in calls}
    counts = {}
    for name, call in calls.items():
        call()
        counts[name] = max(1, min(1000, int(_BATCH / _seconds(call, 1))))
    gc.collect()
    end = perf_counter() + seconds
    for turn in range(most):
        if turn >= least and perf_counter() > end:
            break
        for name, call in calls.items():
            found[name].append(_seconds(call, counts[name]))
    return found


def _seconds(call: Call, count: int) -> float:
    start = perf_counter()
    for _ in range(count):
        call()
    return (perf_counter() - start) / count


def speed_up(slow: list[float], fast: list[float]) -> float:
    """Ratio of the shortest times: other work on the machine only ever adds."""
    return min(slow) / min(fast)
