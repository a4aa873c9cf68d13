import numpy as np
import numpy.typing as npt

from asdopt.kernels._expressions import Expressions

_Floats = npt.NDArray[np.float64]
_Key = tuple[int, int]

class ConstantFactors:
    rows: dict[_Key, list[int]]
    def __init__(self, graph: Expressions, refs: dict[_Key, int], data: _Floats) -> None: ...
    def factors(self, key: _Key) -> dict[int, _Floats] | None: ...
