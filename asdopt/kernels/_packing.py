"""Bring programs and the data of their instances into the layout of the machine.

Enters: the results wanted of each template, and the variables, constants and rows of its
instances. Leaves: what :class:`~asdopt.kernels._plan.Plan` takes. Data of a block lie together,
row by row, so that an evaluation reads memory once from front to end.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt.kernels._expressions import Expressions
from asdopt.kernels._plan import aligned
from asdopt.kernels._positions import (
    choose_modes,
    count_places,
    fill_blocks,
    order_modes,
    row_modes,
    shared_count,
)
from asdopt.kernels._programs import Result, compile_program
from asdopt.kernels._registers import read_factor
from asdopt.kernels._whole_rows import Orders, find_rows

__all__ = ["Fixed", "Instances", "Packer", "Places"]

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]

_BLOCK = 64  # instances a block holds at most
_FEW = 4  # constants of a row that a program stores at most
_REGISTERS = 4096  # numbers that the registers of a program may hold to stay in the L1 cache


@dataclass(frozen=True, slots=True)
class Instances:
    """What the instances of a template read and write.

    Parameters
    ----------
    slots : ndarray of int32, shape (slots, instances)
        Where in the source of variables each slot stands.
    data : ndarray of float64, shape (columns, instances)
        Constants that differ between instances.
    rows : ndarray of int32, shape (rows, instances)
        Outputs.
    """

    slots: IntArray
    data: FloatArray
    rows: IntArray

    @property
    def count(self) -> int:
        """Number of instances."""
        return int(self.rows.shape[1])


@dataclass(frozen=True, slots=True)
class Places:
    """Where a result of each instance goes.

    Parameters
    ----------
    positions : ndarray of int32, shape (instances,)
        -1 for a value that is structurally zero.
    local : bool
        The positions are consecutive ones of the local values, not places of the result.
    """

    positions: IntArray
    local: bool = False


@dataclass(frozen=True, slots=True)
class Fixed:
    """Constant entries of a result, by output row.

    Parameters
    ----------
    indptr : ndarray of intp, shape (rows + 1,)
    places : ndarray of int32
    values : ndarray of float64
    """

    indptr: npt.NDArray[np.intp]
    places: IntArray
    values: FloatArray

    def only(self, mask: npt.NDArray[np.bool_]) -> Fixed:
        """Keep some of the entries."""
        kept = np.concatenate([[0], np.cumsum(mask)])
        return Fixed(kept[self.indptr], self.places[mask], self.values[mask])


@dataclass(slots=True)
class _Part:
    """A template's share in a result."""

    graph: Expressions
    results: list[Result]
    instances: Instances
    places: dict[Hashable, Places]
    constants: list[Result] = field(default_factory=list)


