"""Find results that can be stored row by row, each row at once.

Enters: the results of a template, and where they go for each instance. Leaves: those that are
consecutive in a row of the sparse matrix, in which order, and the others. Next: ``_programs.pyx``.

A value stored by itself takes an index of four bytes; a row takes one index and two bytes an entry,
which rows of one order share, and memory is written from front to end. Where the instances of a
block have one order, or two as the two directions of a branch, entries have no index at all.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from asdopt.kernels._positions import find_whole_rows
from asdopt.kernels._programs import Result

__all__ = ["Found", "Orders", "find_rows"]

IntArray = npt.NDArray[np.int32]
ByteArray = npt.NDArray[np.uint8]

_LONG = 32  # entries of a row that are stored together at most
_RARE = 64  # instances, of which one may lie apart


@dataclass(frozen=True, slots=True)
class Found:
    """Results of one row of a template.

    Parameters
    ----------
    results : list of Result
    first : ndarray of int32, shape (instances,)
        Place of the first one.
    order : int
        Number of the order in which they come.
    whole : ndarray of uint8, shape (instances,)
        Whether they are consecutive.
    is_apart : bool
        Whether they are not in some instances.
    """

    results: list[Result]
    first: IntArray
    order: int
    whole: ByteArray
    is_apart: bool


class Orders:
    """Orders of the entries of rows, equal ones once.

    Attributes
    ----------
    arrays : list of ndarray of uint8, shape (instances, entries)
        Which result comes at each place of an instance's row.
    """

    def __init__(self) -> None:
        self.arrays: list[ByteArray] = []

    def number(self, order: ByteArray) -> int:
        """Return the number of an order, known or new."""
        for k, known in enumerate(self.arrays):
            if np.array_equal(known, order):
                return k
        self.arrays.append(order)
        return len(self.arrays) - 1


def find_rows(
    results: Sequence[Result],
    positions: Mapping[Hashable, IntArray],
    counts: IntArray,
    orders: Orders,
) -> list[Found]:
    """Find rows of which all results are consecutive, in nearly all instances.

    Parameters
    ----------
    results : sequence of Result
        Those of a row number are candidates.
    positions : mapping
        Where a result of each instance goes, by its place.
    counts : ndarray of int32
        How many values each place receives: one that a row may store.
    orders : Orders
        Collects the orders found.
    """
    by_row: dict[int, list[Result]] = {}
    for result in results:
        if result.row >= 0:
            by_row.setdefault(result.row, []).append(result)
    found = []
    for row in by_row.values():
        if not 1 < len(row) <= _LONG:
            continue
        first, order, whole, number = find_whole_rows([positions[r.place] for r in row], counts)
        if (len(whole) - number) * _RARE <= len(whole):
            is_apart = number < len(whole)
            found.append(Found(row, first, orders.number(order), whole, is_apart))
    return found
