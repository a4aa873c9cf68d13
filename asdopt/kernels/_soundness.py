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
from asdopt.kernels._remainder import Remainder
from asdopt.kernels._taylor import (
    agree,
    along_line,
    inner_product,
    numbers_away_from_zero,
    of_outputs,
    points_near,
    product_by_rows,
    square_form,
    weigh,
)
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
    hessian: SparsityPattern,
) -> str:
    """Compare a machine with the tape it was made of.

    Parameters
    ----------
    trace : Trace
    machine : Machine
        Its results lack the terms of the remainder.
    remainder : Remainder
    jacobian, hessian : SparsityPattern
        What the machine's values are aligned with.

    Returns
    -------
    str
        What differs, with values; empty where nothing does. Outputs that are not finite at the
        point are not compared.
    """
    n, m = trace.num_inputs, len(trace.outputs)
    known = trace.val[: n + trace.num_parameters]
    direction = numbers_away_from_zero(n, _SEED + 1)
    with np.errstate(all="ignore"):
        # Nearer and nearer: the functions may not be defined on the other side of a branch.
        for size in _STEPS:
            leaves = points_near(known, size, _SEED)
            x, parameters = leaves[:n].copy(), leaves[n:].copy()
            results, sizes = _rows(trace, remainder, x, parameters, direction)
            finite, weights, wanted_second, spread = weigh(results, sizes, _SEED + 2)
            if finite.all():
                break
        value, first, _ = results
        machine.set_parameters(parameters)
        try:
            outputs, gradient = machine.outputs(x), machine.gradient(x)
            jac, hess = machine.jacobian(x), machine.hessian(x, weights)
        finally:
            machine.set_parameters(known[n:])
        found, scale = np.zeros(m), np.zeros(m)
        product_by_rows(jacobian.rows, jacobian.cols, jac, direction, found[1:], scale[1:])
        found[0], scale[0] = inner_product(gradient, direction)
        total, own_spread = square_form(hessian.rows, hessian.cols, hess, direction)
        # Small enough that one entry among all of them counts, far above the errors of rounding.
        tolerance = min(1e-7, max(1e-10, 1e-3 / max(hessian.nnz, 1)))
        allowed_second = tolerance * (own_spread + spread)
        limits = finite, scale
        if (
            agree(outputs, value, *limits, sizes[0], _ROW_TOLERANCE)
            and agree(found, first, *limits, sizes[1], _ROW_TOLERANCE)
            and abs(total - wanted_second) <= allowed_second
        ):
            return ""
        got = _Results(outputs, found, total)
        wanted = _Results(value, first, wanted_second)
        allowed = _Results(
            _ROW_TOLERANCE * (scale + np.abs(sizes[0])),
            _ROW_TOLERANCE * (scale + np.abs(sizes[1])),
            allowed_second,
        )
        if not _compare(got, wanted, allowed, finite):
            return ""
        # Of sin(x) at 1e10, or of tanh(x) / x at 1e-5, few digits are known: what the tape's own
        # results move by when each operation rounds otherwise is no disagreement.
        for seed in range(1, _SHAKES + 1):
            (value, first, second), _ = _rows(trace, remainder, x, parameters, direction, seed)
            moved = _Results(value, first, float((weights * np.where(finite, second, 0.0)).sum()))
            allowed = _Results(*map(_widened, allowed, wanted, moved))
        return _compare(got, wanted, allowed, finite)


class _Results(NamedTuple):
    """Values and derivatives of all outputs, second derivative of their weighted sum."""

    values: FloatArray
    firsts: FloatArray
    second: float


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
    trace: Trace, remainder: Remainder, *line: FloatArray | int
) -> tuple[FloatArray, FloatArray]:
    """Series of the outputs along a line, less the terms that have no kernel, and its sizes."""
    series = along_line(trace, *line)  # type: ignore[arg-type]
    return of_outputs(series, trace.outputs, remainder.rows, remainder.nodes, remainder.coefs)
