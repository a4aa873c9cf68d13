"""Sparse matrices filled entry by entry, and products of sparse matrices entry by entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg as sl
from whole_functions import check_function

import asdopt

X = np.array([1.0, 2.0, 3.0, 0.5])
ELEMENT = np.array([[1.0, -1.0], [-1.0, 1.0]])
KINDS = [sp.lil_matrix, sp.dok_matrix, sp.lil_array, sp.dok_array]


def chain(x: Any, kind: Any) -> Any:
    """Displacements of a chain of springs, assembled as in textbooks."""
    stiffness = kind((4, 4))
    for e in range(3):
        for a in range(2):
            for b in range(2):
                stiffness[e + a, e + b] += x[e] * ELEMENT[a, b]
    stiffness[0, 1:] = 0
    stiffness[0, 0] = 1
    return sl.spsolve(stiffness.tocsr(), np.array([0, 0, 0, 1.0]))


def by_blocks(x: Any) -> Any:
    stiffness = sp.lil_matrix((4, 4))
    for e in range(3):
        place = np.ix_([e, e + 1], [e, e + 1])
        stiffness[place] += x[e] * ELEMENT
    stiffness.setdiag(x**2)
    stiffness[1, 2:] = x[:2]
    stiffness[:, 3] = x[3]
    shifted = (stiffness + 2 * sp.eye(4)).tocsc()
    return [
        shifted @ np.ones(4),
        stiffness.T.tocsr()[1, 0],
        stiffness.toarray(),
        stiffness[1, 2],
        stiffness[0, 2],
        sp.hstack([stiffness, shifted]).sum(),
        stiffness.copy() @ x,
    ]


def of_numbers(x: Any) -> Any:
    """SciPy's own as long as no entry is traced."""
    first, second = sp.lil_matrix((3, 3)), sp.dok_matrix((3, 3))
    first[0, 0], first[1, 2], first[2, :] = 1, 2.0, 3
    second[1, 1] = 5.0
    assert isinstance(first, sp.lil_matrix)
    assert first.T.nnz == 5
    whole = sp.kron(first, second) + sp.csr_matrix((9, 9))
    return [
        first @ x[:3],
        first.tocsr() @ x[:3],
        second @ x[:3],
        whole.sum() * x[0],
        (first.tocsr() + second) @ x[:3],
        sp.lil_matrix(np.eye(3)).dot(x[:3]),
        (first - second).toarray() @ x[:3],
    ]


def overwritten(x: Any) -> Any:
    found = sp.dok_matrix((3, 3))
    for i in range(3):
        found[i, i] = x[i] ** 2
    found[0, 1] = x[2]
    found[2, 0] = 7.0
    found[0, 1] += 1
    found[1, 0] = found[0, 1] * 2
    found[1, 1] = 4.0  # a number again
    return [found @ x[:3], found.toarray(), sp.csr_matrix(found) @ x[:3], found.multiply(x[:3])]


SPARSE = sp.random(4, 4, 0.6, random_state=0, format="csr")
DIAGONAL = sp.diags([1.0, 2.0, 0.0, 3.0])

KNOWN: dict[str, Callable[[Any], Any]] = {
    **{kind.__name__: lambda x, kind=kind: chain(x, kind) for kind in KINDS},
    "blocks": by_blocks,
    "numbers": of_numbers,
    "written twice": lambda x: [
        part.toarray() if hasattr(part, "toarray") else part for part in overwritten(x)
    ],
    "multiply": lambda x: [
        SPARSE.multiply(x) @ x,
        SPARSE.multiply(x[:, None]).toarray(),
        SPARSE.multiply(x[0]).sum(),
        DIAGONAL.multiply(sp.diags(x)).toarray(),
        sp.diags(x).multiply(sp.diags(x) + SPARSE).toarray(),
        SPARSE.multiply(2.0) @ x,
    ],
}


@pytest.mark.parametrize("name", KNOWN)
def test_assembled_matrices_are_those_of_scipy(name: str) -> None:
    check_function(KNOWN[name], X, rtol=1e-10)


def test_a_model_with_an_assembled_matrix_solves() -> None:
    """The stiffest chain of a given mass, whose optimum by the multiplier rule is uniform."""
    solution = asdopt.Problem(
        lambda x: chain(x, sp.lil_matrix)[3],
        lambda x: sum(x[:3]),
        cl=3.0,
        cu=3.0,
        x0=[0.5, 1.0, 1.5, 1.0],
        bounds=[(0.1, 5)] * 4,
    ).solve()
    np.testing.assert_allclose(solution.x[:3], 1.0, atol=1e-5)
