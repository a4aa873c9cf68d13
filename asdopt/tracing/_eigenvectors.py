"""Eigenvectors, singular vectors and eigenvalues of any matrix: NumPy's functions.

Values and signs are those that LAPACK gives at each point, derivatives those of ``_spectral.py``.
Eigenvalues of symmetric matrices and singular values are written out (``_eigenvalues.py``). Next:
``_scipy_spectral.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array import TracedArray
from asdopt.tracing._array_base import wrap
from asdopt.tracing._boxes import record
from asdopt.tracing._complex import make
from asdopt.tracing._eigenvalues import singular_values
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import Ids, constant_values, constants, decide, need_values
from asdopt.tracing._registry import implements
from asdopt.tracing._spectral import EigenSystem, EigenVectors, SingularVectors
from asdopt.tracing._stacks import map_matrices, square
from asdopt.tracing._tape import Tape

__all__ = ["eigenvectors", "general", "singular_vectors"]

# Rows and columns up to which there are vectors, and eigenvalues of any matrix.
_MAX_SIZE = 48


def _check(tape: Tape, ids: Ids, what: str) -> None:
    if max(ids.shape[-2:]) > _MAX_SIZE:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"{what} of a traced matrix of shape {ids.shape} was asked for; its vectors depend on "
            f"all entries, which is sensible up to {_MAX_SIZE} rows: state the problem by its "
            "factors, or give the derivatives with asdopt.external",
        )


def _thin_or_full(matrix: Any, full: bool) -> Any:
    return np.linalg.svd(matrix, full)


def eigenvectors(tape: Tape, ids: Ids, solve: Callable[[Any], Any], what: str) -> Any:
    """Vectors, as columns, of symmetric matrices whose lower triangles count."""
    n = ids.shape[-1]
    _check(tape, ids, what)

    def one(matrix: Ids) -> Ids:
        fixed = constant_values(tape, matrix)
        if fixed is not None or not n:
            return constants(tape, solve(np.zeros((0, 0)) if fixed is None else fixed)[1])
        return record(tape, EigenVectors(what, solve, n), matrix[np.tril_indices(n)]).reshape(n, n)

    return wrap(tape, map_matrices(one, ids))


@implements(np.linalg.eigh)
def _eigh(tape: Tape, a: Any, UPLO: str = "L") -> Any:
    ids = square(tape, a, "np.linalg.eigh")
    ids = ids.mT if UPLO.upper() == "U" else ids
    values: Any = np.linalg.eigvalsh(TracedArray(tape, ids))
    # Signs of vectors may depend on which triangle is read.
    solve = partial(np.linalg.eigh, UPLO=UPLO)
    vectors = eigenvectors(tape, ids, solve, "np.linalg.eigh")
    return np.linalg._linalg.EighResult(values, vectors)


def singular_vectors(
    tape: Tape, ids: Ids, full: bool, solve: Callable[[Any, bool], Any], what: str
) -> tuple[Any, Any]:
    """Left vectors as columns and right vectors as rows."""
    m, n = ids.shape[-2:]
    _check(tape, ids, what)
    if full and abs(m - n) > 1:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"{what} of a traced matrix of shape {(m, n)} was asked for all vectors of the longer "
            "side, of which any rotation is as good; known are those that belong to singular "
            "values: give full_matrices=False",
        )

    def one(matrix: Ids) -> Ids:
        fixed = constant_values(tape, matrix)
        if fixed is not None:
            left, _, right = solve(fixed, full)
            return constants(tape, np.append(left, right))[None]
        return record(tape, SingularVectors(what, solve, (m, n), full), matrix)[None]

    both = map_matrices(one, ids)[..., 0, :]
    p, q = (m, n) if full else (min(m, n), min(m, n))
    left = both[..., : m * p].reshape(*both.shape[:-1], m, p)
    right = both[..., m * p :].reshape(*both.shape[:-1], q, n)
    return wrap(tape, left), wrap(tape, right)


@implements(np.linalg.svd)
def _svd(
    tape: Tape,
    a: Any,
    full_matrices: bool = True,
    compute_uv: bool = True,
    hermitian: bool = False,
) -> Any:
    ids = lift(tape, a).ids
    values = singular_values(tape, ids)
    if not compute_uv:
        return values
    if hermitian:
        raise refuse(
            tape,
            UnsupportedOperationError,
            "np.linalg.svd of a traced matrix was called with hermitian=True: leave it out, or "
            "take np.linalg.eigh",
        )
    left, right = singular_vectors(tape, ids, full_matrices, _thin_or_full, "np.linalg.svd")
    return np.linalg._linalg.SVDResult(left, values, right)


# ---------------------------------------------------------------------------- any square matrix
def general(
    tape: Tape, a: Any, solve: Callable[[Any], Any], what: str, with_vectors: bool
) -> tuple[Any, Any, Any]:
    """Real and imaginary parts of eigenvalues, None where all are real, and real vectors."""
    ids = square(tape, a, what)
    need_values(tape, ids, what)
    _check(tape, ids, what)
    n = ids.shape[-1]
    if ids.ndim > 2 or not n:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"{what} of an array of shape {ids.shape} was asked for; known is one matrix",
        )
    is_real = not np.any(np.imag(solve(tape.values(ids))[0]))
    if with_vectors and not is_real:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"{what} of a traced matrix with complex eigenvalues was asked for its vectors; known "
            "are the eigenvalues: use np.linalg.eigvals",
        )
    out = record(tape, EigenSystem(what, solve, n, with_vectors), ids)
    real, imag = wrap(tape, out[:n]), wrap(tape, out[n : 2 * n])
    vectors = wrap(tape, out[2 * n :].reshape(n, n)) if with_vectors else None
    if is_real:
        # Where a pair becomes complex, the result is of another kind.
        decide(tape, lift(tape, np.sum(np.abs(imag)) == 0.0).ids, what)
        imag = None
    return real, imag, vectors


@implements(np.linalg.eig)
def _eig(tape: Tape, a: Any) -> Any:
    real, _, vectors = general(tape, a, np.linalg.eig, "np.linalg.eig", True)
    return np.linalg._linalg.EigResult(real, vectors)


@implements(np.linalg.eigvals)
def _eigvals(tape: Tape, a: Any) -> Any:
    real, imag, _ = general(tape, a, np.linalg.eig, "np.linalg.eigvals", False)
    return real if imag is None else make(tape, real, imag)


@implements(np.roots)
def _roots(tape: Tape, p: Any) -> Any:
    """Eigenvalues of the companion matrix, as NumPy computes them."""
    p = np.atleast_1d(lift(tape, p))
    if p.ndim != 1:
        raise ValueError("Input must be a rank-1 array.")
    given = np.flatnonzero(decide(tape, lift(tape, p != 0.0).ids, "np.roots"))
    if not given.size:
        return np.array([])
    zeros = len(p) - given[-1] - 1
    p = p[int(given[0]) : int(given[-1]) + 1]
    n = len(p) - 1
    if not n:
        return np.zeros(zeros)
    companion = np.concatenate([[-p[1:] / p[0]], np.eye(n - 1, n)])
    real, imag, _ = general(tape, companion, np.linalg.eig, "np.roots", False)
    roots: Any = real if imag is None else make(tape, real, imag)
    return np.concatenate([roots, np.zeros(zeros)]) if zeros else roots
