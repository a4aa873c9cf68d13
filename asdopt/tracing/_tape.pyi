from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

class Tape:
    primal: bool
    closed: bool
    num_inputs: int
    num_parameters: int
    refusal: BaseException | None
    locate: Callable[[], object] | None
    lines: list[object]
    externals: list[tuple[Any, npt.NDArray[np.int32], int, int]]
    def __init__(
        self,
        num_inputs: int,
        values: npt.ArrayLike | None = None,
        *,
        primal: bool = False,
        num_parameters: int = 0,
    ) -> None: ...
    def __len__(self) -> int: ...
    def note_lines(self) -> None: ...
    def guard(self, node: int, value: float) -> None: ...
    def push(self, op: int, a: int, b: int = 0) -> int: ...
    def push_constant(self, value: float) -> int: ...
    def constants(self, values: npt.ArrayLike) -> npt.NDArray[np.int32]: ...
    def block(
        self, op: int, a: npt.NDArray[np.int32], b: npt.NDArray[np.int32] | None = None
    ) -> npt.NDArray[np.int32]: ...
    def accumulate(self, op: int, ids: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]: ...
    def sums(
        self,
        indptr: npt.ArrayLike,
        ids: npt.NDArray[np.int32],
        weights: npt.ArrayLike | None = None,
    ) -> npt.NDArray[np.int32]: ...
    def external(
        self,
        call: object,
        inputs: npt.ArrayLike,
        values: npt.ArrayLike,
        indptr: npt.ArrayLike,
        ids: npt.ArrayLike,
    ) -> npt.NDArray[np.int32]: ...
    def values(self, ids: npt.ArrayLike) -> npt.NDArray[np.float64]: ...
    def codes(self, ids: npt.ArrayLike) -> npt.NDArray[np.uint8]: ...
    def close(self) -> None: ...
    def arrays(self) -> tuple[Any, ...]: ...
