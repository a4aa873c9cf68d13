from asdopt.kernels._expressions import Expressions

class Operations:
    graph: Expressions
    rows: list[bool]
    num_slots: int
    maps: set[int]
    def __init__(self, code: list[int], constants: list[float | int]) -> None: ...
