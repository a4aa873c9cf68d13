"""Check prepared kernels against the tape: the last step of preparation.

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
from asdopt.kernels._taylor import along_line
from asdopt.tracing._trace import Trace

__all__ = ["find_disagreement"]

FloatArray = npt.NDArray[np.float64]

_SEED = 20250101
_ROW_TOLERANCE = 1e-6
_SHAKES, _SPREAD = 8, 4.0
_STEPS = (1e-3, 1e-6, 1e-9, 0.0)


def find_disagreement(
    trace: Trace,
    machine: Machine,
    remainder: Remainder,
    jacobian: SparsityPattern,
    hessian: SparsityPattern | None,
    room: FloatArray | None = None,
) -> str:
    """Compare a machine with the tape it was made of.

    Parameters
    ----------
    trace : Trace
    machine : Machine
        Its results lack the terms of the remainder.
    remainder : Remainder
    jacobian, hessian : SparsityPattern
        What the machine's values are aligned with; without a Hessian first derivatives are
        compared alone.
    room : ndarray of float64, optional
        Memory to work in.

    Returns
    -------
    str
        What differs, with values; empty where nothing does. Outputs that are not finite at the
        point are not compared.
    """
    n, m = trace.num_inputs, len(trace.outputs)
    known = trace.val[: n + trace.num_parameters]
    direction = numbers_away_from_zero(n, _SEED + 1)
    most = max(n, m, jacobian.nnz, hessian.nnz if hessian is not None else 0)
    if room is None or len(room) < 4 * m + most:
        room = np.empty(4 * m + most)
    # From the front, which passes before this one have written: the rest may not exist yet. What
    # the machine gives comes after the tape's results, where those of its other nodes were.
    weights, room = room[:m], room[m:]
    rest = room[3 * m :]
    with np.errstate(all="ignore"):
        # Nearer and nearer: the functions may not be defined on the other side of a branch.
        for size in _STEPS:
            leaves = points_near(known, size, _SEED)
            x, parameters = leaves[:n].copy(), leaves[n:].copy()
            line = x, parameters, direction
            results, sizes = _rows(trace, remainder, *line, room=room)
            wanted = _Wanted(results, sizes, weights, *weigh(results, sizes, _SEED + 2, weights))
            if wanted.finite.all():
                break
        machine.set_parameters(parameters)
        try:
            if _agree(machine, x, direction, jacobian, hessian, wanted, rest):
                return ""
            got, scale, own_spread = _evaluate(machine, x, direction, jacobian, hessian, wanted)
        finally:
            machine.set_parameters(known[n:])
        value, first, _ = wanted.rows
        exact = _Results(value, first, wanted.second)
        allowed = _Results(
            _ROW_TOLERANCE * np.abs(sizes[0]),
            _ROW_TOLERANCE * (scale + np.abs(sizes[1])),
            _tolerance_of_sum(hessian) * (own_spread + wanted.spread),
        )
        if not _compare(got, exact, allowed, wanted.finite):
            return ""
        # Of sin(x) at 1e10, or of tanh(x) / x at 1e-5, few digits are known: what the tape's own
        # results move by when each operation rounds otherwise is no disagreement.
        for seed in range(1, _SHAKES + 1):
            (value, first, second), _ = _rows(trace, remainder, *line, seed)
            second = np.where(wanted.finite, second, 0.0)
            moved = _Results(value, first, float((wanted.weights * second).sum()))
            allowed = _Results(*map(_widened, allowed, exact, moved))
        return _compare(got, exact, allowed, wanted.finite)


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


def _compare(got: _Results, wanted: _Results, allowed: _Results, finite: Any) -> str:
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


def _rows(
    trace: Trace,
    remainder: Remainder,
    x: FloatArray,
    parameters: FloatArray,
    direction: FloatArray,
    seed: int = 0,
    room: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Series of the outputs along a line, less the terms that have no kernel, and its sizes.

    Without such terms the sizes are the results themselves: of each its absolute value counts.
    """
    m = len(trace.outputs)
    line = x, parameters, direction
    if not remainder.rows.size:
        results = along_line(trace, trace.outputs, *line, seed, room)
        return results, results
    kept = np.concatenate([trace.outputs, remainder.nodes])
    series = along_line(trace, kept, *line, seed, room)
    results = series[:, :m].copy()
    sizes = np.abs(results)
    for k, terms in enumerate(series[:, m:] * remainder.coefs):
        results[k] -= np.bincount(remainder.rows, terms, m)
        sizes[k] += np.bincount(remainder.rows, np.abs(terms), m)
    return results, sizes
