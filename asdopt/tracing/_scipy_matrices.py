"""Functions of matrices, matrix equations and structured matrices of ``scipy.linalg``.

Enters and leaves: as in ``_scipy_arrays.py``. Iterations are those that the point needs and two
more, since derivatives converge one behind; a guard holds that they suffice elsewhere.

References
----------
Higham, "Functions of Matrices", SIAM 2008, sections 6.3, 8.3 and 11.5.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt.tracing._callee import HOOK
from asdopt.tracing._factorizations import lu
from asdopt.tracing._lift import lift
from asdopt.tracing._nodes import decide, need_values
from asdopt.tracing._scipy_arrays import (
    FUNCTIONS,
    entries,
    expm,
    means,
    refused,
    solve_triangular,
    triangle,
)

__all__: list[str] = []

_linalg = "scipy.linalg"
_MOST = 60


# ---------------------------------------------------------------------------- factors
def _factors(a: Any, what: str) -> tuple[Any, Any]:
    """Triangles of a square matrix in one array, and the rows in their order."""
    ids = lift(a.tape, a).ids
    if ids.ndim != 2 or ids.shape[0] != ids.shape[1]:
        raise refused(
            f"{what} was called with a traced array of shape {ids.shape}; known is one square "
            "matrix: call it for each, or use np.linalg.qr"
        )
    factors, order, _ = lu(a.tape, ids, what)
    # SciPy's pivots are the largest entries at each point.
    rows, cols = np.tril_indices(len(ids), -1)
    decide(a.tape, lift(a.tape, np.abs(factors[rows, cols]) <= 1.0).ids, what)
    return factors, order


@means(_linalg)
def _lu_factor(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    factors, order = _factors(a, "scipy.linalg.lu_factor")
    pivots, now = np.arange(len(order)), list(range(len(order)))
    for k, row in enumerate(order):
        pivots[k] = p = now.index(row)
        now[k], now[p] = now[p], now[k]
    return factors, pivots


@means(_linalg)
def _lu(
    a: Any,
    permute_l: bool = False,
    overwrite_a: bool = False,
    check_finite: bool = True,
    p_indices: bool = False,
) -> Any:
    factors, order = _factors(a, "scipy.linalg.lu")
    n = len(order)
    low, up = np.tril(factors, -1) + np.eye(n), np.triu(factors)
    back = np.argsort(order)
    if permute_l:
        return low[back], up
    return (back if p_indices else np.eye(n)[:, order]), low, up


@means(_linalg)
def _lu_solve(
    lu_and_piv: Any, b: Any, trans: int = 0, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    factors, pivots = lu_and_piv
    order = np.arange(len(factors))
    for k, p in enumerate(np.asarray(pivots, dtype=int)):
        order[[k, p]] = order[[p, k]]
    if trans:
        first = solve_triangular(factors, b, trans=1)
        last = solve_triangular(factors, first, trans=1, lower=True, unit_diagonal=True)
        return last[np.argsort(order)]
    first = solve_triangular(factors, b[order], lower=True, unit_diagonal=True)
    return solve_triangular(factors, first)


# ---------------------------------------------------------------------------- functions of matrices
def _converged(a: Any, step: Callable[[Any], Any], what: str) -> Any:
    """Iterate a map of second order to its fixed point; the matrix is first of what is given."""
    tape = a[0].tape
    need_values(tape, a[0].ids, what)
    start = tape.values(a[0].ids)
    rest = 0
    for _ in range(_MOST if np.isfinite(start).all() and np.linalg.cond(start) < 1e14 else 0):
        before, a = a, step(a)
        gap = np.max(np.abs(a[0] - before[0]))
        size = np.max(np.abs(a[0]))
        moved, scale = (float(tape.values(v.id)) for v in (gap, size))
        if not np.isfinite(moved):
            break
        if moved <= 1e-7 * scale:
            rest += 1
            if rest == 3:
                decide(tape, np.asarray((gap <= 1e-7 * size).id), what)
                return a[0]
    raise refused(
        f"{what} of a traced matrix was asked for, and the iteration does not converge: the "
        "matrix has eigenvalues at or near zero or on the negative axis, where the result is "
        "complex or has no derivatives: add a regularization"
    )


def _square_root(a: Any) -> Any:
    def step(pair: Any) -> Any:
        y, z = pair
        return 0.5 * (y + np.linalg.inv(z)), 0.5 * (z + np.linalg.inv(y))

    return _converged((a, np.eye(len(a))), step, "scipy.linalg.sqrtm")


@means(_linalg)
def _sqrtm(A: Any) -> Any:
    return _square_root(A)


_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(10)


@means(_linalg)
def _logm(A: Any) -> Any:
    """Inverse scaling and squaring, with the Pade approximant in partial fractions."""
    if not hasattr(A, "tape"):  # of a traced power
        import scipy.linalg

        return scipy.linalg.logm(A)
    n, roots = len(A), 0
    while np.max(np.sum(np.abs(A - np.eye(n)), axis=0)) > 0.1:
        A, roots = _square_root(A), roots + 1
        if roots > _MOST:
            raise refused("scipy.linalg.logm of a traced matrix does not converge")
    rest = A - np.eye(n)
    parts = [
        0.5 * w * np.linalg.solve(np.eye(n) + 0.5 * (1.0 + p) * rest, rest)
        for p, w in zip(_POINTS, _WEIGHTS, strict=True)
    ]
    return 2.0**roots * sum(parts[1:], parts[0])


@means(_linalg)
def _fractional_matrix_power(A: Any, t: Any) -> Any:
    if not hasattr(t, "tape") and t == int(t):
        return np.linalg.matrix_power(A, int(t))
    return expm(t * _logm(A))


def _wave(a: Any) -> tuple[Any, Any]:
    n = len(a)
    whole = expm(np.block([[np.zeros((n, n)), a], [-a, np.zeros((n, n))]]))
    return whole[:n, :n], whole[:n, n:]


for _name, _of in {
    "cosm": lambda A: _wave(A)[0],
    "sinm": lambda A: _wave(A)[1],
    "tanm": lambda A: np.linalg.solve(*_wave(A)),
    "coshm": lambda A: 0.5 * (expm(A) + expm(-A)),
    "sinhm": lambda A: 0.5 * (expm(A) - expm(-A)),
    "tanhm": lambda A: np.linalg.solve(expm(A) + expm(-A), expm(A) - expm(-A)),
}.items():
    means(_linalg, _name)(_of)


@means(_linalg)
def _expm_frechet(
    A: Any, E: Any, method: Any = None, compute_expm: bool = True, check_finite: bool = True
) -> Any:
    n = len(A)
    whole = expm(np.block([[A, E], [np.zeros((n, n)), A]]))
    return (whole[:n, :n], whole[:n, n:]) if compute_expm else whole[:n, n:]


@means(_linalg)
def _polar(a: Any, side: str = "right") -> Any:
    if np.shape(a)[0] != np.shape(a)[1]:
        raise refused(
            "scipy.linalg.polar was called with a traced matrix that is not square; known are "
            "square ones: use np.linalg.svd"
        )

    def step(pair: Any) -> Any:
        x = pair[0]
        return (0.5 * (x + np.linalg.inv(x).T),)

    unitary = _converged((a,), step, "scipy.linalg.polar")
    rest = unitary.T @ a if side == "right" else a @ unitary.T
    return unitary, 0.5 * (rest + rest.T)


@means(_linalg)
def _orthogonal_procrustes(A: Any, B: Any, check_finite: bool = True) -> Any:
    unitary, rest = _polar((B.T @ A).T)
    return unitary, np.trace(rest)


@means(_linalg)
def _pinvh(
    a: Any,
    atol: Any = None,
    rtol: Any = None,
    lower: bool = True,
    return_rank: bool = False,
    check_finite: bool = True,
) -> Any:
    if atol is not None or rtol is not None or return_rank:
        raise refused(
            "scipy.linalg.pinvh was called with traced values and a cutoff or the rank; known is "
            "the inverse of a matrix of full rank: leave them out"
        )
    return np.linalg.pinv(triangle(a, lower))


# ---------------------------------------------------------------------------- equations
@means(_linalg)
def _solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    m, n = len(a), len(b)
    system = np.kron(a, np.eye(n)) + np.kron(np.eye(m), np.transpose(b))
    return np.linalg.solve(system, np.ravel(q)).reshape(m, n)


@means(_linalg)
def _solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    return _solve_sylvester(a, np.transpose(a), q)


FUNCTIONS[_linalg]["solve_lyapunov"] = _solve_continuous_lyapunov


@means(_linalg)
def _solve_discrete_lyapunov(a: Any, q: Any, method: Any = None) -> Any:
    n = len(a)
    return np.linalg.solve(np.eye(n * n) - np.kron(a, a), np.ravel(q)).reshape(n, n)


# ---------------------------------------------------------------------------- structured matrices
def _tridiagonal(d: Any, e: Any) -> Any:
    return np.diag(d) + np.diag(e, 1) + np.diag(e, -1)


@means(_linalg)
def _eigh_tridiagonal(
    d: Any, e: Any, eigvals_only: bool = False, select: str = "a", select_range: Any = None
) -> Any:
    if not eigvals_only or select != "a":
        raise refused(
            "scipy.linalg.eigh_tridiagonal was called with traced values for vectors or a part of "
            "the spectrum; known are all values (eigvals_only=True): use np.linalg.eigh"
        )
    return np.linalg.eigvalsh(_tridiagonal(d, e))


@means(_linalg)
def _eigvalsh_tridiagonal(d: Any, e: Any, select: str = "a", select_range: Any = None) -> Any:
    return _eigh_tridiagonal(d, e, True, select, select_range)


def _columns(c_or_cr: Any) -> Any:
    toeplitz = FUNCTIONS[_linalg]["toeplitz"]
    return toeplitz(*c_or_cr) if isinstance(c_or_cr, tuple) else toeplitz(c_or_cr)


@means(_linalg)
def _matmul_toeplitz(c_or_cr: Any, x: Any, check_finite: bool = False, workers: Any = None) -> Any:
    return _columns(c_or_cr) @ x


@means(_linalg)
def _solve_toeplitz(c_or_cr: Any, b: Any, check_finite: bool = True) -> Any:
    return np.linalg.solve(_columns(c_or_cr), b)


@means(_linalg)
def _solve_circulant(c: Any, b: Any) -> Any:
    if np.ndim(c) > 1:
        raise refused("scipy.linalg.solve_circulant was called with a traced stack of systems")
    return np.linalg.solve(FUNCTIONS[_linalg]["circulant"](entries(c)), b)


@means(_linalg)
def _companion(a: Any) -> Any:
    n = np.size(a) - 1
    below = np.diag(np.ones(n - 1), -1)
    return np.concatenate([(-a[1:] / a[0])[None], below[1:]])


@means(_linalg)
def _leslie(f: Any, s: Any) -> Any:
    below = np.concatenate([np.zeros((1, np.size(f))), HOOK[np.diag](s, -1)[1:]])
    return np.concatenate([np.reshape(f, (1, -1)), below[1:]])


@means(_linalg)
def _fiedler(a: Any) -> Any:
    return np.abs(a[..., :, None] - a[..., None, :])


@means(_linalg)
def _khatri_rao(a: Any, b: Any) -> Any:
    product = np.expand_dims(a, 1) * np.expand_dims(b, 0)
    return np.reshape(product, (-1, np.shape(a)[1]))
