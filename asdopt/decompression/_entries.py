"""Which entries a decompression gives, and which unknown of the coloring each of them is.

Enters: a coloring and a triangle. Leaves: a pattern, and index arrays from its entries to the
unknowns: all entries of a pattern, or those of the lower triangle of a symmetric one.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError
from asdopt._pattern import SparsityPattern
from asdopt.coloring import Coloring
from asdopt.coloring._reading import unknown_numbers

__all__ = ["Triangle", "triangle_pattern", "unknown_of_entry"]

IntArray = npt.NDArray[np.int32]
Triangle = Literal["F", "L", "U"]


def triangle_pattern(coloring: Coloring, triangle: Triangle) -> SparsityPattern:
    """Return the entries that a decompression gives: all, or one triangle of a symmetric matrix."""
    if triangle not in {"F", "L", "U"}:
        raise InputError(
            f"triangle={triangle!r} was asked for; possible are 'F' (full), 'L' (lower) and "
            "'U' (upper)."
        )
    if triangle == "F":
        return coloring.pattern
    if not coloring.symmetric:
        raise InputError(
            f"triangle={triangle!r} was asked for of a coloring with partition "
            f"{coloring.partition!r}: only symmetric matrices are given by one triangle. Leave "
            "triangle='F'."
        )
    key = ("pattern", triangle)
    if key not in coloring.plans:
        lower = coloring.pattern.lower()
        coloring.plans[key] = lower if triangle == "L" else lower.T
    pattern: SparsityPattern = coloring.plans[key]
    return pattern


def unknown_of_entry(coloring: Coloring, triangle: Triangle) -> IntArray | None:
    """For each entry of the triangle its unknown; None where they are the same, in order."""
    if not coloring.symmetric or triangle == "L":
        return None
    key = ("unknown", triangle)
    if key not in coloring.plans:
        pattern = coloring.pattern
        unknown = unknown_numbers(pattern)
        coloring.plans["unknown", "F"] = unknown
        coloring.plans["unknown", "U"] = unknown[pattern.rows <= pattern.cols]
    found: IntArray = coloring.plans[key]
    return found
