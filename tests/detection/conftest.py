from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from asdopt._ops import CODE
from asdopt.detection import _patterns as patterns
from asdopt.tracing._tape import Tape
from asdopt.tracing._trace import Trace


class Builder:
    """A tape with operations called by name; nodes are ids."""

    def __init__(self, values: int | Sequence[float], parameters: Sequence[float] = ()) -> None:
        self.primal = not isinstance(values, int)
        self.n = values if isinstance(values, int) else len(values)
        x = None if isinstance(values, int) else [*values, *parameters]
        self.num_parameters = len(parameters)
        self.tape = Tape(self.n, x, primal=self.primal, num_parameters=len(parameters))

    def __call__(self, name: str, *operands: int) -> int:
        return self.tape.push(CODE[name], *operands)

    def const(self, value: float) -> int:
        return self.tape.push_constant(value)

    def sum(self, ids: Sequence[int], weights: Sequence[float] | None = None) -> int:
        return int(self.tape.sums([0, len(ids)], ids, weights)[0])

    def fold(self, name: str, ids: Sequence[int]) -> int:
        total = ids[0]
        for node in ids[1:]:
            total = self(name, total, node)
        return total

    def trace(self, *outputs: int) -> Trace:
        arrays = self.tape.arrays()
        return Trace(
            *arrays,
            outputs=np.array(outputs, dtype=np.int32),
            num_inputs=self.n,
            num_parameters=self.num_parameters,
            primal=self.primal,
        )


@pytest.fixture
def new_tape() -> type[Builder]:
    """Class of a tape to write on, made with a size or with values."""
    return Builder


@pytest.fixture(params=["bits", "sets", "mixed"])
def representation(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with bitsets, with index sets, and with index sets that give up halfway."""
    if request.param != "bits":
        monkeypatch.setattr(patterns, "_LANES", 0)
        steps = 10**9 if request.param == "sets" else 12
        monkeypatch.setattr(patterns, "_allowed_steps", lambda *_: steps)
    return str(request.param)
