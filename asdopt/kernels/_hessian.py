"""Lay out the Hessian: what is constant, what programs compute, what spreads by affine maps.

Enters: templates, differentiated. Leaves: the job of the Hessian for the machine.

Three kinds of second derivatives are told apart. Those that read no variable (``_constants.pyx``)
are summed up here, once: of the objective as numbers that the objective's factor is multiplied
with, of a constraint where many of them meet, as numbers for its multiplier. Those with respect to
affine maps are computed once for each instance and spread over the maps' variables, by a product of
dense matrices (``_congruence.pyx``) or pair by pair (``_spread.pyx``). The others are stored where
they belong by the programs that compute them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from asdopt.kernels._congruence import Congruence, Panels
from asdopt.kernels._constants import ConstantFactors
from asdopt.kernels._derivatives import Derivation
from asdopt.kernels._grouping import dense_groups
from asdopt.kernels._job import Job, Weighted
from asdopt.kernels._maps import Lookup, Spread
from asdopt.kernels._packing import Instances, Packer
from asdopt.kernels._plan import Plan
from asdopt.kernels._spread import Maps, sum_second

__all__ = ["HessianLayout", "count_pairs"]

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]

# What takes room and time in proportion to the trace counts less: sweeps would take more.
_LINEAR: Final = 8
# In the time of an evaluation by pairs so many constants are summed up, which happens once.
_ONCE: Final = 20
# Constants of constraints are summed up where so many instances share a multiplier; of fewer that
# spread by maps, where that spares more.
_MANY: Final = 32
_MANY_OF_MAPS: Final = 8


class _Constants(NamedTuple):
    """One constant second derivative of some instances.

    Parameters
    ----------
    slots, others : ndarray of int32, shape (instances,)
        What is differentiated with respect to; None for the same twice.
    rows : ndarray of int32, shape (instances,)
        Outputs whose multipliers the values are factors of.
    values : ndarray of float64, shape (instances,)
    """

    slots: IntArray
    others: IntArray | None
    rows: IntArray
    values: FloatArray

    def with_all_others(self) -> _Constants:
        """Write -1 for what is differentiated with respect to twice."""
        if self.others is not None:
            return self
        return self._replace(others=np.full(len(self.slots), -1, dtype=np.int32))


class _Second(NamedTuple):
    """Second derivatives of a template, and those that are constants times multipliers."""

    found: Derivation
    refs: dict[tuple[int, int], int]
    instances: Instances
    constants: ConstantFactors


class HessianLayout:
    """Second derivatives of all templates and their places.

    Parameters
    ----------
    maps : Maps
    lookup : Lookup
        Pattern of the lower triangle.
    num_inputs : int
    size : int
        Number of places.
    """

    def __init__(self, maps: Maps, lookup: Lookup, num_inputs: int, size: int) -> None:
        self._maps = maps
        self._lookup = lookup
        self._num_inputs = num_inputs
        self._size = size
        self._spread = Spread(maps, lookup, size)
        self._congruences: list[Congruence] = []
        self._templates: list[_Second] = []

    def add(self, found: Derivation, instances: Instances) -> None:
        """Add the second derivatives of a template."""
        refs = found.hessian()
        constants = ConstantFactors(found.graph, refs, instances.data)
        self._templates.append(_Second(found, refs, instances, constants))

    def job(self) -> Job:
        """Lay out what was added."""
        base, weighted = self._sums(self._take_constants())
        packer = Packer(base != 0.0)
        for found, refs, instances, _ in self._templates:
            slots = instances.slots
            local = {
                (i, j): self._spread_second(slots[i], None if i == j else slots[j])
                for i, j in refs
                if i in found.maps or j in found.maps
            }
            keys = [key for key in refs if key not in local]
            places = self._lookup.entries(slots, slots, keys, lower=True)
            packer.add(found.graph, refs, instances, places, local)
        plan = Plan(packer.programs())
        touched = np.zeros(self._size, dtype=bool)  # of a result that is always written whole
        return Job(
            base,
            packer.stored,
            touched,
            None,
            plan,
            self._spread.matrix(),
            self._spread.num_local,
            is_scaled=True,
            weighted=weighted,
            congruences=self._congruences,
        )

    def _take_constants(self) -> list[_Constants]:
        """Take away from the templates the constants that are summed up."""
        every = [
            second.instances.rows[row]
            for second in self._templates
            for rows in second.constants.rows.values()
            for row in rows
        ]
        if not every:
            return []
        counts = np.bincount(np.concatenate(every))
        any_shared = bool((counts[1:] >= _MANY_OF_MAPS).any())
        counts[0] = _MANY
        taken = []
        for found, refs, instances, constants in self._templates:
            slots = instances.slots
            for key, in_rows in constants.rows.items():
                rows = {row: instances.rows[row] for row in in_rows}
                is_objective = all(each[0] == 0 for each in rows.values())
                many = _MANY if found.maps.isdisjoint(key) else _MANY_OF_MAPS
                if not is_objective and not (
                    any_shared and min(counts[each].mean() for each in rows.values()) >= many
                ):
                    continue
                factors = constants.factors(key)
                if factors is None:
                    continue
                i, j = key
                others = None if i == j else slots[j]
                for row, values in factors.items():
                    taken.append(_Constants(slots[i], others, rows[row], values))
                del refs[key]
        return taken

    def _spread_second(self, slots: IntArray, others: IntArray | None) -> IntArray:
        """Spread second derivatives over pairs of variables; return the places of local values."""
        local = self._spread.room(len(slots))
        groups, rest = dense_groups(self._maps, slots, others, self._num_inputs)
        for group in groups:
            members = group.members
            one = Panels(self._maps, slots[members], group.left)
            two = one if others is None else Panels(self._maps, others[members], group.right)
            self._congruences.append(self._congruence(one, two, local[members]))
        if len(rest):
            self._spread.second(slots[rest], None if others is None else others[rest], local[rest])
        return local

    def _congruence(self, left: Panels, right: Panels, local: IntArray) -> Congruence:
        return Congruence(left, right, local, self._lookup.indptr, self._lookup.cols)

    def _sums(self, constants: list[_Constants]) -> tuple[FloatArray, Weighted | None]:
        """Sum up the constants: the objective's, and those of the constraints."""
        base = np.zeros(self._size)
        parts: list[_Constants] = []
        for part in constants:
            rest = self._add_products(part, base) if part.rows[0] == 0 else part
            if len(rest.slots):
                parts.append(rest)
        if not parts:
            return base, None
        slots, others, every_row, factors = (
            np.concatenate(lists)
            for lists in zip(*(part.with_all_others() for part in parts), strict=True)
        )
        if np.any(np.diff(every_row) < 0):
            order = np.argsort(every_row, kind="stable")
            slots, others, every_row, factors = (
                each[order] for each in (slots, others, every_row, factors)
            )
        rows, indptr, places, values = sum_second(
            self._maps,
            every_row,
            slots,
            others,
            factors,
            self._lookup.indptr,
            self._lookup.cols,
            self._size,
        )
        first = 0
        if rows[0] == 0:
            first = int(indptr[1])
            base[places[:first]] += values[:first]
            rows, indptr = rows[1:], indptr[1:]
        if first == len(places):
            return base, None
        return base, Weighted(rows - 1, indptr - first, places[first:], values[first:])

    def _add_products(self, part: _Constants, base: FloatArray) -> _Constants:
        """Add what instances of nearly the same variables give; return what is left."""
        slots, others, rows, values = part
        if self._maps.widths(slots).max() == 1 and (
            others is None or self._maps.widths(others).max() == 1
        ):
            return part
        groups, rest = dense_groups(self._maps, slots, others, self._num_inputs)
        for group in groups:
            members = group.members
            one = Panels(self._maps, slots[members], group.left)
            two = one if others is None else Panels(self._maps, others[members], group.right)
            numbers = np.arange(len(members), dtype=np.int32)
            self._congruence(one, two, numbers).add_to(values[members], base)
        others = None if others is None else others[rest]
        return _Constants(slots[rest], others, rows[rest], values[rest])


