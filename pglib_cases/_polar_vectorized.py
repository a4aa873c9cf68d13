"""The polar model with NumPy: fancy indexing for branch ends, sparse incidence matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from pglib_cases._network import Case
from pglib_cases._polar import FlowCoefficients, ModelFunction, variables

__all__ = ["vectorized_functions"]


def vectorized_functions(case: Case) -> tuple[ModelFunction, dict[str, ModelFunction]]:
    """Return the objective and the constraint functions by name, in the order of the rows.

    Parameters
    ----------
    case : Case

    Returns
    -------
    objective : callable
        ``x -> float``.
    constraints : dict of str to callable
        Each ``x -> array``.
    """
    at = variables(case)
    f_bus, t_bus, reference = case.f_bus, case.t_bus, case.reference
    gens = _incidence(case.num_buses, case.gen_bus)
    from_ends = _incidence(case.num_buses, f_bus)
    to_ends = _incidence(case.num_buses, t_bus)

    # Data that are zero leave no term behind.
    quadratic, linear = np.flatnonzero(case.c2), np.flatnonzero(case.c1)
    c2, c1, constant = case.c2[quadratic], case.c1[linear], float(case.c0.sum())

    def objective(x: Any) -> Any:
        pg = x[at["pg"]]
        cost = constant
        if quadratic.size:
            cost = cost + c2 @ (pg[quadratic] ** 2)
        if linear.size:
            cost = cost + c1 @ pg[linear]
        return cost

    def reference_angle(x: Any) -> Any:
        return x[at["va"]][reference]

    g_buses, b_buses = np.flatnonzero(case.gs), np.flatnonzero(case.bs)
    shunt_g = _incidence(case.num_buses, g_buses, case.gs[g_buses])
    shunt_b = _incidence(case.num_buses, b_buses, case.bs[b_buses])

    def active_power_balance(x: Any) -> Any:
        flow = from_ends @ x[at["p_ft"]] + to_ends @ x[at["p_tf"]]
        total = case.pd + flow - gens @ x[at["pg"]]
        if g_buses.size:
            total = total + shunt_g @ (x[at["vm"]][g_buses] ** 2)
        return total

    def reactive_power_balance(x: Any) -> Any:
        flow = from_ends @ x[at["q_ft"]] + to_ends @ x[at["q_tf"]]
        total = case.qd + flow - gens @ x[at["qg"]]
        if b_buses.size:
            total = total - shunt_b @ (x[at["vm"]][b_buses] ** 2)
        return total

    k = FlowCoefficients.of(case)

    def branch_flow(x: Any) -> Any:
        va, vm = x[at["va"]], x[at["vm"]]
        v_f, v_t = vm[f_bus], vm[t_bus]
        delta = va[f_bus] - va[t_bus]
        c = v_f * v_t * np.cos(delta)
        s = v_f * v_t * np.sin(delta)
        return np.concatenate(
            [
                x[at["p_ft"]] - (k.p_ff * v_f**2 + k.p_fc * c + k.p_fs * s),
                x[at["q_ft"]] - (k.q_ff * v_f**2 - k.p_fs * c + k.p_fc * s),
                x[at["p_tf"]] - (k.p_tt * v_t**2 + k.p_tc * c - k.p_ts * s),
                x[at["q_tf"]] - (k.q_tt * v_t**2 - k.p_ts * c - k.p_tc * s),
            ]
        )

    def angle_difference(x: Any) -> Any:
        va = x[at["va"]]
        return va[f_bus] - va[t_bus]

    def thermal_limit_from(x: Any) -> Any:
        return x[at["p_ft"]] ** 2 + x[at["q_ft"]] ** 2

    def thermal_limit_to(x: Any) -> Any:
        return x[at["p_tf"]] ** 2 + x[at["q_tf"]] ** 2

    return objective, {
        "reference angle": reference_angle,
        "active power balance": active_power_balance,
        "reactive power balance": reactive_power_balance,
        "branch flow": branch_flow,
        "angle difference": angle_difference,
        "thermal limit from": thermal_limit_from,
        "thermal limit to": thermal_limit_to,
    }


def _incidence(
    num_rows: int,
    rows: npt.NDArray[np.int64],
    values: npt.NDArray[np.float64] | None = None,
) -> csr_array:
    """Return the matrix that adds entry k of a vector, times its value, to row ``rows[k]``."""
    entries = np.ones(rows.size) if values is None else values
    return csr_array((entries, (rows, np.arange(rows.size))), shape=(num_rows, rows.size))
