"""Uno, by its presets."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
from known_problems import hs071

import asdopt
import pglib_cases
from asdopt import Constraint, Problem, Status

pytest.importorskip("unopy")
PRESETS = ["filtersqp", "funnelsqp", "filterslp", "ipopt"]


def chain():
    """Bounds and both kinds of constraints, some of them active."""

    def cost(x):
        return sum((x[i + 1] - x[i] ** 2) ** 2 + (1.5 - x[i]) ** 2 for i in range(len(x) - 1))

    def curves(x):
        return [x[0] ** 2 + x[1] ** 2, x[2] * x[3] + x[4], x[0] + 2.0 * x[4]]

    return Problem(
        cost,
        Constraint(curves, [-np.inf, 2.0, -3.0], [2.0, 2.0, 3.0]),
        x0=[0.8, 0.9, 1.0, 1.0, 1.0],
        bounds=[(0.0, 5.0), (1.05, 5.0), (0.0, 1.02), (0.0, 5.0), (0.0, 5.0)],
    )


@pytest.mark.parametrize("preset", PRESETS)
def test_optimum_and_multipliers(preset):
    problem = chain()
    reference = problem.solve(options={"tol": 1e-10})
    found = problem.solve("uno", options={"preset": preset})
    assert found.status is Status.OPTIMAL
    tolerance = 1e-4 if preset == "filterslp" else 1e-6
    assert np.allclose(found.x, reference.x, atol=tolerance)
    assert np.allclose(found.multipliers["curves"], reference.multipliers["curves"], atol=1e-3)
    for own, other in zip(found.bound_multipliers, reference.bound_multipliers, strict=True):
        assert np.allclose(own, other, atol=1e-3)
        assert (own >= 0.0).all()
    assert found.optimality < 1e-3
    assert found.nit > 0
    assert found.solver == "uno"


@pytest.mark.parametrize("preset", ["filtersqp", "ipopt"])
def test_power_flow(preset):
    case = "30_ieee"
    problem = pglib_cases.acopf(pglib_cases.load(case), form="vectorized")
    found = problem.solve("uno", options={"preset": preset})
    assert found.success
    assert found.fun == pytest.approx(pglib_cases.baseline(case).ac_objective, rel=1e-4)


@pytest.mark.parametrize("preset", ["filtersqp", "ipopt"])
def test_ends(preset):
    def solve(problem, **more):
        options = {"preset": preset, **more.pop("options", {})}
        return problem.solve("uno", options=options, **more).status

    quartic = Problem(lambda x: (x[0] - 3.0) ** 4, x0=[0.1])
    assert solve(quartic) is Status.OPTIMAL
    assert solve(quartic, options={"max_iterations": 2}) is Status.ITERATION_LIMIT
    assert solve(quartic, time_limit=1e-9) is Status.TIME_LIMIT
    assert solve(quartic, callback=lambda info: info["iteration"] > 1) is Status.STOPPED
    assert solve(Problem(lambda x: x[0] ** 3, x0=[-0.1])) is Status.UNBOUNDED
    infeasible = Problem(
        lambda x: x[0] ** 2, Constraint(lambda x: x[0] ** 2 + 2.0, -3.0, 1.0), x0=[1.0]
    )
    assert solve(infeasible) is Status.INFEASIBLE


def test_linear_programs_and_square_systems():
    linear = Problem(
        lambda x: x[0] + x[1],
        Constraint(lambda x: x[0] + 2.0 * x[1], 1.0),
        x0=[1.0, 1.0],
        bounds=[(0.0, None)] * 2,
    )
    assert np.allclose(linear.solve("uno").x, [0.0, 0.5], atol=1e-8)
    square = Problem(
        None,
        Constraint(lambda x: [x[0] * x[1] - 2.0, x[0] - x[1]], 0.0, 0.0),
        x0=[1.0, 1.0],
    )
    assert np.allclose(square.solve("uno").x, np.sqrt(2.0))


def test_structured_variables_callback_and_warm_start():
    def cost(v):
        return (v["a"] - 1.0) ** 2 + sum(v["b"] ** 2)

    seen = []
    problem = Problem(
        cost,
        Constraint(lambda v: v["a"] * v["b"][0], 1.0, 1.0, "product"),
        x0={"a": 2.0, "b": np.ones(2)},
    )
    first = problem.solve("uno", callback=seen.append)
    assert first.success
    assert first.x["b"][1] == pytest.approx(0.0, abs=1e-6)
    assert seen[-1]["x"]["a"] == pytest.approx(first.x["a"], rel=1e-3)
    assert list(seen[0]["multipliers"]) == ["product"]
    assert problem.solve("uno", warm_start=first).nit <= 1


def test_a_structure_that_grows_starts_again():
    def cost(x):
        if x[0] > 0.5:
            return x[0] ** 2 + x[1] ** 2
        return (x[0] + 1.0) ** 2 + (x[0] * x[1] - 1.0) ** 2 + x[1] ** 2

    problem = Problem(cost, x0=[2.0, 2.0])
    found = problem.solve("uno")
    assert found.status is Status.OPTIMAL
    assert np.allclose(problem.gradient(found.x), 0.0, atol=1e-6)


def test_a_step_out_of_the_domain_is_shortened():
    problem = Problem(lambda x: np.sqrt(x[0]) - 2.0 * np.log(x[0]), x0=[0.1])
    assert problem.solve("uno").x == pytest.approx([16.0], rel=1e-5)


def test_errors_of_the_user_come_through():
    def cost(x):
        if x[0] < 0.9:
            raise ValueError("out of range")
        return x[0] ** 2

    with pytest.raises(ValueError, match="out of range"):
        Problem(cost, x0=[2.0]).solve("uno")

    def interrupt(info):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        chain().solve("uno", callback=interrupt)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tol": 1e-6}, "primal_tolerance"),
        ({"nonsense": 1}, "not known"),
        ({"max_iterations": "many"}, "another type"),
        ({"preset": "byrd"}, "filtersqp"),
    ],
)
def test_options_are_checked(options, words):
    with pytest.raises(asdopt.InputError, match=words):
        chain().solve("uno", options=options)


def test_options_take_kindred_types():
    for value in (50, 50.0, np.int64(50)):
        assert chain().solve("uno", options={"max_iterations": value}).success
    assert chain().solve("uno", options={"primal_tolerance": 1, "dual_tolerance": 1}).success


def test_output_goes_where_python_prints() -> None:
    """Into a notebook, a test, a string."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        hs071().solve("uno", options={"logger": "INFO"})
    assert "Optimal" in out.getvalue() or "KKT" in out.getvalue()
