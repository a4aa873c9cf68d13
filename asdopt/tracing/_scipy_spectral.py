"""Eigenvalues, singular values and their vectors: functions of ``scipy.linalg``.

Enters and leaves: as in ``_scipy_arrays.py``. Signs of vectors are those that SciPy's function
gives with its options at each point.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from asdopt.tracing._complex import make
from asdopt.tracing._eigenvectors import eigenvectors, general, singular_vectors
from asdopt.tracing._lift import constants_only, lift
from asdopt.tracing._scipy_arrays import means, refused, triangle
from asdopt.tracing._stacks import square

__all__: list[str] = []

_linalg = "scipy.linalg"


# Functions of modules, so that what they are part of can be pickled.
def _call(name: str, options: dict[str, Any], *args: Any) -> Any:
    return getattr(importlib.import_module(_linalg), name)(*args, **options)


def _eigh_of_subset(options: dict[str, Any], subset: Any, matrix: Any) -> Any:
    """All values and vectors, those of the subset with the signs they have if asked for alone."""
    values, vectors = _call("eigh", options, matrix)
    first, last = subset
    vectors[:, first : last + 1] = _call("eigh", options | {"subset_by_index": subset}, matrix)[1]
    return values, vectors


def _eigh_of_pencil(options: dict[str, Any], low: Any, b: Any, matrix: Any) -> Any:
    """Values and vectors of ``inv(L) A inv(L).T``, with the signs of those of A and b = L L.T."""
    values, vectors = _call("eigh", options, low @ matrix @ low.T, b)
    return values, low.T @ vectors


@means(_linalg)
def _svd(
    a: Any,
    full_matrices: bool = True,
    compute_uv: bool = True,
    overwrite_a: bool = False,
    check_finite: bool = True,
    lapack_driver: str = "gesdd",
) -> Any:
    values: Any = np.linalg.svdvals(a)
    if not compute_uv:
        return values
    solve = partial(_call, "svd", {"lapack_driver": lapack_driver})
    what = "scipy.linalg.svd"
    left, right = singular_vectors(a.tape, lift(a.tape, a).ids, full_matrices, solve, what)
    return left, values, right


@means(_linalg)
def _eigh(
    a: Any,
    b: Any = None,
    *,
    lower: bool = True,
    eigvals_only: bool = False,
    subset_by_index: Any = None,
    driver: str | None = None,
    **options: Any,
) -> Any:
    values = _eigvalsh(a, b, lower=lower, subset_by_index=subset_by_index, driver=driver, **options)
    if eigvals_only:
        return values
    given = {"driver": driver, "lower": lower}
    a = triangle(a, lower)
    low = None
    solve: Callable[..., Any] = partial(_call, "eigh", given)
    if b is not None:
        b = constants_only(b)
        if b is None or subset_by_index is not None:
            raise refused(
                "scipy.linalg.eigh was asked for vectors of two traced matrices, or of two "
                "matrices and a subset; known are all vectors where b is constant, and the "
                "values: use eigvals_only=True"
            )
        b = np.asarray(triangle(b, lower))
        low = np.linalg.cholesky(b)
        a = _scaled(a, low)
        solve = partial(_eigh_of_pencil, given, low, b)
    elif subset_by_index is not None:
        solve = partial(_eigh_of_subset, given, list(subset_by_index))
    ids = square(a.tape, a, "scipy.linalg.eigh")
    vectors = eigenvectors(a.tape, ids, solve, "scipy.linalg.eigh")
    if low is not None:
        vectors = np.linalg.inv(low).T @ vectors
    if subset_by_index is not None:
        first, last = subset_by_index
        vectors = vectors[..., first : last + 1]
    return values, vectors


def _scaled(a: Any, low: Any) -> Any:
    """``inv(L) a inv(L).T``, whose eigenvalues are those of the pencil of a and ``L L.T``."""
    half = np.linalg.solve(low, a)
    return np.linalg.solve(low, np.swapaxes(half, -1, -2))


@means(_linalg)
def _eigvalsh(
    a: Any,
    b: Any = None,
    *,
    lower: bool = True,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    subset_by_index: Any = None,
    driver: str | None = None,
) -> Any:
    first, last = (0, None) if subset_by_index is None else subset_by_index
    chosen = slice(first, None if last is None else last + 1)
    a = triangle(a, lower)
    if b is None:
        return np.linalg.eigvalsh(a)[chosen]
    return np.linalg.eigvalsh(_scaled(a, np.linalg.cholesky(triangle(b, lower))))[chosen]


@means(_linalg)
def _eig(
    a: Any,
    *,
    left: bool = False,
    right: bool = True,
    overwrite_a: bool = False,
    check_finite: bool = True,
) -> Any:
    if left:
        raise refused("scipy.linalg.eig of a traced matrix was asked for left vectors")
    solve = partial(_call, "eig", {})
    real, imag, vectors = general(a.tape, a, solve, "scipy.linalg.eig", right)
    values = make(a.tape, real, imag)
    return (values, vectors) if right else values


@means(_linalg)
def _eigvals(a: Any, *, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    real, imag, _ = general(a.tape, a, partial(_call, "eig", {}), "scipy.linalg.eigvals", False)
    return make(a.tape, real, imag)
