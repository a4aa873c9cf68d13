"""autograd: products of functions of autograd.numpy.

Enters: a function written with autograd.numpy. Leaves: jvp where autograd has the rules, vjp, hvp.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt.backends._function import FlatFunction, wrong_result
from asdopt.backends._import import optional
from asdopt.backends._interface import Backend, Products

__all__ = ["Autograd"]

FloatArray = npt.NDArray[np.float64]


class Autograd(Backend):
    """Products by autograd, one seed after the other."""

    name = "autograd"

    def prepare(self, function: FlatFunction, x: FloatArray) -> AutogradProducts:
        """Evaluate the function once."""
        return AutogradProducts(function, x)


class AutogradProducts(Products):
    """Products; where autograd lacks a forward rule they are by reverse mode only."""

    jvp_cost = 3.0
    vjp_cost = 3.0
    hvp_modes = ("reverse_over_reverse", "forward_over_reverse")

    def __init__(self, function: FlatFunction, x: FloatArray) -> None:
        autograd = optional("autograd", "autograd")
        forward = optional("autograd.differential_operators", "autograd")
        self._anp = optional("autograd.numpy", "autograd")
        if function.buffer is not None:
            raise InputError(
                f"{function.name} writes its results into an array (inplace=), which autograd "
                "does not allow: return the results"
            )
        self._flat = self._flattened(function)
        super().__init__(function, self._flat(x).size)
        function.check_size(self.num_outputs)
        self._make_vjp = autograd.make_vjp if hasattr(autograd, "make_vjp") else forward.make_vjp
        self._make_jvp = forward.make_jvp
        gradient = autograd.grad(lambda y: self._flat(y)[0])
        self._gradient: Callable[[Any], Any] = lambda y: gradient(y) + 0.0 * y  # likewise
        self._forward = self._has_forward(x)

    def _has_forward(self, x: FloatArray) -> bool:
        try:
            self._make_jvp(self._flat)(x)(np.zeros_like(x))
        except NotImplementedError:
            return False
        return True

    @property
    def gives(self) -> frozenset[str]:
        """Without jvp where a forward rule is missing."""
        return super().gives - (frozenset() if self._forward else {"jvp"})

    def _flattened(self, function: FlatFunction) -> Callable[[Any], Any]:
        anp = self._anp

        def parts_of(result: Any) -> list[Any]:
            if result is None:
                return []
            if isinstance(result, (list, tuple)):
                return [part for entry in result for part in parts_of(entry)]
            if not np.issubdtype(anp.array(result).dtype, np.floating):
                if np.iscomplexobj(anp.array(result)):
                    raise InputError(
                        f"{function.name} returned complex numbers; real ones are needed to "
                        "differentiate: return real and imaginary parts"
                    )
                try:
                    return [np.asarray(result, dtype=np.float64).reshape(-1)]
                except (TypeError, ValueError) as error:
                    raise wrong_result(result, function.name) from error
            return [anp.reshape(result, (-1,))]

        def flat(x: Any) -> Any:
            def leaf(start: int, stop: int, shape: tuple[int, ...]) -> Any:
                return x[start] if shape == () else anp.reshape(x[start:stop], shape)

            point = function.structure.rebuild(leaf)
            # Nothing of x stands first: autograd warns of results that do not depend on it.
            with function.noted("autograd", "autograd.numpy"):
                result = function.fun(*function.arguments(point))
            return anp.concatenate([x[:0], *parts_of(function.checked(result))])

        return flat

    def values(self, x: FloatArray) -> FloatArray:
        """Results with plain numbers."""
        return np.array(self._flat(x.copy()), dtype=np.float64)

    def jvp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """One forward pass for each seed."""
        push = self._make_jvp(self._flat)(x.copy())
        return np.array([push(seed)[1] for seed in seeds]).reshape(len(seeds), self.num_outputs)

    def vjp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """One backward pass for each seed."""
        pull, _ = self._make_vjp(self._flat)(x.copy())
        return np.array([pull(seed) for seed in seeds]).reshape(len(seeds), self.num_inputs)

    def hvp(self, x: FloatArray, seeds: FloatArray, mode: str = "") -> FloatArray:
        """Backward or forward pass through the gradient for each seed."""
        if self.check_mode(mode) == "forward_over_reverse":
            push = self._make_jvp(self._gradient)(x.copy())
            return np.array([push(seed)[1] for seed in seeds]).reshape(len(seeds), self.num_inputs)
        pull, _ = self._make_vjp(self._gradient)(x.copy())
        return np.array([pull(seed) for seed in seeds]).reshape(len(seeds), self.num_inputs)

    def gradient(self, x: FloatArray) -> FloatArray:
        """Gradient by reverse mode."""
        return np.array(self._gradient(x.copy()), dtype=np.float64)
