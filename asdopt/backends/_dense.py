"""Derivatives that the user has as dense matrices: the simplest backend, and a test of the others.

Enters: functions that return Jacobian and Hessian. Leaves: products with these matrices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt.backends._function import FlatFunction
from asdopt.backends._interface import Backend, Products

__all__ = ["Dense"]

FloatArray = npt.NDArray[np.float64]


class Dense(Backend):
    """Products with matrices of the user.

    Parameters
    ----------
    jac, hess : callable, optional
        ``jac(x)`` of shape (m, n) and ``hess(x)`` of shape (n, n) at a flat x, dense or sparse.
    """

    name = "dense"

    def __init__(
        self, jac: Callable[..., Any] | None = None, hess: Callable[..., Any] | None = None
    ) -> None:
        for what, given in (("jac", jac), ("hess", hess)):
            if given is not None and not callable(given):
                raise InputError(
                    f"{what} is {type(given).__name__}; a function {what}(x) that returns the "
                    "matrix at x is needed"
                )
        self.jac = jac
        self.hess = hess

    def prepare(self, function: FlatFunction, x: FloatArray) -> DenseProducts:
        """Evaluate the function once."""
        return DenseProducts(function, x, self)


class DenseProducts(Products):
    """Products with dense matrices."""

    hvp_modes = ("matrix",)

    def __init__(self, function: FlatFunction, x: FloatArray, options: Dense) -> None:
        super().__init__(function, function.values(x).size)
        self._options = options

    @property
    def gives(self) -> frozenset[str]:
        """What the given matrices allow."""
        first = {"jvp", "vjp"} if self._options.jac else set()
        return frozenset(first | ({"hvp"} if self._options.hess else set()))

    def _matrix(
        self, what: str, fun: Callable[..., Any] | None, x: FloatArray, shape: tuple[int, int]
    ) -> FloatArray:
        if fun is None:
            raise self._missing("jvp or vjp" if what == "jac" else "hvp")
        matrix = fun(x.copy())
        if hasattr(matrix, "toarray"):
            matrix = matrix.toarray()
        found = np.asarray(matrix, dtype=np.float64)
        if found.shape != shape:
            raise InputError(f"{what}(x) has shape {found.shape}; {shape} is needed")
        return found

    def values(self, x: FloatArray) -> FloatArray:
        """Results of the function."""
        return self.function.values(x)

    def jvp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """Products of the rows."""
        shape = self.num_outputs, self.num_inputs
        return seeds @ self._matrix("jac", self._options.jac, x, shape).T

    def vjp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """Products of the columns."""
        shape = self.num_outputs, self.num_inputs
        return seeds @ self._matrix("jac", self._options.jac, x, shape)

    def hvp(self, x: FloatArray, seeds: FloatArray, mode: str = "") -> FloatArray:
        """Products of the Hessian."""
        self.check_mode(mode)
        shape = self.num_inputs, self.num_inputs
        return seeds @ self._matrix("hess", self._options.hess, x, shape)
