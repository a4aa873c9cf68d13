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


def written(x: Any, kind: Any) -> Any:
    found = kind(np.zeros((3, 3)))
    found[0, 0] = 2.0
    found[1, 1] = x[0] * x[1]
    found[0, 2] = x[2]
    found[2, 0] = 5.0
    return found


def plain(value: Any) -> Any:
    """Arrays of what a matrix has answered."""
    if hasattr(value, "toarray"):
        return value.toarray()
    return list(map(plain, value)) if isinstance(value, (list, tuple)) else np.asarray(value)


SETTINGS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "column": ((slice(None), 0), lambda x: x[:3, None]),
    "row": ((1, slice(None)), lambda x: x[None, :3]),
    "mask": (np.eye(3, dtype=bool), lambda x: x[:3]),
    "backwards": ((slice(None, None, -2), -1), lambda x: [x[0], 1.0]),
    "twice": (([0, 0], [1, 1]), lambda x: x[:2]),
    "sparse": ((slice(0, 2), slice(1, 3)), lambda x: sp.csr_matrix((x[:2], ([0, 1], [0, 1])))),
    "zeros": ((0, slice(None)), lambda x: 0.0),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SETTINGS)
def test_parts_are_set_as_in_scipy(kind: Any, name: str) -> None:
    key, value = SETTINGS[name]

    def fun(x: Any) -> Any:
        found = written(x, kind)
        found[key] = value(x)
        found.setdiag(x[:2], 1)
        return found.toarray()

    check_function(fun, X)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore::scipy.sparse.SparseEfficiencyWarning")
def test_no_question_is_answered_without_the_traced_entries(kind: Any) -> None:
    """Each method and operator says what SciPy's does, or refuses."""
    answered = []
    names = [n for n in dir(kind) if n[0] != "_" or n.strip("_") in {"abs", "len", "imul", "pow"}]
    for name in names:
        for args in ((), (1,), (2.0,), ((0, 2),), ((0, 2), 1.0), ((2, 2),)):

            def ask(x: Any, name: str = name, args: Any = args) -> Any:
                attribute = getattr(written(x, kind), name)
                found = attribute(*args) if callable(attribute) else attribute
                if isinstance(found, dict) or type(found).__name__.startswith("dict_"):
                    found = list(found)
                return plain(found)

            try:
                wanted = np.concatenate([np.ravel(v).astype(float) for v in flat(ask(X))])
            except (TypeError, ValueError, LookupError, AttributeError, NotImplementedError):
                continue  # not a question, or no numbers
            try:
                found = asdopt.Problem(None, asdopt.Constraint(ask, -9e9, 9e9), x0=X).constraints(X)
            except (asdopt.UnsupportedOperationError, asdopt.TracingError, asdopt.InputError):
                continue
            np.testing.assert_allclose(found, wanted, err_msg=f"{name}{args}")
            answered.append(name)
    assert {"toarray", "tocsr", "trace", "T"} & set(answered)


def flat(value: Any) -> list[Any]:
    return [v for part in value for v in flat(part)] if isinstance(value, list) else [value]


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
