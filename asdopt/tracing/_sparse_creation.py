"""How sparse matrices of traced entries are made: the classes of ``scipy.sparse``, ``diags``.

Enters: what a function gives to ``scipy.sparse.coo_matrix``, ``csr_array``, ``diags`` and the
like, its entries traced. Leaves: a :class:`~asdopt.tracing._sparse.TracedSparse`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from asdopt._errors import UnsupportedOperationError
from asdopt.tracing._array_base import array
from asdopt.tracing._lift import lift
from asdopt.tracing._location import refuse
from asdopt.tracing._nodes import freeze
from asdopt.tracing._sparse import TracedSparse
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import check_types

__all__ = ["diagonals", "from_arguments"]


def from_arguments(tape: Tape, kind: type, args: tuple[Any, ...], kwargs: Any) -> TracedSparse:
    """Make what a class of ``scipy.sparse`` would make of traced entries."""
    name = kind.__name__
    first, shape = args[0], kwargs.get("shape", args[1] if len(args) > 1 else None)
    check_types(
        tape, f"scipy.sparse.{name}", {"dtype": kwargs.get("dtype", (*args, None, None)[2])}
    )
    form, is_matrix, ordered = name[:3], name.endswith("matrix"), False
    shares, known = form == "coo" and isinstance(first, tuple), True
    if isinstance(first, TracedSparse):
        return first.of_kind(form, is_matrix)
    if isinstance(first, tuple) and len(first) == 2 and form == "dia" and shape is not None:
        entries, rows, cols = _of_diagonals(tape, *first, shape)
    elif isinstance(first, tuple) and len(first) == 2 and isinstance(first[1], (tuple, list)):
        entries, (rows, cols) = first
    elif isinstance(first, tuple) and len(first) == 3 and form in {"csr", "csc"}:
        ordered = shares = True
        entries, inner, indptr = first
        outer = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
        rows, cols = (outer, inner) if form == "csr" else (inner, outer)
        if shape is None:
            sizes = (len(indptr) - 1, int(np.max(inner, initial=-1)) + 1)
            shape = sizes if form == "csr" else sizes[::-1]
    elif not isinstance(first, tuple) and (dense := lift(tape, first)).ndim == 2:
        shape = dense.shape
        rows, cols = (places.ravel() for places in np.indices(shape))
        entries, known = dense.ravel(), False  # SciPy stores what is not 0 at the point
    else:
        raise refuse(
            tape,
            UnsupportedOperationError,
            f"scipy.sparse.{name} was called with traced values in a form that is not known; "
            "known are (data, (rows, cols)), csr's and csc's (data, indices, indptr), dia's (data, "
            "offsets) with a shape, and a dense or sparse matrix",
        )
    rows, cols = np.asarray(rows), np.asarray(cols)
    if shape is None:
        shape = (int(rows.max(initial=-1)) + 1, int(cols.max(initial=-1)) + 1)
    ids = lift(tape, entries).ids.ravel()
    if not shares or kwargs.get("copy", (*args, False, False, False)[3]):
        ids = ids.copy()  # what is stored to the user's array later does not reach the matrix
    shape = (int(shape[0]), int(shape[1]))
    return TracedSparse(tape, ids, rows, cols, shape, is_matrix, form, ordered, known)


def _of_diagonals(tape: Tape, data: Any, offsets: Any, shape: Any) -> tuple[Any, Any, Any]:
    """Entries and places of ``A[j - offsets[k], j] = data[k, j]``."""
    lines = lift(tape, data)
    # SciPy's matrix is a view of it, this one is none: neither is to take more.
    freeze(lines.ids)
    table = lines.ids.reshape(-1, lines.shape[-1])
    k, cols = np.indices(table.shape)
    rows = cols - np.atleast_1d(offsets)[k]
    inside = (rows >= 0) & (rows < shape[0]) & (cols < shape[1])
    return array(tape, table[inside]), rows[inside], cols[inside]


def diagonals(is_matrix: bool) -> Callable[..., TracedSparse]:
    """Make the stand-in of ``scipy.sparse.diags`` or ``diags_array``."""

    def diags(
        diagonals: Any,
        offsets: Any = 0,
        shape: Any = None,
        format: Any = None,  # noqa: A002  # SciPy's name
        dtype: Any = None,
    ) -> TracedSparse:
        places = np.atleast_1d(offsets).tolist()
        lines = [diagonals] if np.ndim(offsets) == 0 and np.ndim(diagonals) == 1 else diagonals
        tape = next(line.tape for line in (diagonals, *lines) if hasattr(line, "tape"))
        check_types(tape, "scipy.sparse.diags", {"dtype": dtype})
        parts = [np.atleast_1d(lift(tape, line).ids) for line in lines]
        if shape is None:
            n = max(len(p) + abs(k) for p, k in zip(parts, places, strict=True))
            shape = (n, n)
        rows, cols, entries = [], [], []
        for ids, k in zip(parts, places, strict=True):
            length = min(shape[0] + min(k, 0), shape[1] - max(k, 0))
            if len(ids) not in (1, length):
                raise ValueError(
                    f"Diagonal length (index {k}: {len(ids)} at offset {k}) does not agree with "
                    f"array size ({shape[0]}, {shape[1]})."
                )
            entries.append(np.broadcast_to(ids, (length,)))
            rows.append(np.arange(length) - min(k, 0))
            cols.append(np.arange(length) + max(k, 0))
        return TracedSparse(
            tape,
            np.concatenate(entries),
            np.concatenate(rows),
            np.concatenate(cols),
            tuple(shape),
            is_matrix,
            format or "dia",
        )

    return diags
