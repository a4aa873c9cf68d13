"""Python functions inside of Pyomo models."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from scipy import sparse

import asdopt

pyo = pytest.importorskip("pyomo.environ")
grey = pytest.importorskip("pyomo.contrib.pynumero.interfaces.external_grey_box")
pyomo_model = pytest.importorskip("asdopt.adapters.pyomo_model")
GreyBox = pyomo_model.GreyBox


def reactor(x):
    """An equation for the concentration, and the yield as an output."""
    flow, heat, part = x
    rate = math.exp(-1.0 / heat)
    return [flow * (1 - part) - rate * part**2, flow * part - 0.1 * heat**2]


STARTS = {"flow": 1.0, "heat": 1.0, "part": 0.5}


def with_box(external_model):
    model = pyo.ConcreteModel()
    model.box = grey.ExternalGreyBoxBlock()
    model.box.set_external_model(external_model)
    model.flow = pyo.Reference(model.box.inputs["flow"])
    model.limit = pyo.Constraint(expr=model.box.inputs["flow"] + model.box.inputs["heat"] <= 3)
    model.gain = pyo.Objective(expr=model.box.outputs["yield"], sense=pyo.maximize)
    for name, value in STARTS.items():
        model.box.inputs[name].set_value(value)
        model.box.inputs[name].setlb(0.1)
    model.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    return model


def without_box():
    model = pyo.ConcreteModel()
    model.v = pyo.Var(list(STARTS), initialize=STARTS, bounds=(0.1, None))
    flow, heat, part = model.v.values()
    model.law = pyo.Constraint(expr=flow * (1 - part) == pyo.exp(-1.0 / heat) * part**2)
    model.limit = pyo.Constraint(expr=flow + heat <= 3)
    model.gain = pyo.Objective(expr=flow * part - 0.1 * heat**2, sense=pyo.maximize)
    model.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    return model


def make_box():
    return GreyBox(reactor, STARTS, ["yield"], ["law"])


class ByHand(grey.ExternalGreyBoxModel):
    """The same by Pyomo's interface, as its users write it."""

    def input_names(self):
        return list(STARTS)

    def equality_constraint_names(self):
        return ["law"]

    def output_names(self):
        return ["yield"]

    def set_input_values(self, input_values):
        self.x = np.array(input_values)

    def evaluate_equality_constraints(self):
        return np.array([reactor(self.x)[0]])

    def evaluate_outputs(self):
        return np.array([reactor(self.x)[1]])

    def evaluate_jacobian_equality_constraints(self):
        flow, heat, part = self.x
        rate = math.exp(-1.0 / heat)
        row = [1 - part, -rate * part**2 / heat**2, -flow - 2 * rate * part]
        return sparse.coo_matrix([row])

    def evaluate_jacobian_outputs(self):
        flow, heat, part = self.x
        return sparse.coo_matrix([[part, -0.2 * heat, flow]])


class ByHandTwice(ByHand):
    """With second derivatives."""

    def set_equality_constraint_multipliers(self, eq_con_multiplier_values):
        self.law = np.array(eq_con_multiplier_values)

    def set_output_constraint_multipliers(self, output_con_multiplier_values):
        self.gain = np.array(output_con_multiplier_values)

    def evaluate_hessian_equality_constraints(self):
        _, heat, part = self.x
        rate = math.exp(-1.0 / heat)
        slope = rate / heat**2
        lower = np.zeros((3, 3))
        lower[1, 1] = -(slope / heat**2 - 2 * slope / heat) * part**2
        lower[2, 0], lower[2, 1], lower[2, 2] = -1.0, -2 * slope * part, -2 * rate
        return sparse.coo_matrix(self.law[0] * lower)

    def evaluate_hessian_outputs(self):
        lower = np.zeros((3, 3))
        lower[1, 1], lower[2, 0] = -0.2, 1.0
        return sparse.coo_matrix(self.gain[0] * lower)


class Whole(ByHandTwice):
    """With both triangles, of which the lower one counts."""

    def evaluate_hessian_equality_constraints(self):
        lower = super().evaluate_hessian_equality_constraints().toarray()
        return sparse.coo_matrix(lower + np.tril(lower, -1).T)


class Upper(ByHandTwice):
    def evaluate_hessian_outputs(self):
        return super().evaluate_hessian_outputs().T


