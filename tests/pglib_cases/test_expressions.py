"""Is arithmetic followed exactly as MATLAB means it, or not at all?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from pglib_cases import CaseError
from pglib_cases._expressions import Workspace


@pytest.fixture
def workspace() -> Workspace:
    bus = np.array([[1.0, 3.0, 500.0, 200.0], [2.0, 1.0, 80.0, 60.0]])
    return Workspace({"bus": bus, "branch": np.arange(8.0).reshape(2, 4)})


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("2 + 3 * 4", 14.0),
        ("-2^2", -4.0),
        ("(2^3)^2", 64.0),
        ("2^-1", 0.5),
        ("135/sqrt(3)", 135 / math.sqrt(3)),
        ("sin(acos(0.6))", 0.8),
        ("1e3 * .5", 500.0),
        ("2.^3 ./ 4", 2.0),
        ("cos(pi)", -1.0),
        ("mpc.bus(1, PD) / 1e3", 0.5),
        ("mpc.bus(2, 3)", 80.0),
    ],
)
def test_scalars(workspace: Workspace, expression: str, expected: float) -> None:
    assert workspace.evaluate(expression) == pytest.approx(expected)


@pytest.mark.parametrize(
    "expression",
    [
        "2^3^2",  # 64 in MATLAB, 512 in Python
        "unknown",
        "1/0",
        "sqrt(-1)",
        "(-8)^(0.5)",
        "[1 2]",
        "'2'",
        "mpc.bus(:, [PD QD]) * mpc.bus(:, [PD QD])",
        "1 / mpc.bus(:, PD)",
        "mpc.bus(:, PD) ^ 2",
        "mpc.bus(:, PD) + mpc.bus(:, [PD QD])",
        "mpc.bus(:, VMAX)",
        "mpc.bus(3, PD)",
        "mpc.bus(0, PD)",
        "mpc.bus(1, 0)",
        "mpc.bus(1, F_BUS)",
        "mpc.gen(1, 1)",
        "mpc.bus(:, PD)'",
        "a = 3",
        "__import__(1)",
        "",
    ],
)
def test_what_is_not_followed(workspace: Workspace, expression: str) -> None:
    assert workspace.evaluate(expression) is None


def test_columns_are_scaled_in_place(workspace: Workspace) -> None:
    assert workspace.update("mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD, QD]) / 1e3")
    assert_allclose(workspace.evaluate("bus(:, [PD QD])"), [[0.5, 0.2], [0.08, 0.06]])
    assert workspace.update("mpc.bus(:, QD) = mpc.bus(:, PD) * 2 + bus(:, PD)")
    assert_allclose(workspace.evaluate("bus(:, QD)"), [[1.5], [0.24]])
    assert workspace.update("mpc.branch(2, 1) = 7")
    assert workspace.evaluate("branch(2, F_BUS)") == 7.0


@pytest.mark.parametrize(
    "statement",
    [
        "mpc.bus(:, PD) = []",
        "mpc.bus(:, PD) = mpc.bus(:, [PD QD])",
        "mpc.bus(k, PD) = 0",
        "mpc.bus(1, :) = 0",
        "mpc.bus(:, PD)",
        "x(1) = 0",
    ],
)
def test_other_statements_change_nothing(workspace: Workspace, statement: str) -> None:
    before = workspace.evaluate("mpc.bus(:, [1 2 3 4])")
    assert not workspace.update(statement)
    assert_array_equal(workspace.evaluate("mpc.bus(:, [1 2 3 4])"), before)


def test_scalars_follow_their_last_assignment(workspace: Workspace) -> None:
    workspace.assign("Vbase", "2e3")
    workspace.assign("Sbase", "Vbase * 5")
    assert workspace.evaluate("Sbase") == 1e4
    workspace.assign("Vbase", "find(1)")
    assert workspace.evaluate("Vbase") is None


def test_a_name_of_a_column_that_was_reassigned_is_not_trusted(workspace: Workspace) -> None:
    workspace.assign("PD", "QD")
    assert workspace.evaluate("mpc.bus(1, PD)") is None


DISTRIBUTION = """
Vbase = mpc.bus(1, BASE_KV) * 1e3;      % in Volts
Sbase = mpc.baseMVA * 1e6;              % in VA
mpc.branch(:, [BR_R BR_X]) = mpc.branch(:, [BR_R BR_X]) / (Vbase^2 / Sbase);

mpc.bus(:, [PD, QD]) = mpc.bus(:, [PD, QD]) / 1e3;
"""


def test_ohms_and_kilowatts_of_a_distribution_case(tables, load_text) -> None:
    original = tables.load()
    case = load_text(tables.text + DISTRIBUTION)
    impedance = 230e3**2 / 100e6
    assert_allclose(case.r, original.r / impedance)
    assert_allclose(case.x, original.x / impedance)
    assert_allclose(case.pd, original.pd / 1e3)
    assert_allclose(case.qd, original.qd / 1e3)


def test_arithmetic_on_something_unknown_is_refused(tables, load_text) -> None:
    text = tables.text + DISTRIBUTION.replace("mpc.bus(1, BASE_KV)", "voltage()")
    with pytest.raises(CaseError, match=r"line 25: the statement 'mpc\.branch.* computes"):
        load_text(text)
