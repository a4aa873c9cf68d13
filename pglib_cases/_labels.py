"""Names of rows by bus and branch as in the case file, made when asked for.

Enters a `Case`, leaves what stands in brackets in the names of constraint rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import numpy.typing as npt

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

    def __iter__(self) -> Iterator[str]:
        return iter(self._of(np.arange(self.size)))

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        chosen = range(self.size)[index]
        if isinstance(chosen, range):
            return self._of(np.array(chosen, dtype=np.int64))
        return self._of(np.array([chosen]))[0]

    def _of(self, rows: npt.NDArray[np.int64]) -> list[str]:
        case = self.case
        if self.kind in ("bus", "reference"):
            buses = rows if self.kind == "bus" else case.reference[rows]
            return [f"bus {bus}" for bus in case.bus_id[buses].tolist()]
        flow, branch = np.divmod(rows, case.num_branches)
        ends = (case.bus_id[buses[branch]].tolist() for buses in (case.f_bus, case.t_bus))
        numbers = case.branch_row[branch].tolist()
        labels = [f"branch {e}, {i}-{j}" for e, i, j in zip(numbers, *ends, strict=True)]
        if self.kind == "branch":
            return labels
        return [f"{FLOWS[k]}, {label}" for k, label in zip(flow.tolist(), labels, strict=True)]


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
