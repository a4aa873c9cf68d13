"""Products keep their linear structure, with dense and every kind of sparse constant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from asdopt._errors import AsdoptError
from asdopt._ops import SUM
from asdopt.tracing._array import TracedArray

Check = Callable[..., None]
Traced = Callable[..., Any]
FORMATS = ("csr", "csc", "coo", "dia", "bsr", "lil", "dok")
DENSE = np.array([[1.0, 0.0, -2.0], [0.0, 3.5, 0.0]])
V = np.array([0.73, -1.31, 2.17])
W = np.array([0.4, 1.9])
M = np.array([[0.71, -1.31], [0.44, -0.61], [1.97, 0.3]])


@pytest.mark.parametrize("kind", [sp.csr_array, sp.csr_matrix], ids=["array", "matrix"])
@pytest.mark.parametrize("form", FORMATS)
def test_sparse_products(form: str, kind: Any, check: Check) -> None:
    a = kind(DENSE).asformat(form)
    check(lambda x, w, m: (a @ x, a.dot(x), w @ a, a.T @ w, x @ a.T, a @ m, m.T @ a.T), V, W, M)
    check(lambda x, m: (np.exp(a @ x) * 2.0, a @ m.T.reshape(3, 2), a @ x[:, None]), V, M)


@pytest.mark.parametrize("form", FORMATS)
def test_the_star_of_a_sparse_matrix_is_its_product(form: str, check: Check) -> None:
    a = sp.csr_matrix(DENSE).asformat(form)
    check(lambda x, w, m: (a * x, w * a, a * m, a.T * w), V, W, M)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", [sp.csr_array, sp.csr_matrix], ids=["array", "matrix"])
def test_elementwise_operations_with_sparse_are_refused(
    form: str, kind: Any, traced: Traced
) -> None:
    a = kind(np.diag(V)).asformat(form)
    calls: list[Callable[[Any], Any]] = [
        lambda x: a + x, lambda x: x + a, lambda x: a - x, lambda x: x - a, lambda x: a.multiply(x),
        lambda x: a / x, lambda x: x / a, lambda x: a > x, lambda x: a.maximum(x),
        lambda x: np.add(a, x),
    ]  # fmt: skip
    if kind is sp.csr_array:
        calls += [lambda x: a * x, lambda x: x * a]
    for call in calls:
        with pytest.raises((AsdoptError, TypeError)):
            call(traced(V))


@pytest.mark.parametrize("make", [sp.csr_array, sp.csc_matrix, sp.coo_array, sp.diags_array])
def test_sparse_matrices_cannot_hold_traced_values(make: Any, traced: Traced) -> None:
    with pytest.raises((AsdoptError, TypeError, ValueError)):
        make(traced(np.diag(V)) if make is not sp.diags_array else traced(V))


def test_duplicates_and_stored_zeros_of_sparse_matrices(check: Check) -> None:
    a = sp.coo_array(([1.0, 2.0, -3.0, 0.0], ([0, 0, 1, 1], [1, 1, 2, 0])), shape=(2, 3))
    check(lambda x: (a @ x, x @ a.T, a.tocsr() @ x), V)
    plain = sp.csr_array(([1.0, 2.0], [1, 1], [0, 2]), shape=(1, 3))
    check(lambda x: plain @ x, V)
    assert plain.nnz == 2, "the user's matrix stays as it is"


def test_integer_and_boolean_sparse_matrices(check: Check) -> None:
    for dtype in (int, bool, np.float32, np.int8):
        a = sp.csr_array((DENSE != 0).astype(dtype))
        check(lambda x, a=a: a @ x, V)


def test_complex_sparse_matrices(check: Check) -> None:
    a = sp.csr_array(DENSE * (1.0 + 2.0j))
    check(lambda x: (a @ x).imag, V)
    check(lambda x: (x @ a.T).real, V)


def test_shapes_that_do_not_fit(traced: Traced) -> None:
    x = traced(V)
    for call in (
        lambda: DENSE.T @ x, lambda: sp.csr_array(DENSE.T) @ x, lambda: x @ sp.csr_array(DENSE),
        lambda: x @ np.ones((2, 3)), lambda: x @ 2.0, lambda: np.dot(x, np.ones(4)),
        lambda: np.tensordot(x, np.ones(4), 1), lambda: np.vecdot(x, np.ones(4)),
        lambda: np.einsum("i,i", x, np.ones((3, 3))), lambda: np.einsum("i->j", x),
        lambda: np.cross(x[:2], V[:2]),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"."):
            call()


def codes(array: Any) -> Any:
    return array.tape.codes(array.ids if isinstance(array, TracedArray) else np.array([array.id]))


def test_a_linear_map_is_one_sum_for_each_result(traced: Traced) -> None:
    x = traced(V)
    for product in (DENSE @ x, sp.csr_array(DENSE) @ x, np.dot(DENSE, x), x @ DENSE.T, x.sum(),
                    np.einsum("ij,j->i", DENSE, x), np.mean(x), np.trace(np.diag(x)),
                    np.tensordot(DENSE, x, 1), np.convolve(x, [1.0, 2.0], "valid")):  # fmt: skip
        found = codes(product)
        assert set(found) <= {SUM}, found


def test_what_a_linear_map_pushes(traced: Traced) -> None:
    for matrix in (DENSE, sp.csr_array(DENSE)):
        x = traced(V)
        before = len(x.tape)
        matrix @ x
        assert len(x.tape) == before + 2


def test_unit_rows_push_nothing(traced: Traced) -> None:
    x = traced(V)
    before = len(x.tape)
    picked = np.eye(3)[[2, 0]] @ x
    assert len(x.tape) == before
    assert list(picked.ids) == [2, 0]


def test_constants_inside_traced_arrays_become_weights(traced: Traced) -> None:
    x = traced(V)
    a = np.zeros_like(x, shape=(3, 3))
    a[0, 0], a[1, 2] = x[0], 2.0
    before = len(x.tape)
    result = a @ x
    # One product and no sum of it; one weighted node; a row of zeros.
    assert len(x.tape) - before == 3
    assert codes(result)[1] == SUM


def test_shape_functions_push_nothing(traced: Traced) -> None:
    x = traced(M)
    before = len(x.tape)
    for move in (np.ravel, np.transpose, np.flip, np.roll, np.tile, np.repeat, np.stack, np.split):
        move(*{np.roll: (x, 1), np.tile: (x, 2), np.repeat: (x, 2), np.stack: ([x, x],),
               np.split: (x, 3)}.get(move, (x,)))  # fmt: skip
    np.concatenate([x, x])
    np.broadcast_to(x, (2, 3, 2))
    np.where(M > 0, x, x[::-1])
    assert x[[0, 1]][:, ::-1].T.shape == (2, 2)
    assert len(x.tape) == before


def test_long_contractions_of_einsum(check: Check) -> None:
    big = np.arange(6.0).reshape(2, 3) / 5
    check(
        lambda x, m: (
            np.einsum("ij,jk,kl->il", big, m, big),
            np.einsum("ij,jk,k,i->", big, m, m[0], x[:2]),
            np.einsum("i,j->ij", x, m[:, 0]),
            np.einsum("i->", x),
            np.einsum("ij->ji", m),
            np.einsum("ij,kj->ik", m, m),
            np.einsum("i,i,i", x, x, x),
            np.einsum("...j,j", m, m[0]),
        ),
        V,
        M,
    )
