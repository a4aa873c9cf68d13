"""Derivatives written by hand in C, compiled here; timed in a C loop, no Python between calls."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks._compile import compiler, load
from benchmarks._workload import FloatArray, Participant, Prepared, Run, Workload, matrix
from benchmarks.peers.numpy_hand import Structure

_FOLDER = Path(__file__).parent
_LETTERS = {"f": b"f", "gradient": b"d", "c": b"c", "J": b"J", "H": b"H"}


@dataclass(frozen=True)
class HandWrittenC:
    """A C file that defines ``evaluate`` (see c_hand.h), its data, and the structures."""

    source: Path
    arrays: Sequence[npt.NDArray[np.float64] | npt.NDArray[np.int32]]
    jacobian_structure: Structure | None = None
    hessian_structure: Structure | None = None
    phases: Sequence[str] = ("f", "gradient", "c", "J", "H")


class CHand(Participant):
    name = "c_hand"
    form = "c"

    def missing(self) -> str:
        return "" if compiler() else "no C compiler"

    def prepare(self, workload: Workload) -> Prepared:
        hand: HandWrittenC = workload.forms["c"](np)
        library = _Library(hand, workload)
        prepared = Prepared()
        phases = [p for p in workload.phases if p in hand.phases]
        for phase in phases:
            prepared.runs[phase] = library.runner([phase])
        if len(phases) + 1 == len(workload.phases):
            prepared.runs["round"] = library.runner(phases)
        m, n = workload.num_rows, workload.n
        if hand.jacobian_structure is not None:
            rows, cols = hand.jacobian_structure
            prepared.jacobian = lambda: matrix(library.values("J"), rows, cols, (m, n))
        if hand.hessian_structure is not None:
            low_rows, low_cols = hand.hessian_structure
            prepared.hessian = lambda: matrix(library.values("H"), low_rows, low_cols, (n, n))
        return prepared


class _Library:
    """The loaded library with the data of one workload."""

    def __init__(self, hand: HandWrittenC, workload: Workload) -> None:
        self._library = load(hand.source, _FOLDER / "c_hand_run.c")
        self._library.run.restype = ctypes.c_double
        self._arrays = [np.ascontiguousarray(a) for a in hand.arrays]
        for k, a in enumerate(self._arrays):
            self._library.set_array(k, _pointer(a), ctypes.c_long(a.size))
        self._points = np.ascontiguousarray(workload.points)
        self._weights = np.concatenate([[workload.obj_factor], workload.multipliers])
        sizes = {"f": 1, "gradient": workload.n, "c": workload.num_rows}
        if hand.jacobian_structure is not None:
            sizes["J"] = len(hand.jacobian_structure[0])
        if hand.hessian_structure is not None:
            sizes["H"] = len(hand.hessian_structure[0])
        self._out = {phase: np.zeros(size) for phase, size in sizes.items()}

    def runner(self, phases: Sequence[str]) -> Run:
        what = b"".join(_LETTERS[phase] for phase in phases)
        outs = (ctypes.c_void_p * len(phases))(*[self._out[p].ctypes.data for p in phases])
        return partial(self._run, what, outs)

    def values(self, phase: str) -> FloatArray:
        self.runner([phase])(1)
        return self._out[phase]

    def _run(self, what: bytes, outs: ctypes.Array[ctypes.c_void_p], count: int) -> float:
        num_points, n = self._points.shape
        seconds: float = self._library.run(
            what,
            ctypes.c_long(count),
            _pointer(self._points),
            ctypes.c_long(num_points),
            ctypes.c_long(n),
            _pointer(self._weights),
            outs,
        )
        return seconds


def _pointer(a: npt.NDArray[np.generic]) -> ctypes.c_void_p:
    return ctypes.c_void_p(a.ctypes.data)


PARTICIPANTS = [CHand()]
