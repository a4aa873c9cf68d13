"""Functions of SciPy on traced arrays, written with those of NumPy.

Enters: arguments of a function of ``scipy.linalg``, ``scipy.fft`` or ``scipy.sparse``, one of them
traced; other packages and spectra of matrices stand in files of their own. Leaves: what SciPy
returns. Each function has SciPy's arguments; options that only steer SciPy's checks and memory
are ignored. Found by name in :data:`FUNCTIONS`, which ``_standins_scipy.py`` reads.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._callee import HOOK, current
from asdopt.tracing._location import refuse

__all__ = [
    "FUNCTIONS",
    "OBJECTS_SUFFICE",
    "entries",
    "expm",
    "inverse_of_solver",
    "means",
    "refused",
    "solve_triangular",
    "triangle",
]

FUNCTIONS: dict[str, dict[str, Callable[..., Any]]] = {}

# Functions of plain NumPy operations, which object arrays of traced scalars go through.
OBJECTS_SUFFICE: dict[str, frozenset[str]] = {
    "scipy.integrate": frozenset(
        {"trapezoid", "simpson", "cumulative_trapezoid", "cumulative_simpson", "romb"}
    ),
    "scipy.linalg": frozenset({"block_diag"}),
    "scipy.optimize": frozenset({"rosen", "rosen_der"}),
}


def refused(message: str) -> UnsupportedOperationError:
    """Refuse what a function of SciPy was asked for, in the trace that runs."""
    session = current()
    if session is None:
        return UnsupportedOperationError(message)
    return refuse(session.tape, UnsupportedOperationError, message)


def entries(value: Any) -> Any:
    """Array of a list of numbers; traced arrays stay."""
    return value if hasattr(value, "tape") else np.asarray(value)


def means(package: str, *names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        for name in names or (function.__name__.strip("_"),):
            FUNCTIONS.setdefault(package, {})[name] = function
        return function

    return register


_linalg = "scipy.linalg"


def _of_numpy(name: str) -> Callable[..., Any]:
    def function(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
        return getattr(np.linalg, name)(a)

    return function


for _name in ("det", "svdvals"):
    means(_linalg, _name)(_of_numpy(_name))


@means(_linalg)
def _pinv(a: Any, *, rtol: Any = None, check_finite: bool = True) -> Any:
    return np.linalg.pinv(a) if rtol is None else np.linalg.pinv(a, rtol)


def triangle(a: Any, lower: bool) -> Any:
    """Symmetric matrix of which one triangle is given."""
    half = np.tril(a) if lower else np.triu(a)
    other = np.tril(a, -1) if lower else np.triu(a, 1)
    return half + np.swapaxes(other, -1, -2)


@means(_linalg)
def _solve(
    a: Any,
    b: Any,
    lower: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    assume_a: str | None = None,
    transposed: bool = False,
) -> Any:
    if assume_a in {"sym", "her", "pos", "symmetric", "hermitian", "positive definite"}:
        a = triangle(a, lower)
        if assume_a in {"pos", "positive definite"}:
            return _cho_solve((np.linalg.cholesky(a), True), b)
    elif assume_a in {"lower triangular", "upper triangular"}:
        return solve_triangular(a, b, trans=int(transposed), lower=assume_a[0] == "l")
    elif assume_a == "diagonal":
        a = np.triu(np.tril(a))
    elif assume_a == "tridiagonal":
        a = np.triu(np.tril(a, 1), -1)
    return np.linalg.solve(np.swapaxes(a, -1, -2) if transposed else a, b)


@means(_linalg)
def _inv(
    a: Any,
    overwrite_a: bool = False,
    check_finite: bool = True,
    *,
    assume_a: str | None = None,
    lower: bool = False,
) -> Any:
    if assume_a in {None, "gen", "general"}:
        return np.linalg.inv(a)
    if assume_a == "diagonal":  # SciPy leaves the other entries as they are
        is_diagonal = np.eye(np.shape(a)[-1], dtype=bool)
        return np.where(is_diagonal, 1.0 / np.where(is_diagonal, a, 1.0), a)
    return _solve(a, np.eye(np.shape(a)[-1]), lower, assume_a=assume_a)


@means(_linalg)
def _norm(
    a: Any,
    ord: Any = None,  # noqa: A002  # NumPy's name
    axis: Any = None,
    keepdims: bool = False,
    check_finite: bool = True,
) -> Any:
    return np.linalg.norm(a, ord, axis, keepdims)


@means(_linalg)
def _cholesky(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> Any:
    return np.linalg.cholesky(triangle(a, lower), upper=not lower)


@means(_linalg)
def _cho_factor(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> Any:
    return _cholesky(a, lower), lower


@means(_linalg)
def _cho_solve(
    c_and_lower: Any, b: Any, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    c, lower = c_and_lower
    first = solve_triangular(c, b, trans=0 if lower else 1, lower=lower)
    return solve_triangular(c, first, trans=1 if lower else 0, lower=lower)


@means(_linalg)
def solve_triangular(
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    n = np.shape(a)[-1]
    a = np.tril(a) if lower else np.triu(a)
    if unit_diagonal:
        a = a - np.diag(np.diag(a)) + np.eye(n)
    if trans not in (0, "N"):
        a, lower = a.T, not lower
    if type(a) is np.ndarray:
        return np.linalg.inv(a) @ b
    rows: dict[int, Any] = {}
    for k in range(n) if lower else reversed(range(n)):
        known = sorted(rows)
        done = a[k, known] @ np.stack([rows[j] for j in known]) if known else 0.0
        rows[k] = (b[k] - done) / a[k, k]
    return np.stack([rows[k] for k in range(n)]) if n else b


def _from_bands(bands: Any, below: int, above: int) -> Any:
    """Matrix whose diagonals are the rows of ``bands``, as LAPACK stores it."""
    n = np.shape(bands)[1]
    parts = []
    for offset in range(above, -below - 1, -1):
        row = bands[above - offset]
        parts.append(np.diag(row[max(offset, 0) : n + min(offset, 0)], offset))
    return sum(parts[1:], parts[0])


@means(_linalg)
def _solve_banded(
    l_and_u: Any,
    ab: Any,
    b: Any,
    overwrite_ab: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    if sum(l_and_u) + 1 != np.shape(ab)[0]:
        raise ValueError(
            "invalid values for the number of lower and upper diagonals: l+u+1 "
            f"({sum(l_and_u) + 1}) does not equal ab.shape[0] ({np.shape(ab)[0]})"
        )
    return np.linalg.solve(_from_bands(ab, *l_and_u), b)


@means(_linalg)
def _solveh_banded(
    ab: Any,
    b: Any,
    overwrite_ab: bool = False,
    overwrite_b: bool = False,
    lower: bool = False,
    check_finite: bool = True,
) -> Any:
    width = np.shape(ab)[0] - 1
    half = _from_bands(ab, width, 0) if lower else _from_bands(ab, 0, width)
    return _cho_solve((np.linalg.cholesky(triangle(half, lower)), True), b)


@means(_linalg)
def _lstsq(
    a: Any,
    b: Any,
    cond: Any = None,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    lapack_driver: str | None = None,
) -> Any:
    x, rest, rank, spread = np.linalg.lstsq(a, b, rcond=cond)
    return x, rest[0] if np.ndim(b) == 1 and len(rest) else rest, rank, spread


@means(_linalg)
def _qr(a: Any, overwrite_a: bool = False, lwork: Any = None, mode: str = "full") -> Any:
    if mode == "r":
        return (np.linalg.qr(a, "complete")[1],)
    if mode not in {"full", "economic"}:
        raise refused(f"scipy.linalg.qr was called with traced values and mode={mode!r}")
    return tuple(np.linalg.qr(a, "reduced" if mode == "economic" else "complete"))


def _arranged(name: str) -> Callable[..., Any]:
    """Make a matrix of given entries: SciPy itself says where each goes, of stacks too."""

    def matrix(c: Any, r: Any = None) -> Any:
        import scipy.linalg

        parts = [c] if r is None else [c, r]
        counts = np.cumsum([1, *map(np.size, parts)])
        numbers = [
            np.arange(first, last).reshape(np.shape(part))
            for part, first, last in zip(parts, counts[:-1], counts[1:], strict=True)
        ]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of stacks, which another version takes otherwise
            places = getattr(scipy.linalg, name)(*numbers)
        # The first is the zero that hankel fills up with.
        return np.concatenate([np.zeros(1), *map(np.ravel, parts)])[places]

    return matrix


for _name in ("toeplitz", "circulant", "hankel"):
    means(_linalg, _name)(_arranged(_name))


_TAYLOR = 18


@means(_linalg)
def expm(a: Any) -> Any:
    """Scaling and squaring; the number of squarings is that of the point, with room to grow."""
    n = np.shape(a)[-1]
    size = np.max(np.sum(np.abs(a), axis=-2))
    halvings = 1
    while size > 0.25 * 2.0**halvings:
        halvings += 1
    scaled = a / 2.0**halvings
    result = np.eye(n) + scaled / _TAYLOR
    for k in range(_TAYLOR - 1, 0, -1):
        result = np.eye(n) + scaled @ result / k
    for _ in range(halvings):
        result = result @ result
    return result


# ---------------------------------------------------------------------------- sparse, splines
_DENSE = 3000


def inverse_of_solver(solve: Callable[[Any], Any], n: int) -> Any:
    """Matrix of a linear solver, which is dense."""
    if n > _DENSE:
        raise refused(
            f"a sparse system of {n} equations was solved for a traced right-hand side; every "
            f"entry of the solution depends on every entry of it, up to {_DENSE} are written "
            "out: make the solution y variables and state A @ y == b as constraints"
        )
    return np.asarray(solve(np.eye(n)))


@means("scipy.sparse.linalg")
def _spsolve(A: Any, b: Any, permc_spec: Any = None, use_umfpack: bool = True) -> Any:
    import scipy.sparse.linalg

    b = np.ravel(b) if np.ndim(b) == 2 and np.shape(b)[1] == 1 else b  # as SciPy has it
    if hasattr(A, "tape"):
        return np.linalg.solve(A.toarray(), b)
    n = A.shape[0]
    inverse = inverse_of_solver(lambda eye: scipy.sparse.linalg.spsolve(A, eye), n)
    return np.reshape(inverse, (n, n)) @ b


@means("scipy.interpolate")
def _splev(x: Any, tck: Any, der: int = 0, ext: int = 0) -> Any:
    from scipy.interpolate import BSpline

    if ext != 0 or not isinstance(tck, tuple):
        raise refused(
            "scipy.interpolate.splev was called at a traced point with ext or with a curve in "
            "space; known is ext=0 (extrapolation) of one function: use scipy.interpolate.BSpline"
        )
    return HOOK[BSpline(*tck)](x, der)
