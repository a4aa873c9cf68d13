"""Buffers that a caller keeps, threads, shared functions: what happens between evaluations."""

from __future__ import annotations

import pickle
import threading
from typing import Any

import numpy as np
import pytest

import asdopt
from asdopt import _branch

N = 6


def rows(x: Any) -> Any:
    """Each row has two branches with different entries."""
    found = []
    for i in range(N):
        if x[i] > 0:
            found.append(x[i] ** 2 * x[(i + 1) % N])
        else:
            found.append(x[i] * x[(i + 2) % N] + x[(i + 3) % N])
    return found


def dense(x: Any) -> Any:
    """Jacobian of ``rows`` by hand."""
    jac = np.zeros((N, N))
    for i in range(N):
        if x[i] > 0:
            jac[i, i] += 2 * x[i] * x[(i + 1) % N]
            jac[i, (i + 1) % N] += x[i] ** 2
        else:
            jac[i, i] += x[(i + 2) % N]
            jac[i, (i + 2) % N] += x[i]
            jac[i, (i + 3) % N] += 1
    return jac


def test_a_new_array_in_old_memory_is_filled_whole() -> None:
    """An array that is gone may leave its address to the next one, which holds nothing yet."""
    fun = asdopt.Constraint(
        lambda x: [x[0] ** 2 + 3 * x[1], 5 * x[0] + x[1] * x[2]], -np.inf, np.inf
    )
    evaluator = asdopt.Problem(None, fun, x0=[1.0, 2.0, 3.0]).evaluator
    for k in range(50):
        x = np.array([1.0, 2.0, 3.0]) + k
        out = np.full(evaluator.jacobian_pattern.nnz, np.nan)
        evaluator.jacobian_values(x, out, keep=True)
        assert out.tolist() == [2 * x[0], 3.0, 5.0, x[2], x[1]]
        del out


def test_buffers_kept_while_branches_change() -> None:
    rng = np.random.default_rng(3)
    evaluator = asdopt.Problem(
        None, asdopt.Constraint(rows, -np.inf, np.inf), x0=np.ones(N)
    ).evaluator
    points = rng.normal(size=(40, N))
    for x in points:
        evaluator.outputs(x)  # the pattern has all branches from here on
    out = np.full(evaluator.jacobian_pattern.nnz, np.nan)
    for x in np.repeat(points, 2, axis=0):
        evaluator.jacobian_values(x, out, keep=True)
        np.testing.assert_allclose(evaluator.jacobian_pattern.to_dense(out), dense(x))


def test_threads_share_a_problem() -> None:
    problem = asdopt.Problem(
        lambda x: x[0] * x[1], asdopt.Constraint(rows, -np.inf, np.inf), x0=np.ones(N)
    )
    errors: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            for x in np.random.default_rng(seed).normal(size=(25, N)):
                np.testing.assert_allclose(problem.constraints(x), rows(x))
                np.testing.assert_allclose(problem.jacobian(x).toarray(), dense(x))
                assert np.isfinite(problem.hessian(x, np.ones(N)).data).all()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


def test_values_and_pattern_are_of_one_moment(monkeypatch: Any) -> None:
    """Another thread that meets a new branch in between waits until the matrix is made."""
    problem = asdopt.Problem(None, asdopt.Constraint(rows, -np.inf, np.inf), x0=np.ones(N))
    plain = problem.evaluator.jacobian_values
    other = threading.Thread(target=lambda: problem.constraints(-np.ones(N)))

    def values(*args: Any) -> Any:
        found = plain(*args)
        other.start()
        other.join(0.2)
        return found

    monkeypatch.setattr(problem.evaluator, "jacobian_values", values)
    x = np.ones(N)
    np.testing.assert_allclose(problem.jacobian(x).toarray(), dense(x))
    other.join()
    assert problem.evaluator.num_branches == 2


