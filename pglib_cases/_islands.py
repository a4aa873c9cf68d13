"""Reference buses and islands: every connected part of a network needs a fixed angle.

Only angle differences enter the flow equations, so in an island without a reference bus the
angles are determined up to a constant: the Jacobian loses rank there.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from pglib_cases._errors import CaseError

__all__ = ["IslandRule", "island_labels", "list_buses", "settle_islands"]

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

IslandRule = Literal["error", "reference", "remove"]


def island_labels(num_buses: int, f_bus: IntArray, t_bus: IntArray) -> IntArray:
    """Return the number of the connected component of each bus, counted from 0."""
    ones = np.ones(f_bus.size)
    graph = coo_array((ones, (f_bus, t_bus)), shape=(num_buses, num_buses))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, dtype=np.int64)


def settle_islands(
    path: str,
    rule: IslandRule,
    bus_id: IntArray,
    is_reference: BoolArray,
    va: FloatArray,
    labels: IntArray,
    gen_bus: IntArray,
    pmax: FloatArray,
) -> tuple[BoolArray, BoolArray, list[str]]:
    """Give every island its reference buses, or say why it cannot have one.

    Parameters
    ----------
    path : str
        Case file, for messages.
    rule : {"error", "reference", "remove"}
        Treatment of an island without a reference bus: refuse the case; make the bus of the
        island's largest generator its reference; leave the island out.
    bus_id, is_reference, va, labels : ndarray, shape (num_buses,)
        Bus numbers, reference marks, voltage angles of the file (degrees), island numbers.
    gen_bus, pmax : ndarray, shape (num_gens,)
        Bus positions and capacities of the generators.

    Returns
    -------
    is_reference : ndarray of bool, shape (num_buses,)
    keep : ndarray of bool, shape (num_buses,)
        False for buses that leave the network.
    notes : list of str
        One sentence per treatment.

    Raises
    ------
    CaseError
        If no bus is marked as reference, if an island has none and `rule` is ``"error"``, if it
        has no generator either and `rule` is ``"reference"``, or if the angles of two reference
        buses of one island differ.
    """
    if not is_reference.any() and rule != "reference":
        largest = bus_id[gen_bus[np.argmax(pmax)]] if gen_bus.size else None
        hint = f", for instance {largest}, which has the largest generator" if gen_bus.size else ""
        raise CaseError(
            f"{path}: no bus in service is a reference bus (type 3). Without one the voltage "
            f"angles are determined only up to a constant. Set the type of one bus to 3{hint}, "
            'or load with islands="reference".'
        )
    is_reference = is_reference.copy()
    keep = np.ones(bus_id.size, dtype=bool)
    notes = _check_multiple(path, bus_id, is_reference, va, labels)
    num_islands = int(labels.max(initial=-1)) + 1
    has_reference = np.bincount(labels[is_reference], minlength=num_islands) > 0
    for island in np.flatnonzero(~has_reference):
        inside = labels == island
        names = list_buses(bus_id[inside])
        if rule == "error":
            raise CaseError(
                f"{path}: the network has {num_islands} islands, and the one of {names} has no "
                "reference bus (type 3): its voltage angles are determined only up to a constant. "
                'Set one of its buses to type 3, or load with islands="reference" (the bus of its '
                'largest generator becomes one) or islands="remove" (the island is left out).'
            )
        if rule == "remove":
            keep &= ~inside
            notes.append(f"The island of {names} has no reference bus and is left out.")
            continue
        candidates = np.flatnonzero(inside[gen_bus])
        if not candidates.size:
            raise CaseError(
                f'{path}: islands="reference" was asked for, and the island of {names} has no '
                "generator in service, so nothing can serve or balance it. Load with "
                'islands="remove" to leave it out.'
            )
        chosen = gen_bus[candidates[np.argmax(pmax[candidates])]]
        is_reference[chosen] = True
        notes.append(f"The island of {names} had no reference bus; {bus_id[chosen]} becomes one.")
    return is_reference, keep, notes


def _check_multiple(
    path: str, bus_id: IntArray, is_reference: BoolArray, va: FloatArray, labels: IntArray
) -> list[str]:
    """Accept several reference buses in an island if the file gives them the same angle."""
    notes = []
    positions = np.flatnonzero(is_reference)
    shared, counts = np.unique(labels[positions], return_counts=True)
    for island in shared[counts > 1]:
        inside = positions[labels[positions] == island]
        names = list_buses(bus_id[inside])
        if np.ptp(va[inside]) > 0.0:
            angles = ", ".join(f"{angle:g}" for angle in va[inside[:10]])
            raise CaseError(
                f"{path}: {names} of one island are all reference buses (type 3), with different "
                f"voltage angles {angles} degrees. The model fixes the angle of each reference bus "
                "at zero, which contradicts them. Keep one and set the others to type 2."
            )
        notes.append(
            f"The reference {names} belong to one island; the angle of each is fixed at 0."
        )
    return notes


def list_buses(ids: IntArray, most: int = 10) -> str:
    """Name buses in a message, such as ``buses 1, 2, 3 and 8 more``."""
    shown = ", ".join(str(bus) for bus in ids[:most])
    rest = f" and {ids.size - most} more" if ids.size > most else ""
    return f"bus {shown}" if ids.size == 1 else f"buses {shown}{rest}"
