"""Sparse matrices with traced entries: formats, np.matrix, and what is refused."""

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
# Two entries in the middle.
ROWS, COLS = np.array([2, 1, 1, 0]), np.array([0, 1, 1, 2])
KINDS = [
    getattr(sp, f"{form}_{kind}")
    for form in ("coo", "csr", "csc", "bsr", "dia")
    for kind in ("matrix", "array")
]


def made(x: Any, kind: Any = sp.coo_matrix) -> Any:
    return kind(sp.coo_matrix((x, (ROWS, COLS)), shape=(3, 3)))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_that_of_scipy(kind: Any) -> None:
    def fun(x: Any) -> Any:
        found = made(x, kind)
        assert isinstance(found, kind)
        assert sp.issparse(found)
        assert found.format == kind.__name__[:3]
        product = found * x[:3]
        back = [found.tocsr(), found.tocsc(), found.tocoo(), found.tocsc().T, found.tocsc().tocsr()]
        return [
            product.toarray() if sp.issparse(product) else product,
            *[(part.data**2, part.data * part.nnz) for part in back],
            found.tocoo().coords[0] * x[0],
            (found / x[:3]).toarray(),
            (2.0 * found / x[0] - found.T).toarray(),
            np.asarray(found.sum(axis=0)).ravel(),
            np.asarray(found.todense()),
            sl.spsolve(found.tocsc() + sp.eye(3), x[:3, None]),
        ]

    check_function(fun, X)


def test_entries_given_in_order_stay_in_order() -> None:
    def fun(x: Any) -> Any:
        found = sp.csr_matrix((x, [2, 0, 1, 1], [0, 2, 4, 4]), shape=(3, 3))
        return [
            found.data**2,
            found.tocsc().data ** 2,
            found.T.data,
            found.tocoo().data,
            found @ x[:3],
        ]

    check_function(fun, X)


def test_what_is_written_into_the_entries_stays() -> None:
    def fun(x: Any) -> Any:
        first = sp.csr_matrix((x, (ROWS, COLS)), shape=(3, 3))
        other = first.tocsc()
        first.data[0] = x[3] ** 2
        return [first.toarray(), other.toarray()]

    check_function(fun, X)


def test_diagonals_in_scipys_storage() -> None:
    def fun(x: Any) -> Any:
        lines = np.stack([x, x**2])
        return [
            sp.dia_matrix((lines, [0, 1]), shape=(4, 4)).toarray(),
            sp.dia_array((lines, [-1, 2]), shape=(3, 5)) @ np.arange(5.0),
            sp.dia_matrix((x, 1), shape=(4, 4)) @ x,
        ]

    check_function(fun, X)


def test_one_equation_is_solved_by_an_array() -> None:
    one = sp.csc_matrix([[2.0]])
    check_function(lambda x: sl.spsolve(one, x) * np.ones(3), X[:1])


MATRIX: dict[str, Callable[[Any], Any]] = {
    "product": lambda x: made(x).todense() * x[:3, None],
    "product from the left": lambda x: x[:3] * made(x).todense(),
    "number": lambda x: x[0] * made(x).todense(),
    "sum with a dense one": lambda x: (made(x) + np.eye(3)) * x[:3, None],
    "difference": lambda x: (np.eye(3) - made(x)) @ x[:3],
    "row of sums": lambda x: made(x).sum(axis=1) * 2.0,
    "one dimension": lambda x: made(x).sum(axis=1).flatten(),
    "function": lambda x: np.exp(made(x).todense()),
    "row": lambda x: made(x).todense()[0],
    "entries one by one": lambda x: made(x).tocsr()[[0, 1], [2, 1]] * 2.0,
}


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("name", MATRIX)
def test_what_scipy_gives_as_an_np_matrix_is_one(name: str) -> None:
    def fun(x: Any) -> Any:
        found = MATRIX[name](x)
        assert isinstance(found, np.matrix)
        assert found.shape == shape
        return found

    shape = MATRIX[name](X).shape
    check_function(fun, X)


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_an_np_matrix_becomes_an_array() -> None:
    def fun(x: Any) -> Any:
        whole = made(x).todense()
        return [
            np.array(whole) * x[:3],
            np.ravel(whole),
            whole.A1 * 2.0,
            whole.T[0, 1],
            np.linalg.det(whole),
            np.linalg.solve(whole, x[:3]),
            made(x).sum(axis=0),
            (made(x) + np.eye(3)).shape[0] * x,
        ]

    check_function(fun, X)


