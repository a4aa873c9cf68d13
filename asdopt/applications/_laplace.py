"""Uncertainty of estimates: Fisher information, and Laplace's approximation of a density.

Enters: a model of data, or the negative logarithm of a density and its minimum. Leaves: sparse
information matrices, determinants and standard deviations, without a dense covariance matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, diags_array

from asdopt._constraints import Constraint
from asdopt._errors import InputError
from asdopt._problem import Problem
from asdopt.applications._equations import Equations
from asdopt.applications._linear import pivots, symmetric_decomposition

__all__ = ["Laplace", "fisher_information", "laplace_approximation"]

FloatArray = npt.NDArray[np.float64]


def fisher_information(
    mean: Callable[..., Any], x: Any, sigma: npt.ArrayLike = 1.0, *, parameters: Any = None
) -> csc_array:
    """Fisher information of x from measurements ``mean(x)`` with independent Gaussian errors.

    It is ``J' diag(1 / sigma**2) J`` with J the sparse Jacobian of ``mean``: the expected Hessian
    of the negative log-likelihood.

    Parameters
    ----------
    mean : callable
        Plain Python function: expected values of the measurements.
    x : array_like or structure of arrays
        Where the information is wanted.
    sigma : array_like of float64, default 1.0
        Standard deviation of each measurement, a number or shape (m,).
    parameters : optional
        Data; ``mean`` is then called as ``mean(x, parameters)``.

    Returns
    -------
    csc_array, shape (n, n)

    Examples
    --------
    >>> import asdopt
    >>> line = lambda x: [x[0], x[0] + x[1], x[0] + 2 * x[1]]
    >>> asdopt.applications.fisher_information(line, [1.0, 0.5], sigma=0.5).toarray()
    array([[12., 12.],
           [12., 20.]])
    """
    problem = Equations(None, Constraint(mean, -np.inf, np.inf), x0=x, parameters=parameters)
    J = diags_array(_precisions(sigma, problem.m)) @ problem.jacobian(problem.x0)
    return csc_array(J.T @ J)


def _precisions(sigma: npt.ArrayLike, size: int) -> FloatArray:
    """Return one over the standard deviations, shape (size,)."""
    given = np.asarray(sigma)
    if (
        given.shape not in {(), (size,)}
        or given.dtype.kind not in "iuf"
        or not (given > 1e-150).all()
    ):
        raise InputError(
            f"fisher_information() was given sigma of shape {given.shape} and dtype "
            f"{given.dtype}: standard deviations are positive, one number or one for each of "
            f"{size} measurements."
        )
    return np.broadcast_to(1.0 / given, (size,))


class Laplace:
    """Gaussian approximation of a density ``exp(-fun(x))`` around its mode.

    Made by `laplace_approximation`.

    Attributes
    ----------
    mode : ndarray of float64, shape (n,)
        The mode, flat.
    precision : csc_array, shape (n, n)
        Hessian of ``fun`` there: the inverse of the covariance matrix.
    log_determinant : float
        Logarithm of the determinant of ``precision``.
    log_normalizer : float
        Approximation of the logarithm of the integral of ``exp(-fun(x))``: the log evidence if
        ``fun`` is the negative logarithm of likelihood times prior.
    """

    def __init__(
        self, mode: FloatArray, precision: csc_array, value: float, lu: Any, scale: FloatArray
    ) -> None:
        self.mode = mode
        self.precision = precision
        # the decomposition of diag(scale) @ precision @ diag(scale)
        self._lu = lu
        self._scale = scale
        self.log_determinant = float(np.log(pivots(lu)).sum() - 2.0 * np.log(scale).sum())
        self.log_normalizer = (
            -value + 0.5 * mode.size * float(np.log(2.0 * np.pi)) - 0.5 * self.log_determinant
        )

    def covariance(self, indices: npt.ArrayLike) -> FloatArray:
        """Return the covariance of some variables with each other, shape (k, k).

        One sparse solve for each of them, and memory for n of its numbers at a time.
        """
        chosen = self._checked(indices)
        columns = [self._column(int(j))[chosen] for j in chosen]
        return np.array(columns).reshape(chosen.size, chosen.size)

    def standard_deviations(self, indices: npt.ArrayLike | None = None) -> FloatArray:
        """Return the marginal standard deviations of some variables, of all by default.

        One sparse solve for each: n of them, of the cost of a sparse triangular solve, for all.
        """
        chosen = np.arange(self.mode.size) if indices is None else self._checked(indices)
        return np.sqrt([self._column(int(j))[j] for j in chosen])

    def _column(self, j: int) -> FloatArray:
        unit = np.zeros(self.mode.size)
        unit[j] = self._scale[j]
        return np.asarray(self._scale * self._lu.solve(unit))

    def _checked(self, indices: npt.ArrayLike) -> npt.NDArray[np.intp]:
        chosen = np.atleast_1d(np.asarray(indices))
        n = self.mode.size
        if chosen.size == 0:
            chosen = chosen.astype(np.intp)
        if (
            chosen.ndim != 1
            or chosen.dtype.kind not in "iu"
            or ((chosen < 0) | (chosen >= n)).any()
        ):
            raise InputError(
                f"Variables {indices!r} were asked for: give integers from 0 to {n - 1}, places "
                "in the flat x."
            )
        return chosen.astype(np.intp)


def laplace_approximation(
    fun: Callable[..., Any],
    mode: Any,
    *,
    parameters: Any = None,
    tol: float = 1e-5,
    names: Sequence[str] | None = None,
) -> Laplace:
    """Approximate the density ``exp(-fun(x))`` by a Gaussian around its mode.

    Parameters
    ----------
    fun : callable
        Plain Python function that returns one number: the negative logarithm of a density, known
        up to a constant or not.
    mode : array_like or structure of arrays
        A local minimum of ``fun``, such as the x of a `asdopt.minimize`.
    parameters : optional
        Data; ``fun`` is then called as ``fun(x, parameters)``.
    tol : float, default 1e-5
        Largest entry of the gradient that is taken for zero, relative to ``1 + |fun|``.
    names : sequence of str, optional
        Names of the variables, for messages.

    Returns
    -------
    Laplace

    Raises
    ------
    InputError
        The gradient is not zero at the mode, or the Hessian is not positive definite there.

    Notes
    -----
    One sparse Hessian and one sparse decomposition, whose pivots give the determinant; each
    standard deviation asked for costs one sparse solve more.

    Examples
    --------
    >>> import asdopt
    >>> nll = lambda x: 0.5 * (x[0] - 1.0) ** 2 / 0.09 + 0.5 * (x[1] - x[0]) ** 2 / 0.16
    >>> density = asdopt.applications.laplace_approximation(nll, [1.0, 1.0])
    >>> density.standard_deviations().round(6).tolist()
    [0.3, 0.5]
    """
    problem = Problem(fun, x0=mode, parameters=parameters, names=names)
    x = problem.x0
    value = problem.objective(x)
    gradient = problem.gradient(x)
    worst = int(np.abs(gradient).argmax()) if x.size else 0
    if x.size and abs(gradient[worst]) > tol * (1.0 + abs(value)):
        raise InputError(
            "laplace_approximation() was given a point that is no minimum: the derivative by "
            f"{problem.names[worst]} is {gradient[worst]:.3g}. The approximation is one around a "
            "mode: minimize fun first, or raise tol."
        )
    lower = csc_array(problem.hessian(x))
    precision = csc_array(lower + lower.T - diags_array(lower.diagonal()))
    # With a diagonal of ones, so that units of the variables do not matter.
    diagonal = precision.diagonal()
    scale = 1.0 / np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0))
    scaled = diags_array(scale) @ precision @ diags_array(scale)
    lu = symmetric_decomposition(scaled) if (diagonal > 0.0).all() else None
    if lu is None or not (pivots(lu) > 1e-14).all():
        flat = np.flatnonzero(precision.diagonal() <= 0)
        where = f", which is no minimum in {problem.names[int(flat[0])]}" if flat.size else ""
        raise InputError(
            "laplace_approximation() found a Hessian that is not positive definite at the mode"
            f"{where}: the density has no width in some direction. Add a prior or data that fix "
            "all variables, or move on to a minimum."
        )
    return Laplace(x.copy(), precision, value, lu, scale)
