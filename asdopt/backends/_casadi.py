"""CasADi: products of a ``casadi.Function`` or of a Python function of its symbols.

Enters: either of them. Leaves: forward and reverse products of many seeds in one call, hvp in two
orders, and the patterns that CasADi finds. Vectors of CasADi are column-major, those here
row-major; this is the place where they are converted.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt._pattern import SparsityPattern
from asdopt.backends._function import FlatFunction, wrong_result
from asdopt.backends._import import optional
from asdopt.backends._interface import Backend, Products

__all__ = ["Casadi"]

FloatArray = npt.NDArray[np.float64]
Symbols = Literal["SX", "MX"]
_MAX_SEEDS = 16


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

    jvp_cost = 1.0
    vjp_cost = 1.0
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
        with function.noted("CasADi", "casadi"):
            result = function.checked(function.fun(*function.arguments(point)))
        parts = [self._row_major(part, kind, function.name) for part in _leaves(result)]
        whole = ca.densify(ca.vertcat(*parts)) if parts else kind(0, 1)
        made = ca.Function("flat", [x], [whole])
        if kind is ca.SX:
            self._refuse_lost_symbols(made, function.name)
        if kind is ca.MX and symbols == "SX":
            try:
                return made.expand()
            except RuntimeError:  # it calls something that has no scalar form
                return made
        return made

    def _refuse_lost_symbols(self, made: Any, name: str) -> None:
        """Refuse constants that are NaN: what a scalar symbol becomes as a plain float."""
        for k in range(made.n_instructions()):
            if made.instruction_id(k) == self._ca.OP_CONST and isnan(made.instruction_constant(k)):
                raise InputError(
                    f"{name} made plain floats of CasADi's symbols, by float(), a function of math "
                    "or an array of zeros that it wrote to; they are NaN, and what depends on them "
                    "is lost: use the functions of casadi or numpy and build lists, or leave "
                    "backend= out"
                )

    def _row_major(self, part: Any, kind: Any, name: str) -> Any:
        try:
            return self._ca.vec(kind(part).T)
        except NotImplementedError as error:  # no constructor takes it
            raise wrong_result(part, name) from error

    def values(self, x: FloatArray) -> FloatArray:
        """Results of CasADi's function."""
        return self._machine("values", lambda: self._fun)(x)

    def jvp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """Forward calls of many seeds each."""
        return self._batched("forward", x, seeds, self.num_outputs)

    def vjp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """Reverse calls of many seeds each."""
        return self._batched("reverse", x, seeds, self.num_inputs)

    def hvp(self, x: FloatArray, seeds: FloatArray, mode: str = "") -> FloatArray:
        """Differentiate the gradient, many seeds a call."""
        direction = "forward" if self.check_mode(mode) == "forward_over_reverse" else "reverse"
        return self._batched(direction, x, seeds, self.num_inputs, of_gradient=True)

    def _batched(
        self,
        direction: str,
        x: FloatArray,
        seeds: FloatArray,
        length: int,
        of_gradient: bool = False,
    ) -> FloatArray:
        out = np.zeros((len(seeds), length))
        if 0 in (*seeds.shape, length):
            return out
        # CasADi writes the derivative out for each seed of a call.
        count = min(len(seeds), _MAX_SEEDS)
        run = self._machine(
            (direction, count, of_gradient),
            lambda: getattr(self._gradient() if of_gradient else self._fun, direction)(count),
        )
        padded = np.zeros((count, seeds.shape[1]))
        for start in range(0, len(seeds), count):
            some = seeds[start : start + count]
            padded[: len(some)] = some
            padded[len(some) :] = 0.0
            # Row by row here is column by column there; results before the seeds are not read.
            out[start : start + count] = run(x, None, padded).reshape(count, length)[: len(some)]
        return out

    def gradient(self, x: FloatArray) -> FloatArray:
        """Gradient by reverse mode."""
        return self._machine("gradient values", self._gradient)(x)

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

    def _machine(self, key: Any, make: Callable[[], Any]) -> _Machine:
        if key not in self._made:
            self._made[key] = _Machine(make())
        found: _Machine = self._made[key]
        return found


class _Machine:
    """A function of CasADi called on the memory of arrays, many times faster than by its DM."""

    def __init__(self, fun: Any) -> None:
        self._arguments = [np.zeros(fun.nnz_in(i)) for i in range(fun.n_in())]
        self._result = np.zeros(fun.nnz_out(0))
        self._buffer, self._run = fun.buffer()
        for i, array in enumerate(self._arguments):
            self._buffer.set_arg(i, array.data)
        self._buffer.set_res(0, self._result.data)
        sparsity = fun.sparsity_out(0)
        # All nonzeros in column-major order, where some are structurally zero.
        self._size = sparsity.numel()
        self._places = None if sparsity.is_dense() else np.array(sparsity.find(), dtype=np.intp)

    def __call__(self, *given: FloatArray | None) -> FloatArray:
        for array, values in zip(self._arguments, given, strict=True):
            if values is not None:
                array[:] = values.reshape(-1)
        self._run()
        if self._places is None:
            return self._result.copy()
        out = np.zeros(self._size)
        out[self._places] = self._result
        return out


def _leaves(result: Any) -> list[Any]:
    if result is None:
        return []
    if isinstance(result, (list, tuple)):
        return [part for entry in result for part in _leaves(entry)]
    return [result]
