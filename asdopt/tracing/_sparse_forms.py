"""Products, parts and joins of sparse matrices with traced entries, all on triplets.

Enters: matrices of which at least one is a :class:`~asdopt.tracing._sparse.TracedSparse`; the
others are sparse matrices of numbers, or dense. Leaves: a ``TracedSparse``, entries at the same
place added. Assembled matrices are products and joins: ``B.T @ sp.diags(k) @ B``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from asdopt.tracing._array_base import array, wrap
from asdopt.tracing._lift import concrete, lift
from asdopt.tracing._linear import check_sparse, is_sparse
from asdopt.tracing._matrices import as_matrix
from asdopt.tracing._nodes import constants, grouped
from asdopt.tracing._scipy_arrays import refused
from asdopt.tracing._sparse import TracedSparse
from asdopt.tracing._tape import Tape

__all__ = ["JOINS", "line", "part", "product"]

IntArray = npt.NDArray[np.intp]


class Triplets(NamedTuple):
    """Entries of a matrix: ids of nodes, or numbers where ``weights`` is given."""

    rows: IntArray
    cols: IntArray
    ids: Any
    weights: Any
    shape: tuple[int, int]
    is_matrix: bool


def _triplets(tape: Tape, matrix: Any) -> Triplets:
    if isinstance(matrix, TracedSparse):
        ids, rows, cols = matrix.triplets
        return Triplets(rows, cols, ids, None, matrix.shape, matrix.is_matrix)
    if is_sparse(matrix):
        check_sparse(tape, matrix)
        found = matrix.tocoo()
        rows, cols = (places.astype(np.intp) for places in found.coords)
        numbers = found.data.astype(np.float64)
        return Triplets(rows, cols, None, numbers, found.shape, sp.isspmatrix(matrix))
    dense = np.atleast_2d(lift(tape, matrix).ids)
    rows, cols = (places.ravel() for places in np.indices(dense.shape))
    return Triplets(rows, cols, dense.ravel(), None, dense.shape, True)


def _ids(tape: Tape, matrix: Triplets) -> Any:
    return constants(tape, matrix.weights) if matrix.ids is None else matrix.ids


def product(tape: Tape, left: Any, right: Any) -> TracedSparse:
    """Compute ``left @ right`` of two sparse matrices."""
    a, b = _triplets(tape, left), _triplets(tape, right)
    if a.shape[1] != b.shape[0]:
        raise ValueError(f"dimension mismatch: {a.shape} @ {b.shape}")
    # Each entry (i, k) of the left meets the entries (k, j) of the right.
    starts, order = grouped(b.rows, b.shape[0])
    counts = np.diff(starts)[a.cols]
    mine = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts, counts)
    its = order[starts[a.cols[mine]] + within]
    height, width = a.shape[0], b.shape[1]
    places, inverse = np.unique(a.rows[mine] * width + b.cols[its], return_inverse=True)
    groups, order = grouped(inverse, len(places))
    mine, its = mine[order], its[order]
    if a.ids is None:
        entries = tape.sums(groups, b.ids[its], a.weights[mine])
    elif b.ids is None:
        entries = tape.sums(groups, a.ids[mine], b.weights[its])
    else:
        products = array(tape, a.ids[mine]) * array(tape, b.ids[its])
        entries = tape.sums(groups, lift(tape, products).ids)
    rows, cols = np.divmod(places, max(width, 1))
    return TracedSparse(tape, entries, rows, cols, (height, width), a.is_matrix)


def line(matrix: TracedSparse, k: int, axis: int) -> TracedSparse:
    """Give the matrix of one row (axis 0) or column (axis 1)."""
    k = range(matrix.shape[axis])[k]
    ids, *places = matrix.triplets
    chosen = places[axis] == k
    shape = (1, matrix.shape[1]) if axis == 0 else (matrix.shape[0], 1)
    rows, cols = (p[chosen] - (k if i == axis else 0) for i, p in enumerate(places))
    return TracedSparse(matrix.tape, ids[chosen], rows, cols, shape, matrix.is_matrix)


def part(matrix: TracedSparse, key: Any) -> Any:
    """Give ``matrix[key]``, found by SciPy on a matrix of positions."""
    tape = matrix.tape
    ids, rows, cols = matrix.triplets
    places, inverse = np.unique(rows * matrix.shape[1] + cols, return_inverse=True)
    groups, order = grouped(inverse, len(places))
    entries = np.append(tape.sums(groups, ids[order]), constants(tape, np.zeros(1)))
    kind = sp.csr_matrix if matrix.is_matrix else sp.csr_array
    positions = np.arange(1, len(places) + 1)
    numbered = kind((positions, np.divmod(places, max(matrix.shape[1], 1))), shape=matrix.shape)
    found: Any = numbered[concrete(tape, key)]
    if not is_sparse(found):
        chosen = wrap(tape, entries[np.asarray(found) - 1])
        return as_matrix(chosen) if isinstance(found, np.matrix) else chosen
    if found.ndim == 1:
        raise refused(
            "a row or column of a sparse array with traced entries was asked for; known are its "
            "entries and matrices of two dimensions: use A[[i], :] or A.toarray()[i]"
        )
    triplets = found.tocoo()
    rows, cols = triplets.coords
    ids = entries[triplets.data - 1]
    return TracedSparse(tape, ids, rows, cols, triplets.shape, matrix.is_matrix)


def _join(tape: Tape, grid: Sequence[Sequence[Any]], is_matrix: bool | None) -> TracedSparse:
    """Put blocks side by side and below one another, None for a block of zeros."""
    blocks = [[None if b is None else _triplets(tape, b) for b in line] for line in grid]
    heights = [{b.shape[0] for b in line if b is not None} for line in blocks]
    widths = [{b.shape[1] for b in line if b is not None} for line in zip(*blocks, strict=True)]
    if any(len(sizes) != 1 for sizes in (*heights, *widths)):
        raise ValueError("the blocks of a row need one height, those of a column one width")
    tops, lefts = (
        np.cumsum([0, *(size for sizes in sides for size in sizes)]) for sides in (heights, widths)
    )
    placed = [
        (b, tops[i], lefts[j])
        for i, line in enumerate(blocks)
        for j, b in enumerate(line)
        if b is not None
    ]
    return TracedSparse(
        tape,
        np.concatenate([_ids(tape, b) for b, _, _ in placed]),
        np.concatenate([b.rows + top for b, top, _ in placed]),
        np.concatenate([b.cols + left for b, _, left in placed]),
        (int(tops[-1]), int(lefts[-1])),
        all(b.is_matrix for b, _, _ in placed) if is_matrix is None else is_matrix,
    )


def _kron(tape: Tape, left: Any, right: Any) -> TracedSparse:
    a, b = _triplets(tape, left), _triplets(tape, right)
    (m, n), (p, q) = a.shape, b.shape
    entries = np.outer(array(tape, _ids(tape, a)), array(tape, _ids(tape, b)))
    return TracedSparse(
        tape,
        lift(tape, entries).ids.ravel(),
        np.add.outer(a.rows * p, b.rows).ravel(),
        np.add.outer(a.cols * q, b.cols).ravel(),
        (m * p, n * q),
        a.is_matrix and b.is_matrix,
    )


def _diagonal_blocks(tape: Tape, blocks: Sequence[Any]) -> TracedSparse:
    size = range(len(blocks))
    return _join(tape, [[blocks[i] if i == j else None for j in size] for i in size], None)


# Functions of scipy.sparse that make one matrix of several. Options choose formats only.
JOINS: dict[str, Callable[..., TracedSparse]] = {
    "hstack": lambda tape, blocks, *_, **__: _join(tape, [list(blocks)], None),
    "vstack": lambda tape, blocks, *_, **__: _join(tape, [[b] for b in blocks], None),
    "bmat": lambda tape, blocks, *_, **__: _join(tape, blocks, None),
    "block_array": lambda tape, blocks, *_, **__: _join(tape, blocks, False),
    "block_diag": lambda tape, mats, *_, **__: _diagonal_blocks(tape, mats),
    "kron": lambda tape, A, B, *_, **__: _kron(tape, A, B),
}
