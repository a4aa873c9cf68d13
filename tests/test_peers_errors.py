"""What other systems get wrong without a word: each silent error of theirs is a test here.

The systems are named where the error was seen; every expectation is computed without asdopt.
"""

from __future__ import annotations

import math
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pytest
from scipy import optimize, sparse

import asdopt
from asdopt import extend

X = np.array([1.2, 0.7, 2.3])


def numeric(fun: Any, x: np.ndarray) -> np.ndarray:
    """Jacobian by differences of fourth order of the plain function."""
    h = 1e-3

    def at(k: int, unit: np.ndarray) -> np.ndarray:
        return np.asarray(fun(x + k * h * unit), dtype=float).reshape(-1)

    columns = [
        (8 * (at(1, e) - at(-1, e)) - at(2, e) + at(-2, e)) / (12 * h) for e in np.eye(len(x))
    ]
    return np.stack(columns, axis=1)


def assert_right(fun: Any, *points: Any) -> None:
    """Values and Jacobian of a function traced at the first point, at all of them."""
    problem = asdopt.Problem(None, asdopt.Constraint(fun, -np.inf, np.inf), x0=points[0])
    for point in map(np.asarray, points):
        np.testing.assert_allclose(
            problem.constraints(point), np.reshape(fun(point.copy()), -1), rtol=1e-13
        )
        np.testing.assert_allclose(
            problem.jacobian(point).toarray(), numeric(fun, point), rtol=1e-8, atol=1e-8
        )


# ------------------------------------------------------------------------------ expression graphs
def test_a_subexpression_used_twice_is_not_changed_by_its_uses() -> None:
    """PyOptInterface: both results become 6 c."""

    def fun(x: Any) -> Any:
        c = x[0] * np.cos(x[0]) * x[1]
        return [2.0 * c, 3.0 * c]

    assert_right(fun, X)


def test_a_sum_used_twice_is_not_changed_by_its_uses() -> None:
    """The same with additions, in place and not."""

    def fun(x: Any) -> Any:
        s = x[0] + x[1]
        t = s
        t += x[2]
        return [s + 1.0, s + x[2], t * s, sum([s, t, s])]

    assert_right(fun, X)


def test_both_branches_of_an_if_are_followed() -> None:
    """PyOptInterface: the truth of a comparison is always True."""

    def fun(x: Any) -> Any:
        if x[0] > 0:
            return x[0] ** 2
        return x[1] * x[2] if x[1] > 0 else -x[2]

    assert_right(fun, X, -X, X * [-1, 1, 1])


def test_where_heeds_its_condition() -> None:
    """PyOptInterface: np.where gives its second argument everywhere."""
    assert_right(lambda x: np.where(x > 0, x, -(x**2)), X, -X, X * [1, -1, 1])


def test_mathematical_functions_of_numpy_take_traced_values() -> None:
    """PyOptInterface: TypeError, or NotImplemented returned as a value."""
    assert_right(lambda x: np.sin(x[0]) + np.tanh(x[1]) + np.arctan2(x[0], x[2]), X)


# ------------------------------------------------------------------------------------ array meaning
def test_a_boolean_mask_selects() -> None:
    """CasADi: read as the indices 1, 0, 1."""
    mask = np.array([True, False, True])
    assert_right(lambda x: x[mask], X)
    assert_right(lambda x: np.where(mask, x, 0.0) + x * ~mask, X)


def test_broadcasting_of_a_column_and_a_row() -> None:
    """CasADi: two dimensions only, (3, 1) * (1, 3) fails or multiplies as matrices."""
    assert_right(lambda x: (x[:, None] * x[None, :])[:, :, None] + x, X)


def test_length_iteration_and_sums_of_a_vector() -> None:
    """CasADi: len(), iteration, x.sum(), einsum and np.add.at fail or count columns."""

    def fun(x: Any) -> Any:
        out = np.zeros(2)
        np.add.at(out, [0, 1, 0], x)
        return [len(x) * x[0], x.sum(), sum(v * v for v in x), np.einsum("i,i->", x, x), *out]

    assert_right(fun, X)


