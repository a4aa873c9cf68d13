"""Events of solve_ivp inside of functions: SciPy's times and states, with derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.integrate as sg
from whole_functions import check_function

import asdopt

X = np.array([3.0, 0.7, 0.3])
CLOSE = {"rtol": 1e-9, "atol": 1e-10}


def event(fun: Callable[..., Any], terminal: Any = False, direction: float = 0.0) -> Any:
    fun.terminal, fun.direction = terminal, direction  # type: ignore[attr-defined]
    return fun


def thrown(x: Any, events: Any, **options: Any) -> Any:
    """A ball with drag, thrown with speed x[0] at the angle x[1] from the height x[2]."""
    return sg.solve_ivp(
        lambda t, s: [s[2], s[3], -0.1 * s[2], -9.81 - 0.1 * s[3]],
        (0, 20),
        [0.0, x[2], x[0] * np.cos(x[1]), x[0] * np.sin(x[1])],
        events=events,
        **CLOSE | options,
    )


def swing(x: Any, events: Any, **options: Any) -> Any:
    return sg.solve_ivp(
        lambda t, s, k: [s[1], -k * s[0]],
        (0, 4),
        [1.0, x[1]],
        events=events,
        args=(x[0],),
        **options,
    )


ground = event(lambda t, s: s[1], terminal=True)
top = event(lambda t, s: s[3], direction=-1)
middle = event(lambda t, s, k: s[0])
falling = event(lambda t, s, k: s[0], direction=-1)
twice = event(lambda t, s, k: s[0], terminal=2)
turning = event(lambda t, s, k: s[1] * k)
never = event(lambda t, s: s[1] + 1e6)


def bounces(x: Any) -> Any:
    """Height of a ball after two bounces, each an integration of its own."""
    state, time = [x[2], 0.0], 0.0
    for _ in range(2):
        run = sg.solve_ivp(
            lambda t, s: [s[1], -9.81],
            (0, 10),
            state,
            events=event(lambda t, s: s[0], terminal=True, direction=-1),
            **CLOSE,
        )
        time = time + run.t_events[0][0]
        state = [0.0, -x[1] * run.y[1, -1]]
    return [time, *state]


def landing(x: Any) -> Any:
    run = thrown(x, ground)
    return [run.y[0, -1], run.t[-1], run.y_events[0]]


def several(x: Any) -> Any:
    run = thrown(x, [ground, top, never])
    return [run.t_events[1], run.y_events[1][0], run.y[:, -1], len(run.t_events[2])]


def many(x: Any) -> Any:
    run = swing(x, (middle, falling, turning), **CLOSE)
    return [*run.t_events, *run.y_events[2], run.y[:, -1]]


def at_times(x: Any) -> Any:
    run = thrown(x, ground, t_eval=np.linspace(0, 20, 201), dense_output=True)
    return [run.t, run.y, run.sol(0.2)]


def backwards(x: Any) -> Any:
    level = event(lambda t, s: s[0] - 0.2)
    return sg.solve_ivp(lambda t, s: x[0] * s, (1, 0), x[1:2], events=level, **CLOSE).t_events[0]


KNOWN: dict[str, Callable[[Any], Any]] = {
    "range": landing,
    "several": several,
    "many": many,
    "second": lambda x: swing(x, twice, method="DOP853", **CLOSE).t[-1],
    "loose steps": lambda x: swing(x, [turning, twice], max_step=0.9).y[:, -1],
    "at times": at_times,
    "backwards": backwards,
    "bounces": bounces,
}


@pytest.mark.parametrize("name", KNOWN)
def test_events_are_those_of_scipy(name: str) -> None:
    loose = name == "loose steps"
    check_function(KNOWN[name], X, rtol=1e-9, step=1e-4, slopes=1e-4 if loose else 1e-5)


def test_what_is_told_of_a_run() -> None:
    told: list[Any] = []
    asdopt.jacobian(lambda x: [told.append(thrown(x, ground)), x[0]][1:], X)
    asdopt.jacobian(lambda x: [told.append(thrown(x, [never, top])), x[0]][1:], X)
    assert [(run.status, run.success) for run in (told[0], told[-1])] == [(1, True), (0, True)]
    assert "termination event" in told[0].message
    assert [len(times) for times in told[-1].t_events] == [0, 1]


def test_the_best_angle_of_a_throw() -> None:
    """Without drag and from the ground it is 45 degrees."""

    def distance(angle: Any) -> Any:
        run = sg.solve_ivp(
            lambda t, s: [s[2], s[3], 0.0, -9.81],
            (0, 10),
            [0.0, 0.0, 5 * np.cos(angle[0]), 5 * np.sin(angle[0])],
            events=event(lambda t, s: s[1], terminal=True, direction=-1),
            **CLOSE,
        )
        return -run.y[0, -1]

    solution = asdopt.Problem(distance, x0=[0.5], bounds=[(0.1, 1.4)]).solve()
    np.testing.assert_allclose(solution.x, [np.pi / 4], atol=1e-6)
    np.testing.assert_allclose(solution.fun, -25 / 9.81, rtol=1e-7)


def test_a_wrong_number_of_occurrences_is_an_error() -> None:
    with pytest.raises(ValueError, match="terminal"):
        asdopt.jacobian(lambda x: swing(x, event(lambda t, s, k: s[0], terminal=-1)).y, X)
