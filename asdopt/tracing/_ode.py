"""Initial value problems inside of functions: ``scipy.integrate.solve_ivp`` and ``odeint``.

Enters: a right-hand side of the user, an interval and a start, any of which may depend on traced
values. Leaves: what SciPy returns. The explicit Runge-Kutta methods do what SciPy's do, step
sizes and interpolation included, so that values and derivatives are those of the program the user
wrote; each accepted or rejected step is guarded, and so is each event. ``odeint`` and the implicit
methods are solved to 1e-10, closer than they solve themselves, with steps that stay where they are.

References
----------
Hairer, Norsett and Wanner, "Solving Ordinary Differential Equations I", sections II.4 to II.6.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt._errors import AsdoptError
from asdopt.tracing._callee import HOOK, running_tape
from asdopt.tracing._ode_events import Events
from asdopt.tracing._ode_steps import Method, Step, close_steps, explicit_steps
from asdopt.tracing._plain_calls import number, plain_first
from asdopt.tracing._scipy_arrays import entries, refused
from asdopt.tracing._standins_arrays import lifted

__all__ = ["odeint", "solve_ivp"]

_EXPLICIT = ("RK23", "RK45", "DOP853")
_IMPLICIT = ("LSODA", "BDF", "Radau")
# Steps of a method for smooth problems after which odeint takes another.
_FEW_STEPS = 300


def _right_side(fun: Callable[..., Any], args: tuple[Any, ...], vectorized: bool = False) -> Any:
    called: Any = HOOK[fun]
    array: Any = HOOK[np.array]
    calls = [0]

    def right_side(t: Any, y: Any) -> Any:
        calls[0] += 1
        found = array(called(t, y[:, None] if vectorized else y, *args), dtype=float)
        return np.reshape(found, -1)

    right_side.calls = calls  # type: ignore[attr-defined]  # for what is told of the run
    return right_side


def _flow(right: Any, start: Any, y: Any) -> Any:
    """Solution of a stiff problem; None where the right-hand side branches."""
    # It needs sweeps over tapes, a layer above: imported when it is asked for.
    flow = importlib.import_module("asdopt._flows").flow
    return flow(running_tape(), right, start, y)


class _Between:
    """A solution of a stiff problem at any times, as ``OdeSolution`` gives it."""

    def __init__(self, flow: Any) -> None:
        self._flow = flow

    def __call__(self, t: Any) -> Any:
        found = self._flow(np.reshape(entries(lifted(t)), -1))
        return found.T if np.ndim(t) else found[0]


class _Solution:
    """The solution between the steps, as ``OdeSolution`` gives it."""

    def __init__(self, steps: list[Step], start: Any) -> None:
        self._steps = steps
        self._start = start

    def __call__(self, t: Any) -> Any:
        if np.ndim(t) == 0:
            return self._at(t)
        return np.stack([self._at(one) for one in t], axis=-1)

    def _at(self, t: Any) -> Any:
        steps = self._steps
        if not steps:
            return self._start
        forward = bool(steps[-1].end >= steps[0].begin)
        for step in steps[:-1]:
            if (t <= step.end) if forward else (t >= step.end):
                return step.between(t)
        return steps[-1].between(t)


@plain_first
def solve_ivp(
    fun: Any,
    t_span: Any,
    y0: Any,
    method: Any = "RK45",
    t_eval: Any = None,
    dense_output: bool = False,
    events: Any = None,
    vectorized: bool = False,
    args: Any = None,
    *,
    rtol: Any = 1e-3,
    atol: Any = 1e-6,
    max_step: Any = np.inf,
    first_step: Any = None,
    jac: Any = None,
    jac_sparsity: Any = None,
    lband: Any = None,
    uband: Any = None,
    min_step: Any = 0.0,
) -> Any:
    """``scipy.integrate.solve_ivp``."""
    name = method if isinstance(method, str) else getattr(method, "__name__", str(method))
    if name not in _EXPLICIT + _IMPLICIT:
        raise refused(
            f"scipy.integrate.solve_ivp was called with traced values and method={name!r}; known "
            f"are {', '.join(_EXPLICIT + _IMPLICIT)}: choose one of them"
        )
    if events is not None and name in _IMPLICIT:
        raise refused(
            f"scipy.integrate.solve_ivp was called with traced values, method={name!r} and "
            "events=; its own steps are not followed, so that events between them may be missed: "
            "use RK45 or DOP853"
        )
    start, end = t_span
    right = _right_side(fun, tuple(args or ()), vectorized)
    y = entries(lifted(y0)) * 1.0
    if name in _IMPLICIT:
        times = None if t_eval is None else entries(lifted(t_eval))
        if times is not None:
            _check_times(times, start, end)
        flow = _flow(right, start, y)
        if flow is not None:
            given = {"rtol": rtol, "atol": atol, "max_step": max_step, "first_step": first_step}
            if times is None:
                own = flow.own_times(name, (number(start), number(end)), given)
                times = HOOK[np.array]([start, *own[1:-1], end], dtype=float)
            between = _Between(flow) if dense_output else None
            return _result(times, flow(times).T, between, right.calls[0])
        if times is None or dense_output:
            raise refused(
                f"scipy.integrate.solve_ivp was called with traced values and method={name!r} "
                "without t_eval (or with dense_output=True), and its right-hand side branches; its "
                "own steps are not followed, the solution at given times is: give t_eval=[...], "
                "use np.where instead of the branch, or RK45"
            )
        return _result(times, close_steps(right, start, y, times).T, None, right.calls[0])
    tolerances = (np.maximum(rtol, 100 * np.finfo(float).eps), atol)
    seen: Events | None = None

    def watching() -> Callable[[Step], bool]:
        nonlocal seen
        if events is None:
            return lambda step: False
        seen = Events(events, tuple(args or ()), start, y)
        return seen.stop

    steps = explicit_steps(
        right, (start, end), y, Method(name), tolerances, (max_step, first_step), watching
    )
    solution = _Solution(steps, y)
    ended = None if seen is None else seen.end
    if t_eval is None:
        ends = [(step.end, step.after) for step in steps] or [(end, y)]
        ends[-1] = ended or ends[-1]
        times = HOOK[np.array]([start, *(t for t, _ in ends)], dtype=float)
        states = np.stack([y, *(state for _, state in ends)], axis=-1)
    else:
        times = entries(lifted(t_eval))
        _check_times(times, start, end)
        if ended is not None:
            count = int(np.sum(times <= ended[0] if end >= start else times >= ended[0]))
            times = times[:count]
        states = solution(times) if len(times) else []
    found = _result(times, states, solution if dense_output else None, right.calls[0])
    if seen is not None:
        found.t_events, found.y_events = seen.arrays()
    if ended is not None:
        found.status, found.message = 1, "A termination event occurred."
    return found


def _check_times(times: Any, start: Any, end: Any) -> None:
    if np.any(times < np.minimum(start, end)) or np.any(times > np.maximum(start, end)):
        raise ValueError("Values in `t_eval` are not within `t_span`.")
    if np.any(np.diff(times) * np.sign(end - start) <= 0.0):
        raise ValueError("Values in `t_eval` are not properly sorted.")


def _result(times: Any, states: Any, solution: Any, calls: int) -> Any:
    import scipy.integrate._ivp.ivp as steps

    made: Any = steps.OdeResult
    return made(
        t=times,
        y=states,
        sol=solution,
        t_events=None,
        y_events=None,
        nfev=calls,
        njev=0,
        nlu=0,
        status=0,
        message="The solver successfully reached the end of the integration interval.",
        success=True,
    )


@plain_first
def odeint(
    func: Any,
    y0: Any,
    t: Any,
    args: Any = (),
    Dfun: Any = None,
    col_deriv: Any = 0,
    full_output: Any = 0,
    ml: Any = None,
    mu: Any = None,
    rtol: Any = None,
    atol: Any = None,
    tcrit: Any = None,
    h0: Any = 0.0,
    hmax: Any = 0.0,
    hmin: Any = 0.0,
    ixpr: Any = 0,
    mxstep: Any = 0,
    mxhnil: Any = 0,
    mxordn: Any = 12,
    mxords: Any = 5,
    printmessg: Any = 0,
    tfirst: bool = False,
) -> Any:
    """``scipy.integrate.odeint``."""
    if full_output:
        raise refused(
            "scipy.integrate.odeint was called with traced values and full_output; how LSODA steps "
            "is not followed: leave it out"
        )
    args = args if isinstance(args, tuple) else (args,)
    right = _right_side(func, args)
    ordered = right if tfirst else _right_side(_exchanged(HOOK[func]), args)
    times = entries(lifted(t))
    y = np.reshape(np.atleast_1d(entries(lifted(y0))), -1) * 1.0
    if not len(times):
        return np.zeros((0, np.size(y)))
    tape = running_tape()
    mark = tape.mark()
    try:
        return close_steps(ordered, times[0], y, times, _FEW_STEPS)
    except AsdoptError as error:
        if tape.refusal is not error:
            raise
        # Too many for a smooth problem: it may be a stiff one.
        tape.refusal = None
        tape.forget(mark)
        flow = _flow(ordered, times[0], y)
        return close_steps(ordered, times[0], y, times) if flow is None else flow(times)


def _exchanged(called: Any) -> Callable[..., Any]:
    return lambda t, y, *args: called(y, t, *args)
