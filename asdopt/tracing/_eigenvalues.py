"""Eigenvalues of symmetric matrices and singular values, by Jacobi rotations.

Every rotation is a smooth function of the entries, so that the values have exact first and second
derivatives wherever they are simple. The number of sweeps is the one that the point needs, and a
guard holds that it suffices at other points. Those of larger matrices are recorded whole
(``_large_spectra.py``).

References
----------
Golub and Van Loan, "Matrix Computations", sections 8.5 and 8.6.3.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array import TracedArray
from asdopt.tracing._boxes import record
from asdopt.tracing._large_spectra import EigenValues
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import Ids, constant_values, constants, decide, need_values
from asdopt.tracing._registry import implements
from asdopt.tracing._stacks import each_matrix, square
from asdopt.tracing._tape import Tape

__all__ = ["singular_values"]

# Rows up to which rotations are written out, and up to which there are eigenvalues at all.
_WRITTEN_OUT = 24
_MAX_SIZE = 300
_MAX_SWEEPS = 30
_TOLERANCE = 1e-14
_ENOUGH = 1e-12


@implements(np.linalg.eigvalsh)
def _eigvalsh(tape: Tape, a: Any, UPLO: str = "L") -> Any:
    ids = square(tape, a, "np.linalg.eigvalsh")
    lower = np.tril(np.ones(ids.shape[-2:], dtype=bool))
    if UPLO.upper() == "U":
        lower = lower.T
    ids = np.where(lower, ids, ids.mT)
    return each_matrix(tape, lambda m: _symmetric(tape, m), ids)


def singular_values(tape: Tape, ids: Ids) -> Any:
    """Singular values of each matrix of a stack, in descending order."""
    return each_matrix(tape, lambda m: _singular(tape, m), ids)


@implements(np.linalg.svdvals)
def _svdvals(tape: Tape, x: Any, /) -> Any:
    return singular_values(tape, lift(tape, x).ids)


def _check(tape: Tape, ids: Ids, what: str) -> None:
    need_values(tape, ids, what)
    rows = max(ids.shape) if what == "eigenvalues" else sum(ids.shape)
    if min(ids.shape) > _WRITTEN_OUT and rows > _MAX_SIZE:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"{what} of a traced matrix of shape {ids.shape} was asked for; they depend on all "
            f"entries, which is sensible up to {_MAX_SIZE} rows (and columns): state the problem "
            "by its factors, or give the derivatives with asdopt.external",
        )


def _rotation(tape: Tape, gap: Any, twice: Any) -> tuple[Any, Any, Any]:
    """Cosine, sine and tangent that annihilate ``twice / 2`` between entries ``gap`` apart."""
    root = np.sqrt(gap * gap + twice * twice)
    low = np.abs(gap) + root
    # Where both vanish nothing needs a rotation.
    direction = np.where(gap < 0.0, -1.0, 1.0)
    tangent = np.where(low > 0.0, direction * twice / low, 0.0)
    cosine = 1.0 / np.sqrt(1.0 + tangent * tangent)
    return cosine, tangent * cosine, tangent


def _zero(tape: Tape, node: Any) -> bool:
    value = constant_values(tape, np.array(node.id))
    return value is not None and bool(value == 0.0)


def _symmetric(tape: Tape, ids: Ids) -> Ids:
    _check(tape, ids, "eigenvalues")
    if len(ids) > _WRITTEN_OUT:
        return _whole(tape, ids, "eigenvalues")
    a = TracedArray(tape, ids.copy())
    n = len(a)
    size = np.linalg.norm(tape.values(ids))
    done = False
    for _ in range(_MAX_SWEEPS):
        off = tape.values(a.ids) - np.diag(np.diag(tape.values(a.ids)))
        if done or not size:
            break
        # One sweep more than the values need: the derivatives converge one behind.
        done = bool(np.linalg.norm(off) <= _TOLERANCE * size)
        for p, q in combinations(range(n), 2):
            if _zero(tape, a[p, q]):
                continue
            cosine, sine, tangent = _rotation(tape, a[q, q] - a[p, p], 2.0 * a[p, q])
            shift = tangent * a[p, q]
            a[p, p] -= shift
            a[q, q] += shift
            a[p, q] = a[q, p] = 0.0
            others = [k for k in range(n) if k not in (p, q)]
            if others:
                x, y = a[others, p], a[others, q]
                a[others, p] = a[p, others] = cosine * x - sine * y
                a[others, q] = a[q, others] = sine * x + cosine * y
    if n > 1:
        _settle(tape, a[np.triu_indices(n, 1)], TracedArray(tape, ids))
    return lift(tape, np.sort(np.diagonal(a))).ids


def _whole(tape: Tape, ids: Ids, what: str) -> Ids:
    """Ascending eigenvalues of a larger matrix, of which the lower triangle counts."""
    return record(tape, EigenValues(what, len(ids)), ids[np.tril_indices(len(ids))])


def _settle(tape: Tape, rest: Any, whole: Any) -> None:
    """Guard that the rotations suffice: what they left is nothing beside the whole."""
    enough = lift(tape, np.sum(rest * rest) <= _ENOUGH**2 * np.sum(whole * whole))
    if not decide(tape, enough.ids, "eigenvalues"):
        raise np.linalg.LinAlgError("Eigenvalues did not converge")


def _singular(tape: Tape, ids: Ids) -> Ids:
    _check(tape, ids, "singular values")
    if min(ids.shape) > _WRITTEN_OUT:
        # Those of [[0, A], [A.T, 0]] are the singular values, their negatives and zeros.
        m, n = ids.shape
        both = np.broadcast_to(constants(tape, 0.0), (m + n, m + n)).copy()
        both[m:, :m] = ids.T
        return _whole(tape, both, "singular values")[: -min(m, n) - 1 : -1]
    if ids.shape[0] < ids.shape[1]:
        ids = ids.T
    a = TracedArray(tape, ids.copy())
    n = ids.shape[1]
    done = False
    for _ in range(_MAX_SWEEPS):
        if done or n < 2:
            break
        columns = tape.values(a.ids)
        gram = columns.T @ columns
        scale = np.sqrt(np.outer(np.diag(gram), np.diag(gram)))
        off = np.abs(gram - np.diag(np.diag(gram)))
        done = bool(np.all(off <= _TOLERANCE * np.where(scale > 0, scale, 1.0)))
        for p, q in combinations(range(n), 2):
            x, y = a[:, p], a[:, q]
            inner = x @ y
            if _zero(tape, inner):
                continue
            cosine, sine, _ = _rotation(tape, y @ y - x @ x, 2.0 * inner)
            a[:, p], a[:, q] = cosine * x - sine * y, sine * x + cosine * y
    if n > 1:
        pairs = np.array(list(combinations(range(n), 2))).T
        _settle(tape, (a[:, pairs[0]] * a[:, pairs[1]]).sum(axis=0), np.sum(a * a, axis=0))
    values = np.sqrt((a * a).sum(axis=0))
    return lift(tape, np.sort(values)[::-1]).ids
