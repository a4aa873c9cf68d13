"""Pyomo models, solved without the ASL library."""

from __future__ import annotations

import math

import numpy as np
import pytest

import asdopt

pyo = pytest.importorskip("pyomo.environ")
pyomo_model = pytest.importorskip("asdopt.adapters.pyomo_model")
PyomoModel = pyomo_model.PyomoModel


def solve(model, **options):
    return pyo.SolverFactory("asdopt").solve(model, **options)


def condition(results):
    return str(results.solver.termination_condition)


def production():
    """Maximize, with a named expression, a mutable parameter and a fixed variable."""
    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(5), initialize=0.5, bounds=(0.0, None))
    model.idle = pyo.Var(initialize=7.0)
    model.fixed = pyo.Var(initialize=0.0)
    model.fixed.fix(2.0)
    model.scale = pyo.Param(initialize=2.0, mutable=True)
    model.first = pyo.Expression(expr=model.x[1] * model.scale)
    model.gain = pyo.Objective(
        expr=-((model.first - 1.0) ** 2)
        - pyo.exp(model.x[0])
        - sum((model.x[i] - i) ** 2 for i in range(5)),
        sense=pyo.maximize,
    )
    model.rows = pyo.ConstraintList()
    model.rows.add(model.x[1] + model.x[2] <= 2.0)
    model.rows.add((1.0, model.x[1] * model.x[3], model.fixed))
    model.rows.add(model.x[4] == model.scale)
    model.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    model.rc = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    return model


def test_optimum_and_duals_of_a_maximum():
    model = production()
    assert condition(solve(model)) == "optimal"
    value = pyo.value(model.gain)
    assert model.idle.value == 7.0
    assert model.x[4].value == pytest.approx(2.0, abs=1e-6)
    step = 1e-4
    for number, sense in ((1, "upper"), (3, "equal")):
        other = production()
        row = other.rows[number]
        body = row.body
        if sense == "upper":
            row.set_value(body <= 2.0 + step)
        else:
            row.set_value(body == 2.0 + step)
        solve(other)
        rate = (pyo.value(other.gain) - value) / step
        assert model.dual[model.rows[number]] == pytest.approx(rate, rel=1e-2, abs=1e-4)
    # x[0] would be negative: relaxing its bound gains.
    assert model.rc[model.x[0]] == pytest.approx(-1.0, abs=1e-4)


def test_duals_of_a_minimum_say_how_fast_the_cost_grows():
    model = pyo.ConcreteModel()
    model.x = pyo.Var(initialize=3.0, bounds=(1.0, None))
    model.y = pyo.Var(initialize=3.0)
    model.cost = pyo.Objective(expr=2.0 * model.x + model.y**2)
    model.least = pyo.Constraint(expr=model.x + model.y >= 1.5)
    model.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    model.rc = pyo.Suffix(direction=pyo.Suffix.IMPORT_EXPORT)
    solve(model, options={"tol": 1e-10})
    assert model.y.value == pytest.approx(0.5, abs=1e-6)
    assert model.dual[model.least] == pytest.approx(1.0, abs=1e-6)
    assert model.rc[model.x] == pytest.approx(1.0, abs=1e-6)