@pytest.mark.parametrize(
    "fun",
    [
        lambda x: (made(x) == 1.0) * x[0],
        lambda x: (made(x) + made(x)).data,
        lambda x: 1.0 / made(x),
    ],
)
def test_other_questions_are_refused(fun: Callable[[Any], Any]) -> None:
    with pytest.raises((asdopt.UnsupportedOperationError, asdopt.TracingError)):
        asdopt.jacobian(fun, X)


@pytest.mark.parametrize(
    "fun",
    [
        lambda x: sp.coo_matrix((x, (ROWS, COLS)), dtype=int).toarray(),
        lambda x: sp.csr_array(np.outer(x, x), None, np.float32).toarray(),
        lambda x: sp.diags(x, dtype=int).toarray(),
        lambda x: sp.hstack([sp.diags(x), sp.eye(4)], dtype=int).toarray(),
    ],
)
def test_types_that_would_round_are_refused(fun: Callable[[Any], Any]) -> None:
    fun(X)
    with pytest.raises(asdopt.UnsupportedOperationError, match="leave dtype out"):
        asdopt.jacobian(fun, X)


@pytest.mark.parametrize("kind", [sp.csr_matrix, sp.coo_array, sp.lil_matrix, sp.dok_array])
def test_a_matrix_that_is_scaled_in_place_is_scaled_for_all(kind: Any) -> None:
    def fun(x: Any) -> Any:
        found = kind((3, 3)) if kind.__name__[:3] in {"lil", "dok"} else made(x, kind)
        if kind.__name__[:3] in {"lil", "dok"}:
            found[0, 1], found[2, 2] = 3.0, x[0]
        other = found
        found *= 2.0
        found /= 4.0
        found *= 1.5
        return [found.toarray(), other.toarray()]

    check_function(fun, X)


def test_an_assembled_matrix_is_scaled_by_a_variable_in_place() -> None:
    def fun(x: Any) -> Any:
        found = other = sp.lil_matrix((3, 3))
        found[0, 1] = 3.0
        found *= x[0]
        found += sp.eye(3)
        found[2, 2] = 5.0
        return [found.toarray(), other.toarray()]

    def plain(x: Any) -> Any:  # SciPy's own cannot hold what is no float
        whole = np.eye(3)
        whole[0, 1], whole[2, 2] = 3.0 * x[0], 5.0
        return [whole, whole]

    value, _ = asdopt.value_and_jacobian(lambda x: np.stack(fun(x)), X)
    np.testing.assert_allclose(np.ravel(value), np.ravel(plain(X)))


@pytest.mark.parametrize("make", [sp.csr_matrix, sp.csc_array, sp.coo_matrix])
def test_entries_that_are_changed_later_reach_only_those_that_are_views(make: Any) -> None:
    def by_places(x: Any) -> Any:
        entries = x**2
        found = make((entries, (ROWS, COLS)), shape=(3, 3))
        entries[1] = 5.0
        return found.toarray()

    def of_copy(x: Any) -> Any:
        entries = x**2
        found = make((entries, (ROWS, COLS)), shape=(3, 3), copy=True)
        entries[:] = 0.0
        return found.toarray()

    def of_dense(x: Any) -> Any:
        dense = np.outer(x, x)
        found = make(dense)
        dense[0, 0] = 5.0
        return found.toarray()

    def in_order(x: Any) -> Any:
        entries = x**2
        found = sp.csr_matrix((entries, [2, 0, 1, 2], [0, 2, 3, 4]), shape=(3, 3))
        entries[1] = 5.0
        return found.toarray()

    for fun in (by_places, of_copy, of_dense, in_order):
        check_function(fun, X)


