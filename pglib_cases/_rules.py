"""Second stage: tables of a case file become a network, by the rules of PGLib's reference results.

Enters a `CaseFile`, leaves a `Case`.  The rules are those under which PowerModels.jl computed the
published baseline of PGLib-OPF:

- buses of type 4, generators with status <= 0 and branches with status 0 are left out;
- powers are divided by the power base S, costs multiplied by S**2, S and 1; degrees become rad;
- a transformer ratio of 0 means 1; half of the line charging stands at either end;
- a thermal limit <= 0 means none given: the largest apparent power that voltage and angle
  limits admit takes its place;
- angle limits at or beyond 90 degrees, or both 0, mean none given: 60 degrees take their place.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pglib_cases._checks import check_finite, check_impedance, check_limits, first_true
from pglib_cases._columns import (
    ANGMAX,
    ANGMIN,
    BASE_KV,
    BR_B,
    BR_R,
    BR_STATUS,
    BR_X,
    BS,
    BUS_I,
    BUS_TYPE,
    F_BUS,
    GEN_BUS,
    GEN_STATUS,
    GS,
    ISOLATED,
    PD,
    PMAX,
    PMIN,
    QD,
    QMAX,
    QMIN,
    RATE_A,
    REFERENCE,
    SHIFT,
    T_BUS,
    TAP,
    VA,
    VMAX,
    VMIN,
)
from pglib_cases._costs import quadratic_costs
from pglib_cases._errors import CaseError
from pglib_cases._islands import IslandRule, island_labels, settle_islands
from pglib_cases._matpower import CaseFile
from pglib_cases._network import Case

__all__ = ["build_case"]

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

DEFAULT_ANGLE = np.pi / 3


def build_case(file: CaseFile, name: str, islands: IslandRule = "error") -> Case:
    """Build the network of a case file.

    Parameters
    ----------
    file : CaseFile
    name : str
        Name of the case.
    islands : {"error", "reference", "remove"}
        Treatment of islands without a reference bus, see `load`.

    Returns
    -------
    Case

    Raises
    ------
    CaseError
        If the data contradict themselves or leave the model undefined; the message names file,
        line, table and row.
    """
    bus, gen, branch = (file.tables[key].values for key in ("bus", "gen", "branch"))
    bus_rows = _buses_in_service(file, bus)
    bus_id = bus[bus_rows, BUS_I].astype(np.int64)
    gen_rows = np.flatnonzero(gen[:, GEN_STATUS] > 0)
    branch_rows = np.flatnonzero(branch[:, BR_STATUS] != 0)
    gen_bus = _positions(file, "gen", gen_rows, GEN_BUS, bus_id)
    f_bus = _positions(file, "branch", branch_rows, F_BUS, bus_id)
    t_bus = _positions(file, "branch", branch_rows, T_BUS, bus_id)

    is_reference, keep, notes = settle_islands(
        file.path,
        islands,
        bus_id,
        bus[bus_rows, BUS_TYPE] == REFERENCE,
        bus[bus_rows, VA],
        island_labels(bus_id.size, f_bus, t_bus),
        gen_bus,
        gen[gen_rows, PMAX],
    )
    position = np.cumsum(keep) - 1
    bus_rows, bus_id, is_reference = bus_rows[keep], bus_id[keep], is_reference[keep]
    gen_rows, gen_bus = gen_rows[keep[gen_bus]], position[gen_bus[keep[gen_bus]]]
    kept = keep[f_bus]
    branch_rows, f_bus, t_bus = branch_rows[kept], position[f_bus[kept]], position[t_bus[kept]]

    check_finite(file, "bus", bus_rows, (PD, QD, GS, BS, VMAX, VMIN))
    check_finite(file, "branch", branch_rows, (BR_R, BR_X, BR_B, TAP, SHIFT))
    check_limits(file, "bus", bus_rows, VMIN, VMAX, "voltage limits")
    check_limits(file, "gen", gen_rows, PMIN, PMAX, "active power limits")
    check_limits(file, "gen", gen_rows, QMIN, QMAX, "reactive power limits")
    check_impedance(file, branch_rows)
    angmin, angmax = _angle_limits(file, branch_rows, notes)
    vmax = bus[bus_rows, VMAX]
    base = file.base_mva
    tap = branch[branch_rows, TAP]
    charging = 0.5 * branch[branch_rows, BR_B]
    c2, c1, c0 = quadratic_costs(file, gen_rows)
    return Case(
        name=name,
        source=file.path,
        base_mva=base,
        bus_id=bus_id,
        pd=bus[bus_rows, PD] / base,
        qd=bus[bus_rows, QD] / base,
        gs=bus[bus_rows, GS] / base,
        bs=bus[bus_rows, BS] / base,
        vmin=bus[bus_rows, VMIN],
        vmax=vmax,
        base_kv=bus[bus_rows, BASE_KV],
        reference=np.flatnonzero(is_reference),
        gen_bus=gen_bus,
        gen_row=gen_rows + 1,
        pmin=gen[gen_rows, PMIN] / base,
        pmax=gen[gen_rows, PMAX] / base,
        qmin=gen[gen_rows, QMIN] / base,
        qmax=gen[gen_rows, QMAX] / base,
        c2=c2 * base**2,
        c1=c1 * base,
        c0=c0,
        f_bus=f_bus,
        t_bus=t_bus,
        branch_row=branch_rows + 1,
        r=branch[branch_rows, BR_R],
        x=branch[branch_rows, BR_X],
        g_fr=np.zeros_like(charging),
        b_fr=charging,
        g_to=np.zeros_like(charging),
        b_to=charging,
        tap=np.where(tap == 0.0, 1.0, tap),
        shift=np.deg2rad(branch[branch_rows, SHIFT]),
        rate_a=_thermal_limits(file, branch_rows, vmax[f_bus], vmax[t_bus], angmin, angmax, notes),
        angmin=angmin,
        angmax=angmax,
        notes=tuple(notes),
    )


def _buses_in_service(file: CaseFile, bus: FloatArray) -> IntArray:
    """Return the rows of buses whose type is not 4, having checked numbers and types."""
    if not bus.shape[0]:
        raise CaseError(f"{file.path}: the bus table is empty, so there is no network to load.")
    ids = bus[:, BUS_I]
    if (bad := first_true(~(np.isfinite(ids) & (ids == np.floor(ids))))) is not None:
        file.fail("bus", bad, f"the bus number {ids[bad]} is not an integer.")
    if (bad := first_true(~np.isin(bus[:, BUS_TYPE], (1, 2, REFERENCE, ISOLATED)))) is not None:
        file.fail(
            "bus",
            bad,
            f"bus {ids[bad]:.0f} has type {bus[bad][BUS_TYPE]:g}; it must be 1 (load), "
            "2 (generator), 3 (reference) or 4 (isolated).",
        )
    order = np.argsort(ids, kind="stable")
    repeated = first_true(ids[order][1:] == ids[order][:-1])
    if repeated is not None:
        first, second = sorted(order[repeated : repeated + 2])
        file.fail(
            "bus",
            second,
            f"bus number {ids[second]:.0f} is already that of row {first + 1}, so generators and "
            "branches cannot tell the two apart. Give each bus its own number.",
        )
    rows = np.flatnonzero(bus[:, BUS_TYPE] != ISOLATED)
    if not rows.size:
        raise CaseError(f"{file.path}: all {ids.size} buses are isolated (type 4): no network.")
    return rows


def _positions(
    file: CaseFile, table: str, rows: IntArray, column: int, bus_id: IntArray
) -> IntArray:
    """Return the positions of the buses that a column of a table refers to."""
    wanted = file.tables[table].values[rows, column]
    order = np.argsort(bus_id)
    place = np.minimum(np.searchsorted(bus_id, wanted, sorter=order), bus_id.size - 1)
    positions: IntArray = order[place].astype(np.int64)
    if (bad := first_true(bus_id[positions] != wanted)) is not None:
        known = np.isin(wanted[bad], file.tables["bus"].values[:, BUS_I])
        found = "is isolated (type 4)" if known else "is not in the bus table"
        file.fail(
            table,
            rows[bad],
            f"refers to bus {wanted[bad]:g}, which {found}. Leaving the row out would change "
            "the case; correct the bus number, or set the status of the row to 0.",
        )
    return positions


def _angle_limits(
    file: CaseFile, rows: IntArray, notes: list[str]
) -> tuple[FloatArray, FloatArray]:
    branch = file.tables["branch"].values[rows]
    if branch.shape[1] <= ANGMAX:
        low = high = np.zeros(rows.size)
    else:
        low, high = np.deg2rad(branch[:, ANGMIN]), np.deg2rad(branch[:, ANGMAX])
    if (bad := first_true(np.isnan(low) | np.isnan(high))) is not None:
        file.fail("branch", rows[bad], "the angle limits must be numbers, found nan.")
    none_given = (low == 0.0) & (high == 0.0)
    angmin = np.where(none_given | (low <= -np.pi / 2), -DEFAULT_ANGLE, low)
    angmax = np.where(none_given | (high >= np.pi / 2), DEFAULT_ANGLE, high)
    if count := np.count_nonzero((angmin != low) | (angmax != high)):
        notes.append(
            f"{count} of {rows.size} branches give no angle limit below 90 degrees; "
            "60 degrees take its place."
        )
    if (bad := first_true(~(angmin <= angmax))) is not None:
        file.fail(
            "branch",
            rows[bad],
            f"the angle limits are {np.rad2deg(angmin[bad]):g} to {np.rad2deg(angmax[bad]):g} "
            "degrees (60 where the file gives none below 90): no value lies between them.",
        )
    return angmin, angmax


def _thermal_limits(
    file: CaseFile,
    rows: IntArray,
    f_vmax: FloatArray,
    t_vmax: FloatArray,
    angmin: FloatArray,
    angmax: FloatArray,
    notes: list[str],
) -> FloatArray:
    """Return the limits of apparent power, p.u., computed where the file gives none."""
    branch = file.tables["branch"].values[rows]
    given = branch[:, RATE_A] / file.base_mva
    if (bad := first_true(np.isnan(given))) is not None:
        file.fail("branch", rows[bad], "the thermal limit (column 6) must be a number, found nan.")
    missing = given <= 0.0
    if not missing.any():
        return given
    notes.append(
        f"{np.count_nonzero(missing)} of {rows.size} branches give no thermal limit; the largest "
        "apparent power within voltage and angle limits takes its place."
    )
    widest = np.maximum(np.abs(angmin), np.abs(angmax))
    drop = np.sqrt(f_vmax**2 + t_vmax**2 - 2.0 * f_vmax * t_vmax * np.cos(widest))
    largest = np.maximum(f_vmax, t_vmax) * drop / np.hypot(branch[:, BR_R], branch[:, BR_X])
    return np.where(missing, largest, given)