FUNCTIONS = {
    "abs": (abs, -0.4),
    "acos": (math.acos, 0.3),
    "acosh": (math.acosh, 1.7),
    "asin": (math.asin, 0.3),
    "asinh": (math.asinh, 0.3),
    "atan": (math.atan, 0.3),
    "atanh": (math.atanh, 0.3),
    "ceil": (math.ceil, 0.3),
    "cos": (math.cos, 0.3),
    "cosh": (math.cosh, 0.3),
    "exp": (math.exp, 0.3),
    "floor": (math.floor, 0.3),
    "log": (math.log, 0.3),
    "log10": (math.log10, 0.3),
    "sin": (math.sin, 0.3),
    "sinh": (math.sinh, 0.3),
    "sqrt": (math.sqrt, 0.3),
    "tan": (math.tan, 0.3),
    "tanh": (math.tanh, 0.3),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    function, at = FUNCTIONS[name]
    model = pyo.ConcreteModel()
    model.x = pyo.Var(initialize=at)
    own = abs if name == "abs" else getattr(pyo, name)
    model.cost = pyo.Objective(expr=own(model.x) * 3.0)
    problem = PyomoModel(model).problem
    assert problem.objective([at]) == pytest.approx(3.0 * function(at), rel=1e-15)


def test_all_kinds_of_expressions_agree_with_pyomo():
    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(3), initialize=lambda _, i: 0.7 + 0.2 * i)
    model.p = pyo.Param(range(2), initialize=lambda _, i: 1.5 + i, mutable=True)
    x, p = model.x, model.p
    twice = x[0] * x[1]
    model.cost = pyo.Objective(expr=0.0)
    model.c = pyo.ConstraintList()
    for body in (
        2.0 * x[0] - x[1] + 3.0,
        x[0] ** 2 / (1.0 + x[1]) - 2.0 ** x[2],
        -(x[0] ** x[1]) + p[0] * x[2] / p[1],
        twice + pyo.sin(twice) * twice,
        pyo.Expr_if(IF=x[0] >= 0.5, THEN=x[1] ** 3, ELSE=pyo.log(x[1])),
        pyo.Expr_if(IF=x[0] > 5.0, THEN=pyo.log(x[1]), ELSE=x[2]),
        pyo.Expr_if(IF=pyo.inequality(0.0, x[2], 0.2), THEN=1.0, ELSE=x[2] * x[0]),
        pyo.sqrt(p[0]) * x[0] + pyo.exp(p[1]),
        x[0],
    ):
        model.c.add(body <= 1e6)
    read = PyomoModel(model)
    rng = np.random.default_rng(0)
    for _ in range(3):
        point = rng.uniform(0.6, 1.4, 3)
        found = read.problem.constraints(point)
        for k in range(3):
            x[k].set_value(point[k])
        expected = [pyo.value(model.c[k].body) for k in model.c]
        assert np.allclose(found, expected, rtol=1e-14)
        step = 1e-6
        for k in range(3):
            high, low = point.copy(), point.copy()
            high[k] += step
            low[k] -= step
            slope = (read.problem.constraints(high) - read.problem.constraints(low)) / (2 * step)
            assert np.allclose(read.problem.jacobian(point).toarray()[:, k], slope, atol=1e-7)


def test_only_the_part_that_a_condition_selects_is_evaluated():
    model = pyo.ConcreteModel()
    model.x = pyo.Var(initialize=-2.0, bounds=(None, 3.0))
    safe = pyo.Expr_if(IF=model.x >= 1.0, THEN=pyo.log(model.x), ELSE=model.x - 1.0)
    model.gain = pyo.Objective(expr=safe, sense=pyo.maximize)
    assert condition(solve(model)) == "optimal"
    assert pyo.value(model.gain) == pytest.approx(np.log(3.0), abs=1e-6)


def test_structure_is_that_of_the_variables_as_declared():
    model = pyo.ConcreteModel()
    model.b = pyo.Block([1, 2])
    for i in (1, 2):
        model.b[i].x = pyo.Var(initialize=1.0 + i)
        model.b[i].limit = pyo.Constraint(expr=model.b[i].x >= i)
    model.b[2].off = pyo.Constraint(expr=model.b[2].x == 100.0)
    model.b[2].off.deactivate()
    model.cost = pyo.Objective(expr=model.b[2].x * model.b[1].x)
    read = PyomoModel(model)
    assert [v.name for v in read.variables] == ["b[1].x", "b[2].x"]
    assert [row.name for row in read.constraints] == ["b[1].limit", "b[2].limit"]
    assert read.problem.hessian_pattern.nnz == 1
    assert condition(solve(model)) == "optimal"
    assert pyo.value(model.cost) == pytest.approx(2.0, abs=1e-6)


def test_deep_sums_and_square_systems():
    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(300), initialize=0.5)
    total = 0.0
    for k in range(300):
        total = pyo.sin(total * 0.1) + model.x[k]
    model.deep = pyo.Constraint(expr=total == 1.0)
    assert condition(solve(model)) in ("optimal", "feasible")
    assert pyo.value(model.deep.body) == pytest.approx(1.0, abs=1e-6)


