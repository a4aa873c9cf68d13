"""What an AD system gives of a function: values and products, behind one interface.

Enters: a :class:`FlatFunction` and a point. Leaves: a :class:`Products`, whose jvp, vjp and hvp
take many seeds at once, one a row. A backend overrides what it has; ``gives`` says what that is.
Which products make a sparse matrix is decided above, in ``asdopt._prepared``.
"""

from __future__ import annotations

import abc
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError, UnsupportedOperationError
from asdopt._pattern import SparsityPattern
from asdopt.backends._function import FlatFunction

__all__ = ["Backend", "Products"]

FloatArray = npt.NDArray[np.float64]
# Seeds of a dense matrix are made in blocks of about this many numbers.
_BLOCK = 1 << 22


class Products(abc.ABC):
    """Values and derivative products of one function of n variables with m results.

    Subclasses define ``values`` and what they have of ``jvp``, ``vjp`` and ``hvp``. Not
    thread-safe; the owner holds a lock.

    Parameters
    ----------
    function : FlatFunction
    num_outputs : int
        Number of results m.

    Attributes
    ----------
    accuracy, second_accuracy : float
        Relative error to be expected of first and of Hessian products.
    jvp_cost, vjp_cost : float
        Price of one more seed, in evaluations of the function.
    hvp_modes : tuple of str
        Ways in which the backend makes Hessian products; the first is the default.
    """

    accuracy: float = 1e-14
    second_accuracy: float = 1e-14
    jvp_cost: float = 1.5
    vjp_cost: float = 2.0
    hvp_modes: tuple[str, ...] = ("forward_over_reverse",)

    def __init__(self, function: FlatFunction, num_outputs: int) -> None:
        self.function = function
        self.num_inputs = function.num_inputs
        self.num_outputs = num_outputs

    @abc.abstractmethod
    def values(self, x: FloatArray) -> FloatArray:
        """Results at x, shape (m,), a fresh array."""

    def jvp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """Products ``J(x) @ seed`` for each row of ``seeds`` (k, n); shape (k, m)."""
        raise self._missing("jvp")

    def vjp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """Products ``seed @ J(x)`` for each row of ``seeds`` (k, m); shape (k, n)."""
        raise self._missing("vjp")

    def hvp(self, x: FloatArray, seeds: FloatArray, mode: str = "") -> FloatArray:
        """Products ``H(x) @ seed`` for each row of ``seeds`` (k, n); shape (k, n); m is 1.

        ``mode`` is one of ``hvp_modes``, the first by default.
        """
        raise self._missing("hvp")

    def gradient(self, x: FloatArray) -> FloatArray:
        """Gradient of a function with one result, shape (n,)."""
        found: FloatArray
        if "vjp" in self.gives:
            found = self.vjp(x, np.ones((1, 1)))[0]
        else:
            found = self.dense_jacobian(x)[0]
        return found

    def pattern(self, kind: str) -> SparsityPattern | None:
        """Pattern of the "jacobian" or "hessian" that the backend itself knows, else None."""
        return None

    def twin(self) -> FlatFunction:
        """Return the function in a form that the own tracer can follow, to find its pattern."""
        return self.function

    def scales(self, x: FloatArray) -> FloatArray | None:
        """Lengths by which seeds of single variables are best multiplied; None for all 1."""
        return None

    @property
    def gives(self) -> frozenset[str]:
        """Which of jvp, vjp and hvp the backend has."""
        own = ("jvp", "vjp", "hvp")
        return frozenset(k for k in own if getattr(type(self), k) is not getattr(Products, k))

    def dense_jacobian(self, x: FloatArray, out: FloatArray | None = None) -> FloatArray:
        """Jacobian without sparsity, by min(m, n) products where both kinds are given.

        Parameters
        ----------
        x : ndarray of float64, shape (n,)
        out : ndarray of float64, shape (m, n), optional

        Returns
        -------
        ndarray of float64, shape (m, n)
        """
        if out is None:
            out = np.empty((self.num_outputs, self.num_inputs))
        for are_rows, start, block in self.blocks(x, "jacobian"):
            if are_rows:
                out[start : start + len(block)] = block
            else:
                out[:, start : start + len(block)] = block.T
        return out

    def dense_hessian(
        self, x: FloatArray, out: FloatArray | None = None, mode: str = ""
    ) -> FloatArray:
        """Hessian without sparsity, by n products, shape (n, n)."""
        n = self.num_inputs
        out = np.empty((n, n)) if out is None else out
        for _, start, block in self.blocks(x, "hessian", mode):
            out[start : start + len(block)] = block
        return out

    def blocks(
        self, x: FloatArray, kind: str, mode: str = ""
    ) -> Iterator[tuple[bool, int, FloatArray]]:
        """Rows or columns of the dense "jacobian" or "hessian", some at a time.

        Yields
        ------
        are_rows : bool
            Whether the block has rows; else columns.
        start : int
            Number of its first row or column.
        block : ndarray of float64
            One row or column of the matrix in each of its rows.
        """
        m, n = self.num_outputs, self.num_inputs
        if kind == "hessian":
            for start, seeds in _identity(n, 2 * n):
                yield True, start, self.hvp(x, seeds, mode)
        elif "vjp" in self.gives and ("jvp" not in self.gives or m < n):
            for start, seeds in _identity(m, m + n):
                yield True, start, self.vjp(x, seeds)
        else:
            for start, seeds in _identity(n, m + n):
                yield False, start, self.jvp(x, seeds)

    def check_mode(self, mode: str) -> str:
        """Return the mode of a Hessian product, the default for an empty one."""
        if not mode:
            return self.hvp_modes[0]
        if mode not in self.hvp_modes:
            raise InputError(
                f"Hessian products in mode {mode!r} were asked for; this backend has "
                f"{', '.join(self.hvp_modes)}"
            )
        return mode

    def _missing(self, what: str) -> UnsupportedOperationError:
        has = ", ".join(sorted(self.gives)) or "no products"
        return UnsupportedOperationError(
            f"{what} was asked of {type(self).__name__}, which gives {has}: choose another mode "
            "or another backend"
        )


class Backend(abc.ABC):
    """An AD system with its options.

    Attributes
    ----------
    name : str
        Its name for ``backend=``.
    """

    name: ClassVar[str] = ""

    @abc.abstractmethod
    def prepare(self, function: FlatFunction, x: FloatArray) -> Products:
        """Make products of a function ready; x is a point where it may be evaluated.

        Raises
        ------
        MissingDependencyError
            The package is not installed.
        """

    def __repr__(self) -> str:
        options = ", ".join(f"{k}={v!r}" for k, v in vars(self).items() if not k.startswith("_"))
        return f"{type(self).__name__}({options})"


def _identity(size: int, length: int) -> Iterator[tuple[int, FloatArray]]:
    """Cut the identity into blocks of rows that need bounded memory, of equal size if possible."""
    width = max(1, min(size, _BLOCK // max(length, 1)))
    for start in range(0, size, width):
        yield start, np.eye(min(width, size - start), size, start)
