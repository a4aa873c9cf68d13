from collections.abc import Hashable

from asdopt.kernels._expressions import Expressions
from asdopt.kernels._registers import Compiled

class Result:
    ref: int
    place: Hashable
    target: int
    row: int
    def __init__(self, ref: int, place: Hashable, target: int = 0, row: int = -1) -> None: ...

def compile_program(
    graph: Expressions,
    results: list[Result],
    constants: list[Result],
    rows: list[tuple[list[Result], int, bool]],
) -> Compiled: ...
