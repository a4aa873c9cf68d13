"""A problem as one of CasADi's nlpsol solvers."""

from __future__ import annotations

import numpy as np
import pytest

import asdopt
import pglib_cases

casadi = pytest.importorskip("casadi")
NlpSolver = pytest.importorskip("asdopt.adapters.casadi_nlp").NlpSolver

COMMON = {"print_time": False}
QUIET = {"print_header": False, "print_iteration": False}
QP = {"print_iter": False, "print_header": False}
OPTIONS = {
    "ipopt": COMMON | {"ipopt": {"print_level": 0, "sb": "yes"}},
    "sqpmethod": COMMON | QUIET | {"qpsol": "qrqp", "qpsol_options": QP},
    "qrsqp": COMMON | QUIET | {"qpsol_options": QP},
}


def chain():
    """Convex near the solution, bounds and both kinds of constraints active."""

    def cost(x):
        return sum((x[i + 1] - x[i] ** 2) ** 2 + (1.5 - x[i]) ** 2 for i in range(len(x) - 1))

    def curves(x):
        return [x[0] ** 2 + x[1] ** 2, x[2] * x[3] + x[4], x[0] + 2.0 * x[4]]

    return asdopt.Problem(
        cost,
        asdopt.Constraint(curves, [-np.inf, 2.0, -3.0], [2.0, 2.0, 3.0]),
        x0=[0.8, 0.9, 1.0, 1.0, 1.0],
        bounds=[(0.0, 5.0)] * 5,
    )


@pytest.mark.parametrize("solver", OPTIONS)
def test_plugins_find_the_optimum(solver, capfd):
    problem = chain()
    reference = problem.solve()
    made = NlpSolver(problem, solver, OPTIONS[solver])
    result = made()
    x = np.array(result["x"]).ravel()
    assert float(result["f"]) == pytest.approx(reference.fun, rel=1e-5)
    assert np.allclose(x, reference.x, atol=1e-3)
    assert made.stats()["success"]
    slopes = problem.gradient(x) + problem.jacobian(x).T @ np.array(result["lam_g"]).ravel()
    assert np.allclose(slopes + np.array(result["lam_x"]).ravel(), 0.0, atol=1e-6)


def test_fatrop_takes_the_whole_hessian(capfd):
    problem = chain()
    result = NlpSolver(problem, "fatrop", COMMON)()
    assert float(result["f"]) == pytest.approx(problem.solve().fun, rel=1e-6)


def test_power_flow_takes_the_steps_of_ipopt():
    problem = pglib_cases.acopf(pglib_cases.load("14_ieee"), form="loop")
    made = NlpSolver(problem, "ipopt", OPTIONS["ipopt"])
    reference = problem.solve(options={"library": "casadi"})
    assert float(made()["f"]) == pytest.approx(reference.fun, rel=1e-9)
    assert made.stats()["iter_count"] == reference.nit


def test_other_starts_and_bounds_are_those_of_the_call():
    problem = chain()
    made = NlpSolver(problem, "ipopt", OPTIONS["ipopt"])
    tight = np.array(made(ubx=[0.5] * 5, x0=[0.4] * 5, lbg=-np.inf)["x"]).ravel()
    assert tight.max() <= 0.5 + 1e-6
    free = np.array(made()["x"]).ravel()
    assert np.allclose(free, problem.solve().x, atol=1e-6)


def test_parameters_are_those_of_the_problem():
    problem = asdopt.Problem(
        lambda x, p: (x[0] - p) ** 2 + x[1] ** 2, x0=[0.0, 1.0], parameters=2.0
    )
    made = NlpSolver(problem, "ipopt", OPTIONS["ipopt"])
    assert np.allclose(np.array(made()["x"]).ravel(), [2.0, 0.0], atol=1e-7)
    problem.parameters = -3.0
    assert np.allclose(np.array(made()["x"]).ravel(), [-3.0, 0.0], atol=1e-7)


def test_a_structure_that_grows_starts_again():
    def cost(x):
        if x[0] > 0.5:
            return x[0] ** 2 + x[1] ** 2
        return (x[0] + 1.0) ** 2 + (x[0] * x[1] - 1.0) ** 2 + x[1] ** 2

    problem = asdopt.Problem(cost, x0=[2.0, 2.0])
    x = np.array(NlpSolver(problem, "ipopt", OPTIONS["ipopt"])()["x"]).ravel()
    assert np.allclose(problem.gradient(x), 0.0, atol=1e-6)
    assert x[0] < 0.5


def test_errors_of_the_user_come_through(capfd):
    def cost(x):
        if x[0] < 0.9:
            raise ValueError("out of range")
        return x[0] ** 2

    with pytest.raises(ValueError, match="out of range"):
        NlpSolver(asdopt.Problem(cost, x0=[2.0]), "ipopt", OPTIONS["ipopt"])()


def test_a_step_out_of_the_domain_is_shortened(capfd):
    problem = asdopt.Problem(lambda x: np.sqrt(x[0]) - 2.0 * np.log(x[0]), x0=[0.1])
    x = np.array(NlpSolver(problem, "ipopt", OPTIONS["ipopt"])()["x"]).ravel()
    assert x == pytest.approx([16.0], rel=1e-6)


def test_a_plugin_that_wants_an_expression_graph_is_refused(capfd):
    with pytest.raises(RuntimeError):
        NlpSolver(chain(), "scpgen")


def test_parameters_are_set_by_their_input() -> None:
    """They were left out in silence."""
    problem = asdopt.Problem(
        lambda x, p: (x[0] - p[0]) ** 2 + p[1], x0=[1.0], parameters=[2.0, 0.0]
    )
    solver = NlpSolver(problem, "ipopt", OPTIONS["ipopt"])
    for given in ([3.0, 1.0], casadi.DM([3.0, 1.0]), np.array([3.0, 1.0])):
        result = solver(p=given)
        assert float(result["x"]) == pytest.approx(3.0)
        assert float(result["f"]) == pytest.approx(1.0)
    with pytest.raises(asdopt.InputError, match="parameters"):
        solver(p=[1.0, 2.0, 3.0])
    bare = NlpSolver(asdopt.Problem(lambda x: x[0] ** 2, x0=[1.0]), "ipopt", OPTIONS["ipopt"])
    assert float(bare(p=[])["x"]) == pytest.approx(0.0, abs=1e-6)
    with pytest.raises(asdopt.InputError, match="made without any"):
        bare(p=1.0)


@pytest.mark.parametrize("given", [None, abs, asdopt.Problem])
def test_what_is_no_problem_is_refused(given):
    with pytest.raises(asdopt.InputError, match=r"NlpSolver.*asdopt\.Problem\("):
        NlpSolver(given)


def test_arguments_of_the_wrong_kind_are_named():
    problem = asdopt.Problem(lambda x: (x["a"] ** 2).sum(), x0={"a": np.ones(2)})
    with pytest.raises(asdopt.InputError, match="options of type int"):
        NlpSolver(problem, "ipopt", 3)
    quiet = {"print_time": False, "ipopt": {"print_level": 0, "sb": "yes"}}
    solver = NlpSolver(problem, "ipopt", quiet)
    with pytest.raises(asdopt.InputError, match="x0"):
        solver(x0="a")
    assert float(solver(x0={"a": [2.0, 3.0]})["f"]) == pytest.approx(0.0, abs=1e-12)
    assert float(solver(x0=[2.0, 3.0])["f"]) == pytest.approx(0.0, abs=1e-12)
