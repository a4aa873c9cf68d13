"""The power flow model in the languages of PyOptInterface and Pyomo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks._workload import Functions
from pglib_cases import Case
from pglib_cases._polar import FlowCoefficients, polar_model, variables


def pyoptinterface(case: Case) -> Callable[[Any, list[Any]], list[Any]]:
    """Linear and quadratic rows as such; a graph a branch for the flows.

    Only sines and cosines are shared in a graph: a product or sum used twice is changed by its
    first use (0.6.1).
    """
    at = variables(case)
    k = {name: value.tolist() for name, value in vars(FlowCoefficients.of(case)).items()}
    f_bus, t_bus = case.f_bus.tolist(), case.t_bus.tolist()

    def add(model: Any, x: list[Any]) -> list[Any]:
        import pyoptinterface as poi
        from pyoptinterface import nl

        va, vm, pg, qg, p_ft, q_ft, p_tf, q_tf = (x[where] for where in at.values())

        def balance(
            generation: list[Any], ft: list[Any], tf: list[Any], demand: Any, shunt: Any
        ) -> list[Any]:
            rows = [poi.ExprBuilder() for _ in range(case.num_buses)]
            for e, (i, j) in enumerate(zip(f_bus, t_bus, strict=True)):
                rows[i].add_affine_term(ft[e], 1.0)
                rows[j].add_affine_term(tf[e], 1.0)
            for g, i in enumerate(case.gen_bus.tolist()):
                rows[i].add_affine_term(generation[g], -1.0)
            handles = []
            for i, row in enumerate(rows):
                if shunt[i] != 0.0:
                    row.add_quadratic_term(vm[i], vm[i], float(shunt[i]))
                    handles.append(model.add_quadratic_constraint(row, poi.Eq, -float(demand[i])))
                else:
                    handles.append(model.add_linear_constraint(row, poi.Eq, -float(demand[i])))
            return handles

        handles = [
            model.add_linear_constraint(1.0 * va[i], poi.Eq, 0.0) for i in case.reference.tolist()
        ]
        handles += balance(pg, p_ft, p_tf, case.pd, case.gs)
        handles += balance(qg, q_ft, q_tf, case.qd, -case.bs)
        flows: list[list[Any]] = [[], [], [], []]
        for e, (i, j) in enumerate(zip(f_bus, t_bus, strict=True)):
            with nl.graph():
                v_f, v_t, delta = vm[i], vm[j], va[i] - va[j]
                c, s = nl.cos(delta), nl.sin(delta)
                rows = (
                    p_ft[e]
                    - k["p_ff"][e] * v_f * v_f
                    - v_f * v_t * (k["p_fc"][e] * c + k["p_fs"][e] * s),
                    q_ft[e]
                    - k["q_ff"][e] * v_f * v_f
                    - v_f * v_t * (k["p_fc"][e] * s - k["p_fs"][e] * c),
                    p_tf[e]
                    - k["p_tt"][e] * v_t * v_t
                    - v_f * v_t * (k["p_tc"][e] * c - k["p_ts"][e] * s),
                    q_tf[e]
                    - k["q_tt"][e] * v_t * v_t
                    + v_f * v_t * (k["p_ts"][e] * c + k["p_tc"][e] * s),
                )
                for kind, row in zip(flows, rows, strict=True):
                    kind.append(model.add_nl_constraint(row, poi.Eq, 0.0))
        handles += [handle for kind in flows for handle in kind]
        for e, (i, j) in enumerate(zip(f_bus, t_bus, strict=True)):
            interval = (float(case.angmin[e]), float(case.angmax[e]))
            handles.append(model.add_linear_constraint(va[i] - va[j], interval))
        for p, q in ((p_ft, q_ft), (p_tf, q_tf)):
            for e, rate in enumerate(case.rate_a.tolist()):
                power = p[e] * p[e] + q[e] * q[e]
                handles.append(model.add_quadratic_constraint(power, poi.Leq, rate**2))
        cost = poi.ExprBuilder()
        for g, (c2, c1) in enumerate(zip(case.c2.tolist(), case.c1.tolist(), strict=True)):
            if c2 != 0.0:
                cost.add_quadratic_term(pg[g], pg[g], c2)
            if c1 != 0.0:
                cost.add_affine_term(pg[g], c1)
        cost += float(case.c0.sum())
        model.set_objective(cost)
        return handles

    return add


def pyomo(case: Case, pyo: Any) -> Functions:
    """The scalar loop, the flows with Pyomo's sine and cosine."""
    model = polar_model(case, "loop")
    at = variables(case)
    k = {name: value.tolist() for name, value in vars(FlowCoefficients.of(case)).items()}
    ends = list(zip(case.f_bus.tolist(), case.t_bus.tolist(), strict=True))

    def flows(x: list[Any]) -> list[Any]:
        va, vm, _, _, p_ft, q_ft, p_tf, q_tf = (x[where] for where in at.values())
        rows: list[list[Any]] = [[], [], [], []]
        for e, (i, j) in enumerate(ends):
            delta = va[i] - va[j]
            c, s = vm[i] * vm[j] * pyo.cos(delta), vm[i] * vm[j] * pyo.sin(delta)
            from_square, to_square = vm[i] ** 2, vm[j] ** 2
            p_fc, p_fs, p_tc, p_ts = (k[name][e] for name in ("p_fc", "p_fs", "p_tc", "p_ts"))
            rows[0].append(p_ft[e] - (k["p_ff"][e] * from_square + p_fc * c + p_fs * s))
            rows[1].append(q_ft[e] - (k["q_ff"][e] * from_square - p_fs * c + p_fc * s))
            rows[2].append(p_tf[e] - (k["p_tt"][e] * to_square + p_tc * c - p_ts * s))
            rows[3].append(q_tf[e] - (k["q_tt"][e] * to_square - p_ts * c - p_tc * s))
        return [row for kind in rows for row in kind]

    def constraints(x: list[Any]) -> list[Any]:
        parts = [
            flows(x) if group.name == "branch flow" else group.fun(x) for group in model.constraints
        ]
        return [row for part in parts for row in part]

    return Functions(model.objective, constraints)
