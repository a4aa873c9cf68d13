"""Sets of numbers as sorted arrays: ``np.union1d`` and its kin, written with ``np.unique``."""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt.tracing._lift import lift
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape

__all__: list[str] = []


@implements(np.union1d)
def _union1d(tape: Tape, ar1: Any, ar2: Any) -> Any:
    both = np.concatenate([np.ravel(lift(tape, ar1)), np.ravel(lift(tape, ar2))])
    return np.unique(both)


@implements(np.setdiff1d)
def _setdiff1d(tape: Tape, ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    first: Any = lift(tape, ar1)
    first = np.ravel(first) if assume_unique else np.unique(first)
    return first[np.logical_not(np.isin(first, ar2))]


@implements(np.intersect1d)
def _intersect1d(tape: Tape, ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    first: Any = np.unique(lift(tape, ar1))
    return first[np.isin(first, ar2)]
