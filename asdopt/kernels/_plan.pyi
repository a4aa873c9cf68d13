from typing import Any

import numpy as np
import numpy.typing as npt

OPERATION: dict[str, int]
INSTRUCTION: np.dtype[np.void]
UNARY: list[str]
BINARY: list[str]

def build() -> str: ...
def use_build(name: str) -> str: ...
def aligned(shape: tuple[int, ...], dtype: Any) -> npt.NDArray[Any]: ...

class Plan:
    def __init__(self, programs: list[tuple[Any, ...]]) -> None: ...