def test_a_sparse_matrix_of_traced_values_keeps_them() -> None:
    """SparseConnectivityTracer: an empty pattern."""

    def fun(x: Any) -> Any:
        matrix = sparse.csr_array((x, ([0, 1, 2], [1, 2, 0])), shape=(3, 3))
        return matrix @ np.ones(3)

    np.testing.assert_array_equal(asdopt.jacobian_sparsity(fun, X).to_dense(), np.eye(3))


def test_indices_beyond_the_end_are_clipped_where_asked() -> None:
    """asdex: an entry is lost."""

    def fun(x: Any) -> Any:
        out = np.zeros(3)
        np.put(out, [0, 1, 5], x * x, mode="clip")
        return np.concatenate([out, np.take(x, [0, 7], mode="clip"), np.take(x, [4], mode="wrap")])

    assert_right(fun, X)


# ----------------------------------------------------------- functions called with different things
def _product(a: Any, b: Any) -> Any:
    return a * b


def test_a_function_called_twice_remembers_no_constants() -> None:
    """asdex: constants of the first call serve in the second."""
    zeros, ones = np.zeros(3), np.ones(3)
    assert_right(lambda x: _product(zeros, x) + _product(x, ones), X)
    assert_right(lambda x: _product(x, zeros) + _product(ones, x) + _product(x, x), X)


def test_a_cached_function_remembers_no_constants() -> None:
    """The same with a cache of the user."""

    @lru_cache
    def weight(k: int) -> float:
        return math.exp(-k)

    @lru_cache
    def scaled(k: int, v: float) -> float:
        return math.sin(v) * weight(k)

    assert_right(lambda x: [scaled(1, 2.0) * x[0], weight(2) * x[1], scaled(1, 3.0) * x[2]], X)


def test_where_with_a_constant_and_with_a_traced_condition() -> None:
    """asdex: the constant condition of the first serves in the second."""

    def fun(x: Any) -> Any:
        return np.concatenate([np.where(np.zeros(3, bool), x, 0 * x), np.where(x > 1.5, x, 0 * x)])

    assert_right(fun, X, X[::-1].copy())


def test_a_flux_of_data_and_of_variables() -> None:
    """asdex: 0 of 6 entries are found."""

    def flux(w: Any, u: Any) -> Any:
        return w * (np.roll(u, 1) - u)

    assert_right(lambda u: np.concatenate([flux(np.zeros(3), u), flux(u, u)]), X)


def test_a_constant_and_then_a_traced_index() -> None:
    """asdex: the index of the first call serves in the second."""

    def pick(v: Any, i: int) -> Any:
        return v[i] ** 2

    assert_right(lambda x: [pick(x, 0), pick(x, int(x[2])), pick(x, 1)], X, X[[0, 2, 1]])


def test_functions_made_in_a_loop_keep_their_variable() -> None:
    """asdex: variables of a loop's condition and of its body are exchanged."""

    def fun(x: Any) -> Any:
        limit, step = x[0], x[1]
        late = [lambda v: v * k for k in range(3)]  # noqa: B023  # all see the last k
        early = [lambda v, k=k: v * k for k in range(3)]
        total = 0.0 * limit
        while total < limit:
            total = total + step * step
        return [total, *(f(x[2]) for f in [*late, *early, partial(_product, 3.0)])]

    assert_right(fun, X, X * [1.5, 1.1, 1.0])


# -------------------------------------------------------------------------------------- rules
def test_a_rule_of_the_user_is_followed() -> None:
    """asdex: the function behind a custom rule is differentiated instead."""
    through = extend.operator(np.round, np.ones_like, None)
    problem = asdopt.Problem(
        None, asdopt.Constraint(lambda x: through(x) * x[0], -np.inf, np.inf), x0=X
    )
    np.testing.assert_allclose(problem.constraints(X), np.round(X) * X[0])
    np.testing.assert_allclose(
        problem.jacobian(X).toarray(),
        np.eye(3) * X[0] + np.outer(np.round(X), [1.0, 0.0, 0.0]),
    )