def rows_of(box):
    return sys.modules["asdopt.adapters._pyomo_grey_box"]._black_box(box)


def test_hessians_of_boxes_are_lower_triangles():
    x = np.array([1.1, 0.7, 0.4])
    found = []
    for box in (ByHandTwice(), Whole()):
        problem = asdopt.Problem(None, asdopt.Constraint(rows_of(box), -np.inf, np.inf), x0=x)
        found.append(problem.hessian(x, np.array([1.5, -0.5])).toarray())
    np.testing.assert_array_equal(*found)
    with pytest.raises(asdopt.InputError, match="row >= col"):
        asdopt.Problem(None, asdopt.Constraint(rows_of(Upper()), -9.0), x0=x).hessian(x, [1.0, 1.0])


@pytest.mark.parametrize("make", [make_box, ByHand, ByHandTwice])
def test_the_optimum_is_that_of_the_model_without_a_box(make):
    wanted, model = without_box(), with_box(make())
    for one in (wanted, model):
        results = pyo.SolverFactory("asdopt").solve(one, options={"tol": 1e-9})
        assert str(results.solver.termination_condition) == "optimal"
    assert pyo.value(model.gain) == pytest.approx(pyo.value(wanted.gain), abs=1e-6)
    for name in STARTS:
        found = model.box.inputs[name].value
        assert found == pytest.approx(wanted.v[name].value, abs=1e-4)
    assert model.dual[model.limit] == pytest.approx(wanted.dual[wanted.limit], abs=1e-5)


def test_fixed_inputs_are_numbers():
    wanted, model = without_box(), with_box(make_box())
    wanted.v["heat"].fix(0.8)
    model.box.inputs["heat"].fix(0.8)
    read = pyomo_model.PyomoModel(model)
    assert [v.name for v in read.variables].count("box.inputs[heat]") == 0
    read.load(read.problem.solve(options={"tol": 1e-9}))
    pyo.SolverFactory("asdopt").solve(wanted, options={"tol": 1e-9})
    assert pyo.value(model.gain) == pytest.approx(pyo.value(wanted.gain), abs=1e-6)


def test_the_function_is_a_part_of_the_model():
    read = pyomo_model.PyomoModel(with_box(make_box()))
    assert read.problem.check_derivatives()
    assert not read.problem.evaluator.trace.externals
    assert [read.problem.row_names[k] for k in (1, 2)] == ["box[0]", "box[1]"]


def test_the_interface_of_pynumero_has_exact_derivatives():
    box, by_hand = make_box(), ByHandTwice()
    x = np.array([0.9, 1.3, 0.4])
    assert box.input_names() == list(STARTS)
    assert box.output_names() == ["yield"]
    assert box.equality_constraint_names() == ["law"]
    for one in (box, by_hand):
        one.set_input_values(x)
        one.set_equality_constraint_multipliers([2.5])
        one.set_output_constraint_multipliers([-3.0])
    for name in (
        "evaluate_equality_constraints",
        "evaluate_outputs",
        "evaluate_jacobian_equality_constraints",
        "evaluate_jacobian_outputs",
        "evaluate_hessian_equality_constraints",
        "evaluate_hessian_outputs",
    ):
        found, wanted = getattr(box, name)(), getattr(by_hand, name)()
        if "_j" in name or "_h" in name:
            assert isinstance(found, sparse.coo_matrix)
            found, wanted = found.toarray(), wanted.toarray()
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-14, err_msg=name)


def test_blocks_start_at_the_values_of_the_inputs():
    model = pyo.ConcreteModel()
    model.box = grey.ExternalGreyBoxBlock()
    model.box.set_external_model(GreyBox(lambda x: [x[0] ** 2], {"a": 4.0}, ["b"]))
    assert model.box.inputs["a"].value == 4.0


def test_wrong_boxes_are_told():
    with pytest.raises(asdopt.InputError, match=r"returned 2 values.*0 equations and 1 outputs"):
        GreyBox(reactor, STARTS, ["yield"])
    with pytest.raises(asdopt.InputError, match="mapping"):
        GreyBox(reactor, ["flow", "heat", "part"], ["yield"], ["law"])

    class WithObjective(ByHand):
        def has_objective(self):
            return True

    with pytest.raises(asdopt.UnsupportedOperationError, match="objective of its own"):
        pyomo_model.PyomoModel(with_box(WithObjective()))