def test_infeasible_and_limits_are_told():
    model = pyo.ConcreteModel()
    model.x = pyo.Var(initialize=1.0, bounds=(0.0, 5.0))
    model.cost = pyo.Objective(expr=(model.x - 1.0) ** 4 + pyo.exp(model.x))
    model.c = pyo.Constraint(expr=model.x**2 >= 49.0)
    assert condition(solve(model)) == "infeasible"
    model.c.deactivate()
    assert condition(solve(model, options={"max_iter": 1})) == "maxIterations"
    before = model.x.value
    solve(model, load_solutions=False)
    assert model.x.value == before


def build_integer(model):
    model.n = pyo.Var(domain=pyo.Integers)
    model.cost = pyo.Objective(expr=model.n**2)


def build_two_objectives(model):
    model.x = pyo.Var()
    model.one, model.two = pyo.Objective(expr=model.x), pyo.Objective(expr=model.x**2)


def build_ordered_set(model):
    model.x = pyo.Var([1, 2], initialize=1.0)
    model.cost = pyo.Objective(expr=model.x[1])
    model.choice = pyo.SOSConstraint(var=model.x, sos=1)


def build_fixed_without_value(model):
    model.x, model.y = pyo.Var(initialize=1.0), pyo.Var()
    model.y.fixed = True
    model.cost = pyo.Objective(expr=model.x**2 + model.y)


def build_nothing(model):
    model.x = pyo.Var()
    model.cost = pyo.Objective(expr=1.0)


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (build_integer, asdopt.UnsupportedOperationError, "n is integer"),
        (build_two_objectives, asdopt.InputError, "2 active objectives"),
        (build_ordered_set, asdopt.UnsupportedOperationError, "choice is a special ordered set"),
        (build_nothing, asdopt.InputError, "no free variable"),
        (build_fixed_without_value, asdopt.InputError, "y is fixed and has no value"),
    ],
)
def test_what_is_no_nonlinear_program_is_refused(build, error, words):
    model = pyo.ConcreteModel()
    build(model)
    with pytest.raises(error, match=words):
        solve(model)


def test_unknown_arguments_are_refused():
    """Those of the factory too, which were left out in silence."""
    with pytest.raises(asdopt.InputError, match="warmstart"):
        solve(production(), warmstart=True)
    solver = pyo.SolverFactory("asdopt", tol=1e-9)
    with pytest.raises(asdopt.InputError, match=r"given tol.*options="):
        solver.solve(production())
    with pytest.raises(asdopt.InputError, match="solver=slsqp"):
        pyo.SolverFactory("asdopt", solver="slsqp")


def test_an_abstract_model_is_told():
    model = pyo.AbstractModel()
    model.x = pyo.Var()
    model.cost = pyo.Objective(expr=model.x**2)
    with pytest.raises(asdopt.InputError, match="create_instance"):
        solve(model)


def product(a, b):
    return a**2 * math.sin(b)


def gradient(args, fixed):
    a, b = args
    return [2 * a * math.sin(b), a**2 * math.cos(b)]


def upper_hessian(args, fixed):
    a, b = args
    return [2 * math.sin(b), 2 * a * math.cos(b), -(a**2) * math.sin(b)]


@pytest.mark.parametrize(
    ("given", "tolerance"),
    [
        ({"gradient": gradient, "hessian": upper_hessian}, 1e-14),
        ({"gradient": gradient}, 1e-6),
        ({}, 1e-4),
    ],
    ids=["both", "gradient", "none"],
)
def test_external_functions(given, tolerance):
    """With the derivatives they have, at a fixed variable and a parameter as well."""
    model = pyo.ConcreteModel()
    model.x, model.y = pyo.Var(initialize=1.5), pyo.Var(initialize=0.7, bounds=(0.1, 2.0))
    model.held = pyo.Var(initialize=2.0)
    model.held.fix()
    model.f = pyo.ExternalFunction(product, **given)
    model.cost = pyo.Objective(expr=model.f(model.x, model.y) + model.f(model.held, model.y**2))
    model.row = pyo.Constraint(expr=model.f(3.0, model.held) + model.x >= 1.0)
    problem = PyomoModel(model).problem
    plain = asdopt.Problem(
        lambda v: v[0] ** 2 * np.sin(v[1]) + 4 * np.sin(v[1] ** 2), x0=problem.x0
    )
    np.testing.assert_allclose(problem.gradient(problem.x0), plain.gradient(plain.x0), rtol=1e-8)
    found, wanted = (p.hessian(p.x0).toarray() for p in (problem, plain))
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)
    assert condition(solve(model)) == "optimal"
