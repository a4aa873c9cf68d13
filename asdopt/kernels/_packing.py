"""Bring programs and the data of their instances into the layout of the machine.

Enters: compiled programs, and for each template the variables, constants and rows of its
instances. Leaves: what :class:`~asdopt.kernels._machine.Plan` takes. Data of a block lie together,
row by row, so that an evaluation reads memory once from front to end.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt.kernels._machine import Plan, aligned
from asdopt.kernels._positions import STORE_RUN, count_places, gather_modes, scatter_modes
from asdopt.kernels._programs import Compiled

__all__ = ["Instances", "Packer", "Places"]

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]

_BLOCK = 64  # instances a block holds at most
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


class Packer:
    """Collect the programs of one kind of result.

    Parameters
    ----------
    occupied : ndarray of bool, shape (size,)
        Places of the result that hold something before the programs run.

    Attributes
    ----------
    stored : ndarray of bool, shape (size,)
        Places that the programs overwrite, known when the plan is made.
    """

    def __init__(self, occupied: npt.NDArray[np.bool_]) -> None:
        self.stored = np.zeros(len(occupied), dtype=bool)
        self._counts = occupied.astype(np.int32)
        self._parts: list[tuple[Compiled, Instances, dict[Hashable, Places]]] = []

    def add(
        self,
        program: Compiled,
        instances: Instances,
        places: Callable[[Any], Places],
    ) -> None:
        """Add a template's program; ``places(key)`` says where a result goes."""
        found = {key: places(key) for kind, key in program.index if kind == "result"}
        for place in found.values():
            if not place.local:
                count_places(place.positions, self._counts)
        self._parts.append((program, instances, found))

    def plan(self) -> Plan:
        """Lay everything out."""
        return Plan([self._pack(*part) for part in self._parts])

    def _pack(
        self, program: Compiled, instances: Instances, places: dict[Hashable, Places]
    ) -> tuple[object, ...]:
        count = instances.count
        width = _width(program.num_registers + program.num_gathered, count)
        sources: list[IntArray] = []
        for kind, key in program.index:
            if kind == "result":
                sources.append(places[key].positions)
            else:
                lists = instances.slots if kind == "slot" else instances.rows
                sources.append(lists[key])  # type: ignore[call-overload]
        index = _blocks(sources, count, width, np.int32)
        data = _blocks([instances.data[k] for k in program.data], count, width, np.float64)
        modes = np.zeros(index.shape[:2], dtype=np.uint8)
        for row, (kind, key) in enumerate(program.index):
            if kind == "result" and places[key].local:
                modes[:, row] = STORE_RUN
            elif kind == "result":
                stored = self.stored.view(np.uint8)
                scatter_modes(index, row, count, self._counts, modes, stored)
            else:
                gather_modes(index, row, count, modes)
        sizes = program.num_registers, program.num_gathered
        return program.code, *sizes, count, data, index, modes


def _width(num_registers: int, count: int) -> int:
    """Instances in a block: as many as keep the registers in the cache, a multiple of 8."""
    width = _BLOCK
    while width > 8 and num_registers * width > _REGISTERS:
        width //= 2
    return min(width, -(-count // 8) * 8)


def _blocks(
    sources: Sequence[npt.NDArray[Any]], count: int, width: int, dtype: type[np.generic]
) -> npt.NDArray[Any]:
    """Arrange rows of all instances as (block, row, width); the last instance fills the rest."""
    num_blocks = -(-count // width)
    out = aligned((num_blocks, len(sources), width), dtype)
    full = count // width
    for row, source in enumerate(sources):
        out[:full, row] = source[: full * width].reshape(full, width)
        if full < num_blocks:
            rest = count - full * width
            out[full, row, :rest] = source[full * width :]
            out[full, row, rest:] = source[-1]
    return out
