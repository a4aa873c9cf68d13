"""The polar model as scalar loops over lists, the way one writes it down first.

Data are lists of Python numbers; x is anything that can be indexed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pglib_cases._network import Case
from pglib_cases._polar import FlowCoefficients, ModelFunction, variables

__all__ = ["loop_functions"]


def loop_functions(case: Case) -> tuple[ModelFunction, dict[str, ModelFunction]]:
    """Return the objective and the constraint functions by name, in the order of the rows.

    Parameters
    ----------
    case : Case

    Returns
    -------
    objective : callable
        ``x -> float``.
    constraints : dict of str to callable
        Each ``x -> list``.
    """
    at = variables(case)
    buses, branches = range(case.num_buses), range(case.num_branches)
    f_bus, t_bus = case.f_bus.tolist(), case.t_bus.tolist()
    reference = case.reference.tolist()
    gens_at, from_at, to_at = _at_buses(case)

    # Data that are zero leave no term behind.
    quadratic = [(k, c) for k, c in enumerate(case.c2.tolist()) if c != 0.0]
    linear = [(k, c) for k, c in enumerate(case.c1.tolist()) if c != 0.0]
    constant = float(case.c0.sum())

    def objective(x: Any) -> Any:
        pg = x[at["pg"]]
        cost = constant
        for k, c in quadratic:
            cost += c * pg[k] ** 2
        for k, c in linear:
            cost += c * pg[k]
        return cost

    def reference_angle(x: Any) -> list[Any]:
        va = x[at["va"]]
        return [va[i] for i in reference]

    def balance(x: Any, g: str, ft: str, tf: str, demand: list[float], shunt: list[float]) -> Any:
        vm, generation, flow_ft, flow_tf = x[at["vm"]], x[at[g]], x[at[ft]], x[at[tf]]
        rows = []
        for i in buses:
            total = demand[i]
            if shunt[i] != 0.0:
                total += shunt[i] * vm[i] ** 2
            for e in from_at[i]:
                total += flow_ft[e]
            for e in to_at[i]:
                total += flow_tf[e]
            for k in gens_at[i]:
                total -= generation[k]
            rows.append(total)
        return rows

    pd, qd = case.pd.tolist(), case.qd.tolist()
    gs, minus_bs = case.gs.tolist(), (-case.bs).tolist()

    def active_power_balance(x: Any) -> Any:
        return balance(x, "pg", "p_ft", "p_tf", pd, gs)

    def reactive_power_balance(x: Any) -> Any:
        return balance(x, "qg", "q_ft", "q_tf", qd, minus_bs)

    coefficients = FlowCoefficients.of(case)
    p_ff, q_ff = coefficients.p_ff.tolist(), coefficients.q_ff.tolist()
    p_fc, p_fs = coefficients.p_fc.tolist(), coefficients.p_fs.tolist()
    p_tt, q_tt = coefficients.p_tt.tolist(), coefficients.q_tt.tolist()
    p_tc, p_ts = coefficients.p_tc.tolist(), coefficients.p_ts.tolist()

    def branch_flow(x: Any) -> list[Any]:
        va, vm = x[at["va"]], x[at["vm"]]
        p_ft, q_ft, p_tf, q_tf = x[at["p_ft"]], x[at["q_ft"]], x[at["p_tf"]], x[at["q_tf"]]
        p_from, q_from, p_to, q_to = [], [], [], []
        for e in branches:
            i, j = f_bus[e], t_bus[e]
            v_f, v_t = vm[i], vm[j]
            delta = va[i] - va[j]
            c = v_f * v_t * np.cos(delta)
            s = v_f * v_t * np.sin(delta)
            p_from.append(p_ft[e] - (p_ff[e] * v_f**2 + p_fc[e] * c + p_fs[e] * s))
            q_from.append(q_ft[e] - (q_ff[e] * v_f**2 - p_fs[e] * c + p_fc[e] * s))
            p_to.append(p_tf[e] - (p_tt[e] * v_t**2 + p_tc[e] * c - p_ts[e] * s))
            q_to.append(q_tf[e] - (q_tt[e] * v_t**2 - p_ts[e] * c - p_tc[e] * s))
        return p_from + q_from + p_to + q_to

    def angle_difference(x: Any) -> list[Any]:
        va = x[at["va"]]
        return [va[f_bus[e]] - va[t_bus[e]] for e in branches]

    def thermal_limit_from(x: Any) -> list[Any]:
        p, q = x[at["p_ft"]], x[at["q_ft"]]
        return [p[e] ** 2 + q[e] ** 2 for e in branches]

    def thermal_limit_to(x: Any) -> list[Any]:
        p, q = x[at["p_tf"]], x[at["q_tf"]]
        return [p[e] ** 2 + q[e] ** 2 for e in branches]

    return objective, {
        "reference angle": reference_angle,
        "active power balance": active_power_balance,
        "reactive power balance": reactive_power_balance,
        "branch flow": branch_flow,
        "angle difference": angle_difference,
        "thermal limit from": thermal_limit_from,
        "thermal limit to": thermal_limit_to,
    }


def _at_buses(case: Case) -> tuple[list[list[int]], list[list[int]], list[list[int]]]:
    """Return the generators at, and the branches from and to each bus."""
    result = []
    for positions in (case.gen_bus, case.f_bus, case.t_bus):
        lists: list[list[int]] = [[] for _ in range(case.num_buses)]
        for k, i in enumerate(positions.tolist()):
            lists[i].append(k)
        result.append(lists)
    gens_at, from_at, to_at = result
    return gens_at, from_at, to_at
