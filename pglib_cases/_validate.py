"""Validation of a solution: every bound and constraint checked anew from the network data.

Independent of the model's functions: flows are recomputed with complex numbers from voltages,
series impedances and transformer ratios, as rosetta-opf's validator re-checks each solution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pglib_cases._errors import CaseError
from pglib_cases._network import Case
from pglib_cases._polar import variables

__all__ = ["ValidationReport", "Violation", "validate"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Violation:
    """The worst violation within one group of bounds or constraints.

    Parameters
    ----------
    amount : float
        Distance from the limit, divided by the larger of 1 and the magnitudes compared; p.u. or
        rad below 1, relative above.
    where : str
        The bus, generator or branch it belongs to.
    """

    amount: float
    where: str


@dataclass(frozen=True)
class ValidationReport:
    """What `validate` found.

    Parameters
    ----------
    feasible : bool
        True if no violation exceeds the tolerance.
    objective : float
        Cost of the solution, $/h.
    tolerance : float
        Largest violation that passes.
    violations : dict of str to Violation
        The worst violation of each group, also where it passes.
    """

    feasible: bool
    objective: float
    tolerance: float
    violations: dict[str, Violation]

    def __repr__(self) -> str:
        name, worst = max(self.violations.items(), key=lambda item: item[1].amount)
        verdict = "feasible" if self.feasible else "NOT feasible"
        return (
            f"<ValidationReport: {verdict} at {self.tolerance:g}, objective {self.objective:.6g}, "
            f"worst violation {worst.amount:.2g} ({name}, {worst.where})>"
        )


def validate(case: Case, x: Any, tolerance: float = 1e-6) -> ValidationReport:
    """Check a solution of the polar model against the data of the network.

    A bound or inequality is violated by the distance to its limit, an equality by the difference
    of its sides; either is divided by the larger of 1 and the magnitudes compared.

    Parameters
    ----------
    case : Case
    x : array_like of float64, shape (2|N| + 2|G| + 4|E|,)
        Variables in the order of `acopf`, p.u. and rad.
    tolerance : float
        Largest violation that passes.

    Returns
    -------
    ValidationReport

    Raises
    ------
    CaseError
        If x has another size than the model of this network, or an entry that is not finite.

    References
    ----------
    test/validator.jl of lanl-ansi/rosetta-opf (tolerance 1e-6, absolute and relative).
    """
    x = np.asarray(x, dtype=np.float64)
    at = variables(case)
    if x.shape != (at["q_tf"].stop,):
        raise CaseError(
            f"validate was given x of shape {x.shape}; the model of case {case.name!r} has "
            f"{at['q_tf'].stop} variables. Pass the solution of acopf(case)."
        )
    if not np.isfinite(x).all():
        bad = int(np.flatnonzero(~np.isfinite(x))[0])
        raise CaseError(
            f"validate was given x with the entry {x[bad]} at position {bad}; a solution has "
            "finite entries only. Check the status of the solve."
        )
    va, vm, pg, qg = (x[at[name]] for name in ("va", "vm", "pg", "qg"))
    s_ft, s_tf = x[at["p_ft"]] + 1j * x[at["q_ft"]], x[at["p_tf"]] + 1j * x[at["q_tf"]]
    flow_ft, flow_tf = _flows(case, vm * np.exp(1j * va))
    imbalance, size = _imbalance(case, vm, pg + 1j * qg, s_ft, s_tf)
    angle = va[case.f_bus] - va[case.t_bus]
    rate = case.rate_a

    buses = [f"bus {bus}" for bus in case.bus_id]
    gens = [f"generator in row {row}" for row in case.gen_row]
    branches = [f"branch in row {row}" for row in case.branch_row]
    references = [buses[i] for i in case.reference]
    violations = {
        "voltage magnitude": _worst(_outside(vm, case.vmin, case.vmax), buses),
        "active generation": _worst(_outside(pg, case.pmin, case.pmax), gens),
        "reactive generation": _worst(_outside(qg, case.qmin, case.qmax), gens),
        "flow bounds": _worst(
            np.max([_outside(x[at[k]], -rate, rate) for k in list(at)[4:]], axis=0), branches
        ),
        "reference angle": _worst(np.abs(va[case.reference]), references),
        "active power balance": _worst(np.abs(imbalance.real) / size.real, buses),
        "reactive power balance": _worst(np.abs(imbalance.imag) / size.imag, buses),
        "flow p from": _worst(_different(s_ft.real, flow_ft.real), branches),
        "flow q from": _worst(_different(s_ft.imag, flow_ft.imag), branches),
        "flow p to": _worst(_different(s_tf.real, flow_tf.real), branches),
        "flow q to": _worst(_different(s_tf.imag, flow_tf.imag), branches),
        "angle difference": _worst(_outside(angle, case.angmin, case.angmax), branches),
        "thermal limit from": _worst(_outside(np.abs(s_ft) ** 2, -np.inf, rate**2), branches),
        "thermal limit to": _worst(_outside(np.abs(s_tf) ** 2, -np.inf, rate**2), branches),
    }
    return ValidationReport(
        feasible=all(worst.amount <= tolerance for worst in violations.values()),
        objective=float(np.sum(case.c2 * pg**2 + case.c1 * pg + case.c0)),
        tolerance=tolerance,
        violations=violations,
    )


def _flows(
    case: Case, v: npt.NDArray[np.complex128]
) -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.complex128]]:
    """Return the complex power into each branch at its from and to end, p.u."""
    v_f, v_t = v[case.f_bus], v[case.t_bus]
    y = 1.0 / (case.r + 1j * case.x)
    ratio = case.tap * np.exp(1j * case.shift)
    inner = v_f / ratio  # voltage behind the ideal transformer at the from end
    into_from = (y + case.g_fr + 1j * case.b_fr) * inner - y * v_t
    into_to = (y + case.g_to + 1j * case.b_to) * v_t - y * inner
    return inner * into_from.conj(), v_t * into_to.conj()


def _imbalance(
    case: Case,
    vm: FloatArray,
    generation: npt.NDArray[np.complex128],
    s_ft: npt.NDArray[np.complex128],
    s_tf: npt.NDArray[np.complex128],
) -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.complex128]]:
    """Return power leaving less power entering each bus, and the size to compare it with."""
    leaving = np.zeros(case.num_buses, dtype=np.complex128)
    np.add.at(leaving, case.f_bus, s_ft)
    np.add.at(leaving, case.t_bus, s_tf)
    entering = -(case.pd + 1j * case.qd) - (case.gs - 1j * case.bs) * vm**2
    np.add.at(entering, case.gen_bus, generation)
    real = np.maximum(1.0, np.maximum(np.abs(leaving.real), np.abs(entering.real)))
    imag = np.maximum(1.0, np.maximum(np.abs(leaving.imag), np.abs(entering.imag)))
    return leaving - entering, real + 1j * imag


def _outside(values: FloatArray, lower: FloatArray | float, upper: FloatArray) -> FloatArray:
    """Return by how much each value leaves its range."""
    below, above = np.asarray(lower) - values, values - upper
    result: FloatArray = np.maximum(
        0.0, np.maximum(below / _magnitude(lower), above / _magnitude(upper))
    )
    return result


def _magnitude(limit: FloatArray | float) -> FloatArray:
    """Return what to divide a violation of a limit by: 1 if there is no limit."""
    size: FloatArray = np.maximum(1.0, np.abs(np.where(np.isfinite(limit), limit, 1.0)))
    return size


def _different(a: FloatArray, b: FloatArray) -> FloatArray:
    result: FloatArray = np.abs(a - b) / np.maximum(1.0, np.maximum(np.abs(a), np.abs(b)))
    return result


def _worst(amounts: FloatArray, names: list[str]) -> Violation:
    if not amounts.size:
        return Violation(0.0, "none")
    position = int(np.argmax(amounts))
    return Violation(float(amounts[position]), names[position])
