"""Checks of case tables that the loader rules share: one function per question."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pglib_cases._columns import BR_R, BR_X, F_BUS, T_BUS
from pglib_cases._matpower import CaseFile

__all__ = ["check_finite", "check_impedance", "check_limits", "first_true"]

BoolArray = npt.NDArray[np.bool_] | np.bool_
IntArray = npt.NDArray[np.int64]


def first_true(wrong: BoolArray) -> int | None:
    """Return the position of the first True, or None."""
    where = np.flatnonzero(wrong)
    return int(where[0]) if where.size else None


def check_finite(file: CaseFile, table: str, rows: IntArray, columns: tuple[int, ...]) -> None:
    """Refuse infinite and missing numbers in columns that need a number."""
    values = file.tables[table].values[rows][:, list(columns)]
    if (bad := first_true(~np.isfinite(values).all(axis=1))) is not None:
        column = columns[int(np.flatnonzero(~np.isfinite(values[bad]))[0])]
        found = file.tables[table].values[rows[bad], column]
        file.fail(table, rows[bad], f"column {column + 1} is {found}; it must be a finite number.")


def check_limits(
    file: CaseFile, table: str, rows: IntArray, lower: int, upper: int, what: str
) -> None:
    """Refuse a lower limit above the upper one."""
    low, high = file.tables[table].values[rows][:, [lower, upper]].T
    if (bad := first_true(~(low <= high))) is not None:
        file.fail(
            table,
            rows[bad],
            f"the {what} are {low[bad]:g} to {high[bad]:g}: no value lies between them. "
            "Correct the row.",
        )


def check_impedance(file: CaseFile, rows: IntArray) -> None:
    """Refuse branches in service without impedance, and from a bus to itself."""
    branch = file.tables["branch"].values[rows]
    if (bad := first_true((branch[:, BR_R] == 0.0) & (branch[:, BR_X] == 0.0))) is not None:
        f_bus, t_bus = branch[bad][[F_BUS, T_BUS]]
        file.fail(
            "branch",
            rows[bad],
            f"the branch from bus {f_bus:.0f} to bus {t_bus:.0f} has r = x = 0, so its admittance "
            "is infinite and its flows are undefined. Give it a small reactance, or merge the two "
            "buses.",
        )
    if (bad := first_true(branch[:, F_BUS] == branch[:, T_BUS])) is not None:
        file.fail(
            "branch",
            rows[bad],
            f"the branch begins and ends at bus {branch[bad][F_BUS]:.0f}. Correct the bus number, "
            "or set the status of the row to 0.",
        )
