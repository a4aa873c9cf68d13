from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pglib_cases import Case, load
from pglib_cases._islands import IslandRule

Rows = list[list[float]]

# Three buses in a triangle, reference bus 10, generators at 10 and 20, demand at 30.
BUS: Rows = [
    [10, 3, 0, 0, 0, 0, 1, 1, 0, 230, 1, 1.1, 0.9],
    [20, 2, 10, 5, 0, 0, 1, 1, 0, 230, 1, 1.1, 0.9],
    [30, 1, 90, 30, 2, 19, 1, 1, 0, 230, 1, 1.05, 0.95],
]
GEN: Rows = [
    [10, 0, 0, 100, -100, 1, 100, 1, 200, 0],
    [20, 0, 0, 50, -50, 1, 100, 1, 80, 10],
]
BRANCH: Rows = [
    [10, 20, 0.01, 0.1, 0.02, 120, 0, 0, 0, 0, 1, -30, 30],
    [20, 30, 0.02, 0.2, 0.04, 110, 0, 0, 0.98, 5, 1, -30, 30],
    [10, 30, 0.01, 0.1, 0.0, 100, 0, 0, 0, 0, 1, -30, 30],
]
GENCOST: Rows = [
    [2, 0, 0, 3, 0.02, 12, 100],
    [2, 0, 0, 3, 0, 15, 0],
]


@dataclass
class CaseTables:
    """The tables of a small sound case, to be spoiled by a test."""

    path: Path
    bus: Rows = field(default_factory=lambda: copy.deepcopy(BUS))
    gen: Rows = field(default_factory=lambda: copy.deepcopy(GEN))
    branch: Rows = field(default_factory=lambda: copy.deepcopy(BRANCH))
    gencost: Rows = field(default_factory=lambda: copy.deepcopy(GENCOST))

    @property
    def text(self) -> str:
        """The case file; the bus table opens on line 4."""
        lines = ["function mpc = small", "mpc.version = '2';", "mpc.baseMVA = 100;"]
        for name in ("bus", "gen", "branch", "gencost"):
            rows = (" ".join(map(str, row)) + ";" for row in getattr(self, name))
            lines += [f"mpc.{name} = [", *rows, "];"]
        return "\n".join(lines) + "\n"

    def load(self, islands: IslandRule = "error") -> Case:
        self.path.write_text(self.text)
        return load(self.path, islands=islands)


@pytest.fixture
def tables(tmp_path: Path) -> CaseTables:
    return CaseTables(tmp_path / "small.m")


@pytest.fixture
def load_text(tmp_path: Path) -> Callable[[str], Case]:
    def load_text(text: str) -> Case:
        path = tmp_path / "text.m"
        path.write_text(text)
        return load(path)

    return load_text
