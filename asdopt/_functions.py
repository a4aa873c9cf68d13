"""Sparsity and derivatives of one plain function, without a problem around it.

Enters: a plain Python function and a point. Leaves: patterns and sparse matrices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from scipy.sparse import csr_array

from asdopt._constraints import Constraint
from asdopt._errors import InputError
from asdopt._pattern import SparsityPattern
from asdopt._problem import Problem
from asdopt.detection import hessian_pattern, jacobian_pattern
from asdopt.tracing._recorder import function_name, trace
from asdopt.tracing._structure import Structure
from asdopt.tracing._trace import Trace

__all__ = ["hessian", "hessian_sparsity", "jacobian", "jacobian_sparsity"]

Mode = Literal["global", "local"]


def jacobian_sparsity(fun: Callable[..., Any], x: Any, mode: Mode = "global") -> SparsityPattern:
    """Pattern of the Jacobian of a plain function.

    Parameters
    ----------
    fun : callable
        Function of one array.
    x : array_like of float64, structure of arrays, or int
        A point, which decides branches, or the number of variables.
    mode : {"global", "local"}
        Global: valid at every point that takes the same branches; local: at x only.

    Returns
    -------
    SparsityPattern, shape (m, n)
        Rows are the results of ``fun`` flattened in C order.

    Examples
    --------
    >>> import asdopt
    >>> asdopt.jacobian_sparsity(lambda x: [x[0] * x[1], x[2] ** 2], 3).to_dense().astype(int)
    array([[1, 1, 0],
           [0, 0, 1]])
    """
    return jacobian_pattern(_trace(fun, x, mode)[0], mode=mode)


def hessian_sparsity(fun: Callable[..., Any], x: Any, mode: Mode = "global") -> SparsityPattern:
    """Pattern of the Hessian of a plain function with one result; both triangles.

    Parameters are those of :func:`jacobian_sparsity`.

    Returns
    -------
    SparsityPattern, shape (n, n)
    """
    found, shape = _trace(fun, x, mode)
    if len(found.outputs) != 1:
        raise InputError(
            f"the Hessian of {function_name(fun)} was asked for, which returned an array of shape "
            f"{shape}; a Hessian belongs to one number: return a scalar"
        )
    return hessian_pattern(found, mode=mode).symmetrized()


def jacobian(fun: Callable[..., Any], x: Any) -> csr_array:
    """Sparse Jacobian of a plain function at a point.

    Parameters
    ----------
    fun : callable
        Function of one array; its results are flattened in C order.
    x : array_like of float64

    Returns
    -------
    csr_array of float64, shape (m, n)

    Examples
    --------
    >>> import asdopt
    >>> asdopt.jacobian(lambda x: x[1:] * x[:-1], [1.0, 2.0, 3.0]).toarray()
    array([[2., 1., 0.],
           [0., 3., 2.]])
    """
    return Problem(None, Constraint(fun), x0=x).jacobian(x)


def hessian(fun: Callable[..., Any], x: Any) -> csr_array:
    """Sparse Hessian of a plain function with one result at a point; both triangles.

    Parameters are those of :func:`jacobian`.

    Returns
    -------
    csr_array of float64, shape (n, n)

    Examples
    --------
    >>> import asdopt
    >>> asdopt.hessian(lambda x: x[0] * x[1] ** 2, [1.0, 3.0]).toarray()
    array([[0., 6.],
           [6., 2.]])
    """
    problem = Problem(fun, x0=x)
    values = problem.hessian_values(x)
    lower = problem.hessian_pattern
    off = lower.rows != lower.cols
    rows = np.concatenate([lower.rows, lower.cols[off]])
    cols = np.concatenate([lower.cols, lower.rows[off]])
    both = np.concatenate([values, values[off]])
    return csr_array((both, (rows, cols)), shape=lower.shape)


def _trace(fun: Callable[..., Any], x: Any, mode: Mode) -> tuple[Trace, tuple[int, ...]]:
    if isinstance(x, (int, np.integer)) and not isinstance(x, bool):
        if mode == "local":
            raise InputError(
                "a local pattern was asked for without a point; it holds at one point only: give x"
            )
        return trace(fun, Structure((int(x),), size=int(x)))
    structure = Structure.of(x, "x")
    return trace(fun, structure, structure.flatten(x, "x"))