def test_given_derivatives_of_a_black_box_are_used() -> None:
    """And not differences of it."""
    box = asdopt.external(
        lambda v: float(np.round(v)), jac=lambda v: [[5.0]], hess=lambda v, w: [[7.0]]
    )
    problem = asdopt.Problem(lambda x: box(x[0]), x0=[1.2])
    assert problem.gradient([1.2]) == 5.0
    assert problem.hessian([1.2]).toarray() == 7.0


def test_a_wrong_pattern_of_a_black_box_is_told() -> None:
    """pounce: a wrong pattern made by hand is a wrong answer, not an error."""
    box = asdopt.external(
        lambda v: v[:1] * v[1:], jac=lambda v: [[v[1], v[0]]], jac_sparsity=[[1, 0]]
    )
    with pytest.raises(asdopt.AsdoptError, match="would be lost"):
        asdopt.Problem(
            None, asdopt.Constraint(lambda x: box(x[:2]), -np.inf, np.inf), x0=X
        ).jacobian(X)


def test_the_remainder_with_operands_around_zero() -> None:
    """SparseConnectivityTracer: the local pattern of mod is wrong for x < 0 < y."""

    def fun(x: Any) -> Any:
        return [x[0] % x[1], np.mod(x[0], x[1]), np.fmod(x[0], x[1]), x[1] % x[0]]

    x = np.array([-5.3, 2.1])
    expected = numeric(fun, x)
    found = asdopt.jacobian_sparsity(fun, x, mode="local").to_dense()
    assert np.array_equal(found, np.abs(expected) > 1e-6)
    assert_right(fun, x, -x, np.array([5.3, 2.1]))


def test_the_pattern_does_not_hang_on_the_values_at_the_start() -> None:
    """cyipopt.minimize_ipopt: entries that are zero at x0 are lost for good."""

    def fun(x: Any) -> Any:
        return [
            x[0] * x[1],
            np.abs(x[2]),
            np.maximum(x[0], x[1]),
            np.sign(x[0]) * x[0],
            0 ** x[2] + x[1],
        ]

    at_zero = np.array([0.0, 0.0, 0.3])
    problem = asdopt.Problem(None, asdopt.Constraint(fun, -np.inf, np.inf), x0=at_zero)
    np.testing.assert_allclose(problem.jacobian(X).toarray(), numeric(fun, X), atol=1e-8)
    assert set(zip(*problem.jacobian_structure(), strict=True)) >= {
        (0, 0),
        (0, 1),
        (2, 0),
        (2, 1),
        (3, 0),
    }


def test_zeros_among_parameters_hide_no_entries() -> None:
    """Systems that drop 0 * x lose them when the parameter changes."""
    fun = asdopt.Constraint(
        lambda x, p: [p[0] * x[0], x[1] ** p[1], p[0] * x[0] * x[1] + p[2]], -np.inf, np.inf
    )
    problem = asdopt.Problem(None, fun, x0=X, parameters=[0.0, 1.0, 0.0])
    problem.parameters = [3.0, 2.5, 1.0]
    np.testing.assert_allclose(
        problem.jacobian(X).toarray(),
        [[3, 0, 0], [0, 2.5 * 0.7**1.5, 0], [3 * 0.7, 3 * 1.2, 0]],
    )
    lower = problem.hessian(X, np.ones(3), 0.0).toarray()
    np.testing.assert_allclose(lower, [[0, 0, 0], [3, 2.5 * 1.5 * 0.7**0.5, 0], [0, 0, 0]])


def test_the_hessian_of_a_quotient_is_not_taken_for_dense() -> None:
    """MathOptInterface: 55 entries in place of 19."""
    x = np.arange(1.0, 11.0)
    assert asdopt.Problem(lambda x: sum(x) / x[0], x0=x).hessian_pattern.nnz == 10


