"""Workspaces: arrays made outside of a function into which it stores traced values.

Enters: an array of floats that a hooked function of level 1 stores a traced value into. Leaves: a
traced array on ids that stand for its memory. The user's code keeps the array itself, under all of
its names; where it is read or written, the hooks find by its address whether it, a view of it or
an alias holds traced values, and take those (``_workspace_reads.py``). What is made of them and
shares their memory is an array of the user's again (:meth:`Workspaces.given`).

Functions on one tape go on with what earlier ones stored, as they do with attributes. While hooked
code runs the memory holds a NaN that is known, and else the numbers that plain Python would leave
there. So what reads it past the hooks (a library's object that holds it, C) finds no stale number,
and :meth:`Workspaces.verify` refuses what came of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import TracingError
from asdopt.tracing._array_base import TracedArrayBase, array
from asdopt.tracing._callee import Session, current
from asdopt.tracing._left_in_arrays import is_any_left, left_in, note_left, owner_of
from asdopt.tracing._location import place_here, refuse
from asdopt.tracing._memory_shadow import (
    Memory,
    depend,
    find_memory,
    find_nodes,
    numbers_left,
    was_read,
)
from asdopt.tracing._nodes import constant_mask
from asdopt.tracing._revived import Revived, find_revived, is_past
from asdopt.tracing._tape import Tape

__all__ = ["REMEDY", "Workspaces", "hooked_run", "note_unseen", "writable"]

_FLOAT = np.dtype(np.float64)
REMEDY = (
    "make the array inside of the function (np.zeros, np.empty, .copy()), which costs nothing once "
    "it is traced"
)


class Workspaces:
    """What stands for the arrays of a tape that were made outside and hold traced values."""

    def __init__(self) -> None:
        self.memories: list[Memory] = []
        self.revived: list[Revived] = []
        self.is_running = False

    @property
    def places(self) -> str:
        """Where traced values were first stored into each."""
        return " and ".join(dict.fromkeys(memory.place for memory in self.memories))

    @property
    def is_empty(self) -> bool:
        """Whether no array holds traced values yet."""
        return not self.memories and not self.revived

    # ------------------------------------------------------------------ arrays and their nodes
    def again(self, tape: Tape, value: Any) -> Any:
        """Traced array for one that an earlier trace left, None where nothing was stored to it."""
        found = find_revived(self.revived, value) if is_past(tape, value) else None
        return None if found is None else array(tape, found.nodes(value))

    def shadow(self, tape: Tape, value: npt.NDArray[Any]) -> Any:
        """Traced array for an array of numbers, None where no workspace has its memory."""
        memory = find_memory(self.memories, value)
        if memory is None and is_any_left() and left_in(owner_of(value)) is not None:
            memory = self._take(tape, owner_of(value), "in an earlier trace")
        if memory is None or not value.size:
            return None
        ids = memory.nodes(value) if type(value) is np.ndarray else None
        if ids is None:
            raise refuse(
                tape,
                TracingError,
                f"a {type(value).__name__} of type {value.dtype} was used, whose memory belongs to "
                "an array made outside of the function that holds traced values (stored at "
                f"{memory.place}); they can be read as an np.ndarray of float64 only: {REMEDY}",
            )
        return array(tape, ids)

    def given(self, result: Any) -> Any:
        """Give what a call returned, an array of the user's where it is on a workspace."""
        if isinstance(result, TracedArrayBase):
            memory = find_nodes(self.memories, result.ids) if result.ids.ndim else None
            if memory is not None:
                return memory.array(result.ids)
            views = (found.view(result.ids) for found in self.revived)
            return next((view for view in views if view is not None), result)
        if type(result) in (list, tuple) and any(isinstance(r, TracedArrayBase) for r in result):
            return type(result)([self.given(part) for part in result])
        return result

    def adopt(self, tape: Tape, value: npt.NDArray[Any]) -> Any:
        """Let an array of floats hold traced values from now on; give what stands for it."""
        owner = owner_of(value)
        if value.dtype != _FLOAT:
            raise refuse(
                tape,
                TracingError,
                f"a traced value was asked to become a plain {value.dtype}, to be stored into an "
                f"array of shape {value.shape} of these, which would lose its dependence on the "
                "variables: use arrays of float64 (and for complex values arrays made inside of "
                "the function)",
            )
        reason = _reason(value, owner)
        if reason is not None:
            raise refuse(
                tape,
                TracingError,
                f"a traced value was stored into an array of shape {value.shape} that was made "
                f"outside of the function, {reason}: {REMEDY}",
            )
        self._take(tape, owner, place_here())
        return self.shadow(tape, value)

    def _take(self, tape: Tape, owner: npt.NDArray[Any], place: str) -> Memory:
        memory = Memory(owner, place)
        before = memory.before
        left = left_in(owner)
        if left is not None:
            depended = left.depended & (before.view(np.int64) == left.numbers.view(np.int64))
            memory.ids = numbers_left(tape, before, depended.view(np.uint8))
        elif before.size and (before.view(np.int64) == before.view(np.int64)[0]).all():
            memory.ids = np.full(before.size, tape.push_constant(float(before[0])), np.int32)
        else:
            memory.ids = tape.constants(before)
        self.memories.append(memory)
        if self.is_running:
            memory.mark()
        return memory

    # ------------------------------------------------------------------------ runs of functions
    def resume(self, tape: Tape) -> None:
        """Hide the numbers in memory; what plain code changed since is what they are now."""
        for memory in self.memories:
            now = memory.read()
            changed = now.view(np.int64) != memory.written.view(np.int64)
            if changed.any():
                memory.ids[changed] = tape.constants(now[changed])
            memory.mark()
        for revived in self.revived:
            revived.resume(tape)
        self.is_running = True

    def pause(self, tape: Tape) -> None:
        """Leave in memory what plain Python would have left there."""
        self.is_running = False
        for memory in self.memories:
            values = tape.values(memory.ids)
            if not tape.primal:
                known = constant_mask(tape, memory.ids)
                values = np.where(known, values, memory.before)
            memory.write(values)
            if tape.primal:
                note_left(memory.owner, memory.written, depend(tape, memory.ids))
        for revived in self.revived:
            revived.pause(tape)

    def state(self) -> list[tuple[Memory | Revived, npt.NDArray[np.int32]]]:
        """Note what is stored now, for :meth:`rollback`."""
        everything: list[Memory | Revived] = [*self.memories, *self.revived]
        return [(held, held.ids.copy()) for held in everything]

    def rollback(self, state: list[tuple[Memory | Revived, npt.NDArray[np.int32]]]) -> None:
        """Forget what a run that failed stored."""
        kept = [held for held, _ in state]
        for memory in self.memories:
            if memory not in kept:
                memory.write(memory.before)
        for held, ids in state:
            held.ids[...] = ids
        self.memories = [memory for memory in self.memories if memory in kept]
        self.revived = [revived for revived in self.revived if revived in kept]

    def verify(self, tape: Tape, start: int = 0, start_pool: int = 0) -> None:
        """Refuse numbers on the tape that were read past the hooks."""
        if was_read(tape, start, start_pool):
            raise refuse(
                tape,
                TracingError,
                "an array made outside of the function was read by code that is not traced (of a "
                "library, or an object of a library that holds the array) after traced values had "
                f"been stored into it ({self.places}); what was read does not depend on the "
                f"variables: {REMEDY}, and give it to the library from there",
            )


