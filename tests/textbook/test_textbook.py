"""Textbook problems, written as users write, solve to their published optima.

Values, feasibility and derivatives are judged by the plain functions, called with plain floats.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.sparse import tril

from asdopt import Problem, Status

sys.path.insert(0, str(Path(__file__).parent))
from catalog import PROBLEMS, Textbook

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
# Differences of sixth order: with the step below they are right to about ten digits.
STENCIL = ((-3, -1 / 60), (-2, 3 / 20), (-1, -3 / 4), (1, 3 / 4), (2, -3 / 20), (3, 1 / 60))
MOST_COLUMNS = 30


@pytest.fixture(params=list(PROBLEMS), name="entry")
def entry_fixture(request: pytest.FixtureRequest) -> Textbook:
    return PROBLEMS[request.param]


def plain(problem: Problem, x: FloatArray) -> FloatArray:
    """Objective and constraints by the user's functions on plain floats."""
    return problem._model.plain_outputs(np.array(x))


def violation(problem: Problem, x: FloatArray) -> float:
    """Largest violation of a bound or constraint, relative to its size."""
    rows = plain(problem, x)[1:]
    worst = 0.0
    for value, low, high in (
        *zip(rows, problem.cl, problem.cu, strict=True),
        *zip(x, problem.lb, problem.ub, strict=True),
    ):
        scale = max([1.0, *(abs(side) for side in (low, high) if np.isfinite(side))])
        worst = max(worst, (low - value) / scale, (value - high) / scale)
    return worst


def close(found: float, optimum: float, entry: Textbook) -> bool:
    return abs(found - optimum) <= entry.rel * abs(optimum) + (entry.abs if optimum == 0 else 0.0)


def test_solves_to_its_published_optimum(entry: Textbook) -> None:
    """With real Ipopt, from the published start; a local optimum that the source lists counts."""
    pytest.importorskip("cyipopt")
    problem = entry.make()
    solution = problem.solve(options=entry.options)
    assert solution.status in (Status.OPTIMAL, Status.ACCEPTABLE, Status.FEASIBLE), solution
    optima = (entry.optimum, *entry.also)
    assert any(close(solution.fun, optimum, entry) for optimum in optima), solution
    x = problem.structure.flatten(solution.x, "x")
    assert plain(problem, x)[0] == pytest.approx(solution.fun, rel=1e-9, abs=1e-12)
    assert violation(problem, x) <= 1e-6


def differences(
    fun: Callable[[FloatArray], FloatArray], x: FloatArray, columns: IntArray, step: float
) -> FloatArray:
    """Columns of a Jacobian by central differences, each in units of its variable."""
    found = []
    for j in columns:
        h = step * max(abs(x[j]), 0.05)
        unit = np.zeros(x.size)
        unit[j] = h
        found.append(sum(w * fun(x + k * unit) for k, w in STENCIL) / h)
    return np.array(found).T


def complex_step(problem: Problem, x: FloatArray, columns: IntArray) -> FloatArray | None:
    """Exact columns of the Jacobian of the plain functions, where they take complex numbers."""
    model = problem._model
    functions = [c.fun for c in model.constraints]
    functions.insert(0, model.objective if model.objective is not None else lambda *_: 0.0)
    if not problem.structure.is_leaf or problem.parameters is not None:
        return None
    shape = np.shape(problem.structure.unflatten(x))
    found = []
    try:
        for j in columns:
            point = x.astype(complex)
            point[j] += 1e-30j
            parts = [np.imag(flat_complex(fun(point.reshape(shape)))) for fun in functions]
            found.append(np.concatenate(parts) / 1e-30)
    except (TypeError, ValueError, np.exceptions.ComplexWarning):
        return None
    return np.array(found).T


def flat_complex(result: object) -> npt.NDArray[np.complex128]:
    if isinstance(result, (list, tuple)):
        return np.concatenate([np.empty(0, complex), *(flat_complex(part) for part in result)])
    return np.asarray(result, dtype=complex).reshape(-1)


def test_derivatives_are_those_of_the_plain_functions(entry: Textbook) -> None:
    """J by complex step where that is possible, H by differences of J; at x0 and beside it."""
    problem = entry.make()
    rng = np.random.default_rng(7)
    weights = np.concatenate([[1.0], rng.uniform(0.5, 1.5, problem.m)])
    aside = 1e-2 * np.maximum(np.abs(problem.x0), 0.1) * rng.uniform(0.5, 1.0, problem.n)
    columns = np.sort(rng.permutation(problem.n)[:MOST_COLUMNS])

    def first(x: FloatArray) -> FloatArray:
        return problem.gradient(x) + problem.jacobian(x).T @ weights[1:]

    for x in (problem.x0 + aside, problem.x0):
        jacobian = problem.jacobian(x)
        gradient = problem.gradient(x)
        ours = np.vstack([gradient[columns], jacobian[:, columns].toarray()])
        sizes = abs(jacobian).max(axis=1).toarray().reshape(-1, 1) if problem.m else np.ones((0, 1))
        scale = 1.0 + np.vstack([[[np.abs(gradient).max(initial=0.0)]], sizes])
        if x is problem.x0 and not entry.smooth:
            continue
        rough = differences(lambda z: plain(problem, z), x, columns, entry.step)
        np.testing.assert_allclose(ours / scale, rough / scale, rtol=1e-6, atol=1e-6)
        exact = complex_step(problem, x, columns)
        # abs, max and comparisons take complex numbers and mean something else.
        if exact is not None and np.allclose(exact / scale, rough / scale, rtol=1e-5, atol=1e-5):
            np.testing.assert_allclose(ours / scale, exact / scale, rtol=1e-10, atol=1e-11)
        lower = problem.hessian(x, weights[1:])
        hessian = (lower + tril(lower, -1).T)[:, columns].toarray()
        second = differences(first, x, columns, entry.step)
        size = 1.0 + np.abs(lower).max() if lower.nnz else 1.0
        np.testing.assert_allclose(hessian / size, second / size, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", [n for n, e in PROBLEMS.items() if "CasADi" in e.source])
@pytest.mark.filterwarnings("ignore::FutureWarning")  # CasADi's, about a change of its own
def test_optima_without_publication_are_those_of_casadi(name: str) -> None:
    """The plain functions on CasADi's symbols, solved by CasADi's own derivatives and Ipopt."""
    casadi = pytest.importorskip("casadi")
    entry = PROBLEMS[name]
    problem = entry.make()
    model = problem._model
    symbols = casadi.SX.sym("x", problem.n)
    x = [symbols[i] for i in range(problem.n)]
    rows = [casadi.vertcat(*c.fun(x)) for c in model.constraints]
    nlp = {"x": symbols, "f": model.objective(x), "g": casadi.vertcat(*rows)}
    quiet = {"print_time": False, "ipopt": {"print_level": 0, "sb": "yes", "tol": 1e-10}}
    solver = casadi.nlpsol("solver", "ipopt", nlp, quiet)
    found = solver(x0=problem.x0, lbx=problem.lb, ubx=problem.ub, lbg=problem.cl, ubg=problem.cu)
    assert solver.stats()["success"]
    assert any(close(float(found["f"]), optimum, entry) for optimum in (entry.optimum, *entry.also))


def test_there_are_enough() -> None:
    assert len(PROBLEMS) >= 240
    assert len({entry.make.__module__ for entry in PROBLEMS.values()}) >= 14
