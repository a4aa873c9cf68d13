"""Functions of matrices that are recorded whole, with exact derivatives of their own.

Enters: the ids of a matrix and a :class:`Box`, which computes values and derivatives from
numbers. Leaves: ids of its results, one external call on the tape. Used where writing a function
out in operations would not give what LAPACK gives (signs, orders) or not everywhere.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt

from asdopt._ops import CODE
from asdopt.tracing._nodes import Ids
from asdopt.tracing._tape import Tape

__all__ = ["Box", "record"]

FloatArray = npt.NDArray[np.float64]


class Box(ABC):
    """A function of an array of numbers, whose results depend on all of them.

    ``name`` stands in messages, and ``hint`` says where its derivatives do not exist, which are NaN
    there.
    """

    name: str
    hint = ""
    num_results: int
    num_inputs: int

    @property
    def row_lengths(self) -> npt.NDArray[np.int32]:
        """Entries in each row of the Jacobian's pattern."""
        return np.full(self.num_results, self.num_inputs, dtype=np.int32)

    def jacobian_values(self, x: FloatArray) -> FloatArray:
        """Jacobian, row-major."""
        return self.jacobian(x).reshape(-1)

    @abstractmethod
    def values(self, x: FloatArray) -> FloatArray:
        """Results, shape (m,)."""

    @abstractmethod
    def jacobian(self, x: FloatArray) -> FloatArray:
        """Jacobian, shape (m, k)."""

    @abstractmethod
    def hessian(self, x: FloatArray, weights: FloatArray) -> FloatArray:
        """Hessian of ``weights @ values(x)``, shape (k, k)."""


def record(tape: Tape, box: Box, inputs: Ids) -> Ids:
    """Record a call of a box and return the ids of its results."""
    inputs = np.ascontiguousarray(inputs.reshape(-1), dtype=np.int32)
    m, k = box.num_results, box.num_inputs
    given = tape.values(inputs)
    values = box.values(given) if np.isfinite(given).all() else np.full(m, np.nan)
    # A surrogate: detection sees that all variables meet, no value is ever read from it.
    total = tape.sums([0, k], inputs)
    square = tape.push(CODE["square"], int(total[0]))
    terms = np.tile(np.append(inputs, square).astype(np.int32), m)
    return np.asarray(tape.external(box, inputs, values, np.arange(m + 1) * (k + 1), terms))
