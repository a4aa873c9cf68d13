"""Functions of unknowns that are solved inside of a user's function: what their solvers share.

Enters: a function that reads unknowns and traced values, and a solution of it. Leaves: a trace of
that function alone, apart from the tape it is on. Next: ``_roots.py`` and ``_minima.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt.backends._sweeps import NUM_LANES, Sweeps
from asdopt.tracing._array_base import wrap
from asdopt.tracing._boxes import Box
from asdopt.tracing._callee import HOOK
from asdopt.tracing._lift import lift
from asdopt.tracing._nodes import constant_values, need_values
from asdopt.tracing._remembered import may_be_remembered
from asdopt.tracing._slices import Leaves, part_of
from asdopt.tracing._tape import Tape
from asdopt.tracing._trace import Trace

__all__ = [
    "InnerTrace",
    "Inside",
    "columns",
    "is_fixed",
    "numbers",
    "recorded_inside",
    "run_elsewhere",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]


def numbers(tape: Tape, value: Any) -> Any:
    """Numbers at the point of what holds traced values."""
    found = HOOK[np.array](value) if isinstance(value, (list, tuple)) else value
    if not hasattr(found, "tape"):
        return found
    ids = lift(tape, found).ids
    need_values(tape, ids, "a solver")
    values = tape.values(ids)
    return float(values) if values.ndim == 0 else values


def is_fixed(tape: Tape, value: Any) -> bool:
    """Tell whether a value is the same at every point."""
    found = HOOK[np.array](value) if isinstance(value, (list, tuple)) else value
    return not hasattr(found, "tape") or constant_values(tape, lift(tape, found).ids) is not None


@dataclass(frozen=True)
class Inside:
    """A function recorded as a trace of its own: unknowns first, then the nodes it reads."""

    trace: Trace
    read: IntArray
    has_branches: bool


def recorded_inside(
    tape: Tape,
    root: FloatArray,
    residual: Callable[[Any], IntArray],
    mark: int,
    num_externals: int,
) -> Inside:
    """Record a function of unknowns at what was found for them, apart from the rest of the tape.

    What the search left on the tape since ``mark`` is forgotten.
    """
    careful = tape.careful
    tape.forget(mark)
    del tape.externals[num_externals:]
    mark = tape.mark()

    def recorded() -> tuple[Trace, IntArray]:
        leaves = Leaves(tape, np.ravel(root))
        try:
            return part_of(leaves, residual(wrap(tape, leaves.ids.reshape(root.shape))))
        finally:
            del tape.externals[num_externals:]

    found = recorded()
    has_branches = tape.mark() > mark
    refusal = tape.refusal  # which the function may have caught
    if has_branches:
        # Where it keeps what it computed last, and asks whether the point is the same one, it must
        # have seen another one: before it is recorded, and before it is used again.
        if may_be_remembered(tape, mark, True):
            run_elsewhere(residual, root, 1.001)
            found = recorded()
        run_elsewhere(residual, root, 0.999)
    tape.forget(mark)
    tape.refusal = refusal
    tape.careful = careful
    return Inside(*found, has_branches)


def run_elsewhere(fun: Callable[[Any], Any], point: FloatArray, factor: float) -> None:
    """Call a function at numbers near a point, which it may remember from then on."""
    with suppress(Exception), np.errstate(all="ignore"):
        moved = np.where(point == 0.0, 1e-3, point) * factor
        fun(moved if moved.ndim else float(moved))


class InnerTrace(Box):
    """What is found by solving the function of a trace of its own."""

    def __init__(
        self, name: str, trace: Trace, num_read: int, num_inputs: int, start: FloatArray
    ) -> None:
        self.name = name
        self._trace = trace
        self._start = start
        self._num_read = num_read
        self.num_inputs = num_inputs
        self.num_results = start.size

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k != "_sweeps"}

    @cached_property
    def _sweeps(self) -> Sweeps:
        return Sweeps(self._trace, joined=False)

    def _moves(self, x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Give what is found first, and how it moves with what the function reads second."""
        raise NotImplementedError

    def jacobian(self, x: FloatArray) -> FloatArray:
        """By what the function reads; where it was looked for does not matter."""
        _, moves, _ = self._moves(x)
        found = np.zeros((self.num_results, self.num_inputs))
        found[:, : self._num_read] = moves
        return found

    def _along(self, moves: FloatArray, inner: FloatArray) -> FloatArray:
        """Second derivatives by what is read, of those by unknowns and by what is read."""
        along = np.concatenate([moves, np.eye(self._num_read)])
        found = np.zeros((self.num_inputs, self.num_inputs))
        found[: self._num_read, : self._num_read] = along.T @ inner @ along
        return found


def columns(product: Callable[[FloatArray], FloatArray], size: int, rows: int) -> FloatArray:
    """Product with the identity, as many columns at a time as there are lanes."""
    found = np.empty((rows, size))
    for start in range(0, size, NUM_LANES):
        seeds = np.zeros((size, NUM_LANES))
        width = min(NUM_LANES, size - start)
        seeds[np.arange(start, start + width), np.arange(width)] = 1.0
        found[:, start : start + width] = product(seeds)[:rows, :width]
    return found
