"""AC optimal power flow, polar, on cases of PGLib: variables and rows as in pglib_cases.

The plain Python forms are those of pglib_cases; the other systems' are here and beside.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

import numpy as np
from scipy.sparse import csc_array

from benchmarks._workload import Case, Functions, Workload
from benchmarks.cases import _acopf_hand as hand
from benchmarks.cases import _acopf_models as models
from pglib_cases import acopf, baseline, load
from pglib_cases._polar import FlowCoefficients, polar_model, variables

# What pglib_cases imports on demand is imported here, outside all times.
importlib.import_module("pglib_cases._polar_loop")


@cache
def network(size: str) -> Any:
    """Network of a size; loading it is nobody's time."""
    return load(size)


def plain(size: str, form: str) -> Functions:
    """Plain Python: ours, and CasADi's scalar loop, since a symbol knows np.cos."""
    case = network(size)
    model = polar_model(case, "loop" if form == "loop" else "vectorized")
    join = _chain if form == "loop" else np.concatenate
    parts = [group.fun for group in model.constraints]

    def constraints(x: Any) -> Any:
        return join([part(x) for part in parts])

    def problem() -> Any:
        return acopf(case, form="loop" if form == "loop" else "vectorized")

    return Functions(model.objective, constraints, problem)


def _chain(parts: list[list[Any]]) -> list[Any]:
    return [row for part in parts for row in part]


def vectors(size: str, ops: Any) -> Functions:
    """The model on whole vectors, for systems with other operators than NumPy's.

    ``ops`` has sin, cos, join, take (entries of a vector), spread (add entries into buses), dot.
    """
    case = network(size)
    at, k = variables(case), FlowCoefficients.of(case)
    f_bus, t_bus = case.f_bus, case.t_bus
    g_buses, b_buses = np.flatnonzero(case.gs), np.flatnonzero(case.bs)
    quadratic, linear = np.flatnonzero(case.c2), np.flatnonzero(case.c1)
    constant = float(case.c0.sum())

    def objective(x: Any) -> Any:
        pg = x[at["pg"]]
        cost = constant
        if quadratic.size:
            cost = cost + ops.dot(case.c2[quadratic], ops.take(pg, quadratic) ** 2)
        if linear.size:
            cost = cost + ops.dot(case.c1[linear], ops.take(pg, linear))
        return cost

    def balance(x: Any, generation: str, ft: str, tf: str, demand: Any) -> Any:
        flows = ops.spread(x[at[ft]], f_bus) + ops.spread(x[at[tf]], t_bus)
        return demand + flows - ops.spread(x[at[generation]], case.gen_bus)

    def constraints(x: Any) -> Any:
        va, vm = x[at["va"]], x[at["vm"]]
        p_ft, q_ft, p_tf, q_tf = (x[at[name]] for name in ("p_ft", "q_ft", "p_tf", "q_tf"))
        active = balance(x, "pg", "p_ft", "p_tf", case.pd)
        if g_buses.size:
            shunt = ops.scale(ops.take(vm, g_buses) ** 2, case.gs[g_buses])
            active = active + ops.spread(shunt, g_buses)
        reactive = balance(x, "qg", "q_ft", "q_tf", case.qd)
        if b_buses.size:
            shunt = ops.scale(ops.take(vm, b_buses) ** 2, case.bs[b_buses])
            reactive = reactive - ops.spread(shunt, b_buses)
        v_f, v_t = ops.take(vm, f_bus), ops.take(vm, t_bus)
        delta = ops.take(va, f_bus) - ops.take(va, t_bus)
        c, s = v_f * v_t * ops.cos(delta), v_f * v_t * ops.sin(delta)
        return ops.join(
            [
                ops.take(va, case.reference),
                active,
                reactive,
                p_ft - (k.p_ff * v_f**2 + k.p_fc * c + k.p_fs * s),
                q_ft - (k.q_ff * v_f**2 - k.p_fs * c + k.p_fc * s),
                p_tf - (k.p_tt * v_t**2 + k.p_tc * c - k.p_ts * s),
                q_tf - (k.q_tt * v_t**2 - k.p_ts * c - k.p_tc * s),
                delta,
                p_ft**2 + q_ft**2,
                p_tf**2 + q_tf**2,
            ]
        )

    return Functions(objective, constraints)


class JaxOps:
    """Of jax.numpy."""

    def __init__(self, jnp: Any, num_buses: int) -> None:
        self.sin, self.cos, self.join, self.dot = jnp.sin, jnp.cos, jnp.concatenate, jnp.dot
        self._zeros = jnp.zeros(num_buses)

    def take(self, x: Any, where: Any) -> Any:
        return x[where]

    def scale(self, x: Any, factors: Any) -> Any:
        return factors * x

    def spread(self, x: Any, buses: Any) -> Any:
        return self._zeros.at[buses].add(x)


class CasadiOps:
    """Of casadi, SX or MX."""

    def __init__(self, ca: Any, num_buses: int) -> None:
        self.sin, self.cos = ca.sin, ca.cos
        self._ca, self._num_buses = ca, num_buses

    def dot(self, factors: Any, x: Any) -> Any:
        return self._ca.dot(self._ca.DM(factors), x)

    def join(self, parts: list[Any]) -> Any:
        return self._ca.vertcat(*parts)

    def take(self, x: Any, where: Any) -> Any:
        return x[where.tolist()]

    def scale(self, x: Any, factors: Any) -> Any:
        return self._ca.DM(factors) * x

    def spread(self, x: Any, buses: Any) -> Any:
        shape = (self._num_buses, len(buses))
        m = csc_array((np.ones(len(buses)), (buses, np.arange(len(buses)))), shape=shape)
        pattern = self._ca.Sparsity(*shape, m.indptr.tolist(), m.indices.tolist())
        return self._ca.mtimes(self._ca.DM(pattern, m.data), x)


def make(size: str) -> Workload:
    case = network(size)
    model = polar_model(case, "vectorized")
    random = np.random.default_rng(4)
    width = np.full(model.x0.size, 1.0)
    width[variables(case)["va"]] = 0.2
    width[variables(case)["vm"]] = 0.05
    limits = [(group.lb, group.ub) for group in model.constraints]
    return Workload(
        points=model.x0 + width * random.uniform(-1, 1, (3, model.x0.size)),
        num_rows=sum(lb.size for lb, _ in limits),
        forms={
            "loop": lambda ns: plain(size, "loop"),
            "vectorized": lambda ns: plain(size, "vectorized"),
            "jax": lambda jnp: vectors(size, JaxOps(jnp, case.num_buses)),
            "casadi": lambda ca: vectors(size, CasadiOps(ca, case.num_buses)),
            "numpy": lambda np: hand.numpy_hand(case),
            "c": lambda np: hand.c_hand(case),
            "pyoptinterface": lambda: models.pyoptinterface(case),
            "pyomo": lambda pyo: models.pyomo(case, pyo),
        },
        x0=model.x0,
        lb=model.lb,
        ub=model.ub,
        cl=np.concatenate([lb for lb, _ in limits]),
        cu=np.concatenate([ub for _, ub in limits]),
    )


_LARGE = "9241_pegase"

CASE = Case(
    name="acopf",
    title="AC optimal power flow",
    make=make,
    sizes=("3_lmbd", "118_ieee", "1354_pegase", "2869_pegase", "3375wp_k", _LARGE),
    quick=("3_lmbd", "118_ieee"),
    too_large={"casadi_sx_loop": (_LARGE,)},
    has_solve=True,
    published=lambda size: baseline(size).ac_objective,
)