def count_pairs(maps: Maps, found: Derivation, instances: Instances, num_inputs: int) -> float:
    """Count what derivatives with respect to maps spread to, in pairs that take 12 bytes each.

    Parameters
    ----------
    maps : Maps
    found : Derivation
    instances : Instances
    num_inputs : int
    """
    slots, rows = instances.slots, instances.rows
    widths = [maps.widths(each).astype(np.float64) for each in slots]
    total = sum(float(widths[k].sum()) for k in found.maps) / _LINEAR
    refs = found.hessian()
    constants = ConstantFactors(found.graph, refs, instances.data)
    for i, j in refs:
        if i not in found.maps and j not in found.maps:
            continue
        pairs = widths[i] * widths[j] / (2.0 if i == j else 1.0)
        groups, rest = dense_groups(maps, slots[i], None if i == j else slots[j], num_inputs)
        shared = [rows[row] for row in constants.rows.get((i, j), ()) if rows[row][0]]
        multipliers = [len(np.unique(each)) for each in shared]
        if (i, j) in constants.rows and _MANY_OF_MAPS * sum(multipliers) <= instances.count:
            total += float(pairs[rest].sum()) / _ONCE
            for number in multipliers:
                total += min(number * num_inputs**2 / 2.0, float(pairs.sum()))
            continue
        total += float(pairs[rest].sum())
        total += sum(len(group.members) * len(group.left) for group in groups) / _LINEAR
    return total
