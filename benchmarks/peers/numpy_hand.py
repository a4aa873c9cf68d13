"""Derivatives written by hand with NumPy, values into a fixed structure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks._workload import (
    IntArray,
    Participant,
    Prepared,
    Workload,
    add_runs,
    matrix,
)

Structure = tuple[IntArray, IntArray]


@dataclass(frozen=True)
class HandWritten:
    """Functions by phase, each of x (H: of x and weights); structures of J and of H (lower)."""

    functions: Mapping[str, Callable[..., Any]]
    jacobian_structure: Structure | None = None
    hessian_structure: Structure | None = None


class NumpyHand(Participant):
    name = "numpy_hand"
    form = "numpy"

    def prepare(self, workload: Workload) -> Prepared:
        hand: HandWritten = workload.forms["numpy"](np)
        weights = np.concatenate([[workload.obj_factor], workload.multipliers])
        arguments = [(x,) for x in workload.points]
        weighted = [(x, weights) for x in workload.points]
        prepared = Prepared()
        phases = [phase for phase in workload.phases if phase in hand.functions]
        add_runs(
            prepared,
            {
                phase: [
                    partial(hand.functions[phase], *given)
                    for given in (weighted if phase == "H" else arguments)
                ]
                for phase in phases
            },
        )
        if len(phases) + 1 < len(workload.phases):
            del prepared.runs["round"]  # not all of it is written
        n = workload.n
        if hand.jacobian_structure is not None:
            rows, cols = hand.jacobian_structure
            prepared.jacobian = lambda: matrix(
                np.asarray(hand.functions["J"](workload.points[0])),
                rows,
                cols,
                (workload.num_rows, n),
            )
        if hand.hessian_structure is not None:
            low_rows, low_cols = hand.hessian_structure
            prepared.hessian = lambda: matrix(
                np.asarray(hand.functions["H"](workload.points[0], weights)),
                low_rows,
                low_cols,
                (n, n),
            )
        return prepared


PARTICIPANTS = [NumpyHand()]
