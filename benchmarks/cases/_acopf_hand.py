"""Derivatives of the power flow model by hand, with NumPy and (``_acopf.c``) in C.

Both fill the sorted structure: rows in order, columns ascending in each, no entry twice, as a
solver's own sparse matrix has it. Positions are worked out once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._workload import FloatArray, IntArray
from benchmarks.peers.c_hand import HandWrittenC
from benchmarks.peers.numpy_hand import HandWritten, Structure
from pglib_cases import Case
from pglib_cases._polar import FlowCoefficients, polar_model, variables

# Order of the coefficients in _acopf.c.
_COEFFICIENTS = ("p_ff", "q_ff", "p_fc", "p_fs", "p_tt", "q_tt", "p_tc", "p_ts")


@dataclass
class _Layout:
    """Where the values go: base holds the constant part of the Jacobian.

    ``flow`` (E, 16): rows p_ft, q_ft, p_tf, q_tf by columns va_f, va_t, vm_f, vm_t; ``thermal``
    (E, 4); ``hessian`` (E, 10) of va_f, va_t, vm_f, vm_t, see _acopf.c; shunts and costs.
    """

    jacobian: Structure
    hessian: Structure
    base: FloatArray
    flow: IntArray
    thermal: IntArray
    shunt_g: IntArray
    shunt_b: IntArray
    branch_h: IntArray
    thermal_h: IntArray
    shunt_h: IntArray
    cost_h: IntArray
    g_buses: IntArray
    b_buses: IntArray
    quadratic: IntArray


def _layout(case: Case) -> _Layout:
    at = {name: np.arange(where.start, where.stop) for name, where in variables(case).items()}
    nb, ne, nr = case.num_buses, case.num_branches, case.num_references
    e, f, t = np.arange(ne), case.f_bus, case.t_bus
    active, reactive, flow = nr, nr + nb, nr + 2 * nb
    angle = flow + 4 * ne
    limit = angle + ne
    g_buses, b_buses = np.flatnonzero(case.gs), np.flatnonzero(case.bs)
    quadratic = np.flatnonzero(case.c2)
    va, vm = at["va"], at["vm"]

    constant = [(np.arange(nr), va[case.reference], 1.0)]
    for row, gen, ft, tf in ((active, "pg", "p_ft", "p_tf"), (reactive, "qg", "q_ft", "q_tf")):
        constant += [(row + f, at[ft], 1.0), (row + t, at[tf], 1.0)]
        constant += [(row + case.gen_bus, at[gen], -1.0)]
    for kind, name in enumerate(("p_ft", "q_ft", "p_tf", "q_tf")):
        constant += [(flow + kind * ne + e, at[name], 1.0)]
    constant += [(angle + e, va[f], 1.0), (angle + e, va[t], -1.0)]
    columns = (va[f], va[t], vm[f], vm[t])
    flows = [(flow + kind * ne + e, column) for kind in range(4) for column in columns]
    thermal = [
        (limit + half * ne + e, at[name])
        for half, pair in enumerate((("p_ft", "q_ft"), ("p_tf", "q_tf")))
        for name in pair
    ]
    shunts = [(active + g_buses, vm[g_buses]), (reactive + b_buses, vm[b_buses])]
    parts = [*((r, c) for r, c, _ in constant), *flows, *thermal, *shunts]
    structure, places = _positions(parts, case)
    base = np.zeros(len(structure[0]))
    for place, (_, _, value) in zip(places, constant, strict=False):
        base[place] = value
    places = places[len(constant) :]

    pairs = [(va[f], va[f]), (va[t], va[t]), (va[f], va[t]), (va[f], vm[f]), (va[f], vm[t])]
    pairs += [(va[t], vm[f]), (va[t], vm[t]), (vm[f], vm[f]), (vm[t], vm[t]), (vm[f], vm[t])]
    pairs += [(at[name], at[name]) for name in ("p_ft", "q_ft", "p_tf", "q_tf")]
    pairs += [(vm[g_buses], vm[g_buses]), (vm[b_buses], vm[b_buses])]
    pairs += [(at["pg"][quadratic], at["pg"][quadratic])]
    lower = [(np.maximum(a, b), np.minimum(a, b)) for a, b in pairs]
    low_structure, low = _positions(lower, case)
    return _Layout(
        jacobian=structure,
        hessian=low_structure,
        base=base,
        flow=np.stack(places[:16], axis=1),
        thermal=np.stack(places[16:20], axis=1),
        shunt_g=places[20],
        shunt_b=places[21],
        branch_h=np.stack(low[:10], axis=1),
        thermal_h=np.stack(low[10:14], axis=1),
        shunt_h=np.concatenate(low[14:16]),
        cost_h=low[16],
        g_buses=g_buses,
        b_buses=b_buses,
        quadratic=quadratic,
    )


def _positions(parts: list[Structure], case: Case) -> tuple[Structure, list[IntArray]]:
    """Sorted structure of entries that may repeat, and where each part's entries are in it."""
    n = 2 * case.num_buses + 2 * case.num_gens + 4 * case.num_branches
    keys = np.concatenate([rows * n + cols for rows, cols in parts])
    unique, inverse = np.unique(keys, return_inverse=True)
    ends = np.cumsum([len(rows) for rows, _ in parts])
    return (unique // n, unique % n), np.split(inverse, ends[:-1])


def numpy_hand(case: Case) -> HandWritten:
    """Vectorized over branches."""
    layout, at = _layout(case), variables(case)
    model = polar_model(case, "vectorized")
    k = FlowCoefficients.of(case)
    f, t = case.f_bus, case.t_bus
    cosines = np.stack([k.p_fc, -k.p_fs, k.p_tc, -k.p_ts])
    sines = np.stack([k.p_fs, k.p_fc, -k.p_ts, -k.p_tc])
    own_f, own_t = 2.0 * np.stack([k.p_ff, k.q_ff]), 2.0 * np.stack([k.p_tt, k.q_tt])
    flow_at = np.ascontiguousarray(layout.flow.T.reshape(4, 4, -1))
    thermal_at = np.ascontiguousarray(layout.thermal.T)
    quadratic, linear = layout.quadratic, case.c1
    start = case.num_references + 2 * case.num_buses
    ne = case.num_branches
    size = len(layout.hessian[0])
    where = np.concatenate(
        [layout.branch_h.T.ravel(), layout.thermal_h.T.ravel(), layout.shunt_h, layout.cost_h]
    )

    def constraints(x: FloatArray) -> FloatArray:
        return np.concatenate([group.fun(x) for group in model.constraints])

    def gradient(x: FloatArray) -> FloatArray:
        out = np.zeros(x.size)
        out[at["pg"]] = 2.0 * case.c2 * x[at["pg"]] + linear
        return out

    def ends(x: FloatArray) -> tuple[FloatArray, ...]:
        va, vm = x[at["va"]], x[at["vm"]]
        delta = va[f] - va[t]
        return vm[f], vm[t], np.cos(delta), np.sin(delta)

    def jacobian(x: FloatArray) -> FloatArray:
        v_f, v_t, c, s = ends(x)
        rest = cosines * c + sines * s
        turn = (v_f * v_t) * (cosines * s - sines * c)
        by_f, by_t = -v_t * rest, -v_f * rest
        by_f[:2] -= own_f * v_f
        by_t[2:] -= own_t * v_t
        out = layout.base.copy()
        out[flow_at[:, 0]] = turn
        out[flow_at[:, 1]] = -turn
        out[flow_at[:, 2]] = by_f
        out[flow_at[:, 3]] = by_t
        powers = [x[at[name]] for name in ("p_ft", "q_ft", "p_tf", "q_tf")]
        out[thermal_at] = 2.0 * np.stack(powers)
        vm = x[at["vm"]]
        out[layout.shunt_g] += 2.0 * case.gs[layout.g_buses] * vm[layout.g_buses]
        out[layout.shunt_b] -= 2.0 * case.bs[layout.b_buses] * vm[layout.b_buses]
        return out

    def hessian(x: FloatArray, weights: FloatArray) -> Any:
        v_f, v_t, c, s = ends(x)
        rows = weights[1 + start : 1 + start + 4 * ne].reshape(4, ne)
        by_c, by_s = -(rows * cosines).sum(axis=0), -(rows * sines).sum(axis=0)
        g, h = by_c * c + by_s * s, by_s * c - by_c * s
        curve, f_h, t_h = v_f * v_t * g, v_t * h, v_f * h
        own = (-(rows[:2] * own_f).sum(axis=0), -(rows[2:] * own_t).sum(axis=0))
        limits = weights[1 + start + 5 * ne :].reshape(2, ne)
        buses = weights[1 + case.num_references : 1 + start].reshape(2, -1)
        values = [-curve, -curve, curve, f_h, t_h, -f_h, -t_h, *own, g]
        values += [2.0 * limits[0], 2.0 * limits[0], 2.0 * limits[1], 2.0 * limits[1]]
        values += [2.0 * (buses[0] * case.gs)[layout.g_buses]]
        values += [-2.0 * (buses[1] * case.bs)[layout.b_buses]]
        values += [2.0 * weights[0] * case.c2[quadratic]]
        return np.bincount(where, np.concatenate(values), size)

    functions: dict[str, Callable[..., Any]] = {
        "f": model.objective,
        "gradient": gradient,
        "c": constraints,
        "J": jacobian,
        "H": hessian,
    }
    return HandWritten(functions, layout.jacobian, layout.hessian)


def c_hand(case: Case) -> HandWrittenC:
    """One loop over the branches for each."""
    layout, k = _layout(case), FlowCoefficients.of(case)
    counts = [case.num_buses, case.num_gens, case.num_branches, case.num_references]
    integers = [
        np.array(counts),
        case.f_bus,
        case.t_bus,
        case.gen_bus,
        case.reference,
        layout.flow.ravel(),
        layout.thermal.ravel(),
        layout.shunt_g,
        layout.shunt_b,
        layout.g_buses,
        layout.b_buses,
        layout.branch_h.ravel(),
        layout.thermal_h.ravel(),
        layout.shunt_h,
        layout.cost_h,
        layout.quadratic,
        np.array([len(layout.base), len(layout.hessian[0])]),
    ]
    coefficients = np.stack([getattr(k, name) for name in _COEFFICIENTS], axis=1)
    doubles = [layout.base, coefficients, case.pd, case.qd, case.gs, case.bs]
    doubles += [case.c2, case.c1, np.array([case.c0.sum()])]
    arrays = [a.astype(np.int32) for a in integers] + [np.ascontiguousarray(a) for a in doubles]
    source = Path(__file__).with_name("_acopf.c")
    return HandWrittenC(source, arrays, layout.jacobian, layout.hessian)