def test_problems_share_functions_and_own_their_points() -> None:
    x0, parameters = np.ones(N), np.array([2.0])

    def objective(x: Any, p: Any) -> Any:
        return p[0] * x[0] ** 2

    first = asdopt.Problem(objective, x0=x0, parameters=parameters)
    second = asdopt.Problem(objective, x0=x0, parameters=[5.0])
    x0[:] = 9.0
    parameters[:] = 9.0
    first.parameters[0] = 9.0
    point = np.full(N, 3.0)
    assert first.x0.tolist() == second.x0.tolist() == [1.0] * N
    assert (first.objective(point), second.objective(point)) == (18.0, 45.0)
    # Results belong to the caller.
    first.evaluator.outputs(point)[:] = 0.0
    first.gradient(point)[:] = 0.0
    assert first.objective(point) == 18.0
    assert first.gradient(point)[0] == 12.0
    point[:] = 1.0
    assert first.objective(point) == 2.0


def coupled(x: Any) -> Any:
    """Each pair of variables is coupled: 2.4 thousand million entries of a Hessian."""
    return np.sum((x - 1.0) ** 2) + (np.sum(x) / len(x)) ** 3


def test_a_hessian_with_too_many_entries_is_told_where_it_is_needed() -> None:
    x0 = np.linspace(0.1, 1.0, 70_000)
    problem = asdopt.Problem(coupled, asdopt.Constraint(lambda x: np.sum(x**2), 0, 1e6), x0=x0)
    assert "Hessian too many nonzeros" in repr(problem)
    assert "too many nonzeros" in problem.report()
    assert np.allclose(problem.gradient(x0), 2 * (x0 - 1) + 3 * np.mean(x0) ** 2 / len(x0))
    assert problem.jacobian_values(x0).tolist() == (2 * x0).tolist()
    calls = [
        lambda: problem.hessian_structure(),
        lambda: problem.hessian_values(x0, [1.0]),
        lambda: problem.hessian_values(x0, [1.0], 1.0, np.empty(0)),
        lambda: problem.hessian_values(x0, [1.0], 1.0, np.empty(3)),
        lambda: problem.solve(),
        lambda: problem.solve("trust-constr"),
    ]
    for call in calls:
        with pytest.raises(asdopt.PatternError, match="limited-memory"):
            call()
    again = pickle.loads(pickle.dumps(problem))
    assert again.gradient(x0).tolist() == problem.gradient(x0).tolist()


def test_a_problem_without_hessian_is_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> Any:
        raise asdopt.PatternError("too many entries")

    # With as many variables as it takes Ipopt's approximation needs ten seconds.
    monkeypatch.setattr(_branch, "hessian_pattern", refuse)
    ball = asdopt.Constraint(lambda x: np.sum(x**2), 0.0, 10.0, name="ball")
    problem = asdopt.Problem(coupled, ball, x0=np.linspace(0.1, 1.0, 30))
    options = {"hessian_approximation": "limited-memory", "print_level": 0, "tol": 1e-9}
    solution = problem.solve(options=options)
    assert solution.success
    assert np.allclose(solution.x, np.sqrt(1.0 / 3.0), atol=1e-6)
    assert problem.solve("slsqp").fun == pytest.approx(solution.fun)
    with pytest.raises(asdopt.PatternError, match="too many entries"):
        problem.solve(options={"hessian_approximation": "exact"})


def test_a_branch_with_too_many_second_derivatives_is_met_later() -> None:
    def f(x: Any) -> Any:
        return coupled(x) if x[0] > 2.0 else np.sum(x**2)

    x0 = np.linspace(0.1, 1.0, 70_000)
    problem = asdopt.Problem(f, x0=x0)
    assert problem.hessian_values(x0).tolist() == [2.0] * len(x0)
    far = np.r_[3.0, x0[1:]]
    assert problem.objective(far) == pytest.approx(coupled(far))
    for x in (far, x0):
        with pytest.raises(asdopt.PatternError, match="couples 70,000 variables"):
            problem.hessian_values(x)


def test_a_jacobian_alone_needs_no_second_derivatives() -> None:
    x = np.linspace(0.1, 1.0, 70_000)
    prepared = asdopt.prepare_jacobian(lambda x: [np.sum(x) ** 2, np.sum(np.sin(x)) * x[0]], x)
    found = prepared(x).toarray()
    assert np.allclose(found[0], 2 * np.sum(x))
    assert found[1, 1:] == pytest.approx(np.cos(x[1:]) * x[0])
    assert found[1, 0] == pytest.approx(np.cos(x[0]) * x[0] + np.sum(np.sin(x)))
