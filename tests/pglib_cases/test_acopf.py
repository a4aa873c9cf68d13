"""The main job: does the traced model solve to the published objectives, with CasADi's derivatives?

Real Ipopt, real cases, both forms.
"""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from pglib_cases import Case, acopf, available, baseline, load, validate
from pglib_cases._labels import row_labels
from pglib_cases._polar import polar_model

SMALL = ["3_lmbd", "5_pjm", "14_ieee", "30_ieee", "57_ieee", "118_ieee"]
INSTALLED = [name for name in ("60_c", "300_ieee", "118_ieee__api") if name in available()]
LARGE = [
    pytest.param(name, marks=pytest.mark.slow) for name in ("1354_pegase",) if name in available()
]


@pytest.mark.parametrize("form", ["loop", "vectorized"])
@pytest.mark.parametrize("name", [*SMALL, *INSTALLED, *LARGE])
def test_solves_to_the_published_objective(name: str, form: str) -> None:
    pytest.importorskip("cyipopt")
    case = load(name)
    solution = acopf(case, form).solve(options={"print_level": 0})  # type: ignore[arg-type]
    assert solution.success
    assert baseline(name).matches(solution.fun)
    report = validate(case, solution.x)
    assert report.feasible, report
    assert report.objective == pytest.approx(solution.fun, rel=1e-12)


def casadi_derivatives(
    case: Case, x: np.ndarray, multipliers: np.ndarray, obj_factor: float
) -> tuple[sp.csr_array, sp.csr_array]:
    """Return the Jacobian and the lower Hessian by CasADi, on the functions of the loop form."""
    casadi = pytest.importorskip("casadi")
    if hasattr(casadi.GlobalOptions, "setNumpyMode"):
        casadi.GlobalOptions.setNumpyMode(-1)
    model = polar_model(case, "loop")
    xs = casadi.SX.sym("x", x.size)
    rows = [row for group in model.constraints for row in group.fun(xs.elements())]
    g, objective = casadi.vertcat(*rows), model.objective(xs.elements())
    weights = casadi.SX.sym("w", g.shape[0])
    hessian, _ = casadi.hessian(obj_factor * objective + casadi.dot(weights, g), xs)
    function = casadi.Function(
        "derivatives", [xs, weights], [casadi.jacobian(g, xs), casadi.tril(hessian)]
    )
    return tuple(sp.csr_array(value.sparse()) for value in function(x, multipliers))


@pytest.mark.parametrize("name", ["14_ieee", "118_ieee", *LARGE])
def test_derivatives_are_casadi_s_entry_by_entry(name: str) -> None:
    """Equal structure, and values within 1e-10 of the largest entry of the row."""
    case = load(name)
    problem = acopf(case)
    rng = np.random.default_rng(4)
    x = problem.x0 + rng.uniform(-0.3, 0.3, problem.n)
    multipliers = rng.normal(size=problem.m)
    expected = casadi_derivatives(case, x, multipliers, 0.7)
    ours = problem.jacobian(x), problem.hessian(x, multipliers, obj_factor=0.7)
    for theirs, mine in zip(expected, ours, strict=True):
        assert mine.nnz == theirs.nnz
        largest = np.maximum(abs(theirs).max(axis=1).toarray().ravel(), 1e-300)
        difference = sp.diags_array(1.0 / largest) @ abs(mine - theirs)
        assert difference.max() <= 1e-10


def test_rows_go_by_the_numbers_of_the_case_file() -> None:
    """Buses by number, branches by row and ends; in what is violated, and for explain."""
    case = load("118_ieee")
    problem = acopf(case)
    names = problem.row_names
    assert len(set(names)) == len(names) == problem.m
    assert names[0] == "reference angle[bus 69]"
    assert names[problem.m - 1] == "thermal limit to[branch 186, 76-118]"
    labels = row_labels(case)["branch flow"]
    assert [*labels] == labels[:] == [labels[i] for i in range(len(labels))]
    x = problem.x0.copy()
    x[problem.names.index("p_ft[104]")] = 100.0
    first = problem.violated(x)[0].name
    assert first == "thermal limit from[branch 104, 65-68]"
    assert problem.explain(first, "p_ft[104]")
    balance = "active power balance[bus 65]"
    assert problem.explain(balance, "p_ft[104]")
    assert not problem.explain(balance, "p_ft[1]")
    flow = names.index("branch flow[q_tf, branch 104, 65-68]")
    rows, cols = problem.jacobian_structure()
    assert problem.names.index("q_tf[104]") in cols[rows == flow]