def test_diagonals_that_are_views_cannot_be_changed() -> None:
    def fun(x: Any) -> Any:
        line = x**2
        found = sp.dia_matrix((line[None, :], [0]), shape=(4, 4))
        line[1] = 5.0
        return found.toarray()

    with pytest.raises(asdopt.TracingError, match="read-only"):
        asdopt.jacobian(fun, X)


def test_products_of_entries_of_different_shapes() -> None:
    def row(x: Any) -> Any:
        return made(x).multiply(sp.csr_array([[1.0, 2.0, 3.0]])).toarray()

    check_function(row, X)
    for other in (np.ones((3, 3)), np.ones((5, 5))):
        with pytest.raises((asdopt.TracingError, ValueError), match="broadcast"):
            asdopt.jacobian(
                lambda x, o=other: sp.csr_array(x[None, :3]).multiply(sp.csr_array(o)).sum(), X
            )


def test_a_matrix_of_numbers_that_is_scaled_in_place_is_scaled_for_all() -> None:
    def fun(x: Any) -> Any:
        found = other = sp.csr_matrix(np.eye(3))
        found *= x[0]
        found /= x[1]
        return other.toarray()

    check_function(fun, X)


def test_a_matrix_that_cannot_hold_variables_is_not_scaled_in_place() -> None:
    outside = sp.dok_matrix(np.eye(3))

    def fun(x: Any) -> Any:
        found = outside
        found *= x[0]
        return found.toarray()

    with pytest.raises(asdopt.UnsupportedOperationError, match="A = A"):
        asdopt.jacobian(fun, X)


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "@": lambda a, b: a @ b,
    "*": lambda a, b: a * b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "multiply": lambda a, b: a.multiply(b),
    "dot": lambda a, b: a.dot(b),
}


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("other", ["csr_matrix", "csc_array", "dia_matrix"])
def test_what_a_product_is_depends_on_the_side_that_scipy_asks(name: str, other: str) -> None:
    """Of ``sparse matrix - sparse array`` the power is that of matrices."""
    numbers = getattr(sp, other)(np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0], [4.0, 0.0, 5.0]]))

    def fun(x: Any) -> Any:
        found = []
        for kind in (sp.csr_matrix, sp.csr_array, sp.dia_array):
            mine = made(x, kind)
            for pair in ((mine, numbers), (numbers, mine)):
                whole = OPERATIONS[name](*pair)
                dense = whole.todense()
                found += [np.asarray(dense * dense), (whole.tocsr() ** 2).toarray()]
        return found

    check_function(fun, X)


@pytest.mark.parametrize(
    "fun",
    [
        lambda x: (made(x, sp.csr_matrix) @ made(x, sp.csr_matrix)).tocsr().data,
        lambda x: x * sp.kron(sp.diags(x[:1]), sp.eye(2)).tocsr().nnz,
        lambda x: x * made(x).multiply(sp.csr_array(np.eye(3))).tocsr().nnz,
        lambda x: (made(x, sp.csr_array)[[1, 0], :]).tocsc().data,
        lambda x: abs(made(x, sp.csr_array)).data,
        lambda x: sp.csr_matrix(np.diag(x)).data,
        lambda x: x * sp.csc_array(np.tri(4) * x).nnz,
    ],
)
def test_entries_of_computed_matrices_have_no_known_order(fun: Callable[[Any], Any]) -> None:
    """SciPy leaves them as they come, and drops zeros or keeps them."""
    fun(X)
    with pytest.raises(asdopt.UnsupportedOperationError, match="how SciPy computes"):
        asdopt.jacobian(fun, X)


def test_functions_of_entries_see_each_place_once() -> None:
    def fun(x: Any) -> Any:
        signed = made(x * np.array([1.0, -1.0, 1.0, 1.0]), sp.coo_array)
        return [abs(signed).toarray(), signed.power(3).toarray(), sl.norm(signed)]

    check_function(fun, X)

    def repeated(x: Any) -> Any:
        return abs(sp.csr_matrix((x, [2, 1, 1, 0], [0, 1, 3, 4]), shape=(3, 3))).toarray()

    with pytest.raises(asdopt.UnsupportedOperationError, match="repeated or not sorted"):
        asdopt.jacobian(repeated, X)
