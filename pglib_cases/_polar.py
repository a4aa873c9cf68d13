"""The polar AC optimal power flow model: variables, bounds, constants, and the Problem.

The functions of the model are written twice in plain Python, as scalar loops (`_polar_loop`) and
with NumPy (`_polar_vectorized`); both give the same variables, rows, nonzeros and values.

Variables, in order: ``va vm`` (buses, rad and p.u.), ``pg qg`` (generators, p.u.),
``p_ft q_ft p_tf q_tf`` (branches, p.u.; flow into the branch at its from and to end), so
``n = 2|N| + 2|G| + 4|E|``.

Constraints, in order, ``m = |R| + 2|N| + 7|E|`` rows:

=======================  =====  ====================================================
name                     rows   meaning
=======================  =====  ====================================================
reference angle          |R|    va = 0
active power balance     |N|    flows + demand + shunt - generation = 0
reactive power balance   |N|    the same
branch flow              4|E|   p_ft, q_ft, p_tf, q_tf less the flow equation = 0:
                                first all p_ft, then all q_ft, and so on
angle difference         |E|    angmin <= va_f - va_t <= angmax
thermal limit from       |E|    p_ft**2 + q_ft**2 <= rate_a**2
thermal limit to         |E|    p_tf**2 + q_tf**2 <= rate_a**2
=======================  =====  ====================================================

Data that are zero leave no term: buses without shunt, costs without quadratic part.

References
----------
MODEL.tex of PGLib-OPF v23.07, arXiv:1908.02788; Coffrin et al., arXiv:1502.07847.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from pglib_cases._errors import CaseError
from pglib_cases._labels import row_labels
from pglib_cases._network import Case

if TYPE_CHECKING:
    from asdopt import Problem

__all__ = ["FlowCoefficients", "PolarModel", "acopf", "polar_model", "variable_names", "variables"]

FloatArray = npt.NDArray[np.float64]
Form = Literal["loop", "vectorized"]

# A function of the model: x is a list, an array or a traced array; so is what comes back.
ModelFunction = Callable[[Any], Any]


def acopf(case: Case, form: Form = "loop") -> Problem:
    """Return the AC optimal power flow of a network as a problem to solve.

    Minimize the cost of generation over the voltages, generations and flows that obey the power
    balance of every bus, the flow equations of every branch, and all limits.

    Parameters
    ----------
    case : Case
        The network, from `load`.
    form : {"loop", "vectorized"}
        How the model's functions are written: scalar loops over lists, or NumPy.  Both give the
        same problem.

    Returns
    -------
    asdopt.Problem
        With ``2|N| + 2|G| + 4|E|`` variables and ``|R| + 2|N| + 7|E|`` constraints, starting at
        voltage magnitude 1 and everything else 0.  Variables and rows go by the numbers of the
        case file: ``vm[69]``, ``active power balance[bus 69]``,
        ``thermal limit from[branch 104, 65-68]`` (row of the branch table, its ends).

    Raises
    ------
    CaseError
        If `form` is neither of the two, or `case` is no network.

    Examples
    --------
    >>> from pglib_cases import acopf, load
    >>> problem = acopf(load("3_lmbd"), form="vectorized")
    """
    from asdopt import Constraint, Problem

    if not isinstance(case, Case):
        raise CaseError(
            f"acopf was asked for the model of {case!r} of type {type(case).__name__}; it needs a "
            "network: load it first, acopf(load('118_ieee'))."
        )
    model = polar_model(case, form)
    labels = row_labels(case)
    constraints = [
        Constraint(group.fun, group.lb, group.ub, group.name, labels[group.name])
        for group in model.constraints
        if group.lb.size
    ]
    return Problem(
        model.objective,
        constraints,
        x0=model.x0,
        bounds=np.column_stack([model.lb, model.ub]),
        names=variable_names(case),
    )


@dataclass(frozen=True, eq=False)
class ConstraintGroup:
    """Rows ``lb <= fun(x) <= ub`` under one name."""

    name: str
    fun: ModelFunction
    lb: FloatArray
    ub: FloatArray


@dataclass(frozen=True, eq=False)
class PolarModel:
    """The functions, bounds and start of the model, without any solver."""

    objective: ModelFunction
    constraints: tuple[ConstraintGroup, ...]
    lb: FloatArray
    ub: FloatArray
    x0: FloatArray


def polar_model(case: Case, form: Form = "loop") -> PolarModel:
    """Return the functions of the polar model, for use without a solver.

    Parameters
    ----------
    case : Case
    form : {"loop", "vectorized"}

    Returns
    -------
    PolarModel

    Raises
    ------
    CaseError
        If `form` is neither of the two.
    """
    if form == "loop":
        from pglib_cases._polar_loop import loop_functions as functions_of
    elif form == "vectorized":
        from pglib_cases._polar_vectorized import vectorized_functions as functions_of
    else:
        raise CaseError(f"acopf was asked for form={form!r}; it must be 'loop' or 'vectorized'.")
    objective, functions = functions_of(case)
    limits = _constraint_limits(case)
    groups = [
        ConstraintGroup(name, fun, *limit)
        for (name, fun), limit in zip(functions.items(), limits.values(), strict=True)
    ]
    lb, ub = _variable_bounds(case)
    x0 = np.zeros(lb.size)
    x0[variables(case)["vm"]] = 1.0
    return PolarModel(objective, tuple(groups), lb, ub, x0)


def variables(case: Case) -> dict[str, slice]:
    """Return the place of each group of variables in x.

    Parameters
    ----------
    case : Case

    Returns
    -------
    dict of str to slice
        Keys ``va vm pg qg p_ft q_ft p_tf q_tf``, in the order of x.
    """
    sizes = {
        **dict.fromkeys(("va", "vm"), case.num_buses),
        **dict.fromkeys(("pg", "qg"), case.num_gens),
        **dict.fromkeys(("p_ft", "q_ft", "p_tf", "q_tf"), case.num_branches),
    }
    ends = np.cumsum(list(sizes.values())).tolist()
    return {
        name: slice(end - size, end) for (name, size), end in zip(sizes.items(), ends, strict=True)
    }


def variable_names(case: Case) -> list[str]:
    """Return names such as ``vm[69]`` (bus number) and ``p_ft[3]`` (row of the branch table).

    Parameters
    ----------
    case : Case

    Returns
    -------
    list of str
        One per variable, in the order of x.
    """
    buses, gens, branches = (
        array.tolist() for array in (case.bus_id, case.gen_row, case.branch_row)
    )
    items = {"va": buses, "vm": buses, "pg": gens, "qg": gens}
    return [f"{name}[{item}]" for name in variables(case) for item in items.get(name, branches)]


@dataclass(frozen=True, eq=False)
class FlowCoefficients:
    """Constants of the flow equations, p.u., each of shape (num_branches,).

    With ``c = vm_f vm_t cos(va_f - va_t)`` and ``s = vm_f vm_t sin(va_f - va_t)``::

        p_ft = p_ff vm_f**2 + p_fc c + p_fs s      p_tf = p_tt vm_t**2 + p_tc c - p_ts s
        q_ft = q_ff vm_f**2 - p_fs c + p_fc s      q_tf = q_tt vm_t**2 - p_ts c - p_tc s
    """

    p_ff: FloatArray
    q_ff: FloatArray
    p_fc: FloatArray
    p_fs: FloatArray
    p_tt: FloatArray
    q_tt: FloatArray
    p_tc: FloatArray
    p_ts: FloatArray

    @classmethod
    def of(cls, case: Case) -> FlowCoefficients:
        """Return the constants of a network."""
        g, b = case.series_admittance.real, case.series_admittance.imag
        tr, ti = case.tap * np.cos(case.shift), case.tap * np.sin(case.shift)
        ttm = case.tap**2
        return cls(
            p_ff=(g + case.g_fr) / ttm,
            q_ff=-(b + case.b_fr) / ttm,
            p_fc=(-g * tr + b * ti) / ttm,
            p_fs=(-b * tr - g * ti) / ttm,
            p_tt=g + case.g_to,
            q_tt=-(b + case.b_to),
            p_tc=(-g * tr - b * ti) / ttm,
            p_ts=(-b * tr + g * ti) / ttm,
        )


def _variable_bounds(case: Case) -> tuple[FloatArray, FloatArray]:
    free = np.full(case.num_buses, np.inf)
    rates = [case.rate_a] * 4
    lower = [-free, case.vmin, case.pmin, case.qmin, *(-rate for rate in rates)]
    upper = [free, case.vmax, case.pmax, case.qmax, *rates]
    return np.concatenate(lower), np.concatenate(upper)


def _constraint_limits(case: Case) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Return lower and upper limits of each constraint group, in the order of the rows."""
    unlimited = np.full(case.num_branches, -np.inf)

    def zeros(num_rows: int) -> tuple[FloatArray, FloatArray]:
        return np.zeros(num_rows), np.zeros(num_rows)

    return {
        "reference angle": zeros(case.num_references),
        "active power balance": zeros(case.num_buses),
        "reactive power balance": zeros(case.num_buses),
        "branch flow": zeros(4 * case.num_branches),
        "angle difference": (case.angmin, case.angmax),
        "thermal limit from": (unlimited, case.rate_a**2),
        "thermal limit to": (unlimited, case.rate_a**2),
    }
