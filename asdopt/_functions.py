"""Sparsity and derivatives of one plain function, without a problem around it.

Enters: a function and a point. Leaves: patterns, sparse matrices, and objects that are prepared
once and evaluated often. Six functions differentiate, in twins for Jacobian and Hessian; all take
the same arguments. Next: ``_prepared.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from asdopt._errors import EvaluationError, InputError
from asdopt._nested import NestedFunction, works_inside
from asdopt._once import hessian_once, jacobian_once
from asdopt._pattern import SparsityPattern
from asdopt._prepared import PreparedHessian, PreparedJacobian
from asdopt.backends import Backend, FlatFunction
from asdopt.backends._function import check_scalar
from asdopt.backends._narrow import has_narrow_guards
from asdopt.detection import hessian_pattern, jacobian_pattern
from asdopt.tracing._structure import Structure
from asdopt.tracing._trace import Trace

__all__ = [
    "hessian",
    "hessian_sparsity",
    "jacobian",
    "jacobian_sparsity",
    "prepare_hessian",
    "prepare_jacobian",
    "value_and_jacobian",
    "value_gradient_and_hessian",
]

FloatArray = npt.NDArray[np.float64]
# Options that say what the function is, and not how to differentiate it.
_OF_FUNCTION = frozenset({"args", "argnum", "inplace"})
Mode = Literal["global", "local"]


def jacobian_sparsity(
    fun: Callable[..., Any],
    x: Any,
    mode: Mode = "global",
    *,
    args: Any = (),
    argnum: int = 0,
    inplace: Any = None,
) -> SparsityPattern:
    """Pattern of the Jacobian of a plain function.

    Parameters
    ----------
    fun : callable
        Function of one array (and constants).
    x : array_like of float64, structure of arrays, or int
        A point, which decides branches, or the number of variables.
    mode : {"global", "local"}
        Global: valid at every point that takes the same branches; local: at x only.
    args : tuple
        Constants: ``fun`` is called as ``fun(x, *args)``.
    argnum : int
        Position of x among the positional arguments, if it is not the first.
    inplace : int, tuple of int or array_like, optional
        For functions that write their results, ``fun(out, x, *args)``: shape of ``out``, or an
        array of what ``fun`` finds in it.

    Returns
    -------
    SparsityPattern, shape (m, n)
        Row i belongs to result i of ``fun``, flattened in C order (row by row; lists and tuples
        one entry after the other); column j to variable j of x, flattened likewise.

    Examples
    --------
    >>> import asdopt
    >>> asdopt.jacobian_sparsity(lambda x: [x[0] * x[1], x[2] ** 2], 3).to_dense().astype(int)
    array([[1, 1, 0],
           [0, 0, 1]])
    """
    trace, _ = _trace(fun, x, mode, args, argnum, inplace)
    return jacobian_pattern(trace, mode=mode)


def hessian_sparsity(
    fun: Callable[..., Any],
    x: Any,
    mode: Mode = "global",
    *,
    args: Any = (),
    argnum: int = 0,
    inplace: Any = None,
) -> SparsityPattern:
    """Pattern of the Hessian of a plain function with one result; both triangles.

    Parameters
    ----------
    fun, x, mode, args, argnum, inplace
        As in :func:`jacobian_sparsity`.

    Returns
    -------
    SparsityPattern, shape (n, n)

    Examples
    --------
    >>> import asdopt
    >>> asdopt.hessian_sparsity(lambda x: x[0] * x[1] + x[2], 3).to_dense().astype(int)
    array([[0, 1, 0],
           [1, 0, 0],
           [0, 0, 0]])
    """
    trace, function = _trace(fun, x, mode, args, argnum, inplace)
    check_scalar(function, len(trace.outputs))
    return hessian_pattern(trace, mode=mode).symmetrized()


def prepare_jacobian(
    fun: Callable[..., Any],
    x: Any,
    *,
    args: Any = (),
    argnum: int = 0,
    inplace: Any = None,
    backend: str | Backend | None = None,
    pattern: Any = None,
    coloring: Any = None,
    mode: str = "auto",
) -> PreparedJacobian:
    """Prepare the sparse Jacobian of a function for evaluation at many points.

    Parameters
    ----------
    fun : callable
        Function of one array or structure of arrays (and constants).
    x : array_like of float64, or dict, named tuple, dataclass, list of these
        A point; later points have its structure, or are flat.
    args, argnum, inplace
        Constants, position of x, functions that write their results: as in
        :func:`jacobian_sparsity`. Constants stay what they were here.
    backend : str or Backend, optional
        Who differentiates: "kernels" (default; plain Python, no products), or colored products by
        "tape" (default if a pattern, coloring or mode is given), "finite_differences",
        "complex_step", "jax", "casadi", "autograd", an instance of one of `asdopt.backends` with
        options, or what was registered with :func:`asdopt.extend.backend`.
    pattern : SparsityPattern, sparse matrix, array_like of bool, or Probe, optional
        Where the matrix may be nonzero. Default: what the backend knows, else found by tracing.
        One that is too small is noticed by products along random directions, and refused.
    coloring : Coloring or array_like of int, optional
        A known coloring; checked. Default: the cheapest found.
    mode : {"auto", "measured", "forward", "reverse", "mixed"}
        Products by columns (JVPs), rows (VJPs) or both. Auto chooses by the backend's prices,
        measured by the clock.

    Returns
    -------
    PreparedJacobian
        Called with x it returns the matrix; ``values(x, out=...)`` fills an array,
        ``value_and_jacobian(x)`` adds the results of ``fun``. ``pattern``, ``coloring``, ``mode``
        and ``num_products`` say how.

    Raises
    ------
    PatternError
        No pattern is known, or the one given is too small.
    ColoringError
        The coloring given does not recover the matrix.
    MissingDependencyError
        The backend's package is not installed.

    Notes
    -----
    Branches of plain Python functions are honored: where one flips, the function is traced again,
    and the pattern grows to the union.

    Examples
    --------
    >>> import asdopt
    >>> J = asdopt.prepare_jacobian(lambda x: x[1:] * x[:-1], [1.0] * 100, backend="tape")
    >>> J
    PreparedJacobian of <lambda>: 99 × 100, 198 nonzeros
    2 JVPs instead of 100: tape, forward, distance-2 coloring
    >>> J([2.0] * 100)[0, 1]
    np.float64(2.0)
    """
    return PreparedJacobian(fun, x, args, argnum, inplace, backend, pattern, coloring, mode)


def prepare_hessian(
    fun: Callable[..., Any],
    x: Any,
    *,
    args: Any = (),
    argnum: int = 0,
    inplace: Any = None,
    backend: str | Backend | None = None,
    pattern: Any = None,
    coloring: Any = None,
    mode: str = "auto",
) -> PreparedHessian:
    """Prepare the sparse Hessian of a function with one result for evaluation at many points.

    Parameters
    ----------
    fun, x, args, argnum, inplace, backend, coloring
        As in :func:`prepare_jacobian`.
    pattern
        As there; one triangle is enough.
    mode : str
        "auto", "measured", or one of the backend's ways to make Hessian products:
        "forward_over_reverse", "reverse_over_forward", "reverse_over_reverse".

    Returns
    -------
    PreparedHessian
        Called with x it returns the matrix, both triangles; ``value_gradient_and_hessian(x)``
        adds value and gradient.

    Examples
    --------
    >>> import asdopt
    >>> asdopt.prepare_hessian(lambda x: sum((x[1:] - x[:-1]) ** 4), [1.0] * 50, backend="tape")
    PreparedHessian of <lambda>: 50 × 50, 148 nonzeros
    3 HVPs instead of 50: tape, forward over reverse, distance-2 coloring
    """
    return PreparedHessian(fun, x, args, argnum, inplace, backend, pattern, coloring, mode)


@works_inside(NestedFunction.jacobian)
def jacobian(
    fun: Callable[..., Any], x: Any, out: csr_array | None = None, **options: Any
) -> csr_array:
    """Sparse Jacobian of a function at a point.

    Parameters
    ----------
    fun : callable
        Function of one array (and constants); its results are flattened in C order.
    x : array_like of float64 or structure of arrays
    out : csr_array, optional
        A matrix returned before, whose values are overwritten.
    **options
        Those of :func:`prepare_jacobian`: args, argnum, inplace, backend, pattern, coloring, mode.

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
    if out is None and options.keys() <= _OF_FUNCTION:
        function = FlatFunction(fun, x, **options)
        recorder, outputs = function.recorded(function.flatten(x))
        if has_narrow_guards(recorder.tape):
            recorder.drop()
            return prepare_jacobian(fun, x, **options)(x)
        try:
            return jacobian_once(recorder, outputs)
        except EvaluationError:  # the prepared one says where it comes from
            return prepare_jacobian(fun, x, **options).value_and_jacobian(x)[1]
    return prepare_jacobian(fun, x, **options)(x, out)