class Packer:
    """Collect the results of one kind.

    Parameters
    ----------
    occupied : ndarray of bool, shape (size,)
        Places of the result that hold something before the programs run.
    has_rows : bool
        Whether keys of results are (row, slot), and entries of a row may be stored together.

    Attributes
    ----------
    stored, touched : ndarray of bool, shape (size,)
        Places that the programs overwrite, and places that they add to, known when the programs
        are made.
    """

    def __init__(self, occupied: npt.NDArray[np.bool_], has_rows: bool = False) -> None:
        self.stored = np.zeros(len(occupied), dtype=bool)
        self.touched = self.stored
        self._occupied = occupied
        self._has_rows = has_rows
        # As Job decides it: constants are there before the programs run.
        self._is_copied = 2 * np.count_nonzero(occupied) > len(occupied)
        self._counts = occupied.astype(np.int32)
        self._shared = self.stored
        self._parts: list[_Part] = []

    def add(
        self,
        graph: Expressions,
        refs: Mapping[Any, int],
        instances: Instances,
        places: IntArray,
        local: Mapping[Any, IntArray],
    ) -> None:
        """Add a template's results.

        Parameters
        ----------
        graph : Expressions
        refs : mapping from key to int
            References to the results.
        instances : Instances
        places : ndarray of int32, shape (results that are not local, instances)
            Where they go.
        local : mapping from key to ndarray of int32, shape (instances,)
            Consecutive places among the local values of those that are.
        """
        if not refs:
            return
        count_places(places, self._counts)
        rows = iter(places)
        found = {
            key: Places(local[key], True) if key in local else Places(next(rows)) for key in refs
        }
        results = [
            Result(ref, key, 1)
            if key in local
            else Result(ref, key, 0, key[0] if self._has_rows else -1)
            for key, ref in refs.items()
        ]
        self._parts.append(_Part(graph, results, instances, found))

    def programs(self, fixed: Fixed | None = None) -> list[tuple[object, ...]]:
        """Compile and lay out everything, template by template, as ``Plan`` takes it.

        Parameters
        ----------
        fixed : Fixed, optional
            Constants that a program may store with the other entries of their rows, while these
            are in the cache.
        """
        if fixed is not None:
            fixed = fixed.only(self._counts[fixed.places] == 1)
            claimed = np.zeros(len(fixed.indptr) - 1, dtype=np.uint8)
            for part in self._parts:
                _add_constants(part, fixed, claimed)
        # Places that several instances add to.
        self._shared = self._counts > 1 + self._occupied.astype(np.int32)
        programs = [self._pack(part) for part in self._parts]
        self.touched = (self._counts > self._occupied) & ~self.stored
        return programs

    def _pack(self, part: _Part) -> tuple[object, ...]:
        instances, places = part.instances, part.places
        count = instances.count
        candidates = part.results if self._is_copied else part.results + part.constants
        positions = {r.place: places[r.place].positions for r in candidates if r.row >= 0}
        orders = Orders()
        whole = find_rows(candidates, positions, self._counts, orders)
        taken = {result.place for row in whole for result in row.results}
        program = compile_program(
            part.graph,
            [result for result in part.results if result.place not in taken],
            [result for result in part.constants if result.place not in taken],
            [(row.results, row.order, row.is_apart) for row in whole],
        )
        sizes = program.num_registers, program.num_gathered, program.num_staged
        width = _width(sum(sizes), count)
        sources: list[IntArray] = []
        kinds = bytearray()
        for row, (kind, key) in enumerate(program.index):
            if kind == "result":
                sources.append(places[key].positions)
                kinds.append(2 if places[key].local else 1)
            elif kind == "slot":
                sources.append(instances.slots[key])  # type: ignore[call-overload]  # the kind says what the key is
                kinds.append(0)
            elif kind == "weight":
                rows = instances.rows[key]  # type: ignore[call-overload]  # the kind says what the key is
                if rows[0] == 0:  # of a template: all of them, the objective's
                    read_factor(program.code, row)
                sources.append(np.maximum(rows - 1, 0))
                kinds.append(0)
            else:  # of an order only the room for it
                first = kind == "first"
                sources.append(whole[key].first if first else instances.rows[0])  # type: ignore[call-overload]  # the kind says what the key is
                kinds.append(3)
        index = _blocks(sources, count, width, np.int32)
        data = _blocks([instances.data[k] for k in program.data], count, width, np.float64)
        modes = np.zeros(index.shape[:2], dtype=np.uint8)
        stored = self.stored.view(np.uint8)
        ways = np.frombuffer(kinds, dtype=np.uint8)
        choose_modes(index, ways, count, self._counts, modes, stored)
        if whole:
            for row, (kind, key) in enumerate(program.index):
                if kind == "first":
                    found = whole[key]  # type: ignore[call-overload]  # the kind says what the key is
                    row_modes(index, row, count, len(found.results), found.whole, modes, stored)
                elif kind == "order":
                    order_modes(index, row, count, orders.arrays[key], modes)  # type: ignore[call-overload]  # the kind says what the key is
        is_exclusive = not self._shared.any() or not any(
            self._shared[place.positions].any() for place in places.values() if not place.local
        )
        return program.code, *sizes, count, data, index, modes, is_exclusive


def _add_constants(part: _Part, fixed: Fixed, claimed: npt.NDArray[np.uint8]) -> None:
    """Let a template store the constants of its rows, where all instances have as many."""
    instances = part.instances
    columns: list[FloatArray] = []
    for number, rows in enumerate(instances.rows):
        count = shared_count(rows, fixed.indptr, _FEW, claimed)
        if not count:
            continue
        start = fixed.indptr[rows]
        for entries in start + np.arange(count)[:, None]:
            values = fixed.values[entries]
            if (values == values[0]).all():
                ref = part.graph.literal(float(values[0]))
            else:
                ref = part.graph.data(len(instances.data) + len(columns))
                columns.append(values)
            key = ("constant", len(part.constants))
            part.constants.append(Result(ref, key, 0, number))
            part.places[key] = Places(fixed.places[entries])
    if columns:
        data = np.concatenate([instances.data, np.array(columns)])
        part.instances = replace(instances, data=data)


def _width(num_registers: int, count: int) -> int:
    """Instances in a block: as many as keep the registers in the cache, a multiple of 8."""
    width = _BLOCK
    while width > 8 and num_registers * width > _REGISTERS:
        width //= 2
    return min(width, -(-count // 8) * 8)


def _blocks(
    sources: list[Any], count: int, width: int, dtype: type[np.generic]
) -> npt.NDArray[Any]:
    """Arrange rows of all instances as (block, row, width); the last instance fills the rest."""
    out = aligned((-(-count // width), len(sources), width), dtype)
    fill_blocks(sources, count, out)
    return out
