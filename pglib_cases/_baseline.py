"""Published objectives of the PGLib-OPF cases."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

__all__ = ["Baseline", "baseline", "baseline_names"]


@dataclass(frozen=True)
class Baseline:
    """The published results for one case.

    Parameters
    ----------
    name : str
        Short name of the case.
    nodes, edges : int
        Numbers of buses and branches as published.
    ac_objective : float
        Objective of the AC optimal power flow, $/h.
    printed : str
        The same as printed, such as ``"9.7214e+04"``.
    digits : int
        Number of significant digits printed.
    dc_objective : float
        Objective of the DC approximation, $/h; infinite where that is infeasible.
    qc_gap, soc_gap : float
        Gap of the QC and the SOC relaxation to the AC objective, percent.

    Notes
    -----
    From BASELINE.md of PGLib-OPF v23.07 (PowerModels.jl 0.19.9, Ipopt 3.14.4 with ma27),
    arXiv:1908.02788, CC-BY 4.0.
    """

    name: str
    nodes: int
    edges: int
    ac_objective: float
    printed: str
    digits: int
    dc_objective: float
    qc_gap: float
    soc_gap: float

    def relative_gap(self, objective: float) -> float:
        """Return ``(objective - ac_objective) / abs(ac_objective)``."""
        return (objective - self.ac_objective) / abs(self.ac_objective)

    def matches(self, objective: float) -> bool:
        """Tell whether an objective agrees with the published one to its printed digits.

        Parameters
        ----------
        objective : float
            Objective, $/h.

        Returns
        -------
        bool
            True if it lies within half a unit of the last printed digit, allowing 1e-6 relative
            for the tolerance of the solver.
        """
        unit = 10.0 ** (int(self.printed.partition("e")[2]) - self.digits + 1)
        slack = 0.5 * unit + 1e-6 * abs(self.ac_objective)
        return abs(objective - self.ac_objective) <= slack


def baseline(name: str) -> Baseline:
    """Return the published results for a PGLib case.

    Parameters
    ----------
    name : str
        Name of a case in any form that `load` takes.

    Returns
    -------
    Baseline

    Raises
    ------
    CaseError
        If nothing is published under this name.

    Examples
    --------
    >>> from pglib_cases import baseline
    >>> baseline("118_ieee").printed
    '9.7214e+04'
    """
    from pglib_cases._library import short_name, unknown_name

    table = _table()
    found = table.get(short_name(name))
    if found is None:
        raise unknown_name("baseline", name, tuple(table))
    return found


def baseline_names() -> tuple[str, ...]:
    """Return the short names of all cases with published results."""
    return tuple(_table())


@cache
def _table() -> dict[str, Baseline]:
    text = (resources.files("pglib_cases") / "data" / "baseline.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {row["name"]: _row(row) for row in csv.DictReader(lines)}


def _row(row: dict[str, str]) -> Baseline:
    printed = row["ac_objective"]
    return Baseline(
        name=row["name"],
        nodes=int(row["nodes"]),
        edges=int(row["edges"]),
        ac_objective=float(printed),
        printed=printed,
        digits=sum(character.isdigit() for character in printed.partition("e")[0]),
        dc_objective=float(row["dc_objective"]),
        qc_gap=float(row["qc_gap_percent"]),
        soc_gap=float(row["soc_gap_percent"]),
    )
