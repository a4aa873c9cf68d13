"""Is the model the published one, in both forms alike?"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from pglib_cases import CaseError, available, load
from pglib_cases._polar import (
    FlowCoefficients,
    PolarModel,
    acopf,
    polar_model,
    variable_names,
    variables,
)

EMBEDDED = ["3_lmbd", "5_pjm", "14_ieee", "30_ieee", "57_ieee", "118_ieee"]
INSTALLED = [name for name in ("60_c", "300_ieee", "1354_pegase") if name in available()]
NAMES = [
    "reference angle",
    "active power balance",
    "reactive power balance",
    "branch flow",
    "angle difference",
    "thermal limit from",
    "thermal limit to",
]


def values(model: PolarModel, x: object) -> np.ndarray:
    return np.concatenate([np.asarray(group.fun(x), dtype=float) for group in model.constraints])


@pytest.mark.parametrize("name", EMBEDDED + INSTALLED)
def test_both_forms_agree(name: str) -> None:
    case = load(name)
    loop, vectorized = polar_model(case, "loop"), polar_model(case, "vectorized")
    rng = np.random.default_rng(1)
    for _ in range(3):
        x = rng.normal(size=loop.x0.size)
        assert_allclose(loop.objective(x.tolist()), vectorized.objective(x), rtol=1e-12)
        expected = values(loop, x.tolist())
        assert_allclose(values(vectorized, x), expected, rtol=1e-12, atol=1e-12)
        assert_allclose(values(loop, x), expected, rtol=1e-12, atol=1e-12)
    for ours, other in zip(loop.constraints, vectorized.constraints, strict=True):
        assert ours.name == other.name
        assert_array_equal(ours.lb, other.lb)
        assert_array_equal(ours.ub, other.ub)
    assert [group.name for group in loop.constraints] == NAMES


@pytest.mark.parametrize(
    ("name", "n", "m"),
    [("3_lmbd", 24, 28), ("14_ieee", 118, 169), ("57_ieee", 448, 675), ("118_ieee", 1088, 1539)],
)
@pytest.mark.parametrize("form", ["loop", "vectorized"])
def test_sizes(name: str, n: int, m: int, form: str) -> None:
    model = polar_model(load(name), form)  # type: ignore[arg-type]
    assert model.x0.shape == model.lb.shape == model.ub.shape == (n,)
    assert sum(group.lb.size for group in model.constraints) == m
    assert values(model, model.x0).shape == (m,)


def test_start_and_bounds() -> None:
    case = load("5_pjm")
    model, at = polar_model(case), variables(case)
    assert list(at) == ["va", "vm", "pg", "qg", "p_ft", "q_ft", "p_tf", "q_tf"]
    assert_array_equal(model.x0[at["vm"]], 1.0)
    assert np.count_nonzero(model.x0) == case.num_buses
    assert np.all(np.isinf(model.lb[at["va"]]))
    assert_array_equal(model.ub[at["pg"]], case.pmax)
    assert_array_equal(model.lb[at["q_tf"]], -case.rate_a)
    assert at["q_tf"].stop == model.x0.size


def test_names_follow_the_variables(tables) -> None:
    assert variable_names(tables.load()) == (
        ["va[10]", "va[20]", "va[30]", "vm[10]", "vm[20]", "vm[30]", "pg[1]", "pg[2]"]
        + ["qg[1]", "qg[2]"]
        + [f"{name}[{row}]" for name in ("p_ft", "q_ft", "p_tf", "q_tf") for row in (1, 2, 3)]
    )


def test_flow_constants_are_those_of_complex_arithmetic(tables) -> None:
    """Flows of a branch with ratio and phase shift, against Ohm's law with complex numbers."""
    case = tables.load()
    k = FlowCoefficients.of(case)
    rng = np.random.default_rng(2)
    vm, va = rng.uniform(0.9, 1.1, 3), rng.uniform(-0.3, 0.3, 3)
    v_f, v_t = (vm * np.exp(1j * va))[case.f_bus], (vm * np.exp(1j * va))[case.t_bus]
    ratio = case.tap * np.exp(1j * case.shift)
    y = case.series_admittance
    s_ft = v_f / ratio * np.conj((y + 1j * case.b_fr) * v_f / ratio - y * v_t)
    s_tf = v_t * np.conj((y + 1j * case.b_to) * v_t - y * v_f / ratio)
    product = v_f * np.conj(v_t)
    c, s = product.real, product.imag
    square_f, square_t = abs(v_f) ** 2, abs(v_t) ** 2
    assert_allclose(k.p_ff * square_f + k.p_fc * c + k.p_fs * s, s_ft.real, atol=1e-12)
    assert_allclose(k.q_ff * square_f - k.p_fs * c + k.p_fc * s, s_ft.imag, atol=1e-12)
    assert_allclose(k.p_tt * square_t + k.p_tc * c - k.p_ts * s, s_tf.real, atol=1e-12)
    assert_allclose(k.q_tt * square_t - k.p_ts * c - k.p_tc * s, s_tf.imag, atol=1e-12)


