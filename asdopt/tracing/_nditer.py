"""``np.nditer`` over traced arrays: entries as views without dimensions, in NumPy's order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array_base import TracedArrayBase, array
from asdopt.tracing._callee import current, holds_traced
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._standins import stands_for
from asdopt.tracing._tape import Tape

__all__: list[str] = []

_FLAGS = frozenset({"multi_index", "c_index", "f_index", "zerosize_ok", "refs_ok", "buffered"})


class _TracedIterator:
    """Walks over ids as ``np.nditer`` does over numbers of the same layout."""

    def __init__(
        self,
        tape: Tape,
        op: Any,
        flags: Any = (),
        op_flags: Any = None,
        op_dtypes: Any = None,
        order: Any = "K",
        casting: Any = "safe",
        **others: Any,
    ) -> None:
        # A list or tuple is one of operands, also for NumPy.
        parts = list(op) if isinstance(op, (list, tuple)) else [op]
        rights = op_flags if op_flags and not isinstance(op_flags[0], str) else [op_flags or ()]
        unknown = set(flags) - _FLAGS | set(others)
        if any(part is None for part in parts):
            unknown.add("an operand None")
        for part, right in zip(parts, rights, strict=False):
            if not isinstance(part, TracedArrayBase) and {"readwrite", "writeonly"} & set(right):
                unknown.add("writing into a plain array")
        if unknown:
            raise refuse(
                tape,
                UnsupportedOperationError,
                f"np.nditer over traced arrays was made with {', '.join(sorted(unknown))}; known "
                "are given operands and the flags multi_index, c_index, f_index: loop over "
                "np.ndindex(x.shape)",
            )
        self._operands = [lift(tape, part) for part in parts]
        ids = [part.ids for part in self._operands]
        walk = np.nditer(
            ids,
            flags=[
                "multi_index",
                *(f for f in flags if f in {"c_index", "f_index", "zerosize_ok"}),
            ],
            op_flags=[["readonly"]] * len(ids),
            order=order,
        )
        self._walk = walk
        self._views = [
            part if part.shape == walk.shape else np.broadcast_to(part, walk.shape) for part in ids
        ]
        self.operands = tuple(self._operands)
        self.nop, self.itersize, self.ndim = len(ids), walk.itersize, walk.ndim
        self.shape = walk.shape

    def __getattr__(self, name: str) -> Any:
        return getattr(self._walk, name)

    def _entries(self) -> Any:
        place: tuple[Any, ...] = (*self._walk.multi_index, ...)
        made = []
        for view, operand in zip(self._views, self._operands, strict=True):
            entry = view[place]
            made.append(array(operand.tape, entry, operand.is_bool))
        return made[0] if len(made) == 1 else tuple(made)

    @property
    def value(self) -> Any:
        """Entries at the present place."""
        return self._entries()

    def __getitem__(self, k: int) -> Any:
        entries = self._entries()
        return (entries if isinstance(entries, tuple) else (entries,))[k]

    def __len__(self) -> int:
        return self.nop

    def __iter__(self) -> Iterator[Any]:
        while not self._walk.finished:
            yield self._entries()
            self._walk.iternext()

    def iternext(self) -> bool:
        """Go on; whether there is another place."""
        return bool(self._walk.iternext())

    def reset(self) -> None:
        """Start again."""
        self._walk.reset()

    def __enter__(self) -> _TracedIterator:
        return self

    def __exit__(self, *error: object) -> None:
        self._walk.close()

    def close(self) -> None:
        """End the iteration."""
        self._walk.close()


@stands_for(np.nditer)
def _nditer(op: Any, *args: Any, **kwargs: Any) -> Any:
    session = current()
    if session is None or not holds_traced(op):
        return np.nditer(op, *args, **kwargs)
    return _TracedIterator(session.tape, op, *args, **kwargs)
