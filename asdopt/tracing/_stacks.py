"""Stacks of matrices: functions of one matrix applied to each."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt.tracing._array_base import wrap
from asdopt.tracing._lift import lift
from asdopt.tracing._nodes import Ids
from asdopt.tracing._tape import Tape

__all__ = ["each_matrix", "map_matrices", "square"]


def square(tape: Tape, a: Any, what: str) -> Ids:
    """Ids of a stack of square matrices, or NumPy's error."""
    ids = lift(tape, a).ids
    if ids.ndim < 2:
        raise np.linalg.LinAlgError(
            f"{what}: {ids.ndim}-dimensional array given. Array must be at least two-dimensional"
        )
    if ids.shape[-1] != ids.shape[-2]:
        raise np.linalg.LinAlgError(
            f"{what}: Last 2 dimensions of the array must be square, got shape {ids.shape}"
        )
    return ids


def map_matrices(function: Callable[..., Ids], *stacks: Ids) -> Ids:
    """Apply a function of matrices to each of several stacks that broadcast."""
    outer = np.broadcast_shapes(*[ids.shape[:-2] for ids in stacks])
    if not outer:
        return function(*stacks)
    count = math.prod(outer)
    flat = [
        np.broadcast_to(ids, outer + ids.shape[-2:]).reshape(count, *ids.shape[-2:])
        for ids in stacks
    ]
    parts = [function(*matrices) for matrices in zip(*flat, strict=True)]
    if not parts:
        raise np.linalg.LinAlgError("an empty stack of matrices was given")
    return np.array(parts, dtype=np.int32).reshape(outer + parts[0].shape)


def each_matrix(tape: Tape, function: Callable[[Ids], Ids], ids: Ids) -> Any:
    """Apply a function to each matrix of a stack and make the result traced."""
    if ids.ndim < 2:
        raise np.linalg.LinAlgError(
            f"{ids.ndim}-dimensional array given. Array must be at least two-dimensional"
        )
    return wrap(tape, map_matrices(function, ids))
