"""Dense and colored derivatives by JAX, compiled beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._pattern import SparsityPattern
from asdopt.coloring import Coloring
from asdopt.decompression import direct_indices

FloatArray = npt.NDArray[np.float64]
Call = Callable[[], object]


def _jax() -> Any:
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


def jax_numpy() -> Any:
    """The module that functions for JAX are written with."""
    return _jax().numpy


def dense_jacobian(fun: Any, x: FloatArray, num_columns: int) -> Call:
    """``jax.jacfwd``: the first columns of the Jacobian, by one batch of products."""
    jax = _jax()
    point, basis = jax.numpy.asarray(x), jax.numpy.eye(num_columns, x.size)

    @jax.jit
    def jacobian(x: Any, basis: Any) -> Any:
        return jax.vmap(lambda v: jax.jvp(fun, (x,), (v,))[1])(basis)

    return _ready(jacobian, point, basis)


def dense_hessian(fun: Any, x: FloatArray, num_columns: int) -> Call:
    """``jax.hessian``: the first columns, forward over reverse."""
    return dense_jacobian(_jax().grad(fun), x, num_columns)


def colored(fun: Any, x: FloatArray, pattern: SparsityPattern, coloring: Coloring) -> Call:
    """Products with the seeds of a coloring by columns, and the values of the pattern."""
    jax = _jax()
    position, product = direct_indices(pattern, coloring)
    seeds = jax.numpy.asarray(coloring.seed.T)
    rows, cols = jax.numpy.asarray(product), jax.numpy.asarray(position)
    point = jax.numpy.asarray(x)

    @jax.jit
    def values(x: Any, seeds: Any) -> Any:
        return jax.vmap(lambda v: jax.jvp(fun, (x,), (v,))[1])(seeds)[rows, cols]

    return _ready(values, point, seeds)


def _ready(compiled: Any, *arguments: Any) -> Call:
    compiled(*arguments).block_until_ready()
    return lambda: compiled(*arguments).block_until_ready()
