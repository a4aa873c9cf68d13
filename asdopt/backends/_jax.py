"""JAX: products of functions of jax.numpy, batched by vmap and compiled.

Enters: a function written with jax.numpy. Leaves: jvp by linearize, vjp, and hvp in three orders.
Everything runs in double precision, whatever JAX is set to.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt.backends._function import FlatFunction, wrong_result
from asdopt.backends._import import optional
from asdopt.backends._interface import Backend, Products
from asdopt.tracing._structure import Structure

__all__ = ["Jax"]

FloatArray = npt.NDArray[np.float64]
# Up to so many seeds, some more cost less than to compile once more.
_FEW = 16
_SHORT = re.compile(r"\b(bf16|f16|f32|c64)\[")


class Jax(Backend):
    """Products by JAX.

    Parameters
    ----------
    allow_single : bool
        Accept single precision inside the function, such as arrays of ``jax.numpy`` made before
        double precision was enabled. Without it they are refused, because derivatives would be
        good to seven digits only.
    """

    name = "jax"

    def __init__(self, allow_single: bool = False) -> None:
        self.allow_single = allow_single

    def prepare(self, function: FlatFunction, x: FloatArray) -> JaxProducts:
        """Trace the function with JAX; it is compiled at the first product."""
        return JaxProducts(function, x, self.allow_single)


class JaxProducts(Products):
    """Compiled products; each new number of seeds compiles once more."""

    hvp_modes = ("forward_over_reverse", "reverse_over_forward", "reverse_over_reverse")

    def __init__(self, function: FlatFunction, x: FloatArray, allow_single: bool) -> None:
        self._jax = jax = optional("jax", "jax")
        if function.buffer is not None:
            raise InputError(
                f"{function.name} writes its results into an array (inplace=), which arrays of "
                "JAX do not allow: return the results"
            )
        flat = self._flat(function)
        with _in_double(self._jax):
            self._outline = outline = jax.make_jaxpr(flat)(x)
        short = _SHORT.search(str(outline))
        if short and not allow_single:
            raise InputError(
                f"{function.name} computes with {short.group(1)} somewhere, although x is in "
                "double precision: derivatives would be good to a few digits only. Arrays of "
                "jax.numpy made before jax_enable_x64 was set are a frequent cause: make "
                "constants with NumPy; or accept it with backend=Jax(allow_single=True)"
            )
        super().__init__(function, int(outline.out_avals[0].size))
        function.check_size(self.num_outputs)
        self._counts: dict[Callable[..., Any], set[int]] = {}
        self._value = jax.jit(flat)
        self._jvp = jax.jit(lambda x, seeds: jax.vmap(jax.linearize(flat, x)[1])(seeds))
        self._vjp = jax.jit(lambda x, seeds: jax.vmap(jax.vjp(flat, x)[1])(seeds)[0])

        def scalar(x: Any) -> Any:
            return flat(x)[0]

        self._gradient = jax.jit(jax.grad(scalar))

        def reverse_over_forward(x: Any, seed: Any) -> Any:
            return jax.grad(lambda y: jax.jvp(scalar, (y,), (seed,))[1])(x)

        self._hvp: dict[str, Callable[[Any, Any], Any]] = {
            "forward_over_reverse": jax.jit(
                lambda x, seeds: jax.vmap(jax.linearize(jax.grad(scalar), x)[1])(seeds)
            ),
            "reverse_over_forward": jax.jit(jax.vmap(reverse_over_forward, in_axes=(None, 0))),
            "reverse_over_reverse": jax.jit(
                lambda x, seeds: jax.vmap(jax.vjp(jax.grad(scalar), x)[1])(seeds)[0]
            ),
        }

    def _flat(self, function: FlatFunction) -> Callable[[Any], Any]:
        jax, jnp = self._jax, self._jax.numpy

        def flat(x: Any) -> Any:
            def leaf(start: int, stop: int, shape: tuple[int, ...]) -> Any:
                return x[start:stop].reshape(shape)

            with function.noted("JAX", "jax.numpy"):
                result = function.fun(*function.arguments(function.structure.rebuild(leaf)))
            function.checked(result)
            parts = [jnp.empty(0)]
            for part in jax.tree_util.tree_leaves(result):
                try:
                    array = jnp.asarray(part)
                except TypeError as error:
                    raise wrong_result(part, function.name) from error
                if array.dtype.kind == "c":
                    raise InputError(
                        f"{function.name} returned complex numbers; real ones are needed to "
                        "differentiate: return real and imaginary parts"
                    )
                parts.append(jnp.ravel(array).astype(jnp.float64))
            return jnp.concatenate(parts)

        return flat

    def _run(self, compiled: Callable[..., Any], *arrays: FloatArray) -> FloatArray:
        with _in_double(self._jax):
            return np.array(compiled(*arrays), dtype=np.float64)

    def _batch(self, compiled: Callable[..., Any], x: FloatArray, seeds: FloatArray) -> FloatArray:
        """Run seeds, filled up to a number for which the product is compiled already."""
        count = len(seeds)
        known = self._counts.setdefault(compiled, set())
        size = min((k for k in known if count <= k <= max(2 * count, _FEW)), default=count)
        known.add(size)
        if size == count:
            return self._run(compiled, x, seeds)
        filled = np.zeros((size, seeds.shape[1]))
        filled[:count] = seeds
        return self._run(compiled, x, filled)[:count]

    def twin(self) -> FlatFunction:
        """Replay what JAX recorded with NumPy."""
        from asdopt.backends._jaxpr import Replay  # imports scipy.special

        size = self.num_inputs
        replay = Replay(self._outline, self.function.short_name, partial(_in_double, self._jax))
        return FlatFunction(replay, Structure((size,), size=size))

    def values(self, x: FloatArray) -> FloatArray:
        """Results by the compiled function."""
        return self._run(self._value, x)

    def jvp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """Linearize once, push all seeds forward together."""
        return self._batch(self._jvp, x, seeds)

    def vjp(self, x: FloatArray, seeds: FloatArray) -> FloatArray:
        """Pull all seeds back together."""
        return self._batch(self._vjp, x, seeds)

    def hvp(self, x: FloatArray, seeds: FloatArray, mode: str = "") -> FloatArray:
        """Products in one of three orders."""
        return self._batch(self._hvp[self.check_mode(mode)], x, seeds)

    def gradient(self, x: FloatArray) -> FloatArray:
        """Gradient by reverse mode."""
        return self._run(self._gradient, x)


def _in_double(jax: Any) -> AbstractContextManager[Any]:
    """Let JAX compute in double precision within a context."""
    if hasattr(jax, "enable_x64"):
        context: AbstractContextManager[Any] = jax.enable_x64(True)
        return context
    older: AbstractContextManager[Any] = optional("jax.experimental", "jax").enable_x64()
    return older
