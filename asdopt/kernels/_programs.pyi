from collections.abc import Hashable

import numpy as np
import numpy.typing as npt

from asdopt.kernels._expressions import Expressions

class Result:
    ref: int
    place: Hashable
    target: int
    row: int
    def __init__(self, ref: int, place: Hashable, target: int = 0, row: int = -1) -> None: ...

class Compiled:
    code: npt.NDArray[np.void]
    num_registers: int
    num_gathered: int
    num_staged: int
    data: list[int]
    index: list[tuple[str, Hashable]]

def compile_program(
    graph: Expressions,
    results: list[Result],
    constants: list[Result],
    rows: list[tuple[list[Result], int, bool]],
) -> Compiled: ...
def read_factor(code: npt.NDArray[np.void], row: int) -> None: ...
