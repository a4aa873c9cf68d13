"""From what a user writes for ``backend=`` to a backend, and from a function to its products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asdopt._errors import InputError
from asdopt._registry import find_backend
from asdopt.backends._function import FlatFunction
from asdopt.backends._interface import Backend, Products

__all__ = ["as_backend", "prepare_products"]


def as_backend(given: str | Backend) -> Backend:
    """Return the backend of a name, or the one given."""
    if isinstance(given, Backend):
        return given
    if not isinstance(given, str):
        raise InputError(
            f"backend is {type(given).__name__}; a name or an instance of asdopt.backends.Backend "
            "is needed"
        )
    made = find_backend(given)()
    if not isinstance(made, Backend):
        raise InputError(
            f"the backend registered as {given!r} made {type(made).__name__}; it must make an "
            "instance of asdopt.backends.Backend"
        )
    return made


def prepare_products(
    fun: Callable[..., Any],
    x: Any,
    backend: str | Backend = "tape",
    *,
    args: Any = (),
    argnum: int = 0,
    inplace: Any = None,
) -> Products:
    """Make values and products of a function ready, without any sparsity.

    Parameters
    ----------
    fun : callable
        Function of x (and constants), in what the backend takes: NumPy, jax.numpy, ...
    x : array_like of float64 or structure of arrays
        A point where the function may be evaluated.
    backend : str or Backend
        Who differentiates.
    args, argnum, inplace
        As in :func:`asdopt.jacobian`.

    Returns
    -------
    Products
        With ``values``, what the backend has of ``jvp``, ``vjp`` and ``hvp`` at flat points, and
        the dense matrices ``dense_jacobian`` and ``dense_hessian``.

    Examples
    --------
    >>> import numpy as np
    >>> products = prepare_products(lambda x: x[1:] * x[:-1], [1.0, 2.0, 3.0])
    >>> products.jvp(np.array([1.0, 2.0, 3.0]), np.eye(3)[:1])
    array([[2., 0.]])
    """
    function = FlatFunction(fun, x, args, argnum, inplace)
    return as_backend(backend).prepare(function, function.flatten(x))
