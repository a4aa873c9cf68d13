"""The network: arrays in per unit and radians, as the optimal power flow model reads them.

Built from a case file by `_rules`, read by the models (`_polar`) and by `_validate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pglib_cases._errors import CaseError

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Case"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ComplexArray = npt.NDArray[np.complex128]


# What each array field holds one entry of, and as what.
_BUS = {"axis": "bus", "dtype": np.float64}
_GEN = {"axis": "gen", "dtype": np.float64}
_BRANCH = {"axis": "branch", "dtype": np.float64}
_BUS_INT = {"axis": "bus", "dtype": np.int64}
_GEN_INT = {"axis": "gen", "dtype": np.int64}
_BRANCH_INT = {"axis": "branch", "dtype": np.int64}
_REFERENCE_INT = {"axis": "reference", "dtype": np.int64}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Case:
    """A power network with everything that is out of service left out.

    Buses, generators and branches keep the order of the case file and are counted from 0; every
    array is read-only.  ``dataclasses.replace(case, pd=1.1 * case.pd)`` makes a variation.

    Parameters
    ----------
    name : str
        Short name, such as ``"118_ieee"``.
    source : str
        Path of the case file.
    base_mva : float
        Power base S, MVA; powers in MW or MVAr are per-unit values times S.
    bus_id : ndarray of int64, shape (num_buses,)
        Bus numbers of the case file.
    pd, qd : ndarray of float64, shape (num_buses,)
        Active and reactive demand, p.u.
    gs, bs : ndarray of float64, shape (num_buses,)
        Shunt conductance and susceptance, p.u.
    vmin, vmax : ndarray of float64, shape (num_buses,)
        Limits of the voltage magnitude, p.u.
    base_kv : ndarray of float64, shape (num_buses,)
        Nominal voltage, kV.
    reference : ndarray of int64, shape (num_references,)
        Positions of the buses whose voltage angle is fixed at zero, ascending.
    gen_bus : ndarray of int64, shape (num_gens,)
        Position of the bus of each generator.
    gen_row : ndarray of int64, shape (num_gens,)
        Row of each generator in the file's table, from 1.
    pmin, pmax, qmin, qmax : ndarray of float64, shape (num_gens,)
        Limits of active and reactive generation, p.u.; may be infinite.
    c2, c1, c0 : ndarray of float64, shape (num_gens,)
        Cost of p per-unit active power: ``c2 * p**2 + c1 * p + c0``, $/h.
    f_bus, t_bus : ndarray of int64, shape (num_branches,)
        Positions of the buses at the from and to end.
    branch_row : ndarray of int64, shape (num_branches,)
        Row of each branch in the file's table, from 1.
    r, x : ndarray of float64, shape (num_branches,)
        Series resistance and reactance, p.u.
    g_fr, b_fr, g_to, b_to : ndarray of float64, shape (num_branches,)
        Shunt conductance and susceptance at the from and to end, p.u.
    tap : ndarray of float64, shape (num_branches,)
        Transformer ratio at the from end (1 for lines).
    shift : ndarray of float64, shape (num_branches,)
        Phase shift at the from end, rad.
    rate_a : ndarray of float64, shape (num_branches,)
        Limit of the apparent power at either end, p.u.; may be infinite.
    angmin, angmax : ndarray of float64, shape (num_branches,)
        Limits of the voltage angle at the from end minus that at the to end, rad.
    notes : tuple of str
        What the loader changed or computed, one sentence each.

    Raises
    ------
    CaseError
        If an array has the wrong length or a position points outside the network.
    """

    name: str
    source: str = ""
    base_mva: float
    bus_id: IntArray = field(metadata=_BUS_INT)
    pd: FloatArray = field(metadata=_BUS)
    qd: FloatArray = field(metadata=_BUS)
    gs: FloatArray = field(metadata=_BUS)
    bs: FloatArray = field(metadata=_BUS)
    vmin: FloatArray = field(metadata=_BUS)
    vmax: FloatArray = field(metadata=_BUS)
    base_kv: FloatArray = field(metadata=_BUS)
    reference: IntArray = field(metadata=_REFERENCE_INT)
    gen_bus: IntArray = field(metadata=_GEN_INT)
    gen_row: IntArray = field(metadata=_GEN_INT)
    pmin: FloatArray = field(metadata=_GEN)
    pmax: FloatArray = field(metadata=_GEN)
    qmin: FloatArray = field(metadata=_GEN)
    qmax: FloatArray = field(metadata=_GEN)
    c2: FloatArray = field(metadata=_GEN)
    c1: FloatArray = field(metadata=_GEN)
    c0: FloatArray = field(metadata=_GEN)
    f_bus: IntArray = field(metadata=_BRANCH_INT)
    t_bus: IntArray = field(metadata=_BRANCH_INT)
    branch_row: IntArray = field(metadata=_BRANCH_INT)
    r: FloatArray = field(metadata=_BRANCH)
    x: FloatArray = field(metadata=_BRANCH)
    g_fr: FloatArray = field(metadata=_BRANCH)
    b_fr: FloatArray = field(metadata=_BRANCH)
    g_to: FloatArray = field(metadata=_BRANCH)
    b_to: FloatArray = field(metadata=_BRANCH)
    tap: FloatArray = field(metadata=_BRANCH)
    shift: FloatArray = field(metadata=_BRANCH)
    rate_a: FloatArray = field(metadata=_BRANCH)
    angmin: FloatArray = field(metadata=_BRANCH)
    angmax: FloatArray = field(metadata=_BRANCH)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lengths: dict[str, tuple[int, str]] = {}
        for item in fields(self):
            if "axis" not in item.metadata:
                continue
            axis = item.metadata["axis"]
            values = np.array(getattr(self, item.name), dtype=item.metadata["dtype"])
            length, first = lengths.setdefault(axis, (values.size, item.name))
            if values.shape != (length,):
                raise CaseError(
                    f"Case {self.name!r}: {item.name} has shape {values.shape}, expected "
                    f"({length},) as {first}. One entry per {axis} is needed; pass such an array."
                )
            values.setflags(write=False)
            object.__setattr__(self, item.name, values)
        for name in ("reference", "gen_bus", "f_bus", "t_bus"):
            values = getattr(self, name)
            if values.size and (values.min() < 0 or values.max() >= self.num_buses):
                raise CaseError(
                    f"Case {self.name!r}: {name} spans {values.min()} to {values.max()}, outside "
                    f"the positions 0 to {self.num_buses - 1} of its buses. Pass positions counted "
                    "from 0, not bus numbers."
                )

    @property
    def num_buses(self) -> int:
        """Number of buses in service, |N|."""
        return int(self.bus_id.size)

    @property
    def num_gens(self) -> int:
        """Number of generators in service, |G|."""
        return int(self.gen_bus.size)

    @property
    def num_branches(self) -> int:
        """Number of branches in service, |E|."""
        return int(self.f_bus.size)

    @property
    def num_references(self) -> int:
        """Number of reference buses, |R|."""
        return int(self.reference.size)

    @cached_property
    def series_admittance(self) -> ComplexArray:
        """Series admittance ``g + ib = 1 / (r + ix)`` of each branch, p.u."""
        return np.reciprocal(self.r + 1j * self.x)

    def describe_branches(self, positions: Sequence[int] | IntArray, most: int = 10) -> str:
        """Name branches by row and bus numbers, such as ``row 3 (2 -> 7)``.

        Parameters
        ----------
        positions : sequence of int
            Branches, counted from 0.
        most : int
            Beyond so many the rest is only counted.

        Returns
        -------
        str
        """
        ends = [
            f"row {self.branch_row[k]} "
            f"({self.bus_id[self.f_bus[k]]} -> {self.bus_id[self.t_bus[k]]})"
            for k in positions[:most]
        ]
        rest = len(positions) - len(ends)
        return ", ".join(ends) + (f" and {rest} more" if rest else "")

    def to_networkx(self) -> nx.MultiGraph[int]:
        """Return the network as a graph with bus numbers as nodes.

        Returns
        -------
        networkx.MultiGraph
            Node attributes: the bus arrays of this class, ``reference`` (bool) and
            ``generators`` (list of positions).  Edge keys are rows of the branch table, edge
            attributes the branch arrays and ``from_bus``, ``to_bus`` (bus numbers).

        Raises
        ------
        MissingDependencyError
            If networkx is not installed.
        """
        try:
            import networkx as nx
        except ImportError as error:
            from asdopt._errors import MissingDependencyError

            raise MissingDependencyError(
                "to_networkx was asked for a graph, and networkx is not installed. "
                "pip install networkx"
            ) from error
        graph: nx.MultiGraph[int] = nx.MultiGraph(name=self.name)
        ids = self.bus_id.tolist()
        bus_arrays = self._lists("bus", omit=("bus_id",))
        reference = set(self.reference.tolist())
        generators: list[list[int]] = [[] for _ in ids]
        for k, i in enumerate(self.gen_bus.tolist()):
            generators[i].append(k)
        for i, bus in enumerate(ids):
            attributes = {key: values[i] for key, values in bus_arrays.items()}
            graph.add_node(bus, **attributes, reference=i in reference, generators=generators[i])
        branch_arrays = self._lists("branch", omit=("f_bus", "t_bus", "branch_row"))
        ends = zip(self.f_bus.tolist(), self.t_bus.tolist(), strict=True)
        for e, (i, j) in enumerate(ends):
            attributes = {key: values[e] for key, values in branch_arrays.items()}
            graph.add_edge(
                ids[i],
                ids[j],
                key=int(self.branch_row[e]),
                from_bus=ids[i],
                to_bus=ids[j],
                **attributes,
            )
        return graph

    def _lists(self, axis: str, omit: tuple[str, ...]) -> dict[str, list[Any]]:
        return {
            item.name: getattr(self, item.name).tolist()
            for item in fields(self)
            if item.metadata.get("axis") == axis and item.name not in omit
        }

    def __repr__(self) -> str:
        reference = ", ".join(str(self.bus_id[i]) for i in self.reference[:5])
        return (
            f"<Case {self.name}: {self.num_buses} buses, {self.num_gens} generators, "
            f"{self.num_branches} branches, reference bus {reference}>"
        )