def _reason(value: npt.NDArray[Any], owner: npt.NDArray[Any]) -> str | None:
    """Say why an array cannot hold traced values, None where it can."""
    if type(owner) is not np.ndarray or type(value) is not np.ndarray:
        return (
            f"whose memory is of a {type(owner).__name__}; that of a plain np.ndarray can hold it"
        )
    if owner.dtype != _FLOAT:
        return (
            f"whose memory is that of an array of type {owner.dtype}; that of float64 can hold it"
        )
    # Unpickled arrays stand in bytes that nobody else has.
    if not owner.flags.owndata and not isinstance(owner.base, bytes):
        return (
            f"whose memory belongs to a {type(owner.base).__name__}, which others may read; that "
            "of an np.ndarray can hold it"
        )
    return None


def writable(tape: Tape, value: Any) -> Any:
    """Traced array that stands for a plain array to be written into, None where there is none."""
    session = current()
    if session is None or not session.level or session.tape is not tape:
        return None
    if isinstance(value, TracedArrayBase):
        return _written_again(tape, value)
    if not isinstance(value, np.ndarray):
        return None
    if value.dtype.kind not in "fc" or not value.size:
        return None
    spaces = tape.workspaces
    if spaces is None:
        spaces = Workspaces()
        spaces.is_running = True
    found = spaces.shadow(tape, value)
    if found is None:
        _check_unseen(session, storing=True)
        found = spaces.adopt(tape, value)
        tape.workspaces = spaces
    return found


def _written_again(tape: Tape, value: Any) -> Any:
    """Traced array that stands for one of a trace that has ended, None for any other."""
    if not is_past(tape, value) or not value.size or value.is_bool:
        return None
    spaces = tape.workspaces
    if spaces is None:
        spaces = Workspaces()
        spaces.is_running = True
    if spaces.again(tape, value) is None:
        owner = owner_of(value.ids)
        if not owner.flags.owndata:
            return None
        spaces.revived.append(Revived(tape, value))
        tape.workspaces = spaces
    return spaces.again(tape, value)


@contextmanager
def hooked_run(tape: Tape) -> Iterator[None]:
    """Run hooked code that may read and write workspaces; forget what it did where it fails."""
    if tape.workspaces is None and is_any_left():
        tape.workspaces = Workspaces()
    spaces: Workspaces | None = tape.workspaces
    inside = spaces is not None and spaces.is_running
    state = [] if spaces is None else spaces.state()
    if spaces is not None and not inside:
        spaces.resume(tape)
    start, start_pool = len(tape), tape.pool_length
    failed = True
    try:
        yield
        if tape.workspaces is not None:
            tape.workspaces.verify(tape, start, start_pool)
        failed = tape.refusal is not None
    finally:
        spaces = tape.workspaces
        if spaces is not None:
            if failed:
                spaces.rollback(state)
            if not inside:
                spaces.pause(tape)


# -------------------------------------------------------------------- functions without a source
def note_unseen(session: Session, function: FunctionType) -> None:
    """Note that what a function of the user reads cannot be seen."""
    session.state.setdefault("unseen", []).append(function)
    _check_unseen(session)


def _check_unseen(session: Session, *, storing: bool = False) -> None:
    functions = session.state.get("unseen")
    spaces = session.tape.workspaces
    if functions and (storing or (spaces is not None and spaces.memories)):
        code = functions[0].__code__
        raise refuse(
            session.tape,
            TracingError,
            "traced values were stored into an array that was made outside of the function, and "
            f"the source of {functions[0].__qualname__}() ({code.co_filename}:"
            f"{code.co_firstlineno}) is not known, so that its reads of such arrays cannot be "
            f"followed: define it in a file or a notebook, or {REMEDY}",
        )
