"""Names of rows by bus and branch as in the case file, made when asked for.

Enters a `Case`, leaves what stands in brackets in the names of constraint rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from pglib_cases._network import Case

__all__ = ["Labels", "row_labels"]

FLOWS = ("p_ft", "q_ft", "p_tf", "q_tf")


@dataclass(frozen=True, eq=False)
class Labels(Sequence[str]):
    """Labels such as ``bus 69`` or ``branch 104, 65-68`` (row of the table, its ends).

    At 9,241 buses there are 130,000; only messages need any.
    """

    case: Case
    kind: str
    size: int

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self.size))]
        i = range(self.size)[index]
        case = self.case
        if self.kind == "reference":
            return f"bus {case.bus_id[case.reference[i]]}"
        if self.kind == "bus":
            return f"bus {case.bus_id[i]}"
        flow, e = divmod(i, case.num_branches)
        ends = f"{case.bus_id[case.f_bus[e]]}-{case.bus_id[case.t_bus[e]]}"
        label = f"branch {case.branch_row[e]}, {ends}"
        return f"{FLOWS[flow]}, {label}" if self.kind == "flow" else label


def row_labels(case: Case) -> dict[str, Labels]:
    """Return the labels of each constraint group of the polar model, in the order of the rows.

    Parameters
    ----------
    case : Case

    Returns
    -------
    dict of str to Labels
    """
    buses, branches = case.num_buses, case.num_branches
    return {
        "reference angle": Labels(case, "reference", case.num_references),
        "active power balance": Labels(case, "bus", buses),
        "reactive power balance": Labels(case, "bus", buses),
        "branch flow": Labels(case, "flow", 4 * branches),
        "angle difference": Labels(case, "branch", branches),
        "thermal limit from": Labels(case, "branch", branches),
        "thermal limit to": Labels(case, "branch", branches),
    }
