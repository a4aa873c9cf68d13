"""Patterns of array functions: those of the scalar rules, or a stated superset.

The paper (sections 3.3 and A.4) states rules for whole arrays. Here an array function is recorded
as the scalar operations that it consists of, so that its pattern is what the scalar rules give;
each row compares it with the same formula in plain Python loops. Where the operations on the way
connect more than the formula does, the pattern is the stated superset.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt

Function = Callable[[Any], Any]
N = 9
X = np.array([2.3, 0.4, -0.5, 0.7, 3.1, 0.2, -0.6, 0.9, 2.7])
DATA = np.array([[1.0, 0.0, -2.0], [0.0, 0.0, 3.0], [0.5, 1.5, 0.0]])


def matrix(x: Any) -> Any:
    return x.reshape(3, 3)


def loop_matmul(a: Any, b: Any) -> list[Any]:
    n = len(b)
    return [
        sum(a[i][k] * b[k][j] for k in range(n) if not _zero(a[i][k]) and not _zero(b[k][j]))
        for i in range(len(a))
        for j in range(len(b[0]))
    ]


def _zero(value: Any) -> bool:
    return type(value) is float and value == 0.0


def loop_det(a: Any) -> Any:
    return (
        a[0][0] * (a[1][1] * a[2][2] - a[1][2] * a[2][1])
        - a[0][1] * (a[1][0] * a[2][2] - a[1][2] * a[2][0])
        + a[0][2] * (a[1][0] * a[2][1] - a[1][1] * a[2][0])
    )


def rows(x: Any) -> list[list[Any]]:
    return [[x[3 * i + j] for j in range(3)] for i in range(3)]


def transposed(x: Any) -> list[list[Any]]:
    return [[x[3 * j + i] for j in range(3)] for i in range(3)]


# Array function, the same in loops over numbers.
EQUAL: dict[str, tuple[Function, Function]] = {
    "matmul": (
        lambda x: matrix(x) @ matrix(x).T,
        lambda x: loop_matmul(rows(x), transposed(x)),
    ),
    "constant @ x": (
        lambda x: DATA @ matrix(x),
        lambda x: loop_matmul(DATA.tolist(), rows(x)),
    ),
    "x @ constant": (
        lambda x: matrix(x) @ DATA,
        lambda x: loop_matmul(rows(x), DATA.tolist()),
    ),
    "stack": (
        lambda x: np.stack([matrix(x), matrix(x).T]) @ DATA,
        lambda x: loop_matmul(rows(x), DATA.tolist()) + loop_matmul(transposed(x), DATA.tolist()),
    ),
    "einsum": (
        lambda x: np.einsum("ij,kj->ik", matrix(x), DATA),
        lambda x: loop_matmul(rows(x), DATA.T.tolist()),
    ),
    "dot": (lambda x: x[:3] @ x[3:6], lambda x: sum(x[k] * x[3 + k] for k in range(3))),
    "trace": (
        lambda x: np.trace(matrix(x) @ DATA),
        lambda x: sum(x[3 * i + k] * DATA[k, i] for i in range(3) for k in range(3) if DATA[k, i]),
    ),
    "outer": (
        lambda x: np.outer(x[:3], x[3:6]),
        lambda x: [x[i] * x[3 + j] for i in range(3) for j in range(3)],
    ),
    "det": (lambda x: np.linalg.det(matrix(x)), lambda x: loop_det(rows(x))),
    "1-norm": (lambda x: np.linalg.norm(x, 1), lambda x: sum(abs(v) for v in x)),
    "norm": (lambda x: np.linalg.norm(x), lambda x: sum(v * v for v in x) ** 0.5),
    "infinity norm": (lambda x: np.linalg.norm(x, np.inf), lambda x: max(abs(v) for v in x)),
    "diag": (
        lambda x: np.linalg.det(np.diag(x[:3])),
        lambda x: x[0] * x[1] * x[2],
    ),
    "cumsum": (lambda x: np.cumsum(x), lambda x: [sum(x[: k + 1]) for k in range(N)]),
    "convolve": (
        lambda x: np.convolve(x, [1.0, 0.0, 2.0], "valid"),
        lambda x: [2.0 * x[k] + x[k + 2] for k in range(N - 2)],
    ),
    "gradient": (
        lambda x: np.gradient(x),
        lambda x: [
            x[1] - x[0],
            *[0.5 * (x[k + 1] - x[k - 1]) for k in range(1, N - 1)],
            x[N - 1] - x[N - 2],
        ],
    ),
    "kron": (
        lambda x: np.kron(x[:2], x[2:4]),
        lambda x: [x[i] * x[2 + j] for i in range(2) for j in range(2)],
    ),
}


@pytest.mark.parametrize("name", EQUAL)
def test_patterns_equal_those_of_scalar_rules(name: str) -> None:
    """Jacobian, and Hessian of each result."""
    whole, loops = EQUAL[name]
    assert asdopt.jacobian_sparsity(whole, N) == asdopt.jacobian_sparsity(loops, N)
    count = asdopt.jacobian_sparsity(whole, N).shape[0]
    for k in range(count):
        found = asdopt.hessian_sparsity(lambda x, k=k: np.ravel(whole(x))[k], N)
        assert found == asdopt.hessian_sparsity(lambda x, k=k: np.ravel(loops(x))[k], N)


# Every result depends on every entry, in second order on every pair: the paper's rule (OR2).
FULL: dict[str, Function] = {
    "inv": lambda x: np.linalg.inv(matrix(x)),
    "solve": lambda x: np.linalg.solve(matrix(x), np.ones(3)),
    "pinv": lambda x: np.linalg.pinv(matrix(x)),
    "slogdet": lambda x: np.linalg.slogdet(matrix(x))[1],
    "eigvalsh": lambda x: np.linalg.eigvalsh(matrix(x) + matrix(x).T),
    "svdvals": lambda x: np.linalg.svdvals(matrix(x)),
    "2-norm": lambda x: np.linalg.norm(matrix(x), 2),
    "cholesky": lambda x: np.linalg.cholesky(matrix(x) @ matrix(x).T),
    "cond": lambda x: np.linalg.cond(matrix(x)),
}


@pytest.mark.parametrize("name", FULL)
def test_patterns_of_factorizations_lie_between_the_numbers_and_the_paper(name: str) -> None:
    """Every true nonzero is in them; they have at most what the paper's rule has, everything."""
    function = FULL[name]
    found = asdopt.jacobian_sparsity(function, X)
    dense = asdopt.jacobian(function, X).toarray()
    step = 1e-5
    for j in range(N):
        moved = X.copy()
        moved[j] += step
        column = (np.ravel(function(moved)) - np.ravel(function(X))) / step
        np.testing.assert_allclose(dense[:, j], column, atol=2e-3 * max(1, np.abs(column).max()))
        assert found.to_dense()[np.abs(column) > 1e-4, j].all()
    for k in range(found.shape[0]):
        row = found.to_dense()[k].astype(bool)
        second = asdopt.hessian_sparsity(lambda x, k=k: np.ravel(function(x))[k], X)
        outside = ~np.outer(row, row)
        assert not second.to_dense().astype(bool)[outside].any()
        true = asdopt.hessian(lambda x, k=k: np.ravel(function(x))[k], X).toarray()
        assert second.to_dense().astype(bool)[np.abs(true) > 1e-9].all()


def test_local_patterns_know_zeros_of_factors() -> None:
    """A row that is zero at the point passes no dependence on."""
    x = np.where(np.arange(9) < 3, 0.0, X)
    local = asdopt.jacobian_sparsity(lambda x: x[:3] @ x[3:6], x, mode="local")
    np.testing.assert_array_equal(local.cols, [0, 1, 2])
