"""Starting point and bounds of a problem, which may be changed between solves.

Enters: what a user assigns. Leaves: arrays of the right size, or an error. Next: ``_bounds.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._bounds import bound_numbers, check_order, open_ended
from asdopt._errors import InputError
from asdopt._model import Model

__all__ = ["Limits"]

FloatArray = npt.NDArray[np.float64]


class Limits:
    """The part of :class:`asdopt.Problem` that holds its starting point and bounds."""

    _model: Model
    n: int
    m: int

    @property
    def x0(self) -> FloatArray:
        """Starting point, flat, shape (n,); assign one of the structure of x0."""
        return self._x0

    @x0.setter
    def x0(self, value: Any) -> None:
        # A copy: what a user goes on to change must not move the start.
        flat = np.shape(value) == (self._model.structure.size,)
        if flat and not self._model.structure.is_leaf:
            self._x0 = bound_numbers(value, np.nan, "x0").copy()
        else:
            self._x0 = self._model.structure.flatten(value, "x0").copy()

    @property
    def lb(self) -> FloatArray:
        """Lower bounds of the variables, shape (n,); assign numbers, None for no bound."""
        return self._lb

    @lb.setter
    def lb(self, value: Any) -> None:
        self._lb = _side(value, -np.inf, self.n, "lb", "variables")

    @property
    def ub(self) -> FloatArray:
        """Upper bounds of the variables, shape (n,)."""
        return self._ub

    @ub.setter
    def ub(self, value: Any) -> None:
        self._ub = _side(value, np.inf, self.n, "ub", "variables")

    @property
    def cl(self) -> FloatArray:
        """Lower bounds of the constraint rows, shape (m,)."""
        return self._cl

    @cl.setter
    def cl(self, value: Any) -> None:
        self._cl = _side(value, -np.inf, self.m, "cl", "constraint rows")

    @property
    def cu(self) -> FloatArray:
        """Upper bounds of the constraint rows, shape (m,)."""
        return self._cu

    @cu.setter
    def cu(self, value: Any) -> None:
        self._cu = _side(value, np.inf, self.m, "cu", "constraint rows")

    def check_limits(self) -> None:
        """Refuse bounds that were changed so that no value lies between them.

        Raises
        ------
        InputError
        """
        model = self._model
        check_order(self._lb, self._ub, lambda i: f"variable {model.names[i]}")
        check_order(self._cl, self._cu, lambda i: f"constraint {model.row_names[i]!r}")


def _side(value: Any, missing: float, size: int, name: str, of_what: str) -> FloatArray:
    numbers = bound_numbers(value, missing, name)
    if numbers.ndim > 0 and numbers.size != size:
        raise InputError(
            f"{name} was given {numbers.size} numbers, there are {size} {of_what}: give one for "
            "each, or a single one for all"
        )
    made = np.array(np.broadcast_to(numbers.reshape(-1), (size,)))
    low, high = open_ended(made, made)
    return low if missing < 0 else high
