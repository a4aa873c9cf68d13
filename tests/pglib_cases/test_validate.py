"""Does validation accept what Ipopt solves and name what is wrong with anything else?"""

from __future__ import annotations

import numpy as np
import pytest

from pglib_cases import Case, CaseError, available, baseline, load, validate
from pglib_cases._polar import polar_model, variables


def solve_with_casadi(case: Case) -> tuple[np.ndarray, float]:
    """Solve the model by CasADi's derivatives and Ipopt: none of our own machinery."""
    casadi = pytest.importorskip("casadi")
    if hasattr(casadi.GlobalOptions, "setNumpyMode"):
        casadi.GlobalOptions.setNumpyMode(-1)
    model = polar_model(case, "loop")
    x = casadi.SX.sym("x", model.x0.size)
    rows = [row for group in model.constraints for row in group.fun(x.elements())]
    nlp = {"x": x, "f": model.objective(x.elements()), "g": casadi.vertcat(*rows)}
    options = {"ipopt.print_level": 0, "ipopt.sb": "yes", "print_time": False}
    solver = casadi.nlpsol("solver", "ipopt", nlp, options)
    result = solver(
        x0=model.x0,
        lbx=model.lb,
        ubx=model.ub,
        lbg=np.concatenate([group.lb for group in model.constraints]),
        ubg=np.concatenate([group.ub for group in model.constraints]),
    )
    assert solver.stats()["success"]
    return np.array(result["x"]).ravel(), float(result["f"])


@pytest.fixture(scope="module")
def solved() -> tuple[Case, np.ndarray]:
    case = load("14_ieee")
    return case, solve_with_casadi(case)[0]


@pytest.mark.parametrize(
    "name",
    ["3_lmbd", "5_pjm", "30_ieee", "57_ieee", "118_ieee"]
    + [name for name in ("60_c", "300_ieee", "39_epri__api", "30_as__sad") if name in available()],
)
def test_solutions_validate_and_meet_the_published_objective(name: str) -> None:
    case = load(name)
    x, objective = solve_with_casadi(case)
    report = validate(case, x)
    assert report.feasible, report
    assert report.objective == pytest.approx(objective, rel=1e-12)
    assert baseline(name).matches(objective)


def test_report_reads_well(solved) -> None:
    case, x = solved
    report = validate(case, x)
    assert "feasible at 1e-06, objective 2178.08" in repr(report)
    assert set(report.violations) >= {"flow p from", "active power balance", "thermal limit to"}
    assert not validate(case, x, tolerance=1e-20).feasible


@pytest.mark.parametrize(
    ("name", "position", "change", "group", "where"),
    [
        ("vm", 3, 1.0, "voltage magnitude", "bus 4"),
        ("pg", 2, 0.5, "active generation", "generator in row 3"),
        ("pg", 0, 0.001, "active power balance", "bus 1"),
        ("qg", 1, 0.001, "reactive power balance", "bus 2"),
        ("p_ft", 4, 0.001, "flow p from", "branch in row 5"),
        ("q_ft", 4, 0.001, "flow q from", "branch in row 5"),
        ("p_tf", 6, 0.001, "flow p to", "branch in row 7"),
        ("q_tf", 6, 0.001, "flow q to", "branch in row 7"),
        ("p_ft", 0, 100.0, "thermal limit from", "branch in row 1"),
        ("q_tf", 0, 100.0, "thermal limit to", "branch in row 1"),
        ("q_tf", 0, 100.0, "flow bounds", "branch in row 1"),
        ("va", 0, 0.01, "reference angle", "bus 1"),
        ("va", 13, 2.0, "angle difference", None),
    ],
)
def test_each_kind_of_violation_is_found(solved, name, position, change, group, where) -> None:
    case, x = solved
    x = x.copy()
    x[variables(case)[name]][position] += change
    report = validate(case, x)
    assert not report.feasible
    assert report.violations[group].amount > 1e-6
    if where is not None:
        assert report.violations[group].where == where
    assert "NOT feasible" in repr(report)


def test_phase_shifters_and_shunts_are_validated(tables) -> None:
    case = tables.load()
    assert validate(case, solve_with_casadi(case)[0]).feasible


def test_infinite_limits(tables) -> None:
    tables.gen[0][3:5] = [np.inf, -np.inf]
    tables.branch[0][5] = np.inf
    case = tables.load()
    assert validate(case, solve_with_casadi(case)[0]).feasible


def test_wrong_size_and_not_a_number(solved) -> None:
    case, x = solved
    with pytest.raises(CaseError, match=r"shape \(3,\); .* has 118 variables"):
        validate(case, x[:3])
    x = x.copy()
    x[7] = np.nan
    with pytest.raises(CaseError, match="entry nan at position 7"):
        validate(case, x)
