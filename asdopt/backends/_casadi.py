"""CasADi: products of a ``casadi.Function`` or of a Python function of its symbols.

Enters: either of them. Leaves: forward and reverse products of many seeds in one call, hvp in two
orders, and the patterns that CasADi finds. Vectors of CasADi are column-major, those here
row-major; this is the place where they are converted.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt._pattern import SparsityPattern
from asdopt.backends._function import FlatFunction
from asdopt.backends._import import optional
from asdopt.backends._interface import Backend, Products

__all__ = ["Casadi"]

FloatArray = npt.NDArray[np.float64]
Symbols = Literal["SX", "MX"]


class Casadi(Backend):
    """Products by CasADi's virtual machine.

    Parameters
    ----------
    symbols : {"SX", "MX"}
        Symbols of which a Python function is called, and to which a ``casadi.Function`` is
        expanded where that is possible: scalars (fast for sparse functions) or matrices.
    """

    name = "casadi"

    def __init__(self, symbols: Symbols = "SX") -> None:
        if symbols not in get_args(Symbols):
            raise InputError(f"symbols={symbols!r} was given; known are SX and MX")
        self.symbols = symbols

    def prepare(self, function: FlatFunction, x: FloatArray) -> CasadiProducts:
        """Build the function of a flat vector."""
        return CasadiProducts(function, self.symbols)


class CasadiProducts(Products):
    """Functions of CasADi made for each number of seeds, kept for the next call."""

    jvp_cost = 1.5
    vjp_cost = 2.5
    hvp_modes = ("forward_over_reverse", "reverse_over_forward")

    def __init__(self, function: FlatFunction, symbols: str) -> None:
        self._ca = optional("casadi", "casadi")
        if function.buffer is not None:
            raise InputError(
                f"{function.name} writes its results into an array (inplace=), which a function "
                "of CasADi's symbols does not: return the results"
            )
        self._fun = self._flat(function, symbols)
        super().__init__(function, self._fun.numel_out(0))
        function.check_size(self.num_outputs)
        self._made: dict[Any, Any] = {}

    def _flat(self, function: FlatFunction, symbols: str) -> Any:
        ca = self._ca
        given = isinstance(function.fun, ca.Function)
        kind = ca.MX if given or symbols == "MX" else ca.SX
        x = kind.sym("x", function.num_inputs)

        def leaf(start: int, stop: int, shape: tuple[int, ...]) -> Any:
            if len(shape) > 2:
                raise InputError(
                    f"x has shape {shape}; matrices of CasADi have two dimensions: give an array "
                    "of one or two"
                )
            part = x[start:stop]
            return ca.reshape(part, shape[1], shape[0]).T if len(shape) == 2 else part

        point = function.structure.rebuild(leaf)
        result = function.fun(*function.arguments(point))
        parts = [self._row_major(part, kind) for part in _leaves(result)]
        whole = ca.densify(ca.vertcat(*parts)) if parts else kind(0, 1)
        made = ca.Function("flat", [x], [whole])
        if kind is ca.MX and symbols == "SX":
            try:
                return made.expand()
            except RuntimeError:  # it calls something that has no scalar form
                return made
        return made

    def _row_major(self, part: Any, kind: Any) -> Any:
        return self._ca.vec(kind(part).T)

    def _call(self, fun: Any, *arguments: Any) -> FloatArray:
        return np.asarray(fun(*arguments).full(), dtype=np.float64)

    def values(self, x: FloatArray) -> FloatArray:
        """Results of CasADi's function."""
        return self._call(self._fun, x).reshape(-1)

    def jvp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """All seeds in one forward call."""
        if self.num_outputs == 0 or len(seeds) == 0:
            return np.zeros((len(seeds), self.num_outputs))
        nominal = self._ca.DM(self.num_outputs, 1)
        return self._call(self._derivative("forward", len(seeds)), x, nominal, seeds.T).T

    def vjp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """All seeds in one reverse call."""
        if self.num_inputs == 0 or len(seeds) == 0:
            return np.zeros((len(seeds), self.num_inputs))
        nominal = self._ca.DM(self.num_outputs, 1)
        return self._call(self._derivative("reverse", len(seeds)), x, nominal, seeds.T).T

    def hvp(self, x: FloatArray, seeds: FloatArray, mode: str = "") -> FloatArray:
        """All seeds in one call of the gradient's derivative."""
        if self.num_inputs == 0 or len(seeds) == 0:
            return np.zeros((len(seeds), self.num_inputs))
        direction = "forward" if self.check_mode(mode) == "forward_over_reverse" else "reverse"
        nominal = self._ca.DM(self.num_inputs, 1)
        fun = self._derivative(direction, len(seeds), of_gradient=True)
        return self._call(fun, x, nominal, seeds.T).T

    def gradient(self, x: FloatArray) -> FloatArray:
        """Gradient by reverse mode."""
        return self._call(self._gradient(), x).reshape(-1)

    def pattern(self, kind: str) -> SparsityPattern | None:
        """CasADi's own pattern of the Jacobian, or of the gradient's Jacobian."""
        fun = self._fun if kind == "jacobian" else self._gradient()
        if 0 in (fun.numel_in(0), fun.numel_out(0)):
            return SparsityPattern([], [], (fun.numel_out(0), fun.numel_in(0)))
        sparsity = fun.jac_sparsity(0, 0)
        rows, cols = sparsity.get_triplet()
        return SparsityPattern(rows, cols, sparsity.shape)

    def _gradient(self) -> Any:
        if "gradient" not in self._made:
            ca = self._ca
            x = (ca.SX if self._fun.is_a("SXFunction") else ca.MX).sym("x", self.num_inputs)
            whole = ca.densify(ca.gradient(self._fun(x), x))
            self._made["gradient"] = ca.Function("gradient", [x], [whole])
        return self._made["gradient"]

    def _derivative(self, direction: str, count: int, of_gradient: bool = False) -> Any:
        key = direction, count, of_gradient
        if key not in self._made:
            fun = self._gradient() if of_gradient else self._fun
            self._made[key] = getattr(fun, direction)(count)
        return self._made[key]


def _leaves(result: Any) -> list[Any]:
    if result is None:
        return []
    if isinstance(result, (list, tuple)):
        return [part for entry in result for part in _leaves(entry)]
    return [result]
