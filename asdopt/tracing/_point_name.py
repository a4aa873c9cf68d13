"""Bytes of a traced array, by which a user's code may remember what it computed of it.

Enters: ``x.tobytes()``. Leaves: a value that can be compared, and be a key where
``_implicit_keys.py`` makes keys.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt._errors import TracingError
from asdopt.tracing._location import refuse

__all__ = ["TracedBytes"]


class TracedBytes:
    """What ``x.tobytes()`` gives: a key of a dictionary, and nothing else."""

    __slots__ = ("array",)

    def __init__(self, array: Any) -> None:
        self.array = array

    def __hash__(self) -> int:
        raise self._refused("the hash")  # where keys are looked up, _implicit_keys.py makes them

    def __eq__(self, other: object) -> bool:
        if isinstance(other, bytes):
            if len(other) != 8 * self.array.size:
                return False
            known = np.frombuffer(other).reshape(self.array.shape)
            return bool(np.all(self.array == known))
        if isinstance(other, TracedBytes) and other.array.shape == self.array.shape:
            return bool(np.all(self.array == other.array))
        return False

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise self._refused(f"the attribute {name!r}")

    def _refused(self, what: str) -> TracingError:
        return refuse(
            self.array.tape,
            TracingError,
            f"{what} of the bytes of a traced array was asked for; they change with the variables, "
            "and can be a key of a dictionary, but nothing else: use tuple(x) or the operations "
            "of numpy",
        )
