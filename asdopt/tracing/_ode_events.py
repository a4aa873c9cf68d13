"""Events of initial value problems: where a function of time and state crosses zero.

Enters: the event functions of the user, and one step after the other. Leaves: times and states of
the events, found in the interpolant of the step as SciPy finds them; that they cross zero is
guarded, and the time is a root with derivatives by the implicit function theorem.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt.tracing._callee import HOOK
from asdopt.tracing._ode_steps import Step

__all__ = ["Events"]

_TIGHT = 4 * np.finfo(float).eps


class Events:
    """Events on the way.

    Parameters
    ----------
    given : callable or sequence of callable
        Functions ``event(t, y, *args)``, with attributes ``terminal`` and ``direction``.
    args : tuple
        Further arguments.
    begin, y : float, ndarray
        Time and state at the start.
    """

    def __init__(self, given: Any, args: tuple[Any, ...], begin: Any, y: Any) -> None:
        events = (given,) if callable(given) else tuple(given)
        self._most = [_occurrences(getattr(event, "terminal", None)) for event in events]
        self._directions = [getattr(event, "direction", 0) for event in events]
        self._functions = [_called(event, args) for event in events]
        self._values = [event(begin, y) for event in self._functions]
        self._counts = [0] * len(events)
        self.times: list[list[Any]] = [[] for _ in events]
        self.states: list[list[Any]] = [[] for _ in events]
        self.end: tuple[Any, Any] | None = None

    def stop(self, step: Step) -> bool:
        """Note the events of a step; tell whether one of them ends the integration."""
        before, self._values = (
            self._values,
            [event(step.end, step.after) for event in self._functions],
        )
        crossed = [
            i
            for i, (old, new) in enumerate(zip(before, self._values, strict=True))
            if _crosses(old, new, self._directions[i])
        ]
        found = [(self._root(i, step), i) for i in crossed]
        for i in crossed:
            self._counts[i] += 1
        ending = any(self._counts[i] >= self._most[i] for i in crossed)
        if ending:
            found = _in_order(found, bool(step.end >= step.begin))
        for t, i in found:
            state = step.between(t)
            self.times[i].append(t)
            self.states[i].append(state)
            if ending and self._counts[i] >= self._most[i]:
                self.end = (t, state)
                return True
        return False

    def _root(self, i: int, step: Step) -> Any:
        from scipy.optimize import brentq

        find: Any = HOOK[brentq]
        event = self._functions[i]
        return find(
            lambda t: event(t, step.between(t)), step.begin, step.end, xtol=_TIGHT, rtol=_TIGHT
        )

    def arrays(self) -> tuple[list[Any], list[Any]]:
        """Give times and states of each event as arrays."""
        array: Any = HOOK[np.array]
        return (
            [array(times, dtype=float) for times in self.times],
            [np.stack(states) if states else np.empty(0) for states in self.states],
        )


def _called(event: Callable[..., Any], args: tuple[Any, ...]) -> Callable[[Any, Any], Any]:
    called: Any = HOOK[event]

    def value(t: Any, y: Any) -> Any:
        found = called(t, y, *args)
        return found if np.ndim(found) == 0 else np.reshape(found, -1)[0]

    return value


def _occurrences(terminal: Any) -> float:
    """How many occurrences of an event end the integration."""
    if terminal is None or terminal == 0:
        return np.inf
    if int(terminal) == terminal and terminal > 0:
        return float(terminal)
    raise ValueError(
        "The `terminal` attribute of each event must be a boolean or positive integer."
    )


def _crosses(old: Any, new: Any, direction: Any) -> bool:
    up = direction >= 0 and bool(old <= 0) and bool(new >= 0)
    return up or (direction <= 0 and bool(old >= 0) and bool(new <= 0))


def _in_order(found: list[tuple[Any, int]], forward: bool) -> list[tuple[Any, int]]:
    """Sort by time, under guards."""
    ordered: list[tuple[Any, int]] = []
    for t, i in found:
        place = 0
        while place < len(ordered) and bool(
            (ordered[place][0] <= t) if forward else (ordered[place][0] >= t)
        ):
            place += 1
        ordered.insert(place, (t, i))
    return ordered
