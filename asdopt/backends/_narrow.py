"""Branches that hold almost nowhere: a loop that stops by a tolerance, a switch at a threshold.

Enters: a trace, and a way to trace nearby. Leaves: the trace, or one with the derivatives that the
function has. An iteration that starts at its solution stops at once, and operations that did not
happen have no derivatives: ``while abs(r) > tol`` gives 0 there. A bisection written out decides
every digit of its result by comparisons, none of which has a derivative. Such decisions are off by
less than any step a solver takes; only for these the function is traced on both sides, and once
more, nearer, if that does not agree.
Where differences of its values contradict its derivatives, a trace of a neighbor takes over, if it
gives the same values at the point and derivatives that agree; else that is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from asdopt._errors import TracingError
from asdopt._ops import CODE
from asdopt.backends._sweeps import NUM_LANES, Sweeps
from asdopt.tracing._tape import Tape
from asdopt.tracing._trace import ExternalCall, Trace

__all__ = ["has_narrow_guards", "settled"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]

_COMPARISONS = [
    CODE[k] for k in ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
]
_PAIRS = [CODE[k] for k in ("logical_and", "logical_or", "logical_xor")]
_NOT = CODE["logical_not"]
# Comparisons off by less are looked at; a tie, but for rounding, is decided as documented.
_MARGIN, _TIE = 1e-6, 1e-15
# Of both steps, relative to x: what only one of them sees is curvature, or noise.
_STEPS = (1e-3, 2e-4)
_TOLERANCE = 0.02
# Differences of a function that is nearly straight there differ by less than this share.
_STRAIGHT = 0.2
# Nearby a loop may be far longer than here, or never end.
_TIMES, _FREE = 10, 200_000


class Record(Protocol):
    """Traces the functions at another point."""

    def __call__(
        self, x: FloatArray, *, note_lines: bool = ..., most_nodes: int | None = ...
    ) -> Trace: ...


def has_narrow_guards(tape: Tape) -> bool:
    """Tell whether a decision on a tape was a close one."""
    if not tape.mark():
        return False
    op, a, b, val, _, _, nodes, _ = tape.arrays()
    return bool(len(_close_nodes(nodes, op, a, b, val)))


def settled(trace: Trace, x: FloatArray, parameters: FloatArray, record: Record) -> Trace:
    """Give a trace whose derivatives are those of the function at the point where it was made.

    Parameters
    ----------
    trace : Trace
        Made at x.
    x, parameters : ndarray of float64
    record : Record

    Raises
    ------
    TracingError
        There is none: the result depends on the variables through decisions alone.
    """
    finite = np.isfinite(trace.val[trace.outputs]).all()
    if not len(x) or not len(_narrow(trace)) or not finite:
        return trace
    rng = np.random.default_rng(0)
    scale = np.where(x == 0.0, 1.0, np.abs(x))
    along = scale * rng.uniform(0.5, 1.0, len(x)) * rng.choice([-1.0, 1.0], len(x))
    places = [x + sign * step * along for step in _STEPS for sign in (1.0, -1.0)]
    try:
        with np.errstate(all="ignore"):
            sweeps = Sweeps(trace, joined=False)
            if all(sweeps.values(place, parameters) for place in places):
                return trace
            most = _TIMES * trace.num_nodes + _FREE
            check = _Check(along, parameters, len(trace.outputs))
            here = check.slopes(trace, x)
            nearby: list[Trace] = []
            around: list[_Slopes] = []
            for step in range(0, len(places), 2):  # both sides; what agrees at once is asked once
                made = [record(place, most_nodes=most) for place in places[step : step + 2]]
                around += [check.slopes(t, p) for t, p in zip(made, places[step:], strict=False)]
                nearby += made
                if check.agrees(here, around):
                    return trace
            for other in nearby:
                found = check.slopes(other, x)
                if found.equals(here) and check.agrees(found, around):
                    return _taken_over(trace, other, x, parameters)
            if check.agrees(here, around, first_only=True) or not check.contradicts(here, around):
                return trace
    except (Exception, SystemExit):
        return trace  # the functions cannot be had nearby, where nobody asked for them
    raise TracingError(_sentence(record(x, note_lines=True)))


@dataclass(frozen=True)
class _Slopes:
    """Values, derivatives along a direction, and of a weighted sum once and twice along it."""

    values: FloatArray
    first: FloatArray
    total: float
    second: float

    def equals(self, other: _Slopes) -> bool:
        """Whether the values are the same but for the last digits, and everything is finite."""
        finite = np.isfinite([self.first.sum(), self.total, self.second]).all()
        return bool(finite) and np.allclose(self.values, other.values, rtol=1e-7, atol=1e-9)


class _Check:
    """Compares derivatives at a point with differences to both sides."""

    def __init__(self, along: FloatArray, parameters: FloatArray, num_outputs: int) -> None:
        self._along, self._parameters = along, parameters
        self._weights = np.random.default_rng(1).uniform(0.5, 1.0, num_outputs)

    def slopes(self, trace: Trace, x: FloatArray) -> _Slopes:
        sweeps = Sweeps(trace, joined=False)
        sweeps.values(x, self._parameters)
        values = sweeps.output_values().copy()
        sweeps.first()
        sweeps.second()
        seeds = np.zeros((len(x), NUM_LANES))
        seeds[:, 0] = self._along
        first = sweeps.jvp(seeds)[:, 0].copy()
        sweeps.gradient(self._weights)
        second = float(self._along @ sweeps.hvp(seeds)[: len(x), 0])
        return _Slopes(values, first, float(self._weights @ first), second)

    def agrees(self, here: _Slopes, around: list[_Slopes], *, first_only: bool = False) -> bool:
        """Whether derivatives lie between the differences to both sides, at one of the steps."""
        for step, ahead, behind in zip(_STEPS, around[::2], around[1::2], strict=False):
            right, left = (ahead.values - here.values) / step, (here.values - behind.values) / step
            noise = 1e-12 * (1.0 + np.abs(here.values)) / step
            if not np.all(_between(here.first, left, right, noise)):
                continue
            bends = np.array([ahead.total - here.total, here.total - behind.total]) / step
            rough = np.array(1e-9 * (1.0 + abs(here.total)) / step)
            if first_only or _between(np.array(here.second), bends[0], bends[1], rough).all():
                return True
        return False

    def contradicts(self, here: _Slopes, around: list[_Slopes]) -> bool:
        """Whether differences that agree with one another give another derivative.

        Where they do not agree the function bends between the points, and where the derivatives
        nearby do not agree with one another it oscillates: both say nothing.
        """
        slopes = np.array(
            [
                slope
                for step, ahead, behind in zip(_STEPS, around[::2], around[1::2], strict=True)
                for slope in (
                    (ahead.values - here.values) / step,
                    (here.values - behind.values) / step,
                )
            ]
        )
        size = np.abs(slopes).max(axis=0)
        noise = 1e-12 * (1.0 + np.abs(here.values)) / _STEPS[-1]
        agree = np.ptp(slopes, axis=0) <= _STRAIGHT * size + noise
        nearby = np.array([each.first for each in around])
        steady = np.ptp(nearby, axis=0) <= _STRAIGHT * size + noise
        far = np.abs(slopes - here.first).min(axis=0) > _TOLERANCE * size + noise
        return bool((agree & steady & far).any())


def _between(
    found: FloatArray, left: FloatArray, right: FloatArray, noise: FloatArray
) -> npt.NDArray[np.bool_]:
    size = np.maximum(np.maximum(np.abs(left), np.abs(right)), np.abs(found))
    slack = _TOLERANCE * size + noise
    low, high = np.minimum(left, right) - slack, np.maximum(left, right) + slack
    return (low <= found) & (found <= high)


def _narrow(trace: Trace) -> IntArray:
    if not len(trace.guard_nodes):
        return trace.guard_nodes
    return _close_nodes(trace.guard_nodes, trace.op, trace.a, trace.b, trace.val)


def _close_nodes(
    nodes: IntArray, op: npt.NDArray[np.uint8], a: IntArray, b: IntArray, val: FloatArray
) -> IntArray:
    """Comparisons below guards that were nearly, but not quite, ties."""
    found = [nodes[:0]]
    while len(nodes):
        codes = op[nodes]
        compared = nodes[np.isin(codes, _COMPARISONS)]
        left, right = val[a[compared]], val[b[compared]]
        size = np.maximum(np.maximum(np.abs(left), np.abs(right)), 1.0)
        gap = np.abs(left - right)
        found.append(compared[(gap > _TIE * size) & (gap <= _MARGIN * size)])
        pairs = nodes[np.isin(codes, _PAIRS)]
        nodes = np.unique(np.concatenate([a[nodes[codes == _NOT]], a[pairs], b[pairs]]))
    return np.unique(np.concatenate(found))


def _sentence(trace: Trace) -> str:
    nodes = _narrow(trace)
    place = f"{trace.lines[nodes[0]]}: " if len(nodes) and trace.lines else ""
    return (
        f"{place}a comparison there is nearly a tie at x, its two sides being closer than 1e-6, "
        "and the derivatives of the branch that it takes contradict the values nearby: the result "
        "follows the variables by decisions, as in a bisection that is written out, or an "
        "iteration or formula that does not happen at just this point; use scipy.optimize.brentq "
        "or newton, which are differentiated as a whole, compute the limit by a series that "
        "contains x, or start from another x0"
    )


def _taken_over(trace: Trace, other: Trace, x: FloatArray, parameters: FloatArray) -> Trace:
    """Put the operations of another trace behind those of one, whose guards stay.

    They hold where the first one holds, and the decisions in which they agree.
    """
    leaves, nodes, pool = (
        trace.num_inputs + trace.num_parameters,
        trace.num_nodes,
        len(trace.pool_ids),
    )

    def moved(ids: IntArray) -> IntArray:
        return np.where(ids < leaves, ids, ids + (nodes - leaves)).astype(np.int32)

    sweeps = Sweeps(
        replace(other, outputs=np.arange(other.num_nodes, dtype=np.int32)), joined=False
    )
    sweeps.values(x, parameters)
    values = sweeps.output_values()
    many = np.isin(other.op, [CODE["sum"], CODE["external"]])
    holds = values[other.guard_nodes] == other.guard_values
    return Trace(
        op=np.concatenate([trace.op, other.op[leaves:]]),
        a=np.concatenate([trace.a, np.where(many, other.a + pool, moved(other.a))[leaves:]]).astype(
            np.int32
        ),
        b=np.concatenate([trace.b, np.where(many, other.b, moved(other.b))[leaves:]]).astype(
            np.int32
        ),
        val=np.concatenate([trace.val, values[leaves:]]),
        pool_ids=np.concatenate([trace.pool_ids, moved(other.pool_ids)]),
        pool_weights=np.concatenate([trace.pool_weights, other.pool_weights]),
        guard_nodes=np.concatenate([trace.guard_nodes, moved(other.guard_nodes[holds])]),
        guard_values=np.concatenate([trace.guard_values, other.guard_values[holds]]),
        outputs=moved(other.outputs),
        num_inputs=trace.num_inputs,
        num_parameters=trace.num_parameters,
        primal=True,
        externals=trace.externals
        + tuple(
            ExternalCall(c.function, moved(c.inputs), int(moved(np.array(c.first))), c.count)
            for c in other.externals
        ),
    )
