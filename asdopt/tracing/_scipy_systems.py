"""Functions of ``scipy.sparse.linalg`` that give what other functions give, by other ways.

Enters and leaves: as in ``_scipy_arrays.py``. Iterative solvers stop at their tolerance; what they
approach is the solution of the system, which is given.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse.linalg

from asdopt.tracing._scipy_arrays import FUNCTIONS, entries, expm, means, refused
from asdopt.tracing._sparse import TracedSparse

__all__: list[str] = []

_package = "scipy.sparse.linalg"


def _dense(matrix: Any) -> Any:
    return matrix.toarray() if hasattr(matrix, "toarray") else entries(matrix)


def _solution(name: str, A: Any, b: Any) -> Any:
    if hasattr(type(A), "matvec"):
        raise refused(
            f"scipy.sparse.linalg.{name} was called with a LinearOperator and traced values; known "
            "are matrices"
        )
    if isinstance(A, TracedSparse) or not hasattr(A, "toarray"):
        return np.linalg.solve(_dense(A), b)
    return FUNCTIONS[_package]["spsolve"](A.tocsc(), b)


def _iterative(name: str) -> None:
    def solve(A: Any, b: Any, x0: Any = None, **options: Any) -> tuple[Any, int]:
        found = _solution(name, A, b)
        if options.get("callback") is not None:
            raise refused(
                f"scipy.sparse.linalg.{name} was called with traced values and a callback, which "
                "would not be called: what the iterations approach is computed, not these"
            )
        if options.get("maxiter") is not None and not _converges(name, A, b, x0, options):
            raise refused(
                f"scipy.sparse.linalg.{name} was called with traced values and "
                f"maxiter={options['maxiter']}, at which it has not converged, and known is what "
                "it converges to: leave maxiter out, or write the iterations as a loop"
            )
        return found, 0

    means(_package, name)(solve)


def _converges(name: str, A: Any, b: Any, x0: Any, options: Any) -> bool:
    matrix, *vectors = (_numbers(v) for v in (_dense(A), b, x0))
    if not all(v is None or np.isfinite(v).all() for v in (matrix, *vectors)):
        return True  # no values: a trace of all points
    return bool(getattr(scipy.sparse.linalg, name)(matrix, *vectors, **options)[1] == 0)


def _numbers(value: Any) -> Any:
    return value.tape.values(value.ids) if hasattr(value, "tape") else value


for _name in (
    *("bicg", "bicgstab", "cg", "cgs", "gcrotmk", "gmres", "lgmres", "minres", "qmr", "tfqmr"),
):
    _iterative(_name)


@means(_package)
def _spsolve_triangular(
    A: Any,
    b: Any,
    lower: bool = True,
    overwrite_A: bool = False,
    overwrite_b: bool = False,
    unit_diagonal: bool = False,
) -> Any:
    if unit_diagonal:
        raise refused("scipy.sparse.linalg.spsolve_triangular with unit_diagonal=True")
    return _solution("spsolve_triangular", A, b)


@means(_package)
def _norm(x: Any, ord: Any = None, axis: Any = None) -> Any:  # noqa: A002  # SciPy's name
    if isinstance(x, TracedSparse) and axis is None and ord in (None, "fro", "f"):
        return np.sqrt(x.power(2).sum())
    return np.linalg.norm(_dense(x), ord, axis)


@means(_package)
def _expm_multiply(A: Any, B: Any, *interval: Any, **options: Any) -> Any:
    if interval or any(v is not None for k, v in options.items() if k != "traceA"):
        raise refused(
            "scipy.sparse.linalg.expm_multiply was called with traced values and an interval; "
            "known is one time: call it with A * t for each"
        )
    return expm(_dense(A)) @ B