@pytest.mark.parametrize("form", ["loop", "vectorized"])
def test_balance_and_objective_by_hand(tables, form: str) -> None:
    case = tables.load()
    model, at = polar_model(case, form), variables(case)  # type: ignore[arg-type]
    x = np.zeros(model.x0.size)
    x[at["vm"]] = [1.0, 1.1, 1.05]
    x[at["pg"]], x[at["qg"]] = [0.5, 0.25], [0.1, 0.2]
    x[at["p_ft"]], x[at["p_tf"]] = [0.1, 0.2, 0.4], [-0.1, -0.2, -0.4]
    active, reactive = (np.array(group.fun(x)) for group in model.constraints[1:3])
    shunt = 1.05**2
    assert_allclose(active, [0.5 - 0.5, 0.1 + 0.2 - 0.1 - 0.25, 0.9 - 0.6 + 0.02 * shunt])
    assert_allclose(reactive, [-0.1, 0.05 - 0.2, 0.3 - 0.19 * shunt])
    assert_allclose(model.objective(x), 200 * 0.25 + 1200 * 0.5 + 100 + 1500 * 0.25)


@pytest.mark.parametrize("form", ["loop", "vectorized"])
def test_zero_data_leave_no_terms(tables, form: str) -> None:
    tables.gencost = [[2, 0, 0, 3, 0, 0, 5]] * 2
    tables.bus[2][4:6] = [0, 0]
    model = polar_model(tables.load(), form)  # type: ignore[arg-type]
    assert model.objective(model.x0) == 10.0
    x = model.x0.copy()
    x[3:6] = 7.0  # vm
    for group in model.constraints[1:3]:
        assert_array_equal(group.fun(x), group.fun(model.x0))


@pytest.mark.parametrize("form", ["loop", "vectorized"])
def test_single_bus(tables, form: str) -> None:
    tables.bus, tables.gen, tables.branch = tables.bus[:1], tables.gen[:1], []
    tables.gencost = tables.gencost[:1]
    model = polar_model(tables.load(), form)  # type: ignore[arg-type]
    assert values(model, model.x0).shape == (3,)


def test_unknown_form() -> None:
    with pytest.raises(CaseError, match="form='matrix'; it must be 'loop' or 'vectorized'"):
        polar_model(load("3_lmbd"), "matrix")  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["loop", "vectorized"])
@pytest.mark.parametrize(
    ("name", "nnz_jacobian", "nnz_hessian"),
    [("3_lmbd", 97, 35), ("30_ieee", 1245, 418), ("118_ieee", 5703, 1814)],
)
def test_problem_has_the_published_sizes(
    name: str, nnz_jacobian: int, nnz_hessian: int, form: str
) -> None:
    """Two-sided: neither a structural zero of constant data nor a missing entry."""
    case = load(name)
    problem = acopf(case, form)  # type: ignore[arg-type]
    assert problem.n == 2 * case.num_buses + 2 * case.num_gens + 4 * case.num_branches
    assert problem.m == 1 + 2 * case.num_buses + 7 * case.num_branches
    assert problem.jacobian_structure()[0].size == nnz_jacobian
    assert problem.hessian_structure()[0].size == nnz_hessian
    assert problem.names[case.num_buses] == f"vm[{case.bus_id[0]}]"


def test_problems_of_both_forms_are_the_same() -> None:
    loop, vectorized = (acopf(load("30_ieee"), form) for form in ("loop", "vectorized"))
    for ours, other in zip(
        loop.jacobian_structure() + loop.hessian_structure(),
        vectorized.jacobian_structure() + vectorized.hessian_structure(),
        strict=True,
    ):
        assert_array_equal(ours, other)
    rng = np.random.default_rng(3)
    x, multipliers = rng.normal(size=loop.n), rng.normal(size=loop.m)
    assert_allclose(loop.jacobian_values(x), vectorized.jacobian_values(x), atol=1e-12)
    assert_allclose(
        loop.hessian_values(x, multipliers, 0.5),
        vectorized.hessian_values(x, multipliers, 0.5),
        atol=1e-11,
    )


def test_problem_without_branches(tables) -> None:
    tables.bus, tables.gen, tables.branch = tables.bus[:1], tables.gen[:1], []
    tables.gencost = tables.gencost[:1]
    assert acopf(tables.load()).m == 3