@works_inside(NestedFunction.hessian)
def hessian(
    fun: Callable[..., Any], x: Any, out: csr_array | None = None, **options: Any
) -> csr_array:
    """Sparse Hessian of a function with one result at a point; both triangles.

    Parameters
    ----------
    fun, x, out
        As in :func:`jacobian`.
    **options
        Those of :func:`prepare_hessian`: args, argnum, inplace, backend, pattern, coloring, mode.

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
    if out is None and options.keys() <= _OF_FUNCTION:
        function = FlatFunction(fun, x, **options)
        recorder, output = function.recorded(function.flatten(x))
        check_scalar(function, output.size)
        if has_narrow_guards(recorder.tape):
            recorder.drop()
            return prepare_hessian(fun, x, **options)(x)
        try:
            return hessian_once(recorder, output)
        except EvaluationError:  # the prepared one says where it comes from
            return prepare_hessian(fun, x, **options).value_gradient_and_hessian(x)[2]
    return prepare_hessian(fun, x, **options)(x, out)


@works_inside(lambda nested: (nested.value(), nested.jacobian()))
def value_and_jacobian(
    fun: Callable[..., Any], x: Any, out: csr_array | None = None, **options: Any
) -> tuple[FloatArray, csr_array]:
    """Results of a function, flattened, and its sparse Jacobian at a point.

    Parameters
    ----------
    fun, x, out, **options
        As in :func:`jacobian`.

    Returns
    -------
    value : ndarray of float64, shape (m,)
    jacobian : csr_array of float64, shape (m, n)

    Examples
    --------
    >>> import asdopt
    >>> value, jac = asdopt.value_and_jacobian(lambda x: [x[0] * x[1]], [2.0, 3.0])
    >>> value, jac.toarray()
    (array([6.]), array([[3., 2.]]))
    """
    return prepare_jacobian(fun, x, **options).value_and_jacobian(x, out)


@works_inside(lambda nested: (nested.value()[0], nested.gradient(), nested.hessian()))
def value_gradient_and_hessian(
    fun: Callable[..., Any], x: Any, out: csr_array | None = None, **options: Any
) -> tuple[float, FloatArray, csr_array]:
    """Value, gradient and sparse Hessian of a function with one result at a point.

    Parameters
    ----------
    fun, x, out, **options
        As in :func:`hessian`.

    Returns
    -------
    value : float
    gradient : ndarray of float64, shape (n,)
    hessian : csr_array of float64, shape (n, n), both triangles

    Examples
    --------
    >>> import asdopt
    >>> value, grad, hess = asdopt.value_gradient_and_hessian(lambda x: x[0] ** 3, [2.0])
    >>> value, grad, hess.toarray()
    (8.0, array([12.]), array([[12.]]))
    """
    return prepare_hessian(fun, x, **options).value_gradient_and_hessian(x, out)


def _trace(
    fun: Callable[..., Any], x: Any, mode: Mode, args: Any, argnum: int, inplace: Any
) -> tuple[Trace, FlatFunction]:
    if isinstance(x, (int, np.integer)) and not isinstance(x, bool):
        if mode == "local":
            raise InputError(
                "a local pattern was asked for without a point; it holds at one point only: give x"
            )
        if x < 0:
            raise InputError(
                f"a pattern for {x} variables was asked for; their number cannot be negative"
            )
        structure = Structure((int(x),), size=int(x))
        function = FlatFunction(fun, structure, args, argnum, inplace)
        return function.record(None), function
    function = FlatFunction(fun, x, args, argnum, inplace)
    return function.record(function.flatten(x)), function
