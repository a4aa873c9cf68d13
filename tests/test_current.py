"""A problem is not solved with traces of functions that give other values by now."""

from __future__ import annotations

import itertools
import math
import pickle
import warnings

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import asdopt

SHIFT = 1.0


def test_data_that_changed_is_an_error():
    data = np.ones(3)
    problem = asdopt.Problem(lambda x: np.sum((x - data) ** 2), x0=np.zeros(3))
    assert problem.solve().x == pytest.approx(data, abs=1e-6)
    data[1] = 2.0
    message = r"the objective is 6 at the starting point, and 3 by what was traced.*parameters="
    with pytest.raises(asdopt.StaleTraceError, match=message):
        problem.solve()
    data[1] = 1.0
    assert problem.solve().success


def test_the_constraint_that_changed_is_named():
    limits = {"a": 1.0, "b": 2.0}
    balance = asdopt.Constraint(
        lambda x: [x[0] + limits["a"], x[1] * limits["b"]], lb=0.0, name="balance"
    )
    problem = asdopt.Problem(lambda x: x @ x, balance, x0=[1.0, 3.0])
    limits["b"] = 5.0
    with pytest.raises(asdopt.StaleTraceError, match=r"balance\[1\] is 15 .* 6 by"):
        problem.solve(solver="trust-constr")


def test_attributes_and_globals_are_seen(monkeypatch):
    class Model:
        weight = 2.0

        def __call__(self, x):
            return self.weight * (x[0] - SHIFT) ** 2

    model = Model()
    problem = asdopt.Problem(model, x0=[3.0])
    problem.solve()
    monkeypatch.setitem(globals(), "SHIFT", 2.0)
    with pytest.raises(asdopt.StaleTraceError):
        problem.solve()
    monkeypatch.undo()
    model.weight = 2.01
    with pytest.raises(asdopt.StaleTraceError):
        problem.solve()


def test_other_numbers_of_rows_and_values_that_are_none_are_seen():
    sizes, scale = [2], [1.0]
    rows = asdopt.Constraint(lambda x: x[: sizes[0]], -5, 5)
    problem = asdopt.Problem(lambda x: scale[0] * (x @ x), rows, x0=np.ones(3))
    for sizes[0] in (1, 3):
        with pytest.raises(asdopt.StaleTraceError, match=rf"return {sizes[0] + 1} values.* 3 when"):
            problem.solve()
    sizes[0] = 2
    for scale[0] in (np.nan, np.inf):
        with pytest.raises(asdopt.StaleTraceError, match=r"the objective is (nan|inf)"):
            problem.solve()


def test_values_that_differ_at_each_call_are_an_error():
    calls = itertools.count()
    problem = asdopt.Problem(lambda x: (x[0] - next(calls)) ** 2, x0=[0.2])
    with pytest.raises(asdopt.StaleTraceError, match="at each call"):
        problem.solve()


def test_parameters_may_change():
    problem = asdopt.Problem(lambda x, p: (x[0] - p[0]) ** 2, x0=[0.0], parameters=[1.0])
    for value in (1.0, -2.0, 1e5):
        assert problem.solve(parameters=[value]).x[0] == pytest.approx(value, rel=1e-6)


def test_rounding_is_no_change():
    """The sums of a trace may be in another order than those of the functions."""
    steps = np.linspace(-1.0, 1.0, 2001) ** 3

    def cancelling(x):
        return sum(1e8 * s * (x[0] + 1.0) for s in steps.tolist()) + x[0] ** 2

    assert asdopt.Problem(cancelling, x0=[0.3], bounds=[(-1, 1)]).solve().nit >= 0


def test_solvers_inside_of_functions_are_as_exact_as_they_were_asked_to_be():
    def outer(x):
        inner = minimize_scalar(lambda y: (y - x[0]) ** 2 + 0.1 * y**4, options={"xtol": 1e-3})
        return (inner.x - 0.62) ** 2

    assert asdopt.Problem(outer, x0=[0.7]).solve().success


def test_functions_that_were_left_behind_are_not_called():
    problem = asdopt.Problem(lambda x: (x[0] - 1.0) ** 2, x0=[0.0])
    assert pickle.loads(pickle.dumps(problem)).solve().x == pytest.approx([1.0])


def test_what_the_functions_raise_by_now_is_raised():
    table = {"k": 1.0}
    problem = asdopt.Problem(lambda x: table["k"] * x[0] ** 2, x0=[1.0])
    table.clear()
    with pytest.raises(KeyError):
        problem.solve()
    numbers = [1.0]
    problem = asdopt.Problem(lambda x: math.log(numbers[0]) + x[0] ** 2, x0=[1.0])
    numbers[0] = -1.0
    with pytest.raises(ValueError, match=r"math domain error|expected a positive input"):
        problem.solve()


@pytest.mark.filterwarnings("error")
def test_warnings_that_are_errors_are_not_ours_to_raise():
    is_traced = [True]

    def fun(x):
        if not is_traced:
            warnings.warn("numbers", stacklevel=1)
        return x @ x

    problem = asdopt.Problem(fun, x0=[1.0, 2.0])
    is_traced.clear()
    assert problem.solve().success


def test_a_start_without_a_value_is_reported_as_such():
    problem = asdopt.Problem(lambda x: x[0] - math.log(x[0]), x0=[2.0])
    solution = problem.solve(x0=[-1.0])
    assert not solution.success
    assert "log" in solution.message


def test_functions_are_called_once_more_for_each_solve():
    calls = []

    def fun(x):
        calls.append(x)
        return x[0] ** 2

    problem = asdopt.Problem(fun, x0=[1.0])
    before = len(calls)
    problem.solve()
    problem.solve()
    assert len(calls) == before + 2
