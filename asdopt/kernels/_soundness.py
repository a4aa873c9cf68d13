"""Check prepared kernels against the tape: begun when they are chosen, done when they are made.

At a point near the one of the trace, along a random direction v, the tape gives for each output
its value, its derivative along v and its second derivative along v in one sweep. The kernels
must give the same by J v and, for random multipliers, by v' H v. A single wrong entry shows. Where
they differ, the tape is run again with other last digits in each of its results (stochastic
arithmetic): kernels add and multiply in another order, and may differ by what rounding moves.

References
----------
Vignes, "A stochastic arithmetic for reliable scientific computation", Mathematics and Computers
in Simulation 35 (1993).
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from asdopt._pattern import SparsityPattern
from asdopt.kernels._machine import Machine
from asdopt.kernels._probes import (
    inner_product,
    numbers_away_from_zero,
    points_near,
    slopes_agree,
    square_form,
    values_agree,
    weigh,
)
from asdopt.kernels._remainder import Remainder
from asdopt.kernels._taylor import LinePass
from asdopt.tracing._trace import Trace

__all__ = ["SoundnessCheck"]

FloatArray = npt.NDArray[np.float64]

_SEED = 20250101
_ROW_TOLERANCE = 1e-6
_SHAKES, _SPREAD = 8, 4.0
_STEPS = (1e-3, 1e-6, 1e-9, 0.0)
# From this many nodes on, which take some 0.2 ms; to start a thread takes a tenth of that.
_WORTH_A_THREAD = 30_000


class SoundnessCheck:
    """The comparison of a machine with the tape it is made of.

    It begins before the machine is made: another processor sweeps a large tape meanwhile, where
    there is one.

    Parameters
    ----------
    trace : Trace
    remainder : Remainder
        The terms that the machine's results lack.
    jacobian, hessian : SparsityPattern
        What the machine's values are aligned with; without a Hessian first derivatives are
        compared alone.
    room : ndarray of float64, optional
        Memory to work in, which nobody else uses until the comparison is over.
    """

    def __init__(
        self,
        trace: Trace,
        remainder: Remainder,
        jacobian: SparsityPattern,
        hessian: SparsityPattern | None,
        room: FloatArray | None = None,
    ) -> None:
        self._trace, self._remainder = trace, remainder
        self._jacobian, self._hessian = jacobian, hessian
        n, m = trace.num_inputs, len(trace.outputs)
        most = max(n, m, jacobian.nnz, hessian.nnz if hessian is not None else 0)
        if room is None or len(room) < 4 * m + most:
            room = np.empty(4 * m + most)
        # From the front, which passes before this one have written: the rest may not exist yet.
        # What the machine gives comes after the tape's results, where those of its other nodes
        # were.
        self._weights, self._of_tape, self._of_machine = room[:m], room[m:], room[4 * m :]
        self._direction = numbers_away_from_zero(n, _SEED + 1)
        self._nearby = _Nearby(trace, remainder, _STEPS[0], self._direction, self._of_tape)
        if trace.num_nodes >= _WORTH_A_THREAD and _num_processors() > 1:
            self._nearby.begin()

    def find_disagreement(self, machine: Machine) -> str:
        """Compare the machine's results with the tape's.

        Returns
        -------
        str
            What differs, with values; empty where nothing does. Outputs that are not finite at
            the point are not compared.
        """
        trace, nearby = self._trace, self._nearby
        with np.errstate(all="ignore"):
            wanted = self._wanted(nearby)
            # Nearer and nearer: the functions may not be defined on the other side of a branch.
            for size in _STEPS[1:]:
                if wanted.finite.all():
                    break
                nearby = _Nearby(trace, self._remainder, size, self._direction, self._of_tape)
                wanted = self._wanted(nearby)
            machine.set_parameters(nearby.parameters)
            try:
                return self._compare(machine, nearby, wanted)
            finally:
                n = trace.num_inputs
                machine.set_parameters(trace.val[n : n + trace.num_parameters])

    def _wanted(self, nearby: _Nearby) -> _Wanted:
        rows, sizes = nearby.rows()
        return _Wanted(rows, sizes, self._weights, *weigh(rows, sizes, _SEED + 2, self._weights))

    def _compare(self, machine: Machine, nearby: _Nearby, wanted: _Wanted) -> str:
        """Say what differs at a point by more than rounding explains."""
        line = nearby.x, self._direction, self._jacobian, self._hessian, wanted
        if _agree(machine, *line, self._of_machine):
            return ""
        got, scale, own_spread = _evaluate(machine, *line)
        value, first, _ = wanted.rows
        exact = _Results(value, first, wanted.second)
        allowed = _Results(
            _ROW_TOLERANCE * np.abs(wanted.sizes[0]),
            _ROW_TOLERANCE * (scale + np.abs(wanted.sizes[1])),
            _tolerance_of_sum(self._hessian) * (own_spread + wanted.spread),
        )
        if not _difference(got, exact, allowed, wanted.finite):
            return ""
        # Of sin(x) at 1e10, or of tanh(x) / x at 1e-5, few digits are known: what the tape's own
        # results move by when each operation rounds otherwise is no disagreement.
        for seed in range(1, _SHAKES + 1):
            (value, first, second), _ = nearby.shaken(seed)
            second = np.where(wanted.finite, second, 0.0)
            moved = _Results(value, first, float((wanted.weights * second).sum()))
            allowed = _Results(*map(_widened, allowed, exact, moved))
        return _difference(got, exact, allowed, wanted.finite)


class _Nearby:
    """The tape's results near the point of the trace, along a line.

    Attributes
    ----------
    x, parameters : ndarray of float64
        The point.
    """

    def __init__(
        self,
        trace: Trace,
        remainder: Remainder,
        size: float,
        direction: FloatArray,
        room: FloatArray,
    ) -> None:
        n = trace.num_inputs
        leaves = points_near(trace.val[: n + trace.num_parameters], size, _SEED)
        self.x, self.parameters = leaves[:n].copy(), leaves[n:].copy()
        self._remainder, self._num_outputs = remainder, len(trace.outputs)
        self._kept = trace.outputs
        if remainder.rows.size:
            self._kept = np.concatenate([trace.outputs, remainder.nodes])
        self._line = trace, self._kept, self.x, self.parameters, direction
        self._pass = LinePass(*self._line, room=room)

    def begin(self) -> None:
        """Let another processor find them."""
        self._pass.begin()

    def rows(self) -> tuple[FloatArray, FloatArray]:
        """Return series of the outputs, less the terms that have no kernel, and their sizes.

        Without such terms the sizes are the results themselves: of each its absolute value counts.
        """
        return self._without_remainder(self._pass.series())

    def shaken(self, seed: int) -> tuple[FloatArray, FloatArray]:
        """Return the same, each operation rounded otherwise."""
        return self._without_remainder(LinePass(*self._line, seed).series())

    def _without_remainder(self, series: FloatArray) -> tuple[FloatArray, FloatArray]:
        remainder, m = self._remainder, self._num_outputs
        if not remainder.rows.size:
            return series, series
        results = series[:, :m].copy()
        sizes = np.abs(results)
        for k, terms in enumerate(series[:, m:] * remainder.coefs):
            results[k] -= np.bincount(remainder.rows, terms, m)
            sizes[k] += np.bincount(remainder.rows, np.abs(terms), m)
        return results, sizes


class _Wanted(NamedTuple):
    """What the tape gives: series of all outputs, and the sizes of what they are sums of.

    With random weights of the outputs, their sum of second derivatives and of its absolute terms.
    """

    rows: FloatArray
    sizes: FloatArray
    weights: FloatArray
    finite: npt.NDArray[np.bool_]
    second: float
    spread: float


class _Results(NamedTuple):
    """Values and derivatives of all outputs, second derivative of their weighted sum."""

    values: FloatArray
    firsts: FloatArray
    second: float


def _agree(
    machine: Machine,
    x: FloatArray,
    direction: FloatArray,
    jacobian: SparsityPattern,
    hessian: SparsityPattern | None,
    wanted: _Wanted,
    room: FloatArray,
) -> bool:
    """Whether everything is as it should be; one kind of results after the other, in one room."""
    finite, sizes = wanted.finite, wanted.sizes
    values = machine.outputs(x, room[: len(finite)])
    if not values_agree(values, wanted.rows[0], finite, sizes[0], _ROW_TOLERANCE):
        return False
    slope, scale = inner_product(machine.gradient(x, room[: len(x)]), direction)
    limit = _ROW_TOLERANCE * (scale + abs(sizes[1, 0]))
    if finite[0] and not abs(slope - wanted.rows[1, 0]) <= limit:
        return False
    values = machine.jacobian(x, room[: jacobian.nnz])
    matrix = jacobian.rows, jacobian.cols, values
    if not slopes_agree(*matrix, direction, wanted.rows[1], finite, sizes[1], _ROW_TOLERANCE):
        return False
    if hessian is None:
        return True
    values = machine.hessian(x, wanted.weights, room[: hessian.nnz])
    total, spread = square_form(hessian.rows, hessian.cols, values, direction)
    limit = _tolerance_of_sum(hessian) * (spread + wanted.spread)
    return abs(total - wanted.second) <= limit


def _evaluate(
    machine: Machine,
    x: FloatArray,
    direction: FloatArray,
    jacobian: SparsityPattern,
    hessian: SparsityPattern | None,
    wanted: _Wanted,
) -> tuple[_Results, FloatArray, float]:
    """Compute what a machine gives along a direction, and the sums of its absolute terms."""
    num_constraints = len(wanted.finite) - 1
    slope, scale = inner_product(machine.gradient(x), direction)
    steps = machine.jacobian(x) * direction[jacobian.cols]
    slopes = np.bincount(jacobian.rows, steps, num_constraints)
    scales = np.bincount(jacobian.rows, np.abs(steps), num_constraints)
    total, spread = wanted.second, 0.0
    if hessian is not None:
        values = machine.hessian(x, wanted.weights)
        total, spread = square_form(hessian.rows, hessian.cols, values, direction)
    got = _Results(machine.outputs(x), np.append(slope, slopes), total)
    return got, np.append(scale, scales), spread


def _tolerance_of_sum(hessian: SparsityPattern | None) -> float:
    """Small enough that one entry among all of them counts, far above the errors of rounding."""
    return min(1e-7, max(1e-10, 1e-3 / max(hessian.nnz if hessian is not None else 0, 1)))


def _difference(got: _Results, wanted: _Results, allowed: _Results, finite: Any) -> str:
    """Say what differs by more than is allowed."""
    for what, a, b, limit in (
        ("value", got.values, wanted.values, allowed.values),
        ("derivative", got.firsts, wanted.firsts, allowed.firsts),
    ):
        bad = np.flatnonzero(finite & ~(np.abs(a - b) <= limit))
        if bad.size:
            i = int(bad[0])
            return f"the {what} of output {i} is {a[i]:.16g} and should be {b[i]:.16g}"
    # Where an output has no value, its curvature may be nowhere, even times 0.
    known = finite.all() or np.isfinite(got.second)
    if known and not abs(got.second - wanted.second) <= allowed.second:
        return (
            f"the second derivative of the Lagrangian along a line is {got.second:.16g} and should "
            f"be {wanted.second:.16g}"
        )
    return ""


def _widened(limit: Any, wanted: Any, moved: Any) -> Any:
    return np.fmax(limit, _SPREAD * np.abs(moved - wanted))


def _num_processors() -> int:
    """Of those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