def test_rows_and_columns_of_zeros_at_the_end() -> None:
    """SparseDiffTools: a wrong size where the last row or column is empty."""
    problem = asdopt.Problem(
        None, asdopt.Constraint(lambda x: [x[0] * x[1], 4.0], -np.inf, np.inf), x0=X
    )
    assert problem.jacobian(X).shape == (2, 3)
    assert problem.hessian(X, [1.0, 1.0]).shape == (3, 3)


# ----------------------------------------------------------------------------- the problem layer
def _nonlinear(**kwargs: Any) -> optimize.NonlinearConstraint:
    return optimize.NonlinearConstraint(lambda x: x[0] ** 2 * x[1], 0.5, 4.0, **kwargs)


def test_the_hessian_of_a_nonlinear_constraint_is_exact_whatever_was_given() -> None:
    """cyipopt.minimize_ipopt: ``hess`` is dropped, and an approximation used without asking."""
    for given in (
        {},
        {"hess": optimize.BFGS()},
        {"jac": "2-point", "hess": "2-point"},
        {"jac": lambda x: [[2 * x[0] * x[1], x[0] ** 2, 0]]},
    ):
        problem = asdopt.Problem(None, _nonlinear(**given), x0=X)
        np.testing.assert_array_equal(
            problem.hessian(X, [1.0]).toarray(), [[1.4, 0, 0], [2.4, 0, 0], [0, 0, 0]]
        )


def test_a_range_is_one_row() -> None:
    """cyipopt.minimize_ipopt: two rows, and twice the entries."""
    problem = asdopt.Problem(None, _nonlinear(), x0=X)
    assert (problem.m, problem.cl[0], problem.cu[0]) == (1, 0.5, 4.0)


def test_structures_name_each_entry_once_in_the_lower_triangle() -> None:
    """Others repeat entries, and leave it open which triangle they mean."""
    problem = asdopt.Problem(lambda x: (x[0] * x[1] + x[1] * x[2]) ** 2 + x[0] * x[1], x0=X)
    rows, cols = problem.hessian_structure()
    assert (rows >= cols).all()
    assert len(set(zip(rows, cols, strict=True))) == len(rows)


def test_an_error_of_the_user_arrives_as_it_is() -> None:
    """cyipopt: all exceptions in callbacks are caught, a status remains."""
    with pytest.raises(KeyError, match="missing"):
        asdopt.Problem(lambda x: x[0] * {}["missing"], x0=X)

    def only_close(x: Any) -> Any:
        if x[0] > 5:
            raise LookupError("no table beyond 5")
        return x[0] ** 2

    problem = asdopt.Problem(only_close, x0=X)
    with pytest.raises(LookupError, match="no table beyond 5"):
        problem.objective([6.0, 0.0, 0.0])


def test_a_nan_is_told_with_constraint_row_and_line() -> None:
    """CasADi: "NaN detected for output jac_g_x, at nonzero index 85"."""

    def energy(x: Any) -> Any:
        return [x[0], np.log(x[1] - 1.0), x[2]]

    problem = asdopt.Problem(
        None, asdopt.Constraint(energy, -np.inf, np.inf, name="energy"), x0=[1.0, 2.0, 3.0]
    )
    with pytest.raises(asdopt.EvaluationError) as caught:
        problem.constraints([1.0, 0.5, 3.0])
    text = str(caught.value)
    assert "energy[1]" in text
    assert "log(-0.5)" in text
    assert f"test_peers_errors.py:{energy.__code__.co_firstlineno + 1}" in text


def test_multipliers_have_one_sign_convention() -> None:
    """Pyomo: duals differ in sign between two solvers; here the Lagrangian is f + y'c."""
    pytest.importorskip("cyipopt")
    row = asdopt.Constraint(lambda x: x[0] + 2 * x[1], 1.0, 1.0, name="row")
    problem = asdopt.Problem(lambda x: x[0] ** 2 + x[1] ** 2, row, x0=[3.0, 4.0])
    for solver in ("ipopt", "trust-constr", "slsqp"):
        solution = problem.solve(solver)
        gradient = problem.gradient(solution.x)
        gradient += problem.jacobian(solution.x).T @ solution.multipliers["row"]
        np.testing.assert_allclose(gradient, 0.0, atol=1e-6)
