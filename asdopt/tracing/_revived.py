"""Arrays that an earlier trace made and left in the user's objects, stored to again.

A function that makes its workspace when it is called first (``if self.work is None``) leaves a
traced array of that trace. Enters: such an array. Leaves: ids of the trace that runs for all its
entries, found by the address of the old ones, so that its views and names see what is stored; when
the run ends, the array holds the numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt.tracing._array_base import array
from asdopt.tracing._left_behind import adopted
from asdopt.tracing._left_in_arrays import owner_of
from asdopt.tracing._memory_shadow import depend, numbers_left
from asdopt.tracing._tape import Tape

__all__ = ["Revived", "find_revived", "is_past"]

Ids = npt.NDArray[np.int32]
_SIZE = 4


def is_past(tape: Tape, value: Any) -> bool:
    """Tell whether a traced array is of a trace that has ended."""
    return value.tape is not tape and bool(value.tape.closed)


def _address(array_of: npt.NDArray[Any]) -> int:
    return int(array_of.__array_interface__["data"][0])


class Revived:
    """The ids that an array and all of its views share, of a tape that is closed.

    Parameters
    ----------
    tape : Tape
        The tape that runs.
    value : TracedArray
        Of the closed one; one of the views.
    """

    def __init__(self, tape: Tape, value: Any) -> None:
        self.owner: Ids = owner_of(value.ids)
        self.past: Tape = value.tape
        self._start = _address(self.owner)
        self.left = self._flat().copy()
        self.ids: Ids = adopted(tape, self.past, self.left)

    def _flat(self) -> Ids:
        return np.lib.stride_tricks.as_strided(self.owner, (self.owner.size,), (_SIZE,))

    def holds(self, value: Any) -> bool:
        """Tell whether an array of the closed tape is a view of this one."""
        offset = _address(value.ids) - self._start
        return value.tape is self.past and 0 <= offset < self.owner.size * _SIZE

    def nodes(self, value: Any) -> Ids:
        """Ids that stand for one of the views."""
        offset = _address(value.ids) - self._start
        made: Ids = np.ndarray(value.shape, np.int32, self.ids, offset, value.ids.strides)
        made.flags.writeable = value.ids.flags.writeable
        return made

    def view(self, ids: Ids) -> Any:
        """Array of the closed tape that ids of this one stand for, None for other ids."""
        offset = _address(ids) - _address(self.ids)
        if not ids.ndim or not 0 <= offset < self.owner.size * _SIZE:
            return None
        flat = self._flat()[offset // _SIZE :]
        made = np.lib.stride_tricks.as_strided(flat, ids.shape, ids.strides)
        return array(self.past, made)

    def resume(self, tape: Tape) -> None:
        """Take what plain code stored since."""
        now = self._flat()
        changed = now != self.left
        if changed.any():
            self.ids[changed] = adopted(tape, self.past, now[changed])

    def pause(self, tape: Tape) -> None:
        """Leave numbers in the array; those that depended on variables are known to."""
        depended = depend(tape, self.ids)
        if tape.primal:
            values = tape.values(self.ids)
            self._flat()[...] = numbers_left(self.past, values, depended.view(np.uint8))
        self.left = self._flat().copy()


def find_revived(revived: list[Revived], value: Any) -> Revived | None:
    """Find what stands for an array of a closed tape, None where nothing does."""
    return next((found for found in revived if found.holds(value)), None)
